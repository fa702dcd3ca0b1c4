//! A workbook unpacked once into nothing, before its reader sees it: how much comes out, and what it declares.
//! It keeps no byte of what it unpacks.
//!
//! # Decisions
//!
//! - The reader holds all shared strings, styles and names in memory and believes their stated number; of a sheet it holds one
//!   piece of markup at a time. So parts, pieces and stated numbers are bounded here, by what really comes out of each part:
//!   the sizes that the archive states are not looked at.
//! - No spreadsheet program declares entities; a part that does is refused, whatever the reader makes of it.

use std::{
    fs::File,
    io::{BufReader, Read},
};

use zip::ZipArchive;

use super::{sheet_fault::SheetFault, sheet_parts};

/// Sheets, styles, relations, pictures: no register's workbook has more parts.
const MAX_PARTS: usize = 10_000;
/// What may come out of one part, and of all together.
const MAX_PART: u64 = 2 << 30;
const MAX_TOTAL: u64 = 3 << 30;
/// So much may come out of a part before the ratio is looked at.
const FREE: u64 = 16 << 20;
/// Beyond that, unpacked to packed. Sheets reach 10 to 40.
const MAX_RATIO: u64 = 250;
/// What may come out of parts that are held in memory: the strings, and each other one.
const MAX_STRINGS: u64 = 512 << 20;
const MAX_OTHER: u64 = 64 << 20;
/// Pieces of markup among the strings: four a string.
const MAX_STRING_TAGS: u64 = 32 << 20;
/// The longest piece of markup or text. A cell holds 32,767 characters.
const MAX_PIECE: u64 = 2 << 20;
/// How many bytes before the next ones are looked at again, so that nothing hides between two reads.
const OVERLAP: usize = 32;

/// Unpacks every part that a reader may look at.
pub(super) fn check(file: &mut File) -> Result<(), SheetFault> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| SheetFault::NotZip)?;
    if archive.len() > MAX_PARTS {
        return Err(SheetFault::TooManyParts);
    }
    let mut total = 0;
    for n in 0..archive.len() {
        let part = archive.by_index(n).map_err(|_| SheetFault::NotZip)?;
        let name = part.name().map_err(|_| SheetFault::NotZip)?.to_ascii_lowercase();
        if !sheet_parts::is_markup(&name) {
            continue;
        }
        let packed = part.compressed_size();
        let most = match name.as_str() {
            _ if name.ends_with("sharedstrings.xml") => MAX_STRINGS,
            _ if name.contains("worksheets/") && name.ends_with(".xml") => MAX_PART,
            // Names of parts are the workbook's to choose, so one that is called otherwise is bounded as if it were held.
            _ => MAX_OTHER,
        };
        let is_strings = most == MAX_STRINGS;
        total += check_part(part, packed, most, is_strings)?;
        if total > MAX_TOTAL {
            return Err(SheetFault::UnpacksTooFar);
        }
    }
    Ok(())
}

fn check_part(mut part: impl Read, packed: u64, most: u64, is_strings: bool) -> Result<u64, SheetFault> {
    let mut buffer = vec![0; 1 << 16];
    let (mut kept, mut count, mut tags, mut piece) = (0, 0_u64, 0_u64, 0_u64);
    let (mut inside, mut recent) = (Inside::Text, 0_u64);
    loop {
        let read = part.read(buffer.get_mut(kept..).unwrap_or_default()).map_err(|_| SheetFault::NotZip)?;
        if read == 0 {
            return Ok(count);
        }
        count += read as u64;
        if count > most || (count > FREE && count / packed.max(1) > MAX_RATIO) {
            return Err(SheetFault::UnpacksTooFar);
        }
        let window = buffer.get(..kept + read).unwrap_or_default();
        let new = window.get(kept..).unwrap_or_default();
        for &byte in new {
            recent = recent << 8 | u64::from(byte);
            let begins = inside == Inside::Text && byte == b'<';
            piece = if begins { 0 } else { piece + 1 };
            tags += u64::from(begins);
            inside = inside.after(byte, recent);
        }
        if piece > MAX_PIECE || (is_strings && tags > MAX_STRING_TAGS) {
            return Err(SheetFault::UnpacksTooFar);
        }
        if declares(window) || (is_strings && states_too_many(window)) {
            return Err(SheetFault::Declaration);
        }
        let overlap = window.len().min(OVERLAP);
        let from = window.len() - overlap;
        buffer.copy_within(from..from + overlap, 0);
        kept = overlap;
    }
}

/// Where in a part a byte stands: what a reader takes as one piece, however many marks seem to begin in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Text,
    Mark,
    /// Between two of these.
    Quoted(u8),
    Comment,
    PlainCharacters,
    Instruction,
}

impl Inside {
    /// Where the next byte stands; `recent` holds the last eight, with this one.
    fn after(self, byte: u8, recent: u64) -> Self {
        let ends = |word: &[u8]| {
            let wanted = word.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
            let bits = 8 * word.len() as u32;
            recent & u64::MAX.checked_shr(64 - bits).unwrap_or(0) == wanted
        };
        match (self, byte) {
            (Self::Text, b'<') => Self::Mark,
            (Self::Mark, b'>') => Self::Text,
            (Self::Mark, b'"' | b'\'') => Self::Quoted(byte),
            (Self::Mark, b'-') if ends(b"<!--") => Self::Comment,
            (Self::Mark, b'[') if ends(b"![CDATA[") => Self::PlainCharacters,
            (Self::Mark, b'?') if ends(b"<?") => Self::Instruction,
            (Self::Quoted(quote), _) if byte == quote => Self::Mark,
            (Self::Comment, b'>') if ends(b"-->") => Self::Text,
            (Self::PlainCharacters, b'>') if ends(b"]]>") => Self::Text,
            (Self::Instruction, b'>') if ends(b"?>") => Self::Text,
            _ => self,
        }
    }
}

/// `<!DOCTYPE` or `<!ENTITY`, in any spelling: a `<!` that begins neither a comment nor plain characters.
fn declares(window: &[u8]) -> bool {
    let mut rest = window;
    while let Some(at) = rest.iter().position(|&byte| byte == b'<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        if let [b'!', next, ..] = rest
            && next.is_ascii_alphabetic()
        {
            return true;
        }
    }
    false
}

/// The number of strings that a reader makes room for.
fn states_too_many(window: &[u8]) -> bool {
    const NAME: &[u8] = b"uniqueCount";
    let mut rest = window;
    while let Some(at) = rest.iter().position(|&byte| byte == b'u') {
        rest = rest.get(at..).unwrap_or_default();
        if let Some(value) = rest.strip_prefix(NAME) {
            let digits = value.iter().skip_while(|byte| !byte.is_ascii_alphanumeric());
            // Eight digits: more than any sheet has cells of text.
            if digits.take_while(|byte| byte.is_ascii_digit()).count() > 8 {
                return true;
            }
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}
