//! Typed rows sorted by their key, however many: runs in memory, beyond an allowance on disk. It never drops a row and
//! never looks at one beyond its key.
//!
//! # Decisions
//!
//! - Keys are compared as the byte rows of Arrow's row format, whose order is the order of the snapshot; the head of each, 24
//!   bytes (a person, a short code and a month), stands beside its place, so that few comparisons leave the list being sorted.
//! - Five million rows of 107 bytes need some runs on disk with the default allowance. With 2 GB and none on disk the intake
//!   took about 2 % less CPU time in two runs each, which is within the noise: not worth the memory. A run is written while the others read on.
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
/// The first bytes of a key, in words that compare as the bytes do.
pub(super) type Head = [u64; 3];

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
    head: Head,
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
        if let Some(run) = self.hold(run, runs) {
            runs.push(self.put_on_disk(run)?);
        }
        Ok(())
    }

    /// Takes a run among the others, or gives it back if those in memory are many already.
    pub(super) fn hold(&self, run: Run, runs: &mut Vec<Run>) -> Option<Run> {
        let held: usize = runs.iter().map(Run::bytes).sum();
        if held + run.bytes() > self.memory {
            return Some(run);
        }
        runs.push(run);
        None
    }

    /// The same run, on disk.
    pub(super) fn put_on_disk(&self, run: Run) -> Result<Run, AcquireError> {
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
    /// Which cursor stands first, which next.
    heap: Vec<Entry>,
    /// The batches that places name; those that nobody needs any more are gone.
    held: Vec<Option<Held>>,
}

/// A cursor in the heap, by the key of its current row.
#[derive(Clone, Copy)]
struct Entry {
    head: Head,
    cursor: usize,
}

/// Rows and their keys.
struct Held {
    batch: RecordBatch,
    keys: Rows,
}

/// Where a run is being read.
struct Cursor {
    /// The batch that the current row lies in, among all.
    batch: usize,
    row: usize,
    source: Source,
}

enum Source {
    Here { held: std::ops::Range<usize>, order: std::vec::IntoIter<Keyed> },
    OnDisk { reader: Box<StreamReader<BufReader<File>>>, path: PathBuf },
}

impl<'a> Merged<'a> {
    /// Begins to read the runs.
    pub(super) fn new(sorter: &'a Sorter, mut runs: Vec<Run>) -> Result<Self, AcquireError> {
        runs.sort_by_key(|run| run.number);
        let mut merged = Self { sorter, cursors: Vec::new(), heap: Vec::new(), held: Vec::new() };
        for run in sorter.few(runs)? {
            let source = match run.kept {
                Kept::Here { batches, keys, order } => {
                    let first = merged.held.len();
                    let held = batches.into_iter().zip(keys).map(|(batch, keys)| Some(Held { batch, keys }));
                    merged.held.extend(held);
                    Source::Here { held: first..merged.held.len(), order: order.into_iter() }
                }
                Kept::OnDisk(path) => {
                    let file = File::open(&path).map_err(StoreError::io("open", &path))?;
                    let reader = StreamReader::try_new(BufReader::new(file), None)
                        .map_err(StoreError::parquet("read", &path))?;
                    Source::OnDisk { reader: Box::new(reader), path }
                }
            };
            let mut cursor = Cursor { batch: usize::MAX, row: 0, source };
            if let Some(head) = cursor.advance(sorter, &mut merged.held)? {
                merged.heap.push(Entry { head, cursor: merged.cursors.len() });
                merged.cursors.push(cursor);
            }
        }
        for at in (0..merged.heap.len() / 2).rev() {
            merged.sink(at);
        }
        Ok(merged)
    }

    /// The row that stands first now: its place and the head of its key.
    pub(super) fn first(&self) -> Option<(Place, Head)> {
        let entry = self.heap.first()?;
        let cursor = self.cursors.get(entry.cursor)?;
        Some(((cursor.batch, cursor.row), entry.head))
    }

