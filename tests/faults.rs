//! Faults on purpose on every native back end: who is hit, what becomes of it, and what callers can really stop.
//!
//! Nothing here depends on speed: what is asserted is laws, counts that follow from the seed, and times that cannot be
//! shorter.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/resilience.rs"]
mod resilience;

use live::{check_books, digest, run_to_end};
use poolscope::engine::Recipes;
use poolscope::engine::faults::{Affliction, Faults};
use poolscope::run::Block;
use poolscope::scenario::Scenario;
use poolscope::wire::IncidentKind;
use resilience::{attempts, cause, check_attempts, check_slowed, failures, hits, with};

/// Each goes another way.
const BACKENDS: [&str; 13] = [
    "Sequential",
    "Threads(workers: 3)",
    "Processes(workers: 2)",
    "Processes(workers: 2, chunk: 7)",
    "Processes(workers: 2, start: Zygote, payload: SharedMemory)",
    "Processes(workers: 2, chunk: 3, recycle_after: 4)",
    "Async(in_flight: 5)",
    "Async(in_flight: 5, event_loops: 2)",
    "Async(in_flight: 5, cpu: Blocking(threads: 2))",
    "Async(in_flight: 5, cpu: Processes(workers: 2))",
    "Hybrid(waits: Threads(workers: 2), processes: 2)",
    "Hybrid(waits: Async(in_flight: 5), processes: 2, between: 1)",
    "Threads(workers: 3)), (interpreter: Lock(), backend: Threads(workers: 2)",
];

/// Those whose tasks run in the runner itself.
const IN_ONE_PROCESS: [&str; 5] = [
    "Sequential",
    "Threads(workers: 3)",
    "Async(in_flight: 5)",
    "Async(in_flight: 5, event_loops: 2)",
    "Async(in_flight: 5, cpu: Blocking(threads: 2))",
];

/// Those whose workers take one task at a time and are processes, also if only the last part of a task is theirs.
const TASK_BY_TASK: [&str; 4] = [
    "Processes(workers: 2)",
    "Processes(workers: 2, start: Zygote)",
    "Async(in_flight: 5, cpu: Processes(workers: 2))",
    "Hybrid(waits: Threads(workers: 2), processes: 2)",
];

/// Stages that all faults can hit; the last one computes.
const STAGES: &str = r#"[Wait(time: Constant("200us")), Http(delay: Constant("100us")),
    Lock(hold: Constant("20us"), locks: 2), Tcp(delay: Constant("50us")),
    Lock(hold: Constant("20us"), kind: ReadWrite(readers: 0.5), inside: Wait),
    Payload(to_worker: "3KiB", back: "2KiB"), Counter(increments: 7, protection: Locked), Cpu(amount: Work(50))]"#;

/// What takes no worker with it, each with a share of its own.
const HARMLESS: &str = r#"(inject: Error, probability: 0.2), (inject: Crash(how: Panic), probability: 0.1),
    (inject: Slow(factor: 1.5, added: "200us"), probability: 0.3),
    (inject: Leak(bytes: "64KiB", up_to: "256KiB"), probability: 0.4),
    (inject: HoldLock(added: "200us"), probability: 0.3), (inject: SlowServer(added: "300us"), probability: 0.3),
    (inject: FailServer, probability: 0.15)"#;

/// What the engine draws for the scenario's one batch of `tasks`, each coming again up to `most` attempts: tasks that end
/// well, attempts made, and attempts that fail as an affliction `is_bad`.
fn drawn(
    text: &str,
    tasks: u64,
    most: u32,
    is_bad: impl Fn(&Affliction) -> bool,
) -> (u64, u64, u64) {
    let scenario: Scenario = poolscope::scenario::parse(text).scenario.unwrap();
    let seed = live::request(text).seed;
    let faults = Faults::new(&scenario, scenario.candidates[0].backend, seed).unwrap();
    faults.measure_from(0);
    let recipes = Recipes::new(&scenario, false, seed);
    let (mut good, mut made, mut bad) = (0, 0, 0);
    for number in 0..tasks {
        for attempt in 0..most {
            made += 1;
            let struck = faults.strike(number, attempt, recipes.kind_of(number), 0);
            if !struck.is_some_and(|struck| is_bad(&struck)) {
                good += 1;
                break;
            }
            bad += 1;
        }
    }
    (good, made, bad)
}

