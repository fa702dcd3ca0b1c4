//! Which parameters there are: `catalogue.yaml`, the closed list of names with kind, unit and bounds.

use std::{
    collections::BTreeMap,
    ops::Range,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{Decimal, Figure};
use crate::{
    diagnostic::{
        Code,
        form::Sheet,
        yaml::{Node, Value as Yaml},
    },
    model::{BadWord, Text},
};

/// The words for kinds, as written in the catalogue.
const KINDS: [&str; 6] = ["money", "ratio", "area", "int", "codes", "int_by_class"];

/// What a figure is made of, and so which column it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Yuan: `DECIMAL(14,2)`.
    Money,
    /// A ratio or a multiple of the standard: `DECIMAL(9,4)`.
    Ratio,
    /// Square metres: `DECIMAL(10,2)`.
    Area,
    /// Days, months, units: `INT`.
    Int,
    /// Codes, joined by commas: text.
    Codes,
    /// Whole numbers by class: one `INT` column a class.
    IntByClass(Vec<String>),
}

impl FromStr for Kind {
    type Err = BadWord;
    fn from_str(text: &str) -> Result<Self, BadWord> {
        Ok(match text {
            "money" => Self::Money,
            "ratio" => Self::Ratio,
            "area" => Self::Area,
            "int" => Self::Int,
            "codes" => Self::Codes,
            "int_by_class" => Self::IntByClass(Vec::new()),
            _ => {
                let expected = "money, ratio, area, int, codes, int_by_class";
                return Err(BadWord { found: text.to_owned(), expected });
            }
        })
    }
}

/// One entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, as rules declare it.
    pub name: String,
    /// What it is made of.
    pub kind: Kind,
    /// Its unit, as the rule book writes it.
    pub unit: String,
    /// Other ways to write the unit.
    pub also: Vec<String>,
    /// What it is.
    pub title: Text,
    /// The least value that makes sense.
    pub min: Option<Decimal>,
    /// The greatest value that makes sense.
    pub max: Option<Decimal>,
    /// The catalogue that has the entry.
    pub file: PathBuf,
    /// Where the entry stands in it.
    pub span: Range<usize>,
}

impl Parameter {
    /// Whether a unit as written is this one's; case and spaces do not matter.
    pub fn has_unit(&self, written: &str) -> bool {
        let fold = |unit: &str| unit.to_lowercase().replace([' ', '·', '-'], "").replace('×', "x");
        std::iter::once(&self.unit).chain(&self.also).any(|unit| fold(unit) == fold(written))
    }
}

/// All entries by name.
pub type Catalogue = BTreeMap<String, Parameter>;

/// Reads `catalogue.yaml`.
pub(super) fn load(file: &Path) -> (Sheet, Catalogue) {
    let (mut sheet, node) = Sheet::open(file);
    let mut catalogue = Catalogue::new();
    let fields = node.as_ref().and_then(|node| sheet.fields(node));
    for (key, node) in fields.map(|fields| fields.entries()).unwrap_or_default() {
        let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !key.name.starts_with(|c: char| c.is_ascii_lowercase()) || !key.name.chars().all(name) {
            let (zh, en) = (
                "参数名只用小写字母、数字和下划线：它也是 SQL 的列名",
                "a parameter's name is also a column in SQL: use lower-case letters, digits and _",
            );
            sheet.report(Code::WrongForm, key.span.clone(), zh, en);
            continue;
        }
        if let Some(parameter) = entry(&key.name, &key.span, node, &mut sheet) {
            catalogue.insert(key.name.clone(), parameter);
        }
    }
    (sheet, catalogue)
}

fn entry(name: &str, span: &Range<usize>, node: &Node, sheet: &mut Sheet) -> Option<Parameter> {
    let mut fields = sheet.fields(node)?;
    let kind: Option<Kind> = fields.required("kind", sheet).and_then(|node| sheet.word(node, &KINDS));
    let unit = fields.required("unit", sheet).and_then(|node| sheet.text(node));
    let also = fields.optional("also").map(|node| sheet.items(node)).unwrap_or_default();
    let also: Vec<String> = also.iter().filter_map(|node| sheet.text(node)).map(|text| text.value).collect();
    let title = fields.required("title", sheet).and_then(|node| sheet.both(node));
    let min = fields.optional("min").and_then(|node| bound(node, sheet));
    let max = fields.optional("max").and_then(|node| bound(node, sheet));
    let kind = match kind {
        Some(Kind::IntByClass(_)) => {
            let classes = fields.required("classes", sheet).map(|node| sheet.items(node)).unwrap_or_default();
            Some(Kind::IntByClass(
                classes.iter().filter_map(|node| sheet.text(node)).map(|text| text.value).collect(),
            ))
        }
        kind => kind,
    };
    fields.finish(sheet);
    let (kind, unit, title) = (kind?, unit?.value, title?);
    let (file, span) = (sheet.file.clone(), span.clone());
    Some(Parameter { name: name.to_owned(), kind, unit, also, title, min, max, file, span })
}

fn bound(node: &Node, sheet: &mut Sheet) -> Option<Decimal> {
    let text = sheet.text(node)?;
    let read = text.value.parse().ok();
    if read.is_none() {
        sheet.wrong_form(node, "十进制数", "a decimal number");
    }
    read
}

impl Parameter {
    /// Reads the figure of a YAML value; lists for codes and mappings for classes may be written as such.
    pub fn figure(&self, node: &Node, sheet: &mut Sheet) -> Option<Figure> {
        let scalars = |nodes: &[Node]| -> Vec<String> {
            let text = |node: &Node| match &node.value {
                Yaml::Scalar(text) => text.clone(),
                _ => String::new(),
            };
            nodes.iter().map(text).collect()
        };
        let read = match (&self.kind, &node.value) {
            (Kind::Codes, Yaml::List(items)) => Figure::codes(scalars(items)),
            (Kind::IntByClass(classes), Yaml::Map(entries)) => {
                let named = entries.iter().map(|(key, node)| {
                    (
                        key.name.clone(),
                        scalars(std::slice::from_ref(node)).into_iter().next().unwrap_or_default(),
                    )
                });
                Figure::by_class(classes, named.collect(), entries.len())
            }
            (kind, Yaml::Scalar(text)) => Figure::parse(kind, text),
            (kind, _) => Figure::parse(kind, ""),
        };
        match read {
            Ok(figure) => Some(figure),
            Err(bad) => {
                let written = match &node.value {
                    Yaml::Scalar(text) => text.clone(),
                    Yaml::Null => String::new(),
                    Yaml::List(items) => scalars(items).join(", "),
                    Yaml::Map(entries) => {
                        let keys: Vec<&str> = entries.iter().map(|(key, _)| key.name.as_str()).collect();
                        keys.join(", ")
                    }
                };
                let (zh, en) = (
                    format!("`{}` 的值应为{}，实为 `{written}`", self.name, bad.zh),
                    format!("`{}` takes {}, not `{written}`", self.name, bad.en),
                );
                sheet.report(Code::BadFigure, node.span.clone(), zh, en);
                None
            }
        }
    }
}
