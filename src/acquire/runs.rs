//! Typed rows sorted by their key, however many: runs in memory, beyond an allowance on disk. It never drops a row and
//! never looks at one beyond its key.
//!
//! # Decisions
//!
//! - Keys are compared as the byte rows of Arrow's row format, whose order is the order of the snapshot; sixteen bytes of
//!   each are held beside its place, so that most comparisons do not leave the list being sorted.
//! - A run that has to leave the memory lies in the store's drafts as an Arrow stream, sorted, and is read back a few
//!   thousand rows at a time; what a killed night left there is swept by the next one. Of many such runs neighbours are merged
//!   into one before all are (`passes`).

use std::{
    fs::File,
    io::{BufReader, BufWriter},
    path::{Path, PathBuf},
};

use arrow::{
    array::RecordBatch,
    compute::interleave_record_batch,
    error::ArrowError,
    ipc::{reader::StreamReader, writer::StreamWriter},
    row::{RowConverter, Rows, SortField},
};

use super::AcquireError;
use crate::{contract::Contract, store::StoreError};

mod passes;

/// Where a run is cut: bytes of rows with their keys.
const RUN: usize = 64 << 20;
/// A row's key and its place in the order, about.
const KEY: usize = 96;
/// Rows at a time on disk.
const ROWS_ON_DISK: usize = 1 << 13;

/// A row: which batch, which row of it.
pub(super) type Place = (usize, usize);

/// Gathers rows in the order in which they came.
pub(super) struct Gathering {
    batches: Vec<RecordBatch>,
    bytes: usize,
    cut: usize,
    runs: usize,
}

/// Rows to be sorted, and the how-manieth they are.
pub(super) struct Unsorted {
    number: usize,
    batches: Vec<RecordBatch>,
}

impl Gathering {
    /// Cuts runs so that `memory` bytes hold a few of them.
    pub(super) fn new(memory: usize) -> Self {
        Self { batches: Vec::new(), bytes: 0, cut: RUN.min(memory / 4).max(1), runs: 0 }
    }

    /// Adds rows; what is to be sorted now, if that is enough.
    pub(super) fn push(&mut self, batch: RecordBatch) -> Option<Unsorted> {
        if batch.num_rows() > 0 {
            self.bytes += batch.get_array_memory_size() + batch.num_rows() * KEY;
            self.batches.push(batch);
        }
        if self.bytes < self.cut { None } else { self.rest() }
    }

    /// What is left to be sorted.
    pub(super) fn rest(&mut self) -> Option<Unsorted> {
        self.bytes = 0;
        let batches = std::mem::take(&mut self.batches);
        self.runs += 1;
        (!batches.is_empty()).then_some(Unsorted { number: self.runs, batches })
    }
}

/// How rows are sorted; any number of threads may sort at a time.
pub(super) struct Sorter {
    key: Vec<usize>,
    converter: RowConverter,
    memory: usize,
    folder: PathBuf,
}

/// A row's key, shortened, and its place.
#[derive(Clone, Copy)]
struct Keyed {
    head: u128,
    batch: u32,
    row: u32,
}

/// Rows in the order of their key.
pub(super) struct Run {
    number: usize,
    kept: Kept,
}

enum Kept {
    Here { batches: Vec<RecordBatch>, keys: Vec<Rows>, order: Vec<Keyed> },
    OnDisk(PathBuf),
}

impl Sorter {
    /// A sorter for batches of the contract's columns; `folder` is where runs go that exceed `memory` bytes.
    pub(super) fn new(contract: &Contract, memory: usize, folder: &Path) -> Result<Self, ArrowError> {
        let key = contract.key_columns();
        let schema = contract.arrow_schema();
        let fields = key.iter().filter_map(|column| schema.fields().get(*column));
        let converter =
            RowConverter::new(fields.map(|field| SortField::new(field.data_type().clone())).collect())?;
        Ok(Self { key, converter, memory, folder: folder.to_owned() })
    }

    fn keys(&self, batch: &RecordBatch) -> Result<Rows, ArrowError> {
        let columns: Vec<_> =
            self.key.iter().filter_map(|column| batch.columns().get(*column)).cloned().collect();
        self.converter.convert_columns(&columns)
    }

