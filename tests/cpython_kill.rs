//! CPython candidates that are stopped or killed: what dies, what is left of it, and what goes on.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/parts.rs"]
mod parts;
#[path = "live/python.rs"]
mod python;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use live::{long, scenario};
use parts::{begun, cpu_ticks};
use poolscope::run::{BlockState, Run};
use poolscope::wire::{FromRunner, Phase};
use python::{Live, follow, interpreter, processes_with, run_of};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than any death takes on a loaded machine; only a survivor gets there.
const PATIENCE: Duration = Duration::from_mins(2);

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

/// Computes for minutes, in a kernel that holds the interpreter's lock.
const COMPUTES: &str =
    "[Payload(to_worker: \"1KiB\", back: \"1KiB\"), Cpu(amount: Work(10000000000))]";

/// One candidate with something under way from the beginning to the end.
fn long_block(stages: &str, pool: &str) -> String {
    let text = scenario(stages, "Closed(clients: 4)", &[&format!("Python({pool})")]);
    long(&text).replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#)
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until nothing of the block is left.
fn all_goes(live: &Live, when: &str) {
    nothing_is_left(|| live.processes(), when);
}

/// Waits until there is no such process any more.
fn nothing_is_left(processes: impl Fn() -> Vec<u32>, when: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = processes();
        if left.is_empty() {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "not gone {when}: {:#?}",
            left.iter().map(|pid| described(*pid)).collect::<Vec<_>>()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// State, parent and command line of a process.
fn described(pid: u32) -> String {
    let read = |file| std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let (status, line) = (read("status"), read("cmdline"));
    let (status, line) = (
        String::from_utf8_lossy(&status),
        String::from_utf8_lossy(&line),
    );
    let facts: Vec<_> = status
        .lines()
        .filter(|line| {
            ["State", "PPid", "SigBlk"]
                .iter()
                .any(|name| line.starts_with(name))
        })
        .collect();
    format!("{pid} {facts:?} {}", line.replace('\0', " "))
}

fn kill(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal).unwrap();
}

/// The process among `pids` whose part this is: the second word of its command line, or the script of an interpreter.
fn playing(pids: &[u32], part: &str) -> u32 {
    plays(pids, part).unwrap_or_else(|| panic!("no {part}"))
}

/// As [`playing`], if there is one.
fn plays(pids: &[u32], part: &str) -> Option<u32> {
    let plays = |pid: &&u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        line.split('\0').nth(1) == Some(part)
            || line
                .split('\0')
                .any(|word| word.ends_with(&format!("/{part}")))
    };
    // A copy has the command line of its original, and is younger.
    let playing = pids.iter().filter(plays);
    playing.min_by_key(|pid| begun(**pid)).copied()
}

fn is_measuring(message: &FromRunner) -> bool {
    // Of all four clients: whoever stops the block now finds no client that was about to begin.
    matches!(message, FromRunner::Snapshot(s)
        if s.phase == Phase::Measure && s.measured.counts.in_flight > 0 && s.measured.counts.offered == 4)
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
            // A stopped process does nothing on its own account; it must go as well. (Without a guard it is the
            // session that sees to that, and there is none here.)
            if let Some(worker) = workers.first().filter(|_| victim != "__guard") {
                kill(*worker, Signal::STOP);
            }
            match victim {
                "program" => live.cut(),
                word => kill(playing(&processes, word), Signal::KILL),
            }
            all_goes(&live, &format!("after the end of the {victim}: {pool}"));
        }
    }
}

