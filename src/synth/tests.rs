//! The city seen from outside: bytes, proportions, known cases.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use super::*;
use crate::contract::{Delivery, Kind};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn contracts() -> BTreeMap<DatasetId, Contract> {
    Contract::load_dir(&root().join("schemas")).unwrap()
}

fn city(persons: u32, seed: u64, change: impl Fn(&mut Spec)) -> (tempfile::TempDir, Made) {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = Spec { persons, seed, ..Spec::sample(folder.path().to_owned()) };
    change(&mut spec);
    let made = make(&spec, &contracts(), &mut |_| ()).unwrap();
    (folder, made)
}

fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

type Table = Vec<BTreeMap<String, String>>;

/// The rows of one file under the contract's column names, damaged rows and all.
fn read(folder: &Path, delivery: &DeliveryOf, contracts: &BTreeMap<DatasetId, Contract>) -> Table {
    let contract = &contracts[&delivery.dataset.parse().unwrap()];
    let path = folder.join(&delivery.files[0]);
    let mut bytes = fs::read(&path).unwrap();
    let name = delivery.files[0].as_str();
    let mut rows: Vec<Vec<String>> = Vec::new();
    if name.ends_with(".xlsx") {
        use calamine::{Reader as _, Xlsx};
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        rows.extend(sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()));
    } else {
        if name.ends_with(".gz") {
            let mut plain = Vec::new();
            // The plain decoder stops after one member: there must be only one.
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
            bytes = plain;
        }
        let encoding = if delivery.encoding == "GB18030" { encoding_rs::GB18030 } else { encoding_rs::UTF_8 };
        let (text, _, bad) = encoding.decode(&bytes);
        assert!(!bad, "{name}");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        rows.extend(reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()));
    }
    let header: Vec<String> = rows
        .remove(0)
        .iter()
        .map(|name| contract.columns[contract.column(name).unwrap()].name.clone())
        .collect();
    rows.into_iter().map(|row| header.iter().cloned().zip(row).collect()).collect()
}

/// The tables of some datasets, by dataset.
fn read_some(folder: &Path, made: &Made, wanted: impl Fn(&str) -> bool) -> BTreeMap<String, Table> {
    let contracts = contracts();
    let deliveries = made.manifest.deliveries.iter().filter(|delivery| wanted(&delivery.dataset));
    deliveries.map(|delivery| (delivery.dataset.clone(), read(folder, delivery, &contracts))).collect()
}

fn is_good_number(text: &str) -> bool {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
    text.len() == 18 && text.chars().last() == "10X98765432".chars().nth((sum % 11) as usize)
}

#[test]
fn the_sample_city_is_remade_byte_for_byte() {
    let (folder, _) = city(SAMPLE_PERSONS, SAMPLE_SEED, |_| ());
    let mut committed = files_below(&root().join("sample-data"));
    committed.retain(|name, _| !name.starts_with("README"));
    let made = files_below(folder.path());
    assert_eq!(made.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, bytes) in &made {
        assert!(committed[name] == *bytes, "{name} differs from the committed file");
    }
    let total: usize = committed.values().map(Vec::len).sum();
    assert!(total < 2 << 20, "{total} bytes");
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let (one, _) = city(900, 7, |spec| spec.threads = 1);
    let (three, _) = city(900, 7, |spec| spec.threads = 3);
    assert!(files_below(one.path()) == files_below(three.path()));
}

#[test]
fn another_seed_gives_other_people_and_the_same_known_cases() {
    let (one, _) = city(900, 7, |_| ());
    let (other, _) = city(900, 8, |_| ());
    let (one, other) = (files_below(one.path()), files_below(other.path()));
    assert_ne!(one["raw/civil_affairs/persons.csv"], other["raw/civil_affairs/persons.csv"]);
    assert_eq!(one["truth.csv"], other["truth.csv"]);
}

