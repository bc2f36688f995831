//! Workers that are killed, stand still, cannot be replaced or die in the middle of everything: the books stay right and
//! nothing hangs.
//!
//! Of the cases that are worth having (those of CPython's and loky's own tests among them) some are elsewhere: one busy
//! worker killed, and a stop of a block of long tasks, in `process.rs`; answers that cannot be understood and workers that
//! have served their time in `pools.rs`; codes and signals of crashes in `faults.rs`; a receiver that does not read, in
//! the session's outbox.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/parts.rs"]
mod parts;
#[path = "live/resilience.rs"]
mod resilience;

use std::time::{Duration, Instant};

use live::{check_books, follow, long, request, run_to_end, run_until, runner, scenario};
use parts::{part_of, parts_below};
use poolscope::run::{Block, BlockState, Event, Run};
use poolscope::session::{RunnerCommand, Session};
use poolscope::wire::{FromRunner, Incident, IncidentKind};
use resilience::{attempts, cause, with};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than any death takes on a loaded machine; only a survivor gets there.
const PATIENCE: Duration = Duration::from_mins(1);

/// Those with worker processes.
const WITH_PROCESSES: [&str; 5] = [
    "Processes(workers: 3)",
    "Processes(workers: 3, chunk: 4)",
    "Processes(workers: 3, start: Zygote)",
    "Hybrid(waits: Threads(workers: 3), processes: 3)",
    "Async(in_flight: 8, cpu: Processes(workers: 3))",
];

/// Waiting, and computing that worker processes do in every back end that has them.
const STAGES: &str = r#"[Wait(time: Constant("1ms")), Cpu(amount: Time("1ms"))]"#;

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::yield_now();
    }
}

fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL).unwrap();
}

/// How many workers faults hit.
fn hits(block: &Block) -> u64 {
    resilience::hits(block).iter().sum()
}

fn count(block: &Block, kind: IncidentKind) -> u64 {
    let incidents = block.incidents.iter();
    incidents.filter(|incident| incident.kind == kind).count() as u64
}

/// Whether an event is an incident of that kind.
fn is_incident(event: &Event, kind: IncidentKind) -> bool {
    matches!(event, Event::Message { message: FromRunner::Incident(Incident { kind: found, .. }), .. } if *found == kind)
}

#[test]
fn no_task_is_lost_while_workers_are_killed_at_random_instants() {
    // Each task comes again until it gets through; the kills end, and so does the batch.
    let settings = r#"faults: [(inject: KillWorker(every: "30ms"), probability: 0.7, until: "600ms"),
            (inject: KillWorker())],
        defences: (retry: (attempts: 100, backoff: Constant(wait: "2ms")), restarts: 100000)"#;
    let run = run_to_end(&with(
        STAGES,
        "Batch(tasks: 300)",
        &WITH_PROCESSES,
        settings,
    ));
    for (block, name) in run.blocks.iter().zip(WITH_PROCESSES) {
        check_books(block, name);
        let counts = block.counts();
        assert_eq!(
            (counts.good, counts.admitted),
            (300, 300),
            "{name}: {counts:?}"
        );
        assert!(hits(block) > 0, "{name}");
        let deaths = u64::from(block.finished.as_ref().unwrap().worker_deaths);
        assert!(deaths <= hits(block), "{name}: {deaths}");
        let attempts = attempts(block);
        assert_eq!(attempts.made, 300 + counts.retries, "{name}");
        assert_eq!(attempts.made, counts.good + attempts.failed, "{name}");
    }
}

