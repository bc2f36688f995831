//! The board of charts as a person uses it: arranged, zoomed, paused, read, by pointer and by keyboard.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;
mod window_support;

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::chart::{ChartId, Preset};
use poolscope::gui::action::{Action, BoardAction};
use poolscope::gui::app::RunState;
use poolscope::units::Nanos;

use window_support::{Window, ask, click, is_shown, opening, press};

fn window() -> Window {
    opening().open_with(support::finished_run())
}

fn live_window() -> Window {
    opening().open_with(support::live_run(Nanos::from_secs(4)))
}

fn ids(window: &Window) -> Vec<ChartId> {
    let charts = window.state().measurement().unwrap().charts();
    charts.ids().collect()
}

fn on_board(window: &mut Window, action: BoardAction) {
    ask(window, Action::Board(action));
}

#[test]
fn charts_are_shown_and_put_away_by_their_menu_and_what_is_put_away_is_not_made() {
    let mut window = window();
    // The usual six, and the lag of the event loops that this run has.
    assert_eq!(ids(&window).len(), 7);
    click(&mut window, "Charts of the board");
    for chart in ["Throughput", "Outcomes", "Response time histogram"] {
        let role = egui::Role::CheckBox;
        window.get_by_role_and_label(role, chart).click();
        window.run_steps(3);
    }
    assert!(!ids(&window).contains(&ChartId::Throughput));
    assert_eq!(ids(&window).last(), Some(&ChartId::Outcomes));
    let charts = window.state().measurement().unwrap().charts();
    assert!(charts.chart(ChartId::Throughput).is_none());
    assert!(charts.diagram(ChartId::Histogram).is_some());
    click(&mut window, "Reset arrangement");
    assert_eq!(ids(&window)[0], ChartId::Throughput);
    let charts = window.state().measurement().unwrap().charts();
    assert!(charts.diagram(ChartId::Histogram).is_none());
}

#[test]
fn a_chart_is_moved_made_wider_and_put_away_by_the_menu_of_its_title() {
    let mut window = window();
    let arrange = |window: &mut Window, item: &str| {
        press(window, "Arrange Response time");
        // An item of a menu is there as a whole; scrolling would move the chart that it belongs to.
        press(window, item);
    };
    arrange(&mut window, "Move left");
    assert_eq!(
        ids(&window)[..2],
        [ChartId::ResponseTime, ChartId::Throughput]
    );
    arrange(&mut window, "Move right");
    assert_eq!(ids(&window)[1], ChartId::ResponseTime);
    arrange(&mut window, "Move down");
    assert!(ids(&window)[1] != ChartId::ResponseTime);
    arrange(&mut window, "Move up");
    assert_eq!(ids(&window)[1], ChartId::ResponseTime);
    let width = |window: &Window| {
        let plot = window.get_by_label_contains("Plot of Response time");
        plot.rect().width()
    };
    let narrow = width(&window);
    arrange(&mut window, "Wider");
    assert!(width(&window) > 1.5 * narrow);
    arrange(&mut window, "Narrower");
    assert!((width(&window) - narrow).abs() < 1.0);
    arrange(&mut window, "Put this chart away");
    assert!(!ids(&window).contains(&ChartId::ResponseTime));
}

#[test]
fn a_chart_that_is_dragged_by_its_title_stands_where_it_was_dropped() {
    let mut window = window();
    let from = window.get_by_label("Arrange Throughput").rect().center();
    let onto = window.get_by_label_contains("Plot of Response time").rect();
    let to = egui::pos2(onto.right() - 8.0, onto.center().y);
    window.hover_at(from);
    window.run_steps(2);
    window.drag_at(from);
    window.run_steps(2);
    for share in [0.3, 0.7, 1.0] {
        window.hover_at(from + (to - from) * share);
        window.run_steps(2);
    }
    window.drop_at(to);
    window.run_steps(4);
    assert_eq!(
        ids(&window)[..2],
        [ChartId::ResponseTime, ChartId::Throughput]
    );
}

