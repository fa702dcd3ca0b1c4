//! Who may sign for which agency: an OpenSSH `allowed_signers` file, read as `ssh-keygen -Y verify` reads it.
//!
//! A line is `principals [options] key-type key [comment]`; a principal is an agency's name or a pattern of it.
//!
//! # Decisions
//!
//! - `valid-after` and `valid-before` are held against the delivery's `as_of`, so that a replay years later decides as
//!   the night did. A key that was stolen is revoked by taking its line out: a thief could choose an older `as_of`.
//! - A time of day in those options is read, but a key that is valid on any moment of the day is valid on that day.
//! - Certificates (`cert-authority`) are an error, not a line passed over: whoever wrote it expects it to work.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use ssh_key::{PublicKey, public::KeyData};

use super::signature::NAMESPACE;

/// The longest file of signers that is read.
const SIGNERS_MAX_BYTES: u64 = 1 << 20;

/// The keys that may sign deliveries.
#[derive(Debug, Clone, Default)]
pub struct AllowedSigners(Vec<Signer>);

#[derive(Debug, Clone)]
struct Signer {
    principals: Vec<String>,
    namespaces: Option<Vec<String>>,
    valid_after: Option<NaiveDateTime>,
    valid_before: Option<NaiveDateTime>,
    key: KeyData,
}

/// A file of signers that cannot be used, with every mistake in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignersError {
    /// The file.
    pub path: PathBuf,
    /// At least one: the line, when it is one line's fault, and what is wrong.
    pub problems: Vec<(Option<u64>, String)>,
}

impl fmt::Display for SignersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (line, what)) in self.problems.iter().enumerate() {
            let between = if n == 0 { "" } else { "\n" };
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            write!(f, "{between}{}{line}: {what}", self.path.display())?;
        }
        Ok(())
    }
}

impl std::error::Error for SignersError {}

/// Why a key may not sign for an agency on a day; the further down, the nearer it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotAllowed {
    /// The key stands nowhere in the file.
    UnknownKey,
    /// It stands there for other agencies.
    OtherAgency,
    /// It may not sign in the namespace of deliveries.
    OtherNamespace,
    /// Its `valid-after` lies after the day.
    NotYetValid,
    /// Its `valid-before` lies before the day.
    Expired,
}

