//! Results kept in files for later statements of this night and the next: never for people or other programs.
//!
//! # Decisions
//!
//! - Plain Parquet without packing: it is read again within minutes and from the system's cache, and packing costs more than
//!   reading what is not packed.
//! - Tried and left out: dictionaries for texts, and differences for whole numbers. Both make fewer bytes to write, digest and read
//!   again, and cost as much as that saves (facts of three million people on one thread, in turn, twice: 5.8, 5.9 and 5.8 s).

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::datatypes::SchemaRef;
use datafusion::{error::DataFusionError, execution::SendableRecordBatchStream, logical_expr::LogicalPlan};
use futures::{StreamExt, TryStreamExt, stream, stream::FuturesUnordered};
use parquet::arrow::ArrowWriter;

use super::{
    Engine, EngineError, Placeholders,
    ready::Ready,
    remote::plain,
    rows_digest::{RowsDigest, Sum},
    running::{Wants, Way, with_room},
    stretches::{Measure, Stretches},
};
use crate::model::{Digest, Digested};

/// Beyond so many rows a kept result has no digest of its rows: it would take longer than it saves.
const ROWS_DIGESTED: u64 = 1 << 18;

/// A result that lies in files.
#[derive(Debug, Clone)]
pub struct KeptRows {
    /// Its columns.
    pub schema: SchemaRef,
    /// Its files, sorted.
    pub files: Vec<KeptFile>,
    /// The column by which the rows of every file rise, where that is known.
    pub sorted_by: Option<String>,
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

/// One part of a result.
struct Part {
    file: KeptFile,
    rows: u64,
    sum: Option<Sum>,
}

/// Where parts of one result are put, and how many rows of it there were so far.
#[derive(Clone)]
struct Place {
    what: String,
    folder: PathBuf,
    rows: Arc<AtomicU64>,
}

impl Engine {
    /// Runs a statement into Parquet files in `folder`: one a thread, or one a stretch where it is cut into stretches.
    ///
    /// Which rows stand in which file depends on the number of threads: what reads them must not care.
    pub async fn keep(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
        folder: &Path,
    ) -> Result<KeptRows, EngineError> {
        let place = Place { what: what.to_owned(), folder: folder.to_owned(), rows: Arc::default() };
        if let Some((stretches, plans)) =
            self.stretches(what, sql, values, Measure::of(self.threads())).await?
        {
            return self.keep_stretches(place, &stretches, plans).await;
        }
        let run = async |ready: &Ready, attempt| {
            Ok((ready.schema(), self.keep_parts(&place, ready, &format!("part-{attempt}")).await?))
        };
        let ready = async |joins| self.ready(what, sql, values, joins, Wants::Many).await;
        let (schema, parts) = with_room(ready, run).await?;
        Ok(whole(schema, parts, None))
    }

    /// Keeps every stretch of a statement by itself, so many at a time as there are threads.
    async fn keep_stretches(
        &self,
        place: Place,
        stretches: &Stretches,
        plans: Vec<LogicalPlan>,
    ) -> Result<KeptRows, EngineError> {
        let failed = |error: DataFusionError| EngineError::of(&place.what, &error);
        let stretch = async |(number, plan): (usize, LogicalPlan)| {
            let way = |joins| Way { joins, wants: Wants::Many, threads: 1 };
            let ready = async |joins| self.here(plan.clone(), way(joins)).await.map_err(failed);
            let run = async |ready: &Ready, attempt| {
                let name = format!("stretch-{number:06}-{attempt}");
                let parts = self.keep_parts(&place, ready, &name).await?;
                Ok((ready.schema(), ready.rises_by(stretches.column()), parts))
            };
            with_room(ready, run).await
        };
        let done = stream::iter(plans.into_iter().enumerate()).map(stretch).buffer_unordered(self.threads());
        let done: Vec<(SchemaRef, bool, Vec<Part>)> = done.try_collect().await?;
        let rises = done.iter().all(|(_, rises, _)| *rises).then(|| stretches.column().to_owned());
        let schema = done.first().map(|(schema, ..)| schema.clone());
        let schema = schema.ok_or_else(|| EngineError::run(&place.what, &"it was cut into no stretch"))?;
        Ok(whole(schema, done.into_iter().flat_map(|(.., parts)| parts), rises))
    }

