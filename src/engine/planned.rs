//! A planned statement: its columns, and what the plan proves about one of them without running it.

use arrow::datatypes::SchemaRef;
use datafusion::{
    common::{
        Column, DFSchema, ScalarValue,
        tree_node::{Transformed, TreeNode},
    },
    logical_expr::{Distinct, Expr, LogicalPlan, Operator, utils::split_conjunction},
};

/// A statement that was planned and not run.
pub struct Planned(pub(super) LogicalPlan);

impl Planned {
    /// The columns that it gives.
    pub fn columns(&self) -> SchemaRef {
        self.0.schema().inner().clone()
    }

    /// Whether a truth value is provably the same in every row: a literal, or what the rows were filtered by.
    /// Null counts as false. None where nothing is proved.
    pub fn always(&self, column: &str) -> Option<bool> {
        constant(&self.0, &self.column(column)?)
    }

    /// The texts that a column takes, where all of them are written out as literals.
    pub fn literals(&self, column: &str) -> Option<Vec<String>> {
        let mut texts = Vec::new();
        literals(&self.0, &self.column(column)?, &mut texts).then_some(texts)
    }

    fn column(&self, name: &str) -> Option<Expr> {
        let schema = self.0.schema();
        at(schema, schema.index_of_column_by_name(None, name)?)
    }
}

/// The column at a position of a schema.
fn at(schema: &DFSchema, index: usize) -> Option<Expr> {
    let (qualifier, field) = schema.iter().nth(index)?;
    Some(Expr::Column(Column::new(qualifier.cloned(), field.name())))
}

/// An expression over a plan's output, written over the output of the plan's only input. None where there is no one input
/// or a column is computed anew.
fn below<'p>(plan: &'p LogicalPlan, expr: &Expr) -> Option<(&'p LogicalPlan, Expr)> {
    let input: &LogicalPlan = match plan {
        LogicalPlan::Projection(projection) => &projection.input,
        LogicalPlan::SubqueryAlias(alias) => &alias.input,
        LogicalPlan::Filter(filter) => &filter.input,
        LogicalPlan::Sort(sort) => return Some((&sort.input, expr.clone())),
        LogicalPlan::Limit(limit) => return Some((&limit.input, expr.clone())),
        LogicalPlan::Distinct(Distinct::All(input)) => return Some((input, expr.clone())),
        _ => return None,
    };
    if matches!(plan, LogicalPlan::Filter(_)) {
        return Some((input, expr.clone()));
    }
    let schema = plan.schema();
    let mut is_whole = true;
    let lowered = expr.clone().transform(|one| {
        let Expr::Column(column) = &one else { return Ok(Transformed::no(one)) };
        let index = schema.index_of_column_by_name(column.relation.as_ref(), &column.name);
        let inner = index.and_then(|index| match plan {
            LogicalPlan::Projection(projection) => projection.expr.get(index).cloned(),
            _ => at(input.schema(), index),
        });
        is_whole &= inner.is_some();
        Ok(inner.map_or_else(
            || Transformed::no(one),
            |inner| Transformed::new(inner, true, datafusion::common::tree_node::TreeNodeRecursion::Jump),
        ))
    });
    Some((input, lowered.ok().filter(|_| is_whole)?.data))
}

fn constant(plan: &LogicalPlan, expr: &Expr) -> Option<bool> {
    let expr = bare(expr);
    if let Expr::Literal(value, _) = expr {
        return match value {
            ScalarValue::Boolean(Some(truth)) => Some(*truth),
            value => value.is_null().then_some(false),
        };
    }
    if let LogicalPlan::Filter(filter) = plan {
        // The engine gives names of its own to parts of an expression.
        let plain = |part: &Expr| bare(part).clone().unalias_nested().data;
        let kept: Vec<Expr> = split_conjunction(&filter.predicate).into_iter().map(plain).collect();
        if split_conjunction(expr).into_iter().all(|part| kept.contains(&plain(part))) {
            return Some(true);
        }
    }
    if let LogicalPlan::Union(union) = plan {
        let Expr::Column(column) = expr else { return None };
        let index = plan.schema().index_of_column_by_name(column.relation.as_ref(), &column.name)?;
        let mut each = union.inputs.iter().map(|input| constant(input, &at(input.schema(), index)?));
        let first = each.next()??;
        return each.all(|other| other == Some(first)).then_some(first);
    }
    let (input, lowered) = below(plan, expr)?;
    constant(input, &lowered)
}

