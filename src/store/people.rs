//! Whom snapshots speak of: the numbers in their person columns. Nothing else of them is read.

use std::fs::File;

use arrow::{array::AsArray, datatypes::Int64Type};
use parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder};

use super::{Part, StoreError};
use crate::contract::{Contract, Kind};

/// Marks the people of a dataset's parts; `seen` has a place for every number, from 0.
pub fn people_in(contract: &Contract, parts: &[Part], seen: &mut [bool]) -> Result<(), StoreError> {
    let columns = contract.columns.iter().filter(|column| column.kind == Kind::Person);
    let names: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
    for part in parts {
        let path = part.snapshot.data();
        let failed = || StoreError::parquet("read", &path);
        let file = File::open(&path).map_err(StoreError::io("open", &path))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed())?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
        for batch in builder.with_projection(mask).build().map_err(failed())? {
            let batch = batch.map_err(StoreError::parquet("read", &path))?;
            for numbers in batch.columns().iter().filter_map(|column| column.as_primitive_opt::<Int64Type>())
            {
                for number in numbers.iter().flatten() {
                    if let Some(place) = usize::try_from(number).ok().and_then(|at| seen.get_mut(at)) {
                        *place = true;
                    }
                }
            }
        }
    }
    Ok(())
}
