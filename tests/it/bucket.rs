//! The store and the inbox in object storage: the same bytes as in folders, for every machine, whoever is killed, whatever goes
//! away or is changed on the way.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use serde_json::Value;

use crate::{
    city::{DATE, FEW, NEXT_DAY, Place},
    program::{Night, Running, Said, run},
    storage::{ID, SECRET, Storage, s3},
    tree,
};

/// Where the store and the inbox lie in the bucket, named as people name folders.
const STORE: &str = "核对 2026/store";
const INBOX: &str = "核对 2026/in box";

const ONE: &[&str] = &["civil_affairs/persons"];
const TWO: &[&str] = &["civil_affairs/persons", "civil_affairs/household_members"];

/// Files by name.
type Files = BTreeMap<String, Vec<u8>>;

/// What a night of the few deliveries leaves in a folder, and what is there after the next.
static IN_FOLDERS: LazyLock<(Files, Files)> = LazyLock::new(|| {
    let place = Place::with(&FEW);
    place.night.run().ends(3);
    let first = objects_of(&place.night.store);
    Night { date: NEXT_DAY.to_owned(), ..place.night.clone() }.run().ends(3);
    (first, objects_of(&place.night.store))
});

/// What taking in one delivery leaves in a folder.
static ONE_TAKEN_IN: LazyLock<Files> = LazyLock::new(|| {
    let place = Place::with(ONE);
    run(&mut place.night.accept()).ends(0);
    objects_of(&place.night.store)
});

/// A store's files but what is this machine's own.
fn objects_of(store: &Path) -> Files {
    let mut files = tree::bytes(store);
    files.retain(|name, _| name != ".lock" && !name.starts_with(".drafts/") && !name.starts_with("reuse/"));
    files
}

/// A bucket with some deliveries in its inbox, and a night over it.
struct Away {
    storage: Storage,
    place: Place,
    night: Night,
}

impl Away {
    fn with(datasets: &[&str]) -> Self {
        let (storage, place) = (Storage::start(), Place::with(datasets));
        tree::copy(&place.night.inbox, &storage.path(INBOX));
        let night = Night { store: s3(STORE), inbox: s3(INBOX), ..place.night.clone() };
        Self { storage, place, night }
    }

    /// A folder of working copies.
    fn cache(&self, machine: &str) -> PathBuf {
        self.place.folder.path().join("caches").join(machine)
    }

    fn command(&self, machine: &str) -> std::process::Command {
        let mut command = self.night.command();
        self.storage.reach(&mut command, &self.cache(machine));
        command
    }

    fn run_on(&self, machine: &str) -> Said {
        self.never_told(run(&mut self.command(machine)))
    }

    fn accept_on(&self, machine: &str) -> Said {
        let mut command = self.night.accept();
        self.never_told(run(self.storage.reach(&mut command, &self.cache(machine))))
    }

    /// Asserts that nothing shows the keys.
    #[track_caller]
    fn never_told(&self, said: Said) -> Said {
        for text in [&said.out, &said.err] {
            assert!(!text.contains(SECRET) && !text.contains(ID), "{text}");
        }
        said
    }

    fn objects(&self) -> Files {
        self.storage.objects(STORE)
    }

    /// Where an object lies as a file of the server.
    fn path(&self, name: &str) -> PathBuf {
        self.storage.path(STORE).join(name)
    }

    /// The index, and what it says about each object.
    fn index(&self) -> Option<Value> {
        let text = fs::read(self.path(".published.json")).ok()?;
        Some(serde_json::from_slice(&text).unwrap())
    }

    /// Asserts that what counts is there to the byte, and that pointers lead to what is whole.
    #[track_caller]
    fn assert_whole(&self) {
        let objects = if self.path("").exists() { self.objects() } else { BTreeMap::new() };
        let index = self.index().unwrap_or_default();
        for (name, entry) in index["objects"].as_object().into_iter().flatten() {
            if index["then"]["write"].get(name).is_none() {
                let digest =
                    hedui::model::Digest::of(objects.get(name).unwrap_or_else(|| panic!("{name} is gone")));
                assert_eq!(entry["sha256"], digest.hex(), "{name}");
            }
        }
        for (name, run) in objects.iter().filter(|(name, _)| name.ends_with("/current")) {
            let folder =
                format!("{}{}", name.strip_suffix("current").unwrap(), String::from_utf8_lossy(run).trim());
            for (name, bytes) in IN_FOLDERS.0.iter().filter(|(name, _)| name.starts_with(&folder)) {
                assert!(objects.get(name) == Some(bytes), "`current` is there and {name} is not");
            }
        }
    }

