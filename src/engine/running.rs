//! Statements run: into rows in memory, into one file for others, into several files for the same night.
//!
//! # Decisions
//!
//! - Joins by hash are the fastest by far and cannot go to disk. Where the memory does not do, the same statement is planned
//!   once more with joins that sort, which can; it gives the same rows.
//! - What a cluster lost is asked for again, from the beginning: a statement changes nothing, and what the first attempt left is
//!   read by nobody.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::execution::SendableRecordBatchStream;
use futures::{TryStreamExt, stream::FuturesUnordered};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use super::{
    Engine, EngineError, Placeholders,
    ready::Ready,
    remote::plain,
    rows_digest::{RowsDigest, Sum},
};
use crate::model::{Digest, Digesting};

/// Beyond so many rows a kept result has no digest of its rows: it would take longer than it saves.
const ROWS_DIGESTED: u64 = 1 << 20;

/// A result that lies in files.
#[derive(Debug, Clone)]
pub struct KeptRows {
    /// Its columns.
    pub schema: SchemaRef,
    /// Its files, sorted.
    pub files: Vec<KeptFile>,
    /// The digest of its rows in any order, where they are not too many.
    pub rows: Option<Digest>,
}

/// One file of a result.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// How often a statement is sent to a cluster that loses it.
const ATTEMPTS: usize = 3;

/// What a cluster is left in peace for before it is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// How two tables are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joins {
    /// One of them lies in memory.
    Hashed,
    /// Both are sorted, on disk if they must.
    Sorted,
}

