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
//!   nobody need wait for it.

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
            let Some((there, version)) = connection.read(LOCK).await? else { continue };
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
                let (by, since, until) =
                    other.map_or_else(Default::default, |other| (other.by, other.since, other.until));
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
    connection: Connection,
    state: Arc<Mutex<State>>,
    holder: Holder,
    copy: String,
    since: i64,
    note: impl Fn(&Holder, i64, i64, &str) -> Note + Send,
) {
    loop {
        tokio::time::sleep(BEAT).await;
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
