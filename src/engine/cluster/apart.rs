//! Plans as Ballista's tasks do them right: what a union puts together is handed on before, by tasks of its own, and a join that
//! compares rows without equal columns is done by one task. It never changes which rows a plan gives.
//!
//! # Decisions
//!
//! - A task does one part of a step and leaves the rest of the step's plan out. Where a branch of a union does not let itself be
//!   left out (a join whose sides change places later, a count), every task does it, and its rows are there several times. Rows
//!   that were handed on are always left out.
//! - Of a join without equal columns every task reads one side whole, and tells of the rows of that side which found nothing; only
//!   all tasks together know that. An inner join tells nothing of them and stays divided.
//! - Both are silent errors of rows that are too many. Statements of every shape are compared with one machine in `tests.rs`.

use std::sync::Arc;

use datafusion::{
    common::{
        JoinType,
        tree_node::{Transformed, TreeNode},
    },
    config::ConfigOptions,
    error::Result,
    physical_expr::{PhysicalExpr, expressions::Column},
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{
        ChildrenPropertiesMode, ExecutionPlan, ExecutionPlanProperties, Partitioning, ReplaceChildrenOptions,
        coalesce_partitions::CoalescePartitionsExec, joins::NestedLoopJoinExec, repartition::RepartitionExec,
        sorts::sort::SortExec, sorts::sort_preserving_merge::SortPreservingMergeExec, union::UnionExec,
    },
};

type Plan = Arc<dyn ExecutionPlan>;

/// The last rule of a scheduler's planning.
#[derive(Debug)]
pub(super) struct Apart;

impl PhysicalOptimizerRule for Apart {
    fn optimize(&self, plan: Plan, config: &ConfigOptions) -> Result<Plan> {
        let parts = config.execution.target_partitions;
        let apart = plan.transform_up(|node| {
            let changed = if node.is::<UnionExec>() {
                let branches = node.children().into_iter().map(|branch| handed_on(branch, parts));
                UnionExec::try_new(branches.collect::<Result<Vec<_>>>()?)?
            } else if node.downcast_ref().is_some_and(tells_of_unfound) {
                let sides = node.children().into_iter().map(one_part).collect();
                let anew = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
                Arc::clone(&node).replace_children(sides, anew)?
            } else {
                return Ok(Transformed::no(node));
            };
            as_before(&node, changed).map(Transformed::yes)
        })?;
        Ok(apart.data)
    }

    fn name(&self) -> &str {
        "apart"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn tells_of_unfound(join: &NestedLoopJoinExec) -> bool {
    *join.join_type() != JoinType::Inner
}

/// The same rows in a way that Ballista makes a step of its own.
fn handed_on(rows: &Plan, parts: usize) -> Result<Plan> {
    let rows = Arc::clone(rows);
    let first = rows.schema().fields().first().map(|field| Column::new(field.name(), 0));
    Ok(match (rows.output_ordering().cloned(), first) {
        (Some(order), _) => Arc::new(SortPreservingMergeExec::new(order, rows)),
        (None, Some(first)) => {
            let by: Vec<Arc<dyn PhysicalExpr>> = vec![Arc::new(first)];
            Arc::new(RepartitionExec::try_new(rows, Partitioning::Hash(by, parts))?)
        }
        (None, None) => Arc::new(CoalescePartitionsExec::new(rows)),
    })
}

/// The same rows in one part.
fn one_part(rows: &Plan) -> Plan {
    let rows = Arc::clone(rows);
    match rows.output_ordering().cloned() {
        _ if rows.output_partitioning().partition_count() == 1 => rows,
        Some(order) => Arc::new(SortPreservingMergeExec::new(order, rows)),
        None => Arc::new(CoalescePartitionsExec::new(rows)),
    }
}

/// Divided and sorted as whoever reads it was promised.
fn as_before(before: &Plan, mut changed: Plan) -> Result<Plan> {
    if let Partitioning::Hash(..) = before.output_partitioning() {
        changed = Arc::new(RepartitionExec::try_new(changed, before.output_partitioning().clone())?);
    }
    if let Some(order) = before.output_ordering()
        && !changed.equivalence_properties().ordering_satisfy(order.clone())?
    {
        changed = Arc::new(SortExec::new(order.clone(), changed).with_preserve_partitioning(true));
    }
    Ok(changed)
}
