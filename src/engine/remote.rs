//! What an engine that works with a cluster needs besides: a folder that every node reads, and which statements go there.
//! It never sends anything itself.

use std::{
    fs::{self, Permissions},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::{
    common::tree_node::TreeNodeRecursion,
    logical_expr::{LogicalPlan, TableScan},
};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};
use tempfile::TempDir;

use super::{Cluster, EngineError};

/// The schema of the rows that a night makes while it runs: few, or already here.
const HERE: &str = "run";

/// A cluster, and the folder in which it finds what was not a file before.
#[derive(Clone)]
pub(super) struct Remote {
    pub(super) cluster: Cluster,
    folder: Arc<TempDir>,
    made: Arc<AtomicU64>,
}

impl Remote {
    /// Makes a folder inside `above`, which has the same path on every node.
    ///
    /// Its name was never used before: nodes keep in mind what they read under a path.
    pub(super) fn open(cluster: Cluster, above: &Path) -> Result<Self, EngineError> {
        let mut folder = tempfile::Builder::new();
        folder.prefix("shared-");
        // Executors need not run as the same user.
        #[cfg(unix)]
        folder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755));
        let folder = folder.tempdir_in(above).map_err(|error| failed(above, &error))?;
        Ok(Self { cluster, folder: Arc::new(folder), made: Arc::default() })
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
