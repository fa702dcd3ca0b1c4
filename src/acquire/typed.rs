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
    People(People),
}

/// People of a column: nobody's token says nothing, and a number is there once it is looked up.
#[derive(Default)]
pub(super) struct People {
    pub(super) tokens: Vec<Token>,
    pub(super) nobody: Vec<bool>,
    pub(super) numbers: Vec<i64>,
}

/// The number of nobody: it stands for a person whose number is not known yet.
const NOBODY: i64 = 0;

impl Typed {
    /// Finds the numbers of the people who have one.
    pub(super) fn look_up(&mut self, dictionary: &Dictionary) {
        for array in &mut self.arrays {
            let Array::People(People { tokens, nobody, numbers }) = array else { continue };
            // Registers often name a person in several rows on end, of which one is looked up.
            let mut asked: Vec<&Token> = Vec::new();
            let mut rows = Vec::with_capacity(tokens.len());
            for (token, nobody) in tokens.iter().zip(nobody) {
                if !*nobody && asked.last() != Some(&token) {
                    asked.push(token);
                }
                rows.push(if *nobody { None } else { asked.len().checked_sub(1) });
            }
            let found = dictionary.numbers_of(&asked);
            let number = |row: Option<usize>| found.get(row?).copied().flatten();
            numbers.extend(rows.into_iter().map(|row| number(row).unwrap_or(NOBODY)));
        }
    }

    /// The rows with a number for everyone; who has none yet gets one, row by row and in a row column by column, so that
    /// the numbers follow from the file alone.
    pub(super) fn settle(mut self, dictionary: &mut GrowingDictionary) -> Result<RecordBatch, AcquireError> {
        let people = |array: &mut Array| match array {
            Array::People(people) => Some(std::mem::take(people)),
            Array::Ready(_) => None,
        };
        let mut people: Vec<_> = self.arrays.iter_mut().filter_map(people).collect();
        let is_new = |(number, nobody): (&i64, &bool)| *number == NOBODY && !nobody;
        let has_new = |people: &People| people.numbers.iter().zip(&people.nobody).any(is_new);
        let rows = if people.iter().any(has_new) { self.rows } else { 0 };
        for row in 0..rows {
            for People { tokens, nobody, numbers } in &mut people {
                if let (Some(token), Some(false), Some(number)) =
                    (tokens.get(row), nobody.get(row), numbers.get_mut(row))
                    && *number == NOBODY
                {
                    *number = dictionary.assign(token)?;
                }
            }
        }
        let mut people = people.into_iter();
        let arrays = self.arrays.into_iter().map(|array| match array {
            Array::Ready(array) => array,
            Array::People(_) => {
                let People { nobody, numbers, .. } = people.next().unwrap_or_default();
                Arc::new(Int64Array::new(numbers.into(), nulls(&nobody))) as ArrayRef
            }
        });
        RecordBatch::try_new(self.schema, arrays.collect()).map_err(|source| AcquireError::Columns { source })
    }
}

/// Which values are there; nothing if all are.
pub(super) fn nulls(null: &[bool]) -> Option<NullBuffer> {
    null.contains(&true).then(|| null.iter().map(|is_null| !is_null).collect())
}

impl Array {
    /// Leaves the good rows alone.
    pub(super) fn keep(&mut self, good: &BooleanArray) -> Result<(), ArrowError> {
        match self {
            Self::Ready(array) => *array = filter(array, good)?,
            Self::People(People { tokens, nobody, .. }) => {
                let mut is_good = good.values().iter();
                tokens.retain(|_| is_good.next().unwrap_or_default());
                let mut is_good = good.values().iter();
                nobody.retain(|_| is_good.next().unwrap_or_default());
            }
        }
        Ok(())
    }
}
