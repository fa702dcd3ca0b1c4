//! Typed rows in which people still stand as tokens → rows in which they stand as numbers. It types nothing.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BooleanArray, Int64Array, RecordBatch},
    buffer::NullBuffer,
    compute::filter,
    datatypes::SchemaRef,
    error::ArrowError,
};

use super::AcquireError;
use crate::{
    model::Token,
    store::{Dictionary, GrowingDictionary},
};

/// The rows typed so far, when they are taken: people still stand there as tokens.
pub(super) struct Typed {
    pub(super) schema: SchemaRef,
    pub(super) arrays: Vec<Array>,
    /// How many rows there are.
    pub(super) rows: usize,
}

/// A column.
pub(super) enum Array {
    Ready(ArrayRef),
    People { tokens: Vec<Option<Token>>, numbers: Vec<i64> },
}

/// The number of nobody: it stands for a person whose number is not known yet.
const NOBODY: i64 = 0;

impl Typed {
    /// Finds the numbers of the people who have one.
    pub(super) fn look_up(&mut self, dictionary: &Dictionary) {
        for array in &mut self.arrays {
            let Array::People { tokens, numbers } = array else { continue };
            let mut last: Option<(&Token, i64)> = None;
            numbers.extend(tokens.iter().map(|token| match (token, last) {
                (None, _) => NOBODY,
                // Registers often name a person in several rows on end.
                (Some(token), Some((same, number))) if token == same => number,
                (Some(token), _) => {
                    let number = dictionary.number_of(token).unwrap_or(NOBODY);
                    last = Some((token, number));
                    number
                }
            }));
        }
    }

    /// The rows with a number for everyone; who has none yet gets one, row by row and in a row column by column, so that
    /// the numbers follow from the file alone.
    pub(super) fn settle(mut self, dictionary: &mut GrowingDictionary) -> Result<RecordBatch, AcquireError> {
        let people = |array: &mut Array| match array {
            Array::People { tokens, numbers } => Some((std::mem::take(tokens), std::mem::take(numbers))),
            Array::Ready(_) => None,
        };
        let mut people: Vec<_> = self.arrays.iter_mut().filter_map(people).collect();
        for row in 0..self.rows {
            for (tokens, numbers) in &mut people {
                if let (Some(Some(token)), Some(number)) = (tokens.get(row), numbers.get_mut(row))
                    && *number == NOBODY
                {
                    *number = dictionary.assign(token)?;
                }
            }
        }
        let mut people = people.into_iter();
        let arrays = self.arrays.into_iter().map(|array| match array {
            Array::Ready(array) => array,
            Array::People { .. } => {
                let (tokens, numbers) = people.next().unwrap_or_default();
                let known = NullBuffer::from_iter(tokens.iter().map(Option::is_some));
                let known = Some(known).filter(|known| known.null_count() > 0);
                Arc::new(Int64Array::new(numbers.into(), known)) as ArrayRef
            }
        });
        RecordBatch::try_new(self.schema, arrays.collect()).map_err(|source| AcquireError::Columns { source })
    }
}

impl Array {
    /// Leaves the good rows alone.
    pub(super) fn keep(&mut self, good: &BooleanArray) -> Result<(), ArrowError> {
        match self {
            Self::Ready(array) => *array = filter(array, good)?,
            Self::People { tokens, .. } => {
                let mut good = good.values().iter();
                tokens.retain(|_| good.next().unwrap_or_default());
            }
        }
        Ok(())
    }
}
