//! `<id>.test.yaml` to [`RuleTests`]: rows completed from the defaults, every mistake with its place.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::NaiveDate;

use super::{
    Expect, ExpectedLead, Feed, MonthRange, RuleTest, RuleTests,
    known::Known,
    rule_read::{dataset, month_range},
    test_rows::{Defaults, Rows, people},
};
use crate::{
    diagnostic::{
        Checked, Code,
        form::{At, Sheet},
        read,
        yaml::{self, Node, Value},
    },
    model::{DatasetId, Digest, Fen, Month},
    parameter::{self, ParameterBook, Place},
};

/// The business date of a test that does not say one.
fn usual_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 15).unwrap_or_default()
}

/// Reads one file of tests.
pub(super) fn load(
    file: &Path,
    rule: &str,
    known: Known<'_>,
    book: &ParameterBook,
    shared: &Defaults,
) -> Checked<Option<RuleTests>> {
    let mut sheet = Sheet::new(file);
    let text = match read(file) {
        Ok(text) => text,
        Err(unreadable) => {
            sheet.found.push(*unreadable);
            return (None, sheet.found);
        }
    };
    let Some(node) = yaml::parse(&text, 0, file, &mut sheet.found) else { return (None, sheet.found) };
    let reader = Reader { book, rows: Rows { known, defaults: shared.clone(), own: BTreeMap::new() } };
    let tests = reader.file(&node, &mut sheet);
    let digest = Digest::of(text.as_bytes());
    let is_whole = !sheet.found.has_errors();
    let tests = tests.map(|tests| RuleTests {
        rule: rule.to_owned(),
        file: file.to_owned(),
        digest,
        tests,
        is_whole,
    });
    (tests, sheet.found)
}

struct Reader<'a> {
    book: &'a ParameterBook,
    rows: Rows<'a>,
}

