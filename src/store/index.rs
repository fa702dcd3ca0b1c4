//! Where tokens stand, found by token: in shards by their hash, so that several threads can fill them.

use hashbrown::HashTable;

use crate::threads::on_threads;

/// A shard of some million people fits into a processor's cache while it is filled, which takes a third of the time.
const SHARDS: u64 = 16;

/// Places in a vector of tokens, in shards.
pub(super) struct Index(Vec<HashTable<u32>>);

impl Default for Index {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| HashTable::new()).collect())
    }
}

impl Index {
    /// The places of all these tokens, filled on so many threads; the first place of a token that stood before, where there is one.
    pub(super) fn of(tokens: &[[u8; 32]], threads: usize) -> Result<Self, usize> {
        let shards = on_threads(threads, (0..SHARDS).collect(), |shard| filled(shard, tokens));
        let twice = shards.iter().filter_map(|shard| shard.as_ref().err()).min();
        match twice {
            Some(place) => Err(*place),
            None => Ok(Self(shards.into_iter().flatten().collect())),
        }
    }

    /// The table where a token of this hash stands, if it does.
    #[inline]
    pub(super) fn shard(&self, hash: u64) -> &HashTable<u32> {
        &self.0[shard(hash) as usize]
    }

    /// As [`Self::shard`], to add it there.
    pub(super) fn shard_mut(&mut self, hash: u64) -> &mut HashTable<u32> {
        &mut self.0[shard(hash) as usize]
    }

    /// Forgets every place that is not kept.
    pub(super) fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        for shard in &mut self.0 {
            shard.retain(|place| keep(*place));
        }
    }
}

/// Bits of which a table makes no use while it has fewer than 2³² places: it takes the lowest ones and the highest seven.
#[inline]
fn shard(hash: u64) -> u64 {
    (hash >> 40) % SHARDS
}

/// Tokens are uniformly random, so any eight bytes of one are its hash.
#[inline]
pub(super) fn hash(token: &[u8; 32]) -> u64 {
    token.first_chunk().copied().map_or(0, u64::from_le_bytes)
}

/// The hash of the token at a place.
pub(super) fn hash_at(tokens: &[[u8; 32]]) -> impl Fn(&u32) -> u64 {
    |place| tokens.get(*place as usize).map_or(0, hash)
}

fn filled(number: u64, tokens: &[[u8; 32]]) -> Result<HashTable<u32>, usize> {
    let mut places = HashTable::with_capacity(tokens.len() / SHARDS as usize);
    for (place, token) in (0_u32..).zip(tokens) {
        let hash = hash(token);
        if shard(hash) != number {
            continue;
        }
        let same = |other: &u32| tokens.get(*other as usize) == Some(token);
        if places.find(hash, same).is_some() {
            return Err(place as usize);
        }
        places.insert_unique(hash, place, hash_at(tokens));
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(count: u64) -> Vec<[u8; 32]> {
        let token = |n: u64| {
            let mut token = [0; 32];
            token[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
            token
        };
        (0..count).map(token).collect()
    }

    #[test]
    fn every_token_is_found_whatever_the_number_of_threads() {
        let tokens = tokens(5000);
        for threads in [1, 2, 5] {
            let index = Index::of(&tokens, threads).unwrap();
            assert!(index.0.iter().all(|shard| !shard.is_empty()), "no shard is in vain");
            for (place, token) in (0_u32..).zip(&tokens) {
                let same = |other: &u32| tokens[*other as usize] == *token;
                assert_eq!(index.shard(hash(token)).find(hash(token), same), Some(&place));
            }
        }
    }

    #[test]
    fn the_first_token_that_stands_twice_is_named_whatever_the_number_of_threads() {
        let mut twice = tokens(5000);
        twice[4000] = twice[1];
        twice[3000] = twice[2];
        for threads in [1, 2, 5] {
            assert_eq!(Index::of(&twice, threads).err(), Some(3000));
        }
    }
}
