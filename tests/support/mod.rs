//! Synthetic runs for tests, benches and demonstrations: deterministic, and built from events alone.
//!
//! A small queueing simulation (`sim.rs`) decides what happens to every task, so that counts, response times
//! and queue depths belong together; nothing here sleeps, reads a clock or starts a process.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test uses a part of it, in a crate of its own"
)]

pub mod drill;
pub mod lives;
pub mod noisy;
mod sim;

use poolscope::run::{BlockEnd, Event, PlannedBlock, Run, RunRequest};
use poolscope::scenario::{
    Amount, Arrivals, AsyncCpu, Backend, Candidate, Distribution, FORMAT, Kernel, Load, PriceCard,
    Protocol, Queue, Scenario, Stage, TaskKind,
};
use poolscope::stats::SparseHistogram;
use poolscope::units::Nanos;
use poolscope::wire::{
    Cohort, Finished, FromRunner, Incident, Machine, MemoryKind, Phase, PoolKind, Resilience,
    Resources, Snapshot, Started,
};

use sim::{Profile, Simulation};

/// When all synthetic runs began: 2026-03-01 12:00:00 UTC.
pub const STARTED_UNIX_SECS: u64 = 1_772_366_400;

/// Five candidates under an open load of 400 tasks a second that one worker cannot carry.
pub fn scenario() -> Scenario {
    Scenario {
        format: FORMAT,
        title: "Checkout service".to_owned(),
        about: "A request that computes for two milliseconds and waits for a partner.".to_owned(),
        look_for: "The sequential candidate fills its queue and drops.".to_owned(),
        tasks: vec![TaskKind {
            name: "request".to_owned(),
            weight: 1.0,
            stages: vec![
                Stage::cpu(Kernel::Sha256, Amount::Work(800)),
                Stage::Wait {
                    time: Distribution::LogNormal {
                        median: Nanos::from_millis(6),
                        p95: Nanos::from_millis(15),
                    },
                },
            ],
        }],
        load: Load::Open {
            rate_per_sec: 400.0,
            arrivals: Arrivals::Poisson,
        },
        queue: Queue {
            capacity: 100,
            ..Queue::default()
        },
        server: poolscope::scenario::Server::default(),
        faults: Vec::new(),
        defences: poolscope::scenario::Defences::default(),
        candidates: [
            Backend::Sequential,
            Backend::threads(8),
            Backend::processes(4),
            Backend::Async {
                in_flight: 64,
                event_loops: 1,
                cpu: AsyncCpu::Inline,
            },
            Backend::Async {
                in_flight: 64,
                event_loops: 1,
                cpu: AsyncCpu::Blocking { threads: 2 },
            },
        ]
        .into_iter()
        .map(Candidate::of)
        .collect(),
        protocol: Protocol {
            warm_up: Nanos::from_secs(1),
            measure: Nanos::from_secs(6),
            drain: Nanos::from_millis(500),
            ..Protocol::default()
        },
        objectives: Vec::new(),
        prices: PriceCard::default(),
        sweep: None,
        capacity: None,
    }
}

/// 400 tasks due at once, on one, on four threads and on two processes.
pub fn batch_scenario() -> Scenario {
    let mut scenario = Scenario {
        title: "Nightly prime check".to_owned(),
        ..scenario()
    };
    scenario.load = Load::batch(400);
    scenario.candidates = [
        Backend::Sequential,
        Backend::threads(4),
        Backend::processes(2),
    ]
    .into_iter()
    .map(Candidate::of)
    .collect();
    scenario
}

/// One candidate at 20 tasks a second for so long that its time line loses resolution.
pub fn slow_scenario() -> Scenario {
    let mut scenario = scenario();
    scenario.candidates.truncate(1);
    scenario.load = Load::Open {
        rate_per_sec: 20.0,
        arrivals: Arrivals::Constant,
    };
    scenario.protocol.measure = Nanos::from_secs(70);
    scenario
}

