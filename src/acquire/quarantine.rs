//! The rows that were set aside: file, line, column and reason of each fault. Never a value.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{ArrayBuilder as _, ArrayRef, Int64Builder, RecordBatch, StringBuilder},
    datatypes::{DataType, Field, Schema},
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use super::{Reason, Refusal, besides::Beside, faults::Faults};
use crate::{
    contract::{Contract, Limits},
    store::{Counts, StoreError},
};

const ROWS_AT_ONCE: usize = 1 << 16;
/// The part of the memory for rows that faults may take besides.
const SHARE: usize = 16;

/// Where in a row a fault lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Where {
    /// The row as a whole.
    Row,
    /// A column of the contract.
    Column(u16),
    /// A column that the contract does not know, counted from 1 in the file; its header may be a value.
    Extra(u16),
    /// The columns of the key.
    Key,
    /// Another sheet of the workbook than the one that is read, counted from 1; its name may be a value.
    Sheet(u16),
    /// Something else that a file carries beside its rows.
    Beside(Beside),
}

impl Where {
    /// As the list writes it: a column's name, the names of the key, `#7` for the seventh column of the file, `sheet#2` for
    /// the second sheet of a workbook, `gzip:header` for what is beside the rows; none for a row.
    pub(super) fn name(self, contract: &Contract) -> Option<String> {
        match self {
            Self::Row => None,
            Self::Column(at) => contract.columns.get(usize::from(at)).map(|column| column.name.clone()),
            Self::Extra(number) => Some(format!("#{number}")),
            Self::Key => Some(contract.key.join(",")),
            Self::Sheet(number) => Some(format!("sheet#{number}")),
            Self::Beside(beside) => Some(beside.code().to_owned()),
        }
    }
}

/// One fault of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fault {
    pub(super) file: u16,
    pub(super) line: u64,
    pub(super) place: Where,
    pub(super) reason: Reason,
}

/// Fewer bad rows than this never refuse a delivery that has a good one: of few rows two are soon half.
const FEW: u64 = 3;

/// Whether a delivery has more bad rows than its contract bears.
pub(super) fn too_many_bad(counts: &Counts, limits: Limits) -> Option<Refusal> {
    let (rows, bad) = (counts.rows, counts.quarantined);
    let is_over = u128::from(bad) * 1000 > u128::from(limits.bad_rows) * u128::from(rows);
    let is_few = bad < FEW && bad < rows;
    let mut commonest: Vec<(String, u64)> =
        counts.reasons.iter().map(|(code, n)| (code.clone(), *n)).collect();
    commonest.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
    (is_over && !is_few).then_some(Refusal::TooManyBad { bad, rows, allowed: limits.bad_rows, commonest })
}

/// Every fault of a delivery.
#[derive(Debug)]
pub(super) struct Quarantine {
    faults: Faults,
    reasons: BTreeMap<Reason, u64>,
    rows: u64,
    folder: PathBuf,
}

impl Quarantine {
    /// None yet; `folder` is where faults go beyond the part of `memory` bytes that they may take.
    pub(super) fn new(folder: &Path, memory: usize) -> Self {
        let faults = Faults::new(folder, memory / SHARE);
        Self { faults, reasons: BTreeMap::new(), rows: 0, folder: folder.to_owned() }
    }

    /// Sets some rows aside for all their faults.
    pub(super) fn set_aside(
        &mut self,
        faults: impl IntoIterator<Item = Fault>,
        rows: u64,
    ) -> Result<(), StoreError> {
        self.rows += rows;
        self.tell(faults)
    }

    /// Tells more of rows that are not set aside for it.
    pub(super) fn tell(&mut self, faults: impl IntoIterator<Item = Fault>) -> Result<(), StoreError> {
        for fault in faults {
            *self.reasons.entry(fault.reason).or_default() += 1;
            self.faults.push(fault).map_err(StoreError::io("write", &self.folder))?;
        }
        Ok(())
    }

    /// How many rows were set aside.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// How many faults there are of each reason.
    pub(super) fn reasons(&self) -> BTreeMap<String, u64> {
        self.reasons.iter().map(|(reason, count)| (reason.code().to_owned(), *count)).collect()
    }

    /// Writes them in the order of the delivery's files and lines.
    pub(super) fn write(
        &mut self,
        path: &Path,
        contract: &Contract,
        files: &[String],
    ) -> Result<(), StoreError> {
        let schema = Arc::new(Schema::new(vec![
            Field::new("file", DataType::Utf8, false),
            Field::new("line", DataType::Int64, false),
            Field::new("column", DataType::Utf8, true),
            Field::new("reason", DataType::Utf8, false),
        ]));
        let zstd = ZstdLevel::try_new(1).map_err(StoreError::parquet("write", path))?;
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(zstd)).build();
        let file = File::create(path).map_err(StoreError::io("create", path))?;
        let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(properties))
            .map_err(StoreError::parquet("write", path))?;
        let mut faults = self.faults.in_order().map_err(StoreError::io("read", &self.folder))?;
        loop {
            let (mut names, mut lines) = (StringBuilder::new(), Int64Builder::new());
            let (mut columns, mut reasons) = (StringBuilder::new(), StringBuilder::new());
            while lines.len() < ROWS_AT_ONCE {
                let next = faults.next().map_err(StoreError::io("read", &self.folder))?;
                let Some(fault) = next else { break };
                names.append_value(files.get(usize::from(fault.file)).map_or("", String::as_str));
                lines.append_value(fault.line as i64);
                columns.append_option(fault.place.name(contract));
                reasons.append_value(fault.reason.code());
            }
            if lines.is_empty() {
                break;
            }
            let arrays: Vec<ArrayRef> = vec![
                Arc::new(names.finish()),
                Arc::new(lines.finish()),
                Arc::new(columns.finish()),
                Arc::new(reasons.finish()),
            ];
            let batch =
                RecordBatch::try_new(schema.clone(), arrays).map_err(StoreError::parquet("write", path))?;
            writer.write(&batch).map_err(StoreError::parquet("write", path))?;
        }
        writer.close().map_err(StoreError::parquet("write", path))?;
        Ok(())
    }
}
