//! Rows with one key: equal ones collapse to one, differing ones are all set aside. Null is a value in a key.
//!
//! # Decisions
//!
//! - A dataset whose differing rows are evidence keeps them all; there, too, equal rows collapse.

use std::collections::BTreeSet;

use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::{Int64Type, UInt16Type},
    row::{OwnedRow, RowConverter, SortField},
};

use super::{
    AcquireError,
    runs::{self, Head, Merged, Place, Stretch},
    values::type_of,
};
use crate::contract::Contract;

/// After how many rows those accepted among them are handed on: the same whatever the number of threads and the memory, so
/// that the file is the same.
const ROWS_AT_ONCE: usize = 1 << 16;

/// What became of the rows that were not handed on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settled {
    /// How many were accepted.
    pub(super) accepted: u64,
    /// How many were equal to an accepted one.
    pub(super) collapsed: u64,
    /// File and line of the rows that share a key and differ and have not been set aside yet.
    differing: Vec<(u16, u64)>,
}

/// Settles the rows: hands the accepted ones on in the order of their key, and sets aside those that differ, by file and line.
pub(super) fn settle(
    contract: &Contract,
    mut merged: Merged<'_>,
    mut hand_on: impl FnMut(RecordBatch) -> Result<(), AcquireError>,
    mut set_aside: impl FnMut(Vec<(u16, u64)>) -> Result<(), AcquireError>,
) -> Result<Settled, AcquireError> {
    let mut passed = 0;
    let mut settled = Settled::default();
    let mut group = Group::new(contract)?;
    let mut accepted: Vec<Stretch> = Vec::new();
    while let Some(stretch) = merged.next(ROWS_AT_ONCE - passed)? {
        group.pass(&merged, stretch, &mut accepted, &mut settled)?;
        passed += stretch.rows;
        if passed >= ROWS_AT_ONCE {
            if !accepted.is_empty() {
                hand_on(rows(&merged, &accepted)?)?;
                accepted.clear();
            }
            merged.forget(group.first);
            passed = 0;
        }
        if settled.differing.len() >= ROWS_AT_ONCE {
            set_aside(std::mem::take(&mut settled.differing))?;
        }
    }
    group.close(&mut accepted, &mut settled);
    set_aside(std::mem::take(&mut settled.differing))?;
    if !accepted.is_empty() {
        hand_on(rows(&merged, &accepted)?)?;
    }
    Ok(settled)
}

fn rows(merged: &Merged<'_>, stretches: &[Stretch]) -> Result<RecordBatch, AcquireError> {
    merged.rows(stretches).map_err(|source| AcquireError::Columns { source })
}

/// The rows of one key, as far as they have been read.
struct Group {
    keeps_differing_rows: bool,
    head: Head,
    first: Option<Place>,
    /// Where each row stood, once there are two.
    lines: Vec<(u16, u64)>,
    differs: bool,
    /// The distinct rows, where all of them are kept.
    distinct: BTreeSet<OwnedRow>,
    whole: RowConverter,
    columns: usize,
}

impl Group {
    fn new(contract: &Contract) -> Result<Self, AcquireError> {
        let columns = contract.columns.iter().map(|column| SortField::new(type_of(column.kind))).collect();
        Ok(Self {
            keeps_differing_rows: contract.keeps_differing_rows,
            head: Head::default(),
            first: None,
            lines: Vec::new(),
            differs: false,
            distinct: BTreeSet::new(),
            whole: RowConverter::new(columns).map_err(|source| AcquireError::Columns { source })?,
            columns: contract.columns.len(),
        })
    }

    /// Rows that follow those before.
    fn pass(
        &mut self,
        merged: &Merged<'_>,
        stretch: Stretch,
        accepted: &mut Vec<Stretch>,
        settled: &mut Settled,
    ) -> Result<(), AcquireError> {
        let batch = stretch.batch;
        let heads = merged.heads(batch).get(stretch.row..stretch.row + stretch.rows).unwrap_or_default();
        let mut at = 0;
        while let Some(head) = heads.get(at) {
            let place = (batch, stretch.row + at);
            if self.is_of(merged, place, *head) {
                self.add(merged, place, accepted, settled)?;
                at += 1;
                continue;
            }
            self.close(accepted, settled);
            // A row whose head is not that of the next one is alone with its key.
            let later = heads.get(at..).unwrap_or_default();
            let alone = later.windows(2).take_while(|pair| pair.first() != pair.last()).count();
            if alone > 0 {
                settled.accepted += alone as u64;
                runs::add(accepted, Stretch { batch, row: stretch.row + at, rows: alone });
                at += alone;
            }
            if let Some(head) = heads.get(at) {
                self.open((batch, stretch.row + at), *head);
            }
            at += 1;
        }
        Ok(())
    }

    fn is_of(&self, merged: &Merged<'_>, place: Place, head: Head) -> bool {
        // The values themselves lie far away, and hardly ever have equal heads.
        self.head == head && self.first.is_some_and(|first| merged.compare(first, place).is_eq())
    }

