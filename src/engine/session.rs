//! One engine session: tables in, plans and results out.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::{
    catalog::MemorySchemaProvider,
    common::{Column, TableReference},
    dataframe::DataFrame,
    datasource::{
        MemTable,
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    error::DataFusionError,
    execution::{
        SessionStateBuilder,
        memory_pool::FairSpillPool,
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    logical_expr::{Expr, LogicalPlan},
    prelude::{SQLOptions, SessionConfig, SessionContext},
    sql::parser::Statement,
};

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{
    Cluster,
    asked_first::joins_first,
    bind::{self, Placeholders},
    distinct::counting_rightly,
    fault::{EngineError, FaultKind, SqlFault},
    files::{self, gone, is_gone},
    held::{self, Held, Room},
    look::{self, Look},
    planned::Planned,
    ready::Ready,
    remote::Remote,
    running::{Joins, Wants, Way},
    stretches::{Measure, Stretches},
};
use crate::store::Share;

/// The engine's own name for the catalog in which all tables are.
const CATALOG: &str = "datafusion";

/// The engine's planning steps that change how fast a statement runs and nothing else.
const SPEED_ONLY: &[&str] = &[
    "common_sub_expression_eliminate",
    "eliminate_cross_join",
    "eliminate_duplicated_expr",
    "eliminate_group_by_constant",
    "eliminate_outer_join",
    "extract_leaf_expressions",
    "filter_null_join_keys",
    "optimize_unions",
    "propagate_empty_relation",
    "push_down_filter",
    "push_down_leaf_projections",
    "push_down_limit",
    "unions_to_filter",
    "FilterPushdown",
    "FilterPushdown(Post)",
    "HashJoinBuffering",
    "LimitAggregation",
    "LimitPushPastWindows",
    "LimitPushdown",
    "LimitedDistinctAggregation",
    "OptimizeAggregateOrder",
    "ProjectionPushdown",
    "PushdownSort",
    "SanityCheckPlan",
    "TopKRepartition",
    "WindowTopN",
    "aggregate_statistics",
    "join_selection",
];

/// What a session may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Worker threads, at least 1.
    pub threads: usize,
    /// Bytes the program may hold; None: no bound. The engine counts three fifths of them and goes to disk beyond: what it does
    /// not count, such as columns on their way from one step to the next, needs the rest.
    pub memory: Option<usize>,
}

/// A table as SQL names it: `schema.table`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// An agency, `facts` or `run`.
    pub schema: String,
    /// The table.
    pub table: String,
}

impl TableName {
    /// A name from its two parts.
    pub fn new(schema: impl Into<String>, table: impl Into<String>) -> Self {
        Self { schema: schema.into(), table: table.into() }
    }

    fn reference(&self) -> TableReference {
        TableReference::partial(self.schema.clone(), self.table.clone())
    }
}

impl std::fmt::Display for TableName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.schema, self.table)
    }
}

/// An engine with its tables. Cheap to make; holds no file open between statements.
pub struct Engine {
    context: SessionContext,
    remote: Option<Remote>,
    pub(super) room: Room,
}

/// Of the bytes that the program may hold, those that the engine counts.
pub(super) fn pool(memory: usize) -> usize {
    memory / 5 * 3
}

fn session(config: SessionConfig, runtime: Arc<RuntimeEnv>) -> SessionContext {
    let config = config.with_create_default_catalog_and_schema(true);
    let state = SessionContext::new_with_config_rt(config, runtime).state();
    SessionContext::new_with_state(counting_rightly(state))
}

