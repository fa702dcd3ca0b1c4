//! `hedui seal`: the agency's side. Raw files in, a signed delivery without identity numbers out.

use std::{collections::BTreeMap, path::Path};

use serde_json::json;

use super::{
    Exit,
    args::{self, SealCommand},
    failure::Failure,
    key_source, open,
    output::Output,
    places::must_be_folder,
    rekey, root,
};
use crate::{
    accept::SignKey,
    contract::{self, Contract},
    diagnostic::{self, Diagnostics},
    identity::HashKey,
    model::{DatasetId, Month},
    project::Pipeline,
    seal::{self, KeygenRequest, SealError, SealRequest},
};

/// Seals files, or makes keys.
pub fn run(global: &args::Global, seal: &args::Seal, output: &Output) -> Result<Exit, Failure> {
    match (&seal.command, &seal.seal) {
        (Some(SealCommand::Keygen(request)), _) => keygen(request, output),
        (Some(SealCommand::Rekey(request)), _) => rekey::run(global, request, output),
        (None, Some(request)) => deliver(global, request, output),
        (None, None) => Err(Failure::usage("没有说要封装什么", "nothing was named to be sealed")),
    }
}

fn keygen(request: &args::Keygen, output: &Output) -> Result<Exit, Failure> {
    if request.hash_key.is_none() && request.sign_key.is_none() {
        return Err(Failure::usage("没有说要生成哪种密钥", "no key was asked for").hint(
            "用 --hash-key 文件（整个交换一把）或 --agency 部门 --sign-key 文件（每部门一把）",
            "--hash-key FILE makes the exchange's key, --agency NAME --sign-key FILE makes an agency's",
        ));
    }
    if request.sign_key.is_some() && request.agency.is_none() {
        return Err(Failure::usage("没有说签名密钥属于哪个部门", "whose signing key it is was not said")
            .hint("加上 --agency 部门，如 civil_affairs", "add --agency NAME, for example civil_affairs"));
    }
    let keys = seal::keygen(&KeygenRequest {
        agency: request.agency.as_deref().unwrap_or_default(),
        sign_key: request.sign_key.as_deref(),
        hash_key: request.hash_key.as_deref(),
    })
    .map_err(|error| failure(&error))?;
    if let (Some(path), Some(id)) = (&keys.hash_key, &keys.key_id) {
        output.line(output.say(
            &format!("散列密钥 {}，批次名 {id}；只由一方保管", path.display()),
            &format!("hash key {}, epoch {id}; to be held by one party", path.display()),
        ));
    }
    if let (Some(path), Some(line)) = (&keys.sign_key, &keys.allowed_signers_line) {
        output.line(output.say(
            &format!("签名密钥 {}；把下一行交给收件方，加入 allowed_signers：", path.display()),
            &format!(
                "signing key {}; give the next line to the receiver for allowed_signers:",
                path.display()
            ),
        ));
        output.line(line);
    }
    output.json(&json!({
        "hash_key": keys.hash_key, "key_id": keys.key_id, "sign_key": keys.sign_key,
        "allowed_signers_line": keys.allowed_signers_line,
    }));
    Ok(Exit::Done)
}

fn deliver(global: &args::Global, request: &args::SealDelivery, output: &Output) -> Result<Exit, Failure> {
    must_be_folder(&request.out, "--out")?;
    let contracts = contracts(global, request.pipeline.as_deref(), output)?;
    let contract = contracts
        .get(&request.contract)
        .ok_or_else(|| unknown(&contracts, &request.contract, request.pipeline.is_none()))?;
    let hash_key = hash_key(&request.hash_key)?;
    let sign_key = sign_key(&request.sign_key)?;
    let months = match &request.months {
        Some(text) => months(text)?,
        None => Vec::new(),
    };
    let mut last = 0;
    let told = std::cell::RefCell::new(&mut last);
    let progress = |rows: u64| {
        let mut last = told.borrow_mut();
        if rows >= **last + 1_000_000 {
            **last = rows;
            output.note(&format!("已封装 {rows} 行"), &format!("{rows} rows sealed"));
        }
    };
    let sealed = seal::seal(&SealRequest {
        contract,
        as_of: request.as_of,
        hash_key: &hash_key,
        hash: request.hash,
        key_id: request.key_id.clone(),
        sign_key: &sign_key,
        files: &request.files,
        sheet: request.sheet.clone(),
        out: &request.out,
        sequence: request.sequence,
        supersedes: request.supersedes.clone(),
        months: &months,
        gzip: request.gzip,
        set_aside: request.set_aside.as_deref(),
        created: None,
        progress: &progress,
    })
    .map_err(|error| failure(&error))?;
    for warning in &sealed.warnings {
        output.warning(&warning.zh, &warning.en);
    }
    tell(&sealed, output);
    Ok(if sealed.set_aside.rows > 0 { Exit::LookAt } else { Exit::Done })
}

