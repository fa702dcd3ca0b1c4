//! The search for identity numbers where no data is read: names of folders and files, and the descriptor (rule Q-06).
//!
//! It answers where, and never hands on what it saw: a name that holds a number is shown nowhere, not even to say so.
//!
//! # Decisions
//!
//! - A descriptor is searched twice: as it stands, so that what is no JSON, stands there twice or is a number of any length is
//!   seen, and as what its texts mean, because JSON has a second way to write every character.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use chrono::NaiveDate;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::{identity::sight, model::Token};

/// What stands in place of a name that is not shown.
const HIDDEN: &str = "not-shown";

/// Whether a text looks as if it held an identity number. The digits of a digest are random, and say nothing.
fn holds_number(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    sight(text, NaiveDate::MAX).is_some() && digits.trim().parse::<Token>().is_err()
}

/// Whether any part of a path does.
pub(super) fn in_path(path: &Path) -> bool {
    path.components().any(|part| holds_number(&part.as_os_str().to_string_lossy()))
}

/// The path as it may be shown, when it is the `number`th that may not be.
pub(super) fn hide(path: &Path, number: usize) -> PathBuf {
    let shown = |part: Component<'_>| match holds_number(&part.as_os_str().to_string_lossy()) {
        true => PathBuf::from(format!("{HIDDEN}-{number}")),
        false => PathBuf::from(part.as_os_str()),
    };
    path.components().map(shown).collect()
}

/// Whether the name of anything in a folder does, at any depth; links are not followed.
pub(super) fn in_folder(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if holds_number(&entry.file_name().to_string_lossy())
            || entry.file_type()?.is_dir() && in_folder(&entry.path())?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first line of a descriptor with a text, a name or a number that does.
pub(super) fn in_descriptor(bytes: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().enumerate();
    let is_mark = |c: char| matches!(c, '"' | ',' | ':' | '{' | '}' | '[' | ']');
    if let Some((at, _)) = lines.find(|(_, line)| line.split(is_mark).any(holds_number)) {
        return Some(at + 1);
    }
    let mut found = false;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    // What is wrong with it otherwise is told by who reads it.
    let _ = Look(&mut found).deserialize(&mut json);
    found.then_some(1)
}

/// Looks at every text and name of a JSON value.
struct Look<'a>(&'a mut bool);

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.0 |= holds_number(text);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(Look(&mut *self.0))?.is_some() {
            map.next_value_seed(Look(&mut *self.0))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Look(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_seen_anywhere_in_a_descriptor_and_its_line_is_told() {
        for (text, line) in [
            ("{\n\"title\": \"户主 11010519491231002X\"}", Some(2)),
            ("{\n\n\"11010519491231002x\": 1}", Some(3)),
            ("{\"rows\": 440524188001010014}", Some(1)),
            ("{\"rows\": 44052418800101001443}", Some(1)),
            ("{\"a\": \"440524188001010014\", \"a\": \"\"}", Some(1)),
            ("{\"a\": [[\"\\u0034\\u0034052418800101001\\u0034\"]]}", Some(1)),
            ("not JSON: 440524188001010014", Some(1)),
            ("{\"hash\": \"440524188001010014\"", Some(1)),
            ("{\"a\": \"110105491231002\"}", Some(1)),
            ("{\"a\": [1, -2, 0.5, true, null, \"x\", {}], \"b\": \"2026-03-01\"}", None),
            ("{", None),
        ] {
            assert_eq!(in_descriptor(text.as_bytes()), line, "{text}");
        }
    }

    #[test]
    fn the_digits_of_a_digest_are_left_alone() {
        let digest = format!("440524188001010014{}", "0".repeat(46));
        assert!(sight(&digest, NaiveDate::MAX).is_some());
        for text in [format!("{{\"hash\": \"sha256:{digest}\"}}"), format!("[\"{digest}\"]")] {
            assert_eq!(in_descriptor(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_path_is_shown_without_the_parts_that_hold_a_number() {
        let path = Path::new("civil_affairs/张三 110105-19491231-002X/a");
        assert!(in_path(path) && !in_path(Path::new("civil_affairs/payments-2026-03-01-001-12345678/a")));
        assert_eq!(hide(path, 2), Path::new("civil_affairs/not-shown-2/a"));
    }

    #[test]
    fn names_are_looked_at_to_any_depth() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        fs::write(root.path().join("a/b/x.csv"), "").unwrap();
        assert!(!in_folder(root.path()).unwrap());
        std::os::unix::fs::symlink("/", root.path().join("a/b/110105491231002")).unwrap();
        assert!(in_folder(root.path()).unwrap());
    }
}
