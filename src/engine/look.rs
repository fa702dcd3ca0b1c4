//! What a parsed statement shows without planning it: the tables it names, and what makes its answer unsteady.

use std::{collections::BTreeSet, ops::ControlFlow};

use datafusion::{
    execution::SessionState,
    logical_expr::Volatility,
    sql::{
        parser::Statement,
        sqlparser::{
            ast::{
                Distinct, Expr, Function, FunctionArgumentClause, FunctionArguments, LimitClause, ObjectName,
                Query, SetExpr, Spanned, Statement as Sql, Visit, Visitor, WindowType,
            },
            tokenizer::Span,
        },
    },
};

use super::{
    TableName,
    fault::{SqlPlace, place_of},
};

/// Why a statement may give another answer another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsteadiness {
    /// A function that reads a clock or throws dice.
    Function,
    /// A part of the rows is taken without saying which come first.
    Order,
}

/// One place in a statement that makes its answer unsteady.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsteady {
    /// Why.
    pub why: Unsteadiness,
    /// The word in SQL.
    pub word: String,
    /// Where.
    pub place: Option<SqlPlace>,
}

/// What a statement shows without being planned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The tables that it reads, common table expressions left out; sorted.
    pub tables: Vec<TableName>,
    /// Where each of them is first named.
    pub places: Vec<(TableName, SqlPlace)>,
    /// What makes its answer unsteady, in order.
    pub unsteady: Vec<Unsteady>,
}

/// Aggregates and window functions whose result hangs on the order of the rows.
const ORDERED: [&str; 9] = [
    "array_agg",
    "string_agg",
    "first_value",
    "last_value",
    "nth_value",
    "row_number",
    "lag",
    "lead",
    "ntile",
];

/// Whether a statement is a query; DELETE, CREATE and the like are not.
pub(super) fn is_query(statement: &Statement) -> bool {
    matches!(statement, Statement::Statement(inner) if matches!(inner.as_ref(), Sql::Query(_)))
}

/// Everything in a statement that makes its answer unsteady, in order.
pub(super) fn unsteady(statement: &Statement, state: &SessionState) -> Vec<Unsteady> {
    let mut eye = Eye { state, found: Vec::new() };
    if let Statement::Statement(inner) = statement {
        let _: ControlFlow<()> = inner.visit(&mut eye);
    }
    eye.found
}

/// Every table that a statement names, where it first does; also the names that WITH gives.
pub(super) fn relations(statement: &Statement) -> Vec<(TableName, SqlPlace)> {
    struct Names(Vec<(TableName, SqlPlace)>, BTreeSet<TableName>);
    impl Visitor for Names {
        type Break = ();
        fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
            let parts: Vec<&str> =
                name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.as_str()).collect();
            let table = match parts.as_slice() {
                [schema, table] => TableName::new(*schema, *table),
                parts => TableName::new("", parts.join(".")),
            };
            if let Some(place) = place_of(name.span())
                && self.1.insert(table.clone())
            {
                self.0.push((table, place));
            }
            ControlFlow::Continue(())
        }
    }
    let mut names = Names(Vec::new(), BTreeSet::new());
    if let Statement::Statement(inner) = statement {
        let _: ControlFlow<()> = inner.visit(&mut names);
    }
    names.0
}

struct Eye<'a> {
    state: &'a SessionState,
    found: Vec<Unsteady>,
}

impl Eye<'_> {
    fn see(&mut self, why: Unsteadiness, word: &str, span: Span) {
        self.found.push(Unsteady { why, word: word.to_owned(), place: place_of(span) });
    }

    fn function(&mut self, function: &Function) {
        let name = function.name.to_string().to_lowercase();
        // The engine calls a clock stable, because it stands still during one statement; a night is run again years later.
        let volatile = |known: Volatility| known != Volatility::Immutable;
        let scalar = self.state.scalar_functions().get(&name);
        if scalar.is_some_and(|known| volatile(known.signature().volatility)) {
            self.see(Unsteadiness::Function, &name, function.name.span());
        }
        if ORDERED.contains(&name.as_str()) && !is_ordered(function) {
            self.see(Unsteadiness::Order, &name, function.name.span());
        }
    }
}

