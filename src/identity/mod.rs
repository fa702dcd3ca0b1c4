//! Identity number → token: the only place that knows the eighteen digits and the key.
//!
//! A raw number or a key never leaves this module in an error, a log line or a `Debug` text: what is wrong with a
//! number is told by a closed list of reasons, and [`IdNumber`] and [`HashKey`] print as nothing.

mod key;
mod key_error;
mod number;
mod rejection;
mod scan;
mod secret;

pub use key::{HashKey, Tokeniser};
pub use key_error::{FormFault, KeyError};
pub use number::{IdNumber, Repair, Repairs, normalise};
pub use rejection::Rejection;
pub use scan::{ColumnScan, Sighting, are_too_many, sight};
pub use secret::KeySource;
pub(crate) use secret::{read as read_secret, write_new_private};
