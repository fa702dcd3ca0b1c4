//! Files of the store that are not on this machine yet: who reads one asks for it first. It never changes a file.

use std::path::PathBuf;

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
