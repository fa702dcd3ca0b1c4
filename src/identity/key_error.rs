//! Why a key cannot be used or made. No text here ever shows what a key file holds.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::model::Text;

/// Why a key cannot be used or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("key file {}", path.display())]
    Io {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than the owner can read it.
    #[error("key file {}: others can read it (mode {mode:03o})", path.display())]
    Exposed {
        /// The key file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is not one line of 64 hex characters.
    #[error("key file {}: {}", path.display(), fault.text().en)]
    Form {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        fault: FormFault,
    },
    /// A new key would overwrite something.
    #[error("key file {}: already exists and is not overwritten", path.display())]
    Exists {
        /// The key file.
        path: PathBuf,
    },
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system: {0}")]
    Randomness(String),
}

/// What is wrong with the content of a key file: told by its size and kind, never by a character of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormFault {
    /// Nothing is in it.
    Empty,
    /// Another number of characters than 64; none: more than are read.
    Length(Option<usize>),
    /// More than one line.
    Lines,
    /// A character that is no hex digit.
    Character,
}

impl FormFault {
    /// What is wrong, for people.
    pub fn text(self) -> Text {
        match self {
            Self::Empty => Text::new("文件是空的", "it is empty"),
            Self::Length(Some(count)) => Text::new(
                format!("有 {count} 个字符，应为 64 个十六进制字符"),
                format!("it holds {count} characters instead of 64 hex characters"),
            ),
            Self::Length(None) => Text::new(
                "太长，应为一行 64 个十六进制字符",
                "it is too long to be a key: one line of 64 hex characters is expected",
            ),
            Self::Lines => Text::new("不止一行", "it holds more than one line"),
            Self::Character => Text::new("含有非十六进制字符", "it holds characters that are no hex digits"),
        }
    }
}

impl KeyError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    /// What is wrong, for people.
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::Io { path, source } => format!("密钥文件 {}：{source}", path.display()),
            Self::Exposed { path, mode } => {
                format!("密钥文件 {}：他人可读（权限 {mode:03o}）", path.display())
            }
            Self::Form { path, fault } => format!("密钥文件 {}：{}", path.display(), fault.text().zh),
            Self::Exists { path } => format!("密钥文件 {}：已存在，不会覆盖", path.display()),
            Self::Randomness(reason) => format!("操作系统未提供随机数：{reason}"),
        };
        let en = match self {
            Self::Io { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        };
        Text::new(zh, en)
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<Text> {
        match self {
            // A descriptor has no name to type.
            Self::Exposed { path, .. }
                if path.to_string_lossy().starts_with("fd:") || path == Path::new("-") =>
            {
                Some(Text::new(
                    "先用 chmod 600 收紧该文件的权限（若他人可能已读过，请换新密钥和新密钥期）",
                    "close the file behind it with chmod 600 (and if others have been able to read it, make a new key and a new epoch)",
                ))
            }
            Self::Exposed { path, .. } => Some(Text::new(
                format!("运行：chmod 600 {}   （若他人可能已读过，请换新密钥和新密钥期）", path.display()),
                format!(
                    "run: chmod 600 {}   (and if others have been able to read it, make a new key and a new epoch)",
                    path.display()
                ),
            )),
            Self::Form { .. } => Some(Text::new(
                "用 hedui seal keygen 或 openssl rand -hex 32 生成",
                "make one with: hedui seal keygen, or: openssl rand -hex 32",
            )),
            Self::Exists { .. } => Some(Text::new(
                "请换一个文件名，或先把旧密钥移到安全的地方",
                "choose another name, or move the old key to a safe place first",
            )),
            Self::Io { .. } | Self::Randomness(_) => None,
        }
    }
}
