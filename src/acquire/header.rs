//! The header of a file against the columns of its contract. It looks at names only.

use super::{refusal::Refusal, text::shown};
use crate::{contract::Contract, model::Text};

/// What a person should hear about a file that was taken in all the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    /// A column that the contract does not know was left out.
    UnknownColumn {
        /// The file.
        file: String,
        /// The header, if it may be shown.
        header: String,
        /// The contract's column it most looks like.
        nearest: Option<String>,
    },
    /// A column that need not be there is not there; it is read as empty.
    OptionalMissing {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
}

impl Warning {
    /// What a person should hear.
    pub fn text(&self) -> Text {
        match self {
            Self::UnknownColumn { file, header, nearest } => {
                let near = |name: &Option<String>, before: &str, after: &str| {
                    name.as_ref().map_or_else(String::new, |name| format!("{before}{name}{after}"))
                };
                Text::new(
                    format!(
                        "{file} 的列“{header}”不在数据合同中，已忽略{}",
                        near(nearest, "；最接近的列是“", "”")
                    ),
                    format!(
                        "the column `{header}` of {file} is not in the contract and is left out{}",
                        near(nearest, "; the nearest one is `", "`")
                    ),
                )
            }
            Self::OptionalMissing { file, column } => Text::new(
                format!("{file} 没有可选列 {column}，按空值处理"),
                format!("{file} has no column `{column}`; it need not, and is read as empty"),
            ),
        }
    }
}

/// Where each column of the contract stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// One entry a column of the contract: its field, if the file has it.
    pub fields: Vec<Option<usize>>,
    /// The fields of the file that are no column of the contract.
    pub extra: Vec<usize>,
}

/// Finds the columns of a contract in a header, by name or by Chinese header, in any order.
pub fn find(
    contract: &Contract,
    header: &[String],
    file: &str,
    warnings: &mut Vec<Warning>,
    refusals: &mut Vec<Refusal>,
) -> Places {
    let mut fields: Vec<Option<usize>> = vec![None; contract.columns.len()];
    let mut unknown = Vec::new();
    for (field, name) in header.iter().enumerate() {
        let Some(column) = contract.column(name) else {
            unknown.push(name.as_str());
            continue;
        };
        let Some(place) = fields.get_mut(column) else { continue };
        if place.replace(field).is_some() {
            let column = contract.columns.get(column).map_or_else(String::new, |column| column.name.clone());
            refusals.push(Refusal::ColumnTwice { file: file.to_owned(), column });
        }
    }
    let names = || contract.columns.iter().flat_map(|column| [&column.name, &column.header_zh]);
    for (column, place) in contract.columns.iter().zip(&fields) {
        match place {
            Some(_) => {}
            None if column.required => refusals.push(Refusal::ColumnMissing {
                file: file.to_owned(),
                column: column.name.clone(),
                header_zh: column.header_zh.clone(),
                nearest: nearest_of(&[&column.name, &column.header_zh], unknown.iter().copied()),
            }),
            None => {
                warnings.push(Warning::OptionalMissing { file: file.to_owned(), column: column.name.clone() })
            }
        }
    }
    for name in unknown.into_iter().filter(|name| !name.is_empty()) {
        warnings.push(Warning::UnknownColumn {
            file: file.to_owned(),
            header: shown(name),
            nearest: nearest_of(&[name], names().map(String::as_str)),
        });
    }
    let extra = (0..header.len()).filter(|field| !fields.contains(&Some(*field))).collect();
    Places { fields, extra }
}

/// Of some names the one most like any of the wanted ones, if it is like it at all.
fn nearest_of<'a>(wanted: &[&str], names: impl Iterator<Item = &'a str>) -> Option<String> {
    let likeness =
        |name: &str| wanted.iter().map(|wanted| strsim::jaro_winkler(wanted, name)).fold(0.0, f64::max);
    let scored = names.map(|name| (likeness(name), name)).filter(|(score, _)| *score > 0.75);
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| shown(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquire::fixture;

    fn find_in(header: &[&str]) -> (Places, Vec<Warning>, Vec<Refusal>) {
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        let (mut warnings, mut refusals) = (Vec::new(), Vec::new());
        let places = find(&fixture::posts(), &header, "a.csv", &mut warnings, &mut refusals);
        (places, warnings, refusals)
    }

    #[test]
    fn names_and_chinese_headers_are_found_in_any_order() {
        let (places, warnings, refusals) = find_in(&["月工资", "person_id", "结束日期", "from_on"]);
        assert_eq!(places.fields, [Some(1), Some(3), Some(2), Some(0)]);
        assert!(warnings.is_empty() && refusals.is_empty());
    }

    #[test]
    fn a_missing_column_names_the_nearest_header() {
        let (_, _, refusals) = find_in(&["person_id", "to_on", "from_om", "月工资"]);
        let [Refusal::ColumnMissing { column, nearest, .. }] = refusals.as_slice() else {
            panic!("{refusals:?}")
        };
        assert_eq!((column.as_str(), nearest.as_deref()), ("from_on", Some("from_om")));
    }

    #[test]
    fn unknown_and_absent_optional_columns_are_warned_of() {
        let (places, warnings, refusals) =
            find_in(&["person_id", "from_on", "monthly_wage", "to_om", "", "110105194912310021"]);
        assert_eq!(places.fields, [Some(0), Some(1), None, Some(2)]);
        assert_eq!(places.extra, [3, 4, 5]);
        assert!(refusals.is_empty());
        assert_eq!(
            warnings,
            [
                Warning::OptionalMissing { file: "a.csv".to_owned(), column: "to_on".to_owned() },
                Warning::UnknownColumn {
                    file: "a.csv".to_owned(),
                    header: "to_om".to_owned(),
                    nearest: Some("to_on".to_owned())
                },
                Warning::UnknownColumn {
                    file: "a.csv".to_owned(),
                    header: "(not shown: looks like data)".to_owned(),
                    nearest: None
                },
            ]
        );
    }

    #[test]
    fn a_column_under_both_its_names_is_refused() {
        let (_, _, refusals) = find_in(&["person_id", "证件号码", "from_on", "to_on", "monthly_wage"]);
        assert!(matches!(refusals.as_slice(), [Refusal::ColumnTwice { .. }]));
    }
}
