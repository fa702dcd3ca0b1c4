//! A Parquet file as lines of text, so that a difference can be read.

use std::{fs::File, path::Path};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// A table of text: its columns, and its rows in the file's order. An empty cell is empty text.
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a Parquet file.
    pub fn read(path: &Path) -> Self {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let columns = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        let options = FormatOptions::default();
        let mut rows = Vec::new();
        for batch in builder.build().unwrap().map(Result::unwrap) {
            let cells =
                batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap());
            let cells: Vec<_> = cells.collect();
            rows.extend(
                (0..batch.num_rows())
                    .map(|row| cells.iter().map(|cell| cell.value(row).to_string()).collect()),
            );
        }
        Self { columns, rows }
    }

    /// The place of a column.
    #[track_caller]
    pub fn at(&self, column: &str) -> usize {
        self.columns.iter().position(|name| name == column).unwrap_or_else(|| panic!("no column {column}"))
    }

    /// The cells of some columns, row by row.
    #[track_caller]
    pub fn select<const N: usize>(&self, columns: [&str; N]) -> Vec<[&str; N]> {
        let places = columns.map(|column| self.at(column));
        self.rows.iter().map(|row| places.map(|place| row[place].as_str())).collect()
    }

    /// The table as CSV.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.columns).unwrap();
        for row in &self.rows {
            writer.write_record(row).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }
}
