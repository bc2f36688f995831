//! CPython candidates that are stopped or killed: what dies, what is left of it, and what goes on.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/python.rs"]
mod python;

use std::time::{Duration, Instant};

use live::scenario;
use poolscope::run::{BlockState, Run};
use poolscope::wire::{FromRunner, Phase};
use python::{Live, follow, interpreter, run_of};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than any death takes on a loaded machine; only a survivor gets there.
const PATIENCE: Duration = Duration::from_secs(20);

/// Every way in which processes of an interpreter come into being, and those without any.
const POOLS: [&str; 9] = [
    "Sequential",
    "ThreadPoolExecutor(workers: 2)",
    "ProcessPoolExecutor(workers: 2, start: Fork)",
    "ProcessPoolExecutor(workers: 2, start: Spawn)",
    "ProcessPoolExecutor(workers: 2, start: Forkserver, payload: SharedMemory)",
    "MultiprocessingPool(workers: 2, start: Fork)",
    "MultiprocessingPool(workers: 2, start: Forkserver)",
    "Asyncio(in_flight: 4, cpu: Processes(workers: 2))",
    "Hybrid(threads: 2, processes: 2, start: Spawn)",
];

/// Computes for hours, in a kernel that holds the interpreter's lock.
const COMPUTES: &str =
    "[Payload(to_worker: \"1KiB\", back: \"1KiB\"), Cpu(amount: Work(1000000000000))]";

/// One candidate with something under way from the beginning to the end.
fn long_block(stages: &str, pool: &str) -> String {
    scenario(stages, "Closed(clients: 4)", &[&format!("Python({pool})")])
        .replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#)
        .replace(r#"measure: "300ms""#, r#"measure: "60s""#)
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn kill(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal).unwrap();
}

/// The process among `pids` whose command line has `word`.
fn with_word(pids: &[u32], word: &str) -> u32 {
    let has = |pid: &&u32| {
        std::fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(word))
    };
    // A copy has the command line of its original, and a higher number.
    *pids.iter().filter(has).min().unwrap()
}

fn is_measuring(message: &FromRunner) -> bool {
    matches!(message, FromRunner::Snapshot(s)
        if s.phase == Phase::Measure && s.measured.counts.in_flight > 0)
}

/// Starts a block and waits until tasks are under way.
fn under_way(stages: &str, pool: &str, home: &poolscope::wire::PythonHome) -> (Live, Run) {
    let text = long_block(stages, pool);
    let live = Live::start(&text, 0, Some(home.clone()));
    let mut run = run_of(&text);
    follow(&live, 0, &mut run, |_, message| is_measuring(message));
    assert!(
        !run.blocks[0].state.is_over(),
        "{pool}: {:?}",
        run.blocks[0].state
    );
    (live, run)
}

#[test]
fn nothing_survives_whoever_is_killed_while_it_computes() {
    let Some(home) = interpreter() else { return };
    for pool in POOLS {
        for victim in ["program", "__guard", "__runner", "poolscope_harness.py"] {
            let (mut live, run) = under_way(COMPUTES, pool, &home);
            let processes = live.processes();
            let workers = &run.blocks[0].started.as_ref().unwrap().worker_pids;
            assert!(workers.iter().all(|pid| processes.contains(pid)), "{pool}");
            if let Some(worker) = workers.first() {
                // A stopped process does nothing on its own account; it must go as well.
                kill(*worker, Signal::STOP);
            }
            match victim {
                "program" => live.cut(),
                word => kill(with_word(&processes, word), Signal::KILL),
            }
            eventually(
                &format!("all is gone after the end of the {victim}: {pool}"),
                || live.processes().is_empty(),
            );
        }
    }
}

#[test]
fn nothing_survives_a_kill_of_the_runner_at_any_instant_of_the_start() {
    let Some(home) = interpreter() else { return };
    for pool in &POOLS[2..7] {
        // Instants are spread over the start by how many processes there are: guard, runner, interpreter, its own.
        for wanted in [3, 3, 4, 5] {
            let live = Live::start(&long_block(COMPUTES, pool), 0, Some(home.clone()));
            let mut processes = Vec::new();
            eventually("the processes are there", || {
                processes = live.processes();
                processes.len() >= wanted
            });
            kill(with_word(&processes, "__runner"), Signal::KILL);
            eventually(&format!("all is gone: {pool}, {wanted}"), || {
                live.processes().is_empty()
            });
        }
    }
}

