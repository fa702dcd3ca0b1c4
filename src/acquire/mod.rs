//! Bytes → text with line numbers → typed columns; each failure a quarantined row with line, column and reason.
//!
//! ```text
//! Accepted ─ text ─▶ records with lines ─ header, columns, checks ─▶ typed rows ─ keys ─▶ snapshot
//!                          └──────────── faults ──────────────┴──── differing ──▶ quarantine
//! ```
//!
//! `rows = accepted + collapsed + quarantined`, always. A delivery whose rows or control totals are not those that
//! its package states is refused whole, and nothing of it is kept. So is one with an identity number in the clear, or with
//! more bad rows than its contract bears; of that the list of its faults is kept, so that the agency can mend it. It never
//! repairs by guessing, and no value of a row reaches a message.

mod checks;
mod columns;
mod decode;
#[cfg(test)]
pub(crate) mod fixture;
mod gzip;
mod header;
mod intake;
mod keys;
mod leaks;
mod quarantine;
mod reason;
mod refusal;
mod repair;
mod sheet;
mod snapshot;
pub mod text;
mod text_error;
pub mod value;

pub use header::Warning;
pub use intake::{Acquired, acquire};
pub use reason::Reason;
pub use refusal::{AcquireError, Refusal};
pub use repair::{Repair, Repairs, clean};
