//! A delivery arrives: signature, completeness, duplicate or replay, key epoch → [`Accepted`] or a [`Refusal`].
//!
//! Nothing of a data file is parsed here, and nothing is ever deleted of which no equal copy is kept.
//!
//! ```text
//! inbox/<agency>/<delivery>/  →  descriptor  →  known?  →  signature, signer  →  contract, epoch, sequence  →  names, sizes
//!                                                 │              │ refused                                          │
//!                                              unchanged    store/refused/<agency>/<delivery>/            store/receipts/<agency>/<delivery>.json
//!                                                             receipt.json, delivery/
//! ```
//!
//! # Decisions
//!
//! - A refused delivery whose content is wrong for good is moved aside whole, beside its receipt. What may still be on its
//!   way, or may be our own side's fault, stays in the inbox and is named by every run until it is mended or taken away
//!   (see `refused`). An inbox that cannot be written is no error: then everything stays, and the receipts say so.
//! - A delivery whose `as_of` lies after the business date waits, named in the output: for a replay of an older night it does
//!   not exist yet. If that day has not come at all by the date that the command line passes in, it is a mistake, and it is
//!   refused (`as_of_future`) and moved aside: otherwise a wrong date would mend itself by waiting, without anyone having
//!   looked.
//! - Deliveries are taken in the order of their `as_of` and sequence, so that which one fixes the epoch does not hang on
//!   the names of folders.
//! - A bridge between two keys is a delivery of the dataset `<agency>.bridge`, so that whatever is asked of a delivery is
//!   asked of it; no contract describes it.
//! - Whether a data file has the stated SHA-256 is found when its rows are read (`acquire`), so that nobody can change it in
//!   between and a large one is read once. What turns out to be another file is taken back, and the inbox is gone through again.
//! - A known delivery is not hashed again every night; it is when its snapshot is missing, because then it is read again. Known is
//!   what has a receipt with the digest of the very same `datapackage.json`, which names the digests of its files, and a sealed
//!   snapshot under its id. What lies in the inbox besides is not looked at, so that a change there changes nothing; neither
//!   lengths nor dates of files are taken for a proof of anything.

mod aside;
mod check;
mod descriptor;
mod epoch;
mod error;
mod inbox;
mod mend;
mod names;
mod package;
mod reading;
mod receipt;
mod refusal;
mod refused;
mod signature;
mod signers;
mod verdict;

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
pub use receipt::{Receipt, ReceiptFile, known_packages};
pub use refusal::Refusal;
pub use refused::{Kept, Refused, RefusedReceipt};
pub use signature::{BadSignature, NAMESPACE, SignKey, SignKeyError, fingerprint, verify};
pub use signers::{AllowedSigners, NotAllowed, SignersError};
pub use verdict::{Fault, Verdict, never_stored, tried_again};

use crate::{
    contract::Contract,
    model::{DatasetId, Text},
};
use check::{check, check_names, read_descriptor};
use epoch::EpochGate;
use inbox::{Found, FoundKind};
use receipt::Receipts;
use refused::Refusals;

/// What one round of accepting works with.
pub struct Desk<'a> {
    /// Where deliveries arrive; what is refused for good is moved out of it.
    pub inbox: &'a Path,
    /// The store: receipts, refused deliveries and the epoch are written here.
    pub store: &'a Path,
    /// Who may sign for whom.
    pub signers: &'a AllowedSigners,
    /// The contracts by dataset.
    pub contracts: &'a BTreeMap<DatasetId, Contract>,
    /// The key epoch that the pipeline names, if it names one.
    pub key_id: Option<&'a str>,
    /// The business date: later data does not exist yet.
    pub business_date: NaiveDate,
    /// The day that the command line takes for today: data of a later day is a mistake.
    pub today: NaiveDate,
    /// The business date since which what is taken in now counts as known.
    pub known_on: NaiveDate,
    /// Whether a delivery's rows are in the store already (dataset, delivery).
    pub acquired: &'a dyn Fn(&DatasetId, &str) -> bool,
}

