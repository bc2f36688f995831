//! Charts of several small plots with the same axes: one per candidate, or one per worker.

use crate::chart::line::OUTCOMES;
use crate::chart::{Chart, Form, Series};

/// A small plot of a chart that has several with the same axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facet<'a> {
    /// Index of the candidate in the scenario: decides the colour.
    pub candidate: usize,
    /// As it stands above the plot.
    pub title: &'a str,
    /// Its lines; of areas upon each other the upper edges, from the lowest on.
    pub series: &'a [Series],
}

impl Facet<'_> {
    /// The title from its longest to its shortest form: `threads ×8, worker 3`, `worker 3`, `3`. Without the first a
    /// colour says whose plot it is.
    #[must_use]
    pub fn titles(&self) -> Vec<&str> {
        let mut titles = vec![self.title];
        if let Some(at) = self.title.rfind(WORKER) {
            titles.extend([&self.title[at + 2..], &self.title[at + WORKER.len()..]]);
        }
        titles
    }
}

/// Between a candidate's name and the number of its worker.
pub(super) const WORKER: &str = ", worker ";

impl Chart {
    /// At most `most` of its small plots, as many of one candidate as of another, each with the place of its first line
    /// among all lines.
    #[must_use]
    pub fn facets_within(&self, most: usize) -> Vec<(usize, Facet<'_>)> {
        let mut first = 0;
        let all: Vec<_> = self
            .facets()
            .into_iter()
            .map(|facet| {
                let at = first;
                first += facet.series.len();
                (at, facet)
            })
            .collect();
        let groups: Vec<_> = all
            .chunk_by(|a, b| a.1.candidate == b.1.candidate)
            .collect();
        let with = |each: usize| {
            groups
                .iter()
                .map(|group| group.len().min(each))
                .sum::<usize>()
        };
        let each = (1..=all.len())
            .take_while(|each| with(*each) <= most)
            .last();
        let shown = groups.iter().flat_map(|group| {
            let each = each.unwrap_or(1).min(group.len());
            group[..each].iter().copied()
        });
        shown.take(most).collect()
    }

    /// Whether it has several small plots with the same axes.
    #[must_use]
    pub const fn has_facets(&self) -> bool {
        self.side_by_side || !matches!(self.id.form(), Form::Lines)
    }

    /// How many outcomes of tasks areas tell apart.
    pub const OUTCOMES: usize = OUTCOMES.len();

    /// The colour of the area below line `number` of a facet, as its place in [`split_rgb`](crate::chart::palette::split_rgb).
    #[must_use]
    pub const fn area_colour(number: usize) -> usize {
        /// Blue for good, amber for late, red for failed, magenta for timed out, grey for dropped.
        const PARTS: [usize; OUTCOMES.len()] = [6, 2, 4, 1, 0];
        PARTS[number % PARTS.len()]
    }

    /// Its small plots: one per worker where its lines are workers', else one per candidate.
    #[must_use]
    pub fn facets(&self) -> Vec<Facet<'_>> {
        let per_worker = self.id.form() == Form::Workers;
        let same = |a: &Series, b: &Series| !per_worker && a.candidate == b.candidate;
        let groups = self.series.chunk_by(same);
        groups
            .filter_map(|series| {
                let first = series.first()?;
                Some(Facet {
                    candidate: first.candidate,
                    title: if per_worker {
                        &first.name
                    } else {
                        &first.label
                    },
                    series,
                })
            })
            .collect()
    }
}

/// How small plots stand: in rows of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FacetGrid {
    /// Plots beside each other; at least 1.
    pub columns: usize,
    /// Rows that have room; at least 1. Plots beyond these are not drawn.
    pub rows: usize,
}

/// How `count` small plots stand in that much room, none smaller than `least` (width and height): in one row while they
/// fit, else in rows of about the same length.
#[must_use]
pub fn facet_columns(count: usize, room: [f64; 2], least: [f64; 2]) -> FacetGrid {
    let fit = |part: usize| ((room[part] / least[part]) as usize).max(1);
    let count = count.max(1);
    let rows = count.div_ceil(fit(0)).min(fit(1));
    FacetGrid {
        columns: count.div_ceil(rows).min(fit(0)),
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{ChartId, ChartSettings, build};
    use crate::support;

    #[test]
    fn small_plots_stand_in_one_row_while_they_fit_and_in_even_rows_else() {
        let grid = |count, width, height| {
            let grid = facet_columns(count, [width, height], [100.0, 50.0]);
            (grid.columns, grid.rows)
        };
        assert_eq!(grid(5, 600.0, 200.0), (5, 1));
        assert_eq!(grid(5, 400.0, 200.0), (3, 2));
        assert_eq!(grid(40, 400.0, 100.0), (4, 2), "no more than have room");
        assert_eq!(grid(0, 10.0, 10.0), (1, 1));
    }

    #[test]
    fn where_not_all_workers_have_room_each_candidate_shows_as_many() {
        let mut chart = build(
            ChartId::WorkerCpu,
            &support::batch_run(),
            &ChartSettings::default(),
        );
        for (candidate, workers) in [(0, 8), (1, 1), (2, 8)] {
            for worker in 1..=workers {
                chart.series.push(Series {
                    candidate,
                    name: format!("threads ×8{WORKER}{worker}"),
                    label: String::new(),
                    detail: "",
                    stroke: crate::chart::Stroke::Solid,
                    runs: vec![vec![[0.0, 1.0]]],
                });
            }
        }
        let places = |most| -> Vec<usize> {
            let shown = chart.facets_within(most);
            shown.into_iter().map(|(first, _)| first).collect()
        };
        assert_eq!(places(8), [0, 1, 2, 8, 9, 10, 11]);
        assert_eq!(places(2), [0, 8]);
        assert_eq!(places(17).len(), 17);
        let facets = chart.facets();
        let title = facets[9].title;
        assert_eq!(facets[9].titles(), [title, "worker 1", "1"]);
    }

    #[test]
    fn side_by_side_each_candidate_has_a_plot_with_all_of_its_lines() {
        let settings = ChartSettings {
            side_by_side: true,
            ..ChartSettings::default()
        };
        let run = support::finished_run();
        let chart = build(ChartId::ResponseTime, &run, &settings);
        assert!(chart.has_facets());
        let told: Vec<_> = chart
            .facets()
            .iter()
            .map(|facet| facet.series.len())
            .collect();
        assert_eq!(told, [3; 5]);
        assert!(!build(ChartId::Cpu, &run, &ChartSettings::default()).has_facets());
    }
}
