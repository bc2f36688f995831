//! What is written when the user exports, and how the files are called.

use std::path::{Path, PathBuf};

use crate::chart::{ChartId, ChartSettings, Form, Lanes, SplitChart, build, build_diagram};
use crate::export::{
    BoardParts, Charted, ExportError, FirstRows, Foot, Look, Picture, Pixels, Report, SeriesReport,
    Theme, board_part_svg, board_svg, chart_svg, charts_csv, diagram_svg, figures_csv, first_rows,
    json, lanes_svg, lives_csv, pixels, pixels_within, png, points_csv, report_html,
    report_markdown, series_html, series_markdown, split_csv, split_svg, timeline_csv, write_file,
};
use crate::gui::action::{Exported, Format};
use crate::gui::app::Origin;
use crate::gui::app::document::file_stem;
use crate::gui::app::exporting::Copied;
use crate::gui::app::series_plan::Plan;
use crate::gui::dialogs::FileRequest;
use crate::gui::settings::PictureLook;
use crate::run::Run;
use crate::run::record::Record;
use crate::scenario::to_text;

/// Everything that an export depends on, so that it can be made on another thread.
pub(super) struct Content {
    /// The run that is shown; none before the first.
    pub(super) run: Option<OfRun>,
    /// The series that is shown, where a report of it is wanted.
    pub(super) series: Option<OfSeries>,
    /// How pictures look.
    pub(super) theme: Theme,
    /// Whether lines bear the shapes of their candidates, as in the window.
    pub(super) line_marks: bool,
    /// Pixels per unit of pictures.
    pub(super) scale: f32,
    /// What a chart of a comparison or a series is of.
    pub(super) seen: Foot,
}

/// The sweep or search that is shown.
pub(super) struct OfSeries {
    pub(super) plan: Plan,
    /// Its file; none if it is not kept.
    pub(super) path: Option<PathBuf>,
}

/// The run that is shown, and how.
pub(super) struct OfRun {
    pub(super) run: Run,
    pub(super) settings: ChartSettings,
    pub(super) origin: Origin,
}

impl OfRun {
    /// What the run is called in the library.
    fn id(&self) -> Option<&str> {
        self.origin.path.as_deref().and_then(id_of)
    }
}

/// What is kept in that file is called in the library: the end of the file's name.
pub(super) fn id_of(path: &Path) -> Option<&str> {
    let stem = path.file_stem()?.to_str()?;
    let id = stem.rsplit('_').next()?;
    (id != stem).then_some(id)
}

/// Which of the pictures' themes it is.
pub(super) const fn theme_of(look: PictureLook, dark: bool) -> Theme {
    match look {
        PictureLook::Window if dark => Theme::Dark,
        PictureLook::Window | PictureLook::Light => Theme::Light,
        PictureLook::Dark => Theme::Dark,
        PictureLook::Print => Theme::Print,
    }
}

/// What the user is asked for.
pub(super) fn file_request(title: &str, what: &Exported, format: Format) -> FileRequest {
    let part = match what {
        Exported::Chart(id) => id.slug(),
        Exported::Seen(seen) => seen.picture.slug(),
        Exported::TimeSplit => "time_split",
        Exported::Lanes(..) => "lanes",
        Exported::Board | Exported::BoardPart(_) => "board",
        Exported::Figures => "figures",
        Exported::Report => "report",
        Exported::SeriesReport => "series_report",
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
    let bytes = match format {
        Format::Png => png(&svg(content, what)?, content.scale).map_err(told)?,
        _ => text(content, what, format)?.into_bytes(),
    };
    write_file(path, &bytes).map_err(told)
}

/// Makes what goes to the clipboard.
pub(super) fn copied(content: &Content, what: &Exported, format: Format) -> Result<Copied, String> {
    Ok(match format {
        Format::Png => Copied::Picture(pixels(&svg(content, what)?, content.scale).map_err(told)?),
        // Sheets and editors would show the mark of a file's encoding.
        _ => Copied::Text(
            text(content, what, format)?
                .trim_start_matches('\u{feff}')
                .to_owned(),
        ),
    })
}

/// What the dialog shows of an export.
#[derive(Debug)]
pub(super) enum Previewed {
    Picture(Pixels),
    Table(FirstRows),
}

/// Makes a picture of at most so many pixels of width and height, or the begin of a table.
pub(super) fn preview(
    content: &Content,
    what: &Exported,
    format: Format,
    room: [f32; 2],
) -> Result<Previewed, String> {
    /// As many rows as one looks through.
    const ROWS: usize = 50;
    if format == Format::Csv {
        let rows = first_rows(&csv(content, what)?, ROWS);
        return rows.map(Previewed::Table).map_err(told);
    }
    let picture = pixels_within(&svg(content, what)?, room);
    picture.map(Previewed::Picture).map_err(told)
}

/// Takes no reference, to be handed on as it is.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn told(error: ExportError) -> String {
    error.to_string()
}

