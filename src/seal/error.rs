//! Why files cannot be sealed. No message carries a value of a row or a key.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use crate::{accept::SignKeyError, acquire::text::TextError, model::Text};

/// Why sealing stopped. Nothing of the delivery is left behind.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// No file was given.
    #[error("no file to seal")]
    NoFiles,
    /// The key's name cannot stand in a package.
    #[error("`{given}` cannot be the name of a key epoch")]
    KeyId {
        /// What was given.
        given: String,
    },
    /// The two keys of a bridge are one.
    #[error("the old and the new key are the same, or have the same name `{key_id}`")]
    SameKey {
        /// The name of both.
        key_id: String,
    },
    /// The files of a bridge belong to several agencies.
    #[error("one bridge is one agency's, but the files are those of {}", agencies.join(", "))]
    SeveralAgencies {
        /// Whose.
        agencies: Vec<String>,
    },
    /// A file cannot be read as a table.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Headers do not fit the contract.
    #[error("{}", list(.0, ToString::to_string))]
    Header(Vec<HeaderProblem>),
    /// Columns outside the person columns seem to hold raw identity numbers.
    #[error("{}", list(.0, ToString::to_string))]
    RawNumbers(Vec<RawColumn>),
    /// Not one row is left.
    #[error("all {rows} rows were set aside, most of them because {}; nothing is left to deliver", reason.en)]
    NothingLeft {
        /// How many rows were read.
        rows: u64,
        /// The commonest reason.
        reason: Text,
    },
    /// A control total does not fit.
    #[error("{}: the total of column `{column}` is too large to be right", path.display())]
    TotalTooLarge {
        /// The raw file.
        path: PathBuf,
        /// The money column.
        column: String,
    },
    /// The delivery or the report cannot be written.
    #[error("{}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The delivery cannot be signed.
    #[error(transparent)]
    Sign(#[from] SignKeyError),
}

impl SealError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    /// What is wrong, for people.
    pub fn text(&self) -> Text {
        let both = |zh: String| Text::new(zh, self.to_string());
        match self {
            Self::NoFiles => both("没有给出要封装的文件".to_owned()),
            Self::KeyId { given } => both(format!("“{given}”不能作密钥期名称")),
            Self::SameKey { key_id } => both(format!("新旧密钥相同，或名称同为“{key_id}”")),
            Self::SeveralAgencies { agencies } => {
                both(format!("一份桥表只属于一个机构，而文件属于：{}", agencies.join("、")))
            }
            Self::Text(error) => error.text(),
            Self::Header(problems) => both(list(problems, HeaderProblem::zh)),
            Self::RawNumbers(columns) => both(list(columns, RawColumn::zh)),
            Self::NothingLeft { rows, reason } => Text::new(
                format!("全部 {rows} 行均被搁置，主要原因：{}；没有可交付的内容", reason.zh),
                self.to_string(),
            ),
            Self::TotalTooLarge { path, column } => {
                both(format!("{}：列“{column}”的合计过大，不可能正确", path.display()))
            }
            Self::Io { path, source } => {
                Text::new(format!("{}：{source}", path.display()), format!("{}: {source}", path.display()))
            }
            Self::Sign(error) => error.text(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<Text> {
        match self {
            Self::NoFiles => {
                Some(Text::new("请在选项之后写上原始文件", "name the raw files after the options"))
            }
            Self::KeyId { .. } => Some(Text::new(
                "只能用字母、数字、. _ -，最多 64 个字符",
                "use letters, digits, . _ -, at most 64",
            )),
            Self::SameKey { .. } => Some(Text::new(
                "新密钥用 hedui seal keygen 生成；名称用 --key-id、--to-key-id 区分",
                "make the new key with hedui seal keygen; tell the names apart with --key-id and --to-key-id",
            )),
            Self::SeveralAgencies { .. } => {
                Some(Text::new("每个机构各做一份", "make one bridge for each agency"))
            }
            Self::Text(error) => Some(error.hint()),
            Self::Header(_) => Some(Text::new(
                "列名请用合约中的中文或英文名称，未约定的列请删去",
                "name the columns as the contract does, in English or Chinese, and leave out columns that are not agreed",
            )),
            Self::RawNumbers(_) => Some(Text::new(
                "这些列请改用本单位自编的编号；身份号码只能放在人员列中",
                "put another reference of your own into these columns; identity numbers belong in the person columns only",
            )),
            Self::NothingLeft { .. } => Some(Text::new(
                "请核对文件是否原始导出、列是否对应",
                "check that the files are the raw export and the columns are the right ones",
            )),
            Self::TotalTooLarge { .. } => {
                Some(Text::new("请检查金额单位是否为元", "look for amounts that are not in yuan"))
            }
            Self::Io { .. } => None,
            Self::Sign(error) => error.hint(),
        }
    }
}

/// One mistake in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderProblem {
    /// The raw file.
    pub path: PathBuf,
    /// The header's line.
    pub line: u64,
    /// What is wrong.
    pub what: HeaderFault,
}

/// What is wrong with a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderFault {
    /// The contract has no such column.
    Unknown {
        /// The header, if it may be shown.
        name: String,
        /// The contract's name that it most looks like.
        nearest: Option<String>,
    },
    /// A column without a name holds values.
    Unnamed {
        /// Its number in the file, from 1.
        column: usize,
    },
    /// One column stands there twice, perhaps under both its names.
    Twice {
        /// The contract's column.
        column: String,
    },
    /// A column that must be there is not.
    Missing {
        /// The contract's column.
        column: String,
        /// Its Chinese header.
        header_zh: String,
    },
}

