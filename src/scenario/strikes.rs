//! Which back ends a fault can hit, and what it takes there.
//!
//! What follows from where tasks run alone; validation and descriptions say it, the engine does it.

use crate::scenario::{
    Backend, Crash, Fault, HybridWaits, Inject, Protection, PythonPool, Scenario, Stage,
};

/// What dies with a task that takes its worker with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Toll {
    /// The whole back end: it lives in one process.
    All,
    /// A worker process, which is replaced.
    Worker,
    /// One or the other, as the task is on one side or the other.
    Either,
}

/// What a crash takes with it on `backend`.
pub(super) fn toll(backend: Backend) -> Toll {
    match backend {
        _ if backend.worker_processes() == 0 => Toll::All,
        Backend::Async { .. }
        | Backend::Hybrid { .. }
        | Backend::Python(PythonPool::Asyncio { .. } | PythonPool::Hybrid { .. }) => Toll::Either,
        _ => Toll::Worker,
    }
}

/// Whether an event loop runs tasks of `backend`.
pub(super) const fn has_event_loop(backend: Backend) -> bool {
    matches!(
        backend,
        Backend::Async { .. }
            | Backend::Hybrid {
                waits: HybridWaits::Async { .. },
                ..
            }
            | Backend::Python(PythonPool::Asyncio { .. })
    )
}

/// Whether it takes a process: a crash that no pool catches, or a worker that is killed.
pub(super) const fn takes_a_process(inject: Inject) -> bool {
    match inject {
        Inject::Crash { how } => !matches!(how, Crash::Panic),
        Inject::KillWorker { .. } => true,
        _ => false,
    }
}

/// Whether some stage of the tasks that `fault` hits is one of those that `is` says.
pub(super) fn hits_stage(scenario: &Scenario, fault: &Fault, is: impl Fn(&Stage) -> bool) -> bool {
    let hit = |name: &str| fault.task.as_deref().is_none_or(|task| task == name);
    let kinds = scenario.tasks.iter().filter(|kind| hit(&kind.name));
    kinds.flat_map(|kind| &kind.stages).any(is)
}

/// Whether the stage asks the loopback server.
pub(super) const fn asks_server(stage: &Stage) -> bool {
    matches!(stage, Stage::Http { .. } | Stage::Tcp { .. })
}

/// Whether the stage takes a lock.
pub(super) const fn takes_lock(stage: &Stage) -> bool {
    matches!(
        stage,
        Stage::Lock { .. }
            | Stage::Counter {
                protection: Protection::Locked,
                ..
            }
    )
}

/// How much memory faults leave behind in each worker at the most, in bytes.
pub(super) fn leak_bytes(scenario: &Scenario) -> u64 {
    let leaks = scenario.faults.iter().map(|fault| match fault.inject {
        Inject::Leak { up_to, .. } => up_to.0,
        _ => 0,
    });
    leaks.fold(0, u64::saturating_add)
}
