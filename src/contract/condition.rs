//! What must hold between the columns of one row, as a `quality` rule of the dataset says it. Knows positions, never values.
//!
//! # Decisions
//!
//! * ODCS leaves conditions over several columns to `type: custom`; ours name `engine: hedui` and one of four words, so that
//!   nobody has to learn a language and other tools see a description. Rules of other engines are theirs.
//! * `ordered: [1, share_num, share_den]`: each is at most the next. Empty values are not compared.
//! * `anyOf: [died_on, cremated_on]`: at least one has a value. `january: year`: a month that stands for its year.
//! * `filled: person_id` with `when: { programme: [orphan] }`: it has a value in rows whose codes are among these, in every
//!   column that `when` names.
//! * A row that takes a record back (`deleted`) is held to none of them: else a wrong record could not be undone.

use super::{Column, Kind, custom::decimal_units};
use crate::diagnostic::{
    Code as Mistake,
    form::{At, Sheet},
    nearest,
    yaml::{Node, Value},
};

/// What must hold in a row. Columns are positions in the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Each is at most the next.
    Ordered(Vec<Term>),
    /// At least one of these columns has a value.
    AnyOf(Vec<usize>),
    /// This month is a January.
    January(usize),
    /// This column has a value in rows in which each of these columns holds one of these codes.
    Filled(usize, Vec<(usize, Vec<String>)>),
}

/// A part of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// A column.
    Column(usize),
    /// A number, in units of the columns' last decimal place.
    Number(i128),
}

const ENGINE: &str = "hedui";
const WORDS: [&str; 4] = ["ordered", "anyOf", "january", "filled"];

/// Reads the rules of ours from a dataset's `quality`.
pub(super) fn read(sheet: &mut Sheet, quality: &Node, columns: &[&Column]) -> Vec<Condition> {
    let is = |node: &Node, name: &str, wanted: &str| matches!(node.get(name).map(|node| &node.value), Some(Value::Scalar(text)) if text == wanted);
    let ours =
        sheet.items(quality).iter().filter(|rule| is(rule, "type", "custom") && is(rule, "engine", ENGINE));
    ours.filter_map(|rule| one(sheet, rule, columns)).collect()
}

fn one(sheet: &mut Sheet, rule: &Node, columns: &[&Column]) -> Option<Condition> {
    let mut fields = sheet.fields(rule)?;
    let node = fields.required("implementation", sheet)?;
    let mut fields = sheet.fields(node)?;
    let [ordered, any_of, january, filled] = WORDS.map(|word| fields.optional(word));
    let when = filled.and_then(|_| fields.required("when", sheet));
    fields.finish(sheet);
    match (ordered, any_of, january, filled) {
        (Some(node), None, None, None) => order(sheet, node, columns),
        (None, None, None, Some(node)) => {
            let at = column(sheet, node, columns)?;
            Some(Condition::Filled(at, codes(sheet, when?, columns)?))
        }
        (None, Some(node), None, None) => {
            let found: Vec<_> = sheet.items(node).iter().map(|node| column(sheet, node, columns)).collect();
            let found = found.into_iter().collect::<Option<Vec<_>>>()?;
            at_least_two(sheet, node, found.len())?;
            Some(Condition::AnyOf(found))
        }
        (None, None, Some(node), None) => {
            let at = column(sheet, node, columns)?;
            if columns.get(at).is_some_and(|column| column.kind == Kind::Month) {
                return Some(Condition::January(at));
            }
            wrong(
                sheet,
                node,
                "january 只用于 month 类型的列",
                "`january` is about a column of type `month`",
            );
            None
        }
        _ => {
            let list = WORDS.join(", ");
            let (zh, en) = (format!("请写 {list} 中的一个"), format!("write exactly one of {list}"));
            wrong(sheet, node, &zh, &en);
            None
        }
    }
}

fn wrong(sheet: &mut Sheet, node: &Node, zh: &str, en: &str) {
    sheet.report(Mistake::BadCondition, node.span.clone(), zh, en);
}

