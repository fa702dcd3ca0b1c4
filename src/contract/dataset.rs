//! One ODCS document read as a contract. Sees one file at a time, and reads all of it however much is wrong.

use super::{
    Column, Condition, Contract, Limits, check,
    column::{self, Written},
    condition,
    custom::{customs, needed, two_lines, whole},
    limits,
};
use crate::{
    diagnostic::{
        Code as Mistake,
        form::{At, Sheet},
        yaml::{Node, Value},
    },
    model::{DatasetId, Text},
};

/// The version of the standard that contracts are written in.
const API_VERSION: &str = "v3.1.0";

/// What ODCS v3.1 knows of a contract and we do not read.
const IGNORED: &[&str] = &[
    "name",
    "status",
    "domain",
    "tenant",
    "tags",
    "servers",
    "dataProduct",
    "support",
    "price",
    "team",
    "roles",
    "slaDefaultElement",
    "authoritativeDefinitions",
    "contractCreatedTs",
];

/// What ODCS v3.1 knows of a dataset and we do not read.
const IGNORED_OF_DATASET: &[&str] = &[
    "id",
    "physicalType",
    "businessName",
    "description",
    "logicalType",
    "dataGranularityDescription",
    "relationships",
    "authoritativeDefinitions",
    "tags",
];

/// The custom properties of a contract.
const OURS_OF_CONTRACT: &[&str] = &["agency"];

/// The custom properties of a dataset.
const OURS: &[&str] =
    &["title", "delivery", "keepsDifferingRows", limits::NAMES[0], limits::NAMES[1], limits::NAMES[2]];

/// Reads a whole document; `id` is what the file is called.
pub(super) fn read(sheet: &mut Sheet, node: &Node, id: &DatasetId) -> Option<Contract> {
    let mut fields = sheet.fields(node)?;
    for (field, wanted) in
        [("apiVersion", API_VERSION), ("kind", "DataContract"), ("id", id.to_string().as_str())]
    {
        if let Some(written) = fields.required(field, sheet).and_then(|node| sheet.text(node)) {
            must_be(sheet, field, &written, wanted);
        }
    }
    let version = fields.required("version", sheet).and_then(|node| sheet.text(node));
    let purpose = fields.required("description", sheet).and_then(|node| read_purpose(sheet, node));
    let fresh_days = fields.required("slaProperties", sheet).and_then(|node| read_freshness(sheet, node));
    let custom = customs(sheet, fields.optional("customProperties"), OURS_OF_CONTRACT);
    let agency_title = custom.get("agency").and_then(|node| sheet.both(node));
    let dataset = fields.required("schema", sheet).and_then(|node| one_dataset(sheet, node));
    for ignored in IGNORED {
        fields.optional(ignored);
    }
    fields.finish(sheet);
    let dataset = dataset.and_then(|node| read_dataset(sheet, node, id))?;
    let checked = check::dataset(sheet, &dataset)?;
    Some(Contract {
        id: id.clone(),
        version: version?.value,
        agency_title,
        title: dataset.title?,
        about: purpose?,
        delivery: checked.delivery,
        fresh_days: fresh_days?,
        key: checked.key,
        keeps_differing_rows: dataset.keeps_differing_rows,
        conditions: dataset.conditions,
        references: dataset.columns.iter().flat_map(|written| written.references.iter().cloned()).collect(),
        limits: dataset.limits,
        columns: dataset.columns.into_iter().map(|written| written.column).collect(),
    })
}

/// One entry of `schema` as read.
#[derive(Debug)]
pub(super) struct WrittenDataset {
    /// Where its name stands, which messages about the whole point at.
    pub(super) name: At<String>,
    /// The word for what a new delivery means.
    pub(super) delivery: Option<At<String>>,
    /// Its columns, those that could be read.
    pub(super) columns: Vec<Written>,
    /// Whether all of them could.
    pub(super) complete: bool,
    title: Option<Text>,
    keeps_differing_rows: bool,
    conditions: Vec<Condition>,
    limits: Limits,
}