/// Case 7: so many at the same time.
#[test]
fn several_workers_that_are_killed_at_once_lose_their_own_tasks_only() {
    for killed in [1, 2, 5, 13] {
        let kill = r#"(inject: KillWorker(every: "100ms"), from: "50ms", until: "500ms")"#;
        let faults = vec![kill; killed].join(", ");
        let settings = format!("faults: [{faults}], defences: (restarts: 100000)");
        let backends = ["Processes(workers: 13)"];
        let text = with(STAGES, "Closed(clients: 30)", &backends, &settings)
            .replace(r#"measure: "300ms""#, r#"measure: "600ms""#);
        let run = run_to_end(&text);
        let block = &run.blocks[0];
        check_books(block, "killed at once");
        let counts = block.counts();
        let deaths = u64::from(block.finished.as_ref().unwrap().worker_deaths);
        // An instant at which nobody lives waits for the next worker.
        assert!((1..=5 * killed as u64).contains(&hits(block)), "{killed}");
        assert!(deaths > 0 && deaths <= hits(block), "{killed}: {deaths}");
        // Those that died idle lost nothing.
        assert!(counts.failed <= deaths, "{killed}: {counts:?} {deaths}");
        assert!(counts.good > 0, "{killed}: {counts:?}");
    }
}

/// Case 3: in the middle of what it writes, most of the time.
#[test]
fn a_worker_that_dies_with_half_an_answer_on_the_pipe_loses_its_task_and_holds_up_nobody() {
    let settings = r#"faults: [(inject: KillWorker(every: "20ms"), until: "500ms")],
        defences: (retry: (attempts: 100, backoff: Constant(wait: "1ms")), restarts: 100000)"#;
    let backends = [
        "Processes(workers: 2)",
        "Processes(workers: 2, chunk: 3)",
        "Processes(workers: 2, payload: SharedMemory)",
    ];
    let stages = r#"[Payload(to_worker: "1MiB", back: "4MiB")]"#;
    let run = run_to_end(&with(stages, "Batch(tasks: 60)", &backends, settings));
    for (block, name) in run.blocks.iter().zip(backends) {
        check_books(block, name);
        assert_eq!(block.counts().good, 60, "{name}: {:?}", block.finished);
    }
}

/// Case 5: a queue with one place, callers who wait at its door, and as many bad tasks as good ones.
#[test]
fn good_tasks_get_through_a_full_queue_between_failing_ones() {
    let backends = [
        "Threads(workers: 2)",
        "Processes(workers: 2)",
        "Async(in_flight: 3)",
        "Hybrid(waits: Threads(workers: 2), processes: 1, between: 1)",
    ];
    let settings = r#"queue: (capacity: 1, policy: Block),
        faults: [(inject: Error, task: "bad"), (inject: Crash(how: Panic), task: "bad", probability: 0.5)]"#;
    let text = with(STAGES, "Closed(clients: 40)", &backends, settings).replace(
        r#"tasks: [(name: "task""#,
        r#"tasks: [(name: "bad", stages: [Cpu(amount: Work(10))]), (name: "task""#,
    );
    let text = long(&text);
    for (index, name) in backends.iter().enumerate() {
        let mut request = request(&text);
        request.candidates = vec![index];
        let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
        let mut run = Run::new(request, 0);
        follow(&session, &mut run, |run, _| {
            let counts = run.blocks[0].counts();
            counts.good >= 100 && counts.failed >= 100
        });
        session.stop();
        follow(&session, &mut run, |_, _| false);
        let block = &run.blocks[0];
        assert_eq!(block.state, BlockState::Stopped, "{name}");
        assert_eq!(block.violation, None, "{name}");
        assert!(
            block.counts().obey_the_law(),
            "{name}: {:?}",
            block.counts()
        );
    }
}

/// Case 8.
#[test]
fn a_stop_while_workers_are_crashing_ends_everything_and_keeps_the_books() {
    let settings = "faults: [(inject: Crash(how: Kill), probability: 0.5)],
        defences: (retry: (attempts: 3), restarts: 1000000)";
    for backend in WITH_PROCESSES {
        let text = long(&with(STAGES, "Closed(clients: 20)", &[backend], settings));
        let run = run_until(&text, |run, _| run.blocks[0].counts().failed > 5);
        let block = &run.blocks[0];
        assert_eq!(block.state, BlockState::Stopped, "{backend}");
        assert_eq!(block.violation, None, "{backend}");
        let counts = block.counts();
        assert!(counts.obey_the_law(), "{backend}: {counts:?}");
        assert_eq!(
            (counts.queued, counts.in_flight),
            (0, 0),
            "{backend}: {counts:?}"
        );
    }
}

/// Case 9: the program is gone from the disk when a worker is to be started anew.
#[test]
fn a_worker_that_cannot_be_replaced_is_a_failure_with_its_reason_and_no_hang() {
    let recycled = (
        "Processes(workers: 2, recycle_after: 3)",
        "",
        "was to be replaced after 3 tasks",
    );
    let killed = (
        "Processes(workers: 2)",
        "faults: [(inject: Crash(how: Abort), probability: 0.2)], defences: (restarts: 1000000),",
        "no other could be started",
    );
    let stopped = (
        "Processes(workers: 2)",
        r#"faults: [(inject: Hang, probability: 0.2)], defences: (attempt_time_out: "50ms"),"#,
        "as its caller had given its task up, and no other could be started",
    );
    for (backend, settings, words) in [recycled, killed, stopped] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let executable = folder.path().join("poolscope");
        std::fs::hard_link(env!("CARGO_BIN_EXE_poolscope"), &executable).unwrap();
        let text = scenario(STAGES, "Closed(clients: 20)", &[backend])
            .replace("candidates:", &format!("{settings} candidates:"));
        let request = request(&long(&text));
        let command = RunnerCommand {
            executable: executable.clone(),
        };
        let session = Session::start(request.clone(), command, |_| ()).unwrap();
        let mut run = Run::new(request, 0);
        follow(&session, &mut run, |run, _| {
            run.blocks[0].counts().good > 10
        });
        std::fs::remove_file(executable).unwrap();
        follow(&session, &mut run, |_, _| false);
        let block = &run.blocks[0];
        let cause = cause(block);
        assert!(cause.contains("no worker process is left"), "{cause}");
        let said = block
            .incidents
            .iter()
            .any(|one| one.message.contains(words));
        assert!(said, "{words}: {:?}", block.incidents);
        assert!(block.counts().obey_the_law(), "{:?}", block.counts());
    }
}

