//! The files in which tables lie: which they are, how many rows they have, whether they are still there. Never reads a row.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use datafusion::{
    catalog::TableProvider,
    common::tree_node::TreeNodeRecursion,
    datasource::{
        listing::{ListingTable, ListingTableUrl},
        source_as_provider,
    },
    error::DataFusionError,
    logical_expr::LogicalPlan,
};
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::held::Held;

/// The table of files behind a provider, if it is one, also where its rows may lie in memory.
pub(super) fn table_of(provider: &dyn TableProvider) -> Option<&ListingTable> {
    let held = provider.downcast_ref::<Held>().map(Held::files);
    held.or_else(|| provider.downcast_ref::<ListingTable>())
}

/// The files of a table that lies on this machine.
pub(super) fn files_of(table: &ListingTable) -> Result<Vec<PathBuf>, DataFusionError> {
    let file = |url: &ListingTableUrl| {
        let path = url.get_url().to_file_path();
        path.map_err(|()| DataFusionError::Internal(format!("{url} is no file of this machine")))
    };
    table.table_paths().iter().map(file).collect()
}

/// How many rows a file has; None where that is not known.
pub(super) fn rows_in(file: &Path) -> Option<u64> {
    let reader = SerializedFileReader::new(File::open(file).ok()?).ok()?;
    u64::try_from(reader.metadata().file_metadata().num_rows()).ok()
}

/// How many bytes the files of a table have that lie on this machine.
pub(super) fn bytes_of(table: &ListingTable) -> u64 {
    let files = files_of(table).unwrap_or_default();
    files.iter().filter_map(|file| Some(std::fs::metadata(file).ok()?.len())).sum()
}

/// A file of this machine that a plan has to read and that is not there: the engine would take it for a folder in which nothing
/// lies, and a night would find nothing.
pub(super) fn gone(plan: &LogicalPlan) -> Result<Option<PathBuf>, DataFusionError> {
    let mut gone = None;
    plan.apply_with_subqueries(|node| {
        let LogicalPlan::TableScan(scan) = node else { return Ok(TreeNodeRecursion::Continue) };
        let provider = source_as_provider(&scan.source)?;
        if provider.downcast_ref::<Held>().is_some_and(Held::is_in_memory) {
            return Ok(TreeNodeRecursion::Continue);
        }
        gone = table_of(provider.as_ref()).and_then(gone_of);
        Ok(if gone.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    Ok(gone)
}

/// The first file of a table that is not there. What lies elsewhere is no file of this machine.
pub(super) fn gone_of(table: &ListingTable) -> Option<PathBuf> {
    let is_there = |file: &PathBuf| std::fs::metadata(file).is_ok_and(|there| there.is_file());
    files_of(table).ok()?.into_iter().find(|file| !is_there(file))
}

/// What is said of it.
pub(super) fn is_gone(file: &Path) -> DataFusionError {
    DataFusionError::Execution(format!("{} is gone", file.display()))
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::Arc};

    use arrow::{array::Int64Array, record_batch::RecordBatch};
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::engine::{Engine, Limits, Placeholders, TableName};

    #[tokio::test]
    async fn a_file_that_is_gone_is_named_and_no_empty_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        let numbers: arrow::array::ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let rows = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), rows.schema(), None).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        engine.add_parquet(&TableName::new("a", "x"), rows.schema(), &[&path], None).unwrap();
        let inside = "SELECT 1 AS one WHERE 3 NOT IN (SELECT n FROM a.x)";
        let plan = engine.plan(inside, &Placeholders::default()).await.unwrap().0;
        assert_eq!(gone(&plan).unwrap(), None);
        engine.collect("inside", inside, &Placeholders::default()).await.unwrap();
        let bytes = fs::metadata(&path).unwrap().len();
        assert_eq!(engine.bytes_behind(inside).await, bytes);
        assert_eq!(engine.bytes_behind("SELECT 1 FROM a.nowhere").await, 0);
        fs::remove_file(&path).unwrap();
        assert!(gone(&plan).unwrap().is_some_and(|gone| gone.ends_with("x.parquet")));
        for sql in [inside, "SELECT count(*) FROM a.x"] {
            let said = engine.collect("it", sql, &Placeholders::default()).await.unwrap_err().to_string();
            assert!(said.contains("x.parquet") && said.contains("is gone"), "{said}");
        }
    }
}
