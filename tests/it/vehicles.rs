//! A new source without Rust: what the tutorial of `transport.vehicles` asks its reader to do, done, and what is said to
//! whoever does it wrong.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    city::{AS_OF, Place, SAMPLE, undisturbed},
    program::{Said, exists, hedui, root, run},
    table::Table,
    tree,
};

const EXAMPLE: &str = "pipelines/examples/vehicles";

/// Lets the test key sign for the new agency as well, in a list of signers of this test's own.
fn let_transport_sign(place: &mut Place) {
    let signers = fs::read_to_string(&SAMPLE.keys.signers).unwrap();
    place.night.signers = place.folder.path().join("allowed_signers");
    fs::write(&place.night.signers, signers.replace(",education ", ",education,transport ")).unwrap();
}

fn seal(inbox: &Path, more: &[&str]) -> Said {
    let file = root().join(EXAMPLE).join("vehicles.csv");
    SAMPLE.keys.seal("transport.vehicles", AS_OF, inbox, &[file], more)
}

/// The rows of one table of a run, of V-01 alone or of all other rules.
fn rows(run: &Path, table: &str, columns: &[&str], of_vehicles: bool) -> Vec<Vec<String>> {
    let table = Table::read(&run.join(table));
    let places: Vec<usize> = columns.iter().map(|column| table.at(column)).collect();
    let all = table.rows.iter().map(|row| places.iter().map(|place| row[*place].clone()).collect::<Vec<_>>());
    all.filter(|row| (row[0] == "V-01") == of_vehicles).collect()
}

#[test]
fn the_example_is_sound_and_its_tests_pass_and_the_nightly_check_knows_nothing_of_it() {
    run(&mut hedui(["check", "vehicles", "--lang", "en"]))
        .ends(0)
        .prints(&["32 contracts", "no errors, 0 warnings"]);
    let tested = run(&mut hedui(["test", "vehicles", "--filter", "V", "--lang", "en"])).ends(0);
    tested.prints(&[" passed, 0 failed"]);
    run(&mut hedui(["check", "night", "--lang", "en"])).ends(0).prints(&["31 contracts"]);
    run(&mut hedui(["test", "night", "--filter", "V", "--lang", "en"]))
        .ends(2)
        .warns(&["no rule whose id begins with `V` has tests"]);
}

#[test]
fn the_new_rule_is_counted_in_the_shadow_and_changes_nothing_else() {
    let before = undisturbed();
    let mut place = Place::with_city();
    let_transport_sign(&mut place);
    place.night.pipeline = "vehicles".to_owned();
    seal(&place.night.inbox, &["--pipeline", "vehicles"]).ends(0).prints(&["7 rows read = 7 sealed"]);
    place.night.run().ends(3).prints(&["V-01", "Owns a car"]);
    let after = place.night.current();

    let leads =
        ["rule_id", "household_id", "severity", "status", "listed", "value", "threshold", "reason_en"];
    let found = rows(&after, "leads.parquet", &leads, true);
    let mut said: Vec<Vec<&str>> = found.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    said.sort_unstable();
    let cars = |day: &str| {
        format!(
            "Cars in the names of members: 1, the newest first registered on {day}; cars of 15 years or more are not counted."
        )
    };
    let (first, second) = (cars("2021-04-09"), cars("2016-07-20"));
    let lead = |household, reason| vec!["V-01", household, "S3", "new", "false", "1.0000", "0.0000", reason];
    assert_eq!(said, [lead("H000000010", first.as_str()), lead("H000700002", second.as_str())]);
    for file in tree::files(&after.join("lists")).values() {
        let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
        assert!(!text.contains("V-01"), "{} lists a rule that is not live", file.display());
    }

    // hit + clear + insufficient = population, and every other rule says what it said without the new source.
    let columns = ["rule_id", "division", "population", "hit", "clear", "insufficient", "reason"];
    let own = rows(&after, "coverage.parquet", &columns, true);
    let sum = |at: usize| -> u64 {
        own.iter().filter(|row| row[6].is_empty()).map(|row| row[at].parse::<u64>().unwrap()).sum()
    };
    assert_eq!((sum(3), sum(2)), (2, sum(3) + sum(4) + sum(5)));
    // Rules about the feeds themselves look at one feed more, which is sound.
    let of_feeds = |row: &Vec<String>| ["Q-01", "Q-03", "Q-06"].contains(&row[0].as_str());
    let split = |run: &Path| -> (Vec<_>, Vec<_>) {
        rows(run, "coverage.parquet", &columns, false).into_iter().partition(of_feeds)
    };
    let ((fed_before, others_before), (fed_after, others_after)) = (split(&before), split(&after));
    assert_eq!(others_before, others_after);
    let more = |row: &Vec<String>, by: u64| {
        [2, 3, 4, 5].map(|at| row[at].parse::<u64>().unwrap() + if at == 3 || at == 5 { 0 } else { by })
    };
    let counts = |rows: &[Vec<String>], by| rows.iter().map(|row| more(row, by)).collect::<Vec<_>>();
    assert_eq!(counts(&fed_before, 1), counts(&fed_after, 0));
    assert_eq!(fed_after.len(), 3);
    let ids = ["rule_id", "lead_id", "evidence_key", "listed", "severity"];
    assert_eq!(rows(&before, "leads.parquet", &ids, false), rows(&after, "leads.parquet", &ids, false));

    // The manifest tells files of one name in two folders apart.
    let manifest = fs::read_to_string(after.join("manifest.json")).unwrap();
    for file in ["parameters/catalogue.yaml", "schemas/transport.vehicles.odcs.yaml"] {
        assert!(manifest.contains(&format!("\"examples/vehicles/{file}\"")), "{file} is not in the manifest");
    }
}