impl Reader<'_> {
    fn file(mut self, node: &Node, sheet: &mut Sheet) -> Option<Vec<RuleTest>> {
        let mut fields = sheet.fields(node)?;
        if let Some(node) = fields.optional("defaults") {
            self.rows.add_defaults(node, sheet);
        }
        let list = fields.required("tests", sheet).map(|node| sheet.items(node)).unwrap_or_default();
        let tests: Vec<RuleTest> = list.iter().filter_map(|node| self.test(node, sheet)).collect();
        fields.finish(sheet);
        let mut names = BTreeSet::new();
        for test in tests.iter().filter(|test| !names.insert(&test.name)) {
            let (zh, en) = ("已有同名的测试", "another test has this name");
            sheet.report(Code::DuplicateTest, test.place.clone(), zh, en);
        }
        Some(tests)
    }

    fn test(&self, node: &Node, sheet: &mut Sheet) -> Option<RuleTest> {
        let before = sheet.found.counts().0;
        let mut fields = sheet.fields(node)?;
        let name = fields.required("name", sheet).and_then(|node| sheet.text(node));
        let on = match fields.optional("on") {
            Some(node) => sheet.date(node)?.value,
            None => usual_day(),
        };
        let parameters =
            fields.optional("parameters").and_then(|node| self.parameters(node, sheet)).unwrap_or_default();
        let given =
            fields.optional("given").and_then(|node| self.rows.given(node, sheet)).unwrap_or_default();
        let feeds = fields.optional("feeds").and_then(|node| self.feeds(node, on, sheet)).unwrap_or_default();
        let expect = fields.required("expect", sheet).and_then(|node| self.expect(node, sheet));
        fields.finish(sheet);
        // A test with a mistake would fail for another reason than the one it was written for.
        if sheet.found.counts().0 > before {
            return None;
        }
        let (name, expect) = (name?, expect?);
        let people = people(&given);
        let place = name.span();
        let divisions = node.get("given").map(|node| self.rows.divisions(node)).unwrap_or_default();
        Some(RuleTest { place, name: name.value, on, parameters, given, feeds, expect, divisions, people })
    }

    fn parameters(&self, node: &Node, sheet: &mut Sheet) -> Option<BTreeMap<String, Vec<parameter::Value>>> {
        let fields = sheet.fields(node)?;
        let mut all = BTreeMap::new();
        for (key, node) in fields.entries() {
            let Some(parameter) = self.book.catalogue().get(&key.name) else {
                sheet.found.push(self.book.unknown(&key.name, &sheet.file).at(key.span.clone()));
                continue;
            };
            let dated = match &node.value {
                Value::List(items) => {
                    items.iter().all(|item| matches!(item.value, Value::Map(_))).then_some(items)
                }
                _ => None,
            };
            let values = match dated {
                Some(items) => items.iter().filter_map(|item| dated_value(parameter, item, sheet)).collect(),
                None => parameter
                    .figure(node, sheet)
                    .map(|figure| value(figure, node, sheet))
                    .into_iter()
                    .collect(),
            };
            all.insert(key.name.clone(), values);
        }
        Some(all)
    }

    fn feeds(&self, node: &Node, on: NaiveDate, sheet: &mut Sheet) -> Option<BTreeMap<DatasetId, Feed>> {
        let fields = sheet.fields(node)?;
        let mut feeds = BTreeMap::new();
        for (id, node) in self.rows.by_dataset(&fields, sheet) {
            let Some(mut fields) = sheet.fields(node) else { continue };
            let as_of = fields.optional("as_of").and_then(|node| sheet.date(node)).map(|day| day.value);
            let months = fields.optional("months").and_then(|node| months(node, on, sheet));
            let rows = fields.optional("rows").map(|node| sheet.items(node)).unwrap_or_default();
            let rows: Vec<u64> = rows.iter().filter_map(|node| count(node, sheet)).collect();
            let of_rows = |before: u64| rows.last().copied().unwrap_or_default().saturating_sub(before);
            let set_aside = part(fields.optional("set_aside"), of_rows(0), sheet);
            let collapsed = part(fields.optional("collapsed"), of_rows(set_aside), sheet);
            let by_agency = fields.optional("set_aside_by_agency").and_then(|node| count(node, sheet));
            // A row can have several such values; one that has any is set aside.
            let most = if set_aside == 0 { 0 } else { u64::MAX };
            let raw_numbers = part(fields.optional("raw_numbers"), most, sheet);
            let missing = fields.optional("missing").and_then(|node| sheet.truth(node)).unwrap_or(false);
            fields.finish(sheet);
            let set_aside_by_agency = by_agency.unwrap_or_default();
            feeds.insert(
                id,
                Feed { as_of, months, rows, set_aside, collapsed, set_aside_by_agency, raw_numbers, missing },
            );
        }
        Some(feeds)
    }

    fn expect(&self, node: &Node, sheet: &mut Sheet) -> Option<Expect> {
        let mut fields = sheet.fields(node)?;
        let leads = fields.optional("leads").map(|node| sheet.items(node));
        let clear = fields.optional("clear").map(|node| sheet.items(node));
        let mut insufficient = BTreeMap::new();
        if let Some(entries) = fields.optional("insufficient").and_then(|node| sheet.fields(node)) {
            for (key, node) in entries.entries() {
                if let Some(reason) = sheet.text(node) {
                    insufficient.insert(key.name.clone(), reason);
                }
            }
        }
        let population = fields.optional("population").and_then(|node| count(node, sheet));
        let not_run = fields.optional("not_run").and_then(|node| dataset(node, sheet)).map(|id| id.value);
        let nothing = leads.is_none() && clear.is_none() && insufficient.is_empty() && population.is_none();
        if nothing && not_run.is_none() {
            let (zh, en) = ("没有写明期望的结果", "nothing is expected");
            let empty = sheet.diagnostic(Code::NothingExpected, node.span.clone(), zh, en);
            let help = "leads, clear, insufficient, population, not_run";
            sheet.found.push(empty.help(format!("写明 {help} 之一"), format!("write one of {help}")));
        }
        fields.finish(sheet);
        let leads = leads.unwrap_or_default().iter().filter_map(|node| lead(node, sheet)).collect();
        let clear = clear.unwrap_or_default().iter().filter_map(|node| sheet.text(node)).collect();
        Some(Expect { leads, clear, insufficient, population, not_run })
    }
}

fn count(node: &Node, sheet: &mut Sheet) -> Option<u64> {
    let read = sheet.text(node)?.value.parse().ok();
    if read.is_none() {
        sheet.wrong_form(node, "人数、户数或行数", "a count");
    }
    read
}

