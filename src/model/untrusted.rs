//! Opening a file that somebody else may put another thing in place of at any moment, as whoever writes to an inbox can.
//!
//! It never waits for a pipe and hands out nothing but plain files: what was opened is asked what it is, not its name.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

/// What was opened is a pipe, a device, a folder or a link, and no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not a plain file")]
struct NoPlainFile;

/// Opens a file for reading; a link is followed.
pub fn open_plain_file(path: &Path) -> io::Result<File> {
    open(path, 0)
}

/// Opens a file for reading where a link has no place.
pub fn open_unlinked_file(path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    let links = libc::O_NOFOLLOW;
    #[cfg(not(unix))]
    let links = i32::from(std::fs::symlink_metadata(path)?.is_symlink());
    open(path, links)
}

/// Whether that was refused because it is no plain file.
pub fn is_no_plain_file(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<NoPlainFile>())
}

#[cfg(unix)]
fn open(path: &Path, flags: i32) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    // Else the opening of a pipe waits until somebody writes to it. On a plain file the flag means nothing.
    options.read(true).custom_flags(libc::O_NONBLOCK | flags);
    let refused = |error: io::Error| match error.raw_os_error() {
        // A link where none may be; a socket.
        Some(libc::ELOOP | libc::ENXIO) => io::Error::other(NoPlainFile),
        _ => error,
    };
    plain(options.open(path).map_err(refused)?)
}

#[cfg(not(unix))]
fn open(path: &Path, is_link: i32) -> io::Result<File> {
    if is_link == 1 {
        return Err(io::Error::other(NoPlainFile));
    }
    plain(OpenOptions::new().read(true).open(path)?)
}

fn plain(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other(NoPlainFile)) }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::symlink, process::Command};

    use super::*;

    #[test]
    fn nothing_but_a_plain_file_is_opened_and_nobody_waits() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "x").unwrap();
        assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        symlink("/dev/zero", at("device")).unwrap();
        symlink(at("pipe"), at("link")).unwrap();
        symlink(at("file"), at("link to the file")).unwrap();
        // Were one of them waited for, this would never end.
        for other in ["pipe", "socket", "folder", "device", "link"] {
            for open in [open_plain_file, open_unlinked_file] {
                assert!(is_no_plain_file(&open(&at(other)).unwrap_err()), "{other}");
            }
        }
        open_plain_file(&at("file")).unwrap();
        open_unlinked_file(&at("file")).unwrap();
        open_plain_file(&at("link to the file")).unwrap();
        assert!(is_no_plain_file(&open_unlinked_file(&at("link to the file")).unwrap_err()));
        assert_eq!(open_plain_file(&at("nothing")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