#[test]
fn every_row_fits_its_contract_but_for_the_dirt_that_was_counted() {
    let (folder, made) = city(6000, 3, |_| ());
    let contracts = contracts();
    for delivery in &made.manifest.deliveries {
        let contract = &contracts[&delivery.dataset.parse().unwrap()];
        let rows = read(folder.path(), delivery, &contracts);
        assert_eq!(rows.len() as u64, delivery.rows, "{}", delivery.dataset);
        let mut misfits = 0;
        for row in &rows {
            let fits = contract.columns.iter().all(|column| {
                let text = row.get(&column.name).map_or("", String::as_str);
                match column.kind {
                    _ if text.is_empty() => !column.required,
                    Kind::Code => column.codes.iter().any(|code| code.value == text),
                    Kind::Money => text.parse::<crate::model::Fen>().is_ok(),
                    Kind::Month => text.parse::<crate::model::Month>().is_ok(),
                    Kind::Date => text.parse::<NaiveDate>().is_ok(),
                    Kind::Person => is_good_number(text),
                    _ => true,
                }
            });
            misfits += u64::from(!fits);
        }
        // One planted row has a wrong check digit on purpose.
        let planted = u64::from(delivery.dataset == "civil_affairs.disability_certificates");
        assert_eq!(misfits, delivery.mended + delivery.set_aside + planted, "{}", delivery.dataset);
    }
}

#[test]
fn no_two_people_share_a_number() {
    let (folder, made) = city(20_000, 5, |_| ());
    let tables = read_some(folder.path(), &made, |name| name == "civil_affairs.persons");
    let mut births: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for row in tables["civil_affairs.persons"].iter().filter(|row| is_good_number(&row["person_id"])) {
        births.entry(&row["person_id"]).or_default().insert((&row["birth_month"], &row["sex"]));
    }
    // Contradictions are few and on purpose: one in two thousand, and the planted ones.
    let contradictory = births.values().filter(|seen| seen.len() > 1).count();
    assert!(contradictory < 50, "{contradictory}");
}

#[test]
fn the_proportions_are_those_of_a_real_city() {
    let (folder, made) = city(60_000, 11, |_| ());
    let tables = read_some(folder.path(), &made, |name| {
        ["cases", "disability_certificates", "household_members", "deaths"]
            .iter()
            .any(|table| name.ends_with(table))
    });
    let month = default_business_date().format("%Y-%m").to_string();
    let is_background = |row: &&BTreeMap<String, String>| !row["household_id"].starts_with("H999");
    let active: BTreeMap<&str, &BTreeMap<String, String>> = tables["civil_affairs.cases"]
        .iter()
        .filter(is_background)
        .filter(|row| ["active", "grace"].contains(&row["status"].as_str()))
        .filter(|row| row["end_month"].is_empty() || row["end_month"] >= month)
        .map(|row| (row["case_id"].as_str(), row))
        .collect();
    // Shares in 10,000.
    let of = |part: usize, whole: usize| part * 10_000 / whole;
    let people = |programme: &str| {
        let cases = active.values().filter(|row| row["programme"] == programme);
        of(cases.map(|row| row["counted_members"].parse::<usize>().unwrap()).sum(), 60_000)
    };
    assert!((210..290).contains(&people("dibao")), "{}", people("dibao"));
    assert!((30..50).contains(&people("tekun")), "{}", people("tekun"));

    let assisted = ["dibao", "dibao_marginal", "rigid_expenditure", "tekun"];
    let homes = active.values().filter(|row| assisted.contains(&row["programme"].as_str()));
    let sizes: Vec<usize> = homes.map(|row| row["counted_members"].parse().unwrap()).collect();
    let share =
        |wanted: fn(usize) -> bool| sizes.iter().filter(|size| wanted(**size)).count() * 100 / sizes.len();
    assert!((46..68).contains(&share(|n| n == 1)), "{}", share(|n| n == 1));
    assert!((18..32).contains(&share(|n| n == 2)), "{}", share(|n| n == 2));
    assert!((7..16).contains(&share(|n| n == 3)), "{}", share(|n| n == 3));
    assert!((1..8).contains(&share(|n| n >= 5)), "{}", share(|n| n >= 5));

    let certified = of(tables["civil_affairs.disability_certificates"].len(), 60_000);
    assert!((250..360).contains(&certified), "{certified}");
    let members: BTreeSet<&str> = tables["civil_affairs.household_members"]
        .iter()
        .filter(is_background)
        .map(|row| row["person_id"].as_str())
        .collect();
    let dead = tables["civil_affairs.deaths"]
        .iter()
        .filter(|row| members.contains(row["person_id"].as_str()))
        .count();
    let yearly = of(dead, members.len() * 2);
    assert!((250..400).contains(&yearly), "{yearly}");
}

