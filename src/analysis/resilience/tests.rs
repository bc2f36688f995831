//! Figures of faults and defences by exact numbers: each tenth of a second is told by hand.

use crate::analysis::resilience::course::Course;
use crate::analysis::resilience::recovery::{Back, Faulty, recovery};
use crate::analysis::{
    CandidateFigures, FindingKind, RECOVERED_RATIO, RecoveredTo, Recovery, candidate_figures,
};
use crate::run::{BlockState, BreakerState, Run};
use crate::scenario::{Fault, Inject, Objective, Scenario};
use crate::support::{
    self,
    drill::{self, Tick},
};
use crate::units::{Nanos, Percentile};

const SECOND: u64 = 1_000_000_000;

fn figures() -> Vec<CandidateFigures> {
    candidate_figures(&drill::run())
}

/// One fault from second 3 to second 5 of the twelve.
fn one_fault(scenario: &mut Scenario) {
    scenario.faults.truncate(1);
}

/// The answer where each tenth of the measurement has so many good tasks of twenty.
fn answer(change: impl FnOnce(&mut Scenario), good: impl Fn(u64) -> u64) -> Option<Recovery> {
    let run = drill::run_of_one(change, |tick| Tick {
        good: good(tick),
        failed: 20 - good(tick),
        ..Tick::calm(20)
    });
    of(&run, RECOVERED_RATIO)
}

fn of(run: &Run, ratio: f64) -> Option<Recovery> {
    let block = &run.blocks[0];
    let faulty = Faulty::of(block, &run.request.fault_windows())?;
    recovery(&Course::of(block), &faulty, Back::Share(ratio))
}

#[test]
fn goodput_that_never_left_is_back_at_once() {
    assert_eq!(answer(one_fault, |_| 20), Some(Recovery::After(0)));
}

#[test]
fn goodput_is_back_at_the_first_instant_from_which_it_holds_for_a_second() {
    let dip = |until: u64| move |tick| if (30..until).contains(&tick) { 4 } else { 20 };
    assert_eq!(
        answer(one_fault, dip(63)),
        Some(Recovery::After(13 * SECOND / 10))
    );
    // Half a second of it is not a second.
    let relapse = |tick| match tick {
        30..60 | 65..80 => 4,
        _ => 20,
    };
    assert_eq!(
        answer(one_fault, relapse),
        Some(Recovery::After(3 * SECOND))
    );
}

#[test]
fn as_good_as_nine_tenths_is_back_and_less_is_not() {
    let after = |good| move |tick| if tick < 30 { 20 } else { good };
    assert_eq!(answer(one_fault, after(18)), Some(Recovery::After(0)));
    assert_eq!(
        answer(one_fault, after(17)),
        Some(Recovery::NotWithin(7 * SECOND))
    );
    // What counts as back is an argument.
    let run = drill::run_of_one(one_fault, |tick| Tick {
        good: after(17)(tick),
        failed: 20 - after(17)(tick),
        ..Tick::calm(20)
    });
    assert_eq!(of(&run, 0.8), Some(Recovery::After(0)));
}

#[test]
fn goodput_that_comes_back_shortly_before_the_end_holds_to_the_end() {
    let dip = |tick| if (30..114).contains(&tick) { 4 } else { 20 };
    assert_eq!(
        answer(one_fault, dip),
        Some(Recovery::After(64 * SECOND / 10))
    );
    let later = |tick| if (30..117).contains(&tick) { 4 } else { 20 };
    assert_eq!(
        answer(one_fault, later),
        Some(Recovery::NotWithin(7 * SECOND))
    );
}

/// The answer under these objectives, where each tenth has so many tasks of twenty that are answered in time; the
/// others are too late, and good as well.
fn answer_by(objectives: Vec<Objective>, good: impl Fn(u64) -> u64) -> Option<Recovery> {
    let run = drill::run_of_one(
        |scenario| {
            one_fault(scenario);
            scenario.objectives = objectives;
        },
        |tick| Tick {
            good: good(tick),
            failed: 20 - good(tick),
            ..Tick::calm(20)
        },
    );
    candidate_figures(&run)[0].resilience.recovery
}

