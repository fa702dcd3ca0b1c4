//! The layers that bytes from outside come through, without those above them, so that fuzzing builds no engine.
//!
//! It holds no code of its own: what is fuzzed is what the program runs.

#![allow(missing_docs, reason = "the modules have their own")]

#[path = "../../../src/accept/mod.rs"]
pub mod accept;
#[path = "../../../src/acquire/mod.rs"]
pub mod acquire;
#[path = "../../../src/contract/mod.rs"]
pub mod contract;
#[path = "../../../src/diagnostic/mod.rs"]
pub mod diagnostic;
#[path = "../../../src/identity/mod.rs"]
pub mod identity;
#[path = "../../../src/model/mod.rs"]
pub mod model;
#[path = "../../../src/parameter/mod.rs"]
pub mod parameter;
#[path = "../../../src/project/mod.rs"]
pub mod project;
#[path = "../../../src/store/mod.rs"]
pub mod store;
