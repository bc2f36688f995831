//! What is written when the user exports, and how the files are called.

use std::path::Path;

use crate::chart::{ChartSettings, build};
use crate::export::{
    ExportError, Theme, board_svg, chart_svg, figures_csv, json, png, split_svg, timeline_csv,
    write_file,
};
use crate::gui::action::{Exported, Format};
use crate::gui::app::document::file_stem;
use crate::gui::dialogs::FileRequest;
use crate::run::Run;

/// Two pixels per unit: sharp on slides and in print.
const PNG_SCALE: f32 = 2.0;

/// Everything that an export depends on, so that it can be made on another thread.
pub(super) struct Content {
    pub(super) run: Run,
    pub(super) settings: ChartSettings,
    pub(super) dark: bool,
}

/// What the user is asked for.
pub(super) fn file_request(run: &Run, what: Exported, format: Format) -> FileRequest {
    let part = match what {
        Exported::Chart(id) => id.slug(),
        Exported::TimeSplit => "time_split",
        Exported::Board => "board",
        Exported::Figures => "figures",
    };
    let stem = file_stem(&run.request.scenario.title);
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
    what: Exported,
    format: Format,
    path: &Path,
) -> Result<(), ExportError> {
    let bytes = match format {
        Format::Svg => svg(content, what).into_bytes(),
        Format::Png => png(&svg(content, what), PNG_SCALE)?,
        Format::Csv if what == Exported::Figures => figures_csv(&content.run)?.into_bytes(),
        Format::Csv => timeline_csv(&content.run)?.into_bytes(),
        Format::Json => json(&content.run)?.into_bytes(),
    };
    write_file(path, &bytes)
}

/// The picture of one chart, or of everything.
fn svg(content: &Content, what: Exported) -> String {
    let theme = if content.dark {
        Theme::Dark
    } else {
        Theme::Light
    };
    match what {
        Exported::Chart(id) => chart_svg(
            &build(id, &content.run, &content.settings),
            &content.run,
            theme,
        ),
        Exported::TimeSplit => split_svg(&content.run, theme),
        Exported::Board | Exported::Figures => board_svg(&content.run, &content.settings, theme),
    }
}
