//! A sheet of an `.xlsx` file as rows of text with their row numbers; it never guesses at a value.
//!
//! # Decisions
//!
//! - The sheet is the one that is named, else the first that a person sees: hidden sheets hold lists and leftovers. Hidden rows
//!   are read, because a filter hides rows that are still there.
//! - A value that cells share by merging belongs to no one row: rows that a merged area touches are set aside.
//! - The other sheets are no data, but what they hold has left the agency all the same: every text of theirs is searched for
//!   identity numbers, hidden sheets too, and so are the sheets' names, and all else that the workbook is made of.
//! - A formula counts by the value that was stored with it. One without is named, not read as empty; so is an error such as `#N/A`.

use std::{
    fs::File,
    io::{self, BufReader, Seek},
    vec,
};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};
use chrono::NaiveDate;
use csv::StringRecord;

use super::{
    besides::{Besides, Elsewhere},
    guarded::guarded,
    leaks::sighting,
    quarantine::Where,
    reason::Reason,
    sheet_fault::SheetFault,
    sheet_guard, sheet_number, sheet_parts,
    text::{MAX_COLUMNS, shown},
    value::UNCALCULATED,
};

/// No sheet is held that has more text than this, places counted as 8 bytes.
const MAX_BYTES: usize = 1 << 30;

/// One row that holds anything.
#[derive(Debug, Default)]
pub(super) struct SheetRow {
    pub(super) line: u64,
    pub(super) record: StringRecord,
    /// The columns whose value is a day without a time.
    pub(super) days: Vec<u16>,
    pub(super) fault: Option<Reason>,
}

/// Reads the rows of the sheet that is wanted, in order, and looks at all else.
pub(super) fn read(
    mut file: File,
    wanted: Option<&str>,
    besides: &Besides,
) -> Result<vec::IntoIter<SheetRow>, SheetFault> {
    sheet_guard::check(&mut file)?;
    let io = |error: io::Error| SheetFault::Io(error.to_string());
    file.rewind().map_err(io)?;
    let again = file.try_clone().map_err(io)?;
    // The reader counts without looking whether it fits; where that stops the program, the file is damaged.
    let read = || {
        let rows = read_book(file, wanted, besides)?;
        sheet_parts::look(again, besides)?;
        Ok(rows)
    };
    guarded(read).unwrap_or(Err(SheetFault::Damaged { row: 0 }))
}

fn read_book(
    file: File,
    wanted: Option<&str>,
    besides: &Besides,
) -> Result<vec::IntoIter<SheetRow>, SheetFault> {
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(file))?;
    let name = choose(&book, wanted)?;
    let rows = read_rows(&mut book, &name)?.into_iter();
    look_elsewhere(&mut book, &name, besides)?;
    Ok(rows)
}

/// Looks for identity numbers in the sheets' names and in every sheet but this one.
fn look_elsewhere(book: &mut Xlsx<BufReader<File>>, read: &str, besides: &Besides) -> Result<(), SheetFault> {
    let sheets: Vec<_> = book.sheets_metadata().iter().map(|sheet| (sheet.name.clone(), sheet.typ)).collect();
    let mut text = String::new();
    for (sheet, (name, kind)) in (1..).zip(sheets) {
        // The name stands on no line.
        let look = |line: u64, text: &str| {
            if let Some(sighting) = sighting(text, NaiveDate::MAX) {
                besides.note(Elsewhere { place: Where::Sheet(sheet), line, sighting, repeats: false });
            }
        };
        look(0, &name);
        if name == read || kind != SheetType::WorkSheet {
            continue;
        }
        let mut cells = book.worksheet_cells_reader(&name)?;
        while let Some(cell) = cells.next_cell()? {
            text.clear();
            write_value(cell.get_value(), &mut text);
            look(u64::from(cell.get_position().0) + 1, &text);
        }
    }
    Ok(())
}

