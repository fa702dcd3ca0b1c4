//! What a folder holds, sorted. Reads names only.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic};

/// The paths in a folder, sorted; dot-files are left out.
pub(super) fn entries(dir: &Path) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    let unreadable = |error: std::io::Error| {
        let (zh, en) = (format!("无法读取文件夹：{error}"), format!("cannot read the folder: {error}"));
        Box::new(Diagnostic::new(Code::Unreadable, dir, zh, en))
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if !name(&path).starts_with('.') {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The last part of a path.
pub(super) fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The last part of a path without an ending; None when it ends otherwise.
pub(super) fn stem(path: &Path, ending: &str) -> Option<String> {
    name(path).strip_suffix(ending).map(str::to_owned)
}
