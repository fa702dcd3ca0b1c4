//! Evidence as sentences: who delivered what, as of when, and what it says.
//!
//! Never shows a whole person token, and never leaves out an agency that a lead rests on.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;

use crate::model::{DatasetId, EvidenceRow, Fen, Lang, Lead};

use super::{FieldKind, FieldNote, ReportInput, words, words::either};

/// More rows of one dataset than this are summed up in one line.
const ROWS_ONE_BY_ONE: usize = 2;
/// More different values than this are not all named.
const VALUES_NAMED: usize = 3;

/// The evidence of one dataset for one lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Agency and dataset, in words.
    pub source: String,
    /// The day, or the days, that the deliveries are about.
    pub as_of: String,
    /// What the rows say, one line a row or one for all.
    pub lines: Vec<String>,
}

/// The rows of evidence of every lead, in stretches.
pub type Rows<'a> = BTreeMap<&'a str, Vec<&'a [EvidenceRow]>>;

/// Puts together what belongs together. What does stands together as a rule; it need not.
pub fn rows(input: &ReportInput) -> Rows<'_> {
    let mut rows = Rows::new();
    for stretch in input.evidence.chunk_by(|one, next| same(&one.lead_id, &next.lead_id)) {
        if let Some(first) = stretch.first() {
            rows.entry(&first.lead_id).or_default().push(stretch);
        }
    }
    rows
}

/// Whether two texts are the same; most of those that are lie in one place.
fn same(one: &Arc<str>, other: &Arc<str>) -> bool {
    Arc::ptr_eq(one, other) || one == other
}

/// The evidence of some leads, in words.
pub fn of_leads<'a>(
    input: &ReportInput,
    rows: &Rows<'_>,
    leads: impl Iterator<Item = &'a Lead>,
    lang: Lang,
) -> BTreeMap<&'a str, Vec<Witness>> {
    leads
        .map(|lead| {
            let rows = rows.get(lead.lead_id.as_str()).map(Vec::as_slice).unwrap_or_default();
            (lead.lead_id.as_str(), of_lead(lead, rows, input, lang))
        })
        .collect()
}

/// The evidence of every listed lead, in words.
#[cfg(test)]
pub fn by_lead(input: &ReportInput, lang: Lang) -> BTreeMap<&str, Vec<Witness>> {
    of_leads(input, &rows(input), input.leads.iter().filter(|lead| lead.listed), lang)
}

fn of_lead(lead: &Lead, rows: &[&[EvidenceRow]], input: &ReportInput, lang: Lang) -> Vec<Witness> {
    let mut datasets: BTreeMap<(&str, &str), Vec<&EvidenceRow>> = BTreeMap::new();
    let is_one = |one: &EvidenceRow, next: &EvidenceRow| {
        same(&one.agency, &next.agency) && same(&one.dataset, &next.dataset)
    };
    for stretch in rows.iter().flat_map(|rows| rows.chunk_by(is_one)) {
        if let Some(first) = stretch.first() {
            datasets.entry((&first.agency, &first.dataset)).or_default().extend(stretch);
        }
    }
    let witness = |((agency, dataset), rows): ((&str, &str), Vec<&EvidenceRow>)| {
        let dataset = DatasetId::new(agency, dataset);
        let title =
            input.feeds.iter().find(|feed| feed.dataset == dataset).map(|feed| feed.title.in_lang(lang));
        let agency = input.label("agency", &dataset.agency);
        let records = records(lead, &dataset, &rows, input);
        let days: BTreeSet<NaiveDate> = rows.iter().map(|row| row.as_of).collect();
        let lines = if records.len() <= ROWS_ONE_BY_ONE {
            records.iter().map(|record| one_record(record, lang)).filter(|line| !line.is_empty()).collect()
        } else {
            vec![summed_up(&records, lang)]
        };
        Witness {
            source: format!("{} · {}", agency.in_lang(lang), title.unwrap_or(&dataset.dataset)),
            as_of: span(days.into_iter().map(|day| day.to_string()), lang),
            lines,
        }
    };
    datasets.into_iter().map(witness).collect()
}

/// A value with what is known about its column.
struct Value<'a> {
    input: &'a ReportInput,
    field: &'a str,
    note: Option<&'a FieldNote>,
    value: Option<&'a str>,
}

type Record<'a> = Vec<Value<'a>>;