/// Case 10: no task at all, and a stop that comes before anything else.
#[test]
fn a_block_without_tasks_and_one_that_is_stopped_at_once_end_in_order() {
    let settings = r#"faults: [(inject: Hang), (inject: StallWorker(length: "50ms"))],
        defences: (attempt_time_out: "50ms", retry: (attempts: 3))"#;
    let backends = [
        "Threads(workers: 2)",
        "Processes(workers: 2)",
        "Async(in_flight: 3)",
    ];
    // The first task would be due after more than an hour.
    let load = "Open(rate_per_sec: 0.0002, arrivals: Constant)";
    let text =
        with(STAGES, load, &backends, settings).replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#);
    for (block, name) in run_to_end(&text).blocks.iter().zip(backends) {
        check_books(block, name);
        assert!(block.counts().offered <= 1, "{name}: {:?}", block.counts());
    }
    for backend in backends {
        let text = long(&with(STAGES, "Closed(clients: 5)", &[backend], settings));
        let run = run_until(&text, |run, _| run.blocks[0].started.is_some());
        assert_eq!(run.blocks[0].state, BlockState::Stopped, "{backend}");
        assert!(run.blocks[0].counts().obey_the_law(), "{backend}");
    }
}

/// Case 11: what waits is cancelled, what runs is cut, and all of it is counted.
#[test]
fn a_stop_with_a_hundred_tasks_in_the_queue_cancels_each_of_them_once() {
    for backend in [
        "Threads(workers: 5)",
        "Processes(workers: 5)",
        "Async(in_flight: 5)",
    ] {
        let settings = r#"faults: [(inject: Hang)], defences: (attempt_time_out: "1h")"#;
        let text = with(STAGES, "Closed(clients: 105)", &[backend], settings)
            .replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#);
        let run = run_until(&long(&text), |run, _| {
            let counts = run.blocks[0].counts();
            counts.in_flight == 5 && counts.queued == 100
        });
        let counts = run.blocks[0].counts();
        assert_eq!(
            (counts.offered, counts.cancelled),
            (105, 105),
            "{backend}: {counts:?}"
        );
        assert_eq!(
            (counts.queued, counts.in_flight),
            (0, 0),
            "{backend}: {counts:?}"
        );
    }
}

