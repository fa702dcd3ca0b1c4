//! The right to write to a store in object storage: one holder at a time, also between machines. It runs out by itself when its
//! holder dies, and is never broken while the holder lives.
//!
//! # Decisions
//!
//! - The object `.lock` is written only where there is none, and taken over only in the version that was read: of two that try,
//!   the server lets one. A server that ignores such conditions is found out, once each time, and refused.
//! - Machines' clocks may differ by [`GRACE`]. Beyond that a lease can be taken from somebody who lives: then neither the lease
//!   nor the index lets them publish any more, and what counts stays whole.
//! - Who died on this machine with this working copy is known to be dead, since the copy has a lock of the operating system:
//!   nobody need wait for it. A copy of the copy on another machine is another one.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::{BucketError, Connection, Holder, connection::Put};

/// The object's name.
pub(super) const LOCK: &str = ".lock";
/// A holder that was not heard of for so long is dead.
const TERM: Duration = Duration::from_secs(120);
/// How soon it says again that it lives.
const BEAT: Duration = Duration::from_secs(30);
/// So many seconds clocks may differ.
const GRACE: i64 = 30;
const ATTEMPTS: usize = 3;

/// As it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    /// For people: machine and process.
    by: String,
    /// The working copy.
    copy: String,
    /// This holding of it, unlike any other.
    holding: String,
    since: String,
    until: String,
}

/// Held while anything is written.
#[derive(Debug)]
pub(super) struct Lease {
    connection: Connection,
    holding: String,
    state: Arc<Mutex<State>>,
    beat: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    version: Option<String>,
    valid: Instant,
}

impl Lease {
    /// Takes it, or says who has it.
    pub(super) async fn take(
        connection: &Connection,
        holder: &Holder,
        copy: &str,
    ) -> Result<Self, BucketError> {
        Self::take_and_beat(connection, holder, copy, BEAT).await
    }

    async fn take_and_beat(
        connection: &Connection,
        holder: &Holder,
        copy: &str,
        every: Duration,
    ) -> Result<Self, BucketError> {
        let holding = holder.holding.clone();
        let note = move |holder: &Holder, since: i64, now: i64, copy: &str| Note {
            by: holder.by.clone(),
            copy: copy.to_owned(),
            holding: holder.holding.clone(),
            since: time(since),
            until: time(now + TERM.as_secs() as i64),
        };
        let mut attempts = 0;
        let (since, version, begun) = loop {
            attempts += 1;
            let (begun, now) = (Instant::now(), (holder.clock)());
            let bytes = bytes(&note(holder, now, now, copy));
            if let Put::Done(version) = connection.create(LOCK, bytes.clone()).await? {
                break (now, version, begun);
            }
            let Some((there, version)) = connection.read(LOCK).await? else {
                // Given back since, or a server that does not see what it refused to write over.
                if attempts < ATTEMPTS {
                    continue;
                }
                return Err(BucketError::NotExclusive { address: connection.address().to_string() });
            };
            let other = serde_json::from_slice::<Note>(&there).ok();
            if other.as_ref().is_some_and(|other| other.holding == holding) {
                break (now, version, begun);
            }
            let is_dead = other.as_ref().is_some_and(|other| {
                other.copy == copy || seconds(&other.until).is_some_and(|until| until + GRACE < now)
            });
            if is_dead && let Put::Done(version) = connection.replace(LOCK, bytes, version).await? {
                break (now, version, begun);
            }
            if !is_dead || attempts == ATTEMPTS {
                let Some(Note { by, since, until, .. }) = other else {
                    return Err(BucketError::Unreadable { object: connection.address().object(LOCK) });
                };
                return Err(BucketError::Held {
                    address: connection.address().to_string(),
                    by,
                    since,
                    until,
                });
            }
        };
        let again = note(holder, since, since, copy);
        if let Put::Done(_) = connection.create(LOCK, bytes(&again)).await? {
            connection.remove(&[LOCK.to_owned()]).await?;
            return Err(BucketError::NotExclusive { address: connection.address().to_string() });
        }
        let state = Arc::new(Mutex::new(State { version, valid: begun + TERM }));
        let beat = tokio::spawn(beat(
            every,
            connection.clone(),
            Arc::clone(&state),
            holder.clone(),
            copy.to_owned(),
            since,
            note,
        ));
        Ok(Self { connection: connection.clone(), holding, state, beat })
    }

    /// An error once it is lost or ran out.
    pub(super) fn check(&self) -> Result<(), BucketError> {
        if Instant::now() < lock(&self.state).valid {
            return Ok(());
        }
        Err(BucketError::Lost { address: self.connection.address().to_string() })
    }

    /// Gives it back, if it is still ours.
    pub(super) async fn release(&self) -> Result<(), BucketError> {
        self.beat.abort();
        let there = self.connection.read(LOCK).await?;
        let is_ours = |note: Note| note.holding == self.holding;
        if there.is_some_and(|(bytes, _)| serde_json::from_slice(&bytes).is_ok_and(is_ours)) {
            self.connection.remove(&[LOCK.to_owned()]).await?;
        }
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.beat.abort();
    }
}

