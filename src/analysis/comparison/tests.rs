//! Comparisons of whole runs on synthetic ones.

use super::*;
use crate::run::Calibration;
use crate::scenario::{AsyncCpu, Backend, Kernel, Load};
use crate::stats::Percentile;
use crate::support;
use crate::support::noisy::noisy_run;

fn side<'a>(name: &'a str, run: &'a Run) -> Side<'a> {
    Side {
        run,
        name,
        version: "0.1.0",
    }
}

fn of(baseline: &Run, run: &Run) -> RunComparison {
    compare_whole(side("then", baseline), side("now", run))
}

fn measure(pair: &PairComparison, measure: Measure) -> MeasureComparison {
    let mut measures = pair.measures.iter();
    *measures.find(|found| found.measure == measure).unwrap()
}

#[test]
fn a_run_beside_itself_differs_in_nothing() {
    let run = noisy_run(4, 4, &[1.0, 1.4]);
    let compared = of(&run, &run);
    assert_eq!(compared.circumstances, []);
    assert_eq!(compared.settings, []);
    assert_eq!(compared.doubts().next(), None);
    assert!(compared.only_in_baseline.is_empty() && compared.only_in_run.is_empty());
    assert_eq!(compared.pairs.len(), 2);
    for pair in &compared.pairs {
        assert_eq!(
            (pair.candidate, &pair.name),
            (pair.baseline, &pair.baseline_name)
        );
        // A closed load has no makespan; everything else is known.
        assert_eq!(pair.measures.len(), Measure::OF_RUNS.len() - 1);
        for measure in &pair.measures {
            let comparison = measure.comparison.unwrap();
            assert_eq!(comparison.ratio.value.to_bits(), 1.0_f64.to_bits());
            assert_eq!(comparison.difference.value.to_bits(), 0.0_f64.to_bits());
            assert_eq!(measure.baseline, measure.run);
            assert_eq!(measure.judgement, Judgement::TooClose);
        }
    }
    let outcome = compared.outcome(TOLERANCE_RATIO);
    assert_eq!(
        (outcome.kind, outcome.too_close),
        (RunOutcomeKind::NotWorse, 18)
    );
    assert_eq!(
        outcome.why,
        "Not worse than the baseline. Of the measures of all candidates: 18 too close to call."
    );
}

#[test]
fn what_is_slower_is_worse_and_the_other_way_round_better() {
    let (fast, slow) = (noisy_run(1, 5, &[1.0]), noisy_run(2, 5, &[1.5]));
    let worse = of(&fast, &slow);
    let pair = &worse.pairs[0];
    for wanted in [
        Measure::Throughput,
        Measure::Goodput,
        Measure::Response(Percentile::P50),
        Measure::CpuPerTask,
        Measure::MemoryPerWorker,
        Measure::Cost,
    ] {
        assert_eq!(
            measure(pair, wanted).judgement,
            Judgement::Worse,
            "{}",
            wanted.name()
        );
    }
    let throughput = measure(pair, Measure::Throughput).comparison.unwrap();
    assert!((throughput.ratio.value * 1.5 - 1.0).abs() < 0.1 && throughput.difference.value < 0.0);
    let memory = measure(pair, Measure::MemoryPerWorker);
    assert!((memory.comparison.unwrap().ratio.value / 1.5 - 1.0).abs() < 0.02);
    let outcome = worse.outcome(TOLERANCE_RATIO);
    assert_eq!(outcome.kind, RunOutcomeKind::Worse);
    assert!(
        outcome.why.starts_with(
            "Worse than the baseline: p99 of the response time of 'threads ×1' is 1.60 times"
        ),
        "{}",
        outcome.why
    );
    let better = of(&slow, &fast).outcome(TOLERANCE_RATIO);
    assert_eq!(
        (better.kind, better.worse.len()),
        (RunOutcomeKind::NotWorse, 0)
    );
    assert_eq!(better.better.len(), outcome.worse.len());
    assert!(better.why.contains(". Better: "), "{}", better.why);
    // Half as much again is tolerated by who says so.
    let patient = worse.outcome(2.0);
    assert_eq!(
        (patient.kind, patient.worse.len()),
        (RunOutcomeKind::NotWorse, 0)
    );
    assert!(
        patient.why.contains("worse within the tolerance of 200 %"),
        "{}",
        patient.why
    );
}

