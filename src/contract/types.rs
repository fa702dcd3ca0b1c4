//! The type of a column: our word for it, and what ODCS and SQL call it. They must agree.

use super::Kind;
use crate::diagnostic::{
    Code as Mistake,
    form::{At, Sheet},
    nearest,
    yaml::Node,
};

/// The word of a kind, or a report that it is none.
pub(super) fn read_word(sheet: &mut Sheet, node: &Node) -> Option<At<String>> {
    let word = sheet.text(node)?;
    if Kind::WORDS.contains(&word.value.as_str()) {
        return Some(word);
    }
    let list = Kind::WORDS.join(", ");
    let near = nearest(&word.value, Kind::WORDS.iter().copied());
    let (zh, en) =
        (format!("`{}` 不在 {list} 之中", word.value), format!("`{}` is not one of {list}", word.value));
    let unknown = sheet.diagnostic(Mistake::UnknownWord, word.span(), zh, en).did_you_mean(near);
    sheet.found.push(unknown);
    None
}

/// `DECIMAL(p,s)` as its digits.
fn decimal(physical: &str) -> Option<(u8, i8)> {
    let (precision, scale) = physical.strip_prefix("DECIMAL(")?.strip_suffix(')')?.split_once(',')?;
    let (precision, scale): (u8, i8) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    let fits = (1..=38).contains(&precision) && scale >= 0 && i16::from(scale) <= i16::from(precision);
    fits.then_some((precision, scale))
}

/// The kind, if its word agrees with the types that other tools read.
pub(super) fn read_kind(
    sheet: &mut Sheet,
    word: &At<String>,
    logical: &At<String>,
    physical: &At<String>,
) -> Option<Kind> {
    let sql = physical.value.as_str();
    let varchar = sql.strip_prefix("VARCHAR(").and_then(|rest| rest.strip_suffix(')'));
    let is_varchar = varchar.is_some_and(|length| length.parse::<u32>().is_ok());
    let (kind, in_odcs, in_sql, agrees) = match word.value.as_str() {
        "person" => (Kind::Person, "string", "CHAR(64)", sql == "CHAR(64)"),
        "ref" => (Kind::Ref, "string", "VARCHAR(64)", sql == "VARCHAR(64)"),
        "code" => (Kind::Code, "string", "VARCHAR(n)", is_varchar),
        "division" => (Kind::Division, "string", "VARCHAR(12)", sql == "VARCHAR(12)"),
        "text" => (Kind::Text, "string", "VARCHAR(n)", is_varchar),
        "date" => (Kind::Date, "date", "DATE", sql == "DATE"),
        "month" => (Kind::Month, "date", "DATE", sql == "DATE"),
        "money" => (Kind::Money, "number", "DECIMAL(14,2)", decimal(sql) == Some((14, 2))),
        "decimal" => {
            let digits = decimal(sql);
            let (precision, scale) = digits.unwrap_or((38, 0));
            (Kind::Decimal { precision, scale }, "number", "DECIMAL(p,s)", digits.is_some())
        }
        "int" => (Kind::Int, "integer", "INTEGER", sql == "INTEGER"),
        "bool" => (Kind::Bool, "boolean", "BOOLEAN", sql == "BOOLEAN"),
        _ => return None,
    };
    let mut disagree = |at: &At<String>, field: &str, wanted: &str| {
        let zh = format!("类型 `{}` 的 {field} 应为 {wanted}，实为 `{}`", word.value, at.value);
        let en = format!("a column of type `{}` has {field} {wanted}, not `{}`", word.value, at.value);
        sheet.report(Mistake::BadContract, at.span(), zh, en);
    };
    if logical.value != in_odcs {
        disagree(logical, "logicalType", in_odcs);
    }
    if !agrees {
        disagree(physical, "physicalType", in_sql);
    }
    (agrees && logical.value == in_odcs).then_some(kind)
}

/// Days and months tell other tools how they are written.
pub(super) fn check_format(sheet: &mut Sheet, kind: Kind, format: Option<&At<String>>, name: &At<String>) {
    let wanted = match kind {
        Kind::Date => "yyyy-MM-dd",
        Kind::Month => "yyyy-MM",
        _ => return,
    };
    if format.is_none_or(|format| format.value != wanted) {
        let span = format.map_or_else(|| name.span(), At::span);
        let zh = format!("列 `{}` 的 logicalTypeOptions 应为 {{ format: {wanted} }}", name.value);
        let en = format!("`{}` needs logicalTypeOptions: {{ format: {wanted} }}", name.value);
        sheet.report(Mistake::BadContract, span, zh, en);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::mistakes;

    #[test]
    fn the_types_of_a_column_must_agree() {
        assert_eq!(
            mistakes(&[("logicalType: string", "logicalType: integer"), ("CHAR(64)", "CHAR(18)")]),
            [
                "21: a column of type `person` has logicalType string, not `integer`",
                "22: a column of type `person` has physicalType CHAR(64), not `CHAR(18)`",
            ]
        );
        for physical in ["DECIMAL", "DECIMAL(39,2)", "DECIMAL(2,3)", "DECIMAL(10)", "DOUBLE"] {
            let found = mistakes(&[("DECIMAL(10,3)", physical)]);
            assert_eq!(
                found,
                [format!("62: a column of type `decimal` has physicalType DECIMAL(p,s), not `{physical}`")]
            );
        }
        let money = mistakes(&[("value: decimal", "value: money")]);
        assert_eq!(
            money,
            ["62: a column of type `money` has physicalType DECIMAL(14,2), not `DECIMAL(10,3)`"]
        );
    }

    #[test]
    fn a_type_that_nobody_knows_is_reported() {
        let found = mistakes(&[("value: month }", "value: months }")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("41: `months` is not one of person, ref, code"), "{found:?}");
    }

    #[test]
    fn a_month_says_how_it_is_written() {
        let found = mistakes(&[("format: yyyy-MM", "format: yyyyMM")]);
        assert_eq!(found, ["34: `month` needs logicalTypeOptions: { format: yyyy-MM }"]);
        let found = mistakes(&[("        logicalTypeOptions: { format: yyyy-MM }\n", "")]);
        assert_eq!(found, ["30: `month` needs logicalTypeOptions: { format: yyyy-MM }"]);
    }
}
