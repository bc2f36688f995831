//! Below the menus: the line with the scenario's title, the progress, and Run and Stop.

use std::path::PathBuf;

use egui::{Align, Button, Label, Layout, ProgressBar, RichText, TextStyle, Ui, Vec2};

use crate::gui::action::Action;
use crate::gui::app::{Measurement, RunState, STEPS_MAX};
use crate::gui::commands::Situation;
use crate::gui::theme::{self, ThemeChoice, space};
use crate::gui::widgets::{
    Spot, badge_ui, icon_button_ui, in_order_ui, mark_spot, primary_button_ui,
};
use crate::units::text;

/// What the toolbar shows.
#[derive(Debug, Clone, Copy)]
pub struct ToolbarView<'a> {
    /// Title of the scenario.
    pub title: &'a str,
    /// Its file; none before it was saved.
    pub path: Option<&'a std::path::Path>,
    /// Whether it has changes that are not saved.
    pub changed: bool,
    /// What is possible now.
    pub now: Situation<'a>,
    /// The run, if there is one.
    pub measurement: Option<&'a Measurement>,
}

/// Shows the line below the menus.
pub fn toolbar_ui(ui: &mut Ui, view: &ToolbarView<'_>, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_min_height(TOOLBAR_HEIGHT);
        if icon_button_ui(ui, "☰", "Show or hide the left panel").clicked() {
            actions.push(Action::ToggleSidebar);
        }
        undo_and_redo_ui(ui, view, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            in_order_ui(ui, |ui| {
                run_or_stop_ui(ui, view, actions);
                theme_switch_ui(ui, actions);
            });
            if let Some(measurement) = view.measurement.filter(|_| view.now.state.is_active()) {
                progress_ui(ui, view.now.state, measurement);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                title_ui(ui, view);
            });
        });
    });
}

/// The buttons that take back an edit and do it again; their hover texts say which.
fn undo_and_redo_ui(ui: &mut Ui, view: &ToolbarView<'_>, actions: &mut Vec<Action>) {
    for (icon, name, what, keys, action) in [
        ("⟲", "Undo", view.now.undoes, "Ctrl+Z", Action::Undo),
        ("⟳", "Redo", view.now.redoes, "Ctrl+Shift+Z", Action::Redo),
    ] {
        let why_not = if view.now.running {
            "Stop the run to change the scenario".to_owned()
        } else {
            let which = name.to_lowercase();
            format!("Nothing to {which}. The last {STEPS_MAX} edits of the scenario are kept")
        };
        ui.add_enabled_ui(what.is_some() && !view.now.running, |ui| {
            let size = Vec2::splat(space::CONTROL_HEIGHT);
            let button = Button::new(icon).min_size(size).frame_when_inactive(false);
            ui.spacing_mut().button_padding = Vec2::splat(space::XS);
            let hover = format!("{name}: {} ({keys})", what.unwrap_or_default());
            let response = ui.add(button).on_hover_text(hover);
            let response = response.on_disabled_hover_text(why_not);
            if response.accessible_name(name).clicked() {
                actions.push(action);
            }
        });
    }
}

/// Height of the line, in points.
const TOOLBAR_HEIGHT: f32 = 32.0;

fn title_ui(ui: &mut Ui, view: &ToolbarView<'_>) {
    /// What stands behind the title needs about this width, in points.
    const BADGE_WIDTH: f32 = 90.0;
    let palette = theme::palette(ui);
    let hover = view.path.map_or_else(
        || "Not in a file yet".to_owned(),
        |path: &std::path::Path| PathBuf::from(path).display().to_string(),
    );
    ui.scope(|ui| {
        let room = ui.available_width();
        ui.set_max_width((room - BADGE_WIDTH).max(BADGE_WIDTH).min(room));
        let title = RichText::new(view.title).text_style(TextStyle::Heading);
        ui.add(Label::new(title).truncate()).on_hover_text(hover);
    });
    if view.changed {
        badge_ui(ui, "unsaved", palette.warning);
    }
}

