//! Many runs → few, so that merging them takes bounded memory and few open files, however large the delivery is. It changes
//! no row's place.
//!
//! # Decisions
//!
//! - Only neighbours are merged, so that of equal keys the one that came first still stands first.
//! - No more are merged than have to be: what stays as it is need not be written twice. Of ten million people the 108 million
//!   contributions make 190 runs; with at most 64 at a time one thread merged for 12 of 86 s while the others waited. All at once: 77 s.

use std::{
    fs::{self, File},
    io::BufWriter,
};

use arrow::{array::RecordBatch, ipc::writer::StreamWriter};

use super::{Kept, Merged, ROWS, Run, Sorter, Stretch};
use crate::{acquire::AcquireError, store::StoreError};

/// The most runs that are merged at a time: each has an open file, of which a process usually may have a thousand.
const MOST: usize = 512;
/// What a run on disk takes while it is merged: some thousand rows and the heads of their keys.
const ONE: usize = 1 << 20;

impl Sorter {
    /// As many runs as may be merged at a time, or fewer, with the rows of these.
    pub(super) fn few(&self, mut runs: Vec<Run>) -> Result<Vec<Run>, AcquireError> {
        let most = (self.memory / ONE).clamp(4, MOST);
        while runs.len() > most {
            let groups = (runs.len() - most).div_ceil(most - 1);
            let mut later = runs.split_off(runs.len().saturating_sub(groups * most));
            while !later.is_empty() {
                let rest = later.split_off(most.min(later.len()));
                runs.push(self.merge(later)?);
                later = rest;
            }
        }
        Ok(runs)
    }

    /// One run of several neighbours, on disk.
    fn merge(&self, group: Vec<Run>) -> Result<Run, AcquireError> {
        let (Some(number), Some(last)) = (group.first().map(|run| run.number), group.last()) else {
            return Ok(Run { number: 0, kept: Kept::Here(Vec::new()) });
        };
        let path = self.folder.join(format!("runs-{number}-{}.arrow", last.number));
        let done: Vec<_> = group.iter().filter_map(Run::path).collect();
        let built = |source| AcquireError::Columns { source };
        let failed = || StoreError::parquet("write", &path);
        let file = File::create(&path).map_err(StoreError::io("create", &path))?;
        let (mut file, mut writer) = (Some(BufWriter::new(file)), None);
        let mut merged = Merged::new(self, group)?;
        let (mut stretches, mut rows): (Vec<Stretch>, usize) = (Vec::new(), 0);
        let mut write = |batch: RecordBatch| -> Result<(), AcquireError> {
            if let Some(file) = file.take() {
                writer = Some(StreamWriter::try_new(file, &batch.schema()).map_err(failed())?);
            }
            Ok(writer.iter_mut().try_for_each(|writer| writer.write(&batch)).map_err(failed())?)
        };
        while let Some(stretch) = merged.next(ROWS - rows)? {
            rows += stretch.rows;
            stretches.push(stretch);
            if rows >= ROWS {
                write(merged.rows(&stretches).map_err(built)?)?;
                stretches.clear();
                rows = 0;
                merged.forget(None);
            }
        }
        if !stretches.is_empty() {
            write(merged.rows(&stretches).map_err(built)?)?;
        }
        writer.iter_mut().try_for_each(StreamWriter::finish).map_err(failed())?;
        for path in done {
            fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
        }
        Ok(Run { number, kept: Kept::OnDisk(path) })
    }
}
