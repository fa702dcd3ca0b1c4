//! The groups of rules: folders, named and titled in `groups.yaml`.

use std::path::Path;

use crate::{diagnostic::form::Sheet, model::Text};

/// The groups in the order of the file.
pub(super) fn load(file: &Path) -> (Sheet, Vec<(String, Text)>) {
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