/// The usual sample: the sequential candidate dropped tasks, the processes failed after 4.2 s of measurement,
/// threads and async are done, the last candidate still waits for its turn.
pub fn sample_run() -> Run {
    let request = RunRequest::all_of(scenario());
    let mut run = Run::new(request.clone(), STARTED_UNIX_SECS);
    for (index, planned) in request.plan().into_iter().enumerate().take(4) {
        let accident = (planned.candidate == 2).then(|| Nanos::from_millis(5_200));
        for event in block_events(&request, index, planned, accident) {
            run.apply(event);
        }
    }
    run
}

/// The sample while its fourth block (async) is under way, `into_block` after that block's start.
pub fn live_run(into_block: Nanos) -> Run {
    let request = RunRequest::all_of(scenario());
    let mut run = Run::new(request.clone(), STARTED_UNIX_SECS);
    for (index, planned) in request.plan().into_iter().enumerate().take(4) {
        for event in block_events(&request, index, planned, None) {
            let late = index == 3
                && match &event {
                    Event::Message {
                        message: FromRunner::Snapshot(snapshot),
                        ..
                    } => snapshot.elapsed_nanos > into_block.0,
                    Event::Message {
                        message: FromRunner::Finished(_),
                        ..
                    }
                    | Event::BlockEnded { .. } => true,
                    _ => false,
                };
            if !late {
                run.apply(event);
            }
        }
    }
    run
}

/// A run of which nothing has happened yet.
pub fn waiting_run() -> Run {
    Run::new(RunRequest::all_of(scenario()), STARTED_UNIX_SECS)
}

/// All five candidates, done.
pub fn finished_run() -> Run {
    run_of(&RunRequest::all_of(scenario()))
}

/// All five candidates, each measured twice.
pub fn repeated_run() -> Run {
    let mut scenario = scenario();
    scenario.protocol.repeats = 2;
    run_of(&RunRequest::all_of(scenario))
}

/// A batch on three candidates, done.
pub fn batch_run() -> Run {
    run_of(&RunRequest::all_of(batch_scenario()))
}

/// `request`, carried out to its end.
pub fn run_of(request: &RunRequest) -> Run {
    let mut run = Run::new(request.clone(), STARTED_UNIX_SECS);
    for event in events(request) {
        run.apply(event);
    }
    run
}

/// All events of `request`, to its end.
pub fn events(request: &RunRequest) -> Vec<Event> {
    let plan = request.plan().into_iter().enumerate();
    plan.flat_map(|(index, planned)| block_events(request, index, planned, None))
        .chain([Event::RunEnded { stopped: false }])
        .collect()
}

/// All events of one block; with `accident` the runner dies at that time after the block's start.
pub fn block_events(
    request: &RunRequest,
    index: usize,
    planned: PlannedBlock,
    accident: Option<Nanos>,
) -> Vec<Event> {
    let backend = request.scenario.candidates[planned.candidate].backend;
    let profile = profile(backend);
    let simulation = Simulation::of(
        &request.scenario,
        &profile,
        request.seed,
        planned.candidate,
        planned.repeat,
    );
    let message = |message| Event::Message {
        block: index,
        message,
    };
    let mut events = vec![
        Event::BlockStarting { block: index },
        message(FromRunner::Started(Box::new(Started {
            cold_start_nanos: profile.cold_start.0,
            worker_pids: match backend {
                Backend::Processes { workers, .. } => {
                    (0..workers.count()).map(|worker| 4_000 + worker).collect()
                }
                _ => Vec::new(),
            },
            baseline_bytes: Some(3 << 20),
            machine: machine(),
            calibration: Vec::new(),
            python: None,
        }))),
    ];
    let until = accident.map_or(u64::MAX, |at| at.0);
    let snapshots = simulation.snapshots(&profile);
    events.extend(
        snapshots
            .into_iter()
            .filter(|snapshot| snapshot.elapsed_nanos <= until)
            .map(|snapshot| message(FromRunner::Snapshot(Box::new(snapshot)))),
    );
    let end = if let Some(at) = accident {
        let text = "worker 2 was killed by signal 9; its task is lost, it is replaced".to_owned();
        events.push(message(FromRunner::Incident(Incident {
            elapsed_nanos: at.0,
            kind: poolscope::wire::IncidentKind::WorkerDied,
            message: text,
        })));
        let cause =
            "The runner ended by signal 9 while measuring. The system may have run out of memory.";
        BlockEnd::Failed {
            cause: cause.to_owned(),
        }
    } else {
        events.push(message(FromRunner::Finished(Finished {
            stopped: false,
            makespan_nanos: simulation.makespan_nanos(),
            worker_deaths: 0,
            workers_recycled: 0,
            failures: Vec::new(),
        })));
        BlockEnd::Completed
    };
    events.push(Event::BlockEnded { block: index, end });
    events
}

