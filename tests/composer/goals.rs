//! Objectives, prices, sweeps and searches for the capacity can be composed, and say what they became.

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::scenario::{
    Arrivals, Backend, CapacitySearch, CostBasis, Load, Objective, Parameter, Range, Scenario,
    Setting, StepScale, Sweep, Target, Values, price_preset,
};
use poolscope::units::{Bytes, Nanos, Percentile};

use crate::vocabulary::choose;
use crate::{Board, click, retype, scenario, shown, text_of};

type Harness = egui_kittest::Harness<'static, Board>;

fn under_open_load() -> Scenario {
    Scenario {
        load: Load::Open {
            rate_per_sec: 200.0,
            arrivals: Arrivals::Poisson,
        },
        ..scenario()
    }
}

fn objectives(harness: &Harness) -> &[Objective] {
    &harness.state().scenario.objectives
}

fn numbers(values: &[f64]) -> Values {
    Values::List(values.iter().copied().map(Setting::Number).collect())
}

#[test]
fn one_objective_of_each_kind_is_added_bounded_and_removed() {
    let mut scenario = scenario();
    scenario.load = Load::Batch {
        tasks: 500,
        chunk: 1,
    };
    let mut harness = shown(Board::new(scenario));
    click(&mut harness, "Objectives");
    for (index, (kind, side, bound)) in [
        ("Response time", "At most", "50ms"),
        ("Goodput", "At least", "200"),
        ("Throughput", "At least", "250 /s"),
        ("Error ratio", "At most", "1 %"),
        ("Drop ratio", "At most", "0"),
        ("Memory per worker", "At most", "64MiB"),
        ("Makespan", "At most", "9s"),
        ("Cost per 1k tasks", "At most", "0.25"),
    ]
    .into_iter()
    .enumerate()
    {
        choose(&mut harness, "Add objective", kind);
        let field = format!("{side} of objective {}", index + 1);
        retype(&mut harness, &field, bound);
    }
    let all = [
        Objective::ResponseTime {
            percentile: Percentile::P99,
            at_most: Nanos::from_millis(50),
        },
        Objective::Goodput { at_least: 200.0 },
        Objective::Throughput { at_least: 250.0 },
        Objective::ErrorRatio { at_most: 0.01 },
        Objective::DropRatio { at_most: 0.0 },
        Objective::MemoryPerWorker {
            at_most: Bytes::from_mib(64),
        },
        Objective::Makespan {
            at_most: Nanos::from_secs(9),
        },
        Objective::CostPer1k { at_most: 0.25 },
    ];
    assert_eq!(objectives(&harness), all);
    harness.get_by_label("0.250 USD for 1,000 good tasks");
    click(&mut harness, "Remove objective 2");
    assert_eq!(objectives(&harness)[1], all[2]);
    // What stands there now is the next one, with its own bound.
    assert_eq!(text_of(&harness, "At least of objective 2"), "250 /s");
}

#[test]
fn a_second_bound_of_the_response_time_takes_another_percentile_and_the_same_one_is_a_problem() {
    use Percentile::{P50, P95, P99};
    let mut harness = shown(Board::new(under_open_load()));
    click(&mut harness, "Objectives");
    choose(&mut harness, "Add objective", "Response time");
    choose(&mut harness, "Add objective", "Response time");
    let percentiles = |harness: &Harness| {
        let of = |objective: &Objective| match objective {
            Objective::ResponseTime { percentile, .. } => *percentile,
            other => panic!("{other:?}"),
        };
        objectives(harness).iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(percentiles(&harness), [P99, P50]);
    click(&mut harness, "Percentile of objective 2: p99");
    assert_eq!(percentiles(&harness), [P99, P99]);
    harness.get_by_label_contains("is bounded twice");
    click(&mut harness, "Percentile of objective 2: p95");
    assert_eq!(percentiles(&harness), [P99, P95]);
    assert!(
        harness
            .query_by_label_contains("is bounded twice")
            .is_none()
    );
}

#[test]
fn what_cannot_be_demanded_is_offered_and_says_why_not() {
    let mut harness = shown(Board::new(under_open_load()));
    click(&mut harness, "Objectives");
    click(&mut harness, "Add objective");
    let makespan = harness.get_by_label("Makespan");
    assert!(makespan.accesskit_node().is_disabled());
}

#[test]
fn an_instance_a_target_and_the_day_of_the_prices_are_set() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Prices");
    click(&mut harness, "Basis: Instance");
    retype(&mut harness, "Price of an instance", "0.192");
    retype(&mut harness, "Rented vCPUs", "4");
    retype(&mut harness, "Rented memory", "16GiB");
    retype(&mut harness, "Target rate", "500 /s");
    retype(&mut harness, "Headroom", "25 %");
    retype(&mut harness, "Date of the prices", "2026-11-21");
    let prices = &harness.state().scenario.prices;
    let instance = CostBasis::Instance {
        per_hour: 0.192,
        vcpus: 4.0,
        memory: Bytes::from_mib(16 * 1024),
    };
    assert_eq!(prices.basis, instance);
    let target = Target {
        rate_per_sec: 500.0,
        headroom_ratio: 0.25,
    };
    assert_eq!(prices.target, Some(target));
    assert_eq!(prices.date, "2026-11-21");
    assert_eq!(harness.state().problems, []);
    retype(&mut harness, "Date of the prices", "soon");
    harness.get_by_label_contains("it is no date");
}

