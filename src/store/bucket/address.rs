//! Where in object storage a store or an inbox lies: `s3://bucket/prefix`. What may hold a secret is refused and never repeated.

use std::{fmt, path::Path};

use super::BucketError;

const SCHEME: &str = "s3://";

/// A bucket and a prefix in it, as they are named there: nothing is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub(super) bucket: String,
    pub(super) prefix: String,
}

impl Address {
    /// Reads what was typed as a folder; None if it is one.
    pub fn parse(typed: &Path) -> Option<Result<Self, BucketError>> {
        let typed = typed.to_str()?;
        Some(Self::read(typed.strip_prefix(SCHEME)?))
    }

    fn read(rest: &str) -> Result<Self, BucketError> {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.contains('@') || bucket.contains(':') || rest.contains('?') {
            return Err(BucketError::SecretInAddress);
        }
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(is_name) {
            return Err(BucketError::BadAddress { address: format!("{SCHEME}{rest}") });
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        if !prefix.is_empty() && !is_plain(prefix) {
            return Err(BucketError::BadAddress { address: format!("{SCHEME}{rest}") });
        }
        Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }

    /// The key of an object by its name below the prefix.
    pub(super) fn key(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) }
    }

    /// The URL of an object for an engine that reads it: every byte that could mean something else is escaped.
    #[cfg_attr(not(feature = "s3"), expect(dead_code, reason = "nothing is shared without object storage"))]
    pub(super) fn url(&self, name: &str) -> String {
        let mut url = format!("{SCHEME}{}/", self.bucket);
        for byte in self.key(name).bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~') {
                url.push(char::from(byte));
            } else {
                url.push_str(&format!("%{byte:02X}"));
            }
        }
        url
    }

    /// A whole bucket, as an engine names it.
    #[cfg(all(feature = "s3", feature = "cluster"))]
    pub(super) fn whole(bucket: &str) -> Result<Self, BucketError> {
        Self::read(bucket)
    }

    /// The name below the prefix of a key.
    #[cfg_attr(not(feature = "s3"), expect(dead_code, reason = "nothing is listed without object storage"))]
    pub(super) fn name<'a>(&self, key: &'a str) -> Option<&'a str> {
        if self.prefix.is_empty() { Some(key) } else { key.strip_prefix(&self.prefix)?.strip_prefix('/') }
    }

    /// An object for people. What could be an identity number in a name is not shown.
    pub fn object(&self, name: &str) -> String {
        format!("{SCHEME}{}/{}", self.bucket, self.key(&shown(name)))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        write!(f, "{SCHEME}{}{slash}{}", self.bucket, self.prefix)
    }
}

/// A name without long rows of digits, which a message must not repeat.
pub(super) fn shown(name: &str) -> String {
    let text = crate::model::printable(name, 400);
    let (mut shown, mut digits) = (String::with_capacity(text.len()), String::new());
    for c in text.chars().chain(['/']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        shown.push_str(if digits.len() < 15 { &digits } else { "…" });
        digits.clear();
        shown.push(c);
    }
    shown.pop();
    shown
}

/// Whether a name can be a path below a folder of this machine, and stays below it.
pub(super) fn is_plain(name: &str) -> bool {
    let is_part = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.len() <= 255
            && !part.chars().any(|c| c.is_control() || c == '\\')
    };
    name.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Result<Address, BucketError>> {
        Address::parse(Path::new(text))
    }

    #[test]
    fn an_address_names_a_bucket_and_a_prefix_as_they_are() {
        for folder in ["store", "/srv/s3", "s3:/bucket/x", "S3://bucket"] {
            assert!(parse(folder).is_none(), "{folder}");
        }
        let at = parse("s3://city-night/核对 2026/store/").unwrap().unwrap();
        assert_eq!(at.to_string(), "s3://city-night/核对 2026/store");
        assert_eq!(at.key("runs/x"), "核对 2026/store/runs/x");
        assert_eq!(at.name("核对 2026/store/runs/x"), Some("runs/x"));
        assert_eq!(
            at.url("as_of=2026/100%?#x.parquet"),
            "s3://city-night/%E6%A0%B8%E5%AF%B9%202026/store/as_of%3D2026/100%25%3F%23x.parquet"
        );
        assert_eq!((at.name("核对 2026/store2/x"), at.name("核对 2026")), (None, None));
        let whole = parse("s3://bucket").unwrap().unwrap();
        assert_eq!(
            (whole.key("a"), whole.name("a/b"), whole.to_string()),
            ("a".to_owned(), Some("a/b"), "s3://bucket".to_owned())
        );
    }

    #[test]
    fn an_address_that_may_hold_a_secret_is_refused_and_not_repeated() {
        for secret in [
            "s3://AKIA:hush-hush@bucket/x",
            "s3://hush-hush@bucket",
            "s3://bucket/x?X-Amz-Signature=hush-hush",
        ] {
            let error = parse(secret).unwrap().unwrap_err();
            let said = format!("{error} {error:?} {:?} {:?}", error.what(), error.hint());
            assert!(!said.contains("hush"), "{said}");
        }
    }

    #[test]
    fn a_number_in_a_name_is_not_shown_whole() {
        assert_eq!(shown("a/x-330302199001011234.csv"), "a/x-….csv");
        assert_eq!(
            shown("dictionary/segment-000000000559.parquet"),
            "dictionary/segment-000000000559.parquet"
        );
    }

    #[test]
    fn an_address_that_cannot_be_one_is_refused() {
        for wrong in [
            "s3://",
            "s3:///x",
            "s3://ab",
            "s3://Bucket/x",
            "s3://bucket//x",
            "s3://bucket/../x",
            "s3://bucket/a/./b",
        ] {
            assert!(parse(wrong).unwrap().is_err(), "{wrong}");
        }
    }
}
