//! Where a node of a cluster reads tables: the one place where other stores of files than a machine's folders become known. It
//! never learns a bucket before a plan names it.

use std::sync::Arc;

use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry, ObjectStoreUrl};
use datafusion::{
    error::DataFusionError,
    execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
};

use crate::{engine::address::Storage, store::bucket::Settings};

/// What a node can read: the files of its machine, and buckets of the object storage that it was told of.
#[derive(Debug, Clone)]
pub(super) struct Readable(Arc<dyn ObjectStoreRegistry>);

impl Readable {
    /// From there; `node` is how messages call it.
    pub(super) fn new(storage: &Storage, node: &str) -> Self {
        let known = DefaultObjectStoreRegistry::new();
        if !storage.has_files {
            // It is there, or there is nothing to take away.
            let _ = known.deregister_store(ObjectStoreUrl::local_filesystem().as_ref());
        }
        Self(registry(&storage.settings, node, known))
    }

    /// What statements run with.
    pub(super) fn runtime(&self, builder: RuntimeEnvBuilder) -> Result<Arc<RuntimeEnv>, DataFusionError> {
        builder.with_object_store_registry(Arc::clone(&self.0)).build_arc()
    }
}

#[cfg(not(feature = "s3"))]
fn registry(_: &Settings, _: &str, known: DefaultObjectStoreRegistry) -> Arc<dyn ObjectStoreRegistry> {
    Arc::new(known)
}

/// What a node said of the object storage, out of words that repeat it.
#[cfg(not(feature = "s3"))]
pub(super) fn unread(_: &str) -> Option<&str> {
    None
}

#[cfg(feature = "s3")]
fn registry(
    storage: &Settings,
    node: &str,
    known: DefaultObjectStoreRegistry,
) -> Arc<dyn ObjectStoreRegistry> {
    Arc::new(buckets::Buckets { storage: storage.clone(), node: node.to_owned(), known })
}

#[cfg(feature = "s3")]
pub(super) use buckets::unread;

#[cfg(feature = "s3")]
mod buckets {
    use url::Url;

    use super::{DataFusionError, DefaultObjectStoreRegistry, ObjectStoreRegistry, Settings};
    use crate::store::bucket::{self, Objects, Unread};

    pub(crate) fn unread(words: &str) -> Option<&str> {
        Unread::within(words)
    }

    /// Buckets by name, each reached when a plan names it first.
    #[derive(Debug)]
    pub(super) struct Buckets {
        pub(super) storage: Settings,
        pub(super) node: String,
        pub(super) known: DefaultObjectStoreRegistry,
    }

    impl ObjectStoreRegistry for Buckets {
        fn register_store(&self, url: &Url, store: Objects) -> Option<Objects> {
            self.known.register_store(url, store)
        }

        fn get_store(&self, url: &Url) -> Result<Objects, DataFusionError> {
            if let ("s3", Some(name), Err(_)) = (url.scheme(), url.host_str(), self.known.get_store(url)) {
                let objects = bucket::objects(name, &self.storage, &self.node)
                    .map_err(|unread| DataFusionError::External(Box::new(unread)))?;
                self.known.register_store(url, objects);
            }
            self.known.get_store(url)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readable(has_files: bool) -> Readable {
        let pairs = [("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        let settings = Settings::of(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Readable::new(&Storage { settings, has_files }, "the executor a:1")
    }

    fn reads(readable: &Readable, url: &str) -> Result<String, String> {
        let runtime = readable.runtime(RuntimeEnvBuilder::new()).unwrap();
        let store = runtime.object_store(ObjectStoreUrl::parse(url).unwrap());
        store.map(|store| store.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_node_that_is_told_so_reads_no_file_of_its_machine() {
        assert!(reads(&readable(true), "file:///").is_ok());
        assert!(reads(&readable(false), "file:///").is_err());
    }

    #[cfg(feature = "s3")]
    #[test]
    fn a_bucket_is_reached_when_it_is_named_and_nothing_else_is() {
        assert_eq!(reads(&readable(false), "s3://city-night"), Ok("s3://city-night".to_owned()));
        for unknown in ["s3://City_Night", "https://example.com", "gs://city-night"] {
            assert!(reads(&readable(true), unknown).is_err(), "{unknown}");
        }
    }
}
