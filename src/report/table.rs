//! Leads, evidence, coverage and cases as tables: their columns, their types and their order.

use arrow::array::Decimal128Array;

use crate::model::{CoverageRow, EvidenceRow, Lead};

use super::{
    Household, HouseholdCase, RankedLead, TableError,
    household::township,
    parquet_file::{Col, day, decimal, flag, money, number, parquet, points, text, text_or_none, texts},
};

/// `leads.parquet`, by rule and subject.
pub fn leads(cases: &[HouseholdCase]) -> Result<Vec<u8>, TableError> {
    let mut rows: Vec<(&HouseholdCase, &RankedLead)> =
        cases.iter().flat_map(|case| case.leads.iter().map(move |ranked| (case, ranked))).collect();
    rows.sort_by(|(_, a), (_, b)| subject_order(&a.lead).cmp(&subject_order(&b.lead)));
    let lead = || rows.iter().map(|(_, ranked)| &ranked.lead);
    let priority = || rows.iter().map(|(_, ranked)| ranked.priority);
    let columns = vec![
        text("lead_id", lead().map(|l| l.lead_id.as_str())),
        text("rule_id", lead().map(|l| l.rule_id.as_str())),
        text("direction", lead().map(|l| l.direction.as_str())),
        text("severity", lead().map(|l| l.severity.as_str())),
        text("status", lead().map(|l| l.status.as_str())),
        flag("listed", lead().map(|l| l.listed)),
        flag("stale", lead().map(|l| l.stale)),
        text("subject_kind", lead().map(|l| l.subject_kind.as_str())),
        text_or_none("person_id", lead().map(|l| l.person_id.as_deref())),
        text_or_none("household_id", lead().map(|l| l.household_id.as_deref())),
        text_or_none("case_id", lead().map(|l| l.case_id.as_deref())),
        text_or_none("programme", lead().map(|l| l.programme.as_deref())),
        text("division", lead().map(|l| l.division.as_str())),
        money("monthly_at_risk", lead().map(|l| l.monthly_at_risk)),
        money("total_so_far", lead().map(|l| l.total_so_far)),
        text("evidence_key", lead().map(|l| l.evidence_key.as_str())),
        text("reason_zh", lead().map(|l| l.reason_zh.as_str())),
        text("reason_en", lead().map(|l| l.reason_en.as_str())),
        text("clears_zh", lead().map(|l| l.clears_zh.as_str())),
        text("clears_en", lead().map(|l| l.clears_en.as_str())),
        figures("threshold", lead(), |l| l.threshold.as_deref())?,
        figures("value", lead(), |l| l.value.as_deref())?,
        figures("margin", lead(), |l| l.margin.as_deref())?,
        day("first_seen", lead().map(|l| Some(l.first_seen)), false),
        day("last_seen", lead().map(|l| Some(l.last_seen)), false),
        day("due_on", rows.iter().map(|(_, ranked)| Some(ranked.due_on)), false),
        points("priority", priority().map(|p| p.total())),
        points("priority_severity", priority().map(|p| p.severity)),
        points("priority_money", priority().map(|p| p.money)),
        points("priority_strength", priority().map(|p| p.strength)),
        points("priority_urgency", priority().map(|p| p.urgency)),
        text("review_case_id", rows.iter().map(|(case, _)| case.case_id.as_str())),
    ];
    parquet("leads", columns)
}

fn subject_order(lead: &Lead) -> impl Ord + use<'_> {
    (&lead.rule_id, lead.subject_kind, &lead.person_id, &lead.household_id, &lead.case_id, &lead.lead_id)
}

fn figures<'a>(
    name: &'static str,
    leads: impl Iterator<Item = &'a Lead>,
    figure: impl Fn(&Lead) -> Option<&str>,
) -> Result<Col, TableError> {
    let parsed: Result<Vec<Option<i128>>, TableError> = leads
        .map(|lead| match figure(lead) {
            None => Ok(None),
            Some(text) => ten_thousandths(text).map(Some).ok_or_else(|| TableError::Figure {
                lead_id: lead.lead_id.clone(),
                column: name,
                text: text.to_owned(),
            }),
        })
        .collect();
    Ok(decimal(name, Decimal128Array::from(parsed?), 18, 4))
}

