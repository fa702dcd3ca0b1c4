//! A store in object storage while a command works on it. Opened, nothing of it is half; dropped without publishing, it stays
//! as it was.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::{StreamExt as _, TryStreamExt as _};
use tokio::{runtime::Handle, sync::Mutex};

use super::{
    BucketError, Connection, Need, Opening, Tell, Way,
    connection::Listed,
    index::{Entry, INDEX, Index, Standing},
    lease::{LOCK, Lease},
    lent::{LENT, Lent},
    publish::{self, INTENT},
    working::{Look, Working, holds, is_own, look},
};
use crate::{
    model::Digest,
    store::{PART_FILE, QUARANTINE_FILE, StoreError, Supply},
};

/// What people put beside the store's own files: brought every time, never published.
const PEOPLES: &[&str] = &["allowed_signers"];
/// Files on their way at once.
pub(super) const FILES_AT_ONCE: usize = 4;

/// A store in object storage, as a folder of this machine.
pub struct RemoteStore {
    pub(super) connection: Connection,
    pub(super) working: Working,
    pub(super) lease: Option<Lease>,
    pub(super) tell: Arc<dyn Tell>,
    pub(super) state: Mutex<State>,
    pub(super) lent: Lent,
    runtime: Handle,
}

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) standing: Standing,
    /// What counts, with what this run found out about it.
    pub(super) index: Index,
    /// It says more than the one that stands.
    pub(super) is_better: bool,
    listed: BTreeMap<String, Listed>,
    /// Versions that the index does not know: their content has to be looked at.
    doubted: BTreeSet<String>,
    /// Objects whose files are here, whole and as published.
    pub(super) here: BTreeSet<String>,
    /// How files looked before the command began.
    pub(super) looks: BTreeMap<String, Look>,
    /// Objects of this run that are there already and do not count yet.
    pub(super) early: BTreeMap<String, Entry>,
}

impl RemoteStore {
    /// Takes the lease unless the store is only looked at, puts in order what an interrupted run left, and brings what the command
    /// will read.
    pub async fn open(opening: &Opening, need: Need) -> Result<Self, BucketError> {
        let Opening { address, settings, cache, holder, tell } = opening;
        let connection = Connection::new(address, settings)?;
        let working = Working::open(cache, address, &holder.holding)?;
        connection.reach().await?;
        let lease = match need {
            Need::Receipts => None,
            Need::Night(_) | Need::Intake => {
                let copy = Digest::of_parts([working.copy.as_str(), holder.machine.as_str()]).hex();
                Some(Lease::take(&connection, holder, &copy).await?)
            }
        };
        let (tell, runtime, lent) = (Arc::clone(tell), Handle::current(), Lent::of(&holder.holding));
        let place = Self { connection, working, lease, tell, state: Mutex::default(), lent, runtime };
        match place.fill(need).await {
            Ok(()) => Ok(place),
            Err(error) => {
                // The error is what matters; the lease runs out by itself.
                let _ = place.close().await;
                Err(error)
            }
        }
    }

    /// The folder that stands for the store.
    pub fn folder(&self) -> PathBuf {
        self.working.root()
    }

    /// Where a file of the folder is, or will be, for others.
    pub fn object(&self, file: &Path) -> Option<String> {
        Some(self.connection.address().object(&self.working.name(file)?))
    }

    /// Gives the lease back, and takes back what was lent.
    pub async fn close(&self) -> Result<(), BucketError> {
        let released = match &self.lease {
            Some(lease) => lease.release().await,
            None => Ok(()),
        };
        // After the lease, for which others wait; what stays is swept by whoever has the lease next.
        let _ = self.connection.sweep(self.lent.names()).await;
        released
    }

    async fn fill(&self, need: Need) -> Result<(), BucketError> {
        let mut state = self.state.lock().await;
        state.standing = Standing::read(&self.connection).await?;
        if self.lease.is_some() {
            publish::recover(self, &mut state).await?;
        }
        let mut listed = self.connection.list().await?;
        for own in [LOCK, INDEX, INTENT] {
            listed.remove(own);
        }
        let lent = listed.keys().filter(|name| name.starts_with(LENT)).cloned().collect::<Vec<_>>();
        if self.lease.is_some() {
            // Who lent it is dead, or the lease would not be ours.
            self.connection.sweep(lent).await?;
        }
        listed.retain(|name, _| !is_own(name));
        state.listed = listed;
        state.index = state.standing.index.clone().unwrap_or_default();
        self.compare(&mut state)?;
        let State { index, listed, .. } = &*state;
        let stays = |name: &str| {
            index.objects.contains_key(name) || (PEOPLES.contains(&name) && listed.contains_key(name))
        };
        self.working.keep(&stays)?;
        if state.standing.index.is_none() {
            self.adopt(&mut state).await?;
        }
        let dates = Dates::of(&state.index, need);
        let mut wanted: Vec<String> =
            state.index.objects.keys().filter(|name| dates.wants(name)).cloned().collect();
        wanted.extend(state.doubted.iter().cloned());
        self.fetch(&mut state, wanted).await?;
        self.fetch_peoples(&state).await?;
        state.looks = self.working.files()?;
        Ok(())
    }

