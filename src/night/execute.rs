//! Runs a plan: datasets, facts, rules. Touches nothing but the engine and its scratch folder.
//!
//! What an earlier night computed from exactly the same is taken from there; nothing of a result depends on whether it was.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use super::{NightError, Order, RunPlan, Watch, Workshop, households, workshop::facts_named};
use crate::{
    compare::{self, Delivered, Facts, Key, Office, Outcome, Part, People, Reuse, Told, Unfound},
    contract::Contract,
    engine::{Engine, Placeholders, SqlFault, TableName},
    model::{Digest, Text, Token},
    project::Rule,
    store::{Dictionary, Resolved},
    threads::{free_aside, in_lanes},
};

/// Rules that are evaluated, and datasets whose references are looked at, side by side at the most: planning is single-threaded, and
/// memory is shared.
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
    /// Person token → household, of people who have a lead.
    pub links: BTreeMap<String, String>,
    /// References between datasets that do not hold.
    pub unfound: Vec<Unfound>,
    /// How much was taken from earlier nights.
    pub taken_over: TakenOver,
}

/// How much of a night was taken from earlier ones, and of how much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenOver {
    /// Facts that were not derived anew.
    pub facts: usize,
    /// All facts that the rules need.
    pub of_facts: usize,
    /// Rules for which nothing was asked anew.
    pub rules: usize,
    /// All rules that were run.
    pub of_rules: usize,
}

impl People for Dictionary {
    fn token_text(&self, number: i64) -> Option<String> {
        self.token_of(number).map(|token: Token| token.to_string())
    }
}

/// Evaluates every rule of the plan; what `reuse` finds is not computed again.
pub async fn execute(
    order: &Order<'_>,
    plan: &RunPlan,
    dictionary: &Dictionary,
    reuse: &mut Reuse,
    draft: &Path,
    watch: &dyn Watch,
) -> Result<Executed, NightError> {
    let project = order.project;
    let engine = Engine::over(order.limits, order.cluster, order.share.clone(), reuse.scratch())?;
    watch.stage(&Text::new("查对引用", "checking references"), steps(project.contracts.len()));
    for contract in project.contracts.values() {
        let resolved = plan.inputs.get(&contract.id);
        compare::add_dataset(&engine, contract, &resolved.map(parts).unwrap_or_default()).await?;
        let rows = resolved.map(Resolved::digest).unwrap_or(Digest::of(b""));
        // The contract says what a table of those rows looks like.
        let content = Digest::of_parts([format!("{contract:?}").as_str(), rows.hex().as_str()]);
        reuse.tell(TableName::new(&contract.id.agency, &contract.id.dataset), content);
    }
    let unfound = unfound(order, plan, &engine, reuse, watch)?;
    let workshop = Workshop::open(engine, project, &project.parameters, order.t).await?;
    compare::add_feeds(&workshop.engine, &plan.feeds)?;
    compare::add_deliveries(&workshop.engine, &deliveries(plan))?;
    for (table, order_by, file) in [
        ("feeds", "dataset", FEEDS),
        ("deliveries", "dataset, as_of, delivery", DELIVERIES),
        ("figures", "division, hukou_kind", FIGURES),
    ] {
        let rows = format!("SELECT * FROM run.{table} ORDER BY {order_by}");
        workshop.engine.write(table, &rows, &workshop.values, &draft.join(file)).await?;
        let (schema, rows) = workshop.engine.collect(table, &rows, &workshop.values).await?;
        reuse.tell_rows(TableName::new("run", table), &schema, &rows);
    }
    let rules: Vec<&Rule> = project.rules.values().filter(|rule| rule.is_run()).collect();
    let of_facts = |fault: SqlFault| NightError::Fact(fault.to_string());
    let facts = workshop.facts_for(rules.iter().copied()).map_err(of_facts)?;
    watch.stage(&Text::new("推导事实", "deriving facts"), steps(facts.len()));
    let mut begun = 0;
    let each = |name: &str| {
        watch.step(name);
        watch.reached(begun, steps(facts.len()), &Text::new("项事实", "facts"));
        begun += 1;
    };
    let (engine, values) = (&workshop.engine, &workshop.values);
    let mut derived = Facts::derive(engine, values, &facts, reuse, each).await?;

    watch.stage(&Text::new("运行规则", "running rules"), steps(rules.len()));
    let office = |engine| Office {
        engine,
        values,
        contracts: &project.contracts,
        feeds: &plan.feeds,
        t: order.t,
        people: dictionary,
    };
    let mut work = Vec::with_capacity(rules.len());
    // Grouping leads reads the members.
    let mut asked = BTreeSet::from([households::MEMBERS.to_owned()]);
    for rule in rules {
        let key = Told::key(&office(engine), rule, reuse);
        let recalled = key.as_ref().and_then(|key| Told::recall(rule, key, reuse));
        if recalled.is_none() {
            asked.extend(facts_named(engine, rule).map_err(of_facts)?);
        }
        work.push((rule, key, recalled));
    }
    derived.stand(asked, reuse).await?;
    let work = longest_first(engine, work).await;
    let mut taken_over = TakenOver {
        facts: facts.len() - derived.derived(),
        of_facts: facts.len(),
        rules: work.iter().filter(|(.., recalled)| recalled.is_some()).count(),
        of_rules: 0,
    };
    let threads = order.limits.threads.max(1);
    let lanes = threads.min(LANES);
    let mut engines = Vec::new();
    for _ in 0..lanes {
        // They share the schemas that are there now: only here do all facts stand.
        engines.push(engine.beside("run", &["figures", "feeds", "deliveries"], threads / lanes).await?);
    }
    let (reuse, runtime) = (&*reuse, tokio::runtime::Handle::current());
    let (done, count) = (AtomicU64::new(0), steps(work.len()));
    // Without its cluster no rule can be evaluated: the others need not try.
    let is_lost = AtomicBool::new(false);
    let evaluated = in_lanes(engines.len(), work, |lane, (rule, key, recalled)| {
        if is_lost.load(Ordering::Relaxed) {
            return None;
        }
        watch.step(&rule.id);
        let office = office(engines.get(lane).unwrap_or(engine));
        let kept = key.as_ref().map(|key| (key, reuse));
        let outcome = runtime.block_on(compare::evaluate(&office, rule, recalled, kept));
        if let Err(compare::EvaluateError::Engine(error)) = &outcome
            && error.is_the_clusters()
        {
            is_lost.store(true, Ordering::Relaxed);
        }
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        watch.reached(done, count, &Text::new("条规则", "rules"));
        Some((rule.id.clone(), outcome))
    });
    let mut outcomes = BTreeMap::new();
    for (id, outcome) in evaluated.into_iter().flatten() {
        let outcome = match outcome {
            Ok(outcome) => {
                taken_over.of_rules += usize::from(outcome.not_run.is_none());
                Ok(outcome)
            }
            // Counts that do not close are a bug: no result is better than a wrong one.
            Err(compare::EvaluateError::Imbalance(imbalance)) => {
                return Err(NightError::Imbalance(imbalance));
            }
            // A rule that was not evaluated for want of a cluster says nothing about the rule: the night can be repeated.
            Err(compare::EvaluateError::Engine(error)) if error.is_the_clusters() => {
                return Err(NightError::Engine(error));
            }
            Err(error) => Err(error.to_string()),
        };
        outcomes.insert(id, outcome);
    }
    let links = households::of_leads(&workshop, dictionary, outcomes.values().flatten()).await?;
    drop(derived);
    let Workshop { engine, values, .. } = workshop;
    free_aside((engine, engines));
    Ok(Executed { outcomes, values, links, unfound, taken_over })
}

