//! Every action has a test that asks for it as a person does: by the name of a control or by keys.
//!
//! The test of a new action is named in the tables below: they match all that there are, so that it does not build
//! until it is.

use std::path::Path;

use poolscope::gui::action::{
    Action, Answer, BoardAction, Preference, RunsAction, SeriesAction, TourAction,
};
use poolscope::gui::app::{ExportAction, MachineChange, TabAction};
use poolscope::gui::commands::COMMANDS;

/// Where it is asked for: the file below `tests`, and the test.
type Test = (&'static str, &'static str);

const ALL_BY_NAME: Test = (
    "keyboard/actions.rs",
    "every_command_that_is_possible_is_done_by_its_name",
);
const BY_KEYS: Test = ("keyboard/actions.rs", "what_has_keys_is_done_by_them");

const fn test_of(action: &Action) -> Test {
    match action {
        Action::EditScenario(_)
        | Action::EditText(..)
        | Action::Tell(_)
        | Action::Undo
        | Action::Redo => of_composing(action),
        Action::Run => (
            "gui.rs",
            "a_run_that_cannot_start_says_why_and_leaves_the_window_usable",
        ),
        Action::Stop => (
            "window_keeps.rs",
            "a_run_goes_on_in_its_tab_while_a_kept_one_is_looked_at_and_closing_it_asks",
        ),
        Action::Compose => (
            "keyboard/actions.rs",
            "the_plan_leads_to_the_composer_by_name",
        ),
        Action::ComposeSection(_) => (
            "verdict_page.rs",
            "without_objectives_the_page_leads_to_where_they_are_set",
        ),
        Action::Show(_)
        | Action::ShowTab(_)
        | Action::ToggleSidebar
        | Action::GoTo(_)
        | Action::Zoom(_)
        | Action::FindCommand
        | Action::FindSetting(_)
        | Action::CopyText(_)
        | Action::ListShortcuts
        | Action::ToggleCandidate(_)
        | Action::Back => of_window(action),
        Action::Prefer(preference) => of_preference(*preference),
        Action::New => (
            "gui.rs",
            "another_experiment_shows_what_it_would_do_and_the_charts_can_be_had_back",
        ),
        Action::Open | Action::OpenBundled(_) | Action::RunBundled(_) | Action::OpenFile(_) => {
            of_opening(action)
        }
        Action::Save
        | Action::SaveAs
        | Action::ToggleResults
        | Action::Quit
        | Action::ForgetRecent
        | Action::ForgetFile(_)
        | Action::Export(..)
        | Action::SetTheme(_)
        | Action::FindInterpreters
        | Action::About
        | Action::Copy(..) => of_menus(action),
        Action::Exporting(action) => of_export(action),
        Action::ChooseInterpreter { .. } => (
            "machine_page.rs",
            "what_is_typed_is_asked_added_and_removed_again",
        ),
        Action::ChangeMachine(change) => of_machine(change),
        Action::Runs(action) => of_runs(action),
        Action::Tabs(action) => of_tabs(action),
        Action::Series(action) => of_series(*action),
        Action::Tour(action) => of_tour(*action),
        Action::Board(action) => of_board(action),
        Action::Answer(answer) => of_answer(answer),
    }
}

const fn of_composing(action: &Action) -> Test {
    match action {
        Action::EditText(..) => (
            "composing/text.rs",
            "an_edit_of_the_form_changes_the_text_and_an_edit_of_the_text_the_form",
        ),
        Action::Tell(_) => ("composing/clipboard.rs", "an_empty_clipboard_is_told"),
        _ => (
            "composing/undo.rs",
            "an_edit_is_undone_and_done_again_by_buttons",
        ),
    }
}

const fn of_menus(action: &Action) -> Test {
    match action {
        Action::Save | Action::SaveAs | Action::ToggleResults | Action::Quit => BY_KEYS,
        Action::ForgetRecent => (
            "keyboard/actions.rs",
            "the_recent_files_are_forgotten_by_the_button_beside_them",
        ),
        Action::ForgetFile(_) => (
            "start_page.rs",
            "a_recent_file_is_opened_by_one_click_and_one_that_is_gone_can_be_taken_off_the_list",
        ),
        Action::Export(..) | Action::SetTheme(_) | Action::FindInterpreters | Action::About => {
            ALL_BY_NAME
        }
        _ => (
            "export_board.rs",
            "a_chart_is_copied_as_picture_and_as_data",
        ),
    }
}

