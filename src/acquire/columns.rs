//! Rows of text → typed columns of one contract. A row that has a fault adds nothing; all its faults are told.
//!
//! # Decisions
//!
//! - A grid is typed column by column: one kind of value after the other keeps the processor from guessing. A row in which a
//!   text is anything but a good value in its usual form is looked at more closely afterwards, as a whole; only there is
//!   anything repaired, told or searched. So a good row costs little, and what is told stands in one place.
//! - A text that stands in the row above too (a person, a code, an amount) is not typed again.

use std::sync::Arc;

use arrow::{
    array::{BooleanArray, Int64Array, UInt16Array},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use chrono::NaiveDate;

use super::{
    AcquireError, Reason,
    cell::{Cell, SHORTEST, at_sight, cell},
    checks::Checks,
    fields::Fields,
    grid::Grid,
    header::Places,
    leaks::{Leaks, sighting},
    quarantine::{Fault, Where},
    repair::{Repairs, clean},
    typed::{Array, Typed},
    values::{Values, short, type_of},
};
use crate::{
    contract::{Column, Contract, Kind, Term},
    identity::Sighting,
    model::Token,
};

/// The columns under construction.
pub(super) struct Columns<'a> {
    contract: &'a Contract,
    as_of: NaiveDate,
    checks: Checks<'a>,
    /// Those of them that are asked row by row before anything is looked at more closely.
    others: Checks<'a>,
    schema: SchemaRef,
    values: Vec<Values>,
    lines: Vec<i64>,
    /// Which of the rows are good.
    good: Vec<bool>,
    wide: String,
    /// Values repaired so far.
    pub(super) repairs: Repairs,
    /// Sum of the readable values of each money column.
    totals: Vec<i128>,
    /// Identity numbers seen in the clear.
    leaks: Leaks,
}

/// The rows of a grid that were looked at more closely.
struct Closer {
    /// Which rows they are.
    odd: Vec<bool>,
    /// Their texts, column by column, in the order of the rows.
    texts: Vec<Vec<Option<String>>>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(contract: &'a Contract, as_of: NaiveDate) -> Self {
        let typed = contract
            .columns
            .iter()
            .map(|column| Field::new(&column.name, type_of(column.kind), !column.required));
        let file = Field::new(Contract::FILE, DataType::UInt16, false);
        let line = Field::new(Contract::LINE, DataType::Int64, false);
        Self {
            contract,
            as_of,
            checks: Checks::of(contract),
            others: Checks::but_orders(contract),
            schema: Arc::new(Schema::new(typed.chain([file, line]).collect::<Vec<_>>())),
            values: contract.columns.iter().map(|column| Values::of(column.kind, 0, 0)).collect(),
            lines: Vec::new(),
            good: Vec::new(),
            wide: String::new(),
            repairs: Repairs::default(),
            totals: vec![0; contract.columns.len()],
            leaks: Leaks::new(as_of),
        }
    }

    /// Types the rows of a grid. The faults of those that have any are pushed, row by row; how many such rows there are.
    pub(super) fn add(&mut self, file: u16, grid: &Grid, places: &Places, faults: &mut Vec<Fault>) -> u64 {
        let before = self.lines.len();
        self.lines.extend(grid.lines().iter().map(|line| *line as i64));
        let mut odd = vec![false; grid.rows()];
        for ((column, place), values) in
            self.contract.columns.iter().zip(&places.fields).zip(&mut self.values)
        {
            match place {
                Some(place) => fill(column, values, grid.column(*place), self.as_of, &mut odd),
                None => fill(column, values, grid.lines().iter().map(|_| ""), self.as_of, &mut odd),
            }
        }
        for field in &places.extra {
            for (text, odd) in grid.column(*field).zip(&mut odd) {
                *odd |= text.len() >= SHORTEST && sighting(text, self.as_of).is_some();
            }
        }
        self.ask(grid, places, before, &mut odd);
        let mut closer = Closer { odd, texts: vec![Vec::new(); self.values.len()] };
        let mut bad = 0;
        for row in 0..grid.rows() {
            let is_good = closer.odd.get(row) != Some(&true) || {
                let told = faults.len();
                self.look_closer((file, grid, row), before, places, &mut closer.texts, faults);
                faults.len() == told
            };
            self.good.push(is_good);
            bad += u64::from(!is_good);
        }
        self.settle(grid, places, before, closer);
        bad
    }

    /// Asks the contract's conditions of the rows that are good so far.
    fn ask(&self, grid: &Grid, places: &Places, before: usize, odd: &mut [bool]) {
        // What is to be in order needs numbers alone. A row that takes a record back need not be: a closer look finds that.
        for (one, next) in Checks::links(self.contract) {
            let number = |term, row| match term {
                Term::Number(number) => Some(number),
                Term::Column(at) => self.values.get(at).and_then(|values: &Values| values.number(row)),
            };
            for (row, odd) in (before..).zip(odd.iter_mut()) {
                *odd |= number(one, row).zip(number(next, row)).is_some_and(|(one, next)| one > next);
            }
        }
        if self.others.is_empty() {
            return;
        }
        for (row, odd) in odd.iter_mut().enumerate().filter(|(_, odd)| !**odd) {
            let fields = grid.row(row);
            let text = |at: usize| text_of(fields, places, at);
            let cell = |at: usize| {
                self.values.get(at).map_or(Cell::Bad, |values| values.cell(before + row, text(at)))
            };
            *odd = self.others.faults(cell, text).next().is_some();
        }
    }

