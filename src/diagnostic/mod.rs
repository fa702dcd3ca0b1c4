//! What is wrong with a file that a person wrote: a code, a place, a message in both languages, and what to do.
//!
//! Nothing here decides whether the work goes on: a load returns `(T, Diagnostics)` and its caller looks at
//! [`Diagnostics::has_errors`]. Bad rows of deliveries are not diagnostics, they are quarantined.
//!
//! # Decisions
//!
//! * YAML is read into a tree with the place of every node ([`yaml`]) and then picked apart field by field ([`form`]), not
//!   deserialised into structs: a derived deserialiser stops at the first mistake, and a person wants to see all of them.
//! * A code has one level, kept in the registry, so that the same mistake is never an error here and a warning there,
//!   unless the place that reports it says why ([`Diagnostic::as_warning`]).

mod code;
pub mod form;
mod list;
mod near;
mod place;
mod render;
mod table;
pub mod yaml;

pub use code::{Code, Level, explain};
pub use list::{Cell, Checked, Diagnostic, Diagnostics};
pub use near::nearest;
pub use place::{Lines, join, read};
pub use render::{Renderer, Sources, from_disk, json};
pub use table::{Record, Table};
