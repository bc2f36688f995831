//! What the details page says of interpreters: the modelled lock, CPython, and its garbage collections.

use crate::analysis::{CandidateFigures, CollectionFigures, InterpreterLockFigures};
use crate::gui::panels::results::lines::{Group, Line, line};
use crate::run::PythonFacts;
use crate::units::text;

/// The groups that the candidate has; none for a native one without the lock.
pub(super) fn groups(figures: &CandidateFigures) -> Vec<Group> {
    let lock = figures
        .interpreter_lock
        .map(|lock| lock_group(figures, &lock));
    let python = figures
        .python
        .as_ref()
        .map(|python| python_group(python, figures.garbage_collections.as_ref()));
    lock.into_iter().chain(python).collect()
}

fn lock_group(figures: &CandidateFigures, lock: &InterpreterLockFigures) -> Group {
    let per_task = figures.time_split.map(|split| split.interpreter_wait_nanos);
    Group {
        title: "Interpreter lock",
        lines: vec![
            line(
                "Held",
                "Share of the time in which a thread held the modelled lock",
                Some(lock.held_ratio),
                text::percent,
            ),
            line(
                "Time holding",
                "All threads together, over the measurement",
                Some(lock.held_nanos),
                text::nanos,
            ),
            line(
                "Time waiting",
                "How long threads waited for it, added up over the measurement",
                Some(lock.waited_nanos),
                text::nanos,
            ),
            line(
                "Waiting threads",
                "How many waited for it, mean over the time",
                Some(lock.waiting_mean),
                text::number,
            ),
            line(
                "Wait per task",
                "Mean per task: its part of the time split",
                per_task,
                text::nanos,
            ),
            line(
                "Hand-overs per second",
                "How often it went from one thread to another",
                Some(lock.handovers_per_sec),
                text::number,
            ),
            line(
                "Forced per second",
                "How often of these the holder had been asked to give way, a switch interval having passed",
                Some(lock.forced_per_sec),
                text::number,
            ),
        ],
    }
}

fn python_group(python: &PythonFacts, collections: Option<&CollectionFigures>) -> Group {
    let mut version = python.version.clone();
    if python.free_threaded {
        version.push_str(", free-threaded");
    }
    let said = |label, about, value: String| Line {
        label,
        about,
        value,
    };
    let mut lines = vec![
        said(
            "Interpreter",
            "What the settings of this machine call it",
            python.name.clone(),
        ),
        said("Version", "By its own account", version),
    ];
    if let Some(method) = &python.start_method {
        let about = "How its worker processes come into being";
        lines.push(said("Start method", about, method.clone()));
    }
    if let Some(library) = &python.library {
        lines.push(said("Library", "What runs the tasks", library.clone()));
    }
    if python.engine_start_nanos.is_some() {
        lines.push(line(
            "Engine start",
            "How long the library's engine took to start",
            python.engine_start_nanos,
            text::nanos,
        ));
    }
    if let Some(collections) = collections {
        lines.extend([
            said(
                "Garbage collections",
                "How many over the measurement, in all processes",
                text::count(collections.count),
            ),
            line(
                "Collecting",
                "How long they took, over the time of the measurement: all processes together",
                Some(collections.pause_ratio),
                text::percent,
            ),
            line(
                "Longest collection",
                "Nothing else runs in its process meanwhile; warm-up included",
                Some(collections.longest_nanos),
                text::nanos,
            ),
        ]);
    }
    Group {
        title: "CPython",
        lines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::support;

    #[test]
    fn a_native_candidate_without_a_lock_has_no_group_and_others_have_theirs() {
        let mut figures = candidate_figures(&support::finished_run()).remove(1);
        assert!(groups(&figures).is_empty());
        figures.interpreter_lock = Some(InterpreterLockFigures {
            held_nanos: 5_940_000_000,
            held_ratio: 0.99,
            waited_nanos: 12_000_000_000,
            waiting_mean: 2.0,
            handovers_per_sec: 199.0,
            forced_per_sec: 150.0,
        });
        figures.python = Some(PythonFacts {
            name: "python".to_owned(),
            version: "3.13.0".to_owned(),
            free_threaded: true,
            start_method: Some("spawn".to_owned()),
            library: None,
            engine_start_nanos: None,
        });
        figures.garbage_collections = Some(CollectionFigures {
            count: 12,
            pause_ratio: 0.002,
            longest_nanos: 3_000_000,
        });
        let groups = groups(&figures);
        let titles: Vec<_> = groups.iter().map(|group| group.title).collect();
        assert_eq!(titles, ["Interpreter lock", "CPython"]);
        let value = |group: usize, label| {
            let mut lines = groups[group].lines.iter();
            lines
                .find(|line| line.label == label)
                .map(|line| &*line.value)
        };
        assert_eq!(value(0, "Held"), Some("99.0 %"));
        assert_eq!(value(0, "Time waiting"), Some("12.0 s"));
        assert_eq!(value(1, "Version"), Some("3.13.0, free-threaded"));
        assert_eq!(value(1, "Library"), None);
        assert_eq!(value(1, "Longest collection"), Some("3.00 ms"));
    }
}
