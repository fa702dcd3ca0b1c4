//! One text → one value of its column, or the reason why not. It knows one column, no row and no place.

use chrono::NaiveDate;

use super::{
    Reason,
    leaks::sighting,
    repair::{Repairs, is_clean},
    value,
};
use crate::{
    contract::{Column, Kind},
    model::Token,
};

/// The fewest bytes that can hold an identity number.
pub(super) const SHORTEST: usize = 15;

/// One value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    /// Not readable; its reason has been told.
    Bad,
    Person(Token),
    /// The text itself.
    Text,
    /// The place of a code among those of its column, in the order of their bytes.
    Code(u16),
    Days(i32),
    Units(i128),
    Int(i32),
    Bool(bool),
}

impl Cell {
    /// A number in units of its last decimal place.
    pub(super) fn units(self) -> Option<i128> {
        match self {
            Self::Units(units) => Some(units),
            Self::Int(number) => Some(i128::from(number)),
            _ => None,
        }
    }
}

/// The value of a text in which there is nothing to repair, to count, to tell or to look for; none if the row needs a closer look.
#[inline]
pub(super) fn at_sight(column: &Column, text: &str, as_of: NaiveDate) -> Option<Cell> {
    // Of the others no value reads well that has anything to repair.
    let may_need_repair = matches!(column.kind, Kind::Ref | Kind::Text | Kind::Code);
    if may_need_repair && !is_clean(text) {
        return None;
    }
    let mut repairs = Repairs::default();
    let cell = cell(column, text, &mut repairs).ok()?;
    let is_plain =
        text.len() < SHORTEST || matches!(cell, Cell::Person(_)) || sighting(text, as_of).is_none();
    let is_in_range = cell.units().is_none_or(|units| column.range.holds(units));
    (is_plain && is_in_range && repairs == Repairs::default()).then_some(cell)
}

/// One cleaned text as a value of its column.
#[inline]
pub(super) fn cell(column: &Column, text: &str, repairs: &mut Repairs) -> Result<Cell, Reason> {
    if text.is_empty() {
        return if column.required { Err(Reason::RequiredMissing) } else { Ok(Cell::Null) };
    }
    // A raw identity number was looked for before, and an apostrophe does not hide it.
    if let Some(reason) = value::damage(text) {
        return Err(reason);
    }
    let fits = || column.pattern.as_ref().is_none_or(|pattern| pattern.fits(text));
    match column.kind {
        Kind::Person => text.parse().map(Cell::Person).map_err(|_| Reason::NotAToken),
        Kind::Ref | Kind::Text => {
            if column.kind == Kind::Ref {
                value::reference(text)?
            } else {
                value::text(text)?
            }
            match (within(column, text), fits()) {
                (false, _) => Err(Reason::WrongLength),
                (true, false) => Err(Reason::WrongForm),
                (true, true) => Ok(Cell::Text),
            }
        }
        Kind::Code => match column.place_of_code(text) {
            Some(place) => fits().then_some(Cell::Code(place)).ok_or(Reason::WrongForm),
            None if lost_zeros(column, text) => Err(Reason::LeadingZeroLost),
            None => Err(value::spreadsheet_damage(text).unwrap_or(Reason::UnknownCode)),
        },
        Kind::Division => {
            value::division(text)?;
            (within(column, text) && fits()).then_some(Cell::Text).ok_or(Reason::BadDivision)
        }
        Kind::Date | Kind::Month => {
            let read = if column.kind == Kind::Date { value::date } else { value::month };
            let (date, repair) = read(text)?;
            if let Some(repair) = repair {
                repairs.count(repair);
            }
            Ok(Cell::Days(value::days(date)))
        }
        Kind::Money => value::money(text).map(|fen| Cell::Units(i128::from(fen.0))),
        Kind::Decimal { precision, scale } => value::decimal(text, precision, scale).map(Cell::Units),
        Kind::Int => {
            let number = value::int(text)?;
            let listed = || column.codes.iter().any(|code| code.value.parse() == Ok(number));
            if column.codes.is_empty() || listed() { Ok(Cell::Int(number)) } else { Err(Reason::UnknownCode) }
        }
        Kind::Bool => value::bool(text).map(Cell::Bool),
    }
}

/// Whether a text is a code of the list without the zeros that it begins with.
fn lost_zeros(column: &Column, text: &str) -> bool {
    let is_it = |code: &str| code.starts_with('0') && code.trim_start_matches('0') == text;
    column.codes.iter().any(|code| is_it(&code.value))
}

/// Whether a text has as many characters as the contract asks for.
fn within(column: &Column, text: &str) -> bool {
    let (shortest, longest) = (column.min_length.unwrap_or(0), column.max_length.unwrap_or(u32::MAX));
    // Most texts are ASCII and short; counting characters is for the others.
    let length = if text.is_ascii() { text.len() } else { text.chars().count() };
    (shortest as usize..=longest as usize).contains(&length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquire::{fixture, repair::clean};

    #[test]
    fn what_is_typed_at_sight_is_what_a_closer_look_finds() {
        let token = "0123456789abcdef".repeat(4);
        let texts = [
            "",
            " ",
            "0",
            "1",
            "是",
            "否",
            "true",
            "TRUE",
            "007",
            "12",
            "-3",
            "12.50",
            "12.5",
            "12.0",
            "1,190",
            "１２",
            " 12",
            "12 ",
            "2026-03",
            "202603",
            "2026-03-01",
            "2026/03/01",
            "20260301",
            "2026-02-30",
            "330302",
            "33030",
            "330302001001",
            "3.30302E+17",
            "'330302",
            "#N/A",
            "甲",
            "甲 ",
            "甲１",
            "A-1",
            "a\tb",
            "??",
            "110105194912310",
            "11010519491231002X",
            "身份11010519491231002X",
            "999999999999.99",
            "99999999999999999999",
            "2147483648",
            token.as_str(),
            &token.to_uppercase(),
        ];
        let kinds = [
            Kind::Person,
            Kind::Ref,
            Kind::Text,
            Kind::Code,
            Kind::Division,
            Kind::Date,
            Kind::Month,
            Kind::Money,
            Kind::Decimal { precision: 38, scale: 4 },
            Kind::Int,
            Kind::Bool,
        ];
        let as_of = "2026-03-01".parse().unwrap();
        let mut seen = 0;
        for kind in kinds {
            for required in [true, false] {
                let mut contract = fixture::contract("x.y", &["a"], &[("a", "甲", kind, required)]);
                let column = &mut contract.columns[0];
                column.range.maximum = Some(100);
                for text in texts {
                    let (mut repairs, mut wide) = (Repairs::default(), String::new());
                    let cleaned = clean(text, &mut wide, &mut repairs);
                    let found = cell(column, cleaned, &mut repairs).ok();
                    let is_plain = cleaned == text
                        && repairs == Repairs::default()
                        && (sighting(text, as_of).is_none() || matches!(found, Some(Cell::Person(_))))
                        && found.and_then(Cell::units).is_none_or(|units| column.range.holds(units));
                    assert_eq!(
                        at_sight(column, text, as_of),
                        found.filter(|_| is_plain),
                        "{kind:?} {text:?}"
                    );
                    seen += u32::from(is_plain && found.is_some());
                }
            }
        }
        assert!(seen > 60, "{seen}");
    }
}
