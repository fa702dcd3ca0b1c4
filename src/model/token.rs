//! The keyed hash that stands for a person everywhere outside an agency.

use std::{fmt, str::FromStr};

/// HMAC of a normalised identity number: 32 bytes, written as 64 lower-case hex characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub [u8; 32]);

/// A text that is not 64 lower-case hex characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a person token: 64 lower-case hex characters are expected")]
pub struct BadToken;

impl FromStr for Token {
    type Err = BadToken;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut token = [0_u8; 32];
        // Without an early end the compiler looks at many bytes at a time.
        let has_upper_case = || text.bytes().fold(false, |found, byte| found | byte.is_ascii_uppercase());
        let is_one_form = text.len() == 64 && !has_upper_case();
        match faster_hex::hex_decode(text.as_bytes(), &mut token) {
            Ok(()) if is_one_form => Ok(Self(token)),
            _ => Err(BadToken),
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        // Sixty-four digits are room enough.
        faster_hex::hex_encode(&self.0, &mut digits).map_or(Err(fmt::Error), |text| f.write_str(text))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_written_as_it_was_read() {
        let text = "00ff".repeat(16);
        assert_eq!(text.parse::<Token>().unwrap().to_string(), text);
        for bad in ["", "00", &"0F".repeat(32), &"0g".repeat(32), &"00".repeat(33)] {
            assert_eq!(bad.parse::<Token>(), Err(BadToken), "{bad}");
        }
    }
}
