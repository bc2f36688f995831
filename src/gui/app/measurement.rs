//! The run that is shown: its events, and what is derived from them once per revision.

use std::time::{Duration, Instant};

use crossbeam_channel::TryRecvError;

use crate::analysis::{
    CandidateFigures, FiguresBook, NoiseFloor, ObjectiveResult, Trust, Verdict, noise_floor,
    objective_results, trust, verdict,
};
use crate::chart::{ChartBook, ChartSettings};
use crate::export::{Table, table};
use crate::gui::app::Origin;
use crate::run::library::{Keeper, Kept, LibraryError};
use crate::run::{BlockState, Event, Progress, Run};
use crate::session::Session;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// There is none.
    None,
    /// It was started, and nothing has been measured yet.
    Waiting,
    /// It measures.
    Live,
    /// It was asked to stop and has not ended.
    Stopping,
    /// It was stopped before its end.
    Stopped,
    /// It ended, and at least one block failed.
    Failed,
    /// It ended as planned.
    Finished,
}

impl RunState {
    /// Whether processes are at work.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Waiting | Self::Live | Self::Stopping)
    }
}

/// The run that is shown.
#[derive(Debug)]
pub struct Measurement {
    run: Run,
    /// The run as it was when the view was paused: what is shown meanwhile.
    frozen: Option<Box<Run>>,
    session: Option<Session>,
    stopping: bool,
    /// The revision that what follows was computed from.
    derived_from: u64,
    /// The revision that the progress was computed from.
    progress_of: u64,
    figures: FiguresBook,
    trust: Trust,
    verdict: Verdict,
    objectives: Vec<Vec<ObjectiveResult>>,
    noise_floor: Option<NoiseFloor>,
    table: Table,
    progress: Progress,
    /// Expected length of the whole run, in nanoseconds.
    expected_nanos: u64,
    charts: ChartBook,
    origin: Origin,
    keeper: Option<Keeper>,
}

impl Measurement {
    /// A run; `session` is none for one that is only shown.
    #[must_use]
    pub fn new(run: Run, session: Option<Session>) -> Self {
        let book = FiguresBook::of(&run);
        let figures = book.figures();
        let trust = trust(&run);
        let origin = Origin {
            path: None,
            name: run.request.scenario.title.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        Self {
            verdict: verdict(&run, figures, &trust),
            objectives: objective_results(&run, figures),
            noise_floor: final_noise_floor(&run),
            table: table(figures, &run.request.scenario),
            progress: run.progress(),
            expected_nanos: Run::new(run.request.clone(), 0).progress().remaining_nanos,
            derived_from: run.revision,
            progress_of: run.revision,
            figures: book,
            trust,
            run,
            frozen: None,
            session,
            stopping: false,
            charts: ChartBook::new(),
            origin,
            keeper: None,
        }
    }

    /// Where it came from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin.clone()
    }

    /// It came from there.
    pub fn set_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// `keeper` writes it while it goes on.
    pub fn keep(&mut self, keeper: Option<Keeper>) {
        self.keeper = keeper;
    }

    /// Hands over what has ended to whoever keeps it. Says once what came of it.
    pub fn follow_keeper(&mut self) -> Option<Result<Kept, LibraryError>> {
        let keeper = self.keeper.as_mut()?;
        keeper.follow(&self.run);
        let outcome = keeper.outcome()?;
        self.keeper = None;
        Some(outcome)
    }

    /// Whether it is over and still being written.
    #[must_use]
    pub const fn is_being_kept(&self) -> bool {
        self.run.ended && self.keeper.is_some()
    }

    /// The run, if it is over and not yet written to its end.
    #[must_use]
    pub fn into_unkept(self) -> Option<(Keeper, Run)> {
        let run = self.run;
        self.keeper
            .filter(|_| run.ended)
            .map(|keeper| (keeper, run))
    }

    /// Brings the charts up to date.
    pub fn update_charts(&mut self, settings: &ChartSettings) {
        let shown = self.frozen.as_deref().unwrap_or(&self.run);
        self.charts.update(shown, settings);
    }

    /// The charts, as of the last update.
    #[must_use]
    pub const fn charts(&self) -> &ChartBook {
        &self.charts
    }

