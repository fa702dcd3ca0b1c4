//! Tokens of later key epochs and whose number they stand for: `dictionary/bridged/<n>-<key>.parquet`, `number` and `token`.
//!
//! One file a change of key, ordered by number, made from the agencies' bridges when the store moves on. An auditor who holds
//! a token of the new key finds the person here: `SELECT number FROM 'store/dictionary/bridged/*.parquet' WHERE token = '…'`.
//!
//! # Decisions
//!
//! - The token of a person, in every output, stays the first under which the store met them: lead ids and histories hang on
//!   it, and nobody has to rewrite what was sealed.
//! - The file is remade if the store was killed before its epoch moved on: only the epoch makes it count.

use std::{collections::BTreeMap, fs, path::PathBuf};

use hashbrown::HashTable;

use super::{Dictionary, Store, StoreError, StoreLock, index::hash, token_table};
use crate::model::Token;

/// What became of the pairs of the bridges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bridged {
    /// People of the store who have a token of the new epoch now.
    pub people: u64,
    /// People of the bridges whom the store has not met.
    pub unknown: u64,
}

/// Tokens of later epochs in memory.
#[derive(Default)]
pub(super) struct Aliases {
    rows: Vec<(Token, u32)>,
    index: HashTable<u32>,
}

impl Aliases {
    pub(super) fn number_of(&self, token: &Token) -> Option<i64> {
        let row = |at: &u32| self.rows.get(*at as usize);
        let at = self.index.find(hash(&token.0), |at| row(at).is_some_and(|row| row.0 == *token))?;
        row(at).map(|row| i64::from(row.1))
    }

    /// Adds a token that is not there yet.
    pub(super) fn add(&mut self, token: &Token, number: i64) -> bool {
        let Self { rows, index } = self;
        let (Ok(number), Ok(at)) = (u32::try_from(number), u32::try_from(rows.len())) else { return false };
        rows.push((*token, number));
        index.insert_unique(hash(&token.0), at, |at| rows.get(*at as usize).map_or(0, |row| hash(&row.0.0)));
        true
    }
}

fn folder(store: &Store) -> PathBuf {
    store.dictionary().join("bridged")
}

/// Adds what every change of key has left.
pub(super) fn read_into(dictionary: &mut Dictionary, store: &Store) -> Result<(), StoreError> {
    let folder = folder(store);
    let mut paths = Vec::new();
    match fs::read_dir(&folder) {
        Ok(entries) => {
            for entry in entries {
                paths.push(entry.map_err(StoreError::io("read", &folder))?.path());
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(StoreError::io("read", &folder)(error)),
    }
    paths.sort_unstable();
    for path in paths {
        for (number, token) in token_table::read::<i64>(&path)? {
            if !dictionary.add_alias(&token, number) {
                return Err(StoreError::TokenTwice { path, number });
            }
        }
    }
    Ok(())
}

/// Finds the people of the first tokens, seals their second ones, and lets these stand for them from now on.
pub(super) fn seal(
    lock: &StoreLock,
    dictionary: &mut Dictionary,
    name: &str,
    pairs: &[(Token, Token)],
) -> Result<Bridged, StoreError> {
    let file = format!("{name}.parquet");
    let target = folder(lock.store()).join(&file);
    let (mut found, mut unknown) = (BTreeMap::new(), 0);
    for (from, to) in pairs {
        match dictionary.number_of(from) {
            Some(number) => drop(found.insert(*to, number)),
            None => unknown += 1,
        }
    }
    let mut rows: Vec<(i64, Token)> = found.into_iter().map(|(token, number)| (number, token)).collect();
    rows.sort_unstable();
    for (number, token) in &rows {
        if !dictionary.add_alias(token, *number) {
            return Err(StoreError::TokenTwice { path: target, number: *number });
        }
    }
    let draft = lock.draft()?;
    token_table::write(&draft.path().join(&file), &rows)?;
    if target.exists() {
        fs::remove_file(&target).map_err(StoreError::io("replace", &target))?;
    }
    draft.seal_file(&file, &target)?;
    Ok(Bridged { people: rows.len() as u64, unknown })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::store::GrowingDictionary;

    fn token(n: u8) -> Token {
        Token([n; 32])
    }

    fn open(root: &Path) -> GrowingDictionary {
        GrowingDictionary::load(Store::at(root).lock().unwrap(), 2).unwrap()
    }

    #[test]
    fn a_person_keeps_number_and_first_token_through_two_changes_of_key() {
        let root = tempfile::tempdir().unwrap();
        let mut dictionary = open(root.path());
        for n in [1, 2, 3] {
            dictionary.assign(&token(n)).unwrap();
        }
        let pairs = [(token(1), token(11)), (token(3), token(13)), (token(4), token(14))];
        assert_eq!(dictionary.bridge("002-b", &pairs).unwrap(), Bridged { people: 2, unknown: 1 });
        // Somebody whom no bridge names is a new person; somebody whom the bridge names and nobody met is one too.
        assert_eq!([13, 12, 14, 11].map(|n| dictionary.assign(&token(n)).unwrap()), [3, 4, 5, 1]);
        dictionary.seal().unwrap();
        let pairs = [(token(11), token(21)), (token(12), token(22))];
        assert_eq!(dictionary.bridge("003-c", &pairs).unwrap(), Bridged { people: 2, unknown: 0 });
        drop(dictionary);
        let mut dictionary = open(root.path());
        assert_eq!(
            [1, 11, 21, 12, 22, 3, 13].map(|n| dictionary.number_of(&token(n)).unwrap()),
            [1, 1, 1, 4, 4, 3, 3]
        );
        assert_eq!([1, 4].map(|n| dictionary.token_of(n)), [Some(token(1)), Some(token(12))]);
        assert_eq!((dictionary.assign(&token(21)).unwrap(), dictionary.len()), (1, 5));
    }

    #[test]
    fn what_a_killed_change_of_key_left_is_made_again() {
        let root = tempfile::tempdir().unwrap();
        let mut dictionary = open(root.path());
        dictionary.assign(&token(1)).unwrap();
        dictionary.bridge("002-b", &[(token(1), token(11))]).unwrap();
        drop(dictionary);
        let mut dictionary = open(root.path());
        dictionary.assign(&token(2)).unwrap();
        let pairs = [(token(1), token(11)), (token(2), token(12))];
        assert_eq!(dictionary.bridge("002-b", &pairs).unwrap().people, 2);
        drop(dictionary);
        assert_eq!(open(root.path()).number_of(&token(12)), Some(2));
    }

    #[test]
    fn a_token_never_stands_for_two_people() {
        let root = tempfile::tempdir().unwrap();
        let mut dictionary = open(root.path());
        for n in [1, 2] {
            dictionary.assign(&token(n)).unwrap();
        }
        let error = dictionary.bridge("002-b", &[(token(1), token(2))]).unwrap_err();
        assert!(matches!(error, StoreError::TokenTwice { number: 1, .. }), "{error}");
        drop(dictionary);
        let folder = root.path().join("dictionary/bridged");
        fs::create_dir_all(&folder).unwrap();
        // Nobody has the number 9.
        token_table::write(&folder.join("002-b.parquet"), &[(9_i64, token(7))]).unwrap();
        let error = Dictionary::load(&Store::at(root.path()), 2).unwrap_err();
        assert!(matches!(error, StoreError::TokenTwice { number: 9, .. }), "{error}");
    }
}
