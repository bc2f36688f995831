//! What of a series can be seen: the points of a stretch of x, and no more than a plot has room for.

use crate::chart::{Chart, Quantity, Series};
use crate::stats::reduce::min_max_per_column;
use crate::units::text;

/// How high the lines of a chart are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Top {
    /// The highest value that the y axis takes in; not a number without points.
    pub shown: f64,
    /// The highest value of all, where the axis does not take it in.
    pub beyond: Option<f64>,
}

impl Chart {
    /// How high the axis of `points`, some or all of this chart's, must reach.
    ///
    /// Costs are per good task: while a warm-up has ended one task or none, a thousand of them cost beyond all measure,
    /// and the measurement would lie flat on the axis. What is outside of the measurement and several times as high
    /// as all that is within is cut, and the caption says so.
    pub fn top_of(&self, points: impl Iterator<Item = [f64; 2]>) -> Top {
        /// What is at most that many times as high is shown.
        const FAR: f64 = 3.0;
        let (mut all, mut measured) = (f64::NAN, f64::NAN);
        let is_measured = |x: f64| {
            let span = self.measured_span;
            span.is_some_and(|(start, end)| x > start && x <= end)
        };
        for [x, y] in points.filter(|[_, y]| y.is_finite()) {
            all = all.max(y);
            if is_measured(x) {
                measured = measured.max(y);
            }
        }
        let is_cut = matches!(self.quantity, Quantity::Money(_)) && all > FAR * measured;
        Top {
            shown: if is_cut { measured } else { all },
            beyond: is_cut.then_some(all),
        }
    }

    /// The same of the points that are seen.
    #[must_use]
    pub fn top(&self) -> Top {
        self.top_of(self.points_seen())
    }

    /// Smallest and largest x and y of the points that are seen: ([x, y], [x, y]); none without a point.
    #[must_use]
    pub fn bounds(&self) -> Option<([f64; 2], [f64; 2])> {
        bounds(self.points_seen())
    }

    /// The points of all lines within the stretch that is looked at.
    pub(super) fn points_seen(&self) -> impl Iterator<Item = [f64; 2]> {
        self.series.iter().flat_map(|line| self.points_of(line))
    }

    /// Those of one line.
    pub fn points_of<'a>(&self, line: &'a Series) -> impl Iterator<Item = [f64; 2]> + use<'a> {
        let stretch = self.stretch;
        let is_seen = move |point: &[f64; 2]| {
            stretch.is_none_or(|(from, to)| (from..=to).contains(&point[0]))
        };
        line.runs.iter().flatten().copied().filter(is_seen)
    }

    /// From where to where x goes in a picture, in seconds: the stretch that is looked at, else from the first point or 0
    /// to the last point or the end of the measurement. None before there is anything.
    #[must_use]
    pub fn span(&self) -> Option<(f64, f64)> {
        if self.stretch.is_some() {
            return self.stretch;
        }
        let (low, high) = self.bounds().map_or((0.0, 0.0), |(first, last)| {
            (first[0].min(0.0), last[0].max(0.0))
        });
        let end = self.measured_span.map_or(0.0, |(_, end)| end);
        Some((low, high.max(end))).filter(|(low, high)| high > low)
    }

    /// What lies along x, and how much of it.
    #[must_use]
    pub fn x_name(&self) -> String {
        let name = "time since the measurement began";
        self.stretch.map_or_else(
            || format!("{name}; shaded: not measured"),
            |stretch| {
                format!(
                    "{name}, only {}; shaded: not measured",
                    stretch_text(stretch)
                )
            },
        )
    }
}

/// A stretch of time in seconds since the measurement began: `2.5 to 4.0 s`, as exact as its length asks for. Ends in the
/// warm-up are negative.
#[must_use]
pub fn stretch_text((from, to): (f64, f64)) -> String {
    let step = 10_f64.powf(((to - from) / 10.0).log10().floor());
    format!("{} to {} s", text::tick(from, step), text::tick(to, step))
}

impl Series {
    /// Its runs, reduced to at most about two points per column of a plot with `columns`, extremes kept.
    pub fn reduced(&self, columns: usize) -> impl Iterator<Item = Vec<[f64; 2]>> {
        self.runs
            .iter()
            .map(move |run| min_max_per_column(run, columns))
    }

    /// The same of the points from `low` to `high` and of one beyond each end, so that lines reach the edges.
    pub fn seen(
        &self,
        (low, high): (f64, f64),
        columns: usize,
    ) -> impl Iterator<Item = Vec<[f64; 2]>> {
        let runs = self.runs.iter().map(move |run| {
            let first = run.partition_point(|point| point[0] < low);
            let past = run.partition_point(|point| point[0] <= high);
            let past = (past + 1).min(run.len());
            let first = first.saturating_sub(1).min(past);
            min_max_per_column(&run[first..past], columns)
        });
        runs.filter(|run| !run.is_empty())
    }
}

/// All points of these lines.
pub(super) fn points(series: &[Series]) -> impl Iterator<Item = [f64; 2]> {
    let runs = series.iter().flat_map(|series| &series.runs);
    runs.flatten().copied()
}

/// Smallest and largest x and y of `points`; none without one.
pub(super) fn bounds(points: impl Iterator<Item = [f64; 2]>) -> Option<([f64; 2], [f64; 2])> {
    points.fold(None, |bounds, [x, y]| {
        let (low, high) = bounds.unwrap_or(([x, y], [x, y]));
        Some((
            [low[0].min(x), low[1].min(y)],
            [high[0].max(x), high[1].max(y)],
        ))
    })
}

#[cfg(test)]
mod tests {
    use crate::chart::{ChartId, ChartSettings, build};
    use crate::support;

    #[test]
    fn a_dear_warm_up_does_not_press_the_measurement_flat() {
        let run = support::sample_run();
        let chart = build(ChartId::CostPer1k, &run, &ChartSettings::default());
        let top = |points: &[[f64; 2]]| chart.top_of(points.iter().copied());
        let dear = top(&[[-0.5, 40.0], [0.5, 2.0], [1.0, 3.0]]);
        assert_eq!((dear.shown, dear.beyond), (3.0, Some(40.0)));
        let even = top(&[[-0.5, 8.0], [0.5, 2.0], [1.0, 3.0]]);
        assert_eq!((even.shown, even.beyond), (8.0, None));
        // Where only the warm-up is looked at, it is all there is to see.
        let early = top(&[[-0.5, 40.0], [-0.2, 9.0]]);
        assert_eq!((early.shown, early.beyond), (40.0, None));
        assert!(top(&[]).shown.is_nan());
    }
}
