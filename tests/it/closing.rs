//! The sums close in every run, across its three tables and its manifest; a run whose sums do not close is not there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

use crate::{
    city::{Place, SAMPLE, undisturbed},
    outcomes::NIGHTS,
    program::exists,
    table::Table,
    tree,
};

#[test]
fn the_sums_close_in_every_run() {
    for run in [&undisturbed(), &NIGHTS.first.1, &NIGHTS.day_after.1, &NIGHTS.lacking.1] {
        closes(run);
    }
}

/// hit + clear + insufficient = population and the reasons make up insufficient, by rule and division; every hit has one
/// lead; the manifest counts the same.
fn closes(run: &Path) {
    let coverage = Table::read(&run.join("coverage.parquet"));
    let columns = ["rule_id", "division", "population", "hit", "clear", "insufficient", "reason"];
    let mut explained: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut unjudged: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut sums: BTreeMap<&str, [u64; 4]> = BTreeMap::new();
    let mut doubts: BTreeMap<&str, u64> = BTreeMap::new();
    for [rule, division, population, hit, clear, insufficient, reason] in coverage.select(columns) {
        let counts = [population, hit, clear, insufficient].map(|cell| cell.parse::<u64>().unwrap());
        if reason.is_empty() {
            assert_eq!(counts[0], counts[1..].iter().sum::<u64>(), "{rule} in {division}");
            let sum = sums.entry(rule).or_default();
            counts.iter().zip(sum).for_each(|(count, sum)| *sum += count);
            assert!(unjudged.insert((rule, division), counts[3]).is_none(), "{rule} {division} closes twice");
        } else {
            *explained.entry((rule, division)).or_default() += counts[3];
            *doubts.entry(rule).or_default() += counts[3];
        }
    }
    unjudged.retain(|_, count| *count > 0);
    assert_eq!(explained, unjudged, "the reasons explain what could not be judged");
    let leads = Table::read(&run.join("leads.parquet"));
    let columns = ["rule_id", "lead_id", "subject_kind", "person_id", "household_id", "case_id", "status"];
    let (mut hits, mut withheld): (BTreeMap<&str, u64>, BTreeMap<&str, u64>) = Default::default();
    let (mut ids, mut subjects) = (BTreeSet::new(), BTreeSet::new());
    for [rule, id, kind, person, household, case, status] in leads.select(columns) {
        let subject = match kind {
            "person" => person,
            "household" => household,
            _ => case,
        };
        assert!(ids.insert(id) && subjects.insert((rule, subject)), "{rule} has two leads for {subject}");
        *if status == "withheld" { &mut withheld } else { &mut hits }.entry(rule).or_default() += 1;
    }
    let manifest: Value = serde_json::from_slice(&fs::read(run.join("manifest.json")).unwrap()).unwrap();
    let notes = manifest["results"]["notes"].as_array().unwrap().iter();
    let notes: Vec<&str> = notes.map(|note| note["en"].as_str().unwrap()).collect();
    for (rule, told) in manifest["results"]["rules"].as_object().unwrap() {
        let rule = rule.as_str();
        let counted = sums.get(rule).copied().unwrap_or_default();
        let told = ["population", "hit", "clear", "insufficient"].map(|word| told[word].as_u64().unwrap());
        assert_eq!(told, counted, "{rule} in the manifest");
        // What these find is about feeds and deliveries: told in the run's notes, and no lead about anybody.
        let found = match rule {
            "Q-01" | "Q-03" | "Q-06" => {
                let start = format!("{rule} ");
                notes.iter().filter(|note| note.starts_with(&start)).count().try_into().unwrap()
            }
            _ => hits.get(rule).copied().unwrap_or_default(),
        };
        assert_eq!(found, counted[1], "{rule}: leads for its hits");
        let held = withheld.get(rule).copied().unwrap_or_default();
        assert!(held <= doubts.get(rule).copied().unwrap_or_default(), "{rule}: {held} withheld");
    }
    let counted: BTreeSet<&str> = sums.keys().copied().collect();
    assert!(hits.keys().all(|rule| counted.contains(rule)));
}

#[test]
fn a_run_whose_sums_do_not_close_fails_and_publishes_nothing() {
    let mut place = Place::with(&[]);
    let root = place.folder.path().join("hedui");
    for part in ["pipelines", "schemas"] {
        tree::copy(&SAMPLE.night.root.join(part), &root.join(part));
    }
    // One row without a subject: among the outcomes, and in nobody's population.
    let rule = root.join("pipelines/rules/quality/Q-05.sql");
    let text = fs::read_to_string(&rule).unwrap();
    let spoilt = text.replace("SELECT c.case_id,", "SELECT nullif(c.case_id, 'hit') AS case_id,");
    assert_ne!(text, spoilt);
    fs::write(&rule, spoilt).unwrap();
    place.night.root = root;
    for dataset in ["civil_affairs.persons", "civil_affairs.cases", "civil_affairs.household_members"] {
        NIGHTS.city.seal(dataset, &[], &place.night.inbox);
    }
    let words = ["failed to close the counts of Q-05 in 330300", "no list of this run is published"];
    place.night.run().ends(1).warns(&words);
    let day = place.night.store.join("runs").join(&place.night.date);
    assert!(!exists(&day), "something was published");
}
