//! What an agency promises to deliver: one Open Data Contract (ODCS v3.1) a dataset, read from `schemas/`.
//!
//! Never looks at data, and never guesses: a contract that contradicts itself is refused with every mistake and its place.
//!
//! # Decisions
//!
//! * Standard ODCS fields come first, so that other tools read the same contract: keys are `primaryKey`, the months of a
//!   by-month delivery are `partitioned`, codes are the `validValues` of a quality check, freshness is a service level.
//! * `customProperties` hold what ODCS has no place for: `type` (the words of [`Kind`]), `title` and `labels` in two
//!   languages, `delivery` and `keepsDifferingRows`, the [`Limits`], `foundIn` (see [`Reference`]), and the name of an `agency`
//!   that the program does not know. What is then said twice (`type` beside `logicalType`, labels beside `validValues`) must agree.
//! * What a single row must satisfy stands in the contract, never in the program: lists, ranges and patterns of a column as ODCS
//!   writes them, and a [`Condition`] over several columns as a `quality` rule of its own engine.
//! * Keys that ODCS knows and we do not read are left alone; keys that ODCS does not know are mistakes. An unknown custom
//!   property is someone else's business, unless it looks like one of ours misspelt.
//! * A description is two lines, Chinese then English.

mod check;
mod codes;
mod column;
mod condition;
mod custom;
mod dataset;
mod delivery;
mod limits;
mod load;
mod range;
mod reference;
mod snapshot;
mod terms;
mod types;

#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod sample;

pub use condition::{Condition, Term};
pub use limits::Limits;
pub use load::{ContractError, SUFFIX, load};
pub use range::{Pattern, Range};
pub use reference::Reference;
pub use terms::{Code, Column, Contract, Delivery, Kind};
