//! What is said about a figure that cannot stand: twice there, wrong unit, out of bounds, without a source.

use std::{collections::BTreeMap, path::Path};

use super::{Figure, Parameter, Value};
use crate::{
    diagnostic::{Code, Diagnostic},
    model::division_stem,
};

/// Two values for one scope, at the second.
pub(super) fn twice(name: &str, first: &Value, second: &Value) -> Diagnostic {
    let place = &second.place;
    let (zh, en) = (
        format!(
            "`{name}` 在 {} 自 {} 起有两个取值：{} 和 {}",
            second.division, second.from, first.figure, second.figure
        ),
        format!(
            "`{name}` has two values for {} from {}: {} and {}",
            second.division, second.from, first.figure, second.figure
        ),
    );
    let twice = Diagnostic::new(Code::DuplicateValue, &place.file, zh, en).at(place.span.clone());
    let file = first.place.file.display();
    let twice = match (place.cell, first.place.cell) {
        (Some(cell), Some(earlier)) => {
            let row = earlier.row;
            twice
                .in_cell(cell.row, cell.column)
                .note(format!("另一个在第 {row} 行"), format!("the other is in row {row}"))
        }
        _ if first.place.file == place.file => {
            twice.note("另一个在同一文件中", "the other is in the same file")
        }
        _ => twice.note(format!("另一个在 {file}"), format!("the other is in {file}")),
    };
    twice.help("删去其中一个", "remove one of them")
}

/// Values of one scope that are not written in the order of their first days, each at the later line.
pub(super) fn disorder(values: &[Value]) -> Vec<Diagnostic> {
    let scope = |value: &Value| (division_stem(&value.division).to_owned(), value.hukou_kind.clone());
    let mut last: BTreeMap<_, &Value> = BTreeMap::new();
    let mut found = Vec::new();
    for value in values {
        if let Some(before) = last.insert(scope(value), value).filter(|before| before.from > value.from) {
            let (zh, en) = (
                format!("{} 排在 {} 之后", value.from, before.from),
                format!("{} comes after {}", value.from, before.from),
            );
            let place = &value.place;
            let mut late = Diagnostic::new(Code::DatesOutOfOrder, &place.file, zh, en).at(place.span.clone());
            late.cell = place.cell;
            found.push(late.help(
                "同一区划的取值请按生效日期先后排列",
                "write the values of one division in the order of their dates",
            ));
        }
    }
    found
}

/// A unit that is not the catalogue's.
pub(super) fn wrong_unit(parameter: &Parameter, written: &str, file: &Path) -> Diagnostic {
    let (name, unit) = (&parameter.name, &parameter.unit);
    let (zh, en) = (
        format!("`{name}` 的单位是 `{unit}`，不是 `{written}`"),
        format!("the unit of `{name}` is `{unit}`, not `{written}`"),
    );
    Diagnostic::new(Code::WrongUnit, file, zh, en)
}

/// A figure outside the catalogue's bounds.
pub(super) fn bounds(parameter: &Parameter, figure: &Figure, file: &Path) -> Option<Diagnostic> {
    let numbers = figure.numbers();
    let low = parameter.min.filter(|min| numbers.iter().any(|number| number < min));
    let high = parameter.max.filter(|max| numbers.iter().any(|number| number > max));
    let (zh, en) = match (low, high) {
        (None, None) => return None,
        (Some(min), _) => (format!("小于下限 {min}"), format!("below the least that makes sense, {min}")),
        (_, Some(max)) => (format!("大于上限 {max}"), format!("above the most that makes sense, {max}")),
    };
    let name = &parameter.name;
    let outside = Diagnostic::new(
        Code::OutOfBounds,
        file,
        format!("`{name}` 的值 {figure} {zh}"),
        format!("`{name}` is {figure}, {en}"),
    );
    Some(outside.note(format!("单位：{}", parameter.unit), format!("unit: {}", parameter.unit)))
}

/// A figure without a source: an error where it claims to be verified.
pub(super) fn no_source(parameter: &Parameter, verified: bool, file: &Path) -> Diagnostic {
    let name = &parameter.name;
    let (zh, en) =
        (format!("`{name}` 的取值没有出处（source）"), format!("a value of `{name}` has no source"));
    let missing = Diagnostic::new(Code::NoSource, file, zh, en);
    if verified {
        missing.note(
            "写明 verified: true 的取值必须有出处",
            "a value that says it is verified must say where it was read",
        )
    } else {
        missing.as_warning()
    }
}
