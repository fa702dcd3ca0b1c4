//! Values that should stand in another dataset and do not: counted on the datasets as known tonight, for people to hear.
//!
//! Never sets a row aside and changes no outcome: the other register may be a day behind.

use super::{Feeds, Reuse};
use crate::{
    contract::Contract,
    engine::{Engine, EngineError, Placeholders, TableName, cell},
    model::Text,
};

/// A column of which some values are not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfound {
    /// `agency.dataset.column`.
    pub column: String,
    /// `agency.dataset.column` in which they should stand.
    pub target: String,
    /// Rows with a value.
    pub rows: u64,
    /// Those whose value is not found.
    pub unfound: u64,
}

impl Unfound {
    /// For people.
    pub fn text(&self) -> Text {
        let Self { column, target, rows, unfound } = self;
        Text::new(
            format!("{column} 的{rows}行中有{unfound}行的值在 {target} 中找不到；没有因此搁置任何行。"),
            format!(
                "{unfound} of the {rows} values of {column} are not found in {target}; no row was set aside for it."
            ),
        )
    }
}

/// Counts a dataset's references to others; those to a dataset that was never delivered say nothing.
pub async fn unfound(
    engine: &Engine,
    contract: &Contract,
    feeds: &Feeds,
    reuse: &Reuse,
) -> Result<Vec<Unfound>, EngineError> {
    let is_there = |id| feeds.get(id).is_some_and(|feed| feed.as_of.is_some());
    let references: Vec<_> = contract
        .references
        .iter()
        .filter(|reference| reference.every && is_there(&contract.id) && is_there(&reference.dataset))
        .collect();
    let statements: Vec<String> = references
        .iter()
        .enumerate()
        .map(|(at, reference)| {
            let own = TableName::new(&contract.id.agency, &contract.id.dataset);
            let other = TableName::new(&reference.dataset.agency, &reference.dataset.dataset);
            let (column, target) = (&reference.column, &reference.target);
            format!(
                "SELECT {at} AS reference, (SELECT count(\"{column}\") FROM {own}) AS rows, count(*) AS unfound\n\
                 FROM {own} AS r\n\
                 WHERE r.\"{column}\" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {other} AS k WHERE k.\"{target}\" = r.\"{column}\")"
            )
        })
        .collect();
    if statements.is_empty() {
        return Ok(Vec::new());
    }
    let what = format!("references of {}", contract.id);
    let (statement, values) = (statements.join("\nUNION ALL\n"), Placeholders::default());
    let key = reuse.key(engine, "", &[&statement], [], &[], &values);
    let recalled = key.as_ref().and_then(|key| reuse.recall(key)?.pop());
    let rows = match recalled {
        Some(rows) => rows,
        None => {
            let rows = engine.collect(&what, &statement, &values).await?;
            if let Some(key) = &key {
                reuse.leave(key, &what, &[&rows]);
            }
            rows
        }
    };
    let mut counted = Vec::new();
    for batch in &rows.1 {
        for row in 0..batch.num_rows() {
            let number = |at: usize| {
                let number =
                    batch.columns().get(at).and_then(|column| cell(column, row).int()).unwrap_or_default();
                u64::try_from(number).unwrap_or_default()
            };
            counted.push((number(0), number(1), number(2)));
        }
    }
    counted.sort_unstable();
    let unfound =
        counted.into_iter().filter(|(_, _, unfound)| *unfound > 0).filter_map(|(at, rows, unfound)| {
            let reference = references.get(usize::try_from(at).ok()?)?;
            Some(Unfound {
                column: format!("{}.{}", contract.id, reference.column),
                target: format!("{}.{}", reference.dataset, reference.target),
                rows,
                unfound,
            })
        });
    Ok(unfound.collect())
}
