//! What the engine says, in the words of the wire.

use crate::engine::{self, Block, InterpreterUse, Stand};
use crate::scenario::{AsyncCpu, Backend, HybridWaits, PythonPool};
use crate::wire::{
    Attempts, BreakerState, Cohort, Collections, Counter, Counts, IncidentKind, InterpreterLockUse,
    Phase, PoolKind, PythonFacts, Resilience, TimeSplit,
};

pub(super) fn python_facts(facts: &engine::InterpreterFacts) -> PythonFacts {
    PythonFacts {
        name: facts.name.clone(),
        version: facts.version.clone(),
        free_threaded: facts.free_threaded,
        start_method: facts.start_method.clone(),
        library: facts.library.clone(),
        engine_start_nanos: facts.engine_start_nanos,
    }
}

pub(super) const fn collections(collections: engine::Collections) -> Collections {
    Collections {
        count: collections.count,
        nanos: collections.nanos,
        longest_nanos: collections.longest_nanos,
    }
}

pub(super) fn interpreter_lock(used: InterpreterUse) -> InterpreterLockUse {
    InterpreterLockUse {
        held_nanos: used.held_nanos,
        waited_nanos: used.waited_nanos,
        handovers: used.handovers,
        forced: used.forced,
    }
}

/// What faults and defences did.
pub(super) fn resilience(resilience: engine::Resilience) -> Resilience {
    Resilience {
        attempts: resilience.attempts.map(attempts),
        breakers: resilience.breakers.into_iter().map(breaker_state).collect(),
        fault_hits: resilience.fault_hits,
    }
}

const fn attempts(attempts: engine::Attempts) -> Attempts {
    Attempts {
        made: attempts.made,
        failed: attempts.failed,
        refused: attempts.refused,
        timed_out: attempts.timed_out,
        rejected: attempts.rejected,
        denied: attempts.denied,
        stopped: attempts.stopped,
        wasted: attempts.wasted,
        stuck: attempts.stuck,
        openings: attempts.openings,
    }
}

const fn breaker_state(state: engine::BreakerState) -> BreakerState {
    match state {
        engine::BreakerState::Closed => BreakerState::Closed,
        engine::BreakerState::Open => BreakerState::Open,
        engine::BreakerState::HalfOpen => BreakerState::HalfOpen,
    }
}

pub(super) const fn incident_kind(kind: engine::IncidentKind) -> IncidentKind {
    match kind {
        engine::IncidentKind::WorkerDied => IncidentKind::WorkerDied,
        engine::IncidentKind::WorkerStopped => IncidentKind::WorkerStopped,
        engine::IncidentKind::WorkerKilled => IncidentKind::WorkerKilled,
        engine::IncidentKind::WorkerStalled => IncidentKind::WorkerStalled,
        engine::IncidentKind::FaultBegan => IncidentKind::FaultBegan,
        engine::IncidentKind::FaultEnded => IncidentKind::FaultEnded,
        engine::IncidentKind::BreakerOpened => IncidentKind::BreakerOpened,
        engine::IncidentKind::BreakerHalfOpened => IncidentKind::BreakerHalfOpened,
        engine::IncidentKind::BreakerClosed => IncidentKind::BreakerClosed,
    }
}

pub(super) fn counters(block: &Block) -> Vec<Counter> {
    let counters = block.counters().into_iter();
    counters
        .map(|(protection, additions, value)| Counter {
            protection,
            additions,
            value,
        })
        .collect()
}

/// What the workers of the pools of `backend` are, and how many.
pub(super) fn pool_shapes(backend: Backend) -> Vec<(PoolKind, u32)> {
    let processes = (PoolKind::Processes, backend.worker_processes());
    match backend {
        Backend::Sequential => vec![(PoolKind::Threads, 1)],
        Backend::Threads { workers } => vec![(PoolKind::Threads, workers.count())],
        Backend::Processes { .. } => vec![processes],
        Backend::Async {
            event_loops, cpu, ..
        } => {
            let loops = (PoolKind::EventLoops, event_loops);
            match cpu {
                AsyncCpu::Inline | AsyncCpu::Blocking { .. } => vec![loops],
                AsyncCpu::Processes { .. } => vec![loops, processes],
            }
        }
        Backend::Hybrid { waits, .. } => match waits {
            HybridWaits::Threads { workers } => {
                vec![(PoolKind::Threads, workers.count()), processes]
            }
            HybridWaits::Async { .. } => vec![(PoolKind::EventLoops, 1), processes],
        },
        Backend::Python(pool) => vec![python_pool_shape(pool)],
    }
}

/// The harness keeps the queue between two pools to itself: tasks are in one pool from here.
fn python_pool_shape(pool: PythonPool) -> (PoolKind, u32) {
    match pool.shape() {
        (threads, 0) if matches!(pool, PythonPool::Asyncio { .. }) => {
            (PoolKind::EventLoops, threads)
        }
        (threads, 0) => (PoolKind::Threads, threads),
        (_, processes) => (PoolKind::Processes, processes),
    }
}

pub(super) const fn phase(stand: Stand) -> Phase {
    match stand {
        Stand::WarmUp | Stand::Settling => Phase::WarmUp,
        Stand::Measure => Phase::Measure,
        Stand::Drain | Stand::Over => Phase::Drain,
    }
}

pub(super) fn cohort(
    tally: engine::Tally,
    times: engine::Distributions,
    totals: &engine::Totals,
) -> Cohort {
    Cohort {
        counts: Counts {
            offered: tally.offered,
            admitted: tally.admitted,
            dropped: tally.dropped,
            good: tally.good,
            failed: tally.failed,
            timed_out: tally.timed_out,
            cancelled: tally.cancelled,
            retries: tally.retries,
            queued: tally.queued,
            in_flight: tally.in_flight,
        },
        response: times.response,
        service: times.service,
        queue_wait: times.queue_wait,
        schedule_delay: times.schedule_delay,
        split: TimeSplit {
            tasks: totals.split_tasks,
            schedule_delay_nanos: totals.schedule_delay_nanos,
            retries_nanos: totals.parts.retries_nanos,
            queue_wait_nanos: totals.parts.queue_wait_nanos,
            dispatch_nanos: totals.parts.dispatch_nanos,
            lock_wait_nanos: totals.parts.lock_wait_nanos,
            interpreter_wait_nanos: totals.parts.interpreter_wait_nanos,
            on_cpu_nanos: totals.parts.on_cpu_nanos,
            off_cpu_nanos: totals.parts.off_cpu_nanos,
            return_nanos: totals.parts.return_nanos,
        },
        digest: totals.digest,
    }
}
