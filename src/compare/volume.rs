//! Whether a delivery is much smaller than the ones before it: the half of a file that did not arrive proves nothing.
//!
//! # Decisions
//!
//! - The usual size is the median of the last seven deliveries before the standing one. With fewer than three there is no
//!   usual size: the second delivery of a dataset may well be half of the first, and nobody could say which is off.
//! - A delivery that is too small counts like one that is too old. It is not refused: a register may really have shrunk,
//!   and the rules that it can still serve go on with it.

use chrono::NaiveDate;

use crate::parameter::{Decimal, Figure, ParameterBook};

/// How many deliveries make the usual size, at most and at least.
const LAST: usize = 7;
const LEAST: usize = 3;
/// Ratios have at most four decimals.
const RATIO_SCALE: u32 = 4;

/// The standing delivery of a dataset beside the ones before it. Sizes are ten-millionths of a row (or of a row a month):
/// a half of a millionth, as a median can have, is still exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its size.
    pub now: i128,
    /// The median of the deliveries before it.
    pub usual: i128,
    /// How many those were.
    pub deliveries: usize,
    /// Whether it is below the share of the usual size from which on a delivery is trusted.
    pub is_small: bool,
}

impl Volume {
    /// The digits behind the point of a size.
    pub const SCALE: i8 = 7;

    /// Compares the last of `sizes` (millionths of a row, oldest first) with those before it: too small is
    /// size < `drop` × median. Nothing is divided before it is compared.
    pub fn of(sizes: &[u64], drop: Option<Decimal>) -> Option<Self> {
        let Usual { now, usual, deliveries } = usual(sizes)?;
        let share = drop.and_then(|drop| drop.at_scale(RATIO_SCALE)).unwrap_or_default();
        let is_small = now * 10_i128.pow(RATIO_SCALE) < share * usual;
        Some(Self { now, usual, deliveries, is_small })
    }
}

/// The last of a series beside the median of those before it, both in tenths of the series' unit.
pub(super) struct Usual {
    pub(super) now: i128,
    pub(super) usual: i128,
    pub(super) deliveries: usize,
}

/// Compares the last of a series, oldest first, with those before it; with too few before it nothing is usual.
pub(super) fn usual(series: &[u64]) -> Option<Usual> {
    let (now, before) = series.split_last()?;
    let mut last: Vec<u64> = before.iter().rev().take(LAST).copied().collect();
    if last.len() < LEAST {
        return None;
    }
    last.sort_unstable();
    let (upper, lower) = (last.get(last.len() / 2)?, last.get((last.len() - 1) / 2)?);
    let (now, usual) = (i128::from(*now) * 10, (i128::from(*upper) + i128::from(*lower)) * 5);
    Some(Usual { now, usual, deliveries: last.len() })
}

/// How many deliveries are looked at, the standing one with those before it.
pub const LOOKED_AT: usize = LAST + 1;

/// Below which share of the usual rows a delivery is doubted; without the figure none is.
pub fn volume_drop(book: &ParameterBook, division: &str, t: NaiveDate) -> Option<Decimal> {
    match &book.value("volume_drop", division, None, t)?.figure {
        Figure::Ratio(share) => Some(*share),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_small(rows: &[u64]) -> bool {
        let sizes: Vec<u64> = rows.iter().map(|rows| rows * 1_000_000).collect();
        Volume::of(&sizes, "0.9".parse().ok()).is_some_and(|volume| volume.is_small)
    }

    #[test]
    fn a_delivery_is_too_small_below_the_share_of_the_median() {
        assert!(is_small(&[100, 100, 100, 89]));
        assert!(!is_small(&[100, 100, 100, 90]), "exactly the share is enough");
        assert!(!is_small(&[100, 100, 100, 900]), "more than usual is not less");
        // The median of an even number lies between the two in the middle: 95, and 0.9 of it is 85.5.
        assert!(is_small(&[10, 90, 100, 300, 85]));
        assert!(!is_small(&[10, 90, 100, 300, 86]));
    }

    #[test]
    fn only_the_last_seven_make_the_usual_size_and_fewer_than_three_make_none() {
        assert!(!is_small(&[900, 900, 900, 900, 10, 10, 10, 10, 10, 10, 10, 9]));
        assert!(is_small(&[10, 10, 10, 10, 900, 900, 900, 900, 900, 900, 900, 9]));
        assert_eq!(Volume::of(&[100, 100, 1], None), None);
        assert_eq!(Volume::of(&[], None), None);
    }

    #[test]
    fn without_the_figure_no_delivery_is_too_small() {
        let volume = Volume::of(&[10, 11, 12, 11, 1], None);
        assert_eq!(volume, Some(Volume { now: 10, usual: 110, deliveries: 4, is_small: false }));
    }
}
