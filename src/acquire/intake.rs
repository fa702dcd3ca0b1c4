//! One accepted delivery → its sealed snapshot and its quarantine. Done twice, it changes nothing.
//!
//! The order of sealing is dictionary, quarantine, snapshot. The snapshot is what counts: killed at any moment
//! before it, the next attempt makes the same files again; people who already got a number keep it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    thread,
};

use arrow::array::RecordBatch;

use crate::{
    accept::{Accepted, Resource},
    contract::{Contract, Kind},
    identity::Sighting,
    model::{Digest, Fen, Month},
    store::{
        self, Counts, GrowingDictionary, PART_FILE, QUARANTINE_FILE, Snapshot, SnapshotRecord, Unsealed,
    },
};

use super::{
    AcquireError, Reason, Refusal, Signed, Warning,
    header::{self, Places},
    leaks::Leaks,
    quarantine::{Fault, Quarantine, Where, too_many_bad},
    reading::{self, Content, Gathered, Task},
    repair::Repairs,
    runs::{Gathering, Merged, Sorter},
    settle::{self, Settled},
    snapshot,
    text::{self, Elsewhere, TextError, TextTable},
};

/// What acquiring may use.
#[derive(Debug, Clone, Copy)]
pub struct Means {
    /// How many threads.
    pub threads: usize,
    /// About how many bytes of rows are held in memory before they go to disk.
    pub memory: usize,
}

impl Default for Means {
    fn default() -> Self {
        Self { threads: 1, memory: 512 << 20 }
    }
}

/// What acquiring a delivery gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquired {
    /// The sealed snapshot; its record tells what became of the rows.
    pub snapshot: Snapshot,
    /// The file of the rows that were set aside.
    pub quarantine: PathBuf,
    /// What a person should hear; nothing when the delivery was there already.
    pub warnings: Vec<Warning>,
    /// Whether it had been acquired before.
    pub already_there: bool,
}

/// Acquires a delivery into the store that the dictionary belongs to.
pub fn acquire(
    accepted: &Accepted,
    contract: &Contract,
    dictionary: &mut GrowingDictionary,
    means: Means,
) -> Result<Acquired, AcquireError> {
    acquire_watched(accepted, contract, dictionary, means, &|_| {})
}

/// The same; `moved` hears of each row twice, some rows at a time: when they are read, and when they are written.
pub fn acquire_watched(
    accepted: &Accepted,
    contract: &Contract,
    dictionary: &mut GrowingDictionary,
    means: Means,
    moved: &(dyn Fn(u64) + Sync),
) -> Result<Acquired, AcquireError> {
    let store = dictionary.lock().store().clone();
    let folder = store.snapshot(&contract.id, accepted.package.as_of, &accepted.delivery);
    let quarantine = store.quarantine(&contract.id, &accepted.delivery).join(QUARANTINE_FILE);
    if folder.exists() {
        let record = SnapshotRecord::read(&folder)?;
        if record.package_sha256 != accepted.package_sha256 {
            return Err(AcquireError::OtherPackage { path: folder });
        }
        let snapshot = Snapshot { folder, record };
        return Ok(Acquired { snapshot, quarantine, warnings: Vec::new(), already_there: true });
    }
    let draft = dictionary.lock().draft()?;
    let sorter = Sorter::new(contract, means.memory, draft.path());
    let mut intake = Intake::new(accepted, contract, means, moved);
    let sealed = intake
        .read(&sorter, draft.path(), dictionary)
        .and_then(|gathered| intake.seal(&sorter, gathered, dictionary, folder));
    dictionary.lock().let_go(draft);
    if sealed.is_err() {
        dictionary.forget_unsealed();
    }
    let snapshot = sealed?;
    Ok(Acquired { snapshot, quarantine, warnings: intake.warnings, already_there: false })
}