fn must_be(sheet: &mut Sheet, field: &str, written: &At<String>, wanted: &str) {
    if written.value != wanted {
        let zh = format!("`{field}` 应为 `{wanted}`，实为 `{}`", written.value);
        let en = format!("`{field}` must be `{wanted}`, not `{}`", written.value);
        sheet.report(Mistake::BadContract, written.span(), zh, en);
    }
}

fn read_purpose(sheet: &mut Sheet, node: &Node) -> Option<Text> {
    let mut fields = sheet.fields(node)?;
    let purpose = fields.required("purpose", sheet).and_then(|node| two_lines(sheet, node));
    for ignored in ["usage", "limitations", "authoritativeDefinitions", "customProperties"] {
        fields.optional(ignored);
    }
    fields.finish(sheet);
    purpose
}

/// The service level `freshness`, in days.
fn read_freshness(sheet: &mut Sheet, node: &Node) -> Option<u32> {
    let is_freshness = |item: &&Node| matches!(item.get("property").map(|node| &node.value), Some(Value::Scalar(name)) if name == "freshness");
    let Some(item) = sheet.items(node).iter().find(is_freshness) else {
        let (zh, en) = ("slaProperties 中缺少 freshness", "slaProperties lack `freshness`");
        let missing = sheet.diagnostic(Mistake::MissingKey, node.span.clone(), zh, en).help(
            "请加入 { property: freshness, value: 天数, unit: d }",
            "add { property: freshness, value: DAYS, unit: d }",
        );
        sheet.found.push(missing);
        return None;
    };
    let mut fields = sheet.fields(item)?;
    let days = fields.required("value", sheet).and_then(|node| whole(sheet, node));
    if let Some(unit) = fields.required("unit", sheet).and_then(|node| sheet.text(node)) {
        must_be(sheet, "unit", &unit, "d");
    }
    for ignored in ["id", "property", "valueExt", "element", "driver", "description", "scheduler", "schedule"]
    {
        fields.optional(ignored);
    }
    fields.finish(sheet);
    let days = days?;
    if days.value == 0 {
        let (zh, en) = ("freshness 至少为 1 天", "`freshness` is at least one day");
        sheet.report(Mistake::BadContract, days.span(), zh, en);
    }
    Some(days.value)
}

/// A contract is about one dataset.
fn one_dataset<'n>(sheet: &mut Sheet, node: &'n Node) -> Option<&'n Node> {
    let datasets = sheet.items(node);
    if let [dataset] = datasets {
        return Some(dataset);
    }
    let span = datasets.get(1).map_or_else(|| node.span.clone(), |second| second.span.clone());
    let found = datasets.len();
    let (zh, en) = (
        format!("一个合约只描述一个数据集，此处有 {found} 个"),
        format!("a contract is about one dataset, not {found}"),
    );
    sheet.report(Mistake::BadContract, span, zh, en);
    None
}