/// How far the run is, and above that what it does: as much of it as has room beside the title.
fn progress_ui(ui: &mut Ui, state: RunState, measurement: &Measurement) {
    /// Width of the bar, in points.
    const BAR_WIDTHS: std::ops::RangeInclusive<f32> = 140.0..=300.0;
    /// What is left for the title at least, in points.
    const TITLE_MIN_WIDTH: f32 = 120.0;
    let palette = theme::palette(ui);
    let progress = measurement.progress();
    let remaining = format!("{} left", text::clock(progress.remaining_nanos));
    ui.label(RichText::new(remaining).color(palette.weak));
    let width =
        (ui.available_width() - TITLE_MIN_WIDTH).clamp(*BAR_WIDTHS.start(), *BAR_WIDTHS.end());
    let size = Vec2::new(width, TOOLBAR_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        let words = doing(state, measurement);
        let line = ui.text_style_height(&TextStyle::Small);
        ui.add_space((TOOLBAR_HEIGHT - line - space::XS - space::S).max(0.0) / 2.0);
        if let Some(words) = &words {
            let label = Label::new(RichText::new(words).small()).truncate();
            ui.add(label).on_hover_text(words);
        }
        let bar = ProgressBar::new(measurement.ratio_over())
            .desired_width(width)
            .desired_height(space::S)
            .fill(palette.accent);
        let bar = ui.add(bar).accessible_name("Progress of the run");
        if let Some(words) = words {
            bar.on_hover_text(words);
        }
    });
}

/// The block that is measured, whose it is, and what it does: `Block 2 of 8 · measuring · threads ×4`.
fn doing(state: RunState, measurement: &Measurement) -> Option<String> {
    let progress = measurement.progress();
    let current = progress.current.as_ref()?;
    let doing = if state == RunState::Stopping {
        "stopping"
    } else {
        current.doing
    };
    let mut figures = measurement.figures().iter();
    let figures = figures.find(|figures| figures.candidate == current.candidate);
    let name = figures.map_or("", |figures| figures.name.as_str());
    let (block, blocks) = (progress.blocks_ended + 1, progress.blocks);
    Some(format!("Block {block} of {blocks} · {doing} · {name}"))
}

fn run_or_stop_ui(ui: &mut Ui, view: &ToolbarView<'_>, actions: &mut Vec<Action>) {
    if view.now.running {
        let stopping = view.now.state == RunState::Stopping;
        let palette = theme::palette(ui);
        let text = RichText::new(if stopping { "Stopping…" } else { "⏹ Stop" })
            .family(theme::semi_bold())
            .color(palette.error);
        let response = ui
            .add_enabled(!stopping, Button::new(text))
            .on_hover_text("End the run and keep what was measured (Shift+F5)")
            .accessible_name("Stop");
        mark_spot(ui, Spot::Run, response.rect);
        if response.clicked() {
            actions.push(Action::Stop);
        }
        return;
    }
    let why_not = format!(
        "{} of the scenario must be mended first",
        text::counted(view.now.errors as u64, "problem", "problems")
    );
    let response = primary_button_ui(ui, "▶ Run", view.now.errors == 0)
        .on_hover_text("Measure all candidates, one after the other (F5)")
        .on_disabled_hover_text(why_not)
        .accessible_name("Run");
    mark_spot(ui, Spot::Run, response.rect);
    if response.clicked() {
        actions.push(Action::Run);
    }
}

fn theme_switch_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    let (icon, name, choice) = if ui.visuals().dark_mode {
        ("☀", "Switch to the light theme", ThemeChoice::Light)
    } else {
        ("🌙", "Switch to the dark theme", ThemeChoice::Dark)
    };
    if icon_button_ui(ui, icon, name).clicked() {
        actions.push(Action::SetTheme(choice));
    }
}
