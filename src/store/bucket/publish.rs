//! From the working copy into object storage, in an order in which a kill at any moment leaves what stood before or what stands
//! now; and what is done about a run that was killed on the way.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};

use super::{
    BucketError, Published, RemoteStore, Way,
    index::{Entry, Index, Then},
    place::{FILES_AT_ONCE, State, Telling},
    working::look,
};
use crate::model::Digest;

/// The object that says what is being uploaded.
pub(super) const INTENT: &str = ".publishing.json";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Intent {
    objects: BTreeSet<String>,
}

/// A file that is to become an object.
struct Sending {
    name: String,
    bytes: u64,
    digest: Digest,
}

impl RemoteStore {
    /// Publishes what the command made. Nothing is published if another took over meanwhile.
    pub async fn publish(&self) -> Result<Published, BucketError> {
        let Some(lease) = &self.lease else { return Ok(Published::default()) };
        let mut state = self.state.lock().await;
        let (new, then) = self.difference(&state)?;
        if new.is_empty() && then.is_empty() && !state.is_better {
            return Ok(Published::default());
        }
        lease.check()?;
        let mut index = state.index.clone();
        // What a cluster has read is there already.
        let (there, new): (Vec<_>, Vec<_>) =
            new.into_iter().partition(|sending| state.early.contains_key(&sending.name));
        index.objects.extend(
            there
                .into_iter()
                .filter_map(|sent| state.early.get_key_value(&sent.name))
                .map(|(name, entry)| (name.clone(), entry.clone())),
        );
        let (first, last): (Vec<_>, Vec<_>) = new.into_iter().partition(|sending| !is_record(&sending.name));
        let objects = first.iter().chain(&last).map(|sending| sending.name.clone());
        self.intend(&state, objects).await?;
        let mut published = Published { removed: then.remove.len(), ..Published::default() };
        let size = |all: &[Sending]| all.iter().map(|sending| sending.bytes).sum::<u64>();
        let (files, bytes) = (first.len() + last.len(), size(&first) + size(&last));
        {
            let _telling = (files > 0).then(|| Telling::begin(&*self.tell, Way::Up, files, bytes));
            // What tells about data comes after it.
            self.upload(first, &mut index).await?;
            self.upload(last, &mut index).await?;
        }
        published.files = files + then.write.len();
        published.bytes = bytes;
        for name in then.write.keys() {
            if let Some(content) = then.content(name) {
                let entry =
                    Entry { bytes: content.len() as u64, sha256: Digest::of(&content).hex(), etag: None };
                published.bytes += entry.bytes;
                index.objects.insert(name.clone(), entry);
            }
        }
        index.objects.retain(|name, _| !then.remove.contains(name));
        index.then = then;
        lease.check()?;
        // From here on it counts.
        state.standing.replace(&self.connection, index).await?;
        finish(self, &mut state).await?;
        let index = state.standing.index.as_ref();
        let counts = |name: &&String| index.is_some_and(|index| index.objects.contains_key(*name));
        let mut left: Vec<String> = state.early.keys().filter(|name| !counts(name)).cloned().collect();
        left.push(INTENT.to_owned());
        self.connection.remove(&left).await?;
        Ok(published)
    }

    /// Says what is being uploaded, so that the next run removes it if this one does not come to the end.
    pub(super) async fn intend(
        &self,
        state: &State,
        objects: impl Iterator<Item = String>,
    ) -> Result<(), BucketError> {
        let objects = objects.chain(state.early.keys().cloned()).collect();
        let intent = serde_json::to_vec(&Intent { objects }).unwrap_or_default();
        self.connection.write(INTENT, intent).await.map(|_| ())
    }