fn read_dataset(sheet: &mut Sheet, node: &Node, id: &DatasetId) -> Option<WrittenDataset> {
    let mut fields = sheet.fields(node)?;
    let name = fields.required("name", sheet).and_then(|node| sheet.text(node));
    if let Some(name) = &name {
        must_be(sheet, "name", name, &id.dataset);
    }
    if let Some(physical) = fields.optional("physicalName").and_then(|node| sheet.text(node)) {
        must_be(sheet, "physicalName", &physical, &id.to_string());
    }
    let custom = customs(sheet, fields.optional("customProperties"), OURS);
    let quality = fields.optional("quality");
    let properties = fields.required("properties", sheet).map(|node| sheet.items(node)).unwrap_or_default();
    for ignored in IGNORED_OF_DATASET {
        fields.optional(ignored);
    }
    fields.finish(sheet);
    let place = node.get("name").unwrap_or(node);
    let title = needed(sheet, &custom, "title", place).and_then(|node| sheet.both(node));
    let delivery = needed(sheet, &custom, "delivery", place).and_then(|node| sheet.text(node));
    let keeps = custom.get("keepsDifferingRows").and_then(|node| sheet.truth(node)).unwrap_or(false);
    let columns: Vec<Written> = properties.iter().filter_map(|node| column::read(sheet, node)).collect();
    let complete = columns.len() == properties.len();
    let limits = limits::read(sheet, &custom);
    // A column that could not be read would be reported as missing too.
    let conditions = match quality.filter(|_| complete) {
        Some(node) => {
            let known: Vec<&Column> = columns.iter().map(|written| &written.column).collect();
            condition::read(sheet, node, &known)
        }
        None => Vec::new(),
    };
    let keeps_differing_rows = keeps;
    Some(WrittenDataset {
        name: name?,
        delivery,
        columns,
        complete,
        title,
        keeps_differing_rows,
        conditions,
        limits,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::{mistakes, sample};

    #[test]
    fn the_head_of_a_contract_must_be_what_it_says() {
        assert_eq!(
            mistakes(&[
                ("v3.1.0", "v2.2.0"),
                ("DataContract", "DataProduct"),
                ("transport.tolls", "transport.toll")
            ]),
            [
                "1: `apiVersion` must be `v3.1.0`, not `v2.2.0`",
                "2: `kind` must be `DataContract`, not `DataProduct`",
                "3: `id` must be `transport.tolls`, not `transport.toll`",
            ]
        );
    }

    #[test]
    fn freshness_is_a_number_of_days() {
        let level = "{ property: freshness, value: 35, unit: d }";
        for (written, said) in [
            ("{ property: latency, value: 35, unit: d }", "11: slaProperties lack `freshness`"),
            ("{ property: freshness, value: 0, unit: d }", "11: `freshness` is at least one day"),
            (
                "{ property: freshness, value: 1.5, unit: d }",
                "11: a whole number is expected here, not `1.5`",
            ),
            ("{ property: freshness, value: 35, unit: h }", "11: `unit` must be `d`, not `h`"),
            ("{ property: freshness, value: 35 }", "11: `unit` is missing"),
        ] {
            assert_eq!(mistakes(&[(level, written)]), [said], "{written}");
        }
    }

    #[test]
    fn a_new_agency_is_named_in_both_languages() {
        let named = |value: &str| {
            format!("customProperties:\n  - {{ property: agency, value: {value} }}\nslaProperties:\n")
        };
        let both = named("{ zh: 交管, en: traffic police }");
        assert_eq!(mistakes(&[("slaProperties:\n", &both)]), [""; 0]);
        let contract = sample(&[("slaProperties:\n", &both)]);
        assert_eq!(contract.agency_title.map(|title| title.zh).as_deref(), Some("交管"));
        let one = named("{ zh: 交管 }");
        assert_eq!(mistakes(&[("slaProperties:\n", &one)]), ["11: the English text (`en`) is missing"]);
    }

    #[test]
    fn a_contract_is_about_one_dataset() {
        let found = mistakes(&[("  - name: tolls\n", "  - name: cars\n  - name: tolls\n")]);
        assert_eq!(found, ["14: a contract is about one dataset, not 2"]);
    }

    #[test]
    fn a_key_written_twice_is_refused() {
        assert_eq!(
            mistakes(&[("status: active", "version: 1.0.1")]),
            ["5: the key `version` is written twice"]
        );
    }

    #[test]
    fn a_missing_part_does_not_hide_other_mistakes() {
        assert_eq!(
            mistakes(&[
                ("version: 1.0.0\n", ""),
                ("by_month", "monthly"),
                ("logicalType: number", "logicalType: float")
            ]),
            [
                "1: `version` is missing",
                "15: `monthly` is not one of full, by_month, upsert",
                "60: a column of type `decimal` has logicalType number, not `float`",
            ]
        );
    }
}
