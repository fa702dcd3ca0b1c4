//! The rows that a rule's leads rest on, each value with its agency, dataset, delivery, file and line.
//!
//! Evidence is selected from the same tables that the rule read, joined to the very rows that became leads.
//! A person appears as a token, never as a number of ours.

use std::{collections::BTreeSet, sync::Arc};

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
        tables.push(office.engine.pick(&what, &evidence_sql(spec), office.values).await?);
    }
    Ok(tables)
}

/// The evidence of all leads, sorted.
pub(super) fn rows(office: &Office<'_>, rule: &Rule, tables: &[Rows]) -> Vec<EvidenceRow> {
    let mut found = Vec::new();
    let mut held = Held::default();
    for (spec, (_, batches)) in rule.evidence.iter().zip(tables) {
        let contract = office.contracts.get(&spec.dataset);
        let (agency, dataset) = (held.once(&spec.dataset.agency), held.once(&spec.dataset.dataset));
        let fields: Vec<(Arc<str>, Option<Kind>)> = spec
            .fields
            .iter()
            .map(|field| {
                let column =
                    contract.and_then(|contract| contract.columns.iter().find(|one| one.name == *field));
                (held.once(field), column.map(|column| column.kind))
            })
            .collect();
        for batch in batches {
            for row in 0..batch.num_rows() {
                let text = |index: usize| cell(batch.column(index), row).to_string();
                let Cell::Date(as_of) = cell(batch.column(2), row) else { continue };
                let (lead_id, delivery) = (held.once(&text(0)), held.once(&text(1)));
                let line = format!("{}:{}", text(3), text(4));
                for (index, (field, kind)) in fields.iter().enumerate() {
                    let value = match (cell(batch.column(5 + index), row), kind) {
                        (Cell::Null, _) => None,
                        (Cell::Int(number), Some(Kind::Person)) => office.people.token_text(number),
                        (Cell::Date(day), Some(Kind::Month)) => Some(day.format("%Y-%m").to_string()),
                        (other, _) => Some(other.to_string()),
                    };
                    found.push(EvidenceRow {
                        lead_id: lead_id.clone(),
                        agency: agency.clone(),
                        dataset: dataset.clone(),
                        delivery: delivery.clone(),
                        row: line.clone(),
                        field: field.clone(),
                        value,
                        as_of,
                    });
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Texts of which very many rows have few: each held once.
#[derive(Default)]
struct Held(BTreeSet<Arc<str>>);

impl Held {
    fn once(&mut self, text: &str) -> Arc<str> {
        if let Some(held) = self.0.get(text) {
            return held.clone();
        }
        let held: Arc<str> = text.into();
        self.0.insert(held.clone());
        held
    }
}
