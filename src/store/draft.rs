//! A folder that appears whole or not at all: written aside, flushed to the disk, then renamed into its place.
//!
//! A draft that is dropped unsealed takes its files with it.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::StoreError;
use crate::threads::on_threads;

/// How many flush files at the same time, at the most.
const FLUSHERS: usize = 8;
/// So few files are flushed one after the other.
const FEW: usize = 16;

/// A folder that nobody sees yet.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    root: PathBuf,
    sealed: bool,
}

impl Draft {
    pub(super) fn new(path: PathBuf, root: PathBuf) -> Self {
        Self { path, root, sealed: false }
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder appear at `target`, which must not be there yet.
    pub fn seal(mut self, target: &Path) -> Result<(), StoreError> {
        flush_tree(&self.path)?;
        if target.exists() {
            return Err(StoreError::AlreadySealed { path: target.to_owned() });
        }
        self.publish(&self.path, target)?;
        self.sealed = true;
        Ok(())
    }

    /// As [`Draft::seal`], but a folder that stands at `target` gives way: for what is remade after a crash
    /// before it counts.
    pub fn seal_over(self, target: &Path) -> Result<(), StoreError> {
        if target.exists() {
            fs::remove_dir_all(target).map_err(StoreError::io("replace", target))?;
        }
        self.seal(target)
    }

    /// Makes one file of the draft appear at `target`, which must not be there yet.
    pub fn seal_file(self, name: &str, target: &Path) -> Result<(), StoreError> {
        let file = self.path.join(name);
        flush(&file)?;
        if target.exists() {
            return Err(StoreError::AlreadySealed { path: target.to_owned() });
        }
        self.publish(&file, target)
    }

    fn publish(&self, from: &Path, target: &Path) -> Result<(), StoreError> {
        let parent = target.parent().unwrap_or(&self.root);
        fs::create_dir_all(parent).map_err(StoreError::io("create", parent))?;
        fs::rename(from, target).map_err(StoreError::io("seal", target))?;
        // The entry must survive a power cut, and so must every folder on the way to it.
        for folder in parent.ancestors().take_while(|folder| folder.starts_with(&self.root)) {
            flush(folder)?;
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.sealed {
            // Best effort: what stays is swept when the lock is next taken.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Flushes a folder and everything below it. Where that is much, several at a time: each waits for the disk.
fn flush_tree(folder: &Path) -> Result<(), StoreError> {
    let mut all = Vec::new();
    entries(folder, &mut all)?;
    let flushers = all.len().div_ceil(FEW).min(FLUSHERS);
    on_threads(flushers, all, |path| flush(&path)).into_iter().collect()
}

/// A folder and everything below it.
fn entries(folder: &Path, all: &mut Vec<PathBuf>) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(StoreError::io("read", folder))? {
        let path = entry.map_err(StoreError::io("read", folder))?.path();
        if path.is_dir() { entries(&path, all)? } else { all.push(path) }
    }
    all.push(folder.to_owned());
    Ok(())
}

fn flush(path: &Path) -> Result<(), StoreError> {
    sync(path).map_err(StoreError::io("flush", path))
}

#[cfg(unix)]
fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync(path: &Path) -> io::Result<()> {
    // Folders cannot be flushed here; the file system orders renames itself.
    if path.is_dir() { Ok(()) } else { File::options().write(true).open(path)?.sync_all() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_draft_appears_whole_and_never_over_another() {
        let root = tempfile::tempdir().unwrap();
        let lock = Store::at(root.path()).lock().unwrap();
        let target = root.path().join("snapshots/a/b");
        for (content, sealed) in [("first", true), ("second", false)] {
            let draft = lock.draft().unwrap();
            fs::write(draft.path().join("x"), content).unwrap();
            assert!(sealed || target.exists());
            assert_eq!(draft.seal(&target).is_ok(), sealed);
        }
        assert_eq!(fs::read_to_string(target.join("x")).unwrap(), "first");
        assert_eq!(fs::read_dir(root.path().join(".drafts")).unwrap().count(), 0);
    }

    #[test]
    fn of_many_files_in_folders_all_are_flushed_and_one_that_cannot_be_is_named() {
        let root = tempfile::tempdir().unwrap();
        for number in 0..100 {
            let folder = root.path().join((number % 7).to_string()).join("x");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(number.to_string()), "x").unwrap();
        }
        let mut all = Vec::new();
        entries(root.path(), &mut all).unwrap();
        assert_eq!(all.len(), 100 + 2 * 7 + 1);
        flush_tree(root.path()).unwrap();
        let gone = root.path().join("3/x/3");
        fs::remove_file(&gone).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", &gone).unwrap();
        let error = flush_tree(root.path()).unwrap_err();
        assert!(error.to_string().contains("3/x/3"), "{error}");
    }

    #[test]
    fn what_did_not_count_yet_can_be_remade() {
        let root = tempfile::tempdir().unwrap();
        let lock = Store::at(root.path()).lock().unwrap();
        let target = root.path().join("quarantine/a");
        for content in ["first", "second"] {
            let draft = lock.draft().unwrap();
            fs::write(draft.path().join("x"), content).unwrap();
            draft.seal_over(&target).unwrap();
        }
        assert_eq!(fs::read_to_string(target.join("x")).unwrap(), "second");
    }

    #[test]
    fn an_unsealed_draft_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let lock = Store::at(root.path()).lock().unwrap();
        let path = lock.draft().unwrap().path().to_owned();
        assert!(!path.exists());
    }
}
