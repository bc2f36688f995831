//! The scenario that is being composed, and how it stands to its file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::gui::app::history::Snapshot;
use crate::gui::words;
use crate::run::RunRequest;
use crate::scenario::{
    Amount, AsyncCpu, Backend, Bundled, Candidate, Defences, Distribution, FORMAT, Kernel, Load,
    PriceCard, Problem, Protocol, Queue, Scenario, Server, Severity, Stage, TaskKind, amend,
    describe, estimate_run_nanos, parse, to_text, validate,
};
use crate::units::Nanos;

/// Counts documents, to tell them apart.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// The scenario with its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    number: u64,
    scenario: Scenario,
    /// As a run on this machine would have it.
    resolved: Scenario,
    /// The text that describes it, as it would be saved.
    text: Arc<str>,
    /// The text as it is in the file, or as it was when it was begun.
    saved: Arc<str>,
    path: Option<PathBuf>,
    bundled: Option<&'static str>,
    problems: Vec<Problem>,
    plan: Vec<String>,
}

impl Document {
    /// A scenario that runs and says something: a bit of computing and a bit of waiting.
    #[must_use]
    pub fn blank() -> Self {
        let candidates = [
            Backend::Sequential,
            Backend::threads(4),
            Backend::processes(4),
            Backend::Async {
                in_flight: 16,
                event_loops: 1,
                cpu: AsyncCpu::Inline,
            },
        ];
        Self::of(
            Scenario {
                format: FORMAT,
                title: "Untitled experiment".to_owned(),
                about: String::new(),
                look_for: String::new(),
                tasks: vec![TaskKind {
                    name: "task".to_owned(),
                    weight: 1.0,
                    stages: vec![
                        Stage::cpu(Kernel::PrimeCheck, Amount::Work(8)),
                        Stage::Wait {
                            time: Distribution::Constant(Nanos::from_millis(5)),
                        },
                    ],
                }],
                load: Load::default(),
                queue: Queue::default(),
                server: Server::default(),
                faults: Vec::new(),
                defences: Defences::default(),
                candidates: candidates.into_iter().map(Candidate::of).collect(),
                protocol: Protocol::default(),
                objectives: Vec::new(),
                prices: PriceCard::default(),
                sweep: None,
                capacity: None,
            },
            None,
        )
    }

    /// A scenario that has no text yet.
    #[must_use]
    pub fn of(scenario: Scenario, path: Option<PathBuf>) -> Self {
        let text = to_text(&scenario);
        Self::read(scenario, &text, path)
    }

    /// A scenario as it was read from `text`.
    #[must_use]
    pub fn read(scenario: Scenario, text: &str, path: Option<PathBuf>) -> Self {
        // A mark that some editors put in front is no part of it.
        let text: Arc<str> = text.strip_prefix('\u{feff}').unwrap_or(text).into();
        Self::at(Snapshot {
            document: NUMBERS.fetch_add(1, Ordering::Relaxed),
            scenario: Arc::new(scenario),
            saved: Arc::clone(&text),
            text,
            path,
            bundled: None,
        })
    }

    /// A bundled scenario; none if its text cannot be read, which tests rule out.
    #[must_use]
    pub fn of_bundled(bundled: &Bundled) -> Option<Self> {
        let scenario = parse(bundled.text).scenario?;
        Some(Self {
            bundled: Some(bundled.file),
            ..Self::read(scenario, bundled.text, None)
        })
    }

    /// An earlier state.
    pub(super) fn at(state: Snapshot) -> Self {
        let scenario = Arc::unwrap_or_clone(state.scenario);
        Self {
            number: state.document,
            resolved: RunRequest::all_of(scenario.clone()).scenario,
            problems: problems(&scenario),
            plan: plan(&scenario),
            scenario,
            text: state.text,
            saved: state.saved,
            path: state.path,
            bundled: state.bundled,
        }
    }

