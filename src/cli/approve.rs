//! `hedui check --approve`: an office approves rules as they stand, after their tests have passed.

use serde_json::json;

use super::{Exit, failure::Failure, output::Output, run::today, test};
use crate::{
    engine::Limits,
    night::{ApproveError, Choice, Done, HeldBack},
    project::Project,
};

/// Approves rules of a project in which no mistake was found, or says why nothing was approved.
pub fn run(
    project: &Project,
    named: &[String],
    by: &str,
    limits: Limits,
    output: &Output,
) -> Result<Exit, Failure> {
    let by = by.trim();
    if by.is_empty() {
        return Err(Failure::usage("--by 要写明哪个单位批准", "--by must name the office that approves"));
    }
    let choice = Choice::of(project, named, by, limits).map_err(|error| failure(&error))?;
    output.note("运行有关规则的测试", "running the tests of the rules concerned");
    let tested = match choice.test(limits) {
        Err(ApproveError::Failing(trials)) => {
            test::show(project, &trials, output);
            return Err(failure(&ApproveError::Failing(trials)));
        }
        tested => tested.map_err(|error| failure(&error))?,
    };
    let done = tested.write(today(), limits).map_err(|error| failure(&error))?;
    tell(project, &done, output);
    output.json(&json!({
        "approved": done.approved.iter().map(|(file, digest)| json!({"file": file, "sha256": digest.hex()})).collect::<Vec<_>>(),
        "already_approved": done.already,
        "forgotten": done.forgotten,
        "held_back": done.held_back.iter().map(HeldBack::json).collect::<Vec<_>>(),
    }));
    Ok(Exit::Done)
}

fn tell(project: &Project, done: &Done, output: &Output) {
    // As `sha256sum` writes it.
    for (file, digest) in &done.approved {
        output.line(format!("{digest}  {file}"));
    }
    for file in &done.forgotten {
        output.line(format!("{} {file}", output.say("删去，文件已不存在：", "removed, the file is gone:")));
    }
    let (approved, already, file) =
        (done.approved.len(), done.already, project.approvals.file.display().to_string());
    output.line(output.say(
        &format!("批准 {approved} 个文件，另有 {already} 个早已如此批准：{file}"),
        &format!("approved {approved} files; {already} were approved so before: {file}"),
    ));
    for held in &done.held_back {
        let (what, rules) = (held.what(), held.rules.join(", "));
        output.warning(
            &format!("{}；因此不正式运行：{rules}", what.zh),
            &format!("{}; so these do not run as live: {rules}", what.en),
        );
    }
}

fn failure(error: &ApproveError) -> Failure {
    let mut failure = Failure::failed("没有批准任何文件", "nothing was approved", error);
    failure.hint = error.hint();
    if error.is_usage() { failure.exit(Exit::Usage) } else { failure }
}