fn at_least_two(sheet: &mut Sheet, node: &Node, found: usize) -> Option<()> {
    if found >= 2 {
        return Some(());
    }
    wrong(sheet, node, "至少要写两项", "at least two are needed");
    None
}

/// Columns of codes, each with some of its codes.
fn codes(sheet: &mut Sheet, node: &Node, columns: &[&Column]) -> Option<Vec<(usize, Vec<String>)>> {
    let Value::Map(entries) = &node.value else {
        sheet.wrong_form(node, "列名和代码", "columns and codes");
        return None;
    };
    let mut found = Vec::new();
    for (key, list) in entries {
        let at = named(sheet, &At::new(key.name.clone(), &key.span), columns)?;
        let known = columns.get(at).map_or(&[][..], |column| &column.codes);
        let mut codes = Vec::new();
        for item in sheet.items(list) {
            let code = sheet.text(item)?;
            if !known.iter().any(|known| known.value == code.value) {
                let near = nearest(&code.value, known.iter().map(|known| known.value.as_str()));
                let (zh, en) = (
                    format!("`{}` 没有代码 `{}`", key.name, code.value),
                    format!("`{}` has no code `{}`", key.name, code.value),
                );
                let unknown = sheet.diagnostic(Mistake::BadCondition, code.span(), zh, en).did_you_mean(near);
                sheet.found.push(unknown);
                return None;
            }
            codes.push(code.value);
        }
        found.push((at, codes));
    }
    Some(found)
}

/// The position of a column.
fn column(sheet: &mut Sheet, node: &Node, columns: &[&Column]) -> Option<usize> {
    let name: At<String> = sheet.text(node)?;
    named(sheet, &name, columns)
}

fn named(sheet: &mut Sheet, name: &At<String>, columns: &[&Column]) -> Option<usize> {
    let found = columns.iter().position(|column| column.name == name.value);
    if found.is_none() {
        let near = nearest(&name.value, columns.iter().map(|column| column.name.as_str()));
        let (zh, en) = (format!("没有列 `{}`", name.value), format!("there is no column `{}`", name.value));
        let unknown = sheet.diagnostic(Mistake::BadCondition, name.span(), zh, en).did_you_mean(near);
        sheet.found.push(unknown);
    }
    found
}

/// Values that are compared must be of one kind.
fn order(sheet: &mut Sheet, node: &Node, columns: &[&Column]) -> Option<Condition> {
    let items = sheet.items(node);
    let is_number = |node: &&Node| matches!(&node.value, Value::Scalar(text) if text.starts_with(|c: char| c.is_ascii_digit() || c == '-'));
    let named: Vec<_> =
        items.iter().filter(|node| !is_number(node)).map(|node| column(sheet, node, columns)).collect();
    let named = named.into_iter().collect::<Option<Vec<_>>>()?;
    let kinds: Vec<Kind> = named.iter().filter_map(|at| columns.get(*at)).map(|column| column.kind).collect();
    let scale = kinds.first().and_then(|kind| scale(*kind));
    let (Some(first), Some(scale), true) =
        (kinds.first(), scale, kinds.iter().all(|kind| Some(kind) == kinds.first()))
    else {
        wrong(
            sheet,
            node,
            "只能比较同一类型的列：int、money、decimal、date 或 month",
            "only columns of one type are compared: int, money, decimal, date or month",
        );
        return None;
    };
    at_least_two(sheet, node, items.len())?;
    let mut named = named.into_iter();
    let mut terms = Vec::with_capacity(items.len());
    for item in items {
        if !is_number(&item) {
            terms.extend(named.next().map(Term::Column));
            continue;
        }
        let number = match &item.value {
            Value::Scalar(text) if !matches!(first, Kind::Date | Kind::Month) => decimal_units(text, scale),
            _ => None,
        };
        let Some(number) = number else {
            wrong(sheet, item, "这个数不能与这些列比较", "this number cannot be compared with these columns");
            return None;
        };
        terms.push(Term::Number(number));
    }
    Some(Condition::Ordered(terms))
}

