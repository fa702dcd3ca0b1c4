//! A statement planned down to what runs: its rows come from here or from a cluster, and whoever takes them need not know.

use std::sync::Arc;

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::{
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::expressions,
    physical_plan::{self, ExecutionPlan, ExecutionPlanProperties},
};
use futures::TryStreamExt;

use super::{EngineError, cluster::Job};

/// Where a statement runs.
pub(super) enum Ready {
    /// On this machine, with what it runs with.
    Here(Arc<dyn ExecutionPlan>, Arc<TaskContext>),
    /// On the cluster.
    There(Job),
}

impl Ready {
    /// The columns that come.
    pub(super) fn schema(&self) -> SchemaRef {
        match self {
            Self::Here(plan, _) => plan.schema(),
            Self::There(job) => job.schema(),
        }
    }

    /// In how many parts the rows come.
    pub(super) fn parts(&self) -> usize {
        match self {
            Self::Here(plan, _) => plan.output_partitioning().partition_count(),
            Self::There(_) => 1,
        }
    }

    /// The rows of one part.
    pub(super) fn part(&self, what: &str, part: usize) -> Result<SendableRecordBatchStream, EngineError> {
        match self {
            Self::Here(plan, context) => {
                plan.execute(part, context.clone()).map_err(|error| EngineError::of(what, &error))
            }
            Self::There(job) => job.rows(what),
        }
    }

    /// The rows of all parts, one after another.
    pub(super) fn rows(&self, what: &str) -> Result<SendableRecordBatchStream, EngineError> {
        match self {
            Self::Here(plan, context) => physical_plan::execute_stream(plan.clone(), context.clone())
                .map_err(|error| EngineError::of(what, &error)),
            Self::There(job) => job.rows(what),
        }
    }

    /// All rows, in memory.
    pub(super) async fn collect(&self, what: &str) -> Result<Vec<RecordBatch>, EngineError> {
        let rows = match self {
            Self::Here(plan, context) => physical_plan::collect(plan.clone(), context.clone()).await,
            Self::There(job) => job.rows(what)?.try_collect().await,
        };
        rows.map_err(|error| EngineError::of(what, &error))
    }

    /// Whether the rows of every part are known to rise by a column.
    pub(super) fn rises_by(&self, column: &str) -> bool {
        let Self::Here(plan, _) = self else { return false };
        let first = plan.output_ordering().map(|ordering| ordering.first());
        first.is_some_and(|first| {
            let at = first.expr.downcast_ref::<expressions::Column>();
            !first.options.descending && at.is_some_and(|at| at.name() == column)
        })
    }

    /// Whether what was lost may come when it is asked for again; whoever watches the cluster hears that it is.
    pub(super) async fn can_be_asked_again(&self, what: &str) -> bool {
        match self {
            Self::Here(..) => false,
            Self::There(job) => job.can_be_asked_again(what).await,
        }
    }

    /// Everything that was asked for has come.
    pub(super) fn done(&self) {
        if let Self::There(job) = self {
            job.done();
        }
    }
}
