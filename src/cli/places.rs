//! Where a command's store and inbox are: folders of this machine, or object storage with a working copy of it.
//!
//! It reads the environment for object storage, and shows nothing of what it finds there but names.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Exit, failure::Failure, output::Output, transfer::Transfer};
use crate::{
    accept,
    model::Digest,
    store::{
        InPlace, Share, Supply,
        bucket::{Address, BucketError, Holder, Need, Opening, RemoteInbox, RemoteStore, Settings},
    },
};

/// A store and an inbox that are ready to be worked on.
pub struct Places {
    /// The store's folder.
    pub store: PathBuf,
    /// The inbox's folder.
    pub inbox: PathBuf,
    remote: Option<Arc<RemoteStore>>,
    remote_inbox: Option<RemoteInbox>,
}

impl Places {
    /// Opens both. What is a folder already stays as it is.
    pub async fn open(
        store: &Path,
        inbox: &Path,
        cache: Option<&Path>,
        need: Need,
        output: &Arc<Output>,
    ) -> Result<Self, Failure> {
        let mut places =
            Self { store: store.to_owned(), inbox: inbox.to_owned(), remote: None, remote_inbox: None };
        if let Some(opening) = opening(store, cache, output)? {
            let remote = Arc::new(RemoteStore::open(&opening, need).await.map_err(|error| failure(&error))?);
            places.store = remote.folder();
            let held = Arc::clone(&remote);
            output.on_stop(async move {
                // Whoever comes next finds it free, or takes it over.
                let _ = held.close().await;
            });
            places.remote = Some(remote);
        }
        match places.open_inbox(inbox, cache, output).await {
            Ok(()) => Ok(places),
            Err(failure) => {
                places.close(output).await;
                Err(failure)
            }
        }
    }

    async fn open_inbox(
        &mut self,
        inbox: &Path,
        cache: Option<&Path>,
        output: &Arc<Output>,
    ) -> Result<(), Failure> {
        let Some(opening) = opening(inbox, cache, output)? else { return Ok(()) };
        let known: BTreeSet<String> = accept::known_packages(&self.store)
            .map_err(|error| Failure::failed("库读不了", "the store cannot be read", &error))?;
        let remote = RemoteInbox::open(&opening, &known).await.map_err(|error| failure(&error))?;
        if remote.is_empty() {
            let address = &opening.address;
            output.warning(
                &format!("{address} 下面什么也没有；如果不该是空的，检查 --inbox"),
                &format!("nothing lies below {address}; if it should not be empty, look at --inbox"),
            );
        }
        self.inbox = remote.folder();
        self.remote_inbox = Some(remote);
        Ok(())
    }

    /// Brings what of the store is not here yet.
    pub fn supply(&self) -> &dyn Supply {
        match &self.remote {
            Some(remote) => &**remote,
            None => &InPlace,
        }
    }

    /// Puts files of the store where a cluster reads them, if they are not in a folder.
    pub fn share(&self) -> Option<Arc<dyn Share>> {
        self.remote.clone().map(|remote| remote as Arc<dyn Share>)
    }

    /// Where a file of the store is for everyone, if that is not where it is here.
    pub fn object(&self, file: &Path) -> Option<String> {
        self.remote.as_ref()?.object(file)
    }

    /// Ends the work: publishes what was done if it was done, and lets others at the store.
    pub async fn settle<T>(self, done: Result<T, Failure>, output: &Output) -> Result<T, Failure> {
        let settled = match done {
            Ok(done) => self.publish(output).await.map(|()| done),
            Err(failure) => Err(failure),
        };
        self.close(output).await;
        settled
    }

    async fn publish(&self, output: &Output) -> Result<(), Failure> {
        if let Some(remote) = &self.remote {
            let published = remote.publish().await.map_err(|error| failure(&error))?;
            if published.files + published.removed > 0 {
                output.detail(&format!("  {} ↑ {}", published.files, super::transfer::size(published.bytes)));
            }
        }
        if let Some(inbox) = &self.remote_inbox {
            inbox.take_away().await.map_err(|error| failure(&error))?;
        }
        Ok(())
    }

    async fn close(&self, output: &Output) {
        output.forget_stop();
        if let Some(remote) = &self.remote
            && let Err(error) = remote.close().await
        {
            let what = error.what();
            output.warning(
                &format!("{}；库的锁两分钟后自己失效", what.zh),
                &format!("{}; the store's lock runs out by itself in two minutes", what.en),
            );
        }
    }
}

/// Refuses what only a folder can be.
pub fn must_be_folder(path: &Path, flag: &str) -> Result<(), Failure> {
    match Address::parse(path) {
        None => Ok(()),
        Some(Err(error @ BucketError::SecretInAddress)) => Err(failure(&error)),
        Some(_) => Err(Failure::usage(
            format!("{flag} 只能是文件夹"),
            format!("{flag} must be a folder"),
        )
        .hint(
            "先写到文件夹，再用对象存储的工具上传，datapackage.json 最后传",
            "write into a folder, then upload it with a tool of the object storage, datapackage.json last",
        )),
    }
}

fn opening(place: &Path, cache: Option<&Path>, output: &Arc<Output>) -> Result<Option<Opening>, Failure> {
    let Some(address) = Address::parse(place) else { return Ok(None) };
    let address = address.map_err(|error| failure(&error))?;
    let cache = match cache.map(Path::to_path_buf).or_else(usual_cache) {
        Some(cache) => cache,
        None => {
            return Err(Failure::usage("不知道工作副本放在哪里", "there is no place for the working copy")
                .hint("用 --cache 指明一个文件夹", "name a folder with --cache"));
        }
    };
    let tell = Arc::new(Transfer::new(Arc::clone(output)));
    Ok(Some(Opening { address, settings: settings(), cache, holder: holder(), tell }))
}

/// `$XDG_CACHE_HOME/hedui`, or where that is by default.
fn usual_cache() -> Option<PathBuf> {
    let folder = |name: &str| {
        let value = std::env::var_os(name).map(PathBuf::from)?;
        value.is_absolute().then_some(value)
    };
    let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(cache.join("hedui"))
}

/// How object storage is reached, from the environment.
pub fn settings() -> Settings {
    let both = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    Settings::of(std::env::vars_os().filter_map(both))
}

/// This process, for whoever waits for it.
fn holder() -> Holder {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| std::fs::read_to_string("/etc/hostname"));
    let machine = machine.unwrap_or_default();
    let (machine, process) = (crate::model::printable(machine.trim(), 64), std::process::id());
    let by = if machine.is_empty() { format!("pid {process}") } else { format!("{machine}, pid {process}") };
    let digest = Digest::of_parts([by.as_str(), nanoseconds().to_string().as_str()]).hex();
    Holder { by, machine, holding: digest.get(..32).unwrap_or(&digest).to_owned(), clock }
}

#[expect(clippy::disallowed_methods, reason = "the command line is the door to the clock")]
fn clock() -> i64 {
    chrono::Utc::now().timestamp()
}

#[expect(clippy::disallowed_methods, reason = "the command line is the door to the clock")]
fn nanoseconds() -> i64 {
    chrono::Utc::now().timestamp_nanos_opt().unwrap_or_default()
}

/// What went wrong with object storage as the end of a command.
fn failure(error: &BucketError) -> Failure {
    let what = error.what();
    let mut failure = Failure::failed(&what.zh, &what.en, error);
    failure.hint = Some(error.hint());
    match error {
        error if error.is_verification() => failure.exit(Exit::Unverified),
        error if error.is_usage() => failure.exit(Exit::Usage),
        _ => failure,
    }
}