/// Without what does not change whether it is true: names, `IS TRUE`, `= true`, `coalesce(…, false)`.
fn bare(expr: &Expr) -> &Expr {
    let is = |expr: &Expr, truth: bool| matches!(expr, Expr::Literal(ScalarValue::Boolean(Some(value)), _) if *value == truth);
    match expr {
        Expr::Alias(alias) => bare(&alias.expr),
        Expr::IsTrue(inner) => bare(inner),
        Expr::BinaryExpr(both) if both.op == Operator::Eq && is(&both.right, true) => bare(&both.left),
        Expr::ScalarFunction(call) if call.name() == "coalesce" => match call.args.as_slice() {
            [inner, otherwise] if is(otherwise, false) => bare(inner),
            _ => expr,
        },
        expr => expr,
    }
}

/// Gathers the literal texts of an expression; false when something else can come out.
fn literals(plan: &LogicalPlan, expr: &Expr, texts: &mut Vec<String>) -> bool {
    match expr {
        Expr::Alias(alias) => literals(plan, &alias.expr, texts),
        Expr::Cast(cast) => literals(plan, &cast.expr, texts),
        Expr::Literal(value, _) if value.is_null() => true,
        Expr::Literal(ScalarValue::Utf8(Some(text)), _) => {
            texts.push(text.clone());
            true
        }
        Expr::Case(case) => {
            let results = case.when_then_expr.iter().map(|(_, then)| then).chain(&case.else_expr);
            results.into_iter().all(|result| literals(plan, result, texts))
        }
        Expr::Column(_) => match below(plan, expr) {
            Some((input, lowered)) => literals(input, &lowered, texts),
            None => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Engine, Limits, Placeholders, Planned};

    async fn planned(sql: &str) -> Planned {
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        let rows = "SELECT 1 AS a, 2 AS b, 'x' AS word";
        engine
            .add_view(&crate::engine::TableName::new("run", "t"), rows, &Placeholders::default())
            .await
            .unwrap();
        engine.plan(sql, &Placeholders::default()).await.unwrap()
    }

    #[tokio::test]
    async fn a_hit_that_the_rows_were_filtered_by_is_always_true() {
        for sql in [
            "SELECT true AS hit",
            "SELECT a > b AS hit FROM run.t WHERE a > b",
            "SELECT a > b AND a > 3 AS hit FROM run.t WHERE a > 3 AND b < 9 AND a > b",
            "SELECT * FROM (SELECT a, a > b AS hit FROM run.t) AS q WHERE hit",
            "WITH q AS (SELECT a, a > b AS hit FROM run.t) SELECT q.a, q.hit FROM q WHERE q.hit IS TRUE ORDER BY 1",
            "WITH q AS (SELECT a, a > b AS hit FROM run.t), r AS (SELECT * FROM q WHERE coalesce(hit, false)) SELECT DISTINCT a, hit FROM r",
            "SELECT count(*) > 1 AS hit FROM run.t GROUP BY a HAVING count(*) > 1",
            "SELECT a, true AS hit FROM run.t UNION ALL SELECT b, a > b FROM run.t WHERE a > b",
        ] {
            assert_eq!(planned(sql).await.always("hit"), Some(true), "{sql}");
        }
    }

    #[tokio::test]
    async fn what_can_be_true_and_false_is_not_called_the_same() {
        for sql in [
            "SELECT a > b AS hit FROM run.t",
            "SELECT a > b AS hit FROM run.t WHERE b > 3",
            "SELECT a > b AND b > 3 AS hit FROM run.t WHERE b > 3",
            "SELECT a > b OR b > 3 AS hit FROM run.t WHERE b > 3 OR a > b AND a > 1",
            "SELECT q.hit FROM (SELECT a, a > b AS hit FROM run.t) AS q LEFT JOIN run.t AS t ON q.hit",
            "SELECT a, true AS hit FROM run.t UNION ALL SELECT b, a > b FROM run.t",
            "SELECT a, true AS hit FROM run.t UNION ALL SELECT b, false FROM run.t",
        ] {
            assert_eq!(planned(sql).await.always("hit"), None, "{sql}");
        }
        assert_eq!(planned("SELECT a, CAST(NULL AS BOOLEAN) AS hit FROM run.t").await.always("hit"), None);
        assert_eq!(planned("SELECT a, false AS hit FROM run.t").await.always("hit"), Some(false));
    }

    #[tokio::test]
    async fn words_that_are_written_out_are_known_before_running() {
        let words = planned("WITH q AS (SELECT CASE WHEN a > b THEN 'S1' ELSE 'S2' END AS w, word FROM run.t) SELECT w, word, upper(word) AS u FROM q").await;
        assert_eq!(words.literals("w"), Some(vec!["S1".to_owned(), "S2".to_owned()]));
        assert_eq!(words.literals("u"), None);
    }
}
