//! `run.feeds`: one row a dataset that was ever delivered, as rules about the feeds themselves read it.
//!
//! Says how old and how large a delivery is, never whether that is too old or too small: that is the rule's to say.

use std::sync::Arc;

use arrow::{
    array::{Date32Array, Decimal128Array, Int32Array, RecordBatch, StringArray},
    datatypes::{DataType, Date32Type, Field, Schema},
    error::ArrowError,
};

use super::{Feed, Feeds, Volume};
use crate::{
    engine::{Engine, EngineError, TableName},
    model::DatasetId,
};

/// The digits of a size before and behind the point.
const PRECISION: u8 = 20;

/// Adds the table, replacing an earlier one.
pub fn add_feeds(engine: &Engine, feeds: &Feeds) -> Result<(), EngineError> {
    let rows = rows(feeds).map_err(|error| EngineError::Run {
        what: "list the feeds".to_owned(),
        message: error.to_string(),
    })?;
    engine.add_rows(&TableName::new("run", "feeds"), rows.schema(), vec![rows])
}

fn rows(feeds: &Feeds) -> Result<RecordBatch, ArrowError> {
    let delivered: Vec<(&DatasetId, &Feed)> = feeds.iter().filter(|(_, feed)| feed.as_of.is_some()).collect();
    let int = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let size = |of: fn(&Volume) -> i128| {
        let sizes = delivered.iter().map(|(_, feed)| feed.volume.as_ref().map(of));
        sizes.collect::<Decimal128Array>().with_precision_and_scale(PRECISION, Volume::SCALE)
    };
    let days = delivered.iter().map(|(_, feed)| feed.as_of.map(Date32Type::from_naive_date));
    let sizes = DataType::Decimal128(PRECISION, Volume::SCALE);
    let schema = Schema::new(vec![
        Field::new("dataset", DataType::Utf8, false),
        Field::new("as_of", DataType::Date32, true),
        Field::new("fresh_days", DataType::Int32, false),
        Field::new("rows_now", sizes.clone(), true),
        Field::new("rows_usual", sizes, true),
        Field::new("deliveries", DataType::Int32, true),
    ]);
    let fresh = delivered.iter().map(|(_, feed)| i32::try_from(feed.fresh_days).unwrap_or(i32::MAX));
    let deliveries =
        delivered.iter().map(|(_, feed)| feed.volume.as_ref().map(|volume| int(volume.deliveries)));
    RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(StringArray::from_iter_values(delivered.iter().map(|(dataset, _)| dataset.to_string()))),
            Arc::new(days.collect::<Date32Array>()),
            Arc::new(Int32Array::from_iter_values(fresh)),
            Arc::new(size(|volume| volume.now)?),
            Arc::new(size(|volume| volume.usual)?),
            Arc::new(deliveries.collect::<Int32Array>()),
        ],
    )
}