/// A count of what was delivered, at most `most`; 0 where it is not written.
fn part(node: Option<&Node>, most: u64, sheet: &mut Sheet) -> u64 {
    let Some(node) = node else { return 0 };
    let read = count(node, sheet).unwrap_or_default();
    if read > most {
        sheet.wrong_form(
            node,
            "不多于最近一次交付的行数（rows；先减去 set_aside；没有搁置的行就没有 raw_numbers）",
            "a count within the last of `rows` less `set_aside` (and no `raw_numbers` without rows set aside)",
        );
    }
    read
}

/// `M-12..M-1`, or a list of `YYYY-MM`.
fn months(node: &Node, on: NaiveDate, sheet: &mut Sheet) -> Option<Vec<Month>> {
    if let Value::List(items) = &node.value {
        let one = |node: &Node, sheet: &mut Sheet| {
            let read = sheet.text(node)?.value.parse::<Month>().ok();
            if read.is_none() {
                sheet.wrong_form(node, "月份（YYYY-MM）", "a month (YYYY-MM)");
            }
            read
        };
        return Some(items.iter().filter_map(|node| one(node, sheet)).collect());
    }
    let range: MonthRange = month_range(node, sheet)?;
    Some(range.months(Month::of(on)).collect())
}

/// A value that holds everywhere and always.
fn value(figure: parameter::Figure, node: &Node, sheet: &Sheet) -> parameter::Value {
    let (file, span) = (sheet.file.clone(), node.span.clone());
    let place = Place { file, division: span.clone(), span, cell: None, division_cell: None };
    parameter::Value {
        division: "000000".into(),
        hukou_kind: None,
        from: NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default(),
        figure,
        source: String::new(),
        verified: false,
        place,
    }
}

/// `{division, hukou_kind, from, value}`, all but the value optional.
fn dated_value(parameter: &parameter::Parameter, node: &Node, sheet: &mut Sheet) -> Option<parameter::Value> {
    let mut fields = sheet.fields(node)?;
    let division = fields.optional("division").and_then(|node| sheet.text(node));
    let hukou_kind = fields.optional("hukou_kind").and_then(|node| sheet.text(node));
    let from = fields.optional("from").and_then(|node| sheet.date(node));
    let written = fields.required("value", sheet);
    fields.finish(sheet);
    let mut value = value(parameter.figure(written?, sheet)?, node, sheet);
    value.division = division.map_or(value.division, |text| text.value);
    value.hukou_kind = hukou_kind.map(|text| text.value);
    value.from = from.map_or(value.from, |day| day.value);
    Some(value)
}

fn lead(node: &Node, sheet: &mut Sheet) -> Option<ExpectedLead> {
    let mut fields = sheet.fields(node)?;
    let subject = fields.required("subject", sheet).and_then(|node| sheet.text(node));
    let severity =
        fields.optional("severity").and_then(|n| sheet.word(n, &["S1", "S2", "S3", "S4", "M1", "M2", "M3"]));
    let direction =
        fields.optional("direction").and_then(|n| sheet.word(n, &["ineligible", "missed", "process"]));
    let mut text = |name: &'static str, sheet: &mut Sheet| -> Option<At<String>> {
        fields.optional(name).and_then(|node| sheet.text(node))
    };
    let (case_id, value, threshold) =
        (text("case_id", sheet), text("value", sheet), text("threshold", sheet));
    let (reason_zh, reason_en) = (text("reason_zh", sheet), text("reason_en", sheet));
    let monthly_at_risk = fields.optional("monthly_at_risk").and_then(|node| money(node, sheet));
    let total_so_far = fields.optional("total_so_far").and_then(|node| money(node, sheet));
    let stale = fields.optional("stale").and_then(|node| sheet.truth(node));
    let withheld = fields.optional("withheld").and_then(|node| sheet.truth(node));
    fields.finish(sheet);
    let plain = |text: Option<At<String>>| text.map(|text| text.value);
    Some(ExpectedLead {
        subject: subject?,
        severity,
        direction,
        case_id: plain(case_id),
        value: plain(value),
        threshold: plain(threshold),
        monthly_at_risk,
        total_so_far,
        reason_zh: plain(reason_zh),
        reason_en: plain(reason_en),
        stale,
        withheld,
    })
}