    async fn keep_parts(&self, place: &Place, ready: &Ready, name: &str) -> Result<Vec<Part>, EngineError> {
        let writing = FuturesUnordered::new();
        for part in 0..ready.parts() {
            let rows = ready.part(&place.what, part)?;
            // A task that has failed may still hold its file: the next attempt has others.
            let path = self.path_of(&place.folder, &format!("{name}-{part}.parquet"));
            let place = place.clone();
            // A task each, so that they are written on several threads; all end when one fails.
            writing.push(Task(tokio::spawn(async move { into_kept_file(&place, rows, path).await })));
        }
        writing.try_collect().await
    }
}

/// A result of its parts. Of those without rows one is kept at the most: it tells the columns.
fn whole(schema: SchemaRef, parts: impl IntoIterator<Item = Part>, sorted_by: Option<String>) -> KeptRows {
    let mut parts: Vec<Part> = parts.into_iter().collect();
    parts.sort_by(|one, other| one.file.cmp(&other.file));
    let mut sum = Some(Sum::default());
    for part in &parts {
        sum = sum.zip(part.sum.as_ref()).map(|(mut sum, part)| {
            sum.add(part);
            sum
        });
    }
    let rows = sum.map(|sum| sum.digest(&schema));
    let (mut parts, empty): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| part.rows > 0);
    let mut empty = empty.into_iter();
    if parts.is_empty() {
        parts.extend(empty.next());
    }
    for part in empty {
        // One that cannot be removed is in nobody's way.
        let _ = fs::remove_file(part.file.path);
    }
    KeptRows { schema, files: parts.into_iter().map(|part| part.file).collect(), sorted_by, rows }
}

/// A task that ends when nobody waits for it any more.
struct Task(tokio::task::JoinHandle<Result<Part, EngineError>>);

