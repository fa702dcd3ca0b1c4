//! `hedui check`: every mistake of every file that a person wrote, with its place. No data is touched.

use serde_json::json;

use super::{Exit, args, failure::Failure, open, output::Output};
use crate::{
    diagnostic::{self, Code, from_disk},
    night,
};

/// Checks a project, or explains a code or lists them all.
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
        found.sort();
    }
    if !found.is_empty() && !output.is_json() {
        open::show(&found, output);
    }
    output.json(&diagnostic::json(&found, &from_disk));
    let (errors, warnings) = found.counts();
    if let (Some(project), 0) = (&project, errors) {
        let (contracts, facts, rules) = (project.contracts.len(), project.facts.len(), project.rules.len());
        output.line(output.say(
            &format!("{contracts} 份合约、{facts} 个事实、{rules} 条规则：没有错误，{warnings} 条提醒。"),
            &format!("{contracts} contracts, {facts} facts, {rules} rules: no errors, {warnings} warnings."),
        ));
    }
    Ok(if errors > 0 { Exit::Usage } else { Exit::Done })
}
