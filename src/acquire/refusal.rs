//! Why a whole delivery is not acquired. Nothing of it is then kept; it never shows a value.

use std::path::{Path, PathBuf};

use super::{Reason, text::TextError};
use crate::{
    model::{DatasetId, Fen, Text},
    store::StoreError,
};

/// Why acquiring failed.
#[derive(Debug, thiserror::Error)]
pub enum AcquireError {
    /// The delivery is wrong; everything that is wrong with it.
    #[error("delivery {delivery} is refused: {}", said(refusals))]
    Refused {
        /// The delivery.
        delivery: String,
        /// At least one.
        refusals: Vec<Refusal>,
    },
    /// The store cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A column could not be built in memory; a defect of ours.
    #[error("cannot build columns in memory")]
    Columns {
        /// What Arrow says.
        source: arrow::error::ArrowError,
    },
    /// No thread could be had.
    #[error("cannot start a thread")]
    Threads(#[source] std::io::Error),
    /// A snapshot with this id came from another package.
    #[error("{} was sealed from another package of the same id", path.display())]
    OtherPackage {
        /// The snapshot.
        path: PathBuf,
    },
}

fn said(refusals: &[Refusal]) -> String {
    let texts: Vec<String> = refusals.iter().map(|refusal| refusal.text().en).collect();
    texts.join("; ")
}

/// One thing that is wrong with a delivery as a whole.
#[derive(Debug)]
#[expect(missing_docs, reason = "the texts below say what each one is")]
pub enum Refusal {
    Unreadable(TextError),
    OtherDataset { file: String, found: DatasetId, expected: DatasetId },
    ColumnMissing { file: String, column: String, header_zh: String, nearest: Option<String> },
    ColumnTwice { file: String, column: String },
    RowsDiffer { file: String, stated: u64, found: u64 },
    TotalDiffers { file: String, column: String, stated: Fen, found: Fen },
    TotalMissing { file: String, column: String },
    TotalUnknown { file: String, column: String },
    RawNumbers { columns: Vec<(String, u64)> },
    TooManyBad { bad: u64, rows: u64, allowed: u32, commonest: Vec<(String, u64)> },
}

impl Refusal {
    /// The reason's name in receipts and tables.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(error) => error.code(),
            Self::OtherDataset { .. } => "other_dataset",
            Self::ColumnMissing { .. } => "column_missing",
            Self::ColumnTwice { .. } => "column_twice",
            Self::RowsDiffer { .. } => "rows_differ",
            Self::TotalDiffers { .. } => "total_differs",
            Self::TotalMissing { .. } => "total_missing",
            Self::TotalUnknown { .. } => "total_unknown",
            Self::RawNumbers { .. } => "raw_identity_numbers",
            Self::TooManyBad { .. } => "too_many_bad_rows",
        }
    }

    /// Whether waiting cannot mend it.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Unreadable(error) if !error.is_final())
    }

    /// Whether it is no longer the delivery that was signed: then all else that was found says nothing of that one.
    pub(super) fn is_changed(&self) -> bool {
        self.changed().is_some()
    }

    /// The file whose content is not the one that was signed, if that is what is wrong.
    pub fn changed(&self) -> Option<&Path> {
        match self {
            Self::Unreadable(TextError::Changed { path }) => Some(path),
            _ => None,
        }
    }

    /// What is wrong.
    pub fn text(&self) -> Text {
        match self {
            Self::Unreadable(error) => error.text(),
            Self::OtherDataset { file, found, expected } => Text::new(
                format!("{file} 属于 {found}，而不是 {expected}"),
                format!("{file} is of {found}, not of {expected}"),
            ),
            Self::ColumnMissing { file, column, header_zh, nearest: None } => Text::new(
                format!("{file} 缺少列“{header_zh}”（{column}）"),
                format!("{file} lacks the column `{column}` ({header_zh})"),
            ),
            Self::ColumnMissing { file, column, header_zh, nearest: Some(nearest) } => Text::new(
                format!("{file} 缺少列“{header_zh}”（{column}）；最接近的表头是“{nearest}”"),
                format!(
                    "{file} lacks the column `{column}` ({header_zh}); the nearest header is `{nearest}`"
                ),
            ),
            Self::ColumnTwice { file, column } => Text::new(
                format!("{file} 的表头两次出现列 {column}（列名与中文表头各一次）"),
                format!("{file} has the column `{column}` twice, by its name and by its Chinese header"),
            ),
            Self::RowsDiffer { file, stated, found } => Text::new(
                format!("{file} 声明 {stated} 行，实际 {found} 行：文件可能被截断或换错"),
                format!(
                    "{file} is stated to have {stated} rows and has {found}: it may be cut off or another file"
                ),
            ),
            Self::TotalDiffers { file, column, stated, found } => Text::new(
                format!("{file} 的 {column} 声明合计 {stated} 元，实际 {found} 元"),
                format!("{file} is stated to total {stated} yuan in `{column}` and totals {found}"),
            ),
            Self::TotalMissing { file, column } => Text::new(
                format!("datapackage.json 未给出 {file} 中 {column} 的合计"),
                format!("datapackage.json gives no control total of `{column}` in {file}"),
            ),
            Self::TotalUnknown { file, column } => Text::new(
                format!("datapackage.json 给出 {column} 的合计，但它不是 {file} 中的金额列"),
                format!(
                    "datapackage.json gives a control total of `{column}`, which is no money column of {file}"
                ),
            ),
            Self::RawNumbers { columns } => {
                let listed = |between: &str| {
                    columns.iter().map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join(between)
                };
                Text::new(
                    format!("文本里有像未加密证件号码的内容（各列处数：{}），内容不予显示", listed("、")),
                    format!(
                        "texts look like identity numbers in the clear (how many in each column: {}); nothing of them is shown",
                        listed(", ")
                    ),
                )
            }
            Self::TooManyBad { bad, rows, allowed, commonest } => {
                let said = |wording: fn(Text) -> String, between: &str| {
                    let named = commonest.iter().take(3).map(|(code, n)| {
                        let reason = Reason::ALL.iter().find(|reason| reason.code() == code);
                        format!(
                            "{} {n}",
                            reason.map_or_else(|| code.clone(), |reason| wording(reason.text()))
                        )
                    });
                    named.collect::<Vec<_>>().join(between)
                };
                Text::new(
                    format!(
                        "{rows}行中有{bad}行有误，超过数据合同容许的千分之{allowed}；最常见：{}",
                        said(|text| text.zh, "、")
                    ),
                    format!(
                        "{bad} of {rows} rows are bad, more than the {allowed} in a thousand that the contract bears; the commonest: {}",
                        said(|text| text.en, ", ")
                    ),
                )
            }
        }
    }

    /// What to do.
    pub fn hint(&self) -> Text {
        match self {
            Self::Unreadable(error) => error.hint(),
            Self::ColumnMissing { .. } | Self::ColumnTwice { .. } => Text::new(
                "请按数据合同的列名或中文表头导出",
                "export it with the column names or the Chinese headers of the contract",
            ),
            Self::OtherDataset { .. } => {
                Text::new("一次交付只含一个数据集", "one delivery holds one dataset")
            }
            Self::RawNumbers { .. } => Text::new(
                "请用 hedui seal 重新封装后交付，并销毁这份文件的所有副本；隔离清单写明文件、行号和列（#7 指文件第7列，sheet#2 指工作簿第2张工作表，workbook:comments 之类指批注、属性、名称等）",
                "seal the files with hedui seal and deliver them again, and destroy every copy of this one; the quarantine list names file, line and column (#7 is the seventh column of the file, sheet#2 the second sheet of a workbook; workbook:comments and the like are its comments, properties, names and so on)",
            ),
            Self::TooManyBad { .. } => Text::new(
                "隔离清单写明每一处的文件、行号、列和原因；更正后重新交付",
                "the quarantine list names file, line, column and reason of every fault; mend them and deliver again",
            ),
            Self::RowsDiffer { .. }
            | Self::TotalDiffers { .. }
            | Self::TotalMissing { .. }
            | Self::TotalUnknown { .. } => {
                Text::new("请重新执行 hedui seal 并重新交付", "seal the files again and deliver them again")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_code_of_its_own_and_says_what_to_do_in_both_languages() {
        let dataset = || "a.b".parse::<DatasetId>().unwrap();
        let (file, column) = (|| "a.csv".to_owned(), || "amount".to_owned());
        let all = [
            Refusal::Unreadable(TextError::Empty { path: "a.csv".into() }),
            Refusal::OtherDataset { file: file(), found: dataset(), expected: dataset() },
            Refusal::ColumnMissing { file: file(), column: column(), header_zh: column(), nearest: None },
            Refusal::ColumnTwice { file: file(), column: column() },
            Refusal::RowsDiffer { file: file(), stated: 1, found: 2 },
            Refusal::TotalDiffers { file: file(), column: column(), stated: Fen(1), found: Fen(2) },
            Refusal::TotalMissing { file: file(), column: column() },
            Refusal::TotalUnknown { file: file(), column: column() },
            Refusal::RawNumbers { columns: vec![(column(), 1)] },
            Refusal::TooManyBad { bad: 9, rows: 10, allowed: 500, commonest: Vec::new() },
        ];
        let codes: std::collections::BTreeSet<&str> = all.iter().map(Refusal::code).collect();
        assert_eq!(codes.len(), all.len());
        for refusal in all {
            for text in [refusal.text(), refusal.hint()] {
                assert!(!text.en.is_empty() && text.zh.chars().any(|c| c > '\u{4e00}'), "{text:?}");
            }
        }
    }
}
