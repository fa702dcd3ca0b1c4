//! Rows of several batches that are not sorted → stretches of them in the order of their key. It copies no row.
//!
//! # Decisions
//!
//! - An agency's file is hardly ever without order: what a person has stands together, or all of it is sorted already. So rows
//!   are taken stretch by stretch; only where stretches are a few rows long is sorted row by row.

use std::{cmp::Ordering, collections::BinaryHeap};

use arrow::{
    array::{
        Array as _, ArrayData, ArrayRef, AsArray as _, Capacities, MutableArrayData, RecordBatch, make_array,
    },
    compute::interleave_record_batch,
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

/// In stretches of fewer rows than this the rows are copied one by one.
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
            let mut open: Option<Keyed> = None;
            let mut before = None;
            for (row, head) in heads.iter().enumerate() {
                let one = Keyed { head: *head, batch: batch as u32, row: row as u32, rows: 1 };
                match &mut open {
                    Some(stretch) if before.is_some_and(|before| self.compare(&before, &one).is_lt()) => {
                        stretch.rows += 1
                    }
                    _ => stretches.extend(open.replace(one)),
                }
                before = Some(one);
            }
            stretches.extend(open);
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
    let rows = stretches.iter().map(|stretch| stretch.rows).sum();
    if stretches.len() * SHORT > rows {
        let places: Vec<(usize, usize)> = stretches
            .iter()
            .flat_map(|stretch| (stretch.row..stretch.row + stretch.rows).map(|row| (stretch.batch, row)))
            .collect();
        return interleave_record_batch(batches, &places);
    }
    let Some(first) = batches.first() else {
        return Err(ArrowError::ComputeError("no rows are to be copied".to_owned()));
    };
    let schema = first.schema();
    let columns = (0..schema.fields().len()).map(|at| column(batches, at, stretches, rows));
    RecordBatch::try_new(schema.clone(), columns.collect::<Result<_, _>>()?)
}

/// One column of these stretches, which are so many rows.
fn column(
    batches: &[&RecordBatch],
    at: usize,
    stretches: &[Stretch],
    rows: usize,
) -> Result<ArrayRef, ArrowError> {
    let columns: Vec<&ArrayRef> = batches.iter().filter_map(|batch| batch.columns().get(at)).collect();
    let data: Vec<ArrayData> = columns.iter().map(|column| column.to_data()).collect();
    // With no more room than is needed: runs are held in memory.
    let texts: Vec<_> = columns.iter().filter_map(|column| column.as_string_opt::<i32>()).collect();
    let bytes = |stretch: &Stretch| {
        let offsets = texts.get(stretch.batch)?.value_offsets();
        let place = |row: usize| offsets.get(row).and_then(|place| usize::try_from(*place).ok());
        place(stretch.row + stretch.rows)?.checked_sub(place(stretch.row)?)
    };
    let bytes = (!texts.is_empty()).then(|| stretches.iter().filter_map(bytes).sum());
    let room = bytes.map_or(Capacities::Array(rows), |bytes| Capacities::Binary(rows, Some(bytes)));
    let mut copied = MutableArrayData::with_capacities(data.iter().collect(), false, room);
    stretches
        .iter()
        .try_for_each(|Stretch { batch, row, rows }| copied.try_extend(*batch, *row, row + rows))?;
    Ok(make_array(copied.freeze()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{ArrayRef, AsArray, Int64Array},
        datatypes::{DataType, Field, Int64Type, Schema},
    };
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

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
    fn a_turn_is_as_long_as_the_rows_are_before() {
        for rows in 1..70 {
            assert_eq!(turn(|row| row < rows), rows);
        }
    }
}
