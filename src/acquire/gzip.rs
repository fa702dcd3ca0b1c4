//! Gzip, unpacked as a stream; it never unpacks a small file into an endless one.
//!
//! What the packed parts of a file say of themselves (a name, a remark) is searched for identity numbers: a raw file that was
//! packed as it was carries its own name.

use std::io::{self, BufRead as _, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::besides::{Beside, Besides};

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
    /// The part at hand; none when the file is over, or could not be read on.
    part: Option<GzDecoder<BufReader<Counted<R>>>>,
    unpacked: u64,
    besides: Besides,
}

impl<R: Read> Gunzip<R> {
    pub(super) fn new(packed: R, besides: &Besides) -> Self {
        let packed = BufReader::new(Counted { inner: packed, count: 0 });
        let mut gunzip = Self { part: None, unpacked: 0, besides: besides.clone() };
        gunzip.begin(packed);
        gunzip
    }

    /// Goes to a part; where it is none, reading tells.
    fn begin(&mut self, packed: BufReader<Counted<R>>) {
        let part = GzDecoder::new(packed);
        if let Some(header) = part.header() {
            for text in [header.filename(), header.comment(), header.extra()].into_iter().flatten() {
                self.besides.look(Beside::Gzip, &String::from_utf8_lossy(text));
            }
        }
        self.part = Some(part);
    }
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(part) = &mut self.part {
            let count = part.read(buffer)?;
            self.unpacked += count as u64;
            let packed = part.get_ref().get_ref().count;
            if self.unpacked > FREE && self.unpacked / packed.max(1) > MAX_RATIO {
                return Err(io::Error::other(Bomb));
            }
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(mut rest) = self.part.take().map(GzDecoder::into_inner) else { break };
            if !rest.fill_buf()?.is_empty() {
                self.begin(rest);
            }
        }
        Ok(0)
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
        let error =
            io::copy(&mut Gunzip::new(packed.as_slice(), &Besides::default()), &mut io::sink()).unwrap_err();
        assert!(error.into_inner().unwrap().is::<Bomb>());
    }
}
