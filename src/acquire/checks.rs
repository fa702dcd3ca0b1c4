//! What the public contract says of several columns of a row, or of a text's form: see the dataset tables.
//!
//! # Decisions
//!
//! - The contract standard has no machine-readable form for a condition over two columns that its linter accepts,
//!   so these few stand here, by dataset. A dataset that is not named here has none; a new source needs no Rust.

use chrono::Datelike;

use super::{Reason, columns::Cell, value};
use crate::contract::Contract;

/// A condition on one row. Columns are positions in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// 1 ≤ numerator ≤ denominator.
    Share { numerator: usize, denominator: usize },
    /// A part of an amount is not more than the amount.
    Part { part: usize, whole: usize },
    /// One of two dates is there, unless the row takes a record back.
    AnyDate { first: usize, second: usize, deleted: Option<usize> },
    /// A text is a school term.
    Term { column: usize },
    /// A month is a January.
    January { column: usize },
}

/// The conditions of a dataset.
pub(super) fn of(contract: &Contract) -> Vec<Check> {
    let at = |name: &str| contract.column(name);
    let check = match contract.id.to_string().as_str() {
        "housing.property_units" => at("share_num")
            .zip(at("share_den"))
            .map(|(numerator, denominator)| Check::Share { numerator, denominator }),
        "human_resources.pension_payments" => {
            at("basic_amount").zip(at("amount")).map(|(part, whole)| Check::Part { part, whole })
        }
        "civil_affairs.deaths" => at("died_on")
            .zip(at("cremated_on"))
            .map(|(first, second)| Check::AnyDate { first, second, deleted: at("deleted") }),
        "education.student_aid" => at("term").map(|column| Check::Term { column }),
        "human_resources.resident_premiums" => at("year").map(|column| Check::January { column }),
        _ => None,
    };
    check.into_iter().collect()
}

impl Check {
    /// The column and the reason, if the row fails. What could not be read is not judged again.
    pub(super) fn fault(self, cells: &[Cell], texts: &str) -> Option<(usize, Reason)> {
        let cell = |column: usize| cells.get(column).copied().unwrap_or(Cell::Bad);
        match self {
            Self::Share { numerator, denominator } => match (cell(numerator), cell(denominator)) {
                (Cell::Int(n), Cell::Int(d)) if n < 1 || n > d => Some((numerator, Reason::ShareOutOfRange)),
                _ => None,
            },
            Self::Part { part, whole } => match (cell(part), cell(whole)) {
                (Cell::Units(p), Cell::Units(w)) if p > w => Some((part, Reason::BasicAboveAmount)),
                _ => None,
            },
            // A row that takes a record back needs no date of its own: else a wrong death could not be undone.
            Self::AnyDate { deleted: Some(deleted), .. } if matches!(cell(deleted), Cell::Bool(true)) => None,
            Self::AnyDate { first, second, .. } => match (cell(first), cell(second)) {
                (Cell::Null, Cell::Null) => Some((first, Reason::NoDate)),
                _ => None,
            },
            Self::Term { column } => match cell(column) {
                Cell::Text { from, to } => {
                    let term = texts.get(from as usize..to as usize).unwrap_or_default();
                    value::term(term).err().map(|reason| (column, reason))
                }
                _ => None,
            },
            Self::January { column } => match cell(column) {
                Cell::Days(days) if value::day(days).is_none_or(|day| day.month() != 1) => {
                    Some((column, Reason::NotJanuary))
                }
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_death_needs_a_date_unless_it_is_taken_back() {
        let check = Check::AnyDate { first: 0, second: 1, deleted: Some(2) };
        let row = |deleted: Cell| [Cell::Null, Cell::Null, deleted];
        assert_eq!(check.fault(&row(Cell::Bool(true)), ""), None);
        for deleted in [Cell::Null, Cell::Bool(false)] {
            assert_eq!(check.fault(&row(deleted), ""), Some((0, Reason::NoDate)));
        }
    }

    #[test]
    fn every_condition_finds_its_columns_in_the_contracts() {
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let contracts = Contract::load_dir(&schemas).unwrap();
        let with_checks = contracts.values().filter(|contract| !of(contract).is_empty()).count();
        assert_eq!(with_checks, 5);
    }
}
