//! Rows of several batches that are not sorted → stretches of them in the order of their key. It copies no row.
//!
//! # Decisions
//!
//! - An agency's file is hardly ever without order: what a person has stands together, or all of it is sorted already. So rows
//!   are taken stretch by stretch; only where stretches are a few rows long is sorted row by row.

use std::{cmp::Ordering, collections::BinaryHeap, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, BooleanArray, BooleanBuilder, PrimitiveArray, PrimitiveBuilder, RecordBatch,
        StringArray, StringBuilder,
    },
    datatypes::{
        ArrowPrimitiveType, DataType, Date32Type, Decimal64Type, Decimal128Type, Int32Type, Int64Type,
        UInt16Type,
    },
    error::ArrowError,
};

use super::keys::{self, Head};

/// Rows that follow each other in one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::acquire) struct Stretch {
    /// Which batch.
    pub(in crate::acquire) batch: usize,
    /// Which row of it is the first.
    pub(in crate::acquire) row: usize,
    /// How many rows.
    pub(in crate::acquire) rows: usize,
}

/// Stretches of fewer rows than this are not merged: their rows are sorted one by one.
const SHORT: usize = 8;

/// A stretch by the key of its first row.
#[derive(Clone, Copy)]
struct Keyed {
    head: Head,
    batch: u32,
    row: u32,
    rows: u32,
}

/// Batches with the heads of their rows.
struct Sorting<'a> {
    key: &'a [usize],
    batches: &'a [RecordBatch],
    heads: &'a [Vec<Head>],
}

/// All rows of the batches in the order of their key; of equal keys the one that came first stands first.
pub(super) fn sorted(key: &[usize], batches: &[RecordBatch], heads: &[Vec<Head>]) -> Vec<Stretch> {
    Sorting { key, batches, heads }.sorted()
}

impl Sorting<'_> {
    fn sorted(&self) -> Vec<Stretch> {
        let stretches = self.stretches();
        let rows: usize = self.heads.iter().map(Vec::len).sum();
        if stretches.len() * SHORT > rows { self.row_by_row(rows) } else { self.merged(stretches) }
    }

    /// Merges stretches: of the one that stands first as much at a time as comes before the next one.
    fn merged(&self, stretches: Vec<Keyed>) -> Vec<Stretch> {
        let mut sorted = Vec::with_capacity(stretches.len());
        let waiting = stretches.into_iter().map(|keyed| Waiting { sorting: self, keyed });
        let mut heap: BinaryHeap<Waiting<'_, '_>> = waiting.collect();
        while let Some(Waiting { keyed: first, .. }) = heap.pop() {
            let at = |ahead: usize| self.row(first.batch, first.row + ahead as u32);
            let is_before = |ahead: usize| {
                let next = heap.peek();
                ahead < first.rows as usize
                    && next.is_none_or(|next| self.compare(&at(ahead), &next.keyed).is_lt())
            };
            let taken = turn(is_before) as u32;
            push(&mut sorted, &Keyed { rows: taken, ..first });
            if taken < first.rows {
                let keyed = Keyed { rows: first.rows - taken, ..at(taken as usize) };
                heap.push(Waiting { sorting: self, keyed });
            }
        }
        sorted
    }

    /// The stretches of rows that are in order already.
    fn stretches(&self) -> Vec<Keyed> {
        let mut stretches = Vec::new();
        for (batch, heads) in self.heads.iter().enumerate() {
            let mut from = 0;
            let mut end = |to: usize| {
                let first = self.row(batch as u32, from as u32);
                stretches.push(Keyed { rows: (to - from) as u32, ..first });
                from = to;
            };
            for (row, (head, next)) in heads.iter().zip(heads.iter().skip(1)).enumerate() {
                // Most rows have heads that differ, and need no more than these.
                let one = |row: usize| self.row(batch as u32, row as u32);
                let is_in_order =
                    head < next || head == next && self.compare(&one(row), &one(row + 1)).is_lt();
                if !is_in_order {
                    end(row + 1);
                }
            }
            if !heads.is_empty() {
                end(heads.len());
            }
        }
        stretches
    }

    fn row_by_row(&self, count: usize) -> Vec<Stretch> {
        let mut rows = Vec::with_capacity(count);
        for (batch, heads) in self.heads.iter().enumerate() {
            rows.extend((0..heads.len()).map(|row| self.row(batch as u32, row as u32)));
        }
        rows.sort_unstable_by(|a, b| self.compare(a, b));
        let mut sorted = Vec::with_capacity(count);
        rows.iter().for_each(|row| push(&mut sorted, row));
        sorted
    }

    fn row(&self, batch: u32, row: u32) -> Keyed {
        let head = self.heads.get(batch as usize).and_then(|heads| heads.get(row as usize));
        Keyed { head: head.copied().unwrap_or_default(), batch, row, rows: 1 }
    }

    /// How two rows compare: by their keys, and of equal keys by when they came.
    fn compare(&self, a: &Keyed, b: &Keyed) -> Ordering {
        let whole = || {
            let place = |keyed: &Keyed| Some((self.batches.get(keyed.batch as usize)?, keyed.row as usize));
            place(a).zip(place(b)).map_or(Ordering::Equal, |(a, b)| keys::compare(self.key, a, b))
        };
        a.head.cmp(&b.head).then_with(whole).then_with(|| (a.batch, a.row).cmp(&(b.batch, b.row)))
    }
}