    fn open(&mut self, place: Place, head: Head) {
        self.first = Some(place);
        self.head = head;
        self.lines.clear();
        self.differs = false;
        self.distinct.clear();
    }

    /// Another row of the key.
    fn add(
        &mut self,
        merged: &Merged<'_>,
        place: Place,
        accepted: &mut Vec<Stretch>,
        settled: &mut Settled,
    ) -> Result<(), AcquireError> {
        let Some(first) = self.first else { return Ok(()) };
        if self.lines.is_empty() {
            self.lines.push(origin(merged, first));
            if self.keeps_differing_rows {
                self.distinct.insert(self.whole(merged, first)?);
                settled.accepted += 1;
                accept(accepted, first);
            }
        }
        self.lines.push(origin(merged, place));
        if !self.keeps_differing_rows {
            self.differs = self.differs || !self.equal(merged, first, place);
        } else if self.distinct.insert(self.whole(merged, place)?) {
            settled.accepted += 1;
            accept(accepted, place);
        } else {
            settled.collapsed += 1;
        }
        Ok(())
    }

    /// The key has no more rows.
    fn close(&mut self, accepted: &mut Vec<Stretch>, settled: &mut Settled) {
        let Some(first) = self.first.take() else { return };
        if self.lines.is_empty() {
            settled.accepted += 1;
            accept(accepted, first);
        } else if self.keeps_differing_rows {
            // Each was settled when it came.
        } else if self.differs {
            settled.differing.append(&mut self.lines);
        } else {
            settled.accepted += 1;
            settled.collapsed += self.lines.len() as u64 - 1;
            accept(accepted, first);
        }
    }

    fn equal(&self, merged: &Merged<'_>, a: Place, b: Place) -> bool {
        let (Some(a_batch), Some(b_batch)) = (merged.batch(a.0), merged.batch(b.0)) else { return false };
        let columns = a_batch.columns().iter().zip(b_batch.columns()).take(self.columns);
        columns.into_iter().all(|(one, other)| runs::cell(one, a.1) == runs::cell(other, b.1))
    }

    fn whole(&self, merged: &Merged<'_>, place: Place) -> Result<OwnedRow, AcquireError> {
        let columns: Vec<_> = merged.batch(place.0).map_or_else(Vec::new, |batch| {
            batch.columns().iter().take(self.columns).map(|column| column.slice(place.1, 1)).collect()
        });
        let rows = self.whole.convert_columns(&columns).map_err(|source| AcquireError::Columns { source })?;
        Ok(rows.row(0).owned())
    }
}

fn accept(accepted: &mut Vec<Stretch>, (batch, row): Place) {
    runs::add(accepted, Stretch { batch, row, rows: 1 });
}

