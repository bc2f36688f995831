//! What is written when the user exports, and how the files are called.

use std::path::{Path, PathBuf};

use crate::chart::{ChartId, ChartSettings, Form, Lanes, build, build_diagram};
use crate::export::{
    ExportError, Picture, Report, Theme, board_svg, chart_svg, diagram_svg, figures_csv, json,
    lanes_svg, lives_csv, png, points_csv, report_html, report_markdown, split_svg, timeline_csv,
    write_file,
};
use crate::gui::action::{Exported, Format};
use crate::gui::app::document::file_stem;
use crate::gui::dialogs::FileRequest;
use crate::run::Run;
use crate::run::record::Record;
use crate::scenario::to_text;

/// Two pixels per unit: sharp on slides and in print.
const PNG_SCALE: f32 = 2.0;

/// Everything that an export depends on, so that it can be made on another thread.
pub(super) struct Content {
    pub(super) run: Run,
    pub(super) settings: ChartSettings,
    pub(super) dark: bool,
    /// The file in which the run is kept; none if it is not.
    pub(super) kept: Option<PathBuf>,
    /// What the run is called.
    pub(super) name: String,
    /// Version of the program that measured it.
    pub(super) version: String,
}

/// What the user is asked for.
pub(super) fn file_request(title: &str, what: &Exported, format: Format) -> FileRequest {
    let part = match what {
        Exported::Chart(id) => id.slug(),
        Exported::Seen(seen) => seen.picture.slug(),
        Exported::TimeSplit => "time_split",
        Exported::Lanes(..) => "lanes",
        Exported::Board => "board",
        Exported::Figures => "figures",
        Exported::Report => "report",
    };
    let stem = file_stem(title);
    FileRequest {
        title: format!("Export as {}", format.label()),
        save: true,
        folder: false,
        file_name: format!("{stem}-{part}.{}", format.extension()),
        kind: format.label(),
        extension: format.extension(),
    }
}

/// Makes the export and writes it to `path`, either completely or not at all.
pub(super) fn write(
    content: &Content,
    what: &Exported,
    format: Format,
    path: &Path,
) -> Result<(), String> {
    let told = |error: ExportError| error.to_string();
    let bytes = match format {
        Format::Svg => svg(content, what)?.into_bytes(),
        Format::Png => png(&svg(content, what)?, PNG_SCALE).map_err(told)?,
        Format::Csv if *what == Exported::Figures => {
            figures_csv(&content.run).map_err(told)?.into_bytes()
        }
        Format::Csv if let Exported::Lanes(of, _) = what => {
            lives_csv(&content.run, *of).map_err(told)?.into_bytes()
        }
        Format::Csv
            if let Exported::Chart(id) = what
                && id.form() != Form::Lines =>
        {
            chart_csv(*id, content).map_err(told)?.into_bytes()
        }
        Format::Csv => timeline_csv(&content.run).map_err(told)?.into_bytes(),
        Format::Json => json(&content.run).map_err(told)?.into_bytes(),
        Format::Html => report(content, report_html)?.into_bytes(),
        Format::Markdown => report(content, report_markdown)?.into_bytes(),
    };
    write_file(path, &bytes).map_err(told)
}

/// Makes a picture of a chart, or the table of its points, and writes it to `path`, either completely or not at all.
pub(super) fn write_seen(
    picture: &Picture,
    dark: bool,
    format: Format,
    path: &Path,
) -> Result<(), String> {
    let told = |error: ExportError| error.to_string();
    let drawn = || picture.svg(theme_of(dark));
    let bytes = match format {
        Format::Png => png(&drawn(), PNG_SCALE).map_err(told)?,
        Format::Csv => picture.csv().map_err(told)?.into_bytes(),
        Format::Svg | Format::Json | Format::Html | Format::Markdown => drawn().into_bytes(),
    };
    write_file(path, &bytes).map_err(told)
}

const fn theme_of(dark: bool) -> Theme {
    if dark { Theme::Dark } else { Theme::Light }
}

/// The report, with what the run's file says of it where it is kept.
fn report(content: &Content, form: fn(&Report<'_>) -> String) -> Result<String, String> {
    // One that was deleted meanwhile is simply not kept.
    let kept = content.kept.as_deref().filter(|path| path.exists());
    let record = kept.map(Record::read).transpose();
    let record = record.map_err(|error| error.to_string())?;
    let text = to_text(&content.run.request.scenario);
    Ok(form(&Report {
        name: &content.name,
        version: &content.version,
        record: record.as_ref(),
        ..Report::of(&content.run, &text)
    }))
}

/// The points of a chart that the table of all intervals does not have.
fn chart_csv(id: ChartId, content: &Content) -> Result<String, ExportError> {
    let (run, settings) = (&content.run, &content.settings);
    build_diagram(id, run, settings).map_or_else(
        || points_csv(&build(id, run, settings)),
        |diagram| Picture::Diagram(diagram).csv(),
    )
}

/// The picture of one chart, or of everything.
fn svg(content: &Content, what: &Exported) -> Result<String, String> {
    let theme = theme_of(content.dark);
    Ok(match what {
        Exported::Seen(seen) => seen.picture.svg(theme),
        Exported::Chart(id) => {
            let (run, settings) = (&content.run, &content.settings);
            build_diagram(*id, run, settings).map_or_else(
                || chart_svg(&build(*id, run, settings), run, theme),
                |diagram| diagram_svg(&diagram, id.slug(), theme),
            )
        }
        Exported::TimeSplit => split_svg(&content.run, theme),
        Exported::Lanes(of, [from, until]) => {
            let lanes = Lanes::of(&content.run, *of).map_err(|why| why.words().0.to_owned())?;
            lanes_svg(&content.run, &lanes, (*from, *until), theme)
        }
        Exported::Board | Exported::Figures | Exported::Report => {
            board_svg(&content.run, &content.settings, theme)
        }
    })
}
