//! Why a file cannot be read as a table of text, in both languages. It never shows a value of the file.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    content::Content,
    decode::Encoding,
    garbled::Garbled,
    parquet_fault::ParquetFault,
    sheet_fault::SheetFault,
    text::{MAX_COLUMNS, MAX_RECORD},
};
use crate::model::Text;

/// Why a file cannot be read as a table of text.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the texts say what each one is")]
pub enum TextError {
    #[error("cannot read {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: not a kind of file that is read here", path.display())]
    UnknownKind { path: PathBuf },
    #[error("{}: not a plain file", path.display())]
    NotAFile { path: PathBuf },
    #[error("{}: it is no longer the file that was signed: it was changed while it was being taken in", path.display())]
    Changed { path: PathBuf },
    #[error("{}: named {kind}, but it is {}", path.display(), en(*found))]
    OtherContent { path: PathBuf, kind: &'static str, found: Option<Content> },
    #[error("{}: text that was read in a wrong encoding and saved again ({})", at(path, *line), how.text().en)]
    Garbled { path: PathBuf, line: u64, how: Garbled },
    #[error("{}:{line}: a byte that is not {} at offset {offset}", path.display(), encoding.name())]
    Malformed { path: PathBuf, encoding: Encoding, line: u64, offset: u64 },
    #[error("{}:{line}: a NUL byte at offset {offset}", path.display())]
    Nul { path: PathBuf, line: u64, offset: u64 },
    #[error("{}: the file is UTF-16", path.display())]
    Utf16 { path: PathBuf },
    #[error("{}:{line}: a record is longer than {MAX_RECORD} bytes", path.display())]
    RecordTooLong { path: PathBuf, line: u64 },
    #[error("{}: the packed file is cut off or damaged after line {line}", path.display())]
    DamagedGzip { path: PathBuf, line: u64, source: io::Error },
    #[error("{}: {source}", path.display())]
    Bomb { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{}: cannot be read as a spreadsheet", path.display())]
    Sheet { path: PathBuf, source: Box<SheetFault> },
    #[error("{}: cannot be read as Parquet", path.display())]
    Parquet { path: PathBuf, source: Box<ParquetFault> },
    #[error("{}: the file is empty", path.display())]
    Empty { path: PathBuf },
    #[error("{}: the header has more than {MAX_COLUMNS} columns", at(path, *line))]
    TooManyColumns { path: PathBuf, line: u64 },
    #[error("{}: the header names `{name}` twice", at(path, *line))]
    DuplicateHeader { path: PathBuf, line: u64, name: String },
    #[error("{}:{line}: a quote in the header is never closed", path.display())]
    UnclosedHeader { path: PathBuf, line: u64 },
}

impl TextError {
    /// The reason's name in receipts and tables.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "file_unreadable",
            Self::UnknownKind { .. } => "file_kind",
            Self::NotAFile { .. } => "not_a_file",
            Self::Changed { .. } => "file_digest",
            Self::OtherContent { .. } => "other_content",
            Self::Garbled { .. } => "garbled_text",
            Self::Malformed { .. } => "malformed_text",
            Self::Nul { .. } => "nul_byte",
            Self::Utf16 { .. } => "utf_16",
            Self::RecordTooLong { .. } => "record_too_long",
            Self::DamagedGzip { .. } => "damaged_gzip",
            Self::Bomb { .. } => "unpacks_too_far",
            Self::Sheet { .. } => "damaged_sheet",
            Self::Parquet { .. } => "damaged_parquet",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::Empty { .. } => "file_empty",
            Self::DuplicateHeader { .. } => "header_twice",
            Self::UnclosedHeader { .. } => "unclosed_header",
        }
    }

