//! What became of a refused delivery: its receipt, and the delivery itself, moved beside the receipt or left in the inbox.
//!
//! ```text
//! store/refused/<agency>/<delivery>/receipt.json   the reasons
//!                                  /delivery/      the folder, whole, if what is wrong with it is wrong for good
//! store/refused/<agency>/<delivery>.2/…            the same name, refused again with another content
//! ```
//!
//! A delivery that was moved here is evidence: it is never changed, replaced or removed again.
//!
//! # Decisions
//!
//! - Moved is what no waiting mends (`Refusal::is_final`). What may still be arriving, or may be our own side's fault (a
//!   list of signers that is behind, a key, a contract, a disk), stays and is tried again by the next run.
//! - A delivery with identity numbers in the clear is never moved: what lies in the store is kept, and those must not be.
//! - The receipt is written before the move, and says where the delivery will be: killed in between, the next run finds the
//!   delivery in the inbox and does both again.
//! - The same bytes sent again for the same reason are the same evidence: they leave the inbox and the receipt says on
//!   which day they came again. A mirror that brings a refused folder every night does not fill the store.
//! - What was refused and moved on a business date is named again by every run for that date: a night that is repeated says
//!   what it said the first time.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    AcceptError, Accepted, Epoch, Fault, Verdict, aside, folder_name, is_plain_name, receipt::write_json,
    verdict::not_moved,
};
use crate::model::{DatasetId, Digest, Text, printable};

const RECEIPT: &str = "receipt.json";
const DELIVERY: &str = "delivery";

/// Where a refused delivery is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Moved beside its receipt.
    Aside(PathBuf),
    /// Still in the inbox, and why.
    Inbox(Text),
}

/// A refused delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it lay in the inbox.
    pub folder: PathBuf,
    /// The agency: as stated, else the folder that it lies in.
    pub agency: String,
    /// The dataset, if the descriptor could be read.
    pub dataset: Option<DatasetId>,
    /// The delivery's id, or its folder's name if it has none.
    pub delivery: String,
    /// Why.
    pub verdict: Verdict,
    /// The receipt that was written.
    pub receipt: PathBuf,
    /// Where it is now.
    pub kept: Kept,
    /// The key epoch that it waits for, if every bridge to it is there.
    pub waits_for: Option<Epoch>,
}

/// The receipt of a refused delivery, `<store>/refused/<agency>/<delivery>/receipt.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedReceipt {
    /// Always `refused`.
    pub outcome: String,
    /// The agency.
    #[serde(default)]
    pub agency: String,
    /// The delivery's id, or its folder's name.
    #[serde(default)]
    pub delivery: String,
    /// `agency.dataset`, if the descriptor could be read.
    #[serde(default)]
    pub dataset: Option<String>,
    /// The day of the data, if the descriptor could be read.
    #[serde(default)]
    pub as_of: Option<String>,
    /// Where in the inbox it lay.
    pub folder: String,
    /// The reasons' names.
    pub code: String,
    /// Everything that is wrong.
    pub what: Text,
    /// What the receiver can do.
    pub what_to_do: Text,
    /// The same, one by one, with what the agency can do.
    #[serde(default)]
    pub problems: Vec<Fault>,
    /// The business date of the run that refused it.
    pub refused_on: String,
    /// The last business date on which the same bytes came again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_on: Option<String>,
    /// Why it is still in the inbox; none: it lies beside this receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still_in_the_inbox: Option<Text>,
}

/// The desk at which deliveries are refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusals<'a> {
    pub(super) store: &'a Path,
    pub(super) inbox: &'a Path,
    /// The business date.
    pub(super) on: NaiveDate,
}

