//! The rows that a rule's leads rest on, each value with its agency, dataset, delivery, file and line.
//!
//! Evidence is selected from the same tables that the rule read, joined to the very rows that became leads.
//! A person appears as a token, never as a number of ours.

use std::collections::BTreeSet;

use super::{
    evaluate::{EvaluateError, Office},
    reuse::Rows,
};
use crate::{
    contract::Kind,
    engine::{Cell, cell},
    model::EvidenceRow,
    project::{Evidence, Rule},
};

/// The statement that finds the evidence rows of one dataset. `lead` is the table of the rule's leads.
pub fn evidence_sql(spec: &Evidence) -> String {
    let fields: String = spec.fields.iter().map(|field| format!(", e.\"{field}\"")).collect();
    let filter = spec.where_.as_deref().map_or(String::new(), |text| format!("\nWHERE {text}"));
    format!(
        "WITH lead AS (SELECT * FROM run.lead)\nSELECT DISTINCT lead.lead_id, e._delivery, e._as_of, e._file, e._line{fields}\nFROM {}{filter}",
        spec.from
    )
}

/// Asks for the evidence of all leads in `run.lead`: one table a kind of evidence that the rule names.
pub(super) async fn ask(office: &Office<'_>, rule: &Rule) -> Result<Vec<Rows>, EvaluateError> {
    let mut tables = Vec::with_capacity(rule.evidence.len());
    for spec in &rule.evidence {
        let what = format!("{} evidence from {}", rule.id, spec.dataset);
        tables.push(office.engine.collect(&what, &evidence_sql(spec), office.values).await?);
    }
    Ok(tables)
}

/// The evidence of all leads, sorted.
pub(super) fn rows(office: &Office<'_>, rule: &Rule, tables: &[Rows]) -> Vec<EvidenceRow> {
    let mut found = BTreeSet::new();
    for (spec, (_, batches)) in rule.evidence.iter().zip(tables) {
        let contract = office.contracts.get(&spec.dataset);
        let kinds: Vec<Option<Kind>> = spec
            .fields
            .iter()
            .map(|field| {
                let contract = contract?;
                contract.columns.iter().find(|column| column.name == *field).map(|column| column.kind)
            })
            .collect();
        for batch in batches {
            for row in 0..batch.num_rows() {
                let text = |index: usize| cell(batch.column(index), row).to_string();
                let Cell::Date(as_of) = cell(batch.column(2), row) else { continue };
                for (index, (field, kind)) in spec.fields.iter().zip(&kinds).enumerate() {
                    let value = match (cell(batch.column(5 + index), row), kind) {
                        (Cell::Null, _) => None,
                        (Cell::Int(number), Some(Kind::Person)) => office.people.token_text(number),
                        (Cell::Date(day), Some(Kind::Month)) => Some(day.format("%Y-%m").to_string()),
                        (other, _) => Some(other.to_string()),
                    };
                    found.insert(EvidenceRow {
                        lead_id: text(0),
                        agency: spec.dataset.agency.clone(),
                        dataset: spec.dataset.dataset.clone(),
                        delivery: text(1),
                        row: format!("{}:{}", text(3), text(4)),
                        field: field.clone(),
                        value,
                        as_of,
                    });
                }
            }
        }
    }
    found.into_iter().collect()
}
