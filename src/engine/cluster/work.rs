//! How an executor does a task: as Ballista does, without its figures of every operator. It never changes what a task does.
//!
//! # Decisions
//!
//! - The scheduler adds the tasks' figures up, operator by operator. Where the plans of two tasks of a step have not the same number
//!   of them (branches of a union that are a single row or nothing), it refuses the second: the task counts as done and its rows as
//!   never made. The statement then has no end, or an end without those rows. A task that tells no figures is always taken.

use std::{fmt, sync::Arc};

use ballista_core::{
    JobId,
    serde::protobuf::{RuntimeStatsReport, ShuffleWritePartition, TaskColumnStats, WindowStateReport},
};
use ballista_executor::execution_engine::{DefaultExecutionEngine, ExecutionEngine, QueryStageExecutor};
use datafusion::{
    error::Result,
    execution::TaskContext,
    physical_plan::{ExecutionPlan, metrics::MetricsSet},
    prelude::SessionConfig,
};

/// Makes tasks that tell no figures.
#[derive(Default)]
pub(super) struct Quiet(DefaultExecutionEngine);

impl ExecutionEngine for Quiet {
    fn create_query_stage_exec(
        &self,
        job: JobId,
        stage: usize,
        task: usize,
        partitions: Vec<usize>,
        plan: Arc<dyn ExecutionPlan>,
        folder: &str,
        config: &SessionConfig,
    ) -> Result<Arc<dyn QueryStageExecutor>> {
        let made = self.0.create_query_stage_exec(job, stage, task, partitions, plan, folder, config)?;
        Ok(Arc::new(Task(made)))
    }
}

#[derive(Debug)]
struct Task(Arc<dyn QueryStageExecutor>);

#[async_trait::async_trait]
impl QueryStageExecutor for Task {
    async fn execute_query_stage(
        &self,
        task: usize,
        context: Arc<TaskContext>,
    ) -> Result<Vec<ShuffleWritePartition>> {
        self.0.execute_query_stage(task, context).await
    }

    fn collect_plan_metrics(&self) -> Vec<MetricsSet> {
        Vec::new()
    }

    fn collect_runtime_stats_reports(&self) -> Vec<RuntimeStatsReport> {
        self.0.collect_runtime_stats_reports()
    }

    fn collect_window_state_reports(&self) -> Result<Vec<WindowStateReport>> {
        self.0.collect_window_state_reports()
    }

    fn collect_column_stats(&self) -> Vec<TaskColumnStats> {
        self.0.collect_column_stats()
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use ballista_core::execution_plans::ShuffleWriterExec;
    use datafusion::physical_plan::{coalesce_partitions::CoalescePartitionsExec, empty::EmptyExec};

    use super::*;

    #[test]
    fn a_task_tells_no_figures_that_the_scheduler_could_refuse() {
        let schema = Arc::new(arrow::datatypes::Schema::empty());
        let rows = Arc::new(CoalescePartitionsExec::new(Arc::new(EmptyExec::new(schema))));
        let job = || JobId::new("one".to_owned());
        let plan = Arc::new(ShuffleWriterExec::try_new(job(), 1, rows, String::new()).unwrap());
        let told = |engine: &dyn ExecutionEngine| {
            let config = SessionConfig::new();
            let task = engine.create_query_stage_exec(job(), 1, 0, vec![0], plan.clone(), "", &config);
            task.unwrap().collect_plan_metrics().len()
        };
        assert_eq!(told(&Quiet::default()), 0);
        assert!(told(&DefaultExecutionEngine::new()) > 0, "then nothing has to be kept quiet");
    }
}
