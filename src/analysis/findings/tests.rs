//! Findings by synthetic figures: each is found where it should be, and not in the case beside it.

use super::*;
use crate::analysis::{SplitFigures, Steadiness, SteadinessLabel, candidate_figures};
use crate::run::PythonFacts;
use crate::scenario::{
    Backend, Interpreter, Load, Objective, PythonPool, QueuePolicy, Stage, Workers,
};
use crate::stats::{Figure, Percentile};
use crate::support;
use crate::units::{Bytes, Nanos};

/// The parts of a task's time in milliseconds, in the order in which it passes them.
fn split(
    queue: f64,
    transfer: f64,
    lock: f64,
    interpreter: f64,
    cpu: f64,
    waiting: f64,
) -> SplitFigures {
    SplitFigures {
        tasks: 1_000,
        schedule_delay_nanos: 0.0,
        retries_nanos: 0.0,
        queue_wait_nanos: queue * 1e6,
        dispatch_nanos: transfer * 1e6,
        lock_wait_nanos: lock * 1e6,
        interpreter_wait_nanos: interpreter * 1e6,
        on_cpu_nanos: cpu * 1e6,
        waiting_nanos: waiting * 1e6,
        return_nanos: 0.0,
    }
}

/// What is found of candidate `candidate` of the usual open load on four cores, after `change`.
fn found(
    candidate: usize,
    change: impl FnOnce(&mut Run, &mut CandidateFigures),
) -> Vec<FindingKind> {
    let mut run = support::finished_run();
    let mut figures = candidate_figures(&run)[candidate].clone();
    figures.steadiness = Steadiness {
        label: SteadinessLabel::Steady,
        ..figures.steadiness
    };
    figures.drop_ratio = Some(Figure::plain(0.0));
    figures.time_split = Some(split(0.0, 0.1, 0.0, 0.0, 4.0, 4.0));
    figures.cpu_cores_used = Some(Figure::plain(1.0));
    change(&mut run, &mut figures);
    let blocks: Vec<&Block> = run.blocks_of(candidate).collect();
    let findings = findings(&run, &figures, &blocks);
    for finding in &findings {
        assert!(!finding.evidence.is_empty() && !finding.kind.advice().ends_with('.'));
        assert!(finding.line().starts_with(finding.kind.label()));
    }
    findings.iter().map(|finding| finding.kind).collect()
}

/// With that split and so many cores busy.
fn of_split(candidate: usize, parts: SplitFigures, cores: f64) -> Vec<FindingKind> {
    found(candidate, |_, figures| {
        figures.time_split = Some(parts);
        figures.cpu_cores_used = Some(Figure::plain(cores));
    })
}

const THREADS: usize = 1;
const PROCESSES: usize = 2;
const LOOP: usize = 3;

#[test]
fn work_that_is_half_and_half_has_no_name() {
    assert_eq!(found(THREADS, |_, _| {}), []);
}

#[test]
fn computing_is_cpu_bound_by_its_share_or_by_full_cores() {
    let bound = [FindingKind::CpuBound];
    assert_eq!(
        of_split(THREADS, split(0.0, 0.0, 0.0, 0.0, 6.1, 3.9), 1.0),
        bound
    );
    assert_eq!(
        of_split(THREADS, split(0.0, 0.0, 0.0, 0.0, 5.9, 4.1), 1.0),
        []
    );
    // Eight threads on four cores: what waits there waits for a core.
    assert_eq!(
        of_split(THREADS, split(0.0, 0.0, 0.0, 0.0, 3.0, 7.0), 3.5),
        bound
    );
}

#[test]
fn what_decided_that_work_is_cpu_bound_is_told_first() {
    let evidence = |cpu: f64, waiting: f64| {
        let run = support::finished_run();
        let mut figures = candidate_figures(&run)[LOOP].clone();
        figures.time_split = Some(split(0.0, 0.0, 0.0, 0.0, cpu, waiting));
        figures.cpu_cores_used = Some(Figure::plain(1.0));
        let found = findings(&run, &figures, &run.blocks_of(LOOP).collect::<Vec<_>>());
        let cpu = found
            .iter()
            .find(|found| found.kind == FindingKind::CpuBound);
        cpu.unwrap().evidence.clone()
    };
    assert!(evidence(7.0, 3.0).starts_with("70.0 % of a task's own 10.0 ms on a core, "));
    let of_cores = evidence(1.0, 9.0);
    assert!(
        of_cores.contains(" busy of 1 that it may use; a task is on a core for 10.0 % of its own"),
        "{of_cores}"
    );
}