/// A delivery on its way in.
struct Intake<'a> {
    accepted: &'a Accepted,
    contract: &'a Contract,
    means: Means,
    moved: &'a (dyn Fn(u64) + Sync),
    files: Vec<String>,
    counts: Counts,
    warnings: Vec<Warning>,
    refusals: Vec<Refusal>,
    /// Identity numbers that are mostly found in a sheet too, with the file.
    repeated: Vec<(u16, Elsewhere)>,
}

impl<'a> Intake<'a> {
    fn new(
        accepted: &'a Accepted,
        contract: &'a Contract,
        means: Means,
        moved: &'a (dyn Fn(u64) + Sync),
    ) -> Self {
        Self {
            accepted,
            contract,
            means,
            moved,
            files: accepted.package.resources.iter().map(|resource| resource.path.clone()).collect(),
            counts: Counts::default(),
            warnings: Vec::new(),
            refusals: Vec::new(),
            repeated: Vec::new(),
        }
    }

    /// Reads every file, so that everything that is wrong with the delivery is told at once.
    fn read(
        &mut self,
        sorter: &Sorter,
        room: &Path,
        dictionary: &mut GrowingDictionary,
    ) -> Result<Gathered, AcquireError> {
        let sizes = self.accepted.package.resources.iter().map(|resource| resource.bytes);
        let Means { threads, memory } = self.means;
        let mut gathered = Gathered {
            gathering: Gathering::new(memory, threads, sizes.fold(0, u64::saturating_add)),
            runs: Vec::new(),
            quarantine: Quarantine::new(room, memory),
            repairs: Repairs::default(),
            leaks: Leaks::new(self.accepted.package.as_of),
        };
        for (file, resource) in self.accepted.package.resources.iter().enumerate() {
            self.counts.set_aside_by_agency += resource.set_aside;
            if resource.dataset != self.contract.id {
                let (found, expected) = (resource.dataset.clone(), self.contract.id.clone());
                self.refusals.push(Refusal::OtherDataset { file: resource.path.clone(), found, expected });
                continue;
            }
            let refused = self.refusals.len();
            let path = self.accepted.folder.join(&resource.path);
            let signed = Signed { bytes: resource.bytes, sha256: resource.sha256, room };
            match text::open_signed(&path, resource.sheet.as_deref(), signed) {
                Ok(table) => self.read_file(file, resource, table, sorter, dictionary, &mut gathered)?,
                Err(error) => self.refusals.push(Refusal::Unreadable(error)),
            }
            // What was not read to its end may have been changed under way.
            if self.refusals.len() > refused && signed.is_changed(&path) {
                self.refusals.truncate(refused);
                self.refusals.push(Refusal::Unreadable(TextError::Changed { path }));
            }
        }
        if self.refusals.iter().any(Refusal::is_changed) {
            self.refusals.retain(Refusal::is_changed);
            self.refused()?;
        }
        let mut judged = gathered.leaks.judge(self.contract, self.counts.rows);
        if judged.0.is_none() {
            // Texts of a workbook that no cell and no sheet shows any more.
            for (file, elsewhere) in std::mem::take(&mut self.repeated) {
                self.note(file, vec![Elsewhere { repeats: false, ..elsewhere }], &mut gathered)?;
            }
            judged = gathered.leaks.judge(self.contract, self.counts.rows);
        }
        let (leak, faults) = judged;
        if let Some(leak) = leak {
            gathered.quarantine.tell(faults)?;
            self.keep_list(&mut gathered.quarantine, dictionary)?;
            self.refusals.push(leak);
        }
        self.refused()?;
        Ok(gathered)
    }

    /// Everything that was found wrong with the delivery as a whole.
    fn refused(&mut self) -> Result<(), AcquireError> {
        if self.refusals.is_empty() {
            return Ok(());
        }
        let refusals = std::mem::take(&mut self.refusals);
        Err(AcquireError::Refused { delivery: self.accepted.delivery.clone(), refusals })
    }

