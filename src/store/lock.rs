//! The right to write to a store: one holder at a time, also between processes.
//!
//! The operating system gives the lock back when its holder dies, so there are no stale locks to break.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use super::{Draft, Store, StoreError};

const LOCK_FILE: &str = ".lock";
const DRAFTS: &str = ".drafts";

/// Held while writing.
#[derive(Debug)]
pub struct StoreLock {
    store: Store,
    drafts_begun: AtomicU64,
    _file: File,
}

impl StoreLock {
    pub(super) fn take(store: Store) -> Result<Self, StoreError> {
        let root = store.root();
        fs::create_dir_all(root).map_err(StoreError::io("create", root))?;
        let path = root.join(LOCK_FILE);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(StoreError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { path: root.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(StoreError::io("lock", &path)(source)),
        }
        // Whoever made these is dead, or the lock would not be ours.
        let drafts = root.join(DRAFTS);
        remove_if_there(&drafts).map_err(StoreError::io("sweep", &drafts))?;
        Ok(Self { store, drafts_begun: AtomicU64::new(0), _file: file })
    }

    /// The store that is locked.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// A folder to write into until it is sealed.
    pub fn draft(&self) -> Result<Draft, StoreError> {
        let path = self.next_path();
        fs::create_dir_all(&path).map_err(StoreError::io("create", &path))?;
        Ok(Draft::new(path, self.store.root().to_owned()))
    }

    fn next_path(&self) -> PathBuf {
        let number = self.drafts_begun.fetch_add(1, Ordering::Relaxed) + 1;
        self.store.root().join(DRAFTS).join(number.to_string())
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_holds_the_lock_and_the_next_sweeps_what_was_left() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        let lock = store.lock().unwrap();
        assert!(matches!(store.lock(), Err(StoreError::Locked { .. })));
        let draft = lock.draft().unwrap();
        fs::write(draft.path().join("half.parquet"), b"half").unwrap();
        // A killed process drops nothing.
        std::mem::forget(draft);
        drop(lock);
        assert!(root.path().join(DRAFTS).join("1/half.parquet").exists());
        let _lock = store.lock().unwrap();
        assert!(!root.path().join(DRAFTS).exists());
    }
}
