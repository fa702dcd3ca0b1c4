//! Bytes of a text file → strict UTF-8 with `\n` line ends, counted line by line.
//!
//! It must never replace a byte that it cannot read: a malformed byte ends the file with its line and offset, and so does
//! text that was garbled before it came.
//!
//! # Decisions
//!
//! - The encoding is decided once, where the first byte above ASCII appears, from what follows it (at most
//!   256 KiB): UTF-8 if all of it is, or if that first line is and holds a character beyond U+07FF (two-byte
//!   sequences occur in GBK text by chance, whole lines of three-byte ones do not). Then the whole file is held
//!   to that encoding, so one damaged byte in a UTF-8 file does not turn its Chinese into other Chinese.
//! - Nearly all of what agencies deliver is ASCII with `\n` line ends: it is read to where it stays and looked at once, not copied and
//!   looked at five times. With the marks found in blocks (`plain_rows`) three million people were taken in with 25.1 s of processor
//!   time instead of 26.0 (the mean of four times in turn).
//! - The file's end is marked with a record of one NUL, which no file may contain. A quote that was never closed
//!   swallows the mark, and so shows itself.

use std::io::{self, Read};

use encoding_rs::{DecoderResult, GB18030};

use super::{
    content::Content,
    garbled::{GarbleWatch, Garbled},
};

/// How much of a file is looked at to tell its encoding, and how much is decoded at a time.
pub(super) const WINDOW: usize = 1 << 18;
/// What follows the last byte of a file.
const END_MARK: &[u8] = b"\n\0\n";
/// Byte-order marks, which a file may begin with. Anywhere else they are a fault of the row.
const MARKS: [(&[u8], Encoding); 2] =
    [(b"\xEF\xBB\xBF", Encoding::Utf8), (b"\x84\x31\x95\x33", Encoding::Gb18030)];
/// The content of the record that marks the end.
pub(super) const END: &str = "\0";

/// The encodings that agencies deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Nothing above ASCII was met.
    Ascii,
    /// UTF-8, with or without a byte-order mark.
    Utf8,
    /// GB18030, of which GBK and GB 2312 are parts.
    Gb18030,
}

impl Encoding {
    /// The usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascii => "US-ASCII",
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
        }
    }
}

/// Why the bytes cannot be text. Carried through `io::Error`, because it happens inside a `Read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DecodeFault {
    #[error("a byte sequence is not {}", encoding.name())]
    Malformed { encoding: Encoding, line: u64, offset: u64 },
    #[error("a NUL byte")]
    Nul { line: u64, offset: u64 },
    #[error("UTF-16")]
    Utf16,
    #[error("a record is too long")]
    RecordTooLong,
    #[error("text that was read in a wrong encoding before")]
    Garbled { how: Garbled, line: u64 },
    #[error("not text")]
    OtherContent(Content),
}

/// A reader of decoded text.
pub(super) struct Decoding<R> {
    inner: R,
    raw: Vec<u8>,
    /// Raw bytes consumed before `raw`.
    offset: u64,
    inner_ended: bool,
    encoding: Encoding,
    decoder: Option<encoding_rs::Decoder>,
    decoded: Vec<u8>,
    /// The line that the next decoded byte lies in.
    line: u64,
    after_cr: bool,
    begun: bool,
    fault: Option<DecodeFault>,
    ended: bool,
    watch: GarbleWatch,
}

