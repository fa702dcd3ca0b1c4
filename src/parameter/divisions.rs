//! Administrative divisions with their history: which codes exist, and which existed on a day.
//!
//! Townships come from the data; the table that is kept by hand holds provinces, prefectures and counties.

use std::{collections::BTreeMap, path::Path, str::FromStr};

use chrono::NaiveDate;

use super::ParameterBook;
use crate::{
    diagnostic::{Checked, Code, Diagnostic, Diagnostics, Record, Table, nearest},
    model::{BadWord, lies_in},
};

/// The level of a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DivisionLevel {
    /// 省
    Province,
    /// 市
    Prefecture,
    /// 县、区、县级市
    County,
    /// 乡、镇、街道
    Township,
}

impl DivisionLevel {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Prefecture => "prefecture",
            Self::County => "county",
            Self::Township => "township",
        }
    }
}

impl FromStr for DivisionLevel {
    type Err = BadWord;
    fn from_str(text: &str) -> Result<Self, BadWord> {
        let all = [Self::Province, Self::Prefecture, Self::County, Self::Township];
        let expected = "province, prefecture, county, township";
        let found = all.into_iter().find(|level| level.as_str() == text);
        found.ok_or_else(|| BadWord { found: text.to_owned(), expected })
    }
}

/// One row of `reference.divisions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// The code, 6 digits (9 for a township).
    pub code: String,
    /// Its name.
    pub name_zh: String,
    /// Its level.
    pub level: DivisionLevel,
    /// The division above; None for a province.
    pub parent_code: Option<String>,
    /// The first day; None: before the table begins.
    pub valid_from: Option<NaiveDate>,
    /// The first day on which it is no more; None: still there.
    pub valid_to: Option<NaiveDate>,
    /// What took its place.
    pub successor_code: Option<String>,
}

impl Division {
    /// Whether it exists on a day.
    pub fn exists_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day < to)
    }
}

/// The table, by code.
#[derive(Debug, Clone, Default)]
pub struct Divisions {
    rows: BTreeMap<String, Vec<Division>>,
}

const COLUMNS: [&str; 7] =
    ["code", "name_zh", "level", "parent_code", "valid_from", "valid_to", "successor_code"];

impl Divisions {
    /// Reads `divisions.csv`.
    pub fn load(file: &Path) -> Checked<Self> {
        let mut found = Diagnostics::new();
        let mut divisions = Self::default();
        let Some(table) = Table::open(file, &COLUMNS, &[], &mut found) else { return (divisions, found) };
        for record in &table.records {
            if let Some(division) = read(&table, record, file, &mut found) {
                divisions.rows.entry(division.code.clone()).or_default().push(division);
            }
        }
        for record in &table.records {
            divisions.check_row(&table, record, file, &mut found);
        }
        (divisions, found)
    }

    /// All rows, by code and date.
    pub fn iter(&self) -> impl Iterator<Item = &Division> {
        self.rows.values().flatten()
    }

    /// The row of a code on a day.
    pub fn on(&self, code: &str, day: NaiveDate) -> Option<&Division> {
        self.rows.get(code)?.iter().find(|division| division.exists_on(day))
    }

    /// The name of the county, prefecture or province that a code of any length belongs to on a day.
    pub fn name(&self, code: &str, day: NaiveDate) -> Option<&str> {
        let county = code.get(..6)?;
        self.on(code, day).or_else(|| self.on(county, day)).map(|division| division.name_zh.as_str())
    }

