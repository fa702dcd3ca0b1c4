//! Pipelines, facts, rules and parameters with mistakes in them: each is named with its place and the nearest right name,
//! all of them at once, and nothing is run.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::{
    city::{Place, undisturbed},
    program::{Said, exists, hedui, root, run},
    table::Table,
    tree,
};

/// An installation of its own, to be spoilt.
pub struct Installation {
    _folder: tempfile::TempDir,
    pub root: PathBuf,
}

impl Installation {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("hedui");
        for part in ["pipelines", "schemas"] {
            tree::copy(&root().join(part), &copy.join(part));
        }
        Self { _folder: folder, root: copy }
    }

    /// Replaces the first `old` after `after` by `new`; returns `file:line:column` of the place as it is printed.
    #[track_caller]
    fn spoil(&self, file: &str, after: &str, old: &str, new: &str) -> String {
        let path = self.root.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let from = text.find(after).unwrap_or_else(|| panic!("no `{after}` in {file}"));
        let at = from + text[from..].find(old).unwrap_or_else(|| panic!("no `{old}` in {file}"));
        fs::write(&path, format!("{}{new}{}", &text[..at], &text[at + old.len()..])).unwrap();
        let line = text[..at].matches('\n').count() + 1;
        let column = text[..at].chars().rev().take_while(|c| *c != '\n').count() + 1;
        format!("{}:{line}:{column}", path.display())
    }

    fn check(&self, lang: &str) -> Said {
        run(hedui(["check", "--lang", lang, "--root"]).arg(&self.root))
    }

    /// `hedui run` refuses with the same message and makes no store.
    #[track_caller]
    fn run_refuses(&self, words: &[&str]) {
        let mut place = Place::with(&["civil_affairs/grace_periods"]);
        place.night.root.clone_from(&self.root);
        place.night.run().ends(2).warns(words).warns(&["nothing was run"]);
        assert!(!exists(&place.night.store), "a store was made");
    }
}

#[test]
fn our_own_pipelines_have_no_mistakes_and_their_rules_pass_their_tests() {
    let said =
        run(&mut hedui(["check", "--lang", "en"])).ends(0).prints(&["31 contracts", "no errors, 0 warnings"]);
    assert!(!said.err.contains("error["), "{}", said.err);
    run(&mut hedui(["test", "--lang", "en"])).ends(0).prints(&[" passed, 0 failed"]);
}

#[test]
fn a_rule_with_a_wrong_column_name_is_named_with_line_column_and_nearest_name() {
    let spoilt = Installation::new();
    let place = spoilt.spoil(
        "pipelines/rules/death/D-05.sql",
        "FROM facts.active_cases AS c\n",
        "c.case_id",
        "c.case_di",
    );
    let said = spoilt.check("en").ends(2).warns(&["error[HD", "case_di", &place, "c.case_id"]);
    assert!(!said.out.contains("no errors"), "{}", said.out);
    spoilt.check("zh").ends(2).warns(&["错误[HD", "case_di", &place]);
    spoilt.run_refuses(&["case_di", &place]);
    let json = run(hedui(["check", "--format", "json", "--root"]).arg(&spoilt.root)).ends(2);
    let found: Value = serde_json::from_str(&json.out).unwrap();
    let wrong = found.as_array().unwrap().iter().find(|one| one["level"] == "error").unwrap();
    let (line, column) = (&wrong["line"], &wrong["column"]);
    assert!(place.ends_with(&format!("D-05.sql:{line}:{column}")), "{wrong}");
}

#[test]
fn the_mistakes_of_all_files_are_reported_together() {
    let spoilt = Installation::new();
    let places = [
        spoilt.spoil("pipelines/rules/death/D-01.sql", "/*---", "severity", "sevrity"),
        spoilt.spoil("pipelines/rules/double/X-03.sql", "/*---", "ineligible", "inelegible"),
        spoilt.spoil(
            "pipelines/parameters/windows.yaml",
            "lookback_months",
            "lookback_months",
            "lookback_month",
        ),
    ];
    let said = spoilt.check("en").ends(2);
    for place in &places {
        assert!(said.err.contains(place.as_str()), "{place} is not named:\n{}", said.err);
    }
    said.warns(&["`severity`", "`ineligible`", "`lookback_months`"]);
    spoilt.run_refuses(&[&places[0], &places[1], &places[2]]);
}

#[test]
fn a_pipeline_with_a_mistake_is_named_with_its_place() {
    let spoilt = Installation::new();
    let place = spoilt.spoil("pipelines/night.yaml", "timezone", "Asia/Shanghai", "Asia/Shangri-La");
    spoilt.check("en").ends(2).warns(&[&place, "unknown time zone `Asia/Shangri-La`", "Asia/Shanghai"]);
    spoilt.run_refuses(&[&place]);
}

#[test]
fn a_fact_that_names_a_table_which_is_not_there_is_named_with_its_place() {
    let spoilt = Installation::new();
    let place =
        spoilt.spoil("pipelines/facts/deaths.sql", "SELECT", "civil_affairs.deaths", "civil_affairs.death");
    spoilt.check("en").ends(2).warns(&["civil_affairs.death", &place]);
    spoilt.run_refuses(&["civil_affairs.death", &place]);
}

