//! The bridges that agencies sent: token under the old key → token under the new one, `bridges/<agency>/<delivery>/`.
//!
//! They are kept as they came and only read until the store has moved on to the new key. A pair is as telling as the
//! two keys together would be about one person: nothing of it reaches a message.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{Store, StoreError, StoreLock, shelf::folders, token_table};
use crate::model::{Epoch, Token};

const RECORD_FILE: &str = "bridge.json";
const PAIRS_FILE: &str = "pairs.parquet";

/// What a bridge says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BridgeRecord {
    /// Who made it.
    pub agency: String,
    /// The delivery's id.
    pub delivery: String,
    /// The epoch that it leads from.
    pub from: Epoch,
    /// The epoch that it leads to.
    pub to: Epoch,
    /// The bridge of the same agency that it corrects.
    pub supersedes: Option<String>,
    /// How many people it holds.
    pub pairs: u64,
    /// The digest of the delivery's `datapackage.json`.
    pub package_sha256: String,
}

/// A bridge in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bridge {
    /// Its folder.
    pub folder: PathBuf,
    /// What it says about itself.
    pub record: BridgeRecord,
}

impl Bridge {
    /// The bridges of a store that no other one of the same agency corrects, by agency and delivery.
    pub fn standing(store: &Store) -> Result<Vec<Self>, StoreError> {
        let mut bridges = Vec::new();
        for agency in folders(&store.bridges())? {
            for folder in folders(&agency)? {
                let path = folder.join(RECORD_FILE);
                let bytes = fs::read(&path).map_err(StoreError::io("read", &path))?;
                let record: BridgeRecord = serde_json::from_slice(&bytes)
                    .map_err(|source| StoreError::BadRecord { path, source })?;
                bridges.push(Self { folder, record });
            }
        }
        let corrected: BTreeSet<(String, String)> = bridges
            .iter()
            .filter_map(|bridge| Some((bridge.record.agency.clone(), bridge.record.supersedes.clone()?)))
            .collect();
        bridges.retain(|Self { record, .. }| {
            !corrected.contains(&(record.agency.clone(), record.delivery.clone()))
        });
        Ok(bridges)
    }

    /// Its pairs, by the first token.
    pub fn pairs(&self) -> Result<Vec<(Token, Token)>, StoreError> {
        token_table::read(&self.folder.join(PAIRS_FILE))
    }

    /// Seals a bridge; its pairs are sorted by the first token.
    pub fn seal(lock: &StoreLock, record: &BridgeRecord, pairs: &[(Token, Token)]) -> Result<(), StoreError> {
        let draft = lock.draft()?;
        token_table::write(&draft.path().join(PAIRS_FILE), pairs)?;
        let path = draft.path().join(RECORD_FILE);
        let mut text = serde_json::to_string_pretty(record)
            .map_err(|source| StoreError::BadRecord { path: path.clone(), source })?;
        text.push('\n');
        fs::write(&path, text).map_err(StoreError::io("write", &path))?;
        draft.seal(&lock.store().bridge(&record.agency, &record.delivery))
    }
}

impl Store {
    /// All bridges.
    pub fn bridges(&self) -> PathBuf {
        self.root().join("bridges")
    }

    /// The folder of one bridge.
    pub fn bridge(&self, agency: &str, delivery: &str) -> PathBuf {
        self.bridges().join(agency).join(delivery)
    }

    /// The agencies of which there is any snapshot.
    pub fn agencies(&self) -> Result<BTreeSet<String>, StoreError> {
        let names = folders(&self.snapshots())?;
        let name = |path: &PathBuf| Some(path.file_name()?.to_string_lossy().into_owned());
        Ok(names.iter().filter_map(name).collect())
    }
}