    /// What the command changed: new objects, and what is to be done once they count.
    fn difference(&self, state: &State) -> Result<(Vec<Sending>, Then), BucketError> {
        let there = self.working.files()?;
        let (mut new, mut then) = (Vec::new(), Then::default());
        for (name, now) in &there {
            if Self::is_peoples(name) || state.looks.get(name) == Some(now) {
                continue;
            }
            let path = self.working.path(name);
            let digest = Digest::of_file(&path).map_err(BucketError::io("read", &path))?;
            let known = state.index.objects.get(name);
            if known.is_some_and(|entry| entry.bytes == now.0 && entry.digest() == Some(digest)) {
                continue;
            }
            let early = state.early.get(name);
            if known.is_some() && !may_change(name)
                || early.is_some_and(|early| early.digest() != Some(digest))
            {
                return Err(BucketError::Altered { path });
            }
            if known.is_some() || is_pointer(name) {
                let content = std::fs::read(&path).map_err(BucketError::io("read", &path))?;
                then.set(name, &content);
            } else {
                new.push(Sending { name: name.clone(), bytes: now.0, digest });
            }
        }
        let gone = state.here.iter().filter(|name| may_change(name) && !there.contains_key(*name));
        then.remove.extend(gone.cloned());
        Ok((new, then))
    }

    async fn upload(&self, files: Vec<Sending>, index: &mut Index) -> Result<(), BucketError> {
        let on = |bytes| self.tell.moved(bytes);
        let on = &on;
        let sent = files.into_iter().map(|Sending { name, bytes, digest }| async move {
            let path = self.working.path(&name);
            if look(&path)?.0 != bytes {
                return Err(BucketError::Altered { path });
            }
            let etag = self.connection.upload(&name, &path, bytes, &digest, on).await?;
            Ok((name, Entry { bytes, sha256: digest.hex(), etag }))
        });
        let sent: BTreeMap<String, Entry> =
            futures::stream::iter(sent).buffer_unordered(FILES_AT_ONCE).try_collect().await?;
        index.objects.extend(sent);
        Ok(())
    }
}

/// Finishes or removes what an interrupted run left.
pub(super) async fn recover(place: &RemoteStore, state: &mut State) -> Result<(), BucketError> {
    finish(place, state).await?;
    let Some((bytes, _)) = place.connection.read(INTENT).await? else { return Ok(()) };
    let unreadable = |_| BucketError::Unreadable { object: place.connection.address().object(INTENT) };
    let intent: Intent = serde_json::from_slice(&bytes).map_err(unreadable)?;
    let counts =
        |name: &String| state.standing.index.as_ref().is_some_and(|index| index.objects.contains_key(name));
    let mut left: Vec<String> = intent.objects.iter().filter(|name| !counts(name)).cloned().collect();
    left.push(INTENT.to_owned());
    place.connection.remove(&left).await
}

/// Does what the index says is still to be done.
async fn finish(place: &RemoteStore, state: &mut State) -> Result<(), BucketError> {
    let Some(mut index) = state.standing.index.clone().filter(|index| !index.then.is_empty()) else {
        return Ok(());
    };
    for name in index.then.write.keys() {
        if let Some(content) = index.then.content(name) {
            let etag = place.connection.write(name, content).await?;
            if let Some(entry) = index.objects.get_mut(name) {
                entry.etag = etag;
            }
        }
    }
    let removed: Vec<String> = index.then.remove.iter().cloned().collect();
    place.connection.remove(&removed).await?;
    index.then = Then::default();
    state.standing.replace(&place.connection, index).await
}

/// What tells that other objects are there.
fn is_record(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    name.starts_with("receipts/")
        || matches!(last, "manifest.json" | "snapshot.json" | "bridge.json" | "receipt.json" | "epoch.json")
}

/// What readers follow to other objects.
fn is_pointer(name: &str) -> bool {
    name.rsplit('/').next() == Some("current")
}

/// What a store changes or takes back; all else stays as it was sealed.
fn may_change(name: &str) -> bool {
    is_pointer(name)
        || name == "epoch.json"
        || ["receipts/", "refused/", "quarantine/"].iter().any(|part| name.starts_with(part))
}
