//! `hedui test`: the rules' own unit tests, expected and found side by side.

use serde_json::json;

use super::{Exit, args, failure::Failure, mutants, open, output::Output};
use crate::{
    diagnostic::{Code, Lines, from_disk},
    night::trial::{self, Trial},
    project::Project,
};

/// Runs the rules' tests.
pub async fn run(global: &args::Global, test: &args::Test, output: &Output) -> Result<Exit, Failure> {
    let project = open::open(global, &test.pipeline, None, output)?;
    let filter = test.filter.as_deref().unwrap_or_default();
    if test.mutants {
        return mutants::run(global, &project, filter, output);
    }
    let trials = trial::run(&project, filter, global.limits())
        .map_err(|error| Failure::failed("规则测试未能运行", "the rules' tests could not be run", &error))?;
    if trials.is_empty() {
        return Err(Failure::usage(
            format!("没有规则的编号以 `{filter}` 开头且带有测试"),
            format!("no rule whose id begins with `{filter}` has tests"),
        ));
    }
    let failed = trials.iter().filter(|trial| !trial.passed()).count();
    for trial in trials.iter().filter(|trial| trial.passed()) {
        output.detail(&format!("ok      {} {}", trial.rule, trial.name));
    }
    show(&project, &trials, output);
    let passed = trials.len() - failed;
    output.line(
        output
            .say(&format!("{passed} 个通过，{failed} 个不符"), &format!("{passed} passed, {failed} failed")),
    );
    output.json(&json!({
        "passed": passed, "failed": failed,
        "failures": trials.iter().filter(|trial| !trial.passed()).map(|trial| json!({
            "rule": trial.rule, "test": trial.name,
            "differences": trial.differences.iter().map(|difference| json!({
                "about": difference.about.en, "expected": difference.expected, "found": difference.found,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    }));
    Ok(if failed > 0 { Exit::Failed } else { Exit::Done })
}

/// Shows the tests that did not pass: where each stands, what was expected and what was found.
pub fn show(project: &Project, trials: &[Trial], output: &Output) {
    for trial in trials.iter().filter(|trial| !trial.passed()) {
        let file = project.tests.get(&trial.rule).map(|tests| tests.file.clone()).unwrap_or_default();
        let source = from_disk(&file).unwrap_or_default();
        let (line, column) = Lines::of(&source).line_column(trial.place);
        let code = Code::TestFailed;
        output.line(format!("{}[{code}]  {} {}", output.say("不符", "FAILED"), trial.rule, trial.name));
        output.line(format!("  {}:{line}:{column}", file.display()));
        for difference in &trial.differences {
            output.line(format!("  {}", output.text(&difference.about)));
            output.line(format!("    {} {}", output.say("应为", "expected"), difference.expected));
            output.line(format!("    {} {}", output.say("实为", "found   "), difference.found));
        }
    }
}
