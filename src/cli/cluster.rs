//! `hedui cluster`: the nodes of a cluster; and `hedui run --engine`, as far as the cluster goes.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use serde_json::json;

use super::{
    Exit,
    args::{ClusterCommand, Executor, Global, Scheduler},
    failure::Failure,
    output::Output,
    places::settings,
};
use crate::engine::{self, Address, Cluster, ClusterError, ExecutorSetting, SchedulerSetting, Storage};

/// The cluster that this program works with, once it is reached: whoever ends the program has its jobs cancelled.
pub type Reached = Arc<OnceLock<Cluster>>;

/// How long the end of the program waits for jobs to be cancelled.
const LEAVING: Duration = Duration::from_secs(1);

/// Serves as a node until it is told to stop.
pub async fn run(global: &Global, command: &ClusterCommand, output: &Arc<Output>) -> Result<Exit, Failure> {
    let shown = Arc::clone(output);
    engine::listen(move |words, is_warning| {
        // In the words of the library, which has no others.
        if is_warning { shown.note(words, words) } else { shown.detail(words) }
    });
    let served = match command {
        ClusterCommand::Scheduler(node) => scheduler(node, output).await?,
        ClusterCommand::Executor(node) => executor(global, node, output).await?,
    };
    served.map_err(|error| failure(&error))?;
    output.note("节点已停止", "the node has stopped");
    Ok(Exit::Done)
}

async fn scheduler(node: &Scheduler, output: &Output) -> Result<Result<(), ClusterError>, Failure> {
    if node.listen.ip().is_unspecified() && node.name.is_none() {
        return Err(Failure::usage(
            "在所有地址上监听时，要写明执行端用什么名称连接本机",
            "a scheduler that listens on every address needs a name by which executors reach it",
        )
        .hint("加上 --name 主机名", "add --name HOST"));
    }
    let patience = Duration::from_secs(node.patience);
    let setting = SchedulerSetting {
        listen: node.listen,
        name: node.name.clone(),
        patience,
        storage: storage(node.no_files),
    };
    let announce = |listen: std::net::SocketAddr| {
        output.note(&format!("调度端在 {listen}"), &format!("the scheduler listens on {listen}"));
        output.json(&json!({"node": "scheduler", "listen": listen.to_string()}));
        warn_of_open(listen.ip().is_loopback(), output);
    };
    Ok(tokio::select! {
        served = engine::serve_scheduler(&setting, announce) => served,
        _ = tokio::signal::ctrl_c() => Ok(()),
    })
}

async fn executor(
    global: &Global,
    node: &Executor,
    output: &Output,
) -> Result<Result<(), ClusterError>, Failure> {
    let Some(tasks) = node.tasks.or_else(|| node.listen.port().checked_add(1)) else {
        return Err(Failure::usage("端口太大", "there is no next port").hint("写明 --tasks", "give --tasks"));
    };
    if node.listen.port() == 0 || tasks == 0 || tasks == node.listen.port() {
        return Err(Failure::usage(
            "执行端需要两个写明的、不同的端口",
            "an executor needs two ports, named and different",
        )
        .hint("写明 --listen 地址:端口 和 --tasks 端口", "give --listen ADDRESS:PORT and --tasks PORT"));
    }
    let setting = ExecutorSetting {
        scheduler: node.scheduler.clone(),
        listen: node.listen,
        tasks,
        name: node.name.clone(),
        work: node.work.clone().unwrap_or_else(std::env::temp_dir),
        limits: global.limits(),
        storage: storage(node.no_files),
    };
    let announce = || {
        let (listen, scheduler) = (node.listen, &node.scheduler);
        output.note(
            &format!("执行端在 {listen}，为 {scheduler} 工作"),
            &format!("the executor listens on {listen} and works for {scheduler}"),
        );
        output.json(&json!({"node": "executor", "listen": listen.to_string(), "tasks": tasks, "scheduler": scheduler.to_string()}));
        warn_of_open(listen.ip().is_loopback(), output);
    };
    let told = tokio::spawn(told_to_stop());
    let served = engine::serve_executor(&setting, announce).await;
    // Whoever keeps it running must see that nobody asked it to stop.
    Ok(match served {
        Ok(()) if !told.is_finished() => Err(ClusterError::GivenUp { scheduler: node.scheduler.clone() }),
        // Told to stop, it takes its leave, whether or not the scheduler still heard of every task.
        Err(ClusterError::Untold { .. }) if told.is_finished() => Ok(()),
        served => served,
    })
}

fn storage(no_files: bool) -> Storage {
    Storage { settings: settings(), has_files: !no_files }
}

/// Ends when somebody tells this program to stop. The executor hears it, too, and brings its work to an end.
async fn told_to_stop() {
    #[cfg(unix)]
    if let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn warn_of_open(is_loopback: bool, output: &Output) {
    if !is_loopback {
        output.warning(
            "集群的端口没有口令，传送不加密：谁连得上，谁就能读执行端能读的文件。只放在可信的专用网络里，用防火墙隔开",
            "the ports of a cluster have no password and no encryption: whoever reaches them can read what the executors can read. Keep them in a trusted network of their own, behind a firewall",
        );
    }
}

/// Reaches the cluster that was asked for, if any. What is lost there and asked for again is said as it happens.
pub async fn reach<'a>(
    address: Option<&Address>,
    reached: &'a Reached,
    output: &Arc<Output>,
) -> Result<Option<&'a Cluster>, Failure> {
    let Some(address) = address else { return Ok(None) };
    let output = Arc::clone(output);
    let hear = move |what: &str| {
        output.warning(
            &format!("{what} 在集群上丢失，正在从头再求一次"),
            &format!("{what} was lost on the cluster and is asked for again"),
        );
    };
    let cluster = Cluster::reach(address, hear).await.map_err(|error| failure(&error))?;
    Ok(Some(reached.get_or_init(|| cluster)))
}

/// Cancels what runs on the cluster, if one was reached.
pub async fn stop(reached: &Reached) {
    if let Some(cluster) = reached.get() {
        // A cluster that does not answer has to finish its jobs in vain.
        let _ = tokio::time::timeout(LEAVING, cluster.stop()).await;
    }
}

/// A cluster's error as the end of a command.
fn failure(error: &ClusterError) -> Failure {
    let (zh, en) = match error {
        ClusterError::NotBuilt => {
            ("这个 hedui 构建时没有带集群部分", "this hedui was built without its cluster part")
        }
        ClusterError::NoScheduler { .. } => {
            ("连不上调度端，没有运行", "no scheduler answers; nothing was run")
        }
        ClusterError::NoExecutor { .. } => {
            ("调度端没有执行端可用，没有运行", "the scheduler has no executor; nothing was run")
        }
        ClusterError::Listen { .. } => ("不能在这个地址监听", "it cannot listen on this address"),
        ClusterError::Work { .. } => ("中间数据的文件夹不能使用", "the folder for rows cannot be used"),
        ClusterError::Ended(_) | ClusterError::GivenUp { .. } | ClusterError::Untold { .. } => {
            ("节点停止了工作", "the node has stopped working")
        }
    };
    let mut failure = Failure::failed(zh, en, error);
    failure.hint = error.hint();
    if error.is_usage() { failure.exit(Exit::Usage) } else { failure }
}
