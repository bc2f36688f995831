//! What is written when the user exports, and how the files are called.

use std::path::Path;

use crate::chart::ChartSettings;
use crate::gui::action::{Exported, Format};
use crate::gui::app::document::file_stem;
use crate::gui::dialogs::FileRequest;
use crate::run::Run;

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
        Exported::Board => "board",
        Exported::Figures => "figures",
    };
    let stem = file_stem(&run.request.scenario.title);
    FileRequest {
        title: format!("Export as {}", format.label()),
        save: true,
        file_name: format!("{stem}-{part}.{}", format.extension()),
        kind: format.label(),
        extension: format.extension(),
    }
}

/// Makes the export and writes it to `path`. The error is for people.
pub(super) fn write(
    content: &Content,
    what: Exported,
    format: Format,
    path: &Path,
) -> Result<(), String> {
    let _ = (content, what, format, path);
    Err("not yet".to_owned())
}
