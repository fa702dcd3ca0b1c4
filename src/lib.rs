//! hedui
pub mod model;
pub mod diagnostic;
pub mod identity;
pub mod contract;
pub mod parameter;
pub mod project;
pub mod store;
pub mod accept;
pub mod acquire;
pub mod engine;
pub mod compare;
pub mod report;
pub mod night;
pub mod seal;
pub mod synth;
pub mod cli;
