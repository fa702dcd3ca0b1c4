//! A raw file's header against the contract: every column must be one that was agreed.
//!
//! Stricter than the intake: what is not in the contract does not leave the agency.

use std::path::Path;

use super::{HeaderFault, HeaderProblem};
use crate::{
    acquire::text::{TextTable, shown},
    contract::Contract,
    diagnostic::nearest,
    model::Text,
};

/// Where the contract's columns stand in a file.
#[derive(Debug)]
pub(super) struct Places {
    /// One entry a column of the contract: its field.
    pub(super) fields: Vec<Option<usize>>,
    /// Fields without a name; they must stay empty.
    pub(super) unnamed: Vec<usize>,
}

/// Finds the contract's columns by name or Chinese header, in any order.
pub(super) fn find(
    contract: &Contract,
    path: &Path,
    table: &TextTable,
    warnings: &mut Vec<Text>,
) -> Result<Places, Vec<HeaderProblem>> {
    let mut places = Places { fields: vec![None; contract.columns.len()], unnamed: Vec::new() };
    let mut faults = Vec::new();
    for (field, name) in table.header.iter().enumerate() {
        if name.is_empty() {
            places.unnamed.push(field);
            continue;
        }
        let found = contract.column(name).and_then(|at| Some((at, contract.columns.get(at)?)));
        match found.and_then(|(at, column)| Some((places.fields.get_mut(at)?, column))) {
            Some((place @ None, _)) => *place = Some(field),
            Some((_, column)) => faults.push(HeaderFault::Twice { column: column.name.clone() }),
            None => {
                let known =
                    contract.columns.iter().flat_map(|column| [column.name.as_str(), &column.header_zh]);
                let nearest = nearest(name, known).map(str::to_owned);
                faults.push(HeaderFault::Unknown { name: shown(name), nearest });
            }
        }
    }
    for (column, place) in contract.columns.iter().zip(&places.fields) {
        let (name, header_zh) = (column.name.clone(), column.header_zh.clone());
        match place {
            Some(_) => {}
            None if column.required => faults.push(HeaderFault::Missing { column: name, header_zh }),
            None => warnings.push(Text::new(
                format!("{}：没有列“{header_zh}”（{name}），按空值交付", path.display()),
                format!("{}: there is no column `{name}`; it is delivered empty", path.display()),
            )),
        }
    }
    let problem = |what| HeaderProblem { path: path.to_owned(), line: table.header_line, what };
    if faults.is_empty() { Ok(places) } else { Err(faults.into_iter().map(problem).collect()) }
}
