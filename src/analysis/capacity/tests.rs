//! Searches on simulated runs whose capacity is known.

use super::*;
use crate::scenario::{Arrivals, Load};
use crate::support;
use crate::units::{Nanos, Percentile};

/// Objectives are taken to hold up to the rate that stands in the title.
fn by_title(run: &Run, candidate: usize) -> Held {
    let truth: f64 = run
        .request
        .scenario
        .title
        .split(' ')
        .nth(candidate)
        .unwrap()
        .parse()
        .unwrap();
    let rate = run.request.scenario.load.mean_rate_per_sec().unwrap();
    if (rate / truth - 1.0).abs() < 0.02 {
        Held::Undecided
    } else if rate < truth {
        Held::Yes
    } else {
        Held::No
    }
}

fn scenario(capacities: &str) -> Scenario {
    let mut scenario = support::scenario();
    scenario.title = capacities.to_owned();
    scenario.faults.clear();
    scenario.candidates.truncate(2);
    scenario.load = Load::Open {
        rate_per_sec: 1.0,
        arrivals: Arrivals::Poisson,
    };
    scenario.objectives = vec![
        Objective::ResponseTime {
            percentile: Percentile::P95,
            at_most: Nanos::from_millis(20),
        },
        Objective::Goodput { at_least: 50.0 },
    ];
    scenario
}

fn search() -> CapacitySearch {
    CapacitySearch {
        from: 10.0,
        to: 1_000.0,
        precision_ratio: 0.05,
        candidates: Vec::new(),
    }
}

/// A probe that answers the slower the closer the rate is to the capacity.
fn probe(request: &RunRequest, step: &Step) -> Run {
    let candidate = request.candidates[0];
    let truth: f64 = request
        .scenario
        .title
        .split(' ')
        .nth(candidate)
        .unwrap()
        .parse()
        .unwrap();
    let slowness = 1.0 / (1.0 - (step.coordinates[0] / truth / 1.05).min(0.95));
    let mut run = support::noisy::noisy_run(step.point as u64, 1, &[slowness, slowness]);
    run.blocks
        .retain(|block| block.planned.candidate == candidate && !block.planned.twin);
    run.request = request.clone();
    run
}

#[test]
fn the_capacity_of_each_candidate_is_found_and_told() {
    let mut plan = CapacityPlan::new(&scenario("123 456"), &search(), 7, by_title).unwrap();
    assert_eq!(plan.left_out, [Objective::Goodput { at_least: 50.0 }]);
    let mut turns = Vec::new();
    while let Some((step, request)) = plan.next() {
        assert_eq!(request.candidates.len(), 1);
        turns.push(request.candidates[0]);
        let run = probe(&request, &step);
        assert!(plan.tell(&step, &run));
        assert!(turns.len() < 100, "the search does not end");
    }
    assert_eq!(&turns[..4], [0, 1, 0, 1], "candidates take turns");
    assert_eq!(plan.probes_made() as usize, turns.len());
    assert_eq!(plan.remaining_nanos(), 0);
    for (figures, truth) in plan.figures().iter().zip([123.0, 456.0]) {
        assert_eq!(figures.end, CapacityEnd::Found);
        let (held, missed) = (
            figures.held_per_sec.unwrap(),
            figures.missed_per_sec.unwrap(),
        );
        assert!(
            held < truth && truth < missed * 1.02 && missed / held < 1.051,
            "{held} {missed}"
        );
        assert!(
            figures
                .probes
                .windows(2)
                .all(|pair| pair[0].rate_per_sec < pair[1].rate_per_sec)
        );
        assert!(figures.cost_per_1k.is_some());
        let knee = figures.knee_per_sec.unwrap();
        assert!((0.3..0.8).contains(&(knee / truth)), "{knee}");
        let sentence = figures.sentence();
        assert!(
            sentence.contains("keeps the objectives up to"),
            "{sentence}"
        );
    }
    let (percentile, bound) = plan.percentile();
    assert_eq!((percentile, bound), (Percentile::P95, Some(20e6)));
}

#[test]
fn capacities_outside_of_the_range_are_told_as_such() {
    let mut plan = CapacityPlan::new(&scenario("5 5000"), &search(), 7, by_title).unwrap();
    while let Some((step, request)) = plan.next() {
        let run = probe(&request, &step);
        assert!(plan.tell(&step, &run));
    }
    let ends: Vec<_> = plan.figures().iter().map(|figures| figures.end).collect();
    assert_eq!(ends, [CapacityEnd::BelowRange, CapacityEnd::BeyondRange]);
}

#[test]
fn a_search_goes_on_where_it_was_cut() {
    let mut whole = CapacityPlan::new(&scenario("123 456"), &search(), 7, by_title).unwrap();
    let mut made = Vec::new();
    while let Some((step, request)) = whole.next() {
        let run = probe(&request, &step);
        whole.tell(&step, &run);
        made.push((step, run));
    }
    let mut resumed = CapacityPlan::new(&scenario("123 456"), &search(), 7, by_title).unwrap();
    for (step, run) in &made[..5] {
        assert!(resumed.tell(step, run));
    }
    assert_eq!(resumed.next().unwrap().0, made[5].0);
    assert_eq!(resumed.figures()[0].end, CapacityEnd::Open);
    for (step, run) in &made[5..] {
        assert!(resumed.tell(step, run));
    }
    assert_eq!(resumed.figures(), whole.figures());
}

#[test]
fn without_an_objective_that_limits_the_rate_there_is_no_search() {
    let mut scenario = scenario("1 2");
    scenario.objectives.remove(0);
    let refused = CapacityPlan::new(&scenario, &search(), 7, by_title).unwrap_err();
    assert!(refused.hint.contains("ResponseTime"), "{refused:?}");
    scenario.load = Load::closed(4);
    let refused = CapacityPlan::new(&scenario, &search(), 7, by_title).unwrap_err();
    assert!(refused.message.contains("no rate"), "{refused:?}");
}

#[test]
fn a_rate_at_which_the_program_broke_off_does_not_hold_however_good_its_figures_were() {
    let mut plan = CapacityPlan::new(&scenario("500 500"), &search(), 7, objectives_hold).unwrap();
    let (step, request) = plan.next().unwrap();
    let mut run = probe(&request, &step);
    let candidate = request.candidates[0];
    run.request.scenario.objectives = vec![Objective::ErrorRatio { at_most: 0.1 }];
    assert_eq!(objectives_hold(&run, candidate), Held::Yes);
    run.blocks[0].state = crate::run::BlockState::Failed {
        cause: "The runner ended by signal 9 while measuring.".to_owned(),
    };
    assert_eq!(objectives_hold(&run, candidate), Held::No);
    plan.tell(&step, &run);
    assert_eq!(plan.figures()[candidate].end, CapacityEnd::BelowRange);
}
