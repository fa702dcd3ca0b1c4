//! `hedui check`: every mistake of every file that a person wrote, with its place. No data is touched.

use serde_json::json;

use super::{Exit, approve, args, failure::Failure, open, output::Output};
use crate::{
    diagnostic::{self, from_disk},
    night,
};

/// Checks a project and approves rules if asked to, or explains a code.
pub async fn run(global: &args::Global, check: &args::Check, output: &Output) -> Result<Exit, Failure> {
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
    output.json(&diagnostic::json(&found, &from_disk));
    if let (Some(project), 0) = (&project, errors) {
        let (contracts, facts, rules) = (project.contracts.len(), project.facts.len(), project.rules.len());
        output.line(output.say(
            &format!("{contracts} 份合约、{facts} 个事实、{rules} 条规则：没有错误，{warnings} 条提醒。"),
            &format!("{contracts} contracts, {facts} facts, {rules} rules: no errors, {warnings} warnings."),
        ));
    }
    if errors > 0 && !check.approve.is_empty() {
        let (zh, en) = ("有错误，没有批准任何文件", "there are errors: nothing was approved");
        output.problem(zh, en, None);
    }
    Ok(if errors > 0 { Exit::Usage } else { Exit::Done })
}
