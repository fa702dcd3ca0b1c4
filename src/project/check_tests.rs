//! Whether a rule's unit tests cover it: there are some, and each of the three outcomes is expected somewhere.

use super::{Basis, Rule, RuleTests, check::Check, folder, words};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics},
    model::Severity,
    parameter::Divisions,
};

impl Check<'_> {
    /// Reports a rule without tests, and an outcome that no test expects.
    pub(super) fn tests(&mut self) {
        let id = folder::stem(&self.rule.file, ".sql").unwrap_or_default();
        if !self.project.test_files.contains(&id) {
            let (zh, en) = (
                format!("缺少单元测试 {id}.test.yaml"),
                format!("the unit tests {id}.test.yaml are missing"),
            );
            self.report(Code::NoRuleTest, "id", zh, en);
            return;
        }
        // A file that did not read whole was reported.
        let Some(tests) = self.project.tests.get(&id).filter(|tests| tests.is_whole) else { return };
        if tests.tests.is_empty() {
            let (zh, en) = (format!("{id}.test.yaml 中没有测试"), format!("{id}.test.yaml holds no test"));
            self.report(Code::NoRuleTest, "id", zh, en);
            return;
        }
        let never = [
            (!tests.expects_hit(), "命中", "a lead"),
            (!tests.expects_clear(), "无异常", "a clear subject"),
            (
                !tests.expects_insufficient() && can_be_insufficient(self.rule),
                "信息不足",
                "an insufficient subject",
            ),
        ];
        let missing: Vec<_> = never.into_iter().filter(|(is_missing, ..)| *is_missing).collect();
        if !missing.is_empty() {
            let (zh, en): (Vec<&str>, Vec<&str>) = missing.into_iter().map(|(_, zh, en)| (zh, en)).unzip();
            let (zh, en) = (zh.join("、"), en.join(", "));
            let (zh, en) = (format!("没有测试期望“{zh}”"), format!("no test expects {en}"));
            let place = tests.tests.first().map_or(0..0, |test| test.place.clone());
            let one_sided = Diagnostic::new(Code::OneSidedTests, &tests.file, zh, en).at(place);
            self.found.push(one_sided.help(
                "补上这样的测试：只测一面的规则，错了也看不出来",
                "add such a test: a rule that is tried from one side can be wrong on the other",
            ));
        }
    }
}

impl RuleTests {
    fn expects_hit(&self) -> bool {
        self.tests.iter().any(|test| !test.expect.leads.is_empty())
    }

    fn expects_clear(&self) -> bool {
        self.tests.iter().any(|test| {
            let expect = &test.expect;
            let others = expect.leads.len() + expect.insufficient.len();
            let rest =
                expect.population.is_some_and(|all| usize::try_from(all).is_ok_and(|all| all > others));
            !expect.clear.is_empty() || rest
        })
    }

    fn expects_insufficient(&self) -> bool {
        self.tests.iter().any(|test| !test.expect.insufficient.is_empty())
    }

    /// Reports every division in a given row that does not exist on the test's day.
    pub(super) fn check_divisions(&self, divisions: &Divisions) -> Diagnostics {
        let mut found = Diagnostics::new();
        for test in &self.tests {
            for code in &test.divisions {
                let wrong = divisions.complaint(&code.value, Some(test.on), &self.file);
                found.extend(wrong.map(|wrong| wrong.at(code.span())));
            }
            for value in test.parameters.values().flatten() {
                let wrong = divisions.complaint(&value.division, None, &self.file);
                found.extend(wrong.map(|wrong| wrong.at(value.place.division.clone())));
            }
        }
        found
    }
}

/// Whether there is a way to be insufficient: a dataset that can be late or missing, an authorisation, a doubtful identity, or
/// a column of the result that says so.
fn can_be_insufficient(rule: &Rule) -> bool {
    let may_be_missing = rule.needs.present.iter().any(|id| !rule.population.contains(id));
    let is_withheld = matches!(rule.severity, Severity::S1 | Severity::S2);
    let says_so = || {
        let columns = ["no_age", "no_members", "no_standard", "not_authorised"];
        words(&rule.text).iter().any(|word| columns.contains(&word.text))
    };
    !rule.needs.absent.is_empty()
        || may_be_missing
        || rule.basis == Basis::Consent
        || is_withheld
        || says_so()
}
