//! Facts: shared statements, in the order that their SQL implies.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    engine::{Engine, EngineError, Placeholders, SqlFault, TableName},
    project::Fact,
};

/// The schema in which facts are found.
pub const FACTS: &str = "facts";

/// The order of facts is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// A fact's SQL cannot be read.
    #[error("failed to read the fact {0}: {1}")]
    Sql(String, SqlFault),
    /// Facts that need each other.
    #[error("failed to order the facts: {} need each other", .0.join(", "))]
    Cycle(Vec<String>),
}

/// Which facts each text reads, by the facts' names.
pub fn facts_in(engine: &Engine, sql: &str) -> Result<BTreeSet<String>, SqlFault> {
    let tables = engine.tables_of(sql)?;
    Ok(tables.into_iter().filter(|name| name.schema == FACTS).map(|name| name.table).collect())
}

/// Orders the facts so that each comes after those it reads. Facts that are not known are left to planning,
/// which names them with their place.
pub fn ordered<'a>(
    engine: &Engine,
    facts: impl IntoIterator<Item = &'a Fact>,
) -> Result<Vec<&'a Fact>, OrderError> {
    let facts: Vec<&Fact> = facts.into_iter().collect();
    let mut waiting: BTreeMap<&str, (&Fact, BTreeSet<String>)> = BTreeMap::new();
    let known: BTreeSet<&str> = facts.iter().map(|fact| fact.name.as_str()).collect();
    for fact in &facts {
        let mut reads =
            facts_in(engine, &fact.text).map_err(|fault| OrderError::Sql(fact.name.clone(), fault))?;
        reads.retain(|name| known.contains(name.as_str()));
        waiting.insert(&fact.name, (fact, reads));
    }
    let mut order = Vec::with_capacity(facts.len());
    while !waiting.is_empty() {
        let ready: Vec<&str> = waiting
            .iter()
            .filter(|(_, (_, reads))| reads.iter().all(|name| !waiting.contains_key(name.as_str())))
            .map(|(name, _)| *name)
            .collect();
        if ready.is_empty() {
            return Err(OrderError::Cycle(waiting.keys().map(|name| (*name).to_owned()).collect()));
        }
        for name in ready {
            if let Some((fact, _)) = waiting.remove(name) {
                order.push(fact);
            }
        }
    }
    Ok(order)
}

/// The facts that some texts need, directly or through other facts, in order.
pub fn needed<'a>(
    engine: &Engine,
    order: &[&'a Fact],
    roots: impl IntoIterator<Item = String>,
) -> Result<Vec<&'a Fact>, SqlFault> {
    let mut wanted: BTreeSet<String> = roots.into_iter().collect();
    let mut chosen = Vec::new();
    for fact in order.iter().rev() {
        if wanted.contains(&fact.name) {
            wanted.extend(facts_in(engine, &fact.text)?);
            chosen.push(*fact);
        }
    }
    chosen.reverse();
    Ok(chosen)
}

/// Computes facts in order, in memory: for tests of rules.
pub async fn compute(engine: &Engine, facts: &[&Fact], values: &Placeholders) -> Result<(), EngineError> {
    for fact in facts {
        let name = TableName::new(FACTS, &fact.name);
        let (schema, rows) = engine.collect(&name.to_string(), &fact.text, values).await?;
        engine.add_rows(&name, schema, rows)?;
    }
    Ok(())
}
