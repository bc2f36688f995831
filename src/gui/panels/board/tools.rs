//! What can be done with the whole board: which charts it has, where it looks, and whether it goes on.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Button, Color32, PopupCloseBehavior, RichText, TextStyle, Ui, Vec2};

use crate::chart::{ChartId, Percentile, Preset};
use crate::gui::action::{Action, BoardAction};
use crate::gui::app::ExportAction;
use crate::gui::panels::board::{BoardPanel, BoardView};
use crate::gui::theme::{self, space};
use crate::gui::widgets::weak_ui;

/// What the button has on it that shows all of the run: while it goes on, and when it is over.
const FOLLOW: [&str; 2] = ["Follow", "Reset zoom"];
/// What the button has on it that pauses the view, or ends that.
const PAUSE: [&str; 2] = ["Pause view", "Resume view"];
/// How much of the accent a tinted button has.
const TINT: f32 = 0.3;
/// How one moves through the time of the charts.
const HOW_TO_ZOOM: &str = "All of the run is shown; all charts share one time axis. Ctrl and wheel zoom, dragging moves, \
    dragging with the right button chooses a stretch. At a chart that has the keyboard + and − zoom, and Shift with ← \
    or → moves";

/// The line of buttons.
pub(super) fn tools_ui(
    ui: &mut Ui,
    panel: &BoardPanel,
    view: &BoardView<'_>,
    actions: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing.x = space::XS;
    let export = ui.add(small("Export…"));
    let export = export.on_hover_text("Put charts of your choice on a picture (Ctrl+E)");
    if export
        .accessible_name("Export charts of the board")
        .clicked()
    {
        actions.push(Action::Exporting(ExportAction::Open));
    }
    let (label, about) = if view.state.is_active() {
        (FOLLOW[0], "Show all of the run again, as it goes on (Home)")
    } else {
        (FOLLOW[1], "Show all of the run again (Home)")
    };
    let is_following = panel.time.is_following();
    let follow = among(ui, label, &FOLLOW, !is_following);
    let follow = ui.add_enabled(!is_following, follow);
    let follow = follow
        .on_hover_text(about)
        .on_disabled_hover_text(HOW_TO_ZOOM);
    if follow.clicked() {
        actions.push(Action::Board(BoardAction::Follow));
    }
    let (label, about) = if view.is_paused {
        (PAUSE[1], "Show what has happened meanwhile (Space)")
    } else {
        (
            PAUSE[0],
            "Keep charts and results as they are; the run goes on (Space)",
        )
    };
    let can_pause = view.is_paused || view.state.is_active();
    let pause = among(ui, label, &PAUSE, view.is_paused);
    let pause = ui.add_enabled(can_pause, pause).on_hover_text(about);
    let pause = pause.on_disabled_hover_text("Nothing moves: no run goes on");
    if pause.clicked() {
        actions.push(Action::Board(BoardAction::TogglePause));
    }
    charts_menu_ui(ui, panel, view, actions);
}

fn small(label: &str) -> Button<'_> {
    Button::new(RichText::new(label).small())
}

