//! A small table that a person keeps as CSV (UTF-8), with the place of every cell. Not for deliveries.

use std::{ops::Range, path::Path};

use super::{Code, Diagnostic, Diagnostics, nearest};

/// A table read whole.
#[derive(Debug, Clone)]
pub struct Table {
    /// The columns that were asked for and are there, by their position in the file.
    columns: Vec<(&'static str, usize)>,
    /// The records, in file order.
    pub records: Vec<Record>,
}

/// One record.
#[derive(Debug, Clone)]
pub struct Record {
    /// The line in the file where it begins; the header is line 1.
    pub row: usize,
    /// Its bytes in the file, without the line break.
    pub span: Range<usize>,
    fields: Vec<(String, Range<usize>)>,
}

impl Table {
    /// Reads a table. Columns in `required` must be in the header, those in `optional` may be; others are unknown.
    pub fn open(
        file: &Path,
        required: &[&'static str],
        optional: &[&'static str],
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let text = match super::read(file) {
            Ok(text) => text,
            Err(unreadable) => {
                found.push(*unreadable);
                return None;
            }
        };
        let mut records = records(&text).into_iter();
        let Some(header) = records.next() else {
            found.push(Diagnostic::new(
                Code::BadTable,
                file,
                "表为空，没有表头",
                "the table is empty: it has no header",
            ));
            return None;
        };
        let before = found.len();
        let mut columns = Vec::new();
        let known: Vec<&'static str> = required.iter().chain(optional).copied().collect();
        for (at, (written, span)) in header.fields.iter().enumerate() {
            let place = |one: Diagnostic| one.at(span.clone()).in_cell(1, at + 1);
            match known.iter().find(|name| *name == written) {
                Some(name) if columns.iter().any(|(taken, _)| taken == name) => {
                    let (zh, en) =
                        (format!("列 `{name}` 重复"), format!("the column `{name}` is there twice"));
                    found.push(place(Diagnostic::new(Code::BadTable, file, zh, en)));
                }
                Some(name) => columns.push((*name, at)),
                None => {
                    let (zh, en) = (format!("未知的列 `{written}`"), format!("unknown column `{written}`"));
                    let near = nearest(written, known.iter().copied());
                    found.push(place(Diagnostic::new(Code::BadTable, file, zh, en)).did_you_mean(near));
                }
            }
        }
        for name in required.iter().filter(|name| columns.iter().all(|(there, _)| there != *name)) {
            let (zh, en) = (format!("缺少列 `{name}`"), format!("the column `{name}` is missing"));
            found.push(Diagnostic::new(Code::BadTable, file, zh, en).at(header.span.clone()).in_cell(1, 1));
        }
        if found.len() > before {
            return None;
        }
        let width = header.fields.len();
        let mut good = Vec::new();
        for record in records {
            if record.fields.len() == width {
                good.push(record);
            } else {
                let count = record.fields.len();
                let (zh, en) = (
                    format!("有 {count} 个字段，表头为 {width} 列"),
                    format!("{count} fields, the header has {width} columns"),
                );
                found.push(
                    Diagnostic::new(Code::BadTable, file, zh, en)
                        .at(record.span.clone())
                        .in_cell(record.row, 1),
                );
            }
        }
        Some(Self { columns, records: good })
    }

    /// Whether the header has this column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| *name == column)
    }

    /// The text of a cell, trimmed; empty when the column is not in the file.
    pub fn cell<'r>(&self, record: &'r Record, column: &str) -> &'r str {
        self.position(column).and_then(|at| record.fields.get(at)).map_or("", |(text, _)| text.as_str())
    }

    /// A diagnostic about a cell.
    pub fn wrong(
        &self,
        code: Code,
        file: &Path,
        record: &Record,
        column: &str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Diagnostic {
        let at = self.position(column).unwrap_or(0);
        let span = record.fields.get(at).map_or_else(|| record.span.clone(), |(_, span)| span.clone());
        Diagnostic::new(code, file, zh, en).at(span).in_cell(record.row, at + 1)
    }

    fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().find(|(name, _)| *name == column).map(|(_, at)| *at)
    }
}

