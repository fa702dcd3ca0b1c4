//! A rule's rows judged and its evidence found: the statements that we put around a rule's own, planned.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::{Bench, statement::Statement};
use crate::{
    compare::{Judged, judging_sql},
    engine::{EngineError, TableName},
    project::Rule,
};

impl Bench<'_> {
    /// Plans what follows on a rule's result, `run.candidates`.
    pub(super) async fn evidence(&mut self, rule: &Rule, columns: &SchemaRef) -> Result<(), EngineError> {
        let names: Vec<&str> = columns.fields().iter().map(|field| field.name().as_str()).collect();
        let judging = judging_sql(rule, &names, &Judged { block: None, knows_identities: true });
        let statement = Statement::made(rule, judging);
        let Some(look) = self.look(&statement) else { return Ok(()) };
        let Some(lead) = self.plan(&statement, &look).await else { return Ok(()) };
        let mut fields = lead.columns().fields().to_vec();
        fields.push(Arc::new(Field::new("lead_id", DataType::Utf8, false)));
        let lead = Arc::new(Schema::new(fields));
        self.engine.add_rows(&TableName::new("run", "lead"), lead, Vec::new())?;
        for (number, spec) in rule.evidence.iter().enumerate() {
            let statement = Statement::evidence(rule, number, spec);
            let Some(look) = self.look(&statement) else { continue };
            // A dataset without a contract and a field that it does not have were reported when the rule was loaded.
            let Some(contract) = self.project.contracts.get(&spec.dataset) else { continue };
            if spec.fields.iter().all(|field| contract.columns.iter().any(|column| column.name == *field)) {
                self.plan(&statement, &look).await;
            }
        }
        Ok(())
    }
}
