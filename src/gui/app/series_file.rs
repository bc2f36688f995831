//! Keeps a series while it goes on: a thread of its own writes each run as it ends.

use std::path::PathBuf;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::run::Run;
use crate::run::library::{Library, LibraryError};
use crate::run::record::{Closing, Header, Record, RecordKind, RecordWriter, Step};
use crate::scenario::Scenario;

/// Runs that may wait for the disk: a run lasts seconds, and writing one takes milliseconds.
const STEPS_MAX: usize = 16;

/// Keeps one series.
#[derive(Debug)]
pub(super) struct SeriesKeeper {
    steps: Sender<Job>,
    outcome: Receiver<Result<PathBuf, String>>,
    /// The disk did not keep up: nothing more is handed over, so that the file stays in order.
    is_behind: bool,
}

enum Job {
    Step(Box<(Step, Run)>),
    End { stopped: bool },
}

impl SeriesKeeper {
    /// Begins the file of a new series.
    ///
    /// # Errors
    /// If the system refuses the thread. All else is said at the end.
    pub(super) fn begin(
        library: Library,
        kind: RecordKind,
        scenario: &Scenario,
        now: u64,
    ) -> std::io::Result<Self> {
        let header = Header::of_series(kind, scenario, now);
        Self::start(move || Ok((library.create(&header)?, Closing::of([], false))))
    }

    /// Goes on in the file of a series that was stopped.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub(super) fn resume(path: PathBuf) -> std::io::Result<Self> {
        Self::start(move || {
            let record = Record::read(&path)?;
            let closing = Closing::of(record.steps.iter().map(|(_, run)| run), false);
            Ok((RecordWriter::resume(&path)?, closing))
        })
    }

    fn start(
        open: impl FnOnce() -> Result<(RecordWriter, Closing), LibraryError> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (steps, jobs) = bounded(STEPS_MAX);
        let (outcome_sender, outcome) = bounded(1);
        std::thread::Builder::new()
            .name("series keeper".to_owned())
            .spawn(move || {
                let written = write(open, &jobs).map_err(|error| error.to_string());
                drop(jobs);
                // The window may be gone; then nobody wants to know.
                let _ = outcome_sender.send(written);
            })?;
        Ok(Self {
            steps,
            outcome,
            is_behind: false,
        })
    }

    /// Hands over a run that has ended. Never waits.
    pub(super) fn step(&mut self, step: &Step, run: &Run) {
        if self.is_behind || self.steps.is_full() {
            self.is_behind = true;
            return;
        }
        let job = Job::Step(Box::new((step.clone(), run.clone())));
        // Where nobody takes it any more the outcome says why.
        self.is_behind = matches!(self.steps.try_send(job), Err(TrySendError::Full(_)));
    }

    /// Waits until all is written, and says where. To be called on a background thread.
    pub(super) fn finish(self, stopped: bool) -> Result<PathBuf, String> {
        let _ = self.steps.send(Job::End { stopped });
        drop(self.steps);
        let broken = || Err("the thread that wrote it broke off".to_owned());
        let path = self.outcome.recv().unwrap_or_else(|_| broken())?;
        if self.is_behind {
            return Err(format!(
                "'{}': the disk did not keep up, so its last runs are missing",
                path.display()
            ));
        }
        Ok(path)
    }
}

fn write(
    open: impl FnOnce() -> Result<(RecordWriter, Closing), LibraryError>,
    jobs: &Receiver<Job>,
) -> Result<PathBuf, LibraryError> {
    let (mut writer, mut closing) = open()?;
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Step(step) => {
                let (step, run) = *step;
                closing.count(&run);
                writer.whole_run(&step, &run)?;
            }
            Job::End { stopped } => {
                closing.stopped = stopped;
                writer.close(&closing)?;
                break;
            }
        }
    }
    Ok(writer.path().to_path_buf())
}
