//! A sweep, or a search for the capacity: one ordinary run after the other, as the plan of `analysis` wants them.
//!
//! Between two runs, and never during one, a background thread computes what is known by now.

use std::path::{Path, PathBuf};

use crate::export::{Foot, SeriesAnswer, series_answer};
use crate::gui::action::Action;
use crate::gui::app::exports::{OfSeries, id_of};
use crate::gui::app::jobs::{Done, Kind};
use crate::gui::app::logic::sentence;
use crate::gui::app::perform::unix_secs;
use crate::gui::app::series_file::SeriesKeeper;
use crate::gui::app::series_plan::Plan;
use crate::gui::app::{
    App, Closing, Document, Measurement, Page, SeriesFigures, SeriesProgress, SidebarTab,
};
use crate::run::Run;
use crate::run::record::{Record, RecordKind, Step};
use crate::scenario::parse;
use crate::session::Session;

/// So often a step may come to nothing before the series is given up.
const FRUITLESS_MAX: u32 = 3;

/// Where a series stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeriesState {
    /// What was kept of it is being read.
    Reading,
    /// It goes on.
    Running,
    /// It was asked to stop and has not ended.
    Stopping,
    /// It was stopped before its end.
    Stopped,
    /// It ended as planned.
    Finished,
    /// It broke off, for this reason.
    Failed(String),
}

impl SeriesState {
    /// Whether it goes on.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self, Self::Running | Self::Stopping)
    }
}

/// The series that is shown.
#[derive(Debug)]
pub struct Series {
    /// What it is of.
    pub kind: RecordKind,
    /// Title of its scenario.
    pub title: String,
    /// Where it stands.
    pub state: SeriesState,
    /// How far it is.
    pub progress: SeriesProgress,
    /// What is known by now; none before the first run has ended.
    pub figures: Option<SeriesFigures>,
    /// What they answer.
    pub answer: SeriesAnswer,
    /// What stands below pictures of it.
    pub(super) foot: Foot,
    /// What went wrong with keeping it.
    pub not_kept: Option<String>,
    /// Whether its scenario may run: a file from elsewhere can ask for anything.
    may_run: bool,
    /// None while a background thread has it.
    plan: Option<Plan>,
    /// The step that is being measured.
    step: Option<Step>,
    keeper: Option<SeriesKeeper>,
    /// Its file; none if it is not kept.
    path: Option<PathBuf>,
    fruitless: u32,
    /// Another number for each series: what comes of an older one is out of date.
    pub number: u64,
}

impl Series {
    /// Whether it can go on from where it ended.
    #[must_use]
    pub const fn can_resume(&self) -> bool {
        let is_over = matches!(self.state, SeriesState::Stopped | SeriesState::Failed(_));
        self.may_run && self.plan.is_some() && is_over
    }
}

/// What a background thread made of a step, or of a record.
#[derive(Debug)]
pub(super) struct Told {
    number: u64,
    plan: Plan,
    figures: SeriesFigures,
    answer: SeriesAnswer,
    foot: Foot,
    progress: SeriesProgress,
    /// Whether the step was taken in.
    taken: bool,
}

impl Series {
    /// Whether it has found anything that a report could tell.
    #[must_use]
    pub const fn can_be_reported(&self) -> bool {
        self.figures.is_some() && self.plan.is_some()
    }

    /// Calls it by its new name, if it is kept in `path`.
    pub(super) fn rename(&mut self, path: &Path, name: &str) {
        if self.path.as_deref() == Some(path) {
            name.clone_into(&mut self.title);
        }
    }

    /// What a report of it is made of; none while there is nothing to tell.
    pub(super) fn reported(&self) -> Option<OfSeries> {
        self.figures.as_ref()?;
        Some(OfSeries {
            plan: self.plan.clone()?,
            path: self.path.clone(),
        })
    }
}

impl App {
    /// The series that is shown.
    #[must_use]
    pub const fn series(&self) -> Option<&Series> {
        self.series.as_ref()
    }

    /// Whether a series goes on: between two of its runs nothing is measured, and yet it is not over.
    pub(super) fn has_active_series(&self) -> bool {
        let series = self.series.as_ref();
        series.is_some_and(|series| series.state.is_active())
    }

