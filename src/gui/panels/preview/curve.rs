//! The load over the time of one block, with its phases, its faults, and the limits of machine and candidates.

use egui::{Align2, Color32, Pos2, Rect, RichText, Sense, TextStyle, Ui, Vec2};
use egui_plot::{
    AxisHints, FilledArea, HLine, HPlacement, Line, LineStyle, PlotBounds, PlotPoint, PlotPoints,
    PlotTransform, PlotUi, Span, Text, VPlacement,
};

use crate::analysis::fault_label;
use crate::chart::axis::Axis;
use crate::chart::{Quantity, Scale};
use crate::gui::panels::plot_lines::{grid, label_at, still_plot};
use crate::gui::panels::preview::limits::{Limit, grouped, named};
use crate::gui::panels::preview::{part_ui, weak_text_ui};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::paint_candidate_swatch;
use crate::scenario::{CurveOf, LoadCurve, Scenario};
use crate::units::text;

/// Height of the picture, in points.
const HEIGHT: f32 = 190.0;
/// Room for the labels of the y axis, in points: as in the charts.
const Y_AXIS_WIDTH: f32 = 62.0;
/// What the last label of x reaches beyond the plot, in points.
const X_LABEL_OVERHANG: f32 = 16.0;
/// Steps between the labels of the y axis at the most.
const Y_STEPS: usize = 5;
/// A label of x is never nearer to the next, in points.
const X_LABEL_WIDTH: f32 = 44.0;
/// Room above the highest line for the names of the phases, as a share of it.
const HEADROOM: f64 = 1.25;
/// A limit further away than so many peaks of the load is told and not drawn: the load itself would be flat.
const LIMITS_WITHIN: f64 = 3.0;
/// The share of the height that a name takes.
const NAME_SHARE: f64 = 0.1;
/// Rows of names of faults, which leave the load in sight.
const FAULT_ROWS: usize = 3;
/// About the width of a letter of a name, in points.
const LETTER: f32 = 6.4;
/// Size of a candidate's colour beside its line, and from one to the next, in points.
const SWATCH: f32 = 8.0;
const SWATCH_STEP: f32 = 10.0;
/// Between the colours and the words, in points.
const SWATCH_GAP: f32 = 3.0;
/// More colours beside a line are counted.
const SWATCHES_MAX: usize = 4;
/// Width of the line of the load, in points.
const LINE_WIDTH: f32 = 1.8;

pub(super) fn curve_ui(ui: &mut Ui, scenario: &Scenario, curve: &LoadCurve, limits: &[Limit]) {
    let peak = curve.peak();
    let (what, quantity) = match curve.of {
        CurveOf::Arrivals => ("Tasks due per second", Quantity::PerSec),
        CurveOf::Clients => ("Clients, each with one task at a time", Quantity::Count),
    };
    let near = |limit: &&Limit| limit.at <= peak * LIMITS_WITHIN;
    let drawn: Vec<&Limit> = limits.iter().filter(near).collect();
    let far: Vec<&Limit> = limits.iter().filter(|limit| !near(limit)).collect();
    let about = if drawn.is_empty() {
        what.to_owned()
    } else {
        format!("{what}; dashed where a candidate is full")
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
        let names = named(&far, peak * 1e-3, value);
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
    let y = Axis::linear(quantity, 0.0, high, Y_STEPS);
    let axis = |hints: AxisHints<'static>| {
        hints
            .label_spacing(egui::Rangef::new(10.0, 14.0))
            .tick_label_color(palette.weak)
    };
    let groups = grouped(limits, high * NAME_SHARE);
    let rail = rail_width(ui, curve.of, &groups).max(X_LABEL_OVERHANG);
    let width = ui.available_width() - rail;
    let steps = ((width - Y_AXIS_WIDTH) / X_LABEL_WIDTH) as usize;
    let x = Axis::seconds(from, to, steps.max(2));
    let (x_labels, y_labels) = (x.clone(), y.clone());
    let plot = still_plot("load over time", palette)
        .width(width)
        .height(HEIGHT)
        .show_x(false)
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
    let letters = ((width - Y_AXIS_WIDTH) / LETTER) as usize;
    let (names, left_out) = fault_names(scenario, curve, (to - from) / letters.max(1) as f64);
    let shown = plot.show(ui, |plot| {
        plot.set_plot_bounds(bounds);
        shades(plot, curve, (from, to), palette);
        faults(plot, curve, high, palette);
        load(plot, curve, palette);
        phases(plot, curve, (from, to), (high, letters), palette);
        draw_limits(plot, limits, (palette, dark));
        draw_fault_names(plot, &names, high, palette);
    });
    shown
        .response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &spoken));
    rail_ui(ui, &shown.transform, curve.of, &groups);
    if !left_out.is_empty() {
        weak_text_ui(ui, &format!("Other faults: {}", left_out.join("; ")));
    }
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

