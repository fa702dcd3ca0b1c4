//! A delivery arrives: signature, hashes, completeness, duplicate or replay, key epoch → [`Accepted`] or a [`Refusal`].
//!
//! Nothing of a data file is parsed here, and nothing in the inbox is ever changed, moved or deleted.
//!
//! ```text
//! inbox/<agency>/<delivery>/  →  descriptor  →  known?  →  signature, signer  →  contract, epoch, sequence  →  sizes, digests
//!                                                 │              │ refused                                          │
//!                                              unchanged    store/refused/<agency>/<delivery>/receipt.json      store/receipts/<agency>/<delivery>.json
//! ```
//!
//! # Decisions
//!
//! - A refused delivery stays where it is, and the refusal stands in the store. The inbox belongs to the agencies and may
//!   be read-only; what was refused because it was still on its way, or because our own list of signers was behind, is
//!   taken in by the next run without anyone having to carry it back. Until then every run names it again.
//! - A delivery whose `as_of` lies after the business date is neither accepted nor refused: for that date it does not
//!   exist yet, and a replay of an older night must not be spoilt by newer files.
//! - Deliveries are taken in the order of their `as_of` and sequence, so that which one fixes the epoch does not hang on
//!   the names of folders.
//! - A bridge between two keys is a delivery of the dataset `<agency>.bridge`, so that whatever is asked of a delivery is
//!   asked of it; no contract describes it.
//! - A known delivery is not hashed again every night; it is when its snapshot is missing, because then it is read again.

mod check;
mod descriptor;
mod epoch;
mod error;
mod inbox;
mod package;
mod reading;
mod receipt;
mod refusal;
mod signature;
mod signers;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use chrono::NaiveDate;

pub use epoch::{epochs, move_on};
pub use error::AcceptError;
pub(crate) use package::is_plain_name;
pub use package::*;
pub use reading::{PackageError, Problem};
pub use receipt::{Receipt, ReceiptFile};
pub use refusal::Refusal;
pub use signature::{BadSignature, NAMESPACE, SignKey, SignKeyError, fingerprint, verify};
pub use signers::{AllowedSigners, NotAllowed, SignersError};

use crate::{
    contract::Contract,
    model::{DatasetId, Digest, Text},
};
use check::{check, read_descriptor};
use epoch::EpochGate;
use inbox::{Found, FoundKind};
use receipt::Receipts;

/// What one round of accepting works with.
pub struct Desk<'a> {
    /// Where deliveries arrive; only read.
    pub inbox: &'a Path,
    /// The store: receipts, refusals and the epoch are written here.
    pub store: &'a Path,
    /// Who may sign for whom.
    pub signers: &'a AllowedSigners,
    /// The contracts by dataset.
    pub contracts: &'a BTreeMap<DatasetId, Contract>,
    /// The key epoch that the pipeline names, if it names one.
    pub key_id: Option<&'a str>,
    /// The business date: later data does not exist yet.
    pub business_date: NaiveDate,
    /// Whether a delivery's rows are in the store already (dataset, delivery).
    pub acquired: &'a dyn Fn(&DatasetId, &str) -> bool,
}

/// What became of one folder of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Verified, and not yet in the store: to be acquired.
    Accepted {
        /// The delivery.
        accepted: Accepted,
        /// The receipt that was written.
        receipt: PathBuf,
        /// What a person may want to know.
        notes: Vec<Text>,
    },
    /// Taken in before; nothing changes.
    Known(Accepted),
    /// Its data lies after the business date; it waits.
    NotYet(Accepted),
    /// Not taken in.
    Refused(Refused),
}

/// A refused delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it lies.
    pub folder: PathBuf,
    /// The agency: as stated, else the folder that it lies in.
    pub agency: String,
    /// The dataset, if the descriptor could be read.
    pub dataset: Option<DatasetId>,
    /// The delivery's id, or its folder's name if it has none.
    pub delivery: String,
    /// Why.
    pub refusal: Refusal,
    /// The receipt that was written.
    pub receipt: PathBuf,
}

/// Takes in what lies in the inbox; the outcomes are sorted by folder.
pub fn accept_inbox(desk: &Desk<'_>) -> Result<Vec<Outcome>, AcceptError> {
    let found = inbox::walk(desk.inbox)
        .map_err(|source| AcceptError::Inbox { path: desk.inbox.to_owned(), source })?;
    let mut round = Round {
        desk,
        receipts: Receipts::of(desk.store),
        epoch: EpochGate::open(desk.store, desk.key_id)?,
        taken: BTreeSet::new(),
    };
    let mut outcomes = BTreeMap::new();
    let mut waiting = Vec::new();
    for Found { folder, kind } in found {
        let candidate = match kind {
            FoundKind::Link => Err(Refusal::FolderIsLink),
            FoundKind::NoDescriptor => Err(Refusal::DescriptorMissing),
            FoundKind::Delivery => read_descriptor(&folder),
        };
        match candidate {
            Ok(candidate) => waiting.push(candidate),
            Err(refusal) => {
                let outcome = round.refuse(&folder, None, refusal)?;
                outcomes.insert(folder, outcome);
            }
        }
    }
    waiting.sort_by(|(a, _), (b, _)| a.order().cmp(&b.order()));
    for (candidate, descriptor) in waiting {
        let folder = candidate.folder.clone();
        let outcome = round.take(candidate, &descriptor)?;
        outcomes.insert(folder, outcome);
    }
    Ok(outcomes.into_values().collect())
}