#[test]
fn an_arrangement_and_the_percentiles_are_there_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let kept = Some(folder.path().to_path_buf());
        opening()
            .settings_in(kept)
            .open_with(support::finished_run())
    };
    let mut window = open();
    on_board(&mut window, BoardAction::Arrange(Preset::Resources));
    click(&mut window, "Charts of the board");
    click(&mut window, "Candidates side by side");
    click(&mut window, "Mark faults, retries and deaths");
    let before = ids(&window);
    window_support::run_until(&mut window, "the settings are kept", |_| {
        std::fs::read_to_string(folder.path().join("window.ron")).is_ok_and(|text| {
            text.contains("worker_cpu")
                && text.contains("side_by_side: true")
                && text.contains("marks: false")
        })
    });
    let window = open();
    assert_eq!(ids(&window), before);
    let charts = window.state().measurement().unwrap().charts();
    assert!(charts.chart(ChartId::Cpu).unwrap().side_by_side);
}

#[test]
fn a_percentile_is_added_beside_others_and_the_longest_time_too() {
    let mut window = window();
    click(&mut window, "Percentiles of the response time");
    for percentile in ["Response time at p99.9", "Longest response time"] {
        press(&mut window, percentile);
    }
    let charts = window.state().measurement().unwrap().charts();
    let chart = charts.chart(ChartId::ResponseTime).unwrap();
    let details: Vec<_> = chart.series[..3].iter().map(|line| line.detail).collect();
    assert_eq!(details, ["p95", "p99.9", "max"]);
}

#[test]
fn side_by_side_each_candidate_has_a_plot_of_its_own() {
    let mut window = opening().tall(2_400.0).open_with(support::finished_run());
    window.get_by_label_contains("Plot of Throughput");
    on_board(&mut window, BoardAction::ToggleSideBySide);
    let plots = window.query_all_by_label_contains("Plot of Throughput of ");
    assert_eq!(plots.count(), 5);
    on_board(&mut window, BoardAction::ToggleSideBySide);
    assert!(!is_shown(&window, "Plot of Throughput of "));
}

#[test]
fn the_keyboard_reads_a_chart_zooms_all_of_them_and_goes_back() {
    let mut window = live_window();
    let plot = |window: &Window| {
        let plot = window.get_by_label_contains("Plot of Throughput");
        plot.accesskit_node().label().unwrap()
    };
    let secs = |window: &Window| window.state().shown_secs();
    let all = secs(&window);
    window.get_by_label_contains("Plot of Throughput").focus();
    window.run_steps(3);
    assert!(!plot(&window).contains(" at "));
    window.key_press(Key::ArrowRight);
    window.run_steps(3);
    let first = plot(&window);
    assert!(
        first.contains(" at ") && first.contains("threads ×8"),
        "{first}"
    );
    window.key_press(Key::ArrowRight);
    window.run_steps(3);
    assert_ne!(plot(&window), first);
    assert!(!is_shown(&window, "not following"));
    window.key_press(Key::Plus);
    window.run_steps(3);
    let zoomed = secs(&window);
    assert!(zoomed.1 - zoomed.0 < all.1 - all.0);
    window.get_by_label_contains("not following");
    window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
    window.run_steps(3);
    assert!(secs(&window).0 < zoomed.0);
    window.key_press(Key::Home);
    window.run_steps(3);
    assert_eq!(secs(&window), all);
}

#[test]
fn a_click_on_follow_shows_all_of_the_run_again() {
    let mut window = live_window();
    let all = window.state().shown_secs();
    on_board(&mut window, BoardAction::ZoomIn);
    on_board(&mut window, BoardAction::ZoomIn);
    on_board(&mut window, BoardAction::ZoomOut);
    assert_ne!(window.state().shown_secs(), all);
    click(&mut window, "Follow");
    assert_eq!(window.state().shown_secs(), all);
    let mut ended = self::window();
    on_board(&mut ended, BoardAction::ZoomIn);
    click(&mut ended, "Reset zoom");
    assert!(!is_shown(&ended, "not following"));
}

