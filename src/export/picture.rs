//! A chart that is not over time, with all that can be made of it: a picture, and its points as a table.
//!
//! Numbers of the table are in the unit that ends the column's name, without rounding.

use crate::chart::{Along, Diagram, Heat, Plane};
use crate::export::csv::{cell, text, unit_of, written};
use crate::export::{ExportError, Theme, diagram_svg, heat_svg, plane_svg};

/// A chart over something other than time.
#[derive(Debug, Clone, PartialEq)]
pub enum Picture {
    /// Lines.
    Diagram(Diagram),
    /// Lines with bands of uncertainty and marked places.
    Plane(Plane),
    /// The map of two parameters.
    Heat(Heat),
}

impl Picture {
    /// For file names.
    #[must_use]
    pub fn slug(&self) -> &str {
        match self {
            Self::Diagram(diagram) => diagram.slug,
            Self::Plane(plane) => plane.diagram.slug,
            Self::Heat(heat) => &heat.slug,
        }
    }

    /// As it stands above it.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Diagram(diagram) => diagram.title,
            Self::Plane(plane) => plane.diagram.title,
            Self::Heat(heat) => &heat.title,
        }
    }

    /// As a vector picture, with `foot` below it: of what it is.
    #[must_use]
    pub fn svg(&self, theme: Theme, foot: &str) -> String {
        let name = self.slug();
        match self {
            Self::Diagram(diagram) => diagram_svg(diagram, name, theme, foot),
            Self::Plane(plane) => plane_svg(plane, name, theme, foot),
            Self::Heat(heat) => heat_svg(heat, name, theme, foot),
        }
    }

    /// The points that it is drawn of: one row per point of a line, or per cell of a map.
    ///
    /// # Errors
    /// If the table cannot be encoded, which would be an error of this program.
    pub fn csv(&self) -> Result<String, ExportError> {
        match self {
            Self::Diagram(diagram) => lines_csv(diagram, None),
            Self::Plane(plane) => lines_csv(&plane.diagram, Some(plane)),
            Self::Heat(heat) => cells_csv(heat),
        }
    }
}

/// With the ends of the intervals, where it has bands.
fn lines_csv(diagram: &Diagram, plane: Option<&Plane>) -> Result<String, ExportError> {
    let (x, y) = (column("x", &diagram.x), column("y", &diagram.y));
    let mut header = vec!["line".to_owned(), x, y.clone()];
    if plane.is_some() {
        header.extend([format!("{y}_low"), format!("{y}_high")]);
    }
    let mut rows = Vec::new();
    for series in &diagram.series {
        for &[at, value] in series.runs.iter().flatten() {
            let mut row = vec![text(&series.name), place(&diagram.x, at), value.to_string()];
            if let Some(plane) = plane {
                // A band is that of the candidate's full line: a law has none.
                let is_measured = series.stroke == crate::chart::Stroke::Solid;
                let ends = is_measured.then(|| ends_at(plane, series.candidate, at));
                let ends = ends.flatten();
                row.extend([cell(ends.map(|ends| ends.0)), cell(ends.map(|ends| ends.1))]);
            }
            rows.push(row);
        }
    }
    written(&header, rows)
}

/// The interval of a candidate at that place of x.
fn ends_at(plane: &Plane, candidate: usize, at: f64) -> Option<(f64, f64)> {
    let mut bands = plane.bands.iter();
    let band = bands.find(|band| band.candidate == candidate)?;
    let mut points = band.points.iter();
    let [_, low, high] = *points.find(|point| point[0].total_cmp(&at).is_eq())?;
    Some((low, high))
}

/// What a column of values of this axis is called.
fn column(axis: &str, along: &Along) -> String {
    let unit = match along {
        Along::Values { quantity, .. } => unit_of(quantity),
        Along::Percentiles | Along::Percent => "percent",
        Along::Plain => "number",
    };
    format!("{axis}_{unit}")
}

/// A place of x; of percentiles the share itself, and not where it is drawn.
fn place(along: &Along, at: f64) -> String {
    match along {
        Along::Percentiles => (100.0 * (1.0 - 10_f64.powf(-at))).to_string(),
        _ => at.to_string(),
    }
}

fn cells_csv(heat: &Heat) -> Result<String, ExportError> {
    let [x, y] = heat.axes;
    let header = [text(x), text(y), "value".to_owned(), "text".to_owned()];
    let mut rows = Vec::new();
    for (label, cells) in heat.rows.iter().zip(&heat.cells) {
        for (column, known) in heat.columns.iter().zip(cells) {
            rows.push(vec![
                text(column),
                text(label),
                cell(known.as_ref().map(|known| known.0)),
                text(known.as_ref().map_or("", |known| &known.1)),
            ]);
        }
    }
    written(&header, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Band, Quantity, Scale, Series, Stroke, nines};

    fn diagram(x: Along) -> Diagram {
        Diagram {
            slug: "sample",
            title: "Sample",
            caption: String::new(),
            warning: None,
            x,
            x_name: "",
            y: Along::Values {
                quantity: Quantity::Nanos,
                scale: Scale::Linear,
            },
            y_name: "",
            reach: None,
            series: vec![Series {
                candidate: 1,
                name: "=threads".to_owned(),
                label: "=threads".to_owned(),
                detail: "",
                stroke: Stroke::Solid,
                runs: vec![vec![[nines(0.9), 5e6]], vec![[2.0, 6e6]]],
            }],
        }
    }

    #[test]
    fn a_percentile_is_written_as_itself_and_a_formula_is_none() {
        let csv = Picture::Diagram(diagram(Along::Percentiles)).csv().unwrap();
        let csv = csv.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        assert_eq!(
            csv,
            "line,x_percent,y_nanos\n'=threads,90,5000000\n'=threads,99,6000000\n"
        );
    }

    #[test]
    fn the_ends_of_an_interval_stand_beside_their_point_and_are_empty_where_there_is_none() {
        let plane = Plane {
            diagram: diagram(Along::Plain),
            bands: vec![Band {
                candidate: 1,
                points: vec![[2.0, 4e6, 7e6]],
            }],
            rules: Vec::new(),
        };
        let csv = Picture::Plane(plane).csv().unwrap();
        let lines: Vec<&str> = csv.lines().collect();
        assert!(lines[0].ends_with("line,x_number,y_nanos,y_nanos_low,y_nanos_high"));
        assert_eq!(lines[1], "'=threads,1,5000000,,");
        assert_eq!(lines[2], "'=threads,2,6000000,4000000,7000000");
    }

    #[test]
    fn each_cell_of_a_map_is_a_row_and_an_unknown_one_is_empty() {
        let heat = Heat {
            slug: "goodput_1".to_owned(),
            title: String::new(),
            caption: String::new(),
            axes: ["workers", "rate"],
            columns: vec!["1".to_owned(), "2".to_owned()],
            rows: vec!["50 /s".to_owned()],
            cells: vec![vec![Some((49.5, "49.5 /s".to_owned())), None]],
            ends: None,
        };
        let csv = Picture::Heat(heat).csv().unwrap();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[1..], ["1,50 /s,49.5,49.5 /s", "2,50 /s,,"]);
    }
}
