//! Token ↔ number: every person a dense number, whole tokens compared, so that no two people fall together.
//!
//! A token of a later key epoch can stand for a person whom the store met under an earlier one: the number is the same, and
//! the person's token stays the first. It only grows. A number, once sealed, means the same person for ever; numbers begin at 1 and have no gaps.
//!
//! # Decisions
//!
//! Measured with 5 million people and 30 million look-ups in random order, one table on one thread of a 2-core machine that was
//! busy otherwise, release build; CPU seconds, because wall time was not ours alone:
//!
//! | step | CPU s | resident memory |
//! |---|---|---|
//! | give 5 M new numbers | 0.8 | 194 MB for the tokens and the index |
//! | seal them as one segment (175 MB) | 3.4 | + 70 MB while writing |
//! | load them | 2.6–3.4 | 203 MB, peak 207 MB |
//! | 30 M look-ups, token → number | 4.4 (0.15 µs each) | 233 MB with a million keys at hand |
//!
//! - A table of 4-byte places over one vector of 32-byte tokens: the table holds no second copy of a token, and
//!   number → token is an index into the vector. The standard `HashMap<[u8; 32], i64>` took 2.5 s to fill, 0.67 µs a
//!   look-up and 330 MB, 490 MB while it grew; a sorted vector with binary search 3.0 µs a look-up.
//! - A token is its own hash: it is the output of a keyed hash, and the whole of it is compared anyway. An agency
//!   that made up tokens with equal first bytes could slow us down, but it signs what it sends.
//! - People are looked up some thousands at a time (`numbers_of`): of taking in three million people that took 0.7 s of processor time
//!   instead of 1.25 (profiled once each), because it is waiting for the memory that takes long.
//! - The table is cut into shards ([`Index`]), and loaded on all threads: of three million people a night that takes nothing in waited
//!   for it 0.1 to 0.25 s, after the 0.25 s that planning takes anyway, instead of 0.6 to 0.7 s (two cores, three runs of each in turn).
//! - 4-byte places bound the dictionary at 4.29 thousand million people.

use std::{fs, path::PathBuf};

use hashbrown::hash_table::Entry;

use super::{
    Store, StoreError,
    bridged::{self, Aliases},
    index::{Index, hash, hash_at},
    segment::Segment,
};
use crate::{model::Token, threads::on_threads};

/// The dictionary in memory.
#[derive(Default)]
pub struct Dictionary {
    /// The token of number `n` stands at `n - 1`.
    tokens: Vec<[u8; 32]>,
    /// Places in `tokens`, found by token.
    index: Index,
    /// Tokens of later key epochs.
    aliases: Aliases,
}

impl Dictionary {
    /// Reads every sealed segment, on so many threads. Gaps and tokens that stand twice are errors.
    pub fn load(store: &Store, threads: usize) -> Result<Self, StoreError> {
        let segments = on_threads(threads, segments(store)?, Segment::open);
        let segments: Vec<Segment> = segments.into_iter().collect::<Result<_, _>>()?;
        let mut people = 0;
        for segment in &segments {
            segment.follows(people)?;
            people += segment.people();
        }
        u32::try_from(people).map_err(|_| StoreError::DictionaryFull)?;
        let mut tokens = vec![[0; 32]; people];
        let mut rest = tokens.as_mut_slice();
        let mut work = Vec::with_capacity(segments.len());
        for segment in &segments {
            let (place, after) = rest.split_at_mut(segment.people());
            work.push((segment, place));
            rest = after;
        }
        let read = on_threads(threads, work, |(segment, place)| segment.read_into(place));
        read.into_iter().collect::<Result<(), StoreError>>()?;
        let index = Index::of(&tokens, threads).map_err(|place| twice(&segments, place))?;
        let mut dictionary = Self { tokens, index, aliases: Aliases::default() };
        bridged::read_into(&mut dictionary, store)?;
        Ok(dictionary)
    }

