//! Which back ends a fault can hit, and what it takes there.
//!
//! What follows from where tasks run alone; validation and descriptions say it, the engine does it.

use crate::scenario::{
    Backend, Crash, Fault, HybridWaits, Inject, Protection, PythonPool, Scenario, Stage, TaskKind,
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
    let kinds = scenario.tasks.iter().filter(|kind| means(fault, kind));
    kinds.flat_map(|kind| &kind.stages).any(is)
}

fn means(fault: &Fault, kind: &TaskKind) -> bool {
    fault.task.as_deref().is_none_or(|task| task == kind.name)
}

/// Whether `fault` hits attempts of tasks of `kind` on `backend`: it means them, and finds there what it hits.
#[must_use]
pub fn can_hit(fault: &Fault, kind: &TaskKind, backend: Backend) -> bool {
    let finds = match fault.inject {
        Inject::SlowServer { .. } | Inject::FailServer => kind.stages.iter().any(asks_server),
        Inject::HoldLock { .. } => kind.stages.iter().any(takes_lock),
        Inject::StallLoop { .. } => has_event_loop(backend),
        inject => inject.hits_attempts(),
    };
    finds && means(fault, kind)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_the_kinds_that_it_means_and_that_have_what_it_hits() {
        let text = r#"(format: 1, title: "t", tasks: [
            (name: "asks", stages: [Http(delay: Constant("1ms"))]),
            (name: "locks", stages: [Lock(hold: Constant("1ms"))])],
            faults: [(inject: SlowServer(added: "1s")), (inject: HoldLock(added: "1s")), (inject: Error, task: "asks"),
                (inject: StallLoop(length: "1s")), (inject: KillWorker())],
            candidates: [(backend: Threads(workers: 1)), (backend: Async(in_flight: 1))])"#;
        let scenario = crate::scenario::parse(text).scenario.unwrap();
        let hit = |candidate: usize| -> Vec<Vec<bool>> {
            let backend = scenario.candidates[candidate].backend;
            let kinds = |fault: &Fault| {
                let kinds = scenario.tasks.iter();
                kinds.map(|kind| can_hit(fault, kind, backend)).collect()
            };
            scenario.faults.iter().map(kinds).collect()
        };
        let (both, none) = (vec![true, true], vec![false, false]);
        let (first, second) = (vec![true, false], vec![false, true]);
        let on_threads = [&first, &second, &first, &none, &none].map(Clone::clone);
        assert_eq!(hit(0), on_threads);
        assert_eq!(hit(1), [first.clone(), second, first, both, none]);
    }
}