/// When something goes wrong: below the names of the phases, through which no edge may run.
fn faults(plot: &mut PlotUi<'_>, curve: &LoadCurve, high: f64, palette: &Palette) {
    let top = high * (1.0 - NAME_SHARE);
    // Where several last, as much shade as of one.
    for ends in covered(curve) {
        let band = FilledArea::new("", &ends, &[0.0; 2], &[top; 2]);
        let band = band.fill_color(palette.fault).stroke(egui::Stroke::NONE);
        plot.add(band.allow_hover(false));
    }
    for window in &curve.faults {
        for at in [window.from_secs, window.until_secs] {
            let edge = Line::new("", PlotPoints::from(vec![[at, 0.0], [at, top]]));
            let edge = edge.style(LineStyle::Dotted { spacing: 4.0 });
            plot.line(edge.color(palette.fault_edge).width(1.0).allow_hover(false));
        }
    }
}

/// Where at least one fault lasts, from begin to end.
fn covered(curve: &LoadCurve) -> Vec<[f64; 2]> {
    let windows = curve.faults.iter();
    let mut ends: Vec<[f64; 2]> = windows.map(|one| [one.from_secs, one.until_secs]).collect();
    ends.sort_by(|one, other| one[0].total_cmp(&other[0]));
    let mut covered: Vec<[f64; 2]> = Vec::new();
    for [from, until] in ends {
        match covered.last_mut() {
            Some(last) if from <= last[1] => last[1] = last[1].max(until),
            _ => covered.push([from, until]),
        }
    }
    covered
}

/// The name of a fault in the picture.
struct FaultName {
    text: String,
    from_secs: f64,
    row: usize,
}

/// The names of the faults, each once, in the lowest row that is free where it begins; and those for which none is, with
/// `secs_per_letter` of room for a letter.
fn fault_names(
    scenario: &Scenario,
    curve: &LoadCurve,
    secs_per_letter: f64,
) -> (Vec<FaultName>, Vec<String>) {
    let mut free_from = [f64::NEG_INFINITY; FAULT_ROWS];
    let (mut named, mut left_out) = (Vec::new(), Vec::new());
    for (index, fault) in scenario.faults.iter().enumerate() {
        let mut windows = curve.faults.iter().filter(|window| window.fault == index);
        let Some(window) = windows.next() else {
            continue;
        };
        let text = fault_label(fault);
        let from_secs = window.from_secs;
        match free_from.iter().position(|free| *free <= from_secs) {
            Some(row) => {
                free_from[row] = from_secs + (text.len() + 2) as f64 * secs_per_letter;
                named.push(FaultName {
                    text,
                    from_secs,
                    row,
                });
            }
            None => left_out.push(text),
        }
    }
    (named, left_out)
}

/// What goes wrong, above the lines; at the ground, for the limits of those that keep up stand at the top.
fn draw_fault_names(plot: &mut PlotUi<'_>, names: &[FaultName], high: f64, palette: &Palette) {
    for name in names {
        let y = high * NAME_SHARE * (0.2 + name.row as f64);
        let text = RichText::new(format!(" {}", name.text))
            .small()
            .color(palette.warning)
            // On a ground of its own: lines pass behind it.
            .background_color(palette.card);
        let name = Text::new("", PlotPoint::new(name.from_secs, y), text);
        plot.text(name.anchor(Align2::LEFT_BOTTOM).allow_hover(false));
    }
}

/// Its colour is nobody's: colours are the candidates'.
fn load(plot: &mut PlotUi<'_>, curve: &LoadCurve, palette: &Palette) {
    let (xs, tops): (Vec<f64>, Vec<f64>) = curve
        .points
        .iter()
        .map(|point| (point[0], point[1]))
        .unzip();
    let ground = vec![0.0; xs.len()];
    let area = FilledArea::new("", &xs, &ground, &tops)
        .fill_color(palette.weak.gamma_multiply(0.16))
        .stroke(egui::Stroke::NONE);
    plot.add(area.allow_hover(false));
    let line = Line::new("load", PlotPoints::from(curve.points.clone()));
    plot.line(
        line.color(palette.weak)
            .width(LINE_WIDTH)
            .allow_band(false)
            .allow_hover(false),
    );
}

fn draw_limits(plot: &mut PlotUi<'_>, limits: &[&Limit], (palette, dark): (&Palette, bool)) {
    for limit in limits {
        let style = match limit.candidate {
            Some(_) => LineStyle::dashed_dense(),
            None => LineStyle::dashed_loose(),
        };
        let line = HLine::new("", limit.at).color(limit.color(palette, dark));
        plot.hline(line.width(1.5).style(style).allow_hover(false));
    }
}

