//! Keys of rows and how they compare: null first, numbers by size, texts byte by byte. It never changes a row.
//!
//! # Decisions
//!
//! - Most comparisons are of heads: the first 24 bytes of a key, written so that they compare as the key does. A person, a
//!   month and a reference of eight characters fit; where heads are equal the values themselves are asked.
//! - A text in a head ends with a zero byte, so that what follows it counts as well. No text holds one: control characters
//!   are not accepted in any value.

use std::cmp::Ordering;

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
    datatypes::{DataType, Date32Type, Decimal64Type, Decimal128Type, Int32Type, Int64Type, UInt16Type},
};

/// The first bytes of a key, in words that compare as the bytes do.
pub(in crate::acquire) type Head = [u64; 3];

const BYTES: u8 = 24;

/// One value, as it compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::acquire) enum Cell<'a> {
    Null,
    Number(i128),
    Text(&'a str),
    /// Of a type that no column of a contract has.
    Other,
}

/// The value in a row of a column.
pub(in crate::acquire) fn cell(array: &dyn Array, row: usize) -> Cell<'_> {
    if row >= array.len() || array.is_null(row) {
        return Cell::Null;
    }
    match array.data_type() {
        DataType::Int64 => Cell::Number(array.as_primitive::<Int64Type>().value(row).into()),
        DataType::Int32 => Cell::Number(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::UInt16 => Cell::Number(array.as_primitive::<UInt16Type>().value(row).into()),
        DataType::Date32 => Cell::Number(array.as_primitive::<Date32Type>().value(row).into()),
        DataType::Decimal64(..) => Cell::Number(array.as_primitive::<Decimal64Type>().value(row).into()),
        DataType::Decimal128(..) => Cell::Number(array.as_primitive::<Decimal128Type>().value(row)),
        DataType::Boolean => Cell::Number(array.as_boolean().value(row).into()),
        DataType::Utf8 => Cell::Text(array.as_string::<i32>().value(row)),
        _ => Cell::Other,
    }
}

