//! Every diagnostic of a loaded project made to happen, each with its place: a sound small project, one mistake a case.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::Project;
use crate::diagnostic::{Code, Diagnostics, Renderer, Sources, json};

const RULE: &str = "pipelines/rules/death/D-01.sql";
const TEST: &str = "pipelines/rules/death/D-01.test.yaml";
const NIGHT: &str = "pipelines/night.yaml";
const CATALOGUE: &str = "pipelines/parameters/catalogue.yaml";
const DEATH: &str = "pipelines/parameters/death.yaml";
const STANDARDS: &str = "pipelines/reference/standards.csv";
const APPROVALS: &str = "pipelines/approvals.yaml";
const DIVISIONS: &str = "pipelines/reference/divisions.csv";

const FILES: &[(&str, &str)] = &[
    (
        NIGHT,
        "name: night\ntitle: {zh: 每夜核对, en: Nightly check}\ndivision: \"330300\"\ninputs: [civil_affairs.deaths, civil_affairs.payments]\nschedule: \"30 1 * * *\"\ntimezone: Asia/Shanghai\n",
    ),
    (
        CATALOGUE,
        "death_lag:\n  title: {zh: 宽限, en: Lag}\n  kind: int\n  unit: months\n  also: [月]\n  min: 0\n  max: 12\nrecheck_months:\n  title: {zh: 复核, en: Re-check}\n  kind: int_by_class\n  classes: [A, B]\n  unit: months\n",
    ),
    (
        DEATH,
        "death_lag:\n  unit: months\n  values:\n    - {division: \"000000\", from: 2020-01-01, value: 0, source: 默认, verified: false}\n    - {division: \"330300\", from: 2024-01-01, value: 1, source: 默认, verified: false}\nrecheck_months:\n  unit: months\n  values:\n    - {division: \"000000\", from: 2020-01-01, value: {A: 12, B: 6}, source: 默认, verified: false}\n",
    ),
    (
        DIVISIONS,
        "code,name_zh,level,parent_code,valid_from,valid_to,successor_code\n330000,浙江省,province,,,,\n330300,温州市,prefecture,330000,,,\n330305,洞头区,county,330300,2015-07-23,,\n330322,洞头县,county,330300,,2015-07-23,330305\n",
    ),
    (
        "pipelines/facts/dead.sql",
        "/*---\ntitle: {zh: 死亡, en: Deaths}\n---*/\nSELECT person_id FROM civil_affairs.deaths\n",
    ),
    ("pipelines/rules/groups.yaml", "death: {zh: 死亡, en: Death}\n"),
    ("pipelines/rules/defaults.yaml", "civil_affairs.deaths:\n  record_id: \"r{n}\"\n  source: cremation\n"),
    (
        RULE,
        "/*---\nid: D-01\ntitle: {zh: 死亡仍领, en: Paid after death}\ndirection: ineligible\nseverity: S1\nsubject: person\nbasis: statutory\npopulation: [civil_affairs.payments]\nneeds:\n  present: [civil_affairs.deaths, civil_affairs.payments]\n  absent: []\ngrace: false\nparameters: [death_lag]\nlegal:\n  - {zh: 第十三条, en: Article 13, source: 国务院令第649号}\ninnocent:\n  - {zh: 登记错误, en: A wrong record}\nreason: {zh: \"{dead_on}死亡\", en: \"Died {dead_on}\"}\nclears: {zh: 死亡登记撤销, en: The record is withdrawn}\naction: {zh: 核实, en: Verify}\nowner: civil_affairs\nstatus: live\nevidence:\n  - dataset: civil_affairs.deaths\n    from: lead JOIN civil_affairs.deaths AS e ON e.person_id = lead.person_id\n    fields: [died_on, source]\nmeaning: {zh: 谁, en: Who}---*/\nSELECT person_id, died_on AS dead_on FROM dead, figures AS f WHERE f.death_lag < $t\n",
    ),
    (
        TEST,
        "tests:\n  - name: 死亡次月仍发放\n    given:\n      civil_affairs.deaths:\n        - {person_id: 甲, died_on: 2026-01-03}\n    expect:\n      leads:\n        - {subject: 甲, severity: S1}\n  - {name: 没有死亡或数据过期, expect: {clear: [乙], insufficient: {丙: stale}}}\n",
    ),
];