impl Engine {
    /// Runs a statement and returns its rows.
    pub async fn collect(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
    ) -> Result<(SchemaRef, Vec<RecordBatch>), EngineError> {
        let run = async |ready: &Ready, _| {
            let rows = ready.collect(what).await?;
            // The engine may return a column as never-null where the plan said nullable: keep one schema.
            Ok((rows.first().map_or_else(|| ready.schema(), RecordBatch::schema), rows))
        };
        let ready = async |joins| self.ready(what, sql, values, joins).await;
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

    /// Runs a statement into Parquet files in `folder`, one a thread: for later statements of this night and the next, never for
    /// people or other programs.
    ///
    /// Which rows stand in which file depends on the number of threads: what reads them must not care.
    pub async fn keep(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
        folder: &Path,
    ) -> Result<KeptRows, EngineError> {
        let run = async |ready: &Ready, attempt| {
            let writing = FuturesUnordered::new();
            let digested = Arc::new(AtomicU64::new(0));
            for part in 0..ready.parts() {
                let rows = ready.part(what, part)?;
                // A task that has failed may still hold its file: the next attempt has others.
                let path = self.path_of(folder, &format!("part-{attempt}-{part}.parquet"));
                let what = what.to_owned();
                // A task each, so that they are written on several threads; all end when one fails.
                let digested = Arc::clone(&digested);
                writing.push(Task(tokio::spawn(async move {
                    into_kept_file(&what, rows, path, &digested).await
                })));
            }
            let written: Vec<(KeptFile, Option<Sum>)> = writing.try_collect().await?;
            let mut sum = Some(Sum::default());
            for (_, part) in &written {
                sum = sum.zip(part.as_ref()).map(|(mut sum, part)| {
                    sum.add(part);
                    sum
                });
            }
            let mut files: Vec<KeptFile> = written.into_iter().map(|(file, _)| file).collect();
            files.sort();
            let schema = ready.schema();
            Ok(KeptRows { rows: sum.map(|sum| sum.digest(&schema)), schema, files })
        };
        let ready = async |joins| self.ready(what, sql, values, joins).await;
        with_room(ready, run).await
    }
}

/// Runs a statement's plan, another plan of it where the memory does not do for the first, and the same again where a cluster
/// lost it. `run` hears which attempt it is.
async fn with_room<T>(
    ready: impl AsyncFn(Joins) -> Result<Ready, EngineError>,
    run: impl AsyncFn(&Ready, usize) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let mut joins = Joins::Hashed;
    let mut attempt = 1;
    loop {
        let planned = ready(joins).await?;
        let ran = run(&planned, attempt).await;
        match (&ran, &planned) {
            (Err(EngineError::Memory { .. }), Ready::Here(..)) if joins == Joins::Hashed => {
                joins = Joins::Sorted;
            }
            (Err(EngineError::Cluster { .. }), planned) if attempt < ATTEMPTS => {
                tokio::time::sleep(PAUSE).await;
                if !planned.can_be_asked_again().await {
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

/// A task that ends when nobody waits for it any more.
struct Task(tokio::task::JoinHandle<Result<(KeptFile, Option<Sum>), EngineError>>);

impl Future for Task {
    type Output = Result<(KeptFile, Option<Sum>), EngineError>;

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        std::pin::Pin::new(&mut self.0)
            .poll(context)
            .map(|ended| ended.unwrap_or_else(|error| Err(EngineError::run("keep a result", &error))))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
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

/// Writes rows into a plain Parquet file, with the file's digest and, unless they are too many, the sum of the rows; `digested`
/// counts those of all files of the result.
async fn into_kept_file(
    what: &str,
    mut rows: SendableRecordBatchStream,
    path: PathBuf,
    digested: &AtomicU64,
) -> Result<(KeptFile, Option<Sum>), EngineError> {
    let failed = |message: String| EngineError::File { path: path.display().to_string(), message };
    let file = fs::File::create(&path).map_err(|error| failed(error.to_string()))?;
    let file = Hashed { file, digesting: Digesting::default(), bytes: 0 };
    let mut digest = RowsDigest::new(rows.schema()).ok();
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(plain()))
        .map_err(|error| failed(error.to_string()))?;
    while let Some(batch) = rows.try_next().await.map_err(|error| EngineError::of(what, &error))? {
        let more = u64::try_from(batch.num_rows()).unwrap_or_default();
        let so_far = digested.fetch_add(more, Ordering::Relaxed) + more;
        // Rows of a type that has no digest are kept all the same.
        digest = digest
            .filter(|_| so_far <= ROWS_DIGESTED)
            .and_then(|mut digest| digest.add(&batch).ok().map(|()| digest));
        writer.write(&batch).map_err(|error| failed(error.to_string()))?;
    }
    let file = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    let (bytes, sha256) = (file.bytes, file.digesting.so_far());
    Ok((KeptFile { path, bytes, sha256 }, digest.map(|digest| digest.sum())))
}

/// A file whose digest is taken while it is written.
struct Hashed {
    file: fs::File,
    digesting: Digesting,
    bytes: u64,
}

impl io::Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digesting.update(bytes.get(..written).unwrap_or_default());
        self.bytes += u64::try_from(written).unwrap_or_default();
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::Int64Array,
        datatypes::{DataType, Field, Schema},
    };

    use super::*;
    use crate::engine::{Limits, TableName, cell};

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
            let hashed = engine.ready("join", JOINED, &values, Joins::Hashed).await.unwrap();
            let hashed = hashed.collect("join").await;
            assert_eq!(hashed.is_err(), memory.is_some(), "{memory:?}");
            let (_, rows) = engine.collect("count", &counted, &values).await.unwrap();
            said.push((0..3).map(|at| cell(rows[0].column(at), 0)).collect::<Vec<_>>());
            let folder = tempfile::tempdir().unwrap();
            let kept = engine.keep("join", JOINED, &values, folder.path()).await.unwrap();
            let files: Vec<&Path> = kept.files.iter().map(|file| file.path.as_path()).collect();
            engine.add_parquet(&TableName::new("a", "kept"), kept.schema, &files).unwrap();
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

    #[tokio::test]
    async fn a_file_that_cannot_be_written_is_named() {
        let engine = engine(8192, None);
        let nowhere = Path::new("no-such-folder");
        let failed = engine.keep("join", JOINED, &Placeholders::default(), nowhere).await.unwrap_err();
        assert!(failed.to_string().contains("no-such-folder"), "{failed}");
    }
}
