//! The datasets that a person may name, and what is wrong with a name that is none.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::Path,
};

use crate::{
    contract::{Contract, SUFFIX},
    diagnostic::{Code, Diagnostic, Diagnostics, nearest},
    model::DatasetId,
};

/// Datasets by contract; those whose contract does not read are known too, but not what they hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) contracts: &'a BTreeMap<DatasetId, Contract>,
    pub(super) broken: &'a BTreeSet<DatasetId>,
}

/// The datasets whose contract was reported: naming one of them is not another mistake.
pub(super) fn broken(found: &Diagnostics) -> BTreeSet<DatasetId> {
    let names = found.iter().filter_map(|one| one.file.file_name()).map(|name| name.to_string_lossy());
    names.filter_map(|name| name.strip_suffix(SUFFIX)?.parse().ok()).collect()
}

impl Known<'_> {
    /// A dataset that has no contract.
    pub(super) fn unknown_dataset(
        &self,
        id: &DatasetId,
        file: &Path,
        span: Range<usize>,
    ) -> Option<Diagnostic> {
        // Without any contract there is one mistake, and it was reported: not one for every name.
        if self.contracts.is_empty() || self.contracts.contains_key(id) || self.broken.contains(id) {
            return None;
        }
        let names: Vec<String> = self.contracts.keys().map(ToString::to_string).collect();
        let (zh, en) =
            (format!("没有数据集 `{id}` 的契约"), format!("no contract describes the dataset `{id}`"));
        let unknown = Diagnostic::new(Code::UnknownDataset, file, zh, en).at(span);
        Some(unknown.did_you_mean(nearest(&id.to_string(), names.iter().map(String::as_str))))
    }
}

/// A column that the dataset does not have.
pub(super) fn unknown_column(
    contract: &Contract,
    column: &str,
    file: &Path,
    span: Range<usize>,
) -> Option<Diagnostic> {
    if contract.columns.iter().any(|known| known.name == column) {
        return None;
    }
    let id = &contract.id;
    let (zh, en) = (format!("`{id}` 没有列 `{column}`"), format!("`{id}` has no column `{column}`"));
    let unknown = Diagnostic::new(Code::UnknownColumn, file, zh, en).at(span);
    let near = nearest(column, contract.columns.iter().map(|known| known.name.as_str()));
    Some(unknown.did_you_mean(near))
}
