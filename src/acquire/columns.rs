//! Rows of text → typed columns of one contract. A row that has a fault adds nothing; all its faults are told.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Int32Builder, Int64Builder, RecordBatch,
        StringBuilder,
    },
    datatypes::{DataType, Field, Schema, SchemaRef},
    error::ArrowError,
};
use chrono::NaiveDate;
use csv::StringRecord;

use super::{
    Reason,
    checks::Checks,
    header::Places,
    leaks::Leaks,
    quarantine::Where,
    repair::{Repairs, clean},
    value,
};
use crate::{
    contract::{Column, Contract, Kind},
    identity::Sighting,
    model::Token,
    store::{GrowingDictionary, StoreError},
};

/// The fewest bytes that can hold an identity number.
const SHORTEST: usize = 15;

/// One value of the row at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    /// Not readable; its reason has been told.
    Bad,
    Person(Token),
    /// A piece of the row's text.
    Text {
        from: u32,
        to: u32,
    },
    Days(i32),
    Units(i128),
    Int(i32),
    Bool(bool),
}

/// The columns under construction.
pub(super) struct Columns<'a> {
    contract: &'a Contract,
    checks: Checks<'a>,
    schema: SchemaRef,
    builders: Vec<Builder>,
    lines: Int64Builder,
    rows: usize,
    cells: Vec<Cell>,
    texts: String,
    wide: String,
    /// Values repaired so far.
    pub(super) repairs: Repairs,
    /// Sum of the readable values of each money column in the file at hand.
    pub(super) totals: Vec<i128>,
    /// Identity numbers seen in the clear.
    pub(super) leaks: Leaks,
}

enum Builder {
    Person(Int64Builder),
    Text(StringBuilder),
    Days(Date32Builder),
    Units(Decimal128Builder),
    Int(Int32Builder),
    Bool(BooleanBuilder),
}

impl<'a> Columns<'a> {
    pub(super) fn new(contract: &'a Contract, as_of: NaiveDate) -> Self {
        let typed = contract
            .columns
            .iter()
            .map(|column| Field::new(&column.name, column.kind.arrow_type(), !column.required));
        let line = Field::new(Contract::LINE, DataType::Int64, false);
        Self {
            contract,
            checks: Checks::of(contract),
            schema: Arc::new(Schema::new(typed.chain([line]).collect::<Vec<_>>())),
            builders: contract.columns.iter().map(|column| Builder::of(column.kind)).collect(),
            lines: Int64Builder::new(),
            rows: 0,
            cells: Vec::new(),
            texts: String::new(),
            wide: String::new(),
            repairs: Repairs::default(),
            totals: vec![0; contract.columns.len()],
            leaks: Leaks::new(as_of),
        }
    }

    /// Types one row. It is added if it has no fault; its faults are pushed otherwise.
    pub(super) fn add(
        &mut self,
        (file, line): (u16, u64),
        fields: &StringRecord,
        places: &Places,
        dictionary: &mut GrowingDictionary,
        faults: &mut Vec<(Where, Reason)>,
    ) -> Result<(), StoreError> {
        let before = faults.len();
        self.cells.clear();
        self.texts.clear();
        for (at, (column, place)) in self.contract.columns.iter().zip(&places.fields).enumerate() {
            let raw = place.and_then(|place| fields.get(place)).unwrap_or_default();
            let text = clean(raw, &mut self.wide, &mut self.repairs);
            let mut cell = cell(column, text, &mut self.texts, &mut self.repairs);
            let place = Where::Column(at as u16);
            if text.len() >= SHORTEST && !matches!(cell, Ok(Cell::Person(_))) {
                let seen = self.leaks.look(text, place, file, line);
                // Fifteen digits may be chance, but not where a person should stand.
                if seen.is_some_and(|seen| seen == Sighting::Eighteen || column.kind == Kind::Person) {
                    cell = Err(Reason::LooksLikeIdentityNumber);
                }
            }
            let mut cell = cell.unwrap_or_else(|reason| {
                faults.push((place, reason));
                Cell::Bad
            });
            if let (Kind::Money, Cell::Units(units), Some(total)) =
                (column.kind, cell, self.totals.get_mut(at))
            {
                *total += units;
            }
            // After the total: what was sealed counts it, however large it is.
            if units(cell).is_some_and(|units| !column.range.holds(units)) {
                faults.push((place, Reason::OutOfRange));
                cell = Cell::Bad;
            }
            self.cells.push(cell);
        }
        // What nobody asked for is dropped, but a number in it has left the agency all the same.
        for field in &places.extra {
            let place = Where::Extra(*field as u16 + 1);
            let text = fields.get(*field).unwrap_or_default();
            if self.leaks.look(text, place, file, line) == Some(Sighting::Eighteen) {
                faults.push((place, Reason::LooksLikeIdentityNumber));
            }
        }
        let conditions = self.checks.faults(&self.cells);
        faults.extend(conditions.map(|(at, reason)| (Where::Column(at as u16), reason)));
        if faults.len() > before {
            return Ok(());
        }
        for (builder, cell) in self.builders.iter_mut().zip(&self.cells) {
            builder.append(*cell, &self.texts, dictionary)?;
        }
        self.lines.append_value(line as i64);
        self.rows += 1;
        Ok(())
    }

