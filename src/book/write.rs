//! Puts the book into a folder: whole, or not at all. Overwrites an earlier book and nothing else.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The name of the book in its folder.
pub const FILE: &str = "rule-book.html";

/// The book could not be written.
#[derive(Debug, thiserror::Error)]
#[error("failed to write {}", path.display())]
pub struct BookError {
    /// The folder or file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Writes the page as [`FILE`] into a folder, which is made when it is not there; returns where it is.
pub fn write(page: &str, dir: &Path) -> Result<PathBuf, BookError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BookError { path, source }
    };
    fs::create_dir_all(dir).map_err(failed(dir))?;
    let path = dir.join(FILE);
    // Made in the same folder and renamed, so that a reader sees the old book or the new one.
    let mut draft = tempfile::Builder::new();
    let draft = draft.prefix(".rule-book-");
    // A scratch file is for its owner alone; a book is for everyone the system lets read.
    #[cfg(unix)]
    let draft = draft.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = draft.tempfile_in(dir).map_err(failed(dir))?;
    file.write_all(page.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed(&path))?;
    file.persist(&path).map_err(|error| failed(&path)(error.error))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_takes_the_place_of_an_earlier_one_and_leaves_no_scratch_file() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("public/book");
        write("old", &dir).unwrap();
        let path = write("new", &dir).unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), "new");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_cannot_hold_a_book_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::write(&taken, "a file").unwrap();
        assert_eq!(write("x", &taken).unwrap_err().path, taken);
        fs::create_dir_all(folder.path().join("dir").join(FILE)).unwrap();
        let error = write("x", &folder.path().join("dir")).unwrap_err();
        assert!(error.to_string().contains(FILE), "{error}");
        assert_eq!(fs::read_dir(folder.path().join("dir")).unwrap().count(), 1, "a scratch file is left");
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_the_book() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = write("x", folder.path()).unwrap();
        let plain = folder.path().join("plain");
        fs::write(&plain, "x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&plain));
    }
}
