//! Why accepting cannot go on at all: the inbox or the store, never one delivery.

use std::{io, path::PathBuf};

use crate::store::StoreError;

/// Why accepting cannot go on at all.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The inbox cannot be read.
    #[error("inbox {}", path.display())]
    Inbox {
        /// The inbox.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What the store holds cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store cannot be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The epoch file is damaged.
    #[error("{}: the key epoch of the store cannot be read: {reason}", path.display())]
    EpochDamaged {
        /// The epoch file.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// The pipeline names another key epoch than the store's.
    #[error("{}: the store holds tokens of key epoch `{store}`, but the pipeline names `{named}`", path.display())]
    EpochConflict {
        /// The epoch file.
        path: PathBuf,
        /// The store's epoch.
        store: String,
        /// The pipeline's.
        named: String,
    },
    /// A receipt is damaged.
    #[error("{}: the receipt cannot be read: {reason}", path.display())]
    ReceiptDamaged {
        /// The receipt.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
}
