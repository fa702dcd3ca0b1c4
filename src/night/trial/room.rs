//! Several tests in one engine: their rows loaded, the facts computed, the rules evaluated. Touches no store.

use std::collections::BTreeMap;

use super::{Subject, Trial, TrialError, judge, world, world::World};
use crate::{
    compare::{self, EvaluateError, Feeds, Office, Outcome, Verdict},
    engine::{Cell, Engine, EngineError, Limits},
    night::Workshop,
    parameter::ParameterBook,
    project::{Fact, Project, Rule},
};

/// Tests of one date and one set of figures.
pub(super) struct Room<'a> {
    project: &'a Project,
    book: ParameterBook,
    world: World<'a>,
    /// The engine with everything that the tests' rules read.
    pub(super) workshop: Workshop<'a>,
    /// The facts that were computed, in order.
    pub(super) facts: Vec<&'a Fact>,
    /// The tests; a test's place here is its place in the world.
    pub(super) subjects: Vec<Subject<'a>>,
}

impl<'a> Room<'a> {
    /// Loads the rows and computes the facts. None without tests.
    pub(super) async fn open(
        project: &'a Project,
        subjects: Vec<Subject<'a>>,
        limits: Limits,
    ) -> Result<Option<Self>, TrialError> {
        let Some(first) = subjects.first() else { return Ok(None) };
        let world = World::of(subjects.iter().map(|subject| subject.test));
        let engine = Engine::quick(limits)?;
        for contract in project.contracts.values() {
            compare::add_rows(&engine, contract, Some(&world.rows(contract)?), first.test.on)?;
        }
        let mut book = project.parameters.clone();
        for (name, values) in &first.test.parameters {
            book.replace(name, values.clone());
        }
        let workshop = Workshop::open(engine, project, &book, first.test.on).await?;
        let mut room = Self { project, book, world, workshop, facts: Vec::new(), subjects };
        room.facts = room.workshop.facts_for(room.rules().into_values())?;
        room.workshop.compute(&room.facts).await?;
        Ok(Some(room))
    }

    /// How every test went.
    pub(super) async fn trials(&self) -> Result<Vec<Trial>, TrialError> {
        let mut trials = Vec::with_capacity(self.subjects.len());
        for tests in self.together() {
            let Some((_, first)) = tests.first() else { continue };
            let evaluation = self.evaluate(first, first.rule).await?;
            for (index, subject) in &tests {
                trials.push(Trial {
                    rule: subject.rule.id.clone(),
                    name: subject.test.name.clone(),
                    place: subject.test.place.start,
                    differences: evaluation.differences(*index, subject),
                });
            }
        }
        Ok(trials)
    }

    /// Runs these tests of the rule `id` with `changed` in its place, up to the first that fails.
    pub(super) async fn attempt(
        &self,
        id: &str,
        changed: &Rule,
        which: Which,
    ) -> Result<Attempt, TrialError> {
        let mut together = self.together();
        together.retain(|tests| tests.iter().any(|(_, subject)| subject.rule.id == id));
        // The kind of feeds with the most tests first: it decides most.
        together.sort_by_key(|tests| std::cmp::Reverse(tests.len()));
        let range = match which {
            Which::All => 0..together.len(),
            Which::Most => 0..together.len().min(1),
            Which::Others => together.len().min(1)..together.len(),
        };
        for tests in together.drain(range) {
            let Some((_, first)) = tests.first() else { continue };
            let evaluation = self.evaluate(first, changed).await?;
            if let Err(EvaluateError::Engine(EngineError::Sql { .. })) = evaluation.outcome {
                return Ok(Attempt::Unplannable);
            }
            for (index, subject) in &tests {
                if !evaluation.differences(*index, subject).is_empty() {
                    return Ok(Attempt::Failed(subject.rule.id.clone(), subject.test.name.clone()));
                }
            }
        }
        Ok(Attempt::Passed)
    }

    /// The rules that are tested here, by id.
    pub(super) fn rules(&self) -> BTreeMap<&'a str, &'a Rule> {
        self.subjects.iter().map(|subject| (subject.rule.id.as_str(), subject.rule)).collect()
    }

    /// The tests that one evaluation serves. Feeds change how a rule is judged, not what it reads: a rule is evaluated once
    /// for every kind of feeds.
    fn together(&self) -> Vec<Vec<(usize, Subject<'a>)>> {
        let mut together: BTreeMap<(&str, String), Vec<(usize, Subject<'a>)>> = BTreeMap::new();
        for (index, subject) in self.subjects.iter().enumerate() {
            let key = (subject.rule.id.as_str(), format!("{:?}", subject.test.feeds));
            together.entry(key).or_default().push((index, *subject));
        }
        together.into_values().collect()
    }

    async fn evaluate(&self, subject: &Subject<'_>, rule: &Rule) -> Result<Evaluation, TrialError> {
        let feeds = world::feeds(self.project, &self.book, subject.test);
        compare::add_feeds(&self.workshop.engine, &feeds)?;
        compare::add_deliveries(&self.workshop.engine, &world::deliveries(self.project, subject.test))?;
        let office = Office {
            engine: &self.workshop.engine,
            values: &self.workshop.values,
            contracts: &self.project.contracts,
            feeds: &feeds,
            t: subject.test.on,
            people: &self.world,
        };
        let judged = compare::judge(&office, rule).await;
        let (outcome, subjects) =
            judged.map_or_else(|error| (Err(error), Vec::new()), |(one, all)| (Ok(one), all));
        let name = |subject: Cell| match subject.int() {
            Some(number) => compare::People::token_text(&self.world, number).unwrap_or_default(),
            None => subject.to_string(),
        };
        let verdicts = subjects.into_iter().map(|(subject, verdict)| (name(subject), verdict)).collect();
        Ok(Evaluation { outcome, verdicts, feeds })
    }
}

/// Which of a rule's tests: every kind of feeds is an evaluation of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// All of them.
    All,
    /// Those under the kind of feeds that has the most.
    Most,
    /// Those under any other.
    Others,
}

/// What came of running a rule's tests with something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attempt {
    /// Every test passed.
    Passed,
    /// A test failed: its rule and its name.
    Failed(String, String),
    /// The changed statement cannot be planned.
    Unplannable,
}

/// A rule evaluated over a room under some feeds.
struct Evaluation {
    outcome: Result<Outcome, EvaluateError>,
    verdicts: BTreeMap<String, Verdict>,
    feeds: Feeds,
}

impl Evaluation {
    fn differences(&self, index: usize, subject: &Subject<'_>) -> Vec<judge::Difference> {
        match &self.outcome {
            Ok(outcome) => judge::differences(subject, index, outcome, &self.verdicts, &self.feeds),
            Err(error) => vec![judge::Difference::broken(&error.to_string())],
        }
    }
}
