//! `hedui demo`, the first command that a newcomer types.

use std::fs;

use serde_json::Value;

use crate::{
    city::{DATE, SAMPLE},
    program::{Night, Said, exists, hedui, run},
    table::Table,
    tree,
};

/// The run's folder of a demo, with the night that would repeat it.
fn night(dir: &std::path::Path) -> Night {
    Night {
        root: SAMPLE.night.root.clone(),
        pipeline: "night".to_owned(),
        date: DATE.to_owned(),
        store: dir.join("store"),
        inbox: dir.join("inbox"),
        signers: dir.join("keys/allowed_signers"),
        reference: SAMPLE.night.reference.clone(),
        lang: "en",
        threads: 2,
    }
}

fn demo(dir: &std::path::Path, more: &[&str]) -> Said {
    run(hedui(["demo", "--dir"]).arg(dir).arg("--root").arg(&SAMPLE.night.root).args(more))
}

#[test]
fn the_demo_goes_from_raw_files_to_lists_and_says_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let said = demo(&dir, &["--lang", "en"]).ends(0);
    let night = night(&dir);
    let run = night.current();
    let said = said.prints(&[
        "31 datasets",
        "rows = ",
        "population",
        "D-01",
        "Leads, never decisions.",
        "report.html",
    ]);
    assert!(said.out.contains(&run.join("report.html").display().to_string()), "{}", said.out);

    // Every file that the interfaces promise, under the name they promise.
    for name in [
        "manifest.json",
        "leads.parquet",
        "evidence.parquet",
        "coverage.parquet",
        "cases.parquet",
        "report.html",
    ] {
        assert!(run.join(name).is_file(), "{name}");
    }
    for list in fs::read_dir(run.join("lists")).unwrap().map(|entry| entry.unwrap().path()) {
        let division = list.file_name().unwrap().to_string_lossy().into_owned();
        assert!(division.starts_with("3303") && [6, 9, 12].contains(&division.len()), "{division}");
        for name in ["review.xlsx", "review.csv", "review.html"] {
            assert!(list.join(name).is_file(), "{division}/{name}");
        }
        let csv = fs::read(list.join("review.csv")).unwrap();
        assert!(csv.starts_with("\u{feff}".as_bytes()), "{division}/review.csv has no byte-order mark");
    }
    let snapshots = tree::files(&night.store.join("snapshots"));
    assert_eq!(snapshots.keys().filter(|name| name.ends_with("/part-0.parquet")).count(), 31);
    for name in snapshots.keys() {
        let parts: Vec<&str> = name.split('/').collect();
        assert!(parts[2].starts_with("as_of=") && parts[3].starts_with("delivery="), "{name}");
    }

    // What was printed is what was written.
    let coverage = Table::read(&run.join("coverage.parquet"));
    let listed = Table::read(&run.join("leads.parquet"));
    let listed = listed.select(["listed"]).iter().filter(|[listed]| *listed == "true").count();
    assert!(said.out.contains(&format!("{listed} leads on")), "{listed} leads are listed:\n{}", said.out);
    for line in said.out.lines().filter(|line| line.get(1..2) == Some("-")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let counts: Vec<u64> = words[1..5].iter().map(|word| word.parse().unwrap()).collect();
        assert_eq!(counts[0], counts[1] + counts[2] + counts[3], "{line}");
        let rows = coverage.select(["rule_id", "population", "reason"]);
        let closing = rows.iter().filter(|[rule, _, reason]| *rule == words[0] && reason.is_empty());
        assert_eq!(
            closing.map(|[_, count, _]| count.parse::<u64>().unwrap()).sum::<u64>(),
            counts[0],
            "{line}"
        );
    }

    // The same inbox again: the same run, not a byte changed anywhere in the store.
    let before = tree::bytes(&night.store);
    let again = night.run().ends(3);
    assert!(again.err.contains("the same inputs and rules were run before"), "{}", again.err);
    assert_eq!(night.current(), run);
    tree::assert_same(&before, &tree::bytes(&night.store));
    let json = crate::program::run(night.command().args(["--format", "json"])).ends(3);
    let record: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(record["repeat"], true);
    let fates =
        record["deliveries"].as_array().unwrap().iter().map(|delivery| delivery["fate"].as_str().unwrap());
    assert_eq!(fates.collect::<Vec<_>>(), ["known"; 31]);

    // And the demo itself over its own folder.
    demo(&dir, &["--lang", "en", "-q"]).ends(0);
    tree::assert_same(&before, &tree::bytes(&night.store));
}

#[test]
fn the_demo_of_another_city_speaks_chinese_when_nobody_asks_for_english() {
    let folder = tempfile::tempdir().unwrap();
    let said = demo(folder.path(), &["--persons", "300"]).ends(0);
    said.prints(&["31 个数据集", "身份证件号码换成令牌并签名", "线索不是结论"]);
    assert!(folder.path().join("city/truth.csv").is_file());
}

#[test]
fn a_demo_where_nothing_can_be_written_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("taken");
    fs::write(&file, "a file").unwrap();
    let said = demo(&file.join("demo"), &["--lang", "en"]).ends(1);
    said.warns(&["a folder cannot be made", "taken", "choose another --dir"]);
    let said = demo(&file.join("demo"), &["--lang", "zh"]).ends(1);
    said.warns(&["错误: 建不了文件夹", "换一个 --dir"]);
    assert!(!exists(&file.join("demo")));
}
