//! CPython as a back end.
use crate::engine::backends::{BackendError, Desk, Running};
use crate::engine::plan::Plan;
use crate::scenario::PythonPool;
use std::sync::Arc;

/// Starts the harness.
pub(super) fn start(
    _: &Plan,
    _: PythonPool,
    _: Arc<Desk>,
) -> Result<Box<dyn Running>, BackendError> {
    Err(BackendError::Python("not built yet".to_owned()))
}
