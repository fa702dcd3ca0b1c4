//! The law on a day, as rules read it: `run.figures` by division and hukou kind, and `$name` for the run's division.
//!
//! A figure that does not exist is null: never a default.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, Decimal128Array, Int32Array, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema},
    error::ArrowError,
};
use chrono::NaiveDate;

use super::calendar::text_literal;
use crate::{
    engine::{Cell, Engine, EngineError, Placeholders, TableName, cell},
    parameter::{Column, ColumnKind, ColumnValue, ParameterBook},
};

/// The divisions and hukou kinds of the cases of this run.
const PAIRS_SQL: &str =
    "SELECT DISTINCT division, hukou_kind FROM civil_affairs.cases ORDER BY division, hukou_kind";

fn cell_of(
    book: &ParameterBook,
    column: &Column,
    division: &str,
    hukou: Option<&str>,
    t: NaiveDate,
) -> Option<ColumnValue> {
    book.value(&column.parameter, division, hukou, t).and_then(|value| column.cell(&value.figure))
}

/// Sets `$name` for every figure that the run's division has on the day; the others become typed nulls.
pub fn set_figures(values: &mut Placeholders, book: &ParameterBook, division: &str, t: NaiveDate) {
    for column in book.columns() {
        let literal = match (cell_of(book, &column, division, None, t), column.kind) {
            (Some(ColumnValue::Int(number)), _) => number.to_string(),
            (Some(ColumnValue::Text(text)), _) => text_literal(&text),
            (Some(ColumnValue::Decimal(digits)), ColumnKind::Decimal { precision, scale }) => {
                format!("CAST('{}' AS DECIMAL({precision}, {scale}))", Cell::Decimal(digits, scale))
            }
            (_, kind) => format!("CAST(NULL AS {})", sql_type(kind)),
        };
        values.set(column.name, literal);
    }
}

fn sql_type(kind: ColumnKind) -> String {
    match kind {
        ColumnKind::Decimal { precision, scale } => format!("DECIMAL({precision}, {scale})"),
        ColumnKind::Int => "INTEGER".to_owned(),
        ColumnKind::Text => "VARCHAR".to_owned(),
    }
}

/// Adds `run.figures`: one row for every division and hukou kind that a case has, one column a figure.
pub async fn add_figures(engine: &Engine, book: &ParameterBook, t: NaiveDate) -> Result<(), EngineError> {
    let (_, batches) = engine.collect("the cases' divisions", PAIRS_SQL, &Placeholders::default()).await?;
    let mut pairs = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            if let (Some(division), Some(hukou)) =
                (cell(batch.column(0), row).text(), cell(batch.column(1), row).text())
            {
                pairs.push((division.to_owned(), hukou.to_owned()));
            }
        }
    }
    let rows = figure_rows(book, &pairs, t).map_err(|error| EngineError::Run {
        what: "look up the figures of every division".to_owned(),
        message: error.to_string(),
    })?;
    engine.add_rows(&TableName::new("run", "figures"), rows.schema(), vec![rows])
}

fn figure_rows(
    book: &ParameterBook,
    pairs: &[(String, String)],
    t: NaiveDate,
) -> Result<RecordBatch, ArrowError> {
    let text = |values: Vec<&str>| -> ArrayRef { Arc::new(StringArray::from(values)) };
    let mut fields =
        vec![Field::new("division", DataType::Utf8, false), Field::new("hukou_kind", DataType::Utf8, false)];
    let mut columns = vec![
        text(pairs.iter().map(|(division, _)| division.as_str()).collect()),
        text(pairs.iter().map(|(_, hukou)| hukou.as_str()).collect()),
    ];
    // Cases share few divisions: each is looked up once a figure.
    let mut seen: BTreeMap<(&str, &str), Option<ColumnValue>> = BTreeMap::new();
    for column in book.columns() {
        seen.clear();
        let mut values = Vec::with_capacity(pairs.len());
        for (division, hukou) in pairs {
            let value = seen
                .entry((division, hukou))
                .or_insert_with(|| cell_of(book, &column, division, Some(hukou), t))
                .clone();
            values.push(value);
        }
        let (kind, array): (DataType, ArrayRef) = match column.kind {
            ColumnKind::Decimal { precision, scale } => {
                let digits: Decimal128Array =
                    values
                        .iter()
                        .map(|value| {
                            if let Some(ColumnValue::Decimal(digits)) = value { Some(*digits) } else { None }
                        })
                        .collect();
                (
                    DataType::Decimal128(precision, scale),
                    Arc::new(digits.with_precision_and_scale(precision, scale)?),
                )
            }
            ColumnKind::Int => {
                let numbers: Int32Array = values
                    .iter()
                    .map(
                        |value| if let Some(ColumnValue::Int(number)) = value { Some(*number) } else { None },
                    )
                    .collect();
                (DataType::Int32, Arc::new(numbers))
            }
            ColumnKind::Text => {
                let texts: StringArray =
                    values
                        .iter()
                        .map(|value| {
                            if let Some(ColumnValue::Text(text)) = value { Some(text.as_str()) } else { None }
                        })
                        .collect();
                (DataType::Utf8, Arc::new(texts))
            }
        };
        fields.push(Field::new(column.name, kind, true));
        columns.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}
