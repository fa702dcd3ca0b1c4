//! The store and the inbox in object storage (`s3://bucket/prefix`): a working copy on this machine, in which everything is done
//! as in a folder, and what is published of it afterwards.
//!
//! Only this module names the client of object storage. It never shows a key, and publishes nothing that is not whole.
//!
//! ```text
//! lease ─► what an interrupted run left is finished or removed ─► listing held against the index ─► working copy
//!       ─► the command, on the working copy ─► new objects ─► index (from here on it counts) ─► `current`, removals ─► lease back
//! ```
//!
//! # Decisions
//!
//! - The objects are the files of the store's open layout under the same names, so that anyone reads them in place. Besides there
//!   are three of our own: `.lock`, `.publishing.json` (what is being uploaded) and `.published.json` (what counts); and `.drafts/` for as
//!   long as a cluster reads from it.
//! - What counts is what the index names, and the index is replaced in one conditional write: a kill at any moment leaves what
//!   stood before or what stands now, and two that publish at once cannot mix. Without an index, what an interrupted upload
//!   left could not be told from what an object lacks that somebody deleted.
//! - What is replaced or removed (`current`, receipts) travels inside the index until it is done. So the pointers that readers from
//!   outside follow move last, and who is killed in between is finished by the next.
//! - What a killed run uploaded is removed, and what it left in the working copy is made anew: only what this very run made is
//!   ever published. That costs the run's time again and leaves nothing to be believed.
//! - A digest decides; sizes and versions only save work. What is in the working copy is hashed before a command reads it.
//! - Of an inbox the files of a delivery that the store knows are left where they are. Data of snapshots comes when the plan names
//!   it, of older runs only `current` and, of the last, its leads. What nights keep for the next (`reuse/`) stays on the machine.
//! - Not an engine that reads `s3://` itself: the stages read files, lock and rename, and hundreds of small reads of one file
//!   cost more round trips than bringing it once. The machines of a cluster have no folder in common and do read it themselves:
//!   what of a run they need is put there for them (`lent.rs`), and they can only read (`reading.rs`).

mod address;
mod error;
mod tell;

#[cfg(not(feature = "s3"))]
mod absent;
#[cfg(feature = "s3")]
mod connection;
#[cfg(feature = "s3")]
mod inbox;
#[cfg(feature = "s3")]
mod index;
#[cfg(feature = "s3")]
mod lease;
#[cfg(feature = "s3")]
mod lent;
#[cfg(feature = "s3")]
mod place;
#[cfg(feature = "s3")]
mod publish;
#[cfg(all(feature = "s3", feature = "cluster"))]
mod reading;
#[cfg(feature = "s3")]
mod refusal;
#[cfg(feature = "s3")]
mod settings;
#[cfg(feature = "s3")]
mod working;

#[cfg(not(feature = "s3"))]
pub use absent::{RemoteInbox, RemoteStore, Settings};
pub use address::Address;
#[cfg(feature = "s3")]
pub use connection::Connection;
pub use error::BucketError;
#[cfg(feature = "s3")]
pub use inbox::RemoteInbox;
#[cfg(feature = "s3")]
pub use place::RemoteStore;
#[cfg(all(feature = "s3", feature = "cluster"))]
pub use reading::{Objects, Unread, objects};
#[cfg(feature = "s3")]
pub use settings::Settings;
pub use tell::{Holder, Need, Opening, Published, Tell, Way};
