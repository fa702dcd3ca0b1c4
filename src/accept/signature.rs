//! The signature over a delivery's descriptor: SSHSIG, as `ssh-keygen -Y sign` makes and `-Y verify` checks.
//!
//! Only Ed25519: its signatures are deterministic, so sealing the same data twice gives the same bytes.

use std::path::{Path, PathBuf};

use ssh_key::{
    HashAlg, LineEnding, PrivateKey, PublicKey, SshSig,
    private::{Ed25519Keypair, KeypairData},
    public::KeyData,
};
use zeroize::Zeroizing;

use crate::{
    identity::{KeyError, KeySource, read_secret, write_new_private},
    model::Text,
};

/// The namespace of every delivery's signature.
pub const NAMESPACE: &str = "hedui-delivery";
/// The longest signature that is read.
pub(super) const SIGNATURE_MAX_BYTES: u64 = 1 << 16;
/// The longest signing key that is read.
const KEY_MAX_BYTES: usize = 1 << 16;

/// A private key that signs deliveries. It prints as nothing.
#[derive(Clone)]
pub struct SignKey(PrivateKey);

/// Why a signing key cannot be used or made.
#[derive(Debug, thiserror::Error)]
pub enum SignKeyError {
    /// Not readable by this user, readable by others, or already there.
    #[error(transparent)]
    File(#[from] KeyError),
    /// It is no OpenSSH private key.
    #[error("signing key {}: not an OpenSSH private key: {reason}", path.display())]
    Form {
        /// The key file.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// It is protected by a passphrase.
    #[error("signing key {}: protected by a passphrase", path.display())]
    Encrypted {
        /// The key file.
        path: PathBuf,
    },
    /// Another kind of key.
    #[error("signing key {}: is {found}, but deliveries are signed with ssh-ed25519", path.display())]
    Kind {
        /// The key file.
        path: PathBuf,
        /// What it is.
        found: String,
    },
    /// Signing failed.
    #[error("failed to sign: {0}")]
    Sign(String),
}

impl SignKeyError {
    /// What is wrong, for people.
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::File(error) => return error.text(),
            Self::Form { path, reason } => {
                format!("签名密钥 {}：不是 OpenSSH 私钥：{reason}", path.display())
            }
            Self::Encrypted { path } => format!("签名密钥 {}：有口令保护", path.display()),
            Self::Kind { path, found } => {
                format!("签名密钥 {}：是 {found}，交付须用 ssh-ed25519 签名", path.display())
            }
            Self::Sign(reason) => format!("签名失败：{reason}"),
        };
        Text::new(zh, self.to_string())
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<Text> {
        match self {
            Self::File(error) => error.hint(),
            Self::Form { .. } | Self::Kind { .. } => Some(Text::new(
                "用 hedui seal keygen 或 ssh-keygen -t ed25519 -N '' -f 文件 生成",
                "make one with: hedui seal keygen, or: ssh-keygen -t ed25519 -N '' -f FILE",
            )),
            Self::Encrypted { path } => Some(Text::new(
                format!("在副本上去掉口令：ssh-keygen -p -N '' -f {}", path.display()),
                format!("take the passphrase off a copy: ssh-keygen -p -N '' -f {}", path.display()),
            )),
            Self::Sign(_) => None,
        }
    }
}

impl SignKey {
    /// Reads an OpenSSH private key, as `ssh-keygen -t ed25519 -N ''` writes it.
    pub fn load(source: impl Into<KeySource>) -> Result<Self, SignKeyError> {
        let source = source.into();
        let path = source.shown();
        let form = |reason: String| SignKeyError::Form { path: path.clone(), reason };
        let secret = match read_secret(&source, KEY_MAX_BYTES) {
            Err(KeyError::Form { .. }) => return Err(form("too long".to_owned())),
            read => read?,
        };
        if secret.trimmed().is_empty() {
            return Err(form("the file is empty".to_owned()));
        }
        let key = PrivateKey::from_openssh(secret.trimmed()).map_err(|error| form(error.to_string()))?;
        if key.is_encrypted() {
            return Err(SignKeyError::Encrypted { path });
        }
        if !key.key_data().is_ed25519() {
            return Err(SignKeyError::Kind { path, found: key.algorithm().to_string() });
        }
        Ok(Self(key))
    }

