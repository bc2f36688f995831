//! Lines of a plot, for charts over time and for all others: points, strokes, ticks and labels.

use egui::{Color32, Pos2, Rect};
use egui_plot::{GridMark, Line, LineStyle, Plot, PlotPoint, PlotPoints, PlotUi, Points};

use crate::chart::axis::Axis;
use crate::chart::{Chart, Scale, Series, Stroke, StrokePattern, mark_spacing, marked};
use crate::gui::theme::{self, Mark, Palette};

/// Width of a line of a chart, in points.
const LINE_WIDTH: f32 = 1.8;

/// Radius of a mark on a line, in points.
const MARK_RADIUS: f32 = 4.5;

/// A plot that neither the wheel nor the pointer moves, on the ground of what it stands on; `name` tells it from others.
pub(super) fn still_plot<'a>(name: &'static str, palette: &Palette) -> Plot<'a> {
    Plot::new(name)
        .allow_scroll(false)
        .allow_zoom(false)
        .allow_drag(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .allow_axis_zoom_drag(false)
        .show_background(false)
        .show_y(false)
        .grid_color(palette.grid)
        .cursor_color(palette.weak)
}

/// The points of one line.
#[derive(Debug)]
pub(super) struct LinePoints {
    /// Decides the colour.
    pub(super) candidate: usize,
    pub(super) name: String,
    pub(super) stroke: Stroke,
    /// As the plot wants them; a gap between two runs is one in the line.
    pub(super) runs: Vec<Vec<PlotPoint>>,
}

impl LinePoints {
    /// The points of `series` on the scales of x and y.
    pub(super) fn of(series: &Series, [x_scale, y_scale]: [Scale; 2]) -> Self {
        let runs = series.runs.iter().map(|run| {
            // The plot panics on what is not finite, as the logarithm of zero.
            let points = run
                .iter()
                .map(|[x, y]| PlotPoint::new(plotted(*x, x_scale), plotted(*y, y_scale)));
            points
                .filter(|point| point.x.is_finite() && point.y.is_finite())
                .collect()
        });
        Self {
            candidate: series.candidate,
            name: series.name.clone(),
            stroke: series.stroke,
            runs: runs.collect(),
        }
    }

    /// The value of the point at `x` itself; of several repeats that of the newest.
    pub(super) fn value_of(&self, x: f64) -> Option<f64> {
        let mut points = self.runs.iter().rev().flatten();
        points
            .find(|point| point.x.total_cmp(&x).is_eq())
            .map(|point| point.y)
    }

    /// The value of the point nearest to `x`, if `x` is within one of the runs.
    pub(super) fn value_at(&self, x: f64) -> Option<f64> {
        let within = |run: &&Vec<PlotPoint>| {
            run.first().is_some_and(|first| first.x <= x)
                && run.last().is_some_and(|last| x <= last.x)
        };
        // Of several repeats the newest.
        let run = self.runs.iter().rev().find(within)?;
        let after = run.partition_point(|point| point.x < x);
        let neighbours = &run[after.saturating_sub(1)..(after + 1).min(run.len())];
        let distance = |point: &&PlotPoint| (point.x - x).abs();
        let nearest = neighbours
            .iter()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        Some(nearest.y)
    }
}

/// How the lines of candidates are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inks {
    /// Whether the ground is dark.
    pub(super) dark: bool,
    /// The candidate that is pointed at in the legend: the others are pale, and lie behind.
    pointed_at: Option<usize>,
}

impl Inks {
    /// For a plot of these lines. A plot without any of the candidate that is pointed at stays as it is: pale lines are
    /// there to make another one stand out.
    pub(super) fn of_lines(dark: bool, pointed_at: Option<usize>, lines: &[LinePoints]) -> Self {
        let has_line = |pointed: &usize| {
            let mut own = lines.iter().filter(|line| line.candidate == *pointed);
            own.any(|line| !line.runs.is_empty())
        };
        Self {
            dark,
            pointed_at: pointed_at.filter(has_line),
        }
    }

    /// The colour of a candidate's lines.
    pub(super) fn of(self, candidate: usize) -> Color32 {
        /// How much is left of the others.
        const PALE: f32 = 0.22;
        let color = theme::series_color(candidate, self.dark);
        if self.is_behind(candidate) {
            color.gamma_multiply(PALE)
        } else {
            color
        }
    }

