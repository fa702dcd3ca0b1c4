//! One accepted delivery → its sealed snapshot and its quarantine. Done twice, it changes nothing.
//!
//! The order of sealing is dictionary, quarantine, snapshot. The snapshot is what counts: killed at any moment
//! before it, the next attempt makes the same files again; people who already got a number keep it.

use std::path::PathBuf;

use crate::{
    accept::{Accepted, Resource},
    contract::{Contract, Kind},
    identity::Sighting,
    model::{Digest, Fen},
    store::{
        self, Counts, GrowingDictionary, PART_FILE, QUARANTINE_FILE, Snapshot, SnapshotRecord, StoreError,
    },
};

use super::{
    AcquireError, Reason, Refusal, Warning,
    columns::Columns,
    header::{self, Places},
    keys::{self, Place},
    quarantine::{Fault, Quarantine, Where, too_many_bad},
    snapshot::{self, Rows},
    text::{self, TextTable},
};

const ROWS_AT_ONCE: usize = 1 << 16;

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
    let mut intake = Intake::new(accepted, contract);
    let sealed = intake.read(dictionary).and_then(|()| intake.seal(dictionary, folder));
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
    columns: Columns<'a>,
    rows: Rows,
    files: Vec<String>,
    quarantine: Quarantine,
    counts: Counts,
    warnings: Vec<Warning>,
    refusals: Vec<Refusal>,
}