/// A stretch that waits to be merged; of several the one whose first row stands first is the greatest.
struct Waiting<'s, 'a> {
    sorting: &'s Sorting<'a>,
    keyed: Keyed,
}

impl Ord for Waiting<'_, '_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sorting.compare(&other.keyed, &self.keyed)
    }
}

impl PartialOrd for Waiting<'_, '_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting<'_, '_> {}

/// How many rows, in order, are before something else: the first one is, and later ones as long as `is_before` says so. It is
/// looked for in steps that double.
pub(super) fn turn(is_before: impl Fn(usize) -> bool) -> usize {
    // `known` rows are before it, and `known + step` may be.
    let (mut known, mut step) = (1, 1);
    while is_before(known + step - 1) {
        known += step;
        step *= 2;
    }
    while step > 1 {
        step /= 2;
        if is_before(known + step - 1) {
            known += step;
        }
    }
    known
}

/// Adds a stretch to those before it, or to the last of them if it goes on there.
fn push(stretches: &mut Vec<Stretch>, keyed: &Keyed) {
    let (batch, row, rows) = (keyed.batch as usize, keyed.row as usize, keyed.rows as usize);
    add(stretches, Stretch { batch, row, rows });
}

/// Adds a stretch to those before it, or to the last of them if it goes on there.
pub(in crate::acquire) fn add(stretches: &mut Vec<Stretch>, stretch: Stretch) {
    match stretches.last_mut() {
        Some(last) if last.batch == stretch.batch && last.row + last.rows == stretch.row => {
            last.rows += stretch.rows
        }
        _ => stretches.push(stretch),
    }
}

/// The stretches in parts of so many rows each; the last may have fewer.
pub(super) fn parts(stretches: &[Stretch], rows: usize) -> impl Iterator<Item = Vec<Stretch>> {
    let mut rest = stretches.iter().copied();
    let mut cut: Option<Stretch> = None;
    std::iter::from_fn(move || {
        let (mut part, mut missing) = (Vec::new(), rows);
        while missing > 0
            && let Some(next) = cut.take().or_else(|| rest.next())
        {
            let taken = next.rows.min(missing);
            missing -= taken;
            part.push(Stretch { rows: taken, ..next });
            let left = Stretch { row: next.row + taken, rows: next.rows - taken, ..next };
            cut = (left.rows > 0).then_some(left);
        }
        (!part.is_empty()).then_some(part)
    })
}

/// The rows of these stretches, in this order, as one batch.
pub(super) fn copied(batches: &[&RecordBatch], stretches: &[Stretch]) -> Result<RecordBatch, ArrowError> {
    let Some(first) = batches.first() else {
        return Err(ArrowError::ComputeError("no rows are to be copied".to_owned()));
    };
    let schema = first.schema();
    let columns = (0..schema.fields().len()).map(|at| {
        let columns = batches.iter().filter_map(|batch| batch.columns().get(at)).collect();
        Copying { columns, stretches }.column()
    });
    let batch = RecordBatch::try_new(schema.clone(), columns.collect::<Result<_, _>>()?)?;
    // No row may be lost on the way, whatever the stretches say.
    if batch.num_rows() != stretches.iter().map(|stretch| stretch.rows).sum::<usize>() {
        return Err(ArrowError::ComputeError("a row that is to be copied is not there".to_owned()));
    }
    Ok(batch)
}

/// One column of some batches, and the stretches of it that are wanted.
struct Copying<'a> {
    columns: Vec<&'a ArrayRef>,
    stretches: &'a [Stretch],
}

