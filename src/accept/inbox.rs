//! Finding the deliveries in an inbox: every folder that holds a descriptor, and folders that should.
//!
//! Links are not followed, hidden folders (a delivery still being written) are passed over, nothing is changed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::package::{DataFormat, PACKAGE_FILE, SIGNATURE_FILE};

/// How far below the inbox a delivery may lie.
const DEPTH: usize = 6;

/// A folder that is, or looks like, a delivery.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    /// The folder.
    pub(super) folder: PathBuf,
    /// What it is.
    pub(super) kind: FoundKind,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FoundKind {
    /// It holds a descriptor.
    Delivery,
    /// It holds data files or a signature, and no descriptor.
    NoDescriptor,
    /// It is a link to a folder.
    Link,
    /// It cannot be listed; what the system said.
    Unreadable(String),
}

/// All deliveries below `inbox`, sorted by path.
pub(super) fn walk(inbox: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    visit(inbox, 0, &mut found)?;
    found.sort();
    Ok(found)
}

fn visit(folder: &Path, depth: usize, found: &mut Vec<Found>) -> io::Result<()> {
    let (mut below, mut links) = (Vec::new(), Vec::new());
    let mut has_data = false;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type()?;
        if name == PACKAGE_FILE {
            found.push(Found { folder: folder.to_owned(), kind: FoundKind::Delivery });
            return Ok(());
        }
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            below.push(entry.path());
        } else if kind.is_symlink() && entry.path().is_dir() {
            links.push(Found { folder: entry.path(), kind: FoundKind::Link });
        } else {
            has_data |= name == SIGNATURE_FILE || DataFormat::of_name(&name).is_some();
        }
    }
    // Only where the folder is no delivery itself: entries come in no order.
    found.append(&mut links);
    if has_data {
        found.push(Found { folder: folder.to_owned(), kind: FoundKind::NoDescriptor });
    }
    if depth < DEPTH {
        for folder in below {
            match visit(&folder, depth + 1, found) {
                // Renamed since it was listed, as a delivery is that has just become whole.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                // One folder that cannot be read does not stop the others.
                Err(error) => {
                    let kind = FoundKind::Unreadable(error.to_string());
                    found.push(Found { folder, kind });
                }
                Ok(()) => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_found_at_any_depth_and_what_should_be_one_is_named() {
        let inbox = tempfile::tempdir().unwrap();
        let put = |path: &str| {
            let path = inbox.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        put("b/2/datapackage.json");
        put("b/2/deeper/x.csv");
        put("a/1/datapackage.json");
        put("a/lost/x.csv.gz");
        put("a/.writing/datapackage.json");
        put("notes/readme.txt");
        put("1/2/3/4/5/6/datapackage.json");
        put("1/2/3/4/5/6b/7/datapackage.json");
        std::os::unix::fs::symlink(inbox.path().join("b"), inbox.path().join("link")).unwrap();
        let found: Vec<_> = walk(inbox.path())
            .unwrap()
            .into_iter()
            .map(|f| (f.folder.strip_prefix(inbox.path()).unwrap().to_str().unwrap().to_owned(), f.kind))
            .collect();
        assert_eq!(
            found,
            [
                ("1/2/3/4/5/6".to_owned(), FoundKind::Delivery),
                ("a/1".to_owned(), FoundKind::Delivery),
                ("a/lost".to_owned(), FoundKind::NoDescriptor),
                ("b/2".to_owned(), FoundKind::Delivery),
                ("link".to_owned(), FoundKind::Link),
            ]
        );
    }
}