/// Case 12: workers that come and go with each task.
#[test]
fn workers_that_serve_one_task_each_lose_none_while_callers_give_up_and_workers_crash() {
    let settings = r#"faults: [(inject: Crash(how: Exit(code: 1)), probability: 0.2),
            (inject: Hang, probability: 0.1), (inject: KillWorker(every: "50ms"), until: "1s")],
        defences: (attempt_time_out: "2s", retry: (attempts: 100, backoff: Constant(wait: "1ms")), restarts: 100000)"#;
    let backends = [
        "Processes(workers: 4, recycle_after: 1)",
        "Processes(workers: 4, recycle_after: 1, start: Zygote)",
    ];
    let run = run_to_end(&with(STAGES, "Batch(tasks: 40)", &backends, settings));
    for (block, name) in run.blocks.iter().zip(backends) {
        check_books(block, name);
        assert_eq!(block.counts().good, 40, "{name}: {:?}", block.counts());
        assert!(
            block.finished.as_ref().unwrap().workers_recycled > 0,
            "{name}"
        );
    }
}

#[test]
fn replacements_are_as_many_as_the_scenario_lets_and_their_end_is_said() {
    // Each task takes its worker with it: three are replaced, and then two die for good.
    let settings = "faults: [(inject: Crash(how: Exit(code: 1)))], defences: (restarts: 3)";
    let backends = [
        "Processes(workers: 2)",
        "Processes(workers: 2, start: Zygote)",
    ];
    let run = run_to_end(&with(STAGES, "Batch(tasks: 60)", &backends, settings));
    for (block, name) in run.blocks.iter().zip(backends) {
        let cause = cause(block);
        assert!(
            cause.contains("no worker process is left: 5 died"),
            "{name}: {cause}"
        );
        assert_eq!(count(block, IncidentKind::WorkerDied), 5, "{name}");
        let used_up = block.incidents.iter();
        let used_up = used_up.filter(|one| {
            one.message
                .contains("the 3 restarts of the block are used up")
        });
        assert_eq!(used_up.count(), 2, "{name}: {:?}", block.incidents);
        assert!(block.counts().obey_the_law(), "{name}");
        assert_eq!(block.counts().failed, 5, "{name}");
    }
    // Workers that have served their time, or were ended for a caller, take nothing of it.
    let settings = r#"faults: [(inject: Hang, probability: 0.05)],
        defences: (attempt_time_out: "300ms", retry: (attempts: 100), restarts: 0)"#;
    let backends = ["Processes(workers: 3, recycle_after: 5)"];
    let run = run_to_end(&with(STAGES, "Batch(tasks: 60)", &backends, settings));
    let block = &run.blocks[0];
    check_books(block, "restarts");
    assert_eq!(block.counts().good, 60);
    assert!(count(block, IncidentKind::WorkerStopped) > 0);
    assert!(block.finished.as_ref().unwrap().workers_recycled > 0);
}

#[test]
fn a_killed_worker_that_is_no_process_ends_the_program_and_is_named_as_its_cause() {
    let settings = r#"faults: [(inject: KillWorker(), from: "50ms")]"#;
    let backends = ["Sequential", "Threads(workers: 2)", "Async(in_flight: 3)"];
    let text = with(STAGES, "Closed(clients: 4)", &backends, settings);
    for (block, name) in run_to_end(&long(&text)).blocks.iter().zip(backends) {
        let cause = cause(block);
        let words = "an injected fault killed a worker, which is no process of its own";
        assert!(cause.contains(words), "{name}: {cause}");
        assert_eq!(count(block, IncidentKind::WorkerKilled), 1, "{name}");
        assert!(
            block.counts().obey_the_law(),
            "{name}: {:?}",
            block.counts()
        );
    }
}

