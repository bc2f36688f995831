//! What charts are drawn of, as comma-separated values: one row per point of a line, or per part of a bar.
//!
//! Numbers are in the unit that stands beside them, without rounding. Where a line has a gap there is no row.

use crate::chart::{Chart, Quantity, SplitChart, SplitPart};
use crate::export::ExportError;
use crate::export::csv::{text, written};

/// The points of charts over time, chart by chart.
///
/// # Errors
/// If the table cannot be encoded, which would be an error of this program.
pub fn charts_csv<'a>(charts: impl IntoIterator<Item = &'a Chart>) -> Result<String, ExportError> {
    let header = ["chart", "candidate", "line", "seconds", "value", "unit"];
    let mut rows = Vec::new();
    for chart in charts {
        let unit = unit(&chart.quantity);
        for series in &chart.series {
            for [seconds, value] in series.runs.iter().flatten() {
                rows.push(vec![
                    chart.id.slug().to_owned(),
                    text(&series.label),
                    text(series.detail),
                    seconds.to_string(),
                    value.to_string(),
                    text(&unit),
                ]);
            }
        }
    }
    written(&header.map(str::to_owned), rows)
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
        let csv = charts_csv([&all]).unwrap();
        assert_eq!(csv.lines().count(), points(&all) + 1);
        assert!(
            csv.lines().nth(1).unwrap().ends_with(",per second"),
            "{csv}"
        );
        settings.hidden.insert(0);
        let less = chart(&settings);
        assert!(points(&less) < points(&all));
        assert_eq!(
            charts_csv([&less]).unwrap().lines().count(),
            points(&less) + 1
        );
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
