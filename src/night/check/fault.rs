//! The engine's mistakes in our words, in both languages; the engine's own words are kept as a note where they say more.

use super::statement::Statement;
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    engine::{FaultKind, SqlFault},
    project::is_given,
};

/// How many names a message lists.
const LISTED: usize = 12;

/// A mistake of a statement with our code and its place; None for one that was reported when the files were loaded.
pub(super) fn diagnostic(statement: &Statement<'_>, fault: &SqlFault) -> Option<Diagnostic> {
    let new = |code: Code, zh: &str, en: &str| Diagnostic::new(code, statement.file, zh, en);
    let mut word = None;
    let wrong = match fault.kind.as_ref() {
        FaultKind::Syntax => said_by_engine(syntax(&new, &fault.message), fault),
        FaultKind::NotOneSelect => new(
            Code::NotOneSelect,
            "这里只能写一条 SELECT，不能修改数据，也不能有第二条语句",
            "one SELECT is all that may stand here: nothing that changes data, no second statement",
        ),
        FaultKind::Column { written, known } => unknown_column(&new, written, known),
        FaultKind::Ambiguous(name) => {
            let zh = format!("列 `{name}` 在多张表中都有，要写明是哪一张");
            let en = format!("the column `{name}` is in several tables: say which");
            let candidates = fault.hints.iter().filter_map(|hint| hint.strip_prefix("possible column "));
            let list: Vec<&str> = candidates.take(LISTED).collect();
            let list = list.join(", ");
            new(Code::PlanError, &zh, &en).help(format!("可选：{list}"), format!("one of {list}"))
        }
        FaultKind::Function { written, near } => {
            let zh = format!("没有函数 `{written}`");
            let en = format!("there is no function `{written}`");
            let near = near.as_deref().and_then(|near| nearest(written, [near]));
            new(Code::PlanError, &zh, &en).did_you_mean(near)
        }
        FaultKind::Types(function) => {
            let (zh, en) = match function {
                Some(name) => (
                    format!("函数 `{name}` 不能用于这样的类型"),
                    format!("the function `{name}` does not take these types"),
                ),
                None => {
                    ("类型不相容，不能这样比较或计算".to_owned(), "these types do not go together".to_owned())
                }
            };
            word = function.as_deref();
            said_by_engine(new(Code::PlanError, &zh, &en), fault).help(
                "用 CAST(… AS …) 写成同一类型，或检查是否用错了列",
                "make them one type with CAST(… AS …), or see whether another column is meant",
            )
        }
        FaultKind::Value(written) => {
            // What is neither of the run nor declared was reported as a parameter.
            if !is_given(written.trim_start_matches('$')) {
                return None;
            }
            new(Code::PlanError, &format!("`{written}` 没有取值"), &format!("`{written}` has no value"))
                .help("$m_1 至 $m_36 是以前各月", "$m_1 to $m_36 are the months before")
        }
        FaultKind::Other => other(&new, fault),
    };
    Some(wrong.at(statement.span(fault.place, word)))
}

type New<'n> = &'n dyn Fn(Code, &str, &str) -> Diagnostic;

fn said_by_engine(wrong: Diagnostic, fault: &SqlFault) -> Diagnostic {
    let (message, hints) = (&fault.message, fault.hints.join(", "));
    let words = if hints.is_empty() { message.clone() } else { format!("{message} ({hints})") };
    wrong.note(format!("引擎原话：{words}"), format!("the engine says: {words}"))
}

/// `Expected: X, found: Y at Line: 3, Column: 14`.
fn syntax(new: New<'_>, message: &str) -> Diagnostic {
    let halves = message.strip_prefix("Expected: ").and_then(|rest| rest.rsplit_once(", found: "));
    let Some((expected, found)) = halves else {
        return new(Code::BadSql, "这里的 SQL 写法有误", "the SQL cannot be read here");
    };
    let found = found.split(" at Line").next().unwrap_or(found);
    if found == "EOF" {
        return new(Code::BadSql, "语句没有写完", "the statement ends too early");
    }
    let (zh, en) = (
        format!("此处不能是 `{found}`，应为 {expected}"),
        format!("`{found}` cannot stand here; expected: {expected}"),
    );
    new(Code::BadSql, &zh, &en)
}

fn unknown_column(new: New<'_>, written: &str, known: &[String]) -> Diagnostic {
    let column_of = |name: &str| name.rsplit_once('.').map_or(name, |(_, column)| column).to_owned();
    let table_of = |name: &str| name.rsplit_once('.').map(|(table, _)| table.to_owned());
    let (table, column) = (table_of(written), column_of(written));
    let of_table: Vec<&str> =
        known.iter().filter(|name| table.is_some() && table_of(name) == table).map(String::as_str).collect();
    if let Some(table) = table.as_ref().filter(|_| of_table.is_empty() && !known.is_empty()) {
        let zh = format!("没有列 `{written}`：这里没有叫 `{table}` 的表");
        let en = format!("there is no column `{written}`: no table here is called `{table}`");
        let tables: std::collections::BTreeSet<String> =
            known.iter().filter_map(|name| table_of(name)).collect();
        let near = nearest(table, tables.iter().map(String::as_str)).map(|table| format!("{table}.{column}"));
        return new(Code::UnknownSqlColumn, &zh, &en).did_you_mean(near.as_deref());
    }
    let reach: Vec<&str> =
        if of_table.is_empty() { known.iter().map(String::as_str).collect() } else { of_table };
    let names: Vec<String> = reach.iter().map(|name| column_of(name)).collect();
    let near = nearest(&column, names.iter().map(String::as_str));
    let near = near.and_then(|near| reach.iter().find(|name| column_of(name) == near)).copied();
    // The column may be another table's.
    let near = near.or_else(|| known.iter().find(|name| column_of(name) == column).map(String::as_str));
    let (zh, en) = (format!("没有列 `{written}`"), format!("there is no column `{written}`"));
    let unknown = new(Code::UnknownSqlColumn, &zh, &en);
    if near.is_some() {
        return unknown.did_you_mean(near);
    }
    let list = reach.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    unknown.help(format!("可用的列：{list}"), format!("columns here: {list}"))
}

/// What the engine says in words only, as far as it is common.
fn other(new: New<'_>, fault: &SqlFault) -> Diagnostic {
    let holds = |word: &str| fault.message.contains(word);
    let (zh, en) = if holds("different number of columns") {
        ("UNION 各部分的列数不同", "the parts of the UNION have different numbers of columns")
    } else if holds("GROUP BY") {
        ("列既不在 GROUP BY 中，也没有聚合", "a column is neither in GROUP BY nor inside an aggregate")
    } else if holds("duplicate") || holds("unique") {
        ("结果中有两列同名", "two columns of the result have one name")
    } else {
        ("引擎不能执行这条语句", "the engine cannot plan this statement")
    };
    said_by_engine(new(Code::PlanError, zh, en), fault)
}
