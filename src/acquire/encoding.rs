//! Columns of batches → a Parquet file, each column encoded by whoever has time. The bytes are the same whoever that is; it
//! never holds more than a few batches that are not encoded.
//!
//! # Decisions
//!
//! - Of the thread that hands rows on and the others each takes the column with the most steps waiting, so that two columns
//!   that take long never wait for each other. Within a column the steps are done in order, one at a time.
//! - Whoever closes the last column of a group of rows puts the group into the file before its own column goes on: until then
//!   the next group cannot be whole, so that groups never overtake each other.

use std::{
    collections::VecDeque,
    fs::File,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::{FieldRef, SchemaRef},
};
use parquet::{
    arrow::{
        ArrowWriter,
        arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory},
    },
    errors::Result,
    file::{
        properties::{WriterProperties, WriterPropertiesPtr},
        writer::SerializedFileWriter,
    },
};

use super::AcquireError;
use crate::{
    model::{Digest, Digested},
    store::StoreError,
};

mod alike;

use alike::{Alike, Copied, Known};

/// How many rows make a group in the file.
const ROWS_IN_GROUP: usize = 1 << 20;
/// How many batches may wait for one column.
const WAITING: usize = 3;

/// What a column's values pass through before they are encoded, by the place of the column.
pub(super) type Prepare<'a> = dyn Fn(usize, ArrayRef) -> Result<ArrayRef> + Sync + 'a;

/// A Parquet file being encoded.
pub(super) struct Encoding<'a> {
    path: &'a Path,
    schema: SchemaRef,
    prepare: &'a Prepare<'a>,
    groups: ArrowRowGroupWriterFactory,
    desk: Mutex<Desk>,
    /// Something was done.
    moved: Condvar,
    file: Mutex<SerializedFileWriter<Digested<File>>>,
    properties: WriterPropertiesPtr,
}

/// What there is to do.
struct Desk {
    columns: Vec<Column>,
    begun: usize,
    rows_in_group: usize,
    ended: bool,
    failed: Option<Failure>,
}

#[derive(Default)]
struct Column {
    waiting: VecDeque<Step>,
    /// Somebody is at it.
    busy: bool,
    pen: Pen,
    closed: VecDeque<Part>,
}

/// What it takes to go on with a column.
#[derive(Default)]
struct Pen {
    writer: Option<ArrowColumnWriter>,
    /// Rows of the group at hand that are alike and not written yet.
    alike: Option<Alike>,
    /// Some rows of the group are not alike: they are written as they come.
    mixed: bool,
    known: Known,
}

impl Pen {
    fn write(&mut self, field: &FieldRef, rows: &ArrayRef) -> Result<()> {
        self.writer.as_mut().map_or(Ok(()), |writer| alike::write(writer, field, rows))
    }
}

/// A column's part of a group.
enum Part {
    Own(Box<ArrowColumnChunk>),
    Copied(Arc<Copied>),
}

/// What is to be done with a column next.
enum Step {
    Begin(Box<ArrowColumnWriter>),
    Write(ArrayRef),
    Close,
}

enum Failure {
    Acquire(AcquireError),
    /// A thread panicked; the panic is passed on.
    Panic,
}

/// A column that somebody is at.
struct Task {
    column: usize,
    step: Option<Step>,
    pen: Pen,
}

/// A thread that panics never gives its column back: nobody may wait for it.
struct Leaving<'e, 'a>(&'e Encoding<'a>);

impl Drop for Leaving<'_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            locked(&self.0.desk).failed.get_or_insert(Failure::Panic);
            self.0.moved.notify_all();
        }
    }
}

/// Nothing more will be handed on, whether all was or that went wrong.
struct Ended<'e, 'a>(&'e Encoding<'a>);

impl Drop for Ended<'_, '_> {
    fn drop(&mut self) {
        locked(&self.0.desk).ended = true;
        self.0.moved.notify_all();
    }
}

