//! Typed columns, and a Parquet file of them whose bytes depend on nothing but the rows.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int32Array, Int64Array, ListBuilder,
        RecordBatch, StringArray, StringBuilder,
    },
    datatypes::{DataType, Field, Schema},
};
use chrono::NaiveDate;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use crate::model::Fen;

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A figure of a lead is no decimal that fits `DECIMAL(18,4)`.
    #[error("the {column} `{text}` of lead {lead_id} is not a number that DECIMAL(18,4) can hold")]
    Figure {
        /// The lead.
        lead_id: String,
        /// The column.
        column: &'static str,
        /// What stood there.
        text: String,
    },
    /// The columns do not make a table.
    #[error("the columns of {table} do not make a table")]
    Columns {
        /// The table.
        table: &'static str,
        /// What Arrow said.
        source: arrow::error::ArrowError,
    },
    /// The table could not be encoded.
    #[error("{table} could not be encoded as Parquet")]
    Encode {
        /// The table.
        table: &'static str,
        /// What Parquet said.
        source: parquet::errors::ParquetError,
    },
}

/// A column with its name and whether it may be empty.
pub(super) struct Col(&'static str, bool, ArrayRef);

/// Text that is always there.
pub(super) fn text<'a>(name: &'static str, values: impl Iterator<Item = &'a str>) -> Col {
    Col(name, false, Arc::new(StringArray::from_iter_values(values)))
}

/// Text that may be missing.
pub(super) fn text_or_none<'a>(name: &'static str, values: impl Iterator<Item = Option<&'a str>>) -> Col {
    Col(name, true, Arc::new(values.collect::<StringArray>()))
}

/// Yes or no.
pub(super) fn flag(name: &'static str, values: impl Iterator<Item = bool>) -> Col {
    Col(name, false, Arc::new(values.map(Some).collect::<BooleanArray>()))
}

/// A date.
pub(super) fn day(
    name: &'static str,
    values: impl Iterator<Item = Option<NaiveDate>>,
    nullable: bool,
) -> Col {
    let days = values.map(|day| day.map(|day| day.to_epoch_days()));
    Col(name, nullable, Arc::new(days.collect::<Date32Array>()))
}

/// A small whole number.
pub(super) fn points(name: &'static str, values: impl Iterator<Item = u32>) -> Col {
    let values = values.map(|n| i32::try_from(n).unwrap_or(i32::MAX));
    Col(name, false, Arc::new(Int32Array::from_iter_values(values)))
}

/// A count.
pub(super) fn number(name: &'static str, values: impl Iterator<Item = u64>) -> Col {
    let values = values.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
    Col(name, false, Arc::new(Int64Array::from_iter_values(values)))
}

/// Yuan as `DECIMAL(14,2)`.
pub(super) fn money(name: &'static str, values: impl Iterator<Item = Option<Fen>>) -> Col {
    decimal(name, values.map(|fen| fen.map(|fen| i128::from(fen.0))).collect(), 14, 2)
}

/// A decimal of any size.
pub(super) fn decimal(name: &'static str, values: Decimal128Array, precision: u8, scale: i8) -> Col {
    let typed = values.with_data_type(DataType::Decimal128(precision, scale));
    Col(name, true, Arc::new(typed))
}

/// A list of texts.
pub(super) fn texts<'a>(name: &'static str, rows: impl Iterator<Item = Vec<&'a str>>) -> Col {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for row in rows {
        row.into_iter().for_each(|value| builder.values().append_value(value));
        builder.append(true);
    }
    Col(name, false, Arc::new(builder.finish()))
}

/// The table as the bytes of a Parquet file.
pub(super) fn parquet(table: &'static str, columns: Vec<Col>) -> Result<Vec<u8>, TableError> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|Col(name, nullable, array)| Field::new(*name, array.data_type().clone(), *nullable))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|Col(_, _, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
        .map_err(|source| TableError::Columns { table, source })?;
    let encode = |source| TableError::Encode { table, source };
    let properties = WriterProperties::builder()
        // A version number here would change the bytes of every table with every release of a library.
        .set_created_by("hedui".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(encode)?))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties)).map_err(encode)?;
    writer.write(&batch).map_err(encode)?;
    writer.close().map_err(encode)?;
    Ok(bytes)
}
