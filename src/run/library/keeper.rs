//! Keeps a run while it goes on: a thread of its own writes each block as it ends.
//!
//! Whoever follows the run never waits for the disk: blocks go through a bounded channel, and what does not fit is handed
//! over at a later look; the run has it all. What goes wrong ends the keeping and nothing else.

use std::path::PathBuf;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::run::library::{Library, LibraryError};
use crate::run::record::{Closing, Header, Step};
use crate::run::{Block, Run};

/// Blocks that may wait for the disk: a block lasts seconds, and writing one takes milliseconds.
const JOBS_MAX: usize = 4;

/// What the thread is to write.
enum Job {
    Block(usize, Box<Block>),
    /// The run is over.
    End(Closing),
}

/// A run that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// Its file.
    pub path: PathBuf,
}

/// Keeps one run. Dropping it early leaves a file that was cut.
#[derive(Debug)]
pub struct Keeper {
    /// None once all is handed over, or nobody takes it any more.
    jobs: Option<Sender<Job>>,
    outcomes: Receiver<Result<Kept, LibraryError>>,
    /// By place in the plan: whether the block was handed over.
    handed: Vec<bool>,
}

impl Keeper {
    /// Begins to keep `run`, of which nothing need have happened yet.
    ///
    /// # Errors
    /// If the system refuses the thread. All else is said by the outcome.
    pub fn start(library: Library, run: &Run) -> std::io::Result<Self> {
        let (jobs, job_receiver) = bounded(JOBS_MAX);
        let (outcome_sender, outcomes) = bounded(1);
        let planned = Run::new(run.request.clone(), run.started_unix_secs);
        std::thread::Builder::new()
            .name("keeper".to_owned())
            .spawn(move || {
                yield_to_others();
                let outcome = write(&library, &planned, &job_receiver);
                // From here on nothing is taken any more, whoever still hands over.
                drop(job_receiver);
                let _ = outcome_sender.send(outcome);
            })?;
        Ok(Self {
            jobs: Some(jobs),
            outcomes,
            handed: vec![false; run.blocks.len()],
        })
    }

    /// Hands over what has ended since the last look. Never waits; to be called at each event, and until
    /// [`Self::outcome`] has one.
    pub fn follow(&mut self, run: &Run) {
        self.hand_over(run, |jobs, job| jobs.try_send(job).is_ok());
    }

    /// How it came out, once the run is over and written, or as soon as it cannot be kept; then never again.
    pub fn outcome(&mut self) -> Option<Result<Kept, LibraryError>> {
        let outcome = self.outcomes.try_recv().ok()?;
        self.jobs = None;
        Some(outcome)
    }

    /// Hands over the rest of a run and waits for the outcome, but not longer than `patience` each: for a program that
    /// is about to end, and shall not hang with its disk.
    pub fn settle(mut self, run: &Run, patience: Duration) {
        if run.ended {
            self.hand_over(run, |jobs, job| jobs.send_timeout(job, patience).is_ok());
            let _ = self.outcomes.recv_timeout(patience);
        }
    }

    /// Hands over the rest of a run that is over, and waits until it is written.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn finish(mut self, run: &Run) -> Result<Kept, LibraryError> {
        self.hand_over(run, |jobs, job| jobs.send(job).is_ok());
        self.jobs = None;
        self.outcomes
            .recv()
            .unwrap_or_else(|_| Err(LibraryError::Words("the keeper broke off".to_owned())))
    }

    fn hand_over(&mut self, run: &Run, hand: impl Fn(&Sender<Job>, Job) -> bool) {
        let Some(jobs) = &self.jobs else {
            return;
        };
        for (index, block) in run.blocks.iter().enumerate() {
            if self.handed.get(index) != Some(&false) || !block.state.is_over() {
                continue;
            }
            // Copying is what costs; who would be refused need not begin with it.
            if jobs.is_full() && !run.ended {
                return;
            }
            if !hand(jobs, Job::Block(index, Box::new(block.clone()))) {
                return;
            }
            self.handed[index] = true;
        }
        if run.ended && hand(jobs, Job::End(Closing::of([run], run.stopped))) {
            self.jobs = None;
        }
    }
}

/// Writes a run as its blocks come.
fn write(library: &Library, planned: &Run, jobs: &Receiver<Job>) -> Result<Kept, LibraryError> {
    let header = Header::of_run(planned);
    let mut writer = library.create(&header)?;
    writer.begin(&Step::default(), planned)?;
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Block(index, block) => writer.block(index, &block)?,
            Job::End(closing) => {
                writer.end(closing.stopped)?;
                writer.close(&closing)?;
                break;
            }
        }
    }
    Ok(Kept {
        id: header.id,
        path: writer.path().to_path_buf(),
    })
}

/// Writing happens while the next block is measured: whoever else wants the processor gets it first.
fn yield_to_others() {
    /// The lowest that there is.
    #[cfg(target_os = "linux")]
    const LEAST: i32 = 19;
    // On Linux this is the thread's own, and not the process's.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(LEAST);
}
