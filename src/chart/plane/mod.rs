//! Charts of sweeps and searches: a diagram with bands of uncertainty and marked places; and the heat map.

mod capacity;
mod names;
mod scaling;

use crate::analysis::{AxisValues, Crossing, Measure, PointFigures, SweepAxis, SweepFigures};
use crate::chart::seen::{bounds, points};
use crate::chart::{Along, Diagram, Quantity, Scale, Series, Stroke};
use crate::stats::{Crossover, Figure};
use crate::units::text;

pub use capacity::capacity_plane;
pub use names::{Beside, NamedRule, name_rows, names_in_rows};
pub use scaling::scaling_planes;

/// A diagram with what a sweep adds to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Axes and lines.
    pub diagram: Diagram,
    /// Intervals around the lines.
    pub bands: Vec<Band>,
    /// Places that are told.
    pub rules: Vec<Rule>,
}

/// The interval around a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Index of the candidate: decides the colour.
    pub candidate: usize,
    /// [x, low, high], ascending in x. A single one is drawn as a bar.
    pub points: Vec<[f64; 3]>,
}

impl Band {
    /// Where it reaches beyond an axis of y from `low` to `high`: at which x, and whether above.
    pub fn beyond(&self, low: f64, high: f64) -> impl Iterator<Item = (f64, bool)> {
        let points = self.points.iter();
        points.flat_map(move |&[x, lower, upper]| {
            let above = (upper > high).then_some((x, true));
            let below = (lower < low).then_some((x, false));
            above.into_iter().chain(below)
        })
    }
}

/// A straight line across the chart, with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Along which axis it has one value.
    pub of: RuleOf,
    /// Where it lies.
    pub at: f64,
    /// What it is.
    pub label: String,
}

/// Along which axis a rule has one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleOf {
    /// One place of x.
    X,
    /// One value of y.
    Y,
}

/// A heat map: two parameters, one candidate, one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// For file names and ids.
    pub slug: String,
    /// As it stands above it.
    pub title: String,
    /// What exactly is drawn.
    pub caption: String,
    /// Names of both parameters.
    pub axes: [&'static str; 2],
    /// Labels along x.
    pub columns: Vec<String>,
    /// Labels along y, from below.
    pub rows: Vec<String>,
    /// Row by row from below: the value and its text; none where it is not known.
    pub cells: Vec<Vec<Option<(f64, String)>>>,
    /// The ends of the colour scale, in words.
    pub ends: Option<((f64, String), (f64, String))>,
}

impl SweepFigures {
    /// A chart per measure; none for two parameters.
    #[must_use]
    pub fn planes(&self) -> Vec<Plane> {
        let [along] = self.axes.as_slice() else {
            return Vec::new();
        };
        self.measures
            .iter()
            .map(|measure| self.plane(along, *measure))
            .collect()
    }

    fn plane(&self, along: &SweepAxis, measure: Measure) -> Plane {
        let (mut series, mut bands) = (Vec::new(), Vec::new());
        for (candidate, name) in self.candidates.iter().enumerate() {
            let points = self.points.iter().enumerate().filter_map(|(index, point)| {
                let x = scaled(along, point.settings.first()?.amount());
                Some((x, self.figure(index, candidate, measure)))
            });
            let mut points: Vec<(f64, Option<Figure>)> = points.collect();
            // A list need not ascend.
            points.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            let values = |(x, figure): &(f64, Option<Figure>)| Some([*x, (*figure)?.value]);
            series.push(line(
                candidate,
                name,
                "",
                Stroke::Solid,
                unbroken(&points, values),
            ));
            let ends = |(x, figure): &(f64, Option<Figure>)| {
                let (low, high) = (*figure)?.ends()?;
                Some([*x, low, high])
            };
            let pieces = unbroken(&points, ends).into_iter();
            bands.extend(pieces.map(|points| Band { candidate, points }));
        }
        let by_time = matches!(measure, Measure::Response(_) | Measure::Makespan);
        let scale = if by_time { Scale::Log10 } else { Scale::Linear };
        let (reach, cut) = reach_of(&series, &bands, scale);
        Plane {
            diagram: Diagram {
                slug: measure.name(),
                title: measure.title(),
                caption: format!(
                    "{} over {}, {}{cut}",
                    measure.label(),
                    along.parameter.label(),
                    self.rounds_words()
                ),
                warning: None,
                x: x_of(along),
                x_name: along.parameter.label(),
                y: Along::Values {
                    quantity: quantity(measure, &self.currency),
                    scale,
                },
                y_name: "",
                reach,
                series,
            },
            bands,
            rules: self.rules(along, measure),
        }
    }

