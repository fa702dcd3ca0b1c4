//! The dictionary in the hands of its one writer: numbers are given in memory, then sealed as new segments.
//!
//! A snapshot must never be sealed before the numbers it uses. After a crash between the two, the segment simply
//! holds people whom no snapshot names yet.

use std::{
    ops::Deref,
    thread::{self, JoinHandle},
};

use super::{
    Bridged, Dictionary, StoreError, StoreLock, bridged,
    segment::{MOST, Written},
};
use crate::{model::Token, threads::on_threads};

/// Numbers that were written and do not count yet; dropped, they never will.
#[derive(Debug)]
pub struct Unsealed(pub(super) Vec<Written>);

/// A dictionary that can grow, and the lock without which it could not.
#[derive(Debug)]
pub struct GrowingDictionary {
    dictionary: Dictionary,
    sealed: usize,
    lock: StoreLock,
}

/// A dictionary that is being read while something else is done. The lock is held.
#[derive(Debug)]
pub struct Loading(JoinHandle<Result<GrowingDictionary, StoreError>>);

impl Loading {
    /// Begins to read the dictionary of the locked store, on so many threads.
    pub fn begin(lock: StoreLock, threads: usize) -> Result<Self, StoreError> {
        let folder = lock.store().dictionary();
        let loading = thread::Builder::new().spawn(move || GrowingDictionary::load(lock, threads));
        loading.map(Self).map_err(StoreError::io("read", &folder))
    }

    /// The dictionary, when it is read.
    pub fn ready(self) -> Result<GrowingDictionary, StoreError> {
        self.0.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl GrowingDictionary {
    /// Reads the dictionary of the locked store, on so many threads.
    pub fn load(lock: StoreLock, threads: usize) -> Result<Self, StoreError> {
        let dictionary = Dictionary::load(lock.store(), threads)?;
        Ok(Self { sealed: dictionary.len(), dictionary, lock })
    }

    /// The lock.
    pub fn lock(&self) -> &StoreLock {
        &self.lock
    }

    /// The person's number; a new one, not yet sealed, if they have none.
    pub fn assign(&mut self, token: &Token) -> Result<i64, StoreError> {
        self.dictionary.find_or_add(&token.0).map(|(number, _)| number)
    }

    /// Writes the numbers given since the last seal as new segments, on so many threads; they do not count yet.
    pub fn write(&self, threads: usize) -> Result<Unsealed, StoreError> {
        let new = self.dictionary.tokens_from(self.sealed);
        let firsts = (self.sealed as i64 + 1..).step_by(MOST);
        let segments: Vec<(i64, &[[u8; 32]])> = firsts.zip(new.chunks(MOST)).collect();
        let write = |(first, tokens)| Written::new(&self.lock, first, tokens);
        on_threads(threads, segments, write).into_iter().collect::<Result<_, _>>().map(Unsealed)
    }

    /// Makes the segments count that were written since the last seal, the lowest numbers first; how many numbers they hold.
    pub fn seal_written(&mut self, unsealed: Unsealed) -> Result<usize, StoreError> {
        let before = self.sealed;
        for written in unsealed.0 {
            self.sealed += written.seal(&self.lock)?;
        }
        Ok(self.sealed - before)
    }

    /// Seals the numbers given since the last time as new segments; how many there were.
    pub fn seal(&mut self) -> Result<usize, StoreError> {
        let unsealed = self.write(1)?;
        self.seal_written(unsealed)
    }

    /// Takes back the numbers given since the last seal.
    pub fn forget_unsealed(&mut self) {
        if self.dictionary.len() > self.sealed {
            self.dictionary.truncate(self.sealed);
        }
    }

    /// Lets the new token of every pair stand for the person of the old one, and seals that under a name. People whom the
    /// store never met are left out: they will be met under their new token.
    pub fn bridge(&mut self, name: &str, pairs: &[(Token, Token)]) -> Result<Bridged, StoreError> {
        self.seal()?;
        bridged::seal(&self.lock, &mut self.dictionary, name, pairs)
    }

    /// The dictionary to read from and the lock, when nothing is to be added any more.
    pub fn finish(mut self) -> (Dictionary, StoreLock) {
        self.forget_unsealed();
        (self.dictionary, self.lock)
    }
}

impl Deref for GrowingDictionary {
    type Target = Dictionary;

    fn deref(&self) -> &Dictionary {
        &self.dictionary
    }
}
