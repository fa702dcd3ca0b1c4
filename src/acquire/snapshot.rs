//! Settled rows → one Parquet file in the order of the key, each row with the file and line it came from. It sorts nothing.
//!
//! # Decisions
//!
//! - zstd at level 1; no dictionary pages for person numbers, references and lines, which hardly repeat and
//!   would fill a dictionary only to throw it away. Codes, divisions and file names keep theirs.

use std::{collections::BTreeSet, fs::File, path::Path, sync::Arc};

use arrow::{
    array::{ArrayRef, AsArray, RecordBatch, StringArray},
    datatypes::{Date32Type, SchemaRef, UInt16Type},
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
    schema::types::ColumnPath,
};

use super::value;
use crate::{
    contract::{Contract, Kind},
    model::Month,
    store::StoreError,
};

/// The file of a snapshot while it is written.
pub(super) struct Part<'a> {
    path: &'a Path,
    contract: &'a Contract,
    files: &'a [String],
    schema: SchemaRef,
    writer: ArrowWriter<File>,
    /// The months that the rows name, if the contract has a month column.
    pub(super) months: BTreeSet<Month>,
}

impl<'a> Part<'a> {
    /// Begins the file; `files` are the names of the delivery's files.
    pub(super) fn create(
        path: &'a Path,
        contract: &'a Contract,
        files: &'a [String],
    ) -> Result<Self, StoreError> {
        let schema = contract.arrow_schema();
        let file = File::create(path).map_err(StoreError::io("create", path))?;
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties(contract, path)?))
            .map_err(StoreError::parquet("write", path))?;
        Ok(Self { path, contract, files, schema, writer, months: BTreeSet::new() })
    }

    /// Adds rows, which must follow those before in the order of the key.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), StoreError> {
        if let Some(column) = self.contract.month_column() {
            collect_months(batch, column, &mut self.months);
        }
        let batch =
            with_file(&self.schema, batch, self.files).map_err(StoreError::parquet("write", self.path))?;
        self.writer.write(&batch).map_err(StoreError::parquet("write", self.path))
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<BTreeSet<Month>, StoreError> {
        self.writer.close().map_err(StoreError::parquet("write", self.path))?;
        Ok(self.months)
    }
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

/// The rows with the name of the file that each came from in place of its number.
fn with_file(
    schema: &SchemaRef,
    batch: &RecordBatch,
    files: &[String],
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let mut arrays: Vec<ArrayRef> = batch.columns().to_vec();
    let at = arrays.len().saturating_sub(2);
    let numbers = batch.column(at).as_primitive::<UInt16Type>();
    let name = |number: &u16| files.get(usize::from(*number)).map_or("", String::as_str);
    let names = StringArray::from_iter_values(numbers.values().iter().map(name));
    if let Some(array) = arrays.get_mut(at) {
        *array = Arc::new(names);
    }
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
