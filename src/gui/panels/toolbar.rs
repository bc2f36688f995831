//! The menus, and below them the line with the scenario's title, the progress, and Run and Stop.

use std::path::PathBuf;

use egui::{Align, Button, Layout, MenuBar, ProgressBar, RichText, Ui};

use crate::gui::action::{Action, Exported, Format, SeriesAction};
use crate::gui::app::{ExportAction, Measurement, Page, RunState, STEPS_MAX};
use crate::gui::settings::Settings;
use crate::gui::theme::{self, ThemeChoice, space};
use crate::gui::widgets::{badge_ui, icon_button_ui, primary_button_ui};
use crate::run::record::RecordKind;
use crate::units::text;

/// What menus and toolbar show.
#[derive(Debug, Clone, Copy)]
pub struct ToolbarView<'a> {
    /// Title of the scenario.
    pub title: &'a str,
    /// Its file; none before it was saved.
    pub path: Option<&'a std::path::Path>,
    /// Whether it has changes that are not saved.
    pub changed: bool,
    /// What undoing would undo.
    pub undoes: Option<&'a str>,
    /// What redoing would do again.
    pub redoes: Option<&'a str>,
    /// How many problems forbid running.
    pub errors: usize,
    /// The series that it has: a sweep, a search for the capacity.
    pub series: &'a [RecordKind],
    /// Where the run stands.
    pub state: RunState,
    /// Whether processes of ours are at work.
    pub running: bool,
    /// The run, if there is one.
    pub measurement: Option<&'a Measurement>,
    /// The page in the middle.
    pub page: Page,
    /// Theme, panels and recent files.
    pub settings: &'a Settings,
}

/// Shows the menus.
pub fn menu_ui(ui: &mut Ui, view: &ToolbarView<'_>, actions: &mut Vec<Action>) {
    MenuBar::new().ui(ui, |ui| {
        top_menu_ui(ui, "File", |ui| file_menu_ui(ui, view, actions));
        top_menu_ui(ui, "Edit", |ui| edit_menu_ui(ui, view, actions));
        top_menu_ui(ui, "Run", |ui| {
            let can_run = !view.running && view.errors == 0;
            item_ui(
                ui,
                "Run all candidates",
                "F5",
                can_run,
                Action::Run,
                actions,
            );
            item_ui(
                ui,
                "Stop the run",
                "Shift+F5",
                view.running,
                Action::Stop,
                actions,
            );
            ui.separator();
            for (label, kind) in [
                ("Run the sweep", RecordKind::Sweep),
                ("Find the capacity", RecordKind::Capacity),
            ] {
                let has = view.series.contains(&kind);
                let start = Action::Series(SeriesAction::Start(kind));
                item_ui(ui, label, "", can_run && has, start, actions);
            }
        });
        top_menu_ui(ui, "View", |ui| view_menu_ui(ui, view.settings, actions));
        top_menu_ui(ui, "Help", |ui| {
            item_ui(ui, "About poolscope", "", true, Action::About, actions);
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            pages_ui(ui, view, actions);
        });
    });
}

/// The pages of the middle, from the right, because the line is laid out from there.
fn pages_ui(ui: &mut Ui, view: &ToolbarView<'_>, actions: &mut Vec<Action>) {
    for page in Page::CHOICES.into_iter().rev() {
        let can_be = page != Page::Charts || view.measurement.is_some();
        let tab = Button::selectable(view.page == page, page.label());
        let tab = ui.add_enabled(can_be, tab).on_hover_text(page.about());
        let tab = tab.on_disabled_hover_text("There are charts when a run was started or opened");
        if tab
            .accessible_name(format!("{} page", page.label()))
            .clicked()
        {
            actions.push(Action::Show(page));
        }
    }
}

/// A menu of the bar; its accessible name tells it from the button that is called alike.
fn top_menu_ui(ui: &mut Ui, title: &str, items: impl FnOnce(&mut Ui)) {
    ui.menu_button(title, items)
        .response
        .accessible_name(format!("{title} menu"));
}

fn file_menu_ui(ui: &mut Ui, view: &ToolbarView<'_>, actions: &mut Vec<Action>) {
    let idle = !view.running;
    item_ui(ui, "New", "Ctrl+N", idle, Action::New, actions);
    item_ui(ui, "Open…", "Ctrl+O", idle, Action::Open, actions);
    ui.add_enabled_ui(idle && !view.settings.recent.is_empty(), |ui| {
        ui.menu_button("Open recent", |ui| {
            for path in &view.settings.recent {
                item_ui(
                    ui,
                    &path.display().to_string(),
                    "",
                    true,
                    Action::OpenFile(path.clone()),
                    actions,
                );
            }
        });
    });
    ui.separator();
    item_ui(ui, "Save", "Ctrl+S", true, Action::Save, actions);
    item_ui(
        ui,
        "Save as…",
        "Ctrl+Shift+S",
        true,
        Action::SaveAs,
        actions,
    );
    ui.separator();
    ui.add_enabled_ui(view.state != RunState::None, |ui| {
        ui.menu_button("Export", |ui| {
            for (label, what, format) in [
                ("Report as HTML…", Exported::Report, Format::Html),
                ("Report as Markdown…", Exported::Report, Format::Markdown),
                ("Board as SVG…", Exported::Board, Format::Svg),
                ("Board as PNG…", Exported::Board, Format::Png),
                ("Figures as CSV…", Exported::Figures, Format::Csv),
                ("Figures as JSON…", Exported::Figures, Format::Json),
            ] {
                item_ui(ui, label, "", true, Action::Export(what, format), actions);
            }
            let choose = Action::Exporting(ExportAction::Open);
            item_ui(ui, "Charts of the board…", "Ctrl+E", true, choose, actions);
        });
    });
    ui.separator();
    item_ui(
        ui,
        "Settings…",
        "Ctrl+,",
        true,
        Action::Show(Page::Machine),
        actions,
    );
    ui.separator();
    item_ui(ui, "Quit", "Ctrl+Q", true, Action::Quit, actions);
}