    /// Sorts the rows; of equal keys the one that came first stands first.
    pub(super) fn sort(&self, unsorted: Unsorted) -> Result<Run, ArrowError> {
        let Unsorted { number, batches } = unsorted;
        let keys: Vec<Rows> = batches.iter().map(|batch| self.keys(batch)).collect::<Result<_, _>>()?;
        let mut order: Vec<Keyed> = Vec::with_capacity(keys.iter().map(Rows::num_rows).sum());
        for (batch, rows) in keys.iter().enumerate() {
            let keyed = |(row, key): (usize, arrow::row::Row<'_>)| Keyed {
                head: head(key.as_ref()),
                batch: batch as u32,
                row: row as u32,
            };
            order.extend(rows.iter().enumerate().map(keyed));
        }
        let whole = |keyed: &Keyed| keys.get(keyed.batch as usize).map(|rows| rows.row(keyed.row as usize));
        order.sort_unstable_by(|a, b| {
            a.head
                .cmp(&b.head)
                .then_with(|| whole(a).cmp(&whole(b)))
                .then_with(|| (a.batch, a.row).cmp(&(b.batch, b.row)))
        });
        Ok(Run { number, kept: Kept::Here { batches, keys, order } })
    }

    /// Takes a run among the others, on disk if those in memory are many already.
    pub(super) fn keep(&self, run: Run, runs: &mut Vec<Run>) -> Result<(), AcquireError> {
        let held: usize = runs.iter().map(Run::bytes).sum();
        runs.push(if held + run.bytes() > self.memory { self.put_on_disk(run)? } else { run });
        runs.sort_by_key(|run| run.number);
        Ok(())
    }

    fn put_on_disk(&self, run: Run) -> Result<Run, AcquireError> {
        let Kept::Here { batches, order, .. } = &run.kept else { return Ok(run) };
        let path = self.folder.join(format!("run-{}.arrow", run.number));
        let failed = || StoreError::parquet("write", &path);
        let file = File::create(&path).map_err(StoreError::io("create", &path))?;
        if let Some(first) = batches.first() {
            let mut writer = StreamWriter::try_new(BufWriter::new(file), &first.schema()).map_err(failed())?;
            let batches: Vec<&RecordBatch> = batches.iter().collect();
            for part in order.chunks(ROWS_ON_DISK) {
                let places: Vec<Place> =
                    part.iter().map(|keyed| (keyed.batch as usize, keyed.row as usize)).collect();
                let sorted = interleave_record_batch(&batches, &places).map_err(failed())?;
                writer.write(&sorted).map_err(failed())?;
            }
            writer.finish().map_err(failed())?;
        }
        Ok(Run { number: run.number, kept: Kept::OnDisk(path) })
    }
}

impl Run {
    fn bytes(&self) -> usize {
        match &self.kept {
            Kept::Here { batches, order, .. } => {
                batches.iter().map(RecordBatch::get_array_memory_size).sum::<usize>() + order.len() * KEY
            }
            Kept::OnDisk(_) => 0,
        }
    }

    /// Where it lies on disk.
    fn path(&self) -> Option<PathBuf> {
        match &self.kept {
            Kept::Here { .. } => None,
            Kept::OnDisk(path) => Some(path.clone()),
        }
    }
}

/// The rows of several runs, in the order of their key; of equal keys in the order in which they came.
pub(super) struct Merged<'a> {
    sorter: &'a Sorter,
    cursors: Vec<Cursor>,
    /// Which cursor stands first, which next: a heap of places in `cursors`.
    heap: Vec<usize>,
    /// The batches that places name; those that nobody needs any more are gone.
    batches: Vec<Option<RecordBatch>>,
}

/// Where a run is being read.
struct Cursor {
    head: u128,
    /// The batch that the current row lies in, among all.
    batch: usize,
    row: usize,
    keys: Keys,
}

enum Keys {
    Here { first: usize, keys: Vec<Rows>, order: std::vec::IntoIter<Keyed> },
    OnDisk { reader: Box<StreamReader<BufReader<File>>>, path: PathBuf, keys: Rows },
}

impl<'a> Merged<'a> {
    /// Begins to read the runs.
    pub(super) fn new(sorter: &'a Sorter, runs: Vec<Run>) -> Result<Self, AcquireError> {
        let mut merged = Self { sorter, cursors: Vec::new(), heap: Vec::new(), batches: Vec::new() };
        for run in sorter.few(runs)? {
            let keys = match run.kept {
                Kept::Here { batches, keys, order } => {
                    let first = merged.batches.len();
                    merged.batches.extend(batches.into_iter().map(Some));
                    Keys::Here { first, keys, order: order.into_iter() }
                }
                Kept::OnDisk(path) => {
                    let file = File::open(&path).map_err(StoreError::io("open", &path))?;
                    let reader = StreamReader::try_new(BufReader::new(file), None)
                        .map_err(StoreError::parquet("read", &path))?;
                    let keys = sorter.converter.empty_rows(0, 0);
                    Keys::OnDisk { reader: Box::new(reader), path, keys }
                }
            };
            let mut cursor = Cursor { head: 0, batch: 0, row: 0, keys };
            if cursor.advance(sorter, &mut merged.batches)? {
                merged.cursors.push(cursor);
                merged.heap.push(merged.cursors.len() - 1);
            }
        }
        for at in (0..merged.heap.len() / 2).rev() {
            merged.sink(at);
        }
        Ok(merged)
    }

