//! Objects in and out: list, read, write, remove, each failure told as what it means. Memory stays bounded whatever the size.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read as _, Write as _},
    path::Path,
    sync::Arc,
};

use futures::{StreamExt as _, TryStreamExt as _};
use object_store::{
    Attribute, Attributes, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, UpdateVersion, path::Path as Key,
};

use super::{
    Address, BucketError, Settings,
    address::{is_plain, shown},
    refusal::refusal,
};
use crate::model::Digest;

/// Larger files go and come in parts of this size, each asked for again by itself if the network fails.
const PART: u64 = 8 << 20;
/// Parts of one file that are under way at once.
const PARTS_AT_ONCE: usize = 2;
/// Objects that are swept away at once.
const REMOVED_AT_ONCE: usize = 16;
/// An upload has at most 10 000 parts.
const PARTS: u64 = 9_000;
/// Where an object carries the digest of its content, for anyone to read.
const SHA256: &str = "sha256";

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) bytes: u64,
    pub(super) etag: Option<String>,
    /// Seconds since 1970.
    pub(super) modified: i64,
}

/// What a conditional write came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Put {
    /// It is written; its version.
    Done(Option<String>),
    /// The condition does not hold.
    Refused,
}

/// A place in object storage that can be reached.
#[derive(Debug, Clone)]
pub struct Connection {
    store: Arc<dyn ObjectStore>,
    address: Address,
    endpoint: String,
}

impl Connection {
    /// With these settings. Nothing is sent yet.
    pub fn new(address: &Address, settings: &Settings) -> Result<Self, BucketError> {
        let store: Arc<dyn ObjectStore> = Arc::new(settings.client(address)?);
        Ok(Self { store, address: address.clone(), endpoint: settings.endpoint() })
    }

