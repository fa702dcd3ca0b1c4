//! Rows with one key: equal ones collapse to one, differing ones are all set aside. Null is a value in a key.
//!
//! # Decisions
//!
//! - Keys are compared as the byte rows of Arrow's row format, whose order is the order of the snapshot; sixteen
//!   bytes of each are held beside its place, so that most comparisons do not leave the list being sorted.
//! - A dataset whose differing rows are evidence keeps them all; there, too, equal rows collapse.

use std::collections::BTreeSet;

use arrow::{
    array::RecordBatch,
    compute::interleave_record_batch,
    error::ArrowError,
    row::{RowConverter, Rows, SortField},
};

use crate::contract::Contract;

/// A row: which batch, which row of it.
pub(super) type Place = (usize, usize);

/// What became of the rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settled {
    /// The rows of the snapshot in the order of its key.
    pub(super) accepted: Vec<Place>,
    /// How many were equal to an accepted one.
    pub(super) collapsed: u64,
    /// Rows that share a key and differ.
    pub(super) differing: Vec<Place>,
}

struct Keyed {
    head: u128,
    batch: u32,
    row: u32,
}

impl Keyed {
    fn place(&self) -> Place {
        (self.batch as usize, self.row as usize)
    }
}

/// Sorts all rows by their key and settles those that share one.
pub(super) fn settle(contract: &Contract, batches: &[RecordBatch]) -> Result<Settled, ArrowError> {
    let keys = convert(batches, &contract.key_columns())?;
    let key = |keyed: &Keyed| keys.get(keyed.batch as usize).map(|rows| rows.row(keyed.row as usize));
    let mut order: Vec<Keyed> = Vec::with_capacity(keys.iter().map(Rows::num_rows).sum());
    for (batch, rows) in keys.iter().enumerate() {
        order.extend(rows.iter().enumerate().map(|(row, key)| Keyed {
            head: head(key.as_ref()),
            batch: batch as u32,
            row: row as u32,
        }));
    }
    order.sort_unstable_by(|a, b| {
        a.head.cmp(&b.head).then_with(|| key(a).cmp(&key(b))).then_with(|| a.place().cmp(&b.place()))
    });
    let same_key = |a: &Keyed, b: &Keyed| a.head == b.head && key(a) == key(b);

    let shared: Vec<Place> = order
        .chunk_by(same_key)
        .filter(|group| group.len() > 1)
        .flat_map(|group| group.iter().map(Keyed::place))
        .collect();
    let whole = whole_rows(contract, batches, &shared)?;
    let mut settled = Settled { accepted: Vec::with_capacity(order.len()), ..Settled::default() };
    let mut seen = 0;
    for group in order.chunk_by(same_key) {
        if group.len() > 1 {
            settled.settle_group(contract, group, &whole, seen);
            seen += group.len();
        } else {
            settled.accepted.extend(group.iter().map(Keyed::place));
        }
    }
    Ok(settled)
}

impl Settled {
    /// Settles rows of one key, whose whole rows stand in `whole` from `first` on.
    fn settle_group(&mut self, contract: &Contract, group: &[Keyed], whole: &Rows, first: usize) {
        let mut seen = BTreeSet::new();
        let distinct: Vec<usize> = (0..group.len()).filter(|at| seen.insert(whole.row(first + at))).collect();
        if distinct.len() == 1 || contract.keeps_differing_rows {
            self.collapsed += (group.len() - distinct.len()) as u64;
            self.accepted.extend(distinct.iter().filter_map(|at| group.get(*at)).map(Keyed::place));
        } else {
            self.differing.extend(group.iter().map(Keyed::place));
        }
    }
}

/// The chosen columns of every batch in Arrow's row format.
fn convert(batches: &[RecordBatch], columns: &[usize]) -> Result<Vec<Rows>, ArrowError> {
    let Some(first) = batches.first() else { return Ok(Vec::new()) };
    let schema = first.schema();
    let fields = columns.iter().filter_map(|column| schema.fields().get(*column));
    let fields = fields.map(|field| SortField::new(field.data_type().clone())).collect();
    let converter = RowConverter::new(fields)?;
    let arrays = |batch: &RecordBatch| {
        columns.iter().filter_map(|column| batch.columns().get(*column)).cloned().collect::<Vec<_>>()
    };
    batches.iter().map(|batch| converter.convert_columns(&arrays(batch))).collect()
}

