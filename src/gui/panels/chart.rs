//! One chart of the board, drawn from the data that the exports write too.
//!
//! Points are converted once per revision of the run and lent to the plot; a gap in the data is a gap in
//! the line. The value under the pointer is read from the same points.

use egui::{Color32, Ui};
use egui_plot::{AxisHints, HPlacement, HoverPosition, Span, VPlacement};

use crate::chart::axis::{Axis, Tick};
use crate::chart::{Chart, Scale, Series};
use crate::gui::panels::board::over_plot::over_plot_ui;
use crate::gui::panels::board::view::TimeView;
use crate::gui::panels::marks;
use crate::gui::panels::plot_lines::{
    Inks, LinePoints, draw_lines, grid, label_at, measured, plotted, still_plot, y_range,
};
use crate::gui::theme::{self, Palette};
use crate::units::text;

/// Room for the labels of the y axis, in points: the same in all charts, so that their plots align.
const Y_AXIS_WIDTH: f32 = 62.0;
/// Steps between the labels of the time axis, at the most: a label is about 40 points wide.
const X_STEPS: usize = 8;
/// Height that a label of the y axis takes with the space around it, in points.
const Y_LABEL_HEIGHT: f32 = 26.0;
/// The same with hardly any space, as on a logarithmic axis, where 1, 2 and 5 of two decades are six.
const Y_LABEL_HEIGHT_LOG: f32 = 18.0;
/// What the time axis takes of a chart's height, in points.
const X_AXIS_HEIGHT: f32 = 24.0;
/// Above and below what the y axis spans, as a share of it.
const Y_MARGIN_SHARE: f64 = 0.06;
/// With fewer labels an axis cannot be read.
const TICKS_LEAST: usize = 4;

/// How the pointer moves through the time of a chart, and how keys do.
const ZOOM_BY_POINTER: &str = "Ctrl+wheel zooms, dragging moves";
pub(super) const ZOOM_BY_KEYS: &str =
    "← → read, + − zoom, Shift+← Shift+→ move, Home shows all of the run";

/// The points of one chart as the plot wants them.
#[derive(Debug, Default)]
pub struct ChartPoints {
    converted_from: Option<PointsKey>,
    lines: Vec<LinePoints>,
}

/// What the points depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointsKey {
    /// Revision of the run.
    pub revision: u64,
    /// Version of the settings.
    pub version: u64,
    /// The time that is shown, in seconds.
    pub range: (f64, f64),
    /// As many columns of pixels the plot has.
    pub columns: usize,
}

impl ChartPoints {
    /// Converts the points of `chart` that are seen, unless nothing has changed since: those within the range and one
    /// beyond each end, and no more than two for each column of pixels.
    pub fn refresh(&mut self, chart: &Chart, key: PointsKey) {
        if self.converted_from == Some(key) {
            return;
        }
        self.converted_from = Some(key);
        self.lines.clear();
        let scales = [Scale::Linear, chart.scale];
        let one = |series: &Series| {
            let runs = series.seen(key.range, key.columns.max(1)).collect();
            let series = Series {
                runs,
                name: series.name.clone(),
                label: String::new(),
                ..*series
            };
            LinePoints::of(&series, scales)
        };
        self.lines.extend(chart.series.iter().map(one));
    }

    /// The points of each series, in the order of the chart.
    pub(super) fn lines(&self) -> &[LinePoints] {
        &self.lines
    }

    /// The value of each shown line at `x`, as text; none where no line has one.
    pub(super) fn values_at(&self, x: f64, chart: &Chart) -> Option<String> {
        let mut lines = vec![seconds(x)];
        for line in &self.lines {
            if let Some(value) = line.value_at(x) {
                let value = chart.quantity.text(measured(value, chart.scale));
                lines.push(format!("{}  {value}", line.name));
            }
        }
        (lines.len() > 1).then(|| lines.join("\n"))
    }
}

/// How a chart is drawn.
pub struct ChartView<'a> {
    /// What is drawn.
    pub chart: &'a Chart,
    /// Its points, refreshed.
    pub points: &'a ChartPoints,
    /// The candidate whose lines stand out.
    pub pointed_at: Option<usize>,
    /// Whether to say how one zooms: until one has done so.
    pub has_hint: bool,
}

