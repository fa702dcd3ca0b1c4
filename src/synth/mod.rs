//! The synthetic city: a prefecture of invented people, as the raw files that agencies export.
//!
//! Never a clock, never a real person: the same persons, seed and business date give the same bytes, whatever the
//! number of threads. Never reads a rule: what the planted cases must give is written down beside them.
//!
//! ```text
//! Spec ─ blocks of people (town/) ──┐
//!      └ known cases (planted/) ────┴─ rows ─ sheets (bytes, dirt) ─ files (raw/…) + truth.csv + deliveries.json
//! ```
//!
//! # Decisions
//!
//! * The city is made in blocks of at most 8,192 people of one county. A block draws from streams named by seed, part
//!   and block, so blocks need nothing of each other: any number of threads makes the same bytes, and memory holds a few
//!   blocks, never the city.
//! * Identity numbers are unique without a register of those given: a block owns one sequence number a sex and
//!   birthday in its county, and inside a block no two people of one sex share a birthday. Good for 20 million people.
//! * A compressed file is one gzip member: blocks are deflated where they are made, each ends on a byte (sync flush),
//!   and the check sums are combined. Its time stamp is 0.
//! * Dirt is counted as it is made, so the manifest says how many rows intake must mend, collapse and set aside.
//! * Measured with 1,000,000 persons in a release build (2 cores, 2 threads, a machine busy with other builds): 14.5 s of
//!   wall time, 6.4 CPU seconds, 96 MB resident, 1.19 GB of raw files, 19.1 million rows: 10.9 million contributions, 3.3
//!   million pension payments, 1.3 million payments, 0.85 million insurance enrolments, 0.66 million property units, 0.43
//!   million persons, 1.6 million in the other 25. Rows grow with people: 10 million persons make 191 million.
//! * Planted cases are plain lists of rows that are changed before they are written; they are never spoilt by dirt.

#![expect(
    clippy::inconsistent_digit_grouping,
    reason = "money is written in fen: the last two digits are the decimals"
)]

mod calendar;
mod dice;
mod files;
mod manifest;
mod number;
mod places;
mod planted;
mod rows;
mod sheet;
mod town;
mod truth;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
};

use chrono::NaiveDate;

use self::{
    calendar::Calendar,
    dice::{Dice, Part},
    files::{CityFiles, Piece},
    rows::{Sheets, Table},
    town::{Scene, block_count, block_size, write_block},
};
use crate::{contract::Contract, model::DatasetId};

pub use files::SynthError;
pub use manifest::{DeliveryOf, MANIFEST, Manifest};

/// The most people that get distinct identity numbers.
pub const MAX_PERSONS: u32 = 20_000_000;
/// The persons of the committed sample city.
pub const SAMPLE_PERSONS: u32 = 5_000;
/// The seed of the committed sample city.
pub const SAMPLE_SEED: u64 = 2026;

/// The business date unless another is asked for.
pub fn default_business_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 15).unwrap_or_default()
}

/// What city to make, and where.
#[derive(Debug, Clone)]
pub struct Spec {
    /// People of the background city; the planted ones come on top.
    pub persons: u32,
    /// Every draw follows from it.
    pub seed: u64,
    /// The folder for `raw/`, `truth.csv`, `deliveries.json`; files of the same names are replaced.
    pub out: PathBuf,
    /// The day that the history ends at; deliveries are as of the day before.
    pub business_date: NaiveDate,
    /// Whether the large files are compressed.
    pub gzip: bool,
    /// How many blocks are made at once; the bytes do not depend on it.
    pub threads: usize,
}

impl Spec {
    /// The committed sample city, made in a folder.
    pub fn sample(out: PathBuf) -> Self {
        Self {
            persons: SAMPLE_PERSONS,
            seed: SAMPLE_SEED,
            out,
            business_date: default_business_date(),
            gzip: true,
            threads: 2,
        }
    }
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// People whose rows are written.
    pub persons: u32,
    /// All of them.
    pub of: u32,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// What stands in `deliveries.json`.
    pub manifest: Manifest,
    /// Lines of `truth.csv`.
    pub known_cases: usize,
}

impl Made {
    /// Rows of all raw files.
    pub fn rows(&self) -> u64 {
        self.manifest.deliveries.iter().map(|delivery| delivery.rows).sum()
    }
}

/// Makes the city: raw files, truth, manifest, divisions.
///
/// `contracts` give the Chinese headers; every dataset of the city must be among them. `progress` is called as
/// blocks are written.
pub fn make(
    spec: &Spec,
    contracts: &BTreeMap<DatasetId, Contract>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Made, SynthError> {
    if spec.persons > MAX_PERSONS {
        return Err(SynthError::TooMany { asked: spec.persons });
    }
    let calendar = Calendar::new(spec.business_date);
    let mut files = CityFiles::create(&spec.out, contracts, spec.gzip)?;
    write_town(spec, &calendar, &mut files, progress)?;

    let planted = planted::plant(&calendar);
    let mut sheets = Sheets::new(|_| None);
    planted.rows.write(&mut sheets);
    files.append(Piece::of(sheets, spec.gzip)?)?;

    let written = files.finish()?;
    let manifest = Manifest::new(spec, &calendar, &planted.rows, written);
    files::write_text(&spec.out.join(manifest::MANIFEST), &manifest.to_json())?;
    files::write_text(&spec.out.join("truth.csv"), &truth::csv(&planted.truth))?;
    files::write_text(&spec.out.join("divisions.csv"), &places::divisions_csv())?;
    let extra = spec.out.join(planted::NUMBERS_IN_TEXT_FILE);
    files::write_text(&extra, &planted::numbers_in_text_csv(&calendar, contracts))?;
    Ok(Made { manifest, known_cases: planted.truth.len() })
}

/// Makes all blocks on some threads and writes them in their order.
fn write_town(
    spec: &Spec,
    calendar: &Calendar,
    files: &mut CityFiles,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), SynthError> {
    let (blocks, size) = (block_count(spec.persons), block_size(spec.persons));
    let people_of = |block: u32| size.min(spec.persons - block * size);
    let scene = Scene { calendar, seed: spec.seed };
    let next = AtomicU32::new(0);
    let threads = spec.threads.clamp(1, 64);
    std::thread::scope(|scope| {
        let (sender, finished) = mpsc::sync_channel(threads);
        for _ in 0..threads {
            let (sender, next, scene) = (sender.clone(), &next, &scene);
            scope.spawn(move || {
                loop {
                    let block = next.fetch_add(1, Ordering::Relaxed);
                    if block >= blocks {
                        return;
                    }
                    let dirt =
                        |table: Table| Some(Dice::new(spec.seed, Part::Dirt, block * 32 + table as u32));
                    let mut sheets = Sheets::new(dirt);
                    write_block(scene, block, people_of(block), &mut sheets);
                    // The other end is gone only when writing failed, and then there is nothing left to do.
                    if sender.send((block, Piece::of(sheets, spec.gzip))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        let mut persons = 0;
        for (block, piece) in finished {
            waiting.insert(block, piece);
            while let Some(piece) = waiting.remove(&due) {
                files.append(piece?)?;
                persons += people_of(due);
                due += 1;
                progress(Progress { persons, of: spec.persons });
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests;