    /// Goes on to the next row.
    pub(super) fn advance(&mut self) -> Result<(), AcquireError> {
        let Some(entry) = self.heap.first_mut() else { return Ok(()) };
        let Some(cursor) = self.cursors.get_mut(entry.cursor) else { return Ok(()) };
        match cursor.advance(self.sorter, &mut self.held)? {
            Some(head) => entry.head = head,
            None => {
                self.heap.swap_remove(0);
            }
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
        let (Some(a), Some(b)) = (self.heap.get(a), self.heap.get(b)) else { return false };
        let key = |entry: &Entry| {
            let cursor = self.cursors.get(entry.cursor)?;
            self.key((cursor.batch, cursor.row))
        };
        a.head.cmp(&b.head).then_with(|| key(a).cmp(&key(b))).then(a.cursor.cmp(&b.cursor)).is_lt()
    }

    /// The key of the row at a place.
    pub(super) fn key(&self, (batch, row): Place) -> Option<&[u8]> {
        self.held.get(batch)?.as_ref().map(|held| held.keys.row(row).data())
    }

    /// A batch that a place names.
    pub(super) fn batch(&self, at: usize) -> Option<&RecordBatch> {
        self.held.get(at)?.as_ref().map(|held| &held.batch)
    }

    /// The rows at these places, in this order.
    pub(super) fn rows(&self, places: &[Place]) -> Result<RecordBatch, ArrowError> {
        let mut batches = Vec::new();
        let mut renamed = vec![usize::MAX; self.held.len()];
        let mut inside = Vec::with_capacity(places.len());
        for (batch, row) in places {
            let (Some(name), Some(Some(found))) = (renamed.get_mut(*batch), self.held.get(*batch)) else {
                return Err(ArrowError::ComputeError("a row's batch is gone".to_owned()));
            };
            if *name == usize::MAX {
                *name = batches.len();
                batches.push(&found.batch);
            }
            inside.push((*name, *row));
        }
        interleave_record_batch(&batches, &inside)
    }

    /// Lets go of what was read from disk and is passed, but for the row at `still`.
    pub(super) fn forget(&mut self, still: Option<Place>) {
        let is_here = |cursor: &Cursor| matches!(cursor.source, Source::Here { .. });
        let on_disk = self.cursors.iter().filter(|cursor| !is_here(cursor)).map(|cursor| cursor.batch);
        let needed: Vec<usize> = on_disk.chain(still.map(|(batch, _)| batch)).collect();
        let here: Vec<_> = self.cursors.iter().filter_map(Cursor::here).collect();
        for (at, held) in self.held.iter_mut().enumerate() {
            if !needed.contains(&at) && !here.iter().any(|range| range.contains(&at)) {
                *held = None;
            }
        }
    }
}

impl Cursor {
    /// The batches of a run in memory, among all.
    fn here(&self) -> Option<&std::ops::Range<usize>> {
        match &self.source {
            Source::Here { held, .. } => Some(held),
            Source::OnDisk { .. } => None,
        }
    }

    /// Goes on to the next row; the head of its key, if there is one.
    fn advance(
        &mut self,
        sorter: &Sorter,
        all: &mut Vec<Option<Held>>,
    ) -> Result<Option<Head>, AcquireError> {
        match &mut self.source {
            Source::Here { held, order } => {
                let Some(next) = order.next() else { return Ok(None) };
                (self.batch, self.row) = (held.start + next.batch as usize, next.row as usize);
                Ok(Some(next.head))
            }
            Source::OnDisk { reader, path } => {
                self.row += 1;
                let is_in = |held: &Held| self.row < held.keys.num_rows();
                if !all.get(self.batch).and_then(Option::as_ref).is_some_and(is_in) {
                    let Some(batch) = reader.next().transpose().map_err(StoreError::parquet("read", path))?
                    else {
                        return Ok(None);
                    };
                    let keys = sorter.keys(&batch).map_err(|source| AcquireError::Columns { source })?;
                    (self.batch, self.row) = (all.len(), 0);
                    all.push(Some(Held { batch, keys }));
                }
                let held = all.get(self.batch).and_then(Option::as_ref);
                Ok(held.map(|held| head(held.keys.row(self.row).data())))
            }
        }
    }
}

fn head(key: &[u8]) -> Head {
    let mut bytes = [0; 24];
    for (to, from) in bytes.iter_mut().zip(key) {
        *to = *from;
    }
    let (words, _) = bytes.as_chunks::<8>();
    [0, 1, 2].map(|at| words.get(at).map_or(0, |word| u64::from_be_bytes(*word)))
}
