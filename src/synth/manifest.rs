//! What the raw files are: which dataset, as of when, in what encoding, with how much dirt.
//!
//! Never a delivery: sealing makes those, from these files.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Spec,
    calendar::{Calendar, plus_days},
    files::WrittenFile,
    rows::{Rows, Table},
    town::january,
};
use crate::model::Month;

/// The manifest's file name.
pub const MANIFEST: &str = "deliveries.json";

/// The raw files of a city.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The prefecture's code.
    pub division: String,
    /// The business date that the city was made for, `YYYY-MM-DD`.
    pub business_date: String,
    /// People of the background city.
    pub persons: u32,
    /// The seed.
    pub seed: u64,
    /// One entry a dataset, in the order of the specification.
    pub deliveries: Vec<DeliveryOf>,
}

/// What a delivery of one dataset is made from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryOf {
    /// `agency.dataset`.
    pub dataset: String,
    /// Files below the city's folder.
    pub files: Vec<String>,
    /// The day that the files are about, `YYYY-MM-DD`.
    pub as_of: String,
    /// `GB18030` or `UTF-8`.
    pub encoding: String,
    /// The months that a by-month dataset speaks for, `YYYY-MM`; empty for others.
    pub months: Vec<String>,
    /// Rows, headers not counted.
    pub rows: u64,
    /// Of these, spoilt so that intake mends them.
    pub mended: u64,
    /// Of these, spoilt so that intake sets them aside.
    pub set_aside: u64,
    /// Of these, copies of the row before.
    pub copies: u64,
}

impl Manifest {
    /// Describes what was written.
    pub fn new(spec: &Spec, calendar: &Calendar, planted: &Rows, written: Vec<WrittenFile>) -> Self {
        let deliveries = written.into_iter().map(|file| {
            // Staff relatives are filed once a quarter; their list is just fresh enough (95 days).
            let age = if file.table == Table::StaffRelative { 95 } else { 1 };
            DeliveryOf {
                dataset: file.table.id().to_string(),
                files: vec![file.name],
                as_of: plus_days(calendar.t, -age).to_string(),
                encoding: if file.table.style().gb18030 { "GB18030" } else { "UTF-8" }.to_owned(),
                months: months(file.table, calendar, planted).iter().map(Month::to_string).collect(),
                rows: file.counts.rows,
                mended: file.counts.mended,
                set_aside: file.counts.set_aside,
                copies: file.counts.copies,
            }
        });
        Self {
            division: super::places::PREFECTURE.to_string(),
            business_date: calendar.t.to_string(),
            persons: spec.persons,
            seed: spec.seed,
            deliveries: deliveries.collect(),
        }
    }

    /// The manifest as JSON, a line a field.
    pub fn to_json(&self) -> String {
        // Plain data of our own: there is nothing in it that JSON cannot hold.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// The months that a by-month file speaks for.
fn months(table: Table, calendar: &Calendar, planted: &Rows) -> BTreeSet<Month> {
    let paid = calendar.paid.iter().copied();
    match table {
        Table::Payment => paid.chain(planted.payments.iter().map(|row| row.pay_month)).collect(),
        Table::Contribution => {
            calendar.closed.iter().copied().chain(planted.contributions.iter().map(|row| row.month)).collect()
        }
        Table::Pension => paid.chain(planted.pension_payments.iter().map(|row| row.month)).collect(),
        Table::JoblessBenefit | Table::InjuryCare | Table::RentSubsidy => paid.collect(),
        Table::Premium => (0..3).map(|back| january(calendar, back)).collect(),
        _ => BTreeSet::new(),
    }
}
