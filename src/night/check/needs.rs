//! The datasets that a rule reads against those it declares: a need that is not one lets a late feed silence the rule for
//! nothing, and a dataset that is not declared could be late without anyone knowing.

use std::collections::BTreeSet;

use super::Bench;
use crate::{
    compare::FACTS,
    diagnostic::{Code, Diagnostic},
    engine::{Look, TableName},
    model::DatasetId,
    project::{Basis, Rule},
};

/// The keys to the figures of a case stand in its row: reading it for them needs nothing of it.
const CASES: &str = "civil_affairs.cases";

impl Bench<'_> {
    /// Compares the needs with the SQL of the rule and of the facts behind it.
    pub(super) fn needs(&mut self, rule: &Rule, look: &Look) {
        let own = &look.tables;
        // Behind a table that is not there stands nobody knows what: that mistake comes first.
        let Some(read) = self.behind(own) else { return };
        let implied: &[&str] = match (rule.grace, rule.basis) {
            (true, Basis::Consent) => {
                &["civil_affairs.grace_periods", "civil_affairs.authorisations", "civil_affairs.persons"]
            }
            (true, Basis::Statutory) => &["civil_affairs.grace_periods"],
            (false, Basis::Consent) => &["civil_affairs.authorisations", "civil_affairs.persons"],
            (false, Basis::Statutory) => &[],
        };
        for (list, needs) in [("present", &rule.needs.present), ("absent", &rule.needs.absent)] {
            for (at, id) in needs.iter().enumerate() {
                let name = id.to_string();
                let is_known = self.project.contracts.contains_key(id);
                if is_known && !read.contains(&name) && !implied.contains(&name.as_str()) {
                    let (zh, en) = (
                        format!("needs 写了 `{id}`，但 SQL 和所用事实都没有读它"),
                        format!("`{id}` is declared, but neither the SQL nor a fact behind it reads it"),
                    );
                    let place = rule.place(&format!("needs.{list}.{at}"));
                    let unread = Diagnostic::new(Code::NeedsMismatch, &rule.file, zh, en).at(place);
                    self.found.push(unread.help("从 needs 中删去，或在 SQL 中读取", "remove it, or read it"));
                }
            }
        }
        let has_figures = own.contains(&TableName::new("run", "figures"));
        let declared: BTreeSet<String> = rule.needed().into_iter().map(DatasetId::to_string).collect();
        for (table, place) in &look.places {
            let name = table.to_string();
            let is_dataset = self.project.contracts.keys().any(|id| id.to_string() == name);
            if is_dataset && !declared.contains(&name) && !(has_figures && name == CASES) {
                let (zh, en) = (
                    format!("读了 `{name}`，但 needs 没有写"),
                    format!("`{name}` is read and not declared in `needs`"),
                );
                let statement = super::Statement::file(&rule.file, &rule.text);
                let undeclared = Diagnostic::new(Code::NeedsMismatch, &rule.file, zh, en).as_warning();
                let undeclared = undeclared.at(statement.span(Some(*place), None));
                self.found.push(undeclared.help(
                    "命中靠有这一行的写在 present，靠没有的写在 absent",
                    "under `present` where a row makes the hit, under `absent` where a missing one does",
                ));
            }
        }
    }

    /// The datasets behind some tables, through facts; None when a fact cannot be read or is not there.
    fn behind(&self, tables: &[TableName]) -> Option<BTreeSet<String>> {
        let mut open: Vec<TableName> = tables.to_vec();
        let mut seen: BTreeSet<TableName> = BTreeSet::new();
        let mut datasets = BTreeSet::new();
        while let Some(table) = open.pop() {
            if !seen.insert(table.clone()) {
                continue;
            }
            if table.schema == FACTS {
                open.extend(self.reads.get(table.table.as_str())?.iter().cloned());
            } else if !self.engine.has(&table) && !self.unplanned.contains(&table) {
                return None;
            } else {
                datasets.insert(table.to_string());
            }
        }
        Some(datasets)
    }
}
