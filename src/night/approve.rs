//! Approving live rules with the facts that they read: chosen, then tested, then written down. Never in another order.
//!
//! What is approved is what was loaded and tested, not what the file may have become meanwhile.
//!
//! # Decisions
//!
//! - A fact is approved for every rule that reads it. So a fact that becomes approved has the tests of all those rules
//!   run, not only of the rule that was named.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;

use super::{
    HeldBack,
    approval::{facts_behind, held_back, live},
    trial::{self, Trial, TrialError},
};
use crate::{
    diagnostic::nearest,
    engine::{Engine, EngineError, Limits, SqlFault},
    model::{Digest, Text},
    project::{ApprovalState, Project, Rule, Status},
};

/// Instead of rules: every live one.
const ALL: &str = "all";

/// Files that are to be approved, and by whom.
pub struct Choice<'p> {
    project: &'p Project,
    by: String,
    /// Files that this office has not approved as they stand.
    new: Vec<(&'p Path, Digest)>,
    /// How many others were chosen.
    already: usize,
    /// Rules that run as live, or on other facts, once these files are approved.
    concerned: BTreeSet<&'p str>,
    forgets_gone: bool,
}

/// A choice whose rules pass their tests.
pub struct Tested<'p>(Choice<'p>);

/// What an approval came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Files approved now, with their digests.
    pub approved: Vec<(String, Digest)>,
    /// How many of the chosen were approved so already.
    pub already: usize,
    /// Approvals removed because their file is gone.
    pub forgotten: Vec<String>,
    /// What still holds live rules back.
    pub held_back: Vec<HeldBack>,
}

impl<'p> Choice<'p> {
    /// The rules named, or every live rule for `all`, and the facts that they read.
    pub fn of(
        project: &'p Project,
        named: &[String],
        by: &str,
        limits: Limits,
    ) -> Result<Self, ApproveError> {
        let is_all = named.iter().any(|name| name == ALL);
        let rules = rules(project, named)?;
        let behind = facts_behind(&Engine::new(limits)?, project, live(project))?;
        let read_by = |id: &str| behind.get(id).into_iter().flatten().copied();
        let facts: BTreeSet<&str> = rules.iter().flat_map(|id| read_by(id)).collect();

        let approvals = &project.approvals;
        let is_approved =
            |file: &Path, digest: &Digest| approvals.state(file, digest) == ApprovalState::Approved;
        let chosen_rules = rules.iter().filter_map(|id| project.rules.get(*id));
        let chosen_facts = facts.iter().filter_map(|name| project.facts.get(*name));
        let files = chosen_rules.map(|rule| (rule.file.as_path(), rule.digest, true));
        // A fact that another office approved as it stands is left to it, unless everything is taken over.
        let files: Vec<(&Path, Digest, bool)> =
            files.chain(chosen_facts.map(|fact| (fact.file.as_path(), fact.digest, is_all))).collect();
        let all = files.len();
        let is_new = |(file, digest, takes_over): &(&Path, Digest, bool)| {
            !is_approved(file, digest) || (*takes_over && !approvals.is_approved_by(by, file, digest))
        };
        let new: Vec<(&Path, Digest)> =
            files.into_iter().filter(is_new).map(|(file, digest, _)| (file, digest)).collect();

        let becomes_approved = |file: &Path, digest: &Digest| {
            !is_approved(file, digest) && new.iter().any(|(known, _)| *known == file)
        };
        let is_concerned = |rule: &&Rule| {
            let mut facts = read_by(&rule.id).filter_map(|name| project.facts.get(name));
            new.iter().any(|(known, _)| *known == rule.file)
                || ((rules.contains(rule.id.as_str()) || is_approved(&rule.file, &rule.digest))
                    && facts.any(|fact| becomes_approved(&fact.file, &fact.digest)))
        };
        let concerned = live(project).filter(is_concerned).map(|rule| rule.id.as_str()).collect();
        let already = all - new.len();
        Ok(Self { project, by: by.to_owned(), new, already, concerned, forgets_gone: is_all })
    }

    /// Runs the tests of every rule concerned.
    pub fn test(self, limits: Limits) -> Result<Tested<'p>, ApproveError> {
        let tests = |id: &str| self.project.tests.get(id).is_some_and(|tests| !tests.tests.is_empty());
        let untested: Vec<String> =
            self.concerned.iter().filter(|id| !tests(id)).map(|id| (*id).to_owned()).collect();
        if !untested.is_empty() {
            return Err(ApproveError::Untested(untested));
        }
        let trials = trial::run_of(self.project, |id| self.concerned.contains(id), limits)?;
        let failing: Vec<Trial> = trials.into_iter().filter(|trial| !trial.passed()).collect();
        if !failing.is_empty() {
            return Err(ApproveError::Failing(failing));
        }
        Ok(Tested(self))
    }
}