impl ChartView<'_> {
    /// What the pointer reads at `x`, as text; none where there is nothing to say.
    pub(super) fn told_at(&self, x: f64) -> Option<String> {
        self.with_hint(self.points.values_at(x, self.chart))
    }

    /// What was `read` by the pointer, and how one zooms.
    pub(super) fn with_hint(&self, read: Option<String>) -> Option<String> {
        if !self.has_hint {
            return read;
        }
        let read = read.map(|read| format!("{read}\n\n")).unwrap_or_default();
        Some(format!("{read}{ZOOM_BY_POINTER}"))
    }
}

/// Draws the plot into all of the space that is left.
pub(super) fn chart_plot_ui(ui: &mut Ui, view: &ChartView<'_>, time: &mut TimeView) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let inks = Inks::of_lines(dark, view.pointed_at, view.points.lines());
    let x_range = time.range();
    let chart = view.chart;
    let hover = |position: &HoverPosition<'_>| {
        let (HoverPosition::NearDataPoint { position, .. } | HoverPosition::Elsewhere { position }) =
            position;
        view.told_at(position.x)
    };
    let strip = marks::strip_ui(ui, chart);
    let steps = y_steps(chart.scale, ui.available_height());
    let plot = still_plot(chart.id.slug(), palette)
        // The crosshair of all charts stands there.
        .show_crosshair(false)
        .x_grid_spacer(|input| {
            let (low, high) = input.bounds;
            grid(&Axis::seconds(low, high, X_STEPS), Scale::Linear)
        })
        .y_grid_spacer(move |input| {
            let (low, high) = input.bounds;
            let axis = y_ticks(chart, low, high, steps);
            let mut marks = grid(&axis, chart.scale);
            // A logarithmic axis begins and ends at a tick outside of what is seen.
            marks.retain(|mark| (low..=high).contains(&mark.value));
            marks
        })
        .custom_x_axes(vec![x_axis(palette)])
        .custom_y_axes(vec![y_axis(palette, chart, steps)])
        .label_formatter(hover);
    // There may be no point in the stretch that is seen.
    let (low, high) = y_range(chart, &view.points.lines).unwrap_or((0.0, 1.0));
    let margin = (high - low) * Y_MARGIN_SHARE;
    let shown = plot.show(ui, |plot| {
        plot.set_plot_bounds_x(x_range.0..=x_range.1);
        plot.set_plot_bounds_y(low - margin..=high + margin);
        for (from, to) in chart.unmeasured(x_range) {
            plot.span(shaded(from, to, palette));
        }
        for band in marks::bands(chart, x_range, palette) {
            plot.span(band);
        }
        draw_lines(plot, &view.points.lines, inks);
    });
    let frame = *shown.transform.frame();
    time.take(ui, &shown.response, frame.x_range());
    let has_keys = shown.response.has_focus();
    let happened = strip.and_then(|strip| {
        let at = time.crosshair().filter(|_| has_keys);
        marks::paint(ui, strip, chart, (x_range, at), &shown.transform)
    });
    over_plot_ui(
        ui,
        view,
        time,
        (&shown.response, &shown.transform, happened),
    );
}

/// Without a name: there is hardly room for it, and the legend says what is shaded.
fn shaded(from: f64, to: f64, palette: &Palette) -> Span {
    Span::new("", from..=to)
        .fill(palette.shade)
        .border_color(Color32::TRANSPARENT)
}

fn x_axis(palette: &Palette) -> AxisHints<'static> {
    AxisHints::new_x()
        .formatter(|mark, range| {
            let axis = Axis::seconds(*range.start(), *range.end(), X_STEPS);
            label_at(&axis, mark, Scale::Linear)
        })
        .placement(VPlacement::Bottom)
        .label_spacing(egui::Rangef::new(24.0, 32.0))
        .tick_label_color(palette.weak)
}

fn y_axis<'a>(palette: &Palette, chart: &'a Chart, steps: usize) -> AxisHints<'a> {
    AxisHints::new_y()
        .formatter(move |mark, range| {
            let axis = y_ticks(chart, *range.start(), *range.end(), steps);
            label_at(&axis, mark, chart.scale)
        })
        .placement(HPlacement::Left)
        .min_thickness(Y_AXIS_WIDTH)
        .label_spacing(egui::Rangef::new(12.0, 16.0))
        .tick_label_color(palette.weak)
}

/// As many steps between the labels of the y axis as have room in a chart of this height.
fn y_steps(scale: Scale, height: f32) -> usize {
    let label = match scale {
        Scale::Linear => Y_LABEL_HEIGHT,
        Scale::Log10 => Y_LABEL_HEIGHT_LOG,
    };
    (((height - X_AXIS_HEIGHT) / label) as usize).clamp(4, 12)
}

