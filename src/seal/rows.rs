//! One pass over the raw rows: numbers become tokens, everything else passes through, and what must be known of the
//! whole is gathered on the way (rows, totals, months, sightings of numbers where none belong).

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use csv::{StringRecord, Terminator, WriterBuilder};

use super::{
    HeaderFault, HeaderProblem, RawColumn, SealError, SealRequest, SetAside,
    columns::{self, Places},
    output::Output,
    place::Workshop,
    set_aside::{Fault, Listing, SetAsideRow},
};
use crate::{
    accept::{DataFormat, Resource},
    acquire::{Repairs as Cleaned, clean, text, text::Fields, value},
    contract::Kind,
    identity::{ColumnScan, Rejection, Repair, Tokeniser, normalise},
    model::{Fen, Month, Text},
};

/// How many rows pass between two words about progress.
const PROGRESS_EVERY: u64 = 1 << 14;

/// The state of one sealing over all its files.
pub(super) struct Sealing<'a> {
    request: &'a SealRequest<'a>,
    tokeniser: Tokeniser,
    listing: Listing,
    repairs: BTreeMap<Repair, u64>,
    /// One a column of the contract; a place is the file's number and the line.
    scans: Vec<ColumnScan<(usize, u64)>>,
    months: BTreeSet<Month>,
    warnings: Vec<Text>,
    rows_read: u64,
    /// Scratch room for one row.
    scratch: Scratch,
}

#[derive(Default)]
struct Scratch {
    record: StringRecord,
    wide: String,
    cleaned: Cleaned,
    faults: Vec<(usize, Rejection)>,
}

/// What a sealing gathered.
pub(super) struct Done {
    pub(super) rows_read: u64,
    pub(super) set_aside: SetAside,
    pub(super) repairs: Vec<(&'static str, u64)>,
    pub(super) months: Vec<Month>,
    pub(super) warnings: Vec<Text>,
}

impl<'a> Sealing<'a> {
    pub(super) fn new(request: &'a SealRequest<'a>) -> Result<Self, SealError> {
        Ok(Self {
            request,
            tokeniser: request.hash_key.tokeniser(request.hash),
            listing: Listing::open(request.set_aside)?,
            repairs: BTreeMap::new(),
            scans: request.contract.columns.iter().map(|_| ColumnScan::default()).collect(),
            months: request.months.iter().copied().collect(),
            warnings: Vec::new(),
            rows_read: 0,
            scratch: Scratch::default(),
        })
    }

    /// Seals one raw file into a data file of the delivery.
    pub(super) fn file(&mut self, n: usize, path: &Path, workshop: &Workshop) -> Result<Resource, SealError> {
        let contract = self.request.contract;
        let mut table = text::open_sheet(path, self.request.sheet.as_deref())?;
        let places = columns::find(contract, path, &table, &mut self.warnings).map_err(SealError::Header)?;
        table.place(contract, &places.fields);
        let name = match self.request.files.len() {
            1 => contract.id.dataset.clone(),
            _ => format!("{}-{}", contract.id.dataset, n + 1),
        };
        let file_name = format!("{name}.csv{}", if self.request.gzip { ".gz" } else { "" });
        let target = workshop.folder().join(&file_name);
        let io = || SealError::io(&target);
        let output = Output::create(&target, self.request.gzip).map_err(io())?;
        let mut writer = WriterBuilder::new()
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(1 << 16)
            .from_writer(output);
        let written = |error: csv::Error| io()(error.into());
        writer.write_record(contract.columns.iter().map(|column| &column.name)).map_err(written)?;
        let mut totals = vec![0_i128; contract.columns.len()];
        let (mut rows, set_aside_before) = (0, self.listing.counted.rows);
        while let Some(row) = table.next_row()? {
            self.rows_read += 1;
            if self.rows_read.is_multiple_of(PROGRESS_EVERY) {
                (self.request.progress)(self.rows_read);
            }
            let (line, fault) = (row.line, row.fault);
            if let Some(reason) = fault {
                let fault = Fault::Record(reason);
                self.listing.fault(SetAsideRow { path: path.to_owned(), line, column: None, fault })?;
                self.listing.row();
            } else if self.row((n, line), row.fields, &places, &mut totals)? {
                writer.write_record(&self.scratch.record).map_err(written)?;
                rows += 1;
            } else {
                self.set_aside(path, line)?;
            }
        }
        let output = writer.into_inner().map_err(|error| io()(error.into_error()))?;
        let (bytes, sha256) = output.finish().map_err(io())?;
        Ok(Resource {
            name,
            path: file_name,
            format: if self.request.gzip { DataFormat::CsvGz } else { DataFormat::Csv },
            sheet: None,
            dataset: contract.id.clone(),
            contract: Some(contract.version.clone()),
            bytes,
            sha256,
            encoding: "utf-8".to_owned(),
            rows,
            totals: self.totals(path, &totals)?,
            set_aside: self.listing.counted.rows - set_aside_before,
        })
    }