/// Turns an accepted delivery into a refused one, for what only reading its rows can show. The receipt says so from now on.
pub fn take_back(
    store: &Path,
    accepted: &Accepted,
    refusal: &LateRefusal,
    on: NaiveDate,
) -> Result<PathBuf, AcceptError> {
    Receipts::of(store).take_back(accepted, refusal, on)
}

/// Gives a refused delivery another reason than accepting could know. The receipt says so from now on.
pub fn restate(
    store: &Path,
    refused: &Refused,
    why: &LateRefusal,
    on: NaiveDate,
) -> Result<PathBuf, AcceptError> {
    let folder = folder_name(&refused.folder);
    Receipts::of(store).refuse(&refused.agency, &refused.delivery, &folder, why, on)
}

/// Why a delivery whose signature and digests are good was refused after all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateRefusal {
    /// The reason's name.
    pub code: String,
    /// What is wrong.
    pub what: Text,
    /// What to do about it.
    pub hint: Text,
}

struct Round<'a> {
    desk: &'a Desk<'a>,
    receipts: Receipts<'a>,
    epoch: EpochGate,
    /// Agency and id of what this round has seen.
    taken: BTreeSet<(String, String)>,
}

impl Round<'_> {
    fn take(&mut self, candidate: Accepted, descriptor: &[u8]) -> Result<Outcome, AcceptError> {
        let package = &candidate.package;
        if package.as_of > self.desk.business_date {
            return Ok(Outcome::NotYet(candidate));
        }
        let known = self.receipts.known(&package.agency, &candidate.delivery, &candidate.package_sha256)?;
        let name = (package.agency.clone(), candidate.delivery.clone());
        if known.is_some()
            && (self.taken.contains(&name) || (self.desk.acquired)(&package.dataset, &candidate.delivery))
        {
            return Ok(Outcome::Known(candidate));
        }
        let rivals = self.rivals(&candidate)?;
        match check(self.desk, &self.epoch, &rivals, &candidate, descriptor) {
            Err(refusal) => self.refuse(&candidate.folder, Some(&candidate), refusal),
            Ok(passed) => {
                self.epoch.fix(package)?;
                // What was accepted before keeps the date of that night.
                let accepted_on =
                    known.map_or(self.desk.business_date.to_string(), |receipt| receipt.accepted_on);
                let receipt = Receipt::of(&candidate, passed.signer, accepted_on, passed.notes.clone());
                let path =
                    self.receipts.accept(&receipt, &package.agency, &folder_name(&candidate.folder))?;
                self.taken.insert(name);
                Ok(Outcome::Accepted { accepted: candidate, receipt: path, notes: passed.notes })
            }
        }
    }

    /// Other deliveries of the same dataset, day and sequence that are in the store or were taken in this round.
    fn rivals(&self, candidate: &Accepted) -> Result<Vec<Receipt>, AcceptError> {
        let package = &candidate.package;
        let start = format!("{}-{}-{:03}-", package.dataset.dataset, package.as_of, package.sequence);
        let mut rivals = self.receipts.beginning(&package.agency, &start)?;
        rivals.retain(|receipt| {
            let name = (package.agency.clone(), receipt.delivery.clone());
            receipt.delivery != candidate.delivery
                && (self.taken.contains(&name) || (self.desk.acquired)(&package.dataset, &receipt.delivery))
        });
        Ok(rivals)
    }

    fn refuse(
        &self,
        folder: &Path,
        candidate: Option<&Accepted>,
        refusal: Refusal,
    ) -> Result<Outcome, AcceptError> {
        let inside = folder.strip_prefix(self.desk.inbox).unwrap_or(folder);
        let shown = inside.to_string_lossy();
        // Names come from outside: what is not plain enough for a path is replaced by its digest.
        let plain = |name: String, prefix: &str| {
            if is_plain_name(&name, 128) {
                return name;
            }
            let digest = Digest::of(shown.as_bytes()).hex();
            format!("{prefix}-{}", digest.get(..8).unwrap_or_default())
        };
        let parent = inside.parent().map(folder_name).unwrap_or_default();
        let (agency, delivery) = match candidate {
            Some(candidate) => (candidate.package.agency.clone(), candidate.delivery.clone()),
            None if is_plain_name(&parent, 64) => (parent, plain(folder_name(inside), "folder")),
            None => ("unknown".to_owned(), plain(folder_name(inside), "folder")),
        };
        let words =
            LateRefusal { code: refusal.code().to_owned(), what: refusal.text(), hint: refusal.hint() };
        let receipt = self.receipts.refuse(&agency, &delivery, &shown, &words, self.desk.business_date)?;
        let dataset = candidate.map(|candidate| candidate.package.dataset.clone());
        Ok(Outcome::Refused(Refused {
            folder: folder.to_owned(),
            agency,
            dataset,
            delivery,
            refusal,
            receipt,
        }))
    }
}

impl Accepted {
    /// Older data first, then by sequence; the folder breaks ties.
    fn order(&self) -> (NaiveDate, &DatasetId, u32, &Path) {
        (self.package.as_of, &self.package.dataset, self.package.sequence, &self.folder)
    }
}

fn folder_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