    /// Types one row with all that may be in it: repairs, faults, numbers that must not be there.
    fn look_closer(
        &mut self,
        (file, grid, row): (u16, &Grid, usize),
        before: usize,
        places: &Places,
        texts: &mut [Vec<Option<String>>],
        faults: &mut Vec<Fault>,
    ) {
        let (line, fields) = (grid.line(row), grid.row(row));
        let fault = |place, reason| Fault { file, line, place, reason };
        let mut cells = Vec::with_capacity(self.values.len());
        let columns = self.contract.columns.iter().zip(&places.fields);
        let columns = columns.zip(self.values.iter_mut().zip(texts));
        for (at, ((column, place), (values, texts))) in columns.enumerate() {
            let raw = place.and_then(|place| fields.get(place)).unwrap_or_default();
            let text = clean(raw, &mut self.wide, &mut self.repairs);
            let mut read = cell(column, text, &mut self.repairs);
            let place = Where::Column(at as u16);
            if text.len() >= SHORTEST && !matches!(read, Ok(Cell::Person(_))) {
                let seen = self.leaks.look(text, place, file, line);
                // Fifteen digits may be chance, but not where a person should stand.
                if seen.is_some_and(|seen| seen == Sighting::Eighteen || column.kind == Kind::Person) {
                    read = Err(Reason::LooksLikeIdentityNumber);
                }
            }
            let mut read = read.unwrap_or_else(|reason| {
                faults.push(fault(place, reason));
                Cell::Bad
            });
            if let (Kind::Money, Cell::Units(units), Some(total)) =
                (column.kind, read, self.totals.get_mut(at))
            {
                *total += units;
            }
            // After the total: what was sealed counts it, however large it is.
            if read.units().is_some_and(|units| !column.range.holds(units)) {
                faults.push(fault(place, Reason::OutOfRange));
                read = Cell::Bad;
            }
            values.set(before + row, read);
            if values.are_texts() {
                texts.push((read == Cell::Text).then(|| text.to_owned()));
            }
            cells.push(read);
        }
        // What nobody asked for is dropped, but a number in it has left the agency all the same.
        for field in &places.extra {
            let place = Where::Extra(*field as u16 + 1);
            let text = fields.get(*field).unwrap_or_default();
            if self.leaks.look(text, place, file, line) == Some(Sighting::Eighteen) {
                faults.push(fault(place, Reason::LooksLikeIdentityNumber));
            }
        }
        let cell = |at: usize| cells.get(at).copied().unwrap_or(Cell::Bad);
        let conditions = self.checks.faults(cell, |at| text_of(fields, places, at));
        faults.extend(conditions.map(|(at, reason)| fault(Where::Column(at as u16), reason)));
    }

    /// Adds what waited for the closer look: totals and texts.
    fn settle(&mut self, grid: &Grid, places: &Places, before: usize, closer: Closer) {
        let Closer { odd, texts } = closer;
        let columns = self.contract.columns.iter().zip(&places.fields);
        let columns = columns.zip(self.values.iter_mut().zip(&mut self.totals).zip(texts));
        for ((column, place), ((values, total), texts)) in columns {
            if column.kind == Kind::Money {
                let units = values.units_from(before).iter().zip(&odd).filter(|(_, odd)| !**odd);
                *total += units.map(|(units, _)| i128::from(*units)).sum::<i128>();
            }
            if !values.are_texts() {
                continue;
            }
            let mut texts = texts.iter().map(Option::as_deref);
            let mut push = |text: &str, odd: &bool| {
                let text =
                    if *odd { texts.next().flatten() } else { Some(text).filter(|text| !text.is_empty()) };
                values.push_text(text);
            };
            match place {
                Some(place) => grid.column(*place).zip(&odd).for_each(|(text, odd)| push(text, odd)),
                None => odd.iter().for_each(|odd| push("", odd)),
            }
        }
    }

    /// Takes the good rows added so far: the contract's columns, then the file and the line.
    pub(super) fn take(&mut self, file: u16) -> Result<Typed, AcquireError> {
        let good = BooleanArray::from(std::mem::take(&mut self.good));
        let mut arrays = Vec::with_capacity(self.values.len() + 2);
        for (values, column) in self.values.iter_mut().zip(&self.contract.columns) {
            arrays.push(values.finish(column.kind));
        }
        arrays.push(Array::Ready(Arc::new(UInt16Array::from_value(file, good.len()))));
        arrays.push(Array::Ready(Arc::new(Int64Array::from(std::mem::take(&mut self.lines)))));
        // Bad rows are few: they are added like the others and taken out at the end.
        if good.true_count() < good.len() {
            for array in &mut arrays {
                array.keep(&good).map_err(|source| AcquireError::Columns { source })?;
            }
        }
        Ok(Typed { schema: self.schema.clone(), arrays, rows: good.true_count() })
    }

