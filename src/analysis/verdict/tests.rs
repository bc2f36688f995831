//! Verdicts of synthetic runs.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::analysis::{Outcome, Verdict, VerdictKind, candidate_figures, trust, verdict};
use crate::run::Run;
use crate::scenario::Objective;
use crate::stats::{Histogram, rng::Rng};
use crate::support;
use crate::units::{Bytes, Nanos, Percentile};

fn of(run: &Run) -> Verdict {
    verdict(run, &candidate_figures(run), &trust(run))
}

#[test]
fn a_failed_block_makes_the_run_not_trustworthy_and_says_why() {
    let verdict = of(&support::sample_run());
    assert_eq!(verdict.kind, VerdictKind::NotTrustworthy);
    assert!(
        verdict.why.contains("'processes ×4' failed"),
        "{}",
        verdict.why
    );
}

#[test]
fn without_objectives_nothing_is_chosen_but_the_shortest_and_the_cheapest_are_named() {
    let verdict = of(&support::batch_run());
    assert_eq!(
        (verdict.kind, verdict.candidates.len()),
        (VerdictKind::NoObjectives, 0)
    );
    assert!(
        verdict.why.contains("Shortest makespan: 'threads ×4' with"),
        "{}",
        verdict.why
    );
    assert!(
        verdict.why.contains("Lowest cost per 1k tasks"),
        "{}",
        verdict.why
    );
    assert!(!verdict.why.contains("not over"));
}

#[test]
fn candidates_that_cannot_be_told_apart_are_too_close_to_call() {
    // Four of five keep up with the load.
    let verdict = of(&support::finished_run());
    let names = "Highest goodput: 'async ×64', 'async ×64, CPU on 2 threads', 'processes ×4' and 'threads ×8' near";
    assert!(verdict.why.contains(names), "{}", verdict.why);
    assert!(verdict.why.contains("too close to call"), "{}", verdict.why);
}

#[test]
fn while_nothing_is_known_nothing_is_said() {
    let verdict = of(&support::waiting_run());
    assert_eq!(
        verdict.why,
        "No objectives are set, so nothing is decided. The run is not over."
    );
}

#[test]
fn before_a_candidate_is_measured_nobody_qualifies_and_values_decide_nothing() {
    let mut run = support::waiting_run();
    run.request.scenario.objectives = vec![FEW_ERRORS];
    let verdict = of(&run);
    assert_eq!(verdict.kind, VerdictKind::NoneQualifies);
    assert!(
        verdict
            .why
            .starts_with("No candidate is measured to its end yet"),
        "{}",
        verdict.why
    );
    assert!(
        !verdict.why.contains("values alone decide"),
        "{}",
        verdict.why
    );
}

/// A run of `slowness.len()` candidates under these objectives, each measured `repeats` times.
fn noisy(seed: u64, repeats: u32, slowness: &[f64], objectives: &[Objective]) -> Run {
    let mut run = support::noisy::noisy_run(seed, repeats, slowness);
    run.request.scenario.protocol.noise_floor = false;
    run.blocks.retain(|block| !block.planned.twin);
    run.request.scenario.objectives = objectives.to_vec();
    run
}

/// The same run of a scenario that lists its candidates in another order: `order[new] == old`.
fn permuted(run: &Run, order: &[usize]) -> Run {
    let mut other = run.clone();
    let old = &run.request.scenario.candidates;
    other.request.scenario.candidates = order.iter().map(|&place| old[place].clone()).collect();
    for block in &mut other.blocks {
        let place = order
            .iter()
            .position(|&place| place == block.planned.candidate);
        block.planned.candidate = place.unwrap();
    }
    other
}

const CHEAP: Objective = Objective::CostPer1k { at_most: 1e-4 };
const FEW_ERRORS: Objective = Objective::ErrorRatio { at_most: 0.01 };

fn p99(millis: u64) -> Objective {
    Objective::ResponseTime {
        percentile: Percentile::P99,
        at_most: Nanos::from_millis(millis),
    }
}

#[test]
fn the_cheapest_of_those_that_meet_the_objectives_is_chosen_and_told_with_the_next() {
    let run = noisy(1, 5, &[1.0, 1.5, 2.0], &[FEW_ERRORS]);
    let verdict = of(&run);
    assert_eq!(verdict.kind, VerdictKind::Choose, "{verdict:#?}");
    assert_eq!(verdict.candidates, ["threads ×1"]);
    let why = &verdict.why;
    assert!(
        why.starts_with(
            "Choose 'threads ×1': it meets error ratio at most 1 % (with 0 %) and costs least, "
        ),
        "{why}"
    );
    assert!(
        why.contains("; the next one, 'threads ×2', costs "),
        "{why}"
    );
    assert_eq!(verdict.deciding[0].measure, "cost_per_1k");
    assert_eq!(verdict.deciding[1].measure, "error_ratio");
    assert_eq!(verdict.deciding[1].figures[2].outcome, Some(Outcome::Met));
}

