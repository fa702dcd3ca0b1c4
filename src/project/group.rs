//! The groups of rules: folders, named and titled in `groups.yaml`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    diagnostic::{Diagnostic, Diagnostics, form::Sheet},
    model::Text,
};

/// The groups of all folders of rules, in the order of the files; only the first folder must have the file.
pub(super) fn load_all(dirs: &[PathBuf], found: &mut Diagnostics) -> Vec<(String, Text)> {
    let mut groups: Vec<(String, Text)> = Vec::new();
    let mut read_from: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (at, dir) in dirs.iter().enumerate() {
        let file = dir.join("groups.yaml");
        if at > 0 && !file.is_file() {
            continue;
        }
        let (sheet, own) = load(&file);
        found.append(sheet.found);
        for (name, title) in own {
            if let Some(first) = read_from.get(&name) {
                let (zh, en) = (
                    format!("规则分组 `{name}` 已在另一个文件中"),
                    format!("the group `{name}` is named in another file"),
                );
                found.push(Diagnostic::in_two_folders(&file, first, zh, en));
            } else {
                read_from.insert(name.clone(), file.clone());
                groups.push((name, title));
            }
        }
    }
    groups
}

/// The groups in the order of the file.
fn load(file: &Path) -> (Sheet, Vec<(String, Text)>) {
    let (mut sheet, node) = Sheet::open(file);
    let mut groups = Vec::new();
    let fields = node.as_ref().and_then(|node| sheet.fields(node));
    for (key, node) in fields.map(|fields| fields.entries()).unwrap_or_default() {
        // A group whose title was reported is still a group: its folder is not another mistake.
        let title = sheet.both(node).unwrap_or_else(|| Text::new(&key.name, &key.name));
        groups.push((key.name.clone(), title));
    }
    (sheet, groups)
}
