//! The thread of a session: one runner after the other.

use std::collections::BTreeMap;
use std::process::ChildStdout;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use serde::de::DeserializeOwned;

use crate::run::{BlockEnd, Event, PlannedBlock, RunRequest};
use crate::scenario::{Backend, Candidate, Kernel, Scenario, Stage};
use crate::session::child::{Ending, RunnerProcess};
use crate::session::outbox::Outbox;
use crate::session::{FindError, LocalPython, RunnerCommand, Wake};
use crate::wire::{
    Finished, FrameError, FromRunner, Hello, PythonHome, StartBlock, ToRunner, part, read_frame,
};

/// How long a runner may take to end by itself after a stop; then its lifeline is cut.
const STOP_PATIENCE: Duration = Duration::from_millis(1_300);
/// How long a runner may be silent while it starts; processes by the hundred take a while.
const START_PATIENCE: Duration = Duration::from_mins(1);
/// Below the speed of any disk that somebody measures on: files that tasks read are written before the start.
const PREPARED_BYTES_PER_SEC: u64 = 20 << 20;
/// A runner that measures says something ten times a second. One that is silent for so long stands still.
const SILENCE_MAX: Duration = Duration::from_mins(1);
/// Messages that may wait between the reading thread and the conductor.
const MESSAGES_MAX: usize = 16;
/// While a slow receiver has events waiting, room is looked for this often.
const FLUSH_PERIOD: Duration = Duration::from_millis(20);

/// What the handle asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// End the run in order.
    Stop,
    /// End it now; nobody looks any more.
    End,
}

/// Carries a run through.
pub(super) struct Conductor<W> {
    request: RunRequest,
    runner: RunnerCommand,
    commands: Receiver<Command>,
    outbox: Outbox,
    wake: W,
    /// What this machine has for candidates of CPython, or why that is not known; found out before the first of them.
    python: Option<Result<LocalPython, String>>,
    /// The shortest time of a unit of each kernel in the blocks so far, in nanoseconds.
    fastest_nanos: BTreeMap<Kernel, f64>,
    /// Since when a stop is asked for.
    stopping: Option<Instant>,
    /// Whether nobody looks any more.
    ending: bool,
}

impl<W: Fn(Wake)> Conductor<W> {
    pub(super) const fn new(
        request: RunRequest,
        runner: RunnerCommand,
        commands: Receiver<Command>,
        events: Sender<Event>,
        wake: W,
    ) -> Self {
        let outbox = Outbox::new(events);
        Self {
            request,
            runner,
            commands,
            outbox,
            wake,
            python: None,
            fastest_nanos: BTreeMap::new(),
            stopping: None,
            ending: false,
        }
    }

    /// Runs all blocks, and returns when the last event is handed over.
    pub(super) fn run(mut self) {
        let scenario = crate::scenario::to_text(&self.request.scenario);
        for (block, planned) in self.request.plan().into_iter().enumerate() {
            self.take_commands(Duration::ZERO);
            if self.stopping.is_some() || self.ending {
                break;
            }
            self.send(Event::BlockStarting { block });
            let end = self.run_block(block, planned, &scenario);
            self.send(Event::BlockEnded { block, end });
        }
        self.send(Event::RunEnded {
            stopped: self.stopping.is_some(),
        });
        while self.outbox.is_waiting() && !self.ending && !self.outbox.is_abandoned() {
            self.take_commands(FLUSH_PERIOD);
            self.outbox.flush();
            (self.wake)(Wake::Ended);
        }
    }

    fn send(&mut self, event: Event) {
        let wake = match event {
            Event::RunEnded { .. } => Wake::Ended,
            _ => Wake::Progress,
        };
        self.outbox.send(event);
        (self.wake)(wake);
    }

