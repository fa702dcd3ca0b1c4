//! The rules' own unit tests: small worlds, and what a rule must say about them. Touches no store.
//!
//! # Decisions
//!
//! - Tests that share date and parameters run in one room, each with people and ids of its own: a rule never reaches from
//!   one household into another, so the union of two worlds gives the union of their outcomes. One engine and one
//!   computation of the facts serve them all.
//! - Planning costs more than running on so few rows, so a room's engine leaves out the planning that only makes statements
//!   fast. The night itself plans in full; that both give the same is tried by the checks that run other engines.

mod judge;
mod mutants;

mod room;
mod world;

use std::collections::BTreeMap;

use crate::{
    engine::{EngineError, Limits, SqlFault},
    night::WorkshopError,
    project::{Project, Rule, RuleTest},
    threads::in_lanes,
};

pub use judge::Difference;
pub use mutants::{Fate, MutantTrial, mutate};

use room::Room;

/// From how many tests on a room is worth opening once a thread.
const LARGE_ROOM: usize = 40;

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
    /// A rule's or fact's text cannot be read.
    #[error(transparent)]
    Sql(#[from] SqlFault),
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
    let lanes = limits.threads.max(1);
    let mut work: Vec<Vec<Subject<'_>>> = Vec::new();
    for room in rooms(subjects(project, &wanted)) {
        if room.len() < LARGE_ROOM {
            work.push(room);
            continue;
        }
        // All tests of a rule stay together: the rule is evaluated once for all of them.
        let mut shares: Vec<Vec<Subject<'_>>> = vec![Vec::new(); lanes];
        for (at, tests) in room.chunk_by(|a, b| a.rule.id == b.rule.id).enumerate() {
            if let Some(share) = shares.get_mut(at % lanes) {
                share.extend(tests);
            }
        }
        work.extend(shares);
    }
    // The longest first, so that no lane begins it when the others are done.
    work.sort_by_key(|room| std::cmp::Reverse(room.len()));
    let limits = Limits { threads: 1, ..limits };
    let done = in_lanes(lanes, work, |_, tests| {
        runtime.block_on(async {
            let Some(room) = Room::open(project, tests, limits).await? else { return Ok(Vec::new()) };
            room.trials().await
        })
    });
    let mut trials = Vec::new();
    for room in done {
        trials.extend(room?);
    }
    trials.sort_by(|a: &Trial, b: &Trial| (&a.rule, a.place).cmp(&(&b.rule, b.place)));
    Ok(trials)
}

/// The tests of the rules that are wanted, rule by rule.
fn subjects(project: &Project, is_wanted: impl Fn(&str) -> bool) -> Vec<Subject<'_>> {
    let mut subjects = Vec::new();
    for (id, tests) in project.tests.iter().filter(|(id, _)| is_wanted(id)) {
        let Some(rule) = project.rules.get(id) else { continue };
        subjects.extend(tests.tests.iter().map(|test| Subject { rule, test }));
    }
    subjects
}

/// Tests that can share a room: those with the same date and figures, wherever they are written.
fn rooms(subjects: Vec<Subject<'_>>) -> Vec<Vec<Subject<'_>>> {
    let mut rooms: BTreeMap<String, Vec<Subject<'_>>> = BTreeMap::new();
    for subject in subjects {
        let figures = subject.test.parameters.iter().map(|(name, values)| {
            let values =
                values.iter().map(|v| format!("{} {:?} {} {:?}", v.division, v.hukou_kind, v.from, v.figure));
            format!("{name}: {}", values.collect::<Vec<_>>().join(", "))
        });
        let key = format!("{} {}", subject.test.on, figures.collect::<Vec<_>>().join("; "));
        rooms.entry(key).or_default().push(subject);
    }
    rooms.into_values().collect()
}
