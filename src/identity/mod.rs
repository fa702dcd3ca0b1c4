//! Identity number → token: the only place that knows the eighteen digits and the key.
//!
//! A raw number or a key never leaves this module in an error, a log line or a `Debug` text: what is wrong with a
//! number is told by a closed list of reasons, and [`IdNumber`] and [`HashKey`] print as nothing.

mod key;
mod number;
mod rejection;
mod scan;

pub use key::{HashKey, KeyError, Tokeniser};
pub(crate) use key::{owner_only, write_new_private};
pub use number::{IdNumber, Repair, Repairs, normalise};
pub use rejection::Rejection;
pub use scan::{ColumnScan, Sighting, are_too_many, sight};