    /// The state, to come back to.
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            document: self.number,
            scenario: Arc::new(self.scenario.clone()),
            text: Arc::clone(&self.text),
            saved: Arc::clone(&self.saved),
            path: self.path.clone(),
            bundled: self.bundled,
        }
    }

    /// Tells it from other documents.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// The file name of the bundled scenario that it is, edited or not.
    #[must_use]
    pub const fn bundled(&self) -> Option<&'static str> {
        self.bundled
    }

    /// The scenario.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Whether `measured`, the scenario of a run, is this one as it stands now.
    #[must_use]
    pub fn is_what_was_measured(&self, measured: &Scenario) -> bool {
        // A run that was loaded has the numbers of workers of its own machine.
        self.resolved == *measured || self.scenario == *measured
    }

    /// Its file; none before it was saved.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What it would do, a sentence each.
    #[must_use]
    pub fn plan(&self) -> &[String] {
        &self.plan
    }

    /// About how long a run of it takes, in nanoseconds.
    #[must_use]
    pub fn expected_nanos(&self) -> u64 {
        estimate_run_nanos(&self.scenario)
    }

    /// How many problems forbid running.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .count()
    }

    /// Whether something would be lost if it were closed.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.text != self.saved
    }

    /// The text that describes the scenario, with the comments and the layout that somebody gave it.
    #[must_use]
    pub const fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Takes over an edited scenario; its text changes where the scenario does.
    pub fn edit(&mut self, scenario: Scenario) {
        let text = amend(&self.text, &self.scenario, &scenario);
        self.edit_text(text.into(), scenario);
    }

    /// Takes over an edited text, and the scenario that it describes.
    pub(super) fn edit_text(&mut self, text: Arc<str>, scenario: Scenario) {
        self.text = text;
        self.problems = problems(&scenario);
        self.plan = plan(&scenario);
        self.resolved = RunRequest::all_of(scenario.clone()).scenario;
        self.scenario = scenario;
    }

    /// `written`, the text of the document of that number at some time, is now in the file at `path`. Edits made meanwhile stay
    /// unsaved; a document that has been left meanwhile has no more to do with it.
    pub(super) fn saved_as(&mut self, number: u64, path: PathBuf, written: Arc<str>) {
        if number == self.number {
            self.saved = written;
            self.path = Some(path);
            self.bundled = None;
        }
    }

    /// A file name made from the title, without ending: `checkout_service`.
    #[must_use]
    pub fn file_stem(&self) -> String {
        file_stem(&self.scenario.title)
    }
}

/// What is wrong, with names instead of the numbers that stand in a file.
fn problems(scenario: &Scenario) -> Vec<Problem> {
    let mut problems = validate(scenario);
    for problem in &mut problems {
        problem.message = words::named(&problem.message, scenario);
        problem.hint = words::spelled(&words::named(&problem.hint, scenario));
    }
    problems
}

/// What it would do, without what stands above it anyway.
fn plan(scenario: &Scenario) -> Vec<String> {
    let known = [&scenario.title, &scenario.about, &scenario.look_for];
    describe(scenario)
        .into_iter()
        .filter(|line| !known.contains(&line))
        .collect()
}

/// A file name made from a title: lower case, words joined by underscores.
pub(super) fn file_stem(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() {
        "scenario".to_owned()
    } else {
        words.join("_")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Workers;

    #[test]
    fn a_new_scenario_can_run_as_it_is() {
        let document = Document::blank();
        assert_eq!(document.problems(), []);
        assert!(!document.is_changed());
    }

    #[test]
    fn an_edit_is_unsaved_until_exactly_that_is_written() {
        let mut document = Document::blank();
        let mut first = document.scenario().clone();
        first.title = "Checkout service".to_owned();
        document.edit(first.clone());
        assert!(document.is_changed());
        assert_eq!(document.file_stem(), "checkout_service");
        let mut second = first.clone();
        second.about = "More".to_owned();
        document.edit(second);
        let number = document.number();
        let written = to_text(&first).into();
        document.saved_as(number, PathBuf::from("a.ron"), written);
        assert!(document.is_changed());
        document.edit(first);
        assert!(!document.is_changed());
    }

    #[test]
    fn a_run_of_workers_per_core_is_a_run_of_this_scenario() {
        let mut document = Document::blank();
        let mut scenario = document.scenario().clone();
        scenario.candidates[1].backend = Backend::Threads {
            workers: Workers::PerCore(3),
        };
        document.edit(scenario.clone());
        let measured = RunRequest::all_of(scenario.clone()).scenario;
        assert!(document.is_what_was_measured(&measured));
        scenario.title = "Another".to_owned();
        document.edit(scenario);
        assert!(!document.is_what_was_measured(&measured));
    }

    #[test]
    fn a_title_without_letters_still_gives_a_file_name() {
        assert_eq!(file_stem("?!"), "scenario");
        assert_eq!(file_stem("I/O-bound service"), "i_o_bound_service");
    }
}
