//! Receipts: what became of each delivery, as a JSON file in the store that can be sent back to the agency.
//!
//! A receipt carries the business date and no clock time, so the same night writes the same bytes.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{AcceptError, Accepted};
use crate::{
    model::{Digest, Month, Text},
    store::{Bridge, Shelf, Store},
};

/// The receipt of an accepted delivery, `<store>/receipts/<agency>/<delivery>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Always `accepted`.
    pub outcome: String,
    /// The delivery's id.
    pub delivery: String,
    /// `agency.dataset`.
    pub dataset: String,
    /// The day of the data.
    pub as_of: String,
    /// Its number among the deliveries of that day.
    pub sequence: u32,
    /// The delivery that it corrects.
    pub supersedes: Option<String>,
    /// The months that it speaks for.
    pub months: Vec<String>,
    /// The digest of the descriptor.
    pub package_sha256: String,
    /// The fingerprint of the key that signed it.
    pub signer: String,
    /// The key epoch of its tokens.
    pub key_id: String,
    /// The business date since which it is known: that of the night that took it in.
    pub accepted_on: String,
    /// Its files.
    pub files: Vec<ReceiptFile>,
    /// What a person may want to know.
    pub notes: Vec<Text>,
}

/// One file of an accepted delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFile {
    /// Its path in the delivery.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: String,
    /// The rows stated.
    pub rows: u64,
    /// The rows that the agency's own sealing set aside.
    pub set_aside: u64,
}

impl Receipt {
    /// The receipt of a delivery.
    pub(super) fn of(accepted: &Accepted, signer: String, notes: Vec<Text>) -> Self {
        let package = &accepted.package;
        let files = package.resources.iter().map(|resource| ReceiptFile {
            path: resource.path.clone(),
            bytes: resource.bytes,
            sha256: resource.sha256.hex(),
            rows: resource.rows,
            set_aside: resource.set_aside,
        });
        Self {
            outcome: "accepted".to_owned(),
            delivery: accepted.delivery.clone(),
            dataset: package.dataset.to_string(),
            as_of: package.as_of.to_string(),
            sequence: package.sequence,
            supersedes: package.supersedes.clone(),
            months: package.months.iter().map(Month::to_string).collect(),
            package_sha256: accepted.package_sha256.hex(),
            signer,
            key_id: package.key_id.clone(),
            accepted_on: accepted.known_on.to_string(),
            files: files.collect(),
            notes,
        }
    }
}

/// The digests of the descriptors of deliveries that were accepted and whose rows are in the store: of these nothing but the
/// descriptor is ever looked at again.
pub fn known_packages(store: &Path) -> Result<BTreeSet<String>, AcceptError> {
    let place = Store::at(store);
    let shelf = Shelf::open(&place)?;
    let snapshots = shelf.datasets().flat_map(|dataset| shelf.snapshots(dataset));
    let mut known: BTreeSet<String> =
        snapshots.map(|snapshot| snapshot.record.package_sha256.hex()).collect();
    known.extend(Bridge::standing(&place)?.into_iter().map(|bridge| bridge.record.package_sha256));
    let receipts = Receipts::of(store);
    let mut accepted = BTreeSet::new();
    for agency in place.agencies()? {
        accepted.extend(receipts.beginning(&agency, "")?.into_iter().map(|receipt| receipt.package_sha256));
    }
    known.retain(|package| accepted.contains(package));
    Ok(known)
}

/// Where a store keeps its receipts.
#[derive(Debug)]
pub(super) struct Receipts<'a> {
    store: &'a Path,
}

impl<'a> Receipts<'a> {
    pub(super) fn of(store: &'a Path) -> Self {
        Self { store }
    }

    fn accepted_path(&self, agency: &str, delivery: &str) -> PathBuf {
        self.store.join("receipts").join(agency).join(format!("{delivery}.json"))
    }

    /// The receipt of a delivery that was accepted before, if the descriptor is the same to the byte.
    pub(super) fn known(
        &self,
        agency: &str,
        delivery: &str,
        package: &Digest,
    ) -> Result<Option<Receipt>, AcceptError> {
        let receipt = read(&self.accepted_path(agency, delivery))?;
        Ok(receipt.filter(|receipt| receipt.package_sha256 == package.hex()))
    }

    /// Receipts of accepted deliveries whose id begins with `start`, sorted by id.
    pub(super) fn beginning(&self, agency: &str, start: &str) -> Result<Vec<Receipt>, AcceptError> {
        let folder = self.store.join("receipts").join(agency);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(AcceptError::Io { path: folder, source }),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| AcceptError::Io { path: folder.clone(), source })?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(start) && name.ends_with(".json") {
                names.push(name);
            }
        }
        names.sort();
        names.iter().filter_map(|name| read(&folder.join(name)).transpose()).collect()
    }

    /// Writes the receipt of an accepted delivery.
    pub(super) fn accept(&self, receipt: &Receipt, agency: &str) -> Result<PathBuf, AcceptError> {
        let path = self.accepted_path(agency, &receipt.delivery);
        write_json(&path, receipt)?;
        Ok(path)
    }

    /// Takes an acceptance back.
    pub(super) fn withdraw(&self, accepted: &Accepted) -> Result<(), AcceptError> {
        let path = self.accepted_path(&accepted.package.agency, &accepted.delivery);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(AcceptError::Io { path, source }),
            _ => Ok(()),
        }
    }
}

fn read(path: &Path) -> Result<Option<Receipt>, AcceptError> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| AcceptError::ReceiptDamaged {
            path: path.to_owned(),
            reason: error.to_string(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AcceptError::Io { path: path.to_owned(), source }),
    }
}

/// Writes a JSON file whole or not at all: beside its place, flushed to disk, then renamed.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), AcceptError> {
    let io = |source| AcceptError::Io { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| io(error.into()))?;
    text.push(b'\n');
    fs::create_dir_all(folder).map_err(io)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(io)?;
    file.write_all(&text).and_then(|()| file.as_file().sync_all()).map_err(io)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(io)?;
    }
    file.persist(path).map_err(|error| io(error.error))?;
    Ok(())
}
