//! `pipelines/` and `schemas/` loaded whole: contracts, facts, rules with their unit tests, parameters, divisions.
//!
//! Every mistake of every file is collected with its place; nothing is run and no data is touched. What only a planner of SQL
//! can see (tables, columns, types) is checked by `compare`, on what this module has loaded.
//!
//! # Decisions
//!
//! * A rule's file is one text: the front matter is a block comment, so the whole file is valid SQL and every place, in YAML or
//!   in SQL, is a byte of the same file.
//! * The groups of rules are folders, named and titled in `rules/groups.yaml`, so that a misspelt folder is a diagnostic and
//!   not a new group.
//! * A pipeline may name several folders of contracts, facts, rules and parameters. A later one adds and never replaces:
//!   whoever reads a rule must not have to know whether another folder overrides it.
//! * A parameter counts as used when the rule's SQL or a fact that it reads, directly or through others, names it.

mod approvals;
mod check;
mod check_parameters;
mod check_tests;
mod fact;
mod folder;
mod front;
mod group;
mod known;
mod load;
mod months;
mod pipeline;
mod rule;
mod rule_read;
mod schedule;
mod survivors;
mod template;
mod test_file;
mod test_read;
mod test_rows;
mod test_value;
mod words;

pub use approvals::{Approval, ApprovalState, Approvals};
pub use fact::Fact;
pub use load::Project;
pub use months::{BadMonthRange, MonthRange, Step};
pub use pipeline::{Inputs, Pipeline};
pub use rule::{Basis, Evidence, Legal, Needs, Rule, Status};
pub use schedule::{BadSchedule, Schedule, Timezone};
pub use survivors::{Survivor, survivors};
pub use template::{BadTemplate, Template};
pub use test_file::{Expect, ExpectedLead, Feed, RuleTest, RuleTests, TestRow};
pub use test_value::TestValue;
pub use words::{Word, is_given, words};

#[cfg(test)]
mod cases;