#[test]
fn every_known_case_stands_in_the_raw_files() {
    let (folder, made) = city(500, 2, |_| ());
    let tables = read_some(folder.path(), &made, |_| true);
    let seen: BTreeSet<&str> =
        tables.values().flatten().flat_map(|row| row.values()).map(String::as_str).collect();
    let mut reader = csv::Reader::from_path(folder.path().join("truth.csv")).unwrap();
    let mut rules = BTreeSet::new();
    let mut lines = 0;
    for line in reader.records().map(Result::unwrap) {
        let (case, rule, subject, kind) = (&line[0], &line[1], &line[2], &line[3]);
        assert!(seen.contains(subject) || ["dataset", "delivery"].contains(&kind), "{rule} {case}");
        rules.insert(rule.to_owned());
        lines += 1;
    }
    assert_eq!(lines, made.known_cases);
    // 65 rules: D 7, X 10, I 9, P 6, H 2, E 6, S 7, M 12, Q 6.
    assert_eq!(rules.len(), 65, "{rules:?}");
}

#[test]
fn every_month_of_a_dataset_by_month_has_rows_even_in_a_hamlet() {
    let (folder, made) = city(60, 1, |_| ());
    let contracts = contracts();
    for delivery in &made.manifest.deliveries {
        let contract = &contracts[&delivery.dataset.parse().unwrap()];
        let Delivery::ByMonth { column } = &contract.delivery else {
            assert!(delivery.months.is_empty(), "{}", delivery.dataset);
            continue;
        };
        let rows = read(folder.path(), delivery, &contracts);
        let months: BTreeSet<&str> = rows.iter().map(|row| row[column].as_str()).collect();
        assert_eq!(months, delivery.months.iter().map(String::as_str).collect(), "{}", delivery.dataset);
    }
}

#[test]
fn a_missing_contract_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = make(&Spec::sample(folder.path().to_owned()), &BTreeMap::new(), &mut |_| ()).unwrap_err();
    assert_eq!(error.to_string(), "the contract of civil_affairs.persons is missing");
}

#[test]
fn a_contract_without_one_of_our_columns_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut contracts = contracts();
    contracts.values_mut().next().unwrap().columns.retain(|column| column.name != "state");
    let error = make(&Spec::sample(folder.path().to_owned()), &contracts, &mut |_| ()).unwrap_err();
    assert_eq!(error.to_string(), "the contract of civil_affairs.authorisations has no column `state`");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("city");
    fs::write(&taken, "a file").unwrap();
    let error = make(&Spec::sample(taken), &contracts(), &mut |_| ()).unwrap_err();
    assert!(matches!(&error, SynthError::Write { .. }), "{error}");
    assert!(error.to_string().contains("city"), "{error}");
}

#[test]
fn more_people_than_numbers_are_refused() {
    let spec = Spec { persons: MAX_PERSONS + 1, ..Spec::sample("/nowhere".into()) };
    let error = make(&spec, &contracts(), &mut |_| ()).unwrap_err();
    assert_eq!(error.to_string(), "20000001 persons are too many: at most 20000000 have distinct numbers");
}

#[test]
fn progress_ends_at_the_last_person() {
    let folder = tempfile::tempdir().unwrap();
    let mut steps = Vec::new();
    let spec = Spec { persons: 777, ..Spec::sample(folder.path().to_owned()) };
    make(&spec, &contracts(), &mut |step| steps.push(step.persons)).unwrap();
    assert_eq!(steps.last(), Some(&777));
    assert!(steps.is_sorted());
}
