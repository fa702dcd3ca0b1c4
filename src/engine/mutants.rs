//! Small wrong changes to a statement, one at a time: what a careful test must notice. Runs nothing.
//!
//! Changed are comparisons, bounds, conditions, joins and negations: the places where a rule is wrong by a day, a fen, a
//! month or a member.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::{
    ast::{
        BinaryOperator, Expr, JoinOperator, Select, SetExpr, Spanned, Statement, UnaryOperator, Value,
        VisitMut, VisitorMut,
    },
    dialect::GenericDialect,
    parser::Parser,
};

use super::fault::{FaultKind, SqlFault};

/// What a mutant's condition became when it was left out.
const NOTHING: &str = "∅";

/// A statement with one wrong change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// The line of the change in the original text, from 1; 0 where the parser does not know it.
    pub line: u64,
    /// The change, such as `m.share >= 0.5 → m.share > 0.5`, or `… → ∅` for a condition left out.
    pub change: String,
    /// The whole changed statement.
    pub sql: String,
}

/// Every mutant of a statement, in the order of the text. Two that read the same are told apart by their line.
pub fn mutants(sql: &str) -> Result<Vec<Mutant>, SqlFault> {
    let fault = |error: &dyn std::fmt::Display| SqlFault::new(FaultKind::Syntax, error.to_string());
    let statements = Parser::parse_sql(&GenericDialect {}, sql).map_err(|error| fault(&error))?;
    let [original] = statements.as_slice() else { return Err(fault(&"not one statement")) };
    let mut mutants = Vec::new();
    loop {
        let mut changed: Statement = original.clone();
        let mut change = Change { wanted: mutants.len(), seen: 0, line: 0, made: None };
        let _ = changed.visit(&mut change);
        let Some(made) = change.made else { return Ok(mutants) };
        mutants.push(Mutant { line: change.line, change: made, sql: changed.to_string() });
    }
}

/// Makes the change number `wanted` and no other.
struct Change {
    wanted: usize,
    seen: usize,
    line: u64,
    made: Option<String>,
}

impl Change {
    /// Whether the next possible change is the wanted one.
    fn is_next(&mut self) -> bool {
        self.seen += 1;
        self.made.is_none() && self.seen == self.wanted + 1
    }

    fn join(&mut self, operator: &mut JoinOperator, table: &str, line: u64) {
        use JoinOperator::{Inner, Join, Left, LeftOuter};
        let (other, before, after) = match operator {
            Join(on) | Inner(on) => (Left(on.clone()), "JOIN", "LEFT JOIN"),
            Left(on) | LeftOuter(on) => (Join(on.clone()), "LEFT JOIN", "JOIN"),
            _ => return,
        };
        if self.is_next() {
            self.line = line;
            self.made = Some(format!("{before} {table} → {after} {table}"));
            *operator = other;
        }
    }

    fn union(&mut self, body: &mut SetExpr) {
        let SetExpr::SetOperation { left, right, .. } = body else { return };
        // Each branch is left out once: the left one here only where it is not itself a union.
        let mut other = None;
        for (kept, gone) in [(&*left, &*right), (&*right, &*left)] {
            if !matches!(**gone, SetExpr::SetOperation { .. }) && self.is_next() {
                self.line = gone.span().start.line;
                self.made = Some(format!("UNION {} → {NOTHING}", one_line(gone)));
                other = Some((**kept).clone());
            }
        }
        match other {
            Some(other) => *body = other,
            None => {
                self.union(left);
                self.union(right);
            }
        }
    }
}

impl VisitorMut for Change {
    type Break = ();