#[test]
fn the_nightly_check_leaves_a_delivery_of_another_pipeline_to_that_pipeline() {
    let mut place = Place::with(&["housing/presales"]);
    let_transport_sign(&mut place);
    seal(&place.night.inbox, &["--pipeline", "vehicles"]).ends(0);
    let accept = |place: &Place| run(&mut place.night.accept());
    // It is named, with what to do, and nothing else is held up.
    accept(&place)
        .ends(3)
        .warns(&["[contract_unknown]", "transport.vehicles", "run the pipeline that does"])
        .prints(&["presales-"]);
    place.night.lang = "zh";
    accept(&place).ends(3).warns(&["没有数据集 transport.vehicles 的契约", "请运行那个流程"]);
    place.night.lang = "en";
    // The other pipeline takes it in, and from then on it is known to both.
    place.night.pipeline = "vehicles".to_owned();
    accept(&place).ends(0).prints(&["7 = 7 + 0 + 0 (rows = accepted"]);
    place.night.pipeline = "night".to_owned();
    let said = accept(&place).ends(0);
    assert_eq!(said.out.matches("taken in before").count(), 2, "{}", said.out);
}

#[test]
fn sealing_a_dataset_that_only_a_pipeline_knows_asks_for_the_pipeline() {
    let place = Place::with(&[]);
    let inbox = place.folder.path().join("out");
    seal(&inbox, &[]).ends(2).warns(&["there is no dataset `transport.vehicles`", "add --pipeline NAME"]);
    seal(&inbox, &["--pipeline", "night"]).ends(2).warns(&["there is no dataset `transport.vehicles`"]);
    seal(&inbox, &["--pipeline", "vehicle"]).ends(2).warns(&["there is no pipeline `vehicle`", "`vehicles`"]);
    assert!(!exists(&inbox), "something was sealed");
}

/// An installation of its own, to be spoilt.
fn installation() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("hedui");
    for part in ["pipelines", "schemas"] {
        tree::copy(&root().join(part), &copy.join(part));
    }
    (folder, copy)
}

fn check(root: &Path) -> Said {
    run(hedui(["check", "vehicles", "--lang", "en", "--root"]).arg(root))
}

/// The files that a tutorial asks to type in: a path alone on its line, in backticks, and the block that follows.
fn typed_in(tutorial: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut name = None;
    let mut lines = tutorial.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let block: String =
                lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            files.extend(name.take().map(|name| (name, block)));
        } else if !line.is_empty() {
            let path = line.trim_end_matches([':', '：']);
            name = path.strip_prefix('`').and_then(|path| path.strip_suffix('`')).map(str::to_owned);
        }
    }
    files
}

#[test]
fn the_second_rule_of_the_tutorial_works_as_it_is_typed_in() {
    let tutorials = ["README.md", "README.zh-CN.md"].map(|name| {
        let text = fs::read_to_string(root().join(EXAMPLE).join(name)).unwrap();
        typed_in(&text)
    });
    let [english, chinese] = &tutorials;
    assert_eq!(english, chinese, "the two languages ask for the same files");
    assert_eq!(
        english.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["rules/property/V-02.sql", "rules/property/V-02.test.yaml"]
    );
    let (_folder, root) = installation();
    for (name, text) in english {
        fs::write(root.join(EXAMPLE).join(name), text).unwrap();
    }
    check(&root).ends(0).prints(&["no errors, 0 warnings"]);
    let tested = run(hedui(["test", "vehicles", "--filter", "V-02", "--lang", "en", "--root"]).arg(&root));
    tested.ends(0).prints(&["2 passed, 0 failed"]);
}

#[test]
fn a_folder_that_is_not_there_is_one_mistake_with_its_place_in_the_pipeline() {
    let (_folder, root) = installation();
    let file = root.join("pipelines/vehicles.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("examples/vehicles/rules]", "examples/vehicles/rulez]")).unwrap();
    let line = text.lines().position(|line| line.starts_with("rules:")).unwrap() + 1;
    let said = check(&root).ends(2);
    assert_eq!(said.err.matches("error[").count(), 1, "{}", said.err);
    let place = format!("vehicles.yaml:{line}:16");
    said.warns(&[
        "there is no folder `examples/vehicles/rulez`",
        &place,
        "did you mean `examples/vehicles/rules`?",
    ]);
}

#[test]
fn a_rule_a_dataset_and_a_fact_that_stand_in_two_folders_are_named_with_both() {
    let (_folder, root) = installation();
    let copies = [
        ("rules/property/P-02.sql", "examples/vehicles/rules/property/P-02.sql"),
        ("../schemas/housing.presales.odcs.yaml", "examples/vehicles/schemas/housing.presales.odcs.yaml"),
        ("facts/deaths.sql", "examples/vehicles/facts/deaths.sql"),
    ];
    for (from, to) in copies {
        fs::copy(root.join("pipelines").join(from), root.join("pipelines").join(to)).unwrap();
    }
    let said = check(&root).ends(2);
    assert_eq!(said.err.matches("error[").count(), copies.len(), "{}", said.err);
    for (from, to) in copies {
        said.err.find(&format!("pipelines/{to}")).unwrap_or_else(|| panic!("{to}:\n{}", said.err));
        let first = from.trim_start_matches("../");
        assert!(said.err.contains(&format!("the other is in {}", root.display())), "{}", said.err);
        assert!(said.err.contains(first), "{first}:\n{}", said.err);
    }
}
