//! The composer without a window: what is clicked and typed becomes a changed scenario, and nothing else does.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod cpython;
mod goals;
mod resilience;
mod table;
mod vocabulary;

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::gui::action::Action;
use poolscope::gui::panels::composer::ComposerPanel;
use poolscope::gui::theme;
use poolscope::scenario::{
    Access, Amount, AsyncCpu, Backend, Candidate, CostBasis, Defences, Distribution, FORMAT,
    Kernel, Load, MemoryAccess, Order, PriceCard, Problem, Protocol, Queue, Scenario, Server,
    Stage, TaskKind, validate,
};
use poolscope::units::{Bytes, Nanos};

/// What a test looks at: the panel, the scenario as the app would hold it, and how often it was replaced.
struct Board {
    panel: ComposerPanel,
    scenario: Scenario,
    problems: Vec<Problem>,
    locked: bool,
    edits: usize,
    /// What was told.
    told: Vec<Result<String, String>>,
}

impl Board {
    fn new(scenario: Scenario) -> Self {
        let problems = validate(&scenario);
        Self {
            panel: ComposerPanel::default(),
            scenario,
            problems,
            locked: false,
            edits: 0,
            told: Vec::new(),
        }
    }
}

/// The panel at the width it has in the window, and high enough that nothing has to be scrolled to.
fn shown(board: Board) -> Harness<'static, Board> {
    let app = move |ui: &mut egui::Ui, board: &mut Board| {
        let mut actions = Vec::new();
        let (scenario, problems) = (&board.scenario, &board.problems);
        board
            .panel
            .ui(ui, scenario, problems, board.locked, &mut actions);
        for action in actions {
            let scenario = match action {
                Action::EditScenario(scenario) => scenario,
                Action::Tell(told) => {
                    board.told.push(told);
                    continue;
                }
                other => panic!("the composer edits and tells, and does nothing else: {other:?}"),
            };
            board.scenario = *scenario;
            board.problems = validate(&board.scenario);
            board.edits += 1;
        }
    };
    let mut harness = Harness::builder()
        .with_size([380.0, 3000.0])
        .with_context_setup(theme::apply)
        .build_ui_state(app, board);
    harness.run();
    harness
}

fn scenario() -> Scenario {
    Scenario {
        format: FORMAT,
        title: "A request and an upload".to_owned(),
        about: String::new(),
        look_for: String::new(),
        tasks: vec![
            task(
                "request",
                vec![wait(20), Stage::cpu(Kernel::Sha256, Amount::Work(2_000))],
            ),
            task(
                "upload",
                vec![Stage::FileWrite {
                    size: Bytes::from_kib(64),
                    block: Bytes::from_mib(1),
                    access: Access::Sequential,
                    sync: false,
                }],
            ),
        ],
        load: Load::closed(16),
        queue: Queue::default(),
        server: Server::default(),
        faults: Vec::new(),
        defences: Defences::default(),
        candidates: [Backend::Sequential, Backend::threads(4)]
            .map(Candidate::of)
            .into(),
        protocol: Protocol::default(),
        objectives: Vec::new(),
        prices: PriceCard::default(),
        sweep: None,
        capacity: None,
    }
}

fn task(name: &str, stages: Vec<Stage>) -> TaskKind {
    TaskKind {
        name: name.to_owned(),
        weight: 1.0,
        stages,
    }
}

fn wait(millis: u64) -> Stage {
    Stage::Wait {
        time: Distribution::Constant(Nanos::from_millis(millis)),
    }
}

fn click(harness: &mut Harness<'static, Board>, label: &str) {
    harness.get_by_label(label).click();
    harness.run();
}

/// Replaces what the field holds by `text`, letter by letter as a keyboard does.
fn retype(harness: &mut Harness<'static, Board>, label: &str, text: &str) {
    harness
        .get_by_role_and_label(egui::Role::TextInput, label)
        .focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run();
    for letter in text.chars() {
        harness
            .get_by_role_and_label(egui::Role::TextInput, label)
            .type_text(&letter.to_string());
        harness.run();
    }
}

/// What the text field holds.
fn text_of(harness: &Harness<'static, Board>, label: &str) -> String {
    harness
        .get_by_role_and_label(egui::Role::TextInput, label)
        .value()
        .unwrap_or_default()
}

#[test]
fn looking_changes_nothing() {
    let mut harness = shown(Board::new(scenario()));
    for section in [
        "Description",
        "Protocol",
        "Prices",
        "stage 1 of task kind 'request'",
        "candidate 2",
    ] {
        click(&mut harness, section);
    }
    assert_eq!(harness.state().edits, 0);
    assert_eq!(harness.state().scenario, scenario());
}

