//! The known cases that were planted in the sample city: what each rule must say of each of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{
    city::{SAMPLE, undisturbed},
    package::hex,
    program::root,
    table::Table,
    tree,
};

/// The token of a normalised identity number, computed here and not by the program.
fn token(number: &str) -> String {
    let text = fs::read_to_string(&SAMPLE.keys.hash).unwrap();
    let key: Vec<u8> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&text.trim()[at..at + 2], 16).unwrap()).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(number.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// The rules that there are.
fn rules() -> BTreeSet<String> {
    let files = tree::files(&root().join("pipelines/rules"));
    files.keys().filter_map(|name| name.strip_suffix(".sql")?.rsplit('/').next().map(str::to_owned)).collect()
}

#[test]
fn every_known_case_of_every_rule_comes_out_as_planted() {
    let run = undisturbed();
    let leads = Table::read(&run.join("leads.parquet"));
    let leads = leads.select(["rule_id", "subject_kind", "person_id", "household_id", "case_id", "status"]);
    let mut found: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for [rule, kind, person, household, case, status] in leads {
        let subject = match kind {
            "person" => person,
            "household" => household,
            _ => case,
        };
        let twice = found.insert((rule, subject), status);
        assert!(twice.is_none(), "{rule} has two leads for {subject}");
    }
    let rules = rules();
    let mut wrong = Vec::new();
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    let mut truth = csv::Reader::from_path(root().join("sample-data/truth.csv")).unwrap();
    for line in truth.records().map(Result::unwrap) {
        let (case, rule, subject, kind, expected) = (&line[0], &line[1], &line[2], &line[3], &line[4]);
        if !rules.contains(rule) {
            continue;
        }
        // Rows that are set aside and files that are never sealed have tests of their own: they are in no lead.
        let is_kept_out = OF_DELIVERIES.contains(&rule) && expected == "hit";
        if is_kept_out {
            tried.entry(rule.to_owned()).or_default();
            continue;
        }
        *tried.entry(rule.to_owned()).or_default() += 1;
        let subject = if kind == "person" { token(subject) } else { subject.to_owned() };
        let status = found.get(&(rule, subject.as_str())).copied();
        let is_right = match expected {
            "hit" => status.is_some_and(|status| status != "withheld"),
            // A subject that would be a hit but for a doubt about the identity is kept, marked and never listed.
            "insufficient" => status.is_none_or(|status| status == "withheld"),
            "clear" | "outside" => status.is_none(),
            other => panic!("truth.csv expects `{other}`"),
        };
        if !is_right {
            wrong.push(format!("{rule} {case}: {expected} was expected, the lead is {status:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of the known cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(
        tried.keys().collect::<Vec<_>>(),
        rules.iter().collect::<Vec<_>>(),
        "rules without a known case"
    );
}

/// Rules about deliveries: told in the run's notes.
const OF_DELIVERIES: [&str; 2] = ["Q-01", "Q-06"];

#[test]
fn invalid_rows_are_told_of_with_the_delivery_that_holds_them() {
    let run = undisturbed();
    // One key with two amounts: both are set aside on arrival, and of two equal rows one. A wrong check digit goes no further
    // than the agency.
    let deliveries = Table::read(&run.join("deliveries.parquet"));
    let counts = ["dataset", "delivery", "set_aside", "collapsed", "set_aside_by_agency", "raw_numbers"];
    let (mut of_rows, mut of_numbers) = (0, 0);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(run.join("manifest.json")).unwrap()).unwrap();
    let notes = manifest["results"]["notes"].as_array().unwrap();
    let is_told =
        |start: &str| notes.iter().filter(|note| note["en"].as_str().unwrap().starts_with(start)).count();
    let mut datasets = BTreeMap::new();
    for [dataset, delivery, set_aside, collapsed, by_agency, raw] in deliveries.select(counts) {
        of_rows += u64::from(set_aside != "0");
        of_numbers += u64::from(raw != "0");
        let told = is_told(&format!("Q-01 {delivery}: {dataset}: "));
        assert_eq!(told, usize::from(set_aside != "0"), "{delivery}");
        datasets.insert(dataset, [set_aside, collapsed, by_agency]);
    }
    assert_ne!(datasets["civil_affairs.payments"][0], "0");
    assert_ne!(datasets["civil_affairs.payments"][1], "0");
    assert_ne!(datasets["civil_affairs.disability_certificates"][2], "0");
    let rules = &manifest["results"]["rules"];
    assert_eq!((&rules["Q-01"]["hit"], &rules["Q-06"]["hit"]), (&of_rows.into(), &of_numbers.into()));
    assert_eq!(rules["Q-01"]["population"], deliveries.rows.len());
}

#[test]
fn every_lead_names_the_rows_that_it_rests_on() {
    let run = undisturbed();
    let evidence = Table::read(&run.join("evidence.parquet"));
    let mut witnesses: BTreeSet<&str> = BTreeSet::new();
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for [lead, agency, delivery, row, field, value] in
        evidence.select(["lead_id", "agency", "delivery", "row", "field", "value"])
    {
        witnesses.insert(lead);
        if !["person_id", "case_id", "household_id"].contains(&field) {
            // Dates, amounts and codes may have been mended on their way; references and tokens stand as they were sent.
            continue;
        }
        // Back to the delivered file: what the evidence cites stands on the line that it cites.
        let (file, line) = row.rsplit_once(':').unwrap();
        let path = SAMPLE.inbox.join(agency).join(delivery).join(file);
        let text = lines
            .entry(path.display().to_string())
            .or_insert_with(|| fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect());
        let cited = &text[line.parse::<usize>().unwrap() - 1];
        assert!(cited.contains(value), "{field} = {value} is not on {row} of {delivery}");
    }
    let leads = Table::read(&run.join("leads.parquet"));
    for [lead, rule] in leads.select(["lead_id", "rule_id"]) {
        assert!(witnesses.contains(lead), "{rule} {lead} rests on nothing");
    }
}

#[test]
fn no_identity_number_of_the_raw_files_leaves_the_agency() {
    undisturbed();
    let numbers: BTreeSet<Vec<u8>> = raw_numbers();
    assert!(numbers.len() > 4_000, "{} numbers", numbers.len());
    for folder in [&SAMPLE.inbox, &SAMPLE.night.store] {
        for (name, path) in tree::files(folder) {
            // Packed columns are looked at unpacked.
            let is_table = name.ends_with(".parquet");
            let bytes =
                if is_table { Table::read(&path).csv().into_bytes() } else { fs::read(path).unwrap() };
            for run in digit_runs(&bytes) {
                assert!(!numbers.contains(run), "{name} holds an identity number of the raw files");
            }
        }
    }
}

/// Every run of 18 characters that could be an identity number in the raw files that are plain text.
fn raw_numbers() -> BTreeSet<Vec<u8>> {
    let mut numbers = BTreeSet::new();
    for (name, path) in tree::files(&root().join("sample-data/raw")) {
        let bytes = fs::read(path).unwrap();
        if name.ends_with(".csv") {
            numbers.extend(digit_runs(&bytes).map(<[u8]>::to_vec));
        }
    }
    numbers
}

/// Runs of exactly 17 digits and one digit or X. Tokens are hex: a run inside one is longer on either side, or is no run.
fn digit_runs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|byte| !byte.is_ascii_alphanumeric())
        .filter(|word| word.len() == 18 && word[..17].iter().all(u8::is_ascii_digit))
}
