//! `run.deliveries`: one row a delivery that the night rests on, with what became of its rows, as rules about deliveries read it.
//!
//! Counts only: which rows were set aside and why stands in the quarantine list, and a value of theirs stands nowhere. A
//! delivery that was refused is not here: it is in no snapshot, so that a run again over the same store says the same.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Date32Type, Field, Schema},
    error::ArrowError,
};
use chrono::NaiveDate;

use crate::{
    acquire::Reason,
    engine::{Engine, EngineError, TableName},
    model::DatasetId,
    store::Counts,
};

/// A delivery that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Its dataset.
    pub dataset: DatasetId,
    /// Its id.
    pub delivery: String,
    /// The day that it is about.
    pub as_of: NaiveDate,
    /// What became of its rows.
    pub counts: Counts,
}

impl Delivered {
    /// Values that were set aside because they look like a raw identity number.
    fn raw_numbers(&self) -> u64 {
        self.counts.reasons.get(Reason::LooksLikeIdentityNumber.code()).copied().unwrap_or_default()
    }
}

/// Adds the table, replacing an earlier one.
pub fn add_deliveries(engine: &Engine, deliveries: &[Delivered]) -> Result<(), EngineError> {
    let rows = rows(deliveries).map_err(|error| EngineError::Run {
        what: "list the deliveries".to_owned(),
        message: error.to_string(),
    })?;
    engine.add_rows(&TableName::new("run", "deliveries"), rows.schema(), vec![rows])
}

type Count = fn(&Delivered) -> u64;

fn rows(deliveries: &[Delivered]) -> Result<RecordBatch, ArrowError> {
    let each = || deliveries.iter();
    let counts: [(&str, Count); 6] = [
        ("rows", |one| one.counts.rows),
        ("accepted", |one| one.counts.accepted),
        ("collapsed", |one| one.counts.collapsed),
        ("set_aside", |one| one.counts.quarantined),
        ("set_aside_by_agency", |one| one.counts.set_aside_by_agency),
        ("raw_numbers", Delivered::raw_numbers),
    ];
    let mut fields = vec![
        Field::new("dataset", DataType::Utf8, false),
        Field::new("delivery", DataType::Utf8, false),
        Field::new("as_of", DataType::Date32, false),
    ];
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(each().map(|one| one.dataset.to_string()))),
        Arc::new(StringArray::from_iter_values(each().map(|one| one.delivery.as_str()))),
        Arc::new(Date32Array::from_iter_values(each().map(|one| Date32Type::from_naive_date(one.as_of)))),
    ];
    for (name, count) in counts {
        fields.push(Field::new(name, DataType::Int64, false));
        let numbers = each().map(|one| i64::try_from(count(one)).unwrap_or(i64::MAX));
        columns.push(Arc::new(Int64Array::from_iter_values(numbers)));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}