/// The rows as delivered: one record for each line of a delivery, without the fields that only repeat the subject.
fn records<'a>(
    lead: &Lead,
    dataset: &DatasetId,
    rows: &[&'a EvidenceRow],
    input: &'a ReportInput,
) -> Vec<Record<'a>> {
    let mut records: BTreeMap<(&str, &str), Record<'a>> = BTreeMap::new();
    // A lead may rest on very many rows of few columns.
    let mut notes: BTreeMap<&str, Option<&'a FieldNote>> = BTreeMap::new();
    let is_one =
        |one: &&EvidenceRow, next: &&EvidenceRow| one.row == next.row && same(&one.delivery, &next.delivery);
    for stretch in rows.chunk_by(is_one) {
        let Some(first) = stretch.first() else { continue };
        let record = records.entry((&first.delivery, &first.row)).or_default();
        for row in stretch {
            let repeats =
                [&lead.person_id, &lead.household_id].into_iter().any(|id| id.is_some() && *id == row.value);
            if !repeats {
                let field: &str = &row.field;
                let note =
                    *notes.entry(field).or_insert_with(|| input.fields.get(&format!("{dataset}.{field}")));
                record.push(Value { input, field, note, value: row.value.as_deref() });
            }
        }
    }
    let in_order = |mut record: Record<'a>| {
        record.sort_by_key(|value| value.note.map_or(usize::MAX, |note| note.place));
        record
    };
    records.into_values().map(in_order).collect()
}

fn one_record(record: &Record, lang: Lang) -> String {
    // An empty field says nothing to a caseworker; the evidence table has it.
    let filled = record.iter().filter(|v| v.value.is_some());
    let parts: Vec<String> = filled.map(|v| format!("{} {}", v.title(lang), v.written(lang))).collect();
    parts.join(either(lang, "，", ", "))
}

fn summed_up(records: &[Record], lang: Lang) -> String {
    let mut fields: Vec<(&str, Vec<&Value>)> = Vec::new();
    for value in records.iter().flatten().filter(|value| value.value.is_some()) {
        match fields.iter_mut().find(|(field, _)| *field == value.field) {
            Some((_, values)) => values.push(value),
            None => fields.push((value.field, vec![value])),
        }
    }
    let parts: Vec<String> = fields
        .iter()
        .filter_map(|(_, values)| values.first().map(|first| (first, values)))
        .map(|(first, values)| format!("{} {}", first.title(lang), all_of(values, lang)))
        .collect();
    let rows = words::len(records.len());
    match lang {
        Lang::Zh => format!("共 {rows} 条：{}", parts.join("；")),
        Lang::En => format!("{rows} rows: {}", parts.join("; ")),
    }
}

/// Many values of one column in a few words: the one, the span, the range and sum, or the first few.
fn all_of(values: &[&Value], lang: Lang) -> String {
    let distinct: BTreeSet<Option<&str>> = values.iter().map(|v| v.value).collect();
    let kind = values.first().and_then(|v| v.note).map(|note| note.kind).unwrap_or_default();
    let amounts: Option<Vec<Fen>> =
        values.iter().map(|v| v.value.and_then(|text| text.parse().ok())).collect();
    match (kind, amounts) {
        (FieldKind::Money, Some(amounts)) => {
            let total = amounts.iter().fold(0_i64, |sum, fen| sum.saturating_add(fen.0));
            let total = words::money(Fen(total), lang);
            let (low, high) = (amounts.iter().min().copied(), amounts.iter().max().copied());
            let (low, high) = (low.unwrap_or_default(), high.unwrap_or_default());
            match (lang, low == high) {
                (Lang::Zh, true) => format!("每条 {}，合计 {total}", words::money(low, lang)),
                (Lang::En, true) => format!("{} each, {total} in all", words::money(low, lang)),
                (Lang::Zh, false) => {
                    format!("{} 至 {}，合计 {total}", words::money(low, lang), words::money(high, lang))
                }
                (Lang::En, false) => {
                    format!("{} to {}, {total} in all", words::money(low, lang), words::money(high, lang))
                }
            }
        }
        (FieldKind::Date | FieldKind::Month, _) => span(values.iter().map(|v| v.written(lang)), lang),
        _ => {
            let mut seen = BTreeSet::new();
            let named: Vec<String> = values
                .iter()
                .filter(|v| seen.insert(v.value))
                .take(VALUES_NAMED)
                .map(|v| v.written(lang))
                .collect();
            let named = named.join(either(lang, "、", ", "));
            match (lang, distinct.len() > VALUES_NAMED) {
                (_, false) => named,
                (Lang::Zh, true) => format!("{named} 等 {} 种", distinct.len()),
                (Lang::En, true) => format!("{named} and {} more", distinct.len() - VALUES_NAMED),
            }
        }
    }
}

