//! The working copy: a folder of this machine with some of the objects as files. Nothing in it is evidence of anything; it may
//! be deleted whenever nobody works in it.
//!
//! ```text
//! <cache>/<digest of the address>/copy     its name, unlike any other's
//!                                .lock     held by the process that works in it
//!                                arriving  a file that is not whole yet
//!                                files/    store or inbox
//! ```

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{Address, BucketError};
use crate::model::Digest;

/// What is the working copy's own and never an object: locks, drafts, and what only saves time.
const OWN: &[&str] = &[".lock", ".drafts", "reuse"];

/// Whether a name is one of these, or below.
pub(super) fn is_own(name: &str) -> bool {
    OWN.contains(&name.split('/').next().unwrap_or_default())
}

/// How a file looked when it was last known what is in it.
pub(super) type Look = (u64, Option<SystemTime>);

/// A working copy in use.
#[derive(Debug)]
pub(super) struct Working {
    home: PathBuf,
    /// Its name.
    pub(super) copy: String,
    _lock: File,
}

impl Working {
    /// The working copy of an address, new if there is none; `name` names a new one.
    pub(super) fn open(cache: &Path, address: &Address, name: &str) -> Result<Self, BucketError> {
        let digest = Digest::of(address.to_string().as_bytes()).hex();
        let home = cache.join(digest.get(..16).unwrap_or(&digest));
        let files = home.join("files");
        fs::create_dir_all(&files).map_err(BucketError::io("create", &files))?;
        keep_private(&home).map_err(BucketError::io("protect", &home))?;
        // As an engine names its files.
        let home = home.canonicalize().map_err(BucketError::io("open", &home))?;
        let path = home.join(".lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = lock.map_err(BucketError::io("open", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BucketError::InUse { path: home }),
            Err(TryLockError::Error(source)) => return Err(BucketError::io("lock", &path)(source)),
        }
        let path = home.join("copy");
        let copy = match fs::read_to_string(&path) {
            Ok(copy) if !copy.is_empty() => copy,
            Ok(_) => write_name(&path, name)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => write_name(&path, name)?,
            Err(source) => return Err(BucketError::io("read", &path)(source)),
        };
        let arriving = home.join("arriving");
        remove(&arriving)?;
        fs::create_dir(&arriving).map_err(BucketError::io("create", &arriving))?;
        Ok(Self { home, copy, _lock: lock })
    }

    /// The folder that stands for the store or the inbox.
    pub(super) fn root(&self) -> PathBuf {
        self.home.join("files")
    }

    /// Where a file of the copy's own lies.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// Where an object lies as a file.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        name.split('/').fold(self.root(), |path, part| path.join(part))
    }

    /// The object of a file.
    pub(super) fn name(&self, path: &Path) -> Option<String> {
        let parts = path.strip_prefix(self.root()).ok()?.components();
        let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
        parts.map(|parts| parts.join("/"))
    }

    /// Where a file may grow until it is whole.
    pub(super) fn arriving(&self, number: usize) -> PathBuf {
        self.home.join("arriving").join(number.to_string())
    }

    /// Puts a file that is whole in its place.
    pub(super) fn arrived(&self, from: &Path, name: &str) -> Result<(), BucketError> {
        let path = self.path(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(BucketError::io("create", folder))?;
        }
        fs::rename(from, &path).map_err(BucketError::io("write", &path))
    }

    /// Every file that could be an object, with its look.
    pub(super) fn files(&self) -> Result<BTreeMap<String, Look>, BucketError> {
        let mut found = BTreeMap::new();
        for entry in read_dir(&self.root())? {
            if !OWN.iter().any(|own| entry.file_name() == *own) {
                self.visit(&entry, &mut found)?;
            }
        }
        Ok(found)
    }

    fn visit(&self, entry: &fs::DirEntry, found: &mut BTreeMap<String, Look>) -> Result<(), BucketError> {
        let path = entry.path();
        if entry.file_type().map_err(BucketError::io("read", &path))?.is_dir() {
            for entry in read_dir(&path)? {
                self.visit(&entry, found)?;
            }
        } else if let Some(name) = self.name(&path) {
            found.insert(name, look(&path)?);
        }
        Ok(())
    }

    /// Removes every file that is not to stay, and folders that are empty then.
    pub(super) fn keep(&self, stays: &dyn Fn(&str) -> bool) -> Result<(), BucketError> {
        for name in self.files()?.into_keys().filter(|name| !stays(name)) {
            remove(&self.path(&name))?;
        }
        for entry in read_dir(&self.root())? {
            if !OWN.iter().any(|own| entry.file_name() == *own) {
                prune(&entry.path())?;
            }
        }
        Ok(())
    }
}

/// How a file looks.
pub(super) fn look(path: &Path) -> Result<Look, BucketError> {
    let there = fs::symlink_metadata(path).map_err(BucketError::io("read", path))?;
    Ok((there.len(), there.modified().ok()))
}

/// Which of these files are there and are what they should be.
pub(super) fn holds(path: &Path, bytes: u64, digest: &Digest) -> bool {
    let is_as_long = fs::symlink_metadata(path).is_ok_and(|there| there.is_file() && there.len() == bytes);
    is_as_long && Digest::of_file(path).is_ok_and(|there| there == *digest)
}

fn write_name(path: &Path, name: &str) -> Result<String, BucketError> {
    fs::write(path, name).map_err(BucketError::io("write", path))?;
    Ok(name.to_owned())
}

fn read_dir(folder: &Path) -> Result<Vec<fs::DirEntry>, BucketError> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    entries.map_err(BucketError::io("read", folder))
}

fn remove(path: &Path) -> Result<(), BucketError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BucketError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Removes a folder that holds no file; whether it is gone.
fn prune(path: &Path) -> Result<bool, BucketError> {
    if !path.symlink_metadata().is_ok_and(|there| there.is_dir()) {
        return Ok(false);
    }
    let mut is_empty = true;
    for entry in read_dir(path)? {
        is_empty &= prune(&entry.path())?;
    }
    if is_empty {
        fs::remove_dir(path).map_err(BucketError::io("remove", path))?;
    }
    Ok(is_empty)
}

#[cfg(unix)]
fn keep_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn keep_private(_: &Path) -> io::Result<()> {
    Ok(())
}
