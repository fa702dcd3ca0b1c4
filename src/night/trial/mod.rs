//! The rules' own unit tests: small worlds, and what a rule must say about them. Touches no store.
//!
//! # Decisions
//!
//! - Tests that share date, parameters and feeds run in one world, each with people and ids of its own: a rule never
//!   reaches from one household into another, so the union of two worlds gives the union of their outcomes. One engine
//!   and one computation of the facts serve them all, and all rules' tests take seconds.

mod judge;
mod world;

use std::collections::BTreeMap;

use crate::{
    compare::{self, Office, Outcome, Verdict},
    engine::{Engine, EngineError, Limits, cell},
    night::{Workshop, WorkshopError, lanes::in_lanes},
    project::{Project, Rule, RuleTest, RuleTests},
};

pub use judge::Difference;
use world::World;

/// How one test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The rule.
    pub rule: String,
    /// The test's name.
    pub name: String,
    /// Where it stands: the byte of its name in the test file.
    pub place: usize,
    /// What came out differently; none: it passed.
    pub differences: Vec<Difference>,
}

impl Trial {
    /// Whether everything came out as expected.
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

/// The tests could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The engine could not be made ready.
    #[error(transparent)]
    Workshop(#[from] WorkshopError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// No thread could be had.
    #[error("failed to start a thread")]
    Threads(#[source] std::io::Error),
    /// A row could not be built.
    #[error("failed to build the given rows of {0}: {1}")]
    Rows(String, String),
}

/// One test with the rule that it is about.
#[derive(Clone, Copy)]
struct Subject<'a> {
    rule: &'a Rule,
    test: &'a RuleTest,
}

/// Runs the tests of every rule whose id begins with `filter`; sorted by rule, then as in the file.
pub fn run(project: &Project, filter: &str, limits: Limits) -> Result<Vec<Trial>, TrialError> {
    run_of(project, |id| id.starts_with(filter), limits)
}

/// Runs the tests of the rules whose id is `wanted`; sorted likewise.
pub fn run_of(
    project: &Project,
    wanted: impl Fn(&str) -> bool,
    limits: Limits,
) -> Result<Vec<Trial>, TrialError> {
    let runtime = tokio::runtime::Handle::current();
    let rules: Vec<(&String, &RuleTests)> = project.tests.iter().filter(|(id, _)| wanted(id)).collect();
    let lanes = limits.threads.max(1);
    // A share of the rules a lane: the facts are computed once a lane, not once a rule.
    let shares: Vec<Vec<Subject<'_>>> = (0..lanes)
        .map(|lane| {
            let share = rules.iter().skip(lane).step_by(lanes);
            let subjects = share.filter_map(|(id, tests)| Some((project.rules.get(*id)?, tests)));
            subjects
                .flat_map(|(rule, tests)| tests.tests.iter().map(move |test| Subject { rule, test }))
                .collect()
        })
        .collect();
    let limits = Limits { threads: 1, ..limits };
    let done = in_lanes(lanes, shares, |_, share| runtime.block_on(run_share(project, &share, limits)))
        .map_err(TrialError::Threads)?;
    let mut trials = Vec::new();
    for share in done {
        trials.extend(share?);
    }
    trials.sort_by(|a: &Trial, b| (&a.rule, a.place).cmp(&(&b.rule, b.place)));
    Ok(trials)
}

async fn run_share(
    project: &Project,
    share: &[Subject<'_>],
    limits: Limits,
) -> Result<Vec<Trial>, TrialError> {
    let mut groups: BTreeMap<String, Vec<Subject<'_>>> = BTreeMap::new();
    for subject in share {
        groups.entry(world_key(subject.test)).or_default().push(*subject);
    }
    let mut trials = Vec::with_capacity(share.len());
    for subjects in groups.values() {
        trials.extend(run_group(project, subjects, limits).await?);
    }
    Ok(trials)
}

/// Tests with the same key can share a world: date and figures, without the places where they were written.
fn world_key(test: &RuleTest) -> String {
    let figures = test.parameters.iter().map(|(name, values)| {
        let values =
            values.iter().map(|v| format!("{} {:?} {} {:?}", v.division, v.hukou_kind, v.from, v.figure));
        format!("{name}: {}", values.collect::<Vec<_>>().join(", "))
    });
    format!("{} {}", test.on, figures.collect::<Vec<_>>().join("; "))
}

async fn run_group(
    project: &Project,
    subjects: &[Subject<'_>],
    limits: Limits,
) -> Result<Vec<Trial>, TrialError> {
    let Some(first) = subjects.first() else { return Ok(Vec::new()) };
    let world = World::of(subjects.iter().map(|subject| subject.test));
    let engine = Engine::new(limits)?;
    for contract in project.contracts.values() {
        let rows = world.rows(contract)?;
        compare::add_rows(&engine, contract, vec![rows], first.test.on).await?;
    }
    let mut book = project.parameters.clone();
    for (name, values) in &first.test.parameters {
        book.replace(name, values.clone());
    }
    let workshop = Workshop::open(engine, project, &book, first.test.on).await?;
    let rules: BTreeMap<&str, &Rule> =
        subjects.iter().map(|subject| (subject.rule.id.as_str(), subject.rule)).collect();
    let facts = workshop
        .facts_for(rules.values().copied())
        .map_err(|fault| EngineError::Sql { what: "the facts".to_owned(), fault })?;
    workshop.compute(&facts, None, |_| {}).await?;
    // Feeds change how a rule is judged, not what it reads: each rule is evaluated once for every kind of feeds.
    let mut evaluations: BTreeMap<(&str, String), Evaluation> = BTreeMap::new();
    let mut trials = Vec::with_capacity(subjects.len());
    for (index, subject) in subjects.iter().enumerate() {
        let key = (subject.rule.id.as_str(), format!("{:?}", subject.test.feeds));
        if !evaluations.contains_key(&key) {
            let evaluation = evaluate(project, &workshop, &world, subject).await?;
            evaluations.insert(key.clone(), evaluation);
        }
        let differences = match evaluations.get(&key) {
            Some(Evaluation { outcome: Ok(outcome), verdicts, feeds }) => {
                judge::compare(subject, index, outcome, verdicts, feeds)
            }
            Some(Evaluation { outcome: Err(error), .. }) => vec![Difference::broken(error)],
            None => Vec::new(),
        };
        let trial = Trial {
            rule: subject.rule.id.clone(),
            name: subject.test.name.clone(),
            place: subject.test.place.start,
            differences,
        };
        trials.push(trial);
    }
    Ok(trials)
}

/// A rule evaluated over a world under some feeds.
struct Evaluation {
    outcome: Result<Outcome, String>,
    verdicts: BTreeMap<String, Verdict>,
    feeds: compare::Feeds,
}

async fn evaluate(
    project: &Project,
    workshop: &Workshop<'_>,
    world: &World<'_>,
    subject: &Subject<'_>,
) -> Result<Evaluation, TrialError> {
    let feeds = world::feeds(project, subject.test);
    let office = Office {
        engine: &workshop.engine,
        values: &workshop.values,
        contracts: &project.contracts,
        feeds: &feeds,
        t: subject.test.on,
        people: world,
    };
    let outcome = compare::evaluate(&office, subject.rule).await;
    let verdicts = match &outcome {
        Ok(outcome) if outcome.not_run.is_none() => verdicts(workshop, subject.rule, world).await?,
        _ => BTreeMap::new(),
    };
    Ok(Evaluation { outcome: outcome.map_err(|error| error.to_string()), verdicts, feeds })
}

/// Each subject's outcome, from the judged rows that the evaluation left in the engine.
async fn verdicts(
    workshop: &Workshop<'_>,
    rule: &Rule,
    world: &World<'_>,
) -> Result<BTreeMap<String, Verdict>, EngineError> {
    let sql = "SELECT judged_subject, min(judged_verdict) AS verdict FROM run.judged GROUP BY judged_subject";
    let (_, batches) = workshop.engine.collect(&rule.id, sql, &workshop.values).await?;
    let mut verdicts = BTreeMap::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let subject = cell(batch.column(0), row);
            let subject = match subject.int() {
                Some(number) => compare::People::token_text(world, number).unwrap_or_default(),
                None => subject.to_string(),
            };
            verdicts.insert(subject, Verdict::from_number(cell(batch.column(1), row).int().unwrap_or(-1)));
        }
    }
    Ok(verdicts)
}

/// Why everyone is insufficient, where a feed blocks the whole rule.
fn block(outcome_of: &Rule, feeds: &compare::Feeds, test: &RuleTest) -> Option<compare::Block> {
    match compare::standing(outcome_of, feeds, test.on) {
        compare::Standing::Runs { block, .. } => block,
        compare::Standing::NotRun(_) => None,
    }
}
