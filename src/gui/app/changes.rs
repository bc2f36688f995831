//! What an edit changed: the place, and a few words for it.
//!
//! Found by comparing the scenario before and after, so that whatever edits it (form, text, paste) need not say so.

use serde_json::Value;

use crate::gui::words;
use crate::scenario::Scenario;

/// The difference between two scenarios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// The smallest part that holds all that differs, as problems name it: `tasks[0].stages[2].size`; several parts of
    /// the scenario itself have commas between them.
    pub path: String,
    /// As it stands behind "Undo": `change task 'request', stage 3, size`.
    pub what: String,
}

/// What became of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Changed,
    Added,
    Removed,
    Moved,
}

impl Change {
    /// Of the text alone: comments, or how it is laid out.
    pub(super) fn of_text() -> Self {
        Self {
            path: String::new(),
            what: "change the text".to_owned(),
        }
    }

    /// What changed between the two; none if nothing did.
    pub(super) fn between(before: &Scenario, after: &Scenario) -> Option<Self> {
        if before == after {
            return None;
        }
        let value = |scenario: &Scenario| serde_json::to_value(scenario).unwrap_or_default();
        let (path, kind) = differing(&value(before), &value(after), String::new());
        let (verb, named) = match kind {
            Kind::Changed => ("change", after),
            Kind::Added => ("add", after),
            // It has its name only where it still is.
            Kind::Removed => ("remove", before),
            Kind::Moved => ("move", after),
        };
        let places: Vec<String> = path
            .split(',')
            // What a thing is called can be what changed: it is found by its old name.
            .map(|path| {
                words::place(
                    path,
                    if path
                        .rsplit_once('.')
                        .is_some_and(|(_, last)| last == "name")
                    {
                        before
                    } else {
                        named
                    },
                )
            })
            .collect();
        let place = match places.join(" and ") {
            place if place.is_empty() => "the scenario".to_owned(),
            place => place,
        };
        let what = match kind {
            Kind::Moved => format!("change the order of {place}"),
            Kind::Changed | Kind::Added | Kind::Removed => format!("{verb} {place}"),
        };
        Some(Self { path, what })
    }
}

fn differing(before: &Value, after: &Value, path: String) -> (String, Kind) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.retain(|key| old.get(*key) != new.get(*key));
            match keys[..] {
                [key] => match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => differing(old, new, joined(&path, key)),
                    _ => (joined(&path, key), Kind::Changed),
                },
                // Of the scenario itself it is worth telling which.
                _ if path.is_empty() => {
                    let keys: Vec<&str> = keys.into_iter().map(String::as_str).collect();
                    (keys.join(","), Kind::Changed)
                }
                _ => (path, Kind::Changed),
            }
        }
        (Value::Array(old), Value::Array(new)) => in_list(old, new, path),
        _ => (path, Kind::Changed),
    }
}

/// The name of an alternative is no part of a path: `load.Open.rate_per_sec` is `load.rate_per_sec`.
fn joined(path: &str, key: &str) -> String {
    if key.starts_with(char::is_uppercase) {
        path.to_owned()
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn in_list(before: &[Value], after: &[Value], path: String) -> (String, Kind) {
    let at = |index: usize| format!("{path}[{index}]");
    let first = before.iter().zip(after).position(|(old, new)| old != new);
    let first = first.unwrap_or(before.len().min(after.len()));
    if before.len() + 1 == after.len() && before[first..] == after[first + 1..] {
        return (at(first), Kind::Added);
    }
    if before.len() == after.len() + 1 && before[first + 1..] == after[first..] {
        return (at(first), Kind::Removed);
    }
    if before.len() != after.len() {
        return (path, Kind::Changed);
    }
    let differ = before.iter().zip(after).filter(|(old, new)| old != new);
    if differ.count() == 1 {
        return differing(&before[first], &after[first], at(first));
    }
    let is_moved = before.iter().all(|value| after.contains(value));
    let kind = if is_moved { Kind::Moved } else { Kind::Changed };
    (path, kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Backend, Candidate, Load, Stage, parse};
    use crate::units::Nanos;

    fn scenario() -> Scenario {
        let text = r#"(format: 1, title: "T", tasks: [
            (name: "request", stages: [Wait(time: Constant("5ms")), Cpu(amount: Time("2ms"))]),
            (name: "upload", stages: [Wait(time: Constant("1ms"))]),
        ], load: Open(rate_per_sec: 10), candidates: [
            (backend: Sequential), (backend: Threads(workers: 2)),
        ])"#;
        parse(text).scenario.unwrap()
    }

    #[track_caller]
    fn check(edit: impl FnOnce(&mut Scenario), path: &str, what: &str) {
        let before = scenario();
        let mut after = before.clone();
        edit(&mut after);
        let change = Change::between(&before, &after).unwrap();
        assert_eq!((change.path.as_str(), change.what.as_str()), (path, what));
    }

    #[test]
    fn an_edit_is_told_by_the_smallest_part_that_holds_it() {
        check(|s| s.title = "U".to_owned(), "title", "change title");
        check(
            |s| {
                s.load = Load::Open {
                    rate_per_sec: 20.0,
                    arrivals: s.load.arrivals().unwrap(),
                }
            },
            "load.rate_per_sec",
            "change load, rate per sec",
        );
        check(
            |s| {
                s.tasks[0].stages[0] = Stage::Wait {
                    time: crate::scenario::Distribution::Constant(Nanos::from_millis(9)),
                };
            },
            "tasks[0].stages[0].time",
            "change task 'request', stage 1, time",
        );
        check(
            |s| s.tasks[0].name = "call".to_owned(),
            "tasks[0].name",
            "change task 'request', name",
        );
    }

    #[test]
    fn what_comes_goes_and_moves_is_told_by_its_name() {
        check(
            |s| s.candidates.push(Candidate::of(Backend::threads(8))),
            "candidates[2]",
            "add candidate 'threads ×8'",
        );
        check(
            |s| drop(s.candidates.remove(1)),
            "candidates[1]",
            "remove candidate 'threads ×2'",
        );
        check(
            |s| s.tasks[0].stages.swap(0, 1),
            "tasks[0].stages",
            "change the order of task 'request', stages",
        );
        check(|s| s.tasks.clear(), "tasks", "change tasks");
    }

    #[test]
    fn several_parts_are_told_by_their_names() {
        check(
            |s| {
                s.title = "U".to_owned();
                s.load = Load::closed(3);
            },
            "load,title",
            "change load and title",
        );
        assert_eq!(Change::between(&scenario(), &scenario()), None);
    }
}
