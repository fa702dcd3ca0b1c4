//! The mutation score: every rule and fact is made wrong in one small way after another, and a test must fail each time.
//! Touches no file: the wrong texts live in memory only.
//!
//! # Decisions
//!
//! - A mutant of a rule is tried on that rule's tests; a mutant of a fact on the tests of every rule that reads it, directly
//!   or through other facts, because a fact has no tests but those.
//! - A mutant that cannot be planned at all is no mutant: nobody could deploy it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};

use super::{
    Subject, TrialError,
    room::{Attempt, Room, Which},
    rooms, subjects,
};
use crate::{
    compare::{self, FACTS},
    engine::{EngineError, Limits, Mutant, TableName, cell, mutants},
    model::Text,
    night::Watch,
    project::{Fact, Project, Rule},
    threads::in_lanes,
};

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A test failed, as it must: the rule and the test's name.
    Caught(String, String),
    /// Every test passed.
    Survived,
}

/// One mutant and its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutantTrial {
    /// The rule's id, or `facts.` and the fact's name.
    pub of: String,
    /// The line of the change in its file.
    pub line: u64,
    /// The change.
    pub change: String,
    /// What became of it.
    pub fate: Fate,
}

/// Tries every mutant of the rules and facts whose name begins with `filter` (a fact's begins with `facts.`); sorted by
/// name, then as in the file.
pub fn mutate(
    project: &Project,
    filter: &str,
    limits: Limits,
    watch: &dyn Watch,
) -> Result<Vec<MutantTrial>, TrialError> {
    let lanes = limits.threads.max(1);
    let limits = Limits { threads: 1, ..limits };
    let mut trials = rules(project, filter, lanes, limits, watch)?;
    let name = |fact: &Fact| format!("{FACTS}.{}", fact.name);
    let mut wrong = Vec::new();
    for fact in project.facts.values().filter(|fact| name(fact).starts_with(filter)) {
        wrong.extend(mutants(&fact.text)?.into_iter().map(|mutant| WrongFact { fact, mutant, fate: None }));
    }
    facts(project, &mut wrong, lanes, limits, watch)?;
    trials.extend(wrong.into_iter().filter_map(|wrong| {
        Some(MutantTrial {
            of: name(wrong.fact),
            line: wrong.mutant.line,
            change: wrong.mutant.change,
            fate: match wrong.fate {
                Some(Attempt::Unplannable) => return None,
                Some(Attempt::Failed(rule, test)) => Fate::Caught(rule, test),
                Some(Attempt::Passed) | None => Fate::Survived,
            },
        })
    }));
    Ok(trials)
}

fn rules(
    project: &Project,
    filter: &str,
    lanes: usize,
    limits: Limits,
    watch: &dyn Watch,
) -> Result<Vec<MutantTrial>, TrialError> {
    let runtime = tokio::runtime::Handle::current();
    let wanted: Vec<&Rule> = project.rules.values().filter(|rule| rule.id.starts_with(filter)).collect();
    watch
        .stage(&Text::new("改错规则", "making rules wrong"), u64::try_from(wanted.len()).unwrap_or_default());
    let (tried, count) = (AtomicU64::new(0), wanted.len() as u64);
    let done = in_lanes(lanes, wanted, |_, rule| {
        watch.step(&rule.id);
        let trials = runtime.block_on(one_rule(project, rule, limits));
        watch.reached(tried.fetch_add(1, Ordering::Relaxed) + 1, count, &Text::new("条规则", "rules"));
        trials
    });
    let mut trials = Vec::new();
    for rule in done {
        trials.extend(rule?);
    }
    Ok(trials)
}

async fn one_rule(project: &Project, rule: &Rule, limits: Limits) -> Result<Vec<MutantTrial>, TrialError> {
    let mut open = Vec::new();
    for tests in rooms(subjects(project, |id| id == rule.id)) {
        open.extend(Room::open(project, tests, limits).await?);
    }
    // The room with the most tests first: it decides most.
    open.sort_by_key(|room| std::cmp::Reverse(room.subjects.len()));
    let mut trials = Vec::new();
    for mutant in mutants(&rule.text)? {
        let changed = Rule { text: mutant.sql, ..rule.clone() };
        let mut fate = Some(Fate::Survived);
        for room in &open {
            match room.attempt(&rule.id, &changed, Which::All).await? {
                Attempt::Passed => continue,
                Attempt::Failed(rule, test) => fate = Some(Fate::Caught(rule, test)),
                Attempt::Unplannable => fate = None,
            }
            break;
        }
        if let Some(fate) = fate {
            trials.push(MutantTrial { of: rule.id.clone(), line: mutant.line, change: mutant.change, fate });
        }
    }
    Ok(trials)
}

/// A mutant of a fact, and what is known of it so far.
struct WrongFact<'a> {
    fact: &'a Fact,
    mutant: Mutant,
    fate: Option<Attempt>,
}

impl WrongFact<'_> {
    fn is_open(&self) -> bool {
        matches!(self.fate, None | Some(Attempt::Passed))
    }
}

