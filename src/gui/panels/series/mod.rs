//! The page of sweeps and of searches for the capacity: how far they are, and what they found.

mod answer;
mod capacity;
mod heat;
mod sweep;

use egui::{Align, Button, Layout, ProgressBar, RichText, ScrollArea, Ui};

use crate::chart::Plane;
use crate::gui::action::{Action, ComposerSection, Exported, Format, SeriesAction};
use crate::gui::app::{Series, SeriesFigures, SeriesState};
use crate::gui::panels::diagram::{Planes, PlanesView};
use crate::gui::panels::series::sweep::SweepView;
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{
    FollowFocus as _, badge_ui, card_ui, empty_state_ui, primary_button_ui, severity_ui, weak_ui,
};
use crate::run::record::RecordKind;
use crate::scenario::Severity;
use crate::units::text;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct SeriesView<'a> {
    /// Title of the open scenario.
    pub title: &'a str,
    /// Whether the open scenario has a sweep.
    pub has_sweep: bool,
    /// Whether it has a search for the capacity.
    pub has_capacity: bool,
    /// How many of its problems forbid running.
    pub errors: usize,
    /// The series that is shown.
    pub series: Option<&'a Series>,
    /// Whether a run, or a series, is under way.
    pub locked: bool,
}

/// Shows the page; keeps which measure is looked at.
#[derive(Debug, Default)]
pub struct SeriesPanel {
    sweep: SweepView,
    capacity: Planes,
}

impl SeriesPanel {
    /// Shows the page and appends what the user asked for to `actions`.
    pub fn ui(&mut self, ui: &mut Ui, view: &SeriesView<'_>, actions: &mut Vec<Action>) {
        ScrollArea::vertical()
            .auto_shrink(false)
            .id_salt("series")
            .show_following(ui, |ui| {
                ui.spacing_mut().item_spacing.y = space::S;
                head_ui(ui, view, actions);
                let Some(series) = view.series else {
                    nothing_yet_ui(ui, view, actions);
                    return;
                };
                card_ui(ui, |ui| standing_ui(ui, series, actions));
                if series.figures.is_some() {
                    let is_over = !series.state.is_active();
                    card_ui(ui, |ui| answer::answer_ui(ui, &series.answer, is_over));
                }
                match &series.figures {
                    None => {
                        let (title, text) = waiting(&series.state);
                        empty_state_ui(ui, title, text);
                    }
                    Some(SeriesFigures::Sweep {
                        figures,
                        scaling,
                        planes,
                        heats,
                        scaling_planes,
                        no_scaling,
                    }) => {
                        let charts = planes_view(series, planes);
                        self.sweep.ui(ui, figures, (charts, heats), actions);
                        let charts = planes_view(series, scaling_planes);
                        self.sweep.scaling_charts_ui(ui, charts, actions);
                        sweep::scaling_ui(ui, figures, scaling, *no_scaling);
                    }
                    Some(SeriesFigures::Capacity {
                        figures,
                        plane,
                        currency,
                    }) => {
                        let charts = planes_view(series, plane.as_slice());
                        self.capacity.ui(ui, charts, actions);
                        capacity::capacity_ui(ui, figures, currency);
                    }
                }
            });
    }
}

/// Charts of this state of the series.
fn planes_view<'a>(series: &'a Series, planes: &'a [Plane]) -> PlanesView<'a> {
    PlanesView {
        planes,
        key: (series.number, series.progress.done),
        of: &series.title,
    }
}

fn head_ui(ui: &mut Ui, view: &SeriesView<'_>, actions: &mut Vec<Action>) {
    /// In less room the buttons stand below the title, in points.
    const SIDE_BY_SIDE: f32 = 480.0;
    let title = |ui: &mut Ui| {
        ui.label(RichText::new("Sweeps and capacity").text_style(egui::TextStyle::Heading));
    };
    if ui.available_width() < SIDE_BY_SIDE {
        title(ui);
        ui.horizontal_wrapped(|ui| begin_ui(ui, view, actions));
        return;
    }
    ui.horizontal(|ui| {
        title(ui);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            begin_ui(ui, view, actions);
        });
    });
}

/// The buttons that begin a series.
fn begin_ui(ui: &mut Ui, view: &SeriesView<'_>, actions: &mut Vec<Action>) {
    let can = !view.locked && view.errors == 0;
    for (label, has, kind, why_not) in [
        (
            "Find the capacity",
            view.has_capacity,
            RecordKind::Capacity,
            "The open scenario searches no capacity; the composer adds it",
        ),
        (
            "Run the sweep",
            view.has_sweep,
            RecordKind::Sweep,
            "The open scenario sweeps nothing; the composer adds it",
        ),
    ] {
        let button = primary_button_ui(ui, label, can && has);
        let name = format!("{label} of this scenario");
        let button = button.on_hover_text(view.title).accessible_name(name);
        let button = if has {
            button
        } else {
            button.on_disabled_hover_text(why_not)
        };
        if button.clicked() {
            actions.push(Action::Series(SeriesAction::Start(kind)));
        }
    }
}

