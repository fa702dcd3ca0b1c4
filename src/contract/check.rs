//! What must hold between the columns of a contract: names, headers, key, months. Reads nothing itself.

use std::collections::BTreeMap;

use super::{Delivery, Kind, column::Written, dataset::WrittenDataset, delivery};
use crate::diagnostic::{
    Code as Mistake,
    form::{At, Sheet},
};

/// What the columns say together.
pub(super) struct Together {
    /// What a new delivery means.
    pub(super) delivery: Delivery,
    /// The key columns in order.
    pub(super) key: Vec<String>,
}

/// Checks the columns against each other; None when the contract cannot stand.
pub(super) fn dataset(sheet: &mut Sheet, dataset: &WrittenDataset) -> Option<Together> {
    names(sheet, &dataset.columns);
    for written in &dataset.columns {
        one_column(sheet, written);
    }
    let word = dataset.delivery.as_ref().and_then(|written| delivery::word(sheet, written));
    // A key or a month that stands in an unreadable column would be reported as missing too.
    if !dataset.complete {
        return None;
    }
    let (key, delivery) = (key(sheet, dataset), word.and_then(|word| delivery::read(sheet, dataset, word)));
    Some(Together { delivery: delivery?, key: key? })
}

fn wrong(sheet: &mut Sheet, at: &At<String>, zh: String, en: String) {
    sheet.report(Mistake::BadContract, at.span(), zh, en);
}

/// A header of a delivery must lead to one column, whether it is a name or a Chinese header.
fn names(sheet: &mut Sheet, columns: &[Written]) {
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for written in columns {
        let name = written.name.value.as_str();
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_name {
            let zh = format!("列名 `{name}` 只能由小写字母、数字和下划线组成，并以字母开头");
            wrong(sheet, &written.name, zh, format!("`{name}` is no column name: write lower snake case"));
        }
        for at in [&written.name, &written.header] {
            if let Some(other) = taken.insert(&at.value, name) {
                let zh = format!("`{}` 已是列 `{other}` 的列名或表头", at.value);
                wrong(sheet, at, zh, format!("`{}` is already a name or header of `{other}`", at.value));
            }
        }
    }
}

fn one_column(sheet: &mut Sheet, written: &Written) {
    let column = &written.column;
    if column.kind == Kind::Person && !column.sensitive {
        let zh = format!("人员列 `{}` 必须写 classification: sensitive", column.name);
        wrong(
            sheet,
            &written.name,
            zh,
            format!("the person column `{}` needs classification: sensitive", column.name),
        );
    }
    if column.name == "deleted" && (column.kind != Kind::Bool || column.required) {
        let zh = "列 `deleted` 应为可空的 bool".to_owned();
        wrong(sheet, &written.name, zh, "`deleted` is a bool that may be empty".to_owned());
    }
    let bound = match column.kind {
        Kind::Person | Kind::Ref => 64,
        Kind::Division => 12,
        _ => u32::MAX,
    };
    let longest = column.max_length.unwrap_or(0);
    if longest > bound
        || column.min_length.is_some_and(|shortest| column.max_length.is_some() && shortest > longest)
    {
        let zh = format!("列 `{}` 的长度范围不成立（上限 {bound}）", column.name);
        wrong(
            sheet,
            &written.name,
            zh,
            format!("the lengths of `{}` cannot be met (at most {bound})", column.name),
        );
    }
}

