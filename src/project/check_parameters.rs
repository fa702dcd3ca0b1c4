//! Parameters declared against parameters used: in the SQL, in the evidence, in the facts behind it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{Fact, Project, Rule, check::Check, is_given, words};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics},
    parameter::ParameterBook,
};

impl Project {
    /// Every `$name` of a fact is a value of the run or a parameter.
    pub(super) fn check_facts(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        let catalogue = self.parameters.catalogue();
        for fact in self.facts.values().filter(|_| !catalogue.is_empty()) {
            for word in words(&fact.text).iter().filter(|word| word.dollar && !is_given(word.text)) {
                if !catalogue.contains_key(word.text) {
                    found.push(self.parameters.unknown(word.text, &fact.file).at(word.span.clone()));
                }
            }
        }
        found
    }
}

impl Check<'_> {
    /// Every declared parameter is known and used, every used one declared.
    pub(super) fn parameters(&mut self) {
        if self.project.parameters.catalogue().is_empty() {
            // The catalogue did not read: that is one mistake, not one for every rule.
            return;
        }
        let (rule, book) = (self.rule, &self.project.parameters);
        let declared: BTreeSet<&str> = rule.parameters.iter().map(String::as_str).collect();
        for (at, name) in rule.parameters.iter().enumerate() {
            if !book.catalogue().contains_key(name) {
                let place = rule.place(&format!("parameters.{at}"));
                self.found.push(book.unknown(name, &rule.file).at(place));
            }
        }
        let columns = columns(book);
        // A column `recheck_months_a` is the parameter `recheck_months`.
        let parameter = |word: &str| columns.get(word).copied();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        // One name is one mistake, where it is first used.
        let mut reported: BTreeSet<&str> = BTreeSet::new();
        for word in words(&rule.text) {
            let known = parameter(word.text);
            used.extend(known);
            let name = known.unwrap_or(word.text);
            let is_use = word.dollar || (word.behind_point && known.is_some());
            let is_declared = declared.contains(name) || (word.dollar && is_given(word.text));
            if is_use && !is_declared && reported.insert(name) {
                self.found.push(undeclared(rule, name, word.span.clone()));
            }
        }
        for fact in reached(&rule.text, &self.project.facts) {
            used.extend(words(&fact.text).iter().filter_map(|word| parameter(word.text)));
        }
        for (at, evidence) in rule.evidence.iter().enumerate() {
            for (key, sql) in [("from", Some(&evidence.from)), ("where", evidence.where_.as_ref())] {
                for word in sql.map(|sql| words(sql)).unwrap_or_default() {
                    used.extend(parameter(word.text));
                    if word.dollar && !declared.contains(word.text) && !is_given(word.text) {
                        self.found.push(undeclared(
                            rule,
                            word.text,
                            rule.place(&format!("evidence.{at}.{key}")),
                        ));
                    }
                }
            }
        }
        for (at, name) in rule.parameters.iter().enumerate() {
            if book.catalogue().contains_key(name) && !used.contains(name.as_str()) {
                let (zh, en) = (
                    format!("声明了参数 `{name}`，但没有使用"),
                    format!("the parameter `{name}` is declared and not used"),
                );
                self.report(Code::UnusedParameter, &format!("parameters.{at}"), zh, en);
            }
        }
    }
}

fn undeclared(rule: &Rule, name: &str, place: Range<usize>) -> Diagnostic {
    let (zh, en) = (
        format!("使用了参数 `{name}`，但没有声明"),
        format!("the parameter `{name}` is used and not declared"),
    );
    let undeclared = Diagnostic::new(Code::UndeclaredParameter, &rule.file, zh, en).at(place);
    undeclared.help(format!("在 parameters 中加上 {name}"), format!("add {name} to `parameters`"))
}

/// The parameter of every column of figures, by the column's name and by its own.
fn columns(book: &ParameterBook) -> BTreeMap<String, &str> {
    let catalogue = book.catalogue();
    let by_class = book.columns().into_iter().filter_map(|column| {
        catalogue.get(&column.parameter).map(|parameter| (column.name, parameter.name.as_str()))
    });
    catalogue.keys().map(|name| (name.clone(), name.as_str())).chain(by_class).collect()
}

/// The facts that an SQL text reads, directly or through other facts.
fn reached<'p>(sql: &str, facts: &'p BTreeMap<String, Fact>) -> Vec<&'p Fact> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&Fact> = words(sql).iter().filter_map(|word| facts.get(word.text)).collect();
    let mut found = Vec::new();
    while let Some(fact) = open.pop() {
        if names.insert(&fact.name) {
            found.push(fact);
            open.extend(words(&fact.text).iter().filter_map(|word| facts.get(word.text)));
        }
    }
    found
}
