//! Why a Parquet file cannot be read, in both languages. It shows no value of the file, and so nothing that the library says,
//! which may quote one.

use std::io;

use crate::model::Text;

/// Why a Parquet file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.text().en)]
#[expect(missing_docs, reason = "the texts say what each one is")]
pub enum ParquetFault {
    Io(io::Error),
    NotParquet,
    Encrypted,
    CutOff,
    FooterTooLarge,
    TooManyColumns,
    Nested,
    Kind { column: String, found: String },
    Codec { codec: String },
    Contradiction,
    Checksum,
    PagesTooLarge,
    UnpacksTooFar,
    NotText { column: String, row: u64 },
    RowTooLong { row: u64 },
    Damaged { row: u64 },
}

impl ParquetFault {
    /// What is wrong.
    pub fn text(&self) -> Text {
        match self {
            Self::Io(source) => {
                Text::new(format!("读不出：{source}"), format!("it cannot be read: {source}"))
            }
            Self::NotParquet => Text::new("不是 Parquet 文件", "it is not a Parquet file"),
            Self::Encrypted => Text::new("文件已加密", "it is encrypted"),
            Self::CutOff => Text::new("文件被截断或不完整", "it is cut off"),
            Self::FooterTooLarge => Text::new("文件尾过大", "its footer is too large to be right"),
            Self::TooManyColumns => Text::new("列数过多", "it has more columns than any dataset"),
            Self::Nested => Text::new(
                "有嵌套的列（列表、结构或映射）",
                "it has nested columns (lists, structures or maps)",
            ),
            Self::Kind { column, found } => Text::new(
                format!("列“{column}”的类型 {found} 不能读取"),
                format!("the column `{column}` is of a type that is not read: {found}"),
            ),
            Self::Codec { codec } => Text::new(
                format!("压缩方式 {codec} 不能读取"),
                format!("it is packed with {codec}, which is not read"),
            ),
            Self::Contradiction => Text::new(
                "文件尾与数据页互相矛盾（大小或行数不符）",
                "its footer and its pages contradict each other (sizes or numbers of rows)",
            ),
            Self::Checksum => Text::new("数据页的校验和不符", "a page does not have its checksum"),
            Self::PagesTooLarge => Text::new("数据页大得异常", "its pages are too large to be right"),
            Self::UnpacksTooFar => Text::new("解压后大得异常", "it unpacks to more than any register would"),
            Self::NotText { column, row } => Text::new(
                format!("第 {row} 行的“{column}”不是文字"),
                format!("`{column}` of row {row} is not text"),
            ),
            Self::RowTooLong { row } => {
                Text::new(format!("第 {row} 行过长"), format!("row {row} is too long"))
            }
            Self::Damaged { row: 0 } => Text::new("文件已损坏", "it is damaged"),
            Self::Damaged { row } => {
                Text::new(format!("第 {row} 行之后已损坏"), format!("it is damaged after row {row}"))
            }
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Text {
        match self {
            Self::Encrypted => Text::new(
                "请不加密导出；交付的完整性由签名保证",
                "write it without encryption: the delivery is signed",
            ),
            Self::Nested => Text::new("每列只放一个值", "write one value a column"),
            Self::Kind { .. } => Text::new(
                "请改为文字、整数、DATE、不带时区的 TIMESTAMP、DECIMAL、DOUBLE 或 BOOLEAN",
                "write text, whole numbers, DATE, TIMESTAMP without a time zone, DECIMAL, DOUBLE or BOOLEAN",
            ),
            Self::Codec { .. } => {
                Text::new("请用 SNAPPY、ZSTD 或不压缩", "write it with SNAPPY, ZSTD or unpacked")
            }
            _ => Text::new("请重新导出并发送", "export and send it again"),
        }
    }
}
