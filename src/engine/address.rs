//! Where a cluster's scheduler listens, what an executor is given, and why a cluster may not do: the words that the program
//! knows with and without its cluster part. Never opens a connection.

use std::{fmt, net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use super::Limits;
use crate::{model::Text, store::bucket::Settings};

/// A scheduler's address, as `HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// The machine; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// An address with its scheme, as `--engine` takes it: `ballista://HOST:PORT`.
    pub fn of_engine(text: &str) -> Result<Self, AddressError> {
        text.strip_prefix("ballista://").ok_or_else(|| AddressError(text.to_owned()))?.parse()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = || AddressError(text.to_owned());
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let port: u16 = port.parse().map_err(|_| wrong())?;
        let is_name = !host.is_empty()
            && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_v6 = inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok());
        if port == 0 || !(is_name || is_v6) {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

/// Not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` 不是调度端的地址：写成 ballista://主机:端口 · not a scheduler's address: write ballista://HOST:PORT"
)]
pub struct AddressError(String);

/// Where a node of a cluster reads tables.
#[derive(Debug, Clone)]
pub struct Storage {
    /// How object storage is reached.
    pub settings: Settings,
    /// Whether it reads files of its machine as well.
    pub has_files: bool,
}

/// What a scheduler is given.
#[derive(Debug, Clone)]
pub struct SchedulerSetting {
    /// Where it listens.
    pub listen: SocketAddr,
    /// By which name executors reach it; None: by the address that it listens on.
    pub name: Option<String>,
    /// After so long without a sign of life an executor is given up, and others do again what it worked on; after so long without any
    /// executor what was asked for has failed.
    pub patience: Duration,
    /// Where it reads tables.
    pub storage: Storage,
}

/// What an executor is given.
#[derive(Debug, Clone)]
pub struct ExecutorSetting {
    /// The scheduler that it works for.
    pub scheduler: Address,
    /// Where others fetch rows from it.
    pub listen: SocketAddr,
    /// The port on which the scheduler hands it work.
    pub tasks: u16,
    /// By which name others reach it; None: by the address that the scheduler sees.
    pub name: Option<String>,
    /// Where rows between two steps lie, in a folder of its own.
    pub work: PathBuf,
    /// Threads and memory.
    pub limits: Limits,
    /// Where it reads tables.
    pub storage: Storage,
}

/// A cluster could not be used or served.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The program was built without it.
    #[error("this hedui was built without its cluster part")]
    NotBuilt,
    /// Nobody answers, or somebody else does.
    #[error("failed to reach a scheduler at {address}: {message}")]
    NoScheduler {
        /// Where.
        address: Address,
        /// What happened.
        message: String,
    },
    /// A scheduler that has nobody to work for it.
    #[error("failed to find an executor: the scheduler at {address} gave no answer in {seconds} seconds")]
    NoExecutor {
        /// The scheduler.
        address: Address,
        /// How long was waited.
        seconds: u64,
    },
    /// An address on which nobody can listen.
    #[error("failed to listen on {listen}: {message}")]
    Listen {
        /// Where.
        listen: SocketAddr,
        /// What happened.
        message: String,
    },
    /// The folder for rows between two steps.
    #[error("failed to use {path}: {message}")]
    Work {
        /// The folder.
        path: String,
        /// What happened.
        message: String,
    },
    /// It stopped by itself.
    #[error("failed to go on serving: {0}")]
    Ended(String),
    /// Its scheduler did not hear what became of a task, and would wait for it without end.
    #[error("failed to tell the scheduler at {scheduler} what became of a task")]
    Untold {
        /// The scheduler.
        scheduler: Address,
    },
    /// Its scheduler has no more use for it, or is no more.
    #[error("failed to go on serving: the scheduler at {scheduler} gave this executor up, or is gone")]
    GivenUp {
        /// The scheduler.
        scheduler: Address,
    },
}

impl ClusterError {
    /// What to do about it.
    pub fn hint(&self) -> Option<Text> {
        let (zh, en) = match self {
            Self::NotBuilt => (
                "用 cargo build --release --features cluster 构建；或不写 --engine，在本机运行",
                "build it with cargo build --release --features cluster; or leave out --engine and run on this machine",
            ),
            Self::NoScheduler { .. } => (
                "先启动 hedui cluster scheduler，并核对主机、端口和防火墙；各机器用同一版本的 hedui",
                "start hedui cluster scheduler first, and look at host, port and firewall; all machines need the same hedui",
            ),
            Self::NoExecutor { .. } => (
                "在一台或多台机器上启动 hedui cluster executor --scheduler 主机:端口",
                "start hedui cluster executor --scheduler HOST:PORT on one or more machines",
            ),
            Self::Listen { .. } => (
                "换一个空闲的端口，地址要属于本机：--listen 地址:端口",
                "take a free port and an address of this machine: --listen ADDRESS:PORT",
            ),
            Self::Work { .. } => {
                ("用 --work 指明一个可写的文件夹", "name a folder that can be written with --work")
            }
            Self::Ended(_) => return None,
            Self::Untold { .. } => (
                "核对到调度端的网络，然后重新启动它，服务管理器可以自动做到；它手上的语句会由别的执行端从头再做",
                "look at the network to the scheduler and start it again, which a service manager can do by itself; what it worked on is asked for again from the beginning",
            ),
            Self::GivenUp { .. } => (
                "重新启动它，服务管理器可以自动做到；若只是太忙而没有及时应答，给调度端更大的 --patience",
                "start it again, which a service manager can do by itself; if it was only too busy to answer in time, give the scheduler more --patience",
            ),
        };
        Some(Text::new(zh, en))
    }

    /// Whether the command, and not the cluster, has to change.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NotBuilt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_nonsense_is_refused() {
        for good in ["ballista://a-1.example:50050", "ballista://10.0.0.7:1", "ballista://[::1]:65535"] {
            let address = Address::of_engine(good).unwrap();
            assert_eq!(format!("ballista://{address}"), good);
        }
        for bad in [
            "",
            "local",
            "a:50050",
            "http://a:50050",
            "ballista://",
            "ballista://a",
            "ballista://:50050",
            "ballista://a:0",
            "ballista://a:65536",
            "ballista://a:50050/x",
            "ballista://a b:50050",
            "ballista://me@a:50050",
            "ballista://[a]:50050",
        ] {
            let refused = Address::of_engine(bad).unwrap_err().to_string();
            assert!(refused.contains("ballista://HOST:PORT"), "{bad}: {refused}");
        }
    }
}