/// A decimal text as ten-thousandths, rounded half away from zero; None for what does not fit 18 digits.
fn ten_thousandths(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(decimals) || whole.len() > 30 {
        return None;
    }
    let mut value: i128 = whole.parse().ok()?;
    for at in 0..4 {
        value = value * 10 + i128::from(decimals.as_bytes().get(at).map_or(0, |b| b - b'0'));
    }
    value += i128::from(decimals.as_bytes().get(4).is_some_and(|b| *b >= b'5'));
    let fits = value < 1_000_000_000_000_000_000;
    fits.then_some(if negative { -value } else { value })
}

/// `evidence.parquet`, in the order of its columns.
pub fn evidence(rows: &[EvidenceRow]) -> Result<Vec<u8>, TableError> {
    let mut rows: Vec<&EvidenceRow> = rows.iter().collect();
    rows.sort();
    let columns = vec![
        text("lead_id", rows.iter().map(|r| &*r.lead_id)),
        text("agency", rows.iter().map(|r| &*r.agency)),
        text("dataset", rows.iter().map(|r| &*r.dataset)),
        text("delivery", rows.iter().map(|r| &*r.delivery)),
        text("row", rows.iter().map(|r| r.row.as_str())),
        text("field", rows.iter().map(|r| &*r.field)),
        text_or_none("value", rows.iter().map(|r| r.value.as_deref())),
        day("as_of", rows.iter().map(|r| Some(r.as_of)), false),
    ];
    parquet("evidence", columns)
}

/// `coverage.parquet`, by rule, division and reason; the row that closes comes first.
pub fn coverage(rows: &[CoverageRow]) -> Result<Vec<u8>, TableError> {
    let mut rows: Vec<&CoverageRow> = rows.iter().collect();
    rows.sort();
    let columns = vec![
        text("rule_id", rows.iter().map(|r| r.rule_id.as_str())),
        text("division", rows.iter().map(|r| r.division.as_str())),
        number("population", rows.iter().map(|r| r.population)),
        number("hit", rows.iter().map(|r| r.hit)),
        number("clear", rows.iter().map(|r| r.clear)),
        number("insufficient", rows.iter().map(|r| r.insufficient)),
        text_or_none("reason", rows.iter().map(|r| r.reason.as_deref())),
    ];
    parquet("coverage", columns)
}

/// `cases.parquet`: one row a household, worst first.
pub fn cases(cases: &[HouseholdCase]) -> Result<Vec<u8>, TableError> {
    let all = || cases.iter();
    let person = |case: &HouseholdCase| match &case.household {
        Household::Person(token) => Some(token.clone()),
        _ => None,
    };
    let persons: Vec<Option<String>> = all().map(person).collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let columns = vec![
        text("case_id", all().map(|c| c.case_id.as_str())),
        text_or_none("household_id", all().map(|c| c.household.household_id())),
        text_or_none("person_id", persons.iter().map(Option::as_deref)),
        text("division", all().map(|c| c.division.as_str())),
        text("list_division", all().map(|c| township(&c.division))),
        flag("listed", all().map(HouseholdCase::is_listed)),
        text_or_none("severity", all().map(|c| c.worst().map(|s| s.as_str()))),
        texts("directions", all().map(|c| c.directions().into_iter().map(|d| d.as_str()).collect())),
        points("leads", all().map(|c| count(c.leads.len()))),
        points("leads_listed", all().map(|c| count(c.listed().count()))),
        texts("lead_ids", all().map(|c| c.leads.iter().map(|r| r.lead.lead_id.as_str()).collect())),
        texts("rule_ids", all().map(|c| c.leads.iter().map(|r| r.lead.rule_id.as_str()).collect())),
        money("monthly_at_risk", all().map(HouseholdCase::monthly_at_risk)),
        points("priority", all().map(|c| c.priority().total())),
        points("priority_severity", all().map(|c| c.priority().severity)),
        points("priority_money", all().map(|c| c.priority().money)),
        points("priority_strength", all().map(|c| c.priority().strength)),
        points("priority_urgency", all().map(|c| c.priority().urgency)),
        day("due_on", all().map(HouseholdCase::due_on), true),
    ];
    parquet("cases", columns)
}

