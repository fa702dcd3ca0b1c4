//! The three outcomes from real files: every reason why someone cannot be judged, and the order in which the first that
//! holds is taken.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::Value;

use crate::{
    city::{SAMPLE, shared},
    program::Said,
    small_city::{
        County::{Here, NoStandard},
        SmallCity, number,
    },
    table::Table,
};

/// Far above the standard of one person, and far below.
const RICH: u32 = 20_000;
const POOR: u32 = 0;

/// Households for whom one or more of the reasons hold at once.
fn people() -> SmallCity {
    let mut city = SmallCity::new();
    // I-02: income above the standard.
    city.household("hit", Here, RICH);
    city.household("clear", Here, POOR);
    city.unsigned("grace", Here, RICH);
    city.row("civil_affairs.grace_periods", "grace,2026-03-15,2026-03-15,100.00".to_owned());
    city.person("grace", "2", "1980-06");
    city.unsigned("unsigned", NoStandard, RICH);
    city.person("unsigned", "2", "1980-06");
    city.household("doubt", NoStandard, RICH);
    city.person("doubt", "2", "1980-06");
    city.household("withheld", Here, RICH);
    city.person("withheld", "2", "1980-06");
    let empty = city.settle("empty", NoStandard);
    city.case("empty", "empty", "", "dibao,household,active", &empty, RICH);
    city.member("empty", "1", "empty", false);
    city.household("no standard", NoStandard, RICH);
    // Two cases: one of them cannot be judged.
    city.household("one hits", NoStandard, RICH);
    let township = city.settle("one hits there", Here);
    city.case("one hits there", "one hits", "", "dibao,household,active", &township, RICH);
    for (household, second) in [("lowest wins", "unsigned one"), ("grace hides nothing", "one in grace")] {
        let township = city.settle(household, NoStandard);
        city.case(household, household, household, "dibao,single,active", &township, RICH);
        city.case(second, household, second, "dibao,single,active", &township, RICH);
        for person in [household, second] {
            city.member(household, "1", person, true);
            city.person(person, "1", "1980-06");
        }
        city.signs(household, household, "1", "2024-02-01,,valid");
    }
    city.row("civil_affairs.grace_periods", "one in grace,2026-03-01,2026-03-31,100.00".to_owned());
    // Authorisations.
    for (household, version, what) in [
        ("withdrawn", "1", "2024-02-01,,withdrawn"),
        ("superseded", "1", "2024-02-01,,superseded"),
        ("expired", "1", "2024-02-01,2026-03-15,valid"),
        ("lasts", "1", "2024-02-01,2026-03-16,valid"),
        ("signed today", "1", "2026-03-15,,valid"),
        ("signs tomorrow", "1", "2026-03-16,,valid"),
        ("changed", "1", "2024-02-01,,valid"),
    ] {
        city.unsigned(household, Here, RICH);
        city.signs(household, household, version, what);
    }
    city.member("changed", "2", "changed", true);
    for (household, born) in [("minor", Some("2008-04")), ("eighteen", Some("2008-03")), ("ageless", None)] {
        let second = format!("second of {household}");
        city.household(household, Here, 2 * RICH);
        city.member(household, "1", &second, true);
        if let Some(month) = born {
            city.person(&second, "1", month);
        }
    }
    // I-01: an employer pays, no income declared; the rule has an age.
    city.household("works", Here, POOR);
    city.bare("works minor", Here, POOR);
    city.person("works minor", "1", "2008-04");
    city.bare("works ageless", Here, POOR);
    city.signs("works ageless", "works ageless", "1", "2024-02-01,,valid");
    city.bare("works bare", Here, POOR);
    city.household("works doubt", Here, POOR);
    city.person("works doubt", "1", "1981-06");
    city.household("works held", Here, POOR);
    city.person("works held", "2", "1980-06");
    for person in ["works", "works minor", "works ageless", "works bare", "works doubt", "works held"] {
        city.works(person);
    }
    // D-01: paid after the death.
    for name in ["dead", "dead in doubt", "alive"] {
        city.household(name, Here, POOR);
    }
    city.person("dead in doubt", "2", "1980-06");
    city.dies_and_is_paid("dead", "dead");
    city.dies_and_is_paid("dead in doubt", "dead in doubt");
    city.paid("alive", "alive");
    // M-01 and M-02: a certificate without a subsidy.
    city.household("disabled", Here, POOR);
    let certificate = format!("{},4,2,2020-01-01,,valid", number("disabled"));
    city.row("civil_affairs.disability_certificates", certificate);
    // P-04: two applications, one of which begins after the business month.
    let (later, now) = (city.settle("applies later", Here), city.settle("applies", Here));
    for (case, start, township) in [("applies 1", "2026-04", later), ("applies 2", "", now)] {
        let row = format!(
            "{case},applies,,dibao,household,pending,{township},urban,2026-02-01,{start},,500.00,0.00,1,,,"
        );
        city.row("civil_affairs.cases", row);
    }
    city.member("applies", "1", "applies", true);
    city
}