/// The pairs of `ours` that another bridge contradicts: one token that became two, or two that became one. Both are sorted
/// by the first token; how many there are.
pub fn contradictions(ours: &[(Token, Token)], theirs: &[(Token, Token)]) -> u64 {
    let find = |pairs: &[(Token, Token)], token: &Token| {
        let at = pairs.binary_search_by(|pair| pair.0.cmp(token)).ok()?;
        pairs.get(at).map(|pair| pair.1)
    };
    let turned = turned(theirs);
    let differs = |(from, to): &&(Token, Token)| {
        find(theirs, from).is_some_and(|other| other != *to)
            || find(&turned, to).is_some_and(|other| other != *from)
    };
    ours.iter().filter(differs).count() as u64
}

/// The same pairs the other way round, sorted.
pub fn turned(pairs: &[(Token, Token)]) -> Vec<(Token, Token)> {
    let mut turned: Vec<(Token, Token)> = pairs.iter().map(|(from, to)| (*to, *from)).collect();
    turned.sort_unstable();
    turned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HashName;

    fn token(n: u8) -> Token {
        Token([n; 32])
    }

    fn epoch(key_id: &str) -> Epoch {
        Epoch { key_id: key_id.to_owned(), hash: HashName::HmacSm3, normalisation: 1 }
    }

    #[test]
    fn a_bridge_is_read_back_as_it_was_sealed() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        assert_eq!(Bridge::standing(&store).unwrap(), []);
        let lock = store.lock().unwrap();
        let pairs = [(token(1), token(9)), (token(2), token(8))];
        let record = |agency: &str, pairs: u64| BridgeRecord {
            agency: agency.to_owned(),
            delivery: "bridge-2026-03-01-001-aaaaaaaa".to_owned(),
            from: epoch("a"),
            to: epoch("b"),
            supersedes: None,
            pairs,
            package_sha256: "00".repeat(32),
        };
        Bridge::seal(&lock, &record("housing", 2), &pairs).unwrap();
        Bridge::seal(&lock, &record("education", 0), &[]).unwrap();
        let all = Bridge::standing(&store).unwrap();
        let agencies: Vec<_> = all.iter().map(|bridge| bridge.record.agency.as_str()).collect();
        assert_eq!(agencies, ["education", "housing"]);
        assert_eq!(all[1].record, record("housing", 2));
        assert_eq!((all[0].pairs().unwrap(), all[1].pairs().unwrap()), (vec![], pairs.to_vec()));
        assert!(matches!(
            Bridge::seal(&lock, &record("housing", 2), &pairs),
            Err(StoreError::AlreadySealed { .. })
        ));
        let correction = BridgeRecord {
            delivery: "bridge-2026-03-02-001-bbbbbbbb".to_owned(),
            supersedes: Some(record("housing", 2).delivery),
            ..record("housing", 1)
        };
        Bridge::seal(&lock, &correction, &pairs[..1]).unwrap();
        // Education's bridge has the same id and is not meant.
        let standing = Bridge::standing(&store).unwrap();
        let standing: Vec<_> = standing.iter().map(|b| (b.record.agency.as_str(), b.record.pairs)).collect();
        assert_eq!(standing, [("education", 0), ("housing", 1)]);
        fs::write(all[1].folder.join(RECORD_FILE), "{}").unwrap();
        assert!(matches!(Bridge::standing(&store), Err(StoreError::BadRecord { .. })));
        fs::write(all[0].folder.join(PAIRS_FILE), "{}").unwrap();
        assert!(matches!(all[0].pairs(), Err(StoreError::Parquet { .. })));
    }

    #[test]
    fn one_token_that_became_two_and_two_that_became_one_are_counted() {
        let ours = [(token(1), token(11)), (token(2), token(12)), (token(3), token(13))];
        for (theirs, expected) in [
            (vec![], 0),
            (vec![(token(1), token(11)), (token(4), token(14))], 0),
            (vec![(token(1), token(99))], 1),
            (vec![(token(4), token(12))], 1),
            (vec![(token(1), token(12)), (token(2), token(11)), (token(3), token(13))], 2),
        ] {
            assert_eq!(contradictions(&ours, &theirs), expected, "{theirs:?}");
        }
    }
}
