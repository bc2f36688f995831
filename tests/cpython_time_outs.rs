//! Callers of CPython's own executors that give up: what can be stopped is stopped, and what cannot is counted.
//!
//! Nothing here depends on speed: what is asserted is laws, and what no speed can change.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/python.rs"]
mod python;
#[path = "live/resilience.rs"]
mod resilience;

use live::check_books;
use python::{Live, follow, interpreter, run_of, run_to_end};
use resilience::{attempts, check_attempts, failures, hits, python};

/// Callers that wait for a while and come again.
const PATIENT: &str = r#"defences: (attempt_time_out: "700ms",
    retry: (attempts: 3, backoff: Constant(wait: "1ms"), jitter: Off))"#;

#[test]
fn only_a_time_out_ends_the_wait_for_what_a_multiprocessing_pool_has_lost() {
    let Some(home) = interpreter() else { return };
    let pools = ["MultiprocessingPool(workers: 2, start: Fork)"];
    let settings = format!("{PATIENT}, faults: [(inject: Crash(how: Kill), probability: 0.3)]");
    let load = "Open(rate_per_sec: 100, arrivals: Constant)";
    let text = python("[Cpu(amount: Work(50))]", load, &pools, &settings);
    let run = run_to_end(&text, &home);
    let block = &run.blocks[0];
    check_attempts(block, "mp");
    let attempts = attempts(block);
    assert!(
        attempts.timed_out > 0 && attempts.stopped > 0,
        "{attempts:?}"
    );
    let text = &block.incidents[0].message;
    assert!(
        text.contains("only the caller's time-out ends the wait"),
        "{text}"
    );
}

#[test]
fn what_hangs_is_really_stopped_by_an_event_loop_and_takes_a_thread_for_ever() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "Asyncio(in_flight: 30)",
        "Asyncio(in_flight: 30, cpu: Blocking(threads: 2))",
        "ThreadPoolExecutor(workers: 2)",
        "ProcessPoolExecutor(workers: 2, start: Fork)",
        "MultiprocessingPool(workers: 2, start: Fork)",
        "Hybrid(threads: 2, processes: 2)",
    ];
    let settings = format!("{PATIENT}, faults: [(inject: Hang, probability: 0.2)]");
    let load = "Open(rate_per_sec: 100, arrivals: Constant)";
    let stages =
        r#"[Wait(time: Constant("100us")), Cpu(amount: Work(50)), Lock(hold: Constant("10us"))]"#;
    let text = python(stages, load, &pools, &settings)
        // Long enough that both threads hang while others come, however slow the machine is.
        .replace(r#"measure: "300ms""#, r#"measure: "1500ms""#);
    let run = run_to_end(&text, &home);
    for (block, name) in run.blocks.iter().zip(pools) {
        check_attempts(block, name);
        let (counts, attempts) = (block.counts(), attempts(block));
        let text = format!("{name}: {counts:?} {attempts:?} {:?}", hits(block));
        assert!(hits(block)[0] > 0 && attempts.timed_out > 0, "{text}");
        if name.starts_with("Asyncio") {
            // The word of the last ones may come after the end.
            assert!(attempts.stopped > 0 && attempts.wasted == 0, "{text}");
        } else {
            assert!(attempts.stuck > 0 && attempts.wasted == 0, "{text}");
        }
        if name.starts_with("Thread") {
            // What waits behind its two threads has not begun, and can be cancelled.
            assert!(attempts.stopped > 0, "{text}");
        }
        assert!(block.incidents.is_empty(), "{name}: {:?}", block.incidents);
    }
}

#[test]
fn what_waits_inside_an_executor_is_cancelled_and_what_runs_there_goes_on_for_nobody() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "ThreadPoolExecutor(workers: 1)",
        "ProcessPoolExecutor(workers: 1, start: Fork)",
        "MultiprocessingPool(workers: 1, start: Fork)",
        "Asyncio(in_flight: 4, cpu: Blocking(threads: 1))",
        "Asyncio(in_flight: 4, cpu: Processes(workers: 1))",
        "Hybrid(threads: 1, processes: 1)",
        "Sequential",
    ];
    // No attempt that begins can end in time.
    let settings = r#"defences: (attempt_time_out: "40ms")"#;
    let stages = r#"[Cpu(amount: Time("60ms"))]"#;
    // Without a warm-up, whose attempts would still run for nobody.
    let text = python(stages, "Closed(clients: 6)", &pools, settings)
        .replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#)
        // Long enough for many, wherever they run.
        .replace(r#"measure: "300ms""#, r#"measure: "2s""#);
    let run = run_to_end(&text, &home);
    for (block, name) in run.blocks.iter().zip(pools) {
        check_attempts(block, name);
        let (counts, attempts) = (block.counts(), attempts(block));
        let text = format!("{name}: {counts:?} {attempts:?}");
        assert_eq!(counts.good + counts.failed, 0, "{text}");
        assert!(attempts.wasted + attempts.stuck > 0, "{text}");
        if ["Thread", "Sequential"]
            .iter()
            .any(|pool| name.starts_with(pool))
            || name.contains("Blocking")
        {
            assert!(attempts.stopped > 0, "{text}");
        }
    }
}