impl AllowedSigners {
    /// Reads a file of signers; every bad line is reported.
    pub fn load(path: &Path) -> Result<Self, SignersError> {
        let whole = |what: String| SignersError { path: path.to_owned(), problems: vec![(None, what)] };
        let size = std::fs::metadata(path).map_err(|error| whole(format!("cannot be read: {error}")))?.len();
        if size > SIGNERS_MAX_BYTES {
            return Err(whole("is larger than 1 MiB; this is no file of signers".to_owned()));
        }
        let text =
            std::fs::read_to_string(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
        Self::parse(&text, path)
    }

    /// Reads the text of a file of signers.
    pub fn parse(text: &str, path: &Path) -> Result<Self, SignersError> {
        let mut signers = Vec::new();
        let mut problems = Vec::new();
        for (line, number) in text.lines().zip(1_u64..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match Signer::parse(line) {
                Ok(signer) => signers.push(signer),
                Err(what) => problems.push((Some(number), what)),
            }
        }
        if problems.is_empty() {
            Ok(Self(signers))
        } else {
            Err(SignersError { path: path.to_owned(), problems })
        }
    }

    /// Whether `key` may sign for `agency` on `day`; if not, how near it came.
    pub fn allow(&self, key: &KeyData, agency: &str, day: NaiveDate) -> Result<(), NotAllowed> {
        let mut nearest = NotAllowed::UnknownKey;
        for signer in self.0.iter().filter(|signer| &signer.key == key) {
            match signer.allow(agency, day) {
                Ok(()) => return Ok(()),
                Err(reason) => nearest = nearest.max(reason),
            }
        }
        Err(nearest)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Signer {
    fn allow(&self, agency: &str, day: NaiveDate) -> Result<(), NotAllowed> {
        if !matches_list(&self.principals, agency) {
            return Err(NotAllowed::OtherAgency);
        }
        if self.namespaces.as_ref().is_some_and(|list| !matches_list(list, NAMESPACE)) {
            return Err(NotAllowed::OtherNamespace);
        }
        if self.valid_after.is_some_and(|moment| moment.date() > day) {
            return Err(NotAllowed::NotYetValid);
        }
        if self.valid_before.is_some_and(|moment| moment < day.and_time(NaiveTime::MIN)) {
            return Err(NotAllowed::Expired);
        }
        Ok(())
    }

    fn parse(line: &str) -> Result<Self, String> {
        let (principals, rest) = word(line)?;
        let mut signer = Self {
            principals: patterns(&principals.replace('"', ""))?,
            namespaces: None,
            valid_after: None,
            valid_before: None,
            key: KeyData::Ed25519(ssh_key::public::Ed25519PublicKey([0; 32])),
        };
        // Without options the second word is already the key's type.
        let (second, after) = word(rest)?;
        let key = if is_key_type(second) {
            rest
        } else {
            signer.read_options(second)?;
            after
        };
        let key = PublicKey::from_openssh(key.trim())
            .map_err(|error| format!("no OpenSSH public key after the agency: {error}"))?;
        if !key.key_data().is_ed25519() {
            return Err(format!("the key is {}; only ssh-ed25519 keys sign deliveries", key.algorithm()));
        }
        signer.key = key.key_data().clone();
        Ok(signer)
    }

    fn read_options(&mut self, text: &str) -> Result<(), String> {
        for option in split_outside_quotes(text, ',') {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
            match name.to_ascii_lowercase().as_str() {
                "namespaces" => self.namespaces = Some(patterns(value)?),
                "valid-after" => self.valid_after = Some(moment(value)?),
                "valid-before" => self.valid_before = Some(moment(value)?),
                "cert-authority" => {
                    return Err("certificates are not supported; name the signing key itself".to_owned());
                }
                _ => {
                    return Err(format!(
                        "unknown option `{name}`; namespaces, valid-after and valid-before are known"
                    ));
                }
            }
        }
        match (self.valid_after, self.valid_before) {
            (Some(after), Some(before)) if after >= before => {
                Err("valid-after is not before valid-before".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// The first word, quotes respected, and what follows it.
fn word(text: &str) -> Result<(&str, &str), String> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => {
                let (word, rest) = text.split_at(at);
                return Ok((word, rest.trim_start()));
            }
            _ => {}
        }
    }
    Err(if quoted { "a quote is not closed" } else { "write: agency [options] ssh-ed25519 KEY" }.to_owned())
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}

fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-"].iter().any(|start| word.starts_with(start))
}

fn patterns(list: &str) -> Result<Vec<String>, String> {
    let patterns: Vec<String> = list.split(',').map(|part| part.trim().to_owned()).collect();
    if patterns.iter().any(String::is_empty) {
        Err(format!("an empty name in `{list}`"))
    } else {
        Ok(patterns)
    }
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with or without a final Z.
fn moment(text: &str) -> Result<NaiveDateTime, String> {
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let padded = match digits.len() {
        8 => format!("{digits}000000"),
        12 => format!("{digits}00"),
        _ => digits.to_owned(),
    };
    let bad = || format!("`{text}` is not a moment; write YYYYMMDD or YYYYMMDDHHMMSS");
    if padded.len() != 14 || !padded.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    NaiveDateTime::parse_from_str(&padded, "%Y%m%d%H%M%S").map_err(|_| bad())
}

/// OpenSSH's pattern list: one pattern must match, and none that starts with `!` may.
fn matches_list(patterns: &[String], name: &str) -> bool {
    let mut found = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(denied) if matches_pattern(denied.as_bytes(), name.as_bytes()) => return false,
            Some(_) => {}
            None => found |= matches_pattern(pattern.as_bytes(), name.as_bytes()),
        }
    }
    found
}

fn matches_pattern(pattern: &[u8], name: &[u8]) -> bool {
    // The classic two-pointer match: on a mismatch, let the last `*` swallow one more character.
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&c) if c == b'?' || Some(&c) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, swallowed)) => {
                    star = Some((at, swallowed + 1));
                    p = at + 1;
                    n = swallowed + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn key(text: &str) -> KeyData {
        PublicKey::from_openssh(text).unwrap().key_data().clone()
    }

    fn allow(file: &str, agency: &str, day: &str) -> Result<(), NotAllowed> {
        AllowedSigners::parse(file, Path::new("s")).unwrap().allow(&key(KEY), agency, day.parse().unwrap())
    }

    #[test]
    fn a_key_signs_for_the_agencies_on_its_line() {
        let file = format!(
            "# who\n\ncivil_affairs,housing {KEY} office\n\"edu*\" namespaces=\"hedui-delivery\" {KEY}\n"
        );
        for agency in ["civil_affairs", "housing", "education"] {
            assert_eq!(allow(&file, agency, "2026-03-01"), Ok(()), "{agency}");
        }
        assert_eq!(allow(&file, "human_resources", "2026-03-01"), Err(NotAllowed::OtherAgency));
        assert_eq!(
            allow(&format!("*,!housing {KEY}"), "housing", "2026-03-01"),
            Err(NotAllowed::OtherAgency)
        );
        assert_eq!(allow(&format!("h??sin* {KEY}"), "housing", "2026-03-01"), Ok(()));
    }

    #[test]
    fn a_key_that_does_not_stand_there_is_unknown() {
        assert_eq!(allow(&format!("housing {OTHER}"), "housing", "2026-03-01"), Err(NotAllowed::UnknownKey));
        assert_eq!(allow("", "housing", "2026-03-01"), Err(NotAllowed::UnknownKey));
    }

    #[test]
    fn a_key_is_valid_from_its_first_day_to_its_last() {
        let file = format!("housing valid-after=\"20260110120000\",valid-before=\"20260201\" {KEY}");
        for (day, outcome) in [
            ("2026-01-09", Err(NotAllowed::NotYetValid)),
            ("2026-01-10", Ok(())),
            ("2026-02-01", Ok(())),
            ("2026-02-02", Err(NotAllowed::Expired)),
        ] {
            assert_eq!(allow(&file, "housing", day), outcome, "{day}");
        }
    }

    #[test]
    fn a_key_for_another_namespace_signs_no_delivery() {
        let file = format!("housing namespaces=\"git,file\" {KEY}");
        assert_eq!(allow(&file, "housing", "2026-03-01"), Err(NotAllowed::OtherNamespace));
    }

    #[test]
    fn every_bad_line_is_reported_with_its_number() {
        let file = format!(
            "housing\n{KEY}\nhousing cert-authority {KEY}\nhousing valid-after=\"soon\" {KEY}\nhousing color=\"red\" {KEY}\n\
             \"housing {KEY}\nhousing ssh-ed25519 AAAA\nhousing valid-after=\"20260301\",valid-before=\"20260201\" {KEY}\n"
        );
        let error = AllowedSigners::parse(&file, Path::new("signers")).unwrap_err();
        let lines: Vec<_> = error.problems.iter().filter_map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert!(error.to_string().contains("\nsigners:3: certificates"), "{error}");
        let none = AllowedSigners::load(Path::new("no/such/file")).unwrap_err();
        assert!(none.to_string().starts_with("no/such/file: cannot be read"), "{none}");
    }
}
