//! Results that later statements of the same night read: Parquet files, one a partition of the plan, written side by side.
//!
//! Never for people or other programs: they are plain and large, and gone when the night is over.

use std::{
    fs,
    path::{Path, PathBuf},
};

use arrow::datatypes::SchemaRef;
use datafusion::{execution::SendableRecordBatchStream, physical_plan::ExecutionPlanProperties};
use futures::{TryStreamExt, stream::FuturesUnordered};
use parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    file::properties::{EnabledStatistics, WriterProperties},
};

use super::{Engine, EngineError, Placeholders};

impl Engine {
    /// Runs a statement into Parquet files in `folder`, which must be there; returns its schema and the files.
    ///
    /// Which rows stand in which file depends on the number of threads: what reads them must not care.
    pub async fn keep(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
        folder: &Path,
    ) -> Result<(SchemaRef, Vec<PathBuf>), EngineError> {
        let plan = self.physical(what, sql, values).await?;
        let writing = FuturesUnordered::new();
        for part in 0..plan.output_partitioning().partition_count() {
            let rows =
                plan.execute(part, self.task_context()).map_err(|error| EngineError::run(what, &error))?;
            let path = folder.join(format!("part-{part}.parquet"));
            let what = what.to_owned();
            // A task each, so that they are written on several threads; all end when one fails.
            writing.push(Task(tokio::spawn(async move { write(&what, rows, path).await })));
        }
        let mut files: Vec<PathBuf> = writing.try_collect().await?;
        files.sort();
        Ok((plan.schema(), files))
    }
}

/// A task that ends when nobody waits for it any more.
struct Task(tokio::task::JoinHandle<Result<PathBuf, EngineError>>);

impl Future for Task {
    type Output = Result<PathBuf, EngineError>;

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

async fn write(
    what: &str,
    mut rows: SendableRecordBatchStream,
    path: PathBuf,
) -> Result<PathBuf, EngineError> {
    let failed = |message: String| EngineError::File { path: path.display().to_string(), message };
    // Read again within minutes and from the system's cache: packing it costs more than reading what is not packed.
    let properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .build();
    let file = fs::File::create(&path).map_err(|error| failed(error.to_string()))?;
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties))
        .map_err(|error| failed(error.to_string()))?;
    while let Some(batch) = rows.try_next().await.map_err(|error| EngineError::run(what, &error))? {
        writer.write(&batch).map_err(|error| failed(error.to_string()))?;
    }
    writer.close().map_err(|error| failed(error.to_string()))?;
    Ok(path)
}
