//! Dated, division-scoped figures: the law over time, and the law on a day in a place.
//!
//! No figure of a regulation stands in Rust: names, units, bounds and values come from `pipelines/parameters/` and, where a
//! reference folder holds one, from `standards.csv`. Never fills a gap with a default of its own.
//!
//! # Decisions
//!
//! * `catalogue.yaml` says which names there are, of what kind and unit; the other files of the folder hold values by theme.
//! * All rows of a name that `standards.csv` holds take the place of all YAML values of that name. Merging the two would let
//!   a forgotten YAML row shine through for one county, and nobody reading the table would see it.
//! * A default for the whole country has the division `000000`: its stem is empty, so it lies at the end of every lookup.
//! * A figure without a source is an error when it says `verified: true` and a warning otherwise.

mod book;
mod catalogue;
mod column;
mod complaint;
mod divisions;
mod figure;
mod standards;
mod values;

pub use book::{HUKOU_KINDS, ParameterBook, Place, Value};
pub use catalogue::{Catalogue, Kind, Parameter};
pub use column::{Column, ColumnKind, ColumnValue};
pub use divisions::{Division, DivisionLevel, Divisions};
pub use figure::{BadFigure, Decimal, Figure};
