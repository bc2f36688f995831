//! A chart over something other than time: what lies along x says so itself.
//!
//! The same data are drawn by the window and written by the exports, as those of [`crate::chart::Chart`] are.

use crate::chart::axis::{Axis, Tick};
use crate::chart::seen::{bounds, points};
use crate::chart::{Quantity, Scale, Series, value_axis};
use crate::units::text;

/// What lies along an axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Along {
    /// Values of a quantity.
    Values {
        /// What a value is.
        quantity: Quantity,
        /// How values are spread.
        scale: Scale,
    },
    /// Percentiles, stretched towards 100 %: a value is the number of nines, [`nines`], so that 90 %, 99 % and
    /// 99.9 % are equally far apart.
    Percentiles,
    /// Shares of a whole, in per cent.
    Percent,
    /// Plain numbers: of workers, or how many times as much.
    Plain,
}

/// A chart over something other than time.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagram {
    /// For file names and ids: `response_time_percentiles`.
    pub slug: &'static str,
    /// As it stands above it.
    pub title: &'static str,
    /// What exactly is drawn, in a short line.
    pub caption: String,
    /// What a reader must know before comparing the lines: that a closed load hides overload.
    pub warning: Option<&'static str>,
    /// What lies along x.
    pub x: Along,
    /// What a value of x is, where the labels do not say it.
    pub x_name: &'static str,
    /// What lies along y.
    pub y: Along,
    /// What a value of y is, where the labels do not say it.
    pub y_name: &'static str,
    /// Lowest and highest value that the y axis takes in besides the points, such as the ends of intervals.
    pub reach: Option<[f64; 2]>,
    /// The lines, of which the points are [x, y].
    pub series: Vec<Series>,
}

/// Where a quantile (0 to below 1) lies on an axis of percentiles: 0.9 is 1, 0.99 is 2, 0.999 is 3.
#[must_use]
pub fn nines(quantile: f64) -> f64 {
    -(1.0 - quantile).log10()
}

impl Diagram {
    /// Smallest and largest x and y of all points: ([x, y], [x, y]); none without a point.
    #[must_use]
    pub fn bounds(&self) -> Option<([f64; 2], [f64; 2])> {
        bounds(points(&self.series))
    }

    /// The x axis, with at most about `at_most` labels.
    #[must_use]
    pub fn x_axis(&self, at_most: usize) -> Axis {
        let (low, high) = self.range(0);
        // There is nothing between two workers.
        let at_most = match &self.x {
            Along::Plain
            | Along::Values {
                quantity: Quantity::Count,
                scale: Scale::Linear,
            } if high >= 1.0 => at_most.min(high as usize),
            _ => at_most,
        };
        self.x.axis(low, high, at_most)
    }

    /// The y axis, with at most about `at_most` labels.
    #[must_use]
    pub fn y_axis(&self, at_most: usize) -> Axis {
        let (low, high) = self.range(1);
        let [lowest, highest] = self.reach.unwrap_or([low, high]);
        let lowest = if lowest > 0.0 { lowest } else { low };
        self.y.axis(low.min(lowest), high.max(highest), at_most)
    }

    /// Of points above zero, as a logarithmic axis needs them; not a number without any.
    fn range(&self, part: usize) -> (f64, f64) {
        let points = self
            .series
            .iter()
            .flat_map(|series| series.runs.iter().flatten());
        let values = points.map(|point| point[part]);
        let low = values
            .clone()
            .filter(|value| *value > 0.0)
            .fold(f64::NAN, f64::min);
        (low, values.fold(f64::NAN, f64::max))
    }
}

impl Along {
    /// How values are spread.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        match self {
            Self::Values { scale, .. } => *scale,
            Self::Percentiles | Self::Percent | Self::Plain => Scale::Linear,
        }
    }

    /// A value with its unit, for tables and hover texts.
    #[must_use]
    pub fn text(&self, value: f64) -> String {
        match self {
            Self::Values { quantity, .. } => quantity.text(value),
            Self::Percentiles => percentile_text(value),
            Self::Percent => text::percent(value / 100.0),
            Self::Plain => text::number(value),
        }
    }

    fn axis(&self, low: f64, high: f64, at_most: usize) -> Axis {
        match self {
            Self::Values { quantity, scale } => value_axis(quantity, *scale, low, high, at_most),
            Self::Percentiles => percentile_axis(high, at_most),
            Self::Plain => Axis {
                unit: String::new(),
                ..Axis::from_zero(&Quantity::Count, high, at_most)
            },
            Self::Percent => {
                let mut axis = Axis::from_zero(&Quantity::Count, high, at_most);
                for tick in &mut axis.ticks {
                    tick.label.push_str(" %");
                }
                Axis {
                    unit: String::new(),
                    ..axis
                }
            }
        }
    }
}

