//! A change of key from outside: bridges from every agency, then deliveries of the new key, and nobody becomes two people.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::{
    city::{Keys, Place, SAMPLE, owner_only},
    package::Package,
    program::{Said, hedui, root, run},
    small_city::{County, SmallCity, number},
    table::Table,
    tree,
};

const AGENCIES: [&str; 2] = ["civil_affairs", "human_resources"];
const FEW: [&str; 4] = [
    "civil_affairs.persons",
    "civil_affairs.deaths",
    "human_resources.contributions",
    "human_resources.public_posts",
];

/// A small place whose agencies change from the test key to one of their own, with SM3.
struct Change {
    place: Place,
    city: SmallCity,
    new: PathBuf,
}

impl Change {
    /// With deliveries of the old key in the inbox, not taken in yet; with all of them if none is named.
    fn begin(datasets: &[&str]) -> Self {
        let place = Place::with(&[]);
        let mut city = SmallCity::new();
        for name in ["lives", "dies", "works"] {
            city.household(name, County::Here, 0);
        }
        city.dies_and_is_paid("dies", "dies");
        city.paid("lives", "lives");
        city.works("works");
        if datasets.is_empty() {
            city.seal_all(&[], true, &place.night.inbox);
        }
        for dataset in datasets {
            city.seal(dataset, &[], &place.night.inbox);
        }
        let new = key(place.folder.path(), "new.hashkey", "5e");
        Self { place, city, new }
    }

    /// With a few of both agencies, taken in.
    fn after_the_first_night() -> Self {
        let change = Self::begin(&FEW);
        change.accept().ends(0);
        change
    }

    fn accept(&self) -> Said {
        run(&mut self.place.night.accept())
    }

    /// An agency's raw files, as `DATASET=FILE`.
    fn raw(&self, agency: &str, folder: &Path) -> Vec<String> {
        let all = self.city.write_all(folder).into_iter();
        let own = all.filter(|(dataset, ..)| dataset.split('.').next() == Some(agency));
        own.map(|(dataset, _, file)| format!("{dataset}={}", file.display())).collect()
    }

    /// `hedui seal rekey` to a new key.
    fn rekey_to(&self, new: &Path, files: &[String], more: &[&str]) -> Said {
        let mut command =
            hedui(["seal", "rekey", "--lang", "en", "--as-of", "2026-03-14", "--to-hash", "hmac-sm3"]);
        command.arg("--hash-key").arg(&SAMPLE.keys.hash).arg("--to-hash-key").arg(new);
        command.arg("--sign-key").arg(&SAMPLE.keys.sign).arg("--out").arg(&self.place.night.inbox);
        run(command.args(more).args(files))
    }

    /// The bridge of an agency.
    fn bridge(&self, agency: &str) {
        let folder = tempfile::tempdir().unwrap();
        self.rekey_to(&self.new, &self.raw(agency, folder.path()), &["--gzip"]).ends(0);
    }

    /// Seals everything anew with the new key, as of the day after; the files must be other ones or they would be known.
    fn deliver_with_the_new_key(&self, city: &SmallCity, datasets: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys { hash: self.new.clone(), ..SAMPLE.keys.clone() };
        for (dataset, as_of, file) in city.write_all(folder.path()) {
            if !datasets.is_empty() && !datasets.contains(&dataset) {
                continue;
            }
            let day = if as_of == "2026-03-08" { "2026-03-09" } else { "2026-02-09" };
            let mut more = vec!["--hash", "hmac-sm3"];
            if dataset == "human_resources.injury_care" {
                more.extend(["--months", "2026-02..2026-02"]);
            }
            keys.seal(dataset, day, &self.place.night.inbox, &[file], &more).ends(0);
        }
    }

    fn epochs(&self) -> usize {
        let text = fs::read(self.place.night.store.join("epoch.json")).unwrap();
        serde_json::from_slice::<serde_json::Value>(&text).unwrap().as_array().unwrap().len()
    }