#[test]
fn a_stop_ends_any_pool_within_two_seconds_and_keeps_the_books() {
    let Some(home) = interpreter() else { return };
    for (pool, stages) in POOLS.iter().map(|pool| (pool, COMPUTES)).chain([
        (&POOLS[1], r#"[Wait(time: Constant("1h"))]"#),
        (&POOLS[7], r#"[Wait(time: Constant("1h"))]"#),
    ]) {
        let (mut live, mut run) = under_way(stages, pool, &home);
        live.stop();
        let asked = Instant::now();
        follow(&live, 0, &mut run, |_, _| false);
        eventually("all is gone", || live.processes().is_empty());
        let took = asked.elapsed();
        assert!(took < Duration::from_secs(2), "{pool}: {took:?}");
        assert_eq!(run.blocks[0].state, BlockState::Stopped, "{pool}");
        let counts = run.blocks[0].counts();
        assert!(counts.obey_the_law(), "{pool}: {counts:?}");
        assert_eq!((counts.in_flight, counts.queued), (0, 0), "{pool}");
        // Nobody sends a task in place of a cancelled one.
        assert_eq!((counts.offered, counts.cancelled), (4, 4), "{pool}");
    }
}

#[test]
fn an_interpreter_that_does_not_react_is_ended_as_well() {
    let Some(home) = interpreter() else { return };
    let (mut live, mut run) = under_way(COMPUTES, POOLS[2], &home);
    kill(
        with_word(&live.processes(), "poolscope_harness.py"),
        Signal::STOP,
    );
    live.stop();
    let asked = Instant::now();
    follow(&live, 0, &mut run, |_, _| false);
    eventually("all is gone", || live.processes().is_empty());
    assert!(asked.elapsed() < Duration::from_secs(2));
    assert_eq!(run.blocks[0].state, BlockState::Stopped);
}

#[test]
fn a_killed_interpreter_ends_the_block_with_the_reason_and_keeps_what_was_measured() {
    let Some(home) = interpreter() else { return };
    for pool in [POOLS[1], POOLS[3]] {
        let text = long_block(r#"[Wait(time: Constant("5ms"))]"#, pool);
        let live = Live::start(&text, 0, Some(home.clone()));
        let mut run = run_of(&text);
        follow(&live, 0, &mut run, |run, _| run.blocks[0].counts().good > 0);
        kill(
            with_word(&live.processes(), "poolscope_harness.py"),
            Signal::KILL,
        );
        follow(&live, 0, &mut run, |_, _| false);
        let BlockState::Failed { cause } = &run.blocks[0].state else {
            panic!("{pool}: {:?}", run.blocks[0].state)
        };
        assert!(
            cause.contains("'python'") && cause.contains("signal 9"),
            "{pool}: {cause}"
        );
        let counts = run.blocks[0].counts();
        assert!(
            counts.good > 0 && counts.obey_the_law(),
            "{pool}: {counts:?}"
        );
        eventually("all is gone", || live.processes().is_empty());
    }
}

/// Kills a worker while tasks wait, lets the block go on for a second, and returns the run.
fn with_a_dead_worker(pool: &str, home: &poolscope::wire::PythonHome) -> Run {
    let text = long_block(r#"[Wait(time: Constant("20ms"))]"#, pool)
        .replace(r#"measure: "60s""#, r#"measure: "2500ms""#);
    let live = Live::start(&text, 0, Some(home.clone()));
    let mut run = run_of(&text);
    follow(&live, 0, &mut run, |run, _| run.blocks[0].counts().good > 5);
    let before = run.blocks[0].counts().good;
    kill(
        run.blocks[0].started.as_ref().unwrap().worker_pids[0],
        Signal::KILL,
    );
    follow(&live, 0, &mut run, |_, _| false);
    let block = &run.blocks[0];
    assert_eq!(block.state, BlockState::Done, "{pool}");
    let counts = block.counts();
    assert!(counts.obey_the_law(), "{pool}: {counts:?}");
    assert!(counts.good > before, "it goes on: {pool}: {counts:?}");
    assert!(block.finished.as_ref().unwrap().worker_deaths > 0, "{pool}");
    run
}

#[test]
fn a_killed_worker_breaks_a_process_pool_executor_as_it_does_in_every_program() {
    let Some(home) = interpreter() else { return };
    for pool in [POOLS[2], POOLS[3]] {
        let run = with_a_dead_worker(pool, &home);
        let block = &run.blocks[0];
        // Four clients: what was under way and what waited in the executor are lost together.
        let failed = block.counts().failed;
        assert!((1..=4).contains(&failed), "{pool}: {failed}");
        let message = &block.incidents[0].message;
        assert!(
            message.contains("BrokenProcessPool") && message.contains("new"),
            "{pool}: {message}"
        );
        let failures = &block.finished.as_ref().unwrap().failures;
        assert!(
            failures[0].contains("ended abruptly"),
            "{pool}: {failures:?}"
        );
    }
}

#[test]
fn a_killed_worker_loses_its_task_only_in_a_multiprocessing_pool_and_that_is_noticed() {
    let Some(home) = interpreter() else { return };
    for pool in [POOLS[5], POOLS[6]] {
        let run = with_a_dead_worker(pool, &home);
        let block = &run.blocks[0];
        let failed = block.counts().failed;
        assert!(failed <= 1, "{pool}: {failed}");
        assert!(!block.incidents.is_empty(), "{pool}");
    }
}
