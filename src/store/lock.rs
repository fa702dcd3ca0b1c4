//! The right to write to a store: one holder at a time, also between processes.
//!
//! The operating system gives the lock back when its holder dies, so there are no stale locks to break.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};

use super::{Draft, Store, StoreError};

const LOCK_FILE: &str = ".lock";
const DRAFTS: &str = ".drafts";

/// Held while writing.
#[derive(Debug)]
pub struct StoreLock {
    store: Store,
    drafts_begun: AtomicU64,
    /// What is being taken away.
    leaving: Mutex<Vec<JoinHandle<()>>>,
    _file: File,
}

impl Drop for StoreLock {
    fn drop(&mut self) {
        let leaving = self.leaving.get_mut().unwrap_or_else(PoisonError::into_inner);
        // One that could not be taken away is swept when the lock is next taken.
        leaving.drain(..).for_each(|draft| drop(draft.join()));
    }
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
        Ok(Self { store, drafts_begun: AtomicU64::new(0), leaving: Mutex::default(), _file: file })
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

    /// Takes a draft away that is not needed any more, on a thread of its own: of very large files that takes a while, for which
    /// nobody need wait. The lock is held until it is gone.
    pub fn let_go(&self, draft: Draft) {
        // Where the system gives no thread it is taken away here and now.
        let leaving = thread::Builder::new().spawn(move || drop(draft));
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner).extend(leaving.ok());
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
    fn what_was_let_go_is_gone_when_the_lock_is() {
        let root = tempfile::tempdir().unwrap();
        let lock = Store::at(root.path()).lock().unwrap();
        for _ in 0..3 {
            let draft = lock.draft().unwrap();
            for file in 0..200 {
                fs::write(draft.path().join(file.to_string()), [0; 1 << 12]).unwrap();
            }
            lock.let_go(draft);
        }
        assert!(root.path().join(DRAFTS).exists());
        drop(lock);
        assert_eq!(fs::read_dir(root.path().join(DRAFTS)).unwrap().count(), 0);
    }

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