    /// Whether waiting cannot mend it: it is the content, not the receiver's disk.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Io { .. })
    }

    /// What is wrong, in both languages.
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::Io { path, source } => format!("读不出 {}：{source}", path.display()),
            Self::UnknownKind { path } => format!("{}：不支持的文件类型", path.display()),
            Self::NotAFile { path } => format!("{}：不是普通文件", path.display()),
            Self::Changed { path } => {
                format!("{}：不是签名时的文件", path.display())
            }
            Self::OtherContent { path, kind, found } => {
                let found = found.map_or_else(|| "别的内容".to_owned(), |found| found.text().zh);
                format!("{}：名为 {kind}，实为{found}", path.display())
            }
            Self::Garbled { path, line, how } => {
                format!("{}：文字曾用错误的编码读取后又保存（{}）", at(path, *line), how.text().zh)
            }
            Self::Malformed { path, encoding, line, offset } => {
                format!("{}:{line}：第 {offset} 字节处不是有效的 {}", path.display(), encoding.name())
            }
            Self::Nul { path, line, offset } => {
                format!("{}:{line}：第 {offset} 字节处有空字节（NUL）", path.display())
            }
            Self::Utf16 { path } => format!("{}：文件是 UTF-16 编码", path.display()),
            Self::RecordTooLong { path, line } => {
                format!("{}:{line}：一条记录超过 {MAX_RECORD} 字节", path.display())
            }
            Self::DamagedGzip { path, line, .. } => {
                format!("{}：压缩文件在第 {line} 行之后被截断或已损坏", path.display())
            }
            Self::Bomb { path, .. } => format!("{}：解压后大得异常", path.display()),
            Self::Sheet { path, source } => {
                format!("{}：不能作为电子表格读取：{}", path.display(), source.text().zh)
            }
            Self::Parquet { path, source } => {
                format!("{}：不能作为 Parquet 读取：{}", path.display(), source.text().zh)
            }
            Self::TooManyColumns { path, line } => {
                format!("{}：表头超过 {MAX_COLUMNS} 列", at(path, *line))
            }
            Self::Empty { path } => format!("{}：文件是空的", path.display()),
            Self::DuplicateHeader { path, line, name } => {
                format!("{}：表头“{name}”出现两次", at(path, *line))
            }
            Self::UnclosedHeader { path, line } => format!("{}:{line}：表头中的引号未闭合", path.display()),
        };
        let en = match self {
            // The others say all they know themselves.
            Self::Io { source, .. } | Self::DamagedGzip { source, .. } => format!("{self}: {source}"),
            Self::Sheet { source, .. } => format!("{self}: {source}"),
            Self::Parquet { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        };
        Text::new(zh, en)
    }

    /// What to do about it.
    pub fn hint(&self) -> Text {
        match self {
            Self::Io { .. } => {
                Text::new("检查磁盘和权限后再运行", "check the disk and the permissions, then run again")
            }
            Self::UnknownKind { .. } => {
                Text::new("请使用 .csv、.csv.gz、.xlsx 或 .parquet", "write .csv, .csv.gz, .xlsx or .parquet")
            }
            Self::NotAFile { .. } => Text::new("请给出文件本身", "name the file itself"),
            Self::Changed { .. } => Text::new(
                "不要使用；请机构重发，并查明改动发生在哪里",
                "do not use it; ask the agency to send it again, and find out where it was changed",
            ),
            Self::OtherContent { .. } => Text::new(
                "请按文件名所示的格式重新导出，不要只改文件名",
                "export it in the format that its name says; renaming a file does not change it",
            ),
            Self::Garbled { .. } => Text::new(
                "丢失的文字无法复原，请从原系统以 UTF-8 或 GB18030 编码重新导出",
                "what was lost cannot be brought back: export the file again from its system as UTF-8 or GB18030",
            ),
            Self::Sheet { source, .. } => source.hint(),
            Self::Parquet { source, .. } => source.hint(),
            Self::Malformed { .. } | Self::Utf16 { .. } => {
                Text::new("请以 UTF-8 或 GB18030 编码重新导出", "export the file again as UTF-8 or GB18030")
            }
            Self::Nul { .. } => Text::new(
                "文件已损坏或不是文本，请重新导出",
                "the file is damaged or not text; export it again",
            ),
            Self::RecordTooLong { .. } => Text::new(
                "请检查该行是否有未闭合的引号",
                "look for a quote that is opened on this line and never closed",
            ),
            Self::DamagedGzip { .. } => Text::new("请重新压缩并发送", "pack and send the file again"),
            Self::Empty { .. } => Text::new(
                "即使没有数据行，首行也应是表头",
                "the first row must be the header, also when there are no rows",
            ),
            Self::Bomb { .. } => Text::new(
                "请只压缩导出的表格本身，重新压缩并发送",
                "pack nothing but the exported table, and send it again",
            ),
            Self::TooManyColumns { .. } => Text::new(
                "首行应为表头；请只导出数据合同列出的列",
                "the first row must be the header: export the columns that the contract lists and no others",
            ),
            Self::DuplicateHeader { .. } => Text::new(
                "请改名或删去其中一列，使每个表头只出现一次",
                "rename or remove one of the two columns, so that each header stands there once",
            ),
            Self::UnclosedHeader { .. } => Text::new(
                "请补上或删去首行中多余的引号后重新导出",
                "close or remove the quote in the first row and export the file again",
            ),
        }
    }
}

fn en(found: Option<Content>) -> String {
    found.map_or_else(|| "something else".to_owned(), |found| found.text().en)
}

/// A file and its line, if what is meant stands on one.
fn at(path: &Path, line: u64) -> String {
    match line {
        0 => path.display().to_string(),
        line => format!("{}:{line}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<TextError> {
        let path = || PathBuf::from("a.csv");
        let source = || io::Error::other("why");
        let name = || "name".to_owned();
        vec![
            TextError::Io { path: path(), source: source() },
            TextError::UnknownKind { path: path() },
            TextError::NotAFile { path: path() },
            TextError::Changed { path: path() },
            TextError::OtherContent { path: path(), kind: ".csv", found: None },
            TextError::Garbled { path: path(), line: 2, how: Garbled::Lost },
            TextError::Malformed { path: path(), encoding: Encoding::Utf8, line: 2, offset: 3 },
            TextError::Nul { path: path(), line: 2, offset: 3 },
            TextError::Utf16 { path: path() },
            TextError::RecordTooLong { path: path(), line: 2 },
            TextError::DamagedGzip { path: path(), line: 2, source: source() },
            TextError::Bomb { path: path(), source: "why".into() },
            TextError::Sheet { path: path(), source: Box::new(SheetFault::NoSheet) },
            TextError::Parquet { path: path(), source: Box::new(ParquetFault::Nested) },
            TextError::Empty { path: path() },
            TextError::TooManyColumns { path: path(), line: 1 },
            TextError::DuplicateHeader { path: path(), line: 1, name: name() },
            TextError::UnclosedHeader { path: path(), line: 1 },
        ]
    }

    #[test]
    fn every_error_has_a_code_of_its_own_and_says_what_to_do_in_both_languages() {
        let codes: std::collections::BTreeSet<&str> = all().iter().map(TextError::code).collect();
        assert_eq!(codes.len(), all().len());
        for error in all() {
            for text in [error.text(), error.hint()] {
                assert!(!text.en.is_empty() && text.zh.chars().any(|c| c > '\u{4e00}'), "{error}: {text:?}");
            }
        }
    }
}
