//! What a rule may conclude from the feeds it rests on: nothing was delivered, too old, a month is missing.
//!
//! "No record" is not "has nothing" when the feed that would hold the record is late.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Drift, Volume};
use crate::{
    model::{DatasetId, Month},
    project::{Basis, Rule},
};

/// One dataset as known at the business date.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Feed {
    /// The newest day that a delivery is about; None: never delivered.
    pub as_of: Option<NaiveDate>,
    /// Days after which it no longer counts as fresh.
    pub fresh_days: u32,
    /// For a by-month dataset, the months that deliveries hold; None for the other kinds.
    pub held_months: Option<BTreeSet<Month>>,
    /// How the standing delivery's size compares with those before it, where that can be said.
    pub volume: Option<Volume>,
    /// Where its content is unlike that of those before it.
    pub drift: Vec<Drift>,
}

impl Feed {
    /// Whether the newest delivery is older than allowed; exactly `fresh_days` old is fresh.
    pub fn is_old(&self, t: NaiveDate) -> bool {
        self.as_of.is_some_and(|as_of| (t - as_of).num_days() > i64::from(self.fresh_days))
    }

    /// Whether it is too old or much smaller than usual: what is missing from it proves as little as what has not arrived.
    fn is_late(&self, t: NaiveDate) -> bool {
        self.is_old(t) || self.volume.as_ref().is_some_and(|volume| volume.is_small)
    }

    /// Whether it is too old, too small or unlike before, so that it cannot prove that something is not there.
    pub fn is_stale(&self, t: NaiveDate) -> bool {
        self.is_late(t) || !self.drift.is_empty()
    }
}

/// Every dataset of the project.
pub type Feeds = BTreeMap<DatasetId, Feed>;

/// Why a whole rule cannot judge anyone tonight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A dataset was never delivered.
    Missing(DatasetId),
    /// A dataset that must prove an absence is too old.
    Stale(DatasetId),
    /// The same, because its content is unlike that of the deliveries before it.
    Drifted(DatasetId),
    /// A by-month dataset that must prove an absence lacks a closed month.
    MonthMissing(DatasetId, Month),
}

/// How a rule stands on tonight's feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A dataset that defines the population was never delivered.
    NotRun(DatasetId),
    /// The rule is evaluated.
    Runs {
        /// Everyone is insufficient for this reason.
        block: Option<Block>,
        /// Stale datasets that the rule needs present: its hits are kept, marked and ranked one lower.
        stale: Vec<DatasetId>,
    },
}

/// Judges one rule's feeds; the order is that of the three outcomes: missing, then stale or month missing.
pub fn standing(rule: &Rule, feeds: &Feeds, t: NaiveDate) -> Standing {
    let is_missing = |dataset: &&DatasetId| feeds.get(dataset).is_none_or(|feed| feed.as_of.is_none());
    if let Some(dataset) = rule.population.iter().find(is_missing) {
        return Standing::NotRun(dataset.clone());
    }
    let (present, absent) = needs(rule);
    let is_stale = |dataset: &&DatasetId| feeds.get(dataset).is_some_and(|feed| feed.is_stale(t));
    let block = present
        .iter()
        .chain(&absent)
        .find(is_missing)
        .map(|dataset| Block::Missing(dataset.clone()))
        .or_else(|| {
            let late = |dataset: &&DatasetId| feeds.get(dataset).is_some_and(|feed| feed.is_late(t));
            absent.iter().find(late).map(|dataset| Block::Stale(dataset.clone()))
        })
        .or_else(|| absent.iter().find(is_stale).map(|dataset| Block::Drifted(dataset.clone())))
        .or_else(|| missing_month(rule, feeds, t));
    let stale = present.iter().filter(is_stale).cloned().collect();
    Standing::Runs { block, stale }
}

/// Whether contradictory people can be told: `persons` is there and fresh.
pub fn knows_identities(feeds: &Feeds, t: NaiveDate) -> bool {
    feeds
        .get(&DatasetId::new("civil_affairs", "persons"))
        .is_some_and(|feed| feed.as_of.is_some() && !feed.is_stale(t))
}

/// The datasets a rule needs present and those it needs absent: what it names, and what its basis and table add to it.
/// Absent wins when a dataset is both.
pub fn needs(rule: &Rule) -> (BTreeSet<DatasetId>, BTreeSet<DatasetId>) {
    let civil = |dataset: &str| DatasetId::new("civil_affairs", dataset);
    let mut present: BTreeSet<DatasetId> = rule.needs.present.iter().cloned().collect();
    let mut absent: BTreeSet<DatasetId> = rule.needs.absent.iter().cloned().collect();
    if rule.basis == Basis::Consent {
        present.insert(civil("persons"));
        absent.insert(civil("authorisations"));
    }
    if rule.grace {
        absent.insert(civil("grace_periods"));
    }
    present.retain(|dataset| !absent.contains(dataset));
    (present, absent)
}

fn missing_month(rule: &Rule, feeds: &Feeds, t: NaiveDate) -> Option<Block> {
    for (dataset, range) in &rule.needs.months {
        let Some(held) = feeds.get(dataset).and_then(|feed| feed.held_months.as_ref()) else { continue };
        for month in range.months(Month::of(t)) {
            if !held.contains(&month) {
                return Some(Block::MonthMissing(dataset.clone(), month));
            }
        }
    }
    None
}
