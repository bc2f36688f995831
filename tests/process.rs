//! Stopping and failing: what dies, what is left of it, and what goes on.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/parts.rs"]
mod parts;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use live::{follow, long, request, run_to_end, run_until, runner, scenario};
use parts::{cpu_ticks, part_of, parts_below};
use poolscope::run::{BlockState, Event, Run};
use poolscope::session::{Session, Wake};
use poolscope::wire::{FromRunner, Phase};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than any death takes on a loaded machine; only a survivor gets there.
const PATIENCE: Duration = Duration::from_mins(2);

/// Two blocks of long tasks: something is always under way.
fn long_tasks() -> String {
    long(&scenario(
        r#"[Wait(time: Constant("20ms"))]"#,
        "Closed(clients: 4)",
        &["Processes(workers: 2)", "Threads(workers: 2)"],
    ))
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::yield_now();
    }
}

fn kill(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal).unwrap();
}

fn is_measuring(event: &Event) -> bool {
    matches!(event, Event::Message { message: FromRunner::Snapshot(s), .. }
        if s.phase == Phase::Measure && s.measured.counts.good > 0)
}

#[test]
fn a_stop_keeps_what_was_measured_and_leaves_nothing_behind() {
    let request = request(&long_tasks());
    let (woken, wakes) = crossbeam_channel::unbounded();
    let session = Session::start(request.clone(), runner(), move |wake| {
        let _ = woken.send(wake);
    });
    let session = session.unwrap();
    let mut run = Run::new(request, 0);
    follow(&session, &mut run, |_, event| is_measuring(event));
    let parts = run.blocks[0].started.as_ref().unwrap().worker_pids.clone();
    assert_eq!(parts.len(), 2);
    // It comes back long before the measurement is over.
    session.stop();
    follow(&session, &mut run, |_, _| false);
    assert!(run.stopped);
    assert_eq!(run.blocks[0].state, BlockState::Stopped);
    assert_eq!(run.blocks[1].state, BlockState::Waiting);
    let counts = run.blocks[0].counts();
    assert!(counts.good > 0 && counts.obey_the_law(), "{counts:?}");
    assert_eq!(run.blocks[0].violation, None);
    // A runner that was killed because it took too long had no last word.
    if run.blocks[0].finished.is_some() {
        assert_eq!(counts.in_flight, 0, "{counts:?}");
    }
    eventually("the workers are gone", || {
        parts.iter().all(|pid| part_of(*pid).is_none())
    });
    drop(session);
    let wakes: Vec<Wake> = wakes.iter().collect();
    let ended = wakes.iter().position(|wake| *wake == Wake::Ended).unwrap();
    assert!(ended > 0, "nothing was told while the run went on");
    assert!(wakes[ended..].iter().all(|wake| *wake == Wake::Ended));
}

#[test]
fn dropping_a_session_ends_its_processes() {
    let request = request(&long_tasks());
    let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
    let mut run = Run::new(request, 0);
    follow(&session, &mut run, |_, event| is_measuring(event));
    let parts = run.blocks[0].started.as_ref().unwrap().worker_pids.clone();
    drop(session);
    eventually("the workers are gone", || {
        parts.iter().all(|pid| part_of(*pid).is_none())
    });
}

