//! Which rules read which shared tables, from the words of their SQL. Plans nothing: a name that is no fact is left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    compare::{FACTS, facts_read},
    project::{Project, Rule, words},
};

/// The facts of every rule, directly or through other facts.
#[derive(Debug)]
pub struct Uses<'p> {
    by_rule: BTreeMap<&'p str, BTreeSet<&'p str>>,
}

impl<'p> Uses<'p> {
    /// Follows the names from every rule.
    pub fn of(project: &'p Project) -> Self {
        let of = |rule: &'p Rule| (rule.id.as_str(), reached(project, rule));
        Self { by_rule: project.rules.values().map(of).collect() }
    }

    /// The facts that a rule reads, sorted.
    pub fn of_rule(&self, id: &str) -> impl Iterator<Item = &'p str> {
        self.by_rule.get(id).into_iter().flatten().copied()
    }

    /// The rules that read a fact, sorted.
    pub fn of_fact(&self, name: &str) -> impl Iterator<Item = &'p str> {
        self.by_rule.iter().filter(move |(_, facts)| facts.contains(name)).map(|(id, _)| *id)
    }
}

fn reached<'p>(project: &'p Project, rule: &'p Rule) -> BTreeSet<&'p str> {
    let evidence = rule.evidence.iter().flat_map(|one| [Some(&one.from), one.where_.as_ref()]).flatten();
    let mut open: Vec<&str> = named(&rule.text);
    open.extend(evidence.flat_map(|sql| named(sql)));
    open.extend(facts_read(rule));
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(fact) = project.facts.get(name)
            && seen.insert(fact.name.as_str())
        {
            open.extend(named(&fact.text));
        }
    }
    seen
}

/// What stands behind `facts.` in an SQL text.
fn named(sql: &str) -> Vec<&str> {
    let words = words(sql);
    let pairs = words.windows(2).filter_map(|pair| match pair {
        [schema, table] if schema.text == FACTS && table.behind_point => Some(table.text),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_behind_the_schema_are_facts() {
        let sql = "/* facts.no */ SELECT f.deaths FROM facts.deaths AS f, civil_affairs.deaths -- facts.no";
        assert_eq!(named(sql), ["deaths"]);
    }
}
