//! Typed rows sorted by their key, however many: runs in memory, beyond an allowance on disk. It never drops a row and
//! never looks at one beyond its key.
//!
//! # Decisions
//!
//! - A run is copied once into the order of its key (`stretches`), so that it is as small as its rows are, in memory and on disk,
//!   and that what follows each other in the end can be copied at one go (`merged`). A run is written while the others read on.
//! - A run that has to leave the memory lies in the store's drafts as an Arrow stream, sorted, and is read back a few
//!   thousand rows at a time; what a killed night left there is swept by the next one. Of many such runs neighbours are merged
//!   into one before all are (`passes`). It is packed with LZ4, which the engine brings along: ten million people were taken in
//!   within 58 and 63 s instead of 64 and 66 (in turn, `--memory 4GiB`), in no more of the processor's time.
//! - What costs little a row costs much in all. Of a million people, on two threads, taking in took 9.2 to 9.9 s of processor time
//!   instead of 10.7 to 11.4 (in turn, three times) since heads are made in words, stretches are copied without a slice for each of
//!   their columns, and a typed column keeps its values alone (`columns`). What is left when a delivery has been read is sorted
//!   on all threads.
//! - Money is eight bytes wide until it is written, not sixteen: of the 75 bytes of a contribution that is eight, of the 66 of a
//!   pension sixteen. A million people were taken in within 5.9 to 6.4 s instead of 6.1 to 7.5 s (in turn, four times).
//! - A code is the place that it has in its list, not a text, until the writer takes the list with the places: two bytes instead
//!   of eleven to sixteen, of which a contribution has two. Three million people were taken in within 14.1 and 15.4 s instead of
//!   17.3 and 18.6 s (in turn, twice, `--memory 4GiB`), a million within 5.1 to 5.4 s instead of 5.5 to 6.9 s.
//! - Tried and left out: leaving rows where they are that came in the order of their key; holding two fifths of `--memory` instead of a
//!   quarter (three million people within 4 GiB: no difference that was larger than from one round to the next).

use std::{
    fs::File,
    io::BufWriter,
    ops::Range,
    path::{Path, PathBuf},
};

use arrow::{
    array::RecordBatch,
    error::ArrowError,
    ipc::{
        CompressionType,
        writer::{IpcWriteOptions, StreamWriter},
    },
};

use super::AcquireError;
use crate::{contract::Contract, store::StoreError, threads::on_threads};

mod keys;
mod merged;
mod passes;
mod stretches;

pub(super) use keys::{Head, cell};
pub(super) use merged::{Merged, Place};
pub(super) use stretches::{Stretch, add};

/// Where a run is cut: bytes of rows and of what sorting them takes. Those of a small delivery are smaller, so that in the end nobody
/// waits long for one.
const RUN: Range<usize> = 8 << 20..64 << 20;
/// How many runs each thread should have to sort, at least.
const RUNS: usize = 8;
/// The head of a row's key and its place in the order, about.
const KEY: usize = 48;
/// Rows of a run at a time.
const ROWS: usize = 1 << 13;

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
    /// Cuts runs so that `memory` bytes hold a few of them, and each of so many threads has some to sort in a delivery of so many
    /// bytes.
    pub(super) fn new(memory: usize, threads: usize, bytes: u64) -> Self {
        let share = usize::try_from(bytes).unwrap_or(usize::MAX) / (RUNS * threads.max(1));
        let cut = share.clamp(RUN.start, RUN.end).min(memory / 4).max(1);
        Self { batches: Vec::new(), bytes: 0, cut, runs: 0 }
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

    /// The same in about so many parts, which can be sorted at the same time.
    pub(super) fn rest_in_parts(&mut self, parts: usize) -> Vec<Unsorted> {
        let Some(Unsorted { number, mut batches }) = self.rest() else { return Vec::new() };
        let each = batches.len().div_ceil(parts.max(1));
        let mut unsorted = Vec::new();
        while !batches.is_empty() {
            let later = batches.split_off(each.min(batches.len()));
            unsorted.push(Unsorted { number: number + unsorted.len(), batches });
            batches = later;
        }
        self.runs = number + unsorted.len() - 1;
        unsorted
    }
}

/// How rows are sorted; any number of threads may sort at a time.
pub(super) struct Sorter {
    key: Vec<usize>,
    memory: usize,
    folder: PathBuf,
}

/// Rows in the order of their key.
pub(super) struct Run {
    number: usize,
    kept: Kept,
}

enum Kept {
    Here(Vec<RecordBatch>),
    OnDisk(PathBuf),
}

impl Sorter {
    /// A sorter for batches of the contract's columns; `folder` is where runs go that exceed `memory` bytes.
    pub(super) fn new(contract: &Contract, memory: usize, folder: &Path) -> Self {
        Self { key: contract.key_columns(), memory, folder: folder.to_owned() }
    }

    /// Sorts the rows; of equal keys the one that came first stands first.
    pub(super) fn sort(&self, unsorted: Unsorted) -> Result<Run, ArrowError> {
        let Unsorted { number, batches } = unsorted;
        let heads: Vec<_> = batches.iter().map(|batch| keys::heads(&self.key, batch)).collect();
        let order = stretches::sorted(&self.key, &batches, &heads);
        drop(heads);
        let batches: Vec<&RecordBatch> = batches.iter().collect();
        let parts = stretches::parts(&order, ROWS);
        let sorted = parts.map(|part| stretches::copied(&batches, &part)).collect::<Result<_, _>>()?;
        Ok(Run { number, kept: Kept::Here(sorted) })
    }

    /// Sorts several parts at the same time, each on a thread, and takes them among the runs.
    pub(super) fn sort_all(&self, parts: Vec<Unsorted>, runs: &mut Vec<Run>) -> Result<(), AcquireError> {
        let sort = |part| self.sort(part).map_err(|source| AcquireError::Columns { source });
        let sorted = on_threads(parts.len(), parts, sort);
        sorted.into_iter().try_for_each(|run| self.keep(run?, runs))
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
        let Kept::Here(batches) = &run.kept else { return Ok(run) };
        let path = self.folder.join(format!("run-{}.arrow", run.number));
        let failed = || StoreError::parquet("write", &path);
        let file = File::create(&path).map_err(StoreError::io("create", &path))?;
        if let Some(first) = batches.first() {
            let packed = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME));
            let mut writer = packed
                .and_then(|packed| {
                    StreamWriter::try_new_with_options(BufWriter::new(file), &first.schema(), packed)
                })
                .map_err(failed())?;
            batches.iter().try_for_each(|batch| writer.write(batch)).map_err(failed())?;
            writer.finish().map_err(failed())?;
        }
        Ok(Run { number: run.number, kept: Kept::OnDisk(path) })
    }
}

impl Run {
    fn bytes(&self) -> usize {
        match &self.kept {
            Kept::Here(batches) => batches.iter().map(RecordBatch::get_array_memory_size).sum(),
            Kept::OnDisk(_) => 0,
        }
    }

    /// Where it lies on disk.
    fn path(&self) -> Option<PathBuf> {
        match &self.kept {
            Kept::Here(_) => None,
            Kept::OnDisk(path) => Some(path.clone()),
        }
    }
}
