//! A dataset as it was known on a day: which snapshots, and which months of them. Pure; it opens nothing.
//!
//! What counts is the day a delivery describes (`as_of`), then its sequence; never when it arrived. So a delivery
//! that comes late or out of order never hides a newer one. What was known on an earlier day is another question, which
//! [`super::Shelf::as_known_on`] answers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Snapshot;
use crate::{
    contract::Delivery,
    model::{Digest, Month},
};

/// A snapshot to read, or some months of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// Only these months of it, in order; none: all of it.
    pub months: Option<Vec<Month>>,
}

/// A dataset on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// What to read, oldest first. For an upsert dataset a later part's row replaces an earlier one's of the same
    /// key; the parts of any other dataset do not overlap.
    pub parts: Vec<Part>,
    /// The newest day that any delivery used here describes; none if nothing was delivered up to the day.
    pub as_of: Option<NaiveDate>,
    /// The months that a by-month dataset holds, also those held with no rows.
    pub held_months: BTreeSet<Month>,
}

impl Resolved {
    /// The digest of which rows these are and where they came from: of every part its package, its data and its months.
    ///
    /// The package tells the people by their tokens and the data by their numbers: the same digest is the same people.
    pub fn digest(&self) -> Digest {
        let mut parts = Vec::new();
        for Part { snapshot, months } in &self.parts {
            let record = &snapshot.record;
            let months = months.iter().flatten().map(Month::to_string).collect::<Vec<_>>().join(" ");
            let digests = [record.package_sha256.hex(), record.sha256.hex()];
            parts.extend(digests);
            parts.extend([record.delivery.clone(), record.as_of.to_string(), months]);
        }
        Digest::of_parts(parts.iter().map(String::as_str))
    }
}

/// Resolves a dataset's snapshots, which are in the order of (as_of, sequence, delivery), on the day `t`.
pub fn resolve(delivery: &Delivery, snapshots: &[Snapshot], t: NaiveDate) -> Resolved {
    let standing = standing(snapshots, t);
    let whole = |snapshot: &&Snapshot| Part { snapshot: (*snapshot).clone(), months: None };
    let as_of = standing.last().map(|snapshot| snapshot.record.as_of);
    match delivery {
        Delivery::Full => {
            Resolved { parts: standing.last().map(whole).into_iter().collect(), as_of, ..Resolved::default() }
        }
        Delivery::Upsert => {
            Resolved { parts: standing.iter().map(whole).collect(), as_of, ..Resolved::default() }
        }
        Delivery::ByMonth { .. } => by_month(&standing, as_of),
    }
}

/// The snapshots that are about the day `t` or earlier and that no other of them corrects, in order.
pub(super) fn standing(snapshots: &[Snapshot], t: NaiveDate) -> Vec<&Snapshot> {
    let known = || snapshots.iter().filter(|snapshot| snapshot.record.as_of <= t);
    // A correction stands in for what it corrects, also when that one was itself a correction.
    let superseded: BTreeSet<&str> =
        known().filter_map(|snapshot| snapshot.record.supersedes.as_deref()).collect();
    known().filter(|snapshot| !superseded.contains(snapshot.record.delivery.as_str())).collect()
}

