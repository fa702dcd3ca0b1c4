//! What an engine that works with a cluster needs besides: files that every node reads, and which statements go there. It never
//! sends a statement itself.
//!
//! # Decisions
//!
//! - Tables stand under their paths on this machine also where the nodes read object storage: only a plan that is about to leave
//!   names objects, and only what it names is put there. What is read here is read from the disk.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Permissions},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::{
    catalog::TableProvider,
    common::tree_node::{Transformed, TreeNodeRecursion},
    datasource::{
        listing::{ListingTable, ListingTableConfig, ListingTableUrl},
        provider_as_source, source_as_provider,
    },
    error::DataFusionError,
    logical_expr::{LogicalPlan, TableScan, TableSource},
};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};
use tempfile::TempDir;

use super::{Cluster, EngineError, files::files_of};
use crate::store::Share;

/// The schema of the rows that a night makes while it runs: few, or already here.
const HERE: &str = "run";

/// A cluster, and the folder for what was not a file before.
#[derive(Clone)]
pub(super) struct Remote {
    pub(super) cluster: Cluster,
    share: Option<Arc<dyn Share>>,
    folder: Arc<TempDir>,
    made: Arc<AtomicU64>,
}

impl Remote {
    /// Makes a folder inside `above`, which has the same path on every node unless files are shared otherwise.
    ///
    /// Its name was never used before: nodes keep in mind what they read under a path.
    pub(super) fn open(
        cluster: Cluster,
        share: Option<Arc<dyn Share>>,
        above: &Path,
    ) -> Result<Self, EngineError> {
        let mut folder = tempfile::Builder::new();
        folder.prefix("shared-");
        // Executors need not run as the same user.
        #[cfg(unix)]
        folder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755));
        let folder = folder.tempdir_in(above).map_err(|error| failed(above, &error))?;
        Ok(Self { cluster, share, folder: Arc::new(folder), made: Arc::default() })
    }

    /// The path of a new file.
    pub(super) fn path(&self) -> PathBuf {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("{number}.parquet"))
    }

    /// Writes rows where every node finds them.
    pub(super) fn keep(&self, schema: &SchemaRef, rows: &[RecordBatch]) -> Result<PathBuf, EngineError> {
        let path = self.path();
        let file = fs::File::create(&path).map_err(|error| failed(&path, &error))?;
        let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(plain()))
            .map_err(|error| failed(&path, &error))?;
        for batch in rows {
            writer.write(batch).map_err(|error| failed(&path, &error))?;
        }
        writer.close().map_err(|error| failed(&path, &error))?;
        Ok(path)
    }

    /// Whether nodes read files elsewhere than under their paths here.
    pub(super) fn shares(&self) -> bool {
        self.share.is_some()
    }

    /// The same plan, over files where the nodes read them; they lie there when it is done.
    pub(super) async fn there(&self, what: &str, plan: LogicalPlan) -> Result<LogicalPlan, EngineError> {
        let Some(share) = &self.share else { return Ok(plan) };
        let failed = |error: DataFusionError| EngineError::of(what, &error);
        let mut files = BTreeSet::new();
        let walked = plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && let Some(table) = source_as_provider(&scan.source)?.downcast_ref::<ListingTable>()
            {
                files.extend(files_of(table)?);
            }
            Ok(TreeNodeRecursion::Continue)
        });
        walked.map_err(failed)?;
        let files: Vec<PathBuf> = files.into_iter().collect();
        let shared = share.share(&files).await?;
        let shared: BTreeMap<PathBuf, String> = files.into_iter().zip(shared).collect();
        let moved = plan.transform_up_with_subqueries(|node| match node {
            LogicalPlan::TableScan(scan) => {
                let Some(source) = elsewhere(&scan.source, &shared)? else {
                    return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
                };
                Ok(Transformed::yes(LogicalPlan::TableScan(TableScan { source, ..scan })))
            }
            node => Ok(Transformed::no(node)),
        });
        moved.map(|moved| moved.data).map_err(failed)
    }

    /// Whether a statement is worth the way: one that reads no table, or only what the night itself just made, is not.
    pub(super) fn takes(plan: &LogicalPlan) -> bool {
        let mut is_far = false;
        let walked = plan.apply_with_subqueries(|node| {
            let LogicalPlan::TableScan(TableScan { table_name, .. }) = node else {
                return Ok(TreeNodeRecursion::Continue);
            };
            is_far |= table_name.schema() != Some(HERE);
            Ok(if is_far { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        });
        walked.is_ok() && is_far
    }
}

/// The same table over the same files elsewhere; None if it does not lie in files.
fn elsewhere(
    source: &Arc<dyn TableSource>,
    shared: &BTreeMap<PathBuf, String>,
) -> Result<Option<Arc<dyn TableSource>>, DataFusionError> {
    let provider = source_as_provider(source)?;
    let Some(table) = provider.downcast_ref::<ListingTable>() else { return Ok(None) };
    let urls = files_of(table)?.into_iter().map(|file| {
        let url = shared.get(&file).map(ListingTableUrl::parse);
        url.unwrap_or_else(|| Err(DataFusionError::Internal(format!("{} is not shared", file.display()))))
    });
    let config = ListingTableConfig::new_with_multi_paths(urls.collect::<Result<_, _>>()?)
        .with_listing_options(table.options().clone())
        .with_schema(table.schema());
    Ok(Some(provider_as_source(Arc::new(ListingTable::try_new(config)?))))
}

/// Read again within minutes and from the system's cache: packing it costs more than reading what is not packed.
pub(super) fn plain() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_dictionary_enabled(false)
        .build()
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> EngineError {
    EngineError::File { path: path.display().to_string(), message: error.to_string() }
}