/// The workers below a runner that are stopped.
fn stopped_below(runner: u32) -> Vec<u32> {
    let is_stopped = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim().starts_with('T'))
    };
    let below = parts_below(runner).into_iter();
    below
        .map(|(pid, _)| pid)
        .filter(|pid| is_stopped(*pid))
        .collect()
}

#[test]
fn a_worker_that_stands_still_goes_on_after_its_time() {
    let settings = r#"faults: [(inject: StallWorker(length: "30ms", every: "80ms"), until: "500ms")],
        defences: (restarts: 0)"#;
    let run = run_to_end(&with(
        STAGES,
        "Batch(tasks: 400)",
        &WITH_PROCESSES,
        settings,
    ));
    for (block, name) in run.blocks.iter().zip(WITH_PROCESSES) {
        check_books(block, name);
        assert_eq!(block.counts().good, 400, "{name}: {:?}", block.finished);
        let stalled = count(block, IncidentKind::WorkerStalled);
        assert!(stalled > 0 && stalled == hits(block), "{name}: {stalled}");
    }
    // A thread, or an event loop with all its tasks, with the next task that begins.
    let backends = ["Threads(workers: 1)", "Async(in_flight: 3)", "Sequential"];
    let settings = r#"faults: [(inject: StallWorker(length: "200ms"))]"#;
    let run = run_to_end(&with(STAGES, "Batch(tasks: 200)", &backends, settings));
    for (block, name) in run.blocks.iter().zip(backends) {
        check_books(block, name);
        assert_eq!((block.counts().good, hits(block)), (200, 1), "{name}");
        let longest = block.measured.service.quantile(1.0).unwrap() as f64 / 1e6;
        assert!(longest >= 0.97 * 200.0, "{name}: {longest} ms");
    }
}

#[test]
fn nothing_stays_stopped_when_the_block_or_the_runner_is_over() {
    let settings =
        r#"faults: [(inject: StallWorker(length: "1h")), (inject: StallWorker(length: "1h"))]"#;
    let backends = [
        "Processes(workers: 2)",
        "Processes(workers: 2, start: Zygote)",
    ];
    for backend in backends {
        for kills_runner in [false, true] {
            let text = with(STAGES, "Closed(clients: 4)", &[backend], settings);
            let request = request(&long(&text));
            let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
            let mut run = Run::new(request, 0);
            follow(&session, &mut run, |_, event| {
                is_incident(event, IncidentKind::WorkerStalled)
            });
            let runner = run.blocks[0].runner_pid.unwrap();
            eventually("a worker stands still", || {
                !stopped_below(runner).is_empty()
            });
            let still = stopped_below(runner);
            if kills_runner {
                kill(runner);
            } else {
                session.stop();
            }
            follow(&session, &mut run, |_, _| false);
            eventually("the workers are gone", || {
                still.iter().all(|pid| part_of(*pid).is_none())
            });
            assert!(run.blocks[0].counts().obey_the_law());
        }
    }
}

#[test]
fn a_worker_that_stands_still_is_ended_for_a_caller_who_gives_up() {
    let settings = r#"faults: [(inject: StallWorker(length: "1h", every: "50ms"))],
        defences: (attempt_time_out: "300ms", retry: (attempts: 100))"#;
    for backend in [
        "Processes(workers: 2)",
        "Processes(workers: 2, start: Zygote)",
    ] {
        let text = long(&with(STAGES, "Closed(clients: 4)", &[backend], settings))
            // Whoever is given up is counted, as it was no task of a warm-up.
            .replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#);
        let run = run_until(&text, |_, event| {
            is_incident(event, IncidentKind::WorkerStopped)
        });
        let block = &run.blocks[0];
        assert_eq!(block.violation, None, "{backend}");
        assert!(
            block.counts().obey_the_law(),
            "{backend}: {:?}",
            block.counts()
        );
        assert_eq!(count(block, IncidentKind::WorkerDied), 0, "{backend}");
        let attempts = attempts(block);
        assert!(attempts.stopped > 0, "{backend}: {attempts:?}");
    }
}
