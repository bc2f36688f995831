//! What charts are drawn of, as comma-separated values: one row per point of a line, or per part of a bar.
//!
//! Numbers are in the unit that stands beside them, without rounding. Where a line has a gap there is no row.

use crate::chart::{Along, Chart, Diagram, Quantity, Series, SplitChart, SplitPart};
use crate::export::ExportError;
use crate::export::csv::{text, written};
use crate::export::picture::place;

/// Something of the board, whose points become rows.
#[derive(Debug, Clone, Copy)]
pub enum Charted<'a> {
    /// Over time.
    Chart(&'a Chart),
    /// Over something else.
    Diagram(&'a Diagram),
    /// A bar per candidate, without an x.
    Split(&'a SplitChart),
}

/// All that is drawn in one table, chart by chart; each row says of its x and of its value what these are.
///
/// # Errors
/// If the table cannot be encoded, which would be an error of this program.
pub fn charts_csv<'a>(
    charts: impl IntoIterator<Item = Charted<'a>>,
) -> Result<String, ExportError> {
    let header = ["chart", "candidate", "line", "x", "x_unit", "value", "unit"];
    let rows = charts.into_iter().flat_map(|charted| match charted {
        Charted::Chart(chart) => {
            let unit = unit(&chart.quantity);
            let x = |seconds: f64| (seconds.to_string(), "seconds");
            let points = |line: &Series| chart.points_of(line).collect();
            series_rows(chart.id.slug(), &chart.series, points, x, &unit)
        }
        Charted::Diagram(diagram) => {
            let unit = along_unit(&diagram.y);
            let x_unit = along_unit(&diagram.x);
            let x = |at: f64| (place(&diagram.x, at), x_unit.as_str());
            let points = |line: &Series| line.runs.iter().flatten().copied().collect();
            series_rows(diagram.slug, &diagram.series, points, x, &unit)
        }
        Charted::Split(split) => split_rows(split),
    });
    written(&header.map(str::to_owned), rows.collect())
}

fn series_rows<'a>(
    slug: &str,
    all: &[Series],
    points: impl Fn(&Series) -> Vec<[f64; 2]>,
    x: impl Fn(f64) -> (String, &'a str),
    unit: &str,
) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for series in all {
        // A worker's line is called by the worker, and a part of outcomes by the part.
        let own = series.name.strip_prefix(&series.label);
        let line = if series.detail.is_empty() {
            own.map_or(series.name.as_str(), str::trim_start)
        } else {
            series.detail
        };
        for [at, value] in points(series) {
            let (at, x_unit) = x(at);
            rows.push(vec![
                slug.to_owned(),
                text(&series.label),
                text(line),
                at,
                x_unit.to_owned(),
                value.to_string(),
                text(unit),
            ]);
        }
    }
    rows
}

fn split_rows(split: &SplitChart) -> Vec<Vec<String>> {
    let bars = split.bars.iter().filter(|bar| bar.tasks > 0);
    let rows = bars.flat_map(|bar| {
        let parts = SplitPart::ALL.iter().zip(bar.parts);
        parts.map(|(part, mean)| {
            vec![
                "time_split".to_owned(),
                text(&bar.label),
                text(part.label()),
                String::new(),
                String::new(),
                mean.to_string(),
                "nanoseconds".to_owned(),
            ]
        })
    });
    rows.collect()
}

/// In what the values along an axis are.
fn along_unit(along: &Along) -> String {
    match along {
        Along::Values { quantity, .. } => unit(quantity),
        Along::Percentiles | Along::Percent => "percent".to_owned(),
        Along::Plain => "number".to_owned(),
    }
}