    /// The identity numbers seen since they were taken last.
    pub(super) fn take_leaks(&mut self) -> Leaks {
        self.leaks.take()
    }

    /// Looks at all fields of a row that cannot be matched with the header.
    pub(super) fn look_at_all(&mut self, fields: Fields<'_>, file: u16, line: u64) -> bool {
        self.leaks.look_at_all(fields, file, line)
    }

    /// The sums of the money columns since they were taken last.
    pub(super) fn take_totals(&mut self) -> Vec<i128> {
        let none = vec![0; self.totals.len()];
        std::mem::replace(&mut self.totals, none)
    }
}

/// What the file has in a row in a column of the contract.
fn text_of<'f>(fields: Fields<'f>, places: &Places, at: usize) -> &'f str {
    places.fields.get(at).copied().flatten().and_then(|place| fields.get(place)).unwrap_or_default()
}

/// Types one column of a grid at sight; the rows that need a closer look are marked.
fn fill<'g>(
    column: &Column,
    values: &mut Values,
    texts: impl Iterator<Item = &'g str>,
    as_of: NaiveDate,
    odd: &mut [bool],
) {
    let rows = texts.zip(odd);
    let see = |text: &str| at_sight(column, text, as_of);
    match values {
        Values::People(tokens, null) => {
            let person = |cell| if let Cell::Person(token) = cell { token } else { Token([0; 32]) };
            type_each(rows, see, person, tokens, null);
        }
        // They are added when all columns have been looked at.
        Values::Texts(_) => type_each(rows, see, |_| (), &mut Vec::new(), &mut Vec::new()),
        Values::Codes(places, null) => {
            let place = |cell| if let Cell::Code(place) = cell { place } else { 0 };
            type_each(rows, see, place, places, null);
        }
        Values::Days(days, null) => {
            let day = |cell| if let Cell::Days(day) = cell { day } else { 0 };
            type_each(rows, see, day, days, null);
        }
        Values::Units(all, null) => {
            let units = |cell| if let Cell::Units(units) = cell { short(units) } else { 0 };
            type_each(rows, see, units, all, null);
        }
        Values::Wide(all, null) => {
            let units = |cell| if let Cell::Units(units) = cell { units } else { 0 };
            type_each(rows, see, units, all, null);
        }
        Values::Ints(numbers, null) => {
            let number = |cell| if let Cell::Int(number) = cell { number } else { 0 };
            type_each(rows, see, number, numbers, null);
        }
        Values::Bools(truths, null) => type_each(rows, see, |cell| cell == Cell::Bool(true), truths, null),
    }
}

/// Types the texts of a column into its values and which of them are null. Of a cell only its value is kept from row to row,
/// because a cell has room for any kind of value, and copying that much for every text took longer than reading it.
#[inline]
fn type_each<'g, 'o, T: Copy>(
    rows: impl Iterator<Item = (&'g str, &'o mut bool)>,
    see: impl Fn(&str) -> Option<Cell>,
    value_of: impl Fn(Cell) -> T,
    values: &mut Vec<T>,
    null: &mut Vec<bool>,
) {
    let (mut above, mut value, mut is_null, mut is_odd) = ("", value_of(Cell::Bad), false, true);
    for (text, odd) in rows {
        if is_odd || !are_same(above, text) {
            let cell = see(text);
            is_odd = cell.is_none();
            is_null = matches!(cell, Some(Cell::Null));
            value = value_of(cell.unwrap_or(Cell::Bad));
            above = text;
        }
        *odd |= is_odd;
        values.push(value);
        null.push(is_null);
    }
}

/// Whether two texts are the same. Most are short, and a call for each of them would cost more than the look.
#[inline]
fn are_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    match a.len() {
        8..=16 => a.first_chunk::<8>() == b.first_chunk() && a.last_chunk::<8>() == b.last_chunk(),
        4..8 => a.first_chunk::<4>() == b.first_chunk() && a.last_chunk::<4>() == b.last_chunk(),
        0..4 => a.iter().zip(b).all(|(a, b)| a == b),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_same_where_every_byte_is() {
        for length in 0..40 {
            let text: String = (0..length).map(|at| char::from(b'a' + at % 26)).collect();
            assert!(are_same(&text, &text.clone()) && !are_same(&text, &format!("{text}x")));
            for at in 0..text.len() {
                let mut other = text.clone().into_bytes();
                other[at] = b'!';
                assert!(!are_same(&text, &String::from_utf8(other).unwrap()), "{length} {at}");
            }
        }
    }
}
