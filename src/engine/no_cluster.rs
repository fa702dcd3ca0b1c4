//! The cluster part of a program that was built without it: says so, and can do nothing else.

use std::{convert::Infallible, net::SocketAddr};

use datafusion::{
    arrow::datatypes::SchemaRef,
    error::DataFusionError,
    execution::{SendableRecordBatchStream, SessionState},
    logical_expr::LogicalPlan,
};

use super::{
    EngineError,
    address::{Address, ClusterError, ExecutorSetting, SchedulerSetting},
};

/// No cluster: there is no value of it.
#[derive(Clone)]
pub struct Cluster(Infallible);

impl Cluster {
    /// Reaches nobody.
    pub async fn reach(_: &Address, _: impl Fn(&str) + Send + Sync + 'static) -> Result<Self, ClusterError> {
        Err(ClusterError::NotBuilt)
    }

    /// Nothing runs.
    pub async fn stop(&self) {
        match self.0 {}
    }

    pub(super) fn ship(&self, _: SessionState, _: LogicalPlan) -> Result<Job, DataFusionError> {
        match self.0 {}
    }
}

/// No job.
pub(super) struct Job(Infallible);

impl Job {
    pub(super) fn schema(&self) -> SchemaRef {
        match self.0 {}
    }

    pub(super) fn rows(&self, _: &str) -> Result<SendableRecordBatchStream, EngineError> {
        match self.0 {}
    }

    pub(super) async fn can_be_asked_again(&self, _: &str) -> bool {
        match self.0 {}
    }

    pub(super) fn done(&self) {
        match self.0 {}
    }
}

/// Hears nothing.
pub fn listen(_: impl Fn(&str, bool) + Send + Sync + 'static) {}

/// Serves nothing.
pub async fn serve_scheduler(_: &SchedulerSetting, _: impl FnOnce(SocketAddr)) -> Result<(), ClusterError> {
    Err(ClusterError::NotBuilt)
}

/// Serves nothing.
pub async fn serve_executor(_: &ExecutorSetting, _: impl FnOnce()) -> Result<(), ClusterError> {
    Err(ClusterError::NotBuilt)
}
