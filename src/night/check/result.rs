//! What a rule's SELECT gives: the columns that every rule has, their types, money that is exact, a hit that can be both,
//! and the columns that its reason shows.

use std::{collections::BTreeSet, ops::Range, path::Path};

use arrow::datatypes::DataType;

use super::{Bench, statement::Statement};
use crate::{
    compare::subject_column,
    diagnostic::{Code, Diagnostic, nearest},
    engine::Planned,
    model::SubjectKind,
    project::{Rule, Template, words},
};

/// What a column must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Truth,
    Person,
    Number,
    Text,
}

/// The words that a column `severity` may hold.
const SEVERITIES: [&str; 7] = ["S1", "S2", "S3", "S4", "M1", "M2", "M3"];
/// The words that a column `direction` may hold.
const DIRECTIONS: [&str; 3] = ["ineligible", "missed", "process"];

/// Columns that have a meaning when they are there.
const OPTIONAL: [(&str, Type); 12] = [
    ("no_age", Type::Truth),
    ("no_members", Type::Truth),
    ("no_standard", Type::Truth),
    ("not_authorised", Type::Truth),
    ("monthly_at_risk", Type::Number),
    ("total_so_far", Type::Number),
    ("severity", Type::Text),
    ("direction", Type::Text),
    ("case_id", Type::Text),
    ("household_id", Type::Text),
    ("programme", Type::Text),
    ("person_id", Type::Person),
];

impl Type {
    fn fits(self, found: &DataType) -> bool {
        match self {
            Self::Truth => *found == DataType::Boolean,
            Self::Person => *found == DataType::Int64,
            // A float is reported as such.
            Self::Number => found.is_numeric(),
            Self::Text => matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View),
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Truth => ("真假值", "true or false"),
            Self::Person => ("人员列（person_id）", "a person as the datasets have it"),
            Self::Number => ("精确数（DECIMAL 或整数）", "an exact number, decimal or whole"),
            Self::Text => ("文本", "a text"),
        }
    }
}

/// Whether a type loses fen.
pub(super) fn is_float(found: &DataType) -> bool {
    matches!(found, DataType::Float16 | DataType::Float32 | DataType::Float64)
}

/// Where a column of a statement's result is named: behind its last AS, else where it is first written, else the head.
fn named(sql: &str, column: &str) -> Range<usize> {
    let words = words(sql);
    let behind_as = words.windows(2).rev().find_map(|pair| match pair {
        [first, second] if first.text.eq_ignore_ascii_case("as") && second.text == column => Some(second),
        _ => None,
    });
    let anywhere = || words.iter().find(|word| word.text == column);
    behind_as.or_else(anywhere).or(words.first()).map_or(0..0, |word| word.span.clone())
}

