//! One column under construction: values are added in the order of the rows. A value of the rows at hand can still be set anew.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BooleanArray, Date32Array, Decimal64Array, Decimal128Array, Int32Array, PrimitiveArray,
        StringBuilder, UInt16Array,
    },
    buffer::{BooleanBuffer, ScalarBuffer},
    datatypes::{ArrowPrimitiveType, DECIMAL64_MAX_PRECISION, DataType},
};

use super::{
    cell::Cell,
    typed::{Array, People, nulls},
};
use crate::{contract::Kind, model::Token};

/// The type of a column's values until they are written: that of the snapshot, but for decimals that eight bytes hold, as all
/// money, and for codes, which are places in their list. Rows are copied twice on their way, and half of them may have to wait
/// on disk.
pub(super) fn type_of(kind: Kind) -> DataType {
    match (kind, kind.arrow_type()) {
        (Kind::Code, _) => DataType::UInt16,
        (_, DataType::Decimal128(precision, scale)) if precision <= DECIMAL64_MAX_PRECISION => {
            DataType::Decimal64(precision, scale)
        }
        (_, other) => other,
    }
}

/// A column's values. Beside the numbers stands which of them are null; a null has some value too, which says nothing.
pub(super) enum Values {
    People(Vec<Token>, Vec<bool>),
    Texts(StringBuilder),
    Codes(Vec<u16>, Vec<bool>),
    Days(Vec<i32>, Vec<bool>),
    Units(Vec<i64>, Vec<bool>),
    Wide(Vec<i128>, Vec<bool>),
    Ints(Vec<i32>, Vec<bool>),
    Bools(Vec<bool>, Vec<bool>),
}

impl Values {
    /// A column with room for so many rows and bytes of text.
    pub(super) fn of(kind: Kind, rows: usize, bytes: usize) -> Self {
        let null = Vec::with_capacity(rows);
        match kind {
            Kind::Person => Self::People(Vec::with_capacity(rows), null),
            Kind::Code => Self::Codes(Vec::with_capacity(rows), null),
            Kind::Ref | Kind::Division | Kind::Text => Self::Texts(StringBuilder::with_capacity(rows, bytes)),
            Kind::Date | Kind::Month => Self::Days(Vec::with_capacity(rows), null),
            Kind::Money | Kind::Decimal { .. } => match type_of(kind) {
                DataType::Decimal64(..) => Self::Units(Vec::with_capacity(rows), null),
                _ => Self::Wide(Vec::with_capacity(rows), null),
            },
            Kind::Int => Self::Ints(Vec::with_capacity(rows), null),
            Kind::Bool => Self::Bools(Vec::with_capacity(rows), null),
        }
    }

    /// Sets the value of a row that was added.
    pub(super) fn set(&mut self, row: usize, cell: Cell) {
        fn put<T>(values: &mut [T], row: usize, value: T) {
            if let Some(place) = values.get_mut(row) {
                *place = value;
            }
        }
        let is_null = cell == Cell::Null;
        match (self, cell) {
            (Self::People(tokens, _), Cell::Person(token)) => put(tokens, row, token),
            (Self::Codes(places, _), Cell::Code(place)) => put(places, row, place),
            (Self::Days(days, _), Cell::Days(day)) => put(days, row, day),
            (Self::Units(all, _), Cell::Units(units)) => put(all, row, short(units)),
            (Self::Wide(all, _), Cell::Units(units)) => put(all, row, units),
            (Self::Ints(numbers, _), Cell::Int(number)) => put(numbers, row, number),
            (Self::Bools(truths, _), Cell::Bool(truth)) => put(truths, row, truth),
            // What could not be read says nothing, and its row is taken out.
            (
                Self::People(_, null)
                | Self::Codes(_, null)
                | Self::Days(_, null)
                | Self::Units(_, null)
                | Self::Wide(_, null)
                | Self::Ints(_, null)
                | Self::Bools(_, null),
                _,
            ) => put(null, row, is_null),
            // Texts are not settled yet.
            (Self::Texts(_), _) => {}
        }
    }

    /// Adds the text of the next row, or none.
    #[inline]
    pub(super) fn push_text(&mut self, text: Option<&str>) {
        if let Self::Texts(builder) = self {
            builder.append_option(text);
        }
    }

