//! `pipelines/<name>.yaml`: which data, which folders, when.

use std::path::{Path, PathBuf};

use super::{Schedule, Timezone, folder};
use crate::{
    diagnostic::{
        Checked, Code, Diagnostic, Diagnostics,
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
    /// The folders of dataset contracts. Of these and the next three, a folder adds to those before it.
    pub contracts: Vec<PathBuf>,
    /// The folders of facts.
    pub facts: Vec<PathBuf>,
    /// The folders of rules.
    pub rules: Vec<PathBuf>,
    /// The folders of parameters.
    pub parameters: Vec<PathBuf>,
    /// The folder of reference tables.
    pub reference: PathBuf,
    /// What was approved to run as live: `approvals.yaml` beside the pipeline, unless it names another.
    pub approvals: PathBuf,
    /// The key epoch that deliveries must carry, if it is fixed.
    pub key_id: Option<String>,
    /// The `allowed_signers` file, if it is fixed.
    pub signers: Option<PathBuf>,
}

impl Pipeline {
    /// Reads a pipeline's own file by name or path, and nothing that it names.
    pub fn open(root: &Path, name: &str) -> Checked<Option<Self>> {
        match find(root, name) {
            Ok(file) => {
                let (sheet, pipeline) = load(&file);
                (pipeline, sheet.found)
            }
            Err(unknown) => {
                let mut found = Diagnostics::new();
                found.push(*unknown);
                (None, found)
            }
        }
    }
}

/// Finds the file of a pipeline by name or path.
fn find(root: &Path, name: &str) -> Result<PathBuf, Box<Diagnostic>> {
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

/// Reads a pipeline file. What does not read is reported and has a stand-in; None when the file or one of the folders that
/// it names is not there.
fn load(file: &Path) -> (Sheet, Option<Pipeline>) {
    let (mut sheet, node) = Sheet::open(file);
    let pipeline = match node {
        Some(node) => read(&node, &mut sheet),
        // It is no YAML: the folders may still be where they usually are.
        None if file.is_file() => {
            let nothing = Node { value: Value::Null, span: 0..0 };
            let mut aside = Sheet::new(file);
            read(&nothing, &mut aside)
        }
        None => None,
    };
    (sheet, pipeline)
}

fn read(node: &Node, sheet: &mut Sheet) -> Option<Pipeline> {
    let nothing = Node { value: Value::Null, span: node.span.clone() };
    let mut fields = match sheet.fields(node) {
        Some(fields) => fields,
        None => return read(&nothing, &mut Sheet::new(&sheet.file.clone())),
    };
    let base = sheet.file.parent().unwrap_or(Path::new("")).to_owned();
    let name = fields.required("name", sheet).and_then(|node| sheet.text(node));
    let title = fields.required("title", sheet).and_then(|node| sheet.both(node));
    let division = fields.required("division", sheet).and_then(|node| sheet.text(node));
    let inputs = fields.required("inputs", sheet).and_then(|node| inputs(node, sheet));
    let schedule = fields.required("schedule", sheet).and_then(|node| schedule(node, sheet));
    let timezone = fields.required("timezone", sheet).and_then(|node| timezone(node, sheet));
    let mut dirs = |key: &'static str, usual: &str, sheet: &mut Sheet| match fields.optional(key) {
        Some(node) => folders(node, &base, sheet),
        None => Some(vec![tidy(&base.join(usual))]),
    };
    let contracts = dirs("contracts", "../schemas", sheet);
    let facts = dirs("facts", "facts", sheet);
    let rules = dirs("rules", "rules", sheet);
    let parameters = dirs("parameters", "parameters", sheet);
    let reference = fields.optional("reference").and_then(|node| sheet.text(node));
    let reference = tidy(&base.join(reference.map_or_else(|| "reference".to_owned(), |text| text.value)));
    let approvals = fields.optional("approvals").and_then(|node| sheet.text(node));
    let approvals =
        tidy(&base.join(approvals.map_or_else(|| "approvals.yaml".to_owned(), |text| text.value)));
    let key_id = fields.optional("key_id").and_then(|node| sheet.text(node)).map(|text| text.value);
    let signers = fields.optional("signers").and_then(|node| sheet.text(node));
    let signers = signers.map(|text| tidy(&base.join(text.value)));
    fields.finish(sheet);
    let stem = folder::stem(&sheet.file, ".yaml").unwrap_or_default();
    if let Some(name) = name.filter(|name| name.value != stem) {
        let (zh, en) = (
            format!("name 是 `{}`，文件名是 `{stem}`", name.value),
            format!("the name is `{}`, the file is `{stem}`", name.value),
        );
        sheet.report(Code::NameNotFile, name.span(), zh, en);
    }
    Some(Pipeline {
        name: stem,
        file: sheet.file.clone(),
        title: title.unwrap_or_default(),
        division: division.unwrap_or_else(|| At::new("000000".to_owned(), &node.span)),
        inputs: inputs.unwrap_or(Inputs::All),
        schedule: schedule.unwrap_or_default(),
        timezone: timezone.unwrap_or_default(),
        contracts: contracts?,
        facts: facts?,
        rules: rules?,
        parameters: parameters?,
        reference,
        approvals,
        key_id,
        signers,
    })
}

/// One folder or a list of them, each of which has to be there: what it holds would be missed all over the project, and
/// that is one mistake.
fn folders(node: &Node, base: &Path, sheet: &mut Sheet) -> Option<Vec<PathBuf>> {
    let items = match &node.value {
        Value::List(items) if !items.is_empty() => items.as_slice(),
        Value::Scalar(_) => std::slice::from_ref(node),
        _ => {
            sheet.wrong_form(node, "文件夹或文件夹列表", "a folder or a list of folders");
            return None;
        }
    };
    let (mut folders, mut complete) = (Vec::new(), true);
    for item in items {
        let Some(text) = sheet.text(item) else {
            complete = false;
            continue;
        };
        let folder = tidy(&base.join(&text.value));
        if !folder.is_dir() {
            let (zh, en) =
                (format!("没有文件夹 `{}`", text.value), format!("there is no folder `{}`", text.value));
            let missing = sheet.diagnostic(Code::Unreadable, text.span(), zh, en);
            let looked = folder.display();
            let missing = missing.note(format!("找的是 {looked}"), format!("looked for {looked}"));
            sheet.found.push(missing.did_you_mean(near_folder(&text.value, &folder).as_deref()));
            complete = false;
        } else if folders.contains(&folder) {
            let (zh, en) = (
                format!("文件夹 `{}` 写了两次", text.value),
                format!("the folder `{}` is named twice", text.value),
            );
            sheet.report(Code::NameInTwoFolders, text.span(), zh, en);
            complete = false;
        } else {
            folders.push(folder);
        }
    }
    complete.then_some(folders)
}

/// A folder beside the one that is not there, with a name like it, written as the person wrote theirs.
fn near_folder(written: &str, folder: &Path) -> Option<String> {
    let beside = folder::entries(folder.parent()?).ok()?;
    let names: Vec<String> =
        beside.iter().filter(|path| path.is_dir()).map(|path| folder::name(path)).collect();
    let wrong = folder::name(folder);
    let near = nearest(&wrong, names.iter().map(String::as_str))?;
    Some(
        written
            .trim_end_matches('/')
            .strip_suffix(&wrong)
            .map_or(near.to_owned(), |start| format!("{start}{near}")),
    )
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
