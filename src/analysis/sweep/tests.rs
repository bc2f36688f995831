//! Sweeps of simulated runs whose figures are known.

use super::*;
use crate::analysis::{NoScaling, scaling};
use crate::run::Run;
use crate::run::record::Step;
use crate::scenario::{Arrivals, Backend, Candidate, Load, Scenario, Sweep};
use crate::support;

/// Two pools of threads, of which the second has its name.
fn scenario(load: Load) -> Scenario {
    let mut scenario = support::scenario();
    scenario.load = load;
    scenario.faults.clear();
    scenario.candidates = vec![
        Candidate::of(Backend::threads(4)),
        Candidate {
            name: Some("others".to_owned()),
            ..Candidate::of(Backend::processes(2))
        },
    ];
    scenario
}

fn sweep(parameter: Parameter, values: &[f64], repeats: u32) -> Sweep {
    let values = values.iter().map(|value| Setting::Number(*value)).collect();
    Sweep {
        repeats: Some(repeats),
        ..Sweep::of(parameter, Values::List(values))
    }
}

/// What a visit of `step` measures if the candidates are so much slower than usual.
fn visit(plan: &SweepPlan, step: &Step, slowness: &[f64]) -> Run {
    let seed = 1_000 * step.point as u64 + u64::from(step.round);
    let mut run = support::noisy::noisy_run(seed, 1, slowness);
    let at = &plan.points[step.point].scenario;
    run.request.scenario.load = at.load.clone();
    run.request.scenario.candidates.clone_from(&at.candidates);
    run.blocks.retain(|block| !block.planned.twin);
    run
}

fn done(plan: &mut SweepPlan, slowness: impl Fn(f64) -> Vec<f64>) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some((step, _)) = plan.next() {
        let run = visit(plan, &step, &slowness(step.coordinates[0]));
        assert!(plan.tell(&step, &run));
        steps.push(step);
    }
    steps
}

#[test]
fn every_round_visits_all_points_in_an_order_of_its_own() {
    let scenario = scenario(Load::closed(8));
    let swept = sweep(Parameter::Clients, &[2.0, 4.0, 8.0, 16.0, 32.0], 4);
    let mut plan = SweepPlan::new(&scenario, &swept, 7).unwrap();
    assert_eq!(plan.progress(), (0, 20));
    let all = plan.remaining_nanos();
    let steps = done(&mut plan, |_| vec![1.0, 1.0]);
    assert_eq!((plan.progress(), plan.remaining_nanos()), ((20, 20), 0));
    assert_eq!(all, swept.estimate_nanos(&scenario));
    let rounds: Vec<Vec<usize>> = steps
        .chunks(5)
        .map(|round| round.iter().map(|step| step.point).collect())
        .collect();
    for (number, round) in rounds.iter().enumerate() {
        let mut visited = round.clone();
        visited.sort_unstable();
        assert_eq!(visited, [0, 1, 2, 3, 4]);
        assert!(
            steps[number * 5..][..5]
                .iter()
                .all(|step| step.round as usize == number)
        );
    }
    assert_ne!(rounds[0], rounds[1]);
    assert_eq!(
        steps[3].coordinates,
        [plan.points[steps[3].point].settings[0].amount()]
    );
}

#[test]
fn points_of_a_round_share_their_seed_and_candidates_change_their_order() {
    let scenario = scenario(Load::closed(8));
    let swept = sweep(Parameter::Clients, &[2.0, 4.0, 8.0, 16.0, 32.0, 64.0], 2);
    let mut plan = SweepPlan::new(&scenario, &swept, 7).unwrap();
    let (mut seeds, mut orders) = (Vec::new(), std::collections::BTreeSet::new());
    while let Some((step, request)) = plan.next() {
        assert_eq!(request.scenario.protocol.repeats, 1);
        seeds.push((step.round, request.seed));
        orders.insert(request.candidates);
        let run = visit(&plan, &step, &[1.0, 1.0]);
        plan.tell(&step, &run);
    }
    seeds.dedup();
    assert_eq!(seeds.len(), 2);
    assert_eq!(seeds[0], (0, 7));
    assert_eq!(orders.len(), 2, "{orders:?}");
}

#[test]
fn a_sweep_goes_on_where_it_was_cut() {
    let scenario = scenario(Load::closed(8));
    let swept = sweep(Parameter::Clients, &[2.0, 4.0, 8.0], 2);
    let mut whole = SweepPlan::new(&scenario, &swept, 7).unwrap();
    let steps = done(&mut whole, |_| vec![1.0, 1.1]);
    let mut resumed = SweepPlan::new(&scenario, &swept, 7).unwrap();
    for step in &steps[..3] {
        let run = visit(&resumed, step, &[1.0, 1.1]);
        assert!(resumed.tell(step, &run));
    }
    // The one that was under way.
    let mut stopped = visit(&resumed, &steps[3], &[1.0, 1.1]);
    stopped.stopped = true;
    assert!(!resumed.tell(&steps[3], &stopped));
    let foreign = Step {
        point: 99,
        ..steps[0].clone()
    };
    assert!(!resumed.tell(&foreign, &visit(&whole, &steps[0], &[1.0, 1.0])));
    let rest = done(&mut resumed, |_| vec![1.0, 1.1]);
    assert_eq!(rest, steps[3..]);
    assert_eq!(SweepFigures::of(&resumed), SweepFigures::of(&whole));
}

