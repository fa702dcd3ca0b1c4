//! A Parquet file's headers looked at before its rows are read: is it flat, do its parts lie inside it, do its pages hold as
//! many values as it says, and how much memory would reading it take. It decodes no value.
//!
//! # Decisions
//!
//! - The library believes what headers say: it allocates a page's stated size, recurses as deep as the schema, and stops
//!   without a word at the stated number of rows. So sizes and counts are compared here first, page by page.
//! - A page that carries a checksum must have it: the library does not look.
//! - Rows are read so many at a time that the pages which they keep alive stay within a budget ([`Shape::rows_at_once`]).

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use flate2::Crc;
use parquet::{
    basic::Compression,
    file::metadata::{ColumnChunkMetaData, ParquetMetaData},
};

use super::{parquet_fault::ParquetFault, text::MAX_COLUMNS, thrift::Thrift};

const MAGIC: &[u8; 4] = b"PAR1";
const MAGIC_ENCRYPTED: &[u8; 4] = b"PARE";
/// Magic, footer, its length, magic.
const SMALLEST: u64 = 12;
/// The longest footer: thousands of row groups of a hundred columns.
const MAX_FOOTER: u64 = 64 << 20;
/// The largest page; writers make them of 1 MiB or so, a few of all values of a row group.
const MAX_PAGE: u64 = 128 << 20;
/// What the pages that are open at the same time may take together.
const BUDGET: u64 = 512 << 20;
/// Rows read at a time, if pages allow it.
const MOST_ROWS: u64 = 4096;
/// A page's header with its statistics.
const HEADER_WINDOW: u64 = 16 << 10;
const MAX_HEADER: u64 = 4 << 20;

/// What the headers promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// How many rows there are.
    pub(super) rows: u64,
    /// How many may be read at a time.
    pub(super) rows_at_once: usize,
}

/// The footer's schema, before the library sees it: nested columns could make it recurse without end.
pub(super) fn check_footer(file: &mut File) -> Result<(), ParquetFault> {
    let length = file.seek(SeekFrom::End(0)).map_err(ParquetFault::Io)?;
    let head: [u8; 4] = read_at(file, 0, 4)?.try_into().unwrap_or_default();
    if &head == MAGIC_ENCRYPTED {
        return Err(ParquetFault::Encrypted);
    }
    if &head != MAGIC {
        return Err(ParquetFault::NotParquet);
    }
    if length < SMALLEST {
        return Err(ParquetFault::CutOff);
    }
    let tail = read_at(file, length - 8, 8)?;
    let (footer, magic) = tail.split_at(4);
    if magic != MAGIC {
        return Err(ParquetFault::CutOff);
    }
    let footer = u64::from(u32::from_le_bytes(footer.try_into().unwrap_or_default()));
    if footer > MAX_FOOTER {
        return Err(ParquetFault::FooterTooLarge);
    }
    let start = (length - 8).checked_sub(footer).filter(|start| *start >= 4).ok_or(ParquetFault::CutOff)?;
    let bytes = read_at(file, start, footer)?;
    let mut columns = 0;
    let mut deep = false;
    let read = Thrift::new(&bytes).fields(|thrift, field| {
        if field.id != 2 {
            return Some(false);
        }
        let count = thrift.structures(field, |thrift, n| {
            thrift.fields(|thrift, field| {
                if field.id != 5 {
                    return Some(false);
                }
                deep |= thrift.number(field)? > 0 && n > 0;
                Some(true)
            })
        })?;
        columns = count.saturating_sub(1);
        Some(true)
    });
    match read {
        None => Err(ParquetFault::Damaged { row: 0 }),
        Some(()) if deep => Err(ParquetFault::Nested),
        Some(()) if columns > MAX_COLUMNS as u64 => Err(ParquetFault::TooManyColumns),
        Some(()) => Ok(()),
    }
}

/// Every page of every column against what the footer says of them.
pub(super) fn check_pages(file: &mut File, footer: &ParquetMetaData) -> Result<Shape, ParquetFault> {
    let length = file.seek(SeekFrom::End(0)).map_err(ParquetFault::Io)?;
    let (mut rows, mut at_once) = (0_u64, MOST_ROWS);
    for group in footer.row_groups() {
        let group_rows = whole(group.num_rows())?;
        rows = rows.checked_add(group_rows).ok_or(ParquetFault::Contradiction)?;
        let (mut open, mut each) = (0_u64, 0_u64);
        for column in group.columns() {
            check_codec(column)?;
            let chunk = check_chunk(file, length, column)?;
            if chunk.values != group_rows || whole(column.num_values())? != group_rows {
                return Err(ParquetFault::Contradiction);
            }
            open += chunk.dictionary + chunk.largest;
            each += chunk.a_value + chunk.dictionary / group_rows.max(1);
        }
        if open > BUDGET {
            return Err(ParquetFault::PagesTooLarge);
        }
        at_once = at_once.min(BUDGET / each.max(1)).max(1);
    }
    if whole(footer.file_metadata().num_rows())? != rows {
        return Err(ParquetFault::Contradiction);
    }
    Ok(Shape { rows, rows_at_once: at_once as usize })
}

fn check_codec(column: &ColumnChunkMetaData) -> Result<(), ParquetFault> {
    match column.compression() {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_) => Ok(()),
        other => {
            // `GZIP(GzipLevel(6))`: its first word says enough.
            let name = other.to_string();
            let word = name.split('(').next().unwrap_or_default().to_owned();
            Err(ParquetFault::Codec { codec: word })
        }
    }
}

