//! The key of an exchange: read from a file that only its owner can read, wiped when dropped, never printed.
//!
//! # Decisions
//!
//! - A key file is one line of 64 hex characters, so that `openssl dgst -sha256 -mac HMAC -macopt hexkey:$(cat FILE)`
//!   (or `-sm3`) makes the same tokens. The file does not say which hash: that is agreed on by the exchange and told to
//!   every sealing.
//! - The default name of a key follows from the key (`k` and eight hex characters of an HMAC), so that two keys cannot
//!   carry one name by accident; it tells nothing about the key.
//! - The key stays in one place of the heap: a value that is moved about leaves copies that nobody wipes. What the hash
//!   makes of it is wiped too (feature `zeroize` of the libraries); the block that `hmac` builds while it takes the key in
//!   is not, because the library gives no hold of it. It stands on the stack and is soon overwritten.

use std::{fmt, path::Path};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sm3::Sm3;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{
    FormFault, IdNumber, KeyError, KeySource,
    secret::{self, write_new_private},
};
use crate::model::{HashName, Token};

const KEY_BYTES: usize = 32;
/// More than a key and the white space that an editor may add.
const FILE_BYTES: usize = 128;

/// The secret of one key epoch. It prints as nothing and is wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct HashKey(Box<[u8; KEY_BYTES]>);

impl HashKey {
    /// A key from its bytes.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Box::new(bytes))
    }

    /// Reads a key.
    pub fn load(source: impl Into<KeySource>) -> Result<Self, KeyError> {
        let source = source.into();
        let secret = secret::read(&source, FILE_BYTES)?;
        let mut key = Self(Box::new([0; KEY_BYTES]));
        key.decode(secret.trimmed()).map_err(|fault| KeyError::Form { path: source.shown(), fault })?;
        Ok(key)
    }

    /// Takes 64 hex characters in.
    fn decode(&mut self, line: &[u8]) -> Result<(), FormFault> {
        if line.is_empty() {
            return Err(FormFault::Empty);
        }
        if line.contains(&b'\n') {
            return Err(FormFault::Lines);
        }
        if line.len() != 2 * KEY_BYTES {
            return Err(FormFault::Length(Some(line.len())));
        }
        for (slot, pair) in self.0.iter_mut().zip(line.chunks_exact(2)) {
            *slot = pair
                .iter()
                .try_fold(0, |byte, digit| Some(byte << 4 | nibble(*digit)?))
                .ok_or(FormFault::Character)?;
        }
        Ok(())
    }

    /// Makes a new key and writes it to a new file that only its owner can read.
    pub fn generate(path: &Path) -> Result<Self, KeyError> {
        let mut key = Self(Box::new([0; KEY_BYTES]));
        getrandom::fill(&mut *key.0).map_err(|error| KeyError::Randomness(error.to_string()))?;
        let mut line = Zeroizing::new(Vec::with_capacity(2 * KEY_BYTES + 1));
        for byte in key.0.iter() {
            line.extend([byte >> 4, byte & 15].map(|n| if n < 10 { b'0' + n } else { b'a' + n - 10 }));
        }
        line.push(b'\n');
        write_new_private(path, &line)?;
        Ok(key)
    }

    /// The name that the key has when none is given; the same whichever hash it is used with.
    pub fn default_id(&self) -> String {
        let digest = self.tokeniser(HashName::HmacSha256).of_bytes(b"hedui key id").to_string();
        format!("k{}", digest.get(..8).unwrap_or_default())
    }

    /// What turns numbers into tokens.
    pub fn tokeniser(&self, hash: HashName) -> Tokeniser {
        // HMAC fills a short key up with zeros to the hash's block; doing it here leaves no error to handle. The block
        // of both hashes has 64 bytes.
        let mut block = Zeroizing::new([0; 64]);
        block[..KEY_BYTES].copy_from_slice(&*self.0);
        match hash {
            HashName::HmacSha256 => Tokeniser::Sha256(KeyInit::new((&*block).into())),
            HashName::HmacSm3 => Tokeniser::Sm3(KeyInit::new((&*block).into())),
        }
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(hidden)")
    }
}

/// A key made ready for many numbers. It prints as nothing and is wiped when dropped.
pub enum Tokeniser {
    /// HMAC with SHA-256.
    Sha256(Hmac<Sha256>),
    /// HMAC with SM3.
    Sm3(Hmac<Sm3>),
}

impl Tokeniser {
    /// The token of a number.
    pub fn token(&self, number: &IdNumber) -> Token {
        self.of_bytes(number.as_bytes())
    }

    fn of_bytes(&self, bytes: &[u8]) -> Token {
        match self {
            Self::Sha256(mac) => Token(finish(mac.clone(), bytes)),
            Self::Sm3(mac) => Token(finish(mac.clone(), bytes)),
        }
    }
}

fn finish<M: Mac>(mut mac: M, bytes: &[u8]) -> [u8; 32]
where
    [u8; 32]: From<hmac::digest::Output<M>>,
{
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for Tokeniser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokeniser(hidden)")
    }
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
mod tests;