#[test]
fn a_rate_that_fell_to_nothing_is_worse() {
    let then = noisy_run(1, 3, &[1.0]);
    let mut now = noisy_run(2, 3, &[1.0]);
    for block in &mut now.blocks {
        block.last.as_mut().unwrap().window_good = 0;
    }
    let lost = of(&then, &now);
    let goodput = measure(&lost.pairs[0], Measure::Goodput);
    assert_eq!(goodput.judgement, Judgement::Worse);
    let outcome = lost.outcome(TOLERANCE_RATIO);
    assert_eq!(outcome.kind, RunOutcomeKind::Worse);
    assert!(
        outcome
            .why
            .contains("goodput of 'threads ×1' is 0 times the baseline's"),
        "{}",
        outcome.why
    );
}

#[test]
fn two_runs_of_the_same_are_called_worse_in_at_most_one_of_twenty_pairs() {
    let worse: Vec<u64> = (0..20)
        .filter(|seed| {
            let slowness = [1.0, 1.2];
            let (then, now) = (
                noisy_run(2 * seed, 3, &slowness),
                noisy_run(2 * seed + 1, 3, &slowness),
            );
            of(&then, &now).outcome(0.0).kind == RunOutcomeKind::Worse
        })
        .collect();
    assert!(worse.len() <= 1, "{worse:?}");
}

#[test]
fn with_two_repeats_nothing_is_judged_and_it_is_said_why() {
    let (fast, slow) = (noisy_run(1, 2, &[1.0]), noisy_run(2, 2, &[3.0]));
    let compared = of(&fast, &slow);
    let throughput = measure(&compared.pairs[0], Measure::Throughput);
    assert_eq!(throughput.judgement, Judgement::NotKnown);
    assert!(
        throughput.comparison.unwrap().ratio.value < 0.5,
        "but shown"
    );
    let outcome = compared.outcome(TOLERANCE_RATIO);
    assert_eq!(outcome.kind, RunOutcomeKind::NotKnown);
    assert!(outcome.why.contains("three repeats"), "{}", outcome.why);
}

#[test]
fn what_one_side_does_not_know_stays_missing() {
    let run = noisy_run(1, 3, &[1.0]);
    let mut without = noisy_run(1, 3, &[1.0]);
    for block in &mut without.blocks {
        block.memory = None;
    }
    let compared = of(&run, &without);
    let memory = measure(&compared.pairs[0], Measure::MemoryPerWorker);
    assert!(memory.baseline.is_some());
    assert_eq!((memory.run, memory.comparison), (None, None));
    assert_eq!(memory.judgement, Judgement::NotKnown);
    assert_eq!(compared.pairs[0].notes, [super::MEMORY_KINDS]);
    let waiting = of(&support::waiting_run(), &support::waiting_run());
    assert!(waiting.pairs.iter().all(|pair| pair.measures.is_empty()));
    assert_eq!(waiting.outcome(0.0).kind, RunOutcomeKind::NotKnown);
}

#[test]
fn a_candidate_that_only_the_baseline_has_is_not_held() {
    let then = noisy_run(1, 5, &[1.0, 1.0, 1.0]);
    let now = noisy_run(2, 5, &[1.0]);
    let outcome = of(&then, &now).outcome(TOLERANCE_RATIO);
    let lost = |name: &str| Lost {
        name: name.to_owned(),
        bound: None,
    };
    assert_eq!(outcome.lost, [lost("threads ×2"), lost("threads ×3")]);
    assert_eq!(
        (outcome.kind, outcome.worse.len(), outcome.too_close),
        (RunOutcomeKind::Worse, 0, 9)
    );
    assert!(
        outcome.why.starts_with(
            "The run lacks what the baseline has, which counts as worse: 'threads ×2' is not in the run; 'threads ×3' is not in the run."
        ),
        "{}",
        outcome.why
    );
    // What is new is held against nothing.
    let more = of(&now, &then).outcome(TOLERANCE_RATIO);
    assert_eq!((more.kind, more.lost), (RunOutcomeKind::NotWorse, vec![]));
}

