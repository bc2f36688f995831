//! Arbitrary sweeps and searches for the tests: every variant and field, in and out of bounds.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::scenario::generators::{any_bytes, any_finite, any_nanos, any_text};
use crate::scenario::{Axis, CapacitySearch, Parameter, Range, Setting, StepScale, Sweep, Values};

fn any_setting() -> impl Strategy<Value = Setting> {
    prop_oneof![
        (-5..100_i32).prop_map(|number| Setting::Number(number.into())),
        any_finite().prop_map(Setting::Number),
        any_nanos().prop_map(Setting::Time),
        any_bytes().prop_map(Setting::Size),
    ]
}

fn any_axis() -> impl Strategy<Value = Axis> {
    let scale = prop::sample::select(vec![StepScale::Linear, StepScale::Log]);
    let range =
        (any_setting(), any_setting(), any::<u32>(), scale).prop_map(|(from, to, steps, scale)| {
            Values::Range(Range {
                from,
                to,
                steps,
                scale,
            })
        });
    let over = prop_oneof![vec(any_setting(), 0..5).prop_map(Values::List), range];
    let vary = prop::sample::select(Parameter::ALL.to_vec());
    (vary, over).prop_map(|(vary, over)| Axis { vary, over })
}

/// What a scenario may be asked beyond one run.
pub(super) fn any_series() -> impl Strategy<Value = (Option<Sweep>, Option<CapacitySearch>)> {
    (option::of(any_sweep()), option::of(any_search()))
}

fn any_sweep() -> impl Strategy<Value = Sweep> {
    let names = vec(any_text(), 0..3);
    (
        any_axis(),
        option::of(any_axis()),
        names,
        option::of(any::<u32>()),
    )
        .prop_map(|(x, y, candidates, repeats)| Sweep {
            x,
            y,
            candidates,
            repeats,
        })
}

fn any_search() -> impl Strategy<Value = CapacitySearch> {
    let precision = prop_oneof![Just(0.05), any_finite()];
    (any_finite(), any_finite(), precision, vec(any_text(), 0..3)).prop_map(
        |(from, to, precision_ratio, candidates)| CapacitySearch {
            from,
            to,
            precision_ratio,
            candidates,
        },
    )
}