#[test]
fn sql_that_no_one_can_read_is_named_with_its_place() {
    let spoilt = Installation::new();
    spoilt.spoil("pipelines/rules/missed/M-08.sql", "---*/", "SELECT", "SELEKT");
    spoilt.check("en").ends(2).warns(&["error[HD", "M-08.sql:"]);
}

#[test]
fn two_values_for_one_division_and_day_are_an_error() {
    let spoilt = Installation::new();
    let place = spoilt.spoil("pipelines/parameters/standard.yaml", "value: 1145", "2025-07-01", "2024-07-01");
    let file = place.split(":").next().unwrap().to_owned();
    spoilt.check("en").ends(2).warns(&["error[HD", "dibao_standard", &file]);
}

#[test]
fn a_pipeline_that_does_not_exist_is_answered_with_the_nearest_name() {
    let mut place = Place::with(&[]);
    place.night.pipeline = "nigth".to_owned();
    place.night.run().ends(2).warns(&["there is no pipeline `nigth`", "did you mean `night`?"]);
    place.night.lang = "zh";
    place.night.run().ends(2).warns(&["没有名为 `nigth` 的流程", "`night`"]);
    assert!(!exists(&place.night.store), "a store was made");
    run(&mut hedui(["check", "nigth", "--lang", "en"])).ends(2).warns(&["there is no pipeline `nigth`"]);
}

#[test]
fn every_code_can_be_explained_in_both_languages() {
    let spoilt = Installation::new();
    spoilt.spoil(
        "pipelines/rules/death/D-05.sql",
        "FROM facts.active_cases AS c\n",
        "c.case_id",
        "c.case_di",
    );
    let said = spoilt.check("en").ends(2);
    let at = said.err.find("error[").unwrap() + "error[".len();
    let code = &said.err[at..at + 5];
    for lang in ["en", "zh"] {
        let page = run(&mut hedui(["check", "--lang", lang, "--explain", code])).ends(0);
        assert!(page.out.contains(code) && page.out.lines().count() > 2, "{}", page.out);
    }
    run(&mut hedui(["check", "--lang", "en", "--explain", "HD999"]))
        .ends(2)
        .warns(&["there is no code `HD999`"]);
}

/// The counties of the sample city.
const COUNTIES: [&str; 12] = [
    "330302", "330303", "330304", "330305", "330324", "330326", "330327", "330328", "330329", "330381",
    "330382", "330383",
];

#[test]
fn households_of_a_county_without_a_standard_are_insufficient_and_those_of_others_are_judged() {
    undisturbed();
    let mut place = Place::with_city();
    let reference = place.folder.path().join("reference");
    fs::create_dir_all(&reference).unwrap();
    let mut standards = "name,division,hukou_kind,valid_from,value,unit,source,verified\n".to_owned();
    let (missing, others) = ("330326", COUNTIES.iter().filter(|county| **county != "330326"));
    for county in others {
        standards.push_str(&format!("dibao_standard,{county},,2024-07-01,1145,元,test,false\n"));
        standards.push_str(&format!("dibao_standard,{county},,2025-07-01,1190,元,test,false\n"));
    }
    fs::write(reference.join("standards.csv"), standards).unwrap();
    place.night.reference = Some(reference);
    place.night.run().ends(3).warns(&["figures are missing: dibao_standard 330326 平阳县"]);
    let report = fs::read_to_string(place.night.current().join("report.html")).unwrap();
    assert!(report.contains("dibao_standard 330326 平阳县"), "the report names the county");

    let before = Table::read(&undisturbed().join("coverage.parquet"));
    let after = Table::read(&place.night.current().join("coverage.parquet"));
    let columns = ["rule_id", "division", "population", "hit", "clear", "insufficient", "reason"];
    let income = |table: &Table, here: bool| -> Vec<Vec<String>> {
        let rows = table.select(columns).into_iter();
        let rows = rows.filter(|row| row[0] == "I-02" && row[1].starts_with(missing) == here);
        rows.map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    };
    assert_eq!(income(&before, false), income(&after, false), "other counties are judged as before");
    let here = income(&after, true);
    assert!(!here.is_empty());
    for row in &here {
        let [population, hit, clear, insufficient] = [2, 3, 4, 5].map(|at| row[at].parse::<u64>().unwrap());
        if row[6].is_empty() {
            assert_eq!((population, hit, clear), (insufficient, 0, 0), "{row:?}");
        }
    }
    assert!(here.iter().any(|row| row[6] == "no standard"), "{here:?}");
    // Rules that need no standard are as they were.
    let deaths = |table: &Table| {
        let rows = table.select(columns).into_iter().filter(|row| row[0] == "D-01");
        rows.map(|row| row.map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(deaths(&before), deaths(&after));
}

#[test]
fn a_reference_folder_with_a_mistake_is_named_by_row_and_column_and_nothing_is_run() {
    let mut place = Place::with(&[]);
    let reference = place.folder.path().join("reference");
    fs::create_dir_all(&reference).unwrap();
    let rows = "name,division,valid_from,value\ndibao_standard,330302,2025-07-01,a lot\ndibao_standrad,330302,2025-07-01,1190\n";
    fs::write(reference.join("standards.csv"), rows).unwrap();
    place.night.reference = Some(reference);
    let said = place.night.run().ends(2);
    said.warns(&["standards.csv:2:4", "standards.csv:3:1", "dibao_standrad", "`dibao_standard`"]);
    assert!(!exists(&place.night.store), "a store was made");
}