/// The digits behind the point of the kinds that have an order.
fn scale(kind: Kind) -> Option<u32> {
    match kind {
        Kind::Int | Kind::Date | Kind::Month => Some(0),
        Kind::Money => Some(2),
        Kind::Decimal { scale, .. } => u32::try_from(scale).ok(),
        Kind::Person | Kind::Ref | Kind::Code | Kind::Division | Kind::Bool | Kind::Text => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{mistakes, sample},
        *,
    };

    /// The sample with this rule.
    fn rule(implementation: &str) -> String {
        format!(
            "  - name: tolls\n    quality:\n      - {{ type: text, description: words }}\n      \
             - {{ type: custom, engine: soda, implementation: theirs }}\n      \
             - {{ type: custom, engine: hedui, description: words, implementation: {implementation} }}\n"
        )
    }

    fn found(implementation: &str) -> Vec<String> {
        mistakes(&[("  - name: tolls\n", &rule(implementation))])
    }

    #[test]
    fn conditions_name_columns_and_numbers() {
        let read = |implementation: &str| sample(&[("  - name: tolls\n", &rule(implementation))]).conditions;
        assert_eq!(
            read("{ ordered: [0.5, amount, 20] }"),
            [Condition::Ordered(vec![Term::Number(500), Term::Column(3), Term::Number(20_000)])]
        );
        assert_eq!(read("{ anyOf: [class, amount] }"), [Condition::AnyOf(vec![2, 3])]);
        assert_eq!(read("{ january: month }"), [Condition::January(1)]);
        assert_eq!(
            read("{ filled: amount, when: { class: [bus] } }"),
            [Condition::Filled(3, vec![(2, vec!["bus".to_owned()])])]
        );
        assert!(sample(&[]).conditions.is_empty());
    }

    #[test]
    fn a_condition_that_cannot_be_asked_is_named() {
        for (implementation, said) in [
            ("{ ordered: [amount, amuont] }", "17: there is no column `amuont`"),
            (
                "{ ordered: [month, amount] }",
                "17: only columns of one type are compared: int, money, decimal, date or month",
            ),
            (
                "{ ordered: [class, class] }",
                "17: only columns of one type are compared: int, money, decimal, date or month",
            ),
            (
                "{ ordered: [1, 2] }",
                "17: only columns of one type are compared: int, money, decimal, date or month",
            ),
            ("{ ordered: [amount] }", "17: at least two are needed"),
            ("{ ordered: [1, month] }", "17: this number cannot be compared with these columns"),
            ("{ ordered: [1.2345, amount] }", "17: this number cannot be compared with these columns"),
            ("{ anyOf: [amount] }", "17: at least two are needed"),
            ("{ january: amount }", "17: `january` is about a column of type `month`"),
            (
                "{ january: month, anyOf: [class, amount] }",
                "17: write exactly one of ordered, anyOf, january, filled",
            ),
            ("{ filled: amount }", "17: `when` is missing"),
            ("{ filled: amuont, when: { class: [bus] } }", "17: there is no column `amuont`"),
            ("{ filled: amount, when: { clas: [bus] } }", "17: there is no column `clas`"),
            ("{ filled: amount, when: { class: [bsu] } }", "17: `class` has no code `bsu`"),
            ("{ filled: amount, when: bus }", "17: columns and codes is expected here, not `bus`"),
            ("{}", "17: write exactly one of ordered, anyOf, january, filled"),
            ("{ orderd: [amount, amount] }", "17: write exactly one of ordered, anyOf, january, filled"),
            ("share_num <= share_den", "17: a mapping is expected here, not `share_num <= share_den`"),
        ] {
            assert_eq!(found(implementation).first().map(String::as_str), Some(said), "{implementation}");
        }
    }
}