/// Positions count from 1 without a gap.
fn key(sheet: &mut Sheet, dataset: &WrittenDataset) -> Option<Vec<String>> {
    let mut by_position: BTreeMap<u32, &Written> = BTreeMap::new();
    let mut sound = true;
    for written in &dataset.columns {
        let name = &written.name;
        match (written.primary, &written.position) {
            (false, None) => {}
            (true, Some(position)) => {
                if let Some(other) = by_position.insert(position.value, written) {
                    sound = false;
                    let zh = format!("`{}` 与 `{}` 的 primaryKeyPosition 相同", name.value, other.name.value);
                    wrong(
                        sheet,
                        name,
                        zh,
                        format!(
                            "`{}` and `{}` have the same primaryKeyPosition",
                            name.value, other.name.value
                        ),
                    );
                }
            }
            (true, None) => {
                sound = false;
                let zh = format!("主键列 `{}` 缺少 primaryKeyPosition", name.value);
                wrong(sheet, name, zh, format!("the key column `{}` lacks primaryKeyPosition", name.value));
            }
            (false, Some(position)) => {
                sound = false;
                let zh = format!("列 `{}` 有 primaryKeyPosition，但没有 primaryKey: true", name.value);
                let en = format!("`{}` has a primaryKeyPosition without primaryKey: true", name.value);
                sheet.report(Mistake::BadContract, position.span(), zh, en);
            }
        }
    }
    if by_position.is_empty() {
        let (zh, en) = ("数据集没有主键".to_owned(), "the dataset has no key".to_owned());
        let missing = sheet.diagnostic(Mistake::BadContract, dataset.name.span(), zh, en).help(
            "请给主键列加上 primaryKey: true 和 primaryKeyPosition",
            "give its key columns primaryKey: true and primaryKeyPosition",
        );
        sheet.found.push(missing);
        return None;
    }
    let gapless = by_position.keys().copied().eq(1..=by_position.len() as u32);
    if sound && !gapless {
        let zh = "primaryKeyPosition 应从 1 起连续编号".to_owned();
        wrong(sheet, &dataset.name, zh, "primaryKeyPosition must count 1, 2, 3 … without a gap".to_owned());
    }
    (sound && gapless).then(|| by_position.values().map(|written| written.name.value.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::sample::mistakes;

    #[test]
    fn a_header_leads_to_one_column() {
        let found = mistakes(&[
            ("name: amount", "name: month"),
            ("businessName: 车型", "businessName: 身份证件号码"),
        ]);
        assert_eq!(
            found,
            [
                "44: `身份证件号码` is already a name or header of `person_id`",
                "58: `month` is already a name or header of `month`",
            ]
        );
        assert_eq!(
            mistakes(&[("name: amount", "name: Amount")]),
            ["58: `Amount` is no column name: write lower snake case"]
        );
        assert_eq!(
            mistakes(&[("name: amount", "name: _line")]),
            ["58: `_line` is no column name: write lower snake case"]
        );
    }

    #[test]
    fn the_key_counts_from_one_without_a_gap() {
        let keyed = "        primaryKey: true\n        primaryKeyPosition: 2\n";
        for (from, to, said) in [
            (
                "primaryKeyPosition: 2",
                "primaryKeyPosition: 3",
                "13: primaryKeyPosition must count 1, 2, 3 … without a gap",
            ),
            (
                "primaryKeyPosition: 2",
                "primaryKeyPosition: 1",
                "30: `month` and `person_id` have the same primaryKeyPosition",
            ),
            (keyed, "        primaryKey: true\n", "30: the key column `month` lacks primaryKeyPosition"),
            (
                keyed,
                "        primaryKeyPosition: 2\n",
                "37: `month` has a primaryKeyPosition without primaryKey: true",
            ),
        ] {
            assert_eq!(mistakes(&[(from, to)]), [said], "{to}");
        }
        let first = "        primaryKey: true\n        primaryKeyPosition: 1\n";
        assert_eq!(mistakes(&[(keyed, ""), (first, "")]), ["13: the dataset has no key"]);
    }

    #[test]
    fn a_column_that_removes_rows_is_a_bool_that_may_be_empty() {
        assert_eq!(
            mistakes(&[("name: amount", "name: deleted")]),
            ["58: `deleted` is a bool that may be empty"]
        );
    }

    #[test]
    fn lengths_that_cannot_be_met_are_refused() {
        let options = "        logicalType: string\n        logicalTypeOptions: { minLength: 9, maxLength: 6 }\n        physicalType: CHAR(64)";
        let found = mistakes(&[("        logicalType: string\n        physicalType: CHAR(64)", options)]);
        assert_eq!(found, ["18: the lengths of `person_id` cannot be met (at most 64)"]);
    }
}
