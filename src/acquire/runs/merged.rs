//! Sorted runs → their rows in the order of the key, a stretch at a time. It copies rows only when it is asked for them.
//!
//! # Decisions
//!
//! - How far the first run may go before another one's turn comes is looked for in steps that double: where runs hardly overlap
//!   that is a whole batch, and where they do it costs no more than to go row by row.

use std::{cmp::Ordering, collections::BTreeSet, fs::File, io::BufReader, path::PathBuf};

use arrow::{array::RecordBatch, error::ArrowError, ipc::reader::StreamReader};

use super::{
    Kept, Run, Sorter,
    keys::{self, Head},
    stretches::{self, Stretch},
};
use crate::{acquire::AcquireError, store::StoreError};

/// A row: which batch, which row of it.
pub(in crate::acquire) type Place = (usize, usize);

/// The rows of several runs, in the order of their key; of equal keys in the order in which they came.
pub(in crate::acquire) struct Merged<'a> {
    sorter: &'a Sorter,
    cursors: Vec<Cursor>,
    /// Which cursor stands first, which next.
    heap: Vec<Entry>,
    /// The batches that places name; those that nobody needs any more are gone.
    held: Vec<Option<Held>>,
    /// Which of the first `known` of them are there: of very many only a few at a time.
    there: Vec<usize>,
    known: usize,
}

/// A cursor in the heap, by the key of its current row.
#[derive(Clone, Copy)]
struct Entry {
    head: Head,
    cursor: usize,
}

/// Rows and the heads of their keys.
struct Held {
    batch: RecordBatch,
    heads: Vec<Head>,
}

/// Where a run is being read.
struct Cursor {
    /// The batch that the current row lies in, among all.
    batch: usize,
    row: usize,
    source: Source,
}

enum Source {
    Here(std::vec::IntoIter<RecordBatch>),
    OnDisk { reader: Box<StreamReader<BufReader<File>>>, path: PathBuf },
}

impl<'a> Merged<'a> {
    /// Begins to read the runs.
    pub(in crate::acquire) fn new(sorter: &'a Sorter, mut runs: Vec<Run>) -> Result<Self, AcquireError> {
        runs.sort_by_key(|run| run.number);
        let mut merged = Self {
            sorter,
            cursors: Vec::new(),
            heap: Vec::new(),
            held: Vec::new(),
            there: Vec::new(),
            known: 0,
        };
        for run in sorter.few(runs)? {
            let source = match run.kept {
                Kept::Here(batches) => Source::Here(batches.into_iter()),
                Kept::OnDisk(path) => {
                    let file = File::open(&path).map_err(StoreError::io("open", &path))?;
                    let reader = StreamReader::try_new(BufReader::new(file), None)
                        .map_err(StoreError::parquet("read", &path))?;
                    Source::OnDisk { reader: Box::new(reader), path }
                }
            };
            let mut cursor = Cursor { batch: usize::MAX, row: 0, source };
            if let Some(head) = cursor.advance(0, sorter, &mut merged.held)? {
                merged.heap.push(Entry { head, cursor: merged.cursors.len() });
                merged.cursors.push(cursor);
            }
        }
        for at in (0..merged.heap.len() / 2).rev() {
            merged.sink(at);
        }
        Ok(merged)
    }

    /// The rows that come next, all of one batch, at most so many; none when there are no more.
    pub(in crate::acquire) fn next(&mut self, most: usize) -> Result<Option<Stretch>, AcquireError> {
        let Some(first) = self.heap.first().copied() else { return Ok(None) };
        let Some(cursor) = self.cursors.get(first.cursor) else { return Ok(None) };
        let (batch, row) = (cursor.batch, cursor.row);
        let rows = self.turn(&first, (batch, row)).min(most).max(1);
        let Some(cursor) = self.cursors.get_mut(first.cursor) else { return Ok(None) };
        match (cursor.advance(rows, self.sorter, &mut self.held)?, self.heap.first_mut()) {
            (Some(head), Some(entry)) => entry.head = head,
            _ => {
                self.heap.swap_remove(0);
            }
        }
        self.sink(0);
        Ok(Some(Stretch { batch, row, rows }))
    }

    /// For how many rows of its batch the first cursor stays the first.
    fn turn(&self, first: &Entry, (batch, row): Place) -> usize {
        let rest = self.heads(batch).get(row..).unwrap_or_default();
        let below = if self.before(2, 1) { 2 } else { 1 };
        let Some(next) = self.heap.get(below) else { return rest.len() };
        let Some(other) = self.cursors.get(next.cursor) else { return rest.len() };
        let is_before = |ahead: usize| {
            rest.get(ahead).is_some_and(|head| {
                let whole = || self.compare((batch, row + ahead), (other.batch, other.row));
                head.cmp(&next.head).then_with(whole).then(first.cursor.cmp(&next.cursor)).is_lt()
            })
        };
        stretches::turn(is_before)
    }

