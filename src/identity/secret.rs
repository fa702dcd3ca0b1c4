//! Secrets on disk: read from where only their owner can read, into room that is wiped; never printed, never kept twice.
//!
//! # Decisions
//!
//! - The open file is asked for its permissions, so that a swap cannot slip between. A link is followed: what counts is
//!   the file that it leads to.
//! - A secret is read into room of a fixed size. A buffer that grew while reading would leave pieces of the key behind.
//! - Standard input and descriptors have no owner to ask about unless they are plain files; a pipe is seen by its two
//!   ends alone. Standard input is read past the usual buffer, which nobody wipes.
//! - A credential of systemd lies in a folder that only the service can enter. Its file may show the group's read bit:
//!   that is the mask of the access list by which systemd lets the service's user in, not a right of any group.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{FormFault, KeyError};

/// Where a secret is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// A descriptor that whoever started the program opened.
    Descriptor(u32),
    /// A systemd credential: its file in the credentials folder.
    Credential(PathBuf),
}

impl From<&Path> for KeySource {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl KeySource {
    /// How a message names it.
    pub fn shown(&self) -> PathBuf {
        match self {
            Self::Stdin => PathBuf::from("-"),
            Self::Descriptor(number) => PathBuf::from(format!("fd:{number}")),
            Self::File(path) | Self::Credential(path) => path.clone(),
        }
    }