/// All columns of the contract for some rows.
fn whole_rows(contract: &Contract, batches: &[RecordBatch], places: &[Place]) -> Result<Rows, ArrowError> {
    let all: Vec<usize> = (0..contract.columns.len()).collect();
    let batch = match batches.first() {
        Some(first) if places.is_empty() => first.slice(0, 0),
        Some(_) => interleave_record_batch(&batches.iter().collect::<Vec<_>>(), places)?,
        None => return Ok(RowConverter::new(Vec::new())?.empty_rows(0, 0)),
    };
    let converted = convert(std::slice::from_ref(&batch), &all)?;
    converted.into_iter().next().ok_or_else(|| ArrowError::ComputeError("no rows".to_owned()))
}

fn head(key: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(key) {
        *to = *from;
    }
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{ArrayRef, Decimal128Array, Int64Array},
        datatypes::{DataType, Field, Schema},
    };

    use super::*;
    use crate::{acquire::fixture, contract::Kind};

    /// Rows of (key part, key part, amount), in batches.
    fn batches(batches: &[&[(Option<i64>, i64, i128)]]) -> Vec<RecordBatch> {
        let schema = Arc::new(Schema::new(vec![
            Field::new("a", DataType::Int64, true),
            Field::new("b", DataType::Int64, false),
            Field::new("amount", DataType::Decimal128(14, 2), false),
        ]));
        let batch = |rows: &&[(Option<i64>, i64, i128)]| {
            let a: ArrayRef = Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.0)));
            let b: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1)));
            let amounts = Decimal128Array::from_iter_values(rows.iter().map(|row| row.2));
            let amounts: ArrayRef = Arc::new(amounts.with_precision_and_scale(14, 2).unwrap());
            RecordBatch::try_new(schema.clone(), vec![a, b, amounts]).unwrap()
        };
        batches.iter().map(batch).collect()
    }

    fn contract() -> Contract {
        let columns = &[
            ("a", "甲", Kind::Person, false),
            ("b", "乙", Kind::Person, true),
            ("amount", "金额", Kind::Money, true),
        ];
        fixture::contract("x.y", &["a", "b"], columns)
    }

    #[test]
    fn rows_come_out_in_the_order_of_their_key_with_null_as_a_value_first() {
        let batches =
            batches(&[&[(Some(2), 1, 5), (None, 9, 5)], &[(Some(1), 3, 5), (Some(2), -1, 5), (None, 8, 5)]]);
        let settled = settle(&contract(), &batches).unwrap();
        assert_eq!(settled.accepted, [(1, 2), (0, 1), (1, 0), (1, 1), (0, 0)]);
    }

    #[test]
    fn equal_rows_collapse_to_the_first_and_differing_ones_are_all_set_aside() {
        let batches = batches(&[
            &[(Some(1), 1, 5), (Some(2), 1, 5), (None, 1, 5), (Some(3), 1, 7)],
            &[(Some(1), 1, 5), (Some(2), 1, 6), (None, 1, 5), (Some(2), 1, 5), (Some(1), 1, 5)],
        ]);
        let settled = settle(&contract(), &batches).unwrap();
        assert_eq!(settled.accepted, [(0, 2), (0, 0), (0, 3)]);
        assert_eq!(settled.collapsed, 3);
        assert_eq!(settled.differing, [(0, 1), (1, 1), (1, 3)]);
        let all = settled.accepted.len() + settled.collapsed as usize + settled.differing.len();
        assert_eq!(all, 9);
    }

    #[test]
    fn where_differing_rows_are_evidence_they_are_kept_and_equal_ones_still_collapse() {
        let contract = Contract { keeps_differing_rows: true, ..contract() };
        let batches = batches(&[&[(Some(2), 1, 5), (Some(2), 1, 6), (Some(2), 1, 5)]]);
        let settled = settle(&contract, &batches).unwrap();
        assert_eq!((settled.accepted, settled.collapsed), (vec![(0, 0), (0, 1)], 1));
        assert!(settled.differing.is_empty());
    }

    #[test]
    fn no_rows_settle_to_none() {
        assert_eq!(settle(&contract(), &[]).unwrap(), Settled::default());
        assert_eq!(settle(&contract(), &batches(&[&[]])).unwrap(), Settled::default());
    }
}
