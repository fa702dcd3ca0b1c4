//! Settled rows → one Parquet file in the order of the key, each row with the file and line it came from.
//!
//! # Decisions
//!
//! - zstd at level 1; no dictionary pages for person numbers, references and lines, which hardly repeat and
//!   would fill a dictionary only to throw it away. Codes, divisions and file names keep theirs.

use std::{collections::BTreeSet, fs::File, path::Path, sync::Arc};

use arrow::{
    array::{ArrayRef, AsArray, RecordBatch, StringBuilder},
    compute::interleave_record_batch,
    datatypes::{Date32Type, SchemaRef},
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
    schema::types::ColumnPath,
};

use super::{keys::Place, value};
use crate::{
    contract::{Contract, Kind},
    model::Month,
    store::StoreError,
};

const ROWS_AT_ONCE: usize = 1 << 16;

/// Typed rows in memory: each batch of one file.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) batches: Vec<RecordBatch>,
    /// Which of the delivery's files each batch came from.
    pub(super) files: Vec<usize>,
}

/// Writes the rows at these places; returns the months that they name, if the contract has a month column.
pub(super) fn write(
    path: &Path,
    contract: &Contract,
    rows: &Rows,
    files: &[String],
    places: &[Place],
) -> Result<BTreeSet<Month>, StoreError> {
    let schema = contract.arrow_schema();
    let file = File::create(path).map_err(StoreError::io("create", path))?;
    let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(properties(contract, path)?))
        .map_err(StoreError::parquet("write", path))?;
    let batches: Vec<&RecordBatch> = rows.batches.iter().collect();
    let mut months = BTreeSet::new();
    for places in places.chunks(ROWS_AT_ONCE) {
        let batch = interleave_record_batch(&batches, places).map_err(StoreError::parquet("write", path))?;
        if let Some(column) = contract.month_column() {
            collect_months(&batch, column, &mut months);
        }
        let batch =
            with_file(&schema, batch, rows, files, places).map_err(StoreError::parquet("write", path))?;
        writer.write(&batch).map_err(StoreError::parquet("write", path))?;
    }
    writer.close().map_err(StoreError::parquet("write", path))?;
    Ok(months)
}

fn properties(contract: &Contract, path: &Path) -> Result<WriterProperties, StoreError> {
    let zstd = ZstdLevel::try_new(1).map_err(StoreError::parquet("write", path))?;
    let mut builder = WriterProperties::builder().set_compression(Compression::ZSTD(zstd));
    let unique = contract.columns.iter().filter(|column| matches!(column.kind, Kind::Person | Kind::Ref));
    for name in unique.map(|column| column.name.as_str()).chain([Contract::LINE]) {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    Ok(builder.build())
}

/// The rows with the name of the file that each came from, put before its line.
fn with_file(
    schema: &SchemaRef,
    batch: RecordBatch,
    rows: &Rows,
    files: &[String],
    places: &[Place],
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let mut names = StringBuilder::new();
    for (batch, _) in places {
        let name = rows.files.get(*batch).and_then(|file| files.get(*file));
        names.append_value(name.map_or("", String::as_str));
    }
    let mut arrays: Vec<ArrayRef> = batch.columns().to_vec();
    arrays.insert(arrays.len().saturating_sub(1), Arc::new(names.finish()));
    RecordBatch::try_new(schema.clone(), arrays)
}

fn collect_months(batch: &RecordBatch, column: usize, months: &mut BTreeSet<Month>) {
    let days = batch.columns().get(column).and_then(|days| days.as_primitive_opt::<Date32Type>());
    let mut last = None;
    for day in days.iter().flat_map(|days| days.iter().flatten()) {
        if last != Some(day) {
            last = Some(day);
            months.extend(value::day(day).map(Month::of));
        }
    }
}
