//! The engine made ready for rules: datasets, figures, facts. Used by the night, by `check` and by the rules' tests.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::{
    compare::{self, OrderError},
    engine::{Engine, EngineError, Placeholders, SqlFault},
    parameter::ParameterBook,
    project::{Fact, Project, Rule},
};

/// An engine with everything that rules read.
pub struct Workshop<'a> {
    /// The session.
    pub engine: Engine,
    /// Placeholders of the business date and the run's division.
    pub values: Placeholders,
    project: &'a Project,
    order: Vec<&'a Fact>,
}

impl<'a> Workshop<'a> {
    /// Takes an engine in which every dataset stands already.
    pub async fn open(
        engine: Engine,
        project: &'a Project,
        book: &ParameterBook,
        t: NaiveDate,
    ) -> Result<Self, WorkshopError> {
        let division = &project.pipeline.division.value;
        let mut values = Placeholders::default();
        compare::calendar::set_calendar(&mut values, t, division);
        compare::set_figures(&mut values, book, division, t);
        compare::add_figures(&engine, book, t).await?;
        let order = compare::ordered(&engine, project.facts.values())?;
        Ok(Self { engine, values, project, order })
    }

    /// The facts that some rules need, in order.
    pub fn facts_for<'r>(
        &self,
        rules: impl IntoIterator<Item = &'r Rule>,
    ) -> Result<Vec<&'a Fact>, SqlFault> {
        let mut roots = BTreeSet::new();
        for rule in rules {
            roots.extend(facts_named(&self.engine, rule)?);
        }
        compare::needed(&self.engine, &self.order, roots)
    }

    /// All facts in order.
    pub fn facts(&self) -> &[&'a Fact] {
        &self.order
    }

    /// The project.
    pub fn project(&self) -> &'a Project {
        self.project
    }

    /// Computes facts in memory.
    pub async fn compute(&self, facts: &[&Fact]) -> Result<(), EngineError> {
        compare::compute(&self.engine, facts, &self.values).await
    }
}

/// The facts that a rule reads by name: in its SELECT, in its evidence, and when it is judged.
pub(super) fn facts_named(engine: &Engine, rule: &Rule) -> Result<BTreeSet<String>, SqlFault> {
    let mut names = compare::facts_in(engine, &rule.text)?;
    names.extend(compare::facts_read(rule).into_iter().map(str::to_owned));
    for evidence in &rule.evidence {
        names.extend(compare::facts_in(engine, &compare::evidence_sql(evidence))?);
    }
    Ok(names)
}

/// The engine could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum WorkshopError {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The facts cannot be ordered.
    #[error(transparent)]
    Order(#[from] OrderError),
}
