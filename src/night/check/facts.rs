//! The facts, each planned after those it reads; those that need each other, and those that nobody reads.

use std::collections::{BTreeMap, BTreeSet};

use super::{Bench, result::is_float, statement::Statement};
use crate::{
    compare::{self, FACTS},
    diagnostic::{Code, Diagnostic},
    engine::{EngineError, TableName},
    project::{Fact, words},
};

impl Bench<'_> {
    /// Plans every fact and makes it a table.
    pub(super) async fn facts(&mut self) -> Result<(), EngineError> {
        let project = self.project;
        // A fact that cannot be read names no others: planning reports it.
        let reads = |fact: &Fact| {
            let mut reads = compare::facts_in(&self.engine, &fact.text).unwrap_or_default();
            reads.retain(|name| project.facts.contains_key(name));
            reads
        };
        let mut waiting: BTreeMap<&str, (&Fact, BTreeSet<String>)> =
            project.facts.values().map(|fact| (fact.name.as_str(), (fact, reads(fact)))).collect();
        while !waiting.is_empty() {
            let is_ready = |(_, reads): &&(&Fact, BTreeSet<String>)| {
                reads.iter().all(|name| !waiting.contains_key(name.as_str()))
            };
            let ready: Vec<&Fact> = waiting.values().filter(is_ready).map(|(fact, _)| *fact).collect();
            if ready.is_empty() {
                self.cycle(&mut waiting);
            }
            for fact in ready {
                waiting.remove(fact.name.as_str());
                self.fact(fact).await?;
            }
        }
        Ok(())
    }

    async fn fact(&mut self, fact: &Fact) -> Result<(), EngineError> {
        let statement = Statement::file(&fact.file, &fact.text);
        let table = TableName::new(FACTS, &fact.name);
        self.steady(&statement);
        let Some(planned) = self.plan(&statement).await else {
            self.unplanned.insert(table);
            return Ok(());
        };
        for field in planned.columns().fields().iter().filter(|field| is_float(field.data_type())) {
            self.float(&fact.file, &fact.text, field.name());
        }
        self.engine.add_rows(&table, planned.columns(), Vec::new())
    }

    /// Takes facts that need each other out of those that wait, and reports them once.
    fn cycle(&mut self, waiting: &mut BTreeMap<&str, (&Fact, BTreeSet<String>)>) {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            waiting.keys().map(|name| (*name, reach(waiting, name))).collect();
        let Some((first, around)) = reached.iter().find(|(name, reached)| reached.contains(**name)) else {
            waiting.clear();
            return;
        };
        let is_member = |name: &&str| reached.get(*name).is_some_and(|reached| reached.contains(first));
        let members: Vec<String> =
            around.iter().filter(|name| is_member(name)).map(|name| (*name).to_owned()).collect();
        if let Some((fact, reads)) = waiting.get(*first) {
            let statement = Statement::file(&fact.file, &fact.text);
            let next =
                members.iter().find(|name| reads.contains(*name)).map(|name| TableName::new(FACTS, name));
            let places = self.engine.relations(&fact.text).unwrap_or_default();
            let place =
                places.into_iter().find(|(name, _)| Some(name) == next.as_ref()).map(|(_, place)| place);
            let list = members.join(", ");
            let (zh, en) = (format!("事实互相依赖：{list}"), format!("facts need each other: {list}"));
            let cycle = Diagnostic::new(Code::FactCycle, &fact.file, zh, en).at(statement.span(place, None));
            self.found
                .push(cycle.help("把共用的部分另写成一个事实", "write what they share as a fact of its own"));
        }
        for name in members {
            waiting.remove(name.as_str());
            self.unplanned.insert(TableName::new(FACTS, name));
        }
    }

    /// Reports every fact that no rule and no other fact reads.
    pub(super) fn unused_facts(&mut self) {
        let project = self.project;
        if project.has_unread_rules() {
            // Who knows what those would read.
            return;
        }
        let mut read: BTreeSet<&str> = BTreeSet::new();
        for rule in project.rules.values() {
            let evidence =
                rule.evidence.iter().flat_map(|spec| [Some(spec.from.as_str()), spec.where_.as_deref()]);
            for sql in evidence.flatten().chain([rule.text.as_str()]) {
                read.extend(words(sql).iter().filter(|word| word.behind_point).map(|word| word.text));
            }
            read.extend(compare::facts_read(rule));
        }
        for fact in project.facts.values() {
            let others =
                words(&fact.text).into_iter().filter(|word| word.behind_point && word.text != fact.name);
            read.extend(others.map(|word| word.text));
        }
        for fact in project.facts.values().filter(|fact| !read.contains(fact.name.as_str())) {
            let name = &fact.name;
            let (zh, en) =
                (format!("没有规则或事实用到 `{name}`"), format!("no rule and no fact reads `{name}`"));
            let unused = Diagnostic::new(Code::UnusedFact, &fact.file, zh, en);
            let unused = unused.at(Statement::file(&fact.file, &fact.text).span(None, None));
            self.found.push(unused.help("删去，或在规则中使用", "remove it, or use it in a rule"));
        }
    }
}

/// Everything among the waiting facts that one of them reads, directly or through others.
fn reach<'w>(waiting: &'w BTreeMap<&str, (&Fact, BTreeSet<String>)>, start: &'w str) -> BTreeSet<&'w str> {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = vec![start];
    while let Some(name) = open.pop() {
        let reads = waiting.get(name).into_iter().flat_map(|(_, reads)| reads.iter().map(String::as_str));
        open.extend(reads.filter(|name| waiting.contains_key(name) && reached.insert(name)));
    }
    reached
}
