//! Two runs beside each other, or two candidates of one: which they are, and what follows, computed on a background
//! thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::analysis::{
    PairComparison, RunComparison, RunOutcome, Side, TOLERANCE_RATIO, compare_whole,
};
use crate::chart::{Diagram, Distribution, histogram_overlay, percentile_curve};
use crate::export::{Table, pair_table};
use crate::gui::app::jobs::{Done, Kind};
use crate::gui::app::runs::reason_of;
use crate::gui::app::{App, Origin, TwoCandidates};
use crate::run::Run;
use crate::run::record::{Record, RecordKind};
use crate::scenario::Scenario;
use crate::units::text;

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// What the other is held against.
    Baseline,
    /// What is held against the baseline.
    Run,
}

impl Slot {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Baseline, Self::Run];

    /// As it stands above it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Baseline => "Baseline",
            Self::Run => "Run",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Baseline => Self::Run,
            Self::Run => Self::Baseline,
        }
    }
}

/// A run that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct ChosenRun {
    /// What it is called, and where it lies.
    pub origin: Origin,
    /// What was measured.
    pub run: Run,
}

/// What is known of one of the two.
#[derive(Debug, Clone, Default)]
pub enum Chosen {
    /// Nothing was chosen.
    #[default]
    Nothing,
    /// This file is being read.
    Reading(PathBuf),
    /// It is there.
    Ready(Arc<ChosenRun>),
    /// This file cannot be read.
    Failed {
        /// Which one.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
}

/// What stands above the pairs.
#[derive(Debug)]
pub enum Around {
    /// Of two runs: what differs around them, and what follows as a whole.
    Runs(Box<(RunComparison, RunOutcome)>),
    /// Of two candidates: why their run cannot be trusted; empty if it can.
    OneRun {
        /// For people.
        doubts: Vec<String>,
    },
}

/// What follows from two runs, or from two candidates of one.
#[derive(Debug)]
pub struct Compared {
    /// What it is of, for the names of files.
    pub of: String,
    /// The scenario of the run: what differs is called by its names.
    pub scenario: Scenario,
    /// What stands above the pairs.
    pub around: Around,
    /// The candidates that both runs measured, in the order of the run; or the one pair of a run.
    pub pairs: Vec<PairComparison>,
    /// The measures of each pair, in the order of the pairs.
    pub tables: Vec<Table>,
    /// Percentiles and histogram of each pair.
    pub diagrams: Vec<[Diagram; 2]>,
}

impl Compared {
    /// Calls the two runs as they are called now.
    fn call(&mut self, baseline: &ChosenRun, run: &ChosenRun) {
        run.origin.name.clone_into(&mut self.of);
        if let Around::Runs(around) = &mut self.around {
            let (comparison, outcome) = &mut **around;
            comparison.names = names(baseline, run);
            *outcome = comparison.outcome(TOLERANCE_RATIO);
        }
    }
}

/// How far the comparison is.
#[derive(Debug, Default)]
pub enum Comparing {
    /// It takes two runs.
    #[default]
    Incomplete,
    /// Under way.
    Working,
    /// Done.
    Done(Box<Compared>),
    /// Not done, for this reason.
    Failed(String),
}

/// What is compared, and what follows.
#[derive(Debug, Default)]
pub(super) struct TwoSides {
    pub(super) sides: [Chosen; 2],
    /// Two candidates of one run, while these are compared and not the two runs.
    pub(super) candidates: Option<TwoCandidates>,
    pub(super) comparing: Comparing,
    /// Number of the newest comparison: what comes of an older one is out of date.
    pub(super) newest: u64,
}

impl TwoSides {
    /// Chooses one of two runs.
    pub(super) fn set(&mut self, slot: Slot, chosen: Chosen) {
        self.sides[slot as usize] = chosen;
        self.compare_within(None);
    }

    /// Calls what is kept in `path` by its new name, also in what follows from it: that needs not be found again.
    pub(super) fn rename(&mut self, path: &Path, name: &str) {
        let sides = self.sides.iter_mut().filter_map(|side| match side {
            Chosen::Ready(chosen) => Some(chosen),
            _ => None,
        });
        let of = self.candidates.iter_mut().map(|two| &mut two.of);
        for chosen in sides.chain(of) {
            let origin = &chosen.origin;
            if origin.path.as_deref() == Some(path) && origin.name != name {
                name.clone_into(&mut Arc::make_mut(chosen).origin.name);
            }
        }
        self.name_compared();
    }

    /// What was compared is called as the sides are now.
    fn name_compared(&mut self) {
        let Comparing::Done(compared) = &mut self.comparing else {
            return;
        };
        match (&self.candidates, &self.sides) {
            (Some(two), _) => two.of.origin.name.clone_into(&mut compared.of),
            (None, [Chosen::Ready(baseline), Chosen::Ready(run)]) => {
                compared.call(baseline, run);
            }
            (None, _) => {}
        }
    }

