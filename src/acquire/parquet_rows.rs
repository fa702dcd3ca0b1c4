//! A Parquet file as rows of text, each with its number in the file. Memory is bounded by pages, never by the file.
//!
//! # Decisions
//!
//! - The Arrow schema that some writers hide in the footer is not looked at: the Parquet types say all that is needed, and
//!   text is read as views into its pages, so that a long dictionary value is not copied for every row that names it.
//! - A column whose rows are nothing but one repeated value takes a few bytes for millions of rows. Such files exist, a whole
//!   table of them does not: what comes out is bounded by a multiple of the file's size, as with any other packed file.
//! - The library's decoders were written for speed on files that are right; on wrong ones some of them panic, so they run
//!   `guarded`.

use std::{collections::BTreeSet, fs::File, sync::Arc};

use arrow::{
    array::RecordBatch,
    datatypes::{DataType, Field, Schema},
};
use csv::StringRecord;
use parquet::{
    arrow::{
        arrow_reader::{
            ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
            ParquetRecordBatchReaderBuilder,
        },
        parquet_to_arrow_schema,
    },
    file::metadata::ParquetMetaData,
};

use super::{
    besides::{Beside, Besides},
    guarded::guarded,
    parquet_cell::{self, Form},
    parquet_fault::ParquetFault,
    parquet_guard::{self, Shape},
    text::{MAX_RECORD, shown},
};

/// So much text may come out of any file before the ratio is looked at.
const FREE: u64 = 16 << 20;
/// Beyond that, text to file. A register with a token a row reaches 20, one of codes and dates alone 200.
const MAX_RATIO: u64 = 1_000;

/// The rows of a file.
pub(super) struct ParquetRows {
    /// The columns' names.
    pub(super) header: Vec<String>,
    forms: Vec<Form>,
    reader: ParquetRecordBatchReader,
    shape: Shape,
    batch: Option<RecordBatch>,
    /// The next row of the batch.
    at: usize,
    /// Rows handed out.
    row: u64,
    bytes: u64,
    allowance: u64,
    text: String,
}

impl ParquetRows {
    pub(super) fn open(mut file: File, besides: &Besides) -> Result<Self, ParquetFault> {
        let length = file.metadata().map_err(ParquetFault::Io)?.len();
        parquet_guard::check_footer(&mut file)?;
        let damaged = || ParquetFault::Damaged { row: 0 };
        let options = || ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let footer =
            guarded(|| ArrowReaderMetadata::load(&file, options()).ok()).flatten().ok_or_else(damaged)?;
        guarded(|| look_beside(footer.metadata(), besides)).ok_or_else(damaged)?;
        let schema = as_views(footer.schema());
        let forms = schema.fields().iter().map(|field| form(field)).collect::<Result<Vec<_>, _>>()?;
        let shape = parquet_guard::check_pages(&mut file, footer.metadata())?;
        let header = schema.fields().iter().map(|field| field.name().clone()).collect();
        let reader = guarded(|| {
            let options = options().with_schema(Arc::new(schema));
            let footer = ArrowReaderMetadata::try_new(footer.metadata().clone(), options).ok()?;
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, footer);
            builder.with_batch_size(shape.rows_at_once).build().ok()
        });
        Ok(Self {
            header,
            forms,
            reader: reader.flatten().ok_or_else(damaged)?,
            shape,
            batch: None,
            at: 0,
            row: 0,
            bytes: 0,
            allowance: FREE.max(length.saturating_mul(MAX_RATIO)),
            text: String::new(),
        })
    }

    /// Puts the next row into `record`; its number, or none at the end. `months` tells which columns are months.
    pub(super) fn read(
        &mut self,
        record: &mut StringRecord,
        months: &[bool],
    ) -> Result<Option<u64>, ParquetFault> {
        let damaged = ParquetFault::Damaged { row: self.row };
        while self.batch.as_ref().is_none_or(|batch| self.at >= batch.num_rows()) {
            let reader = &mut self.reader;
            match guarded(|| reader.next().transpose()) {
                Some(Ok(Some(batch))) => {
                    self.batch = Some(batch);
                    self.at = 0;
                }
                Some(Ok(None)) if self.row == self.shape.rows => return Ok(None),
                _ => return Err(damaged),
            }
        }
        let Some(batch) = &self.batch else { return Err(damaged) };
        self.row += 1;
        record.clear();
        let mut bytes = 0;
        for (at, (array, form)) in batch.columns().iter().zip(&self.forms).enumerate() {
            self.text.clear();
            let months = months.get(at).copied().unwrap_or(false);
            if parquet_cell::write(*form, array, self.at, months, &mut self.text).is_none() {
                let column = self.header.get(at).map_or_else(String::new, |name| shown(name));
                return Err(match form {
                    Form::Bytes => ParquetFault::NotText { column, row: self.row },
                    _ => ParquetFault::Damaged { row: self.row - 1 },
                });
            }
            bytes += self.text.len() as u64 + 1;
            if bytes > MAX_RECORD {
                return Err(ParquetFault::RowTooLong { row: self.row });
            }
            record.push_field(&self.text);
        }
        self.at += 1;
        self.bytes += bytes;
        if self.bytes > self.allowance {
            return Err(ParquetFault::UnpacksTooFar);
        }
        Ok(Some(self.row))
    }
}

/// Looks at what the writer added to the file of its own accord. The names of columns are looked at with every header.
fn look_beside(footer: &ParquetMetaData, besides: &Besides) {
    let file = footer.file_metadata();
    let mut texts: BTreeSet<&str> = file.created_by().into_iter().collect();
    for pair in file.key_value_metadata().into_iter().flatten() {
        texts.insert(&pair.key);
        texts.extend(pair.value.as_deref());
    }
    // The Arrow schema stands there packed.
    let schema = parquet_to_arrow_schema(file.schema_descr(), file.key_value_metadata());
    let schema = schema.unwrap_or_else(|_| Schema::empty());
    let fields = schema.fields().iter().flat_map(|field| field.metadata());
    texts.extend(schema.metadata().iter().chain(fields).flat_map(|(name, value)| [name.as_str(), value]));
    texts.into_iter().for_each(|text| besides.look(Beside::Parquet, text));
}

/// The same columns, with text as views.
fn as_views(schema: &Schema) -> Schema {
    let view = |field: &Arc<Field>| {
        let kind = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
            other => other.clone(),
        };
        field.as_ref().clone().with_data_type(kind)
    };
    Schema::new(schema.fields().iter().map(view).collect::<Vec<_>>())
}

fn form(field: &Field) -> Result<Form, ParquetFault> {
    if field.data_type().is_nested() {
        return Err(ParquetFault::Nested);
    }
    parquet_cell::form(field.data_type()).ok_or_else(|| ParquetFault::Kind {
        column: shown(field.name()),
        found: field.data_type().to_string(),
    })
}