#[test]
fn a_stage_is_added_from_a_menu_that_explains_each_type() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Add stage to task kind 'upload'");
    click(&mut harness, "Memory");
    let stages = &harness.state().scenario.tasks[1].stages;
    assert_eq!(stages.len(), 2);
    assert!(matches!(stages[1], Stage::Memory { .. }));
    // It is open, and can be filled in at once.
    retype(
        &mut harness,
        "Size of stage 2 of task kind 'upload'",
        "8MiB",
    );
    assert_eq!(
        harness.state().scenario.tasks[1].stages[1],
        Stage::Memory {
            size: Bytes::from_mib(8),
            access: MemoryAccess::Touch,
            hold_tasks: 0,
        }
    );
}

#[test]
fn a_typed_duration_is_taken_over_as_soon_as_it_can_be_read() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "stage 1 of task kind 'request'");
    retype(
        &mut harness,
        "Time of stage 1 of task kind 'request'",
        "1.50s",
    );
    assert_eq!(harness.state().scenario.tasks[0].stages[0], wait(1500));
    // While somebody types, the field does not rewrite the text.
    assert_eq!(
        text_of(&harness, "Time of stage 1 of task kind 'request'"),
        "1.50s"
    );
}

#[test]
fn a_text_that_is_no_duration_shows_why_and_keeps_the_value() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "stage 1 of task kind 'request'");
    let field = "Time of stage 1 of task kind 'request'";
    retype(&mut harness, field, "soon");
    assert!(
        harness
            .query_by_label_contains("'soon' does not start with a number")
            .is_some()
    );
    assert_eq!(harness.state().scenario, scenario());
    // It is still there after the focus has gone, until it is mended.
    harness
        .get_by_role_and_label(egui::Role::TextInput, "Title")
        .focus();
    harness.run();
    assert_eq!(text_of(&harness, field), "soon");
    assert!(
        harness
            .query_by_label_contains("the last valid value counts")
            .is_some()
    );
    retype(&mut harness, field, "5ms");
    assert!(
        harness
            .query_by_label_contains("does not start with a number")
            .is_none()
    );
    assert_eq!(harness.state().scenario.tasks[0].stages[0], wait(5));
}

#[test]
fn buttons_and_arrow_keys_halve_and_double() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "stage 1 of task kind 'request'");
    click(
        &mut harness,
        "Double time of stage 1 of task kind 'request'",
    );
    assert_eq!(harness.state().scenario.tasks[0].stages[0], wait(40));
    harness
        .get_by_role_and_label(
            egui::Role::TextInput,
            "Time of stage 1 of task kind 'request'",
        )
        .focus();
    harness.run();
    harness.key_press(egui::Key::ArrowDown);
    harness.run();
    assert_eq!(harness.state().scenario.tasks[0].stages[0], wait(20));
    assert_eq!(
        text_of(&harness, "Time of stage 1 of task kind 'request'"),
        "20ms"
    );
}

#[test]
fn changing_the_type_of_a_stage_keeps_its_time() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "stage 1 of task kind 'request'");
    click(&mut harness, "Type of stage 1 of task kind 'request'");
    click(&mut harness, "HTTP");
    let delay = Distribution::Constant(Nanos::from_millis(20));
    assert!(
        matches!(harness.state().scenario.tasks[0].stages[0], Stage::Http { delay: found, .. } if found == delay)
    );
}

#[test]
fn stages_are_reordered_by_buttons_and_the_focus_goes_along() {
    let mut harness = shown(Board::new(scenario()));
    harness
        .get_by_label("Move down stage 1 of task kind 'request'")
        .focus();
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(harness.state().scenario.tasks[0].stages[1], wait(20));
    // The card cannot go further down; pressing once more brings it back.
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(harness.state().scenario, scenario());
}

#[test]
fn stages_are_reordered_by_dragging_the_handle() {
    let mut harness = shown(Board::new(scenario()));
    let from = harness
        .get_by_label("Drag stage 2 of task kind 'request'")
        .rect()
        .center();
    let to = harness
        .get_by_label("Drag stage 1 of task kind 'request'")
        .rect()
        .center_top();
    harness.drag_at(from);
    harness.run();
    harness.hover_at(from.lerp(to, 0.5));
    harness.run();
    harness.hover_at(to);
    harness.run();
    harness.drop_at(to);
    harness.run();
    assert_eq!(harness.state().scenario.tasks[0].stages[1], wait(20));
    assert_eq!(harness.state().edits, 1);
}

#[test]
fn task_kinds_are_added_duplicated_and_removed() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Duplicate task kind 'request'");
    click(&mut harness, "Remove task kind 'request'");
    click(&mut harness, "Add task kind");
    let names: Vec<&str> = harness
        .state()
        .scenario
        .tasks
        .iter()
        .map(|task| task.name.as_str())
        .collect();
    assert_eq!(names, ["request 2", "upload", "task"]);
    assert_eq!(harness.state().edits, 3);
}

#[test]
fn a_candidate_is_duplicated_and_the_copy_gets_its_own_settings() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Duplicate candidate 2");
    assert_eq!(
        harness.state().scenario.candidate_names(),
        ["sequential", "threads ×4", "threads ×4 2"]
    );
    click(&mut harness, "candidate 3");
    retype(&mut harness, "Workers of candidate 3", "16");
    assert_eq!(harness.state().scenario.candidate_names()[2], "threads ×16");
}

