//! What the scheduler gives up, so that the run asks for it once more from the beginning. It never begins anything itself.
//!
//! # Decisions
//!
//! - Nothing of a job is done twice. Ballista begins the steps of a job anew whose executor was lost, and keeps what the first
//!   attempt had handed on: the next step reads such rows twice, counts them twice, and says nothing. So what would be done again
//!   is not handed to an executor, and the whole job is given up. A job is one statement; the night has hundreds of them.
//! - A task that failed by itself, for want of room on a disk, has handed on nothing. Ballista tries it again and in the end tells why,
//!   which is more than a job that was given up can tell.
//! - A job of which nothing runs and nothing waits to be run would be waited for without end. It is given up as well.
//! - A task of which nothing is ever heard again would count as running for ever. An executor that could not tell what became of a
//!   task ends by itself (see `words.rs`), and is lost like any other.
//! - Without executors everything is given up that waits: Ballista lets it wait for ever.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use ballista_core::{
    JobId,
    serde::protobuf::{FailedTask, failed_task::FailedReason as Reason, task_status::Status},
};
use ballista_scheduler::{
    cluster::BoundTask,
    scheduler_server::SchedulerServer,
    state::{
        execution_graph::ExecutionGraphBox, execution_stage::ExecutionStage, task_manager::JobInfoCache,
    },
};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tokio::time::Instant;

/// How often the scheduler looks for executors that are lost, and for what it gives up.
pub(super) const LOOKING_SECONDS: u64 = 1;

/// How often in a row a job is seen standing still before it is given up: between two steps it may for a moment.
const STILL: u32 = 10;

/// The jobs that run, by name.
type Jobs = HashMap<JobId, JobInfoCache>;

/// Cancels what is not to go on, until the program ends.
pub(super) async fn give_up(
    scheduler: &SchedulerServer<LogicalPlanNode, PhysicalPlanNode>,
    patience: Duration,
) {
    let mut watch = Watch { patience, alone_since: None, still: HashMap::new() };
    loop {
        tokio::time::sleep(Duration::from_secs(LOOKING_SECONDS)).await;
        let jobs = scheduler.state.task_manager.get_running_job_cache();
        for job in watch.gives_up(&jobs, scheduler.is_ready(), Instant::now()).await {
            // It fails only when the scheduler ends, and then there is nothing to cancel.
            let _ = scheduler.cancel_job(job).await;
        }
    }
}

/// What was seen so far: since when there is no executor, and how often in a row a job stood still.
struct Watch {
    patience: Duration,
    alone_since: Option<Instant>,
    still: HashMap<JobId, u32>,
}

impl Watch {
    /// Looks once: which jobs are given up now.
    async fn gives_up(&mut self, jobs: &Jobs, has_executors: bool, now: Instant) -> Vec<JobId> {
        let alone_since = self.alone_since.take().unwrap_or(now);
        self.alone_since = (!has_executors).then_some(alone_since);
        let is_alone = !has_executors && now.duration_since(alone_since) >= self.patience;
        self.still.retain(|job, _| jobs.contains_key(job));
        let mut given_up = Vec::new();
        for (job, about) in jobs {
            let graph = about.execution_graph.read().await;
            let still = self.still.entry(job.clone()).or_default();
            *still = if stands_still(&graph) { *still + 1 } else { 0 };
            if is_alone || *still >= STILL || is_begun_anew(&graph) {
                given_up.push(job.clone());
            }
        }
        given_up
    }
}

/// Those of the tasks about to be handed out whose job does nothing a second time.
///
/// A job that was begun anew stays so. It is looked at after its tasks were chosen: what was chosen before is done for the first time.
pub(super) async fn done_once(tasks: Vec<BoundTask>, jobs: &Jobs) -> Vec<BoundTask> {
    let mut anew = HashSet::new();
    for job in tasks.iter().map(|(_, task)| &task.key.job_id).collect::<HashSet<_>>() {
        if let Some(about) = jobs.get(job) {
            let graph = about.execution_graph.read().await;
            if is_begun_anew(&graph) {
                anew.insert(job.clone());
            }
        }
    }
    tasks.into_iter().filter(|(_, task)| !anew.contains(&task.key.job_id)).collect()
}

/// Whether some of what it had was lost, and would be done again.
fn is_begun_anew(graph: &ExecutionGraphBox) -> bool {
    graph.stages().values().any(|stage| {
        let attempt = match stage {
            ExecutionStage::UnResolved(stage) => stage.stage_attempt_num,
            ExecutionStage::Resolved(stage) => stage.stage_attempt_num,
            ExecutionStage::Running(stage) => stage.stage_attempt_num,
            ExecutionStage::Successful(stage) => stage.stage_attempt_num,
            ExecutionStage::Failed(stage) => stage.stage_attempt_num,
        };
        let tasks = stage.task_infos().unwrap_or_default();
        attempt > 0 || tasks.iter().any(|task| is_lost(&task.task_status))
    })
}

fn is_lost(task: &Status) -> bool {
    let Status::Failed(FailedTask { failed_reason: Some(reason), .. }) = task else { return false };
    matches!(reason, Reason::ResultLost(_) | Reason::ExecutorLost(_) | Reason::FetchPartitionError(_))
}

