//! The two kinds of nodes of a cluster, each for as long as it serves. They hold nothing that must survive them.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use ballista_core::{config::TaskSchedulingPolicy, utils::default_session_builder};
use ballista_executor::{
    executor_process::{ExecutorProcessConfig, start_executor_process},
    metrics::ExecutorMetricCollectionPolicy,
};
use ballista_scheduler::{
    cluster::BallistaCluster,
    config::{SchedulerConfig, TaskDistributionPolicy},
    scheduler_process::{create_scheduler, start_grpc_service_with_listener},
};
use datafusion::{
    error::DataFusionError,
    execution::{SessionState, SessionStateBuilder, runtime_env::RuntimeEnvBuilder},
    prelude::SessionConfig,
};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::{
    CONNECTING,
    apart::Apart,
    gone::NothingIsGone,
    reading::Readable,
    slots::Slots,
    watch::{LOOKING_SECONDS, give_up},
    words::untold,
    work::Quiet,
};
use crate::engine::{
    address::{ClusterError, ExecutorSetting, SchedulerSetting},
    distinct::counting_rightly,
    session::pool,
};

/// How often an executor says that it is alive.
const BEAT_SECONDS: u64 = 2;

/// How long the rows of a finished statement wait to be fetched, and those between its steps take room.
const FETCHED_SECONDS: u64 = 1800;

/// What a crash left in an executor's folder goes after a day.
const LEFT_SECONDS: u64 = 86_400;

/// How often an executor sweeps its folder.
const SWEEP_SECONDS: u64 = 600;

/// Serves as the scheduler until the program ends; `announce` hears where it listens.
pub async fn serve_scheduler(
    setting: &SchedulerSetting,
    announce: impl FnOnce(SocketAddr),
) -> Result<(), ClusterError> {
    let failed = |error: &dyn std::fmt::Display| ClusterError::Listen {
        listen: setting.listen,
        message: error.to_string(),
    };
    let listener = TcpListener::bind(setting.listen).await.map_err(|error| failed(&error))?;
    let listen = listener.local_addr().map_err(|error| failed(&error))?;
    let patience = setting.patience.as_secs();
    let readable = Readable::new(&setting.storage, "the scheduler");
    let config = SchedulerConfig {
        bind_host: host(listen.ip()),
        bind_port: listen.port(),
        external_host: setting.name.clone().unwrap_or_else(|| host(listen.ip())),
        scheduling_policy: TaskSchedulingPolicy::PushStaged,
        // Every executor gets work, not one after another.
        task_distribution: TaskDistributionPolicy::RoundRobin,
        executor_timeout_seconds: patience,
        expire_dead_executor_interval_seconds: LOOKING_SECONDS,
        no_executors_grace_period_seconds: patience,
        override_session_builder: Some(Arc::new(move |config| session(config, &readable))),
        finished_job_data_clean_up_interval_seconds: FETCHED_SECONDS,
        ..SchedulerConfig::default()
    };
    let ended = |error: ballista_core::error::BallistaError| ClusterError::Ended(error.to_string());
    let state = BallistaCluster::new_from_config(&config).await.map_err(ended)?;
    let state = BallistaCluster::new(Arc::new(Slots::default()), state.job_state());
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(state, Arc::new(config))
        .await
        .map_err(ended)?;
    announce(listen);
    tokio::select! {
        served = start_grpc_service_with_listener(listener, scheduler.clone()) => served.map_err(ended),
        () = give_up(&scheduler, setting.patience) => Ok(()),
    }
}

/// What a scheduler plans with.
fn session(config: SessionConfig, readable: &Readable) -> Result<SessionState, DataFusionError> {
    let state = SessionStateBuilder::new_from_existing(counting_rightly(default_session_builder(config)?))
        .with_analyzer_rule(Arc::new(NothingIsGone))
        .with_physical_optimizer_rule(Arc::new(Apart));
    Ok(state.with_runtime_env(readable.runtime(RuntimeEnvBuilder::new())?).build())
}

/// Serves as an executor until it is told to stop; `announce` is heard before it offers itself to the scheduler.
pub async fn serve_executor(setting: &ExecutorSetting, announce: impl FnOnce()) -> Result<(), ClusterError> {
    let address = &setting.scheduler;
    let unreached = |message: String| ClusterError::NoScheduler { address: address.clone(), message };
    match timeout(CONNECTING, TcpStream::connect(address.to_string())).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => return Err(unreached(error.to_string())),
        Err(_) => return Err(unreached(format!("no answer in {} s", CONNECTING.as_secs()))),
    }
    for port in [setting.listen.port(), setting.tasks] {
        let listen = SocketAddr::new(setting.listen.ip(), port);
        let failed = |error: std::io::Error| ClusterError::Listen { listen, message: error.to_string() };
        TcpListener::bind(listen).await.map_err(failed)?;
    }
    // A folder of its own: whatever lies in an executor's folder is swept away.
    let work = tempfile::Builder::new().prefix("hedui-executor-").tempdir_in(&setting.work);
    let work = work.map_err(|error| ClusterError::Work {
        path: setting.work.display().to_string(),
        message: error.to_string(),
    })?;
    let spilled = work.path().to_owned();
    let name = setting.name.clone().unwrap_or_else(|| host(setting.listen.ip()));
    let readable = Readable::new(&setting.storage, &format!("the executor {name}:{}", setting.listen.port()));
    let config = ExecutorProcessConfig {
        bind_host: host(setting.listen.ip()),
        external_host: setting.name.clone(),
        port: setting.listen.port(),
        grpc_port: setting.tasks,
        scheduler_host: address.host().to_owned(),
        scheduler_port: address.port(),
        vcores: setting.limits.threads.max(1),
        task_scheduling_policy: TaskSchedulingPolicy::PushStaged,
        work_dir: Some(work.path().display().to_string()),
        job_data_ttl_seconds: LEFT_SECONDS,
        job_data_clean_up_interval_seconds: SWEEP_SECONDS,
        executor_heartbeat_interval_seconds: BEAT_SECONDS,
        memory_pool_size: setting.limits.memory.and_then(|bytes| u64::try_from(pool(bytes)).ok()),
        // Nobody reads what it would measure of the whole machine at every beat.
        metric_collection_policy: ExecutorMetricCollectionPolicy::Off,
        override_execution_engine: Some(Arc::new(Quiet::default())),
        override_runtime_producer: Some(Arc::new(move |_| {
            readable.runtime(RuntimeEnvBuilder::new().with_temp_file_path(&spilled))
        })),
        ..ExecutorProcessConfig::default()
    };
    announce();
    tokio::select! {
        served = start_executor_process(Arc::new(config)) => {
            served.map_err(|error| ClusterError::Ended(error.to_string()))
        }
        () = untold() => Err(ClusterError::Untold { scheduler: address.clone() }),
    }
}

/// As it stands in an address.
fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