#[test]
fn several_candidates_are_added_at_once() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Add candidate");
    click(&mut harness, "Threads ×1 ×2 ×4 ×8");
    let names = harness.state().scenario.candidate_names();
    assert_eq!(
        names,
        [
            "sequential",
            "threads ×4",
            "threads ×1",
            "threads ×2",
            "threads ×8"
        ]
    );
    let told = Ok("Left out, as they are there already: threads ×4".to_owned());
    assert_eq!(harness.state().told, [told]);
}

#[test]
fn the_settings_of_an_async_candidate_can_all_be_reached() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "candidate 1");
    click(&mut harness, "Back end of candidate 1");
    click(&mut harness, "Async");
    click(&mut harness, "CPU stages of candidate 1: Threads");
    retype(&mut harness, "Blocking threads of candidate 1", "3");
    retype(&mut harness, "In flight of candidate 1", "50");
    let cpu = AsyncCpu::Blocking { threads: 3 };
    let expected = Backend::Async {
        in_flight: 50,
        event_loops: 1,
        cpu,
    };
    assert_eq!(harness.state().scenario.candidates[0].backend, expected);
}

#[test]
fn load_protocol_and_prices_are_edited_in_their_forms() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Load: Open");
    retype(&mut harness, "Rate", "250");
    click(&mut harness, "Arrivals: Constant");
    click(&mut harness, "Protocol");
    retype(&mut harness, "Repeats", "3");
    click(&mut harness, "More settings of protocol");
    click(&mut harness, "Order of blocks: Listed");
    click(&mut harness, "Prices");
    click(&mut harness, "Basis: Rented");
    retype(&mut harness, "Rented memory", "2GiB");
    let scenario = &harness.state().scenario;
    assert!(
        matches!(scenario.load, Load::Open { rate_per_sec, .. } if (rate_per_sec - 250.0).abs() < 1e-9)
    );
    assert_eq!(
        (scenario.protocol.repeats, scenario.protocol.order),
        (3, Order::Listed)
    );
    assert!(
        matches!(scenario.prices.basis, CostBasis::Rented { memory, .. } if memory == Bytes::from_mib(2048))
    );
}

#[test]
fn the_measurement_of_a_batch_is_called_a_time_limit() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Load: Batch");
    click(&mut harness, "Protocol");
    retype(&mut harness, "Time limit", "1min");
    let protocol = harness.state().scenario.protocol;
    assert_eq!(protocol.measure, Nanos::from_secs(60));
}

#[test]
fn a_problem_stands_below_its_field_and_goes_when_it_is_mended() {
    let mut broken = scenario();
    broken.candidates[1].backend = Backend::threads(0);
    let mut harness = shown(Board::new(broken));
    click(&mut harness, "candidate 2");
    let field = harness
        .get_by_role_and_label(egui::Role::TextInput, "Workers of candidate 2")
        .rect();
    let problem = harness.get_by_label_contains("out of bounds").rect();
    assert!(
        problem.top() >= field.bottom() && problem.top() - field.bottom() < 20.0,
        "{problem} is below {field}"
    );
    retype(&mut harness, "Workers of candidate 2", "2");
    assert!(harness.query_by_label_contains("out of bounds").is_none());
}

#[test]
fn every_problem_is_shown_once_also_where_its_field_is_folded_or_unknown() {
    let mut board = Board::new(scenario());
    let paths = [
        "tasks[0].stages[1].amount",
        "tasks[0].weight",
        "protocol.measure",
        "prices.basis.vcpus",
        "",
        "candidates",
    ];
    board.problems = paths
        .map(|path| Problem::error(path, format!("wrong at '{path}'"), ""))
        .into();
    let harness = shown(board);
    for path in paths {
        let found = harness
            .query_all_by_label_contains(&format!("wrong at '{path}'"))
            .count();
        assert_eq!(found, 1, "the problem at '{path}' is shown once");
    }
}

#[test]
fn while_a_run_goes_on_everything_can_be_read_and_nothing_changed() {
    let mut board = Board::new(scenario());
    board.locked = true;
    let mut harness = shown(board);
    assert!(
        harness
            .query_by_label_contains("A run is under way")
            .is_some()
    );
    // Cards still open.
    click(&mut harness, "candidate 2");
    assert!(
        harness
            .get_by_role_and_label(egui::Role::TextInput, "Workers of candidate 2")
            .accesskit_node()
            .is_disabled()
    );
    for control in [
        "Add task kind",
        "Duplicate task kind 'request'",
        "Move down stage 1 of task kind 'request'",
        "Add candidate",
        "Raise workers of candidate 2",
        "Load: Open",
    ] {
        click(&mut harness, control);
    }
    assert_eq!(harness.state().edits, 0);
}
