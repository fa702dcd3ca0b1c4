//! What only a planner of SQL can see: tables, columns, types, placeholders. Plans everything, runs nothing on data.

use std::{collections::BTreeSet, ops::Range, path::Path};

use chrono::NaiveDate;

use crate::{
    compare::{self, evidence_sql, subject_column},
    diagnostic::{Code, Diagnostic, Diagnostics, Lines, nearest},
    engine::{Engine, EngineError, Limits, Placeholders, SqlFault, TableName},
    project::{Project, Rule, Template},
};

/// Plans every fact, rule and evidence statement of a project on empty tables and reports every mistake.
pub async fn check_sql(project: &Project, limits: Limits) -> Diagnostics {
    let mut found = Diagnostics::new();
    if let Err(error) = check(project, limits, &mut found).await {
        let zh = format!("引擎未能启动：{error}");
        found.push(Diagnostic::new(Code::PlanError, &project.pipeline.file, zh, error.to_string()));
    }
    found
}

async fn check(project: &Project, limits: Limits, found: &mut Diagnostics) -> Result<(), EngineError> {
    let engine = Engine::new(limits)?;
    for contract in project.contracts.values() {
        compare::add_dataset(&engine, contract, &[]).await?;
    }
    // Types do not depend on the day: any day plans.
    let day = NaiveDate::from_ymd_opt(2026, 3, 15).unwrap_or_default();
    let division = &project.pipeline.division.value;
    let mut values = Placeholders::default();
    compare::calendar::set_calendar(&mut values, day, division);
    compare::set_figures(&mut values, &project.parameters, division, day);
    compare::add_feeds(&engine, &compare::Feeds::new())?;
    compare::add_figures(&engine, &project.parameters, day).await?;
    let planner = Planner { engine: &engine, values: &values };
    let order = match compare::ordered(&engine, project.facts.values()) {
        Ok(order) => order,
        Err(compare::OrderError::Cycle(names)) => {
            let file =
                project.pipeline.facts.join(format!("{}.sql", names.first().cloned().unwrap_or_default()));
            let list = names.join(", ");
            let (zh, en) = (format!("事实互相依赖：{list}"), format!("facts need each other: {list}"));
            found.push(Diagnostic::new(Code::FactCycle, &file, zh, en));
            return Ok(());
        }
        // Some fact cannot be read at all: plan them in the order of their names, so that it is named with its place.
        Err(compare::OrderError::Sql(..)) => project.facts.values().collect(),
    };
    for fact in order {
        if let Some(columns) = planner.plan(&fact.file, &fact.text, 0..fact.text.len(), true, found).await {
            engine.add_rows(&TableName::new(compare::FACTS, &fact.name), columns, Vec::new())?;
        }
    }
    for rule in project.rules.values() {
        check_rule(&planner, rule, found).await?;
    }
    Ok(())
}

struct Planner<'a> {
    engine: &'a Engine,
    values: &'a Placeholders,
}

impl Planner<'_> {
    /// Plans one statement; `is_file` tells whether its places are those of the file, else all point at `span`.
    async fn plan(
        &self,
        file: &Path,
        sql: &str,
        span: Range<usize>,
        is_file: bool,
        found: &mut Diagnostics,
    ) -> Option<arrow::datatypes::SchemaRef> {
        match self.engine.plan(sql, self.values).await {
            Ok(columns) => Some(columns),
            Err(faults) => {
                for fault in faults {
                    found.push(diagnostic(
                        file,
                        sql,
                        &fault,
                        if is_file { None } else { Some(span.clone()) },
                    ));
                }
                None
            }
        }
    }
}