/// The sizes of one column's pages in one row group.
#[derive(Debug, Default)]
struct Chunk {
    values: u64,
    dictionary: u64,
    /// The largest page, packed and unpacked.
    largest: u64,
    /// What a value of the page with the largest values takes.
    a_value: u64,
}

fn check_chunk(file: &mut File, length: u64, column: &ColumnChunkMetaData) -> Result<Chunk, ParquetFault> {
    // Pages in another file are none of this one's.
    if column.file_path().is_some() {
        return Err(ParquetFault::Contradiction);
    }
    let start = whole(column.dictionary_page_offset().unwrap_or(column.data_page_offset()))?;
    let end = start.checked_add(whole(column.compressed_size())?).filter(|end| *end <= length);
    let end = end.ok_or(ParquetFault::CutOff)?;
    let (mut at, mut chunk) = (start, Chunk::default());
    while at < end {
        let (header, bytes) = page_header(file, at, end - at)?;
        at += bytes + header.packed;
        if at > end {
            return Err(ParquetFault::Contradiction);
        }
        let size = header.packed + header.unpacked;
        if header.unpacked > MAX_PAGE || header.packed > MAX_PAGE {
            return Err(ParquetFault::PagesTooLarge);
        }
        if let Some(stated) = header.checksum
            && stated != checksum(file, at - header.packed, header.packed)?
        {
            return Err(ParquetFault::Checksum);
        }
        if header.is_dictionary {
            // Each entry takes a byte at least.
            if header.values > header.unpacked {
                return Err(ParquetFault::Contradiction);
            }
            chunk.dictionary = chunk.dictionary.max(size);
            continue;
        }
        chunk.values = chunk.values.checked_add(header.values).ok_or(ParquetFault::Contradiction)?;
        chunk.largest = chunk.largest.max(size);
        chunk.a_value = chunk.a_value.max(size / header.values.max(1));
    }
    Ok(chunk)
}

#[derive(Debug, Default)]
struct PageHeader {
    packed: u64,
    unpacked: u64,
    values: u64,
    is_dictionary: bool,
    checksum: Option<u32>,
}

/// The header of the page at a place and its own length. A header may be long: statistics of text stand in it.
fn page_header(file: &mut File, at: u64, left: u64) -> Result<(PageHeader, u64), ParquetFault> {
    for window in [HEADER_WINDOW, MAX_HEADER] {
        let bytes = read_at(file, at, window.min(left))?;
        let mut thrift = Thrift::new(&bytes);
        if let Some(header) = read_page_header(&mut thrift) {
            return Ok((header, (bytes.len() - thrift.left()) as u64));
        }
        if window >= left {
            break;
        }
    }
    Err(ParquetFault::Contradiction)
}

fn read_page_header(thrift: &mut Thrift<'_>) -> Option<PageHeader> {
    const DATA: i64 = 0;
    const INDEX: i64 = 1;
    const DICTIONARY: i64 = 2;
    const DATA_V2: i64 = 3;
    let (mut kind, mut packed, mut unpacked, mut checksum) = (None, None, None, None);
    // By the kind of page; the levels of version 2 are part of its size.
    let (mut values, mut levels) = ([None; 4], [0_i64; 2]);
    thrift.fields(|thrift, field| {
        match field.id {
            1 => kind = Some(thrift.number(field)?),
            2 => unpacked = Some(thrift.number(field)?),
            3 => packed = Some(thrift.number(field)?),
            // Written as a signed number of 32 bits.
            4 => checksum = Some(thrift.number(field)? as u32),
            5 | 7 | 8 => {
                let header = field.id;
                thrift.inside(field, |thrift, field| {
                    match (header, field.id) {
                        (5, 1) => values[0] = Some(thrift.number(field)?),
                        (7, 1) => values[2] = Some(thrift.number(field)?),
                        (8, 1) => values[3] = Some(thrift.number(field)?),
                        (8, 5) => levels[0] = thrift.number(field)?,
                        (8, 6) => levels[1] = thrift.number(field)?,
                        _ => return Some(false),
                    }
                    Some(true)
                })?;
            }
            _ => return Some(false),
        }
        Some(true)
    })?;
    let positive = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    let (packed, unpacked) = (positive(packed)?, positive(unpacked)?);
    let [first, second] = levels.map(|level| u64::try_from(level).ok());
    let values = match kind? {
        DATA => positive(values[0])?,
        INDEX => 0,
        DICTIONARY => positive(values[2])?,
        DATA_V2 if first?.checked_add(second?)? <= unpacked.min(packed) => positive(values[3])?,
        _ => return None,
    };
    Some(PageHeader { packed, unpacked, values, is_dictionary: kind == Some(DICTIONARY), checksum })
}

fn checksum(file: &mut File, at: u64, count: u64) -> Result<u32, ParquetFault> {
    let mut crc = Crc::new();
    crc.update(&read_at(file, at, count)?);
    Ok(crc.sum())
}

fn whole(number: i64) -> Result<u64, ParquetFault> {
    u64::try_from(number).map_err(|_| ParquetFault::Contradiction)
}

fn read_at(file: &mut File, at: u64, count: u64) -> Result<Vec<u8>, ParquetFault> {
    file.seek(SeekFrom::Start(at)).map_err(ParquetFault::Io)?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes).map_err(ParquetFault::Io)?;
    if (bytes.len() as u64) < count {
        return Err(ParquetFault::Io(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(bytes)
}