    /// What is wrong with a code that a person wrote, on a day or on any: codes of counties and above only, and only
    /// where the table lists their neighbours; `000000` is the whole country.
    pub fn complaint(&self, code: &str, day: Option<NaiveDate>, file: &Path) -> Option<Diagnostic> {
        let digits = matches!(code.len(), 6 | 9 | 12) && code.bytes().all(|b| b.is_ascii_digit());
        let county = code.get(..6).unwrap_or(code);
        if county == "000000" || (digits && !self.covers(county)) {
            return None;
        }
        let Some(rows) = self.rows.get(county).filter(|_| digits) else {
            let (zh, en) = (format!("没有区划 `{code}`"), format!("there is no division `{code}`"));
            let unknown = Diagnostic::new(Code::UnknownDivision, file, zh, en);
            return Some(unknown.did_you_mean(nearest(code, self.rows.keys().map(String::as_str))));
        };
        let day = day?;
        if rows.iter().any(|division| division.exists_on(day)) {
            return None;
        }
        let row = rows.first()?;
        let name = &row.name_zh;
        let (zh, en) = (
            format!("区划 `{county}`（{name}）在 {day} 不存在"),
            format!("the division `{county}` ({name}) does not exist on {day}"),
        );
        let gone = Diagnostic::new(Code::DivisionNotInForce, file, zh, en);
        Some(match (&row.successor_code, row.valid_from) {
            (Some(successor), _) if row.valid_to.is_some_and(|to| to <= day) => {
                gone.help(format!("已由 `{successor}` 取代"), format!("it was followed by `{successor}`"))
            }
            (_, Some(from)) => gone.note(format!("设立于 {from}"), format!("it was set up on {from}")),
            _ => gone,
        })
    }

    /// What is said about a division that was dissolved and not set up again.
    pub fn dissolved(&self, code: &str, file: &Path) -> Option<Diagnostic> {
        let last = self.rows.get(code.get(..6)?)?.last()?;
        let on = last.valid_to?;
        let name = &last.name_zh;
        let (zh, en) = (
            format!("区划 `{code}`（{name}）自 {on} 起已不存在"),
            format!("the division `{code}` ({name}) does not exist any more from {on}"),
        );
        let gone = Diagnostic::new(Code::DivisionNotInForce, file, zh, en);
        Some(match &last.successor_code {
            Some(next) => gone.help(format!("已由 `{next}` 取代"), format!("it was followed by `{next}`")),
            None => gone,
        })
    }

    /// The counties in force today that lie in a division, by code: those that the table does not end.
    pub(super) fn counties(&self, division: &str) -> impl Iterator<Item = &Division> {
        let is_county = |row: &&Division| row.level == DivisionLevel::County && row.valid_to.is_none();
        self.iter().filter(is_county).filter(move |row| lies_in(&row.code, division))
    }

    /// Whether the table lists the neighbours of a county, prefecture or province code.
    fn covers(&self, county: &str) -> bool {
        let group = match (county.get(2..4), county.get(4..)) {
            // One province in the table does not mean that it lists them all.
            (Some("00"), Some("00")) => return self.rows.contains_key(county),
            (_, Some("00")) => county.get(..2).unwrap_or_default(),
            _ => county.get(..4).unwrap_or_default(),
        };
        let below = |code: &String| {
            code.starts_with(group)
                && code.len() == 6
                && crate::model::division_stem(code).len() == group.len() + 2
        };
        self.rows.keys().any(below)
    }

    fn check_row(&self, table: &Table, record: &Record, file: &Path, found: &mut Diagnostics) {
        for column in ["parent_code", "successor_code"] {
            let code = table.cell(record, column);
            if !code.is_empty() && !self.rows.contains_key(code) {
                let (zh, en) = (format!("`{code}` 不在本表中"), format!("`{code}` is not in this table"));
                found.push(table.wrong(Code::BadDivision, file, record, column, zh, en));
            }
        }
        let code = table.cell(record, "code");
        let rows = self.rows.get(code).map(Vec::as_slice).unwrap_or_default();
        let overlap = rows.windows(2).any(|pair| match pair {
            [first, second] => first.valid_to.is_none() || first.valid_to > second.valid_from,
            _ => false,
        });
        if overlap {
            let (zh, en) = (
                format!("`{code}` 的有效期重叠，或未按日期排列"),
                format!("the periods of `{code}` overlap or are not in order"),
            );
            found.push(table.wrong(Code::BadDivision, file, record, "code", zh, en));
        }
    }
}

