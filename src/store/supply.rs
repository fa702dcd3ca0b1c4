//! Files of the store that are not where they are read: who reads one asks for it first. It never changes a file.

use std::path::PathBuf;

use futures::future::BoxFuture;

use super::StoreError;

/// Brings files of the store to where their paths say.
pub trait Supply: Sync {
    /// When it returns, these files lie there whole, if the store holds them.
    fn bring(&self, files: &[PathBuf]) -> Result<(), StoreError>;
}

/// A store that is a folder of this machine: everything is there.
#[derive(Debug, Clone, Copy, Default)]
pub struct InPlace;

impl Supply for InPlace {
    fn bring(&self, _: &[PathBuf]) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Puts files of the store where the machines of a cluster read them, which have no folder in common with this one.
pub trait Share: Send + Sync {
    /// When it is done, these files lie there whole; the address of each, in their order.
    fn share<'a>(&'a self, files: &'a [PathBuf]) -> BoxFuture<'a, Result<Vec<String>, StoreError>>;
}