#[test]
fn prices_that_come_along_replace_all_but_the_target() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Prices");
    retype(&mut harness, "Target rate", "500 /s");
    choose(&mut harness, "Prices that come along", "aws-m5.xlarge");
    let card = &price_preset("aws-m5.xlarge").unwrap().card;
    let prices = &harness.state().scenario.prices;
    assert_eq!((&prices.basis, &prices.source), (&card.basis, &card.source));
    assert_eq!(prices.target.unwrap().headroom_ratio.to_string(), "0.3");
}

#[test]
fn a_sweep_of_one_parameter_is_a_list_or_a_range() {
    let mut harness = shown(Board::new(under_open_load()));
    click(&mut harness, "Sweep");
    click(&mut harness, "Parameters of the sweep: One");
    assert_eq!(harness.state().problems, []);
    choose(&mut harness, "Choice of the parameter", "Workers");
    retype(
        &mut harness,
        "List of values of the parameter",
        "1, 2, 3, 4",
    );
    let sweep = Sweep::of(Parameter::Workers, numbers(&[1.0, 2.0, 3.0, 4.0]));
    assert_eq!(harness.state().scenario.sweep, Some(sweep));
    harness.get_by_label_contains("4 points of 2 candidates, ");

    click(&mut harness, "Values of the parameter: Range");
    retype(&mut harness, "To of the parameter", "16");
    retype(&mut harness, "How many values of the parameter", "5");
    click(&mut harness, "Steps of the parameter: Logarithmic");
    harness.get_by_label("1, 2, 4, 8, 16");
    click(&mut harness, "'sequential' as candidate of the sweep");
    retype(&mut harness, "Repeats of the sweep", "3");
    let expected = Sweep {
        candidates: vec!["threads ×4".to_owned()],
        repeats: Some(3),
        ..Sweep::of(
            Parameter::Workers,
            Values::Range(Range {
                from: Setting::Number(1.0),
                to: Setting::Number(16.0),
                steps: 5,
                scale: StepScale::Log,
            }),
        )
    };
    assert_eq!(harness.state().scenario.sweep, Some(expected));
    // The last one cannot be left out, and the chosen one is followed when its settings change.
    click(&mut harness, "'threads ×4' as candidate of the sweep");
    click(&mut harness, "candidate 2");
    retype(&mut harness, "Workers of candidate 2", "6");
    let sweep = harness.state().scenario.sweep.clone().unwrap();
    assert_eq!(sweep.candidates, ["threads ×6"]);
}

#[test]
fn two_parameters_are_swept_and_problems_stand_at_their_values() {
    let mut harness = shown(Board::new(under_open_load()));
    click(&mut harness, "Sweep");
    click(&mut harness, "Parameters of the sweep: Two");
    choose(&mut harness, "Choice of the first parameter", "Rate");
    choose(
        &mut harness,
        "Choice of the second parameter",
        "Queue capacity",
    );
    retype(
        &mut harness,
        "List of values of the second parameter",
        "8, 64, 8",
    );
    harness.get_by_label_contains("8 is there twice");
    retype(
        &mut harness,
        "List of values of the second parameter",
        "8, sixty",
    );
    harness.get_by_label_contains("'sixty' is neither a number");
    let y = harness.state().scenario.sweep.clone().unwrap().y.unwrap();
    assert_eq!(
        (y.vary, y.over),
        (Parameter::QueueCapacity, numbers(&[8.0]))
    );
    click(&mut harness, "Parameters of the sweep: None");
    assert_eq!(harness.state().scenario.sweep, None);
}

#[test]
fn a_search_for_the_capacity_has_ends_a_precision_and_candidates() {
    let mut harness = shown(Board::new(under_open_load()));
    click(&mut harness, "Capacity");
    click(&mut harness, "Capacity search: Search");
    retype(&mut harness, "Lowest rate", "10");
    retype(&mut harness, "Highest rate", "2000 /s");
    retype(&mut harness, "Precision of the capacity", "10 %");
    click(&mut harness, "'threads ×4' as candidate of the capacity");
    let label = harness.state().scenario.candidates[0].label();
    let expected = CapacitySearch {
        from: 10.0,
        to: 2_000.0,
        precision_ratio: 0.1,
        candidates: vec![label],
    };
    assert_eq!(harness.state().scenario.capacity, Some(expected));
    harness.get_by_label_contains("rates for each of 1 candidate");
    harness.get_by_label_contains("Without objectives");
    assert_eq!(
        harness.state().scenario.candidates[0].backend,
        Backend::Sequential
    );
}
