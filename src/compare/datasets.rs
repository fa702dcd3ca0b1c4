//! Datasets as rules see them: one table each, resolved as known at the business date.
//!
//! A table has the contract's columns and, in front of an auditor's eyes, where each row came from:
//! `_delivery`, `_as_of`, `_file`, `_line`. Rows that say `deleted` are left out; a dataset that was never
//! delivered is an empty table.

use std::{path::PathBuf, sync::Arc};

use arrow::{
    array::{AsArray, BooleanArray, Date32Array, RecordBatch, StringArray},
    compute::filter_record_batch,
    datatypes::{DataType, Date32Type, Field, Schema},
};
use chrono::NaiveDate;

use super::calendar::{date_literal, text_literal};
use crate::{
    contract::{Contract, Delivery},
    engine::{Engine, EngineError, Placeholders, TableName},
    model::Month,
};

/// The schema in which the snapshots themselves are registered, one table a part.
const PARTS: &str = "parts";

/// One snapshot's share in a resolved dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The snapshot's Parquet files.
    pub files: Vec<PathBuf>,
    /// The delivery that it came with.
    pub delivery: String,
    /// The day it is about.
    pub as_of: NaiveDate,
    /// For a by-month dataset: only these months of it stand.
    pub months: Option<Vec<Month>>,
}

/// Adds one dataset from its snapshots, oldest first.
pub async fn add_dataset(engine: &Engine, contract: &Contract, parts: &[Part]) -> Result<(), EngineError> {
    let schema = contract.arrow_schema();
    let mut selects = Vec::with_capacity(parts.len());
    for (number, part) in parts.iter().enumerate() {
        let name =
            TableName::new(PARTS, format!("{}__{}__{number}", contract.id.agency, contract.id.dataset));
        let files: Vec<&std::path::Path> = part.files.iter().map(PathBuf::as_path).collect();
        // A snapshot is sorted by its key.
        let first = contract
            .key
            .first()
            .filter(|name| schema.field_with_name(name).is_ok_and(|field| !field.is_nullable()));
        engine.add_parquet(&name, schema.clone(), &files, first.map(String::as_str))?;
        selects.push(part_sql(contract, &name, number, &part.delivery, part.as_of, part.months.as_deref()));
    }
    if parts.is_empty() {
        return add_rows(engine, contract, None, NaiveDate::default());
    }
    add_resolved(engine, contract, &selects).await
}

/// Adds one dataset from rows in memory, as one delivery called `given`: for tests of rules. It stands as a plain table,
/// so that no statement plans its resolving again.
pub fn add_rows(
    engine: &Engine,
    contract: &Contract,
    rows: Option<&RecordBatch>,
    as_of: NaiveDate,
) -> Result<(), EngineError> {
    let own = contract.arrow_schema();
    let mut fields = own.fields().to_vec();
    fields.push(Arc::new(Field::new("_delivery", DataType::Utf8, false)));
    fields.push(Arc::new(Field::new("_as_of", DataType::Date32, false)));
    let schema = Arc::new(Schema::new(fields));
    let failed =
        |error: arrow::error::ArrowError| EngineError::run(&format!("add the table {}", contract.id), &error);
    let mut batches = Vec::new();
    if let Some(rows) = rows {
        let standing = match contract.deleted_column().and_then(|at| rows.column(at).as_boolean_opt()) {
            Some(deleted) => {
                let keep: BooleanArray = deleted.iter().map(|deleted| Some(deleted != Some(true))).collect();
                filter_record_batch(rows, &keep).map_err(failed)?
            }
            None => rows.clone(),
        };
        let count = standing.num_rows();
        let mut columns = standing.columns().to_vec();
        columns.push(Arc::new(StringArray::from_iter_values(std::iter::repeat_n("given", count))));
        let day = Date32Type::from_naive_date(as_of);
        columns.push(Arc::new(Date32Array::from_iter_values(std::iter::repeat_n(day, count))));
        batches.push(RecordBatch::try_new(schema.clone(), columns).map_err(failed)?);
    }
    engine.add_rows(&TableName::new(&contract.id.agency, &contract.id.dataset), schema, batches)
}

fn columns(contract: &Contract) -> String {
    let own = contract.columns.iter().map(|column| column.name.as_str());
    own.chain([Contract::FILE, Contract::LINE])
        .map(|name| format!("\"{name}\""))
        .collect::<Vec<_>>()
        .join(", ")
}

fn part_sql(
    contract: &Contract,
    table: &TableName,
    number: usize,
    delivery: &str,
    as_of: NaiveDate,
    months: Option<&[Month]>,
) -> String {
    let mut sql = format!(
        "SELECT {}, {} AS _delivery, {} AS _as_of, {number} AS _part FROM {table}",
        columns(contract),
        text_literal(delivery),
        date_literal(as_of)
    );
    if let (Some(months), Delivery::ByMonth { column }) = (months, &contract.delivery) {
        let list: Vec<String> = months.iter().map(|month| date_literal(month.first_day())).collect();
        // A part that stands for no month at all is kept out by the shelf.
        sql.push_str(&format!(" WHERE \"{column}\" IN ({})", list.join(", ")));
    }
    sql
}

async fn add_resolved(engine: &Engine, contract: &Contract, selects: &[String]) -> Result<(), EngineError> {
    let name = TableName::new(&contract.id.agency, &contract.id.dataset);
    let union = selects.join("\nUNION ALL\n");
    let newest = if contract.delivery == Delivery::Upsert && selects.len() > 1 {
        // The newest part that has a key decides what stands for it. Keys may be null in part: null is a value.
        let key: Vec<String> = contract.key.iter().map(|column| format!("\"{column}\"")).collect();
        format!(
            "SELECT * FROM (SELECT *, max(_part) OVER (PARTITION BY {}) AS _newest FROM ({union}) AS every_part) AS ranked WHERE _part = _newest",
            key.join(", ")
        )
    } else {
        format!("SELECT * FROM ({union}) AS every_part")
    };
    let standing = if contract.deleted_column().is_some() { "\nWHERE \"deleted\" IS NOT TRUE" } else { "" };
    let sql =
        format!("SELECT {}, _delivery, _as_of FROM ({newest}) AS resolved{standing}", columns(contract));
    engine.add_view(&name, &sql, &Placeholders::default()).await
}
