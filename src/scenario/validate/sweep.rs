//! What a sweep and a search for the capacity must fulfil: also at every point.

use std::collections::HashSet;

use crate::scenario::bounds::{
    MAX_AXIS_VALUES, MAX_CANDIDATES, MAX_POINTS, MAX_RATE, MAX_REPEATS, MAX_TOTAL,
    MIN_PRECISION_RATIO,
};
use crate::scenario::validate::{Checks, validate};
use crate::scenario::{
    Axis, CapacitySearch, Parameter, Problem, Range, Scenario, Setting, Severity, StepScale, Sweep,
    Values,
};
use crate::units::text;

/// A point with more problems than these is no better understood by all of them.
const POINT_PROBLEMS: usize = 10;

impl Checks {
    pub(super) fn sweep(&mut self, scenario: &Scenario) {
        let Some(sweep) = &scenario.sweep else {
            return;
        };
        let before = self.problems.len();
        self.axis("sweep.x", &sweep.x);
        if let Some(y) = &sweep.y {
            self.axis("sweep.y", y);
            if y.vary == sweep.x.vary {
                self.error(
                    "sweep.y.vary",
                    format!("{} is varied along x already", y.vary.word()),
                    "vary something else, or remove y",
                );
            }
        }
        self.chosen("sweep.candidates", &sweep.candidates, scenario);
        if let Some(repeats) = sweep.repeats {
            self.count("sweep.repeats", repeats, 1..=u64::from(MAX_REPEATS));
        }
        let points: usize = sweep.axes().map(|axis| axis.settings().len()).product();
        if points > MAX_POINTS {
            let message = format!("{} points are too many", text::count(points as u64));
            self.error("sweep", message, format!("at most {MAX_POINTS}"));
        }
        // Only what is well-formed can be tried out.
        if self.problems.len() == before {
            self.points(sweep, scenario);
        }
        if self.problems.len() == before && sweep.longest_nanos(scenario) > MAX_TOTAL.0 {
            let longest = sweep.longest_nanos(scenario);
            self.error(
                "sweep",
                format!(
                    "all points together may take {}",
                    text::nanos(longest as f64)
                ),
                format!("at most {MAX_TOTAL}: take fewer points or repeats, or shorten the phases"),
            );
        }
    }

    fn axis(&mut self, path: &str, axis: &Axis) {
        let path = format!("{path}.over");
        let before = self.problems.len();
        match &axis.over {
            Values::List(values) => self.list(&path, values),
            Values::Range(range) => self.range(&path, range),
        }
        if self.problems.len() == before && axis.settings().len() < 2 {
            self.error(
                &path,
                "a sweep needs two values that differ",
                "write a list such as [1, 2, 4]",
            );
        }
    }

    fn list(&mut self, path: &str, values: &[Setting]) {
        if values.len() > MAX_AXIS_VALUES {
            let message = format!("{} values are too many", text::count(values.len() as u64));
            self.error(path, message, format!("at most {MAX_AXIS_VALUES}"));
        }
        for (index, value) in values.iter().enumerate().take(MAX_AXIS_VALUES) {
            let path = format!("{path}[{index}]");
            if !value.is_like(values[0]) {
                let message = format!("{value} and {} are not of one kind", values[0]);
                self.error(path, message, "write all values alike");
            } else if values[..index].contains(value) {
                self.error(
                    path,
                    format!("{value} is there twice"),
                    "remove one of them",
                );
            }
        }
    }

    fn range(&mut self, path: &str, range: &Range) {
        let steps = format!("{path}.steps");
        self.count(&steps, range.steps, 2..=MAX_AXIS_VALUES as u64);
        if !range.from.is_like(range.to) {
            let message = format!("{} and {} are not of one kind", range.from, range.to);
            self.error(format!("{path}.to"), message, "write both alike");
        } else if range.from.amount() >= range.to.amount() {
            self.error(
                format!("{path}.to"),
                format!("{} is not above {}", range.to, range.from),
                "write the smaller value first",
            );
        } else if range.scale == StepScale::Log && range.from.amount() <= 0.0 {
            self.error(
                format!("{path}.from"),
                "equal ratios need a first value above 0",
                "write one, or take the linear scale",
            );
        }
    }

    fn chosen(&mut self, path: &str, names: &[String], scenario: &Scenario) {
        if names.len() > MAX_CANDIDATES {
            let message = format!("{} names are too many", text::count(names.len() as u64));
            self.error(path, message, format!("at most {MAX_CANDIDATES}"));
            return;
        }
        let known = scenario.candidate_names();
        for (index, name) in names.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if !known.contains(name) {
                self.error(
                    path,
                    format!("no candidate is called '{name}'"),
                    format!("write one of: {}", known.join(", ")),
                );
            } else if names[..index].contains(name) {
                self.error(
                    path,
                    format!("'{name}' is there twice"),
                    "remove one of them",
                );
            }
        }
    }

    /// Every point must be a scenario that can run, and whatever is wrong is told once.
    fn points(&mut self, sweep: &Sweep, scenario: &Scenario) {
        let base = sweep.base(scenario);
        let known: HashSet<_> = validate(&base).into_iter().map(told).collect();
        let mut seen = HashSet::new();
        for settings in sweep.coordinates() {
            let problems = match base.at(&sweep.assigned(&settings)) {
                Ok(at) => errors_of(&at),
                Err(why) => vec![Problem::error("", why.message, why.hint)],
            };
            for problem in problems {
                let told = told(problem);
                if known.contains(&told) || seen.len() >= POINT_PROBLEMS {
                    continue;
                }
                if seen.insert(told.clone()) {
                    let at: Vec<_> = settings.iter().map(ToString::to_string).collect();
                    let (message, hint) = told;
                    self.error("sweep", format!("at {}: {message}", at.join(" and ")), hint);
                }
            }
        }
    }

    pub(super) fn capacity(&mut self, scenario: &Scenario) {
        let Some(search) = &scenario.capacity else {
            return;
        };
        let CapacitySearch {
            from,
            to,
            precision_ratio,
            ref candidates,
        } = *search;
        let before = self.problems.len();
        self.positive("capacity.from", from, "the lowest rate");
        self.positive("capacity.to", to, "the highest rate");
        if from >= to {
            let message = format!("{} is not above {}", text::per_sec(to), text::per_sec(from));
            self.error("capacity.to", message, "write the lower rate first");
        }
        if to > MAX_RATE {
            let rate = text::per_sec(to);
            self.error(
                "capacity.to",
                format!("{rate} is more than can be generated"),
                format!("at most {}", text::per_sec(MAX_RATE)),
            );
        }
        if !(MIN_PRECISION_RATIO..=1.0).contains(&precision_ratio) {
            self.error(
                "capacity.precision_ratio",
                format!("{} is no precision", text::given(precision_ratio)),
                format!("write 0.05 for a twentieth; from {MIN_PRECISION_RATIO} to 1"),
            );
        }
        self.chosen("capacity.candidates", candidates, scenario);
        if self.problems.len() == before {
            let base = search.base(scenario);
            if let Err(why) = base.at(&[(Parameter::Rate, Setting::Number(from))]) {
                self.error("capacity", why.message, why.hint);
            }
        }
    }
}

fn errors_of(scenario: &Scenario) -> Vec<Problem> {
    let mut problems = validate(scenario);
    problems.retain(|problem| problem.severity == Severity::Error);
    problems
}

/// What it says, with the field in front; and its hint.
fn told(problem: Problem) -> (String, String) {
    let message = if problem.path.is_empty() {
        problem.message
    } else {
        format!("{}: {}", problem.path, problem.message)
    };
    (message, problem.hint)
}
