//! What can be done with the whole board: which charts it has, where it looks, and whether it goes on.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Button, PopupCloseBehavior, RichText, Ui};

use crate::chart::{ChartId, Percentile, Preset};
use crate::gui::action::{Action, BoardAction};
use crate::gui::app::ExportAction;
use crate::gui::panels::board::{BoardPanel, BoardView};
use crate::gui::theme::space;
use crate::gui::widgets::weak_ui;

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
        ("Follow", "Show all of the run again, as it goes on (Home)")
    } else {
        ("Reset zoom", "Show all of the run again (Home)")
    };
    let follow = ui.add_enabled(!panel.time.is_following(), small(label));
    let follow = follow.on_hover_text(about).on_disabled_hover_text(
        "All of the run is shown. Drag a chart to move it, Ctrl and wheel or + and - to zoom, drag with the right \
         button to choose a stretch; all charts share one time axis",
    );
    if follow.clicked() {
        actions.push(Action::Board(BoardAction::Follow));
    }
    let (label, about) = if view.is_paused {
        ("Resume view", "Show what has happened meanwhile (Space)")
    } else {
        (
            "Pause view",
            "Keep charts and results as they are; the run goes on (Space)",
        )
    };
    let can_pause = view.is_paused || view.state.is_active();
    let pause = ui.add_enabled(can_pause, small(label)).on_hover_text(about);
    let pause = pause.on_disabled_hover_text("Nothing moves: no run goes on");
    if pause.clicked() {
        actions.push(Action::Board(BoardAction::TogglePause));
    }
    charts_menu_ui(ui, panel, view, actions);
}

fn small(label: &str) -> Button<'_> {
    Button::new(RichText::new(label).small())
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
