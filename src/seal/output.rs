//! A data file being written: its bytes are counted and hashed on their way to the disk, packed first if asked.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use flate2::{Compression, GzBuilder, write::GzEncoder};
use sha2::{Digest as _, Sha256};

use crate::model::Digest;

/// A new data file.
pub(super) enum Output {
    Plain(Hashing),
    Packed(Box<GzEncoder<Hashing>>),
}

impl Output {
    /// Creates the file; it must not exist.
    pub(super) fn create(path: &Path, gzip: bool) -> io::Result<Self> {
        let file = Hashing {
            file: BufWriter::with_capacity(1 << 18, File::create_new(path)?),
            hasher: Sha256::new(),
            bytes: 0,
        };
        Ok(if gzip {
            // Neither a name nor a time goes into the file, so the same rows give the same bytes.
            Self::Packed(Box::new(GzBuilder::new().mtime(0).write(file, Compression::new(6))))
        } else {
            Self::Plain(file)
        })
    }

    /// Flushes to the disk and tells size and digest.
    pub(super) fn finish(self) -> io::Result<(u64, Digest)> {
        let hashing = match self {
            Self::Plain(hashing) => hashing,
            Self::Packed(encoder) => encoder.finish()?,
        };
        let Hashing { file, hasher, bytes } = hashing;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok((bytes, Digest(hasher.finalize().into())))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(hashing) => hashing.write(bytes),
            Self::Packed(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(hashing) => hashing.flush(),
            Self::Packed(encoder) => encoder.flush(),
        }
    }
}

/// A file that knows the digest of what was written to it.
pub(super) struct Hashing {
    file: BufWriter<File>,
    hasher: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