#[cfg(test)]
mod tests {
    use arrow::{
        array::{AsArray, RecordBatch},
        datatypes::DataType,
    };
    use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

    use super::*;
    use crate::{
        model::Severity,
        report::{ReportInput, case::gather, sample},
    };

    fn batches(bytes: &[u8]) -> Vec<RecordBatch> {
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
        ParquetRecordBatchReader::try_new(file, 1024).unwrap().map(Result::unwrap).collect()
    }

    fn read(bytes: Vec<u8>) -> RecordBatch {
        batches(&bytes).remove(0)
    }

    fn night() -> ReportInput {
        let mut input = sample::input();
        input.leads = vec![
            sample::full_lead("b", "M-01", Severity::M1, "H-1"),
            sample::full_lead("a", "D-01", Severity::S1, "H-2"),
        ];
        input
    }

    #[test]
    fn leads_are_typed_and_sorted_by_rule() {
        let batch = read(leads(&gather(&night()).cases).unwrap());
        assert_eq!(batch.column_by_name("rule_id").unwrap().as_string::<i32>().value(0), "D-01");
        let kind = |name: &str| batch.schema().field_with_name(name).unwrap().data_type().clone();
        assert_eq!(kind("monthly_at_risk"), DataType::Decimal128(14, 2));
        assert_eq!(kind("threshold"), DataType::Decimal128(18, 4));
        assert_eq!(kind("due_on"), DataType::Date32);
        assert_eq!(kind("listed"), DataType::Boolean);
        let value = batch.column_by_name("value").unwrap();
        assert_eq!(value.as_primitive::<arrow::datatypes::Decimal128Type>().value(0), 200_005_000);
    }

    #[test]
    fn the_same_rows_in_any_order_give_the_same_bytes() {
        let mut other = night();
        other.leads.reverse();
        let (one, two) = (gather(&night()).cases, gather(&other).cases);
        assert_eq!(leads(&one).unwrap(), leads(&two).unwrap());
        assert_eq!(cases(&one).unwrap(), cases(&two).unwrap());
        let rows = |order: [&str; 2]| {
            order.map(|id| sample::evidence(id, "payments", "p:1", "amount", Some("1"))).to_vec()
        };
        assert_eq!(evidence(&rows(["a", "b"])).unwrap(), evidence(&rows(["b", "a"])).unwrap());
    }

    #[test]
    fn a_night_without_a_lead_still_has_its_tables() {
        for bytes in [leads(&[]), cases(&[]), evidence(&[]), coverage(&[])] {
            assert_eq!(batches(&bytes.unwrap()).iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
        }
    }

    #[test]
    fn the_row_that_closes_comes_before_its_reasons() {
        let row = |reason: Option<&str>| CoverageRow {
            rule_id: "D-01".to_owned(),
            division: "330302".to_owned(),
            reason: reason.map(str::to_owned),
            population: 0,
            hit: 0,
            clear: 0,
            insufficient: 1,
        };
        let batch = read(coverage(&[row(Some("stale")), row(None)]).unwrap());
        assert!(arrow::array::Array::is_null(batch.column_by_name("reason").unwrap(), 0));
    }

    #[test]
    fn a_figure_is_rounded_to_four_decimals_or_refused() {
        assert_eq!(ten_thousandths("1.00005"), Some(10_001));
        assert_eq!(ten_thousandths("-0.33333"), Some(-3_333));
        assert_eq!(ten_thousandths("99999999999999.9999"), Some(999_999_999_999_999_999));
        for bad in ["", "-", "1.", ".5", "1e3", "100000000000000", "１"] {
            assert_eq!(ten_thousandths(bad), None, "{bad}");
        }
        let mut input = night();
        input.leads[0].value = Some("1e3".to_owned());
        let error = leads(&gather(&input).cases).unwrap_err().to_string();
        assert!(error.contains("lead b") && error.contains("value"), "{error}");
    }
}