#[test]
fn a_killed_worker_loses_its_task_only_and_is_replaced() {
    // The two tasks under way compute until the block is stopped, so that whoever is killed had one.
    let text = long(&scenario(
        r#"[Cpu(amount: Time("9min"))]"#,
        "Closed(clients: 3)",
        &["Processes(workers: 2)"],
    ))
    .replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#);
    let (mut idle_ticks, mut is_killed) = (None, false);
    let run = run_until(&text, |run, _| {
        let block = &run.blocks[0];
        let Some(started) = &block.started else {
            return false;
        };
        let worker = started.worker_pids[0];
        let ticks = cpu_ticks(worker);
        if !is_killed && ticks > 10 + *idle_ticks.get_or_insert(ticks) {
            kill(worker, Signal::KILL);
            is_killed = true;
        }
        // The successor has the next task.
        let counts = block.counts();
        is_killed && counts.failed > 0 && counts.in_flight == 2
    });
    let block = &run.blocks[0];
    let counts = block.counts();
    assert!(
        counts.obey_the_law() && counts.failed == 1 && counts.offered == 4,
        "{counts:?}"
    );
    let [incident] = &block.incidents[..] else {
        panic!("{:?}", block.incidents)
    };
    let message = &incident.message;
    for words in ["signal 9", "its task is lost", "it is replaced"] {
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn a_worker_that_dies_idle_loses_no_task() {
    // The kill comes when the tasks of the first tenth of a second have ended; the next ones, which
    // find the dead workers, are due seconds later.
    let text = scenario(
        r#"[Wait(time: Constant("0s"))]"#,
        r#"Profile(arrivals: Constant, parts: [
            Step(rate_per_sec: 40, length: "100ms"), Pause(length: "4s")])"#,
        &["Processes(workers: 2)"],
    )
    .replace(r#"measure: "300ms""#, r#"measure: "4200ms""#);
    let request = request(&text);
    let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
    let mut run = Run::new(request, 0);
    follow(&session, &mut run, |run, event| {
        is_measuring(event) && run.blocks[0].counts().good == 4
    });
    let victims = run.blocks[0].started.as_ref().unwrap().worker_pids.clone();
    for pid in &victims {
        kill(*pid, Signal::KILL);
    }
    follow(&session, &mut run, |_, _| false);
    let block = &run.blocks[0];
    assert_eq!(block.state, BlockState::Done);
    let counts = block.counts();
    assert!(
        counts.obey_the_law() && counts.good == 8 && counts.admitted == 8,
        "{counts:?}, {:?}",
        block.incidents
    );
    assert_eq!(block.finished.as_ref().unwrap().worker_deaths, 2);
}

#[test]
fn a_block_of_which_no_worker_is_left_ends_with_the_reason() {
    let request = request(&long_tasks());
    let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
    let mut run = Run::new(request, 0);
    let mut runner_pid = 0;
    follow(&session, &mut run, |_, event| {
        if let Event::Message {
            message: FromRunner::Hello(hello),
            ..
        } = event
        {
            runner_pid = hello.pid;
        }
        is_measuring(event)
    });
    // Successors as well, until nobody is started any more.
    eventually("the runner gives up", || {
        let workers = parts_below(runner_pid);
        for (pid, _) in workers {
            // It may have been collected since.
            let _ = kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL);
        }
        part_of(runner_pid).is_none()
    });
    follow(&session, &mut run, |run, _| run.blocks[0].state.is_over());
    let BlockState::Failed { cause } = &run.blocks[0].state else {
        panic!("{:?}", run.blocks[0].state)
    };
    assert!(
        cause.contains("no worker process is left") && cause.contains("while measuring"),
        "{cause}"
    );
    assert!(run.blocks[0].counts().good > 0, "what had arrived is kept");
    assert!(run.blocks[0].counts().obey_the_law());
}

#[test]
fn clients_of_cancelled_tasks_send_no_further_ones() {
    let text = long(&scenario(
        r#"[Wait(time: Constant("1h"))]"#,
        "Closed(clients: 8)",
        &[
            "Threads(workers: 4)",
            "Processes(workers: 2)",
            "Async(in_flight: 4)",
        ],
    ))
    .replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#);
    for candidate in 0..3 {
        let mut request = request(&text);
        request.candidates = vec![candidate];
        let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
        let mut run = Run::new(request, 0);
        follow(&session, &mut run, |run, _| {
            let counts = run.blocks[0].counts();
            counts.offered == 8 && counts.in_flight > 0
        });
        session.stop();
        follow(&session, &mut run, |_, _| false);
        let counts = run.blocks[0].counts();
        assert_eq!(counts.offered, 8, "{counts:?}");
        // A runner that was killed because it took too long had no last word.
        if run.blocks[0].finished.is_some() {
            assert_eq!(counts.cancelled, 8, "{counts:?}");
        }
    }
}

