//! A small night for tests: a few words for rules and columns, and leads and evidence made to order.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::{DatasetId, Direction, EvidenceRow, Fen, Lead, LeadStatus, Severity, SubjectKind, Text};

use super::{Calendar, Feed, FieldKind, FieldNote, Legal, ReportInput, RuleNote};

/// Friday 12 June 2026.
pub fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 12).unwrap()
}

/// A night with rules and words and no leads.
pub fn input() -> ReportInput {
    let calendar = include_str!("../../pipelines/reference/holidays.yaml");
    let field = |zh, en, kind| FieldNote { title: Text::new(zh, en), kind, ..FieldNote::default() };
    let mut item = field("发放内容", "Item", FieldKind::Plain);
    item.codes.insert("basic".to_owned(), Text::new("基本救助金", "basic support"));
    ReportInput {
        date: date(),
        run_id: "r-1".to_owned(),
        division: "330300".to_owned(),
        rules: ["D-01", "I-01", "I-02", "I-06", "M-01", "P-01", "S-03"]
            .map(|id| (id.to_owned(), rule(id)))
            .into(),
        feeds: vec![feed()],
        divisions: [("330300", "温州市"), ("330302", "鹿城区"), ("330302001", "五马街道")]
            .map(|(code, name)| (code.to_owned(), name.to_owned()))
            .into(),
        labels: BTreeMap::from([("programme.dibao".to_owned(), Text::new("低保", "dibao"))]),
        fields: BTreeMap::from([
            ("civil_affairs.payments.pay_month".to_owned(), field("发放月份", "Month", FieldKind::Month)),
            ("civil_affairs.payments.amount".to_owned(), field("金额", "Amount", FieldKind::Money)),
            ("civil_affairs.payments.item".to_owned(), item),
        ]),
        calendar: Calendar::parse(calendar, "holidays.yaml").unwrap(),
        ..ReportInput::default()
    }
}

/// A live rule; its group is the letter it begins with.
pub fn rule(id: &str) -> RuleNote {
    RuleNote {
        id: id.to_owned(),
        title: Text::new(format!("规则{id}"), format!("Rule {id}")),
        group: id.chars().take(1).collect(),
        legal: vec![Legal {
            text: Text::new(
                "《社会救助暂行办法》第十三条",
                "Interim Measures for Social Assistance, art. 13",
            ),
            source: "国务院令第649号".to_owned(),
        }],
        innocent: vec![Text::new("同名同号录入错误", "A slip in the number")],
        action: Text::new("下次发放前核实", "Verify before the next payroll"),
        ..RuleNote::default()
    }
}

/// A fresh feed with two rows set aside.
pub fn feed() -> Feed {
    Feed {
        dataset: DatasetId::new("civil_affairs", "payments"),
        title: Text::new("资金发放", "Payments"),
        as_of: NaiveDate::from_ymd_opt(2026, 5, 31),
        fresh_days: 35,
        stale: false,
        off: Vec::new(),
        deliveries: 2,
        rows_in: 100,
        accepted: 97,
        collapsed: 1,
        quarantined_rows: 2,
        quarantined: BTreeMap::from([("bad_check_digit".to_owned(), 2)]),
        repairs: BTreeMap::from([("trimmed".to_owned(), 5)]),
        set_aside_by_agency: 3,
    }
}

/// A listed lead of one household, its direction after its severity.
pub fn lead(id: &str, rule: &str, severity: Severity, household: &str) -> Lead {
    let direction = match severity {
        s if s.is_missed_side() => Direction::Missed,
        Severity::S4 => Direction::Process,
        _ => Direction::Ineligible,
    };
    Lead {
        lead_id: id.to_owned(),
        rule_id: rule.to_owned(),
        direction,
        severity,
        status: LeadStatus::New,
        listed: true,
        stale: false,
        subject_kind: SubjectKind::Household,
        subject: household.to_owned(),
        person_id: None,
        household_id: Some(household.to_owned()),
        case_id: Some("K-1".to_owned()),
        programme: Some("dibao".to_owned()),
        division: "330302001".to_owned(),
        monthly_at_risk: None,
        total_so_far: None,
        evidence_key: "e".to_owned(),
        reason_zh: "户主已于 2026-03-02 死亡，仍在领取".to_owned(),
        reason_en: "The head died on 2026-03-02 and is still paid".to_owned(),
        clears_zh: "死亡登记有误".to_owned(),
        clears_en: "The death record is wrong".to_owned(),
        threshold: None,
        value: None,
        margin: None,
        first_seen: date(),
        last_seen: date(),
    }
}

/// A lead with every figure filled in.
pub fn full_lead(id: &str, rule: &str, severity: Severity, household: &str) -> Lead {
    Lead {
        monthly_at_risk: Some(Fen(119_000)),
        total_so_far: Some(Fen(357_000)),
        threshold: Some("14280".to_owned()),
        value: Some("20000.5".to_owned()),
        margin: Some("5720.5".to_owned()),
        ..lead(id, rule, severity, household)
    }
}

/// One value from a civil affairs dataset as of 31 May 2026.
pub fn evidence(lead: &str, dataset: &str, row: &str, field: &str, value: Option<&str>) -> EvidenceRow {
    EvidenceRow {
        lead_id: lead.into(),
        agency: "civil_affairs".into(),
        dataset: dataset.into(),
        delivery: "payments-2026-05-31-001-abcdef01".into(),
        row: row.to_owned(),
        field: field.into(),
        value: value.map(str::to_owned),
        as_of: NaiveDate::from_ymd_opt(2026, 5, 31).unwrap(),
    }
}