async fn check_rule(planner: &Planner<'_>, rule: &Rule, found: &mut Diagnostics) -> Result<(), EngineError> {
    let Some(columns) = planner.plan(&rule.file, &rule.text, 0..rule.text.len(), true, found).await else {
        return Ok(());
    };
    let names: Vec<&str> = columns.fields().iter().map(|field| field.name().as_str()).collect();
    for wanted in [subject_column(rule.subject), "hit"] {
        if !names.contains(&wanted) {
            let (zh, en) =
                (format!("结果中没有 `{wanted}` 列"), format!("the result has no column `{wanted}`"));
            found.push(Diagnostic::new(Code::BadOutput, &rule.file, zh, en).at(rule.place("id")));
        }
    }
    for field in columns.fields() {
        use arrow::datatypes::DataType;
        if matches!(field.data_type(), DataType::Float16 | DataType::Float32 | DataType::Float64) {
            let name = field.name();
            let (zh, en) = (format!("列 `{name}` 是浮点数"), format!("the column `{name}` is a float"));
            let help =
                ("用 CAST(… AS DECIMAL(18, 2)) 写成精确小数", "make it exact with CAST(… AS DECIMAL(18, 2))");
            found.push(
                Diagnostic::new(Code::FloatOutput, &rule.file, zh, en)
                    .at(rule.place("id"))
                    .help(help.0, help.1),
            );
        }
    }
    for (path, text) in [("reason.zh", &rule.reason.zh), ("reason.en", &rule.reason.en)] {
        // A template that cannot be read was reported when the file was loaded.
        let Ok(template) = Template::parse(text) else { continue };
        let used: BTreeSet<&str> = template.columns().collect();
        for column in used.into_iter().filter(|column| !names.contains(column)) {
            let (zh, en) = (
                format!("理由中的 `{{{column}}}` 不是结果的列"),
                format!("`{{{column}}}` in the reason is not a column of the result"),
            );
            let near = nearest(column, names.iter().copied());
            let wrong = Diagnostic::new(Code::TemplateColumn, &rule.file, zh, en).at(rule.place(path));
            found.push(wrong.did_you_mean(near));
        }
    }
    let judged = compare::judging_sql(rule, &names, &compare::Judged { block: None, knows_identities: true });
    planner.engine.add_rows(&TableName::new("run", "candidates"), columns, Vec::new())?;
    let Some(lead) = planner.plan(&rule.file, &judged, rule.place("id"), false, found).await else {
        return Ok(());
    };
    let mut fields = lead.fields().to_vec();
    fields.push(std::sync::Arc::new(arrow::datatypes::Field::new(
        "lead_id",
        arrow::datatypes::DataType::Utf8,
        false,
    )));
    let lead = std::sync::Arc::new(arrow::datatypes::Schema::new(fields));
    planner.engine.add_rows(&TableName::new("run", "lead"), lead, Vec::new())?;
    for (number, evidence) in rule.evidence.iter().enumerate() {
        let place = rule.place(&format!("evidence.{number}.from"));
        planner.plan(&rule.file, &evidence_sql(evidence), place, false, found).await;
    }
    Ok(())
}

/// The engine's words with our code and the place in the file.
fn diagnostic(file: &Path, sql: &str, fault: &SqlFault, elsewhere: Option<Range<usize>>) -> Diagnostic {
    let message = fault.message.as_str();
    let code = if message.contains("table '") && message.contains("not found") {
        Code::UnknownTable
    } else if message.contains("column '") || message.contains("No field named") {
        Code::UnknownSqlColumn
    } else if message.contains("sql parser error") || message.contains("ParserError") {
        Code::BadSql
    } else {
        Code::PlanError
    };
    let span = elsewhere.or_else(|| {
        let place = fault.place?;
        let lines = Lines::of(sql);
        let byte =
            |line: u64, column: u64| lines.byte(usize::try_from(line).ok()?, usize::try_from(column).ok()?);
        let start = byte(place.line, place.column)?;
        Some(start..byte(place.end_line, place.end_column).unwrap_or(start + 1))
    });
    let mut wrong = Diagnostic::new(code, file, message, message).at_some(span);
    for hint in &fault.hints {
        wrong = wrong.note(hint, hint);
    }
    wrong
}
