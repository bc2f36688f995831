//! The process of the harness: how it is started, what it says beside its answers, and how it ends.
//!
//! It is started by way of this executable (`PYTHON_PART`), which asks the kernel to be ended with its parent and then
//! becomes the interpreter: the wish outlives the change, so there is no instant at which the interpreter could stay
//! behind, whatever it computes and whoever holds its lock.
//!
//! Its environment holds what every program needs and nothing of Python's. All its processes inherit a mark in it, by
//! which they are recognised, and standard error: once that is closed, none of them is left.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use rustix::process::Signal;

use crate::engine::backends::child;
use crate::engine::clock;
use crate::engine::plan::PythonHome;

/// The argument that makes the executable an interpreter's place: its executable and arguments follow the parent's
/// process id.
pub const PYTHON_PART: &str = "__python";
/// Stands in the environment of all processes of a harness.
const MARK: &str = "POOLSCOPE_PART=__python";
/// The harness's file in the scratch folder.
const HARNESS_FILE: &str = "poolscope_harness.py";
/// What it is.
const HARNESS: &str = include_str!("../../../../assets/harness.py");
/// What the harness has of our environment.
const ENVIRONMENT: [&str; 6] = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ"];
/// How much of its standard error is kept, in bytes: the last.
const SAID_MAX: usize = 64 << 10;
/// How many of its last lines are shown.
const LINES_SHOWN: usize = 4;
/// How often it is looked after meanwhile.
const LOOK_PERIOD: Duration = Duration::from_millis(1);
/// How long its other processes have to notice that it is gone. They need a few milliseconds.
const LEAVE_PATIENCE: Duration = Duration::from_millis(300);

/// What the text of a process begins with that could not become an interpreter.
pub const NOT_STARTED: &str = "poolscope cannot start it: ";

/// Becomes the interpreter that `arguments` name first, with the rest as its arguments.
///
/// # Errors
/// Only if that fails; it does not return otherwise.
#[cfg(unix)]
pub fn become_python(mut arguments: impl Iterator<Item = OsString>) -> io::Result<()> {
    use std::os::unix::process::CommandExt as _;
    let executable = arguments
        .next()
        .ok_or_else(|| io::Error::other("no interpreter was named"))?;
    let error = Command::new(executable).args(arguments).exec();
    Err(io::Error::new(
        error.kind(),
        format!("{NOT_STARTED}{error}"),
    ))
}

/// Elsewhere nothing can become another program.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn become_python(_: impl Iterator<Item = OsString>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// How a harness ends that has come to its end in order.
pub(super) const ENDED_IN_ORDER: &str = "ended with code 0";

/// The harness's process, until it is collected.
#[derive(Debug)]
pub(super) struct Harness {
    pid: u32,
    child: Mutex<Option<Child>>,
    /// Of the workers of its pool, by its own account.
    workers: Mutex<Vec<u32>>,
    /// The end of what it and its other processes wrote to standard error.
    said: Arc<Mutex<Vec<u8>>>,
    /// Disconnected once none of them can write there any more.
    silent: Receiver<()>,
}

/// Both ends of the conversation.
pub(super) struct Streams {
    pub(super) orders: ChildStdin,
    pub(super) answers: ChildStdout,
}

/// Writes the harness's file into `scratch`.
pub(super) fn prepare(scratch: &Path) -> io::Result<()> {
    std::fs::write(scratch.join(HARNESS_FILE), HARNESS)
}

impl Harness {
    /// Starts the interpreter. The calling thread must outlive it.
    pub(super) fn start(
        executable: &Path,
        home: &PythonHome,
        scratch: &Path,
    ) -> io::Result<(Self, Streams)> {
        let kept = ENVIRONMENT
            .iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut child = Command::new(executable)
            .arg(PYTHON_PART)
            .arg(std::process::id().to_string())
            .arg(&home.executable)
            .args(["-I", "-B", "-X", "utf8"])
            .arg(scratch.join(HARNESS_FILE))
            .env_clear()
            .envs(kept)
            .envs(MARK.split_once('='))
            .current_dir(scratch)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let pid = child.id();
        let (said, silent) = (Arc::default(), bounded(0));
        let harness = Self {
            pid,
            child: Mutex::new(Some(child)),
            workers: Mutex::default(),
            said,
            silent: silent.1,
        };
        let (Some(orders), Some(answers), Some(errors)) = pipes else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (said, alive) = (harness.said.clone(), silent.0);
        std::thread::Builder::new()
            .name("python output".to_owned())
            .spawn(move || {
                listen(errors, &said);
                drop(alive);
            })?;
        Ok((harness, Streams { orders, answers }))
    }

    pub(super) const fn pid(&self) -> u32 {
        self.pid
    }

    /// Process ids of its workers.
    pub(super) fn workers(&self) -> Vec<u32> {
        self.lock_workers().clone()
    }

