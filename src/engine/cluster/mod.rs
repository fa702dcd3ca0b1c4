//! A cluster: statements travel to a scheduler, which shares them out among executors and tells where their rows are.
//!
//! A statement is shipped as a plan, with the paths or `s3://` addresses of the tables that it reads and its literals; rows travel
//! from executor to executor and at last to here. Nothing of identity keys, of the keys of object storage or of the dictionary is
//! ever part of a plan. No port has a password: whoever reaches the scheduler can have its executors read any file and any bucket
//! that they may read, so all of it belongs into a network of its own.
//!
//! # What goes where
//!
//! Facts, what a rule selects, its judging and its evidence are jobs on the cluster. Reading deliveries, counting, leads, lists and
//! report stay with `hedui run`, and so does every file of the run. Rows made here that later statements read (figures, feeds,
//! candidates, leads) are written as Parquet beside the facts, in `.drafts` of the store.
//!
//! Of a store in a folder, nodes read the same files under the same paths. Of a store in object storage they read the objects, with
//! settings from their own environment: a statement that is about to leave has its tables' paths replaced by addresses, and what is
//! not there yet is put there first (see `remote.rs`, `store::bucket`). Snapshots that were published before are not brought to the
//! machine of the run at all. Each node reaches a bucket when a plan names it first.
//!
//! # How large
//!
//! - `--threads` of `hedui run` is in how many parts a statement is cut, shared among up to four rules at once: give it the threads
//!   of all executors together.
//! - Of an executor's `--memory` three fifths are counted, the same share for each of its threads; beyond, sorts go to its
//!   `--work` folder. Rows between two steps lie there, too, for half an hour.
//! - The rows of every fact pass through `hedui run`, over object storage twice: its network and disk are the bound that more
//!   executors do not move.
//!
//! # When it pays
//!
//! Measured once on one machine with two cores, an optimised build: a run on it, and the same run on a scheduler and two
//! executors of one thread each beside it, over a folder. The results were the same to the byte.
//!
//! | people | | whole run | processor's time of it | most memory |
//! |---|---|---|---|---|
//! | 1 million | here | 6.3 s | 11 s | 680 MB |
//! | | cluster | 25 s | 38 s (scheduler 4, executors 27) | 340 MB an executor |
//! | 3 million | here | 13.5 s | 24 s | 1,330 MB |
//! | | cluster | 56 s | 98 s (scheduler 6, executors 75) | 620 MB an executor |
//!
//! With an executor killed about every five seconds and another one started, the run over the million took 47 s for eight of them,
//! with one every eight seconds 29 s, to the same bytes; with one every three seconds it gave up after 21.
//!
//! So it is 10 s and then four times the work: joins sort, rows between steps pass through files, and what lies in memory here is
//! read anew there. Reckoned on from that, as if all of it grew with the people and the time shrank with the cores, with 490 bytes
//! of memory a person (see `night::memory`), 11 s of the processor's time a million for taking in, and 360 bytes of facts a person:
//!
//! | people | run here, core-hours | on a cluster | taking in, core-hours | memory of one machine | facts that pass through it |
//! |---|---|---|---|---|---|
//! | 10 million | 0.02 | 0.09 | 0.03 | 5 GB | 4 GB |
//! | 100 million | 0.2 | 0.8 | 0.3 | 50 GB | 36 GB |
//! | 1.4 billion | 2.6 | 12 | 4.3 | 700 GB | 500 GB |
//!
//! Taking in stays on one machine and is the larger part, and so do counting, lists and report. A cluster pays where the machine of
//! the store has not the memory, or where the executors have well over four times its cores; and never below what its network takes
//! over the facts. For all of China 32 cores here need 5 minutes, and the facts alone 7 at 10 Gbit/s: what a cluster gains there is
//! room, not time. One large machine comes first. What a real network adds to each statement is not known.
//!
//! # Decisions
//!
//! - Rows are fetched from here, and here alone is written. Executors need no right to write into the store, and a task that is
//!   done twice, because its executor was lost, cannot leave its rows twice.
//! - The adaptive planner is off: it does not recover from a lost executor.
//! - Joins sort, as Ballista has it: a join by hash cannot go to disk, and on an executor many tasks share the memory.
//! - What is abandoned is cancelled by name. Letting go of its rows does not end a job.
//! - Of what an executor held that is lost, nothing is done again by itself: the statement is given up and asked for anew, from
//!   the beginning (see `watch.rs` for why). That costs the scheduler's patience and one statement at the most; with no executor
//!   left, what waits for one fails. An executor that is given up ends, and whoever keeps it running starts it again.

mod apart;
mod gone;
mod job;
mod reading;
mod serve;
mod slots;
#[cfg(test)]
mod tests;
mod watch;
mod words;
mod work;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arrow::array::RecordBatch;
use ballista_core::{
    JobId,
    serde::protobuf::{CancelJobParams, scheduler_grpc_client::SchedulerGrpcClient},
};
use datafusion::{logical_expr::LogicalPlanBuilder, prelude::lit};
use futures::TryStreamExt;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};

