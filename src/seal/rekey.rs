//! A bridge between two keys: every person of the raw files under the old key and under the new one, signed.
//!
//! Only person columns are read, and they are cleaned as sealing cleans them. The table is sorted by the old token, which
//! says nothing about the rows; no number and no other value leaves the agency.
//!
//! # Decisions
//!
//! - All pairs are held in memory until the last file is read: a person stands in many rows, and the table is sorted. Measured on
//!   one file of 10 million people: 1.0 GB at the most (100 bytes a person), 38 s of one processor. No agency's register is
//!   larger by much, and a change of key is no nightly work; so nothing is sorted on disk here.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use csv::{Terminator, WriterBuilder};

use super::{
    SealError, SetAside, SetAsideRow,
    columns::{self, Places},
    output::Output,
    place::Workshop,
    set_aside::{Fault, Listing},
};
use crate::{
    accept::{
        BRIDGE, BRIDGE_COLUMNS, DataFormat, Epoch, HashName, NORMALISATION, Package, Resource, SignKey,
        is_plain_name,
    },
    acquire::text,
    contract::{Contract, Kind},
    identity::{HashKey, Rejection, Tokeniser, normalise},
    model::{DatasetId, Token},
};

/// A key with the hash that it is used with.
pub struct KeyInUse<'a> {
    /// The key.
    pub key: &'a HashKey,
    /// The keyed hash.
    pub hash: HashName,
    /// Its name; none: the one that follows from the key.
    pub key_id: Option<String>,
}

impl KeyInUse<'_> {
    fn epoch(&self) -> Result<Epoch, SealError> {
        let key_id = self.key_id.clone().unwrap_or_else(|| self.key.default_id());
        if !is_plain_name(&key_id, 64) {
            return Err(SealError::KeyId { given: key_id });
        }
        Ok(Epoch { key_id, hash: self.hash, normalisation: NORMALISATION })
    }
}

/// What to make a bridge of.
pub struct RekeyRequest<'a> {
    /// The raw files with the contracts of their datasets, all of one agency.
    pub files: &'a [(&'a Contract, PathBuf)],
    /// The day of the bridge.
    pub as_of: NaiveDate,
    /// The key of the store.
    pub from: KeyInUse<'a>,
    /// The new key.
    pub to: KeyInUse<'a>,
    /// The agency's signing key.
    pub sign_key: &'a SignKey,
    /// The inbox to write to.
    pub out: &'a Path,
    /// The agency's earlier bridge that this one corrects.
    pub supersedes: Option<String>,
    /// Whether the table is packed (`.csv.gz`).
    pub gzip: bool,
}

/// A bridge that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rekeyed {
    /// The delivery's id.
    pub delivery: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Whether the very same bridge lay there already.
    pub already_there: bool,
    /// What it says about itself.
    pub package: Package,
    /// Rows read from the raw files.
    pub rows_read: u64,
    /// How many people it holds.
    pub people: u64,
    /// Rows with a number that fails, as sealing sets them aside.
    pub set_aside: SetAside,
}

/// Makes a bridge.
pub fn rekey(request: &RekeyRequest<'_>) -> Result<Rekeyed, SealError> {
    let (from, to) = (request.from.epoch()?, request.to.epoch()?);
    let is_same = request.from.key.default_id() == request.to.key.default_id() && from.hash == to.hash;
    if is_same || from.key_id == to.key_id {
        return Err(SealError::SameKey { key_id: from.key_id });
    }
    let mut agencies: Vec<String> =
        request.files.iter().map(|(contract, _)| contract.id.agency.clone()).collect();
    agencies.sort_unstable();
    agencies.dedup();
    let agency = match &agencies[..] {
        [] => return Err(SealError::NoFiles),
        [one] => one.clone(),
        _ => return Err(SealError::SeveralAgencies { agencies }),
    };
    let workshop = Workshop::open(request.out, &agency)?;
    let mut gathering = Gathering {
        as_of: request.as_of,
        old: request.from.key.tokeniser(request.from.hash),
        new: request.to.key.tokeniser(request.to.hash),
        pairs: BTreeMap::new(),
        listing: Listing::open(None)?,
        rows_read: 0,
    };
    for (contract, path) in request.files {
        gathering.file(contract, path)?;
    }
    let Gathering { pairs, listing, rows_read, .. } = gathering;
    let set_aside = listing.finish()?;
    if let Some(fault) = set_aside.commonest().filter(|_| pairs.is_empty()) {
        return Err(SealError::NothingLeft { rows: rows_read, reason: fault.text() });
    }
    let dataset = DatasetId::new(&agency, BRIDGE);
    let package = Package {
        name: format!("{agency}-{BRIDGE}-{}", request.as_of).replace('_', "-"),
        created: None,
        agency,
        dataset: dataset.clone(),
        as_of: request.as_of,
        key_id: from.key_id,
        hash: from.hash,
        normalisation: from.normalisation,
        bridge_to: Some(to),
        sequence: 1,
        supersedes: request.supersedes.clone(),
        months: Vec::new(),
        resources: vec![write(request, dataset, &pairs, &workshop)?],
    };
    let placed = workshop.place(package, Package::bridge_to_json, request.sign_key, None)?;
    Ok(Rekeyed {
        delivery: placed.delivery,
        folder: placed.folder,
        already_there: placed.already_there,
        package: placed.package,
        rows_read,
        people: pairs.len() as u64,
        set_aside,
    })
}