    /// Begins the sweep, or the search for the capacity, of the open scenario.
    pub(super) fn start_series(&mut self, kind: RecordKind) {
        if self.is_running() || !self.has_room_for_a_tab() {
            return;
        }
        if self.document.errors() > 0 {
            self.show_sidebar(SidebarTab::Compose);
            self.fail("Mend the problems of the scenario first");
            return;
        }
        let scenario = self.document.scenario();
        let plan = match Plan::of(kind, scenario) {
            Ok(plan) => plan,
            Err(why) => {
                self.fail(&format!("{}: {}", why.message, why.hint));
                return;
            }
        };
        let title = scenario.title.clone();
        let keeper = self
            .kept_runs()
            .map(|library| SeriesKeeper::begin(library, kind, scenario, unix_secs()));
        self.stop_looking();
        self.series_number += 1;
        self.series = Some(Series {
            kind,
            title,
            state: SeriesState::Running,
            progress: plan.progress(),
            figures: None,
            answer: SeriesAnswer::default(),
            foot: Foot::default(),
            not_kept: None,
            may_run: true,
            plan: Some(plan),
            step: None,
            keeper: None,
            path: None,
            fruitless: 0,
            number: self.series_number,
        });
        self.take_series_keeper(keeper);
        self.pages.show(Page::Series);
        self.next_step();
    }

    fn take_series_keeper(&mut self, keeper: Option<std::io::Result<SeriesKeeper>>) {
        let Some(series) = &mut self.series else {
            return;
        };
        match keeper {
            None => {}
            Some(Ok(keeper)) => series.keeper = Some(keeper),
            Some(Err(error)) => series.not_kept = Some(error.to_string()),
        }
    }

    /// Goes on with a series that was stopped, on this machine and in its file.
    pub(super) fn resume_series(&mut self) {
        let can = self.series.as_ref().is_some_and(Series::can_resume);
        if self.is_running() || !can || !self.has_room_for_a_tab() {
            return;
        }
        let Some(series) = &mut self.series else {
            return;
        };
        series.state = SeriesState::Running;
        series.fruitless = 0;
        let keeper = series.path.clone().map(SeriesKeeper::resume);
        self.take_series_keeper(keeper);
        self.stop_looking();
        self.next_step();
    }

    /// Asks the series to end after what it knows by now.
    pub(super) fn stop_series(&mut self) {
        if let Some(series) = &mut self.series
            && series.state.is_active()
        {
            series.state = SeriesState::Stopping;
        }
    }

    /// Starts the next run of the series, or ends it.
    fn next_step(&mut self) {
        let Some(series) = &self.series else {
            return;
        };
        let next = series.plan.as_ref().and_then(Plan::next);
        let Some((step, request)) = next.filter(|_| series.state == SeriesState::Running) else {
            let state = match &series.state {
                SeriesState::Running => SeriesState::Finished,
                SeriesState::Stopping => SeriesState::Stopped,
                other => other.clone(),
            };
            self.end_series(state);
            return;
        };
        match Session::start(request.clone(), self.runner_command(), self.waker()) {
            Ok(session) => {
                let run = Run::new(request, unix_secs());
                self.open_series_step(Measurement::new(run, Some(session)));
                if let Some(series) = &mut self.series {
                    series.step = Some(step);
                }
            }
            Err(error) => {
                let why = format!("A run cannot be started: {error}");
                self.end_series(SeriesState::Failed(why));
            }
        }
    }

    fn end_series(&mut self, state: SeriesState) {
        let Some(series) = &mut self.series else {
            return;
        };
        let stopped = state != SeriesState::Finished;
        series.state = state;
        if let Some(keeper) = series.keeper.take() {
            self.start("keep series", Kind::Writes, move || {
                Done::SeriesKept(keeper.finish(stopped))
            });
        }
        if self.closing == Closing::AfterRun {
            self.closing = Closing::No;
            self.actions.push(Action::Quit);
        }
    }