    /// Over another kind of store, for tests.
    #[cfg(test)]
    pub(super) fn over(store: Arc<dyn ObjectStore>, address: &Address) -> Self {
        Self { store, address: address.clone(), endpoint: String::new() }
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    fn key(&self, name: &str) -> Result<Key, BucketError> {
        Key::parse(self.address.key(name)).map_err(|_| self.bad_name(name))
    }

    fn bad_name(&self, name: &str) -> BucketError {
        BucketError::BadName { address: self.address.to_string(), name: shown(name) }
    }

    fn failed(&self, doing: &'static str, name: &str) -> impl FnOnce(object_store::Error) -> BucketError {
        move |error| refusal(&self.address, &self.endpoint, doing, name, &error)
    }

    /// An error if it cannot be reached at all.
    pub(super) async fn reach(&self) -> Result<(), BucketError> {
        // No object begins so: the shortest listing there is.
        let nothing = self.key(".reach")?;
        self.store.list(Some(&nothing)).try_next().await.map_err(self.failed("list", ""))?;
        Ok(())
    }

    /// Every object below the prefix, by name. Markers that stand for a folder are left out.
    pub(super) async fn list(&self) -> Result<BTreeMap<String, Listed>, BucketError> {
        let prefix = Key::parse(&self.address.prefix).map_err(|_| self.bad_name(""))?;
        let mut objects = self.store.list(Some(&prefix));
        let mut listed = BTreeMap::new();
        while let Some(meta) = objects.try_next().await.map_err(self.failed("list", ""))? {
            let Some(name) = self.address.name(meta.location.as_ref()) else { continue };
            let last = name.rsplit('/').next().unwrap_or_default();
            if meta.size == 0 && !last.contains('.') {
                continue;
            }
            if !is_plain(name) {
                return Err(self.bad_name(name));
            }
            let object =
                Listed { bytes: meta.size, etag: meta.e_tag, modified: meta.last_modified.timestamp() };
            listed.insert(name.to_owned(), object);
        }
        Ok(listed)
    }

    /// A small object and its version; None if there is none.
    pub(super) async fn read(&self, name: &str) -> Result<Option<(Vec<u8>, Option<String>)>, BucketError> {
        match self.store.get(&self.key(name)?).await {
            Ok(got) => {
                let etag = got.meta.e_tag.clone();
                let bytes = got.bytes().await.map_err(self.failed("read", name))?;
                Ok(Some((bytes.to_vec(), etag)))
            }
            Err(object_store::Error::NotFound { source, path }) => {
                // A bucket that is not there is another matter than an object.
                let error = self.failed("read", name)(object_store::Error::NotFound { source, path });
                if matches!(error, BucketError::Missing { .. }) { Ok(None) } else { Err(error) }
            }
            Err(error) => Err(self.failed("read", name)(error)),
        }
    }

    /// The version and size of an object; None if there is none.
    pub(super) async fn head(&self, name: &str) -> Result<Option<Listed>, BucketError> {
        match self.store.head(&self.key(name)?).await {
            Ok(meta) => {
                let modified = meta.last_modified.timestamp();
                Ok(Some(Listed { bytes: meta.size, etag: meta.e_tag, modified }))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed("read", name)(error)),
        }
    }

    /// Writes a small object, whatever stands there.
    pub(super) async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<Option<String>, BucketError> {
        match self.put(name, bytes, PutMode::Overwrite).await? {
            Put::Done(etag) => Ok(etag),
            Put::Refused => {
                Err(BucketError::Changed { object: self.address.object(name), said: "while it was written" })
            }
        }
    }

    /// Writes a small object if there is none.
    pub(super) async fn create(&self, name: &str, bytes: Vec<u8>) -> Result<Put, BucketError> {
        self.put(name, bytes, PutMode::Create).await
    }

    /// Writes a small object if it still has this version.
    pub(super) async fn replace(
        &self,
        name: &str,
        bytes: Vec<u8>,
        version: Option<String>,
    ) -> Result<Put, BucketError> {
        self.put(name, bytes, PutMode::Update(UpdateVersion { e_tag: version, version: None })).await
    }

    async fn put(&self, name: &str, bytes: Vec<u8>, mode: PutMode) -> Result<Put, BucketError> {
        let attributes = with_digest(&Digest::of(&bytes));
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        match self.store.put_opts(&self.key(name)?, PutPayload::from(bytes), options).await {
            Ok(done) => Ok(Put::Done(done.e_tag)),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Ok(Put::Refused)
            }
            Err(error) => Err(self.failed("write", name)(error)),
        }
    }

    /// Writes a file, in parts if it is large. Every request carries the SHA-256 of what it sends in its signature; what comes of
    /// it is its version.
    pub(super) async fn upload(
        &self,
        name: &str,
        from: &Path,
        bytes: u64,
        digest: &Digest,
        on: &(dyn Fn(u64) + Sync),
    ) -> Result<Option<String>, BucketError> {
        let read = || BucketError::io("read", from);
        let mut file = File::open(from).map_err(read())?;
        let key = self.key(name)?;
        let mut next = |size: u64| {
            let mut part = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
            (&mut file).take(size).read_to_end(&mut part).map_err(BucketError::io("read", from)).map(|_| part)
        };
        let mut sent = crate::model::Digesting::default();
        if bytes <= PART {
            let part = next(PART + 1)?;
            sent.update(&part);
            self.is_the_same(from, &sent.so_far(), digest)?;
            let options = PutOptions { attributes: with_digest(digest), ..PutOptions::default() };
            let done = self.store.put_opts(&key, PutPayload::from(part), options).await;
            on(bytes);
            return done.map(|done| done.e_tag).map_err(self.failed("write", name));
        }
        let options =
            PutMultipartOptions { attributes: with_digest(digest), ..PutMultipartOptions::default() };
        let mut upload =
            self.store.put_multipart_opts(&key, options).await.map_err(self.failed("write", name))?;
        let size = PART.max(bytes.div_ceil(PARTS));
        let sending = async {
            let mut under_way = futures::stream::FuturesUnordered::new();
            loop {
                let part = next(size)?;
                if part.is_empty() {
                    break;
                }
                sent.update(&part);
                let length = part.len() as u64;
                let one = upload.put_part(PutPayload::from(part));
                under_way.push(async move { one.await.map(|()| length) });
                if under_way.len() >= PARTS_AT_ONCE
                    && let Some(length) = under_way.try_next().await.map_err(self.failed("write", name))?
                {
                    on(length);
                }
            }
            while let Some(length) = under_way.try_next().await.map_err(self.failed("write", name))? {
                on(length);
            }
            self.is_the_same(from, &sent.so_far(), digest)
        };
        let done = match sending.await {
            Ok(()) => upload.complete().await.map_err(self.failed("write", name)),
            Err(error) => Err(error),
        };
        match done {
            Ok(done) => Ok(done.e_tag),
            Err(error) => {
                // Best effort: parts that nobody asked for take room, and nothing else.
                let _ = upload.abort().await;
                Err(error)
            }
        }
    }