    /// Whether it is a column of texts.
    pub(super) fn are_texts(&self) -> bool {
        matches!(self, Self::Texts(_))
    }

    /// The value of a row; of a text, which lies elsewhere, only whether there is `text`.
    pub(super) fn cell(&self, row: usize, text: &str) -> Cell {
        let found = match self {
            Self::People(tokens, null) => of(tokens, null, row, Cell::Person),
            Self::Texts(_) => Some(if text.is_empty() { Cell::Null } else { Cell::Text }),
            Self::Codes(places, null) => of(places, null, row, Cell::Code),
            Self::Days(days, null) => of(days, null, row, Cell::Days),
            Self::Units(units, null) => of(units, null, row, |units| Cell::Units(units.into())),
            Self::Wide(units, null) => of(units, null, row, Cell::Units),
            Self::Ints(numbers, null) => of(numbers, null, row, Cell::Int),
            Self::Bools(truths, null) => of(truths, null, row, Cell::Bool),
        };
        found.unwrap_or(Cell::Bad)
    }

    /// The number in a row; none if there is none or it is a column of something else.
    #[inline]
    pub(super) fn number(&self, row: usize) -> Option<i128> {
        let (number, null) = match self {
            Self::Days(days, null) => (i128::from(*days.get(row)?), null),
            Self::Units(units, null) => (i128::from(*units.get(row)?), null),
            Self::Wide(units, null) => (*units.get(row)?, null),
            Self::Ints(numbers, null) => (i128::from(*numbers.get(row)?), null),
            Self::People(..) | Self::Texts(_) | Self::Codes(..) | Self::Bools(..) => return None,
        };
        (null.get(row) == Some(&false)).then_some(number)
    }

    /// The units of the rows from this one on; nothing of other columns, and of amounts of money all.
    pub(super) fn units_from(&self, row: usize) -> &[i64] {
        match self {
            Self::Units(units, _) => units.get(row..).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The rows so far; the next ones are taken to be about as many.
    pub(super) fn finish(&mut self, kind: Kind) -> Array {
        let (rows, bytes) = match self {
            Self::Texts(texts) => (texts.offsets_slice().len() - 1, texts.values_slice().len()),
            Self::People(_, null)
            | Self::Codes(_, null)
            | Self::Days(_, null)
            | Self::Units(_, null)
            | Self::Wide(_, null)
            | Self::Ints(_, null)
            | Self::Bools(_, null) => (null.len(), 0),
        };
        let array: ArrayRef = match std::mem::replace(self, Self::of(kind, rows, bytes)) {
            Self::People(tokens, nobody) => {
                return Array::People(People { tokens, nobody, numbers: Vec::new() });
            }
            Self::Texts(mut texts) => Arc::new(texts.finish()),
            Self::Codes(places, null) => Arc::new(array(places, &null) as UInt16Array),
            Self::Days(days, null) => Arc::new(array(days, &null) as Date32Array),
            // The batch's schema says that it is a decimal of this kind.
            Self::Units(units, null) => {
                Arc::new((array(units, &null) as Decimal64Array).with_data_type(type_of(kind)))
            }
            Self::Wide(units, null) => {
                Arc::new((array(units, &null) as Decimal128Array).with_data_type(type_of(kind)))
            }
            Self::Ints(numbers, null) => Arc::new(array(numbers, &null) as Int32Array),
            Self::Bools(truths, null) => {
                Arc::new(BooleanArray::new(BooleanBuffer::from(truths), nulls(&null)))
            }
        };
        Array::Ready(array)
    }
}

/// Units of a column that has room for all that are read: nothing is lost.
pub(super) fn short(units: i128) -> i64 {
    i64::try_from(units).unwrap_or_default()
}

fn of<T: Copy>(values: &[T], null: &[bool], row: usize, cell: fn(T) -> Cell) -> Option<Cell> {
    let (value, is_null) = values.get(row).zip(null.get(row))?;
    Some(if *is_null { Cell::Null } else { cell(*value) })
}

fn array<T: ArrowPrimitiveType>(values: Vec<T::Native>, null: &[bool]) -> PrimitiveArray<T> {
    PrimitiveArray::new(ScalarBuffer::from(values), nulls(null))
}
