//! A digest of a table's rows that does not hang on the order in which the engine gives them.
//!
//! Two tables with the same digest hold the same rows, each as often. It says nothing about files: the same rows stand
//! in them in another order with another number of threads.

use arrow::{
    array::RecordBatch,
    datatypes::SchemaRef,
    error::ArrowError,
    row::{RowConverter, SortField},
};

use crate::model::Digest;

/// The SHA-256 digests of all rows, added up without regard to the order; with their number and the columns' names and types.
#[derive(Debug)]
pub(super) struct RowsDigest {
    schema: SchemaRef,
    converter: RowConverter,
    sum: Sum,
}

/// What can be added up: numbers of 256 bits that wrap around, and how many there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    limbs: [u64; 4],
    rows: u64,
}

impl Sum {
    fn add_limbs(&mut self, other: [u64; 4]) {
        let mut carry = false;
        for (limb, more) in self.limbs.iter_mut().zip(other) {
            let (first, over) = limb.overflowing_add(more);
            let (second, over_again) = first.overflowing_add(u64::from(carry));
            *limb = second;
            carry = over || over_again;
        }
    }

    /// Adds the rows of another part of the table.
    pub(super) fn add(&mut self, other: &Self) {
        self.add_limbs(other.limbs);
        self.rows += other.rows;
    }

    /// The digest of a table with these columns.
    pub(super) fn digest(&self, schema: &SchemaRef) -> Digest {
        let columns =
            schema.fields().iter().map(|field| format!("{} {}", field.name(), field.data_type())).collect();
        let numbers = self.limbs.iter().chain([&self.rows]).map(u64::to_string).collect::<Vec<_>>();
        let parts: [Vec<String>; 2] = [columns, numbers];
        Digest::of_parts(parts.iter().flatten().map(String::as_str))
    }
}

impl RowsDigest {
    pub(super) fn new(schema: SchemaRef) -> Result<Self, ArrowError> {
        let fields = schema.fields().iter().map(|field| SortField::new(field.data_type().clone()));
        let converter = RowConverter::new(fields.collect())?;
        Ok(Self { schema, converter, sum: Sum::default() })
    }

    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        for row in &self.converter.convert_columns(batch.columns())? {
            let digest = Digest::of(row.as_ref()).0;
            let mut limbs = [0; 4];
            for (limb, bytes) in limbs.iter_mut().zip(digest.as_chunks().0) {
                *limb = u64::from_le_bytes(*bytes);
            }
            self.sum.add_limbs(limbs);
            self.sum.rows += 1;
        }
        Ok(())
    }

    pub(super) fn sum(&self) -> Sum {
        self.sum
    }
}

/// The digest of a table held in memory.
pub fn rows_digest(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Digest, ArrowError> {
    let mut rows = RowsDigest::new(schema.clone())?;
    for batch in batches {
        rows.add(batch)?;
    }
    Ok(rows.sum.digest(&rows.schema))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{Int64Array, StringArray},
        datatypes::{DataType, Field, Schema},
    };

    use super::*;

    fn table(rows: &[(Option<i64>, &str)]) -> RecordBatch {
        let schema = Schema::new(vec![
            Field::new("n", DataType::Int64, true),
            Field::new("word", DataType::Utf8, false),
        ]);
        let numbers: Int64Array = rows.iter().map(|row| row.0).collect();
        let words = StringArray::from_iter_values(rows.iter().map(|row| row.1));
        RecordBatch::try_new(Arc::new(schema), vec![Arc::new(numbers), Arc::new(words)]).unwrap()
    }

    fn digest(parts: &[&[(Option<i64>, &str)]]) -> Digest {
        let batches: Vec<RecordBatch> = parts.iter().map(|part| table(part)).collect();
        rows_digest(&batches[0].schema(), &batches).unwrap()
    }

    #[test]
    fn the_order_of_rows_and_how_they_are_parted_make_no_difference() {
        let (a, b, c) = ((Some(1), "a"), (None, "b"), (Some(3), "c"));
        let whole = digest(&[&[a, b, c]]);
        for parts in [vec![&[c, a, b][..]], vec![&[b][..], &[c, a]], vec![&[][..], &[a, b], &[c]]] {
            assert_eq!(digest(&parts), whole, "{parts:?}");
        }
    }

    #[test]
    fn one_value_more_or_less_or_moved_makes_another_digest() {
        let (a, b) = ((Some(1), "ab"), (Some(2), "c"));
        let all: Vec<Digest> = [
            vec![],
            vec![a],
            vec![a, a],
            vec![a, b],
            vec![(Some(1), "a"), (Some(2), "bc")],
            vec![(Some(2), "ab"), (Some(1), "c")],
            vec![(None, "ab"), b],
            vec![(Some(0), "ab"), b],
        ]
        .iter()
        .map(|rows| digest(&[rows]))
        .collect();
        let mut once = all.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), all.len());
        let renamed = Schema::new(vec![Field::new("m", DataType::Int64, true)]);
        let named = Schema::new(vec![Field::new("n", DataType::Int64, true)]);
        assert_ne!(
            rows_digest(&Arc::new(renamed), &[]).unwrap(),
            rows_digest(&Arc::new(named), &[]).unwrap()
        );
    }
}
