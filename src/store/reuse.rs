//! What nights may use again: results by the digest of everything that they were made from, `reuse/<digest>/`.
//!
//! It only ever saves time. Whatever is missing, damaged or not to be read here is made anew, and whatever cannot be written
//! here costs the next night its time and this one nothing. Nothing in it is evidence of anything: the whole folder may be
//! deleted, and need not be backed up.
//!
//! # Decisions
//!
//! - A result is named by what it was made from, never by when or for which night: the same name is the same result.
//! - Every file is held against its digest before it is used, and the record against its own seal. So nothing is flushed to the
//!   disk: what a power cut spoils is noticed and made anew.
//! - Results move here when their night is over: a night that fails leaves the store as it was.
//! - What neither of the last two nights used is swept. Two, so that two pipelines that take turns leave each other's alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::model::{Digest, Token};

const FOLDER: &str = "reuse";
const RECORD: &str = "record.json";
const NIGHTS: &str = "nights.json";

/// So many nights' results are kept.
const NIGHTS_KEPT: usize = 2;

/// One night's view of the folder: what it found there, and what it will leave.
#[derive(Debug)]
pub struct ReuseShelf {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    used: BTreeSet<Digest>,
    /// Where it lies until the night is over.
    made: BTreeMap<Digest, PathBuf>,
}

/// A result that an earlier night left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reusable {
    folder: PathBuf,
    content: Digest,
    files: Vec<FileRecord>,
}

/// A result as `record.json` tells it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    /// For people who look: which fact or rule.
    what: String,
    content: String,
    files: Vec<FileRecord>,
    /// The digest of the result's name and all of the above.
    seal: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRecord {
    name: String,
    bytes: u64,
    sha256: String,
}

/// The results that the last nights used, the newest first.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nights {
    nights: Vec<Night>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Night {
    run: String,
    used: BTreeSet<String>,
}

impl Record {
    fn seal_of(&self, name: &Digest) -> String {
        let mut parts = vec![name.hex(), self.what.clone(), self.content.clone()];
        for file in &self.files {
            parts.extend([file.name.clone(), file.bytes.to_string(), file.sha256.clone()]);
        }
        Digest::of_parts(parts.iter().map(String::as_str)).hex()
    }
}

impl ReuseShelf {
    /// The shelf of a store. Nothing is read or made yet.
    pub fn of(store: &Store) -> Self {
        Self { folder: store.root().join(FOLDER), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The result of that name, if an earlier night left it and its record is sound. Its files are looked at by
    /// [`Reusable::is_whole`].
    pub fn find(&self, name: &Digest) -> Option<Reusable> {
        let folder = self.folder.join(name.hex());
        let record: Record = serde_json::from_slice(&fs::read(folder.join(RECORD)).ok()?).ok()?;
        let is_sound = record.seal == record.seal_of(name)
            && record.files.iter().all(|file| Path::new(&file.name).file_name() == Some(file.name.as_ref()));
        let content = Digest(record.content.parse::<Token>().ok()?.0);
        is_sound.then(|| {
            self.state().used.insert(*name);
            Reusable { folder, content, files: record.files }
        })
    }

    /// Takes note of a result in `folder`, with the digest of what it says and of its files (name, length, digest).
    pub fn made(
        &self,
        name: Digest,
        what: &str,
        content: &Digest,
        folder: &Path,
        files: impl IntoIterator<Item = (PathBuf, u64, Digest)>,
    ) -> Result<(), StoreError> {
        let files = files.into_iter().filter_map(|(path, bytes, sha256)| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some(FileRecord { name, bytes, sha256: sha256.hex() })
        });
        let mut record = Record {
            what: what.to_owned(),
            content: content.hex(),
            files: files.collect(),
            seal: String::new(),
        };
        record.seal = record.seal_of(&name);
        write_json(&folder.join(RECORD), &record)?;
        self.state().made.insert(name, folder.to_owned());
        Ok(())
    }

    /// The night is over: puts what it made where the next finds it, and sweeps what the last nights did not use.
    pub fn settle(self, run: &str) -> Result<(), StoreError> {
        let State { mut used, made } = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        fs::create_dir_all(&self.folder).map_err(StoreError::io("create", &self.folder))?;
        for (name, from) in made {
            let target = self.folder.join(name.hex());
            // What is there and was not used is not what its record says.
            if target.exists() {
                fs::remove_dir_all(&target).map_err(StoreError::io("replace", &target))?;
            }
            fs::rename(&from, &target).map_err(StoreError::io("keep", &target))?;
            used.insert(name);
        }
        let path = self.folder.join(NIGHTS);
        let read = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Nights { mut nights } = read.unwrap_or_default();
        nights.retain(|night| night.run != run);
        nights.insert(0, Night { run: run.to_owned(), used: used.iter().map(Digest::hex).collect() });
        nights.truncate(NIGHTS_KEPT);
        let kept: BTreeSet<OsString> =
            nights.iter().flat_map(|night| night.used.iter().map(OsString::from)).collect();
        write_json(&path, &Nights { nights })?;
        for entry in fs::read_dir(&self.folder).map_err(StoreError::io("read", &self.folder))? {
            let entry = entry.map_err(StoreError::io("read", &self.folder))?;
            if entry.file_name() != NIGHTS && !kept.contains(&entry.file_name()) {
                let path = entry.path();
                let swept = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                swept.map_err(StoreError::io("sweep", &path))?;
            }
        }
        Ok(())
    }
}

impl Reusable {
    /// The digest of what it says: another result with the same digest says the same.
    pub fn content(&self) -> Digest {
        self.content
    }