    fn pre_visit_query(
        &mut self,
        query: &mut datafusion::sql::sqlparser::ast::Query,
    ) -> ControlFlow<Self::Break> {
        self.union(&mut query.body);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Self::Break> {
        for from in &mut select.from {
            for join in &mut from.joins {
                let (table, line) = (one_line(&join.relation), join.relation.span().start.line);
                self.join(&mut join.join_operator, &table, line);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        if self.made.is_some() {
            return ControlFlow::Break(());
        }
        for (other, left_out) in others(expr) {
            if self.is_next() {
                self.line = expr.span().start.line;
                self.made = Some(match left_out {
                    Some(condition) => format!("{} → {NOTHING}", one_line(&condition)),
                    None => format!("{} → {}", one_line(expr), one_line(&other)),
                });
                *expr = other;
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}

fn one_line(part: &impl std::fmt::Display) -> String {
    part.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an expression may be changed to; with the condition that is left out, where it is one.
fn others(expr: &Expr) -> Vec<(Expr, Option<Expr>)> {
    let plain = |others: Vec<Expr>| others.into_iter().map(|other| (other, None)).collect();
    match expr {
        Expr::BinaryOp { left, op, right } => binary(left, op, right),
        Expr::Between { expr: inner, negated, low, high } => {
            let bounds = |lower: BinaryOperator, upper: BinaryOperator| {
                let both = and(compare(inner, lower, low), compare(inner, upper, high));
                let both = Expr::Nested(Box::new(both));
                if *negated { not(both) } else { both }
            };
            plain(vec![
                bounds(BinaryOperator::Gt, BinaryOperator::LtEq),
                bounds(BinaryOperator::GtEq, BinaryOperator::Lt),
                Expr::Between {
                    expr: inner.clone(),
                    negated: !negated,
                    low: low.clone(),
                    high: high.clone(),
                },
            ])
        }
        Expr::InList { expr: inner, list, negated } => {
            let with = |list: Vec<Expr>, negated: bool| Expr::InList { expr: inner.clone(), list, negated };
            let mut changed = vec![with(list.clone(), !negated)];
            for gone in 0..list.len() {
                let kept: Vec<Expr> = list
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != gone)
                    .map(|(_, one)| one.clone())
                    .collect();
                if !kept.is_empty() {
                    changed.push(with(kept, *negated));
                }
            }
            plain(changed)
        }
        Expr::InSubquery { expr: inner, subquery, negated } => plain(vec![Expr::InSubquery {
            expr: inner.clone(),
            subquery: subquery.clone(),
            negated: !negated,
        }]),
        Expr::Exists { subquery, negated } => {
            plain(vec![Expr::Exists { subquery: subquery.clone(), negated: !negated }])
        }
        Expr::IsNull(inner) => plain(vec![Expr::IsNotNull(inner.clone())]),
        Expr::IsNotNull(inner) => plain(vec![Expr::IsNull(inner.clone())]),
        Expr::IsTrue(inner) => plain(vec![Expr::IsNotTrue(inner.clone())]),
        Expr::IsNotTrue(inner) => plain(vec![Expr::IsTrue(inner.clone())]),
        Expr::IsDistinctFrom(a, b) => plain(vec![Expr::IsNotDistinctFrom(a.clone(), b.clone())]),
        Expr::IsNotDistinctFrom(a, b) => plain(vec![Expr::IsDistinctFrom(a.clone(), b.clone())]),
        Expr::UnaryOp { op: UnaryOperator::Not, expr: inner } => plain(vec![(**inner).clone()]),
        Expr::Value(value) => match &value.value {
            Value::Boolean(truth) => plain(vec![Expr::value(Value::Boolean(!truth))]),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn binary(left: &Expr, op: &BinaryOperator, right: &Expr) -> Vec<(Expr, Option<Expr>)> {
    use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq, Minus, Multiply, NotEq, Or, Plus};
    let instead: &[BinaryOperator] = match op {
        Eq => &[NotEq],
        NotEq => &[Eq],
        Lt => &[LtEq, GtEq],
        LtEq => &[Lt, Gt],
        Gt => &[GtEq, LtEq],
        GtEq => &[Gt, Lt],
        And => &[Or],
        Or => &[And],
        Plus => &[Minus],
        Minus => &[Plus],
        _ => &[],
    };
    let mut others: Vec<(Expr, Option<Expr>)> =
        instead.iter().map(|op| (grouped(left, op.clone(), right), None)).collect();
    if matches!(op, And | Or) {
        // In `a AND b AND c` every condition is left out once.
        let is_same = |side: &Expr| matches!(side, Expr::BinaryOp { op: inner, .. } if inner == op);
        others.push((left.clone(), Some(right.clone())));
        if !is_same(left) {
            others.push((right.clone(), Some(left.clone())));
        }
    }
    if matches!(op, Lt | LtEq | Gt | GtEq | Eq | NotEq | Plus | Minus | Multiply) {
        if let Some(more) = one_more(right) {
            others.push((compare(left, op.clone(), &more), None));
        }
        if let Some(more) = one_more(left) {
            others.push((compare(&more, op.clone(), right), None));
        }
    }
    others
}

/// `a AND b` in place of `a OR b` keeps its own parentheses, or a neighbour would bind its parts.
fn grouped(left: &Expr, op: BinaryOperator, right: &Expr) -> Expr {
    let is_logic = matches!(op, BinaryOperator::And | BinaryOperator::Or);
    let changed = compare(left, op, right);
    if is_logic { Expr::Nested(Box::new(changed)) } else { changed }
}

fn compare(left: &Expr, op: BinaryOperator, right: &Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left.clone()), op, right: Box::new(right.clone()) }
}

fn and(left: Expr, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op: BinaryOperator::And, right: Box::new(right) }
}

fn not(expr: Expr) -> Expr {
    Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expr) }
}

/// A written whole number, and one more.
fn one_more(expr: &Expr) -> Option<Expr> {
    let Expr::Value(value) = expr else { return None };
    let Value::Number(digits, long) = &value.value else { return None };
    let more = digits.parse::<i64>().ok()?.checked_add(1)?;
    Some(Expr::value(Value::Number(more.to_string(), *long)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(sql: &str) -> Vec<String> {
        mutants(sql).unwrap().into_iter().map(|mutant| mutant.change).collect()
    }

    #[test]
    fn a_comparison_moves_by_its_bound_and_turns_round() {
        assert_eq!(changes("SELECT a >= $x AS hit FROM t"), ["a >= $x → a > $x", "a >= $x → a < $x"]);
        assert_eq!(changes("SELECT a = 2 AS hit FROM t"), ["a = 2 → a <> 2", "a = 2 → a = 3"]);
        assert_eq!(
            changes("SELECT 1 AS one FROM t WHERE a BETWEEN 1 AND 2"),
            [
                "a BETWEEN 1 AND 2 → (a > 1 AND a <= 2)",
                "a BETWEEN 1 AND 2 → (a >= 1 AND a < 2)",
                "a BETWEEN 1 AND 2 → a NOT BETWEEN 1 AND 2",
            ]
        );
    }

    #[test]
    fn every_condition_is_left_out_once() {
        let all = changes("SELECT 1 AS one FROM t WHERE a AND b AND c");
        let left_out: Vec<&str> = all.iter().filter_map(|change| change.strip_suffix(" → ∅")).collect();
        assert_eq!(left_out, ["c", "b", "a"]);
        assert_eq!(all.len(), 5, "{all:?}");
    }

    #[test]
    fn joins_unions_lists_and_negations_change() {
        assert_eq!(
            changes("SELECT 1 AS one FROM t LEFT JOIN u ON t.a = u.a WHERE NOT t.b"),
            ["LEFT JOIN u → JOIN u", "t.a = u.a → t.a <> u.a", "NOT t.b → t.b"]
        );
        assert_eq!(changes("SELECT a FROM t UNION ALL SELECT b FROM u").len(), 2);
        assert_eq!(
            changes("SELECT a IN (1, 2) AS x FROM t"),
            ["a IN (1, 2) → a NOT IN (1, 2)", "a IN (1, 2) → a IN (2)", "a IN (1, 2) → a IN (1)"]
        );
    }

    #[test]
    fn a_mutant_is_the_whole_statement_with_one_change_and_its_line() {
        let all = mutants("SELECT a,\n  b > 1 AS hit\nFROM t").unwrap();
        assert_eq!(all[0].sql, "SELECT a, b >= 1 AS hit FROM t");
        assert!(all.iter().all(|mutant| mutant.line == 2), "{all:?}");
        assert!(mutants("SELECT a; SELECT b").is_err());
        assert!(mutants("SELECT a FROM (").is_err());
    }

    #[test]
    fn an_or_that_becomes_an_and_keeps_its_parts_together() {
        let all = mutants("SELECT 1 AS one FROM t WHERE a AND (b OR c) AND d OR e").unwrap();
        assert!(
            all.iter().any(|mutant| mutant.sql.ends_with("WHERE a AND ((b AND c)) AND d OR e")),
            "{all:?}"
        );
        assert!(
            all.iter().any(|mutant| mutant.sql.ends_with("WHERE (a AND (b OR c) AND d AND e)")),
            "{all:?}"
        );
    }
}