/// A hash key.
pub fn hash_key(given: &Path) -> Result<HashKey, Failure> {
    HashKey::load(key_source::named(given)?).map_err(|error| {
        let mut failure = Failure::failed("散列密钥不能用", "the hash key cannot be used", &error);
        failure.causes = vec![error.text().zh, error.text().en];
        failure.hint = error.hint();
        failure.exit(Exit::Usage)
    })
}

/// A signing key.
pub fn sign_key(given: &Path) -> Result<SignKey, Failure> {
    SignKey::load(key_source::named(given)?).map_err(|error| {
        let mut failure = Failure::failed("签名密钥不能用", "the signing key cannot be used", &error);
        failure.causes = vec![error.text().zh, error.text().en];
        failure.hint = error.hint();
        failure.exit(Exit::Usage)
    })
}

/// The contracts of `schemas/`, or of all folders that a pipeline names.
pub fn contracts(
    global: &args::Global,
    pipeline: Option<&Path>,
    output: &Output,
) -> Result<BTreeMap<DatasetId, Contract>, Failure> {
    let root = root::find(global)?;
    let (folders, mut found) = match pipeline {
        Some(name) => {
            let (pipeline, found) = Pipeline::open(&root, &name.to_string_lossy());
            (pipeline.map(|pipeline| pipeline.contracts).unwrap_or_default(), found)
        }
        None => (vec![root.join("schemas")], Diagnostics::new()),
    };
    let (contracts, wrong) = contract::load(&folders);
    found.append(wrong);
    if found.has_errors() {
        open::show(&found, output);
        return Err(Failure::usage("合约或流程文件有错误", "the contracts or the pipeline have errors"));
    }
    Ok(contracts)
}

/// A dataset that none of the contracts describes.
pub fn unknown(
    contracts: &BTreeMap<DatasetId, Contract>,
    dataset: &DatasetId,
    is_of_schemas: bool,
) -> Failure {
    let name = dataset.to_string();
    let known: Vec<String> = contracts.keys().map(ToString::to_string).collect();
    let near = diagnostic::nearest(&name, known.iter().map(String::as_str));
    let failure = Failure::usage(format!("没有数据集 `{name}`"), format!("there is no dataset `{name}`"));
    match near {
        Some(near) => failure.hint(format!("是不是 {near}？"), format!("did you mean {near}?")),
        None if is_of_schemas => failure.hint(
            "schemas/ 中没有它的合约；若合约在某个流程自己的文件夹里，加上 --pipeline 流程名",
            "schemas/ has no contract of it; if a pipeline brings its own, add --pipeline NAME",
        ),
        None => failure,
    }
}

/// What was sealed and what was set aside.
fn tell(sealed: &seal::Sealed, output: &Output) {
    let (read, written, aside) = (sealed.rows_read, sealed.rows, sealed.set_aside.rows);
    output.line(output.say(
        &format!("{}：读入 {read} 行 = 封装 {written} + 搁置 {aside}", sealed.folder.display()),
        &format!("{}: {read} rows read = {written} sealed + {aside} set aside", sealed.folder.display()),
    ));
    for (repair, count) in &sealed.repairs {
        output.detail(&format!("  {repair}: {count}"));
    }
    for (fault, count) in &sealed.set_aside.by_reason {
        output.warning(
            &format!("{}：{count} 行", fault.text().zh),
            &format!("{}: {count} rows", fault.text().en),
        );
    }
    for row in &sealed.set_aside.first {
        let column = row.column.as_deref().unwrap_or("—");
        output.note(
            &format!("  {}:{} {column}：{}", row.path.display(), row.line, row.fault.text().zh),
            &format!("  {}:{} {column}: {}", row.path.display(), row.line, row.fault.text().en),
        );
    }
    output.json(&json!({
        "delivery": sealed.delivery, "folder": sealed.folder, "already_there": sealed.already_there,
        "rows_read": read, "rows": written, "set_aside": aside,
        "by_reason": sealed.set_aside.by_reason.iter().map(|(fault, count)| (fault.code().to_owned(), json!(count)))
            .collect::<serde_json::Map<_, _>>(),
    }));
}

/// An error of sealing as the end of a command.
pub fn failure(error: &SealError) -> Failure {
    let mut failure = Failure::failed("没有封装", "nothing was sealed", error);
    failure.causes = vec![error.text().zh, error.text().en];
    failure.hint = error.hint();
    failure
}

/// `2026-01..2026-03`, or one month.
fn months(text: &str) -> Result<Vec<Month>, Failure> {
    let wrong = || {
        Failure::usage(format!("`{text}` 不是月份范围"), format!("`{text}` is not a range of months"))
            .hint("写成 2026-01..2026-03", "write 2026-01..2026-03")
    };
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let (from, to): (Month, Month) = (from.parse().map_err(|_| wrong())?, to.parse().map_err(|_| wrong())?);
    let mut months = Vec::new();
    let mut month = from;
    while month <= to && months.len() < 1_200 {
        months.push(month);
        month = month.plus(1);
    }
    if months.is_empty() { Err(wrong()) } else { Ok(months) }
}
