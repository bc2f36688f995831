//! All figures of one candidate, in groups side by side.

use egui::{Align, Layout, RichText, Ui, Vec2};

use crate::analysis::CandidateFigures;
use crate::gui::panels::results::ResultsView;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{empty_state_ui, swatch_ui, weak_ui};
use crate::stats::{Figure, Summary};
use crate::units::text;

/// Width of a group, in points: four of them at a window of 1280.
const GROUP_WIDTH: f32 = 296.0;

/// One figure.
struct Line {
    label: &'static str,
    about: &'static str,
    value: String,
}

/// Figures that belong together.
struct Group {
    title: &'static str,
    lines: Vec<Line>,
}

/// A figure with or without an interval.
trait Known {
    fn figure(self) -> Figure;
}

impl Known for f64 {
    fn figure(self) -> Figure {
        Figure::plain(self)
    }
}

impl Known for u64 {
    fn figure(self) -> Figure {
        Figure::plain(self as f64)
    }
}

impl Known for Figure {
    fn figure(self) -> Figure {
        self
    }
}

/// Shows the choice of the candidate, and its figures; `chosen` is its index in the scenario.
pub(super) fn details_ui(ui: &mut Ui, view: &ResultsView<'_>, chosen: &mut Option<usize>) {
    let shown = |candidate: usize| {
        view.figures
            .iter()
            .find(|figures| figures.candidate == candidate)
    };
    let Some(figures) = chosen.and_then(shown).or(view.figures.first()) else {
        empty_state_ui(ui, "No candidate", "");
        return;
    };
    let dark = ui.visuals().dark_mode;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(space::XS, 2.0);
        for other in view.figures {
            swatch_ui(ui, theme::series_color(other.candidate, dark));
            let is_shown = other.candidate == figures.candidate;
            let tab = ui.selectable_label(is_shown, &other.name);
            if tab
                .accessible_name(format!("Details of {}", other.name))
                .clicked()
            {
                *chosen = Some(other.candidate);
            }
            ui.add_space(space::XS);
        }
    });
    ui.add_space(space::XS);
    let groups = groups(figures, &view.run.request.scenario.prices.currency);
    groups_ui(ui, &groups);
    ui.add_space(space::XS);
    weak_ui(
        ui,
        "Behind a figure stands its 95 % interval over the repeats, once there are three",
    );
}

/// As many groups side by side as have room.
fn groups_ui(ui: &mut Ui, groups: &[Group]) {
    let columns = ((ui.available_width() / GROUP_WIDTH) as usize).clamp(1, groups.len().max(1));
    let gap = space::L;
    let width = (ui.available_width() - gap * (columns - 1) as f32) / columns as f32;
    for row in groups.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for group in row {
                let layout = Layout::top_down(Align::Min);
                ui.allocate_ui_with_layout(Vec2::new(width, 0.0), layout, |ui| {
                    ui.set_width(width);
                    group_ui(ui, group);
                });
            }
        });
        ui.add_space(space::S);
    }
}

fn group_ui(ui: &mut Ui, group: &Group) {
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.label(RichText::new(group.title).family(theme::semi_bold()));
    for line in &group.lines {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let label = RichText::new(line.label).small().color(palette.weak);
            ui.label(label).on_hover_text(line.about);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(&line.value).small()).truncate());
            });
        });
    }
}

/// `12.3 ms`, or `12.3 ms (11.9 – 12.8)` with an interval.
fn with_interval(figure: Figure, words: impl Fn(f64) -> String) -> String {
    match figure.ends() {
        Some((low, high)) => {
            format!("{} ({} – {})", words(figure.value), words(low), words(high))
        }
        None => words(figure.value),
    }
}

fn line<K: Known>(
    label: &'static str,
    about: &'static str,
    value: Option<K>,
    words: impl Fn(f64) -> String,
) -> Line {
    let value = value.map_or_else(
        || text::MISSING.to_owned(),
        |value| with_interval(value.figure(), words),
    );
    Line {
        label,
        about,
        value,
    }
}

fn groups(figures: &CandidateFigures, currency: &str) -> Vec<Group> {
    vec![
        Group {
            title: "Response time",
            lines: summary(&figures.response_time_nanos),
        },
        Group {
            title: "Service time",
            lines: summary(&figures.service_time_nanos),
        },
        Group {
            title: "Queue wait",
            lines: summary(&figures.queue_wait_nanos),
        },
        work(figures, currency),
        resources(figures),
        tasks(figures),
    ]
}

fn summary(summary: &Summary) -> Vec<Line> {
    vec![
        line("p50", "Half are at most this", summary.p50, text::nanos),
        line(
            "p90",
            "90 of 100 are at most this",
            summary.p90,
            text::nanos,
        ),
        line(
            "p95",
            "95 of 100 are at most this",
            summary.p95,
            text::nanos,
        ),
        line(
            "p99",
            "99 of 100 are at most this",
            summary.p99,
            text::nanos,
        ),
        line(
            "p99.9",
            "999 of 1,000 are at most this",
            summary.p99_9,
            text::nanos,
        ),
        line("max", "The longest", summary.max, text::nanos),
        line("mean", "The arithmetic mean", summary.mean, text::nanos),
    ]
}

fn work(figures: &CandidateFigures, currency: &str) -> Group {
    let mut lines = vec![
        line(
            "Throughput",
            "Tasks that ended within the measurement, per second",
            figures.throughput_per_sec,
            text::per_sec,
        ),
        line(
            "Goodput",
            "Those of them that were good",
            figures.goodput_per_sec,
            text::per_sec,
        ),
    ];
    if figures.makespan_nanos.is_some() {
        lines.push(line(
            "Makespan",
            "From the start of the batch to the end of its last task",
            figures.makespan_nanos,
            text::nanos,
        ));
        lines.push(line(
            "Speed-up",
            "Makespan of the sequential candidate over this one's",
            figures.speedup,
            text::factor,
        ));
    }
    lines.push(line(
        "Cost per 1k",
        "Price of 1,000 good tasks by the price card",
        figures.cost_per_1k,
        |cost| text::money(cost, currency),
    ));
    lines.push(line(
        "Cold start",
        "From nothing to a back end that is ready",
        figures.cold_start_nanos,
        text::nanos,
    ));
    Group {
        title: "Work",
        lines,
    }
}

fn resources(figures: &CandidateFigures) -> Group {
    Group {
        title: "Resources",
        lines: vec![
            line(
                "CPU",
                "Cores that the back end kept busy",
                figures.cpu_cores_used,
                text::cores,
            ),
            line(
                "Memory per worker, mean",
                "Mean over the measurement",
                figures.memory_per_worker_bytes,
                text::bytes,
            ),
            line(
                "Memory per worker, peak",
                "Largest sample of the measurement",
                figures.memory_per_worker_peak_bytes,
                text::bytes,
            ),
            line(
                "Memory in all",
                "Runner and workers together",
                figures.memory_total_bytes,
                text::bytes,
            ),
        ],
    }
}

fn tasks(figures: &CandidateFigures) -> Group {
    let counts = &figures.counts;
    let count = |label, about, value: u64| Line {
        label,
        about,
        value: text::count(value),
    };
    Group {
        title: "Tasks",
        lines: vec![
            count("Offered", "Became due in the measurement", counts.offered),
            count("Good", "Ended well", counts.good),
            count("Failed", "Ended with an error, or lost", counts.failed),
            count("Timed out", "Given up after a time limit", counts.timed_out),
            count("Dropped", "Not taken by the queue", counts.dropped),
            count("Cancelled", "Cut by the end of the block", counts.cancelled),
        ],
    }
}
