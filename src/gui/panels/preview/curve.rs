//! The load over the time of one block, with its phases, its faults, and the limits of machine and candidates.

use egui::{Align2, RichText, Ui};
use egui_plot::{
    AxisHints, FilledArea, HLine, HPlacement, Line, LineStyle, Plot, PlotBounds, PlotPoint,
    PlotPoints, PlotUi, Span, Text, VPlacement,
};

use crate::analysis::fault_label;
use crate::chart::axis::Axis;
use crate::chart::{Quantity, Scale};
use crate::gui::panels::plot_lines::{grid, label_at};
use crate::gui::panels::preview::limits::{Limit, named};
use crate::gui::panels::preview::{part_ui, weak_text_ui};
use crate::gui::theme::{self, Palette};
use crate::scenario::{CurveOf, LoadCurve, Scenario};
use crate::units::text;

/// Height of the picture, in points.
const HEIGHT: f32 = 190.0;
/// Room for the labels of the y axis, in points: as in the charts.
const Y_AXIS_WIDTH: f32 = 62.0;
/// What the last label of x reaches beyond the plot, in points.
const X_LABEL_OVERHANG: f32 = 16.0;
/// Steps between the labels of an axis at the most.
const X_STEPS: usize = 10;
const Y_STEPS: usize = 5;
/// Room above the highest line for the names of the phases, as a share of it.
const HEADROOM: f64 = 1.25;
/// A limit further away than so many peaks of the load is told and not drawn: the load itself would be flat.
const LIMITS_WITHIN: f64 = 3.0;
/// The share of the height that a name takes.
const NAME_SHARE: f64 = 0.1;
/// About the width of a letter of a name, in points.
const LETTER: f32 = 6.4;
/// Width of the line of the load, in points.
const LINE_WIDTH: f32 = 1.8;

pub(super) fn curve_ui(ui: &mut Ui, scenario: &Scenario, curve: &LoadCurve, limits: &[Limit]) {
    let peak = curve.peak();
    let (what, quantity) = match curve.of {
        CurveOf::Arrivals => ("Tasks that become due per second", Quantity::PerSec),
        CurveOf::Clients => (
            "Clients that send one task after the other",
            Quantity::Count,
        ),
    };
    let near = |limit: &&Limit| limit.at <= peak * LIMITS_WITHIN;
    let drawn: Vec<&Limit> = limits.iter().filter(near).collect();
    let far: Vec<&Limit> = limits.iter().filter(|limit| !near(limit)).collect();
    let about = if drawn.is_empty() {
        what.to_owned()
    } else {
        format!("{what}; dashed where the machine and the candidates are full")
    };
    part_ui(ui, "Load over time", &about);
    let [Some(first), Some(last)] = [curve.points.first(), curve.points.last()] else {
        weak_text_ui(ui, "The load has no part yet");
        return;
    };
    let reach = (first[0], last[0].max(curve.measure_secs));
    let top = drawn.iter().map(|limit| limit.at).fold(peak, f64::max);
    if top <= 0.0 || reach.1 <= reach.0 {
        weak_text_ui(ui, "Nothing becomes due");
        return;
    }
    plot_ui(ui, scenario, (curve, &drawn), (reach, top, &quantity));
    if curve.cut {
        weak_text_ui(
            ui,
            "The profile goes round and round; only its first rounds are drawn",
        );
    }
    if !far.is_empty() {
        let value = |at| value_text(curve.of, at);
        // Those at the same place are told at once.
        let names = named(&far, (peak * 1e-3, usize::MAX), value);
        let names: Vec<String> = names.into_iter().map(|group| group.text).collect();
        weak_text_ui(ui, &format!("Far above the load: {}", names.join("; ")));
    }
}

fn value_text(of: CurveOf, at: f64) -> String {
    match of {
        CurveOf::Arrivals => text::per_sec(at),
        CurveOf::Clients => text::counted(at.round() as u64, "client", "clients"),
    }
}

fn plot_ui(
    ui: &mut Ui,
    scenario: &Scenario,
    (curve, limits): (&LoadCurve, &[&Limit]),
    ((from, to), top, quantity): ((f64, f64), f64, &Quantity),
) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let high = top * HEADROOM;
    let x = Axis::seconds(from, to, X_STEPS);
    let y = Axis::linear(quantity, 0.0, high, Y_STEPS);
    let axis = |hints: AxisHints<'static>| {
        hints
            .label_spacing(egui::Rangef::new(10.0, 14.0))
            .tick_label_color(palette.weak)
    };
    let (x_labels, y_labels) = (x.clone(), y.clone());
    let plot = Plot::new("load over time")
        .width(ui.available_width() - X_LABEL_OVERHANG)
        .height(HEIGHT)
        .allow_scroll(false)
        .allow_zoom(false)
        .allow_drag(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .allow_axis_zoom_drag(false)
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .grid_color(palette.grid)
        .x_grid_spacer(|_| grid(&x, Scale::Linear))
        .y_grid_spacer(|_| grid(&y, Scale::Linear))
        .custom_x_axes(vec![
            axis(AxisHints::new_x())
                .formatter(move |mark, _| label_at(&x_labels, mark, Scale::Linear))
                .placement(VPlacement::Bottom),
        ])
        .custom_y_axes(vec![
            axis(AxisHints::new_y())
                .formatter(move |mark, _| label_at(&y_labels, mark, Scale::Linear))
                .placement(HPlacement::Left)
                .min_thickness(Y_AXIS_WIDTH),
        ]);
    let bounds = PlotBounds::from_min_max([from, 0.0], [to, high]);
    let spoken = spoken(scenario, curve);
    let room = ui.available_width() - X_LABEL_OVERHANG - Y_AXIS_WIDTH;
    let letters = (room / LETTER) as usize;
    let shown = plot.show(ui, |plot| {
        plot.set_plot_bounds(bounds);
        shades(plot, curve, (from, to), palette);
        faults(plot, curve, palette);
        load(plot, curve, palette);
        phases(plot, curve, (from, to), (high, letters), palette);
        draw_limits(plot, limits, (curve.of, to, high, letters), (palette, dark));
        fault_names(plot, scenario, curve, high, palette);
    });
    shown
        .response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &spoken));
}

