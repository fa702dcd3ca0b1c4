//! An inbox in object storage while a command works on it. Agencies write there by their own means; this side only reads, and
//! takes away what was moved aside.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    sync::Arc,
};

use futures::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};

use super::{
    BucketError, Connection, Opening, Tell, Way,
    connection::Listed,
    place::{FILES_AT_ONCE, Telling},
    working::{Working, holds},
};
use crate::model::{Digest, Token};

/// What a delivery says about itself: it alone tells whether the rest is known.
const PACKAGE_FILE: &str = "datapackage.json";
/// Beside the working copy: which version of an object each file is.
const SEEN: &str = "seen.json";

/// An inbox in object storage, as a folder of this machine.
pub struct RemoteInbox {
    connection: Connection,
    working: Working,
    tell: Arc<dyn Tell>,
    here: BTreeMap<String, Listed>,
}

/// A file as it was brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    bytes: u64,
    etag: Option<String>,
    modified: i64,
    sha256: String,
}

impl RemoteInbox {
    /// Brings every delivery but the files of those whose `datapackage.json` has one of these digests: they were taken in.
    pub async fn open(opening: &Opening, known: &BTreeSet<String>) -> Result<Self, BucketError> {
        let Opening { address, settings, cache, holder, tell } = opening;
        let connection = Connection::new(address, settings)?;
        let working = Working::open(cache, address, &holder.holding)?;
        let listed = connection.list().await?;
        // What is hidden is still being written, here as in a folder.
        let listed: BTreeMap<String, Listed> = listed
            .into_iter()
            .filter(|(name, _)| !name.split('/').any(|part| part.starts_with('.')))
            .collect();
        let mut place = Self { connection, working, tell: Arc::clone(tell), here: BTreeMap::new() };
        let seen = fs::read(place.working.beside(SEEN)).ok();
        let mut seen: BTreeMap<String, Seen> =
            seen.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let (packages, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            listed.iter().partition(|(name, _)| name.rsplit('/').next() == Some(PACKAGE_FILE));
        place.bring(&packages, &mut seen).await?;
        let taken_in: BTreeSet<&str> = packages
            .keys()
            .filter(|name| seen.get(**name).is_some_and(|seen| known.contains(&seen.sha256)))
            .filter_map(|name| name.strip_suffix(PACKAGE_FILE))
            .collect();
        let is_known = |name: &str| {
            name.match_indices('/')
                .any(|(at, _)| name.get(..=at).is_some_and(|folder| taken_in.contains(folder)))
        };
        let wanted: BTreeMap<&String, &Listed> =
            others.into_iter().filter(|(name, _)| !is_known(name)).collect();
        let stays =
            |name: &str| wanted.contains_key(&name.to_owned()) || packages.contains_key(&name.to_owned());
        place.working.keep(&stays)?;
        place.bring(&wanted, &mut seen).await?;
        seen.retain(|name, _| place.here.contains_key(name));
        let path = place.working.beside(SEEN);
        let bytes = serde_json::to_vec(&seen).unwrap_or_default();
        fs::write(&path, bytes).map_err(BucketError::io("write", &path))?;
        Ok(place)
    }

    /// The folder that stands for the inbox.
    pub fn folder(&self) -> PathBuf {
        self.working.root()
    }

    /// Whether nothing lies there at all. A prefix that is misspelt looks just so.
    pub fn is_empty(&self) -> bool {
        self.here.is_empty()
    }

    async fn bring(
        &mut self,
        wanted: &BTreeMap<&String, &Listed>,
        seen: &mut BTreeMap<String, Seen>,
    ) -> Result<(), BucketError> {
        let mut coming = Vec::new();
        for (number, (name, listed)) in wanted.iter().enumerate() {
            let is_here = seen.get(*name).is_some_and(|seen| {
                let digest = seen.sha256.parse::<Token>().ok().map(|hex| Digest(hex.0));
                let is_same =
                    (seen.bytes, seen.modified, &seen.etag) == (listed.bytes, listed.modified, &listed.etag);
                is_same && digest.is_some_and(|digest| holds(&self.working.path(name), listed.bytes, &digest))
            });
            if is_here {
                self.here.insert((*name).clone(), (*listed).clone());
            } else {
                coming.push((number, (*name).clone(), (*listed).clone()));
            }
        }
        if coming.is_empty() {
            return Ok(());
        }
        let bytes = coming.iter().map(|(_, _, listed)| listed.bytes).sum();
        let _telling = Telling::begin(&*self.tell, Way::Down, coming.len(), bytes);
        let on = |bytes| self.tell.moved(bytes);
        let (on, connection, working) = (&on, &self.connection, &self.working);
        let came = coming.into_iter().map(|(number, name, listed)| async move {
            let arriving = working.arriving(number);
            let digest = connection.download(&name, &listed, &arriving, on).await?;
            working.arrived(&arriving, &name)?;
            Ok::<_, BucketError>((name, listed, digest))
        });
        let mut came = futures::stream::iter(came).buffer_unordered(FILES_AT_ONCE);
        while let Some((name, listed, digest)) = came.try_next().await? {
            let Listed { bytes, modified, etag } = listed.clone();
            seen.insert(name.clone(), Seen { bytes, etag, modified, sha256: digest.hex() });
            self.here.insert(name, listed);
        }
        Ok(())
    }

    /// Removes the objects of deliveries that were moved aside, once the store that has them is published. What was written anew
    /// meanwhile stays; how many went.
    pub async fn take_away(&self) -> Result<usize, BucketError> {
        let mut gone = Vec::new();
        for (name, listed) in &self.here {
            let is_gone = fs::symlink_metadata(self.working.path(name)).is_err();
            if is_gone && self.connection.head(name).await?.is_some_and(|now| is_same(&now, listed)) {
                gone.push(name.clone());
            }
        }
        // The descriptor goes last: without it, what is left would look like a delivery on its way.
        gone.sort_by_key(|name| name.ends_with(PACKAGE_FILE));
        self.connection.remove(&gone).await?;
        Ok(gone.len())
    }
}

fn is_same(now: &Listed, before: &Listed) -> bool {
    // Not every server lists versions.
    let is_same_version = before.etag.is_none() || now.etag == before.etag;
    now.bytes == before.bytes && is_same_version && now.modified == before.modified
}