/// Whether nothing of it runs or waits to be run.
fn stands_still(graph: &ExecutionGraphBox) -> bool {
    let waits = |stage: &ExecutionStage| match stage {
        ExecutionStage::Resolved(_) => true,
        ExecutionStage::Running(stage) => stage.available_tasks() > 0,
        _ => false,
    };
    graph.running_tasks().is_empty() && !graph.stages().values().any(waits)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{Int64Array, RecordBatch},
        datatypes::{DataType, Field, Schema},
    };
    use ballista_core::serde::protobuf::{IoError, TaskStatus};
    use ballista_scheduler::{
        cluster::ClusterState, config::TaskDistributionPolicy, planner::DefaultDistributedPlanner,
        state::execution_graph::StaticExecutionGraph,
    };
    use datafusion::{
        datasource::MemTable,
        prelude::{SessionConfig, SessionContext},
    };

    use super::*;
    use crate::engine::cluster::slots::{Slots, tests::enlist};

    /// A job of two steps, the first in two parts.
    async fn jobs() -> Arc<Jobs> {
        let config = SessionConfig::new().with_target_partitions(2);
        let context = SessionContext::new_with_config(config.clone());
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
        let part = || {
            let numbers = Arc::new(Int64Array::from_iter_values(0..100));
            vec![RecordBatch::try_new(schema.clone(), vec![numbers]).unwrap()]
        };
        let table = MemTable::try_new(schema.clone(), vec![part(), part()]).unwrap();
        context.register_table("t", Arc::new(table)).unwrap();
        let rows = context.sql("SELECT n, count(*) FROM t GROUP BY n").await.unwrap();
        let plan = rows.create_physical_plan().await.unwrap();
        let name = JobId::new("one".to_owned());
        let mut planner = DefaultDistributedPlanner::new();
        let graph = StaticExecutionGraph::new(
            "scheduler",
            &name,
            "",
            "session",
            plan,
            0,
            Arc::new(config),
            &mut planner,
            None,
        );
        let mut graph: ExecutionGraphBox = Box::new(graph.unwrap());
        graph.revive();
        Arc::new(HashMap::from([(name, JobInfoCache::new(graph))]))
    }

    async fn handed_out(slots: &Slots, jobs: &Arc<Jobs>) -> usize {
        let round = TaskDistributionPolicy::RoundRobin;
        slots.bind_schedulable_tasks(round, Arc::clone(jobs), None).await.unwrap().len()
    }

    fn watch() -> Watch {
        Watch { patience: Duration::from_secs(5), alone_since: None, still: HashMap::new() }
    }

    #[tokio::test]
    async fn what_a_lost_executor_had_is_not_handed_to_another_and_its_job_is_given_up() {
        let (slots, jobs, mut watch) = (Slots::default(), jobs().await, watch());
        enlist(&slots, "one", 1).await;
        enlist(&slots, "two", 1).await;
        assert_eq!(handed_out(&slots, &jobs).await, 2);
        assert_eq!(watch.gives_up(&jobs, true, Instant::now()).await, []);
        slots.remove_executor("one").await.unwrap();
        enlist(&slots, "three", 1).await;
        for about in jobs.values() {
            let (begun_anew, _) =
                about.execution_graph.write().await.reset_stages_on_lost_executor("one").unwrap();
            assert!(!begun_anew.is_empty());
        }
        assert_eq!(handed_out(&slots, &jobs).await, 0);
        let given_up = watch.gives_up(&jobs, true, Instant::now()).await;
        assert_eq!(given_up, jobs.keys().cloned().collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_task_that_failed_by_itself_is_tried_again() {
        let (slots, jobs, mut watch) = (Slots::default(), jobs().await, watch());
        enlist(&slots, "one", 1).await;
        assert_eq!(handed_out(&slots, &jobs).await, 1);
        let one = slots.get_executor_metadata("one").await.unwrap();
        let failed = FailedTask {
            error: "no space left".to_owned(),
            retryable: true,
            count_to_failures: true,
            failed_reason: Some(Reason::IoError(IoError {})),
        };
        let status =
            TaskStatus { stage_id: 1, status: Some(Status::Failed(failed)), ..TaskStatus::default() };
        for about in jobs.values() {
            about.execution_graph.write().await.update_task_status(&one, vec![status.clone()], 4, 4).unwrap();
        }
        assert_eq!(handed_out(&slots, &jobs).await, 1);
        assert_eq!(watch.gives_up(&jobs, true, Instant::now()).await, []);
    }

    #[tokio::test]
    async fn a_job_that_stands_still_is_given_up_after_a_while() {
        let (jobs, mut watch) = (jobs().await, watch());
        for _ in 0..STILL {
            assert_eq!(watch.gives_up(&jobs, true, Instant::now()).await, [], "it waits to be run");
        }
        for about in jobs.values() {
            let mut graph = about.execution_graph.write().await;
            graph.fetch_running_stage(&[]).unwrap().pending.next_slice(usize::MAX);
        }
        for _ in 1..STILL {
            assert_eq!(watch.gives_up(&jobs, true, Instant::now()).await, []);
        }
        assert_eq!(watch.gives_up(&jobs, true, Instant::now()).await.len(), 1);
    }

    #[tokio::test]
    async fn without_executors_everything_is_given_up_after_the_patience_for_them() {
        let (jobs, mut watch, now) = (jobs().await, watch(), Instant::now());
        let after = |seconds| now + Duration::from_secs(seconds);
        for (seconds, has_executors, given_up) in
            [(0, false, 0), (4, false, 0), (5, true, 0), (6, false, 0), (10, false, 0), (11, false, 1)]
        {
            let found = watch.gives_up(&jobs, has_executors, after(seconds)).await.len();
            assert_eq!(found, given_up, "after {seconds} s");
        }
    }
}