/// As many steps as can be labelled at all where so many have room with space between them: the plot leaves out
/// every label that is higher than its step.
const fn most_steps(steps: usize) -> usize {
    (steps as f32 * Y_LABEL_HEIGHT / Y_LABEL_HEIGHT_LOG) as usize
}

/// The ticks between `low` and `high`, which are on the plot's scale: about `steps` of them, and more where these
/// are too few to be read.
pub(super) fn y_ticks(chart: &Chart, low: f64, high: f64, steps: usize) -> Axis {
    let (quantity, scale) = (&chart.quantity, chart.scale);
    let (from, to) = (measured(low, scale), measured(high, scale));
    let is_readable = |axis: &Axis| {
        let seen = |tick: &&Tick| (from..=to).contains(&tick.value);
        axis.ticks.iter().filter(seen).count() >= TICKS_LEAST
    };
    let logarithmic = |steps| Axis::logarithmic(quantity, from, to, steps);
    let even = |steps| Axis::linear(quantity, from, to, steps);
    // 1, 2 and 5 of all decades come before even steps, which would crowd at the upper end.
    let all = 3 * steps;
    let found = match scale {
        Scale::Log10 => {
            let coarse = [steps, all].map(logarithmic).into_iter().find(is_readable);
            coarse.or_else(|| Axis::within_a_decade(quantity, from, to, TICKS_LEAST))
        }
        Scale::Linear => Some(even(steps)).filter(|axis| is_readable(axis)),
    };
    let mut axis = found.unwrap_or_else(|| even(most_steps(steps)));
    // Even steps crowd at the upper end of a logarithmic axis.
    let apart = (high - low) / (steps + 2) as f64;
    let mut before = f64::NEG_INFINITY;
    axis.ticks.retain(|tick| {
        let at = plotted(tick.value, scale);
        let is_apart = scale == Scale::Linear || at - before >= apart;
        if is_apart {
            before = at;
        }
        is_apart
    });
    axis
}