/// The people found so far.
struct Gathering {
    as_of: NaiveDate,
    old: Tokeniser,
    new: Tokeniser,
    pairs: BTreeMap<Token, Token>,
    listing: Listing,
    rows_read: u64,
}

impl Gathering {
    fn file(&mut self, contract: &Contract, path: &Path) -> Result<(), SealError> {
        let mut table = text::open(path)?;
        // A column that is not there has no person in it: that is no news here.
        let Places { fields, .. } =
            columns::find(contract, path, &table, &mut Vec::new()).map_err(SealError::Header)?;
        let persons = contract.columns.iter().zip(fields).filter(|(column, _)| column.kind == Kind::Person);
        let persons: Vec<_> = persons.filter_map(|(column, field)| Some((column, field?))).collect();
        while let Some(row) = table.next_row()? {
            self.rows_read += 1;
            let at = |column: Option<String>, fault| SetAsideRow {
                path: path.to_owned(),
                line: row.line,
                column,
                fault,
            };
            if let Some(reason) = row.fault {
                self.listing.fault(at(None, Fault::Record(reason)))?;
                self.listing.row();
                continue;
            }
            let mut has_fault = false;
            for (column, field) in &persons {
                match normalise(row.fields.get(*field).unwrap_or_default(), self.as_of) {
                    Ok((number, _)) => {
                        let new = &self.new;
                        self.pairs.entry(self.old.token(&number)).or_insert_with(|| new.token(&number));
                    }
                    Err(Rejection::Empty) if !column.required => {}
                    Err(rejection) => {
                        has_fault = true;
                        self.listing.fault(at(Some(column.name.clone()), Fault::Number(rejection)))?;
                    }
                }
            }
            if has_fault {
                self.listing.row();
            }
        }
        Ok(())
    }
}

fn write(
    request: &RekeyRequest<'_>,
    dataset: DatasetId,
    pairs: &BTreeMap<Token, Token>,
    workshop: &Workshop,
) -> Result<Resource, SealError> {
    let name = format!("{BRIDGE}.csv{}", if request.gzip { ".gz" } else { "" });
    let target = workshop.folder().join(&name);
    let io = || SealError::io(&target);
    let output = Output::create(&target, request.gzip).map_err(io())?;
    let mut writer = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(output);
    let written = |error: csv::Error| io()(error.into());
    writer.write_record(BRIDGE_COLUMNS).map_err(written)?;
    for (old, new) in pairs {
        writer.write_record([old.to_string(), new.to_string()]).map_err(written)?;
    }
    let output = writer.into_inner().map_err(|error| io()(error.into_error()))?;
    let (bytes, sha256) = output.finish().map_err(io())?;
    Ok(Resource {
        name: BRIDGE.to_owned(),
        path: name,
        format: if request.gzip { DataFormat::CsvGz } else { DataFormat::Csv },
        sheet: None,
        dataset,
        contract: None,
        bytes,
        sha256,
        encoding: "utf-8".to_owned(),
        rows: pairs.len() as u64,
        totals: BTreeMap::new(),
        set_aside: 0,
    })
}
