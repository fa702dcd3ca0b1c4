//! Why a spreadsheet cannot be read, in both languages. It shows no value of a cell, and so nothing that the library says,
//! which may quote one.

use calamine::XlsxError;

use crate::model::Text;

/// Why a sheet cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text().en)]
#[expect(missing_docs, reason = "the texts say what each one is")]
pub enum SheetFault {
    Io(String),
    Password,
    NotZip,
    Parts,
    Markup,
    Declaration,
    NoSheet,
    NoSuchSheet { wanted: String, nearest: Option<String> },
    TooManyParts,
    UnpacksTooFar,
    TooLarge,
    TooWide { row: u64 },
    OutOfOrder { row: u64 },
    Damaged { row: u64 },
}

impl From<XlsxError> for SheetFault {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::Io(source) => Self::Io(source.to_string()),
            XlsxError::Password => Self::Password,
            XlsxError::Zip(_) => Self::NotZip,
            XlsxError::Xml(_) | XlsxError::XmlEof(_) => Self::Markup,
            _ => Self::Parts,
        }
    }
}

impl SheetFault {
    /// What is wrong.
    pub fn text(&self) -> Text {
        match self {
            Self::Io(source) => {
                Text::new(format!("读不出：{source}"), format!("it cannot be read: {source}"))
            }
            Self::Password => Text::new("工作簿有密码", "the workbook has a password"),
            Self::NotZip => {
                Text::new("不是 .xlsx 工作簿，或已损坏", "it is no .xlsx workbook, or a damaged one")
            }
            Self::Parts => Text::new(
                "工作簿的各部分不完整或不一致",
                "parts of the workbook are missing or do not fit together",
            ),
            Self::Markup => Text::new("工作簿中有损坏的 XML", "the workbook holds damaged XML"),
            Self::Declaration => Text::new(
                "工作簿的 XML 声明了实体或多得异常的文字",
                "the workbook's XML declares entities or room for more strings than any sheet has",
            ),
            Self::NoSheet => Text::new("工作簿中没有可见的工作表", "the workbook has no visible sheet"),
            Self::NoSuchSheet { wanted, nearest: None } => {
                Text::new(format!("没有工作表“{wanted}”"), format!("there is no sheet `{wanted}`"))
            }
            Self::NoSuchSheet { wanted, nearest: Some(nearest) } => Text::new(
                format!("没有工作表“{wanted}”，是不是“{nearest}”？"),
                format!("there is no sheet `{wanted}`; did you mean `{nearest}`?"),
            ),
            Self::TooManyParts => Text::new("工作簿的部分过多", "the workbook has too many parts"),
            Self::UnpacksTooFar => {
                Text::new("工作簿解压后大得异常", "the workbook unpacks to more than any register would")
            }
            Self::TooLarge => {
                Text::new("工作表的文字过多", "the sheet holds more text than can be read at once")
            }
            Self::TooWide { row } => Text::new(
                format!("第 {row} 行有远在表格之外的单元格"),
                format!("row {row} has a cell far outside any table"),
            ),
            Self::OutOfOrder { row } => Text::new(
                format!("第 {row} 行的单元格次序错乱"),
                format!("the cells of row {row} are out of order"),
            ),
            Self::Damaged { row: 0 } => Text::new("工作表已损坏", "the sheet is damaged"),
            Self::Damaged { row } => Text::new(
                format!("工作表在第 {row} 行之后已损坏"),
                format!("the sheet is damaged after row {row}"),
            ),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Text {
        match self {
            Self::Password => Text::new("请去掉密码后另存", "save it without a password"),
            Self::NoSheet | Self::NoSuchSheet { .. } => {
                Text::new("请核对工作表名称", "look at the names of the sheets")
            }
            Self::TooLarge => Text::new("请改用 CSV 或 Parquet", "write CSV or Parquet instead"),
            _ => Text::new(
                "请用 WPS 或 Excel 打开后另存为 .xlsx",
                "open it in WPS or Excel and save it as .xlsx",
            ),
        }
    }
}
