//! `pipelines/<name>.yaml`: which data, which folders, when.

use std::path::{Path, PathBuf};

use super::{Schedule, Timezone, folder};
use crate::{
    diagnostic::{
        Code, Diagnostic,
        form::{At, Sheet},
        join, nearest,
        yaml::{Node, Value},
    },
    model::{DatasetId, Text},
};

/// Which datasets a pipeline uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inputs {
    /// Every dataset that has a contract.
    All,
    /// These.
    Some(Vec<At<DatasetId>>),
}

/// A pipeline as written, with its folders resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// Its name: the file's.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// What it is.
    pub title: Text,
    /// The division of the run: figures without a case of their own are looked up here.
    pub division: At<String>,
    /// Which datasets it uses.
    pub inputs: Inputs,
    /// When it runs.
    pub schedule: Schedule,
    /// In which time zone.
    pub timezone: Timezone,
    /// The folder of dataset contracts.
    pub contracts: PathBuf,
    /// The folder of facts.
    pub facts: PathBuf,
    /// The folder of rules.
    pub rules: PathBuf,
    /// The folder of parameters.
    pub parameters: PathBuf,
    /// The folder of reference tables.
    pub reference: PathBuf,
    /// What was approved to run as live: `approvals.yaml` beside the pipeline, unless it names another.
    pub approvals: PathBuf,
    /// The key epoch that deliveries must carry, if it is fixed.
    pub key_id: Option<String>,
    /// The `allowed_signers` file, if it is fixed.
    pub signers: Option<PathBuf>,
}

/// Finds the file of a pipeline by name or path.
pub(super) fn find(root: &Path, name: &str) -> Result<PathBuf, Box<Diagnostic>> {
    let as_path = Path::new(name);
    if name.ends_with(".yaml") || name.contains(['/', '\\']) {
        let inside = join(root, as_path);
        return Ok(if as_path.is_file() && !inside.is_file() { as_path.to_owned() } else { inside });
    }
    let dir = join(root, "pipelines");
    let file = dir.join(format!("{name}.yaml"));
    if file.is_file() {
        return Ok(file);
    }
    let known: Vec<String> =
        folder::entries(&dir)?.iter().filter_map(|path| folder::stem(path, ".yaml")).collect();
    let (zh, en) = (format!("没有名为 `{name}` 的流程"), format!("there is no pipeline `{name}`"));
    let unknown = Diagnostic::new(Code::UnknownPipeline, &file, zh, en);
    let near = nearest(name, known.iter().map(String::as_str));
    let list = known.join(", ");
    Err(Box::new(match near {
        Some(_) => unknown.did_you_mean(near),
        None => unknown.help(format!("现有流程：{list}"), format!("pipelines here: {list}")),
    }))
}

/// Reads a pipeline file.
pub(super) fn load(file: &Path) -> (Sheet, Option<Pipeline>) {
    let (mut sheet, node) = Sheet::open(file);
    let pipeline = node.and_then(|node| read(&node, &mut sheet));
    (sheet, pipeline)
}

fn read(node: &Node, sheet: &mut Sheet) -> Option<Pipeline> {
    let mut fields = sheet.fields(node)?;
    let base = sheet.file.parent().unwrap_or(Path::new("")).to_owned();
    let name = fields.required("name", sheet).and_then(|node| sheet.text(node));
    let title = fields.required("title", sheet).and_then(|node| sheet.both(node));
    let division = fields.required("division", sheet).and_then(|node| sheet.text(node));
    let inputs = fields.required("inputs", sheet).and_then(|node| inputs(node, sheet));
    let schedule = fields.required("schedule", sheet).and_then(|node| schedule(node, sheet));
    let timezone = fields.required("timezone", sheet).and_then(|node| timezone(node, sheet));
    let mut dir = |key: &'static str, usual: &str, sheet: &mut Sheet| {
        let written = fields.optional(key).and_then(|node| sheet.text(node));
        tidy(&base.join(written.map_or_else(|| usual.to_owned(), |text| text.value)))
    };
    let contracts = dir("contracts", "../schemas", sheet);
    let facts = dir("facts", "facts", sheet);
    let rules = dir("rules", "rules", sheet);
    let parameters = dir("parameters", "parameters", sheet);
    let reference = dir("reference", "reference", sheet);
    let approvals = dir("approvals", "approvals.yaml", sheet);
    let key_id = fields.optional("key_id").and_then(|node| sheet.text(node)).map(|text| text.value);
    let signers = fields.optional("signers").and_then(|node| sheet.text(node));
    let signers = signers.map(|text| tidy(&base.join(text.value)));
    fields.finish(sheet);
    let name = name?;
    let stem = folder::stem(&sheet.file, ".yaml").unwrap_or_default();
    if name.value != stem {
        let (zh, en) = (
            format!("name 是 `{}`，文件名是 `{stem}`", name.value),
            format!("the name is `{}`, the file is `{stem}`", name.value),
        );
        sheet.report(Code::NameNotFile, name.span(), zh, en);
    }
    Some(Pipeline {
        name: name.value,
        file: sheet.file.clone(),
        title: title?,
        division: division?,
        inputs: inputs?,
        schedule: schedule?,
        timezone: timezone?,
        contracts,
        facts,
        rules,
        parameters,
        reference,
        approvals,
        key_id,
        signers,
    })
}

/// `a/pipelines/../schemas` → `a/schemas`: messages name the folder as a person would.
pub(super) fn tidy(path: &Path) -> PathBuf {
    use std::path::Component::{CurDir, Normal, ParentDir};
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match (part, tidy.components().next_back()) {
            (ParentDir, Some(Normal(_))) => {
                tidy.pop();
            }
            (CurDir, Some(_)) => {}
            _ => tidy.push(part),
        }
    }
    tidy
}

fn inputs(node: &Node, sheet: &mut Sheet) -> Option<Inputs> {
    match &node.value {
        Value::Scalar(text) if text == "all" => Some(Inputs::All),
        Value::List(items) => Some(Inputs::Some(
            items.iter().filter_map(|node| super::rule_read::dataset(node, sheet)).collect(),
        )),
        _ => {
            sheet.wrong_form(node, " all 或数据集列表", "`all` or a list of datasets");
            None
        }
    }
}

fn schedule(node: &Node, sheet: &mut Sheet) -> Option<Schedule> {
    let text = sheet.text(node)?;
    match text.value.parse() {
        Ok(schedule) => Some(schedule),
        Err(bad) => {
            let bad: super::BadSchedule = bad;
            let (zh, en) = (format!("`{}` 不是{}", bad.found, bad.expected_zh), bad.to_string());
            sheet.report(Code::BadSchedule, text.span(), zh, en);
            None
        }
    }
}

fn timezone(node: &Node, sheet: &mut Sheet) -> Option<Timezone> {
    let text = sheet.text(node)?;
    let found = Timezone::find(&text.value);
    if found.is_none() {
        let (zh, en) =
            (format!("未知的时区 `{}`", text.value), format!("unknown time zone `{}`", text.value));
        let list = Timezone::NAMES.join(", ");
        let unknown = sheet.diagnostic(Code::UnknownTimezone, text.span(), zh, en);
        let help = (
            format!("可用：{list}，或 +08:00 这样的时差"),
            format!("known: {list}, or an offset such as +08:00"),
        );
        sheet.found.push(unknown.help(help.0, help.1));
    }
    found
}
