//! A sweep or a search in one folder.

use std::path::{Path, PathBuf};

use crate::analysis::{CapacityFigures, CapacityPlan, SweepFigures, SweepPlan};
use crate::export::series::{capacity_csv, capacity_document, sweep_csv, sweep_document};
use crate::export::{ExportError, write_file};
use crate::scenario::to_text;

/// Writes the document, the figures, the scenario and all pictures of a sweep into `dir`, which is made if it is
/// missing; files of the same name are replaced. Returns the files in the order in which they were written.
///
/// # Errors
/// If a file cannot be written; those before it stay.
pub fn write_sweep_folder(
    dir: &Path,
    plan: &SweepPlan,
    figures: &SweepFigures,
) -> Result<Vec<PathBuf>, ExportError> {
    let document = sweep_document(plan, figures)?;
    let files = [
        (
            "sweep.json",
            serde_json::to_string_pretty(&document)? + "\n",
        ),
        ("sweep.csv", sweep_csv(figures)?),
        ("scenario.ron", to_text(&document.scenario)),
    ];
    write_all(dir, &files)
}

/// As [`write_sweep_folder`], of a search for the capacity.
///
/// # Errors
/// If a file cannot be written; those before it stay.
pub fn write_capacity_folder(
    dir: &Path,
    plan: &CapacityPlan,
    figures: &[CapacityFigures],
) -> Result<Vec<PathBuf>, ExportError> {
    let document = capacity_document(plan, figures);
    let files = [
        (
            "capacity.json",
            serde_json::to_string_pretty(&document)? + "\n",
        ),
        ("capacity.csv", capacity_csv(plan, figures)?),
        ("scenario.ron", to_text(&document.scenario)),
    ];
    write_all(dir, &files)
}

fn write_all(dir: &Path, files: &[(&str, String)]) -> Result<Vec<PathBuf>, ExportError> {
    std::fs::create_dir_all(dir).map_err(|source| ExportError::Write {
        path: dir.to_owned(),
        source,
    })?;
    let mut written = Vec::new();
    for (name, text) in files {
        let path = dir.join(name);
        write_file(&path, text.as_bytes())?;
        written.push(path);
    }
    Ok(written)
}
