//! `approvals.yaml`: the rules and facts that an office approved to run as live, each by the SHA-256 of its file.
//!
//! Says how a file stands to its approval; never what follows from that for a rule or a night.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    ops::Range,
    path::{Component, Path, PathBuf},
};

use chrono::NaiveDate;

use super::pipeline::tidy;
use crate::{
    diagnostic::{
        Checked, Code, Diagnostics,
        form::{At, Sheet},
        read,
        yaml::{self, Key, Node},
    },
    model::Digest,
};

/// What stands at the head of a file that the program writes first.
const HEAD: &str = "\
# 批准正式运行的规则和事实，各附文件的 SHA-256。规则本身或它读取的事实与此不同，就只试行：照样计数，不上清单。
# 批准：hedui check --approve 规则,规则（或 all） --by \"单位\"。文件开头的注释保留，其余由命令写出。
# Rules and facts approved to run as live, each with the SHA-256 of its file. A live rule whose file, or a fact that it
# reads, is not as it stands here runs in the shadow: counted, on no list.
# To approve: hedui check --approve RULE,RULE (or all) --by \"OFFICE\". It keeps the comments at the head and writes the rest.
# 核验 To verify, in this folder:
#   sed -nE 's/^([^#:]+): \\{sha256: ([0-9a-f]{64}).*/\\2  \\1/p' approvals.yaml | sha256sum -c
";

/// The approval of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The digest of the file as it was approved, 64 lower-case hex characters.
    pub sha256: String,
    /// The day.
    pub date: NaiveDate,
    /// The office.
    pub by: String,
    /// What else is to be known.
    pub note: Option<String>,
    /// Where the entry stands in the file; empty for one that was not read from it.
    pub place: Range<usize>,
}

/// How a file stands to its approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalState {
    /// It is what was approved.
    Approved,
    /// No approval names it.
    Never,
    /// It was another file when it was approved.
    Changed,
}

/// All approvals of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approvals {
    /// The file.
    pub file: PathBuf,
    /// Its digest; None when there is no such file, and so no approval.
    pub digest: Option<Digest>,
    /// The comments at its head.
    head: String,
    /// By path from the folder of the file.
    entries: BTreeMap<String, Approval>,
}

impl Approvals {
    /// What a file is called here: its path from the folder of the approvals.
    pub fn name(&self, path: &Path) -> String {
        let base = self.file.parent().unwrap_or(Path::new(""));
        let (base, path): (Vec<Component<'_>>, Vec<Component<'_>>) =
            (base.components().collect(), path.components().collect());
        let shared = base.iter().zip(&path).take_while(|(one, other)| one == other).count();
        let up = base.iter().skip(shared).map(|_| "..".to_owned());
        let down = path.iter().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
        up.chain(down).collect::<Vec<_>>().join("/")
    }

    /// The approval of a file by its name here.
    pub fn get(&self, name: &str) -> Option<&Approval> {
        self.entries.get(name)
    }

    /// How a file stands.
    pub fn state(&self, path: &Path, digest: &Digest) -> ApprovalState {
        match self.entries.get(&self.name(path)) {
            None => ApprovalState::Never,
            Some(approval) if approval.sha256 == digest.hex() => ApprovalState::Approved,
            Some(_) => ApprovalState::Changed,
        }
    }

    /// Whether this office approved the file as it stands.
    pub fn is_approved_by(&self, by: &str, path: &Path, digest: &Digest) -> bool {
        let known = self.entries.get(&self.name(path));
        known.is_some_and(|known| known.sha256 == digest.hex() && known.by == by)
    }

    /// Approves a file as it stands.
    pub fn approve(&mut self, path: &Path, digest: &Digest, by: &str, date: NaiveDate) {
        let approval = Approval { sha256: digest.hex(), date, by: by.to_owned(), note: None, place: 0..0 };
        self.entries.insert(self.name(path), approval);
    }

    /// Removes the approvals of files that are gone, and returns their names.
    pub fn forget_gone(&mut self) -> Vec<String> {
        let folder = self.file.parent().unwrap_or(Path::new("")).to_owned();
        let gone: Vec<String> =
            self.entries.keys().filter(|name| !folder.join(name).is_file()).cloned().collect();
        self.entries.retain(|name, _| !gone.contains(name));
        gone
    }