impl HeaderProblem {
    /// The file and the line, if names stand on a line of it.
    fn place(&self) -> String {
        match self.line {
            0 => self.path.display().to_string(),
            line => format!("{}:{line}", self.path.display()),
        }
    }

    fn zh(&self) -> String {
        let what = match &self.what {
            HeaderFault::Unknown { name, nearest: None } => format!("合约中没有列“{name}”"),
            HeaderFault::Unknown { name, nearest: Some(nearest) } => {
                format!("合约中没有列“{name}”，是否应为“{nearest}”？")
            }
            HeaderFault::Unnamed { column } => format!("第 {column} 列有内容而没有列名"),
            HeaderFault::Twice { column } => format!("列“{column}”出现两次"),
            HeaderFault::Missing { column, header_zh } => format!("缺少列“{header_zh}”（{column}）"),
        };
        format!("{}：{what}", self.place())
    }
}

impl fmt::Display for HeaderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place())?;
        match &self.what {
            HeaderFault::Unknown { name, nearest: None } => {
                write!(f, "the contract knows no column `{name}`")
            }
            HeaderFault::Unknown { name, nearest: Some(nearest) } => {
                write!(f, "the contract knows no column `{name}`; did you mean `{nearest}`?")
            }
            HeaderFault::Unnamed { column } => write!(f, "column {column} holds values but has no name"),
            HeaderFault::Twice { column } => write!(f, "the column `{column}` stands there twice"),
            HeaderFault::Missing { column, header_zh } => {
                write!(f, "the column `{column}` ({header_zh}) is missing")
            }
        }
    }
}

/// A column outside the person columns that seems to hold raw identity numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawColumn {
    /// The contract's column.
    pub column: String,
    /// In how many rows.
    pub rows: u64,
    /// The first of them: file and line.
    pub places: Vec<(PathBuf, u64)>,
}

impl RawColumn {
    fn zh(&self) -> String {
        format!("列“{}”疑似含有明文身份号码（{} 行）：{}", self.column, self.rows, self.shown_places())
    }

    fn shown_places(&self) -> String {
        let shown = self.places.iter().map(|(path, line)| format!("{}:{line}", path.display()));
        shown.collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for RawColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, rows, .. } = self;
        write!(
            f,
            "column `{column}` seems to hold identity numbers in the clear ({rows} rows): {}",
            self.shown_places()
        )
    }
}

fn list<T>(items: &[T], wording: impl Fn(&T) -> String) -> String {
    items.iter().map(wording).collect::<Vec<_>>().join("\n")
}