    /// Every pair of tokens in the bridges that the store holds: old to new.
    fn pairs(&self) -> BTreeMap<String, String> {
        let mut pairs = BTreeMap::new();
        for path in tree::files(&self.place.night.store.join("bridges")).values() {
            if path.ends_with("pairs.parquet") {
                let table = Table::read(path);
                let rows = table.select(["from_token", "to_token"]);
                pairs.extend(rows.iter().map(|[old, new]| ((*old).to_owned(), (*new).to_owned())));
            }
        }
        pairs
    }
}

fn key(folder: &Path, name: &str, byte: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, byte.repeat(32)).unwrap();
    owner_only(&path);
    path
}

/// The leads of a run by id, with their person.
fn leads(run: &Path) -> BTreeMap<String, String> {
    let table = Table::read(&run.join("leads.parquet"));
    let rows = table.select(["lead_id", "person_id"]);
    rows.iter().map(|[id, person]| ((*id).to_owned(), (*person).to_owned())).collect()
}

#[test]
fn nights_before_and_after_a_change_of_key_give_the_same_subjects_and_leads() {
    let mut change = Change::begin(&[]);
    let said = change.place.night.run();
    let before = change.place.night.current();
    let found = leads(&before);
    assert!(found.keys().any(|id| id.starts_with("D-01")), "{}{}", said.out, said.err);

    // A newcomer, whom no bridge names, works and dies like the others.
    for agency in AGENCIES {
        change.bridge(agency);
    }
    let mut later = SmallCity::new();
    for name in ["lives", "dies", "works", "comes"] {
        later.household(name, County::Here, 0);
    }
    later.dies_and_is_paid("dies", "dies");
    later.dies_and_is_paid("comes", "comes");
    later.paid("lives", "lives");
    later.works("works");
    change.deliver_with_the_new_key(&later, &[]);
    "2026-03-16".clone_into(&mut change.place.night.date);
    let said = change.place.night.run();
    assert!(said.err.contains("the store moved on from key epoch"), "{}", said.err);
    assert!(!said.err.contains("refused"), "{}", said.err);
    let after = change.place.night.current();
    assert_eq!(change.epochs(), 2);

    let again = leads(&after);
    for (id, person) in &found {
        assert_eq!(again.get(id), Some(person), "{id}");
    }
    let pairs = change.pairs();
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) =
        pairs.iter().map(|(old, new)| (old.as_str(), new.as_str())).unzip();
    let newcomers: Vec<&String> = again
        .iter()
        .filter(|(id, _)| id.starts_with("D-01") && !found.contains_key(*id))
        .map(|lead| lead.1)
        .collect();
    let [newcomer] = newcomers[..] else { panic!("{newcomers:?}") };
    assert!(!old.contains(newcomer.as_str()) && !new.contains(newcomer.as_str()));
    // Nothing that the run wrote names somebody by a second token.
    for (name, path) in tree::files(&after) {
        let text = if name.ends_with(".parquet") {
            Table::read(&path).csv()
        } else {
            String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()
        };
        let words = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() == 64);
        for word in words {
            assert!(
                !new.contains(word),
                "{name} names a token of the new key for somebody who has an old one"
            );
        }
    }
    let dictionary = tree::files(&change.place.night.store.join("dictionary"));
    let segments = dictionary.iter().filter(|(name, _)| name.starts_with("segment-"));
    let tokens: Vec<String> = segments
        .flat_map(|(_, path)| {
            Table::read(path).select(["token"]).iter().map(|[t]| (*t).to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(tokens.len(), old.len() + 1, "everybody once, and the newcomer");
    // The same night again changes nothing.
    let bytes = tree::bytes(&after);
    change.place.night.run();
    tree::assert_same(&bytes, &tree::bytes(&change.place.night.current()));
    // And what comes under the old key now is too late.
    let folder = tempfile::tempdir().unwrap();
    let file =
        change.city.write_all(folder.path()).into_iter().find(|(name, ..)| name.ends_with("deaths")).unwrap();
    SAMPLE.keys.seal(file.0, "2026-03-10", &change.place.night.inbox, &[file.2], &[]).ends(0);
    change.accept().ends(3).warns(&["[key_epoch]", "was replaced by", "also if it is a correction"]);
}

#[test]
fn deliveries_of_the_new_key_wait_until_every_agency_has_sent_its_bridge() {
    let change = Change::after_the_first_night();
    let deaths = ["civil_affairs.deaths"];
    change.deliver_with_the_new_key(&change.city, &deaths);
    change.accept().ends(3).warns(&[
        "[key_epoch]",
        "tokens of two epochs cannot be compared",
        "hedui seal rekey",
    ]);
    change.bridge("civil_affairs");
    let said = change.accept().ends(3).prints(&["people with their old and new tokens (a bridge)"]);
    said.warns(&["[key_epoch]", "it lacks the bridges of human_resources"]);
    assert_eq!(change.epochs(), 1);
    // Meanwhile what is sealed with the old key is still taken in.
    let rows = ["R-late,".to_owned() + &number("lives") + ",2026-03-01,,cremation,"];
    change.city.seal_rows("civil_affairs.deaths", "2026-03-10", &rows, &[], &change.place.night.inbox);
    change.accept().ends(3).prints(&["deaths-2026-03-10-001-", ": 1 = 1 + 0 + 0"]);
    // Nothing moves before something waits for it.
    change.bridge("human_resources");
    let said = change.accept().ends(0).warns(&["the store moved on from key epoch", "(hmac-sm3)"]);
    said.prints(&["deaths-2026-03-09-001-", ": 1 = 1 + 0 + 0"]);
    assert_eq!(change.epochs(), 2);
    let refused = tree::files(&change.place.night.store.join("refused"));
    assert!(refused.is_empty(), "{refused:?}");
    // What is lost of the old key is read again, to the same rows and people.
    let snapshots = tree::files(&change.place.night.store.join("snapshots"));
    let is_lost = |name: &str| name.contains("delivery=public_posts-") && name.ends_with(".parquet");
    let (_, lost) = snapshots.iter().find(|(name, _)| is_lost(name)).unwrap();
    let before = fs::read(lost).unwrap();
    fs::remove_dir_all(lost.parent().unwrap()).unwrap();
    change.accept().ends(0);
    assert!(fs::read(lost).unwrap() == before);
    // Once more: all of it is known.
    let said = change.accept().ends(0);
    assert!(
        !said.out.contains("rows = accepted") && !said.err.contains("moved on"),
        "{}{}",
        said.out,
        said.err
    );
}

#[test]
fn a_bridge_that_lacks_people_holds_the_store_back_and_another_one_completes_it() {
    let change = Change::after_the_first_night();
    change.bridge("human_resources");
    let folder = tempfile::tempdir().unwrap();
    let all = change.raw("civil_affairs", folder.path());
    let deaths: Vec<String> =
        all.iter().filter(|file| file.starts_with("civil_affairs.deaths=")).cloned().collect();
    change.rekey_to(&change.new, &deaths, &[]).ends(0).prints(&["1 people in 1 rows"]);
    change.deliver_with_the_new_key(&change.city, &["civil_affairs.deaths"]);
    let missing = "civil_affairs: 1 of 3 people";
    change.accept().ends(3).warns(&["the bridges lack people", missing, "all their raw files"]);
    assert_eq!(change.epochs(), 1);
    let receipts = tree::files(&change.place.night.store.join("refused"));
    let text = fs::read_to_string(receipts.values().next().unwrap()).unwrap();
    assert!(text.contains(missing), "{text}");
    change.bridge("civil_affairs");
    change.accept().ends(0).warns(&["moved on"]);
}

#[test]
fn two_bridges_that_disagree_are_refused_with_agencies_and_counts_and_no_token() {
    let change = Change::after_the_first_night();
    change.bridge("civil_affairs");
    let folder = tempfile::tempdir().unwrap();
    // Another key under the same name: for people whom both know, one old token would become two.
    let other = key(folder.path(), "other.hashkey", "77");
    let name = {
        let bridge = change.place.delivery_of("civil_affairs", "bridge-");
        Package::open(bridge).descriptor["hedui"]["to_key_id"].as_str().unwrap().to_owned()
    };
    let files = change.raw("human_resources", folder.path());
    change.rekey_to(&other, &files, &["--to-key-id", &name]).ends(0);
    let said = change.accept().ends(3).warns(&[
        "[bridge_conflict]",
        "civil_affairs: 2 people",
        "wrong old or new key",
    ]);
    let long = |text: &str| text.split(|c: char| !c.is_ascii_hexdigit()).any(|word| word.len() == 64);
    assert!(!long(&said.err) && !long(&said.out), "a token is shown: {}", said.err);
    for (name, path) in tree::files(&change.place.night.store.join("refused")) {
        assert!(!long(&fs::read_to_string(path).unwrap()), "{name} shows a token");
    }
    // It was the other one who was wrong: its correction makes room for the one that was refused.
    let wrong = change.place.delivery_of("civil_affairs", "bridge-");
    let wrong = wrong.file_name().unwrap().to_string_lossy().into_owned();
    let files = change.raw("civil_affairs", folder.path());
    change.rekey_to(&other, &files, &["--to-key-id", &name, "--supersedes", &wrong]).ends(0);
    change.accept().ends(0);
    assert!(change.place.night.store.join("bridges/human_resources").is_dir());
}

#[test]
fn a_bridge_that_was_changed_or_is_no_bridge_is_refused_whole() {
    let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
    type Spoil = Box<dyn Fn(Vec<String>) -> Vec<String>>;
    let spoils: [(Spoil, &str); 5] = [
        (
            Box::new(|mut rows| {
                rows.swap(1, 2);
                rows
            }),
            "bridge.csv:3: two tokens are expected",
        ),
        (
            Box::new(|mut rows| {
                rows[1] = rows[1].to_uppercase();
                rows
            }),
            "bridge.csv:2: two tokens are expected",
        ),
        (
            Box::new(|mut rows| {
                rows.pop();
                rows
            }),
            "rows instead of the",
        ),
        (
            Box::new(|mut rows| {
                "a,b".clone_into(&mut rows[0]);
                rows
            }),
            "the header must be from_token,to_token",
        ),
        (
            Box::new(|mut rows| {
                let second = rows[2].split(',').nth(1).unwrap().to_owned();
                let first = rows[1].split(',').next().unwrap().to_owned();
                rows[1] = format!("{first},{second}");
                rows
            }),
            "it contradicts the bridges of these agencies (one token stands for two): human_resources: 1 people",
        ),
    ];
    let change = Change::after_the_first_night();
    let folder = tempfile::tempdir().unwrap();
    for (spoil, words) in spoils {
        change.rekey_to(&change.new, &change.raw("human_resources", folder.path()), &[]).ends(0);
        let mut package = Package::open(change.place.delivery_of("human_resources", "bridge-"));
        let text = fs::read_to_string(package.data()).unwrap();
        package.replace_data((spoil(lines(&text)).join("\n") + "\n").as_bytes());
        package.sign(&SAMPLE.keys.sign);
        change.accept().ends(3).warns(&[words]);
        assert!(!change.place.night.store.join("bridges/human_resources").exists());
        // What one of them contradicts may be the wrong one: that one stays to be tried again.
        if package.folder.exists() {
            fs::remove_dir_all(package.folder).unwrap();
        }
    }
}

#[test]
fn a_bridge_leads_from_the_key_of_the_store_to_one_that_it_never_had() {
    let change = Change::after_the_first_night();
    let folder = tempfile::tempdir().unwrap();
    let files = change.raw("civil_affairs", folder.path());
    let stranger = key(folder.path(), "stranger.hashkey", "77");
    let mut command = hedui(["seal", "rekey", "--lang", "en", "--as-of", "2026-03-14"]);
    command.arg("--hash-key").arg(&stranger).arg("--to-hash-key").arg(&change.new);
    command.arg("--sign-key").arg(&SAMPLE.keys.sign).arg("--out").arg(&change.place.night.inbox).args(&files);
    run(&mut command).ends(0);
    change.accept().ends(3).warns(&["[bridge_epoch]", "but the store is in"]);
}

#[test]
fn a_pipeline_that_names_its_key_holds_the_store_there_until_it_names_the_new_one() {
    let mut change = Change::after_the_first_night();
    let installation = change.place.folder.path().join("hedui");
    for part in ["pipelines", "schemas"] {
        tree::copy(&root().join(part), &installation.join(part));
    }
    change.place.night.root = installation.clone();
    let pipeline = installation.join("pipelines/night.yaml");
    let text = fs::read_to_string(&pipeline).unwrap();
    let name_key = |key: &str| fs::write(&pipeline, format!("{text}\nkey_id: {key}\n")).unwrap();
    let epoch = fs::read_to_string(change.place.night.store.join("epoch.json")).unwrap();
    let old =
        serde_json::from_str::<serde_json::Value>(&epoch).unwrap()[0]["key_id"].as_str().unwrap().to_owned();
    name_key("k2027");
    change
        .accept()
        .ends(2)
        .warns(&["the pipeline names `k2027`", "until the agencies' bridges are taken in"]);
    name_key(&old);
    let folder = tempfile::tempdir().unwrap();
    for agency in AGENCIES {
        change.rekey_to(&change.new, &change.raw(agency, folder.path()), &["--to-key-id", "k2027"]).ends(0);
    }
    let keys = Keys { hash: change.new.clone(), ..SAMPLE.keys.clone() };
    let raw =
        change.city.write_all(folder.path()).into_iter().find(|(name, ..)| name.ends_with("deaths")).unwrap();
    let more = ["--hash", "hmac-sm3", "--key-id", "k2027"];
    keys.seal(raw.0, "2026-03-09", &change.place.night.inbox, &[raw.2], &more).ends(0);
    change.accept().ends(3).warns(&["every bridge is there, but the pipeline names", "write key_id: k2027"]);
    assert_eq!(change.epochs(), 1);
    name_key("k2027");
    change.accept().ends(0).warns(&["moved on"]);
    name_key(&old);
    change.accept().ends(2).warns(&["the store holds tokens of key epoch `k2027`"]);
}

#[test]
fn what_cannot_become_a_bridge_is_told_and_nothing_is_left_behind() {
    let change = Change::begin(&FEW[..1]);
    let folder = tempfile::tempdir().unwrap();
    let inbox = folder.path().join("inbox");
    let all: Vec<String> = AGENCIES.iter().flat_map(|agency| change.raw(agency, folder.path())).collect();
    let rekey = |old: &Path, files: &[String], more: &[&str]| {
        let mut command = hedui(["seal", "rekey", "--lang", "en", "--as-of", "2026-03-14"]);
        command.arg("--hash-key").arg(old).arg("--to-hash-key").arg(&change.new);
        command.arg("--sign-key").arg(&SAMPLE.keys.sign).arg("--out").arg(&inbox);
        run(command.args(more).args(files))
    };
    let old = &SAMPLE.keys.hash;
    rekey(old, &all, &[]).ends(1).warns(&["one bridge is one agency's", "civil_affairs, human_resources"]);
    rekey(&change.new, &all[..1], &[]).ends(1).warns(&["the old and the new key are the same"]);
    rekey(old, &all[..1], &["--key-id", "k", "--to-key-id", "k"]).ends(1).warns(&["have the same name `k`"]);
    rekey(old, &["persons.csv".to_owned()], &[]).ends(2).warns(&["does not say which dataset"]);
    rekey(old, &["civil_affairs.person=x.csv".to_owned()], &[]).ends(2).warns(&["civil_affairs.persons?"]);
    let bad = folder.path().join("bad.csv");
    fs::write(&bad, "person_id,from_on,to_on,monthly_wage\n330302199001010000,2020-01-01,,1.00\n").unwrap();
    let bad = format!("human_resources.public_posts={}", bad.display());
    rekey(old, &[bad], &[]).ends(1).warns(&["nothing is left to deliver", "check digit"]);
    let left: Vec<_> =
        tree::files(folder.path()).into_keys().filter(|name| name.starts_with("inbox/")).collect();
    assert!(left.is_empty(), "{left:?}");
}