    /// Makes a new key: `path` (mode 0600) and `path.pub`; existing files are never touched.
    pub fn generate(path: &Path, comment: &str) -> Result<Self, SignKeyError> {
        let public_path = PathBuf::from(format!("{}.pub", path.display()));
        if public_path.exists() {
            return Err(KeyError::Exists { path: public_path }.into());
        }
        let form =
            |error: ssh_key::Error| SignKeyError::Form { path: path.to_owned(), reason: error.to_string() };
        let mut seed = Zeroizing::new([0_u8; 32]);
        getrandom::fill(&mut *seed).map_err(|error| KeyError::Randomness(error.to_string()))?;
        let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed));
        let key = Self(PrivateKey::new(pair, comment).map_err(form)?);
        write_new_private(path, key.0.to_openssh(LineEnding::LF).map_err(form)?.as_bytes())?;
        std::fs::write(&public_path, format!("{}\n", key.public_line()))
            .map_err(|source| KeyError::Io { path: public_path, source })?;
        Ok(key)
    }

    /// The armoured signature over a descriptor.
    pub fn sign(&self, descriptor: &[u8]) -> Result<String, SignKeyError> {
        let failed = |error: ssh_key::Error| SignKeyError::Sign(error.to_string());
        let signature = self.0.sign(NAMESPACE, HashAlg::Sha512, descriptor).map_err(failed)?;
        signature.to_pem(LineEnding::LF).map_err(failed)
    }

    /// The line for the exchange's `allowed_signers` file.
    pub fn allowed_signers_line(&self, agency: &str) -> String {
        format!("{agency} namespaces=\"{NAMESPACE}\" {}", self.public_line())
    }

    /// The public key.
    pub fn public(&self) -> &KeyData {
        self.0.public_key().key_data()
    }

    fn public_line(&self) -> String {
        // An Ed25519 key can always be written.
        self.0.public_key().to_openssh().unwrap_or_default()
    }
}

impl std::fmt::Debug for SignKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignKey({})", fingerprint(self.public()))
    }
}

/// Why a signature does not hold, before it is asked whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadSignature {
    /// No SSHSIG armour, or broken inside.
    Malformed(String),
    /// Made by a kind of key that is not supported.
    Kind(String),
    /// Made for another purpose.
    Namespace(String),
    /// The descriptor is not the one that was signed.
    Wrong,
}

/// Verifies a signature over a descriptor and names the key that made it; who may use that key is asked elsewhere.
pub fn verify(descriptor: &[u8], armour: &[u8]) -> Result<KeyData, BadSignature> {
    let signature = SshSig::from_pem(armour).map_err(|error| BadSignature::Malformed(error.to_string()))?;
    let key = signature.public_key().clone();
    if !key.is_ed25519() {
        return Err(BadSignature::Kind(signature.algorithm().to_string()));
    }
    if signature.namespace() != NAMESPACE {
        return Err(BadSignature::Namespace(signature.namespace().to_owned()));
    }
    PublicKey::from(key.clone())
        .verify(NAMESPACE, descriptor, &signature)
        .map_err(|_| BadSignature::Wrong)?;
    Ok(key)
}

