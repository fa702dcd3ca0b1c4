//! The comparison: facts in the order of their SQL, rules over them, the three outcomes, evidence.
//!
//! Nothing here decides about a family: a rule finds leads, and everyone it is about is counted in exactly one of
//! hit, clear and insufficient, which is proved before anything is written. A feed that is late never proves that
//! someone has nothing.
//!
//! ```text
//! datasets (as known at t) ─┬─► facts ──► rule's SELECT ──► candidates ──► verdicts ──► counts
//! run.figures, $placeholders ┘                                                └──► leads ──► evidence
//! ```
//!
//! # Decisions
//!
//! - A rule's SELECT gives its whole population, one row a (case, subject), with `hit`. What every rule has in common
//!   (feeds, grace, authorisation, identity in doubt, missing age or standard) is put around it once, as SQL text.
//! - Facts are computed once a night and shared; a rule reads them like any table. What an earlier night computed from the same
//!   is taken over by digest (`reuse`): a fact whole, of a rule what the engine answered.
//! - Rules about a few people that read a register of everybody say so before they group or sort it (`person_id IN (…)`): of a
//!   million people four such rules took 8 seconds, and 1 with it.
//! - What few need is made of few: words about hits before they are joined to everyone looked at, employment one row a person and
//!   not one a month. With subjects counted outside of SQL and files asked by joins first (`engine::asked_first`) the facts and
//!   rules of three million people took 13.8 s instead of 18.1 s on one thread.
//! - A figure is looked up for every division and hukou kind that a case has (`run.figures`), so that a rule's own
//!   SQL needs no prefix search; rules without a case use `$name`, the figure of the run's division.

pub mod calendar;
mod closing;
mod counts;
mod datasets;
mod deliveries;
mod derive;
mod drift;
mod evaluate;
mod evidence;
mod facts;
mod feed_table;
mod feeds;
mod figures;
mod reason;
mod references;
mod reuse;
mod verdict;
mod volume;

pub use closing::Imbalance;
pub use datasets::{Part, add_dataset, add_rows};
pub use deliveries::{Delivered, add_deliveries};
pub use derive::Facts;
pub use drift::{Drift, Part as Share, What};
pub use evaluate::{EvaluateError, Office, Outcome, People, Told, evaluate, judge, lead_id, subject_column};
pub use evidence::evidence_sql;
pub use facts::{FACTS, OrderError, compute, facts_in, needed, ordered};
pub use feed_table::add_feeds;
pub use feeds::{Block, Feed, Feeds, Standing, knows_identities, needs, standing};
pub use figures::{add_figures, set_figures};
pub use references::{Unfound, unfound};
pub use reuse::{Key, Reuse};
pub use verdict::{Judged, Reason, Verdict, facts_read, judging_sql};
pub use volume::{LOOKED_AT, Volume, volume_drop};
