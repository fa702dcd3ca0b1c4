//! Why a file cannot be read as a table of text, in both languages. It never shows a value of the file.

use std::{io, path::PathBuf};

use super::{decode::Encoding, sheet::SheetFault, text::MAX_RECORD};
use crate::model::Text;

/// Why a file cannot be read as a table of text.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the texts say what each one is")]
pub enum TextError {
    #[error("cannot read {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: not a kind of file that is read here", path.display())]
    UnknownKind { path: PathBuf },
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
    #[error("{}: the file is empty", path.display())]
    Empty { path: PathBuf },
    #[error("{}:{line}: the header names `{name}` twice", path.display())]
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
            Self::Malformed { .. } => "malformed_text",
            Self::Nul { .. } => "nul_byte",
            Self::Utf16 { .. } => "utf_16",
            Self::RecordTooLong { .. } => "record_too_long",
            Self::DamagedGzip { .. } => "damaged_gzip",
            Self::Bomb { .. } => "unpacks_too_far",
            Self::Sheet { .. } => "damaged_sheet",
            Self::Empty { .. } => "file_empty",
            Self::DuplicateHeader { .. } => "header_twice",
            Self::UnclosedHeader { .. } => "unclosed_header",
        }
    }

    /// What is wrong, in both languages.
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::Io { path, source } => format!("读不出 {}：{source}", path.display()),
            Self::UnknownKind { path } => format!("{}：不支持的文件类型", path.display()),
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
            Self::Sheet { path, source } => format!("{}：不能作为电子表格读取：{source}", path.display()),
            Self::Empty { path } => format!("{}：文件是空的", path.display()),
            Self::DuplicateHeader { path, line, name } => {
                format!("{}:{line}：表头“{name}”出现两次", path.display())
            }
            Self::UnclosedHeader { path, line } => format!("{}:{line}：表头中的引号未闭合", path.display()),
        };
        let en = match self {
            // The others say all they know themselves.
            Self::Io { source, .. } | Self::DamagedGzip { source, .. } => format!("{self}: {source}"),
            Self::Sheet { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        };
        Text::new(zh, en)
    }

    /// What to do about it, where that is not plain from the message.
    pub fn hint(&self) -> Option<Text> {
        Some(match self {
            Self::UnknownKind { .. } => {
                Text::new("请使用 .csv、.csv.gz 或 .xlsx", "write .csv, .csv.gz or .xlsx")
            }
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
            _ => return None,
        })
    }
}
