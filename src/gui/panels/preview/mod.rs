//! What can be expected of a scenario before it runs: a task to scale, the load over time, and how much of each
//! resource every candidate would use.
//!
//! All of it is computed from the scenario by `scenario::preview` and its neighbours, nothing is measured, and it says
//! so. A few microseconds for each candidate, of which there are at most sixteen, so nothing is kept between frames.

mod bars;
mod curve;
mod limits;
mod words;

use egui::{Label, RichText, Ui, Vec2};

pub(in crate::gui::panels) use bars::color;
pub(in crate::gui::panels) use limits::{Limit, named};
pub(in crate::gui::panels) use words::{Expected, percent, sentence, title};

use crate::gui::panels::composer::strip::{legend_ui, strip_ui};
use crate::gui::theme::{self, space};
use crate::gui::widgets::{badge_ui, section_header_ui, weak_ui};
use crate::scenario::estimate::{nominal_task_nanos, task_nanos_on};
use crate::scenario::{
    Candidate, CurveOf, Runtime, Scenario, Stage, caveats, cores_of_this_machine, load_curve,
};
use crate::units::text;

/// Candidates stand side by side where each has that much room, in points.
const COLUMN: f32 = 430.0;
/// So many candidates below each other show all that they use at first.
const OPEN_MAX: usize = 2;
/// Wider lines of bars say no more, in points.
const WIDTH_MAX: f32 = 1_320.0;

/// Shows what can be expected of `scenario` on this machine.
pub fn preview_ui(ui: &mut Ui, scenario: &Scenario) {
    let cores = cores_of_this_machine();
    let curve = load_curve(scenario);
    let candidates = scenario.candidates.iter();
    let expected: Vec<Expected> = candidates
        .map(|candidate| Expected::of(scenario, candidate, cores, curve.as_ref()))
        .collect();
    let palette = theme::palette(ui);
    let width = ui.available_width().min(WIDTH_MAX);
    let frame = theme::card_frame(palette).inner_margin(space::L);
    frame.show(ui, |ui| {
        ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_width(width - 2.0 * space::L - 2.0);
            section_header_ui(ui, "What to expect", |ui| {
                badge_ui(ui, "computed, not measured", palette.warning);
            });
            let on = text::counted(cores.into(), "core", "cores");
            weak_ui(
                ui,
                format!("By the laws of queues from the times of stages, on {on} of this machine"),
            );
            candidates_ui(ui, scenario, &expected);
            match &curve {
                Some(curve) => {
                    let limits = limits::limits(scenario, &expected, (cores, curve.of));
                    curve::curve_ui(ui, scenario, curve, &limits);
                }
                None => part_ui(
                    ui,
                    "Load over time",
                    "All tasks of the batch are due at the start",
                ),
            }
            tasks_ui(ui, scenario);
            for caveat in caveats(scenario) {
                weak_text_ui(ui, &format!("• {}", caveat.text()));
            }
        });
    });
}

/// The limits of the machine and of the candidates of `scenario` as rates, for a profile of its load.
pub(in crate::gui::panels) fn rate_limits(scenario: &Scenario) -> Vec<Limit> {
    let cores = cores_of_this_machine();
    let candidates = scenario.candidates.iter();
    let expected: Vec<Expected> = candidates
        .map(|candidate| Expected::of(scenario, candidate, cores, None))
        .collect();
    limits::limits(scenario, &expected, (cores, CurveOf::Arrivals))
}

fn part_ui(ui: &mut Ui, title: &str, about: &str) {
    ui.add_space(space::S);
    ui.label(RichText::new(title).text_style(theme::title_style()));
    if !about.is_empty() {
        weak_text_ui(ui, about);
    }
}

fn weak_text_ui(ui: &mut Ui, about: &str) {
    let weak = theme::palette(ui).weak;
    ui.add(Label::new(RichText::new(about).small().color(weak)).wrap());
}

/// A task of each kind to scale.
fn tasks_ui(ui: &mut Ui, scenario: &Scenario) {
    part_ui(ui, "One task to scale", "");
    let weights: f64 = scenario.tasks.iter().map(|kind| kind.weight).sum();
    let in_cpython = scenario.candidates.iter().any(Candidate::is_python);
    let native = !in_cpython || !scenario.candidates.iter().all(Candidate::is_python);
    for (index, kind) in scenario.tasks.iter().enumerate() {
        if scenario.tasks.len() > 1 {
            let share = if weights > 0.0 {
                format!(", {} of all tasks", percent(kind.weight / weights))
            } else {
                String::new()
            };
            weak_text_ui(ui, &format!("{}{share}", kind.name));
        }
        let path = format!("preview[{index}]");
        let runtime = if native {
            Runtime::Native
        } else {
            Runtime::CPython
        };
        strip_ui(ui, &kind.stages, (&path, &kind.name), runtime);
        let whole = |(cpu, waiting): (f64, f64)| text::nanos(cpu + waiting);
        let there = whole(task_nanos_on(Runtime::CPython, kind));
        if native && in_cpython && there != whole(nominal_task_nanos(kind)) {
            weak_text_ui(ui, &format!("In CPython ≈ {there} per task"));
        }
    }
    let stages: Vec<&Stage> = scenario
        .tasks
        .iter()
        .flat_map(|kind| &kind.stages)
        .collect();
    legend_ui(ui, &stages);
}

/// The candidates, a line each: the answer, so it comes first. Side by side where there is room.
fn candidates_ui(ui: &mut Ui, scenario: &Scenario, expected: &[Expected]) {
    let load = &scenario.load;
    let when = match load {
        load if load.is_open() => "At the rate of the load",
        load if load.is_batch() => "While the batch goes on",
        _ => "With all clients",
    };
    let about = format!("{when}, of what is scarcest; the line is at 100 %");
    part_ui(ui, "What each candidate would use", &about);
    let scale = bars::scale(expected, load);
    let columns = ((ui.available_width() / COLUMN) as usize).clamp(1, 2);
    let gap = space::XL;
    let width = (ui.available_width() - gap * (columns - 1) as f32) / columns as f32;
    let places = bars::columns(ui, expected, load, width);
    // Few leave the room.
    let is_open = expected.len() <= OPEN_MAX * columns;
    let all: Vec<(usize, &Expected)> = expected.iter().enumerate().collect();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for column in all.chunks(all.len().div_ceil(columns).max(1)) {
            let layout = egui::Layout::top_down(egui::Align::Min);
            ui.allocate_ui_with_layout(Vec2::new(width, 0.0), layout, |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 0.0;
                for (index, expected) in column {
                    bars::expected_ui(ui, *index, expected, (load, scale), (places, is_open));
                }
            });
        }
    });
}
