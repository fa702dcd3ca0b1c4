//! What the rules find in the sample city, byte for byte as committed in `tests/golden`, with one thread and with two.
//!
//! `HEDUI_BLESS=1 cargo test --test it golden` writes the files anew after a change that was meant; read the difference
//! before committing it. Tables are kept as CSV, so that it can be read; all else as SHA-256.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::{
    city::{Place, SAMPLE, undisturbed},
    package::hex,
    program::root,
    table::Table,
    tree,
};

const TABLES: [&str; 4] = ["leads", "evidence", "coverage", "cases"];
/// The tables that are committed whole; of the evidence only how much of it each lead has, for it is long.
const WHOLE: [&str; 3] = ["leads", "coverage", "cases"];
/// Files that carry the run's name, a digest of the plan, which changes with every comment in a rule. They are compared
/// between runs, not with committed digests.
const NAMED: [&str; 2] = ["manifest.json", "report.html"];

fn is_blessing() -> bool {
    std::env::var_os("HEDUI_BLESS").is_some_and(|value| value == "1")
}

fn golden() -> PathBuf {
    root().join("tests/golden")
}

#[track_caller]
fn compare(name: &str, found: &str) {
    let path = golden().join(name);
    if is_blessing() {
        fs::write(path, found).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if expected == found {
        return;
    }
    let (mut gone, mut new): (BTreeMap<&str, i64>, Vec<&str>) = (BTreeMap::new(), Vec::new());
    expected.lines().for_each(|line| *gone.entry(line).or_default() += 1);
    for line in found.lines() {
        match gone.get_mut(line) {
            Some(left) if *left > 0 => *left -= 1,
            _ => new.push(line),
        }
    }
    let gone: Vec<&str> = gone.into_iter().filter(|(_, left)| *left > 0).map(|(line, _)| line).collect();
    let show = |mark: &str, lines: &[&str]| -> String {
        lines.iter().take(20).map(|line| format!("{mark} {line}\n")).collect()
    };
    panic!(
        "{name} is not what was committed ({} lines gone, {} new; HEDUI_BLESS=1 if that is meant):\n{}{}",
        gone.len(),
        new.len(),
        show("-", &gone),
        show("+", &new)
    );
}

fn digests(run: &Path) -> String {
    let mut text = String::new();
    for (name, bytes) in tree::bytes(run) {
        if !NAMED.contains(&name.as_str()) {
            text.push_str(&format!("{}  {name}\n", hex(&Sha256::digest(bytes))));
        }
    }
    text
}

/// A line a lead and dataset: how many rows it cites and how many values of them.
fn evidence(run: &Path) -> String {
    let table = Table::read(&run.join("evidence.parquet"));
    let mut cited: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for [lead, agency, dataset, delivery, row] in
        table.select(["lead_id", "agency", "dataset", "delivery", "row"])
    {
        cited.entry(format!("{lead},{agency}.{dataset}")).or_default().push((delivery, row));
    }
    let mut text = "lead_id,dataset,rows,values\n".to_owned();
    for (who, rows) in cited {
        let values = rows.len();
        let rows: BTreeSet<(&str, &str)> = rows.into_iter().collect();
        text.push_str(&format!("{who},{},{values}\n", rows.len()));
    }
    text
}

#[test]
fn the_sample_city_gives_what_was_committed() {
    let run = undisturbed();
    for name in WHOLE {
        compare(&format!("{name}.csv"), &Table::read(&run.join(format!("{name}.parquet"))).csv());
    }
    compare("evidence.csv", &evidence(&run));
    compare("digests.txt", &digests(&run));
    let total: u64 = tree::files(&golden()).values().map(|path| path.metadata().unwrap().len()).sum();
    assert!(total < 600 << 10, "tests/golden has grown to {total} bytes");
}

#[test]
fn one_thread_and_two_write_the_same_bytes() {
    undisturbed();
    let mut place = Place::with_city();
    place.night.threads = 1;
    place.night.run().ends(3);
    let (one, two) = (place.night.current(), undisturbed());
    assert_eq!(one.file_name(), two.file_name());
    tree::assert_same(&tree::bytes(&one), &tree::bytes(&two));
    for part in ["snapshots", "quarantine", "dictionary", "receipts"] {
        tree::assert_same(
            &tree::bytes(&place.night.store.join(part)),
            &tree::bytes(&SAMPLE.night.store.join(part)),
        );
    }
}

#[test]
fn the_lists_of_the_sample_city_come_in_chinese_as_well() {
    let mut place = Place::with_city();
    place.night.lang = "zh";
    let said = place.night.run().ends(3);
    said.prints(&["收取 31 份交付", "线索不是结论"]);
    // The findings do not hang on the language that they are printed in.
    let (zh, en) = (place.night.current(), undisturbed());
    for name in TABLES {
        let [zh, en] = [&zh, &en].map(|run| fs::read(run.join(format!("{name}.parquet"))).unwrap());
        assert!(zh == en, "{name}.parquet differs");
    }
    assert!(fs::read_to_string(zh.join("report.html")).unwrap().contains("lang=\"zh"));
}
