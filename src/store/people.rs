//! Which people a snapshot's column names, as a set of dictionary numbers. Reads one column of a file, never a row.

use std::{fs::File, path::Path};

use arrow::{array::AsArray, datatypes::Int64Type};
use parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder};

use super::StoreError;

/// A set of people. The dictionary numbers them densely from 1, so a bit a person is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleSet {
    bits: Vec<u64>,
}

impl PeopleSet {
    /// Adds everyone whom a column of a snapshot's file names.
    pub fn add(&mut self, path: &Path, column: &str) -> Result<(), StoreError> {
        let failed = StoreError::parquet("read", path);
        let file = File::open(path).map_err(StoreError::io("read", path))?;
        let builder =
            ParquetRecordBatchReaderBuilder::try_new(file).map_err(StoreError::parquet("read", path))?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), [column]);
        let reader = builder.with_projection(mask).build().map_err(failed)?;
        for batch in reader {
            let batch = batch.map_err(StoreError::parquet("read", path))?;
            let numbers = batch.columns().first().and_then(|array| array.as_primitive_opt::<Int64Type>());
            for number in numbers.into_iter().flatten().flatten() {
                self.insert(number);
            }
        }
        Ok(())
    }

    /// Adds one.
    pub fn insert(&mut self, number: i64) {
        let Ok(number) = usize::try_from(number) else { return };
        let word = number / 64;
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= 1 << (number % 64);
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.bits.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// How many of them are in another set.
    pub fn found_in(&self, other: &Self) -> u64 {
        self.bits.iter().zip(&other.bits).map(|(one, other)| u64::from((one & other).count_ones())).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_once_and_found_in_another_set() {
        let set = |numbers: &[i64]| {
            let mut set = PeopleSet::default();
            numbers.iter().for_each(|number| set.insert(*number));
            set
        };
        let some = set(&[1, 63, 64, 64, 5000]);
        assert_eq!(some.count(), 4);
        assert_eq!((some.found_in(&set(&[64, 65, 1])), some.found_in(&set(&[]))), (2, 0));
        assert_eq!(set(&[1]).found_in(&some), 1);
    }
}