fn money(node: &Node, sheet: &mut Sheet) -> Option<Fen> {
    let read = sheet.text(node)?.value.parse().ok();
    if read.is_none() {
        sheet.wrong_form(node, "金额（元）", "an amount in yuan");
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{contract, project::TestValue};

    const TESTS: &str = "\
defaults:
  civil_affairs.payments: {case_id: C1, programme: dibao, item: basic, sequence: 1, amount: 1000.00, division: \"330302001\"}
tests:
  - name: 死亡次月仍发放低保，应有线索
    on: 2026-01-31
    parameters: {death_lag: 0, dibao_standard: [], care_grade3_kinds: [\"5\"]}
    given:
      civil_affairs.deaths:
        - {record_id: \"r{n}\", person_id: 甲, died_on: 2025-11-03, source: cremation}
      civil_affairs.payments:
        - {person_id: 乙, pay_month: 2025-12}
        - {person_id: 甲, 发放金额: 800.5, pay_month: 2025-12}
    feeds:
      civil_affairs.deaths: {as_of: 2026-01-01}
      civil_affairs.payments: {months: M-2..M-1}
    expect:
      leads: [{subject: 甲, severity: S2, stale: true, total_so_far: 800.50}]
      clear: [乙]
      insufficient: {丙: not authorised}
      population: 3
";

    fn load_text(text: &str) -> Checked<Option<RuleTests>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (contracts, _) = contract::load(&[root.join("schemas")]);
        let (book, _) = ParameterBook::load(&[root.join("pipelines/parameters")]);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("D-01.test.yaml");
        std::fs::write(&file, text).unwrap();
        let broken = BTreeSet::new();
        load(&file, "D-01", Known { contracts: &contracts, broken: &broken }, &book, &Defaults::new())
    }

    #[test]
    fn a_test_is_read_into_typed_rows_and_expectations() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (contracts, _) = contract::load(&[root.join("schemas")]);
        let payments: DatasetId = "civil_affairs.payments".parse().unwrap();
        let contract = &contracts[&payments];
        let header = &contract.columns[contract.column("amount").unwrap()].header_zh;
        let (tests, found) = load_text(&TESTS.replace("发放金额", header));
        assert!(found.is_empty(), "{found:?}");
        let test = tests.unwrap().tests.remove(0);
        assert_eq!(test.people, BTreeMap::from([("乙".to_owned(), 1), ("甲".to_owned(), 2)]));
        let cell =
            |row: usize, column: &str| &test.given[&payments][row].values[contract.column(column).unwrap()];
        assert_eq!(cell(0, "amount"), &TestValue::Decimal(100_000), "from the defaults");
        assert_eq!(cell(1, "amount"), &TestValue::Decimal(80_050), "by the Chinese header");
        assert_eq!(cell(1, "person_id"), &TestValue::Person("甲".into()));
        assert_eq!(cell(1, "pay_month"), &TestValue::Date(NaiveDate::from_ymd_opt(2025, 12, 1).unwrap()));
        assert!(test.parameters["dibao_standard"].is_empty());
        assert_eq!(test.parameters["care_grade3_kinds"][0].figure.to_string(), "5");
        let months: Vec<String> =
            test.feeds[&payments].months.iter().flatten().map(ToString::to_string).collect();
        assert_eq!(months, ["2025-11", "2025-12"]);
        let lead = &test.expect.leads[0];
        assert_eq!(
            (lead.subject.value.as_str(), lead.stale, lead.total_so_far),
            ("甲", Some(true), Some(Fen(80_050)))
        );
        assert_eq!(test.expect.insufficient["丙"].value, "not authorised");
    }

    #[test]
    fn a_test_with_a_mistake_is_left_out_and_the_others_stay() {
        let broken = TESTS.replace("发放金额", "amount").replace("severity: S2", "severity: S9");
        let (tests, found) = load_text(&format!("{broken}  - {{name: 空, expect: {{leads: []}}}}\n"));
        assert_eq!(tests.unwrap().tests.len(), 1);
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::UnknownWord]);
    }
}