    /// The listing against the index: what is gone or has another size is an error, also where nobody would read it tonight.
    fn compare(&self, state: &mut State) -> Result<(), BucketError> {
        for (name, entry) in &state.index.objects {
            if state.index.then.write.contains_key(name) {
                continue;
            }
            let object = || self.connection.address().object(name);
            let Some(listed) = state.listed.get(name) else {
                return Err(BucketError::Missing { object: object() });
            };
            if listed.bytes != entry.bytes {
                return Err(BucketError::Changed { object: object(), said: "its size is another" });
            }
            if listed.etag.is_some() && entry.etag.is_some() && listed.etag != entry.etag {
                state.doubted.insert(name.clone());
            }
        }
        Ok(())
    }

    /// A store that was put there by hand has no index: everything is brought once, and what it is then is what counts.
    async fn adopt(&self, state: &mut State) -> Result<(), BucketError> {
        let found: Vec<(String, Listed)> = state
            .listed
            .iter()
            .filter(|(name, _)| !PEOPLES.contains(&name.as_str()))
            .map(|(name, listed)| (name.clone(), listed.clone()))
            .collect();
        if found.is_empty() {
            return Ok(());
        }
        let bytes = found.iter().map(|(_, listed)| listed.bytes).sum();
        let _telling = Telling::begin(&*self.tell, Way::Down, found.len(), bytes);
        let on = |bytes| self.tell.moved(bytes);
        for (number, (name, listed)) in found.into_iter().enumerate() {
            let arriving = self.working.arriving(number);
            let digest = self.connection.download(&name, &listed, &arriving, &on).await?;
            self.working.arrived(&arriving, &name)?;
            let entry = Entry { bytes: listed.bytes, sha256: digest.hex(), etag: listed.etag };
            state.here.insert(name.clone());
            state.index.objects.insert(name, entry);
            state.is_better = true;
        }
        Ok(())
    }

    /// Whether an object is still the one that was published: it was looked at tonight, or the server says so by its version.
    pub(super) async fn still_stands(
        &self,
        state: &State,
        name: &str,
        entry: &Entry,
    ) -> Result<bool, BucketError> {
        if state.here.contains(name) {
            return Ok(true);
        }
        let listed = state.listed.get(name).and_then(|listed| listed.etag.clone());
        let version = match listed {
            // Not every server lists versions.
            None => self.connection.head(name).await?.and_then(|there| there.etag),
            listed => listed,
        };
        Ok(version.is_some() && version == entry.etag)
    }

    /// Brings objects that are not here yet, or are not what they should be.
    pub(super) async fn fetch(&self, state: &mut State, wanted: Vec<String>) -> Result<(), BucketError> {
        let mut coming = Vec::new();
        for (number, name) in wanted.into_iter().enumerate() {
            if state.here.contains(&name) {
                continue;
            }
            let Some(entry) = state.index.objects.get(&name) else { continue };
            let unreadable = || BucketError::Unreadable { object: self.connection.address().object(INDEX) };
            let digest = entry.digest().ok_or_else(unreadable)?;
            if !state.doubted.contains(&name) && holds(&self.working.path(&name), entry.bytes, &digest) {
                state.here.insert(name);
            } else if let Some(content) = state.index.then.content(&name) {
                let arriving = self.working.arriving(number);
                std::fs::write(&arriving, content).map_err(BucketError::io("write", &arriving))?;
                self.working.arrived(&arriving, &name)?;
                state.here.insert(name);
            } else {
                let missing = || BucketError::Missing { object: self.connection.address().object(&name) };
                let listed = state.listed.get(&name).ok_or_else(missing)?.clone();
                coming.push((number, name, listed, digest));
            }
        }
        if coming.is_empty() {
            return Ok(());
        }
        let bytes = coming.iter().map(|(_, _, listed, _)| listed.bytes).sum();
        let _telling = Telling::begin(&*self.tell, Way::Down, coming.len(), bytes);
        let on = |bytes| self.tell.moved(bytes);
        let on = &on;
        let came = coming.into_iter().map(|(number, name, listed, digest)| async move {
            let arriving = self.working.arriving(number);
            let there = self.connection.download(&name, &listed, &arriving, on).await?;
            if there != digest {
                let object = self.connection.address().object(&name);
                return Err(BucketError::Changed { object, said: "its content is another" });
            }
            self.working.arrived(&arriving, &name)?;
            Ok((name, listed.etag))
        });
        let mut came = futures::stream::iter(came).buffer_unordered(FILES_AT_ONCE);
        while let Some((name, etag)) = came.try_next().await? {
            if state.doubted.remove(&name)
                && let Some(entry) = state.index.objects.get_mut(&name)
            {
                // The same content under another version: the bucket was moved or restored.
                entry.etag = etag;
                state.is_better = true;
            }
            state.here.insert(name);
        }
        Ok(())
    }