#[test]
fn a_bounded_figure_that_only_the_baseline_knows_is_not_held_and_another_is_only_unknown() {
    let mut then = noisy_run(1, 5, &[1.0]);
    let mut now = then.clone();
    for block in &mut now.blocks {
        block.memory = None;
    }
    then.request.scenario.objectives.clear();
    now.request.scenario.objectives.clear();
    let unbounded = of(&then, &now).outcome(TOLERANCE_RATIO);
    assert_eq!(
        (unbounded.kind, unbounded.lost.len()),
        (RunOutcomeKind::NotWorse, 0)
    );
    let bound = Objective::MemoryPerWorker {
        at_most: crate::units::Bytes(1 << 30),
    };
    // Whichever of the two scenarios demands it, and once if both do.
    then.request.scenario.objectives.push(bound);
    for _ in 0..2 {
        let outcome = of(&then, &now).outcome(TOLERANCE_RATIO);
        let lost = Lost {
            name: "threads ×1".to_owned(),
            bound: Some("memory per worker".to_owned()),
        };
        assert_eq!(
            (outcome.kind, outcome.lost),
            (RunOutcomeKind::Worse, vec![lost])
        );
        assert!(
            outcome.why.contains(
                "memory per worker of 'threads ×1', which an objective bounds, is not known of the run"
            ),
            "{}",
            outcome.why
        );
        now.request.scenario.objectives.push(bound);
    }
    let known = of(&now, &then).outcome(TOLERANCE_RATIO);
    assert_eq!((known.kind, known.lost), (RunOutcomeKind::NotWorse, vec![]));
}