impl Refusals<'_> {
    /// Writes the receipt and moves the delivery aside, if it is to be moved and can be.
    pub(super) fn put(
        &self,
        folder: &Path,
        candidate: Option<&Accepted>,
        verdict: Verdict,
    ) -> Result<Refused, AcceptError> {
        let (agency, delivery) = self.name(folder, candidate);
        let inside = folder.strip_prefix(self.inbox).unwrap_or(folder);
        let mut receipt = RefusedReceipt {
            outcome: "refused".to_owned(),
            agency: agency.clone(),
            delivery: delivery.clone(),
            dataset: candidate.map(|candidate| candidate.package.dataset.to_string()),
            as_of: candidate.map(|candidate| candidate.package.as_of.to_string()),
            folder: printable(&inside.to_string_lossy(), 400),
            code: verdict.code(),
            what: verdict.what(),
            what_to_do: verdict.hint(),
            problems: verdict.faults.clone(),
            refused_on: self.on.to_string(),
            again_on: None,
            still_in_the_inbox: None,
        };
        let (slot, earlier) = self.slot(&agency, &delivery, folder, &receipt.code)?;
        let path = slot.join(RECEIPT);
        let may_move = verdict.stays.clone().map_or_else(|| self.may_move(folder), Err);
        let stays = match (may_move, earlier) {
            (Err(why), _) => Some(why),
            (Ok(()), None) => {
                write_json(&path, &receipt)?;
                aside::move_whole(folder, &slot.join(DELIVERY))
                    .err()
                    .map(|error| not_moved(&error.to_string()))
            }
            (Ok(()), Some(earlier)) => {
                let again_on = Some(self.on.to_string());
                receipt = RefusedReceipt { again_on, still_in_the_inbox: None, ..earlier };
                write_json(&path, &receipt)?;
                aside::take_away(folder).err().map(|error| not_moved(&error.to_string()))
            }
        };
        let kept = match stays {
            None => Kept::Aside(slot.join(DELIVERY)),
            Some(why) => {
                receipt.still_in_the_inbox = Some(why.clone());
                write_json(&path, &receipt)?;
                Kept::Inbox(why)
            }
        };
        let dataset = candidate.map(|candidate| candidate.package.dataset.clone());
        let folder = folder.to_owned();
        Ok(Refused { folder, agency, dataset, delivery, verdict, receipt: path, kept, waits_for: None })
    }

    /// The place of this refusal: the first of its name where no delivery lies yet, or where this very one lies, with the
    /// receipt of that time.
    fn slot(
        &self,
        agency: &str,
        delivery: &str,
        folder: &Path,
        code: &str,
    ) -> Result<(PathBuf, Option<RefusedReceipt>), AcceptError> {
        let mut number = 1_u32;
        loop {
            let slot = slot(self.store, agency, delivery, number);
            let evidence = slot.join(DELIVERY);
            if fs::symlink_metadata(&evidence).is_err() {
                return Ok((slot, None));
            }
            let earlier = read(&slot.join(RECEIPT))?.filter(|receipt| receipt.code == code);
            // What cannot be read to the end is not taken for the same.
            if earlier.is_some() && aside::is_same(&evidence, folder).unwrap_or(false) {
                return Ok((slot, earlier));
            }
            number += 1;
        }
    }

    /// Whether a folder is one delivery's alone.
    fn may_move(&self, folder: &Path) -> Result<(), Text> {
        if folder == self.inbox {
            return Err(not_moved("it is the inbox itself"));
        }
        match aside::holds_another(folder) {
            Ok(false) => Ok(()),
            Ok(true) => Err(not_moved("another delivery lies inside it")),
            Err(error) => Err(not_moved(&error.to_string())),
        }
    }

    /// The agency and the name under which a refusal is kept. Names come from outside: what is not plain enough for a path
    /// is replaced by its digest.
    fn name(&self, folder: &Path, candidate: Option<&Accepted>) -> (String, String) {
        if let Some(candidate) = candidate {
            return (candidate.package.agency.clone(), candidate.delivery.clone());
        }
        let inside = folder.strip_prefix(self.inbox).unwrap_or(folder);
        let mut name = folder_name(inside);
        if !is_plain_name(&name, 128) {
            let digest = Digest::of(inside.to_string_lossy().as_bytes()).hex();
            name = format!("folder-{}", digest.get(..8).unwrap_or_default());
        }
        let parent = inside.parent().map(folder_name).unwrap_or_default();
        (if is_plain_name(&parent, 64) { parent } else { "unknown".to_owned() }, name)
    }

    /// Takes back what was said about a delivery while it was arriving. Evidence stays.
    pub(super) fn clear(&self, accepted: &Accepted) {
        for (agency, name) in [self.name(&accepted.folder, None), self.name(&accepted.folder, Some(accepted))]
        {
            for number in 1_u32.. {
                let slot = slot(self.store, &agency, &name, number);
                if !slot.is_dir() {
                    break;
                }
                if fs::symlink_metadata(slot.join(DELIVERY)).is_err() {
                    // Nothing is lost when it cannot be removed: the receipt of the acceptance is the newer word.
                    let _ = fs::remove_file(slot.join(RECEIPT));
                    let _ = fs::remove_dir(slot);
                }
            }
        }
    }

    /// What was refused and moved aside on this business date by an earlier run.
    pub(super) fn of_this_date(&self) -> Result<Vec<Refused>, AcceptError> {
        let on = self.on.to_string();
        let mut found = Vec::new();
        for agency in folders(&self.store.join("refused"))? {
            for slot in folders(&agency)? {
                let path = slot.join(RECEIPT);
                // A receipt that cannot be read any more is no reason to stop a night that has nothing to do with it.
                let Ok(Some(receipt)) = read(&path) else { continue };
                let evidence = slot.join(DELIVERY);
                let is_of_today = receipt.refused_on == on || receipt.again_on.as_ref() == Some(&on);
                if is_of_today && receipt.still_in_the_inbox.is_none() && evidence.is_dir() {
                    found.push(receipt.refused(self.inbox, path, Kept::Aside(evidence)));
                }
            }
        }
        Ok(found)
    }
}

impl RefusedReceipt {
    fn refused(self, inbox: &Path, receipt: PathBuf, kept: Kept) -> Refused {
        Refused {
            folder: inbox.join(&self.folder),
            agency: self.agency,
            dataset: self.dataset.and_then(|dataset| dataset.parse().ok()),
            delivery: self.delivery,
            verdict: Verdict { faults: self.problems, stays: None },
            receipt,
            kept,
            waits_for: None,
        }
    }
}

/// Writes another reason into the receipt.
pub(super) fn restate(refused: &Refused, verdict: Verdict) -> Result<Refused, AcceptError> {
    if let Some(mut receipt) = read(&refused.receipt)? {
        receipt.code = verdict.code();
        receipt.what = verdict.what();
        receipt.what_to_do = verdict.hint();
        receipt.problems = verdict.faults.clone();
        write_json(&refused.receipt, &receipt)?;
    }
    Ok(Refused { verdict, ..refused.clone() })
}

fn slot(store: &Path, agency: &str, name: &str, number: u32) -> PathBuf {
    let name = if number == 1 { name.to_owned() } else { format!("{name}.{number}") };
    store.join("refused").join(agency).join(name)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>, AcceptError> {
    let failed = |source| AcceptError::Io { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}

fn read(path: &Path) -> Result<Option<RefusedReceipt>, AcceptError> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| AcceptError::ReceiptDamaged {
            path: path.to_owned(),
            reason: error.to_string(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AcceptError::Io { path: path.to_owned(), source }),
    }
}