impl<'a> Intake<'a> {
    fn new(accepted: &'a Accepted, contract: &'a Contract) -> Self {
        Self {
            accepted,
            contract,
            columns: Columns::new(contract, accepted.package.as_of),
            rows: Rows::default(),
            files: accepted.package.resources.iter().map(|resource| resource.path.clone()).collect(),
            quarantine: Quarantine::default(),
            counts: Counts::default(),
            warnings: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// Reads every file, so that everything that is wrong with the delivery is told at once.
    fn read(&mut self, dictionary: &mut GrowingDictionary) -> Result<(), AcquireError> {
        for (file, resource) in self.accepted.package.resources.iter().enumerate() {
            self.counts.set_aside_by_agency += resource.set_aside;
            if resource.dataset != self.contract.id {
                let (found, expected) = (resource.dataset.clone(), self.contract.id.clone());
                self.refusals.push(Refusal::OtherDataset { file: resource.path.clone(), found, expected });
                continue;
            }
            match text::open(&self.accepted.folder.join(&resource.path)) {
                Ok(table) => self.read_file(file, resource, table, dictionary)?,
                Err(error) => self.refusals.push(Refusal::Unreadable(error)),
            }
        }
        let (leak, faults) = self.columns.leaks.judge(self.contract, self.counts.rows);
        if let Some(leak) = leak {
            self.quarantine.tell(faults);
            self.keep_list(dictionary)?;
            self.refusals.push(leak);
        }
        self.refused()
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
    fn keep_list(&mut self, dictionary: &GrowingDictionary) -> Result<(), AcquireError> {
        let draft = dictionary.lock().draft()?;
        self.quarantine.write(&draft.path().join(QUARANTINE_FILE), self.contract, &self.files)?;
        let store = dictionary.lock().store();
        draft.seal_over(&store.quarantine(&self.contract.id, &self.accepted.delivery))?;
        Ok(())
    }

    fn read_file(
        &mut self,
        file: usize,
        resource: &Resource,
        mut table: TextTable,
        dictionary: &mut GrowingDictionary,
    ) -> Result<(), AcquireError> {
        let refused = self.refusals.len();
        let (warnings, refusals) = (&mut self.warnings, &mut self.refusals);
        let places = header::find(self.contract, &table.header, &resource.path, warnings, refusals);
        for (field, name) in table.header.iter().enumerate() {
            let (file, line, place) = (file as u16, table.header_line, Where::Extra(field as u16 + 1));
            if self.columns.leaks.look(name, place, file, line) == Some(Sighting::Eighteen) {
                let reason = Reason::LooksLikeIdentityNumber;
                self.quarantine.tell([Fault { file, line, place, reason }]);
            }
        }
        if self.refusals.len() > refused {
            return Ok(());
        }
        self.columns.totals.fill(0);
        let mut rows = 0;
        let mut found = Vec::new();
        let file_number = file as u16;
        loop {
            let row = match table.next_row() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => {
                    self.refusals.push(Refusal::Unreadable(error));
                    return Ok(());
                }
            };
            rows += 1;
            let fault = |place, reason| Fault { file: file_number, line: row.line, place, reason };
            if let Some(reason) = row.fault {
                let leaks = self.columns.leaks.look_at_all(row.fields, file_number, row.line);
                let leak = leaks.then(|| fault(Where::Row, Reason::LooksLikeIdentityNumber));
                self.quarantine.set_aside([fault(Where::Row, reason)].into_iter().chain(leak));
                continue;
            }
            self.columns.add((file_number, row.line), row.fields, &places, dictionary, &mut found)?;
            if !found.is_empty() {
                self.quarantine.set_aside(found.drain(..).map(|(place, reason)| fault(place, reason)));
            }
            if self.columns.rows() == ROWS_AT_ONCE {
                self.take_batch(file)?;
            }
        }
        self.take_batch(file)?;
        self.counts.rows += rows;
        self.compare(resource, rows, &places);
        Ok(())
    }

    fn take_batch(&mut self, file: usize) -> Result<(), AcquireError> {
        let batch = self
            .columns
            .take()
            .map_err(|source| AcquireError::Columns { dataset: self.contract.id.clone(), source })?;
        self.rows.batches.push(batch);
        self.rows.files.push(file);
        Ok(())
    }

    /// Rows and control totals against what the package states.
    fn compare(&mut self, resource: &Resource, rows: u64, places: &Places) {
        let file = || resource.path.clone();
        if rows != resource.rows {
            self.refusals.push(Refusal::RowsDiffer { file: file(), stated: resource.rows, found: rows });
        }
        let mut unknown: Vec<&String> = resource.totals.keys().collect();
        let columns = self.contract.columns.iter().zip(&places.fields).zip(&self.columns.totals);
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
        dictionary: &mut GrowingDictionary,
        folder: PathBuf,
    ) -> Result<Snapshot, AcquireError> {
        let (accepted, contract) = (self.accepted, self.contract);
        let settled = keys::settle(contract, &self.rows.batches)
            .map_err(|source| AcquireError::Columns { dataset: contract.id.clone(), source })?;
        for place in &settled.differing {
            let fault = self.differing(*place);
            self.quarantine.set_aside([fault]);
        }
        self.counts.accepted = settled.accepted.len() as u64;
        self.counts.collapsed = settled.collapsed;
        self.counts.quarantined = self.quarantine.rows();
        self.counts.repairs = self.columns.repairs.by_code();
        self.counts.reasons = self.quarantine.reasons();
        if let Some(refusal) = too_many_bad(&self.counts, contract.limits) {
            self.keep_list(dictionary)?;
            self.refusals.push(refusal);
        }
        self.refused()?;

        dictionary.seal()?;
        self.keep_list(dictionary)?;

        let draft = dictionary.lock().draft()?;
        let part = draft.path().join(PART_FILE);
        let mut months = snapshot::write(&part, contract, &self.rows, &self.files, &settled.accepted)?;
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
            sha256: Digest::of_file(&part).map_err(StoreError::io("read", &part))?,
            package_sha256: accepted.package_sha256,
            key_id: accepted.package.key_id.clone(),
            contract: contract.version.clone(),
        };
        record.write(draft.path())?;
        draft.seal(&folder)?;
        Ok(Snapshot { folder, record })
    }

    fn differing(&self, (batch, row): Place) -> Fault {
        use arrow::{array::AsArray, datatypes::Int64Type};
        let lines = self.rows.batches.get(batch).and_then(|batch| batch.columns().last());
        let lines = lines.and_then(|lines| lines.as_primitive_opt::<Int64Type>());
        let line = lines.and_then(|lines| lines.values().get(row)).copied().unwrap_or(0);
        Fault {
            file: self.rows.files.get(batch).copied().unwrap_or(0) as u16,
            line: line.unsigned_abs(),
            place: Where::Key,
            reason: Reason::DuplicateKeyDiffers,
        }
    }
}

#[cfg(test)]
mod tests;
