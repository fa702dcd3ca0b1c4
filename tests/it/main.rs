//! hedui from outside: the program that was built is started as people and schedulers start it, and what it says, writes
//! and leaves behind is looked at. Nothing here calls into the library but `hostile`, which throws bytes at its doors.
//!
//! One binary, one module a theme; the names of the tests are sentences. `city` makes the sample city's deliveries once
//! with the keys of `tests/golden/keys`, and every test works on copies in a folder of its own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test ends where something is not as it must be"
)]

mod approvals;
mod bombs;
mod broken_deliveries;
mod broken_files;
mod broken_rules;
mod broken_store;
#[cfg(feature = "s3")]
mod bucket;
mod city;
mod closing;
mod cluster;
mod demo;
mod door;
mod drift;
mod golden;
mod hostile;
mod interrupted;
mod keys;
mod layers;
mod mistakes;
mod mutants;
mod outcomes;
mod package;
mod program;
mod rekey;
mod rule_book;
mod second_night;
mod small_city;
#[cfg(feature = "s3")]
mod storage;
mod table;
mod terminal;
mod tree;
mod truth;
mod vehicles;