    /// Makes one row ready in `scratch.record`; false: it has faults and is not delivered.
    fn row(
        &mut self,
        place: (usize, u64),
        fields: Fields<'_>,
        places: &Places,
        totals: &mut [i128],
    ) -> Result<bool, SealError> {
        let contract = self.request.contract;
        let scratch = &mut self.scratch;
        scratch.faults.clear();
        scratch.record.clear();
        if let Some(&field) =
            places.unnamed.iter().find(|&&at| fields.get(at).is_some_and(|text| !text.trim().is_empty()))
        {
            let path = self.request.files.get(place.0).cloned().unwrap_or_default();
            let what = HeaderFault::Unnamed { column: field + 1 };
            return Err(SealError::Header(vec![HeaderProblem { path, line: place.1, what }]));
        }
        for (at, (column, field)) in contract.columns.iter().zip(&places.fields).enumerate() {
            let text = field.and_then(|field| fields.get(field)).unwrap_or_default();
            if column.kind != Kind::Person {
                if let Some(scan) = self.scans.get_mut(at) {
                    scan.see(text, place, self.request.as_of);
                }
                scratch.record.push_field(text);
                continue;
            }
            match normalise(text, self.request.as_of) {
                Ok((number, repairs)) => {
                    scratch.record.push_field(&self.tokeniser.token(&number).to_string());
                    if !repairs.is_empty() {
                        for repair in Repair::ALL.into_iter().filter(|&repair| repairs.contains(repair)) {
                            *self.repairs.entry(repair).or_default() += 1;
                        }
                    }
                }
                Err(Rejection::Empty) if !column.required => scratch.record.push_field(""),
                Err(rejection) => scratch.faults.push((at, rejection)),
            }
        }
        if !scratch.faults.is_empty() {
            return Ok(false);
        }
        // Totals and months speak of what is delivered, read exactly as the intake will read it.
        let month_column = contract.month_column();
        for (at, (column, total)) in contract.columns.iter().zip(totals).enumerate() {
            if column.kind != Kind::Money && month_column != Some(at) {
                continue;
            }
            let text =
                clean(scratch.record.get(at).unwrap_or_default(), &mut scratch.wide, &mut scratch.cleaned);
            if column.kind == Kind::Money {
                *total += value::money(text).map_or(0, |fen| i128::from(fen.0));
            } else if let Ok((day, _)) = value::month(text) {
                self.months.insert(Month::of(day));
            }
        }
        Ok(true)
    }

    fn set_aside(&mut self, path: &Path, line: u64) -> Result<(), SealError> {
        for (at, rejection) in std::mem::take(&mut self.scratch.faults) {
            let column = self.request.contract.columns.get(at).map(|column| column.name.clone());
            let fault = Fault::Number(rejection);
            self.listing.fault(SetAsideRow { path: path.to_owned(), line, column, fault })?;
        }
        self.listing.row();
        Ok(())
    }

    fn totals(&self, path: &Path, totals: &[i128]) -> Result<BTreeMap<String, Fen>, SealError> {
        let columns = self.request.contract.columns.iter().zip(totals);
        columns
            .filter(|(column, _)| column.kind == Kind::Money)
            .map(|(column, total)| match i64::try_from(*total) {
                Ok(fen) => Ok((column.name.clone(), Fen(fen))),
                Err(_) => {
                    Err(SealError::TotalTooLarge { path: path.to_owned(), column: column.name.clone() })
                }
            })
            .collect()
    }

    /// Decides whether what was written may leave.
    pub(super) fn finish(self) -> Result<Done, SealError> {
        let set_aside = self.listing.finish()?;
        let files: &[PathBuf] = self.request.files;
        let raw: Vec<RawColumn> = self
            .request
            .contract
            .columns
            .iter()
            .zip(&self.scans)
            .filter(|(_, scan)| scan.looks_raw())
            .map(|(column, scan)| RawColumn {
                column: column.name.clone(),
                rows: scan.sightings(),
                places: scan
                    .places()
                    .iter()
                    .filter_map(|&(n, line)| Some((files.get(n)?.clone(), line)))
                    .collect(),
            })
            .collect();
        if !raw.is_empty() {
            return Err(SealError::RawNumbers(raw));
        }
        if let Some(fault) = set_aside.commonest().filter(|_| set_aside.rows == self.rows_read) {
            return Err(SealError::NothingLeft { rows: self.rows_read, reason: fault.text() });
        }
        Ok(Done {
            rows_read: self.rows_read,
            set_aside,
            repairs: self.repairs.into_iter().map(|(repair, count)| (repair.code(), count)).collect(),
            months: if self.request.contract.month_column().is_some() {
                self.months.into_iter().collect()
            } else {
                Vec::new()
            },
            warnings: self.warnings,
        })
    }
}