#[test]
fn a_killed_runner_is_shown_with_its_cause_and_the_others_go_on() {
    // One worker would need a minute for all of them; the many threads of the next candidate need no second.
    let text = scenario(
        r#"[Wait(time: Constant("20ms"))]"#,
        "Batch(tasks: 3000)",
        &["Processes(workers: 1)", "Threads(workers: 200)"],
    )
    .replace(r#"measure: "60s""#, r#"measure: "5min""#);
    let request = request(&text);
    let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
    let mut run = Run::new(request, 0);
    let mut runner_pid = 0;
    follow(&session, &mut run, |_, event| {
        if let Event::Message {
            block: 0,
            message: FromRunner::Hello(hello),
        } = event
        {
            runner_pid = hello.pid;
        }
        is_measuring(event)
    });
    let workers = run.blocks[0].started.as_ref().unwrap().worker_pids.clone();
    kill(runner_pid, Signal::KILL);
    follow(&session, &mut run, |_, _| false);
    let BlockState::Failed { cause } = &run.blocks[0].state else {
        panic!("{:?}", run.blocks[0].state)
    };
    assert!(
        cause.contains("signal 9") && cause.contains("while measuring"),
        "{cause}"
    );
    assert!(run.blocks[0].counts().good > 0, "what had arrived is kept");
    assert_eq!(run.blocks[1].state, BlockState::Done);
    assert!(!run.stopped);
    eventually("its workers are gone", || {
        workers.iter().all(|pid| part_of(*pid).is_none())
    });
}

/// The cause with which a block fails whose runner is this executable.
fn cause_with_runner(executable: &str) -> String {
    let text = scenario(
        r#"[Wait(time: Constant("1ms"))]"#,
        "Closed(clients: 4)",
        &["Threads(workers: 2)"],
    );
    let request = request(&text);
    let command = poolscope::session::RunnerCommand {
        executable: executable.into(),
    };
    let session = Session::start(request.clone(), command, |_| ()).unwrap();
    let mut run = Run::new(request, 0);
    follow(&session, &mut run, |_, _| false);
    match &run.blocks[0].state {
        BlockState::Failed { cause } => cause.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_back_end_that_cannot_start_says_why() {
    let cause = cause_with_runner("/nonexistent/poolscope");
    assert!(cause.contains("could not be started"), "{cause}");
}

#[test]
fn a_runner_that_panics_at_its_start_says_so_in_one_line_without_its_backtrace() {
    let runner = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/panicking_runner.sh"
    );
    let cause = cause_with_runner(runner);
    assert!(
        cause.starts_with("The runner was ended by signal 6"),
        "{cause}"
    );
    let end = ", while it was being started: the pool has no room.";
    assert!(cause.ends_with(end), "{cause}");
}

/// Starts a headless run and returns it with all its parts once workers are at work.
fn headless() -> (std::process::Child, Vec<(u32, String)>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.ron");
    std::fs::write(&file, long_tasks()).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_poolscope"))
        .args(["run".as_ref(), file.as_os_str(), "--no-keep".as_ref()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut parts = Vec::new();
    eventually("two workers are at work", || {
        parts = parts_below(child.id());
        parts.iter().filter(|(_, part)| part == "__worker").count() == 2
    });
    (child, parts, folder)
}

#[test]
fn nothing_survives_whoever_is_killed() {
    for (victim, signal) in [
        ("program", Signal::KILL),
        ("program", Signal::TERM),
        ("program", Signal::HUP),
        ("program", Signal::INT),
        ("__guard", Signal::KILL),
        ("__runner", Signal::KILL),
    ] {
        let (mut child, parts, _folder) = headless();
        assert!(parts.iter().any(|(_, part)| part == "__guard"), "{parts:?}");
        // Stopped processes do not read their pipes; they must go as well.
        let worker = parts.iter().find(|(_, part)| part == "__worker").unwrap().0;
        kill(worker, Signal::STOP);
        let pid = parts
            .iter()
            .find(|(_, part)| part == victim)
            .map_or(child.id(), |(pid, _)| *pid);
        kill(pid, signal);
        let survivors = || {
            parts
                .iter()
                .filter(|(pid, _)| part_of(*pid).is_some())
                .count()
        };
        eventually(
            &format!("all parts are gone after {signal:?} to the {victim}"),
            || survivors() == 0,
        );
        if victim.starts_with("__") {
            // The program goes on with the next candidate; that is not waited for here.
            let more = parts_below(child.id());
            kill(child.id(), Signal::KILL);
            eventually("nor is anything left of the next candidate", || {
                more.iter().all(|(pid, _)| part_of(*pid).is_none())
            });
        }
        child.wait().unwrap();
    }
}

#[test]
fn no_part_survives_a_kill_at_any_instant_of_its_start() {
    // Instants are spread over the start by how many parts there are when the program is killed.
    for parts_wanted in [1, 1, 2, 2, 3, 4] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("long.ron");
        std::fs::write(&file, long_tasks()).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_poolscope"))
            .args(["run".as_ref(), file.as_os_str(), "--no-keep".as_ref()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut parts = Vec::new();
        eventually("the parts are there", || {
            parts = parts_below(child.id());
            parts.len() >= parts_wanted
        });
        let guard = parts.iter().find(|(_, part)| part == "__guard").unwrap().0;
        kill(child.id(), Signal::KILL);
        child.wait().unwrap();
        // The guard is the last to leave: what it started after our look is gone with it, or is just going.
        eventually("the guard has swept", || part_of(guard).is_none());
        eventually(&format!("all of {parts:?} are gone"), || {
            parts.iter().all(|(pid, _)| part_of(*pid).is_none())
        });
    }
}

#[test]
fn the_scratch_folder_goes_with_the_block() {
    let scratch = tempfile::tempdir().unwrap();
    let text = scenario(
        r#"[FileWrite(size: "8KiB")]"#,
        "Batch(tasks: 5)",
        &["Threads(workers: 2)"],
    );
    let file = scratch.path().join("files.ron");
    std::fs::write(&file, text).unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_poolscope"))
        .args(["run".as_ref(), file.as_os_str(), "--no-keep".as_ref()])
        .env("TMPDIR", scratch.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    // A machine under load may not be trusted with its figures; everything else is a fault.
    assert!([Some(0), Some(4)].contains(&status.code()), "{status}");
    let left: Vec<_> = std::fs::read_dir(scratch.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left, ["files.ron"]);
}

#[test]
fn memory_that_the_system_refuses_is_a_failure_of_the_task_and_not_of_the_run() {
    let run = run_to_end(&scenario(
        r#"[Memory(size: "4194304GiB")]"#,
        "Batch(tasks: 3)",
        &["Threads(workers: 1)"],
    ));
    assert_eq!(run.blocks[0].counts().failed, 3);
    let failures = &run.blocks[0].finished.as_ref().unwrap().failures;
    assert!(
        failures.len() == 1 && failures[0].contains("refused"),
        "{failures:?}"
    );
}
