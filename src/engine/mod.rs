//! The SQL engine behind one door: sessions, tables, planning with places, results in memory or as Parquet.
//!
//! This is the only module that names DataFusion and Ballista, so that the engine can change without the rules or the
//! stages noticing. It never decides what a result means.
//!
//! # Decisions
//!
//! - Placeholders such as `$t` are replaced in the parsed statement by typed literals, not bound as parameters:
//!   a literal has a type everywhere (`coalesce(f.x, $x)` plans), filters on it reach the Parquet reader, and a
//!   placeholder without a value is found while planning, with its place, instead of at execution.
//! - String columns stay `Utf8` instead of views: sorting and hashing of long keys is faster (the facts of three million people
//!   took a fifth longer with views), and what a cluster returns has the same type.
//! - Facts are kept as plain Parquet files, one a thread; the digests of files and rows are taken while they are written. Packed
//!   with zstd by one thread, the largest fact took twice the time.
//! - A fact over a large snapshot is computed a stretch of its people (or cases) at a time, see `stretches.rs`: of three million
//!   people within 4 GiB the largest fact took 9.4 s and 1.0 GB whole, 2.4 s and 0.1 GB in stretches. Only there does the order of
//!   a snapshot, which is declared, pay: groups are given away as soon as a person ends.
//! - Rules run side by side with one thread each rather than one after the other with all: less is handed from thread to thread.
//! - The engine is slow at `count(DISTINCT x)` beside other aggregates over many groups, and at windows over many small
//!   partitions; it computes a common table expression anew wherever it is named. Of a million people this was a third of the
//!   night and four fifths of its memory. `min(x) <> max(x)`, a join with the aggregate, and a fact of its own say the same.
//! - Small tables that many statements read lie in memory, see `held.rs`, and evidence is picked with filters inside the Parquet
//!   reader, which elsewhere cost as much as they saved. With that and fewer digests of rows a run over three million people took
//!   33 to 35 s instead of 36 to 37 s (two threads, in turn, twice).
//! - Rules cut into stretches, as facts are, took as long as whole: their time goes into joins.
//! - Tried and left out: one pass of the optimizer instead of three (planning the rules of three million people took 1.2 s instead of
//!   1.3 s, the rules as a whole as long as before) and the engine's statistics registry (two large statements took as long).
//! - Tried and left out: twice as many partitions as threads.
//! - Tried and left out: other allocators, linked in, in turn with the C library's, two cores. Google's TCMalloc was a little faster
//!   (the night of a million 11.0 to 13.0 s instead of 11.8 to 14.2, of three million 27.4 to 32.1 s instead of 29.6 to 31.5, with
//!   the same memory), but the crate that brings it (`tcmalloc-better`) has had no version since June 2025 and needs a C++ compiler
//!   and its library. mimalloc was no faster (11.7 to 13.3 s) and took 1.1 to 1.3 GB instead of 0.7 to 1.1; jemalloc, preloaded, was
//!   slower. Whoever has TCMalloc can preload it. `main.rs` has how the C library's is set.

mod address;
mod asked_first;
mod bind;
mod cells;
#[cfg(feature = "cluster")]
mod cluster;
#[cfg(not(feature = "cluster"))]
#[path = "no_cluster.rs"]
mod cluster;
mod distinct;
mod fault;
mod files;
mod held;
mod keeping;
mod look;
mod mutants;
mod planned;
mod ready;
mod remote;
mod rows_digest;
mod running;
mod session;
mod stretches;

pub use address::{Address, AddressError, ClusterError, ExecutorSetting, SchedulerSetting, Storage};
pub use bind::Placeholders;
pub use cells::{Cell, cell};
pub use cluster::{Cluster, listen, serve_executor, serve_scheduler};
pub use fault::{EngineError, FaultKind, SqlFault, SqlPlace};
pub use keeping::{KeptFile, KeptRows};
pub use look::{Look, Unsteadiness, Unsteady};
pub use mutants::{Mutant, mutants};
pub use planned::Planned;
pub use rows_digest::rows_digest;
pub use session::{Engine, Limits, TableName};

/// The engine's version, which the manifest of a run names.
pub const VERSION: &str = datafusion::DATAFUSION_VERSION;
