//! What a block is made of, as its plan says.

use std::sync::Arc;

use crate::engine::backends;
use crate::engine::interpreter::InterpreterLock;
use crate::engine::plan::{Plan, is_pipelined};
use crate::engine::queue::TaskQueue;
use crate::scenario::{Backend, Interpreter};

/// The queues in front of the pools of a back end: the first is that of all that is admitted.
pub(super) fn queues(plan: &Plan, capacity_min: usize) -> Vec<Arc<TaskQueue>> {
    let mut queues = vec![Arc::new(TaskQueue::new(&plan.queue, capacity_min))];
    if is_pipelined(plan.backend) {
        let between = match plan.backend {
            Backend::Hybrid { between, .. } => between as usize,
            // Bounded by the cap on tasks in flight.
            other => usize::try_from(backends::concurrency(other)).unwrap_or(usize::MAX),
        };
        queues.push(Arc::new(TaskQueue::between(between)));
    }
    queues
}

/// The interpreter lock that worker threads share; none without one.
pub(super) fn lock_of(interpreter: Interpreter) -> Option<Arc<InterpreterLock>> {
    match interpreter {
        Interpreter::None => None,
        Interpreter::Lock { switch_interval } => {
            Some(Arc::new(InterpreterLock::new(switch_interval.0)))
        }
    }
}
