//! The mutation score from outside: a rule made wrong is noticed by its tests, or the command says which change nobody sees.

use std::fs;

use serde_json::Value;

use crate::{
    broken_rules::Installation,
    program::{hedui, run},
};

/// The rule that is tried: one with few places to go wrong, so that the test is quick.
const RULE: &str = "S-06";

fn tests_of(installation: &Installation) -> std::path::PathBuf {
    installation.root.join(format!("pipelines/rules/lifecycle/{RULE}.test.yaml"))
}

#[test]
fn every_mutant_of_a_rule_is_caught_and_a_weakened_test_lets_some_through() {
    let installation = Installation::new();
    let mutants = |lang: &str| {
        run(hedui(["test", "--mutants", "--filter", RULE, "--lang", lang, "--root"]).arg(&installation.root))
    };
    mutants("en").ends(0).prints(&["caught", "0 missed"]);
    // A test of nobody cannot see anything.
    let file = tests_of(&installation);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, "tests:\n  - {name: 没有人, given: {}, expect: {population: 0}}\n").unwrap();
    let said = mutants("en").ends(1).prints(&["NO TEST NOTICES", &format!("{RULE}.sql:"), " → ", " missed"]);
    assert!(!said.out.contains(" 0 missed"), "{}", said.out);
    mutants("zh").ends(1).prints(&["没有测试发现", "漏过"]);

    // What is missed can be explained, and then it is listed with its reason; the score stays what it is.
    let command = || hedui(["test", "--mutants", "--filter", RULE, "--format", "json", "--root"]);
    let json: Value = serde_json::from_str(&run(command().arg(&installation.root)).ends(1).out).unwrap();
    let survivors: Vec<&Value> =
        json["survivors"].as_array().unwrap().iter().filter(|one| one["why"].is_null()).collect();
    assert_eq!(json["missed"], survivors.len());
    let explained: String = survivors
        .iter()
        .map(|one| {
            format!(
                "  - {{change: '{}', why: {{zh: 试验, en: a trial}}}}\n",
                one["change"].as_str().unwrap().replace('\'', "''")
            )
        })
        .collect();
    let known = installation.root.join("pipelines/rules/survivors.yaml");
    fs::write(&known, format!("{RULE}:\n{explained}")).unwrap();
    let json: Value = serde_json::from_str(&run(command().arg(&installation.root)).out).unwrap();
    assert_eq!((&json["missed"], &json["explained"]), (&Value::from(0), &Value::from(survivors.len())));

    // An explanation of what a test catches misleads: it is named, and the command fails.
    fs::write(&file, text).unwrap();
    mutants("en").ends(1).prints(&["NEEDLESS EXPLANATION", RULE]);
}

#[test]
fn a_filter_that_fits_nothing_and_a_spoilt_list_of_survivors_are_refused() {
    let installation = Installation::new();
    let mutants = |filter: &str| {
        run(hedui(["test", "--mutants", "--filter", filter, "--lang", "en", "--root"])
            .arg(&installation.root))
    };
    mutants("Z-99").ends(2).warns(&["no rule or fact", "Z-99"]);
    let known = installation.root.join("pipelines/rules/survivors.yaml");
    fs::write(&known, format!("{RULE}:\n  - {{change: x}}\n")).unwrap();
    mutants(RULE).ends(2).warns(&["HD004", "`why` is missing", "survivors.yaml:2:"]);
}