#[test]
fn where_objectives_are_set_goodput_is_back_when_they_hold_again() {
    // Tasks are answered within 20 ms and 300 µs more for each before them in the tenth: the last after 25.7 ms.
    let p90 = |micros: u64| Objective::ResponseTime {
        percentile: Percentile::P90,
        at_most: Nanos::from_micros(micros),
    };
    let dip = |good: u64| move |tick| if (30..60).contains(&tick) { good } else { 20 };
    // Nine of ten are good in the fault and within the bound: it holds all the time.
    assert_eq!(
        answer_by(vec![p90(26_000)], dip(18)),
        Some(Recovery::After(0))
    );
    // Seventeen of twenty are too few until the dip is over.
    assert_eq!(
        answer_by(vec![p90(26_000)], dip(17)),
        Some(Recovery::After(SECOND))
    );
    // Too late are more than one of ten, before and after.
    assert_eq!(
        answer_by(vec![p90(24_000)], dip(17)),
        Some(Recovery::NotWithin(7 * SECOND))
    );
    // Of goodput as many are demanded as there are, and less than nine tenths may be enough.
    let goodput = |at_least| vec![Objective::Goodput { at_least }];
    let after = |tick| if tick < 30 { 20 } else { 16 };
    assert_eq!(answer_by(goodput(160.0), after), Some(Recovery::After(0)));
    assert_eq!(
        answer_by(goodput(165.0), after),
        Some(Recovery::NotWithin(7 * SECOND))
    );
    assert_eq!(
        Recovery::NotWithin(7 * SECOND).sentence(RecoveredTo::Objectives),
        "the objectives did not hold again at the end, 7.00 s after the last fault"
    );
}

#[test]
fn what_cannot_be_told_is_not_told() {
    let from = |secs: u64, until: Option<u64>| {
        move |scenario: &mut Scenario| {
            scenario.faults = vec![Fault {
                from: Nanos::from_secs(secs),
                until: until.map(Nanos::from_secs),
                ..Fault::new(Inject::Error)
            }];
        }
    };
    // Nothing is known of what was before, or of what came after.
    assert_eq!(answer(from(0, Some(5)), |_| 20), Some(Recovery::Unknown));
    assert_eq!(answer(from(3, None), |_| 20), None);
    assert_eq!(answer(from(3, Some(12)), |_| 20), None);
    assert_eq!(answer(from(20, Some(21)), |_| 20), None);
    assert_eq!(answer(|scenario| scenario.faults.clear(), |_| 20), None);
    // The last fault counts.
    let two = |scenario: &mut Scenario| {
        from(3, Some(5))(scenario);
        let later = scenario.faults[0].clone();
        scenario.faults.push(Fault {
            from: Nanos::from_secs(6),
            until: Some(Nanos::from_secs(8)),
            ..later
        });
    };
    let dip = |tick| if (30..90).contains(&tick) { 4 } else { 20 };
    assert_eq!(answer(two, dip), Some(Recovery::After(SECOND)));
}

#[test]
fn the_worse_answer_of_two_blocks_stands_and_none_hides_what_is_known() {
    use Recovery::{After, NotWithin, Unknown};
    for (a, b, worse) in [
        (After(1), After(2), After(2)),
        (After(9), NotWithin(3), NotWithin(3)),
        (NotWithin(5), NotWithin(3), NotWithin(5)),
        (Unknown, After(1), After(1)),
        (Unknown, Unknown, Unknown),
    ] {
        assert_eq!((a.worse(b), b.worse(a)), (worse, worse));
    }
}

#[test]
fn attempts_per_task_are_those_that_were_made_over_those_that_had_one() {
    let figures = figures();
    let attempts = figures[0].resilience.attempts.unwrap();
    // 30 tenths of 20 tasks; then 90 of 18 that the queue took, with 45 retries each.
    let (tasks, retries) = (30 * 20 + 90 * 18, 90 * 45);
    assert_eq!(figures[0].counts.admitted, tasks);
    assert_eq!(attempts.attempts.made, tasks + retries);
    assert_eq!(
        attempts.amplification,
        Some((tasks + retries) as f64 / tasks as f64)
    );
    let in_vain = 90.0 * 30.0 + 6.0;
    let good = 30.0 * 20.0 + 20.0 * 2.0 + 70.0 * 6.0;
    assert_eq!(attempts.wasted_work_ratio, Some(in_vain / (good + in_vain)));
}

#[test]
fn without_faults_and_defences_there_is_nothing_to_tell() {
    for figures in candidate_figures(&support::finished_run()) {
        assert!(figures.resilience.is_empty(), "{:?}", figures.resilience);
    }
}

