//! A file of a delivery as it was signed: what is decoded has the stated SHA-256, or is not used.
//!
//! It never trusts that a file is what it was a moment ago: whoever may write to the inbox may have put another one in its
//! place since. So nothing before the reading looks at its digest, and a large file is read once.
//!
//! # Decisions
//!
//! - What is read from front to back is digested on its way to the decoder, and the end of the file is told only where the
//!   digest is the stated one. So nothing is copied and nothing is read twice.
//! - What is read here and there (Parquet, workbooks) is first copied to where only the store's owner writes, and digested
//!   on the way there. A digest before or after would not do: a file can be changed back.
//! - Tried and left out: telling the system that what was read need not stay in its cache (`posix_fadvise`). Ten million people,
//!   whose files do not fit beside the rest, were taken in within 45.3 and 46.5 s instead of 41.1 and 39.8 s (in turn, twice).
//! - Left out, untried: reading past that cache (`O_DIRECT`). Where the 21 GB of ten million people did not fit into it, reading them
//!   through it took 4 to 5 s of the system's time once its memory had been touched (`cat`, twice), of over 100 s that taking in takes;
//!   files that are in the cache would come from the disk.

use std::{
    fs::File,
    io::{self, Read, Seek as _},
    path::Path,
};

use crate::model::{Digest, Digesting};

/// What a file was when it was signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
    /// Where a copy may lie while it is read.
    pub room: &'a Path,
}

/// The file is not the one that was signed.
#[derive(Debug, thiserror::Error)]
#[error("it is not the file that was signed")]
struct Changed;

/// Whether an error of reading says that the file is not the one that was signed.
pub(super) fn is_changed(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Changed>())
}

impl Signed<'_> {
    /// Whether the file is another one now: then what was found wrong with it says nothing of the signed one.
    pub(super) fn is_changed(&self, path: &Path) -> bool {
        Digest::of_file(path).is_ok_and(|found| found != self.sha256)
    }

    /// The file's bytes, which end only where they are the signed ones.
    pub(super) fn reader(&self, file: File) -> impl Read + Send + use<> {
        Checked { inner: file, left: self.bytes, stated: self.sha256, found: Digesting::default() }
    }

    /// A copy that nobody else can change, with no name of its own.
    pub(super) fn copy(&self, file: File) -> io::Result<File> {
        let mut copy = tempfile::tempfile_in(self.room)?;
        io::copy(&mut self.reader(file), &mut copy)?;
        copy.rewind()?;
        Ok(copy)
    }
}

struct Checked<R> {
    inner: R,
    left: u64,
    stated: Digest,
    found: Digesting,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let read = buffer.get(..count).unwrap_or_default();
        let left = self.left.checked_sub(count as u64).ok_or_else(|| io::Error::other(Changed))?;
        self.left = left;
        self.found.update(read);
        let is_end = count == 0 && !buffer.is_empty();
        if is_end && (left > 0 || self.found.so_far() != self.stated) {
            return Err(io::Error::other(Changed));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], stated: &[u8]) -> io::Result<Vec<u8>> {
        let (left, stated) = (stated.len() as u64, Digest::of(stated));
        let mut all = Vec::new();
        let mut checked = Checked { inner: bytes, left, stated, found: Digesting::default() };
        checked.read_to_end(&mut all).map(|_| all)
    }

    #[test]
    fn the_end_is_told_of_the_signed_bytes_alone() {
        assert_eq!(read(b"abc", b"abc").unwrap(), b"abc");
        for other in [b"abd".as_slice(), b"ab", b"abcd", b""] {
            assert!(is_changed(&read(other, b"abc").unwrap_err()), "{other:?}");
        }
        assert!(!is_changed(&io::Error::other("a disk")));
    }

    #[test]
    fn a_file_that_never_ends_is_read_no_further_than_the_signed_one() {
        let (left, stated) = (5, Digest::of(b"xxxxx"));
        let mut endless = Checked { inner: io::repeat(b'x'), left, stated, found: Digesting::default() };
        assert!(is_changed(&io::copy(&mut endless, &mut io::sink()).unwrap_err()));
    }
}
