//! What the command line brings along to open a place, and what it hears about the way there.

use std::{path::PathBuf, sync::Arc};

use chrono::NaiveDate;

use super::{Address, Settings};

/// Which way files go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From object storage to this machine.
    Down,
    /// To object storage.
    Up,
}

/// Hears how far files have come. Never influences it.
pub trait Tell: Send + Sync {
    /// So many files of so many bytes go now.
    fn begin(&self, way: Way, files: usize, bytes: u64);
    /// So many bytes more are there.
    fn moved(&self, bytes: u64);
    /// They are all there, or it ended otherwise.
    fn end(&self);
}

/// Who works.
#[derive(Debug, Clone)]
pub struct Holder {
    /// For people who wait: machine and process.
    pub by: String,
    /// The machine.
    pub machine: String,
    /// A name for this run unlike any other's.
    pub holding: String,
    /// Seconds since 1970.
    pub clock: fn() -> i64,
}

/// What the command will read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// What a night for a business date reads.
    Night(NaiveDate),
    /// What taking in deliveries reads.
    Intake,
    /// Receipts and rows that were set aside, to be looked at only.
    Receipts,
}

/// How to open a place.
#[derive(Clone)]
pub struct Opening {
    /// Where it is.
    pub address: Address,
    /// How it is reached.
    pub settings: Settings,
    /// The folder of working copies.
    pub cache: PathBuf,
    /// Who works.
    pub holder: Holder,
    /// Hears how far files have come.
    pub tell: Arc<dyn Tell>,
}

/// What was published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Published {
    /// New objects and new contents.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// Objects removed.
    pub removed: usize,
}
