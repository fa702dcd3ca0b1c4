//! `standards.csv`, the table of `reference.standards`: a reference folder's own figures.
//!
//! The rows of a name take the place of all values of that name (see the module's decisions).

use std::{collections::BTreeMap, path::Path};

use chrono::NaiveDate;

use super::{
    Figure, HUKOU_KINDS, Parameter, ParameterBook, Place, Value,
    complaint::{bounds, disorder, no_source, wrong_unit},
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Record, Table, nearest};

const REQUIRED: [&str; 4] = ["name", "division", "valid_from", "value"];
const OPTIONAL: [&str; 4] = ["hukou_kind", "unit", "source", "verified"];

impl ParameterBook {
    /// Reads a `standards.csv` over the values of the names that it holds.
    pub fn standards(&mut self, file: &Path) -> Diagnostics {
        let mut found = Diagnostics::new();
        let Some(table) = Table::open(file, &REQUIRED, &OPTIONAL, &mut found) else { return found };
        let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for record in &table.records {
            let name = table.cell(record, "name");
            let Some(parameter) = self.catalogue().get(name) else {
                let mut unknown = self.unknown(name, file);
                let place = table.wrong(Code::UnknownParameter, file, record, "name", "", "");
                (unknown.span, unknown.cell) = (place.span, place.cell);
                found.push(unknown);
                continue;
            };
            // A name whose rows are all bad has no value: the old one must not shine through.
            let values = rows.entry(name.to_owned()).or_default();
            values.extend(Row { table: &table, record, file, parameter }.read(&mut found));
        }
        for (name, values) in rows {
            // Other programs write tables in their own order: worth a look, no reason to stop.
            found.extend(disorder(&values).into_iter().map(Diagnostic::as_warning));
            self.replace(&name, values);
        }
        let twice = self.duplicates().into_iter().filter(|one| one.file == file);
        found.extend(twice);
        found
    }
}

struct Row<'a> {
    table: &'a Table,
    record: &'a Record,
    file: &'a Path,
    parameter: &'a Parameter,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        self.table.cell(self.record, column)
    }

    fn wrong(&self, code: Code, column: &str, zh: String, en: String) -> Diagnostic {
        self.table.wrong(code, self.file, self.record, column, zh, en)
    }

    /// Puts a diagnostic made elsewhere into a cell of this row.
    fn placed(&self, mut diagnostic: Diagnostic, column: &str) -> Diagnostic {
        let place = self.wrong(diagnostic.code, column, String::new(), String::new());
        (diagnostic.span, diagnostic.cell) = (place.span, place.cell);
        diagnostic
    }

    fn read(&self, found: &mut Diagnostics) -> Option<Value> {
        let division = self.cell("division");
        let digits = matches!(division.len(), 6 | 9 | 12) && division.bytes().all(|b| b.is_ascii_digit());
        if !digits {
            let (zh, en) =
                (format!("`{division}` 不是区划代码"), format!("`{division}` is not a division code"));
            let wrong = self.wrong(Code::WrongForm, "division", zh, en);
            found.push(wrong.help("写 6、9 或 12 位数字", "write 6, 9 or 12 digits"));
        }
        let hukou_kind = Some(self.cell("hukou_kind")).filter(|kind| !kind.is_empty() && *kind != "null");
        let known_kind = hukou_kind.is_none_or(|kind| HUKOU_KINDS.contains(&kind));
        if let Some(kind) = hukou_kind.filter(|_| !known_kind) {
            let list = HUKOU_KINDS.join(", ");
            let (zh, en) = (format!("`{kind}` 不在 {list} 之中"), format!("`{kind}` is not one of {list}"));
            let unknown = self.wrong(Code::UnknownWord, "hukou_kind", zh, en);
            found.push(unknown.did_you_mean(nearest(kind, HUKOU_KINDS)));
        }
        let from = self.date(found);
        let figure = self.figure(found);
        let unit = self.cell("unit");
        let unit_fits = unit.is_empty() || self.parameter.has_unit(unit);
        if !unit_fits {
            found.push(self.placed(wrong_unit(self.parameter, unit, self.file), "unit"));
        }
        let verified = match self.cell("verified").to_lowercase().as_str() {
            "true" | "1" | "是" | "yes" => Some(true),
            "false" | "0" | "否" | "no" | "" => Some(false),
            other => {
                let (zh, en) =
                    (format!("`{other}` 应为 true 或 false"), format!("`{other}` is neither true nor false"));
                found.push(self.wrong(Code::WrongForm, "verified", zh, en));
                None
            }
        };
        let source = self.cell("source");
        if source.is_empty() {
            found.push(self.placed(no_source(self.parameter, verified == Some(true), self.file), "source"));
        }
        if !digits || !known_kind || !unit_fits {
            return None;
        }
        let at = |column: &str| self.wrong(Code::BadFigure, column, String::new(), String::new());
        let (value, place) = (at("value"), at("division"));
        let span = value.span.unwrap_or_default();
        let division_span = place.span.unwrap_or_default();
        Some(Value {
            division: division.to_owned(),
            hukou_kind: hukou_kind.map(str::to_owned),
            from: from?,
            figure: figure?,
            source: source.to_owned(),
            verified: verified?,
            place: Place {
                file: self.file.to_owned(),
                span,
                division: division_span,
                cell: value.cell,
                division_cell: place.cell,
            },
        })
    }

    fn date(&self, found: &mut Diagnostics) -> Option<NaiveDate> {
        let written = self.cell("valid_from");
        // `2025/7/1` is what a spreadsheet writes when it saves a date.
        let read = NaiveDate::parse_from_str(&written.replace('/', "-"), "%Y-%m-%d").ok();
        if read.is_none() {
            let (zh, en) = (format!("`{written}` 不是日期"), format!("`{written}` is not a date"));
            found.push(
                self.wrong(Code::WrongForm, "valid_from", zh, en).help("写成 YYYY-MM-DD", "write YYYY-MM-DD"),
            );
        }
        read
    }

    fn figure(&self, found: &mut Diagnostics) -> Option<Figure> {
        let (written, name) = (self.cell("value"), &self.parameter.name);
        match Figure::parse(&self.parameter.kind, written) {
            Ok(figure) => {
                let outside = bounds(self.parameter, &figure, self.file);
                found.extend(outside.map(|one| self.placed(one, "value")));
                Some(figure)
            }
            Err(bad) => {
                let (zh, en) = (
                    format!("`{name}` 的值应为{}，实为 `{written}`", bad.zh),
                    format!("`{name}` takes {}, not `{written}`", bad.en),
                );
                found.push(self.wrong(Code::BadFigure, "value", zh, en));
                None
            }
        }
    }
}
