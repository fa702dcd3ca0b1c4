//! hedui 核对: checks the household economic status of people in social assistance, from what four agencies deliver.
//!
//! Every night keyed-hash records become Arrow tables, plain SQL rules run over them, and review lists come out: people who
//! receive and should perhaps not (错保), people who should receive and do not (漏保). What it finds are **leads, never
//! decisions**: a person visits the family and writes down what they found.
//!
//! # The flow
//!
//! ```text
//!  an agency                                    the office
//!  ─────────                                    ──────────
//!  raw files ─► seal ─► delivery ═► inbox ─► accept ─► acquire ─► store ─► compare ─► report ─► runs/<date>/<run>
//!              (identity)                   signature   text to    snapshots  facts     lists
//!              numbers become tokens        sizes       typed rows quarantine rules     pages
//! ```
//!
//! # Layers
//!
//! A module names only modules above it; `tests/it/layers.rs` reads every `crate::…` path and fails when one points down.
//!
//! | layer | modules |
//! |---|---|
//! | words, tools | [`model`], `threads` |
//! | files that people write | [`diagnostic`], [`identity`], [`contract`], [`parameter`], [`project`] |
//! | stages | [`store`], [`accept`], [`acquire`], [`engine`], [`compare`], [`report`], [`book`] |
//! | orchestration | [`night`], [`seal`], [`synth`] |
//! | shell | [`cli`] |
//!
//! # Invariants
//!
//! - Identity numbers and keys live in [`identity`] alone; nothing else ever sees them, and no message shows them.
//! - A snapshot, a quarantine and a run appear whole or not at all, and are never changed afterwards.
//! - rows in = accepted + collapsed + quarantined, for every delivery.
//! - hit + clear + insufficient = population, for every rule and division, and every hit has one lead; a run that does not
//!   close is not published.
//! - No clock, no randomness and no float money below [`cli`]: the same input gives the same bytes.
//! - Only [`engine`] names DataFusion; only [`store::bucket`] names the client of object storage; only [`cli`] knows clap, terminals, the environment and exit codes.
//!
//! # Glossary
//!
//! | word | 中文 | meaning |
//! |---|---|---|
//! | lead | 线索 | a reason to look at a subject, with its evidence |
//! | subject | 对象 | the person, household or case that a rule is about |
//! | case | 案件 | one line of the assistance register: a household or a person in a programme |
//! | dibao | 低保 | minimum living guarantee |
//! | tekun | 特困 | support of people without family, work or income |
//! | delivery | 交付 | what an agency sends: a signed data package of one dataset |
//! | snapshot | 快照 | the good rows of a delivery, typed, as Parquet |
//! | quarantine | 搁置 | the rows that were set aside, with place and reason |
//! | fact | 事实 | a shared SELECT that rules build on |
//! | figure, parameter | 参数 | a dated, division-scoped number of the law |
//! | token | 令牌 | keyed hash of an identity number |
//! | epoch | 批次 | the time during which one key makes the tokens |
//! | bridge | 桥表 | an agency's signed table from the tokens of one epoch to those of the next |
//! | business date, t | 业务日期 | the day a run is about |
//! | hit, clear, insufficient | 命中、无异常、信息不足 | the three outcomes of a rule for a subject |

pub mod accept;
pub mod acquire;
pub mod book;
pub mod cli;
pub mod compare;
pub mod contract;
pub mod diagnostic;
pub mod engine;
pub mod identity;
pub mod model;
pub mod night;
pub mod parameter;
pub mod project;
pub mod report;
pub mod seal;
pub mod store;
pub mod synth;
mod threads;