/// The file and the line of a row.
fn origin(merged: &Merged<'_>, (batch, row): Place) -> (u16, u64) {
    let Some([.., files, lines]) = merged.batch(batch).map(RecordBatch::columns) else { return (0, 0) };
    let file = files.as_primitive_opt::<UInt16Type>().and_then(|files| files.values().get(row));
    let line = lines.as_primitive_opt::<Int64Type>().and_then(|lines| lines.values().get(row));
    (file.copied().unwrap_or_default(), line.copied().unwrap_or_default().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{ArrayRef, Decimal64Array, Int64Array, UInt16Array},
        datatypes::{DataType, Decimal64Type, Field, Schema},
    };

    use super::*;
    use crate::{
        acquire::{
            fixture,
            runs::{Gathering, Sorter},
        },
        contract::Kind,
    };

    type Row = (Option<i64>, i64, i64);

    /// Rows of (key part, key part, amount); file 3, and the line is the row's place from 1.
    fn batch(rows: &[Row], before: usize) -> RecordBatch {
        let schema = Arc::new(Schema::new(vec![
            Field::new("a", DataType::Int64, true),
            Field::new("b", DataType::Int64, false),
            Field::new("amount", DataType::Decimal64(14, 2), false),
            Field::new("_file", DataType::UInt16, false),
            Field::new("_line", DataType::Int64, false),
        ]));
        let a: ArrayRef = Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.0)));
        let b: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1)));
        let amounts = Decimal64Array::from_iter_values(rows.iter().map(|row| row.2));
        let amounts: ArrayRef = Arc::new(amounts.with_precision_and_scale(14, 2).unwrap());
        let files: ArrayRef = Arc::new(UInt16Array::from_value(3, rows.len()));
        let lines = (before + 1..).take(rows.len()).map(|line| line as i64);
        let lines: ArrayRef = Arc::new(Int64Array::from_iter_values(lines));
        RecordBatch::try_new(schema, vec![a, b, amounts, files, lines]).unwrap()
    }

    fn contract() -> Contract {
        let columns = &[
            ("a", "甲", Kind::Person, false),
            ("b", "乙", Kind::Person, true),
            ("amount", "金额", Kind::Money, true),
        ];
        fixture::contract("x.y", &["a", "b"], columns)
    }

    /// Settles the rows, with so much memory and so many in a batch; the accepted rows' lines and amounts.
    fn settled(
        contract: &Contract,
        rows: &[Row],
        memory: usize,
        at_once: usize,
    ) -> (Settled, Vec<(i64, i64)>) {
        let folder = tempfile::tempdir().unwrap();
        let sorter = Sorter::new(contract, memory, folder.path());
        let mut gathering = Gathering::new(memory, 1, 0);
        let mut runs = Vec::new();
        let mut unsorted = Vec::new();
        for (at, part) in rows.chunks(at_once).enumerate() {
            unsorted.extend(gathering.push(batch(part, at * at_once)));
        }
        unsorted.extend(gathering.rest());
        for unsorted in unsorted.into_iter().rev() {
            sorter.keep(sorter.sort(unsorted).unwrap(), &mut runs).unwrap();
        }
        let on_disk = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(on_disk > 0, memory == 0 && !rows.is_empty(), "{on_disk} runs on disk");
        let mut accepted = Vec::new();
        let merged = Merged::new(&sorter, runs).unwrap();
        let mut differing = Vec::new();
        let hand_on = |batch: RecordBatch| {
            let lines = batch.column(4).as_primitive::<Int64Type>().values().to_vec();
            let amounts = batch.column(2).as_primitive::<Decimal64Type>().values().to_vec();
            accepted.extend(lines.into_iter().zip(amounts));
            Ok(())
        };
        let settled = settle(contract, merged, hand_on, |lines| {
            differing.extend(lines);
            Ok(())
        });
        (Settled { differing, ..settled.unwrap() }, accepted)
    }

    /// The same in memory and on disk, in large pieces and small ones.
    fn settles(contract: &Contract, rows: &[Row]) -> (Settled, Vec<i64>) {
        let (first, accepted) = settled(contract, rows, 1 << 30, 4);
        for (memory, at_once) in [(0, 1), (0, 3), (1 << 30, 1), (1 << 30, 100)] {
            assert_eq!(settled(contract, rows, memory, at_once), (first.clone(), accepted.clone()));
        }
        (first, accepted.into_iter().map(|(line, _)| line).collect())
    }

    #[test]
    fn rows_come_out_in_the_order_of_their_key_with_null_as_a_value_first() {
        let rows = [(Some(2), 1, 5), (None, 9, 5), (Some(1), 3, 5), (Some(2), -1, 5), (None, 8, 5)];
        assert_eq!(settles(&contract(), &rows).1, [5, 2, 3, 4, 1]);
    }

    #[test]
    fn equal_rows_collapse_to_the_first_and_differing_ones_are_all_set_aside() {
        let rows = [
            (Some(1), 1, 5),
            (Some(2), 1, 5),
            (None, 1, 5),
            (Some(3), 1, 7),
            (Some(1), 1, 5),
            (Some(2), 1, 6),
            (None, 1, 5),
            (Some(2), 1, 5),
            (Some(1), 1, 5),
        ];
        let (settled, accepted) = settles(&contract(), &rows);
        assert_eq!(accepted, [3, 1, 4]);
        assert_eq!((settled.accepted, settled.collapsed), (3, 3));
        assert_eq!(settled.differing, [(3, 2), (3, 6), (3, 8)]);
    }

    #[test]
    fn where_differing_rows_are_evidence_they_are_kept_and_equal_ones_still_collapse() {
        let contract = Contract { keeps_differing_rows: true, ..contract() };
        let rows = [(Some(2), 1, 5), (Some(2), 1, 6), (Some(2), 1, 5), (Some(1), 1, 5)];
        let (settled, accepted) = settles(&contract, &rows);
        assert_eq!((accepted, settled.accepted, settled.collapsed), (vec![4, 1, 2], 3, 1));
        assert!(settled.differing.is_empty());
    }

    #[test]
    fn more_rows_than_are_handed_on_at_a_time_all_arrive() {
        let rows: Vec<Row> = (0..200_000).map(|row| (Some(row * 7919 % 200_000), row % 3, 1)).collect();
        let (here, accepted) = settled(&contract(), &rows, 1 << 30, 10_000);
        assert_eq!((here.accepted, accepted.len()), (200_000, 200_000));
        assert_eq!(settled(&contract(), &rows, 0, 10_000), (here, accepted.clone()));
        let places: Vec<i64> = accepted.iter().map(|(line, _)| (line - 1) * 7919 % 200_000).collect();
        assert!(places.is_sorted());
    }

    #[test]
    fn of_many_rows_few_of_which_are_good_none_is_lost() {
        // Three rows a key; they are equal in one key of a thousand.
        let amount = |row: i64| if row % 1_000 == 0 { 1 } else { row };
        let rows: Vec<Row> = (0..300_000).map(|row| (Some(row % 100_000), 1, amount(row))).collect();
        let (here, accepted) = settled(&contract(), &rows, 1 << 30, 10_000);
        assert_eq!((here.accepted, here.collapsed, here.differing.len()), (100, 200, 299_700));
        assert_eq!(settled(&contract(), &rows, 0, 10_000), (here, accepted));
    }

    #[test]
    fn no_rows_settle_to_none() {
        assert_eq!(settles(&contract(), &[]), (Settled::default(), Vec::new()));
    }
}
