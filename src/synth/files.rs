//! The raw files of the city: headers, compression, the spreadsheet.
//!
//! Never a time stamp: the same rows give the same bytes.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::{
    rows::{Sheets, Table},
    sheet::Counts,
};
use crate::{contract::Contract, model::DatasetId};

/// Why a city was not made.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// A file or folder could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The spreadsheet could not be written.
    #[error("cannot write the spreadsheet {}", path.display())]
    Spreadsheet {
        /// The file.
        path: PathBuf,
        /// What its writer said.
        source: XlsxError,
    },
    /// The contracts do not fit the generator.
    #[error("the contract of {dataset} {problem}")]
    Contract {
        /// The dataset.
        dataset: DatasetId,
        /// What is wrong.
        problem: String,
    },
    /// More people than there are distinct identity numbers for.
    #[error("{asked} persons are too many: at most {} have distinct numbers", super::MAX_PERSONS)]
    TooMany {
        /// What was asked for.
        asked: u32,
    },
    /// A block could not be compressed.
    #[error("cannot compress a block of rows")]
    Deflate(#[source] flate2::CompressError),
}

/// The rows of one block, ready to be appended: compressed where the file is.
pub struct Piece(Vec<Part>);

struct Part {
    bytes: Vec<u8>,
    counts: Counts,
    crc: Option<Crc>,
}

impl Piece {
    /// Takes the bytes of a block's sheets.
    pub fn of(sheets: Sheets, gzip: bool) -> Result<Self, SynthError> {
        let parts = sheets.0.into_iter().zip(Table::ALL).map(|(sheet, table)| {
            let (bytes, crc) = match gzip && table.is_large() {
                true => {
                    let (bytes, crc) = deflate(&sheet.bytes)?;
                    (bytes, Some(crc))
                }
                false => (sheet.bytes, None),
            };
            Ok(Part { bytes, counts: sheet.counts, crc })
        });
        Ok(Self(parts.collect::<Result<_, SynthError>>()?))
    }
}

/// Deflates a block so that the next can follow: it ends on a byte and is not the last.
fn deflate(raw: &[u8]) -> Result<(Vec<u8>, Crc), SynthError> {
    let mut crc = Crc::new();
    crc.update(raw);
    let mut squeezer = Compress::new(Compression::new(6), false);
    let mut out = Vec::with_capacity(raw.len() / 6 + 64);
    loop {
        let eaten = usize::try_from(squeezer.total_in()).unwrap_or(raw.len());
        let rest = raw.get(eaten..).unwrap_or_default();
        out.reserve(rest.len() / 4 + 64);
        let status =
            squeezer.compress_vec(rest, &mut out, FlushCompress::Sync).map_err(SynthError::Deflate)?;
        let all_in = squeezer.total_in() == raw.len() as u64;
        // Room left over means that the flush is complete.
        if all_in && (out.len() < out.capacity() || status == Status::StreamEnd) {
            return Ok((out, crc));
        }
    }
}

enum Body {
    Plain(BufWriter<File>),
    Gzip(BufWriter<File>, Crc),
    Spreadsheet(Vec<u8>),
}

struct CityFile {
    table: Table,
    path: PathBuf,
    /// The path below the city's folder, with `/`.
    name: String,
    header: Vec<String>,
    body: Body,
    counts: Counts,
}

/// All raw files while they are written.
pub struct CityFiles(Vec<CityFile>);

/// One raw file as it was written.
pub struct WrittenFile {
    /// Its dataset.
    pub table: Table,
    /// Its path below the city's folder.
    pub name: String,
    /// What it holds.
    pub counts: Counts,
}