#[test]
fn the_machine_the_program_and_the_seed_are_named_where_they_differ() {
    let then = noisy_run(1, 3, &[1.0]);
    let mut now = noisy_run(1, 3, &[1.0]);
    let machine = now.machine.as_mut().unwrap();
    machine.cpu = "Another CPU".to_owned();
    machine.governor = Some("powersave".to_owned());
    machine.load_average = Some(0.3);
    now.request.seed = 9;
    let compared = compare_whole(
        side("then", &then),
        Side {
            version: "0.2.0",
            ..side("now", &now)
        },
    );
    let found: Vec<_> = compared
        .circumstances
        .iter()
        .map(|fact| {
            (
                fact.what.as_str(),
                fact.baseline.as_str(),
                fact.run.as_str(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("Processor", "Example CPU at 2.5 GHz", "Another CPU"),
            ("Clock governor", "not told", "powersave"),
            ("poolscope", "0.1.0", "0.2.0"),
            ("Seed", "1", "9"),
        ],
        "a little more load is none of it"
    );
    let why = compared.outcome(TOLERANCE_RATIO).why;
    assert!(
        why.ends_with("The machines differ, so the figures tell of them as much as of the work.")
    );
    now.machine = None;
    let unknown = of(&then, &now);
    assert!(
        unknown
            .circumstances
            .iter()
            .any(|fact| fact.run == "not told")
    );
}

#[test]
fn a_processor_that_computes_at_another_speed_is_another_one() {
    let with = |fastest_nanos| {
        let mut run = noisy_run(1, 3, &[1.0]);
        let started = run.blocks[0].started.as_mut().unwrap();
        started.calibration = vec![Calibration {
            kernel: Kernel::Sha256,
            unit_nanos: None,
            medians_nanos: [fastest_nanos; 2],
            spread_ratio: 0.0,
            fastest_nanos,
        }];
        run
    };
    assert_eq!(of(&with(1_000.0), &with(1_040.0)).circumstances, []);
    let slower = of(&with(1_000.0), &with(1_200.0));
    // The same processor on a busy day is no other machine.
    let why = slower.outcome(TOLERANCE_RATIO).why;
    assert!(why.contains("was not equally fast in both"), "{why}");
    assert!(!why.contains("machines differ"), "{why}");
    let slower = slower.circumstances;
    assert_eq!(
        (slower[0].baseline.as_str(), slower[0].run.as_str()),
        ("1.00 µs", "1.20 µs")
    );
    assert!(slower[0].is_of_machine);
}

#[test]
fn differing_fields_are_named_as_in_files_and_prose_is_no_difference() {
    let then = noisy_run(1, 3, &[1.0]);
    let mut now = noisy_run(1, 3, &[1.0]);
    let scenario = &mut now.request.scenario;
    scenario.about = "Other words".to_owned();
    scenario.protocol.seed = 77;
    scenario.queue.capacity = 7;
    // What is measured besides changes no figure of this run.
    scenario.sweep = Some(crate::scenario::Sweep::of(
        crate::scenario::Parameter::Clients,
        crate::scenario::Values::List(vec![8.0.into()]),
    ));
    let field = |compared: &RunComparison| {
        let found = compared.settings.iter();
        let found = found.map(|setting| {
            let (before, now) = (&setting.baseline, &setting.run);
            format!("{}: {before} → {now}", setting.field)
        });
        found.collect::<Vec<_>>()
    };
    assert_eq!(field(&of(&then, &now)), ["queue.capacity: 100 → 7"]);
    now.request.scenario.load = Load::Open {
        rate_per_sec: 30.0,
        arrivals: crate::scenario::Arrivals::Poisson,
    };
    let compared = of(&then, &now);
    assert!(
        field(&compared)[0].starts_with("load: Closed(clients: "),
        "{:?}",
        field(&compared)
    );
    assert_eq!(compared.pairs[0].notes, [super::CLOSED]);
    let p99 = measure(&compared.pairs[0], Measure::Response(Percentile::P99));
    assert!(p99.run.is_some() && p99.comparison.is_none());
    let task = now.request.scenario.tasks[0].clone();
    now.request.scenario.tasks = vec![task; SETTINGS_MAX + 5];
    let compared = of(&then, &now);
    assert_eq!(
        (compared.settings.len(), compared.settings_dropped),
        (SETTINGS_MAX, 6)
    );
}

#[test]
fn candidates_meet_by_name_and_where_names_differ_by_back_end_and_workers() {
    let mut scenario = support::scenario();
    scenario.candidates.truncate(4);
    let then = support::run_of(&crate::run::RunRequest::all_of(scenario.clone()));
    scenario.candidates.remove(0);
    scenario.candidates.reverse();
    // async, processes, threads: the middle one has a name now, and the last more workers.
    scenario.candidates[1].name = Some("our pool".to_owned());
    scenario.candidates[2].backend = Backend::threads(9);
    scenario
        .candidates
        .push(crate::scenario::Candidate::of(Backend::Async {
            in_flight: 64,
            event_loops: 1,
            cpu: AsyncCpu::Blocking { threads: 2 },
        }));
    let now = support::run_of(&crate::run::RunRequest::all_of(scenario));
    let compared = of(&then, &now);
    let pairs: Vec<_> = compared
        .pairs
        .iter()
        .map(|pair| (pair.baseline_name.as_str(), pair.name.as_str()))
        .collect();
    assert_eq!(
        pairs,
        [("async ×64", "async ×64"), ("processes ×4", "our pool")]
    );
    assert_eq!(compared.only_in_baseline, ["sequential", "threads ×8"]);
    assert_eq!(
        compared.only_in_run,
        ["threads ×9", "async ×64, CPU on 2 threads"]
    );
}

#[test]
fn a_run_that_cannot_be_trusted_decides_nothing() {
    let compared = of(&support::finished_run(), &support::sample_run());
    assert!(compared.doubts().all(|(name, _)| name == "now"));
    let outcome = compared.outcome(TOLERANCE_RATIO);
    assert_eq!(outcome.kind, RunOutcomeKind::NotTrustworthy);
    assert!(
        outcome
            .why
            .starts_with("Not trustworthy: 'now': 'processes ×4' failed"),
        "{}",
        outcome.why
    );
}

#[test]
fn the_candidates_of_a_run_are_held_against_the_sequential_one_or_the_first() {
    let run = noisy_run(3, 5, &[1.0, 1.3]);
    assert_eq!(reference(&run), Some(0));
    let pairs = compare_candidates(&run, 0);
    assert_eq!(pairs.len(), 1);
    let p50 = Measure::Response(Percentile::P50);
    assert_eq!(measure(&pairs[0], p50).comparison, compare(&run, 1, 0, p50));
    assert_eq!(measure(&pairs[0], p50).judgement, Judgement::Worse);
    assert_eq!(compare_candidates(&run, 7), []);
    let mut scenario = support::scenario();
    scenario.candidates.swap(0, 3);
    let request = crate::run::RunRequest::all_of(scenario);
    assert_eq!(reference(&Run::new(request.clone(), 0)), Some(3));
    let mut some = request;
    some.candidates = vec![2, 1];
    assert_eq!(reference(&Run::new(some, 0)), Some(1));
}
