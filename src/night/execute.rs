//! Runs a plan: datasets, facts, rules. Touches nothing but the engine and its scratch folder.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{NightError, Order, RunPlan, Watch, Workshop, lanes::in_lanes};
use crate::{
    compare::{self, Delivered, Office, Outcome, Part, People, Unfound},
    engine::{Engine, EngineError, Placeholders, TableName},
    model::{Text, Token},
    project::Rule,
    store::{Dictionary, Resolved},
};

/// Rules that are evaluated side by side at the most: planning is single-threaded, and memory is shared.
const LANES: usize = 4;

/// The figures of every division and hukou kind that a case has, in the run's folder.
pub const FIGURES: &str = "figures.parquet";

/// How old and how large every dataset's standing delivery is, in the run's folder.
pub const FEEDS: &str = "feeds.parquet";

/// What became of the rows of every delivery that the run rests on, in the run's folder.
pub const DELIVERIES: &str = "deliveries.parquet";

/// What the rules gave.
pub struct Executed {
    /// By rule id: the outcome, or why there is none.
    pub outcomes: BTreeMap<String, Result<Outcome, String>>,
    /// Placeholders of the business date and the run's division, so that another engine can run the same SQL.
    pub values: Placeholders,
    /// Person token → household, for leads that name no household themselves.
    pub links: BTreeMap<String, String>,
    /// References between datasets that do not hold.
    pub unfound: Vec<Unfound>,
}

impl People for Dictionary {
    fn token_text(&self, number: i64) -> Option<String> {
        self.token_of(number).map(|token: Token| token.to_string())
    }
}

/// Evaluates every rule of the plan.
pub async fn execute(
    order: &Order<'_>,
    plan: &RunPlan,
    dictionary: &Dictionary,
    scratch: &Path,
    draft: &Path,
    watch: &dyn Watch,
) -> Result<Executed, NightError> {
    let project = order.project;
    let engine = Engine::over(order.limits, order.cluster, scratch)?;
    watch.stage(&Text::new("查对引用", "checking references"), steps(project.contracts.len()));
    for contract in project.contracts.values() {
        let parts = plan.inputs.get(&contract.id).map(parts).unwrap_or_default();
        compare::add_dataset(&engine, contract, &parts).await?;
    }
    let mut unfound = Vec::new();
    for contract in project.contracts.values() {
        watch.step(&contract.id.to_string());
        unfound.extend(compare::unfound(&engine, contract, &plan.feeds).await?);
    }
    let workshop = Workshop::open(engine, project, &project.parameters, order.t).await?;
    compare::add_feeds(&workshop.engine, &plan.feeds)?;
    let feeds = "SELECT * FROM run.feeds ORDER BY dataset";
    workshop.engine.write("feeds", feeds, &workshop.values, &draft.join(FEEDS)).await?;
    compare::add_deliveries(&workshop.engine, &deliveries(plan))?;
    let deliveries = "SELECT * FROM run.deliveries ORDER BY dataset, as_of, delivery";
    workshop.engine.write("deliveries", deliveries, &workshop.values, &draft.join(DELIVERIES)).await?;
    let figures = "SELECT * FROM run.figures ORDER BY division, hukou_kind";
    workshop.engine.write("figures", figures, &workshop.values, &draft.join(FIGURES)).await?;
    let rules: Vec<&Rule> = project.rules.values().filter(|rule| rule.is_run()).collect();
    let facts =
        workshop.facts_for(rules.iter().copied()).map_err(|fault| NightError::Fact(fault.to_string()))?;
    watch.stage(&Text::new("推导事实", "deriving facts"), steps(facts.len()));
    workshop.compute(&facts, Some(scratch), |name| watch.step(name)).await?;

    watch.stage(&Text::new("运行规则", "running rules"), steps(rules.len()));
    let mut engines = Vec::new();
    let threads = order.limits.threads.max(1);
    let lanes = threads.min(LANES);
    for _ in 0..lanes {
        let kept = ["figures", "feeds", "deliveries"];
        engines.push(workshop.engine.beside("run", &kept, threads / lanes).await?);
    }
    let runtime = tokio::runtime::Handle::current();
    // Without its cluster no rule can be evaluated: the others need not try.
    let is_lost = AtomicBool::new(false);
    let evaluated = in_lanes(engines.len(), rules, |lane, rule| {
        if is_lost.load(Ordering::Relaxed) {
            return None;
        }
        watch.step(&rule.id);
        let engine = engines.get(lane).unwrap_or(&workshop.engine);
        let office = Office {
            engine,
            values: &workshop.values,
            contracts: &project.contracts,
            feeds: &plan.feeds,
            t: order.t,
            people: dictionary,
        };
        let outcome = runtime.block_on(compare::evaluate(&office, rule));
        if let Err(compare::EvaluateError::Engine(EngineError::Cluster { .. })) = outcome {
            is_lost.store(true, Ordering::Relaxed);
        }
        Some((rule.id.clone(), outcome))
    })
    .map_err(NightError::Threads)?;
    let mut outcomes = BTreeMap::new();
    for (id, outcome) in evaluated.into_iter().flatten() {
        let outcome = match outcome {
            Ok(outcome) => Ok(outcome),
            // Counts that do not close are a bug: no result is better than a wrong one.
            Err(compare::EvaluateError::Imbalance(imbalance)) => {
                return Err(NightError::Imbalance(imbalance));
            }
            // A rule that was not evaluated for want of a cluster says nothing about the rule: the night can be repeated.
            Err(compare::EvaluateError::Engine(error @ EngineError::Cluster { .. })) => {
                return Err(NightError::Engine(error));
            }
            Err(error) => Err(error.to_string()),
        };
        outcomes.insert(id, outcome);
    }
    let links = links(&workshop, dictionary).await?;
    Ok(Executed { outcomes, values: workshop.values, links, unfound })
}

fn steps(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A dataset's snapshots as the engine reads them.
pub(super) fn parts(resolved: &Resolved) -> Vec<Part> {
    let part = |part: &crate::store::Part| Part {
        files: vec![part.snapshot.data()],
        delivery: part.snapshot.record.delivery.clone(),
        as_of: part.snapshot.record.as_of,
        months: part.months.clone(),
    };
    resolved.parts.iter().map(part).collect()
}

fn deliveries(plan: &RunPlan) -> Vec<Delivered> {
    let parts = plan.inputs.values().flat_map(|resolved| &resolved.parts);
    let delivered = parts.map(|part| {
        let record = &part.snapshot.record;
        Delivered {
            dataset: record.dataset.clone(),
            delivery: record.delivery.clone(),
            as_of: record.as_of,
            counts: record.counts.clone(),
        }
    });
    delivered.collect()
}

/// The household in which each current member of an active case lives, for grouping leads.
async fn links(
    workshop: &Workshop<'_>,
    dictionary: &Dictionary,
) -> Result<BTreeMap<String, String>, NightError> {
    let engine = &workshop.engine;
    if !engine.has(&TableName::new(compare::FACTS, "case_members")) {
        return Ok(BTreeMap::new());
    }
    let sql =
        "SELECT person_id, min(household_id) AS household_id FROM facts.case_members GROUP BY person_id";
    let (_, batches) = engine.collect("households of members", sql, &workshop.values).await?;
    let mut links = BTreeMap::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let person =
                crate::engine::cell(batch.column(0), row).int().and_then(|n| dictionary.token_text(n));
            let household = crate::engine::cell(batch.column(1), row);
            if let (Some(person), Some(household)) = (person, household.text()) {
                links.insert(person, household.to_owned());
            }
        }
    }
    Ok(links)
}
