//! Simulated sweeps and searches that are done.
#![expect(clippy::unwrap_used, reason = "only tests see this file")]

use crate::analysis::{CapacityPlan, Held, SweepPlan};
use crate::run::Run;
use crate::scenario::{
    Axis, Backend, Candidate, CapacitySearch, Load, Objective, Parameter, Scenario, Sweep, Values,
};
use crate::support;
use crate::units::{Nanos, Percentile};

/// Threads and processes under a closed load.
pub(in crate::export) fn scenario() -> Scenario {
    let mut scenario = support::scenario();
    scenario.load = Load::closed(8);
    scenario.faults.clear();
    scenario.candidates = vec![
        Candidate::of(Backend::threads(4)),
        Candidate {
            name: Some("=others".to_owned()),
            ..Candidate::of(Backend::processes(2))
        },
    ];
    scenario
}

/// A list of numbers.
pub(in crate::export) fn list(values: &[f64]) -> Values {
    Values::List(values.iter().map(|value| (*value).into()).collect())
}

/// All visits, with so much slowness by the coordinates.
pub(in crate::export) fn done(sweep: &Sweep, slowness: impl Fn(&[f64]) -> Vec<f64>) -> SweepPlan {
    let mut plan = SweepPlan::new(&scenario(), sweep, 7).unwrap();
    while let Some((step, request)) = plan.next() {
        let seed = 1_000 * step.point as u64 + u64::from(step.round);
        let mut run = support::noisy::noisy_run(seed, 1, &slowness(&step.coordinates));
        run.blocks.retain(|block| !block.planned.twin);
        run.request = request;
        assert!(plan.tell(&step, &run));
    }
    plan
}

/// A sweep of workers, all of it done.
pub(in crate::export) fn workers() -> SweepPlan {
    let mut sweep = Sweep::of(Parameter::Workers, list(&[1.0, 2.0, 4.0, 8.0, 16.0]));
    sweep.repeats = Some(3);
    done(&sweep, |at| vec![0.1 + 0.9 / at[0], 2.0 / at[0].powf(0.5)])
}

/// A sweep of two parameters, all of it done.
pub(in crate::export) fn pairs() -> SweepPlan {
    let mut sweep = Sweep::of(Parameter::Clients, list(&[2.0, 4.0, 8.0]));
    sweep.y = Some(Axis {
        vary: Parameter::Workers,
        over: list(&[1.0, 2.0]),
    });
    sweep.repeats = Some(1);
    done(&sweep, |at| vec![at[0] / at[1], 1.0])
}

/// Holds below 100 tasks per second, and is undecided up to 110.
fn holds(run: &Run, _: usize) -> Held {
    match run.request.scenario.load.mean_rate_per_sec() {
        Some(rate) if rate < 100.0 => Held::Yes,
        Some(rate) if rate < 110.0 => Held::Undecided,
        _ => Held::No,
    }
}

/// A search that came to its end.
pub(in crate::export) fn searched() -> CapacityPlan {
    let mut scenario = scenario();
    scenario.load = Load::Open {
        rate_per_sec: 1.0,
        arrivals: crate::scenario::Arrivals::Poisson,
    };
    scenario.objectives = vec![
        Objective::ResponseTime {
            percentile: Percentile::P95,
            at_most: Nanos::from_millis(60),
        },
        Objective::Goodput { at_least: 1.0 },
    ];
    let search = CapacitySearch {
        from: 10.0,
        to: 1_000.0,
        precision_ratio: 0.05,
        candidates: Vec::new(),
    };
    let mut plan = CapacityPlan::new(&scenario, &search, 7, holds).unwrap();
    while let Some((step, request)) = plan.next() {
        let slowness = 1.0 / (1.0 - (step.coordinates[0] / 130.0).min(0.9));
        let mut run = support::noisy::noisy_run(step.point as u64, 1, &[slowness, slowness]);
        let candidate = request.candidates[0];
        run.blocks
            .retain(|block| block.planned.candidate == candidate && !block.planned.twin);
        run.request = request;
        assert!(plan.tell(&step, &run));
    }
    plan
}