    /// The file's text: the head, then one line a file, sorted by name.
    pub fn text(&self) -> String {
        let mut text = self.head.clone();
        for (name, approval) in &self.entries {
            let Approval { sha256, date, by, note, .. } = approval;
            let note = note.as_ref().map(|note| format!(", note: {}", quoted(note))).unwrap_or_default();
            let (name, by) = (plain(name), quoted(by));
            text.push_str(&format!("{name}: {{sha256: {sha256}, date: {date}, by: {by}{note}}}\n"));
        }
        text
    }

    /// Writes the file aside and renames it, so that it is the old one or the new one at any moment.
    pub fn save(&self) -> io::Result<()> {
        // A link stays a link: what it points at is replaced.
        let target = std::fs::canonicalize(&self.file).unwrap_or_else(|_| self.file.clone());
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(self.text().as_bytes())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let before = std::fs::metadata(&target).map(|known| known.permissions());
            let readable = || std::fs::Permissions::from_mode(0o644);
            file.as_file().set_permissions(before.unwrap_or_else(|_| readable()))?;
        }
        file.as_file().sync_all()?;
        file.persist(&target).map_err(|error| error.error)?;
        Ok(())
    }
}

/// A name as a YAML key: quoted where plain text would be read as something else.
fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    let starts_well = name.starts_with(|c: char| c.is_alphanumeric() || c == '.');
    if starts_well && name.chars().all(is_plain) { name.to_owned() } else { quoted(name) }
}

/// A text as a YAML scalar in double quotes, which is a JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Reads the file; none is no mistake, and nothing is approved then.
pub(super) fn load(file: &Path) -> Checked<Approvals> {
    let mut approvals =
        Approvals { file: file.to_owned(), digest: None, head: HEAD.to_owned(), entries: BTreeMap::new() };
    if matches!(file.try_exists(), Ok(false)) {
        return (approvals, Diagnostics::new());
    }
    let mut sheet = Sheet::new(file);
    let text = match read(file) {
        Ok(text) => text,
        Err(unreadable) => {
            sheet.found.push(*unreadable);
            return (approvals, sheet.found);
        }
    };
    approvals.digest = Some(Digest::of(text.as_bytes()));
    let head = head(&text);
    if !head.trim().is_empty() {
        approvals.head = head;
    }
    let node = yaml::parse(&text, 0, file, &mut sheet.found);
    let entries = node.as_ref().and_then(|node| sheet.fields(node)).map(|fields| fields.entries());
    for (key, node) in entries.unwrap_or_default() {
        entry(key, node, &mut approvals, &mut sheet);
    }
    (approvals, sheet.found)
}

/// The comments before the first entry.
fn head(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let comments = text.lines().take_while(|line| line.is_empty() || line.starts_with('#'));
    comments.map(|line| format!("{line}\n")).collect()
}

fn entry(key: &Key, node: &Node, approvals: &mut Approvals, sheet: &mut Sheet) {
    let Some(mut fields) = sheet.fields(node) else { return };
    let sha256 = fields.required("sha256", sheet).and_then(|node| digest(node, sheet));
    let date = fields.required("date", sheet).and_then(|node| sheet.date(node));
    let by = fields.required("by", sheet).and_then(|node| sheet.text(node));
    let note = fields.optional("note").and_then(|node| sheet.text(node)).map(|note| note.value);
    fields.finish(sheet);
    let folder = approvals.file.parent().unwrap_or(Path::new("")).to_owned();
    let path = tidy(&folder.join(&key.name));
    if !path.is_file() {
        let (zh, en) = (
            format!("批准了 `{}`，但没有这个文件", key.name),
            format!("`{}` is approved, but there is no such file", key.name),
        );
        let gone = sheet.diagnostic(Code::ApprovalWithoutFile, key.span.clone(), zh, en);
        sheet.found.push(gone.help(
            "改正路径，或删去这一行",
            "mend the path, which counts from the folder of this file, or remove the line",
        ));
    }
    let (Some(sha256), Some(date), Some(by)) = (sha256, date, by) else { return };
    let place = key.span.start..node.span.end.max(key.span.end);
    let approval = Approval { sha256: sha256.value, date: date.value, by: by.value, note, place };
    let name = approvals.name(&path);
    // `./a.sql` and `a.sql` are one file; the same key twice was reported by the reader of YAML.
    if approvals.entries.insert(name.clone(), approval).is_some() && name != key.name {
        let (zh, en) = (format!("`{name}` 批准了两次"), format!("`{name}` is approved twice"));
        sheet.report(Code::DuplicateKey, key.span.clone(), zh, en);
    }
}