impl<R: Read> Decoding<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            raw: Vec::with_capacity(WINDOW),
            offset: 0,
            inner_ended: false,
            encoding: Encoding::Ascii,
            decoder: None,
            decoded: Vec::new(),
            line: 1,
            after_cr: false,
            begun: false,
            fault: None,
            ended: false,
            watch: GarbleWatch::default(),
        }
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The line that the next text begins on.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Adds the next piece of text; false at the end. What is wrong with the text is told when all before it has been added.
    pub(super) fn read_into(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        if self.ended || self.fault.is_some() {
            return self.fault.map_or(Ok(false), |fault| Err(io::Error::other(fault)));
        }
        if self.begun && self.raw.is_empty() && self.read_plain_into(text)? {
            return Ok(true);
        }
        self.fill_window()?;
        if !self.begun {
            self.begin();
        }
        if self.fault.is_some() {
            return self.read_into(text);
        }
        let nul = memchr::memchr(0, &self.raw);
        let usable = nul.unwrap_or(self.raw.len());
        let last = self.inner_ended || nul.is_some();
        let raw = std::mem::take(&mut self.raw);
        let consumed = self.decode(raw.get(..usable).unwrap_or_default(), last, text);
        self.raw = raw;
        self.raw.drain(..consumed);
        self.offset += consumed as u64;
        if self.fault.is_none() && nul.is_some() && consumed == usable {
            self.fault = Some(DecodeFault::Nul { line: self.line, offset: self.offset });
        }
        if self.fault.is_none() && self.inner_ended && self.raw.is_empty() {
            match self.watch.finish() {
                // Without the mark of the end the reader asks on, and hears of it.
                Some(how) => self.fault = Some(DecodeFault::Garbled { how, line: self.line }),
                None => {
                    text.extend_from_slice(END_MARK);
                    self.line += lines(END_MARK);
                    self.ended = true;
                }
            }
        }
        Ok(true)
    }

    /// Reads a window straight into the text if nothing of it has to be decoded or changed, as of most files; false if anything has,
    /// or the file ends there: then it is the window to be decoded.
    fn read_plain_into(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        let is_open = self.after_cr || self.decoder.is_some() || !self.watch.is_between_runs();
        if is_open || self.inner_ended {
            return Ok(false);
        }
        let before = text.len();
        let read = self.inner.by_ref().take(WINDOW as u64).read_to_end(text);
        let window = text.get(before..).unwrap_or_default();
        if let (Ok(WINDOW), Some(lines)) = (&read, plain_lines(window)) {
            self.line += lines;
            self.offset += WINDOW as u64;
            return Ok(true);
        }
        self.raw.extend_from_slice(window);
        text.truncate(before);
        self.inner_ended = read? < WINDOW;
        Ok(false)
    }

    fn fill_window(&mut self) -> io::Result<()> {
        let missing = WINDOW.saturating_sub(self.raw.len()) as u64;
        if !self.inner_ended {
            let read = self.inner.by_ref().take(missing).read_to_end(&mut self.raw)?;
            self.inner_ended = (read as u64) < missing;
        }
        Ok(())
    }

    /// Byte-order marks.
    fn begin(&mut self) {
        self.begun = true;
        for (mark, encoding) in MARKS {
            // Some programs put one before the one that is there.
            while self.raw.starts_with(mark) {
                self.encoding = encoding;
                self.raw.drain(..mark.len());
                self.offset += mark.len() as u64;
            }
        }
        if self.offset > 0 {
            return;
        }
        if self.raw.starts_with(&[0xFF, 0xFE]) || self.raw.starts_with(&[0xFE, 0xFF]) {
            self.fault = Some(DecodeFault::Utf16);
        } else {
            self.fault = Content::of(&self.raw).map(DecodeFault::OtherContent);
        }
    }

    /// Decodes a piece; returns how many bytes of it were consumed.
    fn decode(&mut self, raw: &[u8], last: bool, text: &mut Vec<u8>) -> usize {
        match self.encoding {
            Encoding::Ascii => {
                let ascii = encoding_rs::Encoding::ascii_valid_up_to(raw);
                if ascii == 0 && !raw.is_empty() {
                    self.encoding = tell_encoding(raw, last);
                    return self.decode(raw, last, text);
                }
                self.accept(raw.get(..ascii).unwrap_or_default(), text);
                ascii
            }
            Encoding::Utf8 => {
                let (valid, broken) = match std::str::from_utf8(raw) {
                    Ok(_) => (raw.len(), false),
                    Err(error) => (error.valid_up_to(), error.error_len().is_some() || last),
                };
                self.accept(raw.get(..valid).unwrap_or_default(), text);
                if broken {
                    self.malformed(self.offset + valid as u64);
                }
                valid
            }
            Encoding::Gb18030 => self.decode_gb18030(raw, last, text),
        }
    }

    fn decode_gb18030(&mut self, raw: &[u8], last: bool, text: &mut Vec<u8>) -> usize {
        let mut decoder = self.decoder.take().unwrap_or_else(|| GB18030.new_decoder_without_bom_handling());
        let mut decoded = std::mem::take(&mut self.decoded);
        // A GB18030 byte becomes at most three bytes of UTF-8; what a former piece left open needs a few more.
        decoded.resize(raw.len() * 3 + 16, 0);
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(raw, &mut decoded, last);
        self.accept(decoded.get(..written).unwrap_or_default(), text);
        if let DecoderResult::Malformed(length, after) = result {
            let back = u64::from(length) + u64::from(after);
            self.malformed((self.offset + read as u64).saturating_sub(back));
        }
        self.decoded = decoded;
        // After the last piece a decoder is spent; nothing follows it.
        self.decoder = (!last).then_some(decoder);
        read
    }

    fn malformed(&mut self, offset: u64) {
        self.fault = Some(DecodeFault::Malformed { encoding: self.encoding, line: self.line, offset });
    }

    /// Takes decoded text over, with `\r\n` and a lone `\r` made `\n`.
    fn accept(&mut self, decoded: &[u8], text: &mut Vec<u8>) {
        let before = text.len();
        let mut rest = decoded;
        if self.after_cr && !rest.is_empty() {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            self.after_cr = false;
        }
        while let Some(at) = memchr::memchr(b'\r', rest) {
            text.extend_from_slice(rest.get(..at).unwrap_or_default());
            text.push(b'\n');
            rest = rest.get(at + 1..).unwrap_or_default();
            self.after_cr = rest.is_empty();
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        text.extend_from_slice(rest);
        let new = text.get(before..).unwrap_or_default();
        if let Some((how, at)) = self.watch.see(new) {
            let line = self.line + lines(new.get(..at).unwrap_or_default());
            self.fault = self.fault.or(Some(DecodeFault::Garbled { how, line }));
        }
        self.line += lines(new);
    }
}