/// Room by room, the largest first: what one room catches the others need not try. Every lane opens the room for itself.
fn facts(
    project: &Project,
    wrong: &mut [WrongFact<'_>],
    lanes: usize,
    limits: Limits,
    watch: &dyn Watch,
) -> Result<(), TrialError> {
    let runtime = tokio::runtime::Handle::current();
    let read: BTreeSet<&str> = wrong.iter().map(|wrong| wrong.fact.name.as_str()).collect();
    if read.is_empty() {
        return Ok(());
    }
    let mut all = rooms(subjects(project, |_| true));
    all.sort_by_key(|tests: &Vec<Subject<'_>>| std::cmp::Reverse(tests.len()));
    watch.stage(&Text::new("改错事实", "making facts wrong"), u64::try_from(all.len()).unwrap_or_default());
    let count = all.len() as u64;
    for (tests, room) in all.into_iter().zip(0..) {
        watch.reached(room, count, &Text::new("轮", "rounds"));
        let mut open: Vec<&mut WrongFact<'_>> = wrong.iter_mut().filter(|wrong| wrong.is_open()).collect();
        watch.step(&format!(
            "{} × {}, {}",
            open.len(),
            tests.len(),
            tests.first().map_or("", |first| &first.rule.id)
        ));
        let lanes = lanes.min(open.len());
        let queue = Mutex::new(open.drain(..));
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let lanes_done = in_lanes(lanes, vec![(); lanes], |_, ()| {
            runtime.block_on(async {
                let Some(room) = Room::open(project, tests.clone(), limits).await? else { return Ok(()) };
                let table = Table::of(&room).await?;
                while let Some(wrong) = next() {
                    wrong.fate = Some(table.attempt(wrong).await?);
                }
                Ok::<(), TrialError>(())
            })
        });
        for lane in lanes_done {
            lane?;
        }
    }
    Ok(())
}

type Rows = (SchemaRef, Vec<RecordBatch>);

/// A room's facts as they should be, and who reads what.
struct Table<'r, 'a> {
    room: &'r Room<'a>,
    right: BTreeMap<&'a str, Rows>,
    reads: BTreeMap<&'a str, BTreeSet<String>>,
}

impl<'r, 'a> Table<'r, 'a> {
    async fn of(room: &'r Room<'a>) -> Result<Self, TrialError> {
        let engine = &room.workshop.engine;
        let (mut right, mut reads) = (BTreeMap::new(), BTreeMap::new());
        for fact in &room.facts {
            let sql = format!("SELECT * FROM {FACTS}.{}", fact.name);
            right.insert(fact.name.as_str(), engine.collect(&fact.name, &sql, &room.workshop.values).await?);
            reads.insert(fact.name.as_str(), compare::facts_in(engine, &fact.text)?);
        }
        for subject in &room.subjects {
            let mut own = compare::facts_in(engine, &subject.rule.text)?;
            own.extend(compare::facts_read(subject.rule).into_iter().map(str::to_owned));
            reads.insert(subject.rule.id.as_str(), own);
        }
        Ok(Self { room, right, reads })
    }

    fn put(&self, fact: &str, (schema, rows): &Rows) -> Result<(), EngineError> {
        let name = TableName::new(FACTS, fact);
        self.room.workshop.engine.add_rows(&name, schema.clone(), rows.clone())
    }

    /// Puts the wrong fact in, computes again what follows from it, evaluates the rules that then read something else, and
    /// puts everything right again.
    async fn attempt(&self, wrong: &WrongFact<'_>) -> Result<Attempt, TrialError> {
        let mut changed: BTreeSet<&str> = BTreeSet::new();
        let attempt = self.with_wrong(wrong, &mut changed).await;
        for name in changed {
            if let Some(rows) = self.right.get(name) {
                self.put(name, rows)?;
            }
        }
        attempt
    }

    async fn with_wrong(
        &self,
        wrong: &WrongFact<'_>,
        changed: &mut BTreeSet<&'a str>,
    ) -> Result<Attempt, TrialError> {
        let is_touched = |name: &str, changed: &BTreeSet<&str>| {
            self.reads.get(name).is_some_and(|reads| reads.iter().any(|fact| changed.contains(fact.as_str())))
        };
        let (engine, values) = (&self.room.workshop.engine, &self.room.workshop.values);
        for fact in &self.room.facts {
            let is_wrong = fact.name == wrong.fact.name;
            let sql = if is_wrong {
                &wrong.mutant.sql
            } else if is_touched(&fact.name, changed) {
                &fact.text
            } else {
                continue;
            };
            let rows = match engine.collect(&fact.name, sql, values).await {
                Ok(rows) => rows,
                Err(EngineError::Sql { .. }) if is_wrong => return Ok(Attempt::Unplannable),
                // It stops a night: nobody overlooks it.
                Err(error) => return Ok(Attempt::Failed(fact.name.clone(), error.to_string())),
            };
            if self.right.get(fact.name.as_str()).is_none_or(|right| !says_the_same(right, &rows)) {
                self.put(&fact.name, &rows)?;
                changed.insert(&fact.name);
            }
        }
        // Who reads the fact itself notices most; what only feeds of another kind would show comes last.
        let mut rules: Vec<&Rule> = self.room.rules().into_values().collect();
        rules.retain(|rule| is_touched(&rule.id, changed));
        rules.sort_by_key(|rule| {
            !self.reads.get(rule.id.as_str()).is_some_and(|r| r.contains(&wrong.fact.name))
        });
        for which in [Which::Most, Which::Others] {
            for rule in &rules {
                match self.room.attempt(&rule.id, rule, which).await? {
                    Attempt::Passed => {}
                    Attempt::Unplannable => {
                        return Ok(Attempt::Failed(rule.id.clone(), "—".to_owned()));
                    }
                    failed @ Attempt::Failed(..) => return Ok(failed),
                }
            }
        }
        Ok(Attempt::Passed)
    }
}

/// The same rows in any order.
fn says_the_same(a: &Rows, b: &Rows) -> bool {
    let lines = |(_, batches): &Rows| {
        let mut lines: Vec<String> = Vec::new();
        for batch in batches {
            for row in 0..batch.num_rows() {
                let cells = batch.columns().iter().map(|column| format!("{:?}", cell(column, row)));
                lines.push(cells.collect::<Vec<_>>().join("\u{1f}"));
            }
        }
        lines.sort_unstable();
        lines
    };
    lines(a) == lines(b)
}