/// Three deliveries before the ones that stand: of household members and grace periods, with many more rows than now.
fn larger_before(city: &SmallCity, inbox: &Path) {
    let other = number("other");
    for as_of in ["2025-11-08", "2025-12-08", "2026-01-08"] {
        let members: Vec<String> =
            (1..=60).map(|at| format!("other {at},1,{other},01,true,,true,2024-03-01,")).collect();
        city.seal_rows("civil_affairs.household_members", as_of, &members, &[], inbox);
        let grace: Vec<String> = (1..=3).map(|day| format!("other,2024-01-0{day},2024-02-01,1.00")).collect();
        city.seal_rows("civil_affairs.grace_periods", as_of, &grace, &[], inbox);
    }
}

/// The city, and its nights: every delivery as old as it may be; a day later, when all are too old; and once more with a
/// dataset that was never delivered, a month that is missing and two deliveries that are too small.
pub struct Nights {
    pub city: SmallCity,
    pub first: (Said, PathBuf),
    pub day_after: (Said, PathBuf),
    pub lacking: (Said, PathBuf),
}

/// Made once for all tests.
pub static NIGHTS: LazyLock<Nights> = LazyLock::new(|| {
    let city = people();
    let folder = shared().join("small city");
    let mut night = SAMPLE.night.clone();
    (night.store, night.inbox) = (folder.join("store"), folder.join("inbox"));
    fs::create_dir_all(&night.inbox).unwrap();
    city.seal_all(&[], true, &night.inbox);
    let said = night.run().ends(3);
    let first = (said, night.current());
    night.date = "2026-03-16".to_owned();
    let said = night.run().ends(3);
    let day_after = (said, night.current());
    night.date = "2026-03-15".to_owned();
    (night.store, night.inbox) = (folder.join("store 2"), folder.join("inbox 2"));
    city.seal_all(&["civil_affairs.children_in_need"], false, &night.inbox);
    larger_before(&city, &night.inbox);
    let said = night.run().ends(3);
    let lacking = (said, night.current());
    Nights { city, first, day_after, lacking }
});

/// What a rule says of everyone in a household's township: `hit`, `clear` or the reason, for one subject.
#[track_caller]
fn outcome(run: &Path, rule: &str, household: &str) -> String {
    let township = NIGHTS.city.township(household);
    let table = Table::read(&run.join("coverage.parquet"));
    let rows = table.select(["rule_id", "division", "population", "hit", "clear", "insufficient", "reason"]);
    let rows: Vec<_> = rows.into_iter().filter(|row| row[0] == rule && row[1] == township).collect();
    match rows.as_slice() {
        [] => "outside".to_owned(),
        [[_, _, "1", "1", "0", "0", ""]] => "hit".to_owned(),
        [[_, _, "1", "0", "1", "0", ""]] => "clear".to_owned(),
        [[_, _, "1", "0", "0", "1", ""], [_, _, _, _, _, "1", reason]] => (*reason).to_owned(),
        other => panic!("{rule} in {township} ({household}): {other:?}"),
    }
}

#[track_caller]
fn says(run: &Path, rule: &str, expected: &[(&str, &str)]) {
    let wrong: Vec<String> = expected
        .iter()
        .map(|(household, expected)| (household, expected, outcome(run, rule, household)))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(household, expected, found)| format!("{household}: {expected} was expected, not {found}"))
        .collect();
    assert!(wrong.is_empty(), "{rule}:\n{}", wrong.join("\n"));
}

