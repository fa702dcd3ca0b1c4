//! Front matter to [`Rule`]: every field by its form, every mistake reported. What needs other files is in `check`.

use std::{collections::BTreeMap, path::Path};

use super::{Basis, Evidence, Legal, MonthRange, Needs, Rule, Status, folder, front, rule};
use crate::{
    diagnostic::{
        Checked, Code,
        form::{At, Fields, Sheet},
        read,
        yaml::{Node, Value},
    },
    model::{BadDatasetId, DatasetId, Digest, Direction, Severity, SubjectKind, Text},
};

const DIRECTIONS: [&str; 3] = ["ineligible", "missed", "process"];
const SEVERITIES: [&str; 7] = ["S1", "S2", "S3", "S4", "M1", "M2", "M3"];
const SUBJECTS: [&str; 5] = ["person", "household", "case", "dataset", "delivery"];

/// Reads one rule of a group.
pub(super) fn load(file: &Path, group: &str) -> Checked<Option<Rule>> {
    let mut sheet = Sheet::new(file);
    let rule = match read(file) {
        Ok(text) => {
            let front = front::read(&text, true, &mut sheet);
            front.and_then(|node| rule(&node, text, group, &mut sheet))
        }
        Err(unreadable) => {
            sheet.found.push(*unreadable);
            None
        }
    };
    (rule, sheet.found)
}

fn rule(node: &Node, text: String, group: &str, sheet: &mut Sheet) -> Option<rule::Rule> {
    let mut f = sheet.fields(node)?;
    // Read every field before giving up on any, so that one visit mends the whole file.
    let id = f.required("id", sheet).and_then(|node| sheet.text(node));
    let title = f.required("title", sheet).and_then(|node| sheet.both(node));
    let meaning = f.required("meaning", sheet).and_then(|node| sheet.both(node));
    let direction = f.required("direction", sheet).and_then(|n| sheet.word::<Direction>(n, &DIRECTIONS));
    let severity = f.required("severity", sheet).and_then(|n| sheet.word::<Severity>(n, &SEVERITIES));
    let subject = f.required("subject", sheet).and_then(|n| sheet.word::<SubjectKind>(n, &SUBJECTS));
    let basis = f.required("basis", sheet).and_then(|n| sheet.word::<Basis>(n, Basis::WORDS));
    let population = f.required("population", sheet).map(|node| datasets(node, sheet));
    let needs = f.required("needs", sheet).and_then(|node| needs(node, sheet));
    let grace = f.optional("grace").map_or(Some(false), |node| sheet.truth(node));
    let unit = f.optional("unit").and_then(|node| sheet.both(node));
    let never_alone = f.optional("never_alone").map_or(Some(false), |node| sheet.truth(node));
    let parameters = f.required("parameters", sheet).map(|node| texts(node, sheet));
    let legal = list(&mut f, "legal", sheet, legal);
    let innocent = list(&mut f, "innocent", sheet, |node, sheet| sheet.both(node));
    let action = f.required("action", sheet).and_then(|node| sheet.both(node));
    let clears = f.required("clears", sheet).and_then(|node| sheet.both(node));
    let reason = f.required("reason", sheet).and_then(|node| sheet.both(node));
    let owner = f.required("owner", sheet).and_then(|node| sheet.text(node));
    let status = f.required("status", sheet).and_then(|n| sheet.word::<Status>(n, Status::WORDS));
    let evidence = list(&mut f, "evidence", sheet, evidence);
    f.finish(sheet);
    if let Some(id) = &id {
        same_as_file(id, sheet);
    }
    Some(Rule {
        id: id?.value,
        file: sheet.file.clone(),
        digest: Digest::of(text.as_bytes()),
        text,
        group: group.to_owned(),
        title: title?,
        meaning: meaning?,
        direction: direction?,
        severity: severity?,
        subject: subject?,
        basis: basis?,
        population: population?,
        needs: needs?,
        grace: grace?,
        parameters: parameters?,
        legal,
        innocent,
        action: action?,
        clears: clears?,
        reason: reason?,
        unit,
        never_alone: never_alone?,
        owner: owner?.value,
        status: status?,
        evidence,
        places: node.outline(),
    })
}

