//! Rows of text → typed columns of one contract. A row that has a fault adds nothing; all its faults are told.
//!
//! # Decisions
//!
//! - The last text of each column of codes, dates and the like is kept with its value: it often stands in the next row again. In
//!   5 million contributions that and inlining took about a tenth off the CPU time of the intake (one profile before, one after).

use std::sync::Arc;

use arrow::{
    array::{
        ArrayBuilder as _, ArrayRef, BooleanArray, BooleanBuilder, Date32Builder, Decimal128Builder,
        Int32Builder, Int64Array, Int64Builder, RecordBatch, StringBuilder, UInt16Array,
    },
    buffer::NullBuffer,
    compute::filter,
    datatypes::{DataType, Field, Schema, SchemaRef},
    error::ArrowError,
};
use chrono::NaiveDate;

use super::{
    AcquireError, Reason,
    checks::Checks,
    fields::Fields,
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
    store::{Dictionary, GrowingDictionary},
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
    /// The text itself.
    Text,
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
    /// Which of the rows are good.
    good: Vec<bool>,
    cells: Vec<Cell>,
    /// What stood last in each column.
    same: Vec<Same>,
    wide: String,
    /// Values repaired so far.
    pub(super) repairs: Repairs,
    /// Sum of the readable values of each money column.
    totals: Vec<i128>,
    /// Identity numbers seen in the clear.
    leaks: Leaks,
}

/// A text and its value. Codes, months and the like often stand in several rows on end.
#[derive(Default)]
struct Same {
    text: String,
    cell: Option<Cell>,
}

impl Same {
    /// The value of a text, if it is this one.
    fn cell(&self, text: &str) -> Option<Cell> {
        self.cell.filter(|_| self.text == text)
    }

    /// Notes a value that was read without repairs, if it is of a kind that repeats and nothing is counted or looked for in it.
    fn note(&mut self, kind: Kind, text: &str, cell: Cell) {
        let repeats =
            matches!(kind, Kind::Code | Kind::Division | Kind::Date | Kind::Month | Kind::Int | Kind::Bool);
        if repeats && cell != Cell::Bad && text.len() < SHORTEST {
            self.text.clear();
            self.text.push_str(text);
            self.cell = Some(cell);
        }
    }
}

/// The rows typed so far, when they are taken: people still stand there as tokens.
pub(super) struct Typed {
    schema: SchemaRef,
    arrays: Vec<Array>,
    /// How many rows there are.
    pub(super) rows: usize,
}

enum Array {
    Ready(ArrayRef),
    People { tokens: Vec<Option<Token>>, numbers: Vec<i64> },
}

/// The number of nobody: it stands for a person whose number is not known yet.
const NOBODY: i64 = 0;