    fn open(&self) -> io::Result<File> {
        match self {
            Self::File(path) | Self::Credential(path) => File::open(path),
            #[cfg(unix)]
            Self::Stdin => {
                use std::os::fd::AsFd as _;
                Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
            }
            #[cfg(unix)]
            Self::Descriptor(number) => File::open(format!("/dev/fd/{number}")),
            #[cfg(not(unix))]
            Self::Stdin | Self::Descriptor(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The mode bits that must not be set.
    #[cfg(unix)]
    fn forbidden(&self, is_file: bool) -> u32 {
        match self {
            Self::File(_) => 0o077,
            Self::Credential(_) => 0o037,
            Self::Stdin | Self::Descriptor(_) if is_file => 0o077,
            Self::Stdin | Self::Descriptor(_) => 0,
        }
    }

    #[cfg(unix)]
    fn ask_owner(&self, file: &File) -> Result<(), KeyError> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = file.metadata().map_err(KeyError::io(&self.shown()))?;
        match metadata.mode() & 0o777 {
            mode if mode & self.forbidden(metadata.is_file()) == 0 => Ok(()),
            mode => Err(KeyError::Exposed { path: self.shown(), mode }),
        }
    }

    /// Other systems have no such permissions.
    #[cfg(not(unix))]
    fn ask_owner(&self, _file: &File) -> Result<(), KeyError> {
        Ok(())
    }
}

/// Reads a secret of at most `longest` bytes, without the white space around it.
pub(crate) fn read(source: &KeySource, longest: usize) -> Result<Secret, KeyError> {
    let shown = source.shown();
    let io = || KeyError::io(&shown);
    let mut file = source.open().map_err(io())?;
    source.ask_owner(&file)?;
    let mut room = Zeroizing::new(vec![0; longest + 1]);
    let mut filled = 0;
    loop {
        match file.read(room.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(io()(error)),
        }
    }
    if filled > longest {
        return Err(KeyError::Form { path: source.shown(), fault: FormFault::Length(None) });
    }
    Ok(Secret { room, filled })
}

/// What was read, wiped when dropped. It prints as nothing.
pub(crate) struct Secret {
    room: Zeroizing<Vec<u8>>,
    filled: usize,
}

impl Secret {
    /// The bytes, without the white space around them.
    pub(crate) fn trimmed(&self) -> &[u8] {
        self.room.get(..self.filled).unwrap_or_default().trim_ascii()
    }
}

/// Writes a secret to a new file with mode 0600; an existing file is never touched.
pub(crate) fn write_new_private(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyError::Exists { path: path.to_owned() },
        _ => KeyError::Io { path: path.to_owned(), source },
    })?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(KeyError::io(path))
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt as _, symlink},
    };

    use super::*;

    fn write(path: &Path, bytes: &[u8], mode: u32) {
        fs::write(path, bytes).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn file(path: &Path) -> KeySource {
        path.into()
    }

    #[test]
    fn a_secret_that_its_group_or_others_can_touch_is_refused_with_the_command_to_type() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for mode in [0o640, 0o604, 0o644, 0o620, 0o602, 0o610, 0o601] {
            write(&path, b"secret", mode);
            let error = read(&file(&path), 100).err().unwrap();
            assert!(matches!(error, KeyError::Exposed { mode: found, .. } if found == mode), "{error}");
            let typed = format!("chmod 600 {}", path.display());
            let hint = error.hint().unwrap();
            assert!(hint.en.contains(&typed) && hint.zh.contains(&typed), "{hint:?}");
        }
        for mode in [0o600, 0o400, 0o700] {
            write(&path, b" secret\r\n", mode);
            assert_eq!(read(&file(&path), 100).unwrap().trimmed(), b"secret");
        }
    }

    #[test]
    fn a_link_is_judged_by_the_file_that_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("key"), folder.path().join("link"));
        symlink(&path, &link).unwrap();
        assert!(matches!(read(&file(&link), 100), Err(KeyError::Io { .. })), "it leads nowhere");
        write(&path, b"secret", 0o644);
        assert!(matches!(read(&file(&link), 100), Err(KeyError::Exposed { .. })));
        write(&path, b"secret", 0o600);
        assert_eq!(read(&file(&link), 100).unwrap().trimmed(), b"secret");
    }

    #[test]
    fn what_is_too_long_is_refused_and_never_read_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write(&path, &[b' '; 101], 0o600);
        let too_long = |source: &KeySource| match read(source, 100) {
            Err(KeyError::Form { fault, .. }) => fault == FormFault::Length(None),
            _ => false,
        };
        assert!(too_long(&file(&path)));
        write(&path, &[b'x'; 100], 0o600);
        assert_eq!(read(&file(&path), 100).unwrap().trimmed().len(), 100);
        // A device without an end: its own mode is not ours to judge here.
        let zero = File::open("/dev/zero").unwrap();
        let number = std::os::fd::AsRawFd::as_raw_fd(&zero);
        assert!(too_long(&KeySource::Descriptor(number.unsigned_abs())));
        assert!(matches!(
            read(&file(folder.path()), 100),
            Err(KeyError::Io { .. } | KeyError::Exposed { .. })
        ));
    }

    #[test]
    fn a_descriptor_is_read_and_an_exposed_file_behind_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write(&path, b"secret\n", 0o600);
        let open = File::open(&path).unwrap();
        let source = KeySource::Descriptor(std::os::fd::AsRawFd::as_raw_fd(&open).unsigned_abs());
        assert_eq!(read(&source, 100).unwrap().trimmed(), b"secret");
        write(&path, b"secret\n", 0o644);
        let exposed = read(&source, 100).err().unwrap();
        assert!(matches!(exposed, KeyError::Exposed { .. }));
        assert!(exposed.hint().unwrap().en.contains("the file behind it"));
        let none = read(&KeySource::Descriptor(9_999), 100).err().unwrap();
        assert!(none.to_string().contains("fd:9999"), "{none}");
    }

    #[test]
    fn a_credential_may_show_the_mask_of_its_access_list_and_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hashkey");
        let source = KeySource::Credential(path.clone());
        for (mode, is_read) in [(0o400, true), (0o440, true), (0o444, false), (0o460, false), (0o660, false)]
        {
            write(&path, b"secret", mode);
            assert_eq!(read(&source, 100).is_ok(), is_read, "{mode:o}");
        }
    }
}
