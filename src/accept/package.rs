//! What a delivery says about itself: `datapackage.json` (Frictionless Data Package v2) with its `hedui` facts.
//!
//! These are claims until [`super::accept_inbox`] has verified them; nothing named in a descriptor is ever fetched.
//!
//! # Decisions
//!
//! - Frictionless properties that we do not know are left alone (the standard allows them); inside `hedui` an
//!   unknown property is an error, because there a misspelt `supersedes` would change what the delivery means.
//! - Control totals are text (`"1190.00"`): a JSON number would pass through a float.
//! - The id of a delivery follows from the package, not from the folder that it happens to lie in: a renamed
//!   folder is the same delivery, and an id is always safe in a path.

use std::{collections::BTreeMap, path::PathBuf};

use chrono::NaiveDate;

use crate::model::{DatasetId, Digest, Fen, Month};
pub use crate::model::{Epoch, HashName};

/// The descriptor's file name.
pub const PACKAGE_FILE: &str = "datapackage.json";
/// The file name of its signature.
pub const SIGNATURE_FILE: &str = "datapackage.json.sig";
/// The longest descriptor that is read.
pub const PACKAGE_MAX_BYTES: u64 = 4 << 20;
/// The only normalisation of identity numbers there is so far.
pub const NORMALISATION: u32 = 1;

/// The dataset's name of a bridge: a table by which the tokens of one key epoch become those of the next.
pub const BRIDGE: &str = "bridge";
/// The columns of a bridge, in their order.
pub const BRIDGE_COLUMNS: [&str; 2] = ["from_token", "to_token"];

/// How a data file is laid out, told by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFormat {
    /// `.csv`
    Csv,
    /// `.csv.gz`
    CsvGz,
    /// `.xlsx`
    Xlsx,
    /// `.parquet`
    Parquet,
}

impl DataFormat {
    /// The format that a file name stands for.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let formats = [
            (".csv", Self::Csv),
            (".csv.gz", Self::CsvGz),
            (".xlsx", Self::Xlsx),
            (".parquet", Self::Parquet),
        ];
        formats.into_iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| format)
    }
}

/// One delivery as its descriptor states it; nothing in it is verified against the files yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The package's name.
    pub name: String,
    /// When it was made, if the agency says so; informative only.
    pub created: Option<String>,
    /// Who delivers.
    pub agency: String,
    /// The dataset that every resource belongs to.
    pub dataset: DatasetId,
    /// The day whose state the data describes.
    pub as_of: NaiveDate,
    /// The name of the key epoch of the tokens.
    pub key_id: String,
    /// The keyed hash of the tokens.
    pub hash: HashName,
    /// The version of the normalisation before hashing.
    pub normalisation: u32,
    /// The epoch that a bridge leads to, from the one above; none: this is no bridge.
    pub bridge_to: Option<Epoch>,
    /// 1, 2, … for deliveries of one dataset and one day.
    pub sequence: u32,
    /// The id of the delivery that this one corrects.
    pub supersedes: Option<String>,
    /// The months that a by-month delivery speaks for, sorted; empty: those that its rows name.
    pub months: Vec<Month>,
    /// The data files.
    pub resources: Vec<Resource>,
}

/// One data file of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The resource's name, unique in the package.
    pub name: String,
    /// Relative to the delivery's folder: no `..`, nothing absolute, `/` between parts.
    pub path: String,
    /// What kind of file it is, told by its name.
    pub format: DataFormat,
    /// The sheet of a workbook that holds the rows; none: the first visible one.
    pub sheet: Option<String>,
    /// The dataset.
    pub dataset: DatasetId,
    /// The version of the contract that it was written to, if stated.
    pub contract: Option<String>,
    /// The file's size.
    pub bytes: u64,
    /// The file's digest.
    pub sha256: Digest,
    /// The encoding stated (`utf-8` when none is); reading detects it anyway.
    pub encoding: String,
    /// Records in the file, header not counted.
    pub rows: u64,
    /// Sum of each money column's readable values.
    pub totals: BTreeMap<String, Fen>,
    /// Rows that the agency's sealing refused and did not send.
    pub set_aside: u64,
}

impl Package {
    /// The key epoch of its tokens; of a bridge: the one that it leads from.
    pub fn epoch(&self) -> Epoch {
        let (key_id, hash, normalisation) = (self.key_id.clone(), self.hash, self.normalisation);
        Epoch { key_id, hash, normalisation }
    }

    /// `<dataset>-<as_of>-<sequence>-<8 hex of the descriptor's digest>`: the delivery's name everywhere.
    pub fn delivery_id(&self, descriptor: &Digest) -> String {
        let digest = descriptor.hex();
        let short = digest.get(..8).unwrap_or_default();
        format!("{}-{}-{:03}-{short}", self.dataset.dataset, self.as_of, self.sequence)
    }
}

/// A delivery whose signature, sizes and digests have been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The delivery's id.
    pub delivery: String,
    /// Where its files lie.
    pub folder: PathBuf,
    /// What it says about itself.
    pub package: Package,
    /// The digest of `datapackage.json`.
    pub package_sha256: Digest,
    /// The business date since which it is known.
    pub known_on: NaiveDate,
}

/// Letters, digits, `.`, `_`, `-`, not starting with a point: safe as one part of a path.
pub(crate) fn is_plain_name(text: &str, longest: usize) -> bool {
    !text.is_empty()
        && text.len() <= longest
        && !text.starts_with('.')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}