const fn of_window(action: &Action) -> Test {
    match action {
        Action::Show(_) | Action::ShowTab(_) | Action::ToggleSidebar => (
            "habits.rs",
            "the_pages_and_the_parts_of_the_left_panel_have_keys",
        ),
        Action::GoTo(_) => (
            "habits.rs",
            "the_keyboard_goes_from_part_to_part_and_into_the_menus",
        ),
        Action::Zoom(_) => (
            "remembers.rs",
            "everything_becomes_larger_and_smaller_by_keys_and_that_is_remembered",
        ),
        Action::FindCommand => (
            "habits.rs",
            "the_palette_opens_by_its_keys_and_does_what_is_found_by_enter",
        ),
        Action::FindSetting(_) => ("habits.rs", "the_palette_leads_to_a_setting"),
        Action::CopyText(_) => (
            "habits.rs",
            "what_the_program_is_comes_with_its_licence_and_where_things_are_kept",
        ),
        Action::ToggleCandidate(_) => ("tabs.rs", "what_is_hidden_in_one_tab_is_seen_in_the_other"),
        Action::Back => (
            "machine_page.rs",
            "a_search_that_fails_says_why_and_the_page_stays_usable",
        ),
        _ => (
            "habits.rs",
            "the_list_of_shortcuts_has_the_keys_of_the_menus",
        ),
    }
}

const fn of_opening(action: &Action) -> Test {
    match action {
        Action::RunBundled(_) => ("start_page.rs", "one_click_opens_an_experiment_and_runs_it"),
        Action::OpenBundled(_) => ("gui.rs", "a_click_on_a_bundled_experiment_opens_it"),
        Action::OpenFile(_) => (
            "start_page.rs",
            "a_recent_file_is_opened_by_one_click_and_one_that_is_gone_can_be_taken_off_the_list",
        ),
        _ => (
            "start_page.rs",
            "something_of_ones_own_is_begun_from_the_start_page",
        ),
    }
}

const fn of_preference(preference: Preference) -> Test {
    match preference {
        Preference::Scale(_) | Preference::HighContrast => (
            "habits.rs",
            "settings_are_found_by_words_and_change_how_the_window_looks",
        ),
        Preference::LineMarks
        | Preference::ReducedMotion
        | Preference::SmoothCharts
        | Preference::Notify
        | Preference::NotifyAfter(_) => (
            "keyboard/actions.rs",
            "settings_are_switched_by_their_names_and_kept",
        ),
    }
}

const fn of_export(action: &ExportAction) -> Test {
    match action {
        ExportAction::Open
        | ExportAction::Choose(_)
        | ExportAction::Pictures(_)
        | ExportAction::Save => (
            "export_board.rs",
            "a_selection_of_the_board_is_saved_in_the_look_and_with_the_pixels_that_were_chosen",
        ),
        ExportAction::Copy => (
            "export_board.rs",
            "the_data_of_chosen_charts_is_copied_without_those_that_were_not_chosen",
        ),
        ExportAction::Close => (
            "export_board.rs",
            "a_picture_of_nothing_cannot_be_saved_and_says_why",
        ),
    }
}

const fn of_machine(change: &MachineChange) -> Test {
    match change {
        MachineChange::Add { .. } | MachineChange::Remove(_) | MachineChange::Address(..) => (
            "machine_page.rs",
            "what_is_typed_is_asked_added_and_removed_again",
        ),
    }
}

const fn of_runs(action: &RunsAction) -> Test {
    match action {
        RunsAction::Browse | RunsAction::List | RunsAction::Import | RunsAction::Rerun(_) => (
            "keyboard/actions.rs",
            "kept_runs_are_listed_imported_and_measured_again_by_name",
        ),
        RunsAction::Open(_) => (
            "kept_runs.rs",
            "an_opened_run_is_on_the_board_as_if_it_had_just_ended",
        ),
        RunsAction::Say { .. } => (
            "kept_runs.rs",
            "a_name_tags_and_a_note_are_written_into_the_file_of_the_run",
        ),
        RunsAction::Delete { .. } => ("kept_runs.rs", "deleting_asks_first_and_no_means_no"),
        RunsAction::Compare(..)
        | RunsAction::SwapSides
        | RunsAction::CompareCandidates
        | RunsAction::ChooseCandidate(..)
        | RunsAction::CompareRuns => (
            "kept_runs.rs",
            "two_candidates_of_the_shown_run_are_compared_like_two_runs",
        ),
    }
}

