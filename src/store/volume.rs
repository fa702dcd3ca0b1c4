//! How large a dataset's deliveries are, oldest first, so that one that is much smaller than usual can be told.
//!
//! Only sizes that can be compared: an upsert delivery carries what changed, and has no usual size.

use chrono::NaiveDate;

use super::{Snapshot, resolve::standing};
use crate::contract::Delivery;

/// How finely rows a month are told apart.
const PARTS: u64 = 1_000_000;

/// The sizes of the deliveries that stand on the day `t`, in the order of (as_of, sequence, delivery): accepted rows in
/// millionths; of a by-month dataset for each month that the delivery speaks for, since one may bring two years and the
/// next one month.
pub fn sizes(delivery: &Delivery, snapshots: &[Snapshot], t: NaiveDate) -> Vec<u64> {
    let size = |snapshot: &Snapshot| {
        let rows = snapshot.record.counts.accepted.saturating_mul(PARTS);
        match delivery {
            Delivery::Full => Some(rows),
            Delivery::ByMonth { .. } => rows.checked_div(u64::try_from(snapshot.record.months.len()).ok()?),
            Delivery::Upsert => None,
        }
    };
    standing(snapshots, t).into_iter().filter_map(size).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::resolve::tests::snapshot;

    fn sized(delivery: &str, as_of: &str, supersedes: Option<&str>, months: &[&str], rows: u64) -> Snapshot {
        let mut snapshot = snapshot(delivery, as_of, 1, supersedes, months);
        snapshot.record.counts.accepted = rows;
        snapshot
    }

    #[test]
    fn sizes_are_rows_or_rows_a_month_of_the_deliveries_that_stand() {
        let all = [
            sized("a", "2026-01-05", None, &["2025-11", "2025-12"], 10),
            sized("wrong", "2026-02-05", None, &["2026-01"], 1),
            sized("right", "2026-02-06", Some("wrong"), &["2026-01"], 7),
            sized("later", "2026-04-01", None, &["2026-03"], 8),
        ];
        let of = |delivery: &Delivery| sizes(delivery, &all, "2026-03-15".parse().unwrap());
        assert_eq!(of(&Delivery::Full), [10 * PARTS, 7 * PARTS]);
        assert_eq!(of(&Delivery::ByMonth { column: "pay_month".to_owned() }), [5 * PARTS, 7 * PARTS]);
        assert_eq!(of(&Delivery::Upsert), [] as [u64; 0]);
    }
}