pub(super) use job::Job;
pub use serve::{serve_executor, serve_scheduler};
pub use words::listen;

use super::{
    Engine, EngineError, Limits,
    address::{Address, ClusterError},
};
use job::Query;

/// How long a scheduler may take to answer at all.
const CONNECTING: Duration = Duration::from_secs(5);

/// How long a scheduler may take to find an executor for the first, empty statement.
const FINDING: Duration = Duration::from_secs(20);

/// How many executors are asked in turn whether they are there.
const ASKED: usize = 4;

/// What became of a statement that the scheduler cancelled by itself.
const GIVEN_UP: &str =
    "the scheduler gave it up: an executor was lost, there is none, or nothing of it went on";

/// A scheduler that was reached, with the jobs that it has from here.
#[derive(Clone)]
pub struct Cluster(Arc<Reached>);

struct Reached {
    url: String,
    jobs: Mutex<BTreeMap<u64, Arc<Query>>>,
    begun: AtomicU64,
    hear: Box<dyn Fn(&str) + Send + Sync>,
}

impl Cluster {
    /// Reaches a scheduler and has an executor answer. `hear` is told of every statement that is lost there and asked for again.
    pub async fn reach(
        address: &Address,
        hear: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, ClusterError> {
        let failed = |message: String| ClusterError::NoScheduler { address: address.clone(), message };
        match timeout(CONNECTING, TcpStream::connect(address.to_string())).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(failed(error.to_string())),
            Err(_) => return Err(failed(format!("no answer in {} s", CONNECTING.as_secs()))),
        }
        let reached = Reached {
            url: format!("http://{address}"),
            jobs: Mutex::default(),
            begun: AtomicU64::new(0),
            hear: Box::new(hear),
        };
        let cluster = Self(Arc::new(reached));
        let asked_at = Instant::now();
        let no_executor =
            || ClusterError::NoExecutor { address: address.clone(), seconds: asked_at.elapsed().as_secs() };
        match timeout(FINDING, cluster.ask()).await {
            Ok(Ok(())) => Ok(cluster),
            // The scheduler was tired of waiting for one.
            Ok(Err(error)) if error.to_string().contains(GIVEN_UP) => Err(no_executor()),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => {
                let _ = timeout(CONNECTING, cluster.stop()).await;
                Err(no_executor())
            }
        }
    }

    /// Whether an executor still answers: what was lost on the way may be worth asking for again.
    async fn answers(&self) -> bool {
        matches!(timeout(FINDING, self.ask()).await, Ok(Ok(())))
    }

    /// Has an executor say one. The first that is asked may be gone without the scheduler knowing it.
    async fn ask(&self) -> Result<(), EngineError> {
        let mut asked = 1;
        loop {
            match self.ask_one().await {
                Err(error) if asked < ASKED && error.to_string().contains(GIVEN_UP) => asked += 1,
                answer => return answer,
            }
        }
    }

    async fn ask_one(&self) -> Result<(), EngineError> {
        let what = "a first statement";
        let failed = |error| EngineError::of(what, &error);
        let engine = Engine::new(Limits { threads: 1, memory: None })?;
        let one = LogicalPlanBuilder::empty(true).project([lit(1).alias("one")]).map_err(failed)?;
        let job = self.ship(engine.state(), one.build().map_err(failed)?).map_err(failed)?;
        let rows: Vec<RecordBatch> = job.rows(what)?.try_collect().await.map_err(failed)?;
        job.done();
        let count: usize = rows.iter().map(RecordBatch::num_rows).sum();
        if count == 1 {
            return Ok(());
        }
        Err(EngineError::run(what, &format!("{count} rows came back instead of one")))
    }

    /// Cancels every job that is under way.
    pub async fn stop(&self) {
        let running: Vec<(u64, Arc<Query>)> = self.jobs().iter().map(|(n, job)| (*n, job.clone())).collect();
        for (number, query) in running {
            self.cancel(number, &query).await;
        }
    }

    fn tell(&self, what: &str) {
        (self.0.hear)(what);
    }

    fn jobs(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Arc<Query>>> {
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, query: &Arc<Query>) -> u64 {
        let number = self.0.begun.fetch_add(1, Ordering::Relaxed);
        self.jobs().insert(number, query.clone());
        number
    }

    fn forget(&self, number: u64) {
        self.jobs().remove(&number);
    }

    async fn cancel(&self, number: u64, query: &Query) {
        // A scheduler that is gone has no jobs any more, and one that was never given the job has none of this name.
        if let Some(id) = query.job_id()
            && let Ok(mut scheduler) = SchedulerGrpcClient::connect(self.0.url.clone()).await
        {
            let _ = scheduler.cancel_job(CancelJobParams { job_id: JobId::into_inner(id) }).await;
        }
        self.forget(number);
    }
}