    #[track_caller]
    fn assert_nothing_left(&self) {
        for own in [".lock", ".publishing.json"] {
            assert!(!self.path(own).exists(), "{own} was left");
        }
        assert!(self.index().is_some_and(|index| index.get("then").is_none()));
    }
}

#[test]
fn nights_over_object_storage_on_two_machines_give_the_bytes_of_a_folder() {
    let away = Away::with(&FEW);
    let said = away.run_on("one").ends(3);
    said.warns(&["↓ ", "↑ ", &format!("published to s3://city-night/{STORE}/runs/{DATE}/")]);
    tree::assert_same(&away.objects(), &IN_FOLDERS.0);
    away.assert_nothing_left();
    let inbox = tree::bytes(&away.storage.path(INBOX));
    tree::assert_same(&inbox, &tree::bytes(&away.place.night.inbox));
    let before = tree::bytes(&away.storage.path(""));
    let said = away.run_on("two").ends(3);
    said.prints(&["took in 0 deliveries"]).warns(&["nothing changed, every file was checked"]);
    tree::assert_same(&away.objects(), &IN_FOLDERS.0);
    tree::assert_same(&before, &tree::bytes(&away.storage.path("")));
    // Of what is known nothing but its description is brought, and no data that the night does not read.
    let there = tree::files(&away.cache("two"));
    assert!(
        !there.keys().any(|name| name.ends_with("part-0.parquet") || name.ends_with("cases.csv")),
        "{there:?}"
    );
    // The next day, on that other machine; then the first goes on from there.
    let tomorrow = Night { date: NEXT_DAY.to_owned(), ..away.night.clone() };
    let mut command = tomorrow.command();
    away.never_told(run(away.storage.reach(&mut command, &away.cache("two")))).ends(3);
    tree::assert_same(&away.objects(), &IN_FOLDERS.1);
    away.accept_on("one").ends(0).prints(&["taken in before"]);
    tree::assert_same(&away.objects(), &IN_FOLDERS.1);
    for (name, bytes) in
        away.storage.everything().into_iter().chain(tree::bytes(&away.place.folder.path().join("caches")))
    {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(SECRET) && !text.contains(ID), "{name} holds a key");
    }
}

#[test]
fn a_server_that_is_gone_after_any_number_of_requests_leaves_what_was_or_what_is() {
    let mut away = Away::with(ONE);
    let mut requests = 0;
    loop {
        requests += 1;
        away.storage.serve(Some(requests));
        let said = away.accept_on("one");
        away.assert_whole();
        if said.code == Some(0) {
            break;
        }
        let said = said.ends(1);
        // The right to write may be left to run out when all is done.
        said.warns(&["did not answer", "AWS_ENDPOINT_URL"]);
        assert!(requests < 100, "it never came to the end");
    }
    assert!(requests > 15, "it came to the end after {requests} requests");
    away.storage.serve(None);
    away.accept_on("one").ends(0);
    away.assert_nothing_left();
    tree::assert_same(&away.objects(), &ONE_TAKEN_IN);
    away.accept_on("two").ends(0).prints(&["taken in before"]);
    tree::assert_same(&away.objects(), &ONE_TAKEN_IN);
}

#[test]
fn a_night_that_is_killed_while_it_publishes_is_made_good_by_the_next() {
    let away = Away::with(&FEW);
    for wait in [0, 40] {
        let mut running = Running::start(&mut away.command("one"));
        assert!(running.says("↑ "), "it never came to publishing");
        std::thread::sleep(Duration::from_millis(wait));
        running.signal("KILL");
        running.end();
        away.assert_whole();
    }
    // Nobody need wait for who died on the same machine.
    away.run_on("one").ends(3);
    away.assert_nothing_left();
    tree::assert_same(&away.objects(), &IN_FOLDERS.0);
}