impl CityFiles {
    /// Creates the files with their headers.
    pub fn create(
        out: &Path,
        contracts: &BTreeMap<DatasetId, Contract>,
        gzip: bool,
    ) -> Result<Self, SynthError> {
        Table::ALL
            .iter()
            .map(|table| CityFile::create(out, *table, contracts, gzip))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Appends a block.
    pub fn append(&mut self, piece: Piece) -> Result<(), SynthError> {
        for (file, part) in self.0.iter_mut().zip(piece.0) {
            file.append(part)?;
        }
        Ok(())
    }

    /// Closes all files.
    pub fn finish(self) -> Result<Vec<WrittenFile>, SynthError> {
        self.0.into_iter().map(CityFile::finish).collect()
    }
}

impl CityFile {
    fn create(
        out: &Path,
        table: Table,
        contracts: &BTreeMap<DatasetId, Contract>,
        gzip: bool,
    ) -> Result<Self, SynthError> {
        let (agency, dataset) = table.names();
        let header = chinese_header(table, contracts)?;
        let zipped = gzip && table.is_large();
        let ending = match (table.is_spreadsheet(), zipped) {
            (true, _) => "xlsx",
            (false, true) => "csv.gz",
            (false, false) => "csv",
        };
        let name = format!("raw/{agency}/{dataset}.{ending}");
        let path = out.join(&name);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| SynthError::Write { path, source }
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        let mut first = Vec::new();
        let line = header.join(",");
        if table.style().gb18030 {
            first.extend_from_slice(&encoding_rs::GB18030.encode(&line).0);
            first.extend_from_slice(b"\r\n");
        } else {
            first.extend_from_slice("\u{FEFF}".as_bytes());
            first.extend_from_slice(line.as_bytes());
            first.push(b'\n');
        }
        let mut file = Self {
            table,
            path,
            name,
            header,
            body: Body::Spreadsheet(Vec::new()),
            counts: Counts::default(),
        };
        if table.is_spreadsheet() {
            return Ok(file);
        }
        let mut writer =
            BufWriter::with_capacity(1 << 18, File::create(&file.path).map_err(failed(&file.path))?);
        let counts = Counts::default();
        if zipped {
            // Magic, deflate, no flags, time 0, no extra flags, system unknown.
            writer.write_all(&[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]).map_err(failed(&file.path))?;
            file.body = Body::Gzip(writer, Crc::new());
            let (bytes, crc) = deflate(&first)?;
            file.append(Part { bytes, counts, crc: Some(crc) })?;
        } else {
            file.body = Body::Plain(writer);
            file.append(Part { bytes: first, counts, crc: None })?;
        }
        Ok(file)
    }

    fn append(&mut self, part: Part) -> Result<(), SynthError> {
        self.counts.add(part.counts);
        let written = match &mut self.body {
            Body::Plain(writer) => writer.write_all(&part.bytes),
            Body::Gzip(writer, crc) => {
                if let Some(more) = part.crc {
                    crc.combine(&more);
                }
                writer.write_all(&part.bytes)
            }
            Body::Spreadsheet(bytes) => {
                bytes.extend_from_slice(&part.bytes);
                Ok(())
            }
        };
        written.map_err(|source| SynthError::Write { path: self.path.clone(), source })
    }

    fn finish(self) -> Result<WrittenFile, SynthError> {
        let failed = |source| SynthError::Write { path: self.path.clone(), source };
        match self.body {
            Body::Plain(mut writer) => writer.flush().map_err(failed)?,
            Body::Gzip(mut writer, crc) => {
                // An empty last block, then check sum and length.
                let mut end = vec![0x03, 0x00];
                end.extend_from_slice(&crc.sum().to_le_bytes());
                end.extend_from_slice(&crc.amount().to_le_bytes());
                writer.write_all(&end).and_then(|()| writer.flush()).map_err(failed)?;
            }
            Body::Spreadsheet(bytes) => {
                let (text, _, _) = encoding_rs::GB18030.decode(&bytes);
                write_spreadsheet(&self.path, &self.header, &text)
                    .map_err(|source| SynthError::Spreadsheet { path: self.path.clone(), source })?;
            }
        }
        Ok(WrittenFile { table: self.table, name: self.name, counts: self.counts })
    }
}

/// Columns under their Chinese names, and a contract that knows exactly these.
fn chinese_header(
    table: Table,
    contracts: &BTreeMap<DatasetId, Contract>,
) -> Result<Vec<String>, SynthError> {
    let dataset = table.id();
    let problem = |problem: String| SynthError::Contract { dataset: dataset.clone(), problem };
    let contract = contracts.get(&dataset).ok_or_else(|| problem("is missing".to_owned()))?;
    let columns: Vec<&str> = table.columns().iter().map(|column| column.trim_end_matches('_')).collect();
    if let Some(unknown) =
        contract.columns.iter().find(|column| column.required && !columns.contains(&column.name.as_str()))
    {
        return Err(problem(format!("requires `{}`, which the city does not have", unknown.name)));
    }
    let header = columns.iter().map(|name| {
        let column = contract.columns.iter().find(|column| column.name == *name);
        column
            .map(|column| column.header_zh.clone())
            .ok_or_else(|| problem(format!("has no column `{name}`")))
    });
    header.collect()
}

/// One sheet of text cells, dated so that its bytes do not change.
fn write_spreadsheet(path: &Path, header: &[String], rows: &str) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    let born = ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&born));
    let sheet = workbook.add_worksheet();
    let header = header.iter().map(String::as_str);
    for (column, name) in (0_u16..).zip(header) {
        sheet.write_string(0, column, name)?;
    }
    for (row, line) in (1_u32..).zip(rows.lines()) {
        for (column, field) in (0_u16..).zip(line.split(',')) {
            if !field.is_empty() {
                sheet.write_string(row, column, field)?;
            }
        }
    }
    workbook.save(path)
}

/// Writes a text file whole.
pub fn write_text(path: &Path, text: &str) -> Result<(), SynthError> {
    let failed = |source| SynthError::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, text).map_err(|source| SynthError::Write { path: path.to_owned(), source })
}