/// `SHA256:…`, as `ssh-keygen -l` prints it.
pub fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accept::AllowedSigners;
    use std::{
        fs::File,
        os::unix::fs::PermissionsExt as _,
        process::{Command, Stdio},
    };

    fn ssh_keygen(args: &[&str], stdin: Option<&Path>) -> Option<std::process::Output> {
        let input = stdin.map_or_else(Stdio::null, |path| File::open(path).unwrap().into());
        Command::new("ssh-keygen").args(args).stdin(input).output().ok()
    }

    #[test]
    fn our_signature_is_accepted_by_ssh_keygen() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let key = SignKey::generate(Path::new(&at("key")), "civil_affairs").unwrap();
        std::fs::write(at("d.json"), "{}").unwrap();
        std::fs::write(at("d.json.sig"), key.sign(b"{}").unwrap()).unwrap();
        std::fs::write(at("signers"), key.allowed_signers_line("civil_affairs")).unwrap();
        let args = [
            "-Y",
            "verify",
            "-f",
            &at("signers"),
            "-I",
            "civil_affairs",
            "-n",
            NAMESPACE,
            "-s",
            &at("d.json.sig"),
        ];
        let Some(output) = ssh_keygen(&args, Some(Path::new(&at("d.json")))) else { return };
        assert!(output.status.success(), "{output:?}");
        let signers = AllowedSigners::load(Path::new(&at("signers"))).unwrap();
        let signer = verify(b"{}", key.sign(b"{}").unwrap().as_bytes()).unwrap();
        assert_eq!(signers.allow(&signer, "civil_affairs", chrono::NaiveDate::MIN), Ok(()));
    }

    #[test]
    fn keys_and_signatures_of_ssh_keygen_are_accepted_by_us() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        if ssh_keygen(&["-q", "-t", "ed25519", "-N", "", "-f", &at("key")], None).is_none() {
            return;
        }
        std::fs::write(at("d.json"), "{\"a\": 1}\n").unwrap();
        ssh_keygen(&["-q", "-Y", "sign", "-f", &at("key"), "-n", NAMESPACE, &at("d.json")], None).unwrap();
        let armour = std::fs::read(at("d.json.sig")).unwrap();
        let key = SignKey::load(Path::new(&at("key"))).unwrap();
        assert_eq!(verify(b"{\"a\": 1}\n", &armour).as_ref(), Ok(key.public()));
        assert_eq!(verify(b"{\"a\": 2}\n", &armour), Err(BadSignature::Wrong));
        assert_eq!(key.sign(b"{\"a\": 1}\n").unwrap().as_bytes(), armour);
    }

    #[test]
    fn a_signature_for_another_purpose_does_not_hold() {
        let folder = tempfile::tempdir().unwrap();
        let key = SignKey::generate(&folder.path().join("key"), "x").unwrap();
        let other = key.0.sign("file", HashAlg::Sha512, b"{}").unwrap().to_pem(LineEnding::LF).unwrap();
        assert_eq!(verify(b"{}", other.as_bytes()), Err(BadSignature::Namespace("file".to_owned())));
        assert!(matches!(verify(b"{}", b"not a signature"), Err(BadSignature::Malformed(_))));
    }

    #[test]
    fn a_key_with_a_passphrase_or_of_another_kind_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        if ssh_keygen(&["-q", "-t", "ed25519", "-N", "secret", "-f", &at("locked")], None).is_none() {
            return;
        }
        let error = SignKey::load(Path::new(&at("locked"))).unwrap_err();
        assert!(
            matches!(error, SignKeyError::Encrypted { .. })
                && error.hint().unwrap().en.contains("ssh-keygen -p")
        );
        ssh_keygen(&["-q", "-t", "ecdsa", "-N", "", "-f", &at("ecdsa")], None).unwrap();
        let error = SignKey::load(Path::new(&at("ecdsa"))).unwrap_err();
        assert!(matches!(error, SignKeyError::Kind { .. } | SignKeyError::Form { .. }), "{error}");
    }

    #[test]
    fn a_signing_key_is_private_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let key = SignKey::generate(&path, "x").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(SignKey::generate(&path, "x"), Err(SignKeyError::File(KeyError::Exists { .. }))));
        assert_eq!(SignKey::load(&*path).unwrap().public(), key.public());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(SignKey::load(&*path), Err(SignKeyError::File(KeyError::Exposed { .. }))));
        std::fs::write(folder.path().join("text"), "hello").unwrap();
        std::fs::set_permissions(folder.path().join("text"), std::fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["hello", "", "\n", &"x".repeat(70_000)] {
            std::fs::write(folder.path().join("text"), text).unwrap();
            let error = SignKey::load(&*folder.path().join("text")).unwrap_err();
            assert!(matches!(error, SignKeyError::Form { .. }), "{error}");
        }
        let key_text = std::fs::read_to_string(&path).unwrap();
        let middle: String = key_text.lines().nth(2).unwrap().chars().take(20).collect();
        assert!(!format!("{key:?}").contains(&middle));
        assert!(format!("{key:?}").starts_with("SignKey(SHA256:"));
    }
}
