//! From a receipt and what lies beside it in the store to what is to be said. Faults are counted as they are read: their
//! number may be as large as the delivery.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::Int64Type,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{EXAMPLES, FaultyColumn, Problem, Reply, ReplyError, RowFault};
use crate::{
    accept::{Receipt, RefusedReceipt, is_plain_name},
    acquire::{Reason, Repair},
    contract::Contract,
    model::{DatasetId, Text},
    store::{QUARANTINE_FILE, RECORD_FILE, SnapshotRecord, Store},
};

/// Everything that the store knows about the delivery of this receipt.
pub fn gather(
    store: &Path,
    receipt: &Path,
    contracts: &BTreeMap<DatasetId, Contract>,
) -> Result<Reply, ReplyError> {
    let text = fs::read(receipt).map_err(|source| ReplyError::Io { path: receipt.to_owned(), source })?;
    let not_a_receipt = |reason: String| ReplyError::NotAReceipt { path: receipt.to_owned(), reason };
    let json: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| not_a_receipt(error.to_string()))?;
    let mut reply = match json.get("outcome").and_then(serde_json::Value::as_str) {
        Some("accepted") => serde_json::from_value(json).map(accepted),
        Some("refused") => serde_json::from_value(json).map(refused),
        _ => return Err(not_a_receipt("it has no outcome".to_owned())),
    }
    .map_err(|error| not_a_receipt(error.to_string()))?;
    reply.receipt = receipt.to_owned();
    let dataset: Option<DatasetId> = reply.dataset.as_ref().and_then(|dataset| dataset.parse().ok());
    let Some(dataset) = dataset.filter(|_| is_plain_name(&reply.delivery, 128)) else { return Ok(reply) };
    let contract = contracts.get(&dataset);
    reply.title = contract.map(|contract| contract.title.clone());
    let store = Store::at(home(receipt).unwrap_or_else(|| store.to_owned()));
    if let Some(as_of) = reply.as_of.as_ref().and_then(|day| day.parse().ok()) {
        let folder = store.snapshot(&dataset, as_of, &reply.delivery);
        if reply.is_accepted && folder.join(RECORD_FILE).is_file() {
            reply.tell_counts(&SnapshotRecord::read(&folder)?);
        }
    }
    let rows = store.quarantine(&dataset, &reply.delivery).join(QUARANTINE_FILE);
    if rows.is_file() {
        reply.faults = faults(&rows, contract)?;
    }
    Ok(reply)
}

fn accepted(receipt: Receipt) -> Reply {
    Reply {
        is_accepted: true,
        agency: receipt.dataset.split('.').next().unwrap_or_default().to_owned(),
        dataset: Some(receipt.dataset),
        delivery: receipt.delivery,
        as_of: Some(receipt.as_of),
        on: receipt.accepted_on,
        notes: receipt.notes,
        ..empty()
    }
}

fn refused(receipt: RefusedReceipt) -> Reply {
    let mut problems: Vec<Problem> = receipt
        .problems
        .into_iter()
        .map(|fault| Problem { code: fault.code, what: fault.what, mend: fault.for_the_agency })
        .collect();
    if problems.is_empty() {
        // A receipt of an older version says it all at once.
        problems.push(Problem { code: receipt.code, what: receipt.what, mend: receipt.what_to_do });
    }
    let older = receipt.folder.rsplit('/').next().unwrap_or_default().to_owned();
    Reply {
        agency: receipt.agency,
        dataset: receipt.dataset,
        delivery: if receipt.delivery.is_empty() { older } else { receipt.delivery },
        as_of: receipt.as_of,
        on: receipt.again_on.unwrap_or(receipt.refused_on),
        problems,
        ..empty()
    }
}

fn empty() -> Reply {
    Reply {
        is_accepted: false,
        agency: String::new(),
        dataset: None,
        title: None,
        delivery: String::new(),
        as_of: None,
        on: String::new(),
        problems: Vec::new(),
        counts: None,
        faults: Vec::new(),
        repairs: Vec::new(),
        notes: Vec::new(),
        receipt: PathBuf::new(),
    }
}

