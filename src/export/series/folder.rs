//! A sweep or a search in one folder.

use std::path::{Path, PathBuf};

use crate::analysis::{CapacityFigures, CapacityPlan, SweepFigures, SweepPlan, scaling};
use crate::chart::{capacity_plane, scaling_planes};
use crate::export::series::{capacity_csv, capacity_document, sweep_csv, sweep_document};
use crate::export::{
    ExportError, Foot, Picture, SeriesFound, SeriesReport, Theme, png, series_html,
    series_markdown, write_file,
};
use crate::scenario::to_text;

/// Pictures of the folder are made for slides and print.
const PNG_SCALE: f32 = 2.0;

/// Writes the document, the figures, the report, the scenario and all pictures of a sweep into `dir`, which is made if it is
/// missing; files of the same name are replaced. `id` is what it is called in the library, if it is kept. Returns the files in the order in which they were written.
///
/// # Errors
/// If a file cannot be written; those before it stay.
pub fn write_sweep_folder(
    dir: &Path,
    plan: &SweepPlan,
    figures: &SweepFigures,
    id: Option<&str>,
) -> Result<Vec<PathBuf>, ExportError> {
    let document = sweep_document(plan, figures);
    let report = SeriesReport {
        found: SeriesFound::Sweep(plan, figures),
        record: None,
    };
    let files = [
        (
            "sweep.json",
            serde_json::to_string_pretty(&document)? + "\n",
        ),
        ("sweep.csv", sweep_csv(figures)?),
        ("report.html", series_html(&report)),
        ("report.md", series_markdown(&report)),
        ("scenario.ron", to_text(&document.scenario)),
    ];
    let pictures = figures
        .planes()
        .into_iter()
        .chain(scaling(plan).map_or_else(
            |_| Vec::new(),
            |all| {
                if all.is_empty() {
                    Vec::new()
                } else {
                    scaling_planes(&all, &figures.candidates)
                }
            },
        ))
        .map(Picture::Plane);
    let heats = figures.heats().into_iter().map(Picture::Heat);
    let foot = Foot::of_sweep(plan).called(id);
    write_all(dir, &files, pictures.chain(heats), &foot)
}

/// As [`write_sweep_folder`], of a search for the capacity.
///
/// # Errors
/// If a file cannot be written; those before it stay.
pub fn write_capacity_folder(
    dir: &Path,
    plan: &CapacityPlan,
    figures: &[CapacityFigures],
    id: Option<&str>,
) -> Result<Vec<PathBuf>, ExportError> {
    let document = capacity_document(plan, figures);
    let report = SeriesReport {
        found: SeriesFound::Capacity(plan, figures),
        record: None,
    };
    let files = [
        (
            "capacity.json",
            serde_json::to_string_pretty(&document)? + "\n",
        ),
        ("capacity.csv", capacity_csv(plan, figures)?),
        ("report.html", series_html(&report)),
        ("report.md", series_markdown(&report)),
        ("scenario.ron", to_text(&document.scenario)),
    ];
    let picture = Picture::Plane(capacity_plane(plan, figures));
    let foot = Foot::of_capacity(plan).called(id);
    write_all(dir, &files, std::iter::once(picture), &foot)
}

/// Pictures are light, as for paper, and once more dark, as for slides.
fn write_all(
    dir: &Path,
    files: &[(&str, String)],
    pictures: impl Iterator<Item = Picture>,
    foot: &Foot,
) -> Result<Vec<PathBuf>, ExportError> {
    let charts = dir.join("charts");
    std::fs::create_dir_all(&charts).map_err(|source| ExportError::Write {
        path: charts.clone(),
        source,
    })?;
    let mut written = Vec::new();
    let mut write = |path: PathBuf, bytes: &[u8]| {
        write_file(&path, bytes)?;
        written.push(path);
        Ok::<(), ExportError>(())
    };
    for (name, text) in files {
        write(dir.join(name), text.as_bytes())?;
    }
    for picture in pictures {
        for (theme, ending) in [(Theme::Light, ""), (Theme::Dark, "_dark")] {
            let svg = picture.svg(theme, foot);
            let name = format!("{}{ending}", picture.slug());
            write(charts.join(format!("{name}.svg")), svg.as_bytes())?;
            write(charts.join(format!("{name}.png")), &png(&svg, PNG_SCALE)?)?;
        }
    }
    Ok(written)
}