impl Future for Task {
    type Output = Result<Part, EngineError>;

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

/// Writes rows into a plain Parquet file, with the file's digest and, unless the result has too many, the sum of the rows.
async fn into_kept_file(
    place: &Place,
    mut rows: SendableRecordBatchStream,
    path: PathBuf,
) -> Result<Part, EngineError> {
    let failed = |message: String| EngineError::File { path: path.display().to_string(), message };
    let file = fs::File::create(&path).map_err(|error| failed(error.to_string()))?;
    // Rows of a type that has no digest are kept all the same.
    let digest = RowsDigest::new(rows.schema()).ok();
    // Digested in the end: of a result with too many rows not one need be.
    let mut waiting = Vec::new();
    let mut count = 0;
    let mut writer = ArrowWriter::try_new(Digested::new(file), rows.schema(), Some(plain()))
        .map_err(|error| failed(error.to_string()))?;
    while let Some(batch) = rows.try_next().await.map_err(|error| EngineError::of(&place.what, &error))? {
        let more = u64::try_from(batch.num_rows()).unwrap_or_default();
        count += more;
        let so_far = place.rows.fetch_add(more, Ordering::Relaxed) + more;
        writer.write(&batch).map_err(|error| failed(error.to_string()))?;
        if so_far <= ROWS_DIGESTED {
            waiting.push(batch);
        } else {
            waiting.clear();
        }
    }
    // Other parts may have had the rows that are too many.
    let is_small = place.rows.load(Ordering::Relaxed) <= ROWS_DIGESTED;
    let sum = digest.filter(|_| is_small).and_then(|mut digest| {
        waiting.iter().try_for_each(|batch| digest.add(batch)).ok()?;
        Some(digest.sum())
    });
    let file = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    let (bytes, sha256) = file.so_far();
    Ok(Part { file: KeptFile { path, bytes, sha256 }, rows: count, sum })
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    use datafusion::physical_plan::stream::RecordBatchStreamAdapter;

    use super::*;
    use crate::engine::{
        TableName, cell,
        stretches::tests::{SMALL, engine},
    };

    const BY_PERSON: &str = "SELECT person, month, count(*) AS n FROM a.rows GROUP BY person, month";

    /// Keeps a statement that is cut into small stretches.
    async fn keep_cut(engine: &Engine, sql: &str, folder: &Path) -> Result<KeptRows, EngineError> {
        let place = Place { what: "cut".to_owned(), folder: folder.to_owned(), rows: Arc::default() };
        let cut = engine.stretches("cut", sql, &Placeholders::default(), SMALL).await.unwrap();
        let (stretches, plans) = cut.unwrap();
        engine.keep_stretches(place, &stretches, plans).await
    }

    fn files_in(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[tokio::test]
    async fn stretches_keep_the_rows_of_the_whole_in_files_that_rise() {
        let [source, cut, whole] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let engine = engine(source.path(), Some("person"));
        let values = Placeholders::default();
        let kept = keep_cut(&engine, BY_PERSON, cut.path()).await.unwrap();
        let all = engine.keep("whole", BY_PERSON, &values, whole.path()).await.unwrap();
        assert_eq!((kept.files.len(), files_in(cut.path())), (9, 9));
        assert_eq!((kept.sorted_by.as_deref(), all.sorted_by), (Some("person"), None));
        assert!(kept.rows.is_some());
        assert_eq!(kept.rows, all.rows);
        for file in &kept.files {
            assert_eq!(Digest::of_file(&file.path).unwrap(), file.sha256);
        }
        // What is read in order gives what is read in any order.
        let files: Vec<&Path> = kept.files.iter().map(|file| file.path.as_path()).collect();
        engine
            .add_parquet(&TableName::new("a", "kept"), kept.schema, &files, kept.sorted_by.as_deref())
            .unwrap();
        let mut said = Vec::new();
        for table in ["a.kept".to_owned(), format!("({BY_PERSON})")] {
            let sql = format!(
                "SELECT count(*), sum(person), sum(months), sum(n) FROM (
                   SELECT person, count(month) AS months, sum(n) AS n FROM {table} AS t GROUP BY person) AS people"
            );
            let (_, rows) = engine.collect("count", &sql, &values).await.unwrap();
            said.push([0, 1, 2, 3].map(|at| cell(rows[0].column(at), 0)));
        }
        assert_eq!(said[0], said[1]);
    }

    #[tokio::test]
    async fn stretches_without_rows_leave_no_file_but_one_where_there_is_no_row_at_all() {
        let source = tempfile::tempdir().unwrap();
        let engine = engine(source.path(), Some("person"));
        for condition in ["\"case\" = 'C000007'", "month = 5"] {
            let folder = tempfile::tempdir().unwrap();
            let sql = format!("SELECT person, month FROM a.rows WHERE {condition}");
            let kept = keep_cut(&engine, &sql, folder.path()).await.unwrap();
            assert_eq!((kept.files.len(), files_in(folder.path())), (1, 1), "{condition}");
        }
    }

    #[tokio::test]
    async fn a_result_with_too_many_rows_has_no_digest_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place { what: "rows".to_owned(), folder: folder.path().to_owned(), rows: Arc::default() };
        for (name, count, has_digest) in [("all", ROWS_DIGESTED as i64, true), ("more", 1, false)] {
            let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..count));
            let batch = RecordBatch::try_from_iter([("number", numbers)]).unwrap();
            let rows = RecordBatchStreamAdapter::new(batch.schema(), stream::iter([Ok(batch)]));
            let part = into_kept_file(&place, Box::pin(rows), folder.path().join(name)).await.unwrap();
            assert_eq!((part.rows, part.sum.is_some()), (count as u64, has_digest), "{name}");
        }
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_written_is_named() {
        let source = tempfile::tempdir().unwrap();
        let engine = engine(source.path(), Some("person"));
        let nowhere = Path::new("no-such-folder");
        let whole = engine.keep("whole", BY_PERSON, &Placeholders::default(), nowhere).await.unwrap_err();
        let cut = keep_cut(&engine, BY_PERSON, nowhere).await.unwrap_err();
        for failed in [whole, cut] {
            assert!(failed.to_string().contains("no-such-folder"), "{failed}");
        }
    }
}