    /// Its files, in the order in which they were named.
    pub fn files(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| self.folder.join(&file.name)).collect()
    }

    /// Whether every file is what the record says.
    pub fn is_whole(&self) -> bool {
        self.files.iter().zip(self.files()).all(|(file, path)| {
            let has_length = fs::symlink_metadata(&path).is_ok_and(|found| found.len() == file.bytes);
            has_length && Digest::of_file(&path).is_ok_and(|found| found.hex() == file.sha256)
        })
    }
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), StoreError> {
    let failed = |error: serde_json::Error| StoreError::io("write", path)(error.into());
    let mut text = serde_json::to_string_pretty(value).map_err(failed)?;
    text.push('\n');
    fs::write(path, text).map_err(StoreError::io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: Digest = Digest([7; 32]);
    const CONTENT: Digest = Digest([8; 32]);

    /// One night that finds or makes these results, in a store.
    fn night(store: &Store, run: &str, names: &[u8]) -> Result<usize, StoreError> {
        let shelf = ReuseShelf::of(store);
        let mut made = 0;
        for name in names.iter().map(|name| Digest([*name; 32])) {
            if shelf.find(&name).is_some_and(|found| found.is_whole()) {
                continue;
            }
            let folder = store.root().join(".drafts").join(name.hex());
            fs::create_dir_all(&folder).unwrap();
            let path = folder.join("rows");
            fs::write(&path, "rows").unwrap();
            shelf.made(name, "facts.x", &CONTENT, &folder, [(path, 4, Digest::of(b"rows"))]).unwrap();
            made += 1;
        }
        shelf.settle(run).map(|()| made)
    }

    fn there(store: &Store) -> Vec<u8> {
        (0..9).filter(|name| ReuseShelf::of(store).find(&Digest([*name; 32])).is_some()).collect()
    }

    #[test]
    fn what_one_night_made_the_next_finds() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        assert_eq!(ReuseShelf::of(&store).find(&NAME), None);
        assert_eq!(night(&store, "a", &[7]).unwrap(), 1);
        let found = ReuseShelf::of(&store).find(&NAME).unwrap();
        assert_eq!((found.content(), found.is_whole()), (CONTENT, true));
        assert_eq!(fs::read(&found.files()[0]).unwrap(), b"rows");
        assert_eq!(night(&store, "b", &[7]).unwrap(), 0);
    }

    #[test]
    fn what_neither_of_the_last_two_nights_used_is_swept() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        night(&store, "a", &[1, 2]).unwrap();
        fs::write(store.root().join("reuse/half"), "left by a killed night").unwrap();
        night(&store, "b", &[2, 3]).unwrap();
        assert_eq!(there(&store), [1, 2, 3]);
        assert!(!store.root().join("reuse/half").exists());
        // The same run again is the same night.
        night(&store, "b", &[2, 3]).unwrap();
        assert_eq!(there(&store), [1, 2, 3]);
        night(&store, "c", &[3, 4]).unwrap();
        assert_eq!(there(&store), [2, 3, 4]);
    }

    #[test]
    fn what_is_damaged_in_any_way_is_not_believed_and_made_anew() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        let folder = store.root().join("reuse").join(NAME.hex());
        type Spoil<'a> = &'a dyn Fn(&Path);
        let spoil: [(&str, Spoil<'_>); 7] = [
            ("another byte", &|folder| fs::write(folder.join("rows"), "rowz").unwrap()),
            ("cut off", &|folder| fs::write(folder.join("rows"), "row").unwrap()),
            ("no file", &|folder| fs::remove_file(folder.join("rows")).unwrap()),
            ("no record", &|folder| fs::remove_file(folder.join(RECORD)).unwrap()),
            ("half a record", &|folder| fs::write(folder.join(RECORD), "{").unwrap()),
            ("another record", &|folder| {
                let text = fs::read_to_string(folder.join(RECORD)).unwrap();
                fs::write(folder.join(RECORD), text.replace(&CONTENT.hex(), &NAME.hex())).unwrap();
            }),
            ("a record of another result", &|folder| {
                let other = folder.with_file_name(Digest([1; 32]).hex());
                fs::copy(other.join(RECORD), folder.join(RECORD)).unwrap();
            }),
        ];
        for (how, spoil) in spoil {
            night(&store, "a", &[1, 7]).unwrap();
            spoil(&folder);
            let found = ReuseShelf::of(&store).find(&NAME);
            assert!(!found.is_some_and(|found| found.is_whole()), "{how}");
            assert_eq!(night(&store, "a", &[1, 7]).unwrap(), 1, "{how}");
            assert!(ReuseShelf::of(&store).find(&NAME).unwrap().is_whole(), "{how}");
        }
    }

    #[test]
    fn a_list_of_nights_that_cannot_be_read_and_a_folder_that_cannot_be_made_are_no_panic() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        night(&store, "a", &[1]).unwrap();
        fs::write(store.root().join("reuse").join(NIGHTS), "{").unwrap();
        night(&store, "b", &[2]).unwrap();
        assert_eq!(there(&store), [2]);
        fs::remove_dir_all(store.root().join("reuse")).unwrap();
        fs::write(store.root().join("reuse"), "a file where the folder should be").unwrap();
        let error = night(&store, "c", &[3]).unwrap_err();
        assert!(error.to_string().contains("reuse"), "{error}");
    }
}