impl Visitor for Eye<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            self.function(function);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if query.order_by.is_none() {
            match &query.limit_clause {
                Some(
                    LimitClause::LimitOffset { limit: Some(limit), .. }
                    | LimitClause::OffsetCommaLimit { limit, .. },
                ) => {
                    self.see(Unsteadiness::Order, "LIMIT", limit.span());
                }
                Some(LimitClause::LimitOffset { offset: Some(offset), .. }) => {
                    self.see(Unsteadiness::Order, "OFFSET", offset.value.span());
                }
                _ => {}
            }
            if query.fetch.is_some() {
                self.see(Unsteadiness::Order, "FETCH", query.body.span());
            }
            if let SetExpr::Select(select) = query.body.as_ref()
                && let Some(Distinct::On(columns)) = &select.distinct
            {
                let span = columns.first().map_or_else(|| select.span(), Spanned::span);
                self.see(Unsteadiness::Order, "DISTINCT ON", span);
            }
        }
        ControlFlow::Continue(())
    }
}

/// Whether a function says in which order it takes the rows.
fn is_ordered(function: &Function) -> bool {
    let in_window = match &function.over {
        Some(WindowType::WindowSpec(window)) => !window.order_by.is_empty(),
        // The window is named elsewhere: its order is not looked up.
        Some(WindowType::NamedWindow(_)) => true,
        None => false,
    };
    let in_arguments = match &function.args {
        FunctionArguments::List(list) => {
            list.clauses.iter().any(|clause| matches!(clause, FunctionArgumentClause::OrderBy(_)))
        }
        _ => false,
    };
    in_window || in_arguments || !function.within_group.is_empty()
}

#[cfg(test)]
mod tests {
    use crate::engine::{Engine, Limits, Unsteadiness};

    fn seen(sql: &str) -> Vec<(Unsteadiness, String, u64)> {
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        let found = engine.look(sql).unwrap().unsteady.into_iter();
        found.map(|one| (one.why, one.word, one.place.unwrap().column)).collect()
    }

    #[test]
    fn clocks_and_dice_are_seen_wherever_they_stand() {
        use Unsteadiness::Function;
        let sql =
            "WITH a AS (SELECT now() AS n) SELECT random(), (SELECT uuid()) FROM a WHERE current_date > n";
        let expected = [("now", 19), ("random", 38), ("uuid", 56), ("current_date", 77)];
        let mut found = seen(sql);
        found.sort_by_key(|(.., column)| *column);
        assert_eq!(found, expected.map(|(word, at)| (Function, word.to_owned(), at)));
        assert_eq!(seen("SELECT date_part('year', DATE '2026-03-15'), coalesce(1, 2), 'now()'"), []);
    }

    #[test]
    fn a_part_of_the_rows_needs_an_order() {
        use Unsteadiness::Order;
        assert_eq!(seen("SELECT 1 LIMIT 3"), [(Order, "LIMIT".to_owned(), 16)]);
        assert_eq!(seen("SELECT 1 AS a ORDER BY a LIMIT 3"), []);
        assert_eq!(seen("SELECT array_agg(a) FROM t"), [(Order, "array_agg".to_owned(), 8)]);
        assert_eq!(seen("SELECT array_agg(a ORDER BY a) FROM t"), []);
        assert_eq!(
            seen("SELECT row_number() OVER (PARTITION BY a) FROM t"),
            [(Order, "row_number".to_owned(), 8)]
        );
        assert_eq!(seen("SELECT row_number() OVER (PARTITION BY a ORDER BY b) FROM t"), []);
        assert_eq!(seen("SELECT DISTINCT ON (a) a, b FROM t"), [(Order, "DISTINCT ON".to_owned(), 21)]);
        assert_eq!(seen("SELECT DISTINCT a, b FROM t"), []);
    }

    #[test]
    fn the_tables_of_a_statement_are_named_where_they_stand() {
        let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
        let sql =
            "WITH d AS (SELECT 1) SELECT 1 FROM a.b JOIN c ON c.x IN (SELECT y FROM a.b JOIN d ON true)";
        let found = engine.look(sql).unwrap().places;
        let found: Vec<_> = found.iter().map(|(name, place)| (name.to_string(), place.column)).collect();
        assert_eq!(found, [("a.b".to_owned(), 36), (".c".to_owned(), 45)]);
    }
}
