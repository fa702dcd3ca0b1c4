//! Placeholders such as `$t`: replaced in the parsed statement by typed literals.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use datafusion::sql::{
    parser::Statement,
    sqlparser::{
        ast::{Expr, Value, visit_expressions, visit_expressions_mut},
        dialect::GenericDialect,
        parser::Parser,
    },
};

use super::fault::{FaultKind, SqlFault, SqlPlace};

/// Named values for a statement, each written as a SQL literal: `t` → `DATE '2026-03-15'`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placeholders(BTreeMap<String, String>);

impl Placeholders {
    /// Sets one value; `literal` is SQL, for example `DATE '2026-03-15'` or `3`.
    pub fn set(&mut self, name: impl Into<String>, literal: impl Into<String>) {
        self.0.insert(name.into(), literal.into());
    }

    /// Every name with its literal, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, literal)| (name.as_str(), literal.as_str()))
    }

    /// Replaces every placeholder of a statement, or names all that have no value.
    pub(super) fn bind(&self, statement: &mut Statement) -> Result<(), Vec<SqlFault>> {
        let Statement::Statement(inner) = statement else {
            return Ok(());
        };
        let mut unknown = Vec::new();
        let _: ControlFlow<()> = visit_expressions_mut(inner.as_mut(), |expr: &mut Expr| {
            let Expr::Value(value) = expr else { return ControlFlow::Continue(()) };
            let Value::Placeholder(written) = &value.value else { return ControlFlow::Continue(()) };
            let name = written.trim_start_matches('$');
            let literal = self.0.get(name).and_then(|text| {
                Parser::new(&GenericDialect {})
                    .try_with_sql(text)
                    .and_then(|mut parser| parser.parse_expr())
                    .ok()
            });
            match literal {
                Some(literal) => *expr = Expr::Nested(Box::new(literal)),
                None => unknown.push(SqlFault {
                    kind: Box::new(FaultKind::Value(written.clone())),
                    message: format!("`{written}` has no value"),
                    place: Some(SqlPlace {
                        line: value.span.start.line,
                        column: value.span.start.column,
                        end_line: value.span.end.line,
                        end_column: value.span.end.column,
                    }),
                    hints: Box::default(),
                }),
            }
            ControlFlow::Continue(())
        });
        if unknown.is_empty() { Ok(()) } else { Err(unknown) }
    }
}

/// The placeholder names that a statement uses, without the `$`.
pub(super) fn used(statement: &Statement) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Statement::Statement(inner) = statement {
        let _: ControlFlow<()> = visit_expressions(inner.as_ref(), |expr: &Expr| {
            if let Expr::Value(value) = expr
                && let Value::Placeholder(written) = &value.value
            {
                names.insert(written.trim_start_matches('$').to_owned());
            }
            ControlFlow::Continue(())
        });
    }
    names
}
