//! A rule's unit tests as values: given rows, expected outcomes. Run by `compare`, not here.
//!
//! A file beside the rule, `<id>.test.yaml`, that a layperson can read. Columns may be named as in SQL or by their Chinese
//! header; people have names of the test's own; what a row does not say comes from `defaults`, here or in
//! `rules/defaults.yaml`, where `{n}` is the number of the row in its dataset; `~` is no value.
//!
//! ```yaml
//! defaults:                               # optional
//!   civil_affairs.payments: {case_id: C1, amount: 1000.00}
//! tests:
//!   - name: 死亡次月仍发放低保，应有线索
//!     on: 2026-03-15                      # the business date; this one when it is not written
//!     parameters: {death_lag: 0}          # optional; also a list of {division, hukou_kind, from, value}; []: no value at all
//!     given:
//!       civil_affairs.deaths:
//!         - {person_id: 甲, died_on: 2025-11-03}
//!       civil_affairs.payments:
//!         - {person_id: 甲, pay_month: 2025-12}
//!         - {person_id: 乙, pay_month: 2025-12}
//!     feeds:                              # optional; every other feed is fresh and complete
//!       civil_affairs.deaths: {as_of: 2026-03-01, months: M-12..M-1, missing: false, rows: [900, 910, 920, 905]}
//!       civil_affairs.cases: {rows: [100], set_aside: 3, collapsed: 1, set_aside_by_agency: 2, raw_numbers: 1}
//!     expect:
//!       leads:
//!         - {subject: 甲, severity: S2, stale: true, total_so_far: 1000.00}
//!       clear: [乙]
//!       insufficient: {丙: not authorised}
//!       population: 2
//!       not_run: civil_affairs.payments   # instead of all the others
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::PathBuf,
};

use chrono::NaiveDate;

use super::TestValue;
use crate::{
    diagnostic::form::At,
    model::{DatasetId, Digest, Direction, Fen, Month, Severity},
    parameter::Value,
};

/// The tests of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTests {
    /// The rule's id.
    pub rule: String,
    /// The file.
    pub file: PathBuf,
    /// The digest of the file.
    pub digest: Digest,
    /// The tests, in the order of the file.
    pub tests: Vec<RuleTest>,
    /// Whether every test of the file was read; one with a mistake is left out.
    pub(super) is_whole: bool,
}

/// One test: a small world and what the rule must say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTest {
    /// A sentence.
    pub name: String,
    /// Where the name stands.
    pub place: Range<usize>,
    /// The business date.
    pub on: NaiveDate,
    /// Parameters that take the place of all values of their name; an empty list: no value at all.
    pub parameters: BTreeMap<String, Vec<Value>>,
    /// The rows of each dataset; a dataset that is not named is delivered and empty.
    pub given: BTreeMap<DatasetId, Vec<TestRow>>,
    /// Feeds that are not fresh and complete.
    pub feeds: BTreeMap<DatasetId, Feed>,
    /// What must come out.
    pub expect: Expect,
    /// The division codes that its rows hold, each with its place.
    pub(super) divisions: Vec<At<String>>,
    /// The people of the test and their numbers, from 1 in the order of their names.
    pub people: BTreeMap<String, i64>,
}

/// One row of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRow {
    /// One value a column, in the order of the contract.
    pub values: Vec<TestValue>,
    /// The columns that the test's own file says, in the row or under its `defaults`; the others are everyday values.
    pub written: BTreeSet<usize>,
    /// Where the row stands.
    pub place: Range<usize>,
}

/// How a dataset was delivered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feed {
    /// The day it is about; None: the business date.
    pub as_of: Option<NaiveDate>,
    /// The months that were delivered, for a by-month dataset; None: all closed months.
    pub months: Option<Vec<Month>>,
    /// The rows of each delivery, oldest first, the standing one last; empty: there is nothing to compare.
    pub rows: Vec<u64>,
    /// Of the rows of the standing delivery, those set aside.
    pub set_aside: u64,
    /// Of its rows, those equal in all columns to another.
    pub collapsed: u64,
    /// Rows that the agency's own sealing had refused before.
    pub set_aside_by_agency: u64,
    /// Values set aside because they look like a raw identity number.
    pub raw_numbers: u64,
    /// Never delivered.
    pub missing: bool,
}

/// What a test expects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expect {
    /// Exactly these leads.
    pub leads: Vec<ExpectedLead>,
    /// These subjects are clear.
    pub clear: Vec<At<String>>,
    /// These subjects cannot be judged, with the reason.
    pub insufficient: BTreeMap<String, At<String>>,
    /// So many subjects in all.
    pub population: Option<u64>,
    /// The rule is not run, for want of this dataset.
    pub not_run: Option<DatasetId>,
}

/// A lead that a test expects; what is None is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedLead {
    /// The person's name in the test, the household or the case.
    pub subject: At<String>,
    /// Its severity, lowered when stale.
    pub severity: Option<Severity>,
    /// Its direction, where a rule has both.
    pub direction: Option<Direction>,
    /// The case that made it a hit.
    pub case_id: Option<String>,
    /// The value compared.
    pub value: Option<String>,
    /// The bound it was compared with.
    pub threshold: Option<String>,
    /// Yuan a month.
    pub monthly_at_risk: Option<Fen>,
    /// Yuan so far.
    pub total_so_far: Option<Fen>,
    /// The reason in Chinese, whole.
    pub reason_zh: Option<String>,
    /// The reason in English, whole.
    pub reason_en: Option<String>,
    /// Whether it rests on a stale dataset.
    pub stale: Option<bool>,
    /// Whether it is withheld because the subject's identity is in doubt.
    pub withheld: Option<bool>,
}