    /// Compares two candidates of a run, or two runs; what came of others is out of date.
    pub(super) fn compare_within(&mut self, candidates: Option<TwoCandidates>) {
        self.candidates = candidates;
        self.comparing = Comparing::Incomplete;
        self.newest += 1;
    }
}

impl App {
    /// The run that is shown as one of two; none while it goes on.
    pub(super) fn shown_side(&self) -> Option<ChosenRun> {
        let measurement = self.measurement()?;
        let run = measurement.run();
        run.ended.then(|| ChosenRun {
            origin: measurement.origin(),
            run: run.clone(),
        })
    }

    /// Reads the file of a run, to be one of the two.
    pub(super) fn read_side(&mut self, slot: Slot, path: PathBuf) {
        if self.is_running() {
            self.fail("Stop the run before others are compared");
            return;
        }
        let asked = path.clone();
        self.comparison.set(slot, Chosen::Reading(path.clone()));
        let refused = self.start("read run", Kind::Abandonable, move || {
            let chosen = Box::new(read(&path));
            Done::SideRead { slot, path, chosen }
        });
        if let Some(why) = refused {
            self.comparison
                .set(slot, Chosen::Failed { path: asked, why });
        }
    }

    pub(super) fn take_side(&mut self, slot: Slot, path: &Path, chosen: Result<ChosenRun, String>) {
        // Another one may have been chosen meanwhile.
        let wanted = &self.comparison.sides[slot as usize];
        if !matches!(wanted, Chosen::Reading(reading) if reading == path) {
            return;
        }
        let chosen = match chosen {
            Ok(chosen) => Chosen::Ready(Arc::new(chosen)),
            Err(error) => {
                // It may be gone from the list as well.
                self.list_again();
                Chosen::Failed {
                    why: reason_of(path, &error),
                    path: path.to_owned(),
                }
            }
        };
        self.comparison.set(slot, chosen);
        self.compare_if_complete();
    }

    pub(super) fn swap_sides(&mut self) {
        if let Some(mut two) = self.comparison.candidates.take() {
            two.pair.reverse();
            self.comparison.compare_within(Some(two));
            self.compare_if_complete();
            return;
        }
        let [baseline, run] = std::mem::take(&mut self.comparison.sides);
        self.comparison.set(Slot::Baseline, run);
        self.comparison.set(Slot::Run, baseline);
        self.compare_if_complete();
    }

    pub(super) fn compare_if_complete(&mut self) {
        type Work = Box<dyn FnOnce() -> Compared + Send>;
        let work: Work = match (&self.comparison.candidates, &self.comparison.sides) {
            (Some(two), _) => {
                let two = two.clone();
                Box::new(move || two.compared())
            }
            (None, [Chosen::Ready(baseline), Chosen::Ready(run)]) => {
                let (baseline, run) = (Arc::clone(baseline), Arc::clone(run));
                Box::new(move || compared(&baseline, &run))
            }
            (None, _) => return,
        };
        self.comparison.comparing = Comparing::Working;
        self.comparison.newest += 1;
        let number = self.comparison.newest;
        let refused = self.start("comparison", Kind::Abandonable, move || Done::Compared {
            number,
            compared: Box::new(work()),
        });
        if let Some(error) = refused {
            self.comparison.comparing = Comparing::Failed(error);
        }
    }

    pub(super) fn take_compared(&mut self, number: u64, compared: Box<Compared>) {
        if number == self.comparison.newest {
            self.comparison.comparing = Comparing::Done(compared);
            // One of them may have been renamed meanwhile.
            self.comparison.name_compared();
        }
    }

