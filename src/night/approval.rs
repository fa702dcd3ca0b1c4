//! Which live rules run as live: those whose own file and every fact that they read are approved as they stand.
//!
//! Decides before a run, from files alone. A rule that is held back still runs, in the shadow.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::workshop::facts_named;
use crate::{
    compare,
    diagnostic::{Code, Diagnostic, Diagnostics},
    engine::{Engine, Limits, SqlFault},
    model::Text,
    project::{ApprovalState, Fact, Project, Rule, Status},
};

/// Why live rules are held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// There is no file of approvals at all.
    NoApprovals,
    /// The file was never approved.
    Never,
    /// The file was changed after it was approved.
    Changed,
}

/// A file that is not approved as it stands, and the live rules that it holds back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// The file as the approvals name it; the approvals themselves where there are none.
    pub file: String,
    /// What is the matter with it.
    pub cause: Cause,
    /// The rules, sorted.
    pub rules: Vec<String>,
}

impl HeldBack {
    /// What is the matter, for people.
    pub fn what(&self) -> Text {
        let file = &self.file;
        match self.cause {
            Cause::NoApprovals => Text::new(
                format!("没有 {file}，没有任何批准"),
                format!("there is no {file}: nothing is approved"),
            ),
            Cause::Never => Text::new(format!("{file} 没有批准"), format!("{file} was never approved")),
            Cause::Changed => {
                Text::new(format!("{file} 批准后被改动"), format!("{file} was changed after it was approved"))
            }
        }
    }

    /// For the plan and the manifest.
    pub fn json(&self) -> Value {
        let cause = match self.cause {
            Cause::NoApprovals => "no approvals",
            Cause::Never => "never approved",
            Cause::Changed => "changed",
        };
        json!({"file": self.file, "cause": cause, "rules": self.rules})
    }
}

/// Why one rule is held back; None: it is not.
pub fn reason(held_back: &[HeldBack], rule: &str) -> Option<Text> {
    let causes = held_back.iter().filter(|held| held.rules.iter().any(|id| id == rule));
    causes
        .map(HeldBack::what)
        .reduce(|all, next| Text::new(format!("{}；{}", all.zh, next.zh), format!("{}; {}", all.en, next.en)))
}

/// Which facts each rule rests on, directly or through other facts.
pub(super) fn facts_behind<'p>(
    engine: &Engine,
    project: &'p Project,
    rules: impl IntoIterator<Item = &'p Rule>,
) -> Result<BTreeMap<&'p str, BTreeSet<&'p str>>, SqlFault> {
    let mut reads: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for fact in project.facts.values() {
        reads.insert(&fact.name, compare::facts_in(engine, &fact.text)?);
    }
    let mut behind = BTreeMap::new();
    for rule in rules {
        let mut facts = BTreeSet::new();
        let mut waiting: Vec<String> = facts_named(engine, rule)?.into_iter().collect();
        while let Some(name) = waiting.pop() {
            // A fact that is not there is planning's to report.
            let Some(fact) = project.facts.get(&name) else { continue };
            if facts.insert(fact.name.as_str()) {
                waiting.extend(reads.get(name.as_str()).into_iter().flatten().cloned());
            }
        }
        behind.insert(rule.id.as_str(), facts);
    }
    Ok(behind)
}

/// The rules that say of themselves that they are live.
pub(super) fn live(project: &Project) -> impl Iterator<Item = &Rule> {
    project.rules.values().filter(|rule| rule.status == Status::Live)
}

/// Every file that holds live rules back, sorted by its name.
pub(super) fn held_back(engine: &Engine, project: &Project) -> Result<Vec<HeldBack>, SqlFault> {
    let approvals = &project.approvals;
    if approvals.digest.is_none() {
        let rules: Vec<String> = live(project).map(|rule| rule.id.clone()).collect();
        let file = approvals.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let all = HeldBack { file, cause: Cause::NoApprovals, rules };
        return Ok(if all.rules.is_empty() { Vec::new() } else { vec![all] });
    }
    let mut files: BTreeMap<String, HeldBack> = BTreeMap::new();
    let mut look = |path, digest, rule: &Rule| {
        let cause = match approvals.state(path, digest) {
            ApprovalState::Approved => return,
            ApprovalState::Never => Cause::Never,
            ApprovalState::Changed => Cause::Changed,
        };
        let file = approvals.name(path);
        let held = files.entry(file.clone()).or_insert(HeldBack { file, cause, rules: Vec::new() });
        held.rules.push(rule.id.clone());
    };
    let behind = facts_behind(engine, project, live(project))?;
    for rule in live(project) {
        look(&rule.file, &rule.digest, rule);
        let facts = behind.get(rule.id.as_str()).into_iter().flatten();
        for fact in facts.filter_map(|name| project.facts.get(*name)) {
            look(&fact.file, &fact.digest, rule);
        }
    }
    Ok(files.into_values().collect())
}

/// A warning for every file that would hold a live rule back tonight.
pub fn check_approvals(project: &Project, limits: Limits) -> Diagnostics {
    let mut found = Diagnostics::new();
    // What cannot be read as SQL, or started at all, was reported by `check_sql`.
    let held = Engine::new(limits).ok().and_then(|engine| held_back(&engine, project).ok());
    for held in held.into_iter().flatten() {
        found.push(warning(project, &held));
    }
    found
}

