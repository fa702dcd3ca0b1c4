//! A second night takes over what the first computed where nothing has changed, and gives the bytes of a night that computes
//! everything anew: after a correction, on the next day, with other figures, other facts, and whatever is broken in between.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use crate::{
    city::{DATE, NEXT_DAY, Place, SAMPLE, undisturbed},
    program::{Night, Running, run},
    tree,
};

/// A few registers: enough for facts that rest on facts, and quick.
const FEW: [&str; 6] = [
    "civil_affairs/authorisations",
    "civil_affairs/cases",
    "civil_affairs/grace_periods",
    "civil_affairs/household_members",
    "civil_affairs/persons",
    "civil_affairs/disability_certificates",
];

/// How much of a night was taken over from earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TakenOver {
    facts: u64,
    of_facts: u64,
    rules: u64,
    of_rules: u64,
}

/// Runs a night that may use what there is; how much it used.
#[track_caller]
fn second(night: &Night) -> TakenOver {
    let said = run(night.command().args(["--format", "json"])).ends(3);
    let said: Value = serde_json::from_str(&said.out).unwrap();
    let count = |name: &str| said["taken_over"][name].as_u64().unwrap();
    TakenOver {
        facts: count("facts"),
        of_facts: count("of_facts"),
        rules: count("rules"),
        of_rules: count("of_rules"),
    }
}

/// The run that the same night gives where everything is computed anew, in a copy of the store as it was before.
#[track_caller]
fn anew(night: &Night, before: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut night = night.clone();
    night.store = before.to_owned();
    let left = tree::bytes(&night.store.join("reuse"));
    run(night.command().arg("--fresh")).ends(3);
    tree::assert_same(&left, &tree::bytes(&night.store.join("reuse")));
    tree::bytes(&night.current())
}

/// Runs a night that may use what there is and one that may not: they must not differ in a byte.
#[track_caller]
fn the_same_anew(place: &Place, night: &Night) -> TakenOver {
    let before = place.folder.path().join(format!("before-{}", fs::read_dir(&place.folder).unwrap().count()));
    tree::copy(&night.store, &before);
    let taken_over = second(night);
    tree::assert_same(&tree::bytes(&night.current()), &anew(night, &before));
    taken_over
}

/// The whole city after its first night.
fn city() -> Place {
    undisturbed();
    let place = Place::with_city();
    tree::copy(&SAMPLE.night.store, &place.night.store);
    place
}

/// A few registers after their first night.
fn few() -> Place {
    let place = Place::with(&FEW);
    place.night.run().ends(3);
    place
}

/// Seals a register again with one row in a hundred left out.
fn correct(place: &Place, dataset: &str, as_of: &str) {
    let raw = SAMPLE.night.root.join("sample-data/raw").join(format!("{dataset}.csv"));
    let text = fs::read(&raw).unwrap();
    let lines = text.split_inclusive(|byte| *byte == b'\n').enumerate();
    let kept: Vec<&[u8]> = lines.filter(|(at, _)| at % 100 != 50).map(|(_, line)| line).collect();
    let file = place.folder.path().join(format!("{}.csv", dataset.rsplit_once('/').unwrap().1));
    fs::write(&file, kept.concat()).unwrap();
    let code = SAMPLE.keys.seal(&dataset.replace('/', "."), as_of, &place.night.inbox, &[file], &[]).code;
    assert!(matches!(code, Some(0 | 3)));
}

#[test]
fn a_corrected_register_and_then_the_next_day_give_the_bytes_of_nights_that_compute_everything_anew() {
    let place = city();
    correct(&place, "civil_affairs/disability_certificates", DATE);
    let corrected = the_same_anew(&place, &place.night);
    // Nobody's work or pension hangs on a certificate.
    assert!(corrected.facts > 30 && corrected.facts < corrected.of_facts, "{corrected:?}");
    assert!(corrected.rules > 40 && corrected.rules < corrected.of_rules, "{corrected:?}");
    let mut tomorrow = place.night.clone();
    tomorrow.date = NEXT_DAY.to_owned();
    let next = the_same_anew(&place, &tomorrow);
    assert!(next.facts > 10 && next.facts < next.of_facts, "{next:?}");
    assert!(next.rules > 10 && next.rules < next.of_rules, "{next:?}");
}