impl Engine {
    /// A session within its limits.
    pub fn new(limits: Limits) -> Result<Self, EngineError> {
        let mut config =
            SessionConfig::new().with_target_partitions(limits.threads.max(1)).with_information_schema(false);
        let options = config.options_mut();
        options.sql_parser.collect_spans = true;
        // `1.1` is a decimal in these rules; a float never touches money.
        options.sql_parser.parse_float_as_decimal = true;
        options.sql_parser.map_string_types_to_utf8view = false;
        options.execution.parquet.schema_force_view_types = false;
        let mut runtime = RuntimeEnvBuilder::new();
        if let Some(bytes) = limits.memory {
            // What lies in held tables is counted here, once for all.
            let pool = pool(bytes) - held::share(bytes);
            // Every sort keeps so much aside for merging what it put on disk: little memory must do for several sorts.
            let aside = &mut config.options_mut().execution.sort_spill_reservation_bytes;
            *aside = (*aside).min(pool / (8 * limits.threads.max(1)));
            runtime = runtime.with_memory_pool(Arc::new(FairSpillPool::new(pool)));
        }
        let runtime = runtime.build_arc().map_err(|error| EngineError::run("start the engine", &error))?;
        let context = session(config, runtime);
        Ok(Self { context, remote: None, room: Room::of(limits.memory) })
    }

    /// A session whose statements run on a cluster, if there is one. Its tables lie in files: those given as rows are written
    /// into a folder of their own inside `folder`. Every node reads them under the same path, or where they are shared.
    pub fn over(
        limits: Limits,
        cluster: Option<&Cluster>,
        share: Option<Arc<dyn Share>>,
        folder: &Path,
    ) -> Result<Self, EngineError> {
        let remote = cluster.map(|cluster| Remote::open(cluster.clone(), share, folder)).transpose()?;
        Ok(Self { remote, ..Self::new(limits)? })
    }

    /// A session that plans quickly rather than well, for tables of a few rows: what a plan gains by the steps left out is
    /// less than they cost. It gives the same results.
    pub fn quick(limits: Limits) -> Result<Self, EngineError> {
        let full = Self::new(limits)?;
        let state = full.context.state();
        let is_kept = |name: &str| !SPEED_ONLY.contains(&name);
        let logical = state.optimizer().rules.iter().filter(|rule| is_kept(rule.name())).cloned().collect();
        let physical =
            state.physical_optimizers().iter().filter(|rule| is_kept(rule.name())).cloned().collect();
        let mut config = state.config().clone();
        config.options_mut().optimizer.max_passes = 1;
        let state = SessionStateBuilder::new_from_existing(state)
            .with_config(config)
            .with_optimizer_rules(logical)
            .with_physical_optimizer_rules(physical)
            .build();
        Ok(Self { context: SessionContext::new_with_state(state), ..full })
    }

    fn register(
        &self,
        name: &TableName,
        table: Arc<dyn datafusion::catalog::TableProvider>,
    ) -> Result<(), EngineError> {
        let failed =
            |error: &dyn std::fmt::Display| EngineError::run(&format!("add the table {name}"), &error);
        let catalog = self
            .context
            .catalog(CATALOG)
            .ok_or_else(|| EngineError::run("add a table", &"the session has no catalog"))?;
        if catalog.schema(&name.schema).is_none() {
            catalog
                .register_schema(&name.schema, Arc::new(MemorySchemaProvider::new()))
                .map_err(|error| failed(&error))?;
        }
        self.context.deregister_table(name.reference()).map_err(|error| failed(&error))?;
        self.context.register_table(name.reference(), table).map_err(|error| failed(&error))?;
        Ok(())
    }

    /// A session beside this one: it shares every table and the limits, but has a schema `scratch` of its own, with the
    /// tables `kept` carried over, so that two statements can work side by side without overwriting each other's rows. A
    /// statement in it uses so many `threads`.
    pub async fn beside(&self, scratch: &str, kept: &[&str], threads: usize) -> Result<Self, EngineError> {
        let failed = |error: &dyn std::fmt::Display| EngineError::run("open a session beside", &error);
        let state = self.context.state();
        let config = state.config().clone().with_target_partitions(threads.max(1));
        let context = session(config, self.context.runtime_env());
        let (Some(ours), Some(theirs)) = (self.context.catalog(CATALOG), context.catalog(CATALOG)) else {
            return Err(failed(&"the session has no catalog"));
        };
        for name in ours.schema_names().iter().filter(|name| *name != scratch) {
            if let Some(schema) = ours.schema(name) {
                theirs.register_schema(name, schema).map_err(|error| failed(&error))?;
            }
        }
        let beside = Self { context, remote: self.remote.clone(), room: self.room.clone() };
        if let Some(schema) = ours.schema(scratch) {
            for table in kept {
                if let Some(rows) = schema.table(table).await.map_err(|error| failed(&error))? {
                    beside.register(&TableName::new(scratch, *table), rows)?;
                }
            }
        }
        Ok(beside)
    }