fn warning(project: &Project, held: &HeldBack) -> Diagnostic {
    let (approvals, what) = (&project.approvals, held.what());
    let (list, count) = (held.rules.join(", "), held.rules.len());
    let found = match held.cause {
        Cause::NoApprovals => {
            let all = ("所有正式规则只试行，不上清单", "every live rule runs in the shadow, on no list");
            let none = Diagnostic::new(Code::NeverApproved, &approvals.file, what.zh, what.en);
            return none.note(all.0, all.1).help(
                "审核后批准：hedui check --approve all --by \"单位\"",
                "read them and approve them: hedui check --approve all --by \"OFFICE\"",
            );
        }
        Cause::Never => {
            let own = project.rules.values().find(|rule| approvals.name(&rule.file) == held.file);
            let fact = |fact: &&Fact| approvals.name(&fact.file) == held.file;
            let path = match own {
                Some(rule) => Some(&rule.file),
                None => project.facts.values().find(fact).map(|fact| &fact.file),
            };
            let file = path.unwrap_or(&approvals.file);
            let place = own.map(|rule| rule.place("status"));
            Diagnostic::new(Code::NeverApproved, file, what.zh, what.en).at_some(place)
        }
        Cause::Changed => {
            let place = approvals.get(&held.file).map(|entry| entry.place.clone());
            Diagnostic::new(Code::ChangedSinceApproval, &approvals.file, what.zh, what.en).at_some(place)
        }
    };
    found
        .note(
            format!("因此只试行、不上清单的规则（{count}）：{list}"),
            format!("rules that therefore run in the shadow, on no list ({count}): {list}"),
        )
        .help(
            format!("审核后批准：hedui check --approve {} --by \"单位\"；或恢复批准过的文件", held.rules.join(",")),
            format!(
                "read it and approve it: hedui check --approve {} --by \"OFFICE\"; or restore the approved file",
                held.rules.join(",")
            ),
        )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn ours() -> Project {
        let (project, found) = Project::load(Path::new(env!("CARGO_MANIFEST_DIR")), "night");
        assert!(!found.has_errors(), "{found:?}");
        project.unwrap()
    }

    fn engine() -> Engine {
        Engine::new(Limits { threads: 1, memory: None }).unwrap()
    }

    /// Approved whole as it stands, whatever our own approvals say.
    fn approved() -> Project {
        let mut project = ours();
        let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let files = project.rules.values().map(|rule| (rule.file.clone(), rule.digest));
        let facts = project.facts.values().map(|fact| (fact.file.clone(), fact.digest));
        for (file, digest) in files.chain(facts).collect::<Vec<_>>() {
            project.approvals.approve(&file, &digest, "test", day);
        }
        project
    }

    #[test]
    fn a_rule_whose_file_changed_is_held_back_alone() {
        let mut project = approved();
        assert_eq!(held_back(&engine(), &project), Ok(Vec::new()));
        project.rules.get_mut("D-01").unwrap().digest = crate::model::Digest::of(b"other");
        let held = held_back(&engine(), &project).unwrap();
        let expected = HeldBack {
            file: "rules/death/D-01.sql".to_owned(),
            cause: Cause::Changed,
            rules: vec!["D-01".to_owned()],
        };
        assert_eq!(held, [expected]);
        assert_eq!(reason(&held, "D-02"), None);
        assert!(reason(&held, "D-01").unwrap().en.contains("rules/death/D-01.sql was changed"));
        // A rule that is not live needs no approval.
        project.rules.get_mut("D-01").unwrap().status = Status::Pilot;
        assert_eq!(held_back(&engine(), &project), Ok(Vec::new()));
    }

    #[test]
    fn a_fact_that_changed_holds_back_every_rule_that_reads_it_directly_or_through_another() {
        let mut project = approved();
        let engine = engine();
        let behind = facts_behind(&engine, &project, live(&project)).unwrap();
        let through = |fact: &str, rule: &Rule| {
            behind[rule.id.as_str()].contains(fact) && !facts_named(&engine, rule).unwrap().contains(fact)
        };
        // Some fact that some rule reads only through another.
        let (fact, rule) = project
            .facts
            .keys()
            .find_map(|fact| {
                let rule = live(&project).find(|rule| through(fact, rule))?;
                Some((fact.clone(), rule.id.clone()))
            })
            .unwrap();
        let readers: Vec<String> = behind
            .iter()
            .filter(|(_, facts)| facts.contains(fact.as_str()))
            .map(|(id, _)| (*id).to_owned())
            .collect();
        assert!(readers.contains(&rule));
        project.facts.get_mut(&fact).unwrap().digest = crate::model::Digest::of(b"other");
        let held = held_back(&engine, &project).unwrap();
        assert_eq!((held.len(), &held[0].rules, held[0].cause), (1, &readers, Cause::Changed));
    }

    #[test]
    fn without_a_file_of_approvals_every_live_rule_is_held_back_by_one_cause() {
        let mut project = ours();
        project.approvals.digest = None;
        let held = held_back(&engine(), &project).unwrap();
        assert_eq!((held.len(), held[0].cause), (1, Cause::NoApprovals));
        assert_eq!(held[0].rules.len(), live(&project).count());
        let found = check_approvals(&project, Limits { threads: 1, memory: None });
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::NeverApproved]);
        for rule in project.rules.values_mut() {
            rule.status = Status::Draft;
        }
        assert_eq!(held_back(&engine(), &project), Ok(Vec::new()));
    }
}