    /// Takes in what the handle asks for, waiting up to `patience` for it.
    fn take_commands(&mut self, patience: Duration) {
        match self.commands.recv_timeout(patience) {
            Ok(Command::Stop) => {
                self.stopping.get_or_insert_with(Instant::now);
            }
            Ok(Command::End) | Err(RecvTimeoutError::Disconnected) => self.ending = true,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }

    fn run_block(&mut self, block: usize, planned: PlannedBlock, scenario: &str) -> BlockEnd {
        let python = match self.python_home(planned.candidate) {
            Ok(python) => python,
            Err(end) => return end,
        };
        let begun = Instant::now();
        let started = RunnerProcess::start(&self.runner, part::RUNNER)
            .and_then(|(process, output)| Ok((process, Reader::start(output)?)));
        let (mut process, reader) = match started {
            Ok(started) => started,
            Err(error) => {
                return BlockEnd::Failed {
                    cause: format!("The runner could not be started: {error}"),
                };
            }
        };
        let start = StartBlock {
            scenario: scenario.to_owned(),
            candidate: u32::try_from(planned.candidate).unwrap_or(u32::MAX),
            repeat: planned.repeat,
            seed: self.request.seed,
            observer_pid: std::process::id(),
            python,
            fastest_nanos: self.fastest_nanos.clone().into_iter().collect(),
        };
        // A runner that cannot be told anything has ended; the reader says so.
        let _ = process
            .tell(&ToRunner::Hello(Hello::ours()))
            .and_then(|()| process.tell(&ToRunner::Start(start)));
        let mut course = Course::default();
        self.follow(block, &mut process, &reader, &mut course);
        if !course.channel_ended {
            process.cut();
        }
        let how = process.end();
        course.last_words = process.last_words();
        drop(reader);
        self.judge(&course, how, begun.elapsed())
    }

    /// Where a candidate of CPython runs; none for the others.
    fn python_home(&mut self, candidate: usize) -> Result<Option<PythonHome>, BlockEnd> {
        let candidate = self.request.scenario.candidates.get(candidate);
        let python = |one: &&Candidate| matches!(one.backend, Backend::Python(_));
        let Some(candidate) = candidate.filter(python).cloned() else {
            return Ok(None);
        };
        let local = match self.python.take() {
            Some(local) => local,
            None => self.look_for_python()?,
        };
        let local = self.python.insert(local).as_ref();
        let home = local.map_err(|problem| {
            format!("The interpreters of this machine are not known: {problem}")
        });
        home.and_then(|local| local.home_of(&candidate))
            .map_err(|cause| BlockEnd::Failed { cause })
    }

    fn look_for_python(&mut self) -> Result<Result<LocalPython, String>, BlockEnd> {
        let runner = self.runner.clone();
        let looked = LocalPython::look(&runner, || {
            self.take_commands(Duration::ZERO);
            self.outbox.flush();
            self.stopping.is_none() && !self.ending && !self.outbox.is_abandoned()
        });
        match looked {
            Ok(local) => Ok(Ok(local)),
            Err(FindError::Interrupted) => Err(BlockEnd::Stopped),
            Err(problem) => Ok(Err(problem.to_string())),
        }
    }

    /// Hands on what the runner says until it has said everything or has to be cut.
    fn follow(
        &mut self,
        block: usize,
        process: &mut RunnerProcess,
        reader: &Reader<FromRunner>,
        course: &mut Course,
    ) {
        let begun = Instant::now();
        let mut heard = begun;
        let start_patience = start_patience(&self.request.scenario);
        let mut told_to_stop = false;
        loop {
            if self.ending || self.outbox.is_abandoned() {
                return;
            }
            if let Some(since) = self.stopping {
                if !told_to_stop {
                    // A runner that cannot be told has ended.
                    let _ = process.tell(&ToRunner::Stop);
                    told_to_stop = true;
                }
                if since.elapsed() > STOP_PATIENCE {
                    return;
                }
            }
            if !course.started && begun.elapsed() > start_patience {
                let patience = crate::units::text::nanos(start_patience.as_nanos() as f64);
                course.problem = Some(format!("it did not get ready within {patience}"));
                return;
            }
            if course.started && heard.elapsed() > SILENCE_MAX {
                course.problem = Some("it has said nothing for a minute".to_owned());
                return;
            }
            crossbeam_channel::select! {
                recv(reader.messages) -> message => match message {
                    Ok(Ok(message)) => {
                        heard = Instant::now();
                        self.hand_on(block, message, course);
                    }
                    Ok(Err(FrameError::Closed)) | Err(_) => {
                        course.channel_ended = true;
                        return;
                    }
                    Ok(Err(error)) => {
                        course.channel_ended = matches!(error, FrameError::Io(_));
                        course.problem = Some(error.to_string());
                        return;
                    }
                },
                recv(self.commands) -> command => match command {
                    Ok(Command::Stop) => {
                        self.stopping.get_or_insert_with(Instant::now);
                    }
                    Ok(Command::End) | Err(_) => self.ending = true,
                },
                default(FLUSH_PERIOD) => self.outbox.flush(),
            }
        }
    }

    fn hand_on(&mut self, block: usize, message: FromRunner, course: &mut Course) {
        match &message {
            FromRunner::Hello(hello) => {
                if let Err(problem) = Hello::check(hello) {
                    course.problem = Some(problem);
                }
            }
            FromRunner::Refused { message } => course.refused = Some(message.clone()),
            FromRunner::Started(started) => {
                course.started = true;
                for calibration in &started.calibration {
                    let nanos = calibration.fastest_nanos;
                    let fastest = self.fastest_nanos.entry(calibration.kernel);
                    let fastest = fastest.or_insert(nanos);
                    *fastest = fastest.min(nanos);
                }
            }
            FromRunner::Snapshot(snapshot) => course.phase = Some(snapshot.phase),
            FromRunner::Incident(_) => {}
            FromRunner::Finished(finished) => course.finished = Some(finished.clone()),
        }
        self.send(Event::Message { block, message });
    }

    /// How the block ended, in words.
    fn judge(&self, course: &Course, ending: Option<Ending>, after: Duration) -> BlockEnd {
        match &course.finished {
            // Also if a stop came too late for it.
            Some(finished) if ending.is_none() && !finished.stopped => return BlockEnd::Completed,
            _ if self.stopping.is_some() => return BlockEnd::Stopped,
            _ => {}
        }
        let after = crate::units::text::nanos(after.as_nanos() as f64);
        let when = match course.phase {
            _ if !course.started => "while it was being started",
            None | Some(crate::wire::Phase::WarmUp) => "during the warm-up",
            Some(crate::wire::Phase::Measure) => "while measuring",
            Some(crate::wire::Phase::Drain) => "during the drain",
        };
        if let Some(refused) = &course.refused {
            let cause = if course.started {
                format!("The block was broken off after {after}, {when}: {refused}.")
            } else {
                format!("The block could not be measured: {refused}.")
            };
            return BlockEnd::Failed { cause };
        }
        let how = match ending {
            Some(ending) => ending.how,
            None if course.problem.is_some() => "could not be understood".to_owned(),
            None => "ended without its last word".to_owned(),
        };
        let mut cause = format!("The runner {how} after {after}, {when}");
        for reason in [course.problem.as_deref(), Some(&*course.last_words)]
            .into_iter()
            .flatten()
        {
            if !reason.is_empty() {
                cause = format!("{cause}: {reason}");
            }
        }
        BlockEnd::Failed {
            cause: format!("{}.", cause.trim_end_matches('.')),
        }
    }
}

/// How long a runner may be silent while it starts.
fn start_patience(scenario: &Scenario) -> Duration {
    let stages = scenario.tasks.iter().flat_map(|kind| &kind.stages);
    let bytes = stages.fold(0_u64, |sum, stage| match stage {
        Stage::FileRead { size, file, .. } => sum.saturating_add(file.unwrap_or(*size).0),
        _ => sum,
    });
    START_PATIENCE + Duration::from_secs(bytes / PREPARED_BYTES_PER_SEC)
}

/// What was seen of a block's runner.
#[derive(Debug, Default)]
struct Course {
    started: bool,
    finished: Option<Finished>,
    refused: Option<String>,
    phase: Option<crate::wire::Phase>,
    problem: Option<String>,
    /// What it said on standard error.
    last_words: String,
    /// Whether the runner closed its end: it is gone or about to go.
    channel_ended: bool,
}

/// The thread that reads the messages of a runner or of another part.
pub(super) struct Reader<T> {
    pub(super) messages: Receiver<Result<T, FrameError>>,
    thread: Option<JoinHandle<()>>,
}

impl<T: DeserializeOwned + Send + 'static> Reader<T> {
    pub(super) fn start(mut output: ChildStdout) -> std::io::Result<Self> {
        let (sender, messages) = bounded(MESSAGES_MAX);
        let thread = std::thread::Builder::new()
            .name("session reader".to_owned())
            .spawn(move || {
                let mut buffer = Vec::new();
                loop {
                    let message = read_frame(&mut output, &mut buffer);
                    let last = message.is_err();
                    if sender.send(message).is_err() || last {
                        return;
                    }
                }
            })?;
        Ok(Self {
            messages,
            thread: Some(thread),
        })
    }
}

impl<T> Drop for Reader<T> {
    fn drop(&mut self) {
        let (_, nobody) = bounded(0);
        self.messages = nobody;
        if let Some(thread) = self.thread.take() {
            // The runner is gone, so its output has ended.
            let _ = thread.join();
        }
    }
}
