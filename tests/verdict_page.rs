//! The page of the verdict: every state of a run has an answer there, and each doubt leads on by one click.
#![cfg(feature = "gui")]

mod support;
mod window_support;

use egui_kittest::kittest::Queryable as _;
use poolscope::chart::ChartId;
use poolscope::gui::action::{Action, BoardAction};
use poolscope::run::{Event, Run, RunRequest};
use poolscope::scenario::{Objective, Target};
use poolscope::units::{Nanos, Percentile};

use window_support::{Window, ask, click, is_shown, opening};

fn window_of(run: Run) -> Window {
    opening().tall(2000.0).open_with(run)
}

/// Response times of 400 ms, which all who keep up with the load have.
fn reachable() -> Vec<Objective> {
    vec![
        Objective::ResponseTime {
            percentile: Percentile::P99,
            at_most: Nanos::from_millis(400),
        },
        Objective::DropRatio { at_most: 0.0 },
    ]
}

fn with(mut run: Run, objectives: Vec<Objective>) -> Run {
    run.request.scenario.objectives = objectives;
    run
}

#[test]
fn a_run_with_objectives_opens_at_its_verdict_with_words_for_what_is_met_and_missed() {
    let harness = window_of(with(support::finished_run(), reachable()));
    assert!(is_shown(&harness, "✔ met"));
    assert!(is_shown(&harness, "✖ missed"), "the sequential one drops");
    assert!(is_shown(&harness, "by "), "with the margin");
    assert!(is_shown(&harness, "✖ misses"));
    assert!(
        is_shown(&harness, "Choose '") || is_shown(&harness, "Too close to call: '"),
        "the answer is a line of its own"
    );
    assert!(is_shown(&harness, "What would change it"));
    assert!(is_shown(&harness, "What it costs"));
    assert!(is_shown(&harness, "What holds the candidates up"));
    assert!(!is_shown(&harness, "preliminary"));
}

#[test]
fn an_objective_that_nobody_meets_leaves_nobody() {
    let impossible = Objective::ResponseTime {
        percentile: Percentile::P50,
        at_most: Nanos(1),
    };
    let harness = window_of(with(support::finished_run(), vec![impossible]));
    assert!(is_shown(&harness, "No candidate qualifies"));
    assert!(is_shown(&harness, "none qualifies"));
    assert!(!is_shown(&harness, "✔ met"));
}

#[test]
fn without_objectives_the_page_leads_to_where_they_are_set() {
    let mut harness = window_of(support::finished_run());
    assert!(!is_shown(&harness, "Set objectives…"));
    click(&mut harness, "Verdict");
    assert!(is_shown(&harness, "Nothing is demanded"));
    click(&mut harness, "Set objectives…");
    harness.get_by_label("Add objective");
    // It may have to be scrolled to.
    let button = harness.get_by_label("Set a target rate…");
    button.click_accesskit();
    harness.run_steps(3);
    harness.get_by_role_and_label(egui::Role::TextInput, "Target rate");
}

#[test]
fn a_run_that_cannot_be_trusted_leads_to_what_was_checked() {
    let mut harness = window_of(with(support::sample_run(), reachable()));
    click(&mut harness, "Verdict");
    assert!(is_shown(&harness, "The figures cannot be trusted"));
    assert!(is_shown(&harness, "✖ 'processes ×4' failed"));
    click(&mut harness, "See what was checked");
    harness.get_by_label("What was checked");
    assert!(!is_shown(&harness, "The figures cannot be trusted"));
}

#[test]
fn a_verdict_leads_to_the_figures_behind_it_and_to_the_differences() {
    let mut harness = window_of(with(support::finished_run(), reachable()));
    assert!(is_shown(&harness, "What it costs"));
    click(&mut harness, "See the figures: the verdict");
    assert!(!is_shown(&harness, "What it costs"), "another page");
    assert!(is_shown(&harness, "Service p50"), "the table of candidates");
    click(&mut harness, "Verdict");
    click(&mut harness, "See the differences");
    assert!(is_shown(&harness, "Two candidates of a run"));
}

#[test]
fn a_finding_leads_to_the_chart_that_shows_it_also_if_that_was_put_away() {
    let mut harness = window_of(with(support::finished_run(), reachable()));
    let chart = "Arrange Queue depth";
    ask(
        &mut harness,
        Action::Board(BoardAction::ToggleChart(ChartId::QueueDepth)),
    );
    assert!(harness.query_by_label(chart).is_none());
    // Away from the verdict, to see that the same stands below the table.
    click(&mut harness, "Candidates");
    let link = harness.get_by_label("See the chart Queue depth: overload of processes ×4");
    link.click_accesskit();
    harness.run_steps(3);
    harness.get_by_label(chart);
    click(&mut harness, "Verdict");
    let link = harness.get_by_label("See the chart Queue depth: overload");
    link.click_accesskit();
    harness.run_steps(3);
    harness.get_by_label(chart);
}

#[test]
fn while_a_run_goes_on_the_verdict_is_preliminary_and_before_it_there_is_none() {
    let mut harness = window_of(with(support::live_run(Nanos::from_secs(4)), reachable()));
    click(&mut harness, "Verdict");
    harness.get_by_label("preliminary");
    assert!(!is_shown(&harness, "✔ chosen"));

    let mut harness = window_of(with(support::waiting_run(), reachable()));
    click(&mut harness, "Verdict");
    harness.get_by_label("No verdict yet");
}

#[test]
fn a_run_that_was_stopped_says_so() {
    let request = RunRequest::all_of(support::scenario());
    let mut run = Run::new(request.clone(), support::STARTED_UNIX_SECS);
    for (index, planned) in request.plan().into_iter().enumerate().take(2) {
        for event in support::block_events(&request, index, planned, None) {
            run.apply(event);
        }
    }
    run.apply(Event::RunEnded { stopped: true });
    let harness = window_of(with(run, reachable()));
    harness.get_by_label("stopped early");
}

#[test]
fn a_target_rate_shows_what_it_needs_and_costs_in_a_month() {
    let mut run = with(support::finished_run(), reachable());
    run.request.scenario.prices.target = Some(Target {
        rate_per_sec: 500.0,
        headroom_ratio: 0.3,
    });
    let harness = window_of(run);
    for head in ["Consumed per 1k", "Rented per 1k", "Workers", "Per month"] {
        assert!(is_shown(&harness, head), "{head}");
    }
    assert!(is_shown(&harness, "Target: 500 good tasks per second"));
    assert!(harness.query_by_label("Set a target rate…").is_none());
}
