//! `hedui test --mutants`: whether the rules' tests would notice a mistake. Changes no file.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Exit, args, failure::Failure, open, output::Output, progress::Progress};
use crate::{
    night::trial::{self, Fate, MutantTrial},
    project::{Project, Survivor, survivors},
};

/// At least so many of a hundred mutants must be caught, however well the rest are explained.
const WANTED_PERCENT: usize = 95;

/// Tries every mutant and compares the survivors with those that are known and explained.
pub fn run(global: &args::Global, project: &Project, filter: &str, output: &Output) -> Result<Exit, Failure> {
    let (known, found) = survivors(&project.pipeline.rules);
    if found.has_errors() {
        open::show(&found, output);
        return Ok(Exit::Usage);
    }
    let progress = Progress::new(output);
    let trials = trial::mutate(project, filter, global.limits(), &progress)
        .map_err(|error| Failure::failed("规则测试未能运行", "the rules' tests could not be run", &error))?;
    drop(progress);
    if trials.is_empty() {
        return Err(Failure::usage(
            format!("没有规则或事实的名称以 `{filter}` 开头"),
            format!("no rule or fact has a name that begins with `{filter}`"),
        ));
    }
    let reason = |trial: &MutantTrial| {
        let list = known.get(&trial.of)?;
        list.iter().find(|survivor| survivor.change.value == trial.change)
    };
    let survived: Vec<&MutantTrial> = trials.iter().filter(|trial| trial.fate == Fate::Survived).collect();
    for trial in &trials {
        if let Fate::Caught(rule, test) = &trial.fate {
            output.detail(&format!("{}:{} {} ✓ {rule} {test}", trial.of, trial.line, trial.change));
        }
    }
    let (mut unexplained, mut listed) = (0, Vec::new());
    for trial in &survived {
        let why = reason(trial).map(|survivor| &survivor.why);
        if why.is_none() {
            unexplained += 1;
            output.line(format!(
                "{}  {}:{}",
                output.say("没有测试发现", "NO TEST NOTICES"),
                file_of(project, &trial.of),
                trial.line
            ));
            output.line(format!("  {}: {}", trial.of, trial.change));
        }
        listed.push(json!({
            "of": trial.of, "line": trial.line, "change": trial.change, "why": why.map(|why| output.text(why)),
        }));
    }
    let stale = stale(&known, &trials, filter);
    for (of, survivor) in &stale {
        output.line(format!(
            "{}  {of}: {}",
            output.say("多余的说明", "NEEDLESS EXPLANATION"),
            survivor.change.value
        ));
    }
    let caught = trials.len() - survived.len();
    let explained = survived.len() - unexplained;
    let percent = format!("{}.{}", caught * 100 / trials.len(), caught * 1000 / trials.len() % 10);
    output.line(output.say(
        &format!("{} 处改错：测试发现 {caught} 处（{percent}%），{explained} 处无从发现且已说明，{unexplained} 处漏过", trials.len()),
        &format!("{} mutants: {caught} caught ({percent} %), {explained} explained, {unexplained} missed", trials.len()),
    ));
    output.json(&json!({
        "mutants": trials.len(), "caught": caught, "explained": explained, "missed": unexplained, "survivors": listed,
        "needless": stale.iter().map(|(of, survivor)| json!({"of": of, "change": survivor.change.value})).collect::<Vec<_>>(),
    }));
    // The score is of the whole: of a few mutants one that cannot be noticed is a large part.
    let is_enough = !filter.is_empty() || caught * 100 >= WANTED_PERCENT * trials.len();
    Ok(if unexplained == 0 && stale.is_empty() && is_enough { Exit::Done } else { Exit::Failed })
}

/// Explanations whose change is caught or no longer possible.
fn stale<'k>(
    known: &'k BTreeMap<String, Vec<Survivor>>,
    trials: &[MutantTrial],
    filter: &str,
) -> Vec<(&'k str, &'k Survivor)> {
    let survives = |of: &str, survivor: &Survivor| {
        trials.iter().any(|trial| {
            trial.of == of && trial.change == survivor.change.value && trial.fate == Fate::Survived
        })
    };
    let tried = known.iter().filter(|(of, _)| of.starts_with(filter));
    tried
        .flat_map(|(of, list)| list.iter().map(move |survivor| (of.as_str(), survivor)))
        .filter(|(of, survivor)| !survives(of, survivor))
        .collect()
}

fn file_of(project: &Project, of: &str) -> String {
    let fact = of.strip_prefix("facts.").and_then(|name| project.facts.get(name)).map(|fact| &fact.file);
    let file = fact.or_else(|| project.rules.get(of).map(|rule| &rule.file));
    file.map_or_else(String::new, |file| file.display().to_string())
}
