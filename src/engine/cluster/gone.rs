//! A file that a plan names and the scheduler does not find is an error, not an empty table. It never looks into a file.

use datafusion::{
    config::ConfigOptions, error::DataFusionError, logical_expr::LogicalPlan, optimizer::AnalyzerRule,
};

use crate::engine::files::gone;

/// Looks at every file of this machine that a plan names. An object that is gone is an error by itself.
#[derive(Debug)]
pub(super) struct NothingIsGone;

impl AnalyzerRule for NothingIsGone {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan, DataFusionError> {
        match gone(&plan)? {
            Some(file) => {
                Err(DataFusionError::Execution(format!("the scheduler does not find {}", file.display())))
            }
            None => Ok(plan),
        }
    }

    fn name(&self) -> &str {
        "nothing_is_gone"
    }
}
