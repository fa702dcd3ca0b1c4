//! The key of an exchange: read from a file that only its owner can read, wiped when dropped, never printed.
//!
//! # Decisions
//!
//! - A key file is one line of 64 hex characters, so that `openssl dgst -sha256 -mac HMAC -macopt hexkey:$(cat FILE)`
//!   makes the same tokens.
//! - The default name of a key follows from the key (`k` and eight hex characters of an HMAC), so that two keys cannot
//!   carry one name by accident; it tells nothing about the key.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::IdNumber;
use crate::model::{Text, Token};

const KEY_BYTES: usize = 32;

/// The secret of one key epoch. It prints as nothing and is wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct HashKey([u8; KEY_BYTES]);

/// Why a key cannot be used or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("key file {}", path.display())]
    Io {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than the owner can read it.
    #[error("key file {}: others can read it (mode {mode:03o})", path.display())]
    Exposed {
        /// The key file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is not one line of 64 hex characters.
    #[error("key file {}: not one line of 64 hex characters", path.display())]
    Form {
        /// The key file.
        path: PathBuf,
    },
    /// A new key would overwrite something.
    #[error("key file {}: already exists and is not overwritten", path.display())]
    Exists {
        /// The key file.
        path: PathBuf,
    },
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system: {0}")]
    Randomness(String),
}

impl KeyError {
    /// What is wrong, for people.
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::Io { path, source } => format!("密钥文件 {}：{source}", path.display()),
            Self::Exposed { path, mode } => {
                format!("密钥文件 {}：他人可读（权限 {mode:03o}）", path.display())
            }
            Self::Form { path } => format!("密钥文件 {}：应为一行 64 个十六进制字符", path.display()),
            Self::Exists { path } => format!("密钥文件 {}：已存在，不会覆盖", path.display()),
            Self::Randomness(reason) => format!("操作系统未提供随机数：{reason}"),
        };
        let en = match self {
            Self::Io { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        };
        Text::new(zh, en)
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<Text> {
        match self {
            Self::Exposed { path, .. } => Some(Text::new(
                format!("运行：chmod 600 {}   （若他人可能已读过，请换新密钥和新密钥期）", path.display()),
                format!(
                    "run: chmod 600 {}   (and if others have been able to read it, make a new key and a new epoch)",
                    path.display()
                ),
            )),
            Self::Form { .. } => Some(Text::new(
                "用 hedui seal keygen 或 openssl rand -hex 32 生成",
                "make one with: hedui seal keygen, or: openssl rand -hex 32",
            )),
            Self::Exists { .. } => Some(Text::new(
                "请换一个文件名，或先把旧密钥移到安全的地方",
                "choose another name, or move the old key to a safe place first",
            )),
            Self::Io { .. } | Self::Randomness(_) => None,
        }
    }
}

impl HashKey {
    /// A key from its bytes.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// Reads a key file.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let io = |source| KeyError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        owner_only(&file, path)?;
        let mut text = Zeroizing::new(Vec::with_capacity(128));
        // A longer file is no key; reading stops before it matters how long it is.
        file.take(128).read_to_end(&mut text).map_err(io)?;
        let line = text.trim_ascii();
        let mut key = Self([0; KEY_BYTES]);
        if line.len() != 2 * KEY_BYTES {
            return Err(KeyError::Form { path: path.to_owned() });
        }
        for (slot, pair) in key.0.iter_mut().zip(line.chunks_exact(2)) {
            match (nibble(pair[0]), nibble(pair[1])) {
                (Some(high), Some(low)) => *slot = high << 4 | low,
                _ => return Err(KeyError::Form { path: path.to_owned() }),
            }
        }
        Ok(key)
    }

    /// Makes a new key and writes it to a new file that only its owner can read.
    pub fn generate(path: &Path) -> Result<Self, KeyError> {
        let mut key = Self([0; KEY_BYTES]);
        getrandom::fill(&mut key.0).map_err(|error| KeyError::Randomness(error.to_string()))?;
        let mut line = Zeroizing::new(Vec::with_capacity(2 * KEY_BYTES + 1));
        for byte in key.0 {
            line.extend([byte >> 4, byte & 15].map(|n| if n < 10 { b'0' + n } else { b'a' + n - 10 }));
        }
        line.push(b'\n');
        write_new_private(path, &line)?;
        Ok(key)
    }

    /// The name that the key has when none is given.
    pub fn default_id(&self) -> String {
        let mut mac = self.mac();
        mac.update(b"hedui key id");
        let digest = Token(mac.finalize().into_bytes().into()).to_string();
        format!("k{}", digest.get(..8).unwrap_or_default())
    }

    /// What turns numbers into tokens.
    pub fn tokeniser(&self) -> Tokeniser {
        Tokeniser(self.mac())
    }

    fn mac(&self) -> Hmac<Sha256> {
        // HMAC fills a short key up with zeros to the hash's block; doing it here leaves no error to handle.
        let mut block = Zeroizing::new([0; 64]);
        block[..KEY_BYTES].copy_from_slice(&self.0);
        <Hmac<Sha256> as KeyInit>::new((&*block).into())
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(hidden)")
    }
}

