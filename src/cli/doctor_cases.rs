//! The runs of `doctor`'s self-tests, composed in code.

use std::time::Duration;

use crate::run::RunRequest;
use crate::scenario::{
    Amount, Arrivals, AsyncCpu, Backend, Candidate, Defences, Distribution, FORMAT, HybridWaits,
    Kernel, Load, PriceCard, Protocol, Queue, Scenario, Server, Stage, Start, TaskKind, Transfer,
    Workers,
};
use crate::session::{Freeze, FreezeTarget};
use crate::units::Nanos;

/// Of that long a measurement half is a standstill: p75, p90 and p99 are then 2.5, 4.0 and 4.9 s.
const FREEZE_MEASURE: Nanos = Nanos::from_secs(10);
const FREEZE: Duration = Duration::from_secs(5);
const FREEZE_AFTER: Duration = Duration::from_millis(2_500);
/// Five hundred tasks in all, which are enough for a p99; what waited is caught up with in no time, so that the
/// schedule decides and not the machine.
const FREEZE_RATE_PER_SEC: f64 = 50.0;

/// Blocks of each of the two series of the A/A test.
const AA_REPEATS: u32 = 8;

/// One freeze test.
#[derive(Clone)]
pub(super) struct FreezeCase {
    /// What is stopped, for people.
    pub(super) name: &'static str,
    /// The run of one block.
    pub(super) request: RunRequest,
    /// Who is stopped, and when.
    pub(super) freeze: Freeze,
}

/// The freeze tests, one for each kind of back end, and one of a worker process alone.
pub(super) fn freezes() -> Vec<FreezeCase> {
    let two = Workers::Count(2);
    let event_loop = Backend::Async {
        in_flight: 16,
        event_loops: 1,
        cpu: AsyncCpu::Inline,
    };
    let pipeline = Backend::Hybrid {
        waits: HybridWaits::Async { in_flight: 16 },
        processes: two,
        between: 10_000,
    };
    let cases = [
        ("sequential", Backend::Sequential, FreezeTarget::Runner),
        (
            "threads",
            Backend::Threads { workers: two },
            FreezeTarget::Runner,
        ),
        ("processes", processes(two), FreezeTarget::Runner),
        (
            "one worker process",
            processes(Workers::Count(1)),
            FreezeTarget::Worker,
        ),
        ("async", event_loop, FreezeTarget::Runner),
        ("hybrid", pipeline, FreezeTarget::Runner),
    ];
    cases
        .map(|(name, backend, target)| freeze_case(name, backend, target))
        .into()
}

fn freeze_case(name: &'static str, backend: Backend, target: FreezeTarget) -> FreezeCase {
    let tiny = Stage::cpu(Kernel::SumOfSquares, Amount::Work(100));
    let load = Load::Open {
        rate_per_sec: FREEZE_RATE_PER_SEC,
        arrivals: Arrivals::Constant,
    };
    let protocol = Protocol {
        warm_up: Nanos::from_millis(200),
        measure: FREEZE_MEASURE,
        drain: Nanos::from_secs(5),
        ..Protocol::default()
    };
    FreezeCase {
        name,
        request: request(tiny, load, backend, protocol),
        freeze: Freeze {
            target,
            after: FREEZE_AFTER,
            length: FREEZE,
        },
    }
}

/// The same candidate in two interleaved series of short blocks.
pub(super) fn twice_the_same() -> RunRequest {
    let work = Stage::cpu(Kernel::SumOfSquares, Amount::Work(200_000));
    let load = Load::Closed {
        clients: 1,
        think: Distribution::Constant(Nanos(0)),
    };
    let protocol = Protocol {
        warm_up: Nanos::from_millis(200),
        measure: Nanos::from_millis(600),
        drain: Nanos::from_secs(2),
        repeats: AA_REPEATS,
        noise_floor: true,
        ..Protocol::default()
    };
    request(work, load, Backend::Sequential, protocol)
}

const fn processes(workers: Workers) -> Backend {
    Backend::Processes {
        workers,
        start: Start::Fresh,
        chunk: None,
        recycle_after: None,
        payload: Transfer::Pipe,
    }
}

fn request(stage: Stage, load: Load, backend: Backend, protocol: Protocol) -> RunRequest {
    RunRequest::all_of(Scenario {
        format: FORMAT,
        title: "self-test".to_owned(),
        about: String::new(),
        look_for: String::new(),
        tasks: vec![TaskKind {
            name: "task".to_owned(),
            weight: 1.0,
            stages: vec![stage],
        }],
        load,
        queue: Queue::default(),
        server: Server::default(),
        faults: Vec::new(),
        defences: Defences::default(),
        candidates: vec![Candidate::of(backend)],
        protocol,
        objectives: Vec::new(),
        prices: PriceCard::default(),
        sweep: None,
        capacity: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Severity, validate};

    #[test]
    fn the_self_tests_are_scenarios_like_any_others() {
        let requests = freezes().into_iter().map(|case| case.request);
        for request in requests.chain([twice_the_same()]) {
            let mut problems = validate(&request.scenario);
            problems.retain(|problem| problem.severity == Severity::Error);
            assert!(problems.is_empty(), "{problems:#?}");
        }
    }

    #[test]
    fn what_waits_while_a_process_stands_still_fits_into_the_queue() {
        let waiting = FREEZE_RATE_PER_SEC * FREEZE.as_secs_f64();
        for case in freezes() {
            let room = case.request.scenario.queue.capacity;
            assert!(f64::from(room) > waiting, "{}", case.name);
        }
    }
}
