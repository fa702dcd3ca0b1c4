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

mod besides;
mod bridge;
mod cell;
mod checks;
mod columns;
mod content;
mod csv_rows;
mod decode;
mod encoding;
mod faults;
mod fields;
#[cfg(test)]
pub(crate) mod fixture;
mod garbled;
mod grid;
mod guarded;
mod gzip;
mod header;
mod intake;
mod leaks;
mod mend;
mod parquet_cell;
mod parquet_fault;
mod parquet_guard;
mod parquet_rows;
mod pieces;
mod plain_rows;
mod quarantine;
mod quotes;
mod reading;
mod reason;
mod refusal;
mod repair;
mod runs;
mod settle;
mod sheet;
mod sheet_fault;
mod sheet_guard;
mod sheet_number;
mod sheet_parts;
mod signed;
mod snapshot;
pub mod text;
mod text_error;
mod thrift;
mod typed;
pub mod value;
mod values;

pub use bridge::{BridgeFault, check_against, read_bridge};
pub use guarded::hush_guarded_panics;
pub use header::Warning;
pub use intake::{Acquired, Means, acquire, acquire_watched};
pub use reason::Reason;
pub use refusal::{AcquireError, Refusal};
pub use repair::{Repair, Repairs, clean};
pub use signed::Signed;