/// What fails of [`HARMLESS`].
const fn fails(struck: &Affliction) -> bool {
    struck.error || struck.crash.is_some() || struck.server_fails
}

#[test]
fn the_same_attempts_are_hit_on_every_back_end_and_fail_alike() {
    let faults = format!("faults: [{HARMLESS}]");
    let text = with(STAGES, "Batch(tasks: 60)", &BACKENDS, &faults);
    let run = run_to_end(&text);
    let (good, _, bad) = drawn(&text, 60, 1, fails);
    assert!(good > 20 && bad > 10, "{good} {bad}");
    let first = &run.blocks[0];
    for block in &run.blocks {
        let name = run.request.scenario.candidate_names()[block.planned.candidate].clone();
        check_books(block, &name);
        assert_eq!(hits(block), hits(first), "{name}");
        let counts = block.counts();
        assert_eq!(
            (counts.good, counts.failed),
            (good, bad),
            "{name}: {counts:?}"
        );
        assert_eq!(digest(block), digest(first), "{name}");
        let mut texts = failures(block).to_vec();
        texts.sort();
        let fault = "the loopback server answered with an error (503), as an injected fault asks";
        let all = ["injected fault: error", "injected fault: panic", fault];
        assert_eq!(texts, all, "{name}");
        assert!(block.incidents.is_empty(), "{name}: {:?}", block.incidents);
    }
}

#[test]
fn callers_who_come_again_get_there_after_as_many_attempts_as_were_drawn() {
    // Nobody waits for so long: attempts are watched, and none is given up.
    let settings = format!(
        r#"faults: [{HARMLESS}], defences: (attempt_time_out: "10min", task_time_out: "20min",
            retry: (attempts: 4, backoff: Exponential(first: "100us", cap: "1ms")))"#
    );
    let text = with(STAGES, "Batch(tasks: 60)", &BACKENDS, &settings);
    let (good, made, bad) = drawn(&text, 60, 4, fails);
    assert!(made > 75 && good > 50, "{made} {good}");
    let run = run_to_end(&text);
    let first = &run.blocks[0];
    for block in &run.blocks {
        let name = run.request.scenario.candidate_names()[block.planned.candidate].clone();
        check_attempts(block, &name);
        let (counts, attempts) = (block.counts(), attempts(block));
        assert_eq!((counts.good, counts.failed), (good, 60 - good), "{name}");
        assert_eq!((attempts.made, attempts.failed), (made, bad), "{name}");
        assert_eq!(
            (attempts.timed_out, counts.retries),
            (0, made - 60),
            "{name}"
        );
        assert_eq!(hits(block), hits(first), "{name}");
        assert_eq!(digest(block), digest(first), "{name}");
    }
}

