//! The reply to an agency: what was wrong with its delivery, how often, where, and how to mend it. Never a value of a row.
//!
//! Made from what the store keeps of a delivery: its receipt, its snapshot's counts, the list of its rows that were set
//! aside. It reads; it changes nothing.

mod find;
mod gather;
mod page;
mod plain;

use std::path::PathBuf;

use serde_json::{Value, json};

pub use find::{ReplyError, find};
pub use gather::gather;
pub use page::page;
pub use plain::plain;

use crate::{model::Text, store::Counts};

/// How many examples of one fault in one column are named.
const EXAMPLES: usize = 20;

/// What is to be said about one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Whether it was taken in.
    pub is_accepted: bool,
    /// The agency.
    pub agency: String,
    /// `agency.dataset`, if it is known.
    pub dataset: Option<String>,
    /// What the dataset is called, if a contract says.
    pub title: Option<Text>,
    /// The delivery's id, or its folder's name.
    pub delivery: String,
    /// The day of the data, if it is known.
    pub as_of: Option<String>,
    /// The business date of the decision.
    pub on: String,
    /// What is wrong with the delivery as a whole.
    pub problems: Vec<Problem>,
    /// What became of its rows, if it was taken in.
    pub counts: Option<Counts>,
    /// What is wrong with rows, the commonest first.
    pub faults: Vec<RowFault>,
    /// What was repaired: its name and how often.
    pub repairs: Vec<(Text, u64)>,
    /// What else was noted.
    pub notes: Vec<Text>,
    /// The receipt that this was made from.
    pub receipt: PathBuf,
}

/// One thing that is wrong with a delivery as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The reason's name.
    pub code: String,
    /// What is wrong.
    pub what: Text,
    /// What the agency can do.
    pub mend: Text,
}

/// One kind of fault of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The reason's name.
    pub code: String,
    /// What is wrong.
    pub what: Text,
    /// How to mend it.
    pub mend: Text,
    /// How often.
    pub count: u64,
    /// In which columns, the commonest first.
    pub columns: Vec<FaultyColumn>,
}

/// One column with one kind of fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultyColumn {
    /// Its names in the contract, with commas between those of a key; None: the row as a whole.
    pub name: Option<String>,
    /// Its headers in the agency's own words.
    pub header: Option<String>,
    /// The codes that may stand there, with their meanings.
    pub codes: Vec<(String, Text)>,
    /// How often.
    pub count: u64,
    /// The first of them: file and line.
    pub first: Vec<(String, u64)>,
}

impl Reply {
    /// Whether there is anything to mend.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty() && self.faults.is_empty()
    }

    /// What became of it, in one sentence.
    pub fn verdict(&self) -> Text {
        let aside = self.counts.as_ref().map_or(0, |counts| counts.quarantined);
        match (self.is_accepted, aside) {
            (false, _) => Text::new(
                "没有收下：整份交付都没有使用。请按下面的办法处理后重新交付。",
                "Not taken in: nothing of this delivery is used. Please mend it as said below and deliver it again.",
            ),
            (true, 0) => Text::new("已全部收下，没有要改的。", "Taken in whole; there is nothing to mend."),
            (true, 1) => Text::new(
                "已收下，但有 1 行被搁置，没有参加核对。请按下面的办法改好，随下一次交付或作为更正交来。",
                "Taken in, but 1 row was set aside and is not compared. Please mend it as said below, and send it with the next delivery or as a correction.",
            ),
            (true, aside) => Text::new(
                format!(
                    "已收下，但有 {aside} 行被搁置，没有参加核对。请按下面的办法改好，随下一次交付或作为更正交来。"
                ),
                format!(
                    "Taken in, but {aside} rows were set aside and are not compared. Please mend them as said below, and send them with the next delivery or as a correction."
                ),
            ),
        }
    }

    /// What became of the rows, if it was taken in.
    pub fn balance(&self) -> Option<Text> {
        let counts = self.counts.as_ref()?;
        let (rows, accepted) = (counts.rows, counts.accepted);
        let (collapsed, aside) = (counts.collapsed, counts.quarantined);
        Some(Text::new(
            format!("{rows} 行 = 接收 {accepted} + 合并重复 {collapsed} + 搁置 {aside}"),
            format!(
                "{rows} rows = {accepted} accepted + {collapsed} equal rows collapsed + {aside} set aside"
            ),
        ))
    }

    /// How to send the mended rows.
    pub fn how_to_correct(&self) -> Option<Text> {
        let id = &self.delivery;
        (self.is_accepted && !self.faults.is_empty()).then(|| {
            Text::new(
                format!("作为更正：改好原始文件，用 hedui seal 重新封装整份文件，并加 --supersedes {id}"),
                format!("As a correction: mend the raw file, seal the whole file again with hedui seal, and add --supersedes {id}"),
            )
        })
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let faults = self.faults.iter().map(|fault| {
            let columns = fault.columns.iter().map(|column| {
                let first = column.first.iter().map(|(file, line)| json!({"file": file, "line": line}));
                json!({
                    "column": column.name, "header": column.header, "count": column.count,
                    "first": first.collect::<Vec<_>>(),
                })
            });
            json!({
                "reason": fault.code, "count": fault.count, "what": fault.what, "how_to_mend": fault.mend,
                "columns": columns.collect::<Vec<_>>(),
            })
        });
        let problems = self
            .problems
            .iter()
            .map(|problem| json!({"code": problem.code, "what": problem.what, "how_to_mend": problem.mend}));
        json!({
            "outcome": if self.is_accepted { "accepted" } else { "refused" },
            "agency": self.agency, "dataset": self.dataset, "delivery": self.delivery, "as_of": self.as_of,
            "on": self.on, "counts": self.counts, "problems": problems.collect::<Vec<_>>(),
            "faults": faults.collect::<Vec<_>>(),
            "repairs": self.repairs.iter().map(|(what, count)| json!({"what": what, "count": count})).collect::<Vec<_>>(),
            "notes": self.notes, "receipt": self.receipt,
        })
    }
}

#[cfg(test)]
mod tests;