fn same_as_file(id: &At<String>, sheet: &mut Sheet) {
    let stem = folder::stem(&sheet.file, ".sql").unwrap_or_default();
    if id.value != stem {
        let (zh, en) = (
            format!("id 是 `{}`，文件名是 `{stem}`", id.value),
            format!("the id is `{}`, the file is `{stem}`", id.value),
        );
        sheet.report(Code::NameNotFile, id.span(), zh, en);
    }
}

/// The items of a list that may be missing; `check` says where it must not be empty.
fn list<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    sheet: &mut Sheet,
    each: impl Fn(&Node, &mut Sheet) -> Option<T>,
) -> Vec<T> {
    let items = fields.optional(name).map(|node| sheet.items(node)).unwrap_or_default();
    items.iter().filter_map(|node| each(node, sheet)).collect()
}

/// A list of texts.
fn texts(node: &Node, sheet: &mut Sheet) -> Vec<String> {
    sheet.items(node).iter().filter_map(|node| sheet.text(node)).map(|text| text.value).collect()
}

/// `agency.dataset`, not yet looked up.
pub(super) fn dataset(node: &Node, sheet: &mut Sheet) -> Option<At<DatasetId>> {
    let text = sheet.text(node)?;
    match text.value.parse::<DatasetId>() {
        Ok(id) => Some(At::new(id, &text.span())),
        Err(bad) => {
            let BadDatasetId(written) = &bad;
            let zh = format!("`{written}` 不是数据集名；写成 agency.dataset");
            sheet.report(Code::WrongForm, text.span(), zh, bad.to_string());
            None
        }
    }
}

fn datasets(node: &Node, sheet: &mut Sheet) -> Vec<DatasetId> {
    sheet.items(node).iter().filter_map(|node| dataset(node, sheet)).map(|at| at.value).collect()
}

fn needs(node: &Node, sheet: &mut Sheet) -> Option<Needs> {
    let mut fields = sheet.fields(node)?;
    let present = fields.required("present", sheet).map(|node| datasets(node, sheet)).unwrap_or_default();
    let absent = fields.optional("absent").map(|node| datasets(node, sheet)).unwrap_or_default();
    let mut months = BTreeMap::new();
    if let Some(entries) = fields.optional("months").and_then(|node| sheet.fields(node)) {
        for (key, node) in entries.entries() {
            let name = Node { value: Value::Scalar(key.name.clone()), span: key.span.clone() };
            if let (Some(id), Some(range)) = (dataset(&name, sheet), month_range(node, sheet)) {
                months.insert(id.value, range);
            }
        }
    }
    fields.finish(sheet);
    Some(Needs { present, absent, months })
}

/// `M-12..M-1`.
pub(super) fn month_range(node: &Node, sheet: &mut Sheet) -> Option<MonthRange> {
    let read = sheet.text(node)?.value.parse().ok();
    if read.is_none() {
        sheet.wrong_form(node, "月份范围（M-12..M-1）", "a range of months (M-12..M-1)");
    }
    read
}

fn legal(node: &Node, sheet: &mut Sheet) -> Option<Legal> {
    let mut fields = sheet.fields(node)?;
    let mut one = |name: &'static str, sheet: &mut Sheet| match fields.optional(name).map(|node| &node.value)
    {
        Some(Value::Scalar(text)) if !text.trim().is_empty() => Some(text.trim_end().to_owned()),
        _ => {
            let (zh, en) =
                (format!("法律依据缺少 `{name}`"), format!("`{name}` of the legal basis is missing"));
            let code = if name == "source" { Code::NoLegalSource } else { Code::MissingLanguage };
            sheet.report(code, node.span.clone(), zh, en);
            None
        }
    };
    let (zh, en, source) = (one("zh", sheet), one("en", sheet), one("source", sheet));
    fields.finish(sheet);
    Some(Legal { text: Text { zh: zh?, en: en? }, source: source? })
}

fn evidence(node: &Node, sheet: &mut Sheet) -> Option<Evidence> {
    let mut fields = sheet.fields(node)?;
    let dataset = fields.required("dataset", sheet).and_then(|node| dataset(node, sheet));
    let from = fields.required("from", sheet).and_then(|node| sheet.text(node));
    let where_ = fields.optional("where").and_then(|node| sheet.text(node)).map(|text| text.value);
    let kept = fields.required("fields", sheet).map(|node| texts(node, sheet));
    fields.finish(sheet);
    Some(Evidence { dataset: dataset?.value, from: from?.value, where_, fields: kept? })
}