    /// How many rows wait to be taken.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Takes the rows added so far: the contract's columns, then the line.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let mut arrays = Vec::with_capacity(self.builders.len() + 1);
        for (builder, column) in self.builders.iter_mut().zip(&self.contract.columns) {
            arrays.push(builder.finish(column.kind)?);
        }
        arrays.push(Arc::new(self.lines.finish()));
        RecordBatch::try_new(self.schema.clone(), arrays)
    }
}

/// A number in units of its last decimal place.
fn units(cell: Cell) -> Option<i128> {
    match cell {
        Cell::Units(units) => Some(units),
        Cell::Int(number) => Some(i128::from(number)),
        _ => None,
    }
}

/// One cleaned text as a value of its column.
fn cell(column: &Column, text: &str, texts: &mut String, repairs: &mut Repairs) -> Result<Cell, Reason> {
    if text.is_empty() {
        return if column.required { Err(Reason::RequiredMissing) } else { Ok(Cell::Null) };
    }
    let is_listed = || column.codes.iter().any(|code| code.value == text);
    let fits = || column.pattern.as_ref().is_none_or(|pattern| pattern.fits(text));
    let mut keep = || {
        let from = texts.len() as u32;
        texts.push_str(text);
        Cell::Text { from, to: texts.len() as u32 }
    };
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
                (true, true) => Ok(keep()),
            }
        }
        Kind::Code if is_listed() => fits().then(keep).ok_or(Reason::WrongForm),
        Kind::Code => Err(value::spreadsheet_damage(text).unwrap_or(Reason::UnknownCode)),
        Kind::Division => {
            value::division(text)?;
            (within(column, text) && fits()).then(keep).ok_or(Reason::BadDivision)
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

/// Whether a text has as many characters as the contract asks for.
fn within(column: &Column, text: &str) -> bool {
    let (shortest, longest) = (column.min_length.unwrap_or(0), column.max_length.unwrap_or(u32::MAX));
    // Most texts are ASCII and short; counting characters is for the others.
    let length = if text.is_ascii() { text.len() } else { text.chars().count() };
    (shortest as usize..=longest as usize).contains(&length)
}

impl Builder {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Person => Self::Person(Int64Builder::new()),
            Kind::Ref | Kind::Code | Kind::Division | Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Date | Kind::Month => Self::Days(Date32Builder::new()),
            Kind::Money | Kind::Decimal { .. } => Self::Units(Decimal128Builder::new()),
            Kind::Int => Self::Int(Int32Builder::new()),
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
        }
    }

    fn append(
        &mut self,
        cell: Cell,
        texts: &str,
        dictionary: &mut GrowingDictionary,
    ) -> Result<(), StoreError> {
        match (self, cell) {
            (Self::Person(builder), Cell::Person(token)) => builder.append_value(dictionary.assign(&token)?),
            (Self::Text(builder), Cell::Text { from, to }) => {
                builder.append_value(texts.get(from as usize..to as usize).unwrap_or_default());
            }
            (Self::Days(builder), Cell::Days(days)) => builder.append_value(days),
            (Self::Units(builder), Cell::Units(units)) => builder.append_value(units),
            (Self::Int(builder), Cell::Int(number)) => builder.append_value(number),
            (Self::Bool(builder), Cell::Bool(truth)) => builder.append_value(truth),
            // Only an empty value is left: every other pair follows from the column's kind.
            (Self::Person(builder), _) => builder.append_null(),
            (Self::Text(builder), _) => builder.append_null(),
            (Self::Days(builder), _) => builder.append_null(),
            (Self::Units(builder), _) => builder.append_null(),
            (Self::Int(builder), _) => builder.append_null(),
            (Self::Bool(builder), _) => builder.append_null(),
        }
        Ok(())
    }

    fn finish(&mut self, kind: Kind) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Person(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Days(builder) => Arc::new(builder.finish()),
            Self::Units(builder) => match kind.arrow_type() {
                DataType::Decimal128(precision, scale) => {
                    Arc::new(builder.finish().with_precision_and_scale(precision, scale)?)
                }
                _ => Arc::new(builder.finish()),
            },
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::Bool(builder) => Arc::new(builder.finish()),
        })
    }
}
