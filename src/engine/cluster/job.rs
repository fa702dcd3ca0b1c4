//! One statement on its way to a cluster and back.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use arrow::{
    array::RecordBatch,
    compute::cast,
    datatypes::{Field, Schema, SchemaRef},
    error::ArrowError,
};
use ballista_core::{
    config::{BALLISTA_CLIENT_IO_RETRY_WAIT_TIME_MS, BALLISTA_CLIENT_PULL},
    execution_plans::DistributedQueryExec,
    extension::{SessionConfigExt, SessionStateExt},
};
use datafusion::{
    error::DataFusionError,
    execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder, TaskContext},
    logical_expr::LogicalPlan,
    physical_plan::{ExecutionPlan, stream::RecordBatchStreamAdapter},
};
use datafusion_proto::protobuf::LogicalPlanNode;
use futures::TryStreamExt;

use super::{Cluster, GIVEN_UP, reading};
use crate::engine::{EngineError, fault::Lost};

/// The scheduler is asked how a statement goes, twenty times a second, rather than told: it tells the name of a statement only
/// when its first step is done, and what has no name cannot be cancelled. A question that gets no answer also shows that the
/// scheduler's machine is gone. Rows that do not come are asked for again after a second.
const SETTINGS: [(&str, &str); 2] =
    [(BALLISTA_CLIENT_PULL, "true"), (BALLISTA_CLIENT_IO_RETRY_WAIT_TIME_MS, "1000")];

/// A plan as the scheduler takes it.
pub(super) type Query = DistributedQueryExec<LogicalPlanNode>;

/// A statement that runs on the cluster, or will. It is cancelled when it is let go before it is done.
pub(in crate::engine) struct Job {
    cluster: Cluster,
    number: u64,
    query: Arc<Query>,
    context: Arc<TaskContext>,
    schema: SchemaRef,
    is_done: AtomicBool,
}

impl Cluster {
    /// Makes a plan ready to be sent. Nothing is sent before its rows are asked for.
    pub(in crate::engine) fn ship(
        &self,
        state: SessionState,
        plan: LogicalPlan,
    ) -> Result<Job, DataFusionError> {
        let url = self.0.url.clone();
        let mut config =
            state.config().clone().upgrade_for_ballista().with_ballista_adaptive_query_planner(false);
        // The session's tables are there: an empty catalog would take their place.
        config.options_mut().catalog.create_default_catalog_and_schema = false;
        for (setting, value) in SETTINGS {
            config.options_mut().set(setting, value)?;
        }
        let state = SessionStateBuilder::new_from_existing(state)
            .with_config(config)
            .build()
            .upgrade_for_ballista(url.clone())?;
        let plan = state.optimizer().optimize(plan, &state, |_, _| {})?;
        // What comes back may have nulls where the plan proves that there are none, and the other way round.
        let fields = plan
            .schema()
            .fields()
            .iter()
            .map(|field| Field::new(field.name(), field.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let query = Arc::new(Query::with_extension(
            url,
            state.config().ballista_config(),
            plan,
            state.config().ballista_logical_extension_codec(),
            state.session_id().to_owned(),
        ));
        let number = self.begin(&query);
        let context = state.task_ctx();
        Ok(Job { cluster: self.clone(), number, query, context, schema, is_done: AtomicBool::new(false) })
    }
}

impl Job {
    /// The columns that come back.
    pub(in crate::engine) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// Sends the statement; its rows as they come back.
    pub(in crate::engine) fn rows(&self, what: &str) -> Result<SendableRecordBatchStream, EngineError> {
        let rows =
            self.query.execute(0, self.context.clone()).map_err(|error| EngineError::of(what, &error))?;
        let schema = self.schema.clone();
        let rows = rows.map_err(lost).and_then(move |batch| {
            std::future::ready(as_planned(&schema, &batch).map_err(DataFusionError::from))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), rows)))
    }

    /// Whether the cluster still answers. Then the statement is asked for once more, which is told.
    pub(in crate::engine) async fn can_be_asked_again(&self, what: &str) -> bool {
        let answers = self.cluster.answers().await;
        if answers {
            self.cluster.tell(what);
        }
        answers
    }

    /// All of it came back: there is nothing to cancel.
    pub(in crate::engine) fn done(&self) {
        self.is_done.store(true, Ordering::Relaxed);
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if self.is_done.load(Ordering::Relaxed) {
            return self.cluster.forget(self.number);
        }
        // Without a runtime the program is about to end, and cancels what is left.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (cluster, number, query) = (self.cluster.clone(), self.number, self.query.clone());
            runtime.spawn(async move { cluster.cancel(number, &query).await });
        }
    }
}

/// What went wrong out there. What is wrong with the statement itself or its data is left as it is.
///
/// A scheduler hands on words only. It tells what it would try again elsewhere from what fails everywhere.
fn lost(error: DataFusionError) -> DataFusionError {
    const CANCELLED: &str = " failed: Cancelled";
    const EVERYWHERE: &str = "Task failed due to runtime execution error: ";
    const OF_THE_WAY: [&str; 4] = ["IoError", "IpcError", "ExternalError", "External("];
    let words = error.strip_backtrace();
    if words.ends_with(CANCELLED) {
        return away(GIVEN_UP, false);
    }
    if let Some(said) = reading::unread(&words) {
        return away(said, true);
    }
    match words.split_once(EVERYWHERE) {
        Some((_, own)) if own.contains("ResourcesExhausted(") => {
            DataFusionError::ResourcesExhausted(own.to_owned())
        }
        Some((_, own))
            if own.contains("ArrowError(") && OF_THE_WAY.iter().all(|word| !own.contains(word)) =>
        {
            DataFusionError::Execution(own.to_owned())
        }
        _ => away(&words, false),
    }
}

fn away(message: &str, is_unread: bool) -> DataFusionError {
    DataFusionError::External(Box::new(Lost { message: message.to_owned(), is_unread }))
}

/// The same columns, in the types that were planned.
fn as_planned(schema: &SchemaRef, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
        if column.data_type() == field.data_type() {
            Ok(column.clone())
        } else {
            cast(column, field.data_type())
        }
    });
    let rows = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), columns.collect::<Result<_, _>>()?, &rows)
}