/// The mean time of each part of a task, candidate by candidate; nothing of one of which no task ended.
///
/// # Errors
/// If the table cannot be encoded, which would be an error of this program.
pub fn split_csv(chart: &SplitChart) -> Result<String, ExportError> {
    let header = ["candidate", "tasks", "part", "mean_nanos"];
    let mut rows = Vec::new();
    for bar in chart.bars.iter().filter(|bar| bar.tasks > 0) {
        for (part, mean) in SplitPart::ALL.iter().zip(bar.parts) {
            rows.push(vec![
                text(&bar.label),
                bar.tasks.to_string(),
                text(part.label()),
                mean.to_string(),
            ]);
        }
    }
    written(&header.map(str::to_owned), rows)
}

/// In what the values of a quantity are.
fn unit(quantity: &Quantity) -> String {
    match quantity {
        Quantity::PerSec => "per second",
        Quantity::Nanos => "nanoseconds",
        Quantity::Bytes => "bytes",
        Quantity::Money(currency) => currency,
        Quantity::Cores => "cores",
        Quantity::Count => "tasks",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{ChartId, ChartSettings, build};
    use crate::support;

    #[test]
    fn every_point_that_is_drawn_is_a_row_with_its_unit_and_what_is_hidden_has_none() {
        let run = support::finished_run();
        let mut settings = ChartSettings::default();
        let chart = |settings: &ChartSettings| build(ChartId::Throughput, &run, settings);
        let points = |chart: &Chart| {
            let runs = chart.series.iter().flat_map(|series| &series.runs);
            runs.map(Vec::len).sum::<usize>()
        };
        let all = chart(&settings);
        let csv = charts_csv([Charted::Chart(&all)]).unwrap();
        assert_eq!(csv.lines().count(), points(&all) + 1);
        assert!(
            csv.lines().nth(1).unwrap().ends_with(",per second"),
            "{csv}"
        );
        settings.hidden.insert(0);
        let less = chart(&settings);
        assert!(points(&less) < points(&all));
        assert_eq!(
            charts_csv([Charted::Chart(&less)]).unwrap().lines().count(),
            points(&less) + 1
        );
    }

    #[test]
    fn charts_over_time_and_others_share_one_table_and_each_row_says_what_its_x_is() {
        let run = support::finished_run();
        let settings = ChartSettings::default();
        let over_time = build(ChartId::Throughput, &run, &settings);
        let id = ChartId::PercentileCurve;
        let curve = crate::chart::build_diagram(id, &run, &settings).unwrap();
        let hidden = [0].into();
        let split = SplitChart::shown(&run, &hidden);
        let csv = charts_csv([
            Charted::Chart(&over_time),
            Charted::Diagram(&curve),
            Charted::Split(&split),
        ])
        .unwrap();
        let rows = |slug: &str| -> Vec<&str> {
            let rows = csv.lines().filter(|line| line.starts_with(slug));
            rows.collect()
        };
        assert!(
            rows("throughput,")
                .iter()
                .all(|row| row.contains(",seconds,"))
        );
        let curve = rows("response_time_percentiles,");
        assert!(!curve.is_empty());
        assert!(
            curve
                .iter()
                .all(|row| row.contains(",percent,") && row.ends_with(",nanoseconds"))
        );
        let hidden = &run.request.scenario.candidate_names()[0];
        let split = rows("time_split,");
        assert!(!split.is_empty());
        let own = format!("time_split,{hidden},");
        assert!(!split.iter().any(|row| row.starts_with(&own)), "{split:?}");
    }

    #[test]
    fn the_parts_of_a_task_add_up_to_its_time() {
        let run = support::finished_run();
        let chart = SplitChart::of(&run);
        let csv = split_csv(&chart).unwrap();
        let rows = csv.lines().skip(1);
        let sum: f64 = rows
            .map(|row| row.rsplit(',').next().unwrap().parse::<f64>().unwrap())
            .sum();
        let bars = chart.bars.iter().filter(|bar| bar.tasks > 0);
        let expected: f64 = bars.flat_map(|bar| bar.parts).sum();
        assert!((sum - expected).abs() < 1.0, "{sum} {expected}");
    }
}