    /// The figures as texts, as of the last drain.
    #[must_use]
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// What follows from the run, as of the last drain.
    #[must_use]
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// How each candidate stands to each objective, as of the last drain.
    #[must_use]
    pub fn objectives(&self) -> &[Vec<ObjectiveResult>] {
        &self.objectives
    }

    /// How far two measurements of the same candidate differ; none before the run has ended.
    #[must_use]
    pub const fn noise_floor(&self) -> Option<&NoiseFloor> {
        self.noise_floor.as_ref()
    }

    /// Takes in what has happened, for at most `budget`. Says whether more is waiting.
    pub fn drain(&mut self, budget: Duration) -> bool {
        let Some(session) = &self.session else {
            return false;
        };
        let start = Instant::now();
        let mut more = false;
        loop {
            match session.events().try_recv() {
                Ok(event) => self.run.apply(event),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    // A session that is gone without its last word has died; the run must not look alive.
                    if !self.run.ended {
                        self.run.apply(Event::RunEnded { stopped: true });
                    }
                    break;
                }
            }
            if start.elapsed() > budget {
                more = true;
                break;
            }
        }
        if self.run.ended {
            self.session = None;
        }
        self.derive();
        more
    }

    /// Takes in an event that came another way than by a session.
    pub fn take(&mut self, event: Event) {
        self.run.apply(event);
        self.derive();
    }

    /// Whether processes of ours are at work for it.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.session.is_some()
    }

    /// Asks the run to end.
    pub fn stop(&mut self) {
        if let Some(session) = &self.session {
            session.stop();
            self.stopping = true;
        }
    }

    /// The run.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// The run as it is shown: while the view is paused, as it was then.
    #[must_use]
    pub fn shown(&self) -> &Run {
        self.frozen.as_deref().unwrap_or(&self.run)
    }

    /// Whether the view is paused.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.frozen.is_some()
    }

    /// Freezes what is shown, or catches up. The run itself goes on in both cases. A run that is over does not move, so
    /// there is nothing to pause.
    pub fn toggle_pause(&mut self) {
        if self.frozen.take().is_some() {
            self.derive();
        } else if !self.run.ended {
            self.frozen = Some(Box::new(self.run.clone()));
        }
    }

    /// The figures of all candidates, as of the last drain.
    #[must_use]
    pub fn figures(&self) -> &[CandidateFigures] {
        self.figures.figures()
    }

    /// How far the figures can be trusted, as of the last drain.
    #[must_use]
    pub const fn trust(&self) -> &Trust {
        &self.trust
    }

    /// How far the run has come.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The part of the expected time that is over, from 0 to 1.
    #[must_use]
    pub fn ratio_over(&self) -> f32 {
        let remaining = self.progress.remaining_nanos as f64 / self.expected_nanos.max(1) as f64;
        1.0 - remaining.min(1.0) as f32
    }

    /// Where the run stands.
    #[must_use]
    pub fn state(&self) -> RunState {
        let failed = self
            .run
            .blocks
            .iter()
            .any(|block| matches!(block.state, BlockState::Failed { .. }));
        if !self.run.ended {
            if self.stopping {
                RunState::Stopping
            } else if self.run.blocks.iter().any(|block| block.last.is_some()) {
                RunState::Live
            } else {
                RunState::Waiting
            }
        } else if self.run.stopped {
            RunState::Stopped
        } else if failed {
            RunState::Failed
        } else {
            RunState::Finished
        }
    }

    fn derive(&mut self) {
        let shown = self.frozen.as_deref().unwrap_or(&self.run);
        if self.derived_from != shown.revision {
            self.derived_from = shown.revision;
            self.figures.update(shown);
            let figures = self.figures.figures();
            self.trust = trust(shown);
            self.verdict = verdict(shown, figures, &self.trust);
            self.objectives = objective_results(shown, figures);
            self.noise_floor = final_noise_floor(shown);
            self.table = table(figures, &shown.request.scenario);
        }
        // How far the run has come is told even while the view is paused.
        if self.progress_of != self.run.revision {
            self.progress_of = self.run.revision;
            self.progress = self.run.progress();
        }
    }
}

/// A bootstrap takes too long to be repeated with every snapshot, and would say little before the end.
fn final_noise_floor(run: &Run) -> Option<NoiseFloor> {
    if run.ended { noise_floor(run) } else { None }
}
