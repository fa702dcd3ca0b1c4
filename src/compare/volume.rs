//! Whether a delivery is much smaller than the ones before it: the half of a file that did not arrive proves nothing.
//!
//! # Decisions
//!
//! - The usual size is the median of the last seven deliveries before the standing one. With fewer than three there is no
//!   usual size: the second delivery of a dataset may well be half of the first, and nobody could say which is off.
//! - A delivery that is too small counts like one that is too old. It is not refused: a register may really have shrunk,
//!   and the rules that it can still serve go on with it.

use crate::{engine::Cell, parameter::Decimal};

/// How many deliveries make the usual size, at most and at least.
const LAST: usize = 7;
const LEAST: usize = 3;
/// Ratios have at most four decimals.
const RATIO_SCALE: u32 = 4;

/// A standing delivery that is too small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// Its rows, or its rows a month, as text for people.
    pub rows: String,
    /// The median of the deliveries before it.
    pub usual: String,
    /// How many those were.
    pub deliveries: usize,
}

/// Compares the last of `sizes` (millionths of a row, oldest first) with the median of those before it: too small is
/// size < `drop` × median. Nothing is divided before it is compared.
pub fn shrunk(sizes: &[u64], drop: Decimal) -> Option<Shrunk> {
    let (now, before) = sizes.split_last()?;
    let mut last: Vec<u64> = before.iter().rev().take(LAST).copied().collect();
    if last.len() < LEAST {
        return None;
    }
    last.sort_unstable();
    let (upper, lower) = (last.get(last.len() / 2)?, last.get((last.len() - 1) / 2)?);
    let twice_median = i128::from(*upper) + i128::from(*lower);
    let ratio = drop.at_scale(RATIO_SCALE)?;
    let is_small = i128::from(*now) * 2 * 10_i128.pow(RATIO_SCALE) < ratio * twice_median;
    is_small.then(|| Shrunk {
        rows: people(i128::from(*now)),
        usual: people(twice_median / 2),
        deliveries: last.len(),
    })
}

/// Millionths of a row for people: whole where it is whole, else two places, cut.
fn people(millionths: i128) -> String {
    let text = Cell::Decimal(millionths / 10_000, 2).to_string();
    text.strip_suffix(".00").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: u64 = 1_000_000;

    fn is_shrunk(rows: &[u64]) -> bool {
        let sizes: Vec<u64> = rows.iter().map(|rows| rows * ROW).collect();
        shrunk(&sizes, "0.9".parse().unwrap()).is_some()
    }

    #[test]
    fn a_delivery_is_too_small_below_the_share_of_the_median() {
        assert!(is_shrunk(&[100, 100, 100, 89]));
        assert!(!is_shrunk(&[100, 100, 100, 90]), "exactly the share is enough");
        assert!(!is_shrunk(&[100, 100, 100, 900]), "more than usual is not less");
        // The median of an even number lies between the two in the middle: 95, and 0.9 of it is 85.5.
        assert!(is_shrunk(&[10, 90, 100, 300, 85]));
        assert!(!is_shrunk(&[10, 90, 100, 300, 86]));
    }

    #[test]
    fn only_the_last_seven_make_the_usual_size_and_fewer_than_three_make_none() {
        assert!(!is_shrunk(&[900, 900, 900, 900, 10, 10, 10, 10, 10, 10, 10, 9]));
        assert!(is_shrunk(&[10, 10, 10, 10, 900, 900, 900, 900, 900, 900, 900, 9]));
        assert!(!is_shrunk(&[100, 100, 1]));
        assert!(!is_shrunk(&[1]));
        assert!(!is_shrunk(&[]));
    }

    #[test]
    fn what_is_said_of_it_is_in_rows() {
        let found = shrunk(&[10 * ROW, 11 * ROW, 11 * ROW, 12 * ROW, 10 * ROW / 3], "0.9".parse().unwrap());
        let said = Shrunk { rows: "3.33".to_owned(), usual: "11".to_owned(), deliveries: 4 };
        assert_eq!(found, Some(said));
    }
}
