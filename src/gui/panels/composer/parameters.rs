//! What a sweep can vary: the parameters with their explanations, and with which values each begins.

use std::collections::BTreeSet;

use crate::gui::panels::composer::options::Entry;
use crate::scenario::{
    Axis, Load, Parameter, Range, Scenario, Setting, StepScale, Sweep, Values, apply,
};
use crate::units::Bytes;

/// The parameters, in the order in which they are shown.
pub(super) const PARAMETERS: [Entry<Parameter>; 11] = [
    (
        Parameter::Workers,
        "Workers",
        "Threads or processes that compute; the sequential candidate stays as it is",
    ),
    (
        Parameter::Rate,
        "Rate",
        "Tasks per second of an open load; a profile keeps its shape",
    ),
    (
        Parameter::InFlight,
        "In flight",
        "How many tasks may be under way at once",
    ),
    (
        Parameter::Clients,
        "Clients",
        "How many clients a closed load has",
    ),
    (
        Parameter::BatchTasks,
        "Batch tasks",
        "How many tasks a batch has",
    ),
    (
        Parameter::CpuShare,
        "CPU share",
        "Share of computing in a task's time, above 0 and below 1; the whole stays",
    ),
    (
        Parameter::CpuWork,
        "CPU work",
        "Computing of a task: a time such as 5ms, or a factor such as 2",
    ),
    (
        Parameter::Wait,
        "Wait",
        "Waiting of a task: a time such as 5ms, or a factor such as 2",
    ),
    (
        Parameter::Payload,
        "Payload",
        "Bytes into and out of the worker together, such as 64KiB",
    ),
    (
        Parameter::ChunkSize,
        "Chunk size",
        "How many tasks of a batch travel together",
    ),
    (
        Parameter::QueueCapacity,
        "Queue capacity",
        "How many tasks may wait for a worker",
    ),
];

/// How the values of an axis are written.
pub(super) const VALUE_FORMS: [Entry<bool>; 2] = [
    (false, "List", "Single values with commas between them"),
    (true, "Range", "Equal steps between two ends"),
];

/// What is equal between neighbours of a range.
pub(super) const SCALES: [Entry<StepScale>; 2] = [
    (StepScale::Linear, "Linear", "Equal differences: 10, 20, 30"),
    (StepScale::Log, "Logarithmic", "Equal ratios: 10, 20, 40"),
];

/// A sweep to begin with: of what `scenario` has most use for.
pub(super) fn new_sweep(scenario: &Scenario) -> Sweep {
    let vary = if scenario.load.mean_rate_per_sec().is_some() {
        Parameter::Rate
    } else {
        Parameter::Workers
    };
    let mut sweep = Sweep::of(vary, usual_values(vary, scenario));
    sweep.candidates = told_apart(scenario, &sweep.x);
    sweep
}

