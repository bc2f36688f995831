//! What a scenario must fulfil beyond its types: every violation with path, message and hint.
//!
//! Paths are field names without the names of variants: `tasks[0].stages[2].time.median`,
//! `load.rate_per_sec`, `candidates[1].backend.cpu.threads`. Places are added where a file is known.
//! The bounds hold on every machine; what one machine can bear is decided where the scenario runs.

mod candidates;
mod defences;
mod faults;
mod interpreter;
mod load;
mod objectives;
mod protocol;
mod python;
mod sweep;
mod tasks;

use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::scenario::bounds::{PROSE_CHARS, TITLE_CHARS};
use crate::scenario::text_rules::forbidden_character;
use crate::scenario::{Backend, FORMAT, Problem, PythonPool, Scenario};
use crate::units::text;

/// Everything that is wrong with `scenario`, in the order of its fields; empty if it can run as meant.
#[must_use]
pub fn validate(scenario: &Scenario) -> Vec<Problem> {
    let mut checks = Checks {
        problems: Vec::new(),
    };
    if scenario.format != FORMAT {
        checks.error(
            "format",
            format!("the format {} does not exist", scenario.format),
            format!("write {FORMAT}"),
        );
    }
    checks.line("title", &scenario.title, TITLE_CHARS);
    checks.prose("about", &scenario.about);
    checks.prose("look_for", &scenario.look_for);
    checks.tasks(scenario);
    checks.load(scenario);
    checks.queues(scenario);
    checks.server(scenario);
    checks.faults(scenario);
    checks.defences(scenario);
    checks.candidates(scenario);
    checks.stages_in_cpython(scenario);
    checks.protocol(scenario);
    checks.objectives(scenario);
    checks.prices(&scenario.prices);
    checks.sweep(scenario);
    checks.capacity(scenario);
    checks.problems
}

struct Checks {
    problems: Vec<Problem>,
}

/// How many workers take tasks from the queue, where the file says so itself: a number per core is made for
/// the machine, and whoever shares a file across machines must not be warned on some of them.
fn workers_by_number(backend: Backend) -> Option<u32> {
    match backend {
        Backend::Sequential => Some(1),
        Backend::Threads { workers } | Backend::Processes { workers, .. } => {
            (!workers.is_per_core()).then(|| workers.count())
        }
        Backend::Async { event_loops, .. } => Some(event_loops),
        // Its two sides take turns with a task, so that no number of tasks makes one of them idle.
        Backend::Hybrid { .. } => None,
        Backend::Python(pool) => python_workers_by_number(pool),
    }
}

fn python_workers_by_number(pool: PythonPool) -> Option<u32> {
    match pool {
        PythonPool::Sequential | PythonPool::Asyncio { .. } => Some(1),
        PythonPool::ThreadPoolExecutor { workers }
        | PythonPool::ProcessPoolExecutor { workers, .. }
        | PythonPool::MultiprocessingPool { workers, .. }
        | PythonPool::InterpreterPoolExecutor { workers }
        | PythonPool::Joblib { workers, .. }
        | PythonPool::Ray { workers, .. } => (!workers.is_per_core()).then(|| workers.count()),
        // Each of Dask's has threads.
        PythonPool::Hybrid { .. } | PythonPool::Dask { .. } => None,
    }
}

impl Checks {
    fn error(
        &mut self,
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problems.push(Problem::error(path, message, hint));
    }

    fn warning(
        &mut self,
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problems.push(Problem::warning(path, message, hint));
    }

    /// A whole number within bounds.
    fn count(&mut self, path: &str, value: impl Into<u64>, bounds: RangeInclusive<u64>) {
        let value = value.into();
        if !bounds.contains(&value) {
            let hint = format!(
                "write {} to {}",
                text::count(*bounds.start()),
                text::count(*bounds.end())
            );
            self.error(
                path,
                format!("{} is out of bounds", text::count(value)),
                hint,
            );
        }
    }

    /// A time or size within bounds, shown as it is written.
    fn quantity<T: PartialOrd + Display + Copy>(
        &mut self,
        path: &str,
        value: T,
        bounds: RangeInclusive<T>,
    ) {
        if value < *bounds.start() {
            self.error(
                path,
                format!("{value} is too little"),
                format!("at least {}", bounds.start()),
            );
        } else if value > *bounds.end() {
            self.error(
                path,
                format!("{value} is too much"),
                format!("at most {}", bounds.end()),
            );
        }
    }

    /// A number above zero that is not infinite.
    fn positive(&mut self, path: &str, value: f64, what: &str) {
        if !(value.is_finite() && value > 0.0) {
            self.error(path, format!("{what} must be above 0"), "");
        }
    }

    /// A share from 0 to 1.
    fn share(&mut self, path: &str, value: f64) {
        if !(0.0..=1.0).contains(&value) {
            self.error(
                path,
                format!("{} is no share", text::given(value)),
                "write 0 for none, 1 for all, or a number between",
            );
        }
    }

    /// How many entries a list has.
    fn length(&mut self, path: &str, length: usize, most: usize, what: &str) {
        if length == 0 {
            self.error(
                path,
                format!("there is no {what}"),
                format!("add at least one {what}"),
            );
        } else if length > most {
            let found = text::count(length as u64);
            self.error(
                path,
                format!("{found} is more than anybody can overlook"),
                format!("at most {most}"),
            );
        }
    }

    /// A text of one line that is not empty.
    fn line(&mut self, path: &str, value: &str, most: usize) {
        let length = value.chars().count();
        if value.trim().is_empty() {
            self.error(path, "it is empty", "give it a name");
        } else if length > most {
            let message = format!("it has {} characters", text::count(length as u64));
            self.error(path, message, format!("at most {most}"));
        }
        if value.chars().any(forbidden_character) {
            self.error(
                path,
                "it holds a line break or an invisible character",
                "remove it",
            );
        }
    }

    /// A text of some lines, or none.
    fn prose(&mut self, path: &str, value: &str) {
        let length = value.chars().count();
        if length > PROSE_CHARS {
            let message = format!("it has {} characters", text::count(length as u64));
            self.error(
                path,
                message,
                format!("at most {}", text::count(PROSE_CHARS as u64)),
            );
        }
        if value
            .chars()
            .any(|c| c != '\n' && c != '\t' && forbidden_character(c))
        {
            self.error(path, "it holds an invisible character", "remove it");
        }
    }
}
