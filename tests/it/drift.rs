//! Deliveries that arrive whole and are not what they were: a column is suddenly empty, the people are suddenly others. Rules
//! that would rest on their silence judge nobody.

use std::fs;

use crate::{
    city::Place,
    program::{Said, root},
    small_city::{SmallCity, number},
    table::Table,
    tree,
};

/// The one rule of these nights: people of eighty and over without the elderly allowance, by the silence of `cases`.
const RULE: &str = "M-08";

/// How the last of the deliveries of cases differs from those before it.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    AsBefore,
    WithoutRechecks,
    OfOthers,
}

/// A night after deliveries of cases on these days, each of 120 people who are on record.
fn night(days: &[&str], last: Last) -> (Said, Place) {
    let mut place = Place::with(&[]);
    let installation = place.folder.path().join("hedui");
    for part in ["pipelines", "schemas"] {
        tree::copy(&root().join(part), &installation.join(part));
    }
    let rules = installation.join("pipelines/rules");
    for (name, path) in tree::files(&rules) {
        if name.contains('/') && !name.contains(RULE) {
            fs::remove_file(path).unwrap();
        }
    }
    place.night.root = installation;
    place.night.reference = None;
    let mut city = SmallCity::new();
    for at in 0..120 {
        city.person(&format!("old {at}"), "1", "1940-01");
    }
    city.person("missed", "1", "1940-01");
    let inbox = &place.night.inbox;
    city.seal("civil_affairs.persons", &[], inbox);
    city.seal("civil_affairs.deaths", &[], inbox);
    city.seal("civil_affairs.payments", &["--months", "2026-01..2026-02"], inbox);
    for (nth, day) in days.iter().enumerate() {
        let last = if nth + 1 == days.len() { last } else { Last::AsBefore };
        let row = |at: usize| {
            let who = if last == Last::OfOthers { "other" } else { "old" };
            let (person, recheck) = (
                number(&format!("{who} {at}")),
                if last == Last::WithoutRechecks { "" } else { "2026-02-01" },
            );
            format!(
                "C{at},H{at},{person},elderly_allowance,single,active,330302001,urban,,2024-03,,60.00,,1,,{recheck},"
            )
        };
        city.seal_rows("civil_affairs.cases", day, &(0..120).map(row).collect::<Vec<_>>(), &[], inbox);
    }
    (place.night.run(), place)
}

/// The coverage of the rule: insufficient and its reason.
fn insufficient(place: &Place) -> Vec<[String; 2]> {
    let coverage = Table::read(&place.night.current().join("coverage.parquet"));
    let rows = coverage.select(["rule_id", "insufficient", "reason"]);
    let of_rule = rows.iter().filter(|[rule, ..]| *rule == RULE);
    of_rule.map(|[_, count, reason]| [(*count).to_owned(), (*reason).to_owned()]).collect()
}

const FOUR: [&str; 4] = ["2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08"];

#[test]
fn deliveries_like_those_before_them_are_believed() {
    let (said, place) = night(&FOUR, Last::AsBefore);
    assert!(!said.err.contains("unlike before"), "{}", said.err);
    assert_eq!(insufficient(&place), [["0", ""]]);
}

#[test]
fn a_column_that_is_suddenly_empty_makes_rules_that_rest_on_silence_insufficient() {
    let (said, place) = night(&FOUR, Last::WithoutRechecks);
    let said = said.warns(&[
        "civil_affairs.cases is unlike before: 100.0 % of the column last_recheck_on is empty, where the median of the 3 deliveries before it is 0.0 %",
    ]);
    assert!(!said.err.contains("person_id is empty"), "{}", said.err);
    assert_eq!(insufficient(&place), [["121", ""], ["121", "drifted"]]);
    let report = fs::read_to_string(place.night.current().join("report.html")).unwrap();
    for words in [
        "列 last_recheck_on 有100.0 %为空，此前3次交付的中位数为0.0 %",
        "数据与以往不符",
        "异常",
        "data unlike before",
    ] {
        assert!(report.contains(words), "`{words}` is not in the report");
    }
}

#[test]
fn people_whom_the_register_does_not_know_make_them_insufficient_too_and_are_counted() {
    let (said, place) = night(&FOUR, Last::OfOthers);
    said.warns(&[
        "civil_affairs.cases is unlike before: 0.0 % of the people of person_id are found in civil_affairs.persons, where the median of the 3 deliveries before it is 100.0 %",
        "120 of the 120 values of civil_affairs.cases.person_id are not found in civil_affairs.persons.person_id; no row was set aside",
    ]);
    assert_eq!(insufficient(&place), [["121", ""], ["121", "drifted"]]);
}

#[test]
fn with_fewer_than_three_deliveries_before_it_nothing_is_unusual() {
    for last in [Last::WithoutRechecks, Last::OfOthers] {
        let (said, place) = night(&FOUR[1..], last);
        assert!(!said.err.contains("unlike before"), "{}", said.err);
        assert_eq!(insufficient(&place), [["0", ""]]);
    }
}
