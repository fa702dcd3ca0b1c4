//! All values of all parameters, and the one that holds for a division, a hukou kind and a day.

use std::{
    collections::BTreeMap,
    ops::Range,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;

use super::{
    Catalogue, Column, Divisions, Figure, Parameter, catalogue, complaint::twice, values::yaml_files,
};
use crate::{
    diagnostic::{Cell, Checked, Code, Diagnostic, Diagnostics, form::Sheet, nearest},
    model::{Digest, division_stem, lies_in},
};

/// The hukou kinds that a value may be limited to.
pub const HUKOU_KINDS: [&str; 3] = ["urban", "rural", "unified"];

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The bytes.
    pub span: Range<usize>,
    /// The division's bytes, for a complaint about the division.
    pub division: Range<usize>,
    /// The row and column, in a table.
    pub cell: Option<Cell>,
    /// The row and column of the division, in a table.
    pub division_cell: Option<Cell>,
}

/// One dated, scoped value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Where it holds; `000000` is everywhere.
    pub division: String,
    /// For whom it holds; None: any hukou kind.
    pub hukou_kind: Option<String>,
    /// The first day it holds.
    pub from: NaiveDate,
    /// The figure.
    pub figure: Figure,
    /// Where the figure was read.
    pub source: String,
    /// Whether it was read in an official text.
    pub verified: bool,
    /// Where it was written.
    pub place: Place,
}

impl Value {
    /// The value as one line of text, for the digest and for plans that show what changed.
    pub fn line(&self, name: &str, unit: &str) -> String {
        let kind = self.hukou_kind.as_deref().unwrap_or("*");
        let (division, from, figure) = (&self.division, self.from, &self.figure);
        let (source, verified) = (&self.source, self.verified);
        format!("{name}\t{division}\t{kind}\t{from}\t{figure}\t{unit}\t{source}\t{verified}")
    }
}

/// Every parameter with every value.
#[derive(Debug, Clone, Default)]
pub struct ParameterBook {
    pub(super) catalogue: Catalogue,
    pub(super) values: BTreeMap<String, Vec<Value>>,
}

impl ParameterBook {
    /// Reads `catalogue.yaml` and every other `.yaml` of some folders. Each folder adds to those before it; only the first
    /// must have a catalogue.
    pub fn load<P: AsRef<Path>>(dirs: &[P]) -> Checked<Self> {
        let (mut book, mut found) = (Self::default(), Diagnostics::new());
        for (at, dir) in dirs.iter().enumerate() {
            let file = dir.as_ref().join("catalogue.yaml");
            // Where the first catalogue did not read, that is one mistake, not one for every name.
            if at == 0 || (!book.catalogue.is_empty() && file.is_file()) {
                let (sheet, catalogue) = catalogue::load(&file);
                found.append(sheet.found);
                book.add(catalogue, &mut found);
            }
        }
        for file in dirs.iter().flat_map(|dir| yaml_files(dir.as_ref())) {
            let (mut sheet, node) = Sheet::open(&file);
            if let Some(node) = node {
                book.read(&node, &mut sheet);
            }
            found.append(sheet.found);
        }
        found.append(book.duplicates());
        (book, found)
    }

    /// Takes another catalogue's names, which must be new.
    fn add(&mut self, catalogue: Catalogue, found: &mut Diagnostics) {
        for (name, parameter) in catalogue {
            if let Some(first) = self.catalogue.get(&name) {
                let (zh, en) = (
                    format!("参数 `{name}` 已在另一个目录中"),
                    format!("the parameter `{name}` is in another catalogue"),
                );
                let twice = Diagnostic::in_two_folders(&parameter.file, &first.file, zh, en);
                found.push(twice.at(parameter.span.clone()));
            } else {
                self.catalogue.insert(name, parameter);
            }
        }
    }

    /// The value that holds: the division with the longest stem, then an equal hukou kind before any, then the latest.
    pub fn value(
        &self,
        name: &str,
        division: &str,
        hukou_kind: Option<&str>,
        on: NaiveDate,
    ) -> Option<&Value> {
        let holds = |value: &&Value| {
            value.from <= on
                && lies_in(division, &value.division)
                && value.hukou_kind.as_deref().is_none_or(|kind| Some(kind) == hukou_kind)
        };
        let rank =
            |value: &&Value| (division_stem(&value.division).len(), value.hukou_kind.is_some(), value.from);
        self.values.get(name)?.iter().filter(holds).max_by_key(rank)
    }

