//! What is published: every object of a store with its size and digest, in one object that is replaced at once. What it does
//! not name does not exist.
//!
//! What replaces or removes an object that readers look at waits in it until it is done: who finds it there finishes it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{BucketError, Connection, address::is_plain, connection::Put};
use crate::model::{Digest, Token};

/// The object's name.
pub(super) const INDEX: &str = ".published.json";
const FORMAT: u32 = 1;

/// One published object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) bytes: u64,
    pub(super) sha256: String,
    /// The version that the server gave it: as long as it has that one, nobody need read it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
}

/// What is to be done once the rest counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Then {
    /// New content by name, in hex.
    pub(super) write: BTreeMap<String, String>,
    pub(super) remove: BTreeSet<String>,
}

impl Then {
    pub(super) fn is_empty(&self) -> bool {
        self.write.is_empty() && self.remove.is_empty()
    }

    /// Gives an object new content.
    pub(super) fn set(&mut self, name: &str, content: &[u8]) {
        let hex = content.iter().map(|byte| format!("{byte:02x}")).collect();
        self.write.insert(name.to_owned(), hex);
    }

    /// The new content of an object.
    pub(super) fn content(&self, name: &str) -> Option<Vec<u8>> {
        let hex = self.write.get(name)?;
        let mut bytes = vec![0; hex.len() / 2];
        faster_hex::hex_decode(hex.as_bytes(), &mut bytes).ok()?;
        Some(bytes)
    }
}

/// Everything that is published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    pub(super) format: u32,
    pub(super) objects: BTreeMap<String, Entry>,
    #[serde(default, skip_serializing_if = "Then::is_empty")]
    pub(super) then: Then,
}

/// The index as it stands, and its version; none: nothing was ever published.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    pub(super) index: Option<Index>,
    version: Option<String>,
}

impl Standing {
    /// Reads it.
    pub(super) async fn read(connection: &Connection) -> Result<Self, BucketError> {
        let Some((bytes, version)) = connection.read(INDEX).await? else { return Ok(Self::default()) };
        let unreadable = || BucketError::Unreadable { object: connection.address().object(INDEX) };
        let index: Index = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
        let is_sound = index.format == FORMAT
            && index.objects.keys().all(|name| is_plain(name))
            && index.objects.values().all(|entry| entry.digest().is_some())
            && index.then.write.keys().all(|name| index.then.content(name).is_some());
        if is_sound { Ok(Self { index: Some(index), version }) } else { Err(unreadable()) }
    }

    /// Puts another in its place; an error if somebody else did so meanwhile.
    pub(super) async fn replace(
        &mut self,
        connection: &Connection,
        mut index: Index,
    ) -> Result<(), BucketError> {
        index.format = FORMAT;
        let unreadable = |_| BucketError::Unreadable { object: connection.address().object(INDEX) };
        let bytes = serde_json::to_vec(&index).map_err(unreadable)?;
        let put = match &self.index {
            Some(_) => connection.replace(INDEX, bytes.clone(), self.version.clone()).await?,
            None => connection.create(INDEX, bytes.clone()).await?,
        };
        self.version = match put {
            Put::Done(version) => version,
            Put::Refused => match connection.read(INDEX).await? {
                // The answer to our own write was lost, and it was asked for again.
                Some((there, version)) if there == bytes => version,
                _ => return Err(BucketError::Lost { address: connection.address().to_string() }),
            },
        };
        self.index = Some(index);
        Ok(())
    }
}

impl Entry {
    pub(super) fn digest(&self) -> Option<Digest> {
        self.sha256.parse::<Token>().ok().map(|hex| Digest(hex.0))
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use object_store::memory::InMemory;

    use super::*;
    use crate::store::bucket::Address;

    #[tokio::test]
    async fn of_two_that_publish_at_once_only_the_first_counts() {
        let address = Address::parse(Path::new("s3://bucket")).unwrap().unwrap();
        let bucket = Connection::over(Arc::new(InMemory::new()), &address);
        for round in 0..2 {
            let (mut one, mut other) =
                (Standing::read(&bucket).await.unwrap(), Standing::read(&bucket).await.unwrap());
            let mut index = one.index.clone().unwrap_or_default();
            let entry = Entry { bytes: round, sha256: Digest::of(b"x").hex(), etag: None };
            index.objects.insert(format!("one/{round}"), entry);
            one.replace(&bucket, index.clone()).await.unwrap();
            let error = other.replace(&bucket, Index::default()).await.unwrap_err();
            assert!(matches!(error, BucketError::Lost { .. }), "{error}");
            assert_eq!(Standing::read(&bucket).await.unwrap().index, one.index);
            // As when the answer to its own write was lost.
            other.replace(&bucket, index).await.unwrap();
        }
    }

    #[tokio::test]
    async fn an_index_that_is_damaged_or_of_another_version_is_not_used() {
        let address = Address::parse(Path::new("s3://bucket")).unwrap().unwrap();
        let bucket = Connection::over(Arc::new(InMemory::new()), &address);
        let sha256 = Digest::of(b"x").hex();
        let good = format!(r#"{{"format":1,"objects":{{"a/b":{{"bytes":1,"sha256":"{sha256}"}}}}}}"#);
        bucket.write(INDEX, good.clone().into_bytes()).await.unwrap();
        assert!(Standing::read(&bucket).await.unwrap().index.is_some());
        let wrong = [
            good.replace("a/b", "../b"),
            good.replace(&sha256, "12"),
            good.replace("\"format\":1", "\"format\":2"),
            good.replace("\"bytes\"", "\"size\""),
            good.replace("}}}", r#"}},"then":{"write":{"a/b":"xy"},"remove":[]}}"#),
        ];
        for text in wrong {
            assert_ne!(text, good);
            bucket.write(INDEX, text.clone().into_bytes()).await.unwrap();
            let error = Standing::read(&bucket).await.unwrap_err();
            assert!(matches!(error, BucketError::Unreadable { .. }), "{text}");
        }
    }
}
