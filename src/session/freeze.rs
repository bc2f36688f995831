//! A run with a hole in it: one process of a block is stopped for a while in the middle of the measurement.
//!
//! What the percentiles must then be follows from the schedule alone, which makes this the test of whether response
//! times are told honestly. Whatever happens to the process that asks for it, nothing stays stopped: leaving the
//! function lets the process go on, and the guard kills stopped processes as any others.

use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;

use crate::run::{BlockState, Phase, Run, RunRequest};
use crate::session::{RunnerCommand, Session};

/// Who is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreezeTarget {
    /// The runner: generator, queue, and all workers that are threads.
    Runner,
    /// The first worker process: tasks go on becoming due and wait.
    Worker,
}

/// What is stopped, when and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freeze {
    /// Who.
    pub target: FreezeTarget,
    /// How long after the measurement was seen to begin.
    pub after: Duration,
    /// For how long.
    pub length: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct FrozenRun {
    /// The run, ended.
    pub run: Run,
    /// How long the process really was stopped, in nanoseconds; none if it came to that never or not to an end.
    pub frozen_nanos: Option<u64>,
}

/// Runs `request` and stops the target once, in the first block. `wanted` is asked some times a second whether to go
/// on; if not, the run is broken off.
///
/// # Errors
/// If the session cannot be started, or the system refuses a signal.
pub fn run_with_freeze(
    request: RunRequest,
    command: RunnerCommand,
    freeze: Freeze,
    mut wanted: impl FnMut(&Run) -> bool,
) -> std::io::Result<FrozenRun> {
    /// How often `wanted` is asked while nothing arrives.
    const LOOK: Duration = Duration::from_millis(50);
    let mut run = Run::new(request.clone(), 0);
    let session = Session::start(request, command, |_| {})?;
    let mut stage = Stage::Before;
    while !run.ended && wanted(&run) {
        stage = stage.advance(&run, freeze, Instant::now())?;
        let until = Instant::now() + LOOK;
        let until = stage.due().map_or(until, |due| due.min(until));
        match session.events().recv_deadline(until) {
            Ok(event) => run.apply(event),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let frozen_nanos = match stage {
        Stage::After { frozen } => u64::try_from(frozen.as_nanos()).ok(),
        _ => None,
    };
    Ok(FrozenRun { run, frozen_nanos })
}

/// How far it has come.
enum Stage {
    /// The measurement was not seen to begin.
    Before,
    /// It has begun; the stop is due at this instant.
    Measuring { stop_at: Instant },
    /// The process is stopped; it goes on at this instant.
    Frozen { process: Stopped, go_on_at: Instant },
    /// The process goes on.
    After { frozen: Duration },
}

impl Stage {
    /// When something is to be done; none if that depends on the run.
    const fn due(&self) -> Option<Instant> {
        match self {
            Self::Measuring { stop_at } => Some(*stop_at),
            Self::Frozen { go_on_at, .. } => Some(*go_on_at),
            Self::Before | Self::After { .. } => None,
        }
    }

    fn advance(self, run: &Run, freeze: Freeze, now: Instant) -> std::io::Result<Self> {
        let Some(block) = run.blocks.first() else {
            return Ok(self);
        };
        Ok(match self {
            Self::Before if block.state == BlockState::Running(Phase::Measure) => Self::Measuring {
                stop_at: now + freeze.after,
            },
            Self::Measuring { stop_at } if now >= stop_at => {
                let pid = match freeze.target {
                    FreezeTarget::Runner => block.runner_pid,
                    FreezeTarget::Worker => block
                        .started
                        .as_ref()
                        .and_then(|started| started.worker_pids.first().copied()),
                };
                let process = Stopped::stop(pid.ok_or(std::io::ErrorKind::NotFound)?)?;
                let go_on_at = process.since + freeze.length;
                Self::Frozen { process, go_on_at }
            }
            Self::Frozen { process, go_on_at } if now >= go_on_at => Self::After {
                frozen: process.go_on(),
            },
            unchanged => unchanged,
        })
    }
}

/// A process that is stopped; it goes on when this is dropped.
struct Stopped {
    pid: rustix::process::Pid,
    since: Instant,
}

impl Stopped {
    fn stop(pid: u32) -> std::io::Result<Self> {
        use rustix::process::{Pid, Signal, kill_process};
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or(std::io::ErrorKind::NotFound)?;
        kill_process(pid, Signal::STOP)?;
        Ok(Self {
            pid,
            since: Instant::now(),
        })
    }

    /// How long it was stopped.
    fn go_on(self) -> Duration {
        self.since.elapsed()
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        // It may have been killed meanwhile.
        let _ = rustix::process::kill_process(self.pid, rustix::process::Signal::CONT);
    }
}