impl Bench<'_> {
    pub(super) fn float(&mut self, file: &Path, sql: &str, column: &str) {
        let (zh, en) = (format!("列 `{column}` 是浮点数"), format!("the column `{column}` is a float"));
        let float = Diagnostic::new(Code::FloatOutput, file, zh, en).at(named(sql, column));
        self.found.push(float.help(
            "用 CAST(… AS DECIMAL(18, 2)) 写成精确小数",
            "make it exact with CAST(… AS DECIMAL(18, 2))",
        ));
    }

    /// Checks the columns of a rule's result.
    pub(super) fn result(&mut self, rule: &Rule, planned: &Planned) {
        let subject = subject_column(rule.subject);
        let subject_type = if rule.subject == SubjectKind::Person { Type::Person } else { Type::Text };
        let columns = planned.columns();
        let names: Vec<&str> = columns.fields().iter().map(|field| field.name().as_str()).collect();
        let mut wanted: Vec<(&str, Type)> = vec![(subject, subject_type), ("hit", Type::Truth)];
        for (name, _) in wanted.iter().filter(|(name, _)| !names.contains(name)) {
            let (zh, en) = (format!("结果中没有 `{name}` 列"), format!("the result has no column `{name}`"));
            let place = Statement::file(&rule.file, &rule.text).span(None, None);
            let missing = Diagnostic::new(Code::BadOutput, &rule.file, zh, en).at(place);
            self.found.push(missing.did_you_mean(nearest(name, names.iter().copied())));
        }
        wanted.extend(OPTIONAL.into_iter().filter(|(name, _)| *name != subject));
        for field in columns.fields() {
            let (name, found) = (field.name(), field.data_type());
            if is_float(found) {
                self.float(&rule.file, &rule.text, name);
            }
            let expected = wanted.iter().find(|(wanted, _)| wanted == name).map(|(_, expected)| *expected);
            if let Some(expected) =
                expected.filter(|expected| !expected.fits(found) && *found != DataType::Null)
            {
                let (zh, en) = expected.words();
                let zh = format!("列 `{name}` 应为{zh}，实为 {found}");
                let en = format!("the column `{name}` must be {en}, not {found}");
                let place = named(&rule.text, name);
                self.found.push(Diagnostic::new(Code::BadOutput, &rule.file, zh, en).at(place));
            }
        }
        self.words(rule, planned);
        self.same_for_all(rule, planned);
        self.templates(rule, &names);
    }

    /// `severity` and `direction`, where they are written out in the SQL.
    fn words(&mut self, rule: &Rule, planned: &Planned) {
        for (column, known) in [("severity", &SEVERITIES[..]), ("direction", &DIRECTIONS[..])] {
            let texts: BTreeSet<String> = planned.literals(column).unwrap_or_default().into_iter().collect();
            for text in texts.iter().filter(|text| !known.contains(&text.as_str())) {
                let list = known.join(", ");
                let (zh, en) = (
                    format!("列 `{column}` 的 `{text}` 不在 {list} 之中"),
                    format!("`{text}` in the column `{column}` is not one of {list}"),
                );
                let quoted = rule.text.rfind(&format!("'{text}'")).map(|at| at..at + text.len() + 2);
                let place = quoted.unwrap_or_else(|| named(&rule.text, column));
                let wrong = Diagnostic::new(Code::BadOutput, &rule.file, zh, en).at(place);
                self.found.push(wrong.did_you_mean(nearest(text, known.iter().copied())));
            }
        }
    }

    fn same_for_all(&mut self, rule: &Rule, planned: &Planned) {
        let (zh, en) = match planned.always("hit") {
            None => return,
            Some(true) => (
                "`hit` 对每一行都为真：没有人会是“无异常”",
                "`hit` is true for every row: nobody can be clear",
            ),
            Some(false) => {
                ("`hit` 对每一行都不为真：永远没有线索", "`hit` is true for no row: there can be no lead")
            }
        };
        let same = Diagnostic::new(Code::SameForAll, &rule.file, zh, en).at(named(&rule.text, "hit"));
        self.found.push(same.help(
            "SELECT 给出全部核对对象，条件写在 hit 里，不要写在 WHERE 里",
            "the SELECT gives everyone it is about: put the condition into `hit`, not into WHERE",
        ));
    }

    /// Every column that the reason shows must be in the result.
    fn templates(&mut self, rule: &Rule, names: &[&str]) {
        for (path, text) in [("reason.zh", &rule.reason.zh), ("reason.en", &rule.reason.en)] {
            // A template that cannot be read was reported when the file was loaded.
            let Ok(template) = Template::parse(text) else { continue };
            for column in template.columns().collect::<BTreeSet<&str>>() {
                let whole = rule.place(path);
                let written = format!("{{{column}}}");
                let inside = rule.text.get(whole.clone()).and_then(|text| text.find(&written));
                let place =
                    inside.map_or(whole.clone(), |at| whole.start + at..whole.start + at + written.len());
                let wrong = |zh: String, en: String| {
                    Diagnostic::new(Code::TemplateColumn, &rule.file, zh, en).at(place)
                };
                if column == "person_id" {
                    let (zh, en) = ("理由中不能写 `{person_id}`", "`{person_id}` is never shown in a reason");
                    let person = wrong(zh.to_owned(), en.to_owned());
                    self.found.push(person.help("清单另有对象一栏", "the list has a column for the subject"));
                } else if !names.contains(&column) {
                    let unknown = wrong(
                        format!("理由中的 `{written}` 不是结果的列"),
                        format!("`{written}` in the reason is not a column of the result"),
                    );
                    self.found.push(unknown.did_you_mean(nearest(column, names.iter().copied())));
                }
            }
        }
    }
}