    /// Shows two runs beside each other as if they had been chosen.
    pub fn compare_runs(&mut self, baseline: ChosenRun, run: ChosenRun) {
        self.pages.show(crate::gui::app::Page::Comparison);
        for (slot, chosen) in [(Slot::Baseline, baseline), (Slot::Run, run)] {
            self.comparison.set(slot, Chosen::Ready(Arc::new(chosen)));
        }
        self.compare_if_complete();
    }
}

fn read(path: &Path) -> Result<ChosenRun, String> {
    let record = Record::open(path).map_err(|error| error.to_string())?;
    let origin = Origin {
        path: Some(path.to_owned()),
        name: record.title().to_owned(),
        version: record.header.app_version.clone(),
    };
    if record.header.kind != RecordKind::Run {
        let kind = record.header.kind.label();
        return Err(format!(
            "this file is of a {kind}: only single runs are compared"
        ));
    }
    let first = record.steps.into_iter().next();
    let (_, mut run) = first.ok_or("nothing is in this file: it was cut before it began")?;
    run.ended = true;
    Ok(ChosenRun { origin, run })
}

/// What the two are called; by their times where they are called alike.
fn names(baseline: &ChosenRun, run: &ChosenRun) -> [String; 2] {
    let names = [baseline, run].map(|chosen| chosen.origin.name.clone());
    if names[0] != names[1] {
        return names;
    }
    let times = [baseline, run].map(|chosen| text::date_time(chosen.run.started_unix_secs));
    if times[0] == times[1] {
        return Slot::ALL.map(|slot| format!("{} ({})", names[0], slot.label().to_lowercase()));
    }
    times.map(|time| format!("{} ({time})", names[0]))
}

fn compared(baseline: &ChosenRun, run: &ChosenRun) -> Compared {
    let [baseline_name, run_name] = names(baseline, run);
    let comparison = compare_whole(
        Side {
            run: &baseline.run,
            name: &baseline_name,
            version: &baseline.origin.version,
        },
        Side {
            run: &run.run,
            name: &run_name,
            version: &run.origin.version,
        },
    );
    let currency = &run.run.request.scenario.prices.currency;
    let pairs = comparison.pairs.iter();
    let diagrams = pairs.clone().map(|pair| {
        let lines = Distribution::of_pair(pair, &baseline.run, &run.run);
        [percentile_curve(&lines), histogram_overlay(&lines)]
    });
    let outcome = comparison.outcome(TOLERANCE_RATIO);
    Compared {
        of: run.origin.name.clone(),
        scenario: run.run.request.scenario.clone(),
        pairs: comparison.pairs.clone(),
        tables: pairs.map(|pair| pair_table(pair, currency)).collect(),
        diagrams: diagrams.collect(),
        around: Around::Runs(Box::new((comparison, outcome))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    fn chosen(started: u64) -> ChosenRun {
        let mut run = support::finished_run();
        run.started_unix_secs = started;
        ChosenRun {
            origin: Origin {
                path: None,
                name: "Checkout".to_owned(),
                version: "1".to_owned(),
            },
            run,
        }
    }

    #[test]
    fn runs_of_one_title_are_told_apart_by_their_times_or_by_their_parts() {
        let [a, b] = names(&chosen(0), &chosen(3_600));
        assert_ne!(a, b);
        assert!(b.contains("01:00"), "{b}");
        let [a, b] = names(&chosen(0), &chosen(0));
        assert_eq!([&*a, &*b], ["Checkout (baseline)", "Checkout (run)"]);
    }

    #[test]
    fn a_run_that_is_renamed_is_called_so_wherever_it_is_compared() {
        let path = Path::new("kept.poolscope-run");
        let mut kept = chosen(0);
        kept.origin.path = Some(path.to_owned());
        let of = Arc::new(kept);
        let mut two = TwoSides::default();
        two.set(Slot::Run, Chosen::Ready(Arc::clone(&of)));
        two.set(Slot::Baseline, Chosen::Ready(Arc::new(chosen(1))));
        let pair = [0, 1];
        two.compare_within(Some(TwoCandidates { of, pair }));
        two.rename(path, "Before the change");
        let called = |slot: Slot| match &two.sides[slot as usize] {
            Chosen::Ready(chosen) => chosen.origin.name.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(called(Slot::Run), "Before the change");
        assert_eq!(called(Slot::Baseline), "Checkout");
        let within = two.candidates.as_ref().map(|two| &*two.of.origin.name);
        assert_eq!(within, Some("Before the change"));
    }

    #[test]
    fn what_follows_bears_the_new_name_at_once_and_without_being_found_again() {
        let path = Path::new("kept.poolscope-run");
        let mut doubted = chosen(3_600);
        doubted.origin.path = Some(path.to_owned());
        doubted.run = support::sample_run();
        let mut two = TwoSides {
            comparing: Comparing::Done(Box::new(compared(&chosen(0), &doubted))),
            sides: [chosen(0), doubted].map(|side| Chosen::Ready(Arc::new(side))),
            ..TwoSides::default()
        };
        two.rename(path, "After the change");
        let Comparing::Done(compared) = &two.comparing else {
            panic!("it is not compared again");
        };
        let Around::Runs(around) = &compared.around else {
            panic!("two runs are compared");
        };
        assert_eq!(compared.of, "After the change");
        let why = &around.1.why;
        assert!(
            why.starts_with("Not trustworthy: 'After the change': "),
            "{why}"
        );
    }

    #[test]
    fn every_pair_has_a_table_and_two_charts() {
        let compared = compared(&chosen(0), &chosen(3_600));
        let pairs = compared.pairs.len();
        assert!(pairs > 1);
        assert_eq!(compared.tables.len(), pairs);
        assert_eq!(compared.diagrams.len(), pairs);
        assert!(compared.diagrams[0][0].bounds().is_some());
    }
}