/// The leads of a rule whose case lies in a household's township: severity, stale, status.
fn lead(run: &Path, rule: &str, household: &str) -> Option<[String; 3]> {
    let township = NIGHTS.city.township(household);
    let table = Table::read(&run.join("leads.parquet"));
    let rows = table.select(["rule_id", "division", "severity", "stale", "status"]).into_iter();
    let mut rows = rows.filter(|row| row[0] == rule && row[1] == township);
    let found =
        rows.next().map(|[_, _, severity, stale, status]| [severity, stale, status].map(str::to_owned));
    assert!(rows.next().is_none(), "{rule} has two leads in {township}");
    found
}

#[track_caller]
fn has_lead(run: &Path, rule: &str, household: &str, expected: [&str; 3]) {
    assert_eq!(lead(run, rule, household), Some(expected.map(str::to_owned)), "{rule} {household}");
}

#[test]
fn the_first_reason_that_holds_is_the_outcome() {
    let run = &NIGHTS.first.1;
    says(
        run,
        "I-02",
        &[
            ("hit", "hit"),
            ("clear", "clear"),
            // In grace, unsigned and in doubt at once.
            ("grace", "clear"),
            // Unsigned, in doubt and without a standard at once.
            ("unsigned", "not authorised"),
            ("doubt", "identity in doubt"),
            ("withheld", "identity in doubt"),
            ("empty", "no members"),
            ("no standard", "no standard"),
        ],
    );
    says(
        run,
        "I-01",
        &[
            ("works", "hit"),
            ("alive", "clear"),
            ("works ageless", "no age"),
            // Neither signed nor of a known age.
            ("works bare", "not authorised"),
            // Two birth months: in doubt, and so without an age.
            ("works doubt", "identity in doubt"),
            ("works held", "identity in doubt"),
        ],
    );
}

#[test]
fn of_several_cases_a_hit_wins_then_the_first_reason_then_clear() {
    let run = &NIGHTS.first.1;
    says(
        run,
        "I-02",
        &[
            ("one hits", "hit"),
            // Counted once, where the household is; the lead is in the township of its case.
            ("one hits there", "outside"),
            ("lowest wins", "not authorised"),
            ("grace hides nothing", "no standard"),
        ],
    );
    has_lead(run, "I-02", "one hits there", ["S2", "false", "new"]);
}

#[test]
fn an_authorisation_counts_while_it_is_open_and_for_the_household_as_it_is_now() {
    says(
        &NIGHTS.first.1,
        "I-02",
        &[
            ("withdrawn", "not authorised"),
            ("superseded", "not authorised"),
            ("expired", "not authorised"),
            ("lasts", "hit"),
            ("signed today", "hit"),
            ("signs tomorrow", "not authorised"),
            ("changed", "not authorised"),
            ("minor", "hit"),
            ("eighteen", "not authorised"),
            ("ageless", "not authorised"),
        ],
    );
    says(&NIGHTS.first.1, "I-01", &[("works minor", "hit")]);
}

#[test]
fn a_subject_in_doubt_who_would_be_a_hit_has_a_withheld_lead_and_counts_as_insufficient() {
    let run = &NIGHTS.first.1;
    has_lead(run, "I-02", "withheld", ["S2", "false", "withheld"]);
    has_lead(run, "I-01", "works held", ["S2", "false", "withheld"]);
    has_lead(run, "D-01", "dead in doubt", ["S1", "false", "withheld"]);
    says(run, "D-01", &[("dead in doubt", "identity in doubt"), ("dead", "hit"), ("alive", "clear")]);
    // Not a hit anyway: without a standard, without an age, unsigned, in grace.
    for (rule, household) in
        [("I-02", "doubt"), ("I-01", "works doubt"), ("I-02", "unsigned"), ("I-02", "grace")]
    {
        assert_eq!(lead(run, rule, household), None, "{rule} {household}");
    }
}