    /// How often each point was measured, and what that gives.
    fn rounds_words(&self) -> String {
        /// An interval takes so many.
        const ROUNDS_LEAST: u32 = 3;
        let rounds = text::counted(self.rounds.into(), "round", "rounds");
        if self.rounds < ROUNDS_LEAST {
            format!("{rounds}: too few for intervals")
        } else {
            format!("with 95 % intervals of {rounds}")
        }
    }

    /// Where candidates change places.
    fn rules(&self, along: &SweepAxis, measure: Measure) -> Vec<Rule> {
        /// More would stand on each other.
        const RULES_MAX: usize = 3;
        let crossings = self
            .crossings
            .iter()
            .filter(|crossing| crossing.measure == measure);
        let places = crossings.flat_map(|crossing: &Crossing| match &crossing.crossover {
            Crossover::At { places, .. } => places.clone(),
            Crossover::Always { .. } | Crossover::TooClose => Vec::new(),
        });
        places
            .take(RULES_MAX)
            .map(|figure| {
                let reach = figure.ends().map_or_else(String::new, |(low, high)| {
                    format!(
                        " ({} to {})",
                        along.text_between(low),
                        along.text_between(high)
                    )
                });
                Rule {
                    of: RuleOf::X,
                    at: scaled(along, figure.value),
                    label: format!("{}{reach}", along.text_between(figure.value)),
                }
            })
            .collect()
    }

    /// A heat map per candidate and deciding measure; none for one parameter.
    #[must_use]
    pub fn heats(&self) -> Vec<Heat> {
        /// The most important measures; the others are in the values.
        const HEATS: usize = 3;
        let [x, y] = self.axes.as_slice() else {
            return Vec::new();
        };
        let measures = self.measures.iter().take(HEATS);
        let each =
            measures.flat_map(|measure| (0..self.candidates.len()).map(move |one| (*measure, one)));
        each.map(|(measure, candidate)| self.heat([x, y], measure, candidate))
            .collect()
    }

    fn heat(&self, [x, y]: [&SweepAxis; 2], measure: Measure, candidate: usize) -> Heat {
        let told = |value: f64| quantity(measure, &self.currency).text(value);
        let cell = |column: usize, row: usize| {
            let wanted = [x.settings[column], y.settings[row]];
            let is_it = |point: &PointFigures| point.settings == wanted;
            let value = self
                .figure(self.points.iter().position(is_it)?, candidate, measure)?
                .value;
            Some((value, told(value)))
        };
        let row = |row: usize| {
            (0..x.settings.len())
                .map(|column| cell(column, row))
                .collect()
        };
        let cells: Vec<Vec<_>> = (0..y.settings.len()).map(row).collect();
        // One scale for all candidates, so that their maps can be compared.
        let all = (0..self.points.len()).flat_map(|point| {
            (0..self.candidates.len())
                .filter_map(move |candidate| Some(self.figure(point, candidate, measure)?.value))
        });
        let ends = all.fold(None, |ends: Option<(f64, f64)>, value| {
            Some(ends.map_or((value, value), |(low, high)| {
                (low.min(value), high.max(value))
            }))
        });
        let name = self.candidates.get(candidate).cloned().unwrap_or_default();
        Heat {
            slug: format!("{}_{}", measure.name(), candidate + 1),
            title: format!("{}: {name}", measure.title()),
            caption: format!(
                "{} by {} and {}; all candidates have the same scale",
                measure.label(),
                x.parameter.label(),
                y.parameter.label()
            ),
            axes: [x.parameter.label(), y.parameter.label()],
            columns: x.settings.iter().map(|setting| x.text(*setting)).collect(),
            rows: y.settings.iter().map(|setting| y.text(*setting)).collect(),
            cells,
            ends: ends.map(|(low, high)| ((low, told(low)), (high, told(high)))),
        }
    }
}

/// What intervals add to the axis of y, and what a caption says of those that reach farther.
///
/// The axis takes them in as far as half of the lowest and one and a half times the highest point of the lines: those
/// of few rounds can be so wide that the lines would be pressed together.
pub(super) fn reach_of(
    series: &[Series],
    bands: &[Band],
    scale: Scale,
) -> (Option<[f64; 2]>, &'static str) {
    const LOWEST: f64 = 0.5;
    const HIGHEST: f64 = 1.5;
    let Some(([_, low], [_, high])) = bounds(points(series)) else {
        return (None, "");
    };
    let points = || bands.iter().flat_map(|band| &band.points);
    let lowest = points().map(|[_, low, _]| *low).fold(low, f64::min);
    let highest = points().map(|[_, _, high]| *high).fold(high, f64::max);
    let reach = [lowest.max(low * LOWEST), highest.min(high * HIGHEST)];
    // A linear axis begins at zero, whatever lies below the lines.
    let is_cut = highest > reach[1] || (scale == Scale::Log10 && lowest < reach[0]);
    let told = if is_cut {
        "; arrows: an interval is wider than the chart shows"
    } else {
        ""
    };
    (Some(reach), told)
}