/// The store that a receipt lies in.
fn home(receipt: &Path) -> Option<PathBuf> {
    let above =
        receipt.ancestors().find(|folder| folder.ends_with("receipts") || folder.ends_with("refused"))?;
    let store = above.parent()?;
    Some(if store.as_os_str().is_empty() { PathBuf::from(".") } else { store.to_owned() })
}

impl Reply {
    fn tell_counts(&mut self, record: &SnapshotRecord) {
        let counts = &record.counts;
        let named = |code: &String| Repair::ALL.into_iter().find(|repair| repair.code() == code);
        let mut repairs: Vec<(Text, u64)> = counts
            .repairs
            .iter()
            .map(|(code, count)| (named(code).map_or(Text::new(code, code), Repair::text), *count))
            .collect();
        repairs.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.en.cmp(&b.en)));
        self.repairs = repairs;
        self.counts = Some(counts.clone());
    }
}

/// What is seen of one reason in one column.
#[derive(Default)]
struct Seen {
    count: u64,
    first: Vec<(String, u64)>,
}

fn faults(path: &Path, contract: Option<&Contract>) -> Result<Vec<RowFault>, ReplyError> {
    let failed = |reason: String| ReplyError::Quarantine { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|source| ReplyError::Io { path: path.to_owned(), source })?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| failed(error.to_string()))?;
    let mut seen: BTreeMap<(String, Option<String>), Seen> = BTreeMap::new();
    for batch in reader {
        let batch = batch.map_err(|error| failed(error.to_string()))?;
        count(&batch, &mut seen).ok_or_else(|| failed("it has other columns".to_owned()))?;
    }
    let mut by_reason: BTreeMap<String, Vec<FaultyColumn>> = BTreeMap::new();
    for ((reason, name), Seen { count, first }) in seen {
        let (header, codes) = described(contract, name.as_deref(), &reason);
        by_reason.entry(reason).or_default().push(FaultyColumn { name, header, codes, count, first });
    }
    let mut faults: Vec<RowFault> =
        by_reason.into_iter().map(|(code, columns)| row_fault(code, columns)).collect();
    faults.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    Ok(faults)
}

fn count(batch: &RecordBatch, seen: &mut BTreeMap<(String, Option<String>), Seen>) -> Option<()> {
    let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
    let (files, columns, reasons) = (text("file")?, text("column")?, text("reason")?);
    let lines = batch.column_by_name("line")?.as_primitive_opt::<Int64Type>()?;
    for row in 0..batch.num_rows() {
        let column = columns.is_valid(row).then(|| columns.value(row).to_owned());
        let seen = seen.entry((reasons.value(row).to_owned(), column)).or_default();
        seen.count += 1;
        if seen.first.len() < EXAMPLES {
            seen.first.push((files.value(row).to_owned(), lines.value(row).unsigned_abs()));
        }
    }
    Some(())
}

fn row_fault(code: String, mut columns: Vec<FaultyColumn>) -> RowFault {
    columns.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    let reason = Reason::ALL.iter().find(|reason| reason.code() == code);
    let (what, mend) = match reason {
        Some(reason) => (reason.text(), reason.mend()),
        None => (Text::new(&code, &code), Text::default()),
    };
    RowFault { what, mend, count: columns.iter().map(|column| column.count).sum(), columns, code }
}

/// A column's headers, and the codes that may stand in it where that is what is wrong.
fn described(
    contract: Option<&Contract>,
    name: Option<&str>,
    reason: &str,
) -> (Option<String>, Vec<(String, Text)>) {
    let (Some(contract), Some(name)) = (contract, name) else { return (None, Vec::new()) };
    let column = |name: &str| contract.column(name).and_then(|at| contract.columns.get(at));
    let headers: Option<Vec<&str>> =
        name.split(',').map(|name| column(name).map(|column| column.header_zh.as_str())).collect();
    let codes = column(name).filter(|_| reason == Reason::UnknownCode.code());
    let codes = codes.into_iter().flat_map(|column| &column.codes);
    let codes = codes.map(|code| (code.value.clone(), code.label.clone())).collect();
    (headers.map(|headers| headers.join("、")), codes)
}