    /// Puts the heap's entry at this place where it belongs.
    fn sink(&mut self, mut at: usize) {
        loop {
            let below = [2 * at + 1, 2 * at + 2].into_iter().filter(|below| *below < self.heap.len());
            let least = below.fold(at, |least, below| if self.before(below, least) { below } else { least });
            if least == at {
                return;
            }
            self.heap.swap(at, least);
            at = least;
        }
    }

    fn before(&self, a: usize, b: usize) -> bool {
        let (Some(a), Some(b)) = (self.heap.get(a), self.heap.get(b)) else { return false };
        let place = |entry: &Entry| self.cursors.get(entry.cursor).map(|cursor| (cursor.batch, cursor.row));
        let whole = || place(a).zip(place(b)).map_or(Ordering::Equal, |(a, b)| self.compare(a, b));
        a.head.cmp(&b.head).then_with(whole).then(a.cursor.cmp(&b.cursor)).is_lt()
    }

    /// How the keys of the rows at two places compare.
    pub(in crate::acquire) fn compare(&self, a: Place, b: Place) -> Ordering {
        let row = |(batch, row): Place| Some((self.batch(batch)?, row));
        row(a).zip(row(b)).map_or(Ordering::Equal, |(a, b)| keys::compare(&self.sorter.key, a, b))
    }

    /// A batch that a place names.
    pub(in crate::acquire) fn batch(&self, at: usize) -> Option<&RecordBatch> {
        self.held.get(at)?.as_ref().map(|held| &held.batch)
    }

    /// The heads of a batch's rows.
    pub(in crate::acquire) fn heads(&self, at: usize) -> &[Head] {
        self.held.get(at).and_then(Option::as_ref).map_or(&[], |held| &held.heads)
    }

    /// The rows of these stretches, in this order.
    pub(in crate::acquire) fn rows(&self, wanted: &[Stretch]) -> Result<RecordBatch, ArrowError> {
        let mut batches = Vec::new();
        let mut renamed = vec![usize::MAX; self.held.len()];
        let mut inside = Vec::with_capacity(wanted.len());
        for stretch in wanted {
            let (Some(name), Some(Some(found))) =
                (renamed.get_mut(stretch.batch), self.held.get(stretch.batch))
            else {
                return Err(ArrowError::ComputeError("a row's batch is gone".to_owned()));
            };
            if *name == usize::MAX {
                *name = batches.len();
                batches.push(&found.batch);
            }
            inside.push(Stretch { batch: *name, ..*stretch });
        }
        stretches::copied(&batches, &inside)
    }

    /// Lets go of what is passed, but for the row at `still`.
    pub(in crate::acquire) fn forget(&mut self, still: Option<Place>) {
        let current = self.cursors.iter().map(|cursor| cursor.batch);
        let needed: BTreeSet<usize> = current.chain(still.map(|(batch, _)| batch)).collect();
        self.there.extend(self.known..self.held.len());
        self.known = self.held.len();
        let held = &mut self.held;
        self.there.retain(|at| {
            let is_needed = needed.contains(at);
            if !is_needed && let Some(held) = held.get_mut(*at) {
                *held = None;
            }
            is_needed
        });
    }
}

impl Cursor {
    /// Goes on by so many rows of its batch; the head of the next row's key, if there is one.
    fn advance(
        &mut self,
        rows: usize,
        sorter: &Sorter,
        all: &mut Vec<Option<Held>>,
    ) -> Result<Option<Head>, AcquireError> {
        self.row += rows;
        let head = |held: &Held| held.heads.get(self.row).copied();
        if let Some(head) = all.get(self.batch).and_then(Option::as_ref).and_then(head) {
            return Ok(Some(head));
        }
        let next = match &mut self.source {
            Source::Here(batches) => batches.next(),
            Source::OnDisk { reader, path } => {
                reader.next().transpose().map_err(StoreError::parquet("read", path))?
            }
        };
        let Some(batch) = next else { return Ok(None) };
        let heads = keys::heads(&sorter.key, &batch);
        let head = heads.first().copied();
        (self.batch, self.row) = (all.len(), 0);
        all.push(Some(Held { batch, heads }));
        Ok(head)
    }
}