/// The references of all datasets that do not hold.
fn unfound(
    order: &Order<'_>,
    plan: &RunPlan,
    engine: &Engine,
    reuse: &Reuse,
    watch: &dyn Watch,
) -> Result<Vec<Unfound>, NightError> {
    let contracts: Vec<&Contract> = order.project.contracts.values().collect();
    let (done, count) = (AtomicU64::new(0), steps(contracts.len()));
    let runtime = tokio::runtime::Handle::current();
    let lanes = order.limits.threads.clamp(1, LANES);
    let of_datasets = in_lanes(lanes, contracts, |_, contract| {
        watch.step(&contract.id.to_string());
        let found = runtime.block_on(compare::unfound(engine, contract, &plan.feeds, reuse));
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        watch.reached(done, count, &Text::new("个数据集", "datasets"));
        found
    });
    let mut unfound = Vec::new();
    for of_dataset in of_datasets {
        unfound.extend(of_dataset?);
    }
    Ok(unfound)
}

/// A rule, what its answers are found under, and those that were.
type Work<'a> = (&'a Rule, Option<Key>, Option<Told>);

/// The rules in the order in which they are begun: those that read most come first, so that in the end nobody waits long for one.
async fn longest_first<'a>(engine: &Engine, work: Vec<Work<'a>>) -> Vec<Work<'a>> {
    let mut weighed = Vec::with_capacity(work.len());
    for (rule, key, recalled) in work {
        let weight = if recalled.is_some() { 0 } else { engine.bytes_behind(&rule.text).await };
        weighed.push((weight, (rule, key, recalled)));
    }
    weighed.sort_by_key(|(weight, _)| Reverse(*weight));
    weighed.into_iter().map(|(_, work)| work).collect()
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