fn small(text: &str, palette: &Palette) -> RichText {
    RichText::new(text).small().color(palette.weak)
}

/// Warm-up and drain are shaded, as in the charts.
fn shades(plot: &mut PlotUi<'_>, curve: &LoadCurve, (from, to): (f64, f64), palette: &Palette) {
    for (begin, end) in [(from, 0.0), (curve.measure_secs.min(to), to)] {
        if end > begin {
            let shade = Span::new("", begin..=end).fill(palette.shade);
            plot.span(shade.border_color(egui::Color32::TRANSPARENT));
        }
    }
}

/// The names of warm-up, measurement and drain at the top.
fn phases(
    plot: &mut PlotUi<'_>,
    curve: &LoadCurve,
    (from, to): (f64, f64),
    (high, letters): (f64, usize),
    palette: &Palette,
) {
    let measured = curve.measure_secs.min(to);
    for (begin, end, name) in [
        (from, 0.0, "warm-up"),
        (0.0, measured, "measurement"),
        (measured, to, "drain"),
    ] {
        // A name needs room of its own.
        let needed = name.len() as f64 / letters as f64;
        if end - begin > (to - from) * needed {
            let middle = PlotPoint::new(f64::midpoint(begin, end), high);
            let name = Text::new("", middle, small(name, palette)).anchor(Align2::CENTER_TOP);
            plot.text(name.allow_hover(false));
        }
    }
}

/// When something goes wrong.
fn faults(plot: &mut PlotUi<'_>, curve: &LoadCurve, palette: &Palette) {
    for window in &curve.faults {
        let band = Span::new("", window.from_secs..=window.until_secs)
            .fill(palette.fault)
            .border_color(palette.fault_edge)
            .border_width(1.0)
            .border_style(LineStyle::Dotted { spacing: 4.0 });
        plot.span(band);
    }
}

/// What goes wrong, above the lines; at the ground, for the limits of those that keep up stand at the top.
fn fault_names(
    plot: &mut PlotUi<'_>,
    scenario: &Scenario,
    curve: &LoadCurve,
    high: f64,
    palette: &Palette,
) {
    for (row, window) in curve.faults.iter().enumerate() {
        let Some(fault) = scenario.faults.get(window.fault) else {
            continue;
        };
        // Faults that overlap stand above each other.
        let y = high * NAME_SHARE * (0.2 + (row % 3) as f64);
        let name = RichText::new(format!(" {}", fault_label(fault)))
            .small()
            .color(palette.warning);
        let name = Text::new("", PlotPoint::new(window.from_secs, y), name);
        plot.text(name.anchor(Align2::LEFT_BOTTOM).allow_hover(false));
    }
}

fn load(plot: &mut PlotUi<'_>, curve: &LoadCurve, palette: &Palette) {
    let (xs, tops): (Vec<f64>, Vec<f64>) = curve
        .points
        .iter()
        .map(|point| (point[0], point[1]))
        .unzip();
    let ground = vec![0.0; xs.len()];
    let area = FilledArea::new("", &xs, &ground, &tops)
        .fill_color(palette.accent.gamma_multiply(0.16))
        .stroke(egui::Stroke::NONE);
    plot.add(area.allow_hover(false));
    let line = Line::new("load", PlotPoints::from(curve.points.clone()));
    plot.line(
        line.color(palette.accent)
            .width(LINE_WIDTH)
            .allow_band(false)
            .allow_hover(false),
    );
}

fn draw_limits(
    plot: &mut PlotUi<'_>,
    limits: &[&Limit],
    (of, to, high, letters): (CurveOf, f64, f64, usize),
    (palette, dark): (&Palette, bool),
) {
    for limit in limits {
        let color = match limit.candidate {
            Some(candidate) => theme::series_color(candidate, dark),
            None => palette.error,
        };
        let line = HLine::new("", limit.at).color(color).width(1.5);
        plot.hline(line.style(LineStyle::dashed_dense()).allow_hover(false));
    }
    for group in named(limits, (high * NAME_SHARE, letters), |at| {
        value_text(of, at)
    }) {
        let text = RichText::new(format!(" {} ", group.text))
            .small()
            .color(palette.text)
            .background_color(palette.card.gamma_multiply(0.8));
        // At the right end, over the drain, there is least below it.
        let text = Text::new("", PlotPoint::new(to, group.at), text);
        plot.text(text.anchor(Align2::RIGHT_BOTTOM).allow_hover(false));
    }
}

/// The picture for those who hear it.
fn spoken(scenario: &Scenario, curve: &LoadCurve) -> String {
    let mean = scenario
        .load
        .mean_rate_per_sec()
        .map_or_else(String::new, |rate| {
            format!(", {} on average", text::per_sec(rate))
        });
    let faults = text::counted(curve.faults.len() as u64, "fault", "faults");
    format!(
        "Load over time: at most {}{mean}, warm-up {}, measurement {}, drain {}, {faults}",
        value_text(curve.of, curve.peak()),
        text::nanos(curve.warm_up_secs * 1e9),
        text::nanos(curve.measure_secs * 1e9),
        text::nanos(curve.drain_secs * 1e9)
    )
}
