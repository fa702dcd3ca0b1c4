//! The book of our own rules, and of rules that a test bends.

use std::{collections::BTreeSet, path::Path};

use super::*;
use crate::project::Fact;

fn project() -> Project {
    let (project, found) = Project::load(Path::new(env!("CARGO_MANIFEST_DIR")), "night");
    assert!(!found.has_errors(), "{found:?}");
    project.unwrap()
}

/// The part of the page from the element with that id to the next one that begins so.
fn part<'p>(page: &'p str, id: &str, end: &str) -> &'p str {
    let from = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}"));
    let rest = page.get(from..).unwrap();
    rest.find(end).and_then(|to| rest.get(..to)).unwrap_or(rest)
}

#[test]
fn every_live_rule_stands_in_the_book_with_all_it_says_of_itself() {
    let project = project();
    let page = page(&project, Lang::Zh);
    let escaped = |text: &str| html! { (text) }.into_string();
    for rule in project.rules.values() {
        assert_eq!(
            page.matches(&format!("<article class=\"rule {}\" id=\"{}\"", rule.direction, rule.id)).count(),
            1
        );
        let entry = part(&page, &rule.id, "</article>");
        let mut said = vec![&rule.title, &rule.meaning, &rule.action, &rule.clears];
        said.extend(&rule.innocent);
        said.extend(rule.legal.iter().map(|legal| &legal.text));
        for text in said {
            assert!(
                entry.contains(&escaped(&text.zh)) && entry.contains(&escaped(&text.en)),
                "{}: {text:?}",
                rule.id
            );
        }
        assert!(entry.contains(&rule.digest.hex()) && entry.contains(&escaped(&rule.text)), "{}", rule.id);
        for test in &project.tests[&rule.id].tests {
            assert!(entry.contains(&escaped(&test.name)), "{}: {}", rule.id, test.name);
        }
        assert!(!part(entry, &rule.id, "</q>").contains('{'), "{}: no example of its reason", rule.id);
    }
    for fact in project.facts.values() {
        assert!(part(&page, &format!("f-{}", fact.name), "</details>").contains(&fact.digest.hex()));
    }
}

#[test]
fn every_value_of_a_figure_is_there_with_date_place_source_and_whether_it_is_verified() {
    let mut project = project();
    let mut values = project.parameters.values("dibao_standard").to_vec();
    values[1].verified = true;
    project.parameters.replace("dibao_standard", values);
    let page = page(&project, Lang::Zh);
    for place in [part(&page, "p-dibao_standard", "</table>"), part(&page, "I-02", "</table>")] {
        for said in [
            "1,145",
            "1,190",
            "2024-07-01",
            "2025-07-01",
            "温州市 <code>330300</code>",
            "温州市民政局",
            "未核实",
            "✓",
        ] {
            assert!(place.contains(said), "{said}: {place}");
        }
    }
    for (name, parameter) in project.parameters.catalogue() {
        let index = part(&page, &format!("p-{name}"), "</div><div class=\"parameter\"");
        assert_eq!(index.matches("class=\"day\"").count(), project.parameters.values(name).len(), "{name}");
        assert!(index.contains(&parameter.title.en) && index.contains(&parameter.unit), "{name}");
    }
}

#[test]
fn a_rule_on_trial_stands_apart_and_one_not_in_use_is_only_named() {
    let mut project = project();
    for (id, status) in [
        ("D-01", Status::Pilot),
        ("D-02", Status::Draft),
        ("D-03", Status::Suspended),
        ("D-04", Status::Retired),
    ] {
        project.rules.get_mut(id).unwrap().status = status;
    }
    let page = page(&project, Lang::Zh);
    let live = part(&page, "g-death", "</section>");
    assert!(live.contains("id=\"D-05\"") && !live.contains("id=\"D-01\""));
    let pilot = part(&page, "pilot", "id=\"off\"");
    assert!(pilot.contains("id=\"D-01\"") && pilot.contains("never reaches a list"));
    let off = part(&page, "off", "</section>");
    for said in ["D-02", "起草中", "D-03", "暂停使用", "D-04", "retired"] {
        assert!(off.contains(said), "{said}: {off}");
    }
    assert!(!off.contains("<article") && page.contains("试行 1 条，不在使用 3 条"));
}

#[test]
fn words_of_a_file_cannot_become_markup() {
    let mut project = project();
    let rule = project.rules.get_mut("D-01").unwrap();
    rule.meaning.zh = "<script>alert(1)</script>".to_owned();
    rule.text = "SELECT 1 -- </pre><img src=x>".to_owned();
    let fact: &mut Fact = project.facts.get_mut("deaths").unwrap();
    fact.text = "</pre><b onclick=x>".to_owned();
    let page = page(&project, Lang::Zh);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    for bad in ["<script", "<img", "<b onclick"] {
        assert!(!page.contains(bad), "{bad}");
    }
}

#[test]
fn a_rule_names_what_its_basis_adds_and_what_makes_it_unable_to_tell() {
    let project = project();
    let page = page(&project, Lang::En);
    let consent = part(&page, "I-02", "</article>");
    for said in [
        "#d-civil_affairs.authorisations",
        "#d-civil_affairs.grace_periods",
        "no dibao standard",
        "no valid authorisation",
        "A case in its grace period is clear",
    ] {
        assert!(consent.contains(said), "{said}");
    }
    let statutory = part(&page, "D-01", "</article>");
    for not in
        ["authorisations", "no dibao standard", "A case in its grace period is clear", "age is not known"]
    {
        assert!(!statutory.contains(not), "{not}");
    }
    assert!(
        statutory.contains("contradict each other")
            && part(&page, "M-03", "</article>").contains("from last year to this year")
    );
}

#[test]
fn the_page_carries_all_it_needs_and_is_the_same_every_time() {
    let project = project();
    let page = page(&project, Lang::Zh);
    for outside in ["http://", "https://", "url(", "@import", "<script", "src=", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page == super::page(&self::project(), Lang::Zh));
    let english = super::page(&project, Lang::En);
    assert!(page.contains("id=\"zh\" checked") && english.contains("id=\"en\" checked"));
    let named = |mark: &str| -> BTreeSet<&str> {
        page.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    };
    let (places, ids) = (named("href=\"#"), named(" id=\""));
    let nowhere: Vec<&&str> = places.difference(&ids).collect();
    assert!(places.len() > 150 && nowhere.is_empty(), "{nowhere:?} lead nowhere");
    assert!(page.len() < 3_000_000, "{} bytes are too many to hand around", page.len());
}