fn edit_menu_ui(ui: &mut Ui, view: &ToolbarView<'_>, actions: &mut Vec<Action>) {
    /// Longer entries would make a menu wider than a small window has room for, in letters.
    const LETTERS_MAX: usize = 60;
    for (verb, what, keys, action) in [
        ("Undo", view.undoes, "Ctrl+Z", Action::Undo),
        ("Redo", view.redoes, "Ctrl+Shift+Z", Action::Redo),
    ] {
        let label = what.map_or_else(
            || format!("Nothing to {}", verb.to_lowercase()),
            |what| shortened(&format!("{verb}: {what}"), LETTERS_MAX),
        );
        let can_be = what.is_some() && !view.running;
        item_ui(ui, &label, keys, can_be, action, actions);
    }
}

/// `text`, cut off with an ellipsis where it has more than `most` letters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most).chain(['…']).collect()
}

fn view_menu_ui(ui: &mut Ui, settings: &Settings, actions: &mut Vec<Action>) {
    for (label, mut shown, action) in [
        ("Left panel", settings.sidebar, Action::ToggleSidebar),
        ("Results", settings.results, Action::ToggleResults),
    ] {
        if ui.checkbox(&mut shown, label).clicked() {
            actions.push(action);
            ui.close();
        }
    }
    ui.separator();
    for choice in ThemeChoice::ALL {
        if ui
            .radio(
                settings.theme == choice,
                format!("Theme: {}", choice.label()),
            )
            .clicked()
        {
            actions.push(Action::SetTheme(choice));
            ui.close();
        }
    }
}

fn item_ui(
    ui: &mut Ui,
    label: &str,
    shortcut: &str,
    enabled: bool,
    action: Action,
    actions: &mut Vec<Action>,
) {
    if ui
        .add_enabled(enabled, Button::new(label).shortcut_text(shortcut))
        .clicked()
    {
        actions.push(action);
        ui.close();
    }
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
            theme_switch_ui(ui, actions);
            run_or_stop_ui(ui, view, actions);
            if let Some(measurement) = view.measurement.filter(|_| view.state.is_active()) {
                progress_ui(ui, view.state, measurement);
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
        ("⟲", "Undo", view.undoes, "Ctrl+Z", Action::Undo),
        ("⟳", "Redo", view.redoes, "Ctrl+Shift+Z", Action::Redo),
    ] {
        let why_not = if view.running {
            "Stop the run to change the scenario".to_owned()
        } else {
            let which = name.to_lowercase();
            format!("Nothing to {which}. The last {STEPS_MAX} edits of the scenario are kept")
        };
        ui.add_enabled_ui(what.is_some() && !view.running, |ui| {
            let size = egui::Vec2::splat(space::CONTROL_HEIGHT);
            let button = Button::new(icon).min_size(size).frame_when_inactive(false);
            ui.spacing_mut().button_padding = egui::Vec2::splat(space::XS);
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
        ui.set_max_width((ui.available_width() - BADGE_WIDTH).max(BADGE_WIDTH));
        let title = RichText::new(view.title).text_style(egui::TextStyle::Heading);
        ui.add(egui::Label::new(title).truncate())
            .on_hover_text(hover);
    });
    if view.changed {
        badge_ui(ui, "unsaved", palette.warning);
    }
}

fn progress_ui(ui: &mut Ui, state: RunState, measurement: &Measurement) {
    /// Width of the bar, in points.
    const BAR_WIDTH: f32 = 140.0;
    let palette = theme::palette(ui);
    let progress = measurement.progress();
    let remaining = format!("{} left", text::clock(progress.remaining_nanos));
    ui.label(RichText::new(remaining).color(palette.weak));
    ui.add(
        ProgressBar::new(measurement.ratio_over())
            .desired_width(BAR_WIDTH)
            .desired_height(space::S)
            .fill(palette.accent),
    )
    .accessible_name("Progress of the run");
    let Some(current) = &progress.current else {
        return;
    };
    let doing = if state == RunState::Stopping {
        "stopping"
    } else {
        current.doing
    };
    let figures = measurement
        .figures()
        .iter()
        .find(|f| f.candidate == current.candidate);
    let name = figures.map_or("", |figures| figures.name.as_str());
    ui.label(format!("{name} · {doing}"));
    let place = format!("Block {} of {}", progress.blocks_ended + 1, progress.blocks);
    ui.label(RichText::new(place).color(palette.weak));
}

fn run_or_stop_ui(ui: &mut Ui, view: &ToolbarView<'_>, actions: &mut Vec<Action>) {
    if view.running {
        let stopping = view.state == RunState::Stopping;
        let palette = theme::palette(ui);
        let text = RichText::new(if stopping { "Stopping…" } else { "⏹ Stop" })
            .family(theme::semi_bold())
            .color(palette.error);
        let response = ui
            .add_enabled(!stopping, Button::new(text))
            .on_hover_text("End the run and keep what was measured (Shift+F5)")
            .accessible_name("Stop");
        if response.clicked() {
            actions.push(Action::Stop);
        }
        return;
    }
    let why_not = format!(
        "{} of the scenario must be mended first",
        text::counted(view.errors as u64, "problem", "problems")
    );
    let response = primary_button_ui(ui, "▶ Run", view.errors == 0)
        .on_hover_text("Measure all candidates, one after the other (F5)")
        .on_disabled_hover_text(why_not)
        .accessible_name("Run");
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
