//! What the night tells people: household cases with priority and deadline, review lists, the run report, and the
//! tables that other programs read.
//!
//! [`compose`] is a function from values to bytes; only [`write()`] touches a disk. Nothing here decides about anyone:
//! a lead is a reason to look, and says what would clear it.
//!
//! # Decisions
//!
//! - A deadline runs from the night a lead was first seen, so that it does not move away from night to night.
//! - A case's priority is that of its strongest lead, not the sum: ten weak leads are not one strong one, and leads that
//!   agree already count under *strength*.
//! - Lists are printed over two facing A4 pages rather than on one with letters nobody can read.

mod calendar;
mod case;
mod column;
mod compose;
mod csv_list;
mod harmless;
mod household;
mod input;
mod line;
mod list_page;
mod listing;
mod outcome;
pub mod page;
mod parquet_file;
pub mod priority;
mod reply;
mod run_page;
mod sheet_head;
mod table;
mod witness;
pub mod words;
mod write;
mod xlsx;

#[cfg(test)]
mod sample;

pub use calendar::{Calendar, CalendarError, Due};
pub use case::{HouseholdCase, RankedLead};
pub use column::Column;
pub use compose::{Composed, ReportError, compose};
pub use harmless::harmless;
pub use household::{Household, township};
pub use input::{Feed, FieldKind, FieldNote, History, Legal, Refused, ReportInput, RuleNote, RuleStatus};
pub use listing::decide_listed;
pub use outcome::Outcome;
pub use parquet_file::TableError;
pub use priority::Priority;
pub use reply::{
    FaultyColumn, Problem, Reply, ReplyError, RowFault, find, gather, page as reply_page, plain,
};
pub use write::write;