/// A key made ready for many numbers.
pub struct Tokeniser(Hmac<Sha256>);

impl Tokeniser {
    /// The token of a number.
    pub fn token(&self, number: &IdNumber) -> Token {
        let mut mac = self.0.clone();
        mac.update(number.as_bytes());
        Token(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for Tokeniser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokeniser(hidden)")
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
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|source| KeyError::Io { path: path.to_owned(), source })
}

/// Refuses a secret that its group or others can read. The open file is asked, so that a swap cannot slip between.
#[cfg(unix)]
pub(crate) fn owner_only(file: &File, path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = file.metadata().map_err(|source| KeyError::Io { path: path.to_owned(), source })?;
    match metadata.mode() & 0o777 {
        mode if mode & 0o077 == 0 => Ok(()),
        mode => Err(KeyError::Exposed { path: path.to_owned(), mode }),
    }
}

/// Other systems have no such permissions.
#[cfg(not(unix))]
pub(crate) fn owner_only(_file: &File, _path: &Path) -> Result<(), KeyError> {
    Ok(())
}

fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::normalise;
    use std::os::unix::fs::PermissionsExt as _;

    fn hmac(key: &[u8], message: &[u8]) -> String {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
        mac.update(message);
        Token(mac.finalize().into_bytes().into()).to_string()
    }

    fn write(path: &Path, text: &str, mode: u32) {
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_published_vectors_of_rfc_4231_pass() {
        assert_eq!(
            hmac(&[0x0b; 20], b"Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            hmac(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hmac(&[0xaa; 20], &[0xdd; 50]),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        );
        assert_eq!(
            hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn openssl_makes_the_same_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let key = HashKey::generate(&path).unwrap();
        let (number, _) = normalise("110105491231002", chrono::NaiveDate::MAX).unwrap();
        let hex = std::fs::read_to_string(&path).unwrap();
        std::fs::write(folder.path().join("number"), "11010519491231002X").unwrap();
        let output = std::process::Command::new("openssl")
            .args(["dgst", "-sha256", "-mac", "HMAC", "-macopt", &format!("hexkey:{}", hex.trim())])
            .arg(folder.path().join("number"))
            .output();
        let Ok(output) = output else { return };
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.trim().ends_with(&key.tokeniser().token(&number).to_string()), "{said}");
    }

    #[test]
    fn a_key_is_read_back_and_its_name_follows_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let made = HashKey::generate(&path).unwrap();
        let read = HashKey::load(&path).unwrap();
        assert_eq!(made.0, read.0);
        assert_eq!(made.default_id(), read.default_id());
        assert_eq!(made.default_id().len(), 9);
        assert_ne!(made.default_id(), HashKey::new([0; 32]).default_id());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_new_key_never_overwrites_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write(&path, "precious", 0o600);
        assert!(matches!(HashKey::generate(&path), Err(KeyError::Exists { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for mode in [0o640, 0o604, 0o644] {
            write(&path, &"ab".repeat(32), mode);
            let error = HashKey::load(&path).unwrap_err();
            assert!(matches!(error, KeyError::Exposed { .. }), "{error}");
            assert!(error.hint().unwrap().zh.contains("chmod 600"));
        }
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_without_showing_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for text in ["", "ab", &"zz".repeat(32), &"ab".repeat(33), &"ab\n".repeat(32)] {
            write(&path, text, 0o600);
            let error = HashKey::load(&path).unwrap_err();
            assert!(matches!(error, KeyError::Form { .. }), "{error}");
            assert!(text.is_empty() || !format!("{error} {error:?}").contains(text));
        }
        write(&path, &format!("{}\r\n", "AB".repeat(32)), 0o600);
        assert_eq!(HashKey::load(&path).unwrap().0, [0xab; 32]);
        assert!(matches!(HashKey::load(&folder.path().join("none")), Err(KeyError::Io { .. })));
    }

    #[test]
    fn a_key_prints_as_nothing() {
        let key = HashKey::new([7; 32]);
        assert_eq!(format!("{key:?} {:?}", key.tokeniser()), "HashKey(hidden) Tokeniser(hidden)");
    }
}