/// What became of one folder of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Signed, allowed and complete, and not yet in the store: to be acquired, which looks at the digests of its files.
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
    let earlier = round.refusals().of_this_date()?;
    let mut outcomes = Vec::new();
    let mut waiting = Vec::new();
    let mut hidden = 0;
    for Found { folder, kind } in found {
        let inside = folder.strip_prefix(desk.inbox).unwrap_or(&folder);
        if names::in_path(inside) {
            hidden += 1;
            let shown = desk.inbox.join(names::hide(inside, hidden));
            outcomes.push(round.refuse(&shown, None, &Refusal::NameHoldsNumber)?);
            continue;
        }
        let has_names = matches!(kind, FoundKind::Delivery | FoundKind::NoDescriptor);
        let candidate = match kind {
            FoundKind::Link => Err(Refusal::FolderIsLink),
            FoundKind::Unreadable(reason) => Err(Refusal::FolderUnreadable { reason }),
            FoundKind::NoDescriptor => Err(Refusal::DescriptorMissing),
            FoundKind::Delivery => read_descriptor(&folder, desk.known_on),
        };
        let candidate = candidate.map_err(|refusal| match check_names(&folder) {
            Err(named) if has_names => named,
            _ => refusal,
        });
        match candidate {
            Ok(candidate) => waiting.push(candidate),
            Err(refusal) => outcomes.push(round.refuse(&folder, None, &refusal)?),
        }
    }
    waiting.sort_by(|(a, _), (b, _)| a.order().cmp(&b.order()));
    for (candidate, descriptor) in waiting {
        outcomes.push(round.take(candidate, &descriptor)?);
    }
    let told: BTreeSet<PathBuf> = outcomes.iter().filter_map(Outcome::refusal).cloned().collect();
    let earlier = earlier.into_iter().filter(|refused| !told.contains(&refused.receipt));
    outcomes.extend(earlier.map(Outcome::Refused));
    outcomes.sort_by(|a, b| a.folder().cmp(b.folder()));
    Ok(outcomes)
}

/// Turns an accepted delivery into a refused one, for what only reading its rows can show. The receipt says so from now on.
pub fn take_back(
    inbox: &Path,
    store: &Path,
    accepted: &Accepted,
    verdict: Verdict,
    on: NaiveDate,
) -> Result<Refused, AcceptError> {
    // Killed after this, the next run finds it in the inbox, accepts and refuses it again.
    Receipts::of(store).withdraw(accepted)?;
    Refusals { store, inbox, on }.put(&accepted.folder, Some(accepted), verdict)
}

/// Gives a refused delivery that stays in the inbox another reason than accepting could know. Its receipt says so from now on.
pub fn restate(refused: &Refused, verdict: Verdict) -> Result<Refused, AcceptError> {
    refused::restate(refused, verdict)
}

impl Outcome {
    /// Where the delivery lay in the inbox.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Accepted { accepted, .. } | Self::Known(accepted) | Self::NotYet(accepted) => {
                &accepted.folder
            }
            Self::Refused(refused) => &refused.folder,
        }
    }

    /// The receipt of a refusal.
    fn refusal(&self) -> Option<&PathBuf> {
        match self {
            Self::Refused(refused) => Some(&refused.receipt),
            _ => None,
        }
    }
}

struct Round<'a> {
    desk: &'a Desk<'a>,
    receipts: Receipts<'a>,
    epoch: EpochGate,
    /// Agency and id of what this round has seen.
    taken: BTreeSet<(String, String)>,
}

impl Round<'_> {
    fn take(&mut self, mut candidate: Accepted, descriptor: &[u8]) -> Result<Outcome, AcceptError> {
        let package = &candidate.package;
        let known = self.receipts.known(&package.agency, &candidate.delivery, &candidate.package_sha256)?;
        let name = (package.agency.clone(), candidate.delivery.clone());
        if known.is_some()
            && (self.taken.contains(&name) || (self.desk.acquired)(&package.dataset, &candidate.delivery))
        {
            return Ok(Outcome::Known(candidate));
        }
        if package.as_of > self.desk.business_date && package.as_of <= self.desk.today {
            return Ok(Outcome::NotYet(candidate));
        }
        let is_known = known.is_some();
        // What was accepted before keeps the date of that night.
        if let Some(day) = known.and_then(|receipt| receipt.accepted_on.parse().ok()) {
            candidate.known_on = day;
        }
        let rivals = self.rivals(&candidate)?;
        match check(self.desk, &self.epoch, &rivals, &candidate, descriptor, is_known) {
            Err(refusal) => self.refuse(&candidate.folder, Some(&candidate), &refusal),
            Ok(passed) => {
                let package = &candidate.package;
                self.epoch.fix(package)?;
                let receipt = Receipt::of(&candidate, passed.signer, passed.notes.clone());
                let path = self.receipts.accept(&receipt, &package.agency)?;
                self.refusals().clear(&candidate);
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
        refusal: &Refusal,
    ) -> Result<Outcome, AcceptError> {
        let mut refused = self.refusals().put(folder, candidate, refusal.verdict())?;
        if let Refusal::KeyWaits { stated, missing, .. } = refusal
            && missing.is_empty()
        {
            refused.waits_for = Some(stated.clone());
        }
        Ok(Outcome::Refused(refused))
    }

    fn refusals(&self) -> Refusals<'_> {
        let Desk { store, inbox, business_date: on, .. } = *self.desk;
        Refusals { store, inbox, on }
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
