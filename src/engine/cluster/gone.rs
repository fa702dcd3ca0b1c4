//! A file that a plan names and the scheduler does not find is an error: the engine would take it for a folder in which nothing
//! lies, and a night would find nothing. It never looks into a file.

use std::path::Path;

use datafusion::{
    common::tree_node::TreeNodeRecursion,
    config::ConfigOptions,
    datasource::{listing::ListingTable, source_as_provider},
    error::DataFusionError,
    logical_expr::LogicalPlan,
    optimizer::AnalyzerRule,
};

use crate::engine::remote::files_of;

/// Looks at every file of this machine that a plan names. An object that is gone is an error by itself.
#[derive(Debug)]
pub(super) struct NothingIsGone;

impl AnalyzerRule for NothingIsGone {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan, DataFusionError> {
        plan.apply_with_subqueries(|node| {
            let LogicalPlan::TableScan(scan) = node else { return Ok(TreeNodeRecursion::Continue) };
            let provider = source_as_provider(&scan.source)?;
            let files = provider.downcast_ref::<ListingTable>().map(files_of);
            // What lies elsewhere is no file of this machine.
            let gone =
                files.and_then(Result::ok).unwrap_or_default().into_iter().find(|file| !is_there(file));
            match gone {
                Some(gone) => {
                    Err(DataFusionError::Execution(format!("the scheduler does not find {}", gone.display())))
                }
                None => Ok(TreeNodeRecursion::Continue),
            }
        })?;
        Ok(plan)
    }

    fn name(&self) -> &str {
        "nothing_is_gone"
    }
}

fn is_there(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|there| there.is_file())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{array::Int64Array, record_batch::RecordBatch};
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::engine::{Engine, Limits, Placeholders, TableName, cell};

    #[tokio::test]
    async fn a_file_that_the_scheduler_does_not_find_is_no_empty_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        let numbers: arrow::array::ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let rows = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
        let file = std::fs::File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, rows.schema(), None).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        engine.add_parquet(&TableName::new("a", "x"), rows.schema(), &[&path], None).unwrap();
        let inside = "SELECT 1 AS one WHERE 3 NOT IN (SELECT n FROM a.x)";
        let plan = engine.plan(inside, &Placeholders::default()).await.unwrap().0;
        let look = || NothingIsGone.analyze(plan.clone(), &ConfigOptions::default());
        assert_eq!(look().unwrap(), plan);
        std::fs::remove_file(&path).unwrap();
        let said = look().unwrap_err().to_string();
        assert!(said.contains("does not find") && said.contains("x.parquet"), "{said}");
        // This is what the engine would make of it.
        let count = "SELECT count(*) FROM a.x";
        let (_, counted) = engine.collect("count", count, &Placeholders::default()).await.unwrap();
        assert_eq!(cell(counted[0].column(0), 0).int(), Some(0));
    }
}