impl Copying<'_> {
    fn column(&self) -> Result<ArrayRef, ArrowError> {
        match self.columns.first().map(|column| column.data_type()) {
            Some(DataType::Int64) => Ok(self.numbers::<Int64Type>()),
            Some(DataType::Int32) => Ok(self.numbers::<Int32Type>()),
            Some(DataType::UInt16) => Ok(self.numbers::<UInt16Type>()),
            Some(DataType::Date32) => Ok(self.numbers::<Date32Type>()),
            Some(DataType::Decimal64(..)) => Ok(self.numbers::<Decimal64Type>()),
            Some(DataType::Decimal128(..)) => Ok(self.numbers::<Decimal128Type>()),
            Some(DataType::Boolean) => Ok(self.truths()),
            Some(DataType::Utf8) => self.texts(),
            other => Err(ArrowError::ComputeError(format!("no column of a contract is of type {other:?}"))),
        }
    }

    /// The stretches with the column that each lies in.
    fn places<A: Array + 'static>(&self) -> impl Iterator<Item = (&A, Stretch)> {
        let columns: Vec<&A> =
            self.columns.iter().filter_map(|column| column.as_any().downcast_ref()).collect();
        self.stretches.iter().filter_map(move |stretch| Some((*columns.get(stretch.batch)?, *stretch)))
    }

    fn rows(&self) -> usize {
        self.stretches.iter().map(|stretch| stretch.rows).sum()
    }

    fn numbers<T: ArrowPrimitiveType>(&self) -> ArrayRef {
        let mut copied = PrimitiveBuilder::<T>::with_capacity(self.rows());
        if let Some(first) = self.columns.first() {
            copied = copied.with_data_type(first.data_type().clone());
        }
        for (column, Stretch { row, rows, .. }) in self.places::<PrimitiveArray<T>>() {
            match column.nulls() {
                None => copied.append_slice(column.values().get(row..row + rows).unwrap_or_default()),
                Some(_) => copied.append_array(&column.slice(row, rows)),
            }
        }
        Arc::new(copied.finish())
    }

    fn truths(&self) -> ArrayRef {
        let mut copied = BooleanBuilder::with_capacity(self.rows());
        for (column, Stretch { row, rows, .. }) in self.places::<BooleanArray>() {
            copied.append_array(&column.slice(row, rows));
        }
        Arc::new(copied.finish())
    }

    fn texts(&self) -> Result<ArrayRef, ArrowError> {
        // With no more room than is needed: runs are held in memory.
        let bytes = |(column, Stretch { row, rows, .. }): (&StringArray, Stretch)| {
            let place = |row: usize| usize::try_from(*column.value_offsets().get(row)?).ok();
            place(row + rows)?.checked_sub(place(row)?)
        };
        let bytes = self.places().filter_map(bytes).sum();
        let mut copied = StringBuilder::with_capacity(self.rows(), bytes);
        for (column, Stretch { row, rows, .. }) in self.places::<StringArray>() {
            copied.append_array(&column.slice(row, rows))?;
        }
        Ok(Arc::new(copied.finish()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{AsArray, Int32Array, Int64Array},
        compute::{cast, concat_batches},
        datatypes::{Field, Schema},
    };
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::{acquire::values::type_of, contract::Kind};

    /// Batches of a key each, and the row's place among all of them.
    fn batches(keys: &[Vec<i64>]) -> Vec<RecordBatch> {
        let field = |name| Field::new(name, DataType::Int64, false);
        let schema = Arc::new(Schema::new(vec![field("key"), field("place")]));
        let mut places = 0_i64..;
        let batch = |keys: &Vec<i64>| {
            let key: ArrayRef = Arc::new(Int64Array::from(keys.clone()));
            let place: ArrayRef = Arc::new(Int64Array::from_iter_values(places.by_ref().take(keys.len())));
            RecordBatch::try_new(schema.clone(), vec![key, place]).unwrap()
        };
        keys.iter().map(batch).collect()
    }

    /// The keys and places in the order of the stretches, copied in parts of seven.
    fn in_order(keys: &[Vec<i64>]) -> Vec<(i64, i64)> {
        let batches = batches(keys);
        let heads: Vec<_> = batches.iter().map(|batch| keys::heads(&[0], batch)).collect();
        let stretches = sorted(&[0], &batches, &heads);
        let batches: Vec<_> = batches.iter().collect();
        let column =
            |batch: &RecordBatch, at: usize| batch.column(at).as_primitive::<Int64Type>().values().to_vec();
        let copied = parts(&stretches, 7).map(|part| copied(&batches, &part).unwrap());
        copied.flat_map(|batch| column(&batch, 0).into_iter().zip(column(&batch, 1))).collect()
    }

    fn expected(keys: &[Vec<i64>]) -> Vec<(i64, i64)> {
        let mut all: Vec<_> = keys.iter().flatten().copied().zip(0..).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn rows_in_any_order_are_sorted_and_equal_keys_stay_as_they_came() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        for case in 0..300 {
            let (count, most) = (random.random_range(1..5), random.random_range(1..200));
            // Few keys, many keys; ordered in stretches of some length or not at all.
            let (range, stretch) = (random.random_range(1..400), random.random_range(1..60));
            let keys: Vec<Vec<i64>> = (0..count)
                .map(|_| {
                    let mut keys: Vec<i64> = (0..most).map(|_| random.random_range(-range..range)).collect();
                    keys.chunks_mut(stretch).for_each(<[i64]>::sort_unstable);
                    keys
                })
                .collect();
            assert_eq!(in_order(&keys), expected(&keys), "case {case}");
        }
    }

    #[test]
    fn a_row_said_again_far_away_cuts_stretches_and_nothing_more() {
        let mut keys: Vec<i64> = (0..1_000).collect();
        keys.insert(900, 100);
        keys.insert(500, 100);
        let batches = batches(&[keys.clone()]);
        let heads: Vec<_> = batches.iter().map(|batch| keys::heads(&[0], batch)).collect();
        assert_eq!(sorted(&[0], &batches, &heads).len(), 6);
        assert_eq!(in_order(&[keys.clone()]), expected(&[keys]));
    }

    #[test]
    fn no_rows_have_no_stretches_and_no_copy() {
        assert!(sorted(&[0], &[], &[]).is_empty());
        assert_eq!(parts(&[], 7).count(), 0);
        assert!(copied(&[], &[]).is_err());
    }

    #[test]
    fn a_stretch_of_rows_that_are_not_there_is_an_error_and_no_loss() {
        let batches = batches(&[vec![1, 2, 3]]);
        let batches: Vec<_> = batches.iter().collect();
        for stretch in [Stretch { batch: 1, row: 0, rows: 1 }, Stretch { batch: 0, row: 2, rows: 2 }] {
            assert!(copied(&batches, &[stretch]).is_err(), "{stretch:?}");
        }
    }

    #[test]
    fn a_copy_has_the_values_and_nulls_of_every_type() {
        let kinds = [
            Kind::Person,
            Kind::Ref,
            Kind::Code,
            Kind::Date,
            Kind::Money,
            Kind::Decimal { precision: 30, scale: 4 },
            Kind::Int,
            Kind::Bool,
        ];
        let column = |kind: Kind, rows: std::ops::Range<i32>, nulls: bool| {
            let there = |row: &i32| !nulls || row % 3 > 0;
            let numbers = Int32Array::from_iter(rows.clone().map(|row| Some(row).filter(there)));
            let text = |row: i32| Some("户x".repeat(row as usize % 5)).filter(|_| there(&row));
            match type_of(kind) {
                DataType::Utf8 => Arc::new(StringArray::from_iter(rows.map(text))) as ArrayRef,
                DataType::Boolean => {
                    let truth = |row: i32| Some(row % 2 == 0).filter(|_| there(&row));
                    Arc::new(BooleanArray::from_iter(rows.map(truth)))
                }
                other => cast(&numbers, &other).unwrap(),
            }
        };
        let batch = |rows: std::ops::Range<i32>, nulls| {
            let columns: Vec<_> = kinds.iter().map(|kind| column(*kind, rows.clone(), nulls)).collect();
            let names = (0..).map(|at: u8| at.to_string());
            RecordBatch::try_from_iter_with_nullable(names.zip(columns).map(|(name, one)| (name, one, true)))
        };
        let (one, other) = (batch(0..50, false).unwrap(), batch(100..150, true).unwrap());
        let stretch = |batch, row, rows| Stretch { batch, row, rows };
        let wanted =
            [stretch(1, 3, 20), stretch(0, 0, 1), stretch(1, 49, 1), stretch(0, 7, 30), stretch(1, 0, 1)];
        let slice = |stretch: &Stretch| [&one, &other][stretch.batch].slice(stretch.row, stretch.rows);
        let slices: Vec<_> = wanted.iter().map(slice).collect();
        let expected = concat_batches(&one.schema(), &slices).unwrap();
        assert_eq!(copied(&[&one, &other], &wanted).unwrap(), expected);
    }

    #[test]
    fn a_turn_is_as_long_as_the_rows_are_before() {
        for rows in 1..70 {
            assert_eq!(turn(|row| row < rows), rows);
        }
    }
}
