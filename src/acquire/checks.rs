//! The conditions that a contract puts on several columns of a row, asked of one row; and which of them are orders of numbers, which
//! can be asked of whole columns. Knows no dataset by name.

use chrono::Datelike;

use super::{
    Reason,
    cell::Cell,
    repair::{Repairs, clean},
    value,
};
use crate::contract::{Condition, Contract, Term};

/// The conditions of a contract, made ready once: they are asked of every row.
pub(super) struct Checks<'a> {
    conditions: Vec<&'a Condition>,
    deleted: Option<usize>,
}

impl<'a> Checks<'a> {
    pub(super) fn of(contract: &'a Contract) -> Self {
        Self { conditions: contract.conditions.iter().collect(), deleted: contract.deleted_column() }
    }

    /// All but what is to be in order.
    pub(super) fn but_orders(contract: &'a Contract) -> Self {
        let mut checks = Self::of(contract);
        checks.conditions.retain(|condition| !matches!(condition, Condition::Ordered(_)));
        checks
    }

    /// The faults of one row: column and reason of each condition that fails. What could not be read is not judged again.
    /// `text` is what the file has in a column.
    pub(super) fn faults<'t>(
        &self,
        cell: impl Fn(usize) -> Cell,
        text: impl Fn(usize) -> &'t str,
    ) -> impl Iterator<Item = (usize, Reason)> {
        // A row that takes a record back is held to nothing: else a wrong record could not be undone.
        let is_deleted = self.deleted.is_some_and(|at| cell(at) == Cell::Bool(true));
        let conditions = if is_deleted { &[][..] } else { &self.conditions };
        conditions.iter().filter_map(move |condition| fault(condition, &cell, &text))
    }

    /// What is to be in order, link by link.
    pub(super) fn links(contract: &Contract) -> impl Iterator<Item = (Term, Term)> {
        let orders = contract.conditions.iter().filter_map(|condition| match condition {
            Condition::Ordered(terms) => Some(terms),
            _ => None,
        });
        orders.flat_map(|terms| terms.iter().copied().zip(terms.iter().copied().skip(1)))
    }

    /// Whether there is nothing to ask.
    pub(super) fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }
}

fn fault<'t>(
    condition: &Condition,
    cell: &impl Fn(usize) -> Cell,
    text: &impl Fn(usize) -> &'t str,
) -> Option<(usize, Reason)> {
    match condition {
        Condition::Ordered(terms) => {
            let pair = terms.windows(2).find(|pair| match pair {
                [one, next] => {
                    number(*one, cell).zip(number(*next, cell)).is_some_and(|(one, next)| one > next)
                }
                _ => false,
            })?;
            let column = pair.iter().find_map(|term| match term {
                Term::Column(at) => Some(*at),
                Term::Number(_) => None,
            });
            Some((column?, Reason::NotInOrder))
        }
        Condition::AnyOf(columns) => {
            let is_empty = columns.iter().all(|at| cell(*at) == Cell::Null);
            columns.first().filter(|_| is_empty).map(|first| (*first, Reason::NoneGiven))
        }
        Condition::January(column) => match cell(*column) {
            Cell::Days(days) if value::day(days).is_none_or(|day| day.month() != 1) => {
                Some((*column, Reason::NotJanuary))
            }
            _ => None,
        },
        Condition::Filled(column, when) => {
            let is_one = |at: usize, codes: &[String]| {
                let mut wide = String::new();
                let code = clean(text(at), &mut wide, &mut Repairs::default());
                codes.iter().any(|one| one == code)
            };
            let is_asked = || when.iter().all(|(at, codes)| is_one(*at, codes));
            (cell(*column) == Cell::Null && is_asked()).then_some((*column, Reason::RequiredMissing))
        }
    }
}

/// A term as a number, in units of the columns' last decimal place.
fn number(term: Term, cell: &impl Fn(usize) -> Cell) -> Option<i128> {
    match term {
        Term::Number(number) => Some(number),
        Term::Column(at) => match cell(at) {
            Cell::Int(number) => Some(i128::from(number)),
            Cell::Days(days) => Some(i128::from(days)),
            Cell::Units(units) => Some(units),
            Cell::Null | Cell::Bad | Cell::Person(_) | Cell::Text | Cell::Code(_) | Cell::Bool(_) => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{acquire::fixture, contract::Kind};

    fn contract(condition: Condition) -> Contract {
        let columns = [
            ("a", "甲", Kind::Int, false),
            ("b", "乙", Kind::Int, false),
            ("deleted", "删除", Kind::Bool, false),
        ];
        Contract { conditions: vec![condition], ..fixture::contract("x.y", &["a"], &columns) }
    }

    fn found(condition: Condition, cells: [Cell; 3]) -> Vec<(usize, Reason)> {
        let text = |at: usize| [" 7", "", ""][at];
        Checks::of(&contract(condition)).faults(|at| cells[at], text).collect()
    }

    #[test]
    fn an_order_holds_link_by_link_and_the_first_column_of_a_broken_link_is_named() {
        let share = || Condition::Ordered(vec![Term::Number(1), Term::Column(0), Term::Column(1)]);
        for (cells, column) in [
            ([Cell::Int(1), Cell::Int(1), Cell::Null], None),
            ([Cell::Int(0), Cell::Int(1), Cell::Null], Some(0)),
            ([Cell::Int(2), Cell::Int(1), Cell::Null], Some(0)),
            ([Cell::Null, Cell::Int(0), Cell::Null], None),
            ([Cell::Int(9), Cell::Bad, Cell::Null], None),
            ([Cell::Int(9), Cell::Null, Cell::Bool(false)], None),
        ] {
            let expected: Vec<_> = column.map(|at| (at, Reason::NotInOrder)).into_iter().collect();
            assert_eq!(found(share(), cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn a_column_is_filled_in_rows_with_certain_codes_and_may_be_empty_in_others() {
        let when = |code: &str| Condition::Filled(1, vec![(0, vec!["8".to_owned(), code.to_owned()])]);
        let cells = [Cell::Int(7), Cell::Null, Cell::Null];
        assert_eq!(found(when("7"), cells), [(1, Reason::RequiredMissing)]);
        assert_eq!(found(when("9"), cells), []);
        for filled in [Cell::Int(1), Cell::Bad] {
            assert_eq!(found(when("7"), [Cell::Int(7), filled, Cell::Null]), []);
        }
        let and = Condition::Filled(1, vec![(0, vec!["7".to_owned()]), (2, vec!["x".to_owned()])]);
        assert_eq!(found(and, cells), [], "every column that is named must hold one");
    }

    #[test]
    fn one_of_several_columns_has_a_value_unless_the_row_is_taken_back() {
        let row = |a, deleted| found(Condition::AnyOf(vec![0, 1]), [a, Cell::Null, deleted]);
        for deleted in [Cell::Null, Cell::Bool(false)] {
            assert_eq!(row(Cell::Null, deleted), [(0, Reason::NoneGiven)]);
        }
        assert_eq!(row(Cell::Null, Cell::Bool(true)), []);
        assert_eq!(row(Cell::Int(1), Cell::Null), []);
        assert_eq!(row(Cell::Bad, Cell::Null), [], "what could not be read has been told");
    }
}