#[test]
fn waiting_is_wait_bound_while_cores_are_free() {
    let bound = [FindingKind::WaitBound];
    assert_eq!(
        of_split(THREADS, split(0.0, 0.0, 0.0, 0.0, 3.0, 7.0), 3.0),
        bound
    );
    assert_eq!(
        of_split(THREADS, split(0.0, 0.0, 0.0, 0.0, 4.5, 5.5), 3.0),
        []
    );
}

#[test]
fn waits_for_locks_and_for_the_interpreter_lock_are_told_apart() {
    let locked = |lock: f64, interpreter: f64| split(0.0, 0.0, lock, interpreter, 4.0, 2.0);
    assert_eq!(
        of_split(THREADS, locked(4.0, 0.0), 1.0),
        [FindingKind::LockBound]
    );
    assert_eq!(of_split(THREADS, locked(2.0, 0.0), 1.0), []);
    let modelled = |interpreter: f64| {
        found(THREADS, |run, figures| {
            run.request.scenario.candidates[THREADS].interpreter = Interpreter::Lock {
                switch_interval: Nanos::from_millis(5),
            };
            figures.time_split = Some(locked(0.0, interpreter));
        })
    };
    assert_eq!(modelled(4.0), [FindingKind::InterpreterLockBound]);
    assert_eq!(modelled(2.0), []);
}

#[test]
fn threads_of_cpython_that_fill_one_core_and_no_second_are_held_by_its_lock() {
    let python = |free_threaded: bool, cores: f64, workers: u32| {
        found(THREADS, |run, figures| {
            run.request.scenario.candidates[THREADS].backend =
                Backend::Python(PythonPool::ThreadPoolExecutor {
                    workers: Workers::Count(workers),
                });
            figures.python = Some(PythonFacts {
                name: "python3".to_owned(),
                version: "3.13.0".to_owned(),
                free_threaded,
                start_method: None,
                library: None,
                engine_start_nanos: None,
            });
            figures.time_split = Some(split(0.0, 0.0, 0.0, 0.0, 1.0, 9.0));
            figures.cpu_cores_used = Some(Figure::plain(cores));
        })
    };
    assert_eq!(python(false, 1.0, 8), [FindingKind::InterpreterLockBound]);
    assert_eq!(python(true, 1.0, 8), [FindingKind::WaitBound]);
    assert_eq!(python(false, 0.4, 8), [FindingKind::WaitBound]);
    assert_eq!(python(false, 1.0, 1), [FindingKind::CpuBound]);
}

#[test]
fn what_crosses_a_process_is_a_transfer_and_what_stays_in_it_is_none() {
    let sent = split(0.0, 4.0, 0.0, 0.0, 3.0, 3.0);
    assert_eq!(of_split(PROCESSES, sent, 1.0), [FindingKind::TransferBound]);
    assert_eq!(of_split(THREADS, sent, 1.0), []);
    let in_chunks = |payload: bool| {
        found(PROCESSES, |run, figures| {
            figures.time_split = Some(sent);
            run.request.scenario.load = Load::Batch {
                tasks: 400,
                chunk: 10,
            };
            if payload {
                run.request.scenario.tasks[0].stages.push(Stage::Payload {
                    to_worker: Bytes::from_mib(1),
                    back: Bytes(0),
                });
            }
        })
    };
    assert_eq!(in_chunks(false), []);
    assert_eq!(in_chunks(true), [FindingKind::TransferBound]);
}

#[test]
fn a_queue_that_makes_the_response_time_or_drops_is_overload_and_a_batch_is_none() {
    let queued = |millis: f64, dropped: f64, load: Option<Load>| {
        found(THREADS, |run, figures| {
            figures.time_split = Some(split(millis, 0.0, 0.0, 0.0, 4.0, 4.0));
            figures.response_time_nanos.mean = Some((8.0 + millis) * 1e6);
            figures.drop_ratio = Some(Figure::plain(dropped));
            if let Some(load) = load {
                run.request.scenario.load = load;
            }
        })
    };
    assert_eq!(queued(9.0, 0.0, None), [FindingKind::QueueBound]);
    assert_eq!(queued(7.0, 0.0, None), []);
    assert_eq!(queued(1.0, 0.02, None), [FindingKind::QueueBound]);
    assert_eq!(queued(1.0, 0.005, None), []);
    assert_eq!(queued(9.0, 0.0, Some(Load::batch(400))), []);
}

#[test]
fn more_takers_than_cores_that_push_each_other_out_are_oversubscribed() {
    let pushed = |per_sec: f64, workers: u32| {
        found(THREADS, |run, figures| {
            run.request.scenario.candidates[THREADS].backend = Backend::threads(workers);
            figures.cpu_cores_used = Some(Figure::plain(3.9));
            figures.involuntary_switches_per_sec = Some(Figure::plain(per_sec));
        })
    };
    let both = [FindingKind::Oversubscribed, FindingKind::CpuBound];
    assert_eq!(pushed(400.0, 8), both);
    assert_eq!(pushed(40.0, 8), [FindingKind::CpuBound]);
    assert_eq!(pushed(400.0, 4), [FindingKind::CpuBound]);
}

