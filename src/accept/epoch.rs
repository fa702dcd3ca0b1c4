//! The key epochs of a store: the first accepted delivery fixes one, and only bridges from every agency lead to the next.
//!
//! `epoch.json` lists them, newest last; what is not of the newest does not enter.
//!
//! # Decisions
//!
//! - A replaced epoch is closed, also for corrections: who can make a correction has the raw file and the new key, and the
//!   delivery's id, which `supersedes` names, does not hang on the key. So no new token of an old key is read after the change:
//!   only a delivery that was accepted before it, and whose snapshot is lost, is read again; the dictionary knows its people.
//! - A pipeline that names a key holds the store there: it moves on only to the key that the pipeline names.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    AcceptError, Refusal,
    package::{Epoch, NORMALISATION, Package},
    receipt::write_json,
};
use crate::store::{Bridge, Store};

const EPOCH_FILE: &str = "epoch.json";

/// The epochs of a store, newest last.
pub fn epochs(store: &Path) -> Result<Vec<Epoch>, AcceptError> {
    let path = store.join(EPOCH_FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(AcceptError::Io { path, source }),
    };
    let read = |bytes: &[u8]| match serde_json::from_slice::<serde_json::Value>(bytes)? {
        // As it was written before keys could change.
        one @ serde_json::Value::Object(_) => Ok(vec![serde_json::from_value(one)?]),
        list => serde_json::from_value(list),
    };
    read(&bytes)
        .map_err(|error: serde_json::Error| AcceptError::EpochDamaged { path, reason: error.to_string() })
}

/// Makes `to` the store's epoch. From now on nothing of an earlier one enters.
pub fn move_on(store: &Path, to: &Epoch) -> Result<(), AcceptError> {
    let mut epochs = epochs(store)?;
    epochs.push(to.clone());
    write_json(&store.join(EPOCH_FILE), &epochs)
}

/// The epochs as far as they are known during one round of accepting.
#[derive(Debug)]
pub(super) struct EpochGate {
    store: PathBuf,
    epochs: Vec<Epoch>,
    named: Option<String>,
    /// The bridges from the newest epoch: where to, and whose.
    bridges: BTreeSet<(Epoch, String)>,
    /// The agencies of which the store holds anything.
    agencies: BTreeSet<String>,
}

impl EpochGate {
    /// Reads the store's epochs; `named` is the key that the pipeline expects.
    pub(super) fn open(store: &Path, named: Option<&str>) -> Result<Self, AcceptError> {
        let epochs = epochs(store)?;
        let place = Store::at(store);
        let bridges: BTreeSet<(Epoch, String)> = Bridge::standing(&place)?
            .into_iter()
            .filter(|bridge| Some(&bridge.record.from) == epochs.last())
            .map(|bridge| (bridge.record.to, bridge.record.agency))
            .collect();
        if let (Some(epoch), Some(named)) = (epochs.last(), named)
            && epoch.key_id != named
            && !bridges.iter().any(|(to, _)| to.key_id == named)
        {
            return Err(AcceptError::EpochConflict {
                path: store.join(EPOCH_FILE),
                store: epoch.key_id.clone(),
                named: named.to_owned(),
            });
        }
        let agencies = place.agencies()?;
        Ok(Self { store: store.to_owned(), epochs, named: named.map(str::to_owned), bridges, agencies })
    }

    /// Whether a package's tokens can be compared with the store's.
    pub(super) fn check(&self, package: &Package) -> Result<(), Refusal> {
        if package.normalisation != NORMALISATION {
            return Err(Refusal::NormalisationUnknown { stated: package.normalisation });
        }
        let stated = package.epoch();
        if let Some(to) = &package.bridge_to {
            return self.check_bridge(&stated, to);
        }
        let Some(ours) = self.epochs.last() else {
            return match &self.named {
                Some(named) if *named != stated.key_id => {
                    Err(Refusal::KeyEpoch { stated: stated.key_id, ours: named.clone() })
                }
                _ => Ok(()),
            };
        };
        if stated == *ours {
            return Ok(());
        }
        if stated.key_id == ours.key_id {
            return Err(Refusal::HashAlgorithm { stated: stated.hash, ours: ours.hash });
        }
        Err(self.other_key(stated, ours.key_id.clone()))
    }

    /// Whether the store was in the package's epoch before, or is.
    pub(super) fn had(&self, package: &Package) -> bool {
        self.epochs.contains(&package.epoch())
    }

    /// Why a delivery of another key does not enter.
    fn other_key(&self, stated: Epoch, ours: String) -> Refusal {
        if self.epochs.iter().any(|epoch| epoch.key_id == stated.key_id) {
            return Refusal::KeyReplaced { stated: stated.key_id, ours };
        }
        let there: BTreeSet<&String> =
            self.bridges.iter().filter(|(to, _)| *to == stated).map(|(_, agency)| agency).collect();
        if there.is_empty() {
            return Refusal::KeyEpoch { stated: stated.key_id, ours };
        }
        let missing = self.agencies.iter().filter(|agency| !there.contains(agency)).cloned().collect();
        Refusal::KeyWaits { stated, ours, missing }
    }

    /// A bridge leads from the store's epoch to one that it never had.
    fn check_bridge(&self, from: &Epoch, to: &Epoch) -> Result<(), Refusal> {
        let ours = self.epochs.last();
        if ours == Some(from) && self.epochs.iter().all(|epoch| epoch.key_id != to.key_id) {
            return Ok(());
        }
        Err(Refusal::BridgeEpoch {
            from: format!("{} {}", from.key_id, from.hash),
            to: format!("{} {}", to.key_id, to.hash),
            ours: ours.map_or_else(|| "—".to_owned(), |ours| format!("{} {}", ours.key_id, ours.hash)),
        })
    }

    /// Fixes the epoch by the first delivery that is accepted.
    pub(super) fn fix(&mut self, package: &Package) -> Result<(), AcceptError> {
        if self.epochs.is_empty() {
            let epoch = package.epoch();
            move_on(&self.store, &epoch)?;
            self.epochs.push(epoch);
        }
        Ok(())
    }
}