    pub(super) fn take_series_kept(&mut self, kept: Result<PathBuf, String>) {
        match kept {
            Ok(path) => {
                if let Some(series) = &mut self.series
                    && !series.state.is_active()
                {
                    series.path = Some(path);
                }
                self.list_again();
            }
            Err(error) => {
                if let Some(series) = &mut self.series {
                    series.not_kept = Some(sentence(&error));
                }
                self.fail(&format!("The series is not kept: {error}"));
            }
        }
    }

    /// A run of the series has ended: what it tells is computed before the next one begins.
    pub(super) fn follow_series(&mut self) {
        let (Some(series), Some(measurement)) = (&mut self.series, self.tabs.of_series()) else {
            return;
        };
        if measurement.is_running() || !measurement.run().ended {
            return;
        }
        // One after the other: without a step the plan stays where it is.
        let Some(step) = series.step.take() else {
            return;
        };
        let Some(mut plan) = series.plan.take() else {
            return;
        };
        let run = measurement.run().clone();
        if run.stopped {
            series.state = SeriesState::Stopping;
        } else if let Some(keeper) = &mut series.keeper {
            keeper.step(&step, &run);
        }
        let number = series.number;
        let refused = self.start("figures of the series", Kind::Abandonable, move || {
            let taken = plan.tell(&step, &run);
            Done::SeriesTold(Box::new(told(number, plan, taken)))
        });
        if let Some(error) = refused {
            self.end_series(SeriesState::Failed(error));
        }
    }

    pub(super) fn take_told(&mut self, told: Told) {
        let Some(series) = &mut self.series else {
            return;
        };
        if series.number != told.number {
            return;
        }
        series.plan = Some(told.plan);
        series.figures = Some(told.figures);
        series.answer = told.answer;
        series.foot = told.foot.called(series.path.as_deref().and_then(id_of));
        series.progress = told.progress;
        if series.state == SeriesState::Reading {
            let is_over = series
                .plan
                .as_ref()
                .is_some_and(|plan| plan.next().is_none());
            series.state = if is_over {
                SeriesState::Finished
            } else {
                SeriesState::Stopped
            };
            return;
        }
        series.fruitless = if told.taken { 0 } else { series.fruitless + 1 };
        if series.fruitless >= FRUITLESS_MAX && series.state == SeriesState::Running {
            let why = "The same run broke off again and again".to_owned();
            self.end_series(SeriesState::Failed(why));
            return;
        }
        self.next_step();
    }

    /// Shows a series that was kept.
    pub(super) fn show_series(&mut self, path: Option<PathBuf>, record: Record) {
        let loaded = parse(&record.header.scenario);
        let may_run = !loaded.has_errors();
        let Some(scenario) = loaded.scenario else {
            self.fail("The scenario of this series cannot be read by this program");
            return;
        };
        let mut plan = match Plan::of(record.header.kind, &scenario) {
            Ok(plan) => plan,
            Err(why) => {
                self.fail(&format!("{}: {}", why.message, why.hint));
                return;
            }
        };
        self.series_number += 1;
        let number = self.series_number;
        self.series = Some(Series {
            kind: record.header.kind,
            title: record.title().to_owned(),
            state: SeriesState::Reading,
            progress: SeriesProgress::default(),
            figures: None,
            answer: SeriesAnswer::default(),
            foot: Foot::default(),
            not_kept: None,
            may_run,
            plan: None,
            step: None,
            keeper: None,
            path,
            fruitless: 0,
            number,
        });
        if *self.document.scenario() != scenario {
            self.open_document(Document::of(scenario, None));
        }
        self.pages.show(Page::Series);
        let refused = self.start("open series", Kind::Abandonable, move || {
            for (step, run) in &record.steps {
                plan.tell(step, run);
            }
            Done::SeriesTold(Box::new(told(number, plan, true)))
        });
        if let Some(error) = refused {
            self.end_series(SeriesState::Failed(error));
        }
    }
}

fn told(number: u64, plan: Plan, taken: bool) -> Told {
    Told {
        number,
        figures: plan.figures(),
        answer: plan.report(None, series_answer),
        foot: plan.foot(),
        progress: plan.progress(),
        plan,
        taken,
    }
}