#[test]
fn two_never_write_at_once_and_who_died_elsewhere_is_taken_over_when_its_time_is_over() {
    let away = Away::with(&FEW);
    let mut running = Running::start(&mut away.command("one"));
    assert!(running.says("taking in deliveries"), "it never began");
    let held = ["another program is writing to this store", "pid ", "at least until", "the next run after"];
    away.run_on("two").ends(1).warns(&held);
    away.run_on("one").ends(1).warns(&["another program on this machine uses this working copy", "--cache"]);
    running.signal("KILL");
    running.end();
    away.run_on("two").ends(1).warns(&held);
    let lock = away.path(".lock");
    let mut note: Value = serde_json::from_slice(&fs::read(&lock).unwrap()).unwrap();
    note["until"] = "2026-01-01T00:00:00Z".into();
    fs::write(&lock, note.to_string()).unwrap();
    away.run_on("two").ends(3);
    away.assert_nothing_left();
    tree::assert_same(&away.objects(), &IN_FOLDERS.0);
}

#[test]
fn ctrl_c_ends_it_within_two_seconds_and_lets_others_at_the_store() {
    let away = Away::with(&FEW);
    for stage in ["taking in deliveries", "running rules"] {
        let mut running = Running::start(&mut away.command("one"));
        assert!(running.says(stage), "it never said `{stage}`");
        running.signal("INT");
        let (_, took, said) = running.end();
        assert!(took < Duration::from_secs(2), "{took:?}");
        said.ends(1).warns(&["interrupted; nothing was left half done"]);
        assert!(away.objects().is_empty(), "something was published");
        assert!(!away.path(".lock").exists(), "the lock was left");
    }
}

