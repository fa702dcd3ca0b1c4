//! A fact: one SELECT in `facts/`, named by its file, that rules and other facts read as a table.

use std::path::{Path, PathBuf};

use super::{folder, front};
use crate::{
    diagnostic::{Checked, Code, form::Sheet, read},
    model::{Digest, Text},
};

/// A fact as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its name as a table: the file's.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// The whole file; the front matter is a comment, so all of it is SQL.
    pub text: String,
    /// What it is, if the file says so.
    pub title: Option<Text>,
    /// More about it, if the file says so.
    pub about: Option<Text>,
    /// The digest of the file.
    pub digest: Digest,
}

/// Whether a file name can be a table name.
pub(super) fn is_table_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Reads one fact.
pub(super) fn load(file: &Path) -> Checked<Option<Fact>> {
    let mut sheet = Sheet::new(file);
    let name = folder::stem(file, ".sql").unwrap_or_default();
    if !is_table_name(&name) {
        let (zh, en) = (format!("`{name}` 不能作表名"), format!("`{name}` cannot be a table name"));
        let bad = crate::diagnostic::Diagnostic::new(Code::BadFileName, file, zh, en);
        sheet.found.push(bad.help("文件名用小写字母、数字和下划线", "use lower-case letters, digits and _"));
        return (None, sheet.found);
    }
    let text = match read(file) {
        Ok(text) => text,
        Err(unreadable) => {
            sheet.found.push(*unreadable);
            return (None, sheet.found);
        }
    };
    let (mut title, mut about) = (None, None);
    if let Some(node) = front::read(&text, false, &mut sheet)
        && let Some(mut fields) = sheet.fields(&node)
    {
        title = fields.optional("title").and_then(|node| sheet.both(node));
        about = fields.optional("about").and_then(|node| sheet.both(node));
        fields.finish(&mut sheet);
    }
    let digest = Digest::of(text.as_bytes());
    (Some(Fact { name, file: file.to_owned(), text, title, about, digest }), sheet.found)
}