    /// The number of a person, if they have one.
    #[inline]
    pub fn number_of(&self, token: &Token) -> Option<i64> {
        let same = |place: &u32| self.tokens.get(*place as usize) == Some(&token.0);
        let hash = hash(&token.0);
        let found = self.index.shard(hash).find(hash, same).map(|place| i64::from(*place) + 1);
        found.or_else(|| self.aliases.number_of(token))
    }

    /// The numbers of many people, as [`Self::number_of`] finds each.
    ///
    /// Where each may stand is looked up before any is compared: so the processor waits for many places of the memory at once, and
    /// not for one after the other.
    pub fn numbers_of(&self, tokens: &[&Token]) -> Vec<Option<i64>> {
        let may_stand = |token: &&Token| {
            let mut first = None;
            let hash = hash(&token.0);
            self.index.shard(hash).find(hash, |place| first.replace(*place).is_none());
            first
        };
        let places: Vec<Option<u32>> = tokens.iter().map(may_stand).collect();
        let number = |(token, place): (&&Token, Option<u32>)| match place {
            Some(place) if self.tokens.get(place as usize) == Some(&token.0) => Some(i64::from(place) + 1),
            _ => self.number_of(token),
        };
        tokens.iter().zip(places).map(number).collect()
    }

    /// The person of a number.
    pub fn token_of(&self, number: i64) -> Option<Token> {
        let place = usize::try_from(number.checked_sub(1)?).ok()?;
        self.tokens.get(place).copied().map(Token)
    }

    /// How many people it holds.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether it holds nobody.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The tokens from this place on, in the order of their numbers.
    pub(super) fn tokens_from(&self, place: usize) -> &[[u8; 32]] {
        self.tokens.get(place..).unwrap_or_default()
    }

    /// Lets a token of a later key epoch stand for a person; false if it stands for somebody else already.
    pub(super) fn add_alias(&mut self, token: &Token, number: i64) -> bool {
        match self.number_of(token) {
            Some(known) => known == number,
            None => self.token_of(number).is_some() && self.aliases.add(token, number),
        }
    }

    /// The token's number, a new one if it has none, and whether it is new.
    pub(super) fn find_or_add(&mut self, token: &[u8; 32]) -> Result<(i64, bool), StoreError> {
        if let Some(number) = self.aliases.number_of(&Token(*token)) {
            return Ok((number, false));
        }
        let Self { tokens, index, .. } = self;
        let same = |place: &u32| tokens.get(*place as usize) == Some(token);
        let hash = hash(token);
        match index.shard_mut(hash).entry(hash, same, hash_at(tokens)) {
            Entry::Occupied(found) => Ok((i64::from(*found.get()) + 1, false)),
            Entry::Vacant(gap) => {
                let place = u32::try_from(tokens.len()).map_err(|_| StoreError::DictionaryFull)?;
                gap.insert(place);
                tokens.push(*token);
                Ok((i64::from(place) + 1, true))
            }
        }
    }

    /// Forgets every number beyond the first `count`.
    pub(super) fn truncate(&mut self, count: usize) {
        self.index.retain(|place| (place as usize) < count);
        self.tokens.truncate(count);
    }
}

/// The files of all segments, in the order of their numbers: names carry the first one with leading zeros.
fn segments(store: &Store) -> Result<Vec<PathBuf>, StoreError> {
    let folder = store.dictionary();
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(StoreError::io("read", &folder))?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(StoreError::io("read", &folder))?.path();
        if path.extension().is_some_and(|extension| extension == "parquet") {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

/// The token at a place stood before.
fn twice(segments: &[Segment], place: usize) -> StoreError {
    let holds = |segment: &&Segment| segment.first() <= place as i64 + 1;
    let path = segments.iter().rfind(holds).map(Segment::path).unwrap_or_default();
    StoreError::TokenTwice { path, number: place as i64 + 1 }
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dictionary({} people)", self.len())
    }
}