    /// The row that stands first now: its place and its key.
    pub(super) fn first(&self) -> Option<(Place, u128, &[u8])> {
        let cursor = self.cursors.get(*self.heap.first()?)?;
        Some(((cursor.batch, cursor.row), cursor.head, cursor.key()))
    }

    /// Goes on to the next row.
    pub(super) fn advance(&mut self) -> Result<(), AcquireError> {
        let Some(cursor) = self.heap.first().and_then(|at| self.cursors.get_mut(*at)) else { return Ok(()) };
        if !cursor.advance(self.sorter, &mut self.batches)? {
            self.heap.swap_remove(0);
        }
        self.sink(0);
        Ok(())
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
        let cursor = |at: usize| {
            let run = *self.heap.get(at)?;
            self.cursors.get(run).map(|cursor| (cursor.head, cursor, run))
        };
        let (Some((a_head, a, a_run)), Some((b_head, b, b_run))) = (cursor(a), cursor(b)) else {
            return false;
        };
        a_head.cmp(&b_head).then_with(|| a.key().cmp(b.key())).then(a_run.cmp(&b_run)).is_lt()
    }

    /// A batch that a place names.
    pub(super) fn batch(&self, at: usize) -> Option<&RecordBatch> {
        self.batches.get(at).and_then(Option::as_ref)
    }

    /// The rows at these places, in this order.
    pub(super) fn rows(&self, places: &[Place]) -> Result<RecordBatch, ArrowError> {
        let mut batches = Vec::new();
        let mut renamed = vec![usize::MAX; self.batches.len()];
        let mut inside = Vec::with_capacity(places.len());
        for (batch, row) in places {
            let (Some(name), Some(Some(found))) = (renamed.get_mut(*batch), self.batches.get(*batch)) else {
                return Err(ArrowError::ComputeError("a row's batch is gone".to_owned()));
            };
            if *name == usize::MAX {
                *name = batches.len();
                batches.push(found);
            }
            inside.push((*name, *row));
        }
        interleave_record_batch(&batches, &inside)
    }

    /// Lets go of what was read from disk and is passed, but for the row at `still`.
    pub(super) fn forget(&mut self, still: Option<Place>) {
        let is_here = |cursor: &Cursor| matches!(cursor.keys, Keys::Here { .. });
        let on_disk = self.cursors.iter().filter(|cursor| !is_here(cursor)).map(|cursor| cursor.batch);
        let needed: Vec<usize> = on_disk.chain(still.map(|(batch, _)| batch)).collect();
        let here: Vec<_> = self.cursors.iter().filter_map(Cursor::here).collect();
        for (at, batch) in self.batches.iter_mut().enumerate() {
            if !needed.contains(&at) && !here.iter().any(|range| range.contains(&at)) {
                *batch = None;
            }
        }
    }
}

impl Cursor {
    fn key(&self) -> &[u8] {
        match &self.keys {
            Keys::Here { first, keys, .. } => {
                keys.get(self.batch - first).map_or(&[], |rows| rows.row(self.row).data())
            }
            Keys::OnDisk { keys, .. } => keys.row(self.row).data(),
        }
    }

    /// The batches of a run in memory, among all.
    fn here(&self) -> Option<std::ops::Range<usize>> {
        match &self.keys {
            Keys::Here { first, keys, .. } => Some(*first..*first + keys.len()),
            Keys::OnDisk { .. } => None,
        }
    }

    /// Goes on to the next row; whether there is one.
    fn advance(
        &mut self,
        sorter: &Sorter,
        batches: &mut Vec<Option<RecordBatch>>,
    ) -> Result<bool, AcquireError> {
        match &mut self.keys {
            Keys::Here { first, order, .. } => {
                let Some(next) = order.next() else { return Ok(false) };
                (self.head, self.batch, self.row) =
                    (next.head, *first + next.batch as usize, next.row as usize);
            }
            Keys::OnDisk { reader, path, keys } => {
                self.row += 1;
                if self.row >= keys.num_rows() {
                    let Some(batch) = reader.next().transpose().map_err(StoreError::parquet("read", path))?
                    else {
                        return Ok(false);
                    };
                    *keys = sorter.keys(&batch).map_err(|source| AcquireError::Columns { source })?;
                    self.row = 0;
                    self.batch = batches.len();
                    batches.push(Some(batch));
                }
                self.head = head(keys.row(self.row).data());
            }
        }
        Ok(true)
    }
}

fn head(key: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(key) {
        *to = *from;
    }
    u128::from_be_bytes(bytes)
}
