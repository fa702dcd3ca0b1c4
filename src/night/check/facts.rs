//! The facts, each planned after those it reads; those that need each other, and those that nobody reads.

use std::collections::{BTreeMap, BTreeSet};

use super::{Bench, result::is_float, statement::Statement};
use crate::{
    compare::{self, FACTS},
    diagnostic::{Code, Diagnostic},
    engine::{EngineError, Look, TableName},
    project::{Fact, words},
};

impl Bench<'_> {
    /// Plans every fact and makes it a table.
    pub(super) async fn facts(&mut self) -> Result<(), EngineError> {
        let project = self.project;
        let mut waiting: BTreeMap<&str, (&Fact, Look)> = BTreeMap::new();
        for fact in project.facts.values() {
            let Some(look) = self.look(&Statement::file(&fact.file, &fact.text)) else {
                self.unplanned.insert(TableName::new(FACTS, &fact.name));
                continue;
            };
            self.reads.insert(&fact.name, look.tables.clone());
            waiting.insert(&fact.name, (fact, look));
        }
        while !waiting.is_empty() {
            let is_ready = |look: &Look| facts_in(look).all(|name| !waiting.contains_key(name));
            let ready = waiting.iter().filter(|(_, (_, look))| is_ready(look)).map(|(name, _)| *name);
            let ready: Vec<&str> = ready.collect();
            if ready.is_empty() {
                self.cycle(&mut waiting);
            }
            for name in ready {
                if let Some((fact, look)) = waiting.remove(name) {
                    self.fact(fact, &look).await?;
                }
            }
        }
        Ok(())
    }

    async fn fact(&mut self, fact: &Fact, look: &Look) -> Result<(), EngineError> {
        let statement = Statement::file(&fact.file, &fact.text);
        let table = TableName::new(FACTS, &fact.name);
        let Some(planned) = self.plan(&statement, look).await else {
            self.unplanned.insert(table);
            return Ok(());
        };
        for field in planned.columns().fields().iter().filter(|field| is_float(field.data_type())) {
            self.float(&fact.file, &fact.text, field.name());
        }
        self.engine.add_rows(&table, planned.columns(), Vec::new())
    }

    /// Takes facts that need each other out of those that wait, and reports them once.
    fn cycle(&mut self, waiting: &mut BTreeMap<&str, (&Fact, Look)>) {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            waiting.keys().map(|name| (*name, reach(waiting, name))).collect();
        let Some((first, around)) = reached.iter().find(|(name, reached)| reached.contains(**name)) else {
            waiting.clear();
            return;
        };
        let is_member = |name: &&str| reached.get(*name).is_some_and(|reached| reached.contains(first));
        let members: Vec<String> =
            around.iter().filter(|name| is_member(name)).map(|name| (*name).to_owned()).collect();
        if let Some((fact, look)) = waiting.get(*first) {
            let statement = Statement::file(&fact.file, &fact.text);
            let is_member = |table: &TableName| table.schema == FACTS && members.contains(&table.table);
            let place = look.places.iter().find(|(table, _)| is_member(table)).map(|(_, place)| *place);
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
fn reach<'w>(waiting: &'w BTreeMap<&str, (&Fact, Look)>, start: &'w str) -> BTreeSet<&'w str> {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = vec![start];
    while let Some(name) = open.pop() {
        let reads = waiting.get(name).into_iter().flat_map(|(_, look)| facts_in(look));
        open.extend(reads.filter(|name| waiting.contains_key(name) && reached.insert(name)));
    }
    reached
}

/// The names of the facts that a statement reads.
fn facts_in(look: &Look) -> impl Iterator<Item = &str> {
    look.tables.iter().filter(|table| table.schema == FACTS).map(|table| table.table.as_str())
}