    /// The catalogue: every name with its kind, unit and bounds.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The columns of a table of figures.
    pub fn columns(&self) -> Vec<Column> {
        Column::all(&self.catalogue)
    }

    /// All values of a name, in the order they were written.
    pub fn values(&self, name: &str) -> &[Value] {
        self.values.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Puts other values in the place of all values of a name, as a table or a unit test does.
    pub fn replace(&mut self, name: &str, values: Vec<Value>) {
        self.values.insert(name.to_owned(), values);
    }

    /// The names without a value that holds in a division on a day, for any hukou kind.
    pub fn gaps(&self, division: &str, on: NaiveDate) -> Vec<&Parameter> {
        let kinds = || std::iter::once(None).chain(HUKOU_KINDS.into_iter().map(Some));
        let holds = |name: &str| kinds().any(|kind| self.value(name, division, kind, on).is_some());
        self.catalogue.values().filter(|parameter| !holds(&parameter.name)).collect()
    }

    /// Reports every name without any value for a division or a part of it, on any day; and, as a warning, the counties that
    /// are left out where others have one: their cases cannot be judged.
    pub fn check_gaps(&self, division: &str, divisions: &Divisions) -> Diagnostics {
        let mut found = Diagnostics::new();
        for (name, parameter) in &self.catalogue {
            let reaches =
                |value: &Value| lies_in(division, &value.division) || lies_in(&value.division, division);
            if !self.values(name).iter().any(reaches) {
                let (zh, en) = (
                    format!("参数 `{name}` 对 {division} 没有任何取值"),
                    format!("the parameter `{name}` has no value for {division}"),
                );
                let gap = Diagnostic::new(Code::ParameterGap, &parameter.file, zh, en);
                found.push(gap.at(parameter.span.clone()));
                continue;
            }
            let has_value =
                |county: &str| self.values(name).iter().any(|value| lies_in(county, &value.division));
            let without: Vec<String> = divisions
                .counties(division)
                .filter(|county| !has_value(&county.code))
                .map(|county| format!("{} {}", county.code, county.name_zh))
                .collect();
            if let Some(first) = self.values(name).iter().find(|value| reaches(value) && !without.is_empty())
            {
                let list = without.join(", ");
                let zh = format!("参数 `{name}` 对这些区县没有取值：{list}");
                let en = format!("the parameter `{name}` has no value for these counties: {list}");
                let place = &first.place;
                let mut gap =
                    Diagnostic::new(Code::ParameterGap, &place.file, zh, en).at(place.division.clone());
                gap.cell = place.division_cell;
                found.push(gap.as_warning());
            }
        }
        found
    }

    /// The digest of everything that decides a figure: names, units, scopes, dates, values, sources.
    pub fn digest(&self) -> Digest {
        let mut lines = Vec::new();
        for (name, parameter) in &self.catalogue {
            let unit = &parameter.unit;
            let mut rows: Vec<String> =
                self.values(name).iter().map(|value| value.line(name, unit)).collect();
            rows.sort();
            lines.append(&mut rows);
        }
        Digest::of_parts(lines.iter().map(String::as_str))
    }

    /// A name that the catalogue does not have.
    pub fn unknown(&self, name: &str, file: &Path) -> Diagnostic {
        let near = nearest(name, self.catalogue.keys().map(String::as_str));
        let (zh, en) = (format!("未知的参数 `{name}`"), format!("unknown parameter `{name}`"));
        let unknown = Diagnostic::new(Code::UnknownParameter, file, zh, en);
        unknown
            .did_you_mean(near)
            .note("参数名以 catalogue.yaml 为准", "the names are those of catalogue.yaml")
    }

    /// Two values for one name, division, hukou kind and day.
    pub(super) fn duplicates(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        for (name, values) in &self.values {
            let mut seen: BTreeMap<_, &Value> = BTreeMap::new();
            for value in values {
                let scope = (division_stem(&value.division), value.hukou_kind.as_deref(), value.from);
                if let Some(first) = seen.insert(scope, value) {
                    found.push(twice(name, first, value));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::Decimal;

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    fn value(division: &str, kind: Option<&str>, from: &str, figure: i128) -> Value {
        let (file, span) = (PathBuf::from("a.yaml"), 0..0);
        Value {
            division: division.into(),
            hukou_kind: kind.map(str::to_owned),
            from: day(from),
            figure: Figure::Ratio(Decimal::whole(figure)),
            source: "s".into(),
            verified: false,
            place: Place { file, division: span.clone(), span, cell: None, division_cell: None },
        }
    }

    fn book(values: Vec<Value>) -> ParameterBook {
        let mut book = ParameterBook::default();
        book.replace("p", values);
        book
    }

    fn figure(book: &ParameterBook, division: &str, kind: Option<&str>, on: &str) -> Option<String> {
        book.value("p", division, kind, day(on)).map(|value| value.figure.to_string())
    }

    #[test]
    fn the_longest_division_wins_then_the_hukou_kind_then_the_latest_date() {
        let book = book(vec![
            value("000000", None, "2020-01-01", 1),
            value("330300", None, "2020-01-01", 2),
            value("330300", Some("rural"), "2019-01-01", 3),
            value("330300", None, "2025-01-01", 4),
            value("330302", None, "2020-01-01", 5),
            value("330302001000", None, "2020-01-01", 6),
        ]);
        let at = |division, kind| figure(&book, division, kind, "2026-03-15").unwrap();
        assert_eq!(at("440100", None), "1", "000000 is everywhere");
        assert_eq!(at("330303001", Some("urban")), "4", "the latest of the city");
        assert_eq!(at("330303001", Some("rural")), "3", "an equal hukou kind before a later date");
        assert_eq!(at("330302005", Some("rural")), "5", "a longer division before the hukou kind");
        assert_eq!(at("330302001007", None), "6");
        assert_eq!(figure(&book, "330303001", None, "2024-12-31").unwrap(), "2");
        assert_eq!(figure(&book, "330303001", None, "2018-12-31"), None);
    }

    #[test]
    fn a_value_for_one_hukou_kind_holds_for_no_other() {
        let book = book(vec![value("330300", Some("rural"), "2020-01-01", 1)]);
        assert_eq!(figure(&book, "330302", Some("urban"), "2026-01-01"), None);
        assert_eq!(figure(&book, "330302", None, "2026-01-01"), None);
        assert_eq!(figure(&book, "330302", Some("rural"), "2026-01-01"), Some("1".into()));
    }

    #[test]
    fn codes_that_differ_only_in_trailing_zeros_are_one_division() {
        let book =
            book(vec![value("330302", None, "2020-01-01", 1), value("330302000", None, "2020-01-01", 2)]);
        let found = book.duplicates();
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::DuplicateValue]);
    }

    #[test]
    fn a_figure_changes_on_its_day_and_not_a_day_before() {
        let city =
            book(vec![value("330300", None, "2024-07-01", 1145), value("330300", None, "2025-07-01", 1190)]);
        for (on, expected) in [
            ("2024-06-30", None),
            ("2024-07-01", Some("1145")),
            ("2025-06-30", Some("1145")),
            ("2025-07-01", Some("1190")),
        ] {
            assert_eq!(figure(&city, "330302001", Some("urban"), on).as_deref(), expected, "{on}");
        }
    }

    #[test]
    fn counties_without_a_value_are_named_where_others_have_one() {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines");
        let (divisions, _) = Divisions::load(&shipped.join("reference/divisions.csv"));
        let (shipped, _) = ParameterBook::load(&[shipped.join("parameters")]);
        let counties: Vec<String> = divisions.counties("330300").map(|county| county.code.clone()).collect();
        let of = |code: &String| value(code, None, "2024-07-01", 1145);
        let gaps = |values: Vec<Value>| {
            let mut book = shipped.clone();
            book.replace("dibao_standard", values);
            let found = book.check_gaps("330300", &divisions);
            found.iter().map(|one| (one.level, one.message.en.clone())).collect::<Vec<_>>()
        };
        assert_eq!(gaps(counties.iter().map(of).collect()), []);
        let but_one = gaps(counties.iter().filter(|code| *code != "330326").map(of).collect());
        assert_eq!(but_one.len(), 1);
        assert_eq!(but_one[0].0, crate::diagnostic::Level::Warning);
        assert!(but_one[0].1.ends_with("for these counties: 330326 平阳县"), "{but_one:?}");
        assert_eq!(gaps(vec![])[0].0, crate::diagnostic::Level::Error);
    }
}