fn kinds(figures: &CandidateFigures) -> Vec<FindingKind> {
    let findings = figures.findings.iter();
    let kinds = findings.map(|finding| finding.kind);
    kinds.filter(|kind| kind.is_of_resilience()).collect()
}

#[test]
fn a_storm_without_a_budget_that_outlives_its_fault_is_named_as_both() {
    let figures = &figures()[0];
    assert_eq!(
        kinds(figures),
        [
            FindingKind::MetastableOverload,
            FindingKind::RetryStorm,
            FindingKind::StuckWorkers
        ]
    );
    assert_eq!(
        figures.findings[0].evidence,
        "for 7.00 s after the last fault, to the end, goodput stayed below 90.0 % of what it was: 60.0 /s where \
         200 /s were good before it, at the same 200 /s offered, with 3.50 attempts per task"
    );
    assert_eq!(
        figures.findings[1].evidence,
        "3.50 attempts per task while faults lasted, above 1.5, and no retry budget: 630 /s were attempted where \
         200 /s were offered"
    );
    assert!(
        figures.findings[2]
            .evidence
            .starts_with("6 attempts that were given up")
    );
    assert_eq!(
        figures.resilience.recovery,
        Some(Recovery::NotWithin(7 * SECOND))
    );
    assert_eq!(
        figures.resilience.degraded,
        ["6 attempts still ran for nobody at the end"]
    );
}

#[test]
fn a_budget_ends_the_storm_and_goodput_is_back() {
    let figures = &figures()[1];
    assert_eq!(kinds(figures), []);
    assert_eq!(
        figures.resilience.recovery,
        Some(Recovery::After(6 * SECOND / 10))
    );
    let attempts = figures.resilience.attempts.unwrap();
    assert!(attempts.amplification.unwrap() < 1.3);
    assert_eq!(attempts.attempts.denied, 20 * 11 + 6 * 4);
    assert_eq!(figures.resilience.degraded, [""; 0]);
}

#[test]
fn workers_that_died_more_often_than_they_may_be_replaced_used_up_their_budget() {
    let figures = &figures()[2];
    assert_eq!(kinds(figures), [FindingKind::RestartBudgetUsedUp]);
    assert_eq!(figures.resilience.degraded, ["2 workers died"]);
    assert_eq!(
        figures.findings[0].evidence,
        "2 workers died and 1 may be replaced in a block"
    );
}

#[test]
fn a_breaker_that_closes_and_opens_again_and_again_flaps() {
    let figures = &figures()[3];
    assert_eq!(kinds(figures), [FindingKind::BreakerFlapping]);
    assert_eq!(
        figures.findings[0].evidence,
        "opened 4 times and closed 4 times in one block"
    );
    let breaker = &figures.resilience.breakers[0];
    assert_eq!(
        (&*breaker.task, breaker.state),
        ("request", BreakerState::Closed)
    );
    // Eleven of the 120 tenths ended with it open: three of each six from tick 30 to 50, which ends with two.
    assert_eq!(breaker.open_ratio, Some(11.0 / 120.0));
    assert_eq!(figures.resilience.faults[0].label, "slow tasks");
    assert_eq!(figures.resilience.faults[1].label, "workers killed");
}

#[test]
fn a_load_that_fell_or_attempts_that_calmed_down_are_no_metastable_overload() {
    let course = |offered: u64, retries: u64| {
        move |tick: u64| match tick {
            0..30 => Tick::calm(20),
            _ => Tick {
                offered,
                good: 6,
                timed_out: offered - 6,
                retries,
                ..Tick::default()
            },
        }
    };
    let found = |offered, retries| {
        let run = drill::run_of_one(one_fault, course(offered, retries));
        kinds(&candidate_figures(&run)[0])
    };
    let storm = FindingKind::RetryStorm;
    assert_eq!(found(20, 40), [FindingKind::MetastableOverload, storm]);
    assert_eq!(found(15, 40), [storm]);
    assert_eq!(found(20, 1), []);
}

#[test]
fn a_block_that_failed_is_more_than_degraded() {
    let mut run = drill::run();
    run.blocks[2].state = BlockState::Failed {
        cause: "the runner ended".to_owned(),
    };
    assert!(run.blocks[2].degraded().is_empty());
}
