//! The rows that a unit test gives: written values over defaults, typed by the contract.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    TestRow, TestValue,
    known::{Known, unknown_column},
    rule_read::dataset,
};
use crate::{
    contract::{Column, Contract, Kind},
    diagnostic::{
        Checked, Code,
        form::{At, Fields, Sheet},
        yaml::{Node, Value},
    },
    model::DatasetId,
};

/// Written values by column position, per dataset.
pub(super) type Defaults = BTreeMap<DatasetId, BTreeMap<usize, Node>>;

/// Reads rows of the datasets that are known, completing them from defaults.
#[derive(Debug, Clone)]
pub(super) struct Rows<'a> {
    pub(super) known: Known<'a>,
    pub(super) defaults: Defaults,
    /// The columns that the test file's own defaults say, not those that every file shares.
    pub(super) own: BTreeMap<DatasetId, BTreeSet<usize>>,
}

/// Reads `rules/defaults.yaml`: the values that the rows of every test take for columns they do not write.
pub(super) fn shared_defaults(file: &Path, known: Known<'_>) -> Checked<Defaults> {
    let (mut sheet, node) = Sheet::open(file);
    let mut rows = Rows { known, defaults: Defaults::new(), own: BTreeMap::new() };
    if let Some(node) = node {
        rows.add_defaults(&node, &mut sheet);
    }
    (rows.defaults, sheet.found)
}

impl Rows<'_> {
    /// Takes defaults over those that are there already.
    pub(super) fn add_defaults(&mut self, node: &Node, sheet: &mut Sheet) {
        let Some(fields) = sheet.fields(node) else { return };
        for (id, node) in self.by_dataset(&fields, sheet) {
            let Some(contract) = self.known.contracts.get(&id) else { continue };
            for (position, node) in columns(contract, node, sheet) {
                // A default is checked like a value, so that a mistake is reported here and not at every row.
                let column = contract.columns.get(position);
                if column.is_some_and(|column| cell(column, node, 1, sheet).is_some()) {
                    self.defaults.entry(id.clone()).or_default().insert(position, node.clone());
                    self.own.entry(id.clone()).or_default().insert(position);
                }
            }
        }
    }

    /// The rows of each dataset under `given`.
    pub(super) fn given(&self, node: &Node, sheet: &mut Sheet) -> Option<BTreeMap<DatasetId, Vec<TestRow>>> {
        let fields = sheet.fields(node)?;
        let mut given = BTreeMap::new();
        for (id, node) in self.by_dataset(&fields, sheet) {
            let Some(contract) = self.known.contracts.get(&id) else { continue };
            let items = sheet.items(node).iter().enumerate();
            let rows = items.filter_map(|(at, node)| self.row(contract, node, at + 1, sheet)).collect();
            given.insert(id, rows);
        }
        Some(given)
    }

    /// The division codes that rows write themselves, each with its place.
    pub(super) fn divisions(&self, given: &Node) -> Vec<At<String>> {
        let map = |node: &Node| match &node.value {
            Value::Map(entries) => entries.clone(),
            _ => Vec::new(),
        };
        let mut codes = Vec::new();
        for (key, rows) in map(given) {
            let Some(contract) =
                key.name.parse().ok().and_then(|id: DatasetId| self.known.contracts.get(&id))
            else {
                continue;
            };
            let Value::List(rows) = &rows.value else { continue };
            for (column, node) in rows.iter().flat_map(map) {
                let kind =
                    contract.column(&column.name).and_then(|at| contract.columns.get(at)).map(|one| one.kind);
                if let (Some(Kind::Division), Value::Scalar(code)) = (kind, &node.value) {
                    codes.push(At::new(code.clone(), &node.span));
                }
            }
        }
        codes
    }

    /// The entries of a mapping whose keys are datasets.
    pub(super) fn by_dataset<'n>(
        &self,
        fields: &Fields<'n>,
        sheet: &mut Sheet,
    ) -> Vec<(DatasetId, &'n Node)> {
        let mut entries = Vec::new();
        for (key, node) in fields.entries() {
            let name = Node { value: Value::Scalar(key.name.clone()), span: key.span.clone() };
            let Some(id) = dataset(&name, sheet) else { continue };
            match self.known.unknown_dataset(&id.value, &sheet.file, id.span()) {
                Some(unknown) => sheet.found.push(unknown),
                None => entries.push((id.value, node)),
            }
        }
        entries
    }

    fn row(&self, contract: &Contract, node: &Node, number: usize, sheet: &mut Sheet) -> Option<TestRow> {
        let written: BTreeMap<usize, &Node> = columns(contract, node, sheet).into_iter().collect();
        let defaults = self.defaults.get(&contract.id);
        let (mut values, mut missing) = (Vec::new(), Vec::new());
        for (position, column) in contract.columns.iter().enumerate() {
            let node = written.get(&position).copied().or_else(|| defaults?.get(&position));
            let value = node.map_or(Some(TestValue::Null), |node| cell(column, node, number, sheet));
            if column.required && value == Some(TestValue::Null) {
                missing.push(column.name.as_str());
            }
            values.push(value);
        }
        if !missing.is_empty() {
            let list = missing.join(", ");
            let (zh, en) =
                (format!("缺少必填列 {list}"), format!("the required columns {list} have no value"));
            let incomplete = sheet.diagnostic(Code::GivenIncomplete, node.span.clone(), zh, en);
            sheet.found.push(
                incomplete
                    .help("写在这一行，或写在 defaults 中", "write them in the row or under `defaults`"),
            );
        }
        let values: Option<Vec<TestValue>> = values.into_iter().collect();
        let written = written.into_keys().chain(self.own.get(&contract.id).into_iter().flatten().copied());
        Some(TestRow { values: values?, written: written.collect(), place: node.span.clone() })
    }
}

/// The people of a test, numbered from 1 in the order of their names.
pub(super) fn people(given: &BTreeMap<DatasetId, Vec<TestRow>>) -> BTreeMap<String, i64> {
    let values = given.values().flatten().flat_map(|row| &row.values);
    let names: BTreeSet<&String> = values
        .filter_map(|value| match value {
            TestValue::Person(name) => Some(name),
            _ => None,
        })
        .collect();
    names.into_iter().cloned().zip(1..).collect()
}

/// The entries of a row, by column position.
fn columns<'n>(contract: &Contract, node: &'n Node, sheet: &mut Sheet) -> Vec<(usize, &'n Node)> {
    let mut entries = Vec::new();
    for (key, node) in sheet.fields(node).map(|fields| fields.entries()).unwrap_or_default() {
        match contract.column(&key.name) {
            Some(position) => entries.push((position, node)),
            None => {
                let unknown = unknown_column(contract, &key.name, &sheet.file, key.span.clone());
                sheet.found.extend(unknown);
            }
        }
    }
    entries
}

/// Reads one cell; `{n}` in a text stands for the number of the row.
fn cell(column: &Column, node: &Node, row: usize, sheet: &mut Sheet) -> Option<TestValue> {
    let text = match &node.value {
        Value::Null => return Some(TestValue::Null),
        Value::Scalar(text) => text.replace("{n}", &row.to_string()),
        _ => {
            sheet.wrong_form(node, "单个值", "a single value");
            return None;
        }
    };
    match TestValue::parse(column, &text) {
        Ok(value) => Some(value),
        Err((zh, en)) => {
            let name = &column.name;
            let (zh, en) =
                (format!("`{name}` 应为{zh}，实为 `{text}`"), format!("`{name}` takes {en}, not `{text}`"));
            sheet.report(Code::BadGivenValue, node.span.clone(), zh, en);
            None
        }
    }
}