enum Builder {
    Person(Vec<Option<Token>>),
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
        let file = Field::new(Contract::FILE, DataType::UInt16, false);
        let line = Field::new(Contract::LINE, DataType::Int64, false);
        Self {
            contract,
            checks: Checks::of(contract),
            schema: Arc::new(Schema::new(typed.chain([file, line]).collect::<Vec<_>>())),
            builders: contract.columns.iter().map(|column| Builder::of(column.kind, 0, 0)).collect(),
            lines: Int64Builder::new(),
            good: Vec::new(),
            cells: Vec::new(),
            same: contract.columns.iter().map(|_| Same::default()).collect(),
            wide: String::new(),
            repairs: Repairs::default(),
            totals: vec![0; contract.columns.len()],
            leaks: Leaks::new(as_of),
        }
    }

    /// Types one row. Its faults are pushed, if it has any; then it is not among the good ones.
    pub(super) fn add(
        &mut self,
        (file, line): (u16, u64),
        fields: Fields<'_>,
        places: &Places,
        faults: &mut Vec<(Where, Reason)>,
    ) {
        let before = faults.len();
        self.cells.clear();
        let columns = self.contract.columns.iter().zip(&places.fields);
        let columns = columns.zip(self.builders.iter_mut().zip(&mut self.same));
        for (at, ((column, place), (builder, same))) in columns.enumerate() {
            let raw = place.and_then(|place| fields.get(place)).unwrap_or_default();
            if let Some(cell) = same.cell(raw) {
                builder.append(cell, raw);
                self.cells.push(cell);
                continue;
            }
            let before = self.repairs;
            let text = clean(raw, &mut self.wide, &mut self.repairs);
            let mut cell = cell(column, text, &mut self.repairs);
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
            if text == raw && self.repairs == before {
                same.note(column.kind, raw, cell);
            }
            builder.append(cell, text);
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
        let text = |at: usize| {
            places.fields.get(at).copied().flatten().and_then(|place| fields.get(place)).unwrap_or_default()
        };
        let conditions = self.checks.faults(&self.cells, text);
        faults.extend(conditions.map(|(at, reason)| (Where::Column(at as u16), reason)));
        self.lines.append_value(line as i64);
        self.good.push(faults.len() == before);
    }

    /// Takes the good rows added so far: the contract's columns, then the file and the line.
    pub(super) fn take(&mut self, file: u16) -> Result<Typed, AcquireError> {
        let good = BooleanArray::from(std::mem::take(&mut self.good));
        let mut arrays = Vec::with_capacity(self.builders.len() + 2);
        for (builder, column) in self.builders.iter_mut().zip(&self.contract.columns) {
            arrays.push(builder.finish(column.kind));
        }
        arrays.push(Array::Ready(Arc::new(UInt16Array::from_value(file, good.len()))));
        arrays.push(Array::Ready(Arc::new(self.lines.finish())));
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

impl Typed {
    /// Finds the numbers of the people who have one.
    pub(super) fn look_up(&mut self, dictionary: &Dictionary) {
        for array in &mut self.arrays {
            let Array::People { tokens, numbers } = array else { continue };
            let mut last: Option<(&Token, i64)> = None;
            numbers.extend(tokens.iter().map(|token| match (token, last) {
                (None, _) => NOBODY,
                // Registers often name a person in several rows on end.
                (Some(token), Some((same, number))) if token == same => number,
                (Some(token), _) => {
                    let number = dictionary.number_of(token).unwrap_or(NOBODY);
                    last = Some((token, number));
                    number
                }
            }));
        }
    }

    /// The rows with a number for everyone; who has none yet gets one, row by row and in a row column by column, so that
    /// the numbers follow from the file alone.
    pub(super) fn settle(mut self, dictionary: &mut GrowingDictionary) -> Result<RecordBatch, AcquireError> {
        let people = |array: &mut Array| match array {
            Array::People { tokens, numbers } => Some((std::mem::take(tokens), std::mem::take(numbers))),
            Array::Ready(_) => None,
        };
        let mut people: Vec<_> = self.arrays.iter_mut().filter_map(people).collect();
        for row in 0..self.rows {
            for (tokens, numbers) in &mut people {
                if let (Some(Some(token)), Some(number)) = (tokens.get(row), numbers.get_mut(row))
                    && *number == NOBODY
                {
                    *number = dictionary.assign(token)?;
                }
            }
        }
        let mut people = people.into_iter();
        let arrays = self.arrays.into_iter().map(|array| match array {
            Array::Ready(array) => array,
            Array::People { .. } => {
                let (tokens, numbers) = people.next().unwrap_or_default();
                let known = NullBuffer::from_iter(tokens.iter().map(Option::is_some));
                let known = Some(known).filter(|known| known.null_count() > 0);
                Arc::new(Int64Array::new(numbers.into(), known)) as ArrayRef
            }
        });
        RecordBatch::try_new(self.schema, arrays.collect()).map_err(|source| AcquireError::Columns { source })
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
fn cell(column: &Column, text: &str, repairs: &mut Repairs) -> Result<Cell, Reason> {
    if text.is_empty() {
        return if column.required { Err(Reason::RequiredMissing) } else { Ok(Cell::Null) };
    }
    let is_listed = || column.codes.iter().any(|code| code.value == text);
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
        Kind::Code if is_listed() => fits().then_some(Cell::Text).ok_or(Reason::WrongForm),
        Kind::Code if lost_zeros(column, text) => Err(Reason::LeadingZeroLost),
        Kind::Code => Err(value::spreadsheet_damage(text).unwrap_or(Reason::UnknownCode)),
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

impl Array {
    fn keep(&mut self, good: &BooleanArray) -> Result<(), ArrowError> {
        match self {
            Self::Ready(array) => *array = filter(array, good)?,
            Self::People { tokens, .. } => {
                let mut good = good.values().iter();
                tokens.retain(|_| good.next().unwrap_or_default());
            }
        }
        Ok(())
    }
}

impl Builder {
    /// A builder with room for so many rows and bytes of text.
    fn of(kind: Kind, rows: usize, bytes: usize) -> Self {
        match kind {
            Kind::Person => Self::Person(Vec::with_capacity(rows)),
            Kind::Ref | Kind::Code | Kind::Division | Kind::Text => {
                Self::Text(StringBuilder::with_capacity(rows, bytes))
            }
            Kind::Date | Kind::Month => Self::Days(Date32Builder::with_capacity(rows)),
            Kind::Money | Kind::Decimal { .. } => Self::Units(Decimal128Builder::with_capacity(rows)),
            Kind::Int => Self::Int(Int32Builder::with_capacity(rows)),
            Kind::Bool => Self::Bool(BooleanBuilder::with_capacity(rows)),
        }
    }

    /// Adds the value of a row, which was read from the text.
    fn append(&mut self, cell: Cell, text: &str) {
        match (self, cell) {
            (Self::Person(builder), Cell::Person(token)) => builder.push(Some(token)),
            (Self::Text(builder), Cell::Text) => builder.append_value(text),
            (Self::Days(builder), Cell::Days(days)) => builder.append_value(days),
            (Self::Units(builder), Cell::Units(units)) => builder.append_value(units),
            (Self::Int(builder), Cell::Int(number)) => builder.append_value(number),
            (Self::Bool(builder), Cell::Bool(truth)) => builder.append_value(truth),
            // An empty value, or one of a bad row: every other pair follows from the column's kind.
            (Self::Person(builder), _) => builder.push(None),
            (Self::Text(builder), _) => builder.append_null(),
            (Self::Days(builder), _) => builder.append_null(),
            (Self::Units(builder), _) => builder.append_null(),
            (Self::Int(builder), _) => builder.append_null(),
            (Self::Bool(builder), _) => builder.append_null(),
        }
    }

    /// The rows so far; the next ones are taken to be about as many.
    fn finish(&mut self, kind: Kind) -> Array {
        let (rows, bytes) = match self {
            Self::Person(builder) => (builder.len(), 0),
            Self::Text(builder) => (builder.len(), builder.values_slice().len()),
            Self::Days(builder) => (builder.len(), 0),
            Self::Units(builder) => (builder.len(), 0),
            Self::Int(builder) => (builder.len(), 0),
            Self::Bool(builder) => (builder.len(), 0),
        };
        let array: ArrayRef = match std::mem::replace(self, Self::of(kind, rows, bytes)) {
            Self::Person(tokens) => return Array::People { tokens, numbers: Vec::new() },
            Self::Text(mut builder) => Arc::new(builder.finish()),
            Self::Days(mut builder) => Arc::new(builder.finish()),
            // The batch's schema says that it is a decimal of this kind.
            Self::Units(mut builder) => Arc::new(builder.finish().with_data_type(kind.arrow_type())),
            Self::Int(mut builder) => Arc::new(builder.finish()),
            Self::Bool(mut builder) => Arc::new(builder.finish()),
        };
        Array::Ready(array)
    }
}