/// The candidates to begin with when `axis` is swept: all, written as none; without those that only its parameter
/// tells from an earlier one, such as `threads ×2` behind `threads ×1` where the workers are varied.
pub(super) fn told_apart(scenario: &Scenario, axis: &Axis) -> Vec<String> {
    let Some(value) = axis.settings().first().copied() else {
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    let mut chosen = Vec::new();
    for candidate in &scenario.candidates {
        let alone = Scenario {
            candidates: vec![candidate.clone()],
            ..scenario.clone()
        };
        let name = match apply(&alone, axis.vary, value) {
            Ok(varied) => varied.candidates[0].label(),
            // What does not follow the parameter keeps its name.
            Err(_) => candidate.label(),
        };
        if seen.insert(name) {
            chosen.push(candidate.label());
        }
    }
    if chosen.len() == scenario.candidates.len() {
        chosen.clear();
    }
    chosen
}

/// A second axis to begin with: the first parameter that `scenario` has and that is not varied along x.
pub(super) fn second_axis(sweep: &Sweep, scenario: &Scenario) -> Axis {
    let free = PARAMETERS.map(|(parameter, ..)| parameter);
    let mut free = free
        .into_iter()
        .filter(|parameter| *parameter != sweep.x.vary);
    let vary = free
        .find(|parameter| has(scenario, *parameter))
        .unwrap_or_default();
    Axis {
        vary,
        over: usual_values(vary, scenario),
    }
}

/// Whether varying it changes anything in `scenario`.
pub(super) fn has(scenario: &Scenario, parameter: Parameter) -> bool {
    let first = match usual_values(parameter, scenario) {
        Values::List(values) => values.first().copied(),
        Values::Range(range) => Some(range.from),
    };
    first.is_some_and(|value| apply(scenario, parameter, value).is_ok())
}

/// Values of `parameter` that show something, around those of `scenario`.
pub(super) fn usual_values(parameter: Parameter, scenario: &Scenario) -> Values {
    let list = |values: &[f64]| Values::List(values.iter().copied().map(Setting::Number).collect());
    match parameter {
        Parameter::Workers => list(&[1.0, 2.0, 4.0, 8.0]),
        Parameter::Rate => {
            // From calm to twice what the file has.
            let rate = scenario.load.mean_rate_per_sec().unwrap_or(100.0);
            Values::Range(Range {
                from: Setting::Number(two_digits(rate / 4.0)),
                to: Setting::Number(two_digits(rate * 2.0)),
                steps: 6,
                scale: StepScale::Log,
            })
        }
        Parameter::InFlight | Parameter::QueueCapacity => list(&[16.0, 64.0, 256.0, 1_024.0]),
        Parameter::Clients => {
            let clients = match scenario.load {
                Load::Closed { clients, .. } => f64::from(clients),
                _ => 16.0,
            };
            let around = [0.25, 0.5, 1.0, 2.0].map(|factor| (clients * factor).ceil());
            let mut values = around.to_vec();
            values.dedup();
            list(&values)
        }
        Parameter::BatchTasks => {
            let tasks = match scenario.load {
                Load::Batch { tasks, .. } => tasks as f64,
                _ => 100.0,
            };
            list(&[tasks, tasks * 2.0, tasks * 4.0])
        }
        Parameter::CpuShare => Values::Range(Range {
            from: Setting::Number(0.1),
            to: Setting::Number(0.9),
            steps: 5,
            scale: StepScale::Linear,
        }),
        Parameter::CpuWork | Parameter::Wait => list(&[0.5, 1.0, 2.0, 4.0]),
        Parameter::Payload => {
            let sizes = [1, 64, 1_024].map(|kib| Setting::Size(Bytes::from_kib(kib)));
            Values::List(sizes.to_vec())
        }
        Parameter::ChunkSize => list(&[1.0, 4.0, 16.0, 64.0]),
    }
}

/// The values as a range, or one after the other, about the same ones.
pub(super) fn convert_values(axis: &Axis, to_range: bool) -> Values {
    match (&axis.over, to_range) {
        (Values::List(values), true) => range_of(values),
        (Values::Range(_), false) => Values::List(axis.settings()),
        (values, _) => values.clone(),
    }
}

fn range_of(values: &[Setting]) -> Values {
    let by_amount = |a: &&Setting, b: &&Setting| a.amount().total_cmp(&b.amount());
    let from = values.iter().min_by(by_amount).copied();
    let to = values.iter().max_by(by_amount).copied();
    let (from, to) = (from.unwrap_or(1.0.into()), to.unwrap_or(8.0.into()));
    let ratios: Vec<f64> = values
        .windows(2)
        .map(|pair| pair[1].amount() / pair[0].amount())
        .collect();
    let is_log = ratios.len() > 1
        && from.amount() > 0.0
        && ratios
            .iter()
            .all(|ratio| (ratio / ratios[0] - 1.0).abs() < 1e-6);
    Values::Range(Range {
        from,
        to,
        steps: (values.len() as u32).max(2),
        scale: if is_log {
            StepScale::Log
        } else {
            StepScale::Linear
        },
    })
}

/// Rounded to two digits: a proposal, not a figure.
fn two_digits(value: f64) -> f64 {
    let unit = 10_f64.powf(value.abs().log10().floor() - 1.0);
    let rounded = (value / unit).round() * unit;
    // Of zero there are no two digits.
    if rounded.is_finite() { rounded } else { value }
}

/// Lets names go on meaning the candidates that they name when those get other names or are removed.
pub(super) fn follow_names(names: &mut Vec<String>, before: &[String], after: &[String]) {
    if before.len() == after.len() {
        let renamed = before.iter().zip(after).filter(|(old, new)| old != new);
        // Moving candidates renames none: the old name is still there.
        let renamed = renamed.filter(|(old, _)| !after.contains(old));
        for (old, new) in renamed {
            for name in names.iter_mut().filter(|name| *name == old) {
                name.clone_from(new);
            }
        }
    } else {
        names.retain(|name| after.contains(name) || !before.contains(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Load, validate};
    use crate::support;

    #[test]
    fn every_parameter_begins_with_values_that_are_valid_where_it_is_of_use() {
        let mut used = 0;
        for load in [
            support::scenario().load,
            Load::closed(16),
            Load::Batch {
                tasks: 100,
                chunk: 4,
            },
        ] {
            let mut scenario = support::scenario();
            scenario.load = load;
            let before = validate(&scenario).len();
            for (parameter, title, _) in PARAMETERS {
                if !has(&scenario, parameter) {
                    continue;
                }
                used += 1;
                let over = usual_values(parameter, &scenario);
                scenario.sweep = Some(Sweep::of(parameter, over));
                let problems = validate(&scenario);
                assert!(problems.len() <= before, "{title}: {problems:?}");
            }
        }
        assert!(used > PARAMETERS.len());
        assert_eq!(PARAMETERS.map(|(parameter, ..)| parameter), Parameter::ALL);
    }

    #[test]
    fn a_list_becomes_a_range_of_the_same_ends_and_back() {
        let axis = |values: &[f64]| Axis {
            vary: Parameter::Workers,
            over: Values::List(values.iter().copied().map(Setting::Number).collect()),
        };
        for (values, scale) in [
            ([1.0, 2.0, 4.0, 8.0], StepScale::Log),
            ([10.0, 20.0, 30.0, 40.0], StepScale::Linear),
        ] {
            let listed = axis(&values);
            let over = convert_values(&listed, true);
            assert!(matches!(over, Values::Range(range) if range.scale == scale));
            let ranged = Axis {
                over,
                ..listed.clone()
            };
            assert_eq!(convert_values(&ranged, false), listed.over);
        }
    }

    #[test]
    fn a_second_axis_varies_something_else_that_the_scenario_has() {
        let scenario = support::scenario();
        let mut sweep = new_sweep(&scenario);
        let y = second_axis(&sweep, &scenario);
        assert_ne!(y.vary, sweep.x.vary);
        assert!(has(&scenario, y.vary));
        sweep.x.vary = y.vary;
        assert_ne!(second_axis(&sweep, &scenario).vary, y.vary);
    }

    #[test]
    fn names_follow_their_candidates() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>()
        };
        let mut chosen = names(&["a", "gone"]);
        follow_names(&mut chosen, &names(&["a", "b"]), &names(&["c", "b"]));
        assert_eq!(chosen, names(&["c", "gone"]));
        // Neither a new order nor a candidate more renames one.
        follow_names(&mut chosen, &names(&["c", "b"]), &names(&["b", "c"]));
        follow_names(&mut chosen, &names(&["b", "c"]), &names(&["b", "c", "d"]));
        assert_eq!(chosen, names(&["c", "gone"]));
        follow_names(&mut chosen, &names(&["b", "c", "d"]), &names(&["b", "d"]));
        assert_eq!(chosen, names(&["gone"]));
    }
}
