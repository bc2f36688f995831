//! The pictures of a report, each with a sentence on how to read it and with its data.

use crate::chart::{
    Chart, ChartId, ChartSettings, Diagram, Distribution, Series, SplitChart, SplitPart, build,
    histogram_overlay, nines, percentile_curve,
};
use crate::export::csv::{text as csv_text, written};
use crate::export::diagram::diagram_svg;
use crate::export::report::html::{Column, Html, TableRow, table};
use crate::export::report::page::Section;
use crate::export::report::story::Story;
use crate::export::split::page_split_svg;
use crate::export::svg::page_chart_svg;
use crate::export::{Foot, Theme};
use crate::units::text;

/// Points of a chart's data at the most, over all lines; where there are more, extremes are kept.
const POINTS_MAX: usize = 6_000;
/// Rows of a table of data at the most.
const ROWS_MAX: usize = 40;

/// All charts of the run.
pub(super) fn section(story: &Story<'_>) -> Section {
    let run = story.run();
    Section::new("charts", "Charts", |html| {
        html.leaf(
            "p",
            &[("class", "note")],
            "One colour is one candidate throughout. Below each chart are its data, as a table and as a file.",
        );
        split_figure(html, &SplitChart::of(run));
        let lines = Distribution::of_run(run);
        diagram_figure(html, &percentile_curve(&lines), "percentiles");
        diagram_figure(html, &histogram_overlay(&lines), "histogram");
        let settings = ChartSettings::default();
        let mut empty = Vec::new();
        for id in ChartId::shown_for(&run.request) {
            let chart = build(id, run, &settings);
            if chart.bounds().is_some() {
                chart_figure(html, &chart);
            } else {
                empty.push(chart.title);
            }
        }
        if !empty.is_empty() {
            let empty = empty.join(", ");
            html.leaf(
                "p",
                &[("class", "note")],
                &format!("Without data, and not drawn: {empty}."),
            );
        }
    })
}

/// How a chart over time is read.
const fn reading(id: ChartId) -> &'static str {
    match id {
        ChartId::Throughput => {
            "Higher is better, up to the demand: who keeps up with it has a line at its level. Steps and dips are moments at which tasks waited."
        }
        ChartId::ResponseTime => {
            "Lower is better. Half of the tasks took at most as long as the dotted line says, 95 of 100 as the full one, 99 of 100 as the dashed one. A line that climbs without end is a queue that fills."
        }
        ChartId::MemoryPerWorker => {
            "Lower is better. A line that keeps climbing is memory that is not given back. Processes and threads are measured in different ways; the caption says how."
        }
        ChartId::CostPer1k => {
            "Lower is better: what 1,000 good tasks cost by the price card of the scenario."
        }
        ChartId::Cpu => {
            "Cores that were kept busy. At the number of cores of the machine there is nothing left."
        }
        ChartId::QueueDepth => {
            "Tasks that wait for a worker. Near zero the workers keep up; a line that climbs is overload."
        }
        ChartId::LoopLag => {
            "How late an event loop came to what was due on it. Computing on the loop shows here: everything else waits meanwhile."
        }
        ChartId::Pools => {
            "Where tasks pass several pools, the one before which they wait is the bottleneck."
        }
        ChartId::Attempts => {
            "Callers offer tasks; with retries they attempt more than that. The distance from good to attempted is work that nobody had anything of."
        }
        ChartId::Setbacks => {
            "What was dropped, given up and tried again. Without faults all of it should be at zero."
        }
        ChartId::Outcomes => {
            "What became of the tasks, one kind upon the other. All of it should be good: whatever lies above that was not."
        }
        ChartId::Histogram => {
            "How many tasks took how long. Two hills are two kinds of tasks, or tasks that waited and tasks that did not."
        }
        ChartId::PercentileCurve => {
            "Lower is better. The curve says how long the slowest share of the tasks took; where it rises steeply, few callers wait for long."
        }
        ChartId::WorkerCpu => {
            "Workers that are loaded alike have lines of the same height. One at a whole core is busy without a pause."
        }
        ChartId::WorkerMemory => {
            "A line that keeps climbing is memory that this worker does not give back."
        }
    }
}

/// A picture with its heading, how to read it, and its data.
pub(super) fn figure(
    html: &mut Html,
    (id, title, reading): (&str, &str, &str),
    svg: &str,
    data: impl FnOnce(&mut Html),
) {
    html.within("figure", &[("id", id)], |html| {
        html.within("figcaption", &[], |html| {
            html.leaf("h3", &[], title);
            html.paragraph(reading);
        });
        html.within("div", &[("class", "picture")], |html| html.own(svg));
        html.details("Data", data);
    });
}

fn chart_figure(html: &mut Html, chart: &Chart) {
    let id = format!("chart-{}", chart.id.slug());
    let head = (id.as_str(), chart.title.as_str(), reading(chart.id));
    figure(html, head, &page_chart_svg(chart), |html| {
        let file = format!("{}.csv", chart.id.slug());
        let columns = ["seconds", "value"];
        series_file(html, &chart.series, &file, columns);
        let text = |value| chart.quantity.text(value);
        time_table(html, chart, text);
    });
}