/// Each month comes from the newest delivery that speaks for it.
fn by_month(standing: &[&Snapshot], as_of: Option<NaiveDate>) -> Resolved {
    let mut newest: BTreeMap<Month, usize> = BTreeMap::new();
    for (place, snapshot) in standing.iter().enumerate() {
        newest.extend(snapshot.record.months.iter().map(|month| (*month, place)));
    }
    let parts = standing.iter().enumerate().filter_map(|(place, snapshot)| {
        let months: Vec<Month> =
            newest.iter().filter(|(_, winner)| **winner == place).map(|(month, _)| *month).collect();
        (!months.is_empty()).then(|| Part { snapshot: (*snapshot).clone(), months: Some(months) })
    });
    Resolved { parts: parts.collect(), as_of, held_months: newest.keys().copied().collect() }
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::{
        model::{DatasetId, Digest},
        store::{Counts, Shelf, SnapshotRecord},
    };

    pub(in crate::store) fn snapshot(
        delivery: &str,
        as_of: &str,
        sequence: u32,
        supersedes: Option<&str>,
        months: &[&str],
    ) -> Snapshot {
        let record = SnapshotRecord {
            dataset: DatasetId::new("civil_affairs", "payments"),
            delivery: delivery.to_owned(),
            as_of: as_of.parse().unwrap(),
            sequence,
            supersedes: supersedes.map(str::to_owned),
            months: months.iter().map(|month| month.parse().unwrap()).collect(),
            counts: Counts::default(),
            nulls: None,
            sha256: Digest([1; 32]),
            package_sha256: Digest([2; 32]),
            key_id: "2026".to_owned(),
            contract: "1.0.0".to_owned(),
            known_on: None,
        };
        Snapshot { folder: PathBuf::from(delivery), record }
    }

    /// The parts as `delivery` or `delivery:month month`, oldest first.
    fn parts(mode: &Delivery, snapshots: Vec<Snapshot>, t: &str) -> (Vec<String>, Resolved) {
        let shelf = Shelf::of(snapshots);
        let dataset = DatasetId::new("civil_affairs", "payments");
        let resolved = resolve(mode, shelf.snapshots(&dataset), t.parse().unwrap());
        let said = |part: &Part| match &part.months {
            None => part.snapshot.record.delivery.clone(),
            Some(months) => {
                let months: Vec<_> = months.iter().map(Month::to_string).collect();
                format!("{}:{}", part.snapshot.record.delivery, months.join(" "))
            }
        };
        (resolved.parts.iter().map(said).collect(), resolved)
    }

    fn monthly() -> Delivery {
        Delivery::ByMonth { column: "pay_month".to_owned() }
    }

    #[test]
    fn a_full_dataset_is_its_newest_delivery_up_to_the_day() {
        let all = || {
            // In the order in which they arrived: the newest came first.
            vec![
                snapshot("march", "2026-03-01", 1, None, &[]),
                snapshot("january", "2026-01-01", 9, None, &[]),
                snapshot("february", "2026-02-01", 1, None, &[]),
            ]
        };
        for (t, delivery) in [
            ("2026-02-28", "february"),
            ("2026-03-01", "march"),
            ("2027-01-01", "march"),
            ("2026-01-01", "january"),
        ] {
            assert_eq!(parts(&Delivery::Full, all(), t).0, [delivery], "{t}");
        }
        let (none, resolved) = parts(&Delivery::Full, all(), "2025-12-31");
        assert_eq!((none.len(), resolved.as_of), (0, None));
    }

    #[test]
    fn of_one_day_the_higher_sequence_stands() {
        let both =
            vec![snapshot("b", "2026-03-01", 2, None, &[]), snapshot("a", "2026-03-01", 10, None, &[])];
        assert_eq!(parts(&Delivery::Full, both, "2026-03-01").0, ["a"]);
    }

    #[test]
    fn a_correction_replaces_even_where_what_it_corrects_would_be_newer() {
        let corrected = || {
            vec![
                snapshot("old", "2026-01-01", 1, None, &[]),
                snapshot("wrong", "2026-03-05", 1, None, &[]),
                snapshot("still wrong", "2026-03-03", 1, Some("wrong"), &[]),
                snapshot("right", "2026-03-01", 1, Some("still wrong"), &[]),
            ]
        };
        assert_eq!(parts(&Delivery::Full, corrected(), "2026-03-31").0, ["right"]);
        assert_eq!(parts(&Delivery::Upsert, corrected(), "2026-03-31").0, ["old", "right"]);
        // On a day that the correction does not reach yet, nothing is corrected.
        assert_eq!(parts(&Delivery::Full, corrected(), "2026-02-28").0, ["old"]);
    }

    #[test]
    fn each_month_comes_from_the_newest_delivery_that_speaks_for_it() {
        let all = || {
            vec![
                snapshot("late january", "2026-02-20", 1, None, &["2026-01"]),
                snapshot("first", "2026-02-05", 1, None, &["2025-12", "2026-01"]),
                snapshot("february", "2026-03-05", 1, None, &["2026-02"]),
            ]
        };
        let (said, resolved) = parts(&monthly(), all(), "2026-03-31");
        assert_eq!(said, ["first:2025-12", "late january:2026-01", "february:2026-02"]);
        assert_eq!(resolved.as_of, Some("2026-03-05".parse().unwrap()));
        assert_eq!(resolved.held_months.len(), 3);
        let (said, resolved) = parts(&monthly(), all(), "2026-02-10");
        assert_eq!(said, ["first:2025-12 2026-01"]);
        assert_eq!(resolved.held_months.len(), 2);
    }

    #[test]
    fn an_old_delivery_that_arrives_late_never_hides_a_newer_one() {
        let mut snapshots = vec![snapshot("new", "2026-03-05", 1, None, &["2026-01", "2026-02"])];
        let before = parts(&monthly(), snapshots.clone(), "2026-03-31").1;
        snapshots.push(snapshot("old", "2026-02-05", 7, None, &["2026-01"]));
        assert_eq!(parts(&monthly(), snapshots, "2026-03-31").1, before);
    }

    #[test]
    fn a_corrected_month_loses_what_the_correction_does_not_repeat() {
        let all = vec![
            snapshot("wrong", "2026-03-05", 1, None, &["2026-01", "2026-02"]),
            snapshot("right", "2026-03-05", 2, Some("wrong"), &["2026-02"]),
        ];
        let (said, resolved) = parts(&monthly(), all, "2026-03-31");
        assert_eq!(said, ["right:2026-02"]);
        assert_eq!(resolved.held_months.len(), 1);
    }

    #[test]
    fn an_upsert_dataset_is_every_delivery_in_order() {
        let all = vec![
            snapshot("c", "2026-03-01", 2, None, &[]),
            snapshot("a", "2026-02-01", 1, None, &[]),
            snapshot("b", "2026-03-01", 1, None, &[]),
            snapshot("later", "2026-04-01", 1, None, &[]),
        ];
        let (said, resolved) = parts(&Delivery::Upsert, all, "2026-03-31");
        assert_eq!(said, ["a", "b", "c"]);
        assert_eq!(resolved.as_of, Some("2026-03-01".parse().unwrap()));
    }
}
