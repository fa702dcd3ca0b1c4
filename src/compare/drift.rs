//! Whether a delivery says what its predecessors said: how many values of each column are empty, and how many of its people
//! another register knows. A column that is suddenly empty proves as little as a file that did not arrive.
//!
//! # Decisions
//!
//! - As with sizes (see [`super::Volume`]), the usual share is the median of the last seven deliveries before the standing one,
//!   and fewer than three make none. Shares are whole millionths.
//! - A share of few says little: deliveries of fewer than a hundred rows are not compared for empty values, nor people of whom
//!   fewer than a hundred would usually be found.
//! - The people of every delivery are looked up in the other register as it is known tonight, so that a gap in that register
//!   changes all shares alike and is not blamed on the others.
//! - A snapshot from before empty values were counted says nothing about them.

use super::volume::usual;
use crate::{
    contract::Limits,
    model::{DatasetId, Text},
};

/// A share in millionths.
const PARTS: u64 = 1_000_000;
/// Fewer rows, or people to be found, say nothing.
const FEWEST: u64 = 100;

/// What is unlike before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The empty values of a column.
    Empty {
        /// The column.
        column: String,
    },
    /// The people of a column who are found in another dataset.
    Known {
        /// The column.
        column: String,
        /// The dataset in which they are looked for.
        dataset: DatasetId,
    },
}

/// A share that is off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The share of what.
    pub what: What,
    /// Tonight's share, in ten-millionths.
    pub now: i128,
    /// The median of the deliveries before it, in ten-millionths.
    pub usual: i128,
    /// How many those were.
    pub deliveries: usize,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// So many.
    pub part: u64,
    /// Of so many.
    pub of: u64,
}

impl Part {
    fn share(self) -> Option<u64> {
        let parts = u128::from(self.part).checked_mul(u128::from(PARTS))?;
        u64::try_from(parts.checked_div(u128::from(self.of))?).ok()
    }
}

impl Drift {
    /// The empty values of a column by delivery, oldest first; none where it is not known.
    pub fn of_empty(column: &str, series: &[Option<Part>], limits: Limits) -> Option<Self> {
        let enough = |part: &Part| part.of >= FEWEST;
        let what = What::Empty { column: column.to_owned() };
        let drift = Self::of(what, series.iter().map(|part| part.filter(enough)))?;
        ((drift.now - drift.usual).abs() > i128::from(limits.empty_change) * 10_000).then_some(drift)
    }

    /// The people of a column found in a dataset, by delivery, oldest first.
    pub fn of_known(column: &str, dataset: &DatasetId, series: &[Part], limits: Limits) -> Option<Self> {
        let what = What::Known { column: column.to_owned(), dataset: dataset.clone() };
        let drift = Self::of(what, series.iter().map(|part| Some(*part).filter(|part| part.of > 0)))?;
        let expected = drift.usual * i128::from(series.last()?.of);
        let enough = expected >= i128::from(FEWEST) * i128::from(PARTS) * 10;
        let is_low = drift.now * 1000 < i128::from(limits.known_persons) * drift.usual;
        (enough && is_low).then_some(drift)
    }

    /// The last share beside those before it; none when the last is not known.
    fn of(what: What, series: impl DoubleEndedIterator<Item = Option<Part>>) -> Option<Self> {
        let mut newest_first = series.rev();
        let now = newest_first.next()??.share()?;
        let mut shares: Vec<u64> = newest_first.flatten().filter_map(Part::share).collect();
        shares.reverse();
        shares.push(now);
        let usual = usual(&shares)?;
        Some(Self { what, now: usual.now, usual: usual.usual, deliveries: usual.deliveries })
    }

    /// What is off, for people.
    pub fn text(&self) -> Text {
        let (now, usual, n) = (per_cent(self.now), per_cent(self.usual), self.deliveries);
        match &self.what {
            What::Empty { column } => Text::new(
                format!("列 {column} 有{now}为空，此前{n}次交付的中位数为{usual}"),
                format!(
                    "{now} of the column {column} is empty, where the median of the {n} deliveries before it is {usual}"
                ),
            ),
            What::Known { column, dataset } => Text::new(
                format!("列 {column} 的人员有{now}能在 {dataset} 中找到，此前{n}次交付的中位数为{usual}"),
                format!(
                    "{now} of the people of {column} are found in {dataset}, where the median of the {n} deliveries before it is {usual}"
                ),
            ),
        }
    }
}

