//! `hedui check`: every mistake of every file that a person wrote, with its place. No data is touched.
//!
//! With `--book` the rule book is written when there is no error; a book of rules with a mistake is not.

use std::path::Path;

use serde_json::json;

use super::{Exit, approve, args, failure::Failure, open, output::Output};
use crate::{
    book,
    diagnostic::{self, Code, from_disk},
    night,
    project::Project,
};

/// Checks a project and writes the rule book or approves rules if asked to, or explains a code or lists them all.
pub async fn run(global: &args::Global, check: &args::Check, output: &Output) -> Result<Exit, Failure> {
    if check.explain.as_deref() == Some("all") {
        for code in Code::ALL {
            output.line(output.text(&code.title()));
        }
        output.json(&Code::ALL.iter().map(|code| json!({"code": code.as_str(), "level": code.level().as_str(), "title": output.text(&code.title())})).collect());
        return Ok(Exit::Done);
    }
    if let Some(code) = &check.explain {
        let page = diagnostic::explain(code).ok_or_else(|| {
            Failure::usage(format!("没有代码 `{code}`"), format!("there is no code `{code}`"))
                .hint("代码印在每条错误的方括号里", "codes stand in brackets in every message")
        })?;
        output.line(output.text(&page));
        output.json(&json!({"code": code, "page": output.text(&page)}));
        return Ok(Exit::Done);
    }
    let (project, mut found) = open::load(global, &check.pipeline, check.reference.as_deref())?;
    if let Some(project) = &project {
        found.append(night::check_sql(project, global.limits()).await);
        // Who approves is about to mend what these warnings say.
        if check.approve.is_empty() {
            found.append(night::check_approvals(project, global.limits()));
        }
        found.sort();
    }
    if !found.is_empty() && !output.is_json() {
        open::show(&found, output);
    }
    let (errors, warnings) = found.counts();
    if let (Some(project), Some(by), 0) = (&project, &check.by, errors) {
        return approve::run(project, &check.approve, by, global.limits(), output);
    }
    let book = match (&check.book, &project) {
        (Some(dir), Some(project)) if errors == 0 => Some(write_book(project, dir, output)?),
        _ => None,
    };
    let diagnostics = diagnostic::json(&found, &from_disk);
    output.json(&match &check.book {
        // Without a book the result is the list alone.
        None => diagnostics,
        Some(_) => json!({"diagnostics": diagnostics, "book": book}),
    });
    if let (Some(project), 0) = (&project, errors) {
        let (contracts, facts, rules) = (project.contracts.len(), project.facts.len(), project.rules.len());
        output.line(output.say(
            &format!("{contracts} 份合约、{facts} 个事实、{rules} 条规则：没有错误，{warnings} 条提醒。"),
            &format!("{contracts} contracts, {facts} facts, {rules} rules: no errors, {warnings} warnings."),
        ));
    }
    if let Some(book) = &book {
        output.line(output.say(&format!("规则书：{book}"), &format!("rule book: {book}")));
    } else if check.book.is_some() {
        output.note("文件有错误，没有写规则书。", "the files have errors; no rule book was written.");
    }
    if errors > 0 && !check.approve.is_empty() {
        let (zh, en) = ("有错误，没有批准任何文件", "there are errors: nothing was approved");
        output.problem(zh, en, None);
    }
    Ok(if errors > 0 { Exit::Usage } else { Exit::Done })
}

/// Writes the book and returns where it is.
fn write_book(project: &Project, dir: &Path, output: &Output) -> Result<String, Failure> {
    let page = book::page(project, output.lang());
    let written = book::write(&page, dir).map_err(|error| {
        let path = error.path.display();
        let (zh, en) = (format!("规则书没有写成：{path}"), format!("the rule book was not written: {path}"));
        let hint = ("请换一个可以写入的文件夹", "name a folder that can be written to");
        Failure::failed(&zh, &en, &error).hint(hint.0, hint.1)
    })?;
    Ok(written.display().to_string())
}