#[test]
fn what_a_changed_figure_fact_or_rule_touches_is_computed_anew_and_nothing_else() {
    let mut place = few();
    place.night.root = place.folder.path().join("hedui");
    tree::copy(&SAMPLE.night.root, &place.night.root);
    let change = |file: &str, from: &str, to: &str| {
        let path = SAMPLE.night.root.join("pipelines").join(file);
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains(from), "{file}: no `{from}`");
        fs::write(place.night.root.join("pipelines").join(file), text.replace(from, to)).unwrap();
    };
    // Words only: no statement is asked again but that rule's.
    change("rules/quality/Q-02.sql", "SELECT", "SELECT ");
    let rule = the_same_anew(&place, &place.night);
    assert_eq!(rule, TakenOver { facts: rule.of_facts, rules: rule.of_rules - 1, ..rule });
    change("facts/doubtful_persons.sql", "FROM", "FROM ");
    let fact = the_same_anew(&place, &place.night);
    // It came out the same: whatever reads it is as it was.
    assert_eq!(fact, TakenOver { facts: fact.of_facts - 1, rules: fact.of_rules, ..fact });
    change("facts/person_ages.sql", "FROM", ", 1 AS one FROM");
    let wider = the_same_anew(&place, &place.night);
    assert!(wider.facts < fact.facts && wider.rules < fact.rules && wider.rules > 0, "{wider:?}");
}

#[test]
fn what_is_damaged_between_two_nights_is_computed_anew() {
    let place = few();
    let reuse = place.night.store.join("reuse");
    correct(&place, "civil_affairs/disability_certificates", DATE);
    for (name, path) in tree::files(&reuse) {
        let bytes = fs::read(&path).unwrap();
        if name.ends_with("part-0.parquet") {
            // One bit in the middle.
            let mut bytes = bytes;
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&path, bytes).unwrap();
        } else if name.ends_with("/0.parquet") {
            fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        }
    }
    // Records are sound, so facts are taken for granted until a rule that is asked again needs their rows.
    let taken_over = the_same_anew(&place, &place.night);
    assert_eq!(taken_over.rules, 0, "{taken_over:?}");
    for path in tree::files(&reuse).values().filter(|path| path.ends_with("record.json")) {
        let half = fs::read(path).unwrap();
        fs::write(path, &half[..half.len() / 2]).unwrap();
    }
    fs::remove_dir_all(place.night.store.join("runs").join(DATE)).unwrap();
    let taken_over = the_same_anew(&place, &place.night);
    assert_eq!((taken_over.facts, taken_over.rules), (0, 0), "{taken_over:?}");
    // And what was made anew is whole again.
    fs::remove_dir_all(place.night.store.join("runs").join(DATE)).unwrap();
    let taken_over = second(&place.night);
    assert_eq!((taken_over.facts, taken_over.rules), (taken_over.of_facts, taken_over.of_rules));
}

#[test]
fn a_second_night_that_is_killed_leaves_what_the_first_kept_and_the_next_gives_the_same_bytes() {
    let place = few();
    correct(&place, "civil_affairs/disability_certificates", DATE);
    let reuse = place.night.store.join("reuse");
    let before = tree::bytes(&reuse);
    for step in ["deriving facts", "running rules"] {
        let mut running = Running::start(place.night.command().arg("-v"));
        assert!(running.says(step), "it never came to `{step}`");
        running.signal("KILL");
        let (status, ..) = running.end();
        assert!(!status.success(), "{step}: it was over before it was killed");
        tree::assert_same(&before, &tree::bytes(&reuse));
    }
    let taken_over = the_same_anew(&place, &place.night);
    assert!(taken_over.facts > 0 && taken_over.rules > 0, "{taken_over:?}");
}

#[test]
fn a_store_in_which_nothing_can_be_kept_gives_its_night_and_says_so() {
    let place = few();
    let kept = tree::bytes(&place.night.current());
    let reuse = place.night.store.join("reuse");
    fs::remove_dir_all(&reuse).unwrap();
    fs::remove_dir_all(place.night.store.join("runs")).unwrap();
    fs::write(&reuse, "a file where the folder should be").unwrap();
    let said = place.night.run().ends(3);
    said.warns(&[
        "what this night computed could not be kept for the next",
        "store/reuse",
        "The results are not affected",
    ]);
    tree::assert_same(&kept, &tree::bytes(&place.night.current()));
    // Without the folder, as in a store of an older version, it is made.
    fs::remove_file(&reuse).unwrap();
    fs::remove_dir_all(place.night.store.join("runs")).unwrap();
    let taken_over = second(&place.night);
    assert_eq!((taken_over.facts, taken_over.rules), (0, 0));
    assert!(reuse.join("nights.json").is_file());
}
