//! A bucket as a node of a cluster reads it: nothing is ever written, and what goes wrong is told without a word of what the
//! server answered, which may repeat a key's name or more.

use std::{error::Error, fmt, sync::Arc};

use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{
    CopyOptions, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, path::Path as Key,
};

use super::{Address, BucketError, Settings, refusal::refusal};

/// A bucket that an engine can read.
pub type Objects = Arc<dyn ObjectStore>;

/// How what a node could not read begins and ends, wherever it is repeated: from one machine to another errors travel as words.
const BEGIN: &str = "[[object storage, as seen by ";
const END: &str = "]]";

/// What a node could not read.
#[derive(Clone)]
pub struct Unread(String);

impl Unread {
    fn of(node: &str, error: &BucketError) -> Self {
        Self(format!("{BEGIN}{node}: {error}{END}"))
    }

    /// What a node said, out of words that repeat it.
    pub fn within(words: &str) -> Option<&str> {
        let (_, rest) = words.split_once(BEGIN)?;
        rest.split_once(END).map(|(said, _)| said)
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Unread {}

impl From<Unread> for object_store::Error {
    fn from(unread: Unread) -> Self {
        Self::Generic { store: "S3", source: Box::new(unread) }
    }
}

/// The bucket of that name, as `node` reads it. Nothing is sent yet, and settings that will not do are told by the first reading:
/// of what is said before, Ballista keeps no word.
pub fn objects(bucket: &str, settings: &Settings, node: &str) -> Result<Objects, Unread> {
    let unread = |error: BucketError| Unread::of(node, &error);
    let address = Address::whole(bucket).map_err(unread)?;
    let store = settings.client(&address).map(|store| Arc::new(store) as Objects).map_err(unread);
    let at = At { address, endpoint: settings.endpoint(), node: node.to_owned() };
    Ok(Arc::new(Reading { store, at }))
}

/// Where something is read, and who does.
#[derive(Debug, Clone)]
struct At {
    address: Address,
    endpoint: String,
    node: String,
}

impl At {
    /// Never as an object that is not found: the engine would take it for a folder in which nothing lies.
    fn told(&self, doing: &'static str, key: &str, error: &object_store::Error) -> object_store::Error {
        let meant = refusal(&self.address, &self.endpoint, doing, key, error);
        Unread::of(&self.node, &meant).into()
    }

    fn never_written(&self, key: &str) -> object_store::Error {
        let object = self.address.object(key);
        let error = BucketError::Failed { doing: "write", object, said: "a node only reads".to_owned() };
        Unread::of(&self.node, &error).into()
    }
}

#[derive(Debug)]
struct Reading {
    store: Result<Objects, Unread>,
    at: At,
}

impl Reading {
    fn store(&self) -> Result<&Objects> {
        self.store.as_ref().map_err(|unread| unread.clone().into())
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.at.address.fmt(f)
    }
}

type Result<T, E = object_store::Error> = std::result::Result<T, E>;

#[async_trait::async_trait]
impl ObjectStore for Reading {
    async fn get_opts(&self, key: &Key, options: GetOptions) -> Result<GetResult> {
        let got = self.store()?.get_opts(key, options).await;
        let mut got = got.map_err(|error| self.at.told("read", key.as_ref(), &error))?;
        if let GetResultPayload::Stream(bytes) = got.payload {
            let (at, key) = (self.at.clone(), key.clone());
            let bytes = bytes.map_err(move |error| at.told("read", key.as_ref(), &error));
            got.payload = GetResultPayload::Stream(bytes.boxed());
        }
        Ok(got)
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (at, told) = (self.at.clone(), prefix.map(ToString::to_string).unwrap_or_default());
        match self.store() {
            Ok(store) => store.list(prefix).map_err(move |error| at.told("list", &told, &error)).boxed(),
            Err(error) => futures::stream::once(std::future::ready(Err(error))).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> Result<ListResult> {
        let told = |error| self.at.told("list", prefix.map_or("", AsRef::as_ref), &error);
        self.store()?.list_with_delimiter(prefix).await.map_err(told)
    }

    async fn put_opts(&self, key: &Key, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(self.at.never_written(key.as_ref()))
    }

    async fn put_multipart_opts(
        &self,
        key: &Key,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Err(self.at.never_written(key.as_ref()))
    }

    fn delete_stream(&self, keys: BoxStream<'static, Result<Key>>) -> BoxStream<'static, Result<Key>> {
        let at = self.at.clone();
        keys.map(move |key| key.and_then(|key| Err(at.never_written(key.as_ref())))).boxed()
    }

    async fn copy_opts(&self, _: &Key, to: &Key, _: CopyOptions) -> Result<()> {
        Err(self.at.never_written(to.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use object_store::{ObjectStoreExt as _, memory::InMemory};

    use super::*;

    fn reading(store: InMemory) -> Reading {
        let address = Address::whole("city-night").unwrap();
        let at = At { address, endpoint: "https://10.0.0.1".to_owned(), node: "the scheduler".to_owned() };
        Reading { store: Ok(Arc::new(store)), at }
    }

    #[tokio::test]
    async fn a_node_reads_and_never_writes() {
        let (store, key) = (InMemory::new(), Key::from("a/b"));
        store.put(&key, PutPayload::from("rows")).await.unwrap();
        let bucket = reading(store);
        assert_eq!(bucket.get(&key).await.unwrap().bytes().await.unwrap().as_ref(), b"rows");
        assert_eq!(bucket.list(None).try_collect::<Vec<_>>().await.unwrap().len(), 1);
        let refused = [
            bucket.put(&key, PutPayload::from("x")).await.map(|_| ()),
            bucket.put_multipart(&key).await.map(|_| ()),
            bucket.delete(&key).await,
            bucket.copy(&key, &Key::from("c")).await,
        ];
        for refused in refused {
            let said = refused.unwrap_err().to_string();
            assert!(said.contains("a node only reads"), "{said}");
        }
        assert_eq!(bucket.get(&key).await.unwrap().bytes().await.unwrap().as_ref(), b"rows");
    }

    #[tokio::test]
    async fn what_a_node_could_not_read_is_found_in_whatever_words_repeat_it() {
        let error = reading(InMemory::new()).get(&Key::from("a/b")).await.unwrap_err();
        assert!(matches!(error, object_store::Error::Generic { .. }), "{error:?}");
        let said = "the scheduler: s3://city-night/a/b is gone";
        for words in [error.to_string(), format!("{error:?}"), format!("Job failed: {:?}", error.to_string())]
        {
            assert_eq!(Unread::within(&words), Some(said), "{words}");
        }
        assert_eq!(Unread::within("Job failed: out of memory"), None);
        let bucket = objects("city-night", &Settings::default(), "an executor").unwrap();
        for error in [
            bucket.get(&Key::from("a/b")).await.unwrap_err(),
            bucket.list(None).try_collect::<Vec<_>>().await.unwrap_err(),
            bucket.list_with_delimiter(None).await.unwrap_err(),
        ] {
            assert!(Unread::within(&error.to_string()).unwrap().contains("no keys"), "{error}");
        }
    }
}
