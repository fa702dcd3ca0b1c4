//! Moving a refused delivery out of the inbox, whole: a kill at any moment leaves all of it in the inbox or all of it aside.
//!
//! A link is moved as a link and never followed. Nothing is deleted of which no equal copy is on the disk.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use super::package::PACKAGE_FILE;
use crate::model::open_unlinked_file;

/// Where a copy grows until it is whole.
const ARRIVING: &str = ".arriving";
const AT_ONCE: usize = 1 << 16;

/// Moves the folder `from` to `to`, which must not be there. It is the owner's alone from then on: what was refused may
/// hold what it should not.
pub(super) fn move_whole(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Ok(()) => {
            keep_private(to);
            flush_parents(&[to, from])
        }
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            copy_whole(from, to)?;
            keep_private(to);
            take_away(from)
        }
        Err(error) => Err(error),
    }
}

/// Whose folder it was may not be ours to change; then it stays as it is.
#[cfg(unix)]
fn keep_private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
}

#[cfg(not(unix))]
fn keep_private(_: &Path) {}

/// Copies a folder to another file system; it appears at `to` whole or not at all.
fn copy_whole(from: &Path, to: &Path) -> io::Result<()> {
    // What could not be taken away afterwards is not copied either.
    if let Some(folder) = from.parent() {
        tempfile::Builder::new().prefix(".").tempfile_in(folder)?;
    }
    let arriving = to.with_file_name(ARRIVING);
    remove_if_there(&arriving)?;
    let copied = copy_tree(from, &arriving).and_then(|()| {
        if is_same(from, &arriving)? {
            Ok(())
        } else {
            Err(io::Error::other("it changes while it is copied"))
        }
    });
    if let Err(error) = copied {
        let _ = remove_if_there(&arriving);
        return Err(error);
    }
    fs::rename(&arriving, to)?;
    flush_parents(&[to])
}

/// Removes a folder of which an equal copy is on the disk. It disappears at once: a half-deleted delivery would look
/// like one that is still on its way.
pub(super) fn take_away(folder: &Path) -> io::Result<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let hidden = (1_u32..).map(|n| folder.with_file_name(format!(".{name}.taken-{n}")));
    // Hidden folders are passed over by the walk, also when a kill leaves one behind.
    let Some(hidden) = hidden.into_iter().find(|path| fs::symlink_metadata(path).is_err()) else {
        return Err(io::ErrorKind::AlreadyExists.into());
    };
    fs::rename(folder, &hidden)?;
    let _ = fs::remove_dir_all(&hidden);
    flush_parents(&[folder])
}

/// Whether another delivery lies inside this one: then it is no delivery's folder but a shelf, and moving it would move
/// what is good as well.
pub(super) fn holds_another(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            let below = entry.path();
            if fs::symlink_metadata(below.join(PACKAGE_FILE)).is_ok() || holds_another(&below)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether two folders hold the same names with the same bytes. What is neither file, folder nor link is never the same.
pub(super) fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let (a, b) = (fs::symlink_metadata(one)?, fs::symlink_metadata(other)?);
    if a.file_type() != b.file_type() {
        Ok(false)
    } else if a.is_dir() {
        let names = names(one)?;
        if names != self::names(other)? {
            return Ok(false);
        }
        for name in names {
            if !is_same(&one.join(&name), &other.join(&name))? {
                return Ok(false);
            }
        }
        Ok(true)
    } else if a.is_symlink() {
        Ok(fs::read_link(one)? == fs::read_link(other)?)
    } else if a.is_file() && a.len() == b.len() {
        has_same_bytes(open_unlinked_file(one)?, open_unlinked_file(other)?)
    } else {
        Ok(false)
    }
}

fn names(folder: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort_unstable();
    Ok(names)
}

fn has_same_bytes(one: File, other: File) -> io::Result<bool> {
    let (mut a, mut b) = (Vec::with_capacity(AT_ONCE), Vec::with_capacity(AT_ONCE));
    loop {
        for (file, bytes) in [(&one, &mut a), (&other, &mut b)] {
            bytes.clear();
            file.take(AT_ONCE as u64).read_to_end(bytes)?;
        }
        if a != b || a.is_empty() {
            return Ok(a == b);
        }
    }
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for name in names(from)? {
        let (source, target) = (from.join(&name), to.join(&name));
        let kind = fs::symlink_metadata(&source)?.file_type();
        if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if kind.is_symlink() {
            copy_link(&source, &target)?;
        } else if kind.is_file() {
            copy_file(&source, &target)?;
        } else {
            return Err(io::Error::other("it holds a pipe, a socket or a device"));
        }
    }
    flush(to)
}

/// Not by its name, which may be another thing's by now.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = open_unlinked_file(from)?;
    let mut target = File::create(to)?;
    io::copy(&mut source, &mut target)?;
    target.set_permissions(source.metadata()?.permissions())?;
    target.sync_all()
}

