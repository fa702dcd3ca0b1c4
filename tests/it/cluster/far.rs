//! Nights whose store lies in object storage, on a cluster whose machines have no folder in common with the machine of the run:
//! every node is told to read no file of its machine, and a plan that names one fails.

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
        Self::with_nodes(executors, &[])
    }

    /// With nodes for which some settings are others.
    fn with_nodes(executors: usize, other: &'static [(&str, &str)]) -> Self {
        let storage = Arc::new(Storage::start());
        let place = small(FEW);
        tree::copy(&place.night.inbox, &storage.path(INBOX));
        let night = Night { store: s3(STORE), inbox: s3(INBOX), ..place.night.clone() };
        let nodes = Arc::clone(&storage);
        let dress = move |command: &mut Command| {
            nodes.tell(command).args(["--no-files", "--verbose"]).envs(other.iter().copied());
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
    fn until(&self, stage: &str) -> Running {
        let mut night = Running::start(&mut self.command("one"));
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
        // It did say something.
        assert!(said.lines().count() > 10, "{said}");
    }
}

#[test]
fn what_another_machine_published_is_read_where_it_is_and_not_brought() {
    let away = Away::with(1);
    let mut accept = away.night.accept();
    run(away.storage.reach(&mut accept, &away.cache("one"))).ends(3);
    // Only the server knows that it is another: nothing of it is brought, unless its version is.
    let mut snapshots = away.objects("snapshots").into_iter();
    let changed = snapshots.rfind(|name| name.ends_with("part-0.parquet")).unwrap();
    let path = away.storage.path(STORE).join("snapshots").join(&changed);
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    fs::write(&path, bad).unwrap();
    away.storage.forget_versions();
    let words = [changed.as_str(), "is not what was published", "restore the object"];
    run(&mut away.command("two")).ends(4).warns(&words);
    fs::write(&path, good).unwrap();
    run(&mut away.command("two")).ends(3);
    away.assert_as_alone();
    let mut here = tree::files(&away.cache("two")).into_keys();
    assert_eq!(here.find(|name| name.ends_with("part-0.parquet")), None);
}

#[test]
fn an_executor_that_is_killed_in_the_middle_does_not_change_what_is_found_over_the_bucket() {
    let mut away = Away::with(2);
    let night = away.until("deriving facts");
    away.cluster.executors[0].signal("KILL");
    away.cluster.grow();
    let (_, _, said) = night.end();
    never_told(said).ends(3);
    away.assert_as_alone();
}

#[test]
fn a_night_that_is_killed_leaves_nothing_that_counts_and_the_next_clears_it_away() {
    let away = Away::with(2);
    let night = away.until("deriving facts");
    while away.objects(".drafts").is_empty() {
        std::thread::sleep(Duration::from_millis(50));
    }
    night.signal("KILL");
    night.end();
    // What the cluster was to read lies there, and nothing says that it counts.
    assert!(!away.objects("snapshots").is_empty());
    assert!(!away.storage.path(STORE).join(".published.json").exists());
    run(&mut away.command("one")).ends(3);
    away.assert_as_alone();
}

#[test]
fn ctrl_c_ends_it_within_two_seconds_and_takes_back_what_only_the_cluster_was_to_read() {
    let away = Away::with(1);
    let night = away.until("deriving facts");
    night.signal("INT");
    let (_, took, said) = night.end();
    assert!(took < Duration::from_secs(2), "{took:?}");
    said.ends(1).warns(&["interrupted; nothing was left half done"]);
    assert_eq!(away.objects(".drafts"), Vec::<String>::new());
    for own in [".lock", ".published.json"] {
        assert!(!away.storage.path(STORE).join(own).exists(), "{own} is there");
    }
}

#[test]
fn a_node_that_cannot_read_the_bucket_is_named_with_what_to_do_and_nothing_is_done() {
    let fails = |away: &Away, words: &[&str]| {
        let said = never_told(run(&mut away.command("one"))).ends(1);
        said.warns(words);
        assert_eq!(away.objects("runs"), Vec::<String>::new());
        assert_eq!(away.objects(".drafts"), Vec::<String>::new());
        assert!(!away.storage.path(STORE).join(".published.json").exists());
    };
    let what_to_do = "the scheduler and every executor need the AWS_… variables";
    let mut no_keys = Away::with_nodes(1, &[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")]);
    fails(&no_keys, &["the scheduler: no keys for object storage in the environment", what_to_do]);
    no_keys.night.lang = "zh";
    fails(&no_keys, &["这一夜没有完成", "调度端和每个执行端都要设置 AWS_… 环境变量"]);
    let mut away = Away::with(0);
    let wrong = [
        ("AWS_ACCESS_KEY_ID", "", "no keys for object storage in the environment"),
        ("AWS_SECRET_ACCESS_KEY", "another", "the server does not accept the keys"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9", "http://127.0.0.1:9 did not answer"),
    ];
    for (name, value, said) in wrong {
        let mut executor = away.cluster.executor();
        away.storage.tell(&mut executor).arg("--no-files").env(name, value);
        away.cluster.grow_by(executor);
        fails(&away, &["the executor 127.0.0.1:", said, what_to_do]);
        let executor = away.cluster.executors.pop().unwrap();
        executor.signal("TERM");
        executor.end();
    }
}