/// Splits a CSV text into records with places: the `csv` crate gives a record's place, not a field's.
/// Quotes as in RFC 4180; empty lines are left out; any line end.
fn records(text: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut row = 1;
    let rest_of = |at: usize| text.get(at..).unwrap_or_default();
    while at < text.len() {
        let (start, first_row) = (at, row);
        let mut fields = Vec::new();
        loop {
            let (field, span, next) = field(text, at);
            row += text.get(at..next).unwrap_or_default().matches('\n').count();
            fields.push((field, span));
            at = next;
            if !rest_of(at).starts_with(',') {
                break;
            }
            at += 1;
        }
        let end = at;
        let rest = rest_of(at);
        at += if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        row += 1;
        let empty = fields.len() == 1 && fields.first().is_some_and(|(text, _)| text.is_empty());
        if !empty {
            records.push(Record { row: first_row, span: start..end, fields });
        }
    }
    records
}

/// One field from `at`: its trimmed text, its place, and where it ends.
fn field(text: &str, at: usize) -> (String, Range<usize>, usize) {
    let bytes = text.as_bytes();
    let ends = |byte: u8| matches!(byte, b',' | b'\n' | b'\r');
    let mut next = at;
    let mut quoted = bytes.get(at) == Some(&b'"');
    let mut value = Vec::new();
    if quoted {
        next += 1;
        while let Some(byte) = bytes.get(next) {
            next += 1;
            match (byte, bytes.get(next)) {
                (b'"', Some(b'"')) => {
                    value.push(b'"');
                    next += 1;
                }
                (b'"', _) => {
                    quoted = false;
                    break;
                }
                (byte, _) => value.push(*byte),
            }
        }
    }
    // After a closing quote, and for a plain field: up to the next comma or line end.
    while let Some(byte) = bytes.get(next).filter(|byte| quoted || !ends(**byte)) {
        value.push(*byte);
        next += 1;
    }
    (String::from_utf8_lossy(&value).trim().to_owned(), at..next, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> (Option<Table>, Diagnostics) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.csv");
        std::fs::write(&file, text).unwrap();
        let mut found = Diagnostics::new();
        let table = Table::open(&file, &["name", "value"], &["source"], &mut found);
        (table, found)
    }

    #[test]
    fn cells_are_found_by_column_whatever_the_order_and_line_ends() {
        let (table, found) = table("\u{feff}value,name\r\n1,\"a, \"\"b\"\"\"\n\n 2 ,c");
        assert!(found.is_empty(), "{found:?}");
        let table = table.unwrap();
        let cells: Vec<_> =
            table.records.iter().map(|r| (r.row, table.cell(r, "name"), table.cell(r, "value"))).collect();
        assert_eq!(cells, [(2, "a, \"b\"", "1"), (4, "c", "2")]);
        assert_eq!(table.cell(&table.records[0], "source"), "");
    }

    #[test]
    fn a_quoted_line_break_does_not_shift_the_rows_below() {
        let (table, _) = table("name,value\n\"a\nb\",1\nc,2\n");
        assert_eq!(table.unwrap().records.iter().map(|r| r.row).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn header_and_width_mistakes_are_named_with_row_and_column() {
        let (missing, found) = table("name,vallue\na,1\n");
        assert!(missing.is_none());
        let first = found.iter().next().unwrap();
        assert_eq!((first.cell.unwrap().row, first.cell.unwrap().column), (1, 2));
        assert_eq!(first.help.as_ref().unwrap().en, "did you mean `value`?");
        assert_eq!(found.len(), 2);
        let (short, found) = table("name,value\na\nb,2\n");
        assert_eq!(short.unwrap().records.len(), 1);
        assert_eq!(found.iter().next().unwrap().cell.unwrap().row, 2);
        assert!(table("").0.is_none());
    }
}
