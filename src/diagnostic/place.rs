//! Bytes of a file to lines and columns, and files to text. The only IO of this module, and it only reads.

use std::path::{Path, PathBuf};

use super::{Code, Diagnostic};

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Finds the line starts of a text.
    pub fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The line and the column of a byte, both from 1; the column counts characters, as editors do.
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..byte.min(self.text.len())).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    /// The byte of a line and a column, both from 1 and the column in characters, as SQL parsers report them.
    pub fn byte(&self, line: usize, column: usize) -> Option<usize> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let rest = self.text.get(start..)?;
        let skip: usize = rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
        Some(start + skip)
    }
}

/// `root/path`, but just `path` when the root is the current folder, so that messages stay short.
pub fn join(root: &Path, path: impl AsRef<Path>) -> PathBuf {
    if root.as_os_str().is_empty() || root == Path::new(".") {
        path.as_ref().to_owned()
    } else {
        root.join(path)
    }
}

/// Reads a text file that a person wrote; a byte-order mark stays in, so that places count every byte.
pub fn read(path: &Path) -> Result<String, Box<Diagnostic>> {
    let unreadable = |zh: String, en: String| Box::new(Diagnostic::new(Code::Unreadable, path, zh, en));
    let bytes = std::fs::read(path).map_err(|error| {
        use std::io::ErrorKind::{IsADirectory, NotFound, PermissionDenied};
        let zh = match error.kind() {
            NotFound => "文件不存在".to_owned(),
            PermissionDenied => "没有读取该文件的权限".to_owned(),
            IsADirectory => "这是文件夹，不是文件".to_owned(),
            _ => format!("无法读取该文件：{error}"),
        };
        unreadable(zh, format!("cannot read the file: {error}"))
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let found =
            unreadable(format!("第 {at} 字节处不是 UTF-8 文本"), format!("byte {at} is not UTF-8 text"));
        Box::new(found.help("请用 UTF-8 编码重新保存该文件", "save the file again as UTF-8"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_from_one() {
        let text = "名称: x\n标准: 1190\n";
        let lines = Lines::of(text);
        let at = text.find("1190").unwrap();
        assert_eq!(lines.line_column(at), (2, 5));
        assert_eq!(lines.byte(2, 5), Some(at));
        assert_eq!(lines.line_column(0), (1, 1));
        assert_eq!(lines.line_column(9_999), (3, 1));
        assert_eq!(lines.byte(9, 1), None);
    }

    #[test]
    fn a_missing_file_and_a_file_in_another_encoding_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = read(&folder.path().join("no.yaml")).unwrap_err();
        assert_eq!(missing.code, Code::Unreadable);
        let gbk = folder.path().join("gbk.yaml");
        std::fs::write(&gbk, [0xce, 0xc2]).unwrap();
        let found = read(&gbk).unwrap_err();
        assert_eq!(found.message.en, "byte 0 is not UTF-8 text");
        assert!(found.help.is_some());
    }
}
