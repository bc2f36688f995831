//! What reading a clock costs, and how late waits end.

use crate::engine::Surroundings;
use crate::engine::clock::{self, Pacer};
use crate::runner::probe::blocks::{at_rate, next_to_nothing, one_client, run, scenario};
use crate::runner::probe::{nanos_per_call, percentiles};
use crate::sampler::Watched;
use crate::scenario::{AsyncCpu, Backend, Distribution, Stage, Start, Transfer, Workers};
use crate::stats::{Histogram, Percentile};
use crate::units::Nanos;
use crate::wire::{Clock, ClockCost, Lateness, Wait};

/// The lengths of the waits that are timed.
const WANTED_NANOS: [u64; 2] = [100_000, 1_000_000];
/// Waits of each kind: enough for a 99th percentile.
const WAITS: u64 = 320;

/// What reading each clock costs.
pub(super) fn clocks() -> Vec<ClockCost> {
    const CALLS: u32 = 10_000;
    let own = Watched::new(std::process::id());
    let cost = |clock, nanos| ClockCost { clock, nanos };
    vec![
        cost(
            Clock::Monotonic,
            nanos_per_call(CALLS, || {
                std::hint::black_box(clock::now_nanos());
            }),
        ),
        cost(
            Clock::ThreadCpu,
            nanos_per_call(CALLS, || {
                std::hint::black_box(clock::thread_cpu_nanos());
            }),
        ),
        cost(
            Clock::ProcessCpu,
            nanos_per_call(CALLS, || {
                std::hint::black_box(own.cpu_nanos());
            }),
        ),
    ]
}

/// How late each way of waiting ends.
pub(super) fn waits(surroundings: &Surroundings) -> Result<Vec<Lateness>, String> {
    let mut found = Vec::new();
    for wanted in WANTED_NANOS {
        found.push(one_by_one(Wait::Sleep, wanted, sleep_until));
        let mut pacer = Pacer::new();
        found.push(one_by_one(Wait::Paced, wanted, |deadline| {
            pacer.wait_until(deadline, || false);
        }));
        for (wait, backend) in stages() {
            found.push(in_block(wait, wanted, backend, surroundings)?);
        }
    }
    found.push(generator(surroundings)?);
    Ok(found)
}

fn stages() -> [(Wait, Backend); 3] {
    let processes = Backend::Processes {
        workers: Workers::Count(1),
        start: Start::Fresh,
        chunk: None,
        recycle_after: None,
        payload: Transfer::Pipe,
    };
    let event_loop = Backend::Async {
        in_flight: 1,
        event_loops: 1,
        cpu: AsyncCpu::Inline,
    };
    [
        (Wait::ThreadStage, Backend::Sequential),
        (Wait::ProcessStage, processes),
        (Wait::AsyncStage, event_loop),
    ]
}

/// A plain sleep to an instant, as a program without any care would do it.
fn sleep_until(deadline_nanos: u64) {
    let left = deadline_nanos.saturating_sub(clock::now_nanos());
    std::thread::sleep(std::time::Duration::from_nanos(left));
}

fn one_by_one(wait: Wait, wanted_nanos: u64, mut until: impl FnMut(u64)) -> Lateness {
    let times = (0..WAITS).map(|_| {
        let deadline = clock::now_nanos() + wanted_nanos;
        until(deadline);
        clock::now_nanos().saturating_sub(deadline)
    });
    let (p50_nanos, p99_nanos) = percentiles(times);
    Lateness {
        wait,
        wanted_nanos,
        p50_nanos,
        p99_nanos,
    }
}

/// A wait stage on a back end: what its service time is longer than asked for.
fn in_block(
    wait: Wait,
    wanted_nanos: u64,
    backend: Backend,
    surroundings: &Surroundings,
) -> Result<Lateness, String> {
    let stage = Stage::Wait {
        time: Distribution::Constant(Nanos(wanted_nanos)),
    };
    // Twice as long as the waits themselves take: a late timer may need it.
    let measure = Nanos(2 * wanted_nanos * WAITS);
    let outcome = run(
        &scenario(stage, one_client(), backend, measure),
        surroundings,
    )?;
    let late = |nanos: u64| nanos.saturating_sub(wanted_nanos);
    Ok(lateness(wait, wanted_nanos, &outcome.service, late))
}

/// The load generator's own lateness at a thousand tasks a second.
fn generator(surroundings: &Surroundings) -> Result<Lateness, String> {
    const PERIOD_NANOS: u64 = 1_000_000;
    let scenario = scenario(
        next_to_nothing(),
        at_rate(1e9 / PERIOD_NANOS as f64),
        Backend::Sequential,
        Nanos(2 * PERIOD_NANOS * WAITS),
    );
    let outcome = run(&scenario, surroundings)?;
    Ok(lateness(
        Wait::Generator,
        PERIOD_NANOS,
        &outcome.schedule_delay,
        |nanos| nanos,
    ))
}

fn lateness(
    wait: Wait,
    wanted_nanos: u64,
    times: &Histogram,
    late: impl Fn(u64) -> u64,
) -> Lateness {
    Lateness {
        wait,
        wanted_nanos,
        p50_nanos: Percentile::P50.of(times).map(&late),
        p99_nanos: Percentile::P99.of(times).map(&late),
    }
}
