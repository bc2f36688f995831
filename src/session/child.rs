//! The guard and the runner behind it, as one child process.
//!
//! Dropping the handle ends everything: the closed lifeline tells the guard to kill what is below it.

use std::io::BufReader;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::session::complaints::{self, Complaints};
use crate::session::{RunnerCommand, orphans};
use crate::wire::{FrameError, part, write_frame};

/// How long the guard may take to sweep before it is killed itself.
const SWEEP_PATIENCE: Duration = Duration::from_millis(2_500);
/// Exit codes above this name the signal that ended the runner.
const SIGNAL_BASE: i32 = 128;

/// How a runner ended that did not end in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    /// Completes "The runner".
    pub(super) how: String,
    /// What it said about it on standard error, in one short line; empty if nothing.
    pub(super) last_words: String,
}

/// The child process of one block.
pub(super) struct RunnerProcess {
    child: Child,
    /// Commands, and the lifeline.
    commands: Option<ChildStdin>,
    complaints: Arc<Mutex<Complaints>>,
    complaint_reader: Option<JoinHandle<()>>,
}

impl RunnerProcess {
    /// Starts the guard, which starts the runner, or whichever `part` it is; also returns what that says.
    pub(super) fn start(
        command: &RunnerCommand,
        part: &str,
    ) -> std::io::Result<(Self, ChildStdout)> {
        orphans::adopt();
        let mut child = Command::new(&command.executable)
            .arg(part::GUARD)
            .arg(std::process::id().to_string())
            .arg(part)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let commands = child.stdin.take();
        let output = child.stdout.take();
        let errors = child.stderr.take();
        let complaints = Arc::new(Mutex::new(Complaints::default()));
        let mut process = Self {
            child,
            commands,
            complaints,
            complaint_reader: None,
        };
        if let Some(errors) = errors {
            let complaints = process.complaints.clone();
            let reader = std::thread::Builder::new()
                .name("runner complaints".to_owned())
                .spawn(move || complaints::keep(BufReader::new(errors), &complaints))?;
            process.complaint_reader = Some(reader);
        }
        let output = output.ok_or(std::io::ErrorKind::BrokenPipe)?;
        Ok((process, output))
    }

    /// Says something to the runner, or whichever part it is.
    pub(super) fn tell(&mut self, message: &impl Serialize) -> Result<(), FrameError> {
        match &mut self.commands {
            Some(commands) => write_frame(commands, message),
            None => Err(FrameError::Closed),
        }
    }

    /// Cuts the lifeline: the guard kills everything below it.
    pub(super) fn cut(&mut self) {
        self.commands = None;
    }

    /// Waits for the end and tells how the runner ended; none if in order. The lifeline is cut first if
    /// the runner is still there.
    pub(super) fn end(&mut self) -> Option<Ending> {
        let code = self.wait();
        self.cut();
        if let Some(reader) = self.complaint_reader.take() {
            // It ends with the guard's standard error.
            let _ = reader.join();
        }
        let last_words = self.last_words();
        let how = match code {
            Some(0) => return None,
            Some(code) if code > SIGNAL_BASE => {
                format!("was ended by {}", signal(code - SIGNAL_BASE))
            }
            Some(code) => format!("ended with code {code}"),
            None => "was ended together with its guard".to_owned(),
        };
        Some(Ending { how, last_words })
    }

    /// What it said on standard error until now, in one short line; empty if nothing.
    pub(super) fn last_words(&self) -> String {
        let complaints = self.complaints.lock();
        complaints.unwrap_or_else(PoisonError::into_inner).cause()
    }

    fn wait(&mut self) -> Option<i32> {
        let deadline = Instant::now() + SWEEP_PATIENCE;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    if status.code().is_none() {
                        // The guard was killed before it could sweep.
                        orphans::sweep();
                    }
                    return status.code();
                }
                Ok(None) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                _ => {
                    // The runner below it dies with its guard, by the parent-death signal.
                    let _ = self.child.kill();
                    let status = self.child.wait();
                    orphans::sweep();
                    return status.ok().and_then(|status| status.code());
                }
            }
        }
    }
}

impl Drop for RunnerProcess {
    fn drop(&mut self) {
        self.cut();
        self.wait();
    }
}

fn signal(number: i32) -> String {
    let what = match number {
        6 => " (abort: a failed assertion, or memory that could not be had)",
        9 => " (kill: by hand, or by the system for lack of memory)",
        11 => " (segmentation fault)",
        15 => " (terminate)",
        _ => "",
    };
    format!("signal {number}{what}")
}