    /// Seals the list of what was set aside, over one that an earlier attempt left.
    fn keep_list(
        &self,
        quarantine: &mut Quarantine,
        dictionary: &GrowingDictionary,
    ) -> Result<(), AcquireError> {
        let draft = dictionary.lock().draft()?;
        quarantine.write(&draft.path().join(QUARANTINE_FILE), self.contract, &self.files)?;
        let store = dictionary.lock().store();
        draft.seal_over(&store.quarantine(&self.contract.id, &self.accepted.delivery))?;
        Ok(())
    }

    fn read_file(
        &mut self,
        file: usize,
        resource: &Resource,
        mut table: TextTable,
        sorter: &Sorter,
        dictionary: &mut GrowingDictionary,
        gathered: &mut Gathered,
    ) -> Result<(), AcquireError> {
        let refused = self.refusals.len();
        let (warnings, refusals) = (&mut self.warnings, &mut self.refusals);
        let places = header::find(self.contract, &table.header, &resource.path, warnings, refusals);
        for (field, name) in table.header.iter().enumerate() {
            let (file, line, place) = (file as u16, table.header_line, Where::Extra(field as u16 + 1));
            if gathered.leaks.look(name, place, file, line) == Some(Sighting::Eighteen) {
                let reason = Reason::LooksLikeIdentityNumber;
                gathered.quarantine.tell([Fault { file, line, place, reason }])?;
            }
        }
        let besides = table.besides.clone();
        self.note(file as u16, besides.take(), gathered)?;
        if self.refusals.len() > refused {
            return Ok(());
        }
        table.place(self.contract, &places.fields);
        let task = Task {
            contract: self.contract,
            as_of: self.accepted.package.as_of,
            file: file as u16,
            places: &places,
            sorter,
            threads: self.means.threads,
            moved: self.moved,
        };
        match reading::read(&task, table, dictionary, gathered)? {
            Ok(content) => {
                self.counts.rows += content.rows;
                self.compare(resource, &content, &places);
            }
            Err(error) => self.refusals.push(Refusal::Unreadable(error)),
        }
        self.note(file as u16, besides.take(), gathered)
    }

    /// Notes identity numbers outside the rows.
    fn note(
        &mut self,
        file: u16,
        found: Vec<Elsewhere>,
        gathered: &mut Gathered,
    ) -> Result<(), AcquireError> {
        for elsewhere in found {
            if elsewhere.repeats {
                self.repeated.push((file, elsewhere));
                continue;
            }
            let Elsewhere { place, line, sighting, .. } = elsewhere;
            gathered.leaks.note(sighting, place, file, line);
            if sighting == Sighting::Eighteen {
                let reason = Reason::LooksLikeIdentityNumber;
                gathered.quarantine.tell([Fault { file, line, place, reason }])?;
            }
        }
        Ok(())
    }

    /// Rows and control totals against what the package states.
    fn compare(&mut self, resource: &Resource, content: &Content, places: &Places) {
        let rows = content.rows;
        let file = || resource.path.clone();
        if rows != resource.rows {
            self.refusals.push(Refusal::RowsDiffer { file: file(), stated: resource.rows, found: rows });
        }
        let mut unknown: Vec<&String> = resource.totals.keys().collect();
        let columns = self.contract.columns.iter().zip(&places.fields).zip(&content.totals);
        for ((column, place), total) in columns {
            if column.kind != Kind::Money || place.is_none() {
                continue;
            }
            unknown.retain(|name| **name != column.name);
            match resource.totals.get(&column.name) {
                None => {
                    self.refusals.push(Refusal::TotalMissing { file: file(), column: column.name.clone() });
                }
                Some(stated) if i128::from(stated.0) != *total => {
                    let found = Fen(i64::try_from(*total).unwrap_or(i64::MAX));
                    let column = column.name.clone();
                    self.refusals.push(Refusal::TotalDiffers {
                        file: file(),
                        column,
                        stated: *stated,
                        found,
                    });
                }
                Some(_) => {}
            }
        }
        for column in unknown {
            self.refusals.push(Refusal::TotalUnknown { file: file(), column: column.clone() });
        }
    }

