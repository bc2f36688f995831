//! Faults and defences can be composed, for all candidates and for one, and say what they became.

use egui_kittest::kittest::Queryable as _;
use poolscope::scenario::{
    Backoff, Breaker, Crash, Defences, Fault, Inject, Jitter, Problem, Retry, RetryBudget,
};
use poolscope::units::{Bytes, Nanos};

use crate::vocabulary::choose;
use crate::{Board, click, retype, scenario, shown, text_of};

type Harness = egui_kittest::Harness<'static, Board>;

fn faults(harness: &Harness) -> &[Fault] {
    &harness.state().scenario.faults
}

#[test]
fn faults_are_added_changed_moved_copied_and_removed() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Faults");
    choose(&mut harness, "Add fault", "Slow");
    retype(&mut harness, "Times as long of fault 1", "10");
    retype(&mut harness, "Added of fault 1", "400ms");
    retype(&mut harness, "Probability of fault 1", "0.5");
    retype(&mut harness, "From of fault 1", "2s");
    retype(&mut harness, "Until of fault 1", "4s");
    choose(&mut harness, "Task kind of fault 1", "upload");
    let slow = Fault {
        inject: Inject::Slow {
            factor: 10.0,
            added: Nanos::from_millis(400),
        },
        probability: 0.5,
        from: Nanos::from_secs(2),
        until: Some(Nanos::from_secs(4)),
        task: Some("upload".to_owned()),
    };
    assert_eq!(faults(&harness), std::slice::from_ref(&slow));
    let told = "From 2 s to 4 s, each attempt of 'upload' has a chance of 50.0 % that it takes 10 times as \
        long and 400 ms more";
    harness.get_by_label(told);

    choose(&mut harness, "Add fault", "Kill worker");
    click(&mut harness, "Move up fault 2");
    retype(&mut harness, "Again every of fault 1", "2s");
    click(&mut harness, "Duplicate fault 2");
    click(&mut harness, "Remove fault 2");
    let [kill, kept] = faults(&harness) else {
        panic!("there are two faults")
    };
    let every = Some(Nanos::from_secs(2));
    assert_eq!(kill.inject, Inject::KillWorker { every });
    assert_eq!(*kept, slow);
}

#[test]
fn every_kind_of_fault_can_be_chosen_and_shows_its_fields() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Faults");
    choose(&mut harness, "Add fault", "Error");
    for (entry, field, text) in [
        ("Leak", "Leaves", "2MiB"),
        ("Leak", "Up to", "64MiB"),
        ("Stall loop", "Length", "70ms"),
        ("Stall worker", "Length", "80ms"),
        ("Slow server", "Added", "90ms"),
        ("Hold lock", "Added", "5ms"),
    ] {
        choose(&mut harness, "Kind of fault 1", entry);
        retype(&mut harness, &format!("{field} of fault 1"), text);
        assert_eq!(text_of(&harness, &format!("{field} of fault 1")), text);
        if entry == "Leak" && field == "Leaves" {
            let up_to = Bytes::from_mib(256);
            let bytes = Bytes::from_mib(2);
            assert_eq!(faults(&harness)[0].inject, Inject::Leak { bytes, up_to });
            choose(&mut harness, "Kind of fault 1", "Hang");
        }
    }
    choose(&mut harness, "Kind of fault 1", "Crash");
    choose(&mut harness, "Crash of fault 1", "Exit");
    retype(&mut harness, "Exit code of fault 1", "3");
    let how = Crash::Exit { code: 3 };
    assert_eq!(faults(&harness)[0].inject, Inject::Crash { how });
    for (entry, inject) in [
        ("Hang", Inject::Hang),
        ("Failing server", Inject::FailServer),
        ("Error", Inject::Error),
    ] {
        choose(&mut harness, "Kind of fault 1", entry);
        assert_eq!(faults(&harness)[0].inject, inject);
    }
}

#[test]
fn a_fault_follows_the_name_of_the_task_kind_that_it_hits() {
    let mut scenario = scenario();
    scenario.faults = vec![Fault {
        task: Some("upload".to_owned()),
        ..Fault::new(Inject::Error)
    }];
    let mut harness = shown(Board::new(scenario));
    retype(&mut harness, "Name of task kind 'upload'", "u");
    assert_eq!(faults(&harness)[0].task.as_deref(), Some("u"));
    assert_eq!(harness.state().problems, []);
}