    /// Sends a signal to one of its workers; false if it is none, or has ended.
    pub(super) fn signal_worker(&self, pid: u32, signal: Signal) -> bool {
        // The list may be a moment old.
        let is_there = self.lock_workers().contains(&pid) && is_marked(pid);
        if is_there {
            child::signal(pid, signal);
        }
        is_there
    }

    /// Takes in its workers' process ids; returns how many of those before are gone.
    pub(super) fn has_workers(&self, pids: Vec<u32>) -> u64 {
        let mut workers = self.lock_workers();
        let gone = workers.iter().filter(|pid| !pids.contains(pid)).count();
        *workers = pids;
        gone as u64
    }

    fn lock_workers(&self) -> MutexGuard<'_, Vec<u32>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`Self::end`], where it seems to be on its way out: how it ends is its own matter for a while.
    pub(super) fn end_of_itself(&self) -> String {
        let deadline = clock::now_nanos() + LEAVE_PATIENCE.as_nanos() as u64;
        // Its pipes may be closed before the end is there.
        while self.is_alive() && clock::now_nanos() < deadline {
            std::thread::sleep(LOOK_PERIOD);
        }
        self.end()
    }

    fn is_alive(&self) -> bool {
        let mut child = self.lock_child();
        child
            .as_mut()
            .is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Ends it, whatever it does, waits until all its processes are gone, and says how it ended: "ended with code 1".
    pub(super) fn end(&self) -> String {
        let child = self.lock_child().take();
        let how = child.map(|mut child| child::end(&mut child).how);
        if self.silent.recv_timeout(LEAVE_PATIENCE) == Err(RecvTimeoutError::Timeout) {
            for pid in self.workers().into_iter().filter(|pid| is_marked(*pid)) {
                child::kill(pid);
            }
        }
        self.lock_workers().clear();
        remove_shared_memory(self.pid);
        how.unwrap_or_else(|| "has ended".to_owned())
    }

    fn lock_child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its last lines on standard error, in one; empty if there are none.
    pub(super) fn last_lines(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !is_aftermath(line))
            .collect();
        let from = lines.len().saturating_sub(LINES_SHOWN);
        lines[from..].join(" / ")
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        if let Some(mut child) = self.lock_child().take() {
            child::end(&mut child);
        }
    }
}

/// Whether a line only says that somebody cleared up behind a process that was killed.
fn is_aftermath(line: &str) -> bool {
    line.contains("resource_tracker:")
}

/// Keeps the end of what comes.
fn listen(mut errors: ChildStderr, said: &Mutex<Vec<u8>>) {
    let mut piece = [0; 4096];
    loop {
        match errors.read(&mut piece) {
            Ok(0) => return,
            Ok(length) => {
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                said.extend_from_slice(&piece[..length]);
                let surplus = said.len().saturating_sub(SAID_MAX);
                said.drain(..surplus);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// Whether `pid` is still a process of a harness: its number may have been given to another one.
#[cfg(target_os = "linux")]
fn is_marked(pid: u32) -> bool {
    std::fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environ| {
        environ
            .split(|byte| *byte == 0)
            .any(|one| one == MARK.as_bytes())
    })
}

/// Elsewhere it is taken at its word.
#[cfg(not(target_os = "linux"))]
const fn is_marked(_: u32) -> bool {
    true
}

/// Removes what a harness that was killed has left of the memory that its processes shared.
#[cfg(target_os = "linux")]
fn remove_shared_memory(harness: u32) {
    let prefix = format!("poolscope-{harness}-");
    let Ok(entries) = std::fs::read_dir("/dev/shm") else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            // Its own resource tracker may have been quicker.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Elsewhere it has no name in the file system.
#[cfg(not(target_os = "linux"))]
const fn remove_shared_memory(_: u32) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_what_is_said_is_kept_and_shown() {
        let mut child = Command::new("sh")
            .args([
                "-c",
                "yes poolscope | head -n 20000 >&2; printf 'a\\n\\nb\\nc\\nresource_tracker: x\\nd\\n' >&2",
            ])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        listen(child.stderr.take().unwrap(), &said);
        child.wait().unwrap();
        assert_eq!(said.lock().unwrap().len(), SAID_MAX);
        let harness = Harness {
            pid: child.id(),
            child: Mutex::new(None),
            workers: Mutex::default(),
            said,
            silent: bounded(0).1,
        };
        assert_eq!(harness.last_lines(), "a / b / c / d");
    }

    #[test]
    fn workers_that_are_gone_are_counted() {
        let harness = Harness {
            pid: 0,
            child: Mutex::new(None),
            workers: Mutex::default(),
            said: Arc::default(),
            silent: bounded(0).1,
        };
        assert_eq!(harness.has_workers(vec![1, 2]), 0);
        assert_eq!(harness.has_workers(vec![2, 3]), 1);
        assert_eq!(harness.workers(), [2, 3]);
    }
}