    /// What is sent must be what was looked at.
    fn is_the_same(&self, path: &Path, sent: &Digest, digest: &Digest) -> Result<(), BucketError> {
        if sent == digest { Ok(()) } else { Err(BucketError::Altered { path: path.to_owned() }) }
    }

    /// Reads an object into a file that does not count yet; its digest. It is the object that was listed, or an error.
    pub(super) async fn download(
        &self,
        name: &str,
        listed: &Listed,
        to: &Path,
        on: &(dyn Fn(u64) + Sync),
    ) -> Result<Digest, BucketError> {
        let changed = |said| BucketError::Changed { object: self.address.object(name), said };
        let key = &self.key(name)?;
        let mut file = File::create(to).map_err(BucketError::io("write", to))?;
        let starts = (0..listed.bytes.div_ceil(PART).max(1)).map(|part| part * PART);
        let parts = starts.map(|start| async move {
            let end = (start + PART).min(listed.bytes);
            let options = GetOptions {
                // Of an empty object no range can be asked for.
                range: (end > start).then_some(GetRange::Bounded(start..end)),
                if_match: listed.etag.clone(),
                ..GetOptions::default()
            };
            match self.store.get_opts(key, options).await {
                Ok(got) if got.meta.size != listed.bytes => Err(changed("its size is another")),
                Ok(got) => got.bytes().await.map_err(self.failed("read", name)),
                Err(object_store::Error::Precondition { .. } | object_store::Error::NotModified { .. }) => {
                    Err(changed("it was written anew while it was read"))
                }
                Err(error) => Err(self.failed("read", name)(error)),
            }
        });
        let mut parts = futures::stream::iter(parts).buffered(PARTS_AT_ONCE);
        let (mut digest, mut length) = (crate::model::Digesting::default(), 0);
        while let Some(part) = parts.try_next().await? {
            digest.update(&part);
            length += part.len() as u64;
            file.write_all(&part).map_err(BucketError::io("write", to))?;
            on(part.len() as u64);
        }
        if length != listed.bytes {
            return Err(changed("its size is another"));
        }
        Ok(digest.so_far())
    }

    /// Removes objects in any order, many at once.
    pub(super) async fn sweep(&self, names: Vec<String>) -> Result<(), BucketError> {
        let gone = names.into_iter().map(|name| async move { self.remove(&[name]).await });
        futures::stream::iter(gone).buffer_unordered(REMOVED_AT_ONCE).try_collect().await
    }

    /// Removes objects one after another; what is gone already is no error.
    pub(super) async fn remove(&self, names: &[String]) -> Result<(), BucketError> {
        for name in names {
            match self.store.delete(&self.key(name)?).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(self.failed("remove", name)(error)),
            }
        }
        Ok(())
    }
}

fn with_digest(digest: &Digest) -> Attributes {
    let mut attributes = Attributes::new();
    attributes.insert(Attribute::Metadata(SHA256.into()), digest.hex().into());
    attributes
}