    /// Whether a table of that name is there.
    pub fn has(&self, name: &TableName) -> bool {
        self.context.table_exist(name.reference()).unwrap_or(false)
    }

    /// Adds rows as a table, replacing one of that name.
    pub fn add_rows(
        &self,
        name: &TableName,
        schema: SchemaRef,
        rows: Vec<RecordBatch>,
    ) -> Result<(), EngineError> {
        if let Some(remote) = &self.remote {
            let path = remote.keep(&schema, &rows)?;
            return self.add_parquet(name, schema, &[&path], None);
        }
        let table = MemTable::try_new(schema, vec![rows])
            .map_err(|error| EngineError::run(&format!("add the table {name}"), &error))?;
        self.register(name, Arc::new(table))
    }

    /// Adds Parquet files of one schema as a table. Where a column is named the rows of every file rise by it, and it is never
    /// null.
    pub fn add_parquet(
        &self,
        name: &TableName,
        schema: SchemaRef,
        files: &[&Path],
        sorted_by: Option<&str>,
    ) -> Result<(), EngineError> {
        let mut urls = Vec::with_capacity(files.len());
        for file in files {
            let failed = |message: String| EngineError::File { path: file.display().to_string(), message };
            // What is shared need not lie here.
            let absolute = match self.remote.as_ref().is_some_and(Remote::shares) {
                true => std::path::absolute(file),
                false => file.canonicalize(),
            };
            let absolute = absolute.map_err(|error| failed(error.to_string()))?;
            let url = ListingTableUrl::parse(absolute.to_string_lossy())
                .map_err(|error| failed(error.to_string()))?;
            urls.push(url);
        }
        let mut options =
            ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
        if let Some(column) = sorted_by {
            let rising = Expr::Column(Column::new_unqualified(column)).sort(true, false);
            options = options.with_file_sort_order(vec![vec![rising]]);
        }
        // Rows on a cluster are read by others.
        let bytes = if self.remote.is_none() { held::bytes(&schema, files) } else { None };
        let config =
            ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema);
        let table = ListingTable::try_new(config)
            .map_err(|error| EngineError::run(&format!("add the table {name}"), &error))?;
        match bytes {
            Some(bytes) => self.register(name, Arc::new(Held::new(table, bytes, self.room.clone()))),
            None => self.register(name, Arc::new(table)),
        }
    }

    /// Adds Parquet files that another night kept: all of one schema, which the first of them tells.
    pub fn add_kept(&self, name: &TableName, files: &[&Path]) -> Result<(), EngineError> {
        let Some(first) = files.first() else {
            return Err(EngineError::run(&format!("add the table {name}"), &"it has no file"));
        };
        let failed = |message: String| EngineError::File { path: first.display().to_string(), message };
        let file = std::fs::File::open(first).map_err(|error| failed(error.to_string()))?;
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed(error.to_string()))?;
        self.add_parquet(name, reader.schema().clone(), files, None)
    }

    /// Adds a statement under a name: it is computed again wherever it is used.
    pub async fn add_view(
        &self,
        name: &TableName,
        sql: &str,
        values: &Placeholders,
    ) -> Result<(), EngineError> {
        let frame = self.frame(&name.to_string(), sql, values).await?;
        self.register(name, frame.into_view())
    }

    /// The tables that a statement reads, common table expressions left out; sorted.
    pub fn tables_of(&self, sql: &str) -> Result<Vec<TableName>, SqlFault> {
        self.tables_in(&self.parse(sql)?)
    }

    fn tables_in(&self, statement: &Statement) -> Result<Vec<TableName>, SqlFault> {
        let references = self
            .context
            .state_ref()
            .read()
            .resolve_table_references(statement)
            .map_err(|error| SqlFault::from_engine(&error))?;
        let mut names: Vec<TableName> = references
            .into_iter()
            .map(|reference| TableName::new(reference.schema().unwrap_or_default(), reference.table()))
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The bytes of the files in which the tables lie that a statement reads, as far as they are on this machine: a measure of how
    /// long it will take, and no more than that.
    pub async fn bytes_behind(&self, sql: &str) -> u64 {
        let Some(catalog) = self.context.catalog(CATALOG) else { return 0 };
        let mut bytes = 0;
        for name in self.tables_of(sql).unwrap_or_default() {
            let Some(schema) = catalog.schema(&name.schema) else { continue };
            if let Ok(Some(table)) = schema.table(&name.table).await {
                bytes += files::table_of(table.as_ref()).map_or(0, files::bytes_of);
            }
        }
        bytes
    }

    /// The names of the placeholders that a statement uses, without the `$`.
    pub fn placeholders_of(&self, sql: &str) -> Result<std::collections::BTreeSet<String>, SqlFault> {
        Ok(bind::used(&self.parse(sql)?))
    }

    /// The names of all tables, sorted.
    pub fn tables(&self) -> Vec<TableName> {
        let Some(catalog) = self.context.catalog(CATALOG) else { return Vec::new() };
        let schemas = catalog.schema_names().into_iter();
        let tables = schemas.filter_map(|name| Some((catalog.schema(&name)?.table_names(), name)));
        let mut names: Vec<TableName> = tables
            .flat_map(|(tables, schema)| tables.into_iter().map(move |table| TableName::new(&schema, table)))
            .collect();
        names.sort();
        names
    }

    /// Plans a statement without running it, or names every mistake found.
    pub async fn plan(&self, sql: &str, values: &Placeholders) -> Result<Planned, Vec<SqlFault>> {
        Ok(Planned(self.logical(sql, values).await?))
    }

    /// What a statement shows without being planned.
    pub fn look(&self, sql: &str) -> Result<Look, SqlFault> {
        let statement = self.parse(sql)?;
        let tables = self.tables_in(&statement)?;
        let mut places = look::relations(&statement);
        places.retain(|(name, _)| tables.contains(name));
        Ok(Look { tables, places, unsteady: look::unsteady(&statement, &self.context.state_ref().read()) })
    }

    fn parse(&self, sql: &str) -> Result<Statement, SqlFault> {
        // Read where it is: a copy of it, which holds every function, takes as long as the parsing.
        let state = self.context.state_ref();
        let state = state.read();
        let dialect = state.config().options().sql_parser.dialect;
        state.sql_to_statement(sql, &dialect).map_err(|error| SqlFault::from_engine(&error))
    }

    async fn logical(&self, sql: &str, values: &Placeholders) -> Result<LogicalPlan, Vec<SqlFault>> {
        let mut statement = self.parse(sql).map_err(|fault| vec![fault])?;
        if !look::is_query(&statement) {
            return Err(vec![SqlFault::new(FaultKind::NotOneSelect, "the statement is not a query")]);
        }
        values.bind(&mut statement)?;
        let state = self.context.state();
        let plan = state.statement_to_plan(statement).await.map_err(|error| SqlFault::all(&error))?;
        // Rules and facts only read.
        let options =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        options.verify_plan(&plan).map_err(|error| SqlFault::all(&error))?;
        // Types are coerced here, so that a comparison that makes no sense is found without running it.
        state
            .analyzer()
            .execute_and_check(plan, state.config_options(), |_, _| {})
            .map_err(|error| SqlFault::all(&error))
    }

    /// The session as the engine's own planning takes it.
    #[cfg(feature = "cluster")]
    pub(super) fn state(&self) -> datafusion::execution::SessionState {
        self.context.state()
    }

    /// The path of a new file of a result, where all that will read it can.
    pub(super) fn path_of(&self, folder: &Path, name: &str) -> PathBuf {
        self.remote.as_ref().map_or_else(|| folder.join(name), Remote::path)
    }

    /// Plans a statement down to what runs, on the cluster if there is one and the statement is worth the way.
    pub(super) async fn ready(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
        joins: Joins,
        wants: Wants,
    ) -> Result<Ready, EngineError> {
        let plan = self.logical(sql, values).await.map_err(|faults| EngineError::first(what, faults))?;
        let failed = |error: DataFusionError| EngineError::of(what, &error);
        match &self.remote {
            Some(remote) if Remote::takes(&plan) => {
                let plan = remote.there(what, plan).await?;
                remote.cluster.ship(self.context.state(), plan).map(Ready::There).map_err(failed)
            }
            _ => self.here(plan, Way { joins, wants, threads: self.threads() }).await.map_err(failed),
        }
    }

    /// A statement's stretches, if it is worth cutting it; a cluster has its own way of dividing work.
    pub(super) async fn stretches(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
        measure: Measure,
    ) -> Result<Option<(Stretches, Vec<LogicalPlan>)>, EngineError> {
        if self.remote.is_some() {
            return Ok(None);
        }
        let plan = self.logical(sql, values).await.map_err(|faults| EngineError::first(what, faults))?;
        let cut = || {
            let Some(stretches) = Stretches::of(&plan, &self.context.state(), measure)? else {
                return Ok(None);
            };
            let plans = stretches.plans(&plan)?;
            Ok(Some((stretches, plans)))
        };
        cut().map_err(|error: DataFusionError| EngineError::of(what, &error))
    }

    /// How many threads a statement uses.
    pub fn threads(&self) -> usize {
        self.context.state_ref().read().config().target_partitions()
    }

    /// Plans a statement down to what runs here, whether or not there is a cluster.
    pub(super) async fn ready_here(
        &self,
        what: &str,
        sql: &str,
        values: &Placeholders,
        joins: Joins,
    ) -> Result<Ready, EngineError> {
        let plan = self.logical(sql, values).await.map_err(|faults| EngineError::first(what, faults))?;
        let way = Way { joins, wants: Wants::Many, threads: self.threads() };
        self.here(plan, way).await.map_err(|error| EngineError::of(what, &error))
    }

    /// Plans a statement down to what runs here, in a certain way.
    pub(super) async fn here(&self, plan: LogicalPlan, way: Way) -> Result<Ready, DataFusionError> {
        let mut state = self.context.state();
        if way.joins == Joins::Sorted || way.wants == Wants::Few || way.threads != self.threads() {
            let mut config = state.config().clone().with_target_partitions(way.threads);
            let options = config.options_mut();
            options.optimizer.prefer_hash_join = way.joins == Joins::Hashed;
            options.execution.parquet.pushdown_filters = way.wants == Wants::Few;
            // The tables are there: an empty catalog would take their place.
            options.catalog.create_default_catalog_and_schema = false;
            state = SessionStateBuilder::new_from_existing(state).with_config(config).build();
        }
        let plan = state.optimizer().optimize(plan, &state, |_, _| {})?;
        let ready = joins_first(state.query_planner().create_physical_plan(&plan, &state).await?)?;
        // Looked at now: what was there while its files were listed is in the plan.
        if let Some(file) = gone(&plan)? {
            return Err(is_gone(&file));
        }
        Ok(Ready::Here(ready, self.context.task_ctx()))
    }

    async fn frame(&self, what: &str, sql: &str, values: &Placeholders) -> Result<DataFrame, EngineError> {
        let plan = self.logical(sql, values).await.map_err(|faults| EngineError::first(what, faults))?;
        Ok(DataFrame::new(self.context.state(), plan))
    }
}