fn read(table: &Table, record: &Record, file: &Path, found: &mut Diagnostics) -> Option<Division> {
    let cell =
        |column: &str| Some(table.cell(record, column)).filter(|text| !text.is_empty()).map(str::to_owned);
    let mut wrong = |column: &str, zh: String, en: String| {
        found.push(table.wrong(Code::BadDivision, file, record, column, zh, en));
    };
    let code = table.cell(record, "code").to_owned();
    if !matches!(code.len(), 6 | 9) || !code.bytes().all(|b| b.is_ascii_digit()) {
        wrong("code", format!("`{code}` 不是区划代码"), format!("`{code}` is not a division code"));
        return None;
    }
    let written = table.cell(record, "level");
    let level = match written.parse::<DivisionLevel>() {
        Ok(level) => Some(level),
        Err(bad) => {
            wrong("level", format!("`{written}` 不在 {} 之中", bad.expected), bad.to_string());
            None
        }
    };
    let mut date = |column: &str| match cell(column) {
        None => Some(None),
        Some(text) => match NaiveDate::parse_from_str(&text, "%Y-%m-%d") {
            Ok(day) => Some(Some(day)),
            Err(_) => {
                wrong(
                    column,
                    format!("`{text}` 不是日期（YYYY-MM-DD）"),
                    format!("`{text}` is not a date (YYYY-MM-DD)"),
                );
                None
            }
        },
    };
    let (valid_from, valid_to) = (date("valid_from"), date("valid_to"));
    Some(Division {
        name_zh: table.cell(record, "name_zh").to_owned(),
        level: level?,
        parent_code: cell("parent_code"),
        valid_from: valid_from?,
        valid_to: valid_to?,
        successor_code: cell("successor_code"),
        code,
    })
}

impl ParameterBook {
    /// Reports every value for a division that does not exist on the value's first day.
    pub fn check_divisions(&self, divisions: &Divisions) -> Diagnostics {
        let mut found = Diagnostics::new();
        for value in self.catalogue().keys().flat_map(|name| self.values(name)) {
            let place = &value.place;
            if let Some(mut wrong) = divisions.complaint(&value.division, Some(value.from), &place.file) {
                wrong.span = Some(place.division.clone());
                wrong.cell = place.division_cell;
                found.push(wrong);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Divisions {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/reference/divisions.csv");
        let (divisions, found) = Divisions::load(&file);
        assert!(found.is_empty(), "{found:?}");
        divisions
    }

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    fn code(divisions: &Divisions, written: &str, on: &str) -> Option<Code> {
        divisions.complaint(written, Some(day(on)), Path::new("a.yaml")).map(|one| one.code)
    }

    #[test]
    fn a_county_is_named_as_it_was_called_on_the_day() {
        let divisions = shipped();
        assert_eq!(divisions.name("330305001", day("2026-03-15")), Some("洞头区"));
        assert_eq!(divisions.name("330322101", day("2015-07-22")), Some("洞头县"));
        assert_eq!(divisions.name("330322101", day("2015-07-23")), None);
        assert_eq!(divisions.iter().filter(|one| one.exists_on(day("2026-03-15"))).count(), 24);
    }

    #[test]
    fn only_codes_that_the_table_could_know_are_complained_about() {
        let divisions = shipped();
        for good in ["000000", "330000", "330300", "330302", "330302001", "330483", "440106", "440000"] {
            assert_eq!(code(&divisions, good, "2026-03-15"), None, "{good}");
        }
        for bad in ["330301", "331200", "3303", "33030X", ""] {
            assert_eq!(code(&divisions, bad, "2026-03-15"), Some(Code::UnknownDivision), "{bad}");
        }
        assert_eq!(code(&divisions, "330383", "2019-08-15"), Some(Code::DivisionNotInForce));
        assert_eq!(code(&divisions, "330322", "2024-01-01"), Some(Code::DivisionNotInForce));
    }
}