/// A time on the x axis, for the pointer; the warm-up is negative.
pub(super) fn seconds(x: f64) -> String {
    let minus = if x < 0.0 { "-" } else { "" };
    format!("{minus}{}", text::nanos(x.abs() * 1e9))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{ChartId, Quantity, Stroke};

    const KEY: PointsKey = PointsKey {
        revision: 1,
        version: 0,
        range: (-10.0, 10.0),
        columns: 400,
    };

    fn chart() -> Chart {
        Chart {
            id: ChartId::ResponseTime,
            title: String::new(),
            caption: String::new(),
            warning: None,
            quantity: Quantity::Nanos,
            scale: Scale::Linear,
            series: vec![Series {
                candidate: 0,
                name: "threads".to_owned(),
                label: "threads".to_owned(),
                detail: "",
                stroke: Stroke::Solid,
                runs: vec![
                    vec![[-1.0, 5e6], [1.0, 4e6]],
                    vec![[3.0, 2e6], [4.0, f64::NAN]],
                ],
            }],
            measured_span: Some((0.0, 4.0)),
            bands: Vec::new(),
            marks: Vec::new(),
            ticks: Vec::new(),
            marks_dropped: 0,
            workers_left_out: 0,
            side_by_side: false,
            stretch: None,
        }
    }

    #[test]
    fn the_value_under_the_pointer_is_that_of_the_nearest_point_and_none_in_a_gap() {
        let mut points = ChartPoints::default();
        points.refresh(&chart(), KEY);
        assert_eq!(points.lines[0].value_at(0.4), Some(4e6));
        assert_eq!(points.lines[0].value_at(-0.4), Some(5e6));
        assert_eq!(points.lines[0].value_at(2.0), None);
        assert_eq!(points.lines[0].value_at(99.0), None);
    }

    #[test]
    fn a_logarithmic_axis_skips_zero_and_reads_back_what_was_measured() {
        let mut chart = chart();
        chart.scale = Scale::Log10;
        chart.series[0].runs = vec![vec![[0.0, 0.0], [1.0, 1e6], [2.0, 1e8]]];
        let mut points = ChartPoints::default();
        points.refresh(&chart, KEY);
        assert_eq!(points.lines[0].runs[0].len(), 2);
        assert!(points.values_at(1.9, &chart).unwrap().ends_with("100 ms"));
        assert_eq!(points.values_at(9.0, &chart), None);
        let axis = y_ticks(&chart, 6.0, 8.0, 6);
        let labels: Vec<_> = grid(&axis, chart.scale)
            .into_iter()
            .map(|mark| label_at(&axis, mark, chart.scale))
            .collect();
        assert_eq!(
            labels,
            ["1 ms", "2 ms", "5 ms", "10 ms", "20 ms", "50 ms", "100 ms"]
        );
    }

    #[test]
    fn a_logarithmic_axis_of_less_than_a_decade_still_has_labels() {
        let mut chart = chart();
        chart.scale = Scale::Log10;
        let axis = y_ticks(&chart, 22e6_f64.log10(), 48e6_f64.log10(), 6);
        assert!(axis.ticks.len() >= TICKS_LEAST);
        for mark in grid(&axis, Scale::Log10) {
            assert!(!label_at(&axis, mark, Scale::Log10).is_empty());
        }
    }

    #[test]
    fn a_logarithmic_axis_within_a_decade_has_round_labels() {
        let mut chart = chart();
        chart.scale = Scale::Log10;
        let labels = |low: f64, high: f64| -> Vec<String> {
            let axis = y_ticks(&chart, low.log10(), high.log10(), 11);
            axis.ticks.into_iter().map(|tick| tick.label).collect()
        };
        let wide = labels(23e6, 95e6);
        assert_eq!(wide, ["25 ms", "30 ms", "40 ms", "50 ms", "60 ms", "80 ms"]);
        let around_a_millisecond = labels(0.8e6, 3.5e6);
        assert_eq!(around_a_millisecond, ["1 ms", "1.5 ms", "2 ms", "3 ms"]);
    }

    #[test]
    fn a_logarithmic_axis_of_two_decades_does_not_crowd_its_upper_end() {
        let mut chart = chart();
        chart.scale = Scale::Log10;
        let axis = y_ticks(&chart, 17e6_f64.log10(), 3.6e9_f64.log10(), 6);
        let labels: Vec<_> = axis.ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert!(
            labels.starts_with(&["10 ms", "20 ms", "50 ms", "100 ms"]),
            "{labels:?}"
        );
    }

    #[test]
    fn a_low_chart_of_several_decades_labels_the_decades_and_says_how_far_they_are_apart() {
        let mut chart = chart();
        chart.scale = Scale::Log10;
        let steps = y_steps(Scale::Log10, 120.0);
        let axis = y_ticks(&chart, 4.0, 8.2, steps);
        for mark in grid(&axis, Scale::Log10) {
            // 96 points for 4.2 decades: a label needs at least 16 of them.
            assert!(mark.step_size * 96.0 / 4.2 >= 16.0, "{mark:?}");
        }
    }

    #[test]
    fn an_axis_of_one_core_has_more_than_two_labels() {
        let mut chart = chart();
        chart.quantity = Quantity::Cores;
        assert!(y_ticks(&chart, -0.06, 0.96, 5).ticks.len() >= TICKS_LEAST);
    }

    #[test]
    fn points_are_converted_once_per_revision_and_only_finite_ones() {
        let mut points = ChartPoints::default();
        points.refresh(&chart(), KEY);
        assert_eq!(points.lines[0].runs[1].len(), 1);
        let mut empty = chart();
        empty.series.clear();
        points.refresh(&empty, KEY);
        assert_eq!(points.lines.len(), 1);
        points.refresh(&empty, PointsKey { version: 1, ..KEY });
        assert!(points.lines.is_empty());
    }

    #[test]
    fn only_what_is_seen_is_converted_and_no_more_than_two_points_for_a_column() {
        let mut chart = chart();
        chart.series[0].runs = vec![
            (0..1_000)
                .map(|x| [f64::from(x), f64::from(x % 7)])
                .collect(),
        ];
        let mut points = ChartPoints::default();
        let key = PointsKey {
            range: (100.0, 110.0),
            ..KEY
        };
        points.refresh(&chart, key);
        let xs: Vec<f64> = points.lines[0].runs[0]
            .iter()
            .map(|point| point.x)
            .collect();
        assert_eq!((xs[0], xs[xs.len() - 1], xs.len()), (99.0, 111.0, 13));
        let whole = PointsKey {
            range: (0.0, 999.0),
            columns: 50,
            ..KEY
        };
        points.refresh(&chart, whole);
        assert!(points.lines[0].runs[0].len() <= 102);
        let beyond = PointsKey {
            range: (5_000.0, 6_000.0),
            ..KEY
        };
        points.refresh(&chart, beyond);
        assert!(points.lines[0].runs.iter().all(|run| run.len() <= 1));
    }
}
