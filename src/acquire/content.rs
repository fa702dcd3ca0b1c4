//! What a file's first bytes say it is, whatever its name says. It only recognises; nothing is read by it.

use crate::model::Text;

/// Kinds of files that arrive under the name of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A gzip file.
    Gzip,
    /// A zip archive, of which `.xlsx` is one.
    Zip,
    /// An old Office file (`.xls`), or a workbook with a password.
    OldOffice,
    /// A Parquet file.
    Parquet,
    /// A PDF.
    Pdf,
    /// HTML or XML, which some systems export as `.xls` or `.csv`.
    Markup,
    /// Another packed file.
    Archive,
}

const MARKS: &[(&[u8], Content)] = &[
    (b"\x1F\x8B", Content::Gzip),
    (b"PK\x03\x04", Content::Zip),
    (b"PK\x05\x06", Content::Zip),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Content::OldOffice),
    (b"PAR1", Content::Parquet),
    (b"PARE", Content::Parquet),
    (b"%PDF", Content::Pdf),
    (b"<html", Content::Markup),
    (b"<HTML", Content::Markup),
    (b"<!DOC", Content::Markup),
    (b"<?xml", Content::Markup),
    (b"<table", Content::Markup),
    (b"7z\xBC\xAF\x27\x1C", Content::Archive),
    (b"Rar!", Content::Archive),
    (b"\x28\xB5\x2F\xFD", Content::Archive),
    (b"BZh", Content::Archive),
    (b"\xFD7zXZ", Content::Archive),
];

impl Content {
    /// How many first bytes are needed.
    pub(super) const HEAD: usize = 8;

    /// What a file that begins so is, if that is known.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, content)| *content)
    }

    /// What it is called.
    pub fn text(self) -> Text {
        match self {
            Self::Gzip => Text::new("gzip 压缩文件", "a gzip file"),
            Self::Zip => Text::new("zip 压缩包（或 .xlsx）", "a zip archive (or .xlsx)"),
            Self::OldOffice => Text::new(
                "旧版 Office 文件（.xls）或加密的工作簿",
                "an old Office file (.xls) or a workbook with a password",
            ),
            Self::Parquet => Text::new("Parquet 文件", "a Parquet file"),
            Self::Pdf => Text::new("PDF 文件", "a PDF"),
            Self::Markup => Text::new("网页（HTML 或 XML）", "a page (HTML or XML)"),
            Self::Archive => Text::new("另一种压缩文件", "another kind of packed file"),
        }
    }
}