fn digest(node: &Node, sheet: &mut Sheet) -> Option<At<String>> {
    let hex = |text: &str| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let written = sheet.text(node)?;
    if hex(&written.value) {
        return Some(written);
    }
    sheet.wrong_form(node, " SHA-256（64 位小写十六进制）", "a SHA-256 (64 lower-case hex characters)");
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn what_was_approved_is_read_back_and_a_byte_more_is_another_file() {
        let folder = folder(&[("rules/一 组/A-1.sql", "SELECT 1")]);
        let path = folder.path().join("rules/一 组/A-1.sql");
        let file = folder.path().join("approvals.yaml");
        let (mut approvals, found) = load(&file);
        assert!(found.is_empty() && approvals.digest.is_none());
        let (good, other) = (Digest::of(b"SELECT 1"), Digest::of(b"SELECT 1 "));
        assert_eq!(approvals.state(&path, &good), ApprovalState::Never);
        approvals.approve(&path, &good, "民政局: \"一\" #2", day());
        assert!(approvals.is_approved_by("民政局: \"一\" #2", &path, &good));
        assert!(!approvals.is_approved_by("民政局", &path, &good));
        approvals.save().unwrap();
        let (again, found) = load(&file);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(again.text(), std::fs::read_to_string(&file).unwrap());
        assert!(again.text().starts_with("# 批准"));
        let entry = again.get("rules/一 组/A-1.sql").unwrap();
        assert_eq!((entry.date, entry.by.as_str()), (day(), "民政局: \"一\" #2"));
        assert_eq!(again.state(&path, &good), ApprovalState::Approved);
        assert_eq!(again.state(&path, &other), ApprovalState::Changed);
    }

    #[test]
    fn comments_at_the_head_and_notes_of_other_entries_are_kept_and_files_that_are_gone_can_be_forgotten() {
        let hash = "0".repeat(64);
        let entry = |name: &str| format!("{name}: {{sha256: {hash}, date: 2026-01-02, by: x, note: 甲}}\n");
        let text = format!("# ours\n\n# really\n{}# lost\n{}", entry("b.sql"), entry("a.sql"));
        let folder = folder(&[("approvals.yaml", &text), ("b.sql", "")]);
        let (mut approvals, found) = load(&folder.path().join("approvals.yaml"));
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::ApprovalWithoutFile]);
        let line =
            |name: &str| format!("{name}: {{sha256: {hash}, date: 2026-01-02, by: \"x\", note: \"甲\"}}\n");
        assert_eq!(approvals.text(), format!("# ours\n\n# really\n{}{}", line("a.sql"), line("b.sql")));
        assert_eq!(approvals.forget_gone(), ["a.sql"]);
        assert_eq!(approvals.text(), format!("# ours\n\n# really\n{}", line("b.sql")));
    }

    #[test]
    fn a_file_is_called_by_its_path_from_the_folder_of_the_approvals() {
        let (approvals, _) = load(Path::new("a/pipelines/approvals.yaml"));
        let name = |path: &str| approvals.name(Path::new(path));
        assert_eq!(name("a/pipelines/rules/d/D-01.sql"), "rules/d/D-01.sql");
        assert_eq!(name("a/shared/facts/f.sql"), "../shared/facts/f.sql");
        assert_eq!(load(Path::new("approvals.yaml")).0.name(Path::new("facts/f.sql")), "facts/f.sql");
    }

    #[test]
    fn one_file_approved_under_two_spellings_is_reported() {
        let hash = "0".repeat(64);
        let entry = |name: &str| format!("{name}: {{sha256: {hash}, date: 2026-01-02, by: x}}\n");
        let text = format!("{}{}", entry("a.sql"), entry("./a.sql"));
        let folder = folder(&[("approvals.yaml", &text), ("a.sql", "")]);
        let (_, found) = load(&folder.path().join("approvals.yaml"));
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::DuplicateKey]);
    }
}