#[cfg(unix)]
fn copy_link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(fs::read_link(from)?, to)
}

#[cfg(not(unix))]
fn copy_link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::other("it holds a link"))
}

fn remove_if_there(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A rename must survive a power cut.
fn flush_parents(paths: &[&Path]) -> io::Result<()> {
    paths.iter().filter_map(|path| path.parent()).try_for_each(flush)
}

#[cfg(unix)]
fn flush(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn flush(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::symlink, path::PathBuf};

    use super::*;

    /// A delivery with all that may lie in one.
    fn delivery(inbox: &Path) -> PathBuf {
        let folder = inbox.join("x");
        fs::create_dir_all(folder.join("deeper")).unwrap();
        fs::write(folder.join("a.csv"), vec![b'a'; AT_ONCE * 2 + 1]).unwrap();
        fs::write(folder.join("deeper/b"), "b").unwrap();
        symlink("/etc/hostname", folder.join("link")).unwrap();
        folder
    }

    fn is_whole(folder: &Path) -> bool {
        let model = tempfile::tempdir().unwrap();
        is_same(&delivery(model.path()), folder).unwrap()
    }

    #[test]
    fn a_folder_is_moved_with_its_links_unfollowed() {
        let root = tempfile::tempdir().unwrap();
        let folder = delivery(root.path());
        let to = root.path().join("aside");
        move_whole(&folder, &to).unwrap();
        assert!(is_whole(&to) && !folder.exists());
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&to).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o700, "others may look into it");
    }

    #[test]
    fn onto_another_file_system_it_is_copied_whole_before_it_is_removed() {
        let root = tempfile::tempdir().unwrap();
        // On most Linux machines this is memory, a file system of its own; elsewhere the copy is tried all the same.
        let shm = Path::new("/dev/shm");
        let other =
            if shm.is_dir() { tempfile::tempdir_in(shm).unwrap() } else { tempfile::tempdir().unwrap() };
        let folder = delivery(root.path());
        let to = other.path().join("aside");
        // What a kill left of an earlier try is in nobody's way.
        fs::create_dir(other.path().join(ARRIVING)).unwrap();
        fs::write(other.path().join(ARRIVING).join("half"), "half").unwrap();
        copy_whole(&folder, &to).unwrap();
        assert!(is_whole(&to) && is_whole(&folder));
        take_away(&folder).unwrap();
        assert!(fs::read_dir(root.path()).unwrap().next().is_none());
        move_whole(&to, &root.path().join("back")).unwrap();
        assert!(is_whole(&root.path().join("back")) && !to.exists());
    }

    #[test]
    fn what_cannot_be_copied_stays_and_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let folder = delivery(root.path());
        let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
        let to = root.path().join("aside/delivery");
        fs::create_dir(root.path().join("aside")).unwrap();
        assert!(copy_whole(&folder, &to).unwrap_err().to_string().contains("a device"));
        assert!(
            folder.join("socket").exists()
                && fs::read_dir(root.path().join("aside")).unwrap().next().is_none()
        );
    }

    #[test]
    fn folders_that_differ_anywhere_are_not_the_same() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let changes: [fn(&Path); 5] = [
            |folder| fs::write(folder.join("a.csv"), vec![b'a'; AT_ONCE * 2]).unwrap(),
            |folder| {
                let mut bytes = vec![b'a'; AT_ONCE * 2 + 1];
                bytes[AT_ONCE * 2] = b'b';
                fs::write(folder.join("a.csv"), bytes).unwrap();
            },
            |folder| fs::write(folder.join("deeper/c"), "").unwrap(),
            |folder| fs::rename(folder.join("deeper/b"), folder.join("deeper/d")).unwrap(),
            |folder| {
                fs::remove_file(folder.join("link")).unwrap();
                symlink("/etc/passwd", folder.join("link")).unwrap();
            },
        ];
        let a = delivery(one.path());
        for change in changes {
            let b = delivery(&tempfile::tempdir_in(other.path()).unwrap().keep());
            assert!(is_same(&a, &b).unwrap());
            change(&b);
            assert!(!is_same(&a, &b).unwrap());
        }
    }

    #[test]
    fn a_folder_with_a_delivery_inside_is_a_shelf() {
        let root = tempfile::tempdir().unwrap();
        let folder = delivery(root.path());
        fs::write(folder.join(PACKAGE_FILE), "{}").unwrap();
        assert!(!holds_another(&folder).unwrap());
        fs::create_dir_all(folder.join("deeper/still")).unwrap();
        fs::write(folder.join("deeper/still").join(PACKAGE_FILE), "{}").unwrap();
        assert!(holds_another(&folder).unwrap());
    }
}