#[test]
fn the_view_is_paused_and_not_the_run_by_a_button_and_by_the_space_bar() {
    let mut window = live_window();
    click(&mut window, "Pause view");
    window.get_by_label("view paused, run goes on");
    assert_eq!(window.state().run_state(), RunState::Live);
    // What is looked at can still be changed.
    press(&mut window, "Show threads ×8");
    let measurement = window.state().measurement().unwrap();
    assert!(measurement.is_paused());
    assert_eq!(
        measurement
            .charts()
            .chart(ChartId::Cpu)
            .unwrap()
            .series
            .len(),
        4
    );
    click(&mut window, "Resume view");
    assert!(!is_shown(&window, "view paused"));
    window.key_press(Key::Space);
    window.run_steps(3);
    window.get_by_label("view paused, run goes on");
    window.key_press(Key::Space);
    window.run_steps(3);
    assert!(!is_shown(&window, "view paused"));
}

#[test]
fn nothing_moves_when_the_view_is_paused_or_zoomed() {
    // Whoever does so looks at a chart.
    let mut window = live_window();
    let places = |window: &Window| {
        let mut places = Vec::new();
        for name in ["Plot of Throughput", "Plot of Response time"] {
            places.push(window.get_by_label_contains(name).rect());
        }
        let entries = window.query_all_by_label_contains("Show threads");
        places.extend(entries.map(|entry| entry.rect()));
        places.push(window.get_by_label("Charts of the board").rect());
        places
    };
    let before = places(&window);
    for action in [BoardAction::TogglePause, BoardAction::ZoomIn] {
        on_board(&mut window, action);
        assert_eq!(places(&window), before, "{action:?}");
    }
    on_board(&mut window, BoardAction::TogglePause);
    window.get_by_label_contains("not following");
    assert_eq!(places(&window), before);
}

#[test]
fn a_chart_reads_its_values_under_the_pointer_and_says_how_to_zoom_until_that_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Some(folder.path().to_path_buf());
    let opening = opening().settings_in(kept);
    let mut window = opening.open_with(support::finished_run());
    let point = |window: &mut Window| {
        let plot = window.get_by_label_contains("Plot of Throughput").rect();
        window.hover_at(plot.center());
        window.run_steps(5);
    };
    let hint = "Ctrl+wheel zooms";
    // Beside the plot itself, which says it to those who hear it.
    let read = |window: &Window| {
        let read = window.query_all_by_label_contains("threads ×8  ");
        read.filter(|node| node.accesskit_node().role() == egui::Role::Label)
            .count()
    };
    point(&mut window);
    assert_eq!(read(&window), 1);
    assert!(is_shown(&window, hint));
    window.event(egui::Event::PointerGone);
    window.get_by_label_contains("Plot of Throughput").focus();
    window.run_steps(3);
    assert!(is_shown(&window, "+ − zoom"));
    window.key_press(Key::Plus);
    window.run_steps(3);
    assert!(!is_shown(&window, "+ − zoom"));
    window.key_press(Key::Home);
    point(&mut window);
    assert_eq!(read(&window), 1);
    assert!(!is_shown(&window, hint));
    drop(window);
    let settings = std::fs::read_to_string(folder.path().join("window.ron"));
    assert!(settings.unwrap().contains("zoom_known: true"));
}

#[test]
fn a_low_window_has_room_for_a_chart_and_its_results_unfold() {
    let mut window = window();
    assert!(!is_shown(&window, "Unfold the results"));
    window.set_size(egui::vec2(640.0, 400.0));
    window.run_steps(4);
    let results = window.get_by_label("Results").rect();
    assert!(results.top() > 340.0, "{results}");
    assert!(window.query_by_label("Time split").is_none());
    click(&mut window, "Unfold the results");
    let unfolded = window.get_by_label("Results").rect();
    assert!(unfolded.top() < results.top() - 100.0, "{unfolded}");
    window.get_by_label("Time split");
    click(&mut window, "Fold the results");
    assert!(window.query_by_label("Time split").is_none());
    // In a high window there is nothing to fold.
    window.set_size(egui::vec2(1280.0, 800.0));
    window.run_steps(4);
    assert!(!is_shown(&window, "Unfold the results"));
    window.get_by_label("Time split");
}