/// A diagram with its data; `name` tells apart pictures of the same kind on one page.
pub(super) fn diagram_figure(html: &mut Html, diagram: &Diagram, name: &str) {
    let reading = if diagram.slug == "response_time_percentiles" {
        "Lower is better. Read from the bottom: at 99 % stands how long 99 of 100 tasks took at most. The axis is stretched towards 100 %, where the few slow tasks are. A line ends where there were too few tasks to say more, or where tasks were cut by the end."
    } else {
        "Farther left is better, and narrower means that tasks are alike. Two humps are two kinds of fate, such as tasks that found a free worker and tasks that had to wait."
    };
    let id = format!("chart-{name}");
    let svg = diagram_svg(diagram, name, Theme::Page, &Foot::default());
    figure(html, (&id, diagram.title, reading), &svg, |html| {
        let columns = if diagram.slug == "response_time_percentiles" {
            ["nines", "nanoseconds"]
        } else {
            ["nanoseconds", "percent"]
        };
        series_file(
            html,
            &diagram.series,
            &format!("{}.csv", diagram.slug),
            columns,
        );
        if diagram.slug == "response_time_percentiles" {
            percentile_table(html, diagram);
        }
    });
}

/// A link that saves all points of `series`.
fn series_file(html: &mut Html, series: &[Series], file: &str, columns: [&str; 2]) {
    let runs: usize = series.iter().map(|series| series.runs.len()).sum();
    let width = (POINTS_MAX / runs.max(1) / 2).max(10);
    let mut header: Vec<String> = ["candidate", "line", "part"].map(str::to_owned).into();
    header.extend(columns.map(str::to_owned));
    let mut rows = Vec::new();
    for series in series {
        for (part, points) in series.reduced(width).enumerate() {
            for [x, y] in points {
                rows.push(vec![
                    csv_text(&series.label),
                    series.detail.to_owned(),
                    part.to_string(),
                    short(x),
                    short(y),
                ]);
            }
        }
    }
    if rows.is_empty() {
        html.paragraph("No data.");
        return;
    }
    // Cells are strings: nothing of it can fail, and without a file there is still the table.
    if let Ok(content) = written(&header, rows) {
        html.within("p", &[], |html| {
            html.download(&format!("Save as {file}"), file, "text/csv", &content);
        });
    }
}

/// Six digits: more than were measured.
fn short(value: f64) -> String {
    let text = format!("{value:.5e}");
    text.parse::<f64>().map_or(text, |value| value.to_string())
}

/// The last value before each of some instants, of each line.
fn time_table(html: &mut Html, chart: &Chart, text: impl Fn(f64) -> String) {
    let Some(([start, _], [end, _])) = chart.bounds() else {
        return;
    };
    let step = ((end - start) / ROWS_MAX as f64).ceil().max(1.0);
    let mut columns = vec![Column::words("Seconds")];
    let named = chart.series.iter();
    columns.extend(named.map(|series| Column::of_candidate(&series.name, series.candidate)));
    let first = (start / step).floor() as i64;
    let instants = (first..).map(|number| (number as f64 * step, (number + 1) as f64 * step));
    let rows = instants
        .take_while(|(from, _)| *from < end)
        .map(|(from, to)| {
            let cells = chart.series.iter().map(|series| {
                let points = series.runs.iter().flatten();
                let within = points.filter(|point| point[0] > from && point[0] <= to);
                // Of several repeats the first.
                let mut last: Option<[f64; 2]> = None;
                for point in within {
                    if last.is_some_and(|last| last[0] >= point[0]) {
                        break;
                    }
                    last = Some(*point);
                }
                text::or_missing(last.map(|point| point[1]), &text)
            });
            TableRow::plain(&text::given(to), cells.collect::<Vec<_>>())
        });
    let rows: Vec<TableRow> = rows.collect();
    let caption = format!(
        "{}: last value before each instant, of the first repeat",
        chart.title
    );
    table(html, &caption, &columns, &rows);
}

fn percentile_table(html: &mut Html, diagram: &Diagram) {
    let mut columns = vec![Column::words("Share of the tasks")];
    let named = diagram.series.iter();
    columns.extend(named.map(|series| Column::of_candidate(&series.name, series.candidate)));
    let row = |quantile: f64| {
        let at = nines(quantile);
        let cells = diagram.series.iter().map(|series| {
            let mut points = series.runs.iter().flatten();
            let found = points.find(|point| (point[0] - at).abs() < 1e-9);
            text::or_missing(found.map(|point| point[1]), text::nanos)
        });
        TableRow::plain(&diagram.x.text(at), cells.collect::<Vec<_>>())
    };
    let rows = [0.5, 0.9, 0.95, 0.99, 0.999].map(row);
    table(html, "Response time by percentile", &columns, &rows);
}

fn split_figure(html: &mut Html, chart: &SplitChart) {
    let head = (
        "chart-time_split",
        SplitChart::TITLE,
        "The mean task of each candidate, from the instant at which it was due to its result. Blue is what the task itself needs; everything else is lost on the way.",
    );
    figure(html, head, &page_split_svg(chart), |html| {
        let mut columns = vec![Column::words("Part")];
        columns.extend(
            chart
                .bars
                .iter()
                .map(|bar| Column::of_candidate(&bar.label, bar.candidate)),
        );
        let parts: Vec<SplitPart> = chart.parts().collect();
        if parts.is_empty() {
            html.paragraph("No data.");
            return;
        }
        let rows = parts.into_iter().map(|part| {
            let cells = chart.bars.iter().map(|bar| {
                let nanos = bar.parts[part as usize];
                text::or_missing((bar.tasks > 0).then_some(nanos), text::nanos)
            });
            TableRow {
                about: part.about().to_owned(),
                ..TableRow::plain(part.label(), cells.collect::<Vec<_>>())
            }
        });
        let rows: Vec<TableRow> = rows.collect();
        table(html, "Mean time of a task in each part", &columns, &rows);
    });
}
