//! Nights whose store lies in object storage, on a cluster whose machines have no folder in common with the machine of the run:
//! every node is told to read no file of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use super::nodes::{ALONE, Cluster, FEW, small};
use crate::{
    city::{DATE, Place},
    program::{Night, Running, Said, run},
    storage::{ID, SECRET, Storage, s3},
    tree,
};

/// Where the store and the inbox lie in the bucket, named as people name folders.
const STORE: &str = "核对 2026/store";
const INBOX: &str = "核对 2026/in box";

/// A bucket with deliveries in its inbox, a night over it, and a cluster that reads it.
struct Away {
    storage: Arc<Storage>,
    place: Place,
    night: Night,
    cluster: Cluster,
}

impl Away {
    fn with(executors: usize) -> Self {
        let storage = Arc::new(Storage::start());
        let place = small(FEW);
        tree::copy(&place.night.inbox, &storage.path(INBOX));
        let night = Night { store: s3(STORE), inbox: s3(INBOX), ..place.night.clone() };
        let nodes = Arc::clone(&storage);
        let dress = move |command: &mut Command| {
            nodes.tell(command).arg("--no-files");
        };
        let cluster = Cluster::dressed(executors, Box::new(dress));
        Self { storage, place, night, cluster }
    }

    fn cache(&self, machine: &str) -> PathBuf {
        self.place.folder.path().join("caches").join(machine)
    }

    /// `hedui run` on a machine.
    fn command(&self, machine: &str) -> Command {
        let mut command = self.night.command();
        command.arg("--engine").arg(self.cluster.engine());
        self.storage.reach(&mut command, &self.cache(machine));
        command
    }

    /// It, begun and in the middle of this stage.
    fn until(&self, machine: &str, stage: &str) -> Running {
        let mut night = Running::start(&mut self.command(machine));
        assert!(night.says(stage), "{:?}", night.end());
        std::thread::sleep(Duration::from_millis(500));
        night
    }

    /// Files of the server below the store.
    fn objects(&self, below: &str) -> Vec<String> {
        let folder = self.storage.path(STORE).join(below);
        if folder.exists() { tree::files(&folder).into_keys().collect() } else { Vec::new() }
    }

    /// The run that the bucket has is the one of one machine, and nothing else of it is left.
    #[track_caller]
    fn assert_as_alone(&self) {
        let run = Path::new("runs").join(DATE).join(ALONE.file_name().unwrap());
        let there = self.storage.path(STORE).join(run);
        tree::assert_same(&tree::bytes(&there), &tree::bytes(&ALONE));
        assert_eq!(self.objects(".drafts"), Vec::<String>::new());
        for own in [".lock", ".publishing.json"] {
            assert!(!self.storage.path(STORE).join(own).exists(), "{own} was left");
        }
        let index = fs::read_to_string(self.storage.path(STORE).join(".published.json")).unwrap();
        for part in ["snapshots", "runs", "dictionary"] {
            for name in self.objects(part) {
                assert!(index.contains(&format!("\"{part}/{name}\"")), "{part}/{name} does not count");
            }
        }
    }
}

/// Asserts that nothing shows the keys.
#[track_caller]
fn never_told(said: Said) -> Said {
    for text in [&said.out, &said.err] {
        assert!(!text.contains(SECRET) && !text.contains(ID), "{text}");
    }
    said
}

#[test]
fn executors_that_read_the_bucket_alone_find_the_same_bytes_as_one_machine() {
    let mut away = Away::with(2);
    never_told(run(&mut away.command("one"))).ends(3);
    away.assert_as_alone();
    for executor in 0..2 {
        let work = tree::files(&away.cluster.work(executor));
        assert!(!work.is_empty(), "executor {executor} did nothing");
    }
    let Cluster { scheduler, executors, .. } = &mut away.cluster;
    for node in executors.iter_mut().chain([scheduler]) {
        let said = node.heard();
        assert!(!said.contains(SECRET) && !said.contains(ID), "{said}");
    }
}

#[test]
fn what_another_machine_published_is_read_where_it_is_and_not_brought() {
    let away = Away::with(1);
    let mut accept = away.night.accept();
    run(away.storage.reach(&mut accept, &away.cache("one"))).ends(3);
    run(&mut away.command("two")).ends(3);
    away.assert_as_alone();
    let brought = tree::files(&away.cache("two"));
    assert!(!brought.keys().any(|name| name.ends_with("part-0.parquet")), "{:?}", brought.keys());
}
