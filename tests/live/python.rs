//! Runs blocks of CPython candidates with the real executable and an interpreter of this machine.
//!
//! The guard is started here and not by a session: which interpreter a name stands for is a matter of the machine's
//! settings, and no matter of these tests.

#![allow(
    dead_code,
    reason = "each test uses a part of it, in a crate of its own"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use poolscope::run::{BlockEnd, Event, Run};
use poolscope::wire::{
    FromRunner, Hello, PythonHome, StartBlock, ToRunner, part, read_frame, write_frame,
};

use super::live::request;

/// Longer than any of these blocks takes on a loaded machine; only a hang gets there.
const PATIENCE: Duration = Duration::from_mins(2);

/// The interpreter that the tests use: `python3`, or what `POOLSCOPE_TEST_PYTHON` names. Without one the test is skipped
/// aloud, unless `POOLSCOPE_REQUIRE_PYTHON` is 1.
pub(crate) fn interpreter() -> Option<PythonHome> {
    static FOUND: OnceLock<Result<PythonHome, String>> = OnceLock::new();
    match FOUND.get_or_init(find) {
        Ok(home) => Some(home.clone()),
        Err(why) => {
            let required =
                std::env::var("POOLSCOPE_REQUIRE_PYTHON").is_ok_and(|value| value == "1");
            assert!(!required, "an interpreter is required: {why}");
            // Past the capture of the test harness: a test that was skipped must not look like one that was run.
            let _ = writeln!(
                std::io::stderr(),
                "skipped, as there is no interpreter: {why}"
            );
            None
        }
    }
}

fn find() -> Result<PythonHome, String> {
    let name = std::env::var("POOLSCOPE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let asked = Command::new(&name)
        .args([
            "-I",
            "-c",
            "import sys; assert sys.version_info >= (3, 9); print(sys.executable)",
        ])
        .output()
        .map_err(|error| format!("{name} could not be started ({error})"))?;
    let executable = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    if !asked.status.success() || executable.is_empty() {
        let said = String::from_utf8_lossy(&asked.stderr).trim().to_owned();
        return Err(format!("{name} is no CPython 3.9 or later ({said})"));
    }
    Ok(PythonHome {
        name: "python".to_owned(),
        executable,
        dask_address: None,
        ray_address: None,
    })
}

/// A block under way. Dropping it cuts its lifeline.
pub(crate) struct Live {
    guard: Child,
    commands: Option<ChildStdin>,
    messages: Receiver<FromRunner>,
    /// In the environment of every process of the block, and of no other: by it they are found.
    home: tempfile::TempDir,
}

impl Live {
    /// Starts the block of `candidate` of a scenario.
    pub(crate) fn start(scenario: &str, candidate: u32, python: Option<PythonHome>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut guard = Command::new(env!("CARGO_BIN_EXE_poolscope"))
            .args(["__guard".to_owned(), std::process::id().to_string()])
            .arg(part::RUNNER)
            .env("HOME", home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = guard.stdout.take().unwrap();
        let mut commands = guard.stdin.take().unwrap();
        write_frame(&mut commands, &ToRunner::Hello(Hello::ours())).unwrap();
        let start = StartBlock {
            scenario: scenario.to_owned(),
            candidate,
            repeat: 0,
            seed: 7,
            observer_pid: std::process::id(),
            fastest_nanos: Vec::new(),
            python,
        };
        write_frame(&mut commands, &ToRunner::Start(start)).unwrap();
        let (sender, messages) = bounded(1_000);
        std::thread::Builder::new()
            .name("messages".to_owned())
            .spawn(move || {
                let mut buffer = Vec::new();
                while let Ok(message) = read_frame(&mut output, &mut buffer) {
                    if sender.send(message).is_err() {
                        return;
                    }
                }
            })
            .unwrap();
        Self {
            guard,
            commands: Some(commands),
            messages,
            home,
        }
    }

    /// Cuts the lifeline, as the end of the program does in whatever way it comes.
    pub(crate) fn cut(&mut self) {
        self.commands = None;
    }

    /// All processes of the block that live: guard, runner, harness, and whatever that has started.
    pub(crate) fn processes(&self) -> Vec<u32> {
        processes_with(self.home.path())
    }

    /// Process id of the guard.
    pub(crate) fn guard(&self) -> u32 {
        self.guard.id()
    }

    /// The next message; none after the last.
    pub(crate) fn next(&self) -> Option<FromRunner> {
        match self.messages.recv_timeout(PATIENCE) {
            Ok(message) => Some(message),
            Err(error) if error.is_timeout() => panic!("nothing for {PATIENCE:?}"),
            Err(_) => None,
        }
    }

    /// Asks for an orderly end.
    pub(crate) fn stop(&mut self) {
        write_frame(self.commands.as_mut().unwrap(), &ToRunner::Stop).unwrap();
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.commands = None;
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if !matches!(self.guard.try_wait(), Ok(None)) {
                return;
            }
            std::thread::yield_now();
        }
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}

/// All processes that have `home` in their environment.
pub(crate) fn processes_with(home: &Path) -> Vec<u32> {
    let wanted = format!("HOME={}", home.display());
    let pids = std::fs::read_dir("/proc").unwrap().flatten();
    pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| {
            std::fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environ| {
                environ
                    .split(|byte| *byte == 0)
                    .any(|one| one == wanted.as_bytes())
            })
        })
        .collect()
}

/// The run of `scenario`, of which nothing has happened yet.
pub(crate) fn run_of(scenario: &str) -> Run {
    Run::new(request(scenario), 0)
}

/// Takes in what the runner of `block` says until it has said everything, or `until` says so after a message.
pub(crate) fn follow(
    live: &Live,
    block: usize,
    run: &mut Run,
    mut until: impl FnMut(&Run, &FromRunner) -> bool,
) {
    let mut end = BlockEnd::Failed {
        cause: "it ended without a last word".to_owned(),
    };
    while let Some(message) = live.next() {
        match &message {
            FromRunner::Finished(finished) if finished.stopped => end = BlockEnd::Stopped,
            FromRunner::Finished(_) => end = BlockEnd::Completed,
            FromRunner::Refused { message } => {
                end = BlockEnd::Failed {
                    cause: message.clone(),
                };
            }
            _ => {}
        }
        run.apply(Event::Message {
            block,
            message: message.clone(),
        });
        if until(run, &message) {
            return;
        }
    }
    run.apply(Event::BlockEnded { block, end });
}

/// Runs all candidates of `scenario`, one after the other in their order, with `home` for those of CPython.
pub(crate) fn run_to_end(scenario: &str, home: &PythonHome) -> Run {
    let mut run = run_of(scenario);
    for block in 0..run.blocks.len() {
        run.apply(Event::BlockStarting { block });
        let candidate = u32::try_from(block).unwrap();
        let live = Live::start(scenario, candidate, Some(home.clone()));
        follow(&live, block, &mut run, |_, _| false);
    }
    run.apply(Event::RunEnded { stopped: false });
    run
}