/// The first and the last of some dates in text.
fn span(days: impl Iterator<Item = String>, lang: Lang) -> String {
    let days: BTreeSet<String> = days.collect();
    match (days.first(), days.last()) {
        (Some(first), Some(last)) if first == last => first.clone(),
        (Some(first), Some(last)) => format!("{first} {} {last}", either(lang, "至", "to")),
        _ => String::new(),
    }
}

impl Value<'_> {
    fn title(&self, lang: Lang) -> &str {
        self.note.map(|note| note.title.in_lang(lang)).filter(|title| !title.is_empty()).unwrap_or(self.field)
    }

    fn written(&self, lang: Lang) -> String {
        let Some(value) = self.value else { return either(lang, "（空）", "(empty)").to_owned() };
        let looks_like_a_token = value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit());
        match self.note.map(|note| note.kind).unwrap_or_default() {
            _ if looks_like_a_token => words::short_token(value).to_owned(),
            FieldKind::Person => words::short_token(value).to_owned(),
            FieldKind::Money => {
                value.parse().map_or_else(|_| value.to_owned(), |fen| words::money(fen, lang))
            }
            FieldKind::Bool => match value {
                "true" => either(lang, "是", "yes").to_owned(),
                "false" => either(lang, "否", "no").to_owned(),
                other => other.to_owned(),
            },
            FieldKind::Date => value.to_owned(),
            FieldKind::Month => value.get(..7).unwrap_or(value).to_owned(),
            FieldKind::Division => self.input.division_name(value),
            FieldKind::Plain => {
                let word = self.note.and_then(|note| note.codes.get(value));
                word.map_or_else(|| value.to_owned(), |text| text.in_lang(lang).to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Severity,
        report::sample::{evidence, input, lead},
    };

    fn witnesses(rows: Vec<EvidenceRow>, lang: Lang) -> Vec<Witness> {
        let mut input = input();
        input.leads = vec![lead("a", "D-01", Severity::S1, "H-1")];
        input.evidence = rows;
        by_lead(&input, lang).remove("a").unwrap()
    }

    #[test]
    fn a_row_reads_as_words_with_its_source_and_day() {
        let row = |field, value| evidence("a", "payments", "p.csv:7", field, Some(value));
        let found = witnesses(
            vec![row("pay_month", "2026-05"), row("amount", "1190.00"), row("item", "basic")],
            Lang::Zh,
        );
        assert_eq!(found[0].source, "民政 · 资金发放");
        assert_eq!(found[0].as_of, "2026-05-31");
        assert_eq!(found[0].lines, ["发放月份 2026-05，金额 1,190.00 元，发放内容 基本救助金"]);
    }

    #[test]
    fn many_rows_are_summed_up_in_one_line() {
        let mut rows = Vec::new();
        for month in 1..=5 {
            let line = format!("p.csv:{month}");
            rows.push(evidence("a", "payments", &line, "pay_month", Some(&format!("2026-0{month}"))));
            rows.push(evidence("a", "payments", &line, "amount", Some("1190.00")));
            rows.push(evidence("a", "payments", &line, "case_id", Some(&format!("K{month}"))));
        }
        let zh = witnesses(rows.clone(), Lang::Zh).remove(0).lines.join("\n");
        assert_eq!(
            zh,
            "共 5 条：发放月份 2026-01 至 2026-05；金额 每条 1,190.00 元，合计 5,950.00 元；case_id K1、K2、K3 等 5 种"
        );
        let en = witnesses(rows, Lang::En).remove(0).lines.join("\n");
        assert!(en.contains("1,190.00 yuan each, 5,950.00 yuan in all"), "{en}");
    }

    #[test]
    fn a_token_is_shortened_even_in_a_column_nobody_described() {
        let token = "ab".repeat(32);
        let found = witnesses(vec![evidence("a", "payments", "p.csv:7", "spouse", Some(&token))], Lang::Zh);
        assert_eq!(found[0].lines, ["spouse abababab"]);
    }

    #[test]
    fn an_empty_value_takes_no_room_on_the_sheet() {
        let rows = vec![
            evidence("a", "payments", "p.csv:7", "amount", None),
            evidence("a", "payments", "p.csv:7", "spouse", Some("x")),
        ];
        assert_eq!(witnesses(rows, Lang::En)[0].lines, ["spouse x"]);
    }
}
