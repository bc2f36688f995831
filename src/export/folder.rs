//! Everything of a run in one folder, each file written so that a crash never leaves half of one.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::chart::{ChartId, ChartSettings, build, build_diagram};
use crate::export::{
    ExportError, Foot, Look, Report, board_svg, chart_svg, diagram_svg, figures_csv, json, png,
    report_html, report_markdown, split_svg, timeline_csv,
};

/// Pictures of the folder are made for slides and print.
const PNG_SCALE: f32 = 2.0;

/// Writes figures, time lines, the document, the report in both forms, the scenario and all pictures of a run into
/// `dir`, which is made if it is missing; files of the same name are replaced. Returns the files in the order in which
/// they were written.
///
/// # Errors
/// If a file cannot be written; those before it stay.
pub fn write_folder(dir: &Path, report: &Report<'_>) -> Result<Vec<PathBuf>, ExportError> {
    let run = report.run;
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
    write(dir.join("run.json"), json(run)?.as_bytes())?;
    write(dir.join("figures.csv"), figures_csv(run)?.as_bytes())?;
    write(dir.join("timeline.csv"), timeline_csv(run)?.as_bytes())?;
    write(dir.join("scenario.ron"), report.scenario_text.as_bytes())?;
    write(dir.join("report.html"), report_html(report).as_bytes())?;
    write(dir.join("report.md"), report_markdown(report).as_bytes())?;
    let settings = ChartSettings::default();
    let look = Look {
        id: report.id,
        ..Look::default()
    };
    let board = board_svg(run, &settings, look);
    write(dir.join("board.svg"), board.as_bytes())?;
    write(dir.join("board.png"), &png(&board, PNG_SCALE)?)?;
    let foot = Foot::of(run, report.id);
    let usual: Vec<ChartId> = ChartId::shown_for(&run.request).collect();
    let pictures = ChartId::possible_for(&run.request).filter_map(|id| {
        if let Some(diagram) = build_diagram(id, run, &settings) {
            let svg = || diagram_svg(&diagram, id.slug(), look, &foot);
            return diagram.bounds().map(|_| (id.slug(), svg()));
        }
        let chart = build(id, run, &settings);
        // One that is chosen has no place here where it has no data; of the others one would miss it.
        let is_wanted = usual.contains(&id) || chart.bounds().is_some();
        is_wanted.then(|| (id.slug(), chart_svg(&chart, run, look)))
    });
    let split = ("time_split", split_svg(run, look));
    for (slug, svg) in pictures.chain([split]) {
        write(charts.join(format!("{slug}.svg")), svg.as_bytes())?;
        write(charts.join(format!("{slug}.png")), &png(&svg, PNG_SCALE)?)?;
    }
    Ok(written)
}

/// Replaces the file at `path` as a whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let failed = |source| ExportError::Write {
        path: path.to_owned(),
        source,
    };
    let mut file = atomic_write_file::AtomicWriteFile::open(path).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.commit().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_a_missing_folder_is_an_error_that_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        write_file(&path, b"first").unwrap();
        write_file(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(
            std::fs::read_dir(dir.path()).unwrap().count(),
            1,
            "no left-overs"
        );
        let missing = dir.path().join("missing").join("a.txt");
        let error = write_file(&missing, b"").unwrap_err().to_string();
        assert!(error.contains("missing"), "{error}");
    }
}