#[test]
fn a_dataset_that_was_never_delivered_makes_everyone_insufficient_or_the_rule_is_not_run() {
    let (said, run) = &NIGHTS.first;
    says(
        run,
        "S-06",
        &[("hit", "dataset missing"), ("grace", "dataset missing"), ("dead", "dataset missing")],
    );
    // Those who have aid are whom E-03 is about.
    let never = "education.student_aid was never delivered";
    assert!(said.out.lines().any(|line| line.starts_with("E-03") && line.contains(never)), "{}", said.out);
    let manifest: Value = serde_json::from_slice(&fs::read(run.join("manifest.json")).unwrap()).unwrap();
    let rule = &manifest["results"]["rules"]["E-03"];
    assert_eq!((&rule["not_run"]["en"], &rule["population"]), (&never.into(), &0.into()));
    assert!(rule["not_run"]["zh"].as_str().unwrap().contains("education.student_aid"), "{rule}");
    assert!(fs::read_to_string(run.join("report.html")).unwrap().contains(never));
    let coverage = Table::read(&run.join("coverage.parquet"));
    assert!(coverage.select(["rule_id"]).iter().all(|[rule]| *rule != "E-03"));
}

#[test]
fn a_delivery_as_old_as_allowed_is_fresh_and_a_day_later_it_is_stale() {
    let (first, day_after) = (&NIGHTS.first.1, &NIGHTS.day_after);
    says(first, "M-01", &[("disabled", "hit")]);
    has_lead(first, "D-01", "dead", ["S1", "false", "new"]);
    let (said, run) = day_after;
    // What must prove an absence is too old: nobody is judged, not even those in grace or unsigned.
    says(run, "M-01", &[("disabled", "stale")]);
    says(run, "I-02", &[("hit", "stale"), ("grace", "stale"), ("unsigned", "stale"), ("empty", "stale")]);
    // What is needed present keeps its hits, marked and one severity lower.
    says(run, "D-01", &[("dead", "hit"), ("alive", "clear")]);
    has_lead(run, "D-01", "dead", ["S2", "true", "recurring"]);
    // Nobody can be told to be in doubt from a register that is too old.
    says(run, "D-01", &[("dead in doubt", "hit")]);
    assert!(said.err.contains("no lead was withheld for an identity in doubt"), "{}", said.err);
    // A dataset that was never delivered comes before one that is stale.
    says(run, "S-06", &[("hit", "dataset missing")]);
}

#[test]
fn a_closed_month_is_held_by_rows_or_by_being_stated_and_the_current_month_may_be_missing() {
    // No row of February in injury care, which is stated; no row of March anywhere.
    says(&NIGHTS.first.1, "M-02", &[("disabled", "hit")]);
    let run = &NIGHTS.lacking.1;
    says(run, "M-02", &[("disabled", "month missing")]);
    // The same month is missing here, and a dataset as well.
    says(run, "M-01", &[("disabled", "dataset missing")]);
}

#[test]
fn a_delivery_much_smaller_than_the_ones_before_it_counts_like_a_stale_one() {
    let (said, run) = &NIGHTS.lacking;
    // Grace periods must prove an absence; household members are needed present.
    says(run, "I-02", &[("hit", "stale"), ("grace", "stale")]);
    says(run, "D-05", &[("dead", "hit"), ("alive", "clear"), ("dead in doubt", "identity in doubt")]);
    has_lead(run, "D-05", "dead", ["S3", "true", "new"]);
    has_lead(&NIGHTS.first.1, "D-05", "dead", ["S2", "false", "new"]);
    // Those who run the system are told; nobody is sent to visit a feed.
    for (dataset, usual) in [("household_members", "60.00"), ("grace_periods", "3.00")] {
        let line = said.err.lines().find(|line| line.contains(&format!("Q-03 civil_affairs.{dataset}: ")));
        let usual = format!("where the median of the 3 before it is {usual}");
        assert!(line.is_some_and(|line| line.contains(&usual)), "{dataset}: {}", said.err);
    }
    assert!(!NIGHTS.first.0.err.contains("Q-03"), "{}", NIGHTS.first.0.err);
    let manifest: Value = serde_json::from_slice(&fs::read(run.join("manifest.json")).unwrap()).unwrap();
    let sizes = manifest["plan"]["sizes"].as_array().unwrap();
    assert_eq!(sizes.iter().filter(|size| size["is_small"] == true).count(), 2, "{sizes:?}");
    assert_eq!(manifest["results"]["rules"]["Q-03"]["hit"], 2);
}

#[test]
fn a_pending_case_that_has_not_begun_gives_its_household_no_division() {
    let run = &NIGHTS.first.1;
    says(run, "P-04", &[("applies", "dataset missing"), ("applies later", "outside")]);
}