/// What a case does to a file.
enum Edit {
    /// Replaces one passage.
    Swap(&'static str, &'static str, &'static str),
    /// Writes the whole file.
    Write(&'static str, &'static str),
    /// Removes it.
    Remove(&'static str),
}
use Edit::{Remove, Swap, Write};

fn sound() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        write(root.path(), path, text);
    }
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for name in ["civil_affairs.deaths.odcs.yaml", "civil_affairs.payments.odcs.yaml"] {
        write(root.path(), &format!("schemas/{name}"), &std::fs::read_to_string(schemas.join(name)).unwrap());
    }
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn edited(edits: &[Edit]) -> tempfile::TempDir {
    let root = sound();
    for edit in edits {
        match edit {
            Swap(path, from, to) => {
                let text = std::fs::read_to_string(root.path().join(path)).unwrap();
                assert!(text.contains(from), "{path} holds no {from}");
                write(root.path(), path, &text.replacen(from, to, 1));
            }
            Write(path, text) => write(root.path(), path, text),
            Remove(path) => std::fs::remove_file(root.path().join(path)).unwrap(),
        }
    }
    root
}

/// The diagnostics as `file:line:column CODE`, files relative to the root.
fn places(root: &Path, found: &Diagnostics) -> Vec<String> {
    let renderer = Renderer { lang: crate::model::Lang::En, color: false };
    let lines = renderer.lines(found, &crate::diagnostic::from_disk);
    let prefix = format!("{}/", root.display());
    let short = |line: &str| {
        let (place, rest) = line.split_once(": ").unwrap();
        let code = rest.split_once('[').unwrap().1.split_once(']').unwrap().0;
        format!("{} {code}", place.replace(&prefix, ""))
    };
    lines.lines().map(short).collect()
}

#[test]
fn a_sound_project_has_nothing_to_report() {
    let root = sound();
    let (project, found) = Project::load(root.path(), "night");
    assert_eq!(places(root.path(), &found), Vec::<String>::new());
    let project = project.unwrap();
    let rule = &project.rules["D-01"];
    assert_eq!(rule.text.get(rule.place("evidence.0.from")).unwrap(), rule.evidence[0].from);
    assert_eq!(rule.group, "death");
    let test = &project.tests["D-01"].tests[0];
    assert_eq!((test.people["甲"], test.given.values().flatten().count()), (1, 1));
    assert!(project.facts["dead"].text.starts_with("/*---"));
}

#[test]
fn every_diagnostic_is_found_at_its_place() {
    let (mut seen, mut wrong) = (BTreeSet::new(), String::new());
    for (edits, expected) in cases() {
        let root = edited(&edits);
        let (_, found) = Project::load(root.path(), "night");
        if places(root.path(), &found) != expected {
            wrong += &format!(
                "expected {expected:#?}\n{}\n\n",
                Renderer::default().all(&found, &crate::diagnostic::from_disk)
            );
        }
        for one in &found {
            seen.insert(one.code);
            assert!(!one.message.zh.is_empty() && !one.message.en.is_empty());
            assert!(!one.message.en.chars().any(|c| c == '，' || c == '。'), "{}", one.message.en);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    // The 5xx codes and HD422 are the planner's, HD606 the test runner's, HD704 and HD705 the night's; HD701 has a test of
    // its own.
    let theirs = [
        Code::UnusedFact,
        Code::TestFailed,
        Code::UnknownPipeline,
        Code::NeverApproved,
        Code::ChangedSinceApproval,
    ];
    let elsewhere = |code: &Code| code.as_str().starts_with("HD5") || theirs.contains(code);
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !elsewhere(code) && !seen.contains(code)).collect();
    assert!(missing.is_empty(), "no case makes {missing:?} happen");
}

#[rustfmt::skip]
fn cases() -> Vec<(Vec<Edit>, Vec<&'static str>)> {
    vec![
        (vec![Remove("pipelines/rules/groups.yaml")], vec!["pipelines/rules/groups.yaml HD001"]),
        (vec![Swap(NIGHT, "title: {zh", "title: [zh")], vec!["pipelines/night.yaml:2:8 HD002"]),
        (vec![Swap(NIGHT, "timezone:", "time_zone:")], vec!["pipelines/night.yaml:1:1 HD004", "pipelines/night.yaml:6:1 HD003"]),
        (vec![Swap(RULE, "grace: false\n", "grace: false\ngrace: true\n")], vec!["pipelines/rules/death/D-01.sql:13:1 HD005"]),
        (vec![Swap(RULE, "grace: false", "grace: 不")], vec!["pipelines/rules/death/D-01.sql:12:8 HD006"]),
        (vec![Swap(RULE, "en: Verify", "en: ")], vec!["pipelines/rules/death/D-01.sql:20:18 HD007"]),
        (vec![Swap(RULE, "meaning: {zh: 谁, en: Who}", "")], vec!["pipelines/rules/death/D-01.sql:2:1 HD004"]),
        (vec![Swap(RULE, "{zh: 谁, en: Who}", "{zh: 谁}")], vec!["pipelines/rules/death/D-01.sql:27:10 HD007"]),
        (vec![Swap(RULE, "{zh: 谁, en: Who}", "{zh: ' ', en: Who}")], vec!["pipelines/rules/death/D-01.sql:27:15 HD007"]),
        (vec![Swap(RULE, "status: live", "status: life")], vec!["pipelines/rules/death/D-01.sql:22:9 HD008"]),
        (vec![Swap("schemas/civil_affairs.deaths.odcs.yaml", "id: civil", "id: sivil")], vec!["schemas/civil_affairs.deaths.odcs.yaml:4:5 HD101"]),
        (vec![Swap("schemas/civil_affairs.deaths.odcs.yaml", "anyOf: [died_on, cremated_on]", "anyOf: [died_on]")], vec!["schemas/civil_affairs.deaths.odcs.yaml:32:34 HD102"]),
        (vec![Swap("schemas/civil_affairs.payments.odcs.yaml", "civil_affairs.cases.odcs.yaml#/schema/cases/properties/case_id", "civil_affairs.payments.odcs.yaml#/schema/payments/properties/case")], vec!["schemas/civil_affairs.payments.odcs.yaml:47:17 HD103"]),
        // parameters
        (vec![Remove(CATALOGUE)], vec!["pipelines/parameters/catalogue.yaml HD001"]),
        (vec![Swap(CATALOGUE, "death_lag:", "death-lag:")], vec!["pipelines/parameters/catalogue.yaml:1:1 HD006", "pipelines/parameters/death.yaml:1:1 HD201",
            "pipelines/rules/death/D-01.sql:13:14 HD201"]),
        (vec![Swap(DEATH, "death_lag:", "deth_lag:")], vec!["pipelines/parameters/catalogue.yaml:1:1 HD208", "pipelines/parameters/death.yaml:1:1 HD201"]),
        (vec![Swap(RULE, "[death_lag]", "[death_lag, death_leg]")], vec!["pipelines/rules/death/D-01.sql:13:25 HD201"]),
        (vec![Swap(DEATH, "\"330300\", from: 2024-01-01", "\"000000\", from: 2020-01-01")], vec!["pipelines/parameters/death.yaml:5:53 HD202"]),
        (vec![Swap(DEATH, "value: 1,", "value: 1.5,")], vec!["pipelines/parameters/death.yaml:5:53 HD203"]),
        (vec![Swap(DEATH, "{A: 12, B: 6}", "{A: 12}")], vec!["pipelines/parameters/catalogue.yaml:8:1 HD208", "pipelines/parameters/death.yaml:9:53 HD203"]),
        (vec![Swap(DEATH, "unit: months", "unit: days")], vec!["pipelines/parameters/death.yaml:2:9 HD204"]),
        (vec![Swap(DEATH, "value: 1,", "value: 13,")], vec!["pipelines/parameters/death.yaml:5:53 HD205"]),
        (vec![Swap(DEATH, "source: 默认, verified: false", "verified: true")], vec!["pipelines/parameters/death.yaml:4:53 HD206"]),
        (vec![Swap(DEATH, "\"330300\", from: 2024-01-01", "\"000000\", from: 2019-01-01")], vec!["pipelines/parameters/death.yaml:5:53 HD207"]),
        (vec![Write(STANDARDS, "name,division,valid_from,value\ndeath_lag,330300,2024-01-01,1,2\n")], vec!["pipelines/reference/standards.csv:2:1 HD209"]),
        (vec![Write(STANDARDS, "name,division,hukou_kind,valid_from,value,unit,source,verified\n\
                death_lag,330300,,2024-01-01,x,months,s,true\ndeath_leg,330300,,2024-01-01,1,months,s,true\ndeath_lag,330300,urbn,2024-13-01,1,years,,是\n\
                death_lag,330300,,2025/7/1,2,月,s,1\ndeath_lag,330300,,2025-07-01,1,月,s,1\ndeath_lag,330300,,2025-08-01,99,月,s,1\n")],
            vec!["pipelines/reference/standards.csv:2:5 HD203", "pipelines/reference/standards.csv:3:1 HD201", "pipelines/reference/standards.csv:4:3 HD008",
                "pipelines/reference/standards.csv:4:4 HD006", "pipelines/reference/standards.csv:4:6 HD204", "pipelines/reference/standards.csv:4:7 HD206",
                "pipelines/reference/standards.csv:6:5 HD202", "pipelines/reference/standards.csv:7:5 HD205"]),
        // divisions
        (vec![Swap(NIGHT, "330300", "330301")], vec!["pipelines/night.yaml:3:11 HD301"]),
        (vec![Swap(NIGHT, "330300", "330322")], vec!["pipelines/night.yaml:3:11 HD302"]),
        (vec![Swap(DEATH, "330300\", from: 2024", "330322\", from: 2024")], vec!["pipelines/parameters/death.yaml:5:18 HD302"]),
        (vec![Swap(DIVISIONS, "330300,,2015-07-23,330305", "330300,,2015-07-23,330306")], vec!["pipelines/reference/divisions.csv:5:7 HD303"]),
        // rules
        (vec![Swap(RULE, "/*---\n", "/*\n")], vec!["pipelines/rules/death/D-01.sql:1:1 HD401"]),
        (vec![Swap(RULE, "id: D-01", "id: D-02")], vec!["pipelines/rules/death/D-01.sql:2:5 HD402"]),
        (vec![Write("pipelines/rules/deaths/D-02.md", "")], vec!["pipelines/rules/deaths HD403"]),
        (vec![Swap("pipelines/rules/groups.yaml", "death:", "birth: {zh: 出生, en: Birth}\ndeath:"), Write("pipelines/rules/birth/D-01.sql", FILES[7].1)],
            vec!["pipelines/rules/death/D-01.sql:2:5 HD404"]),
        (vec![Swap(RULE, "population: [civil_affairs.payments]", "population: [civil_affairs.payment]")],
            vec!["pipelines/rules/death/D-01.sql:8:14 HD405", "pipelines/rules/death/D-01.sql:8:14 HD418"]),
        (vec![Swap(NIGHT, "civil_affairs.deaths,", "civil_affairs.death,")], vec!["pipelines/night.yaml:4:10 HD405"]),
        (vec![Swap(RULE, "fields: [died_on,", "fields: [dead_on,")], vec!["pipelines/rules/death/D-01.sql:26:14 HD406"]),
        (vec![Swap(RULE, "severity: S1", "severity: M1")], vec!["pipelines/rules/death/D-01.sql:5:11 HD407"]),
        (vec![Swap(RULE, "civil_affairs.payments]\n  absent: []", "]\n  absent: [civil_affairs.payments]")], vec!["pipelines/rules/death/D-01.sql:11:12 HD408"]),
        (vec![Swap(RULE, "absent: []", "absent: []\n  months: {civil_affairs.payments: M-1..M-1}")], vec!["pipelines/rules/death/D-01.sql:12:36 HD409"]),
        (vec![Swap(RULE, "zh: \"{dead_on}死亡\"", "zh: \"死亡于 {dead_on\"")], vec!["pipelines/rules/death/D-01.sql:18:19 HD410"]),
        (vec![Swap(RULE, "\"{dead_on}死亡\", en: \"Died {dead_on}\"", "死亡, en: Died")], vec!["pipelines/rules/death/D-01.sql:18:9 HD411"]),
        (vec![Swap(RULE, "\"Died {dead_on}\"", "Died")], vec!["pipelines/rules/death/D-01.sql:18:9 HD412"]),
        (vec![Write(TEST, "tests: []\n")], vec!["pipelines/rules/death/D-01.sql:2:5 HD413"]),
        (vec![Swap(TEST, "clear: [乙]", "leads: []")], vec!["pipelines/rules/death/D-01.test.yaml:2:11 HD607"]),
        (vec![Swap(TEST, "clear: [乙]", "population: 2")], vec![]),
        (vec![Remove(TEST)], vec!["pipelines/rules/death/D-01.sql:2:5 HD413"]),
        (vec![Swap(RULE, "innocent:\n  - {zh: 登记错误, en: A wrong record}\n", "innocent: []\n")], vec!["pipelines/rules/death/D-01.sql:16:11 HD414"]),
        (vec![Swap(RULE, ", source: 国务院令第649号", "")], vec!["pipelines/rules/death/D-01.sql:15:5 HD415"]),
        (vec![Swap(RULE, "legal:\n  - {zh: 第十三条, en: Article 13, source: 国务院令第649号}\n", "")], vec!["pipelines/rules/death/D-01.sql:7:8 HD415"]),
        (vec![Swap(RULE, "parameters: [death_lag]", "parameters: []")], vec!["pipelines/rules/death/D-01.sql:28:70 HD416"]),
        (vec![Swap(RULE, "$t", "$lag")], vec!["pipelines/rules/death/D-01.sql:28:82 HD416"]),
        (vec![Swap(RULE, "e.person_id = lead.person_id\n", "e.person_id = lead.person_id\n    where: e.died_on > $since\n")], vec!["pipelines/rules/death/D-01.sql:26:12 HD416"]),
        (vec![Swap("pipelines/facts/dead.sql", "deaths\n", "deaths WHERE 1 > $deth_lag\n")], vec!["pipelines/facts/dead.sql:4:54 HD201"]),
        (vec![Swap(RULE, "f.death_lag", "1")], vec!["pipelines/rules/death/D-01.sql:13:14 HD417"]),
        (vec![Swap(RULE, "present: [civil_affairs.deaths, civil_affairs.payments]", "present: [civil_affairs.deaths]")], vec!["pipelines/rules/death/D-01.sql:8:14 HD418"]),
        (vec![Swap(RULE, "absent: []", "absent: [civil_affairs.deaths]")], vec!["pipelines/rules/death/D-01.sql:11:12 HD419"]),
        (vec![Swap(RULE, "population: [civil_affairs.payments]", "population: []")], vec!["pipelines/rules/death/D-01.sql:8:13 HD421"]),
        (vec![Write("pipelines/facts/Found-Income.sql", "SELECT 1")], vec!["pipelines/facts/Found-Income.sql HD420"]),
        // unit tests
        (vec![Swap(TEST, "      leads:\n        - {subject: 甲, severity: S1}\n", "      {}\n")], vec!["pipelines/rules/death/D-01.test.yaml:7:7 HD601"]),
        (vec![Swap(TEST, "    expect:\n", "    feeds:\n      civil_affairs.deaths: {rows: [9], set_aside: 7, collapsed: 3}\n      civil_affairs.payments: {rows: [9], raw_numbers: 1}\n    expect:\n")],
            vec!["pipelines/rules/death/D-01.test.yaml:7:66 HD006", "pipelines/rules/death/D-01.test.yaml:8:56 HD006"]),
        (vec![Swap(TEST, "    expect:\n", "    feeds: {civil_affairs.deaths: {rows: [9], set_aside: 7, collapsed: 2, raw_numbers: 8}}\n    expect:\n")], vec![]),
        (vec![Swap(TEST, "2026-01-03", "2026-1-3")], vec!["pipelines/rules/death/D-01.test.yaml:5:35 HD602"]),
        (vec![Swap(TEST, "person_id: 甲, ", "")], vec!["pipelines/rules/death/D-01.test.yaml:5:11 HD603"]),
        (vec![Swap(TEST, "tests:\n", "tests:\n  - {name: 死亡次月仍发放, expect: {clear: [甲]}}\n")], vec!["pipelines/rules/death/D-01.test.yaml:3:11 HD604"]),
        (vec![Write("pipelines/rules/death/D-09.test.yaml", "tests: []\n")], vec!["pipelines/rules/death/D-09.test.yaml HD605"]),
        (vec![Swap(TEST, "civil_affairs.deaths", "civil_affairs.death")], vec!["pipelines/rules/death/D-01.test.yaml:4:7 HD405"]),
        (vec![Swap(TEST, "died_on", "dead_on")], vec!["pipelines/rules/death/D-01.test.yaml:5:26 HD406"]),
        (vec![Swap("pipelines/rules/defaults.yaml", "cremation", "burial")], vec!["pipelines/rules/death/D-01.test.yaml:5:11 HD603", "pipelines/rules/defaults.yaml:3:11 HD602"]),
        // pipeline
        (vec![Swap(NIGHT, "name: night", "name: nacht")], vec!["pipelines/night.yaml:1:7 HD402"]),
        (vec![Swap(NIGHT, "30 1 * * *", "30 25 * * *")], vec!["pipelines/night.yaml:5:11 HD702"]),
        (vec![Swap(NIGHT, "Asia/Shanghai", "Asia/Beijing")], vec!["pipelines/night.yaml:6:11 HD703"]),
        // several folders
        (vec![also("facts: [facts, fatcs]")], vec!["pipelines/night.yaml:6:16 HD001"]),
        (vec![also("facts: [facts, ./facts]")], vec!["pipelines/night.yaml:6:16 HD710"]),
        (vec![also("facts: []")], vec!["pipelines/night.yaml:6:8 HD006"]),
        (vec![also("facts: [facts, more]"), Write("pipelines/more/dead.sql", "SELECT 1 AS one\n")], vec!["pipelines/more/dead.sql HD710"]),
        (vec![also("rules: [rules, more]"), Write("pipelines/more/death/D-01.sql", FILES[7].1)], vec!["pipelines/more/death/D-01.sql:2:5 HD404"]),
        (vec![also("rules: [rules, more]"), Write("pipelines/more/groups.yaml", "death: {zh: 死亡, en: Death}\n"),
            Write("pipelines/more/defaults.yaml", "civil_affairs.deaths: {source: cremation}\n")],
            vec!["pipelines/more/defaults.yaml HD710", "pipelines/more/groups.yaml HD710"]),
        (vec![also("parameters: [parameters, more]"), Write("pipelines/more/catalogue.yaml", FILES[1].1)],
            vec!["pipelines/more/catalogue.yaml:1:1 HD710", "pipelines/more/catalogue.yaml:8:1 HD710"]),
        (vec![also("contracts: [../schemas, more]"), Write("pipelines/more/civil_affairs.deaths.odcs.yaml", include_str!("../../schemas/civil_affairs.deaths.odcs.yaml"))],
            vec!["pipelines/more/civil_affairs.deaths.odcs.yaml HD710"]),
        // approvals
        (vec![Write(APPROVALS, "rules/death/D-01.sql: {sha256: 12AB, date: 2026-2-1, office: x}\nfacts/dead.sql: yes\n")],
            vec!["pipelines/approvals.yaml:1:24 HD004", "pipelines/approvals.yaml:1:32 HD006", "pipelines/approvals.yaml:1:44 HD006",
                "pipelines/approvals.yaml:1:54 HD003", "pipelines/approvals.yaml:2:17 HD006"]),
        (vec![Write(APPROVALS, "rules/death/D-02.sql: {sha256: 0000000000000000000000000000000000000000000000000000000000000000, date: 2026-02-01, by: x}\n")],
            vec!["pipelines/approvals.yaml:1:1 HD706"]),
        (vec![Swap(NIGHT, "timezone:", "approvals: ours.yaml\ntimezone:"), Write("pipelines/ours.yaml", "a: 1\na: 1\n")],
            vec!["pipelines/ours.yaml:1:4 HD006", "pipelines/ours.yaml:2:1 HD005", "pipelines/ours.yaml:2:4 HD006"]),
    ]
}

/// One more line in the pipeline's file, its sixth.
fn also(line: &'static str) -> Edit {
    Swap(NIGHT, "timezone:", Box::leak(format!("{line}\ntimezone:").into_boxed_str()))
}

#[test]
fn what_a_later_folder_holds_stands_beside_the_rest() {
    let root = edited(&[
        also(
            "contracts: [../schemas, more/schemas]\nfacts: [facts, more/facts]\nrules: [rules, more/rules]\nparameters: [parameters, more/parameters]",
        ),
        Write(
            "pipelines/more/schemas/civil_affairs.cases.odcs.yaml",
            include_str!("../../schemas/civil_affairs.cases.odcs.yaml"),
        ),
        Write("pipelines/more/facts/cases_here.sql", "SELECT case_id FROM civil_affairs.cases\n"),
        Write("pipelines/more/rules/groups.yaml", "cases: {zh: 案件, en: Cases}\n"),
        Write("pipelines/more/rules/defaults.yaml", "civil_affairs.cases: {programme: dibao}\n"),
        Write(
            "pipelines/more/parameters/catalogue.yaml",
            "case_days:\n  title: {zh: 天数, en: Days}\n  kind: int\n  unit: days\n",
        ),
        Write(
            "pipelines/more/parameters/days.yaml",
            "case_days:\n  unit: days\n  values:\n    - {division: \"000000\", from: 2020-01-01, value: 3, source: 试验, verified: false}\n",
        ),
    ]);
    let (project, found) = Project::load(root.path(), "night");
    assert_eq!(places(root.path(), &found), Vec::<String>::new());
    let project = project.unwrap();
    assert_eq!(project.contracts.len(), 3);
    assert_eq!(project.facts.keys().collect::<Vec<_>>(), ["cases_here", "dead"]);
    assert_eq!(project.groups.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["death", "cases"]);
    assert_eq!(project.parameters.values("case_days").len(), 1);
    let gap = edited(&[
        also("parameters: [parameters, more]"),
        Write(
            "pipelines/more/catalogue.yaml",
            "case_days:\n  title: {zh: 天数, en: Days}\n  kind: int\n  unit: days\n",
        ),
    ]);
    let (_, found) = Project::load(gap.path(), "night");
    assert_eq!(places(gap.path(), &found), ["pipelines/more/catalogue.yaml:1:1 HD208"]);
}

#[test]
fn all_mistakes_of_all_files_are_reported_together() {
    let root = edited(&[
        Swap(RULE, "id: D-01", "id: D-02"),
        Swap(RULE, "severity: S1", "severity: M1"),
        Swap(NIGHT, "330300", "330301"),
        Swap(DEATH, "value: 1,", "value: 13,"),
        Swap("pipelines/rules/groups.yaml", ", en: Death", ""),
    ]);
    let (project, found) = Project::load(root.path(), "night");
    assert!(project.is_some() && found.has_errors());
    let files: BTreeSet<PathBuf> = found.iter().map(|one| one.file.clone()).collect();
    assert_eq!(files.len(), 4, "{}", places(root.path(), &found).join("\n"));
    assert!(json(&found, &crate::diagnostic::from_disk as &Sources<'_>).as_array().unwrap().len() >= 5);
}

#[test]
fn an_unknown_pipeline_names_the_ones_that_are_there() {
    let root = sound();
    let (project, found) = Project::load(root.path(), "nigth");
    assert!(project.is_none());
    let one = found.iter().next().unwrap();
    assert_eq!(
        (one.code, one.help.as_ref().unwrap().en.as_str()),
        (Code::UnknownPipeline, "did you mean `night`?")
    );
    let (by_path, found) = Project::load(root.path(), "pipelines/night.yaml");
    assert!(by_path.is_some() && found.is_empty());
}

#[test]
fn another_reference_folder_brings_its_own_figures() {
    let root = sound();
    let (project, _) = Project::load(root.path(), "night");
    let mut project = project.unwrap();
    let on = chrono::NaiveDate::from_ymd_opt(2026, 3, 15).unwrap();
    let other = root.path().join("other");
    write(
        root.path(),
        "other/standards.csv",
        "name,division,hukou_kind,valid_from,value,unit,source,verified\ndeath_lag,330305,,2020-01-01,3,months,试验,false\n",
    );
    assert!(project.use_reference(&other).is_empty());
    let lag = |code: &str| {
        project.parameters.value("death_lag", code, None, on).map(|value| value.figure.to_string())
    };
    assert_eq!(lag("330305001"), Some("3".to_owned()));
    assert_eq!(lag("330302001"), None, "the rows of a name replace every YAML value of it");
    assert!(project.parameters.value("recheck_months", "330302001", None, on).is_some());
    assert!(project.use_reference(&root.path().join("nowhere")).has_errors());
}

#[test]
fn the_shipped_parameters_and_divisions_are_sound() {
    use crate::parameter::{Divisions, ParameterBook};
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines");
    let (book, mut found) = ParameterBook::load(&[shipped.join("parameters")]);
    let divisions = found.take(Divisions::load(&shipped.join("reference/divisions.csv")));
    found.append(book.check_divisions(&divisions));
    found.append(book.check_gaps("330300", &divisions));
    assert!(found.is_empty(), "{}", Renderer::default().all(&found, &crate::diagnostic::from_disk));
    assert_eq!(book.catalogue().len(), 31);
    let on = |day: &str| chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").unwrap();
    let standard = |day: &str| {
        book.value("dibao_standard", "330302005", Some("urban"), on(day)).map(|v| v.figure.to_string())
    };
    assert_eq!(standard("2025-06-30"), Some("1145.00".to_owned()));
    assert_eq!(standard("2025-07-01"), Some("1190.00".to_owned()));
    assert_eq!(standard("2024-06-30"), None, "before the first value there is none");
    assert!(book.gaps("330300", on("2026-03-15")).is_empty());
}
