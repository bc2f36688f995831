//! Runs whose blocks scatter as those of real machines do: for statistics, without a simulation of queues.
//!
//! Each block is slower or faster by a share that its repeat has in common (2 %), one of its own (1.5 %), and
//! one block in ten by a few per cent more, as when something else woke up; tails scatter more than middles.

use poolscope::run::{BlockEnd, Event, PlannedBlock, Run, RunRequest};
use poolscope::scenario::{Backend, Candidate, Load};
use poolscope::stats::{Histogram, rng::Rng};
use poolscope::units::Nanos;
use poolscope::wire::{
    Cohort, Counts, Finished, FromRunner, Memory, MemoryKind, Phase, Resources, Snapshot, Started,
};

use super::{STARTED_UNIX_SECS, machine, scenario};

/// Length of each measurement.
const WINDOW_NANOS: u64 = 10_000_000_000;
/// Tasks per block of a candidate with factor 1.
const TASKS: f64 = 2_000.0;

/// A run of one candidate per entry of `slowness` (1 is the base, 1.2 takes a fifth longer and uses a fifth more),
/// `repeats` times each, the first with a twin.
pub fn noisy_run(seed: u64, repeats: u32, slowness: &[f64]) -> Run {
    let request = noisy_request(seed, repeats, slowness.len());
    let mut run = Run::new(request.clone(), STARTED_UNIX_SECS);
    for (index, planned) in request.plan().into_iter().enumerate() {
        for event in noisy_block(seed, index, planned, slowness[planned.candidate]) {
            run.apply(event);
        }
    }
    run.apply(Event::RunEnded { stopped: false });
    run
}

fn noisy_request(seed: u64, repeats: u32, candidates: usize) -> RunRequest {
    let mut scenario = scenario();
    scenario.load = Load::closed(16);
    scenario.candidates = (1..=candidates as u32)
        .map(|workers| Candidate::of(Backend::threads(workers)))
        .collect();
    scenario.protocol.repeats = repeats;
    scenario.protocol.noise_floor = true;
    scenario.protocol.measure = Nanos(WINDOW_NANOS);
    scenario.protocol.seed = seed;
    RunRequest::all_of(scenario)
}

fn noisy_block(seed: u64, index: usize, planned: PlannedBlock, slowness: f64) -> Vec<Event> {
    let mut of_repeat = Rng::new(seed, 1_000_000 + u64::from(planned.repeat));
    let mut rng = Rng::new(seed, index as u64);
    let mut share = |deviation: f64| (deviation * rng.normal()).exp();
    let woken = if share(1.0) > 3.6 {
        share(0.04).max(1.0)
    } else {
        1.0
    };
    let pace = slowness * (0.02 * of_repeat.normal()).exp() * share(0.015) * woken;
    let (tail, cpu, memory) = (share(0.06), share(0.007), share(0.004));
    let tasks = (TASKS / pace) as u64;
    let mut response = Histogram::new();
    for _ in 0..tasks {
        let spread = rng.normal();
        let beyond = if spread > 1.5 { tail } else { 1.0 };
        response.record((8e6 * pace * beyond * (0.45 * spread).exp()) as u64);
    }
    let cpu_nanos = (tasks as f64 * 2e6 * pace * cpu) as u64;
    let bytes = 5e6 * slowness * memory;
    let message = |message| Event::Message {
        block: index,
        message,
    };
    let shot = |sequence, snapshot| message(FromRunner::Snapshot(Box::new(at(sequence, snapshot))));
    vec![
        message(FromRunner::Started(Box::new(Started {
            cold_start_nanos: 1_000_000,
            worker_pids: Vec::new(),
            baseline_bytes: None,
            machine: machine(),
            calibration: Vec::new(),
            python: None,
        }))),
        shot(0, (0, 0, Histogram::new(), 0, bytes)),
        shot(1, (WINDOW_NANOS, tasks, response, cpu_nanos, bytes)),
        message(FromRunner::Finished(Finished {
            stopped: false,
            makespan_nanos: None,
            worker_deaths: 0,
            workers_recycled: 0,
            failures: Vec::new(),
        })),
        Event::BlockEnded {
            block: index,
            end: BlockEnd::Completed,
        },
    ]
}

/// A snapshot at the begin or the end of the measurement: (instant, tasks, response times, CPU time, memory).
fn at(
    sequence: u64,
    (now, tasks, response, cpu_nanos, bytes): (u64, u64, Histogram, u64, f64),
) -> Snapshot {
    let counts = Counts {
        offered: tasks,
        admitted: tasks,
        good: tasks,
        ..Counts::default()
    };
    Snapshot {
        sequence,
        elapsed_nanos: now,
        phase: if now == 0 {
            Phase::Measure
        } else {
            Phase::Drain
        },
        measure_start_nanos: Some(0),
        measure_end_nanos: (now > 0).then_some(now),
        warm_up: Cohort::default(),
        measured: Cohort {
            counts,
            response: response.to_sparse(),
            ..Cohort::default()
        },
        counters: Vec::new(),
        pools: Vec::new(),
        loop_lag: poolscope::stats::SparseHistogram::default(),
        interpreter_lock: None,
        collections: None,
        resilience: poolscope::wire::Resilience::default(),
        window_completed: tasks,
        window_good: tasks,
        window_good_late: 0,
        good_late: 0,
        lives: None,
        resources: Resources {
            cpu_nanos,
            memory: Some(Memory {
                kind: MemoryKind::Derived,
                per_worker_bytes: bytes,
                per_worker_uss_bytes: None,
                per_worker_rss_bytes: None,
                total_bytes: bytes as u64,
            }),
            ..Resources::default()
        },
        skipped_ticks: 0,
        merged: 0,
    }
}