#[test]
fn attempts_that_wait_for_answers_and_locks_can_be_cancelled_anywhere() {
    let Some(home) = interpreter() else { return };
    let stages = r#"[Http(delay: Uniform(from: "0s", to: "4ms")), Lock(hold: Exponential(mean: "1ms"), inside: Wait),
        Tcp(delay: Uniform(from: "0s", to: "4ms")),
        Lock(hold: Exponential(mean: "1ms"), kind: ReadWrite(readers: 0.5), inside: Wait)]"#;
    let settings = r#"defences: (attempt_time_out: "15ms",
        retry: (attempts: 9, backoff: Constant(wait: "1ms"), jitter: Full))"#;
    let pools = ["Asyncio(in_flight: 6)"];
    let run = run_to_end(
        &python(stages, "Closed(clients: 12)", &pools, settings),
        &home,
    );
    check_attempts(&run.blocks[0], "asyncio");
    let attempts = attempts(&run.blocks[0]);
    assert!(attempts.timed_out > 0, "{attempts:?}");
    // Whoever comes after those that were cancelled finds the locks free, and nobody else's answer.
    assert_eq!(failures(&run.blocks[0]), Vec::<String>::new());
}

#[test]
fn the_time_of_tasks_that_ask_a_server_on_an_event_loop_is_split() {
    let Some(home) = interpreter() else { return };
    let stages =
        r#"[Http(delay: Constant("5ms"), response: "20KiB"), Tcp(delay: Constant("5ms"))]"#;
    let pools = ["Asyncio(in_flight: 4)"];
    let run = run_to_end(
        &python(stages, "Batch(tasks: 20)", &pools, "queue: ()"),
        &home,
    );
    check_books(&run.blocks[0], "asyncio");
    let split = run.blocks[0].last.as_ref().unwrap().measured.split;
    assert_eq!(split.tasks, 20);
    assert!(split.on_cpu_nanos > 0, "{split:?}");
    assert!(split.off_cpu_nanos >= 20 * 10_000_000 * 9 / 10, "{split:?}");
}

#[test]
fn nothing_of_a_block_that_hangs_survives_it() {
    let Some(home) = interpreter() else { return };
    for pool in [
        "ThreadPoolExecutor(workers: 2)",
        "ProcessPoolExecutor(workers: 2)",
        "MultiprocessingPool(workers: 2)",
    ] {
        let settings = r#"defences: (attempt_time_out: "50ms"), faults: [(inject: Hang)]"#;
        let text = python(
            "[Cpu(amount: Work(50))]",
            "Closed(clients: 3)",
            &[pool],
            settings,
        );
        let mut run = run_of(&text);
        let live = Live::start(&text, 0, Some(home.clone()));
        follow(&live, 0, &mut run, |_, _| false);
        assert_eq!(live.processes(), Vec::<u32>::new(), "{pool}");
        assert!(run.blocks[0].counts().obey_the_law(), "{pool}");
        assert_eq!(run.blocks[0].counts().good, 0, "{pool}");
    }
}

#[test]
fn the_books_hold_while_workers_are_killed_and_callers_give_up_and_come_again() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "ThreadPoolExecutor(workers: 3)",
        "ProcessPoolExecutor(workers: 2, start: Fork)",
        "MultiprocessingPool(workers: 2, start: Fork)",
        "Asyncio(in_flight: 5)",
        "Asyncio(in_flight: 5, cpu: Processes(workers: 2))",
        "Hybrid(threads: 2, processes: 2)",
    ];
    let stages = r#"[Wait(time: Constant("1ms")), Cpu(amount: Time("1ms"))]"#;
    let of_attempts = r#"(inject: Error, probability: 0.1), (inject: Hang, probability: 0.03),
        (inject: Slow(added: "100ms"), probability: 0.1)"#;
    // Ends with the measurement: a pool is not made anew without end.
    let kills = r#"(inject: KillWorker(every: "70ms"), until: "300ms"),"#;
    let defences = r#"defences: (attempt_time_out: "150ms", task_time_out: "2s", retry: (attempts: 4,
        backoff: Exponential(first: "2ms", cap: "20ms")), breaker: (open_for: "20ms"))"#;
    for pool in pools {
        let has_processes = pool.contains("rocess");
        let kills = if has_processes { kills } else { "" };
        let settings = format!("{defences}, faults: [{kills} {of_attempts}]");
        let text = python(stages, "Closed(clients: 9)", &[pool], &settings);
        let run = run_to_end(&text, &home);
        check_attempts(&run.blocks[0], pool);
        let hits = hits(&run.blocks[0]);
        assert_eq!(hits.len(), if has_processes { 4 } else { 3 }, "{pool}");
    }
}