    fn is_behind(self, candidate: usize) -> bool {
        self.pointed_at.is_some_and(|pointed| pointed != candidate)
    }
}

/// Draws the lines, each in its candidate's colour and its own stroke.
pub(super) fn draw_lines<'a>(plot: &mut PlotUi<'a>, lines: &'a [LinePoints], inks: Inks) {
    let spacing = mark_spacing(plot.plot_bounds().width());
    let part = |behind| {
        let lines = lines.iter();
        lines.filter(move |line| inks.is_behind(line.candidate) == behind)
    };
    for line in part(true).chain(part(false)) {
        let color = inks.of(line.candidate);
        let is_marked = theme::bears_mark(plot.ctx(), line.candidate);
        for run in &line.runs {
            // A line needs two points; a block of 200 ms may have one.
            if run.len() == 1 {
                let dot = Points::new(&line.name, PlotPoints::Borrowed(run));
                plot.points(dot.color(color).radius(LINE_WIDTH * 1.5).allow_hover(false));
                continue;
            }
            plot.line(styled(
                Line::new(&line.name, PlotPoints::Borrowed(run)),
                line.stroke,
                color,
            ));
            if let Some(spacing) = spacing.filter(|_| is_marked) {
                let marks = marked(run, |point| point.x, spacing, line.candidate);
                let marks: Vec<[f64; 2]> =
                    marks.into_iter().map(|point| [point.x, point.y]).collect();
                let mark = Mark::of(line.candidate);
                let marks = Points::new(&line.name, marks).shape(mark.shape());
                let marks = marks.filled(mark.is_filled());
                plot.points(marks.color(color).radius(MARK_RADIUS).allow_hover(false));
            }
        }
    }
}

/// What the y axis of `chart` spans where these are its lines, on the plot's scale: an even one from zero, a logarithmic
/// one at least so much that noise is not blown up; none without points.
pub(super) fn y_range(chart: &Chart, lines: &[LinePoints]) -> Option<(f64, f64)> {
    /// A logarithmic axis spans at least this factor.
    const FACTOR_LEAST: f64 = 1.5;
    let points = lines.iter().flat_map(|line| line.runs.iter().flatten());
    let high = chart.top_of(points.clone().map(|point| [point.x, point.y]));
    let low = points.map(|point| point.y).reduce(f64::min)?;
    match chart.scale {
        Scale::Linear if high.shown > 0.0 => Some((low.min(0.0), high.shown)),
        Scale::Linear => Some((0.0, 1.0)),
        Scale::Log10 => {
            let missing = (FACTOR_LEAST.log10() - (high.shown - low)).max(0.0);
            Some((low - missing / 2.0, high.shown + missing / 2.0))
        }
    }
}

/// Whether no line passes through `area`; `place` says where a point lies on the screen.
pub(super) fn is_free(
    lines: &[LinePoints],
    area: Rect,
    place: impl Fn(&PlotPoint) -> Pos2,
) -> bool {
    let crosses = |from: Pos2, to: Pos2| {
        // The part of the way from one to the other that is within the area, along x and along y.
        let within = |from: f32, to: f32, low: f32, high: f32| {
            if (to - from).abs() < f32::EPSILON {
                return (low..=high).contains(&from).then_some((0.0_f32, 1.0_f32));
            }
            let ends = [(low - from) / (to - from), (high - from) / (to - from)];
            Some((ends[0].min(ends[1]), ends[0].max(ends[1])))
        };
        let along = within(from.x, to.x, area.left(), area.right());
        let up = within(from.y, to.y, area.top(), area.bottom());
        along
            .zip(up)
            .is_some_and(|(along, up)| along.0.max(up.0).max(0.0) <= along.1.min(up.1).min(1.0))
    };
    let passes = |run: &Vec<PlotPoint>| match run.as_slice() {
        [only] => area.contains(place(only)),
        run => run
            .windows(2)
            .any(|pair| crosses(place(&pair[0]), place(&pair[1]))),
    };
    !lines.iter().flat_map(|line| &line.runs).any(passes)
}