#[test]
fn what_was_changed_or_removed_behind_our_back_is_named_and_nothing_is_published() {
    let away = Away::with(ONE);
    away.accept_on("one").ends(0);
    let names: Vec<String> = away.objects().into_keys().collect();
    let segment = names.iter().find(|name| name.starts_with("dictionary/")).unwrap();
    let path = away.path(segment);
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    for (content, said) in [
        (Some(bad), "is not what was published"),
        (Some(good[1..].to_vec()), "its size is another"),
        (None, "is gone"),
    ] {
        match content {
            Some(content) => fs::write(&path, content).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let there = tree::bytes(&away.storage.path(""));
        let words = [segment.as_str(), said, "restore the object"];
        away.accept_on("two").ends(4).warns(&words);
        tree::assert_same(&there, &tree::bytes(&away.storage.path("")));
    }
    fs::write(&path, &good).unwrap();
    away.accept_on("two").ends(0);
    fs::write(away.path(".published.json"), "not an index").unwrap();
    away.accept_on("two").ends(1).warns(&[".published.json cannot be read", "restore it from the backup"]);
}

#[test]
fn a_working_copy_that_was_changed_is_brought_anew_and_never_published() {
    let away = Away::with(&FEW);
    away.accept_on("one").ends(3);
    let before = away.objects();
    let in_the_copy = |ends: &str| {
        let files = tree::files(&away.cache("one"));
        let found =
            files.iter().find(|(name, _)| name.contains("/files/dictionary/") && name.ends_with(ends));
        found.map(|(_, path)| path.clone()).unwrap()
    };
    let segment = in_the_copy(".parquet");
    fs::write(&segment, "changed").unwrap();
    away.accept_on("one").ends(0);
    tree::assert_same(&before, &away.objects());
    assert_ne!(fs::read(&segment).unwrap(), b"changed");
    // And while a night goes on.
    let mut running = Running::start(&mut away.command("one"));
    assert!(running.says("running rules"), "it never came to the rules");
    fs::write(&segment, "changed").unwrap();
    let (_, _, said) = running.end();
    said.ends(4).warns(&["the working copy on this machine was changed; nothing was published", "segment-"]);
    tree::assert_same(&before, &away.objects());
    away.run_on("one").ends(3);
    tree::assert_same(&away.objects(), &IN_FOLDERS.0);
}

#[test]
fn a_refused_delivery_of_any_size_moves_from_the_inbox_to_the_store() {
    let away = Away::with(TWO);
    let delivery = away.place.delivery(TWO[1]);
    let inside = delivery.strip_prefix(&away.place.night.inbox).unwrap();
    let file = inside.join("household_members.csv");
    // Larger than what goes in one piece, and no two pieces alike.
    let long: String = (0..3_000_000).map(|n| format!("{n:07}\n")).collect();
    fs::write(away.storage.path(INBOX).join(&file), &long).unwrap();
    fs::write(away.place.night.inbox.join(&file), &long).unwrap();
    let said = away.accept_on("one").ends(3);
    said.warns(&["refused", "moved whole to"]);
    run(&mut away.place.night.accept()).ends(3);
    tree::assert_same(&away.objects(), &objects_of(&away.place.night.store));
    tree::assert_same(&tree::bytes(&away.storage.path(INBOX)), &tree::bytes(&away.place.night.inbox));
    assert!(!away.storage.path(INBOX).join(&file).exists());
    // A receipt is explained without the right to write.
    let mut command = away.night.accept();
    let name = inside.file_name().unwrap();
    let said = run(away.storage.reach(command.arg("--explain").arg(name), &away.cache("two"))).ends(0);
    said.prints(&["household_members"]);
}

#[test]
fn a_store_that_was_put_there_by_hand_is_taken_as_it_is() {
    let away = Away::with(&FEW);
    for (name, bytes) in IN_FOLDERS.0.iter() {
        fs::create_dir_all(away.path(name).parent().unwrap()).unwrap();
        fs::write(away.path(name), bytes).unwrap();
    }
    away.run_on("one").ends(3).warns(&["nothing changed, every file was checked"]);
    tree::assert_same(&away.objects(), &IN_FOLDERS.0);
    away.assert_nothing_left();
    away.assert_whole();
}

#[test]
fn what_cannot_be_reached_is_said_for_what_it_is() {
    let mut away = Away::with(ONE);
    let with = |away: &Away, changes: &[(&str, &str)]| {
        let mut command = away.night.accept();
        away.storage.reach(&mut command, &away.cache("one"));
        for (name, value) in changes {
            command.env(name, value);
        }
        away.never_told(run(&mut command))
    };
    with(&away, &[("AWS_SECRET_ACCESS_KEY", "another")])
        .ends(1)
        .warns(&["does not accept the keys", "AWS_SECRET_ACCESS_KEY"]);
    with(&away, &[("AWS_ACCESS_KEY_ID", "")]).ends(2).warns(&["there are no keys", "AWS_ACCESS_KEY_ID"]);
    with(&away, &[("AWS_ALLOW_HTTP", "")]).ends(2).warns(&["not encrypted", "https://"]);
    with(&away, &[("AWS_ENDPOINT_URL", "http://hush:hush@127.0.0.1")]).ends(2).warns(&["AWS_ENDPOINT_URL"]);
    let store = std::mem::replace(&mut away.night.store, PathBuf::from("s3://nobody-has-this/x"));
    with(&away, &[]).ends(1).warns(&["the bucket does not exist", "s3://nobody-has-this/x"]);
    away.night.store = PathBuf::from("s3://hush:hush@bucket/x");
    let said = with(&away, &[]).ends(2).warns(&["must not hold keys"]);
    assert!(!said.err.contains("hush"), "{}", said.err);
    away.night.store = store;
    let inbox = std::mem::replace(&mut away.night.inbox, s3("in-box"));
    with(&away, &[]).ends(0).warns(&["nothing lies below s3://city-night/in-box", "--inbox"]);
    away.night.inbox = inbox;
    away.storage.serve_carelessly();
    with(&away, &[]).ends(1).warns(&["cannot make sure that only one program writes", "If-None-Match"]);
    assert!(away.objects().is_empty() && !away.path(".lock").exists());
    away.storage.stop();
    with(&away, &[]).ends(1).warns(&["cannot be reached", "did not answer", "what was published stands"]);
}
