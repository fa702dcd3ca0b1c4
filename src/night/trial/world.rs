//! The rows that tests give, as tables: each test's people and ids are its own.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int32Array, Int64Array, RecordBatch,
        StringArray,
    },
    datatypes::{DataType, Date32Type},
};

use super::TrialError;
use crate::{
    acquire::Reason,
    compare::{Delivered, Feed, Feeds, People, Volume, volume_drop},
    contract::{Contract, Delivery, Kind},
    model::Month,
    parameter::ParameterBook,
    project::{Project, RuleTest, TestRow, TestValue},
    store::Counts,
};

/// How many people one test may have.
const PEOPLE_A_TEST: i64 = 1_000;
/// The months before the business date that a by-month feed holds unless a test says otherwise.
const MONTHS_HELD: i32 = 60;

/// Several tests side by side.
pub(super) struct World<'a> {
    tests: Vec<&'a RuleTest>,
}

/// What stands before the ids of a test, so that no two tests share one.
pub(super) fn prefix(index: usize) -> String {
    format!("{index:04}/")
}

impl<'a> World<'a> {
    pub(super) fn of(tests: impl Iterator<Item = &'a RuleTest>) -> Self {
        Self { tests: tests.collect() }
    }

    /// All tests' rows of one dataset.
    pub(super) fn rows(&self, contract: &Contract) -> Result<RecordBatch, TrialError> {
        let failed = |message: String| TrialError::Rows(contract.id.to_string(), message);
        let mut given: Vec<(usize, &TestRow)> = Vec::new();
        for (index, test) in self.tests.iter().enumerate() {
            given.extend(test.given.get(&contract.id).into_iter().flatten().map(|row| (index, row)));
        }
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(contract.columns.len() + 2);
        for (at, column) in contract.columns.iter().enumerate() {
            let cells: Vec<(usize, &TestValue)> = given
                .iter()
                .map(|(index, row)| (*index, row.values.get(at).unwrap_or(&TestValue::Null)))
                .collect();
            columns.push(self.column(column.kind, &cells).map_err(|error| failed(error.to_string()))?);
        }
        columns.push(Arc::new(StringArray::from_iter_values(given.iter().map(|_| "given"))));
        columns.push(Arc::new(Int64Array::from_iter_values((2..).take(given.len()))));
        RecordBatch::try_new(contract.arrow_schema(), columns).map_err(|error| failed(error.to_string()))
    }

    fn column(
        &self,
        kind: Kind,
        cells: &[(usize, &TestValue)],
    ) -> Result<ArrayRef, arrow::error::ArrowError> {
        let decimal =
            |value: &TestValue| if let TestValue::Decimal(digits) = value { Some(*digits) } else { None };
        Ok(match kind.arrow_type() {
            DataType::Int64 => {
                let numbers = cells.iter().map(|(index, value)| match value {
                    TestValue::Person(name) => self.number(*index, name),
                    _ => None,
                });
                Arc::new(numbers.collect::<Int64Array>())
            }
            DataType::Date32 => {
                let days = cells.iter().map(|(_, value)| match value {
                    TestValue::Date(day) => Some(Date32Type::from_naive_date(*day)),
                    _ => None,
                });
                Arc::new(days.collect::<Date32Array>())
            }
            DataType::Decimal128(precision, scale) => {
                let digits: Decimal128Array = cells.iter().map(|(_, value)| decimal(value)).collect();
                Arc::new(digits.with_precision_and_scale(precision, scale)?)
            }
            DataType::Int32 => {
                let numbers = cells
                    .iter()
                    .map(|(_, value)| if let TestValue::Int(number) = value { Some(*number) } else { None });
                Arc::new(numbers.collect::<Int32Array>())
            }
            DataType::Boolean => {
                let truths = cells
                    .iter()
                    .map(|(_, value)| if let TestValue::Bool(truth) = value { Some(*truth) } else { None });
                Arc::new(truths.collect::<BooleanArray>())
            }
            _ => {
                let texts = cells.iter().map(|(index, value)| match value {
                    TestValue::Text(text) if kind == Kind::Ref => Some(format!("{}{text}", prefix(*index))),
                    TestValue::Text(text) => Some(text.clone()),
                    _ => None,
                });
                Arc::new(texts.collect::<StringArray>())
            }
        })
    }

    fn number(&self, index: usize, name: &str) -> Option<i64> {
        let own = self.tests.get(index)?.people.get(name)?;
        Some(i64::try_from(index).ok()? * PEOPLE_A_TEST + own)
    }
}

impl People for World<'_> {
    /// A person's name in their test, behind the test's prefix.
    fn token_text(&self, number: i64) -> Option<String> {
        let index = usize::try_from((number - 1) / PEOPLE_A_TEST).ok()?;
        let own = (number - 1) % PEOPLE_A_TEST + 1;
        let (name, _) = self.tests.get(index)?.people.iter().find(|(_, number)| **number == own)?;
        Some(format!("{}{name}", prefix(index)))
    }
}

/// The feeds of a test: fresh and complete unless it says otherwise.
pub(super) fn feeds(project: &Project, book: &ParameterBook, test: &RuleTest) -> Feeds {
    let drop = volume_drop(book, &project.pipeline.division.value, test.on);
    let mut feeds = BTreeMap::new();
    for contract in project.contracts.values() {
        let said = test.feeds.get(&contract.id);
        let is_missing = said.is_some_and(|feed| feed.missing);
        let as_of = if is_missing { None } else { Some(said.and_then(|feed| feed.as_of).unwrap_or(test.on)) };
        let held_months = match contract.delivery {
            Delivery::ByMonth { .. } => Some(match said.and_then(|feed| feed.months.as_ref()) {
                Some(months) => months.iter().copied().collect(),
                None => (1..=MONTHS_HELD).map(|back| Month::of(test.on).plus(-back)).collect(),
            }),
            Delivery::Full | Delivery::Upsert => None,
        };
        let sizes: Vec<u64> =
            said.iter().flat_map(|feed| &feed.rows).map(|rows| rows.saturating_mul(1_000_000)).collect();
        let volume = Volume::of(&sizes, drop);
        feeds.insert(
            contract.id.clone(),
            Feed { as_of, fresh_days: contract.fresh_days, held_months, volume, drift: Vec::new() },
        );
    }
    feeds
}

/// The deliveries of a test: one a dataset, called `<dataset>-1`, with the counts that the test writes, else with no rows.
pub(super) fn deliveries(project: &Project, test: &RuleTest) -> Vec<Delivered> {
    let mut deliveries = Vec::new();
    for id in project.contracts.keys() {
        let said = test.feeds.get(id).cloned().unwrap_or_default();
        if said.missing {
            continue;
        }
        let rows = said.rows.last().copied().unwrap_or_default();
        let raw_numbers = (Reason::LooksLikeIdentityNumber.code().to_owned(), said.raw_numbers);
        let counts = Counts {
            rows,
            accepted: rows.saturating_sub(said.set_aside + said.collapsed),
            collapsed: said.collapsed,
            quarantined: said.set_aside,
            set_aside_by_agency: said.set_aside_by_agency,
            repairs: BTreeMap::new(),
            reasons: BTreeMap::from([raw_numbers]),
        };
        let as_of = said.as_of.unwrap_or(test.on);
        deliveries.push(Delivered { dataset: id.clone(), delivery: format!("{id}-1"), as_of, counts });
    }
    deliveries
}
