//! The pictures of a series, each with a sentence on how to read it and with its data.

use crate::analysis::{Measure, SweepFigures, scaling};
use crate::chart::{Heat, Plane, capacity_plane, scaling_planes};
use crate::export::report::charts::figure;
use crate::export::report::html::{Column, Html, TableRow, table};
use crate::export::report::page::Section;
use crate::export::report::series::story::SeriesStory;
use crate::export::report::series::{SeriesFound, sweep};
use crate::export::{Foot, Picture, Theme};
use crate::units::text;

/// All charts.
pub(super) fn section(story: &SeriesStory<'_>) -> Section {
    Section::new("charts", "Charts", |html| {
        html.leaf(
            "p",
            &[("class", "note")],
            "One colour is one candidate throughout. Below each chart are its data.",
        );
        match story.report.found {
            SeriesFound::Sweep(plan, figures) => {
                for (plane, measure) in figures.planes().into_iter().zip(&figures.measures) {
                    measured(html, plane, figures, *measure);
                }
                let laws = scaling(plan).unwrap_or_default();
                if !laws.is_empty() {
                    for plane in scaling_planes(&laws, &figures.candidates) {
                        of_laws(html, plane);
                    }
                }
                for heat in figures.heats() {
                    map(html, &heat);
                }
            }
            SeriesFound::Capacity(plan, figures) => of_rates(html, capacity_plane(plan, figures)),
        }
    })
}

/// A measure over what was varied.
fn measured(html: &mut Html, plane: Plane, figures: &SweepFigures, measure: Measure) {
    let better = if measure.more_is_better() {
        "Higher is better."
    } else {
        "Lower is better."
    };
    let reading = format!(
        "{better} Each dot was measured; the lines only join them. A band is a 95 % interval, which takes three rounds. A \
         dashed line across marks where two candidates change places, with its interval."
    );
    let data = |html: &mut Html| {
        let points = sweep::points(figures, measure);
        table(html, &points.title, &points.columns, &points.rows);
    };
    drawn(html, &Picture::Plane(plane), &reading, data);
}

/// Speed-up or efficiency.
fn of_laws(html: &mut Html, plane: Plane) {
    let reading = "Higher is better. Each dot was measured, with its 95 % interval; the dashed curve is the law that was \
                   fitted, up to the mark beyond which it must not be read. Ideal would be as many times as much as there \
                   are workers.";
    drawn(html, &Picture::Plane(plane), reading, |_| {});
}

/// Response time over rate.
fn of_rates(html: &mut Html, plane: Plane) {
    let reading = "Lower and farther right is better. Each dot is a rate that was tried. Dashed lines mark the objective, \
                   the capacity and the knee of each candidate. Both axes are stretched: equal distances are equal ratios.";
    drawn(html, &Picture::Plane(plane), reading, |_| {});
}

fn drawn(html: &mut Html, picture: &Picture, reading: &str, more: impl FnOnce(&mut Html)) {
    let id = format!("chart-{}", picture.slug());
    let svg = picture.svg(Theme::Page, &Foot::default());
    figure(html, (&id, picture.title(), reading), &svg, |html| {
        let file = format!("{}.csv", picture.slug());
        // Cells are strings: nothing of it can fail.
        if let Ok(content) = picture.csv() {
            html.within("p", &[], |html| {
                html.download(&format!("Save as {file}"), &file, "text/csv", &content);
            });
        }
        more(html);
    });
}

/// Two parameters, one candidate, one measure.
fn map(html: &mut Html, heat: &Heat) {
    let reading = "Each cell is a pair of values, with what was measured there. The scale is beside it, and the same for all \
                   candidates.";
    drawn(html, &Picture::Heat(heat.clone()), reading, |html| {
        let first = Column::words(format!("{} \\ {}", heat.axes[1], heat.axes[0]));
        let columns = heat.columns.iter().map(Column::figures);
        let columns: Vec<Column> = std::iter::once(first).chain(columns).collect();
        let rows = heat.rows.iter().zip(&heat.cells).map(|(row, cells)| {
            let cells = cells.iter().map(|cell| {
                let told = cell.as_ref().map(|(_, told)| told.clone());
                told.unwrap_or_else(|| text::MISSING.to_owned())
            });
            TableRow::plain(row, cells.collect::<Vec<_>>())
        });
        let rows: Vec<TableRow> = rows.collect();
        table(html, &heat.title, &columns, &rows);
    });
}
