//! The thin edge: puts composed files into a folder.

use std::{fs, path::Path};

use super::{Composed, ReportError};
use crate::threads::on_threads;

/// Writes every file below `out_dir`, which is made when it is not there, on so many threads. The caller sees to it that a
/// folder appears whole: this writes in place.
pub fn write(composed: &Composed, out_dir: &Path, threads: usize) -> Result<(), ReportError> {
    let files: Vec<(&String, &Vec<u8>)> = composed.files.iter().collect();
    let write = |(name, bytes): (&String, &Vec<u8>)| {
        let path = out_dir.join(name);
        let failed = |source| ReportError::Write { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(&path, bytes).map_err(failed)
    };
    on_threads(threads, files, write).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composed() -> Composed {
        Composed { files: [("lists/1/review.csv".to_owned(), b"x".to_vec())].into(), ..Composed::default() }
    }

    #[test]
    fn files_are_written_with_the_folders_they_need() {
        let folder = tempfile::tempdir().unwrap();
        write(&composed(), folder.path(), 2).unwrap();
        assert_eq!(fs::read(folder.path().join("lists/1/review.csv")).unwrap(), b"x");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("lists"), "in the way").unwrap();
        let error = write(&composed(), folder.path(), 1).unwrap_err();
        assert!(error.to_string().contains("review.csv"), "{error}");
    }
}
