//! What can be wrong between files: datasets, columns, parameters, groups, templates, tests. Pure: reads no file.

use std::{collections::BTreeSet, ops::Range};

use super::{
    Basis, Inputs, Project, Rule, Template,
    known::{Known, unknown_column},
};
use crate::{
    contract::Delivery,
    diagnostic::{Code, Diagnostic, Diagnostics},
    model::{DatasetId, Direction, Text},
};

impl Project {
    pub(super) fn known(&self) -> Known<'_> {
        Known { contracts: &self.contracts, broken: &self.broken }
    }

    /// Everything that this module can see without planning SQL, of the files as loaded.
    pub(super) fn check(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        if let Inputs::Some(inputs) = &self.pipeline.inputs {
            for input in inputs {
                found.extend(self.known().unknown_dataset(&input.value, &self.pipeline.file, input.span()));
            }
        }
        found.append(self.check_facts());
        for rule in self.rules.values() {
            let mut check = Check { project: self, rule, found: Diagnostics::new() };
            check.all();
            found.append(check.found);
        }
        found
    }
}

/// The checks of one rule.
pub(super) struct Check<'a> {
    pub(super) project: &'a Project,
    pub(super) rule: &'a Rule,
    pub(super) found: Diagnostics,
}

impl Check<'_> {
    fn all(&mut self) {
        self.datasets();
        self.months();
        self.severity();
        self.templates();
        self.grounds();
        self.parameters();
        self.tests();
    }

    pub(super) fn report(&mut self, code: Code, path: &str, zh: impl Into<String>, en: impl Into<String>) {
        let place = self.rule.place(path);
        self.found.push(Diagnostic::new(code, &self.rule.file, zh, en).at(place));
    }

    fn datasets(&mut self) {
        let (rule, known) = (self.rule, self.project.known());
        let lists = [
            ("population", &rule.population),
            ("needs.present", &rule.needs.present),
            ("needs.absent", &rule.needs.absent),
        ];
        for (path, list) in lists {
            for (at, id) in list.iter().enumerate() {
                let place = rule.place(&format!("{path}.{at}"));
                self.found.extend(known.unknown_dataset(id, &rule.file, place));
            }
        }
        let mut seen = BTreeSet::new();
        for (path, list) in lists.into_iter().skip(1) {
            for (at, id) in list.iter().enumerate().filter(|(_, id)| !seen.insert(*id)) {
                let (zh, en) =
                    (format!("`{id}` 在 needs 中写了两次"), format!("`{id}` stands twice among the needs"));
                let place = rule.place(&format!("{path}.{at}"));
                let twice = Diagnostic::new(Code::NeededTwice, &rule.file, zh, en).at(place);
                self.found.push(
                    twice.help("两者皆需时只写在 absent", "where both hold, write it under `absent` only"),
                );
            }
        }
        // A rule about the feeds themselves looks at every one of them.
        let needs_population = !rule.subject.is_of_feeds();
        if needs_population && rule.population.is_empty() && rule.places.contains_key("population") {
            let (zh, en) =
                ("没有写明核对对象（population）来自哪个数据集", "no dataset defines the population");
            let place = rule.place("population");
            let empty = Diagnostic::new(Code::NoPopulation, &rule.file, zh, en).at(place);
            self.found.push(empty.help(
                "写明“核对谁”所在的数据集，例如 [civil_affairs.cases]",
                "name the dataset in which those it is about stand, for example [civil_affairs.cases]",
            ));
        }
        for (at, id) in rule.population.iter().enumerate().filter(|(_, id)| !rule.needed().contains(id)) {
            let (zh, en) = (
                format!("`{id}` 决定核对对象，但不在 needs 中"),
                format!("`{id}` defines the population and is not among the needs"),
            );
            self.report(Code::PopulationNotNeeded, &format!("population.{at}"), zh, en);
        }
        for (at, evidence) in rule.evidence.iter().enumerate() {
            let Some(contract) = known.contracts.get(&evidence.dataset) else {
                let place = rule.place(&format!("evidence.{at}.dataset"));
                self.found.extend(known.unknown_dataset(&evidence.dataset, &rule.file, place));
                continue;
            };
            for (field_at, field) in evidence.fields.iter().enumerate() {
                let place = rule.place(&format!("evidence.{at}.fields.{field_at}"));
                self.found.extend(unknown_column(contract, field, &rule.file, place));
            }
        }
    }

    fn months(&mut self) {
        let (rule, known) = (self.rule, self.project.known());
        let by_month = |id: &DatasetId| {
            known
                .contracts
                .get(id)
                .is_some_and(|contract| matches!(contract.delivery, Delivery::ByMonth { .. }))
        };
        for (at, id) in rule.needs.absent.iter().enumerate() {
            if by_month(id) && !rule.needs.months.contains_key(id) {
                let (zh, en) = (
                    format!("按月报送的 `{id}` 缺少所看月份"),
                    format!("the months that `{id}` is looked at for are missing"),
                );
                let place = rule.place(&format!("needs.absent.{at}"));
                let missing = Diagnostic::new(Code::MonthsMissing, &rule.file, zh, en).at(place);
                let help = format!("months: {{{id}: M-1..M-1}}");
                self.found.push(missing.help(format!("例如 {help}"), format!("for example {help}")));
            }
        }
        for id in rule.needs.months.keys() {
            let path = format!("needs.months.{id}");
            if !known.contracts.contains_key(id) {
                let place = rule.place(&path);
                self.found.extend(known.unknown_dataset(id, &rule.file, place));
            } else if !by_month(id) || !rule.needs.absent.contains(id) {
                let (zh, en) = (
                    format!("`{id}` 不是 absent 中按月报送的数据集"),
                    format!("`{id}` is not a by-month dataset that is needed absent"),
                );
                self.report(Code::MonthsMisplaced, &path, zh, en);
            }
        }
    }

    fn severity(&mut self) {
        let rule = self.rule;
        let missed = rule.direction == Direction::Missed;
        if rule.severity.is_missed_side() != missed {
            let (severity, direction) = (rule.severity, rule.direction);
            let (zh, en) = (
                format!("方向 {direction} 不能用严重度 {severity}"),
                format!("the severity {severity} does not go with the direction {direction}"),
            );
            let place = rule.place("severity");
            let wrong = Diagnostic::new(Code::SeverityMismatch, &rule.file, zh, en).at(place);
            self.found
                .push(wrong.help("漏保用 M1–M3，其余用 S1–S4", "M1–M3 for missed, S1–S4 for the others"));
        }
    }

    fn templates(&mut self) {
        let rule = self.rule;
        let texts: [(&str, &Text); 3] =
            [("reason", &rule.reason), ("clears", &rule.clears), ("action", &rule.action)];
        for (path, text) in texts {
            let zh = self.template(&format!("{path}.zh"), &text.zh);
            let en = self.template(&format!("{path}.en"), &text.en);
            let (Some(zh), Some(en)) = (zh, en) else { continue };
            if path == "reason" && zh.is_empty() && en.is_empty() {
                let (zh, en) = ("理由没有写出任何具体数值", "the reason shows no value of the case");
                self.report(Code::EmptyTemplate, "reason", zh, en);
            }
            // `what` and `what_en`, `stage` and `stage_name` are one value in two wordings.
            let value = |name: &String| -> String {
                let stem = ["_zh", "_en", "_name"].iter().find_map(|ending| name.strip_suffix(ending));
                stem.unwrap_or(name).to_owned()
            };
            let (zh, en): (BTreeSet<_>, BTreeSet<_>) =
                (zh.iter().map(value).collect(), en.iter().map(value).collect());
            let differing: Vec<String> = zh.symmetric_difference(&en).cloned().collect();
            if !differing.is_empty() {
                let list = differing.join(", ");
                let (zh, en) = (
                    format!("中英文显示的列不同：{list}"),
                    format!("the two languages show different columns: {list}"),
                );
                self.report(Code::UnevenTemplate, path, zh, en);
            }
        }
    }

    /// The columns of a template, or None and a diagnostic.
    fn template(&mut self, path: &str, text: &str) -> Option<BTreeSet<String>> {
        match Template::parse(text) {
            Ok(template) => Some(template.columns().map(str::to_owned).collect()),
            Err(bad) => {
                let place = self.inside(path, text, bad.at);
                self.found
                    .push(Diagnostic::new(Code::BadTemplate, &self.rule.file, bad.zh, bad.en).at(place));
                None
            }
        }
    }

    /// The place of a byte of a value: exact where the value stands in the file as it is, else the whole value.
    fn inside(&self, path: &str, text: &str, at: usize) -> Range<usize> {
        let place = self.rule.place(path);
        let written = self.rule.text.get(place.clone()).unwrap_or_default();
        let rest = text.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        match written.rfind(rest).filter(|_| !rest.is_empty()) {
            Some(offset) => place.start + offset..place.start + offset + 1,
            None => place,
        }
    }

    fn grounds(&mut self) {
        let rule = self.rule;
        if rule.direction == Direction::Ineligible && rule.innocent.is_empty() {
            let (zh, en) = ("没有写明无辜情形（innocent）", "no innocent explanation is given");
            self.report(
                Code::NoInnocent,
                if rule.places.contains_key("innocent") { "innocent" } else { "direction" },
                zh,
                en,
            );
        }
        let written = rule.places.contains_key("legal.0");
        if !written {
            let statutory = rule.basis == Basis::Statutory;
            let zh = if statutory { "依法核对的规则没有法律依据" } else { "没有法律依据" };
            let path = if rule.places.contains_key("legal") { "legal" } else { "basis" };
            self.report(Code::NoLegalSource, path, zh, "no legal basis is given");
        }
    }
}