impl Tested<'_> {
    /// Writes the approvals.
    pub fn write(&self, date: NaiveDate, limits: Limits) -> Result<Done, ApproveError> {
        let Choice { project, by, new, already, forgets_gone, .. } = &self.0;
        let mut after: Project = (*project).clone();
        let mut approved = Vec::with_capacity(new.len());
        for (file, digest) in new {
            after.approvals.approve(file, digest, by, date);
            approved.push((after.approvals.name(file), *digest));
        }
        approved.sort();
        let forgotten = if *forgets_gone { after.approvals.forget_gone() } else { Vec::new() };
        if !approved.is_empty() || !forgotten.is_empty() {
            let path = after.approvals.file.clone();
            after.approvals.save().map_err(|source| ApproveError::Write { path, source })?;
            after.approvals.digest = Some(Digest::of(after.approvals.text().as_bytes()));
        }
        let held_back = held_back(&Engine::new(limits)?, &after)?;
        Ok(Done { approved, already: *already, forgotten, held_back })
    }
}

/// The rules named; every one must be there and be live.
fn rules<'p>(project: &'p Project, named: &[String]) -> Result<BTreeSet<&'p str>, ApproveError> {
    let mut rules = BTreeSet::new();
    for id in named {
        if id == ALL {
            rules.extend(live(project).map(|rule| rule.id.as_str()));
            continue;
        }
        let rule = project.rules.get(id).ok_or_else(|| unknown(project, id))?;
        if rule.status != Status::Live {
            return Err(ApproveError::NotLive(id.clone(), rule.status));
        }
        rules.insert(rule.id.as_str());
    }
    Ok(rules)
}

fn unknown(project: &Project, id: &str) -> ApproveError {
    let near = nearest(id, project.rules.keys().map(String::as_str)).map(str::to_owned);
    ApproveError::Unknown(id.to_owned(), near)
}

/// Why nothing was approved.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// No such rule, and the nearest name.
    #[error("failed to find the rule {0}")]
    Unknown(String, Option<String>),
    /// A rule that is not live.
    #[error("failed to approve {0}: its status is {status}", status = .1.as_str())]
    NotLive(String, Status),
    /// Rules without tests.
    #[error("failed to test {}: they have no tests", .0.join(", "))]
    Untested(Vec<String>),
    /// Tests that do not pass.
    #[error("failed to pass {} tests", .0.len())]
    Failing(Vec<Trial>),
    /// SQL that cannot be read.
    #[error("failed to read the SQL of rules and facts: {0}")]
    Sql(SqlFault),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The tests could not be run at all.
    #[error(transparent)]
    Trial(#[from] TrialError),
    /// The approvals could not be written.
    #[error("failed to write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl From<SqlFault> for ApproveError {
    fn from(fault: SqlFault) -> Self {
        Self::Sql(fault)
    }
}

impl ApproveError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<Text> {
        Some(match self {
            Self::Unknown(_, Some(near)) => {
                Text::new(format!("是否想写 {near}？"), format!("did you mean {near}?"))
            }
            Self::Unknown(_, None) => Text::new(
                "规则编号就是文件名，如 D-01；all 表示所有正式规则",
                "a rule's id is its file's name, such as D-01; all means every live rule",
            ),
            Self::NotLive(id, _) => Text::new(
                format!("只有正式规则需要批准：先在 {id}.sql 中写 status: live，批准的就是将要运行的文件"),
                format!(
                    "only live rules need approval: write status: live in {id}.sql first, so that the file approved is the file that runs"
                ),
            ),
            Self::Untested(_) => Text::new(
                "先为每条规则写单元测试（<编号>.test.yaml）",
                "write unit tests for each rule first (<id>.test.yaml)",
            ),
            Self::Failing(_) => Text::new(
                "改正规则、事实或测试后再批准；一个事实的批准对读取它的每条规则都有效，所以这些规则的测试也要通过",
                "mend the rule, the fact or the test, then approve; a fact is approved for every rule that reads it, so their tests must pass as well",
            ),
            Self::Write { .. } => {
                Text::new("检查文件夹的权限和磁盘空间", "look at the folder's permissions and the disk")
            }
            Self::Sql(_) | Self::Engine(_) | Self::Trial(_) => return None,
        })
    }

    /// Whether what was asked for is wrong.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Unknown(..) | Self::NotLive(..))
    }
}
