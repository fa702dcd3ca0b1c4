//! What the scheduler knows of its executors: who is alive, and how many threads of each are free. It never counts a thread as
//! taken on which nothing runs, and never hands out what was done before.
//!
//! # Decisions
//!
//! - Ballista adds and subtracts, and forgets to give back what a step held on the executors that are left when it is begun anew
//!   after another was lost. Such an executor would never be given work again. So what is free is reckoned from the tasks that
//!   run, whenever work is handed out.
//! - What is given back too late counts up to the executor's threads, no further.
//! - A scheduler that was itself stopped for a while, with its whole machine or by hand, has heard nobody in that time. It gives
//!   its executors another while before it takes them for lost.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use ballista_core::{
    JobId,
    error::Result,
    serde::{
        protobuf::{ExecutorHeartbeat, task_status::Status},
        scheduler::{ExecutorData, ExecutorMetadata},
    },
};
use ballista_scheduler::{
    cluster::{BoundTask, ClusterState, ClusterStateEventStream, ExecutorSlot, memory::InMemoryClusterState},
    config::TaskDistributionPolicy,
    scheduler_server::timestamp_secs,
    state::{execution_stage::ExecutionStage, task_manager::JobInfoCache},
};
use tokio::sync::Mutex;

use super::watch::done_once;

/// What the scheduler knows of its executors, with their threads counted anew.
#[derive(Default)]
pub(super) struct Slots {
    nodes: InMemoryClusterState,
    threads: Mutex<HashMap<String, Threads>>,
    awake: Awake,
}

/// Since when the scheduler is awake, told by how often it looks: every second.
#[derive(Default)]
struct Awake {
    looked: AtomicU64,
    since: AtomicU64,
}

/// A scheduler that did not look for so many seconds was not awake.
const ASLEEP: u64 = 4;

impl Awake {
    /// It looks now: since when it did so without a break.
    fn since(&self, now: u64) -> u64 {
        let looked = self.looked.swap(now, Ordering::Relaxed);
        if now.saturating_sub(looked) >= ASLEEP {
            self.since.store(now, Ordering::Relaxed);
        }
        self.since.load(Ordering::Relaxed)
    }
}

/// Those of one executor.
#[derive(Clone, Copy)]
struct Threads {
    all: u32,
    free: u32,
}

impl Threads {
    /// Gives back so many, as far as they were taken; how many that was.
    fn give_back(&mut self, threads: u32) -> u32 {
        let given = threads.min(self.all.saturating_sub(self.free));
        self.free += given;
        given
    }
}

/// How many threads tasks hold, by executor.
async fn held(jobs: &HashMap<JobId, JobInfoCache>) -> HashMap<String, u32> {
    let mut held = HashMap::new();
    for job in jobs.values() {
        let graph = job.execution_graph.read().await;
        for stage in graph.stages().values() {
            let ExecutionStage::Running(stage) = stage else { continue };
            for task in &stage.task_infos {
                if let Status::Running(running) = &task.task_status {
                    *held.entry(running.executor_id.clone()).or_default() += task.vcores_consumed;
                }
            }
        }
    }
    held
}

#[async_trait::async_trait]
impl ClusterState for Slots {
    async fn bind_schedulable_tasks(
        &self,
        distribution: TaskDistributionPolicy,
        jobs: Arc<HashMap<JobId, JobInfoCache>>,
        executors: Option<HashSet<String>>,
    ) -> Result<Vec<BoundTask>> {
        let mut threads = self.threads.lock().await;
        let held = held(&jobs).await;
        let mut given_back = Vec::new();
        for (executor, threads) in threads.iter_mut() {
            let free = threads.all.saturating_sub(held.get(executor).copied().unwrap_or_default());
            let given = threads.give_back(free.saturating_sub(threads.free));
            if given > 0 {
                given_back.push((executor.clone(), given));
            }
        }
        self.nodes.unbind_tasks(given_back).await?;
        let bound = self.nodes.bind_schedulable_tasks(distribution, Arc::clone(&jobs), executors).await?;
        for (executor, task) in &bound {
            if let Some(threads) = threads.get_mut(executor) {
                threads.free = threads.free.saturating_sub(task.vcores_consumed);
            }
        }
        Ok(done_once(bound, &jobs).await)
    }