/// What is not made of pixels.
fn text(content: &Content, what: &Exported, format: Format) -> Result<String, String> {
    let run = || of_run(content).map(|of| &of.run);
    match format {
        Format::Svg | Format::Png => svg(content, what),
        Format::Csv => csv(content, what),
        Format::Json => json(run()?).map_err(told),
        Format::Html if *what == Exported::SeriesReport => series_report(content, series_html),
        Format::Markdown if *what == Exported::SeriesReport => {
            series_report(content, series_markdown)
        }
        Format::Html => report(of_run(content)?, report_html),
        Format::Markdown => report(of_run(content)?, report_markdown),
    }
}

fn of_run(content: &Content) -> Result<&OfRun, String> {
    let run = content.run.as_ref();
    run.ok_or_else(|| "There is nothing to export before the first run".to_owned())
}

/// The points of what is seen, or the figures.
fn csv(content: &Content, what: &Exported) -> Result<String, String> {
    if let Exported::Seen(seen) = what {
        return seen.picture.csv().map_err(told);
    }
    let OfRun { run, settings, .. } = of_run(content)?;
    match what {
        Exported::Chart(id) => chart_csv(*id, run, settings),
        Exported::BoardPart(parts) => board_csv(run, settings, parts),
        Exported::TimeSplit => split_csv(&SplitChart::of(run)),
        Exported::Lanes(of, _) => lives_csv(run, *of),
        Exported::Figures => figures_csv(run),
        Exported::Board | Exported::Report | Exported::SeriesReport | Exported::Seen(_) => {
            timeline_csv(run)
        }
    }
    .map_err(told)
}

/// The report, with what the run's file says of it where it is kept.
fn report(of: &OfRun, form: fn(&Report<'_>) -> String) -> Result<String, String> {
    let Origin {
        path,
        name,
        version,
    } = &of.origin;
    let record = record_at(path.as_deref())?;
    let text = to_text(&of.run.request.scenario);
    Ok(form(&Report {
        name,
        version,
        record: record.as_ref(),
        ..Report::of(&of.run, &text)
    }))
}

/// The report of a sweep or of a search.
fn series_report(
    content: &Content,
    form: fn(&SeriesReport<'_>) -> String,
) -> Result<String, String> {
    let of = content.series.as_ref();
    let of = of.ok_or_else(|| "There is nothing to tell before the first run of it".to_owned())?;
    let record = record_at(of.path.as_deref())?;
    Ok(of.plan.report(record.as_ref(), form))
}

/// What is kept there. What was deleted meanwhile is simply not kept.
fn record_at(path: Option<&Path>) -> Result<Option<Record>, String> {
    let kept = path.filter(|path| path.exists());
    let record = kept.map(Record::read).transpose();
    record.map_err(|error| error.to_string())
}

/// The points of one chart.
fn chart_csv(id: ChartId, run: &Run, settings: &ChartSettings) -> Result<String, ExportError> {
    if let Some(diagram) = build_diagram(id, run, settings) {
        return Picture::Diagram(diagram).csv();
    }
    let chart = build(id, run, settings);
    match id.form() {
        Form::Lines => charts_csv([Charted::Chart(&chart)]),
        _ => points_csv(&chart),
    }
}

/// What was chosen of the board, in one table. Figures are a table of their own.
fn board_csv(
    run: &Run,
    settings: &ChartSettings,
    parts: &BoardParts,
) -> Result<String, ExportError> {
    let (mut charts, mut diagrams) = (Vec::new(), Vec::new());
    for id in &parts.charts {
        match build_diagram(*id, run, settings) {
            Some(diagram) => diagrams.push(diagram),
            None => charts.push(build(*id, run, settings)),
        }
    }
    let split = parts
        .split
        .then(|| SplitChart::shown(run, &settings.hidden));
    let charts = charts.iter().map(Charted::Chart);
    let diagrams = diagrams.iter().map(Charted::Diagram);
    charts_csv(
        charts
            .chain(diagrams)
            .chain(split.iter().map(Charted::Split)),
    )
}

/// The picture of one chart, of what was chosen, or of everything.
fn svg(content: &Content, what: &Exported) -> Result<String, String> {
    if let Exported::Seen(seen) = what {
        let look = Look {
            theme: content.theme,
            line_marks: content.line_marks,
            id: None,
        };
        return Ok(seen.picture.svg(look, &content.seen));
    }
    let of = of_run(content)?;
    let OfRun { run, settings, .. } = of;
    let look = Look {
        theme: content.theme,
        id: of.id(),
        line_marks: content.line_marks,
    };
    Ok(match what {
        Exported::Chart(id) => match build_diagram(*id, run, settings) {
            Some(diagram) => diagram_svg(&diagram, id.slug(), look, &Foot::of(run, look.id)),
            None => chart_svg(&build(*id, run, settings), run, look),
        },
        Exported::TimeSplit => split_svg(run, look),
        Exported::Lanes(of, [from, until]) => {
            let lanes = Lanes::of(run, *of).map_err(|why| why.words().0.to_owned())?;
            lanes_svg(run, &lanes, (*from, *until), look)
        }
        Exported::BoardPart(parts) => board_part_svg(run, settings, look, parts),
        Exported::Board
        | Exported::Figures
        | Exported::Report
        | Exported::SeriesReport
        | Exported::Seen(_) => board_svg(run, settings, look),
    })
}
