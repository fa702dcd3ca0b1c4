//! One file, read by several threads: each takes the next piece, types its rows and brings them back in order.
//!
//! What comes out depends on the file alone, never on which thread was faster.
//!
//! # Decisions
//!
//! - No thread has a task of its own: who has nothing to do cuts the next piece off the file, types it, and then either
//!   leaves it with the others or, if it is the one that is waited for, takes the whole queue in. A sort falls to whoever
//!   brings the rows that make a run full, while the others read on.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock},
    thread,
};

use chrono::NaiveDate;

use super::{
    AcquireError, Reason,
    columns::Columns,
    fields::Fields,
    header::Places,
    leaks::Leaks,
    quarantine::{Fault, Quarantine, Where},
    repair::Repairs,
    runs::{Gathering, Run, Sorter, Unsorted},
    text::{Rows, TextError, TextTable},
    typed::Typed,
};
use crate::{contract::Contract, store::GrowingDictionary};

/// How many pieces may wait for an earlier one.
const WAITING: usize = 8;

/// What reading a file needs to know.
pub(super) struct Task<'a> {
    pub(super) contract: &'a Contract,
    pub(super) as_of: NaiveDate,
    /// The file's place in the delivery.
    pub(super) file: u16,
    pub(super) places: &'a Places,
    pub(super) sorter: &'a Sorter,
    pub(super) threads: usize,
    /// Hears how many rows were read more.
    pub(super) moved: &'a (dyn Fn(u64) + Sync),
}

/// What all files of a delivery add to.
pub(super) struct Gathered {
    pub(super) gathering: Gathering,
    pub(super) runs: Vec<Run>,
    pub(super) quarantine: Quarantine,
    pub(super) repairs: Repairs,
    pub(super) leaks: Leaks,
}

/// What a file held.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) rows: u64,
    /// Sum of the readable values of each money column.
    pub(super) totals: Vec<i128>,
}

/// One piece, typed.
struct Part {
    typed: Typed,
    faults: Vec<Fault>,
    set_aside: u64,
    repairs: Repairs,
    leaks: Leaks,
    content: Content,
}

/// Where the next piece comes from.
struct Source {
    table: TextTable,
    next: u64,
    ended: bool,
}

/// Where pieces are brought.
struct Desk<'a> {
    gathered: &'a mut Gathered,
    content: Content,
    waiting: BTreeMap<u64, Result<Part, Failure>>,
    next: u64,
    failed: Option<Failure>,
}

enum Failure {
    Text(TextError),
    Acquire(AcquireError),
    /// A thread panicked; the scope passes the panic on.
    Panic,
}

/// Reads a file to its end. The inner error is the file's own.
pub(super) fn read(
    task: &Task<'_>,
    table: TextTable,
    dictionary: &mut GrowingDictionary,
    gathered: &mut Gathered,
) -> Result<Result<Content, TextError>, AcquireError> {
    let totals = vec![0; task.contract.columns.len()];
    let room = Room {
        task,
        source: Mutex::new(Source { table, next: 0, ended: false }),
        desk: Mutex::new(Desk {
            gathered,
            content: Content { rows: 0, totals },
            waiting: BTreeMap::new(),
            next: 0,
            failed: None,
        }),
        moved: Condvar::new(),
        dictionary: RwLock::new(dictionary),
    };
    thread::scope(|scope| {
        for _ in 1..task.threads {
            thread::Builder::new().spawn_scoped(scope, || room.work()).map_err(AcquireError::Threads)?;
        }
        room.work();
        Ok::<_, AcquireError>(())
    })?;
    let desk = room.desk.into_inner().unwrap_or_else(PoisonError::into_inner);
    match desk.failed {
        None => Ok(Ok(desk.content)),
        Some(Failure::Text(error)) => Ok(Err(error)),
        Some(Failure::Acquire(error)) => Err(error),
        Some(Failure::Panic) => Err(AcquireError::Threads(std::io::Error::other("a thread panicked"))),
    }
}

struct Room<'a, 'd> {
    task: &'a Task<'a>,
    source: Mutex<Source>,
    desk: Mutex<Desk<'a>>,
    /// The desk has taken something in.
    moved: Condvar,
    dictionary: RwLock<&'d mut GrowingDictionary>,
}

/// A thread that panics never brings its piece: nobody may wait for it.
struct Leaving<'r, 'a, 'd>(&'r Room<'a, 'd>);

impl Drop for Leaving<'_, '_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            locked(&self.0.desk).failed.get_or_insert(Failure::Panic);
            self.0.moved.notify_all();
        }
    }
}

