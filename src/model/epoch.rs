//! What makes two tokens comparable: one key, one keyed hash, one way of normalising numbers. It carries no key.

use serde::{Deserialize, Serialize};

use super::HashName;

/// A key epoch: the time during which one key makes the tokens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// The key's name.
    pub key_id: String,
    /// The keyed hash.
    pub hash: HashName,
    /// The normalisation before hashing.
    pub normalisation: u32,
}