/// The machine of all synthetic runs.
pub fn machine() -> Machine {
    Machine {
        os: "Debian GNU/Linux 13".to_owned(),
        kernel: "6.12.0".to_owned(),
        cpu: "Example CPU at 2.5 GHz".to_owned(),
        cores: 4,
        memory_bytes: 16 << 30,
        load_average: Some(0.12),
        ..Machine::default()
    }
}

/// How a back end behaves in the simulation.
fn profile(backend: Backend) -> Profile {
    let (servers, median, memory_kind, per_worker_mib, cold_start) = match backend {
        Backend::Sequential => (1, 8_200, MemoryKind::Derived, 1.4, 250),
        Backend::Threads { workers } => (workers.count(), 8_600, MemoryKind::Derived, 0.6, 900),
        Backend::Processes { workers, .. } => {
            (workers.count(), 8_900, MemoryKind::Pss, 5.2, 21_000)
        }
        Backend::Async {
            in_flight,
            cpu: AsyncCpu::Inline,
            ..
        } => (in_flight, 9_400, MemoryKind::Derived, 2.1, 700),
        Backend::Hybrid { processes, .. } => {
            (processes.count(), 8_800, MemoryKind::Pss, 5.2, 21_000)
        }
        Backend::Python(pool) => match pool.shape() {
            (threads, 0) => (threads, 9_900, MemoryKind::Derived, 0.1, 60_000),
            (_, processes) => (processes, 9_200, MemoryKind::Pss, 9.4, 90_000),
        },
        Backend::Async { in_flight, .. } => (in_flight, 8_800, MemoryKind::Derived, 2.6, 1_100),
    };
    Profile {
        servers: servers as usize,
        workers: backend.workers(),
        service_median: Nanos::from_micros(median),
        cpu_share: 0.24,
        memory_kind,
        per_worker_bytes: per_worker_mib * f64::from(1 << 20),
        cold_start: Nanos::from_micros(cold_start),
        pools: pools(backend),
    }
}

/// What the pools of a back end are, in the order in which a task passes them.
fn pools(backend: Backend) -> Vec<PoolKind> {
    match backend {
        Backend::Python(pool) if pool.shape().1 > 0 => vec![PoolKind::Processes],
        Backend::Sequential | Backend::Threads { .. } | Backend::Python(_) => {
            vec![PoolKind::Threads]
        }
        Backend::Processes { .. } => vec![PoolKind::Processes],
        Backend::Async { .. } => vec![PoolKind::EventLoops],
        Backend::Hybrid { .. } => vec![PoolKind::EventLoops, PoolKind::Processes],
    }
}

/// A snapshot of the measurement without any task.
pub fn snapshot_at(elapsed_nanos: u64) -> Snapshot {
    Snapshot {
        sequence: elapsed_nanos,
        elapsed_nanos,
        phase: Phase::Measure,
        measure_start_nanos: Some(0),
        measure_end_nanos: None,
        warm_up: Cohort::default(),
        measured: Cohort::default(),
        counters: Vec::new(),
        pools: Vec::new(),
        loop_lag: SparseHistogram::default(),
        interpreter_lock: None,
        collections: None,
        resilience: Resilience::default(),
        window_completed: 0,
        window_good: 0,
        window_good_late: 0,
        good_late: 0,
        lives: None,
        resources: Resources::default(),
        skipped_ticks: 0,
        merged: 0,
    }
}
