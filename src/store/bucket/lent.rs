//! Files of a run that the machines of a cluster read before the run is published, or that never are: snapshots taken in tonight
//! under the names that they will keep, all else under a prefix of this run's own. None of it counts by lying there.
//!
//! # Decisions
//!
//! - A snapshot of tonight is said in the same object as what is being published, before it is sent: a run that does not come to
//!   its end leaves it to the next, which removes it. One that does has nothing to send twice.
//! - Whatever lies under [`LENT`] belongs to whoever has the lease, and to nobody when the next one takes it.
//! - What was published before is read in place. The server's word for its version is taken, as everywhere; an object without a
//!   version is brought here once and held against its digest.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures::{StreamExt as _, TryStreamExt as _, future::BoxFuture};

use super::{
    BucketError, RemoteStore, Way,
    address::shown,
    index::Entry,
    place::{FILES_AT_ONCE, State, Telling},
    working::{is_own, look},
};
use crate::{
    model::Digest,
    store::{Share, StoreError},
};

/// Where what is lent lies.
pub(super) const LENT: &str = ".drafts/";

/// What this run has lent.
#[derive(Debug)]
pub(super) struct Lent {
    prefix: String,
    names: Mutex<BTreeSet<String>>,
}

impl Lent {
    /// Nothing yet; under a name unlike any other run's.
    pub(super) fn of(holding: &str) -> Self {
        Self { prefix: format!("{LENT}{holding}/"), names: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that is to be taken back.
    pub(super) fn names(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }
}

/// A file on its way: its name here and there.
struct Going {
    name: String,
    object: String,
}

impl Share for RemoteStore {
    fn share<'a>(&'a self, files: &'a [PathBuf]) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        Box::pin(async { self.share_all(files).await.map_err(|error| StoreError::Bucket(Box::new(error))) })
    }
}

impl RemoteStore {
    async fn share_all(&self, files: &[PathBuf]) -> Result<Vec<String>, BucketError> {
        let mut state = self.state.lock().await;
        let (mut objects, mut drafts, mut early) = (Vec::new(), Vec::new(), Vec::new());
        for file in files {
            let address = self.connection.address();
            let name = self.working.name(file).ok_or_else(|| BucketError::BadName {
                address: address.to_string(),
                name: shown(&file.display().to_string()),
            })?;
            if is_own(&name) {
                let object = format!("{}{name}", self.lent.prefix);
                objects.push(object.clone());
                if !self.lent.lock().contains(&object) {
                    drafts.push(Going { name, object });
                }
                continue;
            }
            objects.push(name.clone());
            match state.index.objects.get(&name) {
                Some(entry) => {
                    if !self.still_stands(&state, &name, entry).await? {
                        self.fetch(&mut state, vec![name]).await?;
                    }
                }
                None if state.early.contains_key(&name) => {}
                None => early.push(Going { object: name.clone(), name }),
            }
        }
        if let (Some(lease), false) = (&self.lease, drafts.is_empty() && early.is_empty()) {
            lease.check()?;
        }
        self.lend(drafts).await?;
        self.send_early(&mut state, early).await?;
        Ok(objects.iter().map(|object| self.connection.address().url(object)).collect())
    }

    async fn lend(&self, drafts: Vec<Going>) -> Result<(), BucketError> {
        // Noted before it is sent: what is interrupted on the way is taken back, too. A night does not outlive what fails here.
        self.lent.lock().extend(drafts.iter().map(|going| going.object.clone()));
        self.send(drafts, &|_| {}).await.map(|_| ())
    }

    async fn send_early(&self, state: &mut State, early: Vec<Going>) -> Result<(), BucketError> {
        if early.is_empty() {
            return Ok(());
        }
        self.intend(state, early.iter().map(|going| going.object.clone())).await?;
        let mut bytes = 0;
        for going in &early {
            bytes += look(&self.working.path(&going.name))?.0;
        }
        let _telling = Telling::begin(&*self.tell, Way::Up, early.len(), bytes);
        let sent = self.send(early, &|bytes| self.tell.moved(bytes)).await?;
        state.early.extend(sent);
        Ok(())
    }

    async fn send(
        &self,
        files: Vec<Going>,
        on: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<(String, Entry)>, BucketError> {
        let sent = files.into_iter().map(|Going { name, object }| async move {
            let path = self.working.path(&name);
            let bytes = look(&path)?.0;
            let digest = Digest::of_file(&path).map_err(BucketError::io("read", &path))?;
            let etag = self.connection.upload(&object, &path, bytes, &digest, on).await?;
            Ok((object, Entry { bytes, sha256: digest.hex(), etag }))
        });
        futures::stream::iter(sent).buffer_unordered(FILES_AT_ONCE).try_collect().await
    }
}
