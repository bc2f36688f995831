//! A sweep and a search for the capacity in plain words.

use crate::scenario::{Axis, CapacitySearch, Parameter, Scenario, Setting, Sweep};
use crate::units::text;

/// As many values of an axis are named.
const VALUES_TOLD: usize = 12;

/// Both, where they are asked for.
pub(super) fn sweeps(scenario: &Scenario) -> Vec<String> {
    let sweep = scenario
        .sweep
        .as_ref()
        .map(|sweep| of_sweep(sweep, scenario));
    let search = scenario.capacity.as_ref();
    let search = search.map(|search| of_capacity(search, scenario));
    sweep.into_iter().chain(search).collect()
}

fn of_sweep(sweep: &Sweep, scenario: &Scenario) -> String {
    let axes: Vec<_> = sweep.axes().map(axis).collect();
    let points = sweep.coordinates().len() as u64;
    let candidates = sweep.base(scenario).candidates.len() as u64;
    let rounds = sweep.rounds(scenario);
    format!(
        "Sweep on request: {}; {} of {}, {} in an order drawn from the seed; estimated {} in all, at most {}",
        axes.join(", each with "),
        text::counted(points, "point", "points"),
        text::counted(candidates, "candidate", "candidates"),
        text::counted(rounds.into(), "round", "rounds"),
        text::nanos(sweep.estimate_nanos(scenario) as f64),
        text::nanos(sweep.longest_nanos(scenario) as f64)
    )
}

fn axis(axis: &Axis) -> String {
    let settings = axis.settings();
    let told = |setting: &Setting| value(axis.vary, *setting);
    let mut values: Vec<_> = settings.iter().map(told).collect();
    if values.len() > VALUES_TOLD {
        let left = values.len() - VALUES_TOLD;
        values.splice(
            VALUES_TOLD - 1..values.len() - 1,
            [format!("… ({} more)", text::count(left as u64))],
        );
    }
    format!("{} {}", axis.vary.label(), values.join(", "))
}

/// A value of a parameter as people read it: `8`, `25 %`, `5 ms`, `2×`, `64 KiB`.
#[must_use]
pub fn value(parameter: Parameter, setting: Setting) -> String {
    use crate::scenario::ParameterUnit as Unit;
    match (setting, parameter.unit()) {
        (Setting::Time(time), _) => text::nanos(time.0 as f64),
        (Setting::Size(size), _) => text::size(size.0),
        (Setting::Number(number), Unit::Ratio) => text::percent(number),
        (Setting::Number(number), Unit::TimeOrFactor) => format!("{}×", text::given(number)),
        (Setting::Number(number), Unit::PerSec) => text::per_sec(number),
        (Setting::Number(number), Unit::Count | Unit::Size) => text::given(number),
    }
}

fn of_capacity(search: &CapacitySearch, scenario: &Scenario) -> String {
    let candidates = search.base(scenario).candidates.len() as u64;
    format!(
        "Capacity on request: the highest rate from {} to {} at which the objectives hold, within {}; at most {} for \
         each of {}; estimated {} or less",
        text::per_sec(search.from),
        text::per_sec(search.to),
        text::percent(search.precision_ratio),
        text::counted(search.probes().into(), "rate", "rates"),
        text::counted(candidates, "candidate", "candidates"),
        text::nanos(search.estimate_nanos(scenario) as f64)
    )
}