fn styled(line: Line<'_>, stroke: Stroke, color: Color32) -> Line<'_> {
    let style = match stroke.pattern() {
        StrokePattern::Full => LineStyle::Solid,
        // The plot's gaps are a share of the dashes.
        StrokePattern::Dashes(length, _) => LineStyle::Dashed { length },
        StrokePattern::Dots(spacing) => LineStyle::Dotted { spacing },
    };
    // The series are reduced already; the plot's own reduction makes strokes uneven.
    line.color(color)
        .width(LINE_WIDTH * stroke.width_ratio())
        .style(style)
        .allow_band(false)
        .allow_hover(false)
}

/// Where a value lies on the plot's scale.
pub(super) fn plotted(value: f64, scale: Scale) -> f64 {
    match scale {
        Scale::Linear => value,
        Scale::Log10 => value.log10(),
    }
}

/// The value that lies there on the plot's scale.
pub(super) fn measured(plotted: f64, scale: Scale) -> f64 {
    match scale {
        Scale::Linear => plotted,
        Scale::Log10 => 10_f64.powf(plotted),
    }
}

/// The label of the tick at `mark`; empty where the axis has none.
pub(super) fn label_at(axis: &Axis, mark: GridMark, scale: Scale) -> String {
    let near = mark.step_size * 1e-3;
    let is_there = |value: f64| (plotted(value, scale) - mark.value).abs() <= near;
    let tick = axis.ticks.iter().find(|tick| is_there(tick.value));
    tick.map_or_else(String::new, |tick| tick.label.clone())
}

/// The lines of the grid: where the axis has its ticks.
pub(super) fn grid(axis: &Axis, scale: Scale) -> Vec<GridMark> {
    let marks: Vec<f64> = axis
        .ticks
        .iter()
        .map(|tick| plotted(tick.value, scale))
        .collect();
    // The plot leaves out labels whose steps are too small for it, so it must be told how far apart they really are: on
    // a logarithmic axis each from the one below, for one pair that is too close must not take all labels away.
    let from_below = |place: usize| {
        let below = place.checked_sub(1);
        below.map_or(1.0, |below| (marks[place] - marks[below]).min(1.0))
    };
    let step_size = |place: usize| match scale {
        Scale::Linear => axis.step.unwrap_or(1.0),
        Scale::Log10 => from_below(place),
    };
    let mark = |place: usize| GridMark {
        value: marks[place],
        step_size: step_size(place),
    };
    (0..marks.len()).map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_without_a_line_of_the_candidate_that_is_pointed_at_pales_nobody() {
        let line = |candidate, runs| LinePoints {
            candidate,
            name: String::new(),
            stroke: Stroke::Solid,
            runs,
        };
        let run = || vec![vec![PlotPoint::new(0.0, 0.0)]];
        let lines = [line(0, run()), line(1, run()), line(2, Vec::new())];
        let full = |pointed_at, candidate| {
            let inks = Inks::of_lines(false, pointed_at, &lines);
            inks.of(candidate) == theme::series_color(candidate, false)
        };
        assert!(full(Some(0), 0) && !full(Some(0), 1));
        for nobody in [None, Some(2), Some(9)] {
            assert!(full(nobody, 0) && full(nobody, 1), "{nobody:?}");
        }
    }

    #[test]
    fn a_place_is_free_if_no_line_passes_also_between_its_points() {
        let line = |points: &[[f64; 2]]| LinePoints {
            candidate: 0,
            name: String::new(),
            stroke: Stroke::Solid,
            runs: vec![points.iter().map(|[x, y]| PlotPoint::new(*x, *y)).collect()],
        };
        let place = |point: &PlotPoint| Pos2::new(point.x as f32, point.y as f32);
        let area = Rect::from_x_y_ranges(10.0..=20.0, 10.0..=20.0);
        let free = |points: &[[f64; 2]]| is_free(&[line(points)], area, place);
        assert!(!free(&[[0.0, 0.0], [30.0, 30.0]]), "through the middle");
        assert!(!free(&[[0.0, 15.0], [30.0, 15.0]]), "straight across");
        assert!(!free(&[[15.0, 15.0]]), "a single point");
        assert!(free(&[[0.0, 15.0], [15.0, 30.0]]), "past a corner");
        assert!(free(&[[0.0, 25.0], [30.0, 25.0]]), "below");
        assert!(free(&[[0.0, 15.0], [9.0, 15.0]]), "ends before");
        assert!(free(&[]));
    }
}
