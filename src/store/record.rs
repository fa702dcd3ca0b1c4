//! What a snapshot says about itself: `snapshot.json` beside its data. It holds no clock, so it can be made again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::model::{DatasetId, Digest, Month, Token};

/// The file name of a record.
pub const RECORD_FILE: &str = "snapshot.json";

/// What became of the rows of a delivery: `rows = accepted + collapsed + quarantined`, always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Rows read, headers not counted.
    pub rows: u64,
    /// Rows in the snapshot.
    pub accepted: u64,
    /// Rows equal in all columns to an accepted one.
    pub collapsed: u64,
    /// Rows set aside.
    pub quarantined: u64,
    /// Rows that the agency's own sealing had refused before; they are not among `rows`.
    pub set_aside_by_agency: u64,
    /// Values repaired, by kind of repair.
    pub repairs: BTreeMap<String, u64>,
    /// Faults found, by reason; a row can have several.
    pub reasons: BTreeMap<String, u64>,
}

/// One sealed snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRecord {
    /// The dataset.
    pub dataset: DatasetId,
    /// The delivery's id.
    pub delivery: String,
    /// The day whose state it describes.
    pub as_of: NaiveDate,
    /// Which delivery of that day.
    pub sequence: u32,
    /// The delivery that it corrects.
    pub supersedes: Option<String>,
    /// The months of a by-month delivery: those that its rows name and those that its package lists.
    pub months: BTreeSet<Month>,
    /// What became of its rows.
    pub counts: Counts,
    /// The accepted rows without a value, for each column that may be empty; none in a record from before they were counted.
    pub nulls: Option<BTreeMap<String, u64>>,
    /// The digest of the data file.
    pub sha256: Digest,
    /// The digest of the delivery's `datapackage.json`.
    pub package_sha256: Digest,
    /// The key epoch of its tokens.
    pub key_id: String,
    /// The version of the contract that it was checked against.
    pub contract: String,
    /// The business date since which it is known. Records of older versions do not say.
    pub known_on: Option<NaiveDate>,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordFile {
    dataset: String,
    delivery: String,
    as_of: String,
    sequence: u32,
    supersedes: Option<String>,
    months: Vec<String>,
    counts: Counts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nulls: Option<BTreeMap<String, u64>>,
    sha256: String,
    package_sha256: String,
    key_id: String,
    contract: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known_on: Option<String>,
}

impl SnapshotRecord {
    /// Since when it is known; where the record does not say, since the day that it is about.
    pub fn known_since(&self) -> NaiveDate {
        self.known_on.unwrap_or(self.as_of)
    }

    /// Writes it into a draft's folder.
    pub fn write(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(RECORD_FILE);
        let file = RecordFile {
            dataset: self.dataset.to_string(),
            delivery: self.delivery.clone(),
            as_of: self.as_of.to_string(),
            sequence: self.sequence,
            supersedes: self.supersedes.clone(),
            months: self.months.iter().map(Month::to_string).collect(),
            counts: self.counts.clone(),
            nulls: self.nulls.clone(),
            sha256: self.sha256.hex(),
            package_sha256: self.package_sha256.hex(),
            key_id: self.key_id.clone(),
            contract: self.contract.clone(),
            known_on: self.known_on.map(|day| day.to_string()),
        };
        let mut text = serde_json::to_string_pretty(&file)
            .map_err(|source| StoreError::BadRecord { path: path.clone(), source })?;
        text.push('\n');
        fs::write(&path, text).map_err(StoreError::io("write", &path))
    }

    /// Reads the record of a sealed snapshot.
    pub fn read(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(RECORD_FILE);
        let bytes = fs::read(&path).map_err(StoreError::io("read", &path))?;
        let file: RecordFile = serde_json::from_slice(&bytes)
            .map_err(|source| StoreError::BadRecord { path: path.clone(), source })?;
        let bad = |said: &str| StoreError::Misplaced { path: path.clone(), said: format!("`{said}`") };
        let digest = |text: &str| text.parse::<Token>().map(|hex| Digest(hex.0)).map_err(|_| bad(text));
        let months = file.months.iter().map(|month| month.parse().map_err(|_| bad(month)));
        let known_on = file.known_on.as_ref().map(|day| day.parse().map_err(|_| bad(day)));
        let record = Self {
            known_on: known_on.transpose()?,
            dataset: file.dataset.parse().map_err(|_| bad(&file.dataset))?,
            as_of: file.as_of.parse().map_err(|_| bad(&file.as_of))?,
            months: months.collect::<Result<_, _>>()?,
            sha256: digest(&file.sha256)?,
            package_sha256: digest(&file.package_sha256)?,
            delivery: file.delivery,
            sequence: file.sequence,
            supersedes: file.supersedes,
            counts: file.counts,
            nulls: file.nulls,
            key_id: file.key_id,
            contract: file.contract,
        };
        let counts = &record.counts;
        if counts.rows != counts.accepted + counts.collapsed + counts.quarantined {
            return Err(StoreError::Misplaced { path, said: "counts that do not add up".to_owned() });
        }
        if record.nulls.iter().flatten().any(|(_, empty)| *empty > counts.accepted) {
            return Err(StoreError::Misplaced { path, said: "more empty values than rows".to_owned() });
        }
        Ok(record)
    }
}