/// A button as wide as the widest of the `labels` that it may have, so that nothing moves when it gets another one; one
/// that leads back to the usual view is tinted.
fn among<'a>(ui: &Ui, label: &'a str, labels: &[&str], is_tinted: bool) -> Button<'a> {
    let font = TextStyle::Small.resolve(ui.style());
    let width = |label: &&str| {
        let painter = ui.painter();
        let galley =
            painter.layout_no_wrap((*label).to_owned(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x
    };
    let widest = labels.iter().map(width).fold(0.0, f32::max);
    let around = 2.0 * ui.spacing().button_padding.x;
    let button = small(label).min_size(Vec2::new(widest + around, 0.0));
    if is_tinted {
        button.fill(theme::palette(ui).accent.gamma_multiply(TINT))
    } else {
        button
    }
}

fn charts_menu_ui(
    ui: &mut Ui,
    panel: &BoardPanel,
    view: &BoardView<'_>,
    actions: &mut Vec<Action>,
) {
    let mut ask = |action| actions.push(Action::Board(action));
    let menu = MenuButton::from_button(small("Charts ⏷"));
    // Several charts are chosen without opening it anew.
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (response, _) = menu.config(stays).ui(ui, |ui| {
        // There may be sixteen charts, and the smallest window is 800 points high.
        ui.spacing_mut().item_spacing.y = 2.0;
        for id in ChartId::possible_for(&view.run.request) {
            let mut is_shown = panel.tiles.iter().any(|tile| tile.id == id);
            if ui.checkbox(&mut is_shown, id.title()).clicked() {
                ask(BoardAction::ToggleChart(id));
            }
        }
        ui.separator();
        ui.horizontal(|ui| {
            for preset in Preset::ALL {
                if ui.button(preset.label()).clicked() {
                    ask(BoardAction::Arrange(preset));
                }
            }
        });
        if ui.button("Reset arrangement").clicked() {
            ask(BoardAction::Arrange(Preset::Overview));
        }
        ui.separator();
        let settings = &panel.settings;
        let mut side_by_side = settings.side_by_side;
        if ui
            .checkbox(&mut side_by_side, "Candidates side by side")
            .clicked()
        {
            ask(BoardAction::ToggleSideBySide);
        }
        let mut marks = settings.marks;
        if ui
            .checkbox(&mut marks, "Mark faults, retries and deaths")
            .clicked()
        {
            ask(BoardAction::ToggleMarks);
        }
        weak_ui(
            ui,
            "Drag a chart by its title, or click on it to arrange it",
        );
        weak_ui(ui, "Zoom with Ctrl and wheel, or + and −");
    });
    response
        .on_hover_text("Which charts the board has, and how")
        .accessible_name("Charts of the board");
}

/// The menu behind the title of a chart.
pub(super) fn arrange_menu_ui(
    ui: &mut Ui,
    id: ChartId,
    (place, last): (usize, usize),
    span: usize,
    columns: usize,
    actions: &mut Vec<Action>,
) {
    let mut item = |ui: &mut Ui, label: &str, can_be: bool, action: BoardAction| {
        if ui.add_enabled(can_be, Button::new(label)).clicked() {
            actions.push(Action::Board(action));
            ui.close();
        }
    };
    let row = columns.cast_signed();
    for (label, places, can_be) in [
        ("Move left", -1, place > 0),
        ("Move right", 1, place < last),
        ("Move up", -row, place > 0),
        ("Move down", row, place < last),
    ] {
        item(ui, label, can_be, BoardAction::MoveChart(id, places));
    }
    ui.separator();
    item(
        ui,
        "Wider",
        span < columns,
        BoardAction::SetSpan(id, span + 1),
    );
    item(
        ui,
        "Narrower",
        span > 1,
        BoardAction::SetSpan(id, span.saturating_sub(1)),
    );
    ui.separator();
    item(
        ui,
        "Put this chart away",
        last > 0,
        BoardAction::ToggleChart(id),
    );
}

/// Which percentiles the response time is shown at: a menu, from the right.
pub(super) fn percentiles_ui(ui: &mut Ui, panel: &BoardPanel, actions: &mut Vec<Action>) {
    let settings = &panel.settings;
    let menu = MenuButton::from_button(small("Percentiles ⏷"));
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (response, _) = menu.config(stays).ui(ui, |ui| {
        for percentile in Percentile::ALL {
            let mut is_shown = settings.percentiles.contains(&percentile);
            let response = ui.checkbox(&mut is_shown, percentile.label());
            let name = format!("Response time at {}", percentile.label());
            if response.accessible_name(name).clicked() {
                actions.push(Action::Board(BoardAction::TogglePercentile(percentile)));
            }
        }
        let mut longest = settings.response_max;
        let response = ui.checkbox(&mut longest, "max");
        if response.accessible_name("Longest response time").clicked() {
            actions.push(Action::Board(BoardAction::ToggleLongest));
        }
    });
    response
        .on_hover_text("At which percentiles the response time is shown")
        .accessible_name("Percentiles of the response time");
}
