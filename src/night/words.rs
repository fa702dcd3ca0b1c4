//! The words of contracts, rules and feeds, as the report needs them. Only carries over; never words of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Intake, Order, RunPlan, intake::Fate};
use crate::{
    acquire::{self, Repair},
    compare::{Drift, Outcome, Reason},
    contract::Contract,
    model::{CoverageRow, DatasetId, Fen, Lead, Text},
    parameter::{Figure, Value},
    project::{Rule, Status},
    report::{Feed, FieldNote, Legal, Refused, RuleNote, RuleStatus},
};

/// Why a rule was not evaluated.
pub fn not_run(outcome: &Result<Outcome, String>) -> Option<Text> {
    match outcome {
        Ok(outcome) => outcome.not_run.as_ref().map(|dataset| {
            Text::new(format!("{dataset} 从未交付"), format!("{dataset} was never delivered"))
        }),
        Err(error) => Some(Text::new(format!("未能运行：{error}"), format!("could not be run: {error}"))),
    }
}

/// A rule for the report.
pub fn rule_note(
    rule: &Rule,
    outcome: Option<&Result<Outcome, String>>,
    held_back: Option<Text>,
) -> RuleNote {
    RuleNote {
        id: rule.id.clone(),
        title: rule.title.clone(),
        group: rule.group.clone(),
        status: match rule.status {
            Status::Draft => RuleStatus::Draft,
            Status::Pilot => RuleStatus::Pilot,
            Status::Live => RuleStatus::Live,
            Status::Suspended => RuleStatus::Suspended,
            Status::Retired => RuleStatus::Retired,
        },
        legal: rule
            .legal
            .iter()
            .map(|legal| Legal { text: legal.text.clone(), source: legal.source.clone() })
            .collect(),
        innocent: rule.innocent.clone(),
        action: rule.action.clone(),
        unit: rule.unit.clone(),
        never_alone: rule.never_alone,
        not_run: outcome.and_then(not_run),
        held_back,
    }
}

/// Every dataset, with what became of the rows that the run rests on.
pub fn feeds(order: &Order<'_>, plan: &RunPlan) -> Vec<Feed> {
    let feed = |contract: &Contract| {
        let resolved = plan.inputs.get(&contract.id);
        let standing = plan.feeds.get(&contract.id);
        let mut feed = Feed {
            dataset: contract.id.clone(),
            title: contract.title.clone(),
            as_of: standing.and_then(|standing| standing.as_of),
            fresh_days: contract.fresh_days,
            stale: standing.is_some_and(|standing| standing.is_stale(order.t)),
            off: standing.iter().flat_map(|standing| &standing.drift).map(Drift::text).collect(),
            deliveries: 0,
            rows_in: 0,
            accepted: 0,
            collapsed: 0,
            quarantined_rows: 0,
            quarantined: BTreeMap::new(),
            repairs: BTreeMap::new(),
            set_aside_by_agency: 0,
        };
        for part in resolved.iter().flat_map(|resolved| &resolved.parts) {
            let counts = &part.snapshot.record.counts;
            feed.deliveries += 1;
            feed.rows_in += counts.rows;
            feed.accepted += counts.accepted;
            feed.collapsed += counts.collapsed;
            feed.quarantined_rows += counts.quarantined;
            feed.set_aside_by_agency += counts.set_aside_by_agency;
            add(&mut feed.quarantined, &counts.reasons);
            add(&mut feed.repairs, &counts.repairs);
        }
        feed
    };
    order.project.contracts.values().map(feed).collect()
}

fn add(sums: &mut BTreeMap<String, u64>, counts: &BTreeMap<String, u64>) {
    for (name, count) in counts {
        *sums.entry(name.clone()).or_default() += count;
    }
}

/// The deliveries that were not taken in.
pub fn refused(intake: &Intake) -> Vec<Refused> {
    let refused = intake.deliveries.iter().filter_map(|delivery| match &delivery.fate {
        Fate::Refused(refused) => {
            let (what, hint) = (refused.verdict.what(), refused.verdict.hint());
            Some(Refused {
                delivery: delivery.delivery.clone(),
                agency: Some(delivery.agency.clone()),
                dataset: delivery.dataset.clone(),
                code: refused.verdict.code(),
                message: Text::new(format!("{}。{}", what.zh, hint.zh), format!("{}; {}", what.en, hint.en)),
            })
        }
        Fate::TakenIn(_) | Fate::Bridge(_) | Fate::Known | Fate::NotYet => None,
    });
    refused.collect()
}

