//! Tables that many statements read lie in memory from their third reading on. Never changes what a statement gives, and never
//! holds more than its share of the memory.
//!
//! # Decisions
//!
//! - Sixty rules read the same few facts of people, households and cases, each anew: decoding them and asking the system for their
//!   bytes took longer than the work on them. What is read twice, as most deliveries are, is not worth holding.
//! - Large tables are left in their files: there a statement finds the order of the rows, and reads less of them.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::{
    catalog::{MemTable, Session, TableProvider},
    datasource::listing::ListingTable,
    error::DataFusionError,
    logical_expr::{Expr, TableProviderFilterPushDown, TableType},
    physical_plan::{self, ExecutionPlan},
};
use tokio::sync::OnceCell;

use super::files::{gone_of, is_gone, rows_in};

/// A table with more rows is never held: the order of its files is worth more.
const MOST_ROWS: u64 = 1 << 21;

/// From this reading on a table is held.
const WORTH_IT: usize = 3;

/// What a text is taken to need, its place in the column included; most are codes, keys of cases and names of files.
const TEXT: usize = 32;

/// What held tables may take at the most: with twice as much a night over a million people took 300 MB and half a second more.
const MOST_BYTES: usize = 512 << 20;

/// What the rows of some files take in memory, about. None where they are too many, and where that is not known: then reading them
/// will tell what is wrong.
pub(super) fn bytes(schema: &Schema, files: &[&Path]) -> Option<usize> {
    bytes_of(schema, files.iter().map(|file| rows_in(file)).sum::<Option<u64>>()?)
}

fn bytes_of(schema: &Schema, rows: u64) -> Option<usize> {
    let width = |field: &arrow::datatypes::FieldRef| field.data_type().primitive_width().unwrap_or(TEXT);
    let row: usize = schema.fields().iter().map(width).sum();
    usize::try_from(rows).ok().filter(|_| rows < MOST_ROWS)?.checked_mul(row)
}

/// Of the bytes that the program may hold, those that held tables may take.
pub(super) fn share(memory: usize) -> usize {
    (memory / 16).min(MOST_BYTES)
}

/// The room that all held tables of a session share.
#[derive(Debug, Clone)]
pub(super) struct Room(Arc<AtomicUsize>);

impl Room {
    /// For a program that may hold so many bytes.
    pub(super) fn of(memory: Option<usize>) -> Self {
        Self(Arc::new(AtomicUsize::new(memory.map_or(MOST_BYTES, share))))
    }

    /// Takes so many bytes of it, if they are there.
    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A table of files that is held once it has been read often.
#[derive(Debug)]
pub(super) struct Held {
    files: ListingTable,
    /// What its rows take at the most, as far as that can be told without reading them.
    bytes: usize,
    room: Room,
    readings: AtomicUsize,
    rows: OnceCell<Option<MemTable>>,
}

impl Held {
    pub(super) fn new(files: ListingTable, bytes: usize, room: Room) -> Self {
        Self { files, bytes, room, readings: AtomicUsize::new(0), rows: OnceCell::new() }
    }

    /// The table in its files.
    pub(super) fn files(&self) -> &ListingTable {
        &self.files
    }

    /// Whether its rows lie in memory, so that nothing of the files is needed any more.
    pub(super) fn is_in_memory(&self) -> bool {
        self.rows.get().is_some_and(Option::is_some)
    }