/// Says again and again that the holder lives, until somebody else has it.
async fn beat(
    every: Duration,
    connection: Connection,
    state: Arc<Mutex<State>>,
    holder: Holder,
    copy: String,
    since: i64,
    note: impl Fn(&Holder, i64, i64, &str) -> Note + Send,
) {
    loop {
        tokio::time::sleep(every).await;
        let begun = Instant::now();
        let bytes = bytes(&note(&holder, since, (holder.clock)(), &copy));
        let version = lock(&state).version.clone();
        match connection.replace(LOCK, bytes.clone(), version).await {
            Ok(Put::Done(version)) => *lock(&state) = State { version, valid: begun + TERM },
            Ok(Put::Refused) => match connection.read(LOCK).await {
                // The answer to our own write was lost, and it was asked for again.
                Ok(Some((there, version))) if there == bytes => {
                    *lock(&state) = State { version, valid: begun + TERM };
                }
                Ok(_) => {
                    lock(&state).valid = begun;
                    return;
                }
                Err(_) => {}
            },
            // The network may be back before the term is over.
            Err(_) => {}
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bytes(note: &Note) -> Vec<u8> {
    serde_json::to_vec_pretty(note).unwrap_or_default()
}

fn time(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0)
        .map_or_else(String::new, |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn seconds(time: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(time).ok().map(|time| time.timestamp())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use object_store::memory::InMemory;

    use super::*;
    use crate::store::bucket::Address;

    fn bucket() -> Connection {
        let address = Address::parse(Path::new("s3://bucket/x")).unwrap().unwrap();
        Connection::over(Arc::new(InMemory::new()), &address)
    }

    fn holder(holding: &str, clock: fn() -> i64) -> Holder {
        Holder {
            by: format!("machine of {holding}"),
            machine: "machine".to_owned(),
            holding: holding.to_owned(),
            clock,
        }
    }

    fn noon() -> i64 {
        1_773_576_000
    }

    /// The last second at which a holder of noon may live, and the first at which it is dead.
    fn barely() -> i64 {
        noon() + 150
    }

    fn later() -> i64 {
        noon() + 151
    }

    #[tokio::test]
    async fn one_holds_it_at_a_time_until_it_is_given_back_or_its_holder_is_dead() {
        let bucket = bucket();
        let first = Lease::take(&bucket, &holder("first", noon), "copy 1").await.unwrap();
        let held = Lease::take(&bucket, &holder("second", barely), "copy 2").await.unwrap_err();
        let BucketError::Held { by, since, until, .. } = &held else { panic!("{held}") };
        assert_eq!((by.as_str(), since.as_str()), ("machine of first", "2026-03-15T12:00:00Z"));
        assert_eq!(until, "2026-03-15T12:02:00Z");
        first.release().await.unwrap();
        // Dropped without a word, as by a kill.
        drop(Lease::take(&bucket, &holder("second", noon), "copy 2").await.unwrap());
        assert!(Lease::take(&bucket, &holder("third", barely), "copy 3").await.is_err());
        let third = Lease::take(&bucket, &holder("third", later), "copy 3").await.unwrap();
        // Who has the same working copy knows that its last user is dead.
        let fourth = Lease::take(&bucket, &holder("fourth", noon), "copy 3").await.unwrap();
        // What is not its own any more is not given back.
        third.release().await.unwrap();
        assert!(bucket.read(LOCK).await.unwrap().is_some());
        fourth.release().await.unwrap();
        assert!(bucket.read(LOCK).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_holder_says_that_it_lives_and_notices_when_another_took_over() {
        let bucket = bucket();
        let beat = Duration::from_millis(5);
        let lease = Lease::take_and_beat(&bucket, &holder("first", noon), "copy 1", beat).await.unwrap();
        let before = bucket.read(LOCK).await.unwrap().unwrap().1;
        tokio::time::sleep(beat * 20).await;
        assert_ne!(before, bucket.read(LOCK).await.unwrap().unwrap().1);
        lease.check().unwrap();
        bucket.write(LOCK, b"another".to_vec()).await.unwrap();
        tokio::time::sleep(beat * 20).await;
        assert!(matches!(lease.check(), Err(BucketError::Lost { .. })));
        lease.release().await.unwrap();
        assert_eq!(bucket.read(LOCK).await.unwrap().unwrap().0, b"another");
    }

    #[tokio::test]
    async fn a_lock_that_cannot_be_read_is_nobodys_to_break() {
        let bucket = bucket();
        bucket.write(LOCK, b"{}".to_vec()).await.unwrap();
        let error = Lease::take(&bucket, &holder("first", later), "copy 1").await.unwrap_err();
        assert!(matches!(error, BucketError::Unreadable { .. }), "{error}");
    }
}
