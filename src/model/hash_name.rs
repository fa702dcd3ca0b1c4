//! Which keyed hash makes the tokens of a delivery; it names the algorithm and never carries a key.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The keyed hash that made the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum HashName {
    /// HMAC with SHA-256.
    #[default]
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
    /// HMAC with SM3 (GB/T 32905), which government systems in China use.
    #[serde(rename = "hmac-sm3")]
    HmacSm3,
}

impl HashName {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::HmacSha256, Self::HmacSm3];

    /// The name in a package and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSm3 => "hmac-sm3",
        }
    }
}

/// A text that names no keyed hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write hmac-sha256 or hmac-sm3")]
pub struct BadHashName;

impl FromStr for HashName {
    type Err = BadHashName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|name| name.as_str() == text).ok_or(BadHashName)
    }
}

impl fmt::Display for HashName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written_in_a_package_and_on_the_command_line() {
        for name in HashName::ALL {
            assert_eq!(name.as_str().parse(), Ok(name));
            assert_eq!(serde_json::to_string(&name).unwrap(), format!("\"{name}\""));
        }
        for bad in ["", "sm3", "HMAC-SM3", "hmac-md5"] {
            assert_eq!(bad.parse::<HashName>(), Err(BadHashName), "{bad}");
        }
    }
}