#[test]
fn all_defences_can_be_reached() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Defences");
    retype(&mut harness, "Attempt time-out", "100ms");
    retype(&mut harness, "Task time-out", "1s");
    click(&mut harness, "Retries: Retry");
    retype(&mut harness, "Attempts of retries", "5");
    click(&mut harness, "Budget of retries: Budget");
    retype(&mut harness, "Budget per task of retries", "0.2");
    retype(&mut harness, "Budget in hand of retries", "20");
    click(&mut harness, "More settings of retries");
    retype(&mut harness, "First wait of retries", "20ms");
    retype(&mut harness, "Times longer of retries", "3");
    retype(&mut harness, "Longest wait of retries", "2s");
    click(&mut harness, "Jitter of retries: None");
    click(&mut harness, "Circuit breaker: Breaker");
    retype(&mut harness, "Opens at of the breaker", "0.3");
    retype(&mut harness, "Of the last of the breaker", "50");
    retype(&mut harness, "Open for of the breaker", "2s");
    retype(&mut harness, "Probes of the breaker", "1");
    retype(&mut harness, "Restarts", "7");
    let expected = Defences {
        attempt_time_out: Some(Nanos::from_millis(100)),
        task_time_out: Some(Nanos::from_secs(1)),
        retry: Some(Retry {
            attempts: 5,
            backoff: Backoff::Exponential {
                first: Nanos::from_millis(20),
                factor: 3.0,
                cap: Nanos::from_secs(2),
            },
            jitter: Jitter::Off,
            budget: Some(RetryBudget {
                ratio: 0.2,
                burst: 20,
            }),
        }),
        breaker: Some(Breaker {
            failure_ratio: 0.3,
            calls: 50,
            open_for: Nanos::from_secs(2),
            probes: 1,
        }),
        restarts: Some(7),
    };
    assert_eq!(harness.state().scenario.defences, expected);
    click(&mut harness, "Back-off of retries: Constant");
    retype(&mut harness, "Wait of retries", "5ms");
    click(&mut harness, "Circuit breaker: None");
    click(&mut harness, "Budget of retries: No limit");
    let defences = harness.state().scenario.defences;
    let wait = Nanos::from_millis(5);
    let retry = defences.retry.expect("retries are still on");
    assert_eq!(retry.backoff, Backoff::Constant { wait });
    assert_eq!((retry.budget, defences.breaker), (None, None));
}

#[test]
fn a_candidate_gets_defences_of_its_own_from_those_of_the_scenario() {
    let mut scenario = scenario();
    let common = Defences {
        attempt_time_out: Some(Nanos::from_millis(100)),
        ..Defences::default()
    };
    scenario.defences = common;
    let mut harness = shown(Board::new(scenario));
    click(&mut harness, "candidate 2");
    click(&mut harness, "Defences of candidate 2: Its own");
    assert_eq!(
        harness.state().scenario.candidates[1].defences,
        Some(common)
    );
    click(&mut harness, "Retries of candidate 2: Retry");
    retype(&mut harness, "Attempts of retries of candidate 2", "4");
    let own = harness.state().scenario.candidates[1].defences;
    let attempts = own.and_then(|own| own.retry).map(|retry| retry.attempts);
    assert_eq!(attempts, Some(4));
    assert_eq!(
        harness.state().scenario.candidate_names()[1],
        "threads ×4, 4 attempts of 100ms"
    );
    assert_eq!(harness.state().scenario.defences, common);
    click(&mut harness, "Defences of candidate 2: Scenario's");
    assert_eq!(harness.state().scenario.candidates[1].defences, None);
}

#[test]
fn problems_of_faults_and_defences_stand_at_their_fields_or_at_the_folded_section() {
    let mut scenario = scenario();
    scenario.faults = vec![Fault::new(Inject::Error)];
    let mut board = Board::new(scenario);
    board.problems = vec![
        Problem::error("faults[0].probability", "wrong probability", ""),
        Problem::error("faults[0].inject", "wrong kind", ""),
        Problem::error("defences.retry.backoff.cap", "wrong cap", ""),
        Problem::error("candidates[1].defences.breaker.calls", "wrong calls", ""),
    ];
    let mut harness = shown(board);
    let places = |harness: &Harness, step: &str| {
        for what in ["probability", "kind", "cap", "calls"] {
            let wrong = format!("wrong {what}");
            let found = harness.query_all_by_label_contains(&wrong).count();
            assert_eq!(found, 1, "{what} {step}");
        }
    };
    places(&harness, "folded");
    click(&mut harness, "Faults");
    click(&mut harness, "fault 1");
    click(&mut harness, "Defences");
    click(&mut harness, "candidate 2");
    places(&harness, "open");
}

#[test]
fn while_a_run_goes_on_faults_can_be_read_and_not_changed() {
    let mut scenario = scenario();
    scenario.faults = vec![Fault::new(Inject::Error)];
    let mut board = Board::new(scenario);
    board.locked = true;
    let mut harness = shown(board);
    click(&mut harness, "Faults");
    click(&mut harness, "fault 1");
    harness.get_by_label("All the time, every attempt fails after its work");
    click(&mut harness, "Remove fault 1");
    click(&mut harness, "Defences");
    click(&mut harness, "Retries: Retry");
    assert_eq!(harness.state().edits, 0);
}
