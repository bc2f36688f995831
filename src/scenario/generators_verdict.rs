//! Arbitrary objectives and prices for the tests: every variant and field, in and out of bounds.

use proptest::option;
use proptest::prelude::*;

use crate::scenario::generators::{any_bytes, any_finite, any_nanos, any_text};
use crate::scenario::{CostBasis, Objective, PriceCard, Target};
use crate::units::Percentile;

pub(super) fn any_objective() -> BoxedStrategy<Objective> {
    use Percentile::{P50, P90, P95, P99, P999};
    let percentile = prop::sample::select(vec![P50, P90, P95, P99, P999]);
    prop_oneof![
        (percentile, any_nanos()).prop_map(|(percentile, at_most)| Objective::ResponseTime {
            percentile,
            at_most
        }),
        any_finite().prop_map(|at_least| Objective::Throughput { at_least }),
        any_finite().prop_map(|at_least| Objective::Goodput { at_least }),
        any_finite().prop_map(|at_most| Objective::ErrorRatio { at_most }),
        any_finite().prop_map(|at_most| Objective::DropRatio { at_most }),
        any_bytes().prop_map(|at_most| Objective::MemoryPerWorker { at_most }),
        any_nanos().prop_map(|at_most| Objective::Makespan { at_most }),
        any_finite().prop_map(|at_most| Objective::CostPer1k { at_most }),
    ]
    .boxed()
}

fn any_basis() -> impl Strategy<Value = CostBasis> {
    prop_oneof![
        Just(CostBasis::Consumed),
        (any_finite(), any_bytes()).prop_map(|(vcpus, memory)| CostBasis::Rented { vcpus, memory }),
        (any_finite(), any_finite(), any_bytes()).prop_map(|(per_hour, vcpus, memory)| {
            CostBasis::Instance {
                per_hour,
                vcpus,
                memory,
            }
        }),
    ]
}

pub(super) fn any_prices() -> BoxedStrategy<PriceCard> {
    let headroom = prop_oneof![Just(0.3), any_finite()];
    let target = (any_finite(), headroom).prop_map(|(rate_per_sec, headroom_ratio)| Target {
        rate_per_sec,
        headroom_ratio,
    });
    (
        any_text(),
        (any_finite(), any_finite()),
        any_basis(),
        (any_text(), any_text()),
        option::of(target),
    )
        .prop_map(
            |(currency, (per_vcpu_hour, per_gib_hour), basis, (source, date), target)| PriceCard {
                currency,
                per_vcpu_hour,
                per_gib_hour,
                basis,
                source,
                date,
                target,
            },
        )
        .boxed()
}