fn nothing_yet_ui(ui: &mut Ui, view: &SeriesView<'_>, actions: &mut Vec<Action>) {
    let (title, text) = if view.has_sweep || view.has_capacity {
        (
            "Nothing measured yet",
            "The buttons above run the open scenario at one point after the other",
        )
    } else {
        (
            "This scenario sweeps nothing",
            "A sweep measures it at several values of one or two parameters, and a search for the capacity finds \
             the highest rate at which the objectives hold",
        )
    };
    empty_state_ui(ui, title, text);
    if !(view.has_sweep || view.has_capacity) {
        ui.vertical_centered(|ui| {
            for (label, section) in [
                ("Add a sweep…", ComposerSection::Sweep),
                ("Add a search for the capacity…", ComposerSection::Capacity),
            ] {
                let about = "Opens its section in the composer, where it is switched on";
                if ui.button(label).on_hover_text(about).clicked() {
                    actions.push(Action::ComposeSection(section));
                }
            }
        });
    }
}

const fn waiting(state: &SeriesState) -> (&'static str, &'static str) {
    match state {
        SeriesState::Reading => ("Reading…", "What was kept is put together"),
        SeriesState::Running => (
            "Waiting",
            "The first figures come when the first run has ended; the page Charts shows it",
        ),
        SeriesState::Stopping => ("Stopping…", ""),
        SeriesState::Stopped | SeriesState::Finished | SeriesState::Failed(_) => {
            ("No figures", "Not one run came to its end")
        }
    }
}

/// Where it stands, and what can be done with it.
fn standing_ui(ui: &mut Ui, series: &Series, actions: &mut Vec<Action>) {
    /// Width of the bar, in points.
    const BAR_WIDTH: f32 = 180.0;
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.horizontal(|ui| {
        let (word, color) = state_badge(&series.state, palette);
        badge_ui(ui, word, color);
        let title = RichText::new(&series.title).text_style(theme::title_style());
        ui.add(egui::Label::new(title).truncate());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if series.state.is_active() {
                let stop = Button::new(RichText::new("⏹ Stop").color(palette.error));
                let stop = ui.add_enabled(series.state == SeriesState::Running, stop);
                let stop = stop.on_hover_text("Keep what was measured; it can go on later");
                if stop.accessible_name("Stop the series").clicked() {
                    actions.push(Action::Stop);
                }
            } else if series.can_resume() {
                let resume = ui.button("▶ Go on");
                let resume = resume.on_hover_text("Measure what is missing");
                if resume.accessible_name("Go on with the series").clicked() {
                    actions.push(Action::Series(SeriesAction::Resume));
                }
            }
            if series.can_be_reported() {
                let name = "Export a report of the series as HTML";
                let report = ui.button("Report…").on_hover_text(name);
                if report.accessible_name(name).clicked() {
                    actions.push(Action::Export(Exported::SeriesReport, Format::Html));
                }
            }
        });
    });
    let progress = series.progress;
    ui.horizontal_wrapped(|ui| {
        if let Some(all) = progress.all.filter(|all| *all > 0) {
            ui.add(
                ProgressBar::new(progress.done as f32 / all as f32)
                    .desired_width(BAR_WIDTH)
                    .desired_height(space::S)
                    .fill(palette.accent),
            )
            .accessible_name("Progress of the series");
        }
        weak_ui(ui, how_far(series));
    });
    if let SeriesState::Failed(why) = &series.state {
        severity_ui(ui, Severity::Error, why);
    }
    if let Some(why) = &series.not_kept {
        severity_ui(ui, Severity::Warning, &format!("It is not kept: {why}"));
    }
}

/// What kind of series it is, and how far: `sweep: 4 of 12 visits · about 0:45 left`.
fn how_far(series: &Series) -> String {
    let progress = series.progress;
    let what = match series.kind {
        RecordKind::Capacity => "search for the capacity",
        RecordKind::Sweep | RecordKind::Run => "sweep",
    };
    // What is being read is not counted yet.
    if series.state == SeriesState::Reading {
        return what.to_owned();
    }
    let done = progress.done as u64;
    let made = match progress.all {
        Some(all) => {
            let all = text::counted(all as u64, "visit", "visits");
            format!("{} of {all}", text::count(done))
        }
        None => text::counted(done, "probe", "probes"),
    };
    let mut told = format!("{what}: {made}");
    if series.state != SeriesState::Finished && progress.remaining_nanos > 0 {
        let left = text::clock(progress.remaining_nanos);
        told.extend([" · about ", &left, " left"]);
    }
    told
}

const fn state_badge(state: &SeriesState, palette: &Palette) -> (&'static str, egui::Color32) {
    match state {
        SeriesState::Reading => ("reading", palette.weak),
        SeriesState::Running => ("live", palette.accent),
        SeriesState::Stopping => ("stopping", palette.warning),
        SeriesState::Stopped => ("stopped", palette.warning),
        SeriesState::Finished => ("finished", palette.good),
        SeriesState::Failed(_) => ("failed", palette.error),
    }
}