/// How the keys of two rows compare, by the columns of the key.
pub(in crate::acquire) fn compare(
    key: &[usize],
    (a, a_row): (&RecordBatch, usize),
    (b, b_row): (&RecordBatch, usize),
) -> Ordering {
    let columns = key.iter().filter_map(|column| a.columns().get(*column).zip(b.columns().get(*column)));
    columns
        .map(|(a, b)| cell(a.as_ref(), a_row).cmp(&cell(b.as_ref(), b_row)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// The heads of a batch's rows, by the columns of the key.
pub(super) fn heads(key: &[usize], batch: &RecordBatch) -> Vec<Head> {
    let mut heads = Heads { heads: vec![[0; 3]; batch.num_rows()], filled: Filled::Alike(0) };
    for (field, array) in
        key.iter().filter_map(|at| batch.schema_ref().fields().get(*at).zip(batch.columns().get(*at)))
    {
        // Whether a value may be empty is a matter of the column, not of these rows.
        if field.is_nullable() {
            let is_there = (0..array.len()).map(|row| u64::from(array.is_valid(row)) << 56);
            heads.add(is_there, 1);
        }
        match array.data_type() {
            DataType::Int64 => {
                let numbers = array.as_primitive::<Int64Type>().values().iter();
                heads.add_numbers(array, numbers.map(|number| (number ^ i64::MIN).cast_unsigned()), 8);
            }
            DataType::Int32 => {
                let numbers = array.as_primitive::<Int32Type>().values().iter();
                heads.add_numbers(array, numbers.map(four), 4);
            }
            DataType::UInt16 => {
                let places = array.as_primitive::<UInt16Type>().values().iter();
                heads.add_numbers(array, places.map(|place| u64::from(*place) << 48), 2);
            }
            DataType::Date32 => {
                let days = array.as_primitive::<Date32Type>().values().iter();
                heads.add_numbers(array, days.map(four), 4);
            }
            DataType::Utf8 => heads.add_texts(array.as_string::<i32>()),
            // The values themselves decide from here on.
            _ => break,
        }
    }
    heads.heads
}

/// Four bytes of a number, with its sign turned so that they compare as it does.
fn four(number: &i32) -> u64 {
    u64::from((number ^ i32::MIN).cast_unsigned()) << 32
}

/// Heads under construction.
struct Heads {
    heads: Vec<Head>,
    filled: Filled,
}

/// How many of its bytes each head has: the same of all until a text is added.
enum Filled {
    Alike(u8),
    Each(Vec<u8>),
}

impl Heads {
    /// Adds numbers of so many bytes; nulls are alike.
    #[inline]
    fn add_numbers(&mut self, array: &ArrayRef, numbers: impl Iterator<Item = u64>, bytes: u8) {
        match array.nulls() {
            None => self.add(numbers, bytes),
            Some(nulls) => {
                let there = numbers.zip(nulls.iter());
                self.add(there.map(|(number, is_there)| if is_there { number } else { 0 }), bytes);
            }
        }
    }

    /// Adds so many bytes to each head, the first ones of these.
    #[inline]
    fn add(&mut self, values: impl Iterator<Item = u64>, bytes: u8) {
        match &mut self.filled {
            Filled::Alike(filled) => {
                let before = *filled;
                for (head, value) in self.heads.iter_mut().zip(values) {
                    put(head, &mut before.clone(), value, bytes);
                }
                *filled = BYTES.min(before + bytes);
            }
            Filled::Each(each) => {
                for ((head, filled), value) in self.heads.iter_mut().zip(each).zip(values) {
                    put(head, filled, value, bytes);
                }
            }
        }
    }

    fn add_texts(&mut self, texts: &StringArray) {
        let mut each = match &mut self.filled {
            Filled::Alike(filled) => vec![*filled; self.heads.len()],
            Filled::Each(each) => std::mem::take(each),
        };
        for ((head, filled), text) in self.heads.iter_mut().zip(&mut each).zip(texts) {
            if let Some(text) = text {
                put_text(head, filled, text);
            }
        }
        self.filled = Filled::Each(each);
    }
}

/// A text and the zero that ends it.
fn put_text(head: &mut Head, filled: &mut u8, text: &str) {
    let (eights, rest) = text.as_bytes().as_chunks::<8>();
    for eight in eights {
        if *filled >= BYTES {
            return;
        }
        put(head, filled, u64::from_be_bytes(*eight), 8);
    }
    // Where there is no rest, there is nothing to shift either.
    let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    put(head, filled, last << (64 - 8 * rest.len()).min(63), rest.len() as u8 + 1);
}

/// Adds so many bytes, which are the first ones of `more`; what there is no room for is left out.
#[inline]
fn put(head: &mut Head, filled: &mut u8, more: u64, bytes: u8) {
    let (word, bits) = (usize::from(*filled / 8), u32::from(*filled % 8 * 8));
    if let Some(word) = head.get_mut(word) {
        *word |= more >> bits;
    }
    if let Some(next) = head.get_mut(word + 1) {
        // Shifted in two steps: nothing is left of it where no bits are taken.
        *next |= more << 1 << (63 - bits);
    }
    *filled = BYTES.min(*filled + bytes);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{
            BooleanArray, Date32Array, Decimal64Array, Decimal128Array, Int32Array, Int64Array, StringArray,
            UInt16Array,
        },
        datatypes::{Field, Schema},
    };

    use super::*;
    use crate::{acquire::values::type_of, contract::Kind};

    fn batch(columns: Vec<(ArrayRef, bool)>) -> RecordBatch {
        let field = |(array, may_be_empty): &(ArrayRef, bool)| {
            Field::new("column", array.data_type().clone(), *may_be_empty)
        };
        let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
        RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(array, _)| array).collect()).unwrap()
    }

    /// Two values of each kind that a contract knows, the smaller first.
    fn pair(kind: Kind) -> ArrayRef {
        match kind {
            Kind::Person => Arc::new(Int64Array::from(vec![-1, 7])),
            Kind::Code => Arc::new(UInt16Array::from(vec![1, 2])),
            Kind::Ref | Kind::Division | Kind::Text => Arc::new(StringArray::from(vec!["a", "b"])),
            Kind::Date | Kind::Month => Arc::new(Date32Array::from(vec![-3, 2])),
            Kind::Decimal { precision: 19.., .. } => {
                let units = Decimal128Array::from(vec![-5, 6]);
                Arc::new(units.with_data_type(type_of(kind)))
            }
            Kind::Money | Kind::Decimal { .. } => {
                let units = Decimal64Array::from(vec![-5, 6]);
                Arc::new(units.with_data_type(type_of(kind)))
            }
            Kind::Int => Arc::new(Int32Array::from(vec![-9, 1])),
            Kind::Bool => Arc::new(BooleanArray::from(vec![false, true])),
        }
    }

    #[test]
    fn values_of_every_kind_are_told_apart_and_compare() {
        let decimal = |precision| Kind::Decimal { precision, scale: 2 };
        let kinds = [
            Kind::Person,
            Kind::Ref,
            Kind::Code,
            Kind::Division,
            Kind::Text,
            Kind::Date,
            Kind::Month,
            Kind::Money,
            decimal(18),
            decimal(19),
            Kind::Int,
            Kind::Bool,
        ];
        for kind in kinds {
            let array = pair(kind);
            assert_eq!(array.data_type(), &type_of(kind));
            assert!(Cell::Null < cell(&array, 0) && cell(&array, 0) < cell(&array, 1), "{kind:?}");
            let batch = batch(vec![(array, false)]);
            let heads = heads(&[0], &batch);
            assert!(heads[0] <= heads[1], "{kind:?}");
            assert_eq!(compare(&[0], (&batch, 0), (&batch, 1)), Ordering::Less, "{kind:?}");
        }
    }

    #[test]
    fn heads_never_say_otherwise_than_the_keys() {
        let texts =
            [None, Some("a"), Some("ab"), Some("b"), Some("户"), Some("a long text, more than a head holds")];
        let numbers = [None, Some(i64::MIN), Some(-1), Some(0), Some(1), Some(i64::MAX)];
        let rows: Vec<_> =
            (0..216).map(|row| (texts[row % 6], numbers[row / 6 % 6], texts[row / 36])).collect();
        let first = || -> ArrayRef { Arc::new(StringArray::from_iter(rows.iter().map(|row| row.0))) };
        let second = || -> ArrayRef { Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.1))) };
        let third = || -> ArrayRef { Arc::new(StringArray::from_iter(rows.iter().map(|row| row.2))) };
        let batch = batch(vec![(first(), true), (second(), true), (third(), true)]);
        for key in [[0, 1, 2], [1, 0, 2], [2, 1, 0]] {
            let heads = heads(&key, &batch);
            for a in 0..rows.len() {
                for b in 0..rows.len() {
                    let keys = compare(&key, (&batch, a), (&batch, b));
                    let by_head = heads[a].cmp(&heads[b]);
                    assert!(by_head.is_eq() || by_head == keys, "{:?} {:?}", rows[a], rows[b]);
                }
            }
        }
    }

    #[test]
    fn what_follows_a_short_text_counts_in_a_head() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["ab", "ab"]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let heads = heads(&[0, 1], &batch(vec![(texts, false), (numbers, false)]));
        assert!(heads[0] < heads[1]);
    }
}