/// Words for codes by list: `programme.dibao`, `quarantine.bad_date`, `repair.date_form`.
pub fn labels<'a>(contracts: impl Iterator<Item = &'a Contract>) -> BTreeMap<String, Text> {
    let mut labels = BTreeMap::new();
    for contract in contracts {
        if let Some(title) = &contract.agency_title {
            labels.insert(format!("agency.{}", contract.id.agency), title.clone());
        }
        for column in contract.columns.iter().filter(|column| column.name == "programme") {
            // Two datasets have a column `programme`; that of assistance cases is the one that leads carry.
            if contract.id.agency == "civil_affairs" {
                for code in &column.codes {
                    labels.insert(format!("programme.{}", code.value), code.label.clone());
                }
            }
        }
    }
    labels.extend(
        acquire::Reason::ALL.iter().map(|reason| (format!("quarantine.{}", reason.code()), reason.text())),
    );
    labels.extend(Repair::ALL.iter().map(|repair| (format!("repair.{}", repair.code()), repair.text())));
    labels
}

/// Every column in words.
pub fn fields<'a>(contracts: impl Iterator<Item = &'a Contract>) -> BTreeMap<String, FieldNote> {
    let mut fields = BTreeMap::new();
    for contract in contracts {
        for (place, column) in contract.columns.iter().enumerate() {
            fields.insert(format!("{}.{}", contract.id, column.name), FieldNote::of(column, place));
        }
    }
    fields
}

/// Above how much money a year an S3 lead is listed.
pub fn s3_min_amount(order: &Order<'_>) -> Fen {
    let division = &order.project.pipeline.division.value;
    match order.project.parameters.value("s3_min_amount", division, None, order.t).map(|value| &value.figure)
    {
        Some(Figure::Money(fen)) => *fen,
        // Without the figure no S3 lead is listed for its money alone.
        _ => Fen(i64::MAX),
    }
}

/// The figures that were missing tonight, each as `name division`: a standard for cases that were met, and any other without
/// a value in the run's division or a part of it. They are never taken as zero or as a default.
pub fn missing_figures(order: &Order<'_>, coverage: &[CoverageRow]) -> Vec<String> {
    let reason = Reason::NoStandard.as_str(None);
    let without = coverage.iter().filter(|row| row.reason.as_deref() == Some(reason) && row.insufficient > 0);
    let county = |division: &str| division.get(..6).unwrap_or(division).to_owned();
    let mut missing: BTreeSet<String> =
        without.map(|row| format!("dibao_standard {}", county(&row.division))).collect();
    let (book, division) = (&order.project.parameters, &order.project.pipeline.division.value);
    for parameter in book.gaps(division, order.t) {
        let holds_in_part =
            |value: &Value| value.from <= order.t && crate::model::lies_in(&value.division, division);
        if !book.values(&parameter.name).iter().any(holds_in_part) {
            missing.insert(format!("{} {division}", parameter.name));
        }
    }
    missing.into_iter().collect()
}

/// A lead that is about a feed or a delivery, for those who run the system.
pub fn notice(lead: &Lead) -> Text {
    let (rule, subject) = (&lead.rule_id, &lead.subject);
    Text::new(
        format!("{rule} {subject}：{}", lead.reason_zh),
        format!("{rule} {subject}: {}", lead.reason_en),
    )
}

/// What the reader of the report must know about tonight.
pub fn notes(order: &Order<'_>, plan: &RunPlan, missing: &[String]) -> Vec<Text> {
    let mut notes = Vec::new();
    if !missing.is_empty() {
        let named = missing.iter().map(|figure| {
            let code = figure.rsplit_once(' ').map_or("", |(_, code)| code);
            let name = order.project.divisions.name(code, order.t).unwrap_or_default();
            format!("{figure} {name}").trim_end().to_owned()
        });
        let list = named.collect::<Vec<_>>().join(", ");
        notes.push(Text::new(
            format!("缺少参数取值：{list}。所涉案件不能判断，请在 pipelines/parameters/ 或 standards.csv 中补上。"),
            format!(
                "figures are missing: {list}. The cases concerned cannot be judged; add them in pipelines/parameters/ or standards.csv."
            ),
        ));
    }
    for (dataset, feed) in &plan.feeds {
        notes.extend(feed.drift.iter().map(Drift::text).map(|off| {
            Text::new(
                format!("{dataset} 与以往不符：{}。依赖“没有记录”的规则今晚不作判断，其余线索降一级。", off.zh),
                format!(
                    "{dataset} is unlike before: {}. Rules that rest on a record not being there judge nobody tonight, and the leads of the others rank one lower.",
                    off.en
                ),
            )
        }));
    }
    let persons = plan.feeds.get(&DatasetId::new("civil_affairs", "persons"));
    let is_missing = persons.is_none_or(|feed| feed.as_of.is_none());
    if is_missing || persons.is_some_and(|feed| feed.is_stale(order.t)) {
        notes.push(Text::new(
            "人员基本信息缺失或过期：今晚没有因身份存疑而暂缓任何线索。",
            "persons is missing or stale: tonight no lead was withheld for an identity in doubt.",
        ));
    }
    notes
}