/// A thread that panicked has its panic passed on by the scope; what it left is not used.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Room<'_, '_> {
    fn work(&self) {
        let _leaving = Leaving(self);
        let mut columns = Columns::new(self.task.contract, self.task.as_of);
        while let Some((number, rows)) = self.take() {
            let part = rows.map_err(Failure::Text).and_then(|rows| self.type_rows(&mut columns, rows));
            for unsorted in self.bring(number, part) {
                self.sort(unsorted);
            }
        }
    }

    /// The next piece and its number; none when there is no more, or no more is wanted.
    fn take(&self) -> Option<(u64, Result<Rows, TextError>)> {
        let mut source = locked(&self.source);
        if source.ended || locked(&self.desk).failed.is_some() {
            return None;
        }
        let rows = source.table.next_rows().transpose();
        source.ended = !matches!(rows, Some(Ok(_)));
        let number = source.next;
        source.next += 1;
        Some((number, rows?))
    }

    fn type_rows(&self, columns: &mut Columns<'_>, mut rows: Rows) -> Result<Part, Failure> {
        let Task { places, file, .. } = *self.task;
        let mut faults = Vec::new();
        let (mut read, mut set_aside) = (0, 0);
        loop {
            let told = |line, reason, fields: Fields<'_>| {
                read += 1;
                set_aside += 1;
                let fault = |reason| Fault { file, line, place: Where::Row, reason };
                faults.push(fault(reason));
                if columns.look_at_all(fields, file, line) {
                    faults.push(fault(Reason::LooksLikeIdentityNumber));
                }
            };
            let Some(grid) = rows.next_grid(told).map_err(Failure::Text)? else { break };
            read += grid.rows() as u64;
            set_aside += columns.add(file, &grid, places, &mut faults);
        }
        // Those of rows that fit no column were told first.
        faults.sort_by_key(|fault| fault.line);
        let mut typed = columns.take(file).map_err(Failure::Acquire)?;
        typed.look_up(&self.dictionary.read().unwrap_or_else(PoisonError::into_inner));
        let content = Content { rows: read, totals: columns.take_totals() };
        let (repairs, leaks) = (std::mem::take(&mut columns.repairs), columns.take_leaks());
        Ok(Part { typed, faults, set_aside, repairs, leaks, content })
    }

    /// Leaves a piece at the desk; what is to be sorted then.
    fn bring(&self, number: u64, part: Result<Part, Failure>) -> Vec<Unsorted> {
        let mut desk = locked(&self.desk);
        // Memory is bounded: nobody reads far ahead of a slow piece.
        while number >= desk.next + WAITING as u64 && desk.failed.is_none() {
            desk = self.moved.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
        desk.waiting.insert(number, part);
        let mut full = Vec::new();
        while desk.failed.is_none() {
            let next = desk.next;
            let Some(part) = desk.waiting.remove(&next) else { break };
            desk.next += 1;
            let taken = part.and_then(|part| self.take_in(&mut desk, part).map_err(Failure::Acquire));
            match taken {
                Ok(unsorted) => full.extend(unsorted),
                Err(failure) => desk.failed = Some(failure),
            }
        }
        self.moved.notify_all();
        full
    }

    fn take_in(&self, desk: &mut Desk<'_>, part: Part) -> Result<Option<Unsorted>, AcquireError> {
        desk.content.rows += part.content.rows;
        (self.task.moved)(part.content.rows);
        for (sum, more) in desk.content.totals.iter_mut().zip(part.content.totals) {
            *sum += more;
        }
        let gathered = &mut desk.gathered;
        gathered.repairs.add(part.repairs);
        gathered.leaks.add(part.leaks);
        gathered.quarantine.set_aside(part.faults, part.set_aside)?;
        gathered.quarantine.tell(gathered.leaks.certain())?;
        let mut dictionary = self.dictionary.write().unwrap_or_else(PoisonError::into_inner);
        Ok(gathered.gathering.push(part.typed.settle(&mut dictionary)?))
    }

    fn sort(&self, unsorted: Unsorted) {
        if let Err(error) = self.sort_and_keep(unsorted) {
            locked(&self.desk).failed = Some(Failure::Acquire(error));
            self.moved.notify_all();
        }
    }

    /// Others read on meanwhile; only where the run is kept is a matter of the desk.
    fn sort_and_keep(&self, unsorted: Unsorted) -> Result<(), AcquireError> {
        let sorter = self.task.sorter;
        let run = sorter.sort(unsorted).map_err(|source| AcquireError::Columns { source })?;
        let too_much = sorter.hold(run, &mut locked(&self.desk).gathered.runs);
        if let Some(run) = too_much {
            let run = sorter.put_on_disk(run)?;
            locked(&self.desk).gathered.runs.push(run);
        }
        Ok(())
    }
}
