//! One rule of the engine's optimizer, left out where it is wrong. It never changes what a statement gives.
//!
//! # Decisions
//!
//! - Where different values are counted, the rule groups by them first and counts then, which takes less memory. A sum beside that
//!   count becomes a sum of sums, and of decimals that has a wider type than was planned: whatever compares it fails. Such a
//!   statement is run as it is written.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::{
    common::tree_node::Transformed,
    error::Result,
    execution::{SessionStateBuilder, context::SessionState},
    logical_expr::{Aggregate, Expr, LogicalPlan},
    optimizer::{
        ApplyOrder, OptimizerConfig, OptimizerRule, single_distinct_to_groupby::SingleDistinctToGroupBy,
    },
};

/// The engine's rule for all but sums of decimals.
#[derive(Debug)]
struct Distinct(SingleDistinctToGroupBy);

impl OptimizerRule for Distinct {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn supports_rewrite(&self) -> bool {
        true
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        match &plan {
            LogicalPlan::Aggregate(aggregate) if sums_decimals(aggregate) => Ok(Transformed::no(plan)),
            _ => self.0.rewrite(plan, config),
        }
    }
}

fn sums_decimals(aggregate: &Aggregate) -> bool {
    aggregate.aggr_expr.iter().enumerate().any(|(at, made)| {
        let Expr::AggregateFunction(made) = made else { return false };
        let column = aggregate.schema.field(aggregate.schema.fields().len() - aggregate.aggr_expr.len() + at);
        made.func.name() == "sum"
            && matches!(column.data_type(), DataType::Decimal128(..) | DataType::Decimal256(..))
    })
}

/// A session like this one that counts different values rightly.
pub(super) fn counting_rightly(state: SessionState) -> SessionState {
    let rules = state.optimizer().rules.iter().map(|rule| -> Arc<dyn OptimizerRule + Send + Sync> {
        let ours = Distinct(SingleDistinctToGroupBy::new());
        if rule.name() == ours.name() { Arc::new(ours) } else { Arc::clone(rule) }
    });
    let rules = rules.collect();
    SessionStateBuilder::new_from_existing(state).with_optimizer_rules(rules).build()
}

#[cfg(test)]
mod tests {
    use arrow::{
        array::{Array, Decimal128Array, Int64Array, RecordBatch, StringArray},
        compute::cast,
        datatypes::{Field, Schema},
    };

    use crate::engine::{Engine, Limits, Placeholders, TableName};

    use super::*;

    #[tokio::test]
    async fn different_values_are_counted_beside_a_sum_of_money_that_is_compared() {
        let engine = Engine::new(Limits { threads: 2, memory: None }).unwrap();
        let amount = DataType::Decimal128(12, 2);
        let schema = Arc::new(Schema::new(vec![
            Field::new("person_id", DataType::Utf8, false),
            Field::new("month", DataType::Int64, false),
            Field::new("amount", amount.clone(), false),
        ]));
        let rows = RecordBatch::try_new(
            schema.clone(),
            vec![
                Arc::new(StringArray::from(vec!["a", "a", "a", "b"])),
                Arc::new(Int64Array::from(vec![1, 1, 2, 1])),
                cast(&Int64Array::from(vec![300, 400, 500, 800]), &amount).unwrap(),
            ],
        );
        engine.add_rows(&TableName::new("a", "payments"), schema, vec![rows.unwrap()]).unwrap();
        let beside = engine.beside("run", &[], 1).await.unwrap();
        let sql = "SELECT person_id, sum(amount) AS paid, count(DISTINCT month) AS months FROM a.payments \
                   GROUP BY person_id HAVING sum(amount) > 900";
        for engine in [&engine, &beside] {
            let (_, found) = engine.collect("it", sql, &Placeholders::default()).await.unwrap();
            let found = arrow::compute::concat_batches(&found[0].schema(), &found).unwrap();
            let paid = found.column(1).as_any().downcast_ref::<Decimal128Array>().unwrap();
            let months = found.column(2).as_any().downcast_ref::<Int64Array>().unwrap();
            assert_eq!((paid.len(), paid.value(0), months.value(0)), (1, 120_000, 2));
        }
    }
}