/// Service times and makespans are no shorter than what faults add: these cannot be measured too long.
#[test]
fn what_is_slow_stalled_or_held_takes_as_long_as_its_fault_says() {
    let wait = r#"[Wait(time: Constant("1ms"))]"#;
    let lock = r#"[Lock(hold: Constant("10us"), locks: 1)]"#;
    let inside = r#"[Lock(hold: Constant("10us"), locks: 1, inside: Wait)]"#;
    let server = r#"[Http(delay: Constant("0s"))]"#;
    let counter = "[Counter(increments: 3, protection: Locked)]";
    let all = [
        "Threads(workers: 3)",
        "Async(in_flight: 4)",
        "Async(in_flight: 4, cpu: Blocking(threads: 4))",
    ];
    let processes = ["Processes(workers: 2)", "Processes(workers: 2, chunk: 2)"];
    for (fault, stages, backends, each, whole) in [
        ("Slow(factor: 30.0)", wait, &all[..], 30, 0),
        (r#"Slow(added: "30ms")"#, wait, &all[..], 30, 0),
        (r#"Slow(added: "30ms")"#, wait, &processes[..], 30, 0),
        (r#"StallLoop(length: "20ms")"#, wait, &all[1..2], 20, 8 * 20),
        (r#"HoldLock(added: "20ms")"#, lock, &all[..], 20, 8 * 20),
        (r#"HoldLock(added: "20ms")"#, inside, &all[..], 20, 8 * 20),
        (r#"HoldLock(added: "20ms")"#, counter, &all[..], 20, 8 * 20),
        (r#"HoldLock(added: "20ms")"#, lock, &processes[..], 20, 0),
        (r#"SlowServer(added: "30ms")"#, server, &all[..], 30, 0),
        (
            r#"SlowServer(added: "30ms")"#,
            server,
            &processes[..],
            30,
            0,
        ),
    ] {
        let settings = format!("faults: [(inject: {fault})]");
        let run = run_to_end(&with(stages, "Batch(tasks: 8)", backends, &settings));
        for (block, backend) in run.blocks.iter().zip(backends) {
            let name = format!("{fault} on {backend}");
            check_slowed(block, &name, each, whole);
        }
    }
}

#[test]
fn a_pipeline_is_slow_by_what_all_its_parts_take() {
    let stages =
        r#"[Wait(time: Constant("2ms")), Cpu(amount: Time("2ms")), Wait(time: Constant("2ms"))]"#;
    let backends = [
        "Hybrid(waits: Threads(workers: 2), processes: 2)",
        "Async(in_flight: 4, cpu: Processes(workers: 2))",
    ];
    let settings = r#"faults: [(inject: Slow(factor: 10.0, added: "10ms"))]"#;
    for block in run_to_end(&with(stages, "Batch(tasks: 4)", &backends, settings)).blocks {
        check_books(&block, "slow");
        assert_eq!(block.counts().good, 4);
        let least = block.measured.service.quantile(0.0).unwrap() as f64 / 1e6;
        assert!(least >= 0.97 * 70.0, "{least} ms");
    }
}

#[test]
fn what_attempts_leave_behind_shows_in_the_memory_of_their_workers_up_to_its_bound() {
    let settings = r#"faults: [(inject: Leak(bytes: "10MiB", up_to: "60MiB"))]"#;
    for backend in [
        "Processes(workers: 2)",
        "Threads(workers: 2)",
        "Async(in_flight: 3)",
    ] {
        let stages = r#"[Wait(time: Constant("5ms"))]"#;
        let text = live::long(&with(stages, "Closed(clients: 4)", &[backend], settings));
        let peak = |block: &Block| {
            block
                .memory
                .as_ref()
                .map(|memory| memory.per_worker_peak_bytes)
        };
        // Looked at after it has grown, and again after many more tasks.
        let mut grown_at = None;
        let run = live::run_until(&text, |run, _| {
            let block = &run.blocks[0];
            let samples = block.memory.as_ref().map_or(0, |memory| memory.samples);
            if grown_at.is_none() && peak(block).is_some_and(|peak| peak >= 60e6) {
                grown_at = Some((samples, block.counts().good));
            }
            grown_at.is_some_and(|(at, good)| samples > at && block.counts().good > good + 20)
        });
        let peak = peak(&run.blocks[0]).unwrap();
        assert!(
            (60e6..95e6).contains(&peak),
            "{backend}: {:?}",
            run.blocks[0].memory
        );
        assert_eq!(run.blocks[0].counts().failed, 0, "{backend}");
    }
}

/// Each with an end of its own, and how a worker process says it.
const CRASHES: [(&str, &str, &str); 6] = [
    ("Exit(code: 0)", "an exit", "ended with code 0"),
    ("Exit(code: 99)", "an exit", "ended with code 99"),
    ("Abort", "an abort", "signal 6"),
    ("Segfault", "a segmentation fault", "signal 11"),
    ("StackOverflow", "a stack overflow", "signal 6"),
    ("Kill", "a kill", "signal 9"),
];

/// Case 2 of the list of cases worth having: the cause names code or signal.
#[test]
fn a_crash_loses_its_task_alone_where_workers_are_processes_and_says_how() {
    for (how, _, end) in CRASHES {
        let settings = format!("faults: [(inject: Crash(how: {how}), probability: 0.1)]");
        let stages = r#"[Wait(time: Constant("500us")), Cpu(amount: Work(50))]"#;
        let text = with(stages, "Batch(tasks: 60)", &TASK_BY_TASK, &settings);
        let (good, _, bad) = drawn(&text, 60, 1, |struck| struck.crash.is_some());
        assert!(bad > 0);
        for (block, backend) in run_to_end(&text).blocks.iter().zip(TASK_BY_TASK) {
            let name = format!("{how} on {backend}");
            check_books(block, &name);
            let counts = block.counts();
            assert_eq!((counts.good, counts.failed), (good, bad), "{name}");
            assert_eq!(hits(block), [bad], "{name}");
            let finished = block.finished.as_ref().unwrap();
            assert_eq!(u64::from(finished.worker_deaths), bad, "{name}");
            assert_eq!(
                finished.failures,
                ["lost with its worker process"],
                "{name}"
            );
            assert_eq!(block.incidents.len() as u64, bad, "{name}");
            for incident in &block.incidents {
                assert_eq!(incident.kind, IncidentKind::WorkerDied, "{name}");
                for words in [
                    end,
                    "as an injected fault asks",
                    "its task is lost",
                    "replaced",
                ] {
                    assert!(incident.message.contains(words), "{name}: {incident:?}");
                }
            }
        }
    }
}

#[test]
fn a_crash_ends_a_program_of_threads_or_event_loops_and_is_named_as_its_cause() {
    let stages = r#"[Wait(time: Constant("1ms"))]"#;
    for (index, (how, name, end)) in CRASHES.iter().enumerate() {
        let settings = format!("faults: [(inject: Crash(how: {how}), probability: 0.1)]");
        let backends = if index == 0 {
            &IN_ONE_PROCESS[..]
        } else {
            &IN_ONE_PROCESS[1..3]
        };
        let run = run_to_end(&with(stages, "Batch(tasks: 60)", backends, &settings));
        for (block, backend) in run.blocks.iter().zip(backends) {
            let cause = cause(block);
            let named = format!("injected fault: a task took its worker with it by {name}");
            assert!(cause.contains(&named), "{how} on {backend}: {cause}");
            // A program that ends by itself with 0 has no more to say than that.
            assert!(
                index == 0 || cause.contains(end),
                "{how} on {backend}: {cause}"
            );
            assert!(block.counts().obey_the_law(), "{how} on {backend}");
        }
    }
}

#[test]
fn a_chunk_is_lost_from_the_task_on_that_took_its_worker_with_it() {
    let settings = "faults: [(inject: Crash(how: Exit(code: 7)), probability: 0.05)]";
    let backends = ["Processes(workers: 2, chunk: 10)"];
    let text = with(
        "[Cpu(amount: Work(50))]",
        "Batch(tasks: 200)",
        &backends,
        settings,
    );
    let run = run_to_end(&text);
    let block = &run.blocks[0];
    check_books(block, "chunk");
    let (counts, hit) = (block.counts(), hits(block)[0]);
    // All attempts are drawn when their chunk begins; one crash takes the rest of its chunk with it.
    assert_eq!(counts.good + counts.failed, 200, "{counts:?}");
    assert!(hit > 0 && counts.failed >= hit, "{counts:?}");
    let deaths = u64::from(block.finished.as_ref().unwrap().worker_deaths);
    assert!((1..=hit).contains(&deaths), "{deaths} of {hit}");
    assert!(counts.failed <= deaths * 10, "{counts:?}");
}

#[test]
fn callers_who_come_again_after_crashes_lose_nothing_but_time() {
    let settings = r#"faults: [(inject: Crash(how: Abort), probability: 0.1)],
        defences: (retry: (attempts: 4, backoff: Constant(wait: "1ms")), restarts: 1000)"#;
    let stages = r#"[Wait(time: Constant("500us")), Cpu(amount: Work(50))]"#;
    let text = with(stages, "Batch(tasks: 60)", &TASK_BY_TASK, settings);
    let (good, made, bad) = drawn(&text, 60, 4, |struck| struck.crash.is_some());
    for (block, name) in run_to_end(&text).blocks.iter().zip(TASK_BY_TASK) {
        check_attempts(block, name);
        assert_eq!(block.counts().good, good, "{name}");
        assert_eq!(attempts(block).made, made, "{name}");
        let deaths = u64::from(block.finished.as_ref().unwrap().worker_deaths);
        assert_eq!(deaths, bad, "{name}");
    }
}

#[test]
fn what_hangs_is_given_up_and_really_stopped_where_that_can_be() {
    // Forty tasks, whatever the speed; enough threads for each of them.
    let load = "Open(rate_per_sec: 40, arrivals: Constant)";
    let settings =
        r#"faults: [(inject: Hang, probability: 0.1)], defences: (attempt_time_out: "1s")"#;
    let stops = [
        "Processes(workers: 3)",
        "Processes(workers: 3, start: Zygote)",
        "Async(in_flight: 50)",
        "Async(in_flight: 50, event_loops: 2)",
        "Async(in_flight: 50, cpu: Blocking(threads: 2))",
        "Async(in_flight: 50, cpu: Processes(workers: 3))",
        "Hybrid(waits: Threads(workers: 3), processes: 3)",
    ];
    let goes_on = ["Threads(workers: 45)"];
    let backends: Vec<&str> = stops.into_iter().chain(goes_on).collect();
    let stages = r#"[Wait(time: Constant("500us")), Cpu(amount: Work(50))]"#;
    let text =
        with(stages, load, &backends, settings).replace(r#"measure: "300ms""#, r#"measure: "1s""#);
    for (block, name) in run_to_end(&text).blocks.iter().zip(&backends) {
        check_attempts(block, name);
        let (counts, attempts, hit) = (block.counts(), attempts(block), hits(block)[0]);
        let text = format!(
            "{name}: {hit} {counts:?} {attempts:?} {:?}",
            block.incidents
        );
        assert!(hit > 0 && counts.timed_out >= hit, "{text}");
        assert_eq!(counts.timed_out, attempts.timed_out, "{text}");
        if goes_on.contains(name) {
            assert_eq!(attempts.stopped, 0, "{text}");
            assert!(attempts.stuck + attempts.wasted >= hit, "{text}");
        } else {
            assert!(attempts.stopped >= hit, "{text}");
            assert_eq!(attempts.stuck, 0, "{text}");
        }
        let deaths = block.finished.as_ref().unwrap().worker_deaths;
        assert_eq!(deaths, 0, "{text}");
        let stopped = block.incidents.iter();
        let stopped = stopped.filter(|one| one.kind == IncidentKind::WorkerStopped);
        let has_processes = name.contains("rocesses");
        assert_eq!(stopped.count() > 0, has_processes, "{text}");
    }
}

#[test]
fn a_time_out_of_the_whole_task_ends_it_between_two_attempts_as_well() {
    let settings = r#"faults: [(inject: Error)], defences: (task_time_out: "300ms",
        retry: (attempts: 100, backoff: Constant(wait: "40ms"), jitter: Off))"#;
    let backends = [
        "Threads(workers: 2)",
        "Processes(workers: 2)",
        "Async(in_flight: 5)",
    ];
    let stages = r#"[Wait(time: Constant("100us"))]"#;
    let load = "Open(rate_per_sec: 20, arrivals: Constant)";
    let text = with(stages, load, &backends, settings);
    for (block, name) in run_to_end(&text).blocks.iter().zip(backends) {
        check_attempts(block, name);
        let (counts, attempts) = (block.counts(), attempts(block));
        assert_eq!(counts.good, 0, "{name}");
        assert_eq!(counts.failed + counts.timed_out, counts.admitted, "{name}");
        // 40 ms apart at the least, within 300 ms.
        assert!(attempts.made <= 8 * counts.admitted, "{name}: {attempts:?}");
    }
}

#[test]
fn a_breaker_fails_attempts_at_once_while_it_is_open_and_closes_when_the_fault_is_over() {
    let settings = r#"faults: [(inject: Error, from: "100ms", until: "400ms")],
        defences: (breaker: (calls: 10, open_for: "50ms", probes: 2))"#;
    let backends = [
        "Threads(workers: 4)",
        "Processes(workers: 2)",
        "Async(in_flight: 5)",
    ];
    let stages = r#"[Wait(time: Constant("500us"))]"#;
    let text = with(
        stages,
        "Open(rate_per_sec: 200, arrivals: Constant)",
        &backends,
        settings,
    )
    .replace(r#"measure: "300ms""#, r#"measure: "1s""#);
    for (block, name) in run_to_end(&text).blocks.iter().zip(backends) {
        check_attempts(block, name);
        let (counts, attempts) = (block.counts(), attempts(block));
        let text = format!("{name}: {counts:?} {attempts:?} {:?}", block.incidents);
        assert_eq!(counts.failed, attempts.failed + attempts.rejected, "{text}");
        assert_eq!(attempts.failed, hits(block)[0], "{text}");
        let edges: Vec<_> = block.incidents.iter().map(|one| one.kind).collect();
        let count = |kind| edges.iter().filter(|one| **one == kind).count();
        assert_eq!(count(IncidentKind::FaultBegan), 1, "{text}");
        assert_eq!(count(IncidentKind::FaultEnded), 1, "{text}");
        assert_eq!(
            count(IncidentKind::BreakerOpened) as u64,
            attempts.openings,
            "{text}"
        );
    }
}
