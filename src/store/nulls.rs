//! How many values of each column are empty in a snapshot, told by the footer of its file: no row is read.

use std::{collections::BTreeMap, fs::File, path::Path};

use parquet::file::{
    reader::{FileReader as _, SerializedFileReader},
    statistics::Statistics,
};

use super::StoreError;
use crate::contract::Contract;

/// The empty values of each column that may be empty; none where the file does not tell.
pub fn nulls(path: &Path, contract: &Contract) -> Result<Option<BTreeMap<String, u64>>, StoreError> {
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    let reader = SerializedFileReader::new(file).map_err(StoreError::parquet("read", path))?;
    let mut nulls: BTreeMap<String, u64> = contract
        .columns
        .iter()
        .filter(|column| !column.required)
        .map(|column| (column.name.clone(), 0))
        .collect();
    for group in reader.metadata().row_groups() {
        for column in group.columns() {
            let Some(sum) = nulls.get_mut(column.column_path().string().as_str()) else { continue };
            let Some(count) = column.statistics().and_then(Statistics::null_count_opt) else {
                return Ok(None);
            };
            *sum += count;
        }
    }
    Ok(Some(nulls))
}
