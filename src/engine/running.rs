//! Statements run: into rows in memory, into one file for others; with another plan, or again, where that helps.
//!
//! # Decisions
//!
//! - Joins by hash are the fastest by far and cannot go to disk. Where the memory does not do, the same statement is planned
//!   once more with joins that sort, which can; it gives the same rows.
//! - What a cluster lost is asked for again, from the beginning: a statement changes nothing, and what the first attempt left is
//!   read by nobody.

use std::{fs, path::Path, time::Duration};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::execution::SendableRecordBatchStream;
use futures::TryStreamExt;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use super::{Engine, EngineError, Placeholders, ready::Ready};

/// How often a statement is sent to a cluster that loses it.
const ATTEMPTS: usize = 5;

/// What a cluster is left in peace for before it is asked again: every time twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// How two tables are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joins {
    /// One of them lies in memory.
    Hashed,
    /// Both are sorted, on disk if they must.
    Sorted,
}

/// How many of the rows that it reads a statement wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    /// Most of them.
    Many,
    /// Few: of a row that it does not want, only the columns that tell so are read.
    Few,
}

/// How a statement is planned; never what it gives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) joins: Joins,
    pub(super) wants: Wants,
    pub(super) threads: usize,
}

impl Engine {
    /// Runs a statement and returns its rows.
    pub async fn collect(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
    ) -> Result<(SchemaRef, Vec<RecordBatch>), EngineError> {
        self.collect_rows(what, sql, values, Wants::Many).await
    }

    /// The same for a statement that wants few of the rows of large tables.
    pub async fn pick(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
    ) -> Result<(SchemaRef, Vec<RecordBatch>), EngineError> {
        self.collect_rows(what, sql, values, Wants::Few).await
    }

    async fn collect_rows(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
        wants: Wants,
    ) -> Result<(SchemaRef, Vec<RecordBatch>), EngineError> {
        let run = async |ready: &Ready, _| {
            let rows = ready.collect(what).await?;
            // The engine may return a column as never-null where the plan said nullable: keep one schema.
            Ok((rows.first().map_or_else(|| ready.schema(), RecordBatch::schema), rows))
        };
        let ready = async |joins| self.ready(what, sql, values, joins, wants).await;
        with_room(ready, run).await
    }

    /// Runs a statement into one Parquet file and returns its schema and number of rows. It runs here, also where there is a
    /// cluster: what others will read has the same bytes either way.
    pub async fn write(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
        path: &Path,
    ) -> Result<(SchemaRef, u64), EngineError> {
        let run = async |ready: &Ready, _| {
            let rows = ready.rows(what)?;
            let schema = rows.schema();
            let packed =
                WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
            Ok((schema, into_file(what, rows, path, packed).await?))
        };
        let ready = async |joins| self.ready_here(what, sql, values, joins).await;
        with_room(ready, run).await
    }
}

/// Runs a statement's plan, another plan of it where the memory does not do for the first, and the same again where a cluster
/// lost it. `run` hears which attempt it is.
pub(super) async fn with_room<T>(
    ready: impl AsyncFn(Joins) -> Result<Ready, EngineError>,
    run: impl AsyncFn(&Ready, usize) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let mut joins = Joins::Hashed;
    let (mut attempt, mut pause) = (1, PAUSE);
    loop {
        let planned = ready(joins).await?;
        let ran = run(&planned, attempt).await;
        match (&ran, &planned) {
            (Err(EngineError::Memory { .. }), Ready::Here(..)) if joins == Joins::Hashed => {
                joins = Joins::Sorted;
            }
            (Err(EngineError::Cluster { what, .. }), planned) if attempt < ATTEMPTS => {
                tokio::time::sleep(pause).await;
                pause *= 2;
                if !planned.can_be_asked_again(what).await {
                    return ran;
                }
            }
            (Ok(_), planned) => {
                planned.done();
                return ran;
            }
            _ => return ran,
        }
        attempt += 1;
    }
}