/// How many lines end in a text.
pub(super) fn lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// How many lines end in a text that is ASCII without NUL and `\r`; none of any other.
fn plain_lines(text: &[u8]) -> Option<u64> {
    /// So many bytes are looked at together: their line ends can be counted in a byte.
    const BLOCK: usize = 192;
    let look = |bytes: &[u8]| {
        bytes.iter().fold((0_u8, 0_u8), |(lines, odd), &byte| {
            let is_odd = u8::from(byte == 0) | u8::from(byte == b'\r') | byte & 0x80;
            (lines.wrapping_add(u8::from(byte == b'\n')), odd | is_odd)
        })
    };
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let looked = blocks.iter().map(|block| look(block)).chain([look(rest)]);
    let (lines, odd) =
        looked.fold((0, 0), |(lines, odd), (more, other)| (lines + u64::from(more), odd | other));
    (odd == 0).then_some(lines)
}

/// Tells the encoding of text whose first byte is above ASCII.
fn tell_encoding(window: &[u8], last: bool) -> Encoding {
    let is_utf8 = |bytes: &[u8], may_be_cut: bool| match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => may_be_cut && error.error_len().is_none() && error.valid_up_to() > 0,
    };
    let line = window.split(|&byte| byte == b'\n').next().unwrap_or(window);
    let cut = line.len() == window.len() && !last;
    let has_wide = line.iter().any(|&byte| byte >= 0xE0);
    if is_utf8(window, !last) || (has_wide && is_utf8(line, cut)) {
        Encoding::Utf8
    } else {
        Encoding::Gb18030
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Result<(String, Encoding), DecodeFault> {
        let mut reader = Decoding::new(bytes);
        let mut text = Vec::new();
        loop {
            match reader.read_into(&mut text) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    return Err(*error.into_inner().unwrap().downcast::<DecodeFault>().unwrap());
                }
            }
        }
        let text = String::from_utf8(text).unwrap();
        assert_eq!(reader.line(), lines(text.as_bytes()) + 1);
        Ok((text.strip_suffix("\n\0\n").unwrap().to_owned(), reader.encoding()))
    }

    fn gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn the_same_text_comes_out_of_every_encoding() {
        let text = "户号,姓名\n1,𠮷田·买买提\n";
        let with_mark = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
        assert_eq!(decode(text.as_bytes()), Ok((text.to_owned(), Encoding::Utf8)));
        assert_eq!(decode(&with_mark), Ok((text.to_owned(), Encoding::Utf8)));
        assert_eq!(decode(&gbk(text)), Ok((text.to_owned(), Encoding::Gb18030)));
        assert_eq!(decode(b"a,b\n"), Ok(("a,b\n".to_owned(), Encoding::Ascii)));
        // Two characters whose GBK bytes are valid UTF-8 by chance, with others after them.
        assert_eq!(decode(&gbk("a\n联通\n户号\n")).unwrap().0, "a\n联通\n户号\n");
    }

    #[test]
    fn mixed_line_ends_become_one_also_across_pieces() {
        assert_eq!(decode(b"a\r\nb\rc\nd").unwrap().0, "a\nb\nc\nd");
        let mut long = vec![b'x'; WINDOW - 1];
        long.extend_from_slice(b"\r\ny");
        assert!(decode(&long).unwrap().0.ends_with("x\ny"));
    }

    #[test]
    fn a_long_file_is_decoded_across_pieces() {
        let text = "低保台账,甲𠮷\n".repeat(30_000);
        assert!(decode(text.as_bytes()).unwrap().0 == text);
        assert!(decode(&gbk(&text)).unwrap().0 == text);
    }

    #[test]
    fn what_stands_anywhere_in_a_plain_file_is_read_as_at_its_beginning() {
        let plain = b"xy,z\n".repeat(WINDOW * 7 / 10);
        for at in [WINDOW, 2 * WINDOW, 3 * WINDOW].into_iter().flat_map(|border| border - 2..border + 3) {
            let (before, after) = plain.split_at(at);
            let with = |odd: &[u8]| decode(&[before, odd, after].concat());
            let expected = |text: &str| {
                let around = [before, text.as_bytes(), after].concat();
                String::from_utf8(around).unwrap()
            };
            for (odd, text) in [
                ("\r\n".as_bytes(), "\n"),
                (b"\r", if after[0] == b'\n' { "" } else { "\n" }),
                ("甲".as_bytes(), "甲"),
                (&gbk("户号甲"), "户号甲"),
            ] {
                assert!(with(odd).unwrap().0 == expected(text), "{text:?} at {at}");
            }
            let (line, offset) = (lines(before) + 1, at as u64);
            assert_eq!(with(b"\0"), Err(DecodeFault::Nul { line, offset }));
            let malformed = DecodeFault::Malformed { encoding: Encoding::Gb18030, line, offset };
            assert_eq!(with(b"\xFF"), Err(malformed));
            let lost = DecodeFault::Garbled { how: Garbled::Lost, line };
            assert_eq!(with("\u{FFFD}".as_bytes()), Err(lost));
        }
    }

    #[test]
    fn a_text_is_plain_if_every_byte_of_it_is() {
        for byte in 0..=u8::MAX {
            for at in (0..600).step_by(7) {
                let mut text = b"abc\n".repeat(150);
                text[at] = byte;
                let is_plain = byte.is_ascii() && ![0, b'\r'].contains(&byte);
                assert_eq!(plain_lines(&text), is_plain.then(|| lines(&text)), "{byte} at {at}");
            }
        }
        assert_eq!(plain_lines(&b"\n".repeat(1_000)), Some(1_000));
    }

    #[test]
    fn a_malformed_byte_is_named_with_its_line_and_offset_and_never_replaced() {
        let mut utf8 = "户号\n甲乙\n丙".as_bytes().to_vec();
        let at = utf8.len() - 3;
        utf8[at] = 0xFF;
        assert_eq!(
            decode(&utf8),
            Err(DecodeFault::Malformed { encoding: Encoding::Utf8, line: 3, offset: at as u64 })
        );
        let mut gb = gbk("户号\n甲乙\n");
        gb.extend_from_slice(&[0xB0, 0x20]);
        assert_eq!(
            decode(&gb),
            Err(DecodeFault::Malformed { encoding: Encoding::Gb18030, line: 3, offset: 10 })
        );
    }

    #[test]
    fn a_character_cut_off_at_the_end_is_malformed() {
        let utf8 = "户号\n甲".as_bytes();
        assert!(matches!(
            decode(&utf8[..utf8.len() - 1]),
            Err(DecodeFault::Malformed { encoding: Encoding::Utf8, line: 2, offset: 7 })
        ));
        let gb = gbk("户号\n甲");
        assert!(matches!(
            decode(&gb[..gb.len() - 1]),
            Err(DecodeFault::Malformed { encoding: Encoding::Gb18030, line: 2, offset: 5 })
        ));
    }

    #[test]
    fn nul_bytes_and_utf16_are_refused() {
        assert_eq!(decode(b"a\nb\0c\n"), Err(DecodeFault::Nul { line: 2, offset: 3 }));
        assert_eq!(decode(b"\xFF\xFEa\0"), Err(DecodeFault::Utf16));
    }
}