#[test]
fn who_misses_an_objective_is_out_however_cheap_and_the_bound_that_would_let_it_in_is_told() {
    let mut run = noisy(1, 5, &[1.0, 1.5], &[]);
    // The cheaper one holds more memory per worker than is allowed.
    for block in run
        .blocks
        .iter_mut()
        .filter(|block| block.planned.candidate == 0)
    {
        let memory = block.memory.as_mut().unwrap();
        memory.per_worker_mean_bytes = 64.0 * 1024.0 * 1024.0;
    }
    run.request.scenario.objectives = vec![Objective::MemoryPerWorker {
        at_most: Bytes::from_mib(32),
    }];
    let verdict = of(&run);
    assert_eq!(verdict.kind, VerdictKind::Choose);
    assert_eq!(verdict.candidates, ["threads ×2"]);
    assert!(
        verdict
            .why
            .contains("'threads ×1' misses memory per worker at most 32 MiB with 64.0 MiB."),
        "{}",
        verdict.why
    );
    assert!(
        verdict.changes[0].starts_with("'threads ×1' would cost ")
            && verdict.changes[0]
                .ends_with("and would qualify with memory per worker at most 64.0 MiB."),
        "{:?}",
        verdict.changes
    );
    assert_eq!(verdict.deciding[0].measure, "memory_per_worker");
}

#[test]
fn nobody_qualifies_for_the_impossible_and_the_nearest_is_named() {
    let run = noisy(1, 5, &[1.0, 1.5], &[p99(1)]);
    let verdict = of(&run);
    assert_eq!(
        (verdict.kind, verdict.candidates.len()),
        (VerdictKind::NoneQualifies, 0)
    );
    assert!(
        verdict.why.starts_with("No candidate meets all objectives. 'threads ×1' misses p99 of the response time at most 1 ms with "),
        "{}",
        verdict.why
    );
    assert!(verdict.changes[0].starts_with(
        "'threads ×1' is nearest: it would qualify with p99 of the response time at most "
    ));
    assert_eq!(verdict.deciding[0].bound, Some(1e6));
}

#[test]
fn what_is_only_undecided_is_said_to_be_so_with_what_would_decide_it() {
    let figures = candidate_figures(&noisy(1, 3, &[1.0], &[]));
    let middle = figures[0].response_time_figures.p99.unwrap();
    // A bound halfway to the end of the interval: four times as many blocks are needed.
    let bound = Nanos(middle.value.midpoint(middle.high.unwrap()) as u64 + 1);
    let objective = Objective::ResponseTime {
        percentile: Percentile::P99,
        at_most: bound,
    };
    let verdict = of(&noisy(1, 3, &[1.0], &[objective]));
    assert_eq!(verdict.kind, VerdictKind::NoneQualifies);
    assert!(
        verdict.why.starts_with("No candidate is known to meet all objectives, and some are only undecided. 'threads ×1' is undecided in p99"),
        "{}",
        verdict.why
    );
    assert!(
        verdict.changes[0].starts_with("9 more repeats (about "),
        "{:?}",
        verdict.changes
    );
}

#[test]
fn two_equal_candidates_are_a_tie_whoever_comes_first() {
    let mut ties = 0;
    for seed in 0..40 {
        let run = noisy(seed, 5, &[1.0, 1.0], &[FEW_ERRORS]);
        ties += u32::from(of(&run).kind == VerdictKind::Tie);
    }
    assert!(ties >= 38, "{ties} of 40");
    // Measured once, and exactly the same.
    let mut run = noisy(3, 1, &[1.0, 1.0], &[FEW_ERRORS]);
    let first = run.blocks[0].clone();
    let planned = run.blocks[1].planned;
    run.blocks[1] = first;
    run.blocks[1].planned = planned;
    let verdict = of(&run);
    assert_eq!(verdict.kind, VerdictKind::Tie);
    assert_eq!(verdict.candidates, ["threads ×1", "threads ×2"]);
    assert!(
        verdict.why.starts_with(
            "Too close to call: 'threads ×1' and 'threads ×2' meet error ratio at most 1 %"
        ),
        "{}",
        verdict.why
    );
    assert!(
        verdict
            .why
            .contains(": 'threads ×2' costs as much. Nothing else tells them apart"),
        "{}",
        verdict.why
    );
    assert!(
        verdict.why.contains("the values alone decide"),
        "{}",
        verdict.why
    );
}