/// `99.9 %` of 3 nines.
fn percentile_text(nines: f64) -> String {
    let percent = 100.0 * (1.0 - 10_f64.powf(-nines));
    // As many digits as there are nines, and no more.
    let decimals = ((nines - 1e-9).ceil() - 2.0).clamp(0.0, 9.0) as usize;
    format!("{percent:.decimals$} %")
}

/// From 0 % to the first whole nine at or beyond `high`, with the median between where it stands clear of 0 %.
fn percentile_axis(high: f64, at_most: usize) -> Axis {
    /// As much of the room of a label lies between the two.
    const MEDIAN_APART: f64 = 0.8;
    let most = if high.is_finite() {
        high.ceil().max(1.0)
    } else {
        1.0
    };
    let median = nines(0.5);
    let is_clear = median / most * at_most as f64 >= MEDIAN_APART;
    let median = is_clear.then_some(median);
    let whole = (0..=most as u32).map(f64::from);
    let mut values: Vec<f64> = whole.chain(median).collect();
    values.sort_by(f64::total_cmp);
    let tick = |value: f64| Tick {
        value,
        label: percentile_text(value),
    };
    Axis {
        low: 0.0,
        high: most,
        step: None,
        ticks: values.into_iter().map(tick).collect(),
        unit: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn an_axis_of_percentiles_has_a_place_for_every_nine() {
        let axis = percentile_axis(2.6, 12);
        assert_eq!(labels(&axis), ["0 %", "50 %", "90 %", "99 %", "99.9 %"]);
        assert!((axis.high - 3.0).abs() < 1e-12);
        let far = percentile_axis(5.2, 12);
        assert_eq!(labels(&far)[1..4], ["90 %", "99 %", "99.9 %"]);
        let unknown = percentile_axis(f64::NAN, 12);
        assert_eq!(labels(&unknown), ["0 %", "50 %", "90 %"]);
        let narrow = percentile_axis(2.6, 6);
        assert_eq!(labels(&narrow), ["0 %", "90 %", "99 %", "99.9 %"]);
        for (quantile, place) in [(0.0, 0.0), (0.9, 1.0), (0.99, 2.0), (0.999, 3.0)] {
            assert!((nines(quantile) - place).abs() < 1e-9, "{quantile}");
        }
    }

    #[test]
    fn an_axis_of_workers_has_whole_numbers_and_takes_in_what_is_asked_for() {
        let series = crate::chart::plane::line(
            0,
            "threads",
            "",
            crate::chart::Stroke::Solid,
            vec![vec![[1.0, 40.0], [4.0, 90.0]]],
        );
        let diagram = Diagram {
            slug: "speed_up",
            title: "Speed-up",
            caption: String::new(),
            warning: None,
            x: Along::Plain,
            x_name: "workers",
            y: Along::Plain,
            y_name: "",
            reach: None,
            series: vec![series],
        };
        assert_eq!(labels(&diagram.x_axis(12)), ["0", "1", "2", "3", "4"]);
        assert!((diagram.y_axis(5).high - 100.0).abs() < 1e-9);
        let wider = Diagram {
            reach: Some([0.0, 130.0]),
            ..diagram
        };
        assert!((wider.y_axis(5).high - 150.0).abs() < 1e-9);
    }

    #[test]
    fn an_axis_of_shares_is_in_per_cent() {
        let axis = Along::Percent.axis(0.1, 7.0, 4);
        assert_eq!(labels(&axis), ["0 %", "2 %", "4 %", "6 %", "8 %"]);
        assert_eq!(Along::Percent.text(12.5), "12.5 %");
        assert_eq!(Along::Percentiles.text(2.0), "99 %");
    }
}
