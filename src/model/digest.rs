//! SHA-256 of files and texts, written as 64 lower-case hex characters.

use std::{
    fmt,
    io::{self, Read, Write},
    path::Path,
};

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of several texts in order, each closed by a NUL so that none runs into the next.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
        Self(hasher.finalize().into())
    }

    /// The digest of a file, read in pieces.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let mut file = super::open_plain_file(path)?;
        let mut digesting = Digesting::default();
        let mut buffer = vec![0_u8; 1 << 16];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(digesting.so_far()),
                n => digesting.update(buffer.get(..n).unwrap_or_default()),
            }
        }
    }

    /// 64 lower-case hex characters.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

/// A digest of bytes that come one after another.
#[derive(Debug, Clone, Default)]
pub struct Digesting(Sha256);

impl Digesting {
    /// Adds what comes next.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that came.
    pub fn so_far(&self) -> Digest {
        Digest(self.0.clone().finalize().into())
    }
}

/// A writer that takes the digest of what it writes.
#[derive(Debug)]
pub struct Digested<W> {
    to: W,
    digesting: Digesting,
    bytes: u64,
}

impl<W> Digested<W> {
    /// Writes to this.
    pub fn new(to: W) -> Self {
        Self { to, digesting: Digesting::default(), bytes: 0 }
    }

    /// How many bytes were written so far, and their digest.
    pub fn so_far(&self) -> (u64, Digest) {
        (self.bytes, self.digesting.so_far())
    }
}

impl<W: Write> Write for Digested<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.digesting.update(bytes.get(..written).unwrap_or_default());
        self.bytes += u64::try_from(written).unwrap_or_default();
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Lower-case hex of any bytes.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from(DIGITS[usize::from(nibble)]));
        }
    }
    text
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_nothing_is_the_published_one() {
        assert_eq!(Digest::of(b"").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn what_is_written_in_pieces_has_the_digest_of_the_whole() {
        // A slice takes what it has room for, and nothing more.
        let mut room = [0; 5];
        let mut digested = Digested::new(room.as_mut_slice());
        assert_eq!((digested.write(b"abc").unwrap(), digested.write(b"defg").unwrap()), (3, 2));
        assert_eq!(digested.so_far(), (5, Digest::of(b"abcde")));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(Digest::of_parts(["ab", "c"]), Digest::of_parts(["a", "bc"]));
    }
}