    async fn unbind_tasks(&self, slots: Vec<ExecutorSlot>) -> Result<()> {
        let mut threads = self.threads.lock().await;
        let given_back = slots.into_iter().filter_map(|(executor, count)| {
            let given = threads.get_mut(&executor)?.give_back(count);
            Some((executor, given))
        });
        self.nodes.unbind_tasks(given_back.collect()).await
    }

    async fn register_executor(&self, about: ExecutorMetadata, data: ExecutorData) -> Result<()> {
        let (executor, all, free) = (about.id.clone(), data.total_vcores, data.available_vcores);
        let mut threads = self.threads.lock().await;
        self.nodes.register_executor(about, data).await?;
        threads.insert(executor, Threads { all, free });
        Ok(())
    }

    async fn save_executor_metadata(&self, about: ExecutorMetadata) -> Result<()> {
        self.nodes.save_executor_metadata(about).await
    }

    async fn get_executor_metadata(&self, executor: &str) -> Result<ExecutorMetadata> {
        self.nodes.get_executor_metadata(executor).await
    }

    async fn registered_executor_metadata(&self) -> Vec<ExecutorMetadata> {
        self.nodes.registered_executor_metadata().await
    }

    async fn save_executor_heartbeat(&self, heartbeat: ExecutorHeartbeat) -> Result<()> {
        self.nodes.save_executor_heartbeat(heartbeat).await
    }

    async fn remove_executor(&self, executor: &str) -> Result<()> {
        let mut threads = self.threads.lock().await;
        threads.remove(executor);
        self.nodes.remove_executor(executor).await
    }

    fn executor_heartbeats(&self) -> HashMap<String, ExecutorHeartbeat> {
        let awake = self.awake.since(timestamp_secs());
        let mut heartbeats = self.nodes.executor_heartbeats();
        heartbeats.values_mut().for_each(|heartbeat| heartbeat.timestamp = heartbeat.timestamp.max(awake));
        heartbeats
    }

    fn get_executor_heartbeat(&self, executor: &str) -> Option<ExecutorHeartbeat> {
        self.nodes.get_executor_heartbeat(executor)
    }

    async fn cluster_state_events(&self) -> Result<ClusterStateEventStream> {
        self.nodes.cluster_state_events().await
    }
}

#[cfg(test)]
pub(super) mod tests {
    use ballista_core::serde::scheduler::{ExecutorOperatingSystemSpecification, ExecutorSpecification};

    use super::*;

    /// Tells of an executor of so many threads.
    pub(in crate::engine::cluster) async fn enlist(slots: &Slots, name: &str, threads: u32) {
        let about = ExecutorMetadata {
            id: name.to_owned(),
            host: "127.0.0.1".to_owned(),
            port: 1,
            grpc_port: 2,
            specification: ExecutorSpecification::default().with_vcores(threads),
            os_info: ExecutorOperatingSystemSpecification::default(),
        };
        let data =
            ExecutorData { executor_id: name.to_owned(), total_vcores: threads, available_vcores: threads };
        slots.register_executor(about, data).await.unwrap();
    }

    async fn with_executor(threads: u32) -> Slots {
        let slots = Slots::default();
        enlist(&slots, "one", threads).await;
        slots
    }

    async fn free(slots: &Slots) -> u32 {
        slots.threads.lock().await["one"].free
    }

    #[tokio::test]
    async fn threads_that_nothing_runs_on_are_free_again_when_work_is_handed_out() {
        let slots = with_executor(4).await;
        slots.threads.lock().await.get_mut("one").unwrap().free = 0;
        let handed = slots.bind_schedulable_tasks(TaskDistributionPolicy::RoundRobin, Arc::default(), None);
        assert!(handed.await.unwrap().is_empty());
        assert_eq!(free(&slots).await, 4);
    }

    #[test]
    fn a_scheduler_that_was_asleep_begins_to_wait_anew() {
        let awake = Awake::default();
        let said = [100, 101, 102, 102, 105, 109, 110, 111].map(|now| awake.since(now));
        assert_eq!(said, [100, 100, 100, 100, 100, 109, 109, 109]);
    }

    #[tokio::test]
    async fn what_is_given_back_twice_counts_once() {
        let slots = with_executor(4).await;
        slots.threads.lock().await.get_mut("one").unwrap().free = 1;
        for expected in [3, 4, 4] {
            slots.unbind_tasks(vec![("one".to_owned(), 2), ("gone".to_owned(), 2)]).await.unwrap();
            assert_eq!(free(&slots).await, expected);
        }
    }
}