fn read_rows(book: &mut Xlsx<BufReader<File>>, name: &str) -> Result<Vec<SheetRow>, SheetFault> {
    let merged = merged_rows(book, name)?;
    let mut cells = book.worksheet_cells_reader(name)?;
    let mut rows: Vec<SheetRow> = Vec::new();
    let mut bytes = 0;
    let mut text = String::new();
    while let Some(cell) = cells.next_cell_with_formula_metadata()? {
        let (row, column) = cell.pos;
        let row = u64::from(row) + 1;
        text.clear();
        let is_day = write_value(&cell.value, &mut text);
        if cell.formula.is_some() && matches!(cell.value, DataRef::Empty) {
            text.push_str(UNCALCULATED);
        }
        if text.is_empty() {
            continue;
        }
        let column = column as usize;
        if column >= MAX_COLUMNS {
            return Err(SheetFault::TooWide { row });
        }
        match rows.last() {
            Some(last) if last.line == row => {}
            Some(last) if last.line > row => return Err(SheetFault::OutOfOrder { row }),
            _ => {
                let is_merged = merged.binary_search_by(|&(from, to)| place(row, from, to)).is_ok();
                // The first row is the header, whose cells may be merged for looks.
                let fault = (is_merged && !rows.is_empty()).then_some(Reason::MergedCells);
                rows.push(SheetRow { line: row, fault, ..SheetRow::default() });
                bytes += size_of::<SheetRow>();
            }
        }
        let Some(last) = rows.last_mut() else { continue };
        if last.record.len() > column {
            return Err(SheetFault::OutOfOrder { row });
        }
        bytes += text.len() + 8 * (column + 1 - last.record.len());
        if bytes > MAX_BYTES {
            return Err(SheetFault::TooLarge);
        }
        while last.record.len() < column {
            last.record.push_field("");
        }
        last.record.push_field(&text);
        if is_day {
            last.days.push(column as u16);
        }
    }
    Ok(rows)
}

/// The name of the sheet that is to be read.
fn choose(book: &Xlsx<BufReader<File>>, wanted: Option<&str>) -> Result<String, SheetFault> {
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let Some(wanted) = wanted else {
        let first = sheets.into_iter().find(|sheet| sheet.visible == SheetVisible::Visible);
        return first.map(|sheet| sheet.name.clone()).ok_or(SheetFault::NoSheet);
    };
    let names: Vec<&str> = sheets.map(|sheet| sheet.name.as_str()).collect();
    if names.contains(&wanted) {
        return Ok(wanted.to_owned());
    }
    let nearest = crate::diagnostic::nearest(wanted, names).map(shown);
    Err(SheetFault::NoSuchSheet { wanted: shown(wanted), nearest })
}

/// Ranges of rows that merged areas touch, in order and apart from each other.
fn merged_rows(book: &mut Xlsx<BufReader<File>>, name: &str) -> Result<Vec<(u64, u64)>, SheetFault> {
    let areas = book.merge_cells_by_sheet_name(name)?;
    let mut ranges: Vec<(u64, u64)> =
        areas.iter().map(|area| (u64::from(area.start.0) + 1, u64::from(area.end.0) + 1)).collect();
    ranges.sort_unstable();
    let mut apart: Vec<(u64, u64)> = Vec::new();
    for (from, to) in ranges {
        match apart.last_mut() {
            Some((_, last)) if from <= *last => *last = to.max(*last),
            _ => apart.push((from, to)),
        }
    }
    Ok(apart)
}

/// Where a range lies beside a row.
fn place(row: u64, from: u64, to: u64) -> std::cmp::Ordering {
    match row {
        _ if row < from => std::cmp::Ordering::Greater,
        _ if row > to => std::cmp::Ordering::Less,
        _ => std::cmp::Ordering::Equal,
    }
}

/// Writes a value as text; whether it is a day without a time.
fn write_value(value: &DataRef<'_>, text: &mut String) -> bool {
    match value {
        DataRef::Empty => {}
        DataRef::String(value) | DataRef::DurationIso(value) => text.push_str(value),
        DataRef::SharedString(value) => text.push_str(value),
        DataRef::Int(value) => text.push_str(&value.to_string()),
        DataRef::Float(value) => text.push_str(&sheet_number::number(*value)),
        DataRef::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        DataRef::Error(error) => text.push_str(&error.to_string()),
        DataRef::DateTimeIso(value) => {
            let day =
                value.split_once('T').filter(|(_, time)| time.bytes().all(|byte| b"0:.".contains(&byte)));
            text.push_str(day.map_or(value.as_str(), |(day, _)| day));
            return true;
        }
        DataRef::DateTime(value) => {
            text.push_str(&sheet_number::date(value));
            return value.is_datetime();
        }
    }
    false
}
