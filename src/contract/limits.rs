//! From how much on a whole delivery is doubted, as custom properties of the dataset say it. Whole parts of a thousand: no
//! decimal, no float.

use super::custom::{Customs, whole};
use crate::diagnostic::{Code as Mistake, form::Sheet};

/// The custom properties, in the order of [`Limits`].
pub(super) const NAMES: [&str; 3] =
    ["badRowsPerThousand", "emptyChangePerThousand", "knownPersonsPerThousand"];

/// From how much on a delivery is doubted, each in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A delivery with a larger share of bad rows is refused whole.
    pub bad_rows: u32,
    /// A column is off when the share of its empty values lies further than this from the usual one.
    pub empty_change: u32,
    /// The people are off when the share of those found is less than this part of the usual share.
    pub known_persons: u32,
}

impl Default for Limits {
    /// Half of the rows: then it is the export that is broken, not its rows. Fewer are set aside one by one, and where that
    /// makes the dataset smaller than usual, its size says so (rule Q-03). A fifth for a column's empty values and for the
    /// people found, which move of themselves with the season.
    fn default() -> Self {
        Self { bad_rows: 500, empty_change: 200, known_persons: 800 }
    }
}

/// The limits that a dataset writes, and the defaults for the others.
pub(super) fn read(sheet: &mut Sheet, custom: &Customs<'_>) -> Limits {
    let mut limits = Limits::default();
    let places = [&mut limits.bad_rows, &mut limits.empty_change, &mut limits.known_persons];
    for (name, place) in NAMES.into_iter().zip(places) {
        let Some(node) = custom.get(name) else { continue };
        let Some(written) = whole(sheet, node) else { continue };
        if written.value > 1000 {
            let (zh, en) =
                (format!("`{name}` 应为 0 到 1000"), format!("`{name}` is a number from 0 to 1000"));
            sheet.report(Mistake::BadCondition, written.span(), zh, en);
        }
        *place = written.value;
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{mistakes, sample},
        *,
    };

    fn with(line: &str) -> String {
        format!("    customProperties:\n      - {{ {line} }}\n")
    }

    #[test]
    fn limits_are_parts_of_a_thousand() {
        let first = "    customProperties:\n";
        let read = |line: &str| sample(&[(first, &with(line))]).limits;
        assert_eq!(read("property: badRowsPerThousand, value: 0").bad_rows, 0);
        assert_eq!(read("property: emptyChangePerThousand, value: 1000").empty_change, 1000);
        assert_eq!(read("property: knownPersonsPerThousand, value: 950").known_persons, 950);
        assert_eq!(sample(&[]).limits, Limits::default());
        for (line, said) in [
            (
                "property: badRowsPerThousand, value: 1001",
                "15: `badRowsPerThousand` is a number from 0 to 1000",
            ),
            ("property: badRowsPerThousand, value: 0.05", "15: a whole number is expected here, not `0.05`"),
            ("property: badRowPerThousand, value: 5", "15: unknown custom property `badRowPerThousand`"),
        ] {
            assert_eq!(mistakes(&[(first, &with(line))]), [said]);
        }
    }
}