#[test]
fn candidates_that_change_places_are_told_with_place_and_interval() {
    let scenario = scenario(Load::closed(8));
    let swept = sweep(Parameter::Clients, &[2.0, 4.0, 6.0, 8.0, 10.0], 3);
    let mut plan = SweepPlan::new(&scenario, &swept, 7).unwrap();
    // The first is slower the more clients there are; they are equal at 7.
    done(&mut plan, |clients| {
        vec![(0.1 * (clients - 7.0)).exp(), 1.0]
    });
    let figures = SweepFigures::of(&plan);
    assert_eq!(figures.candidates, ["threads ×4", "others"]);
    assert_eq!(figures.points.len(), 5);
    assert!(
        figures
            .figure(0, 0, Measure::Goodput)
            .unwrap()
            .ends()
            .is_some()
    );
    let crossing = &figures.crossings[0];
    assert_eq!(
        (crossing.measure, crossing.pair),
        (Measure::Goodput, (0, 1))
    );
    let Crossover::At { places, .. } = &crossing.crossover else {
        panic!("they cross: {crossing:?}");
    };
    let (low, high) = places[0].ends().unwrap();
    assert!(low <= 7.0 && 7.0 <= high && high - low < 1.5, "{places:?}");
    let sentence = figures.sentence(crossing).unwrap();
    assert!(
        sentence.starts_with("'threads ×4' has more goodput below clients ")
            && sentence.ends_with("'others' above"),
        "{sentence}"
    );
    let slower = &figures.crossings[1];
    let sentence = figures.sentence(slower).unwrap();
    assert!(
        sentence.starts_with("'threads ×4' has a lower p95 of the response time below"),
        "{sentence}"
    );
}

#[test]
fn a_candidate_that_is_ahead_everywhere_is_told_with_the_range() {
    let scenario = scenario(Load::closed(8));
    let swept = sweep(Parameter::Clients, &[2.0, 4.0], 3);
    let mut plan = SweepPlan::new(&scenario, &swept, 7).unwrap();
    done(&mut plan, |_| vec![1.0, 1.5]);
    let figures = SweepFigures::of(&plan);
    assert_eq!(
        figures.sentence(&figures.crossings[0]).unwrap(),
        "'threads ×4' has more goodput than 'others' wherever they can be told apart, clients 2 to 4"
    );
}

#[test]
fn a_difference_of_one_round_is_said_to_be_perhaps_chance() {
    let scenario = scenario(Load::closed(8));
    let swept = sweep(Parameter::Clients, &[2.0, 4.0], 1);
    let mut plan = SweepPlan::new(&scenario, &swept, 7).unwrap();
    done(&mut plan, |clients| {
        vec![if clients < 3.0 { 1.5 } else { 0.5 }, 1.0]
    });
    let figures = SweepFigures::of(&plan);
    let sentence = figures.sentence(&figures.crossings[0]).unwrap();
    let said = "above; by 1 round only, which may be chance";
    assert!(sentence.ends_with(said), "{sentence}");
    assert!(!figures.tells_chance());
}

#[test]
fn what_was_not_visited_is_missing_and_never_zero() {
    let scenario = scenario(Load::closed(8));
    let plan = SweepPlan::new(&scenario, &sweep(Parameter::Clients, &[2.0, 4.0], 3), 7).unwrap();
    let figures = SweepFigures::of(&plan);
    assert_eq!(figures.points.len(), 2);
    assert_eq!(figures.points[0].rounds, 0);
    assert_eq!(figures.figure(0, 0, Measure::Goodput), None);
    assert_eq!(figures.crossings, []);
}

#[test]
fn a_sweep_of_workers_gives_speed_up_efficiency_and_laws() {
    let scenario = scenario(Load::closed(64));
    let swept = sweep(Parameter::Workers, &[1.0, 2.0, 4.0, 8.0, 16.0], 3);
    let mut plan = SweepPlan::new(&scenario, &swept, 7).unwrap();
    // The first obeys Amdahl's law with a tenth that cannot be shared, the second is ideal.
    done(&mut plan, |n| vec![0.1 + 0.9 / n, 1.0 / n]);
    let found = scaling(&plan).unwrap();
    assert_eq!(found.len(), 2);
    let amdahl = found[0].amdahl.as_ref().unwrap();
    assert!((amdahl.best.contention - 0.1).abs() < 0.02, "{amdahl:?}");
    let (low, high) = amdahl.contention.ends().unwrap();
    assert!(low <= 0.1 && 0.1 <= high);
    assert!(found[0].one_is_measured);
    assert!((found[0].points[0].speedup.value - 1.0).abs() < 1e-9);
    assert!((found[1].points[4].efficiency_ratio.value - 1.0).abs() < 0.1);
    assert!(found[1].universal.as_ref().unwrap().best.contention < 0.02);
    let sentence = amdahl.sentence();
    assert!(
        sentence.starts_with("Amdahl's law: contention 9.89 % (9.30 % to 10.5 %)"),
        "{sentence}"
    );
    assert!(
        sentence.ends_with("not to be read beyond 32 workers"),
        "{sentence}"
    );
}

#[test]
fn an_open_load_and_other_parameters_have_no_scaling_law() {
    let open = Load::Open {
        rate_per_sec: 100.0,
        arrivals: Arrivals::Poisson,
    };
    let plan = |load, parameter| {
        SweepPlan::new(&scenario(load), &sweep(parameter, &[1.0, 2.0], 1), 7).unwrap()
    };
    assert_eq!(
        scaling(&plan(open, Parameter::Workers)),
        Err(NoScaling::OpenLoad)
    );
    assert_eq!(
        scaling(&plan(Load::closed(8), Parameter::Clients)),
        Err(NoScaling::NotWorkers)
    );
    assert!(
        NoScaling::OpenLoad
            .reason()
            .unwrap()
            .contains("closed load")
    );
}