    /// Reads the whole table into memory, if there is room for it.
    async fn read(&self, state: &dyn Session) -> Result<Option<MemTable>, DataFusionError> {
        if !self.room.take(self.bytes) {
            return Ok(None);
        }
        let read = async {
            let plan = self.files.scan(state, None, &[], None).await?;
            let rows = physical_plan::collect(plan, state.task_ctx()).await?;
            // A file that is not there looks like one without rows.
            if let Some(file) = gone_of(&self.files) {
                return Err(is_gone(&file));
            }
            MemTable::try_new(self.files.schema(), vec![rows])
        };
        let read = read.await;
        if read.is_err() {
            self.room.give_back(self.bytes);
        }
        read.map(Some)
    }
}

#[async_trait]
impl TableProvider for Held {
    fn schema(&self) -> SchemaRef {
        self.files.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>, DataFusionError> {
        // The statement filters by itself as well, whoever gives the rows.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        if self.readings.fetch_add(1, Ordering::Relaxed) + 1 >= WORTH_IT
            && let Some(rows) = self.rows.get_or_try_init(async || self.read(state).await).await?
        {
            return rows.scan(state, projection, filters, limit).await;
        }
        self.files.scan(state, projection, filters, limit).await
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        path::PathBuf,
    };

    use arrow::{
        array::{ArrayRef, Int64Array, RecordBatch, StringArray},
        datatypes::{DataType, Field},
    };
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::engine::{Cell, Engine, EngineError, Limits, Placeholders, TableName, cell};

    const SQL: &str = "SELECT sum(n) AS n, max(word) AS word FROM a.words WHERE n < 700";

    /// An engine with a table of a thousand rows, and where they lie.
    fn engine(folder: &Path, room: usize) -> (Engine, PathBuf) {
        let mut engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        engine.room = Room::of(Some(room * 16));
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..1000));
        let words: ArrayRef = Arc::new(StringArray::from_iter_values((0..1000).map(|n| format!("{n:04}"))));
        let rows = RecordBatch::try_from_iter([("n", numbers), ("word", words)]).unwrap();
        let path = folder.join("words.parquet");
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), rows.schema(), None).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
        engine.add_parquet(&TableName::new("a", "words"), rows.schema(), &[&path], None).unwrap();
        (engine, path)
    }

    async fn ask(engine: &Engine) -> Result<[Cell; 2], EngineError> {
        let (_, rows) = engine.collect("words", SQL, &Placeholders::default()).await?;
        Ok([0, 1].map(|at| cell(rows[0].column(at), 0)))
    }

    #[tokio::test]
    async fn what_was_read_twice_is_read_from_its_files_once_more_and_never_again() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, path) = engine(folder.path(), 1 << 20);
        let said = ask(&engine).await.unwrap();
        assert_eq!(said, [Cell::Int(699 * 350), Cell::Text("0699".to_owned())]);
        for _ in 1..WORTH_IT {
            assert_eq!(ask(&engine).await.unwrap(), said);
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(ask(&engine).await.unwrap(), said);
        // A session beside this one has the same tables.
        let beside = engine.beside("run", &[], 1).await.unwrap();
        assert_eq!(ask(&beside).await.unwrap(), said);
    }

    #[tokio::test]
    async fn where_there_is_no_room_a_table_stays_in_its_files() {
        let folder = tempfile::tempdir().unwrap();
        // Forty bytes a row are counted.
        let (engine, path) = engine(folder.path(), 39_999);
        for _ in 0..=WORTH_IT {
            ask(&engine).await.unwrap();
        }
        fs::write(&path, "no table").unwrap();
        ask(&engine).await.unwrap_err();
    }

    #[tokio::test]
    async fn room_is_given_back_when_a_table_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, path) = engine(folder.path(), 40_000);
        let rows = fs::read(&path).unwrap();
        for _ in 1..WORTH_IT {
            ask(&engine).await.unwrap();
        }
        fs::write(&path, "no table").unwrap();
        ask(&engine).await.unwrap_err();
        fs::write(&path, rows).unwrap();
        ask(&engine).await.unwrap();
        fs::write(&path, "no table").unwrap();
        ask(&engine).await.unwrap();
    }

    #[test]
    fn large_tables_and_files_that_cannot_be_read_are_not_held() {
        let schema = Schema::new(vec![Field::new("n", DataType::Int64, false)]);
        assert_eq!(bytes_of(&schema, MOST_ROWS - 1), Some(8 * ((1 << 21) - 1)));
        assert_eq!(bytes_of(&schema, MOST_ROWS), None);
        assert_eq!(bytes(&schema, &[Path::new("no-such-file")]), None);
    }
}
