//! What stands in for object storage in a program that was built without it: a clear error, and nothing else.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    path::{Path, PathBuf},
};

use futures::future::BoxFuture;

use super::{BucketError, Need, Opening, Published};
use crate::store::{Share, StoreError, Supply};

/// Settings that nobody reads.
#[derive(Debug, Clone, Default)]
pub struct Settings;

impl Settings {
    /// Of nothing.
    pub fn of(_: impl IntoIterator<Item = (String, String)>) -> Self {
        Self
    }
}

/// There is none.
pub struct RemoteStore(Infallible);

/// There is none.
pub struct RemoteInbox(Infallible);

#[expect(missing_docs, reason = "as with object storage")]
impl RemoteStore {
    pub async fn open(_: &Opening, _: Need) -> Result<Self, BucketError> {
        Err(BucketError::NotBuilt)
    }

    pub fn folder(&self) -> PathBuf {
        match self.0 {}
    }

    pub fn object(&self, _: &Path) -> Option<String> {
        match self.0 {}
    }

    pub async fn publish(&self) -> Result<Published, BucketError> {
        match self.0 {}
    }

    pub async fn close(&self) -> Result<(), BucketError> {
        match self.0 {}
    }
}

impl Supply for RemoteStore {
    fn bring(&self, _: &[PathBuf]) -> Result<(), StoreError> {
        match self.0 {}
    }
}

impl Share for RemoteStore {
    fn share<'a>(&'a self, _: &'a [PathBuf]) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        match self.0 {}
    }
}

#[expect(missing_docs, reason = "as with object storage")]
impl RemoteInbox {
    pub async fn open(_: &Opening, _: &BTreeSet<String>) -> Result<Self, BucketError> {
        Err(BucketError::NotBuilt)
    }

    pub fn folder(&self) -> PathBuf {
        match self.0 {}
    }

    pub fn is_empty(&self) -> bool {
        match self.0 {}
    }

    pub async fn take_away(&self) -> Result<usize, BucketError> {
        match self.0 {}
    }
}