/// What stands right of the lines of `group`: where they lie.
fn rail_text(of: CurveOf, group: &[&Limit]) -> String {
    let (low, high) = (group[0].at, group[group.len() - 1].at);
    let value = match of {
        CurveOf::Arrivals => text::per_sec(low),
        CurveOf::Clients => text::count(low.round() as u64),
    };
    let is_machine = group.iter().any(|limit| limit.candidate.is_none());
    let who = if is_machine { "cores " } else { "" };
    let from = if value_text(of, low) == value_text(of, high) {
        "≈"
    } else {
        "from ≈"
    };
    format!("{who}{from} {value}")
}

/// How many of the candidates of `group` are shown by their colours, and how many are only counted.
fn shown_of(group: &[&Limit]) -> (usize, usize) {
    let all = group
        .iter()
        .filter(|limit| limit.candidate.is_some())
        .count();
    if all <= SWATCHES_MAX {
        (all, 0)
    } else {
        (SWATCHES_MAX - 1, all + 1 - SWATCHES_MAX)
    }
}

fn rail_words(of: CurveOf, group: &[&Limit]) -> String {
    let (_, counted) = shown_of(group);
    let text = rail_text(of, group);
    if counted == 0 {
        text
    } else {
        format!("+{counted} {text}")
    }
}

/// The room that the words right of the picture need.
fn rail_width(ui: &Ui, of: CurveOf, groups: &[Vec<&Limit>]) -> f32 {
    let font = TextStyle::Small.resolve(ui.style());
    let widths = groups.iter().map(|group| {
        let words = rail_words(of, group);
        let galley = (ui.painter()).layout_no_wrap(words, font.clone(), Color32::PLACEHOLDER);
        space::S + shown_of(group).0 as f32 * SWATCH_STEP + SWATCH_GAP + galley.size().x
    });
    widths.fold(0.0, f32::max)
}

/// Right of each line whose it is, by colour, and where it lies; the names are under the pointer. Beside the picture and
/// not in it, where words would lie over other lines.
fn rail_ui(ui: &Ui, transform: &PlotTransform, of: CurveOf, groups: &[Vec<&Limit>]) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let frame = transform.frame();
    let font = TextStyle::Small.resolve(ui.style());
    for (index, group) in groups.iter().enumerate() {
        let y = transform
            .position_from_point(&PlotPoint::new(0.0, group[0].at))
            .y;
        let mut at = Pos2::new(frame.right() + space::S, y);
        let left = at;
        let candidates = group.iter().filter_map(|limit| limit.candidate);
        for candidate in candidates.take(shown_of(group).0) {
            let swatch =
                Rect::from_center_size(at + Vec2::new(SWATCH / 2.0, 0.0), Vec2::splat(SWATCH));
            paint_candidate_swatch(ui.painter(), swatch, candidate, dark);
            at.x += SWATCH_STEP;
        }
        if at.x > left.x {
            at.x += SWATCH_GAP;
        }
        let words = rail_words(of, group);
        let drawn = (ui.painter()).text(at, Align2::LEFT_CENTER, words, font.clone(), palette.text);
        let lines: Vec<String> = group
            .iter()
            .map(|limit| format!("{}: ≈ {}", limit.name, value_text(of, limit.at)))
            .collect();
        let place = drawn.union(Rect::from_min_max(left, drawn.max));
        let response = ui.interact(place, ui.scope_id().with(("limit", index)), Sense::hover());
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, lines.join("; ")));
        response.on_hover_text(lines.join("\n"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{load_curve, parse};

    #[test]
    fn each_fault_is_named_once_and_where_no_row_is_free_below_the_picture() {
        let faults = "(inject: Error, from: \"1s\", until: \"2s\"), (inject: Slow(factor: 2.0), from: \"1s\"), \
            (inject: KillWorker(every: Some(\"1s\")), from: \"1s\"), (inject: Hang, from: \"1s\"), \
            (inject: Crash(how: Panic), from: \"9s\")";
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [Wait(time: Constant(\"8ms\"))])], \
             load: Open(rate_per_sec: 10), candidates: [(backend: Sequential)], protocol: (measure: \"10s\"), \
             faults: [{faults}])"
        );
        let scenario = parse(&text).scenario.unwrap();
        let curve = load_curve(&scenario).unwrap();
        let (named, left_out) = fault_names(&scenario, &curve, 0.1);
        let rows: Vec<usize> = named.iter().map(|name| name.row).collect();
        assert_eq!(
            rows,
            [0, 1, 2, 0],
            "the last begins behind the first's name"
        );
        assert_eq!(left_out, [fault_label(&scenario.faults[3])]);
        // What overlaps is one stretch.
        let covered = covered(&curve);
        assert_eq!(covered.len(), 1);
        assert!((covered[0][0] - 1.0).abs() < 1e-9);
    }
}