/// Writes rows into a Parquet file; how many.
async fn into_file(
    what: &str,
    mut rows: SendableRecordBatchStream,
    path: &Path,
    properties: WriterProperties,
) -> Result<u64, EngineError> {
    let failed = |message: String| EngineError::File { path: path.display().to_string(), message };
    let file = fs::File::create(path).map_err(|error| failed(error.to_string()))?;
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties))
        .map_err(|error| failed(error.to_string()))?;
    let mut count = 0;
    while let Some(batch) = rows.try_next().await.map_err(|error| EngineError::of(what, &error))? {
        count += u64::try_from(batch.num_rows()).unwrap_or_default();
        writer.write(&batch).map_err(|error| failed(error.to_string()))?;
    }
    writer.close().map_err(|error| failed(error.to_string()))?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::Int64Array,
        datatypes::{DataType, Field, Schema},
    };

    use super::*;
    use crate::{
        engine::{Limits, TableName, cell},
        model::Digest,
    };

    /// An engine with a table of so many numbers, each once.
    fn engine(rows: i64, memory: Option<usize>) -> Engine {
        let engine = Engine::new(Limits { threads: 2, memory }).unwrap();
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
        let batches = (0..rows / 8192).map(|batch| {
            let numbers: Int64Array =
                (batch * 8192..(batch + 1) * 8192).map(|n| n * 7919 % 4_000_037).collect();
            RecordBatch::try_new(schema.clone(), vec![Arc::new(numbers)]).unwrap()
        });
        engine.add_rows(&TableName::new("a", "numbers"), schema.clone(), batches.collect()).unwrap();
        engine
    }

    const JOINED: &str = "SELECT x.n, y.n AS other FROM a.numbers AS x JOIN a.numbers AS y ON x.n = y.n";

    #[tokio::test]
    async fn a_join_for_which_the_memory_does_not_do_gives_the_same_rows_from_disk() {
        let values = Placeholders::default();
        let counted = format!("SELECT count(*), sum(n), sum(other) FROM ({JOINED}) AS j");
        let mut said = Vec::new();
        for memory in [None, Some(64 << 20)] {
            let engine = engine(1 << 21, memory);
            let hashed = engine.ready("join", JOINED, &values, Joins::Hashed, Wants::Many).await.unwrap();
            let hashed = hashed.collect("join").await;
            assert_eq!(hashed.is_err(), memory.is_some(), "{memory:?}");
            let (_, rows) = engine.collect("count", &counted, &values).await.unwrap();
            said.push((0..3).map(|at| cell(rows[0].column(at), 0)).collect::<Vec<_>>());
            let folder = tempfile::tempdir().unwrap();
            let kept = engine.keep("join", JOINED, &values, folder.path()).await.unwrap();
            let files: Vec<&Path> = kept.files.iter().map(|file| file.path.as_path()).collect();
            engine.add_parquet(&TableName::new("a", "kept"), kept.schema, &files, None).unwrap();
            for file in &kept.files {
                assert_eq!(Digest::of_file(&file.path).unwrap(), file.sha256);
                assert_eq!(fs::metadata(&file.path).unwrap().len(), file.bytes);
            }
            let kept = "SELECT count(*), sum(n), sum(other) FROM a.kept";
            let (_, rows) = engine.collect("count", kept, &values).await.unwrap();
            said.push((0..3).map(|at| cell(rows[0].column(at), 0)).collect());
        }
        said.dedup();
        assert_eq!(said.len(), 1, "{said:?}");
    }

    #[tokio::test]
    async fn memory_that_does_for_no_plan_is_said_with_what_to_do() {
        let engine = engine(1 << 19, Some(1 << 20));
        let failed = engine.collect("the rule X", JOINED, &Placeholders::default()).await.unwrap_err();
        assert!(matches!(failed, EngineError::Memory { .. }), "{failed}");
        assert!(failed.to_string().contains("--memory"), "{failed}");
    }
}
