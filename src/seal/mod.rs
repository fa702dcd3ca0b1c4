//! The agency's side: raw files in, a signed delivery of tokens out.
//!
//! A raw identity number never reaches the delivery, the report, a message or the disk: rows whose number fails are told
//! by file, line, column and reason, and a column outside the person columns that seems to hold numbers stops everything.
//!
//! ```text
//! raw files ─ text ─▶ columns of the contract ─ numbers → tokens ─▶ .sealing-…/data.csv ─ descriptor, signature ─▶ DIR/<agency>/<delivery>/
//!                                  └─ rows set aside: counts, and `--set-aside FILE`
//! ```
//!
//! # Decisions
//!
//! - All other values pass through as text, unchanged: what is wrong with a date is for the intake to say, with the
//!   line in the file that the agency signed.
//! - The delivery appears whole or not at all: it is written into a hidden folder, which accepting passes over, and renamed.
//! - What was set aside is written only where `--set-aside` says, never beside the delivery: the inbox is shipped.
//! - Without `--sequence` the first number is taken that no delivery of that dataset and day in DIR has. Sealing the same
//!   files again finds the delivery that is already there and changes nothing.
//! - If every row is set aside there is no delivery: an empty one would read as "nobody".

mod columns;
mod error;
mod keygen;
mod output;
mod place;
mod rekey;
mod rows;
mod set_aside;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

pub use error::{HeaderFault, HeaderProblem, RawColumn, SealError};
pub use keygen::{KeygenRequest, NewKeys, keygen};
pub use rekey::{KeyInUse, RekeyRequest, Rekeyed, rekey};
pub use set_aside::{Fault, SetAside, SetAsideRow};

use crate::{
    accept::{HashName, NORMALISATION, Package, Resource, SignKey, is_plain_name},
    contract::{Contract, Delivery},
    identity::HashKey,
    model::{Month, Text},
};
use place::Workshop;
use rows::Sealing;

/// What to seal.
pub struct SealRequest<'a> {
    /// The contract of the dataset.
    pub contract: &'a Contract,
    /// The day whose state the files describe.
    pub as_of: NaiveDate,
    /// The key of the exchange.
    pub hash_key: &'a HashKey,
    /// The keyed hash that makes the tokens.
    pub hash: HashName,
    /// The key epoch's name; none: the one that follows from the key.
    pub key_id: Option<String>,
    /// The agency's signing key.
    pub sign_key: &'a SignKey,
    /// The raw files, in the order in which they become resources.
    pub files: &'a [PathBuf],
    /// The sheet to read of workbooks; none: the first visible one.
    pub sheet: Option<String>,
    /// The inbox to write to.
    pub out: &'a Path,
    /// The number among the deliveries of that day; none: the first free one.
    pub sequence: Option<u32>,
    /// The delivery that this one corrects.
    pub supersedes: Option<String>,
    /// Months that the delivery speaks for even if it has no row of them.
    pub months: &'a [Month],
    /// Whether the data files are packed (`.csv.gz`).
    pub gzip: bool,
    /// Where to list the rows that were set aside.
    pub set_aside: Option<&'a Path>,
    /// When the package was made, if that shall stand in it.
    pub created: Option<String>,
    /// Told now and then how many rows have been read.
    pub progress: &'a dyn Fn(u64),
}

/// A delivery that was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The delivery's id.
    pub delivery: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Whether the very same delivery lay there already.
    pub already_there: bool,
    /// What it says about itself.
    pub package: Package,
    /// Rows read from the raw files: those delivered and those set aside.
    pub rows_read: u64,
    /// Rows delivered.
    pub rows: u64,
    /// Rows set aside, by reason, and the first of them.
    pub set_aside: SetAside,
    /// Identity numbers that were repaired, by kind of repair.
    pub repairs: Vec<(&'static str, u64)>,
    /// What a person should hear.
    pub warnings: Vec<Text>,
}

/// Seals raw files into a delivery.
pub fn seal(request: &SealRequest<'_>) -> Result<Sealed, SealError> {
    let key_id = request.key_id.clone().unwrap_or_else(|| request.hash_key.default_id());
    if !is_plain_name(&key_id, 64) {
        return Err(SealError::KeyId { given: key_id });
    }
    if request.files.is_empty() {
        return Err(SealError::NoFiles);
    }
    let workshop = Workshop::open(request.out, &request.contract.id.agency)?;
    let mut sealing = Sealing::new(request)?;
    let mut resources = Vec::new();
    for (n, file) in request.files.iter().enumerate() {
        resources.push(sealing.file(n, file, &workshop)?);
    }
    let done = sealing.finish()?;
    let package = Package {
        name: format!("{}-{}-{}", request.contract.id.agency, request.contract.id.dataset, request.as_of)
            .replace('_', "-"),
        created: request.created.clone(),
        agency: request.contract.id.agency.clone(),
        dataset: request.contract.id.clone(),
        as_of: request.as_of,
        key_id,
        hash: request.hash,
        normalisation: NORMALISATION,
        bridge_to: None,
        sequence: request.sequence.unwrap_or(1),
        supersedes: request.supersedes.clone(),
        months: done.months,
        resources,
    };
    let mut warnings = done.warnings;
    if matches!(request.contract.delivery, Delivery::ByMonth { .. }) && package.months.is_empty() {
        warnings.push(Text::new(
            "没有任何月份：请用 --months 声明本次交付涵盖的月份",
            "it speaks for no month: say with --months which months the delivery covers",
        ));
    }
    let rows = package.resources.iter().map(|resource: &Resource| resource.rows).sum();
    let describe = |package: &Package| package.to_json(request.contract);
    let placed = workshop.place(package, describe, request.sign_key, request.sequence)?;
    Ok(Sealed {
        delivery: placed.delivery,
        folder: placed.folder,
        already_there: placed.already_there,
        package: placed.package,
        rows_read: done.rows_read,
        rows,
        set_aside: done.set_aside,
        repairs: done.repairs,
        warnings,
    })
}

#[cfg(test)]
mod tests;
