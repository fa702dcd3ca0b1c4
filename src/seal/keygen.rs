//! New keys: one that makes tokens, held by one party for all agencies, and one with which an agency signs.

use std::path::{Path, PathBuf};

use super::SealError;
use crate::{
    accept::{SignKey, SignKeyError},
    identity::HashKey,
};

/// Which keys to make; an existing file is never overwritten.
#[derive(Debug, Clone, Copy)]
pub struct KeygenRequest<'a> {
    /// The agency that signs, as in its contracts; several can be named, separated by commas.
    pub agency: &'a str,
    /// Where the signing key goes; its public half goes beside it as `.pub`.
    pub sign_key: Option<&'a Path>,
    /// Where the key of the exchange goes.
    pub hash_key: Option<&'a Path>,
}

/// The keys that were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKeys {
    /// The private signing key.
    pub sign_key: Option<PathBuf>,
    /// The line for the exchange's `allowed_signers` file.
    pub allowed_signers_line: Option<String>,
    /// The key of the exchange.
    pub hash_key: Option<PathBuf>,
    /// The name that follows from it.
    pub key_id: Option<String>,
}

/// Makes new keys.
pub fn keygen(request: &KeygenRequest<'_>) -> Result<NewKeys, SealError> {
    let mut keys = NewKeys { sign_key: None, allowed_signers_line: None, hash_key: None, key_id: None };
    if let Some(path) = request.hash_key {
        let key = HashKey::generate(path).map_err(SignKeyError::File)?;
        keys.hash_key = Some(path.to_owned());
        keys.key_id = Some(key.default_id());
    }
    if let Some(path) = request.sign_key {
        let key = SignKey::generate(path, request.agency)?;
        keys.sign_key = Some(path.to_owned());
        keys.allowed_signers_line = Some(key.allowed_signers_line(request.agency));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{accept::AllowedSigners, identity::KeyError};

    #[test]
    fn new_keys_can_be_used_at_once_and_are_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let (sign, hash) = (dir.path().join("sign"), dir.path().join("hash"));
        let request = KeygenRequest { agency: "housing", sign_key: Some(&sign), hash_key: Some(&hash) };
        let keys = keygen(&request).unwrap();
        let line = keys.allowed_signers_line.unwrap();
        let signers = AllowedSigners::parse(&line, Path::new("s")).unwrap();
        assert_eq!(
            signers.allow(SignKey::load(&*sign).unwrap().public(), "housing", chrono::NaiveDate::MIN),
            Ok(())
        );
        assert_eq!(HashKey::load(&*hash).unwrap().default_id(), keys.key_id.unwrap());
        let again = keygen(&request).unwrap_err();
        assert!(
            matches!(again, SealError::Sign(SignKeyError::File(KeyError::Exists { .. })))
                && again.hint().is_some()
        );
    }
}