#[test]
fn an_event_loop_that_computes_and_comes_late_is_blocked() {
    let late = |candidate: usize, millis: u64| {
        found(candidate, |_, figures| {
            figures.event_loop_lag_nanos.p99 = Some(millis * 1_000_000);
        })
    };
    let cpu = FindingKind::CpuBound;
    // One loop may use one core, which is full here.
    assert_eq!(late(LOOP, 25), [FindingKind::EventLoopBlocked, cpu]);
    assert_eq!(late(LOOP, 15), [cpu]);
    // Threads beside it compute.
    assert_eq!(late(LOOP + 1, 25), []);
}

#[test]
fn memory_is_short_where_it_is_nearly_full_or_waited_for() {
    let full = |share: f64| {
        found(THREADS, |run, figures| {
            let there = run.machine.as_ref().unwrap().memory_bytes as f64;
            figures.memory_resident_peak_bytes = Some((there * share) as u64);
        })
    };
    assert_eq!(full(0.85), [FindingKind::MemoryBound]);
    assert_eq!(full(0.75), []);
    let waited = |share: f64| {
        found(THREADS, |run, _| {
            let block = run
                .blocks
                .iter_mut()
                .find(|block| block.planned.candidate == THREADS);
            let machine = block.unwrap().resources.machine.as_mut().unwrap();
            let nanos = machine.nanos() as f64 * share;
            machine.first.memory_pressure_nanos = Some(0);
            machine.last.memory_pressure_nanos = Some(nanos as u64);
        })
    };
    assert_eq!(waited(0.12), [FindingKind::MemoryBound]);
    assert_eq!(waited(0.05), []);
}

#[test]
fn a_start_that_takes_as_long_as_the_work_is_named() {
    let batch = |cold: f64, makespan: f64| {
        found(PROCESSES, |_, figures| {
            figures.cold_start_nanos = Some(Figure::plain(cold * 1e6));
            figures.makespan_nanos = Some(Figure::plain(makespan * 1e6));
        })
    };
    assert_eq!(batch(60.0, 100.0), [FindingKind::StartUpBound]);
    assert_eq!(batch(40.0, 100.0), []);
    // Six seconds of four workers, of whom one is replaced for each 50 ms of the time of all.
    let recycled = |workers: u64| {
        found(PROCESSES, |_, figures| {
            figures.cold_start_nanos = Some(Figure::plain(50e6));
            figures.workers_recycled = workers;
        })
    };
    assert_eq!(recycled(60), [FindingKind::StartUpBound]);
    assert_eq!(recycled(30), []);
}

#[test]
fn a_late_generator_is_told_unless_callers_wait_at_the_door() {
    let late = |millis: u64, policy: QueuePolicy| {
        found(THREADS, |run, figures| {
            run.request.scenario.queue.policy = policy;
            figures.schedule_delay_nanos.p99 = Some(millis * 1_000_000);
            figures.response_time_nanos.p99 = Some(100_000_000);
        })
    };
    let drop = QueuePolicy::DropNewest;
    assert_eq!(late(21, drop), [FindingKind::GeneratorLate]);
    assert_eq!(late(19, drop), []);
    assert_eq!(late(21, QueuePolicy::Block), []);
}

#[test]
fn what_drifts_is_unsteady_and_what_is_too_little_is_too_short() {
    let steadiness = |label| {
        found(THREADS, |_, figures| {
            figures.steadiness.label = label;
            figures.steadiness.why = "throughput fell by 12 %".to_owned();
        })
    };
    assert_eq!(
        steadiness(SteadinessLabel::Drifting),
        [FindingKind::Unsteady]
    );
    assert_eq!(steadiness(SteadinessLabel::NotJudged), []);
    let counted = |count: u64, percentile: Option<Percentile>| {
        found(THREADS, |run, figures| {
            figures.response_time_nanos.count = count;
            run.request.scenario.objectives = percentile
                .map(|percentile| Objective::ResponseTime {
                    percentile,
                    at_most: Nanos::from_secs(1),
                })
                .into_iter()
                .collect();
        })
    };
    assert_eq!(counted(298, None), [FindingKind::TooShort]);
    assert_eq!(counted(Percentile::P99.samples_needed(), None), []);
    assert_eq!(counted(298, Some(Percentile::P95)), []);
    assert_eq!(
        counted(2_000, Some(Percentile::P999)),
        [FindingKind::TooShort]
    );
}
