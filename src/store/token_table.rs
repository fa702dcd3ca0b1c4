//! Small tables of tokens on disk: pairs of a bridge, and tokens of later key epochs with their numbers. Text, as everywhere.

use std::{fs::File, path::Path, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray},
    datatypes::{Field, Int64Type, Schema},
};
use parquet::{
    arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder},
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use super::StoreError;
use crate::model::Token;

const ROWS_AT_ONCE: usize = 1 << 16;

/// A first column: of tokens, or of numbers.
pub(super) trait First: Copy {
    const NAMES: [&'static str; 2];
    fn column(values: impl Iterator<Item = Self>) -> ArrayRef;
    fn read(column: &dyn Array) -> Option<Vec<Self>>;
}

impl First for Token {
    const NAMES: [&'static str; 2] = ["from_token", "to_token"];

    fn column(values: impl Iterator<Item = Self>) -> ArrayRef {
        Arc::new(StringArray::from_iter_values(values.map(|token| token.to_string())))
    }

    fn read(column: &dyn Array) -> Option<Vec<Self>> {
        column.as_string_opt::<i32>()?.iter().map(|text| text?.parse().ok()).collect()
    }
}

impl First for i64 {
    const NAMES: [&'static str; 2] = ["number", "token"];

    fn column(values: impl Iterator<Item = Self>) -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(values))
    }

    fn read(column: &dyn Array) -> Option<Vec<Self>> {
        let numbers = column.as_primitive_opt::<Int64Type>()?;
        (numbers.null_count() == 0).then(|| numbers.values().to_vec())
    }
}

/// Writes a table; the rows stand in the order given.
pub(super) fn write<F: First>(path: &Path, rows: &[(F, Token)]) -> Result<(), StoreError> {
    let failed = || StoreError::parquet("write", path);
    let empty = [F::column(std::iter::empty()), Token::column(std::iter::empty())];
    let fields =
        empty.iter().zip(F::NAMES).map(|(column, name)| Field::new(name, column.data_type().clone(), false));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(failed())?))
        .set_dictionary_enabled(false)
        .set_column_bloom_filter_enabled(F::NAMES[1].into(), true)
        .build();
    let file = File::create(path).map_err(StoreError::io("create", path))?;
    let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(properties)).map_err(failed())?;
    for piece in rows.chunks(ROWS_AT_ONCE) {
        let columns =
            vec![F::column(piece.iter().map(|row| row.0)), Token::column(piece.iter().map(|row| row.1))];
        let batch =
            RecordBatch::try_new(schema.clone(), columns).map_err(StoreError::parquet("write", path))?;
        writer.write(&batch).map_err(failed())?;
    }
    writer.close().map_err(failed())?;
    Ok(())
}

/// Reads a table.
pub(super) fn read<F: First>(path: &Path) -> Result<Vec<(F, Token)>, StoreError> {
    let failed = || StoreError::parquet("read", path);
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(ROWS_AT_ONCE).build())
        .map_err(failed())?;
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.map_err(StoreError::parquet("read", path))?;
        let [first, second] = F::NAMES.map(|name| batch.column_by_name(name));
        let first = first.and_then(|column| F::read(column));
        let second = second.and_then(|column| Token::read(column));
        let (Some(first), Some(second)) = (first, second) else {
            return Err(StoreError::BadSegment { path: path.to_owned() });
        };
        rows.extend(first.into_iter().zip(second));
    }
    Ok(rows)
}