/// What is known of `points`, in pieces: what is not known is a gap.
fn unbroken<P, T>(points: &[P], known: impl Fn(&P) -> Option<T>) -> Vec<Vec<T>> {
    let mut pieces = vec![Vec::new()];
    for point in points {
        match (known(point), pieces.last_mut()) {
            (Some(point), Some(piece)) => piece.push(point),
            _ => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

pub(super) fn line(
    candidate: usize,
    label: &str,
    detail: &'static str,
    stroke: Stroke,
    runs: Vec<Vec<[f64; 2]>>,
) -> Series {
    let name = if detail.is_empty() {
        label.to_owned()
    } else {
        format!("{label} {detail}")
    };
    Series {
        candidate,
        name,
        label: label.to_owned(),
        detail,
        stroke,
        runs,
    }
}

/// Where a value lies along x: shares are told in per cent.
fn scaled(along: &SweepAxis, amount: f64) -> f64 {
    match along.values() {
        AxisValues::Shares => amount * 100.0,
        _ => amount,
    }
}

fn x_of(along: &SweepAxis) -> Along {
    let scale = if along.by_ratio {
        Scale::Log10
    } else {
        Scale::Linear
    };
    let quantity = match along.values() {
        AxisValues::Shares => return Along::Percent,
        AxisValues::Nanos => Quantity::Nanos,
        AxisValues::Bytes => Quantity::Bytes,
        AxisValues::PerSec => Quantity::PerSec,
        AxisValues::Numbers => Quantity::Count,
    };
    Along::Values { quantity, scale }
}

fn quantity(measure: Measure, currency: &str) -> Quantity {
    match measure {
        Measure::Response(_) | Measure::Makespan | Measure::ColdStart | Measure::CpuPerTask => {
            Quantity::Nanos
        }
        Measure::MemoryPerWorker
        | Measure::MemorySteady
        | Measure::MemoryUnique
        | Measure::MemoryTotal
        | Measure::MemoryPerTask => Quantity::Bytes,
        Measure::Cost | Measure::CostConsumed | Measure::CostRented => {
            Quantity::Money(currency.to_owned())
        }
        Measure::CpuCores => Quantity::Cores,
        _ => Quantity::PerSec,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Parameter, Setting};

    #[test]
    fn an_axis_takes_intervals_in_unless_they_are_far_wider_than_the_lines() {
        let one = |low, high| {
            let series = line(
                0,
                "a",
                "",
                Stroke::Solid,
                vec![vec![[1.0, 10.0], [2.0, 20.0]]],
            );
            let band = Band {
                candidate: 0,
                points: vec![[1.0, low, 11.0], [2.0, 19.0, high]],
            };
            reach_of(&[series], &[band], Scale::Log10)
        };
        assert_eq!(one(8.0, 24.0), (Some([8.0, 24.0]), ""));
        let (reach, told) = one(-3.0, 200.0);
        assert_eq!(reach, Some([5.0, 30.0]));
        assert!(told.contains("wider"));
        assert_eq!(reach_of(&[], &[], Scale::Linear), (None, ""));
    }

    #[test]
    fn a_point_of_which_nothing_is_known_is_a_gap_in_the_line_and_in_its_band() {
        let settings = [4.0, 1.0, 2.0, 8.0].map(Setting::Number);
        let figure = |value| Figure {
            value,
            low: Some(value - 1.0),
            high: Some(value + 1.0),
        };
        let at = |setting, figure| PointFigures {
            settings: vec![setting],
            rounds: 3,
            figures: vec![vec![figure]],
        };
        let figures = SweepFigures {
            axes: vec![SweepAxis {
                parameter: Parameter::Workers,
                settings: settings.to_vec(),
                by_ratio: true,
            }],
            candidates: vec!["threads".to_owned()],
            measures: vec![Measure::Throughput],
            points: [Some(40.0), Some(10.0), None, Some(80.0)]
                .iter()
                .zip(settings)
                .map(|(value, setting)| at(setting, value.map(figure)))
                .collect(),
            crossings: Vec::new(),
            currency: "USD".to_owned(),
            rounds: 3,
        };
        let plane = &figures.planes()[0];
        assert_eq!(
            plane.diagram.series[0].runs,
            [vec![[1.0, 10.0]], vec![[4.0, 40.0], [8.0, 80.0]]]
        );
        let bands: Vec<_> = plane.bands.iter().map(|band| &band.points[..]).collect();
        assert_eq!(
            bands,
            [
                &[[1.0, 9.0, 11.0]][..],
                &[[4.0, 39.0, 41.0], [8.0, 79.0, 81.0]]
            ]
        );
    }
}