/// A thread that panicked has its panic passed on; what it left is not used.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Encoding<'a> {
    /// Begins a file of rows that look so when they are prepared.
    pub(super) fn create(
        path: &'a Path,
        schema: SchemaRef,
        properties: WriterProperties,
        prepare: &'a Prepare<'a>,
    ) -> Result<Self, StoreError> {
        let file = File::create(path).map_err(StoreError::io("create", path))?;
        let (file, groups) =
            ArrowWriter::try_new(Digested::new(file), schema.clone(), Some(properties.clone()))
                .and_then(ArrowWriter::into_serialized_writer)
                .map_err(StoreError::parquet("write", path))?;
        let columns = schema.fields().iter().map(|_| Column::default()).collect();
        let desk = Desk { columns, begun: 0, rows_in_group: 0, ended: false, failed: None };
        let (desk, file) = (Mutex::new(desk), Mutex::new(file));
        let properties = Arc::new(properties);
        Ok(Self { path, schema, prepare, groups, desk, moved: Condvar::new(), file, properties })
    }

    /// Encodes what `produce` hands on, on so many threads, its own among them, and ends the file; its digest.
    pub(super) fn run<T>(
        self,
        threads: usize,
        produce: impl FnOnce(&mut dyn FnMut(&RecordBatch)) -> Result<T, AcquireError>,
    ) -> Result<(T, Digest), AcquireError> {
        let produced = thread::scope(|scope| {
            let ended = Ended(&self);
            let mut helpers = Vec::new();
            for _ in 1..threads {
                let helper = thread::Builder::new().spawn_scoped(scope, || self.help());
                helpers.push(helper.map_err(AcquireError::Threads)?);
            }
            // Alone it leaves nothing waiting.
            let waiting = if threads < 2 { 0 } else { WAITING };
            let produced = produce(&mut |batch| self.add(batch, waiting))?;
            locked(&self.desk).close_group();
            drop(ended);
            self.help();
            for helper in helpers {
                helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            }
            Ok::<_, AcquireError>(produced)
        })?;
        let desk = self.desk.into_inner().unwrap_or_else(PoisonError::into_inner);
        match desk.failed {
            None => {}
            Some(Failure::Acquire(error)) => return Err(error),
            Some(Failure::Panic) => {
                return Err(AcquireError::Threads(std::io::Error::other("a thread panicked")));
            }
        }
        let file = self.file.into_inner().unwrap_or_else(PoisonError::into_inner);
        let file = file.into_inner().map_err(StoreError::parquet("write", self.path))?;
        Ok((produced, file.so_far().1))
    }

    /// Leaves a batch to be encoded, and helps while too much is waiting. After a failure, which is told at the end, nothing
    /// is encoded any more.
    fn add(&self, batch: &RecordBatch, waiting: usize) {
        let mut rest = batch.clone();
        while rest.num_rows() > 0 {
            let mut desk = locked(&self.desk);
            if desk.failed.is_some() {
                return;
            }
            if desk.rows_in_group == 0
                && let Err(failure) = desk.begin_group(self)
            {
                desk.failed = Some(failure);
                return;
            }
            let rows = rest.num_rows().min(ROWS_IN_GROUP - desk.rows_in_group);
            desk.rows_in_group += rows;
            for (column, array) in desk.columns.iter_mut().zip(rest.columns()) {
                column.waiting.push_back(Step::Write(array.slice(0, rows)));
            }
            if desk.rows_in_group == ROWS_IN_GROUP {
                desk.close_group();
            }
            drop(desk);
            self.moved.notify_all();
            self.work(|desk| desk.columns.iter().all(|column| column.waiting.len() <= waiting));
            rest = rest.slice(rows, rest.num_rows() - rows);
        }
    }

    /// Works until everything is done.
    fn help(&self) {
        self.work(|desk| desk.ended && desk.columns.iter().all(|column| column.waiting.is_empty()));
    }

    /// Works until it is enough or something has failed.
    fn work(&self, is_enough: impl Fn(&Desk) -> bool) {
        let _leaving = Leaving(self);
        let mut desk = locked(&self.desk);
        while desk.failed.is_none() && !is_enough(&desk) {
            let Some(mut task) = desk.take() else {
                desk = self.moved.wait(desk).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(desk);
            let done = self.step(&mut task);
            desk = locked(&self.desk);
            if let Err(error) = done {
                let error = StoreError::parquet("write", self.path)(error);
                desk.failed.get_or_insert(Failure::Acquire(error.into()));
            }
            if let Some(column) = desk.columns.get_mut(task.column) {
                (column.busy, column.pen) = (false, task.pen);
            }
            self.moved.notify_all();
        }
    }

    fn step(&self, task: &mut Task) -> Result<()> {
        let (pen, step) = (&mut task.pen, task.step.take());
        let Some(field) = self.schema.fields().get(task.column) else { return Ok(()) };
        let prepare = |rows| (self.prepare)(task.column, rows);
        match step {
            None => {}
            Some(Step::Begin(writer)) => (pen.writer, pen.alike, pen.mixed) = (Some(*writer), None, false),
            Some(Step::Write(rows)) => {
                if !pen.mixed {
                    let before = pen.alike;
                    pen.alike = Alike::and(before, &rows);
                    if pen.alike.is_some() {
                        return Ok(());
                    }
                    pen.mixed = true;
                    if let Some(before) = before {
                        pen.write(field, &prepare(before.rows())?)?;
                    }
                }
                pen.write(field, &prepare(rows)?)?;
            }
            Some(Step::Close) => {
                let Some(writer) = pen.writer.take() else { return Ok(()) };
                let part = match pen.alike.take() {
                    Some(alike) => Part::Copied(pen.known.part(alike, field, &self.properties, prepare)?),
                    None => Part::Own(Box::new(writer.close()?)),
                };
                self.close(task.column, part)?;
            }
        }
        Ok(())
    }

    /// Keeps a column's part of a group, and writes the group if that was the last one.
    fn close(&self, column: usize, part: Part) -> Result<()> {
        let mut desk = locked(&self.desk);
        if let Some(column) = desk.columns.get_mut(column) {
            column.closed.push_back(part);
        }
        if desk.columns.iter().any(|column| column.closed.is_empty()) {
            return Ok(());
        }
        let whole: Vec<_> = desk.columns.iter_mut().filter_map(|column| column.closed.pop_front()).collect();
        drop(desk);
        let mut file = locked(&self.file);
        let mut group = file.next_row_group()?;
        for part in whole {
            match part {
                Part::Own(chunk) => chunk.append_to_row_group(&mut group)?,
                Part::Copied(chunk) => chunk.append_to_row_group(&mut group)?,
            }
        }
        group.close()?;
        Ok(())
    }
}

impl Desk {
    /// The next step of the column with the most of them.
    fn take(&mut self) -> Option<Task> {
        let free = self.columns.iter_mut().enumerate().filter(|(_, column)| !column.busy);
        let (at, column) = free.max_by_key(|(_, column)| column.waiting.len())?;
        let step = column.waiting.pop_front()?;
        column.busy = true;
        Some(Task { column: at, step: Some(step), pen: std::mem::take(&mut column.pen) })
    }

    fn begin_group(&mut self, encoding: &Encoding<'_>) -> Result<(), Failure> {
        let failed = StoreError::parquet("write", encoding.path);
        let writers = encoding.groups.create_column_writers(self.begun);
        let writers = writers.map_err(|error| Failure::Acquire(failed(error).into()))?;
        self.begun += 1;
        for (column, writer) in self.columns.iter_mut().zip(writers) {
            column.waiting.push_back(Step::Begin(Box::new(writer)));
        }
        Ok(())
    }

    fn close_group(&mut self) {
        if self.rows_in_group > 0 {
            self.rows_in_group = 0;
            self.columns.iter_mut().for_each(|column| column.waiting.push_back(Step::Close));
        }
    }
}

#[cfg(test)]
mod tests;
