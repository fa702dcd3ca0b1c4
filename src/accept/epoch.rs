//! The key epoch of a store: the first accepted delivery fixes it, and nothing of another epoch enters after that.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{
    AcceptError, Refusal,
    package::{HashName, NORMALISATION, Package},
    receipt::write_json,
};

const EPOCH_FILE: &str = "epoch.json";

/// What makes tokens comparable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// The key's name.
    pub key_id: String,
    /// The keyed hash; not fixed while only the pipeline has spoken.
    pub hash: HashName,
    /// The normalisation before hashing.
    pub normalisation: u32,
}

/// The epoch as far as it is known during one round of accepting.
#[derive(Debug)]
pub(super) struct EpochGate {
    path: PathBuf,
    fixed: Option<Epoch>,
    named: Option<String>,
}

impl EpochGate {
    /// Reads the store's epoch; `named` is the key that the pipeline expects.
    pub(super) fn open(store: &Path, named: Option<&str>) -> Result<Self, AcceptError> {
        let path = store.join(EPOCH_FILE);
        let fixed: Option<Epoch> = match std::fs::read(&path) {
            Ok(bytes) => Some(serde_json::from_slice(&bytes).map_err(|error| AcceptError::EpochDamaged {
                path: path.clone(),
                reason: error.to_string(),
            })?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => return Err(AcceptError::Io { path, source }),
        };
        if let (Some(epoch), Some(named)) = (&fixed, named)
            && epoch.key_id != named
        {
            return Err(AcceptError::EpochConflict {
                path,
                store: epoch.key_id.clone(),
                named: named.to_owned(),
            });
        }
        Ok(Self { path, fixed, named: named.map(str::to_owned) })
    }

    /// Whether a package's tokens can be compared with the store's.
    pub(super) fn check(&self, package: &Package) -> Result<(), Refusal> {
        if package.normalisation != NORMALISATION {
            return Err(Refusal::NormalisationUnknown { stated: package.normalisation });
        }
        let ours = self.fixed.as_ref().map(|epoch| &epoch.key_id).or(self.named.as_ref());
        if let Some(ours) = ours.filter(|ours| **ours != package.key_id) {
            return Err(Refusal::KeyEpoch { stated: package.key_id.clone(), ours: ours.clone() });
        }
        match &self.fixed {
            Some(epoch) if epoch.hash != package.hash => {
                Err(Refusal::HashAlgorithm { stated: package.hash, ours: epoch.hash })
            }
            _ => Ok(()),
        }
    }

    /// Fixes the epoch by the first delivery that is accepted.
    pub(super) fn fix(&mut self, package: &Package) -> Result<(), AcceptError> {
        if self.fixed.is_some() {
            return Ok(());
        }
        let epoch = Epoch {
            key_id: package.key_id.clone(),
            hash: package.hash,
            normalisation: package.normalisation,
        };
        write_json(&self.path, &epoch)?;
        self.fixed = Some(epoch);
        Ok(())
    }
}