    async fn fetch_peoples(&self, state: &State) -> Result<(), BucketError> {
        for name in PEOPLES {
            let Some(listed) = state.listed.get(*name) else { continue };
            let arriving = self.working.arriving(usize::MAX);
            self.connection.download(name, listed, &arriving, &|_| {}).await?;
            self.working.arrived(&arriving, name)?;
        }
        Ok(())
    }

    pub(super) fn is_peoples(name: &str) -> bool {
        PEOPLES.contains(&name)
    }

    async fn bring_names(&self, names: Vec<String>) -> Result<(), BucketError> {
        let mut state = self.state.lock().await;
        let names: Vec<String> = names.into_iter().filter(|name| !state.here.contains(name)).collect();
        self.fetch(&mut state, names.clone()).await?;
        for name in names {
            if state.index.objects.contains_key(&name) {
                let look = look(&self.working.path(&name))?;
                state.looks.insert(name, look);
            }
        }
        Ok(())
    }
}

impl Supply for RemoteStore {
    fn bring(&self, files: &[PathBuf]) -> Result<(), StoreError> {
        let names = files.iter().filter_map(|file| self.working.name(file)).collect();
        let bringing = || self.runtime.block_on(self.bring_names(names));
        tokio::task::block_in_place(bringing).map_err(|error| StoreError::Bucket(Box::new(error)))
    }
}

/// Begins, and ends whatever happens.
pub(super) struct Telling<'a>(&'a dyn Tell);

impl<'a> Telling<'a> {
    pub(super) fn begin(tell: &'a dyn Tell, way: Way, files: usize, bytes: u64) -> Self {
        tell.begin(way, files, bytes);
        Self(tell)
    }
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Which objects a command reads, by their names.
struct Dates {
    need: Need,
    /// The business date, and the last one before it that has a run.
    t: String,
    before: Option<String>,
}

impl Dates {
    fn of(index: &Index, need: Need) -> Self {
        let t = match need {
            Need::Night(t) => t.format("%Y-%m-%d").to_string(),
            Need::Intake | Need::Receipts => String::new(),
        };
        let dates = index.objects.keys().filter_map(|name| {
            let (date, rest) = name.strip_prefix("runs/")?.split_once('/')?;
            (rest == "current" && date < t.as_str()).then_some(date)
        });
        Self { need, before: dates.max().map(str::to_owned), t }
    }

    fn wants(&self, name: &str) -> bool {
        let last = name.rsplit('/').next().unwrap_or_default();
        if let Some(of_run) = name.strip_prefix("runs/") {
            let date = of_run.split('/').next().unwrap_or_default();
            return match self.need {
                Need::Receipts => false,
                _ if last == "current" || date == self.t => true,
                _ => {
                    self.before.as_deref() == Some(date) && matches!(last, "leads.parquet" | "manifest.json")
                }
            };
        }
        match self.need {
            Need::Receipts => {
                let is_told =
                    ["receipts/", "refused/", "quarantine/"].iter().any(|part| name.starts_with(part));
                is_told && !name.contains("/delivery/") || last == "snapshot.json"
            }
            // Data of snapshots comes when the plan names it; rows that were set aside are read by nobody at night.
            Need::Night(_) | Need::Intake => {
                !(name.starts_with("snapshots/") && last == PART_FILE
                    || name.starts_with("quarantine/") && last == QUARANTINE_FILE)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_brings_what_it_reads_and_no_more() {
        let names = [
            "dictionary/segment-000000000001.parquet",
            "epoch.json",
            "quarantine/a/b/delivery=x/rows.parquet",
            "receipts/a/x.json",
            "refused/a/y/delivery/x.csv",
            "refused/a/y/receipt.json",
            "runs/2026-03-13/1/leads.parquet",
            "runs/2026-03-13/current",
            "runs/2026-03-14/2/leads.parquet",
            "runs/2026-03-14/2/lists/3/review.csv",
            "runs/2026-03-14/2/manifest.json",
            "runs/2026-03-14/current",
            "runs/2026-03-15/3/lists/3/review.csv",
            "runs/2026-03-15/current",
            "runs/2026-03-16/current",
            "snapshots/a/b/as_of=2026-03-01/delivery=x/part-0.parquet",
            "snapshots/a/b/as_of=2026-03-01/delivery=x/snapshot.json",
        ];
        let entry = || Entry { bytes: 0, sha256: String::new(), etag: None };
        let index = Index {
            objects: names.iter().map(|name| ((*name).to_owned(), entry())).collect(),
            ..Index::default()
        };
        let left_out = |need| {
            let dates = Dates::of(&index, need);
            names.iter().filter(|name| !dates.wants(name)).copied().collect::<Vec<_>>()
        };
        assert_eq!(
            left_out(Need::Night("2026-03-15".parse().unwrap())),
            [names[2], names[6], names[9], names[15]]
        );
        assert_eq!(left_out(Need::Intake), [2, 6, 8, 9, 10, 12, 15].map(|at: usize| names[at]));
        assert_eq!(
            left_out(Need::Receipts),
            [0, 1, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map(|at: usize| names[at])
        );
    }
}