    /// Settles the keys and seals dictionary, quarantine, snapshot, in this order.
    fn seal(
        &mut self,
        sorter: &Sorter,
        mut gathered: Gathered,
        dictionary: &mut GrowingDictionary,
        folder: PathBuf,
    ) -> Result<Snapshot, AcquireError> {
        let (accepted, contract) = (self.accepted, self.contract);
        let rest = gathered.gathering.rest_in_parts(self.means.threads);
        sorter.sort_all(rest, &mut gathered.runs)?;
        let Gathered { runs, mut quarantine, repairs, .. } = gathered;
        let data = dictionary.lock().draft()?;
        let part = data.path().join(PART_FILE);
        let merged = Merged::new(sorter, runs)?;
        let set_aside = |differing: Vec<(u16, u64)>| {
            let rows = differing.len() as u64;
            let (place, reason) = (Where::Key, Reason::DuplicateKeyDiffers);
            let fault = |(file, line)| Fault { file, line, place, reason };
            Ok(quarantine.set_aside(differing.into_iter().map(fault), rows)?)
        };
        let Written { settled, mut months, sha256, people } =
            self.write(&part, merged, dictionary, set_aside)?;
        self.counts.accepted = settled.accepted;
        self.counts.collapsed = settled.collapsed;
        self.counts.quarantined = quarantine.rows();
        self.counts.repairs = repairs.by_code();
        self.counts.reasons = quarantine.reasons();
        if let Some(refusal) = too_many_bad(&self.counts, contract.limits) {
            self.keep_list(&mut quarantine, dictionary)?;
            self.refusals.push(refusal);
        }
        self.refused()?;

        dictionary.seal_written(people)?;
        self.keep_list(&mut quarantine, dictionary)?;

        if contract.month_column().is_some() {
            months.extend(&accepted.package.months);
        }
        let record = SnapshotRecord {
            dataset: contract.id.clone(),
            delivery: accepted.delivery.clone(),
            as_of: accepted.package.as_of,
            sequence: accepted.package.sequence,
            supersedes: accepted.package.supersedes.clone(),
            months,
            counts: self.counts.clone(),
            nulls: store::nulls(&part, contract)?,
            sha256,
            package_sha256: accepted.package_sha256,
            key_id: accepted.package.key_id.clone(),
            contract: contract.version.clone(),
            known_on: Some(accepted.known_on),
        };
        record.write(data.path())?;
        data.seal(&folder)?;
        Ok(Snapshot { folder, record })
    }

    /// Writes the settled rows and, on threads of their own if there may be two, the new people's numbers.
    fn write(
        &self,
        path: &Path,
        merged: Merged<'_>,
        dictionary: &GrowingDictionary,
        set_aside: impl FnMut(Vec<(u16, u64)>) -> Result<(), AcquireError>,
    ) -> Result<Written, AcquireError> {
        let write = || {
            snapshot::write(path, self.contract, &self.files, self.means.threads, |hand_on| {
                let hand_on = |batch: RecordBatch| {
                    hand_on(&batch);
                    (self.moved)(batch.num_rows() as u64);
                    Ok(())
                };
                settle::settle(self.contract, merged, hand_on, set_aside)
            })
        };
        if self.means.threads < 2 {
            let (settled, months, sha256) = write()?;
            return Ok(Written { settled, months, sha256, people: dictionary.write(1)? });
        }
        thread::scope(|scope| {
            let numbering = thread::Builder::new()
                .spawn_scoped(scope, || dictionary.write(self.means.threads))
                .map_err(AcquireError::Threads)?;
            let written = write();
            let people = numbering.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            let (settled, months, sha256) = written?;
            Ok(Written { settled, months, sha256, people })
        })
    }
}

/// What was written and does not count yet.
struct Written {
    settled: Settled,
    months: BTreeSet<Month>,
    sha256: Digest,
    people: Unsealed,
}

#[cfg(test)]
mod tests;