/// With the program itself above: what the guard cannot do any more is the session's.
#[test]
fn nothing_survives_the_program_nor_its_guard() {
    let Some(python) = interpreter() else { return };
    let folder = Path::new(&python.executable).parent().unwrap();
    for (victim, signal) in [
        ("program", Signal::KILL),
        ("program", Signal::TERM),
        ("__guard", Signal::KILL),
    ] {
        for pool in [POOLS[2], POOLS[4]] {
            let home = tempfile::tempdir().unwrap();
            let file = home.path().join("long.ron");
            std::fs::write(&file, long_block(COMPUTES, pool)).unwrap();
            let mut program = Command::new(env!("CARGO_BIN_EXE_poolscope"))
                .args(["run".as_ref(), file.as_os_str(), "--no-keep".as_ref()])
                .env("HOME", home.path())
                .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
                .env_remove("XDG_CONFIG_HOME")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut processes = Vec::new();
            eventually("two workers are at work", || {
                processes = processes_with(home.path());
                // Program, guard, runner, harness, two workers; before that, the search for interpreters.
                processes.len() >= 6 && plays(&processes, "poolscope_harness.py").is_some()
            });
            let worker = *processes.iter().max_by_key(|pid| begun(**pid)).unwrap();
            kill(worker, Signal::STOP);
            let pid = match victim {
                "program" => program.id(),
                part => playing(&processes, part),
            };
            kill(pid, signal);
            program.wait().unwrap();
            nothing_is_left(
                || processes_with(home.path()),
                &format!("after {signal:?} to the {victim}: {pool}"),
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
            kill(playing(&processes, "__runner"), Signal::KILL);
            all_goes(&live, &format!("after the kill at {wanted}: {pool}"));
        }
    }
}

#[test]
fn a_stop_ends_any_pool_long_before_its_tasks_would_and_keeps_the_books() {
    let Some(home) = interpreter() else { return };
    for (pool, stages) in POOLS.iter().map(|pool| (pool, COMPUTES)).chain([
        (&POOLS[1], r#"[Wait(time: Constant("1h"))]"#),
        (&POOLS[7], r#"[Wait(time: Constant("1h"))]"#),
    ]) {
        let (mut live, mut run) = under_way(stages, pool, &home);
        live.stop();
        follow(&live, 0, &mut run, |_, _| false);
        all_goes(&live, pool);
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
        playing(&live.processes(), "poolscope_harness.py"),
        Signal::STOP,
    );
    live.stop();
    follow(&live, 0, &mut run, |_, _| false);
    all_goes(&live, "after a stop");
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
            playing(&live.processes(), "poolscope_harness.py"),
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
        all_goes(&live, pool);
    }
}

/// The first worker of the pool, once it is there.
fn first_worker(run: &Run) -> Option<u32> {
    let started = run.blocks[0].started.as_ref()?;
    started.worker_pids.first().copied()
}

/// Kills the first worker once `is_time`, and lets the block go on until its death was told and `is_enough`.
fn with_a_dead_worker(
    (stages, pool): (&str, &str),
    home: &poolscope::wire::PythonHome,
    mut is_time: impl FnMut(&Run) -> bool,
    mut is_enough: impl FnMut(&Run) -> bool,
) -> Run {
    let text = long_block(stages, pool);
    let mut live = Live::start(&text, 0, Some(home.clone()));
    let mut run = run_of(&text);
    follow(&live, 0, &mut run, |run, _| is_time(run));
    kill(first_worker(&run).unwrap(), Signal::KILL);
    follow(&live, 0, &mut run, |run, _| {
        !run.blocks[0].incidents.is_empty() && is_enough(run)
    });
    assert!(!run.blocks[0].state.is_over(), "it goes on: {pool}");
    live.stop();
    follow(&live, 0, &mut run, |_, _| false);
    let block = &run.blocks[0];
    assert_eq!(block.state, BlockState::Stopped, "{pool}");
    let counts = block.counts();
    assert!(counts.obey_the_law(), "{pool}: {counts:?}");
    assert!(block.finished.as_ref().unwrap().worker_deaths > 0, "{pool}");
    run
}

#[test]
fn a_killed_worker_breaks_a_process_pool_executor_as_it_does_in_every_program() {
    let Some(home) = interpreter() else { return };
    for pool in [POOLS[2], POOLS[3]] {
        let stages = r#"[Wait(time: Constant("100ms"))]"#;
        let good = |run: &Run| run.blocks[0].counts().good;
        let mut told_at = None;
        let run = with_a_dead_worker(
            (stages, pool),
            &home,
            |run| good(run) > 5,
            // What was about to end when it died does not show that it goes on.
            |run| good(run) > 8 + *told_at.get_or_insert_with(|| good(run)),
        );
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
        let mut idle_ticks = None;
        let run = with_a_dead_worker(
            (COMPUTES, pool),
            &home,
            // It computes, so that it has a task.
            |run| {
                let ticks = first_worker(run).map(cpu_ticks);
                ticks.is_some_and(|ticks| ticks > 10 + *idle_ticks.get_or_insert(ticks))
            },
            // Its client sends another one.
            |run| run.blocks[0].counts().offered == 5,
        );
        let block = &run.blocks[0];
        assert_eq!(block.counts().failed, 1, "{pool}");
        let failures = &block.finished.as_ref().unwrap().failures;
        assert!(
            failures[0].contains("ended abruptly"),
            "{pool}: {failures:?}"
        );
    }
}
