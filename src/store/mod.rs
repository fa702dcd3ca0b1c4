//! What was known when: folders that appear whole or not at all, and what they hold.
//!
//! Nothing here is ever changed after it was sealed. Who wants to write must hold the store's [`StoreLock`], of
//! which there is one at a time; what a killed writer left behind is swept when the next one takes the lock.

#[cfg(test)]
pub(crate) mod arrivals;
mod bridge;
mod bridged;
pub mod bucket;
mod dictionary;
mod draft;
mod growing;
mod index;
mod lock;
mod nulls;
mod people;
mod record;
mod resolve;
mod reuse;
mod segment;
mod shelf;
mod supply;
mod token_table;
mod volume;

use std::{
    io,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;

pub use bridge::{Bridge, BridgeRecord, contradictions, turned};
pub use bridged::Bridged;
pub use dictionary::Dictionary;
pub use draft::Draft;
pub use growing::{GrowingDictionary, Loading, Unsealed};
pub use lock::StoreLock;
pub use nulls::nulls;
pub use people::PeopleSet;
pub use record::{Counts, RECORD_FILE, SnapshotRecord};
pub use resolve::{Part, Resolved, resolve};
pub use reuse::{Reusable, ReuseShelf};
pub use shelf::{Shelf, Snapshot};
pub use supply::{InPlace, Share, Supply};

use crate::model::DatasetId;

/// The data file of a snapshot.
pub const PART_FILE: &str = "part-0.parquet";
/// The data file of a quarantine folder.
pub const QUARANTINE_FILE: &str = "rows.parquet";

/// Why the store cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the texts say what each one is")]
pub enum StoreError {
    #[error("cannot {doing} {}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("cannot {doing} {}", path.display())]
    Parquet { doing: &'static str, path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("another process is writing to {}", path.display())]
    Locked { path: PathBuf },
    #[error("{} is sealed already", path.display())]
    AlreadySealed { path: PathBuf },
    #[error("{}: number {found} where {expected} must stand", path.display())]
    DictionaryGap { path: PathBuf, expected: i64, found: i64 },
    #[error("{}: the token of number {number} has a number already", path.display())]
    TokenTwice { path: PathBuf, number: i64 },
    #[error("{}: not a dictionary segment", path.display())]
    BadSegment { path: PathBuf },
    #[error("the dictionary is full")]
    DictionaryFull,
    #[error("{}: not a snapshot's record", path.display())]
    BadRecord { path: PathBuf, source: serde_json::Error },
    #[error("{}: the record says {said}", path.display())]
    Misplaced { path: PathBuf, said: String },
    #[error(transparent)]
    Bucket(Box<bucket::BucketError>),
}

impl StoreError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }

    pub(crate) fn parquet<E>(doing: &'static str, path: &Path) -> impl FnOnce(E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        move |source| Self::Parquet { doing, path: path.to_owned(), source: Box::new(source) }
    }
}

/// Where things lie in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// A store at this folder, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Takes the right to write, and sweeps what a killed writer left.
    pub fn lock(&self) -> Result<StoreLock, StoreError> {
        StoreLock::take(self.clone())
    }

    /// The segments of the dictionary.
    pub fn dictionary(&self) -> PathBuf {
        self.root.join("dictionary")
    }

    /// All snapshots.
    pub fn snapshots(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    /// The folder of one delivery's snapshot.
    pub fn snapshot(&self, dataset: &DatasetId, as_of: NaiveDate, delivery: &str) -> PathBuf {
        let dataset_folder = self.snapshots().join(&dataset.agency).join(&dataset.dataset);
        dataset_folder.join(format!("as_of={as_of}")).join(format!("delivery={delivery}"))
    }

    /// The folder of one delivery's rows that were set aside.
    pub fn quarantine(&self, dataset: &DatasetId, delivery: &str) -> PathBuf {
        let dataset_folder = self.root.join("quarantine").join(&dataset.agency).join(&dataset.dataset);
        dataset_folder.join(format!("delivery={delivery}"))
    }
}