const fn of_tabs(action: &TabAction) -> Test {
    match action {
        TabAction::Show(_) => (
            "tabs.rs",
            "each_run_has_a_tab_and_a_click_on_it_shows_that_run",
        ),
        TabAction::Next | TabAction::Previous => (
            "tabs.rs",
            "tabs_are_walked_through_by_keyboard_from_any_page",
        ),
        TabAction::Close(_) | TabAction::CloseShown => (
            "tabs.rs",
            "a_run_that_is_nowhere_else_is_not_lost_without_a_question",
        ),
        TabAction::CloseOthers(_) | TabAction::TogglePin(_) => (
            "tabs.rs",
            "a_tab_has_a_menu_that_pins_it_and_closes_the_others",
        ),
    }
}

const fn of_series(action: SeriesAction) -> Test {
    match action {
        SeriesAction::Start(_) => (
            "keyboard/actions.rs",
            "a_sweep_is_begun_by_the_name_of_its_command",
        ),
        SeriesAction::Resume => (
            "series_page.rs",
            "a_sweep_that_was_stopped_goes_on_where_it_was_and_in_the_same_file",
        ),
    }
}

const fn of_tour(action: TourAction) -> Test {
    match action {
        TourAction::Begin | TourAction::Next | TourAction::Back | TourAction::End => {
            ("start_page.rs", "the_tour_is_taken_by_keys_alone")
        }
    }
}

const fn of_board(action: &BoardAction) -> Test {
    match action {
        BoardAction::LookAt(_) => (
            "keyboard/actions.rs",
            "the_chart_that_shows_why_is_one_press_away",
        ),
        BoardAction::ToggleChart(_) => (
            "board.rs",
            "charts_are_shown_and_put_away_by_their_menu_and_what_is_put_away_is_not_made",
        ),
        BoardAction::MoveChart(..) | BoardAction::SetSpan(..) => (
            "board.rs",
            "a_chart_is_moved_made_wider_and_put_away_by_the_menu_of_its_title",
        ),
        BoardAction::PutChart { .. } => (
            "board.rs",
            "a_chart_that_is_dragged_by_its_title_stands_where_it_was_dropped",
        ),
        BoardAction::Arrange(_) | BoardAction::ToggleSideBySide | BoardAction::ToggleMarks => {
            ALL_BY_NAME
        }
        BoardAction::TogglePercentile(_) | BoardAction::ToggleLongest => (
            "board.rs",
            "a_percentile_is_added_beside_others_and_the_longest_time_too",
        ),
        BoardAction::TogglePause => (
            "board.rs",
            "the_view_is_paused_and_not_the_run_by_a_button_and_by_the_space_bar",
        ),
        BoardAction::Follow | BoardAction::ZoomIn | BoardAction::ZoomOut => (
            "board.rs",
            "the_keyboard_reads_a_chart_zooms_all_of_them_and_goes_back",
        ),
    }
}

const fn of_answer(answer: &Answer) -> Test {
    match answer {
        Answer::Save | Answer::Discard => {
            ("gui.rs", "closing_with_changes_asks_and_without_closes")
        }
        Answer::StopAndClose => (
            "window_keeps.rs",
            "a_run_goes_on_in_its_tab_while_a_kept_one_is_looked_at_and_closing_it_asks",
        ),
        Answer::Path(_) => (
            "gui.rs",
            "without_a_dialog_of_the_desktop_a_path_can_be_typed",
        ),
        Answer::Delete => ("kept_runs.rs", "deleting_asks_first_and_no_means_no"),
        Answer::Cancel => ("gui.rs", "changes_are_not_lost_without_a_question"),
    }
}

#[test]
fn the_tests_that_stand_for_the_actions_are_there() {
    for command in COMMANDS {
        let (file, name) = test_of(&command.action());
        let path = format!("{}/tests/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(&format!("fn {name}")), "{file}: {name}");
    }
    // Those of the actions without a command stand in this file as well, beside the name of theirs.
    let own = include_str!("table.rs");
    let words: Vec<&str> = own.split('"').collect();
    for pair in words.windows(3) {
        let (file, name) = (pair[0], pair[2]);
        let is_file = Path::new(file).extension().is_some_and(|end| end == "rs");
        if is_file && pair[1].trim() == "," && name.len() > 3 {
            let path = format!("{}/tests/{file}", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains(&format!("fn {name}")), "{file}: {name}");
        }
    }
}