/// Ten-millionths as a percentage with one decimal, cut.
fn per_cent(share: i128) -> String {
    format!("{}.{} %", share / 100_000, share / 10_000 % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { empty_change: 200, known_persons: 800, ..Limits::default() }
    }

    fn parts(series: &[(u64, u64)]) -> Vec<Part> {
        series.iter().map(|(part, of)| Part { part: *part, of: *of }).collect()
    }

    fn empty(series: &[(u64, u64)]) -> bool {
        let series: Vec<Option<Part>> = parts(series).into_iter().map(Some).collect();
        Drift::of_empty("to_on", &series, limits()).is_some()
    }

    fn known(series: &[(u64, u64)]) -> bool {
        let persons = DatasetId::new("civil_affairs", "persons");
        Drift::of_known("person_id", &persons, &parts(series), limits()).is_some()
    }

    #[test]
    fn a_column_is_off_when_its_empty_share_moves_further_than_the_limit_either_way() {
        assert!(empty(&[(500, 1000), (500, 1000), (500, 1000), (701, 1000)]));
        assert!(!empty(&[(500, 1000), (500, 1000), (500, 1000), (700, 1000)]), "exactly the limit");
        assert!(empty(&[(500, 1000), (500, 1000), (500, 1000), (299, 1000)]), "suddenly filled");
        assert!(empty(&[(0, 100), (0, 100), (9, 100), (100, 100)]));
    }

    #[test]
    fn fewer_than_three_deliveries_few_rows_and_unknown_counts_say_nothing() {
        assert!(!empty(&[(0, 1000), (0, 1000), (1000, 1000)]));
        assert!(!empty(&[(0, 1000), (0, 1000), (0, 1000), (99, 99)]));
        assert!(!empty(&[(0, 99), (0, 1000), (0, 1000), (1000, 1000)]), "only two can be compared");
        let unknown = [Some(Part { part: 0, of: 1000 }); 3];
        let now = |now: Option<Part>| [unknown.as_slice(), &[now]].concat();
        assert_eq!(Drift::of_empty("a", &now(None), limits()), None);
        let all = Some(Part { part: 1000, of: 1000 });
        assert!(Drift::of_empty("a", &now(all), limits()).is_some());
        assert_eq!(Drift::of_empty("a", &[None, None, None, all], limits()), None);
        assert_eq!(Drift::of_empty("a", &[], limits()), None);
    }

    #[test]
    fn people_are_off_when_much_fewer_of_them_are_found_than_usual() {
        assert!(known(&[(900, 1000), (900, 1000), (900, 1000), (719, 1000)]));
        assert!(!known(&[(900, 1000), (900, 1000), (900, 1000), (720, 1000)]), "exactly the limit");
        assert!(!known(&[(100, 1000), (100, 1000), (100, 1000), (1000, 1000)]), "more than usual is not off");
        // Of 999 people 99 would be found: too few to tell.
        assert!(!known(&[(100, 1000), (100, 1000), (100, 1000), (0, 990)]));
        assert!(known(&[(100, 1000), (100, 1000), (100, 1000), (0, 1000)]));
        assert!(!known(&[(900, 1000), (900, 1000), (0, 1000)]));
    }

    #[test]
    fn what_is_off_is_said_in_words() {
        let series: Vec<_> =
            parts(&[(1, 1000), (2, 1000), (4, 1000), (987, 1000)]).into_iter().map(Some).collect();
        let drift = Drift::of_empty("to_on", &series, limits()).unwrap();
        assert_eq!(
            drift.text().en,
            "98.7 % of the column to_on is empty, where the median of the 3 deliveries before it is 0.2 %"
        );
        assert_eq!(drift.text().zh, "列 to_on 有98.7 %为空，此前3次交付的中位数为0.2 %");
    }
}