#[test]
fn marks_can_be_switched_off_and_tell_retries_while_they_are_on() {
    let mut window = opening().open_with(support::drill::run());
    assert!(window.query_all_by_label("retries").count() > 0);
    assert!(is_shown(&window, "slow tasks from 3.00 s to 5.00 s"));
    on_board(&mut window, BoardAction::ToggleMarks);
    assert!(!is_shown(&window, "slow tasks from 3.00 s to 5.00 s"));
    assert!(window.query_by_label("fault: slow tasks").is_none());
}

#[test]
fn every_chart_there_is_can_be_shown_at_once_with_a_title_and_an_export() {
    let mut window = opening().tall(4_000.0).open_with(support::drill::run());
    let missing: Vec<ChartId> = ChartId::possible_for(&support::drill::run().request)
        .filter(|id| !ids(&window).contains(id))
        .collect();
    for id in missing {
        on_board(&mut window, BoardAction::ToggleChart(id));
    }
    for id in ChartId::possible_for(&support::drill::run().request) {
        window.get_by_label(&format!("Arrange {}", id.title()));
        window.get_by_label(&format!("Export {}", id.title()));
    }
}

#[test]
fn the_edge_of_a_chart_makes_it_wider_by_pointer_and_by_arrow_keys() {
    let mut window = window();
    let span = |window: &Window| {
        let edge = window.get_by_label_contains("Width of Throughput");
        edge.accesskit_node().label().unwrap()
    };
    assert!(span(&window).contains("1 of"), "{}", span(&window));
    window.get_by_label_contains("Width of Throughput").focus();
    window.run_steps(2);
    window.key_press(Key::ArrowRight);
    window.run_steps(3);
    assert!(span(&window).contains("2 of"), "{}", span(&window));
    window.key_press(Key::ArrowLeft);
    window.run_steps(3);
    assert!(span(&window).contains("1 of"), "{}", span(&window));
    let from = window.get_by_label_contains("Width of Throughput").rect();
    let column = window.get_by_label_contains("Plot of Throughput").rect();
    window.hover_at(from.center());
    window.run_steps(2);
    window.drag_at(from.center());
    window.run_steps(2);
    let to = from.center() + egui::vec2(column.width(), 0.0);
    for share in [0.3, 0.7, 1.0] {
        window.hover_at(from.center() + (to - from.center()) * share);
        window.run_steps(2);
    }
    window.drop_at(to);
    window.run_steps(3);
    assert!(span(&window).contains("2 of"), "{}", span(&window));
}

#[test]
fn six_percentiles_have_six_strokes() {
    let mut window = window();
    for percentile in poolscope::chart::Percentile::ALL {
        let board = |window: &Window| {
            window
                .state()
                .measurement()
                .unwrap()
                .charts()
                .chart(ChartId::ResponseTime)
                .unwrap()
                .clone()
        };
        if !board(&window)
            .series
            .iter()
            .any(|series| series.detail == percentile.label())
        {
            on_board(&mut window, BoardAction::TogglePercentile(percentile));
        }
    }
    on_board(&mut window, BoardAction::ToggleLongest);
    let charts = window.state().measurement().unwrap().charts();
    let chart = charts.chart(ChartId::ResponseTime).unwrap();
    let own = chart.series.iter().filter(|series| series.candidate == 0);
    let mut strokes = Vec::new();
    for series in own {
        assert!(!strokes.contains(&series.stroke), "{}", series.detail);
        strokes.push(series.stroke);
    }
    assert_eq!(strokes.len(), 6);
}

#[test]
fn a_board_without_charts_says_where_to_choose_some() {
    let mut window = window();
    for id in ids(&window) {
        on_board(&mut window, BoardAction::ToggleChart(id));
    }
    assert!(is_shown(&window, "No charts"));
    on_board(&mut window, BoardAction::Arrange(Preset::Overview));
    assert!(!is_shown(&window, "No charts"));
}