#[test]
fn a_tie_in_cost_names_what_differs() {
    let mut run = noisy(3, 5, &[1.0, 1.0], &[FEW_ERRORS]);
    for block in run
        .blocks
        .iter_mut()
        .filter(|block| block.planned.candidate == 1)
    {
        let mut slower = Histogram::new();
        for (low, _, count) in block.measured.response.filled() {
            (0..count).for_each(|_| slower.record(low * 3));
        }
        block.measured.response = slower;
    }
    let verdict = of(&run);
    assert_eq!(verdict.kind, VerdictKind::Tie, "{}", verdict.why);
    assert!(
        verdict.why.contains(
            "What differs is the p99 of the response time, where 'threads ×1' is ahead with "
        ),
        "{}",
        verdict.why
    );
}

#[test]
fn the_ratio_of_prices_at_which_candidates_change_places_is_exact() {
    let mut run = noisy(1, 5, &[1.0, 1.5], &[FEW_ERRORS]);
    // The second one needs more of the cores and far less memory.
    for block in run
        .blocks
        .iter_mut()
        .filter(|block| block.planned.candidate == 0)
    {
        let memory = block.memory.as_mut().unwrap();
        memory.total_mean_bytes = 4e9;
    }
    let change = |run: &Run| {
        let verdict = of(run);
        let told = verdict.changes.into_iter();
        (
            verdict.candidates,
            told.filter(|change| change.contains("core-hour"))
                .collect::<Vec<_>>(),
        )
    };
    let (chosen, told) = change(&run);
    let words: Vec<&str> = told[0].split_whitespace().collect();
    let place = words.iter().position(|word| *word == "times").unwrap();
    let flip: f64 = words[place - 1].replace(',', "").parse().unwrap();
    // On the other side of that ratio the other one is chosen.
    let prices = &mut run.request.scenario.prices;
    let now = prices.per_vcpu_hour / prices.per_gib_hour;
    let beyond = if flip > now { flip * 1.3 } else { flip / 1.3 };
    prices.per_vcpu_hour = prices.per_gib_hour * beyond;
    let (other, back) = change(&run);
    assert_ne!(chosen, other, "{told:?}");
    assert_eq!(back.len(), 1, "and back again");
}

#[test]
fn a_figure_that_is_not_known_is_undecided_and_never_met() {
    let mut run = noisy(1, 1, &[1.0], &[p99(10_000)]);
    for block in &mut run.blocks {
        let mut few = Histogram::new();
        (0..298).for_each(|_| few.record(1_000));
        block.measured.response = few;
    }
    let verdict = of(&run);
    assert_eq!(verdict.kind, VerdictKind::NoneQualifies);
    assert!(
        verdict
            .why
            .contains("298 tasks ended, and p99 of the response time needs 299"),
        "{}",
        verdict.why
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_candidates_changes_nothing(
        seed in 0..10_000_u64,
        repeats in 1..=5_u32,
        slowness in prop::collection::vec(prop::sample::select(vec![1.0, 1.0, 1.02, 1.05, 1.3, 2.0]), 1..=4),
        bounds in prop::sample::subsequence(
            vec![FEW_ERRORS, CHEAP, p99(22), p99(60), Objective::Throughput { at_least: 150.0 }],
            0..=3,
        ),
        draw in any::<u64>(),
    ) {
        let run = noisy(seed, repeats, &slowness, &bounds);
        let mut order: Vec<usize> = (0..slowness.len()).collect();
        let mut rng = Rng::new(draw, 0);
        order.sort_by_key(|_| rng.next_u64());
        let (one, other) = (of(&run), of(&permuted(&run, &order)));
        prop_assert_eq!(one.kind, other.kind);
        let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
        prop_assert_eq!(set(&one.candidates), set(&other.candidates));
        prop_assert_eq!(&one.why, &other.why);
        prop_assert_eq!(&one.changes, &other.changes);
        prop_assert_eq!(&one.textbook, &other.textbook);
        let measures = |verdict: &Verdict| verdict.deciding.iter().map(|one| one.measure).collect::<Vec<_>>();
        prop_assert_eq!(measures(&one), measures(&other));
    }
}
