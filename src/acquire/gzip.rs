//! Gzip, unpacked as a stream; it never unpacks a small file into an endless one.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

/// So much may come out of any file before the ratio is looked at.
const FREE: u64 = 16 << 20;
/// Beyond that, unpacked to packed. Registers of codes and dates reach 10 to 40.
const MAX_RATIO: u64 = 250;

/// The packed file unpacks to more than any register would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unpacks to more than {MAX_RATIO} times its size")]
pub(super) struct Bomb;

/// A bounded gunzip.
pub(super) struct Gunzip<R> {
    inner: MultiGzDecoder<Counted<R>>,
    unpacked: u64,
}

impl<R: Read> Gunzip<R> {
    pub(super) fn new(packed: R) -> Self {
        Self { inner: MultiGzDecoder::new(Counted { inner: packed, count: 0 }), unpacked: 0 }
    }
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.unpacked += count as u64;
        let packed = self.inner.get_ref().count;
        if self.unpacked > FREE && self.unpacked / packed.max(1) > MAX_RATIO {
            return Err(io::Error::other(Bomb));
        }
        Ok(count)
    }
}

struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    #[test]
    fn a_small_file_that_unpacks_without_end_is_refused() {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&vec![b'a'; 20 << 20]).unwrap();
        let packed = packer.finish().unwrap();
        let error = io::copy(&mut Gunzip::new(packed.as_slice()), &mut io::sink()).unwrap_err();
        assert!(error.into_inner().unwrap().is::<Bomb>());
    }
}
