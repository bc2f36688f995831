//! What leaves the program: pictures, tables, documents.
//!
//! A picture is drawn from the same [`crate::chart::Chart`] as the window's; SVG is written by our own writer, and
//! PNG is made of that SVG with fonts that are part of the program, so that both need no system fonts.
//! Texts and pictures are functions of their arguments; only [`write_folder`] and [`write_file`] touch files.
//!
//! **Invariant**: nothing here computes a figure; what is shown comes from `analysis` and `chart`.

mod board;
mod canvas;
mod comparison;
mod csv;
mod details;
mod diagram;
mod document;
mod facets;
mod folder;
pub mod font;
mod foot;
mod heat;
mod ink;
mod lanes;
mod legend;
mod marks;
mod objectives;
mod picture;
mod plot;
mod png;
mod points;
mod report;
mod series;
mod split;
mod svg;
mod table;
mod text_table;
mod timeline_csv;

use std::io::ErrorKind;
use std::path::PathBuf;

pub use board::{BoardParts, board_part_svg, board_svg};
pub use comparison::{
    COMPARE_SCHEMA, CompareDocument, MeasureDocument, OutcomeDocument, PairDocument, RatioCell,
    SideDocument, candidates_table, compare_document, compare_json, measure_text, pair_table,
    ratio_cells,
};
pub use csv::{FirstRows, figures_csv, first_rows, points_csv};
pub use details::details;
pub use diagram::{diagram_svg, plane_svg};
pub use document::{
    AttemptsDocument, BreakerDocument, CandidateDocument, CollectionsDocument, CostDocument,
    CounterDocument, DecidingDocument, DecidingFigureDocument, Document, FaultDocument,
    FindingDocument, InterpreterLockDocument, NoiseFloorDocument, NoiseOfDocument,
    ObjectiveDocument, ObjectiveResultDocument, PercentileIntervals, PercentilesDocument,
    PoolDocument, ResilienceDocument, ResponseTimes, SCHEMA, SizingDocument, SteadinessDocument,
    TextbookDocument, TimeSplitDocument, TrustDocument, TrustLineDocument, VerdictDocument,
    document, json,
};
pub use folder::{write_file, write_folder};
pub use foot::{Foot, identity};
pub use heat::heat_svg;
pub use ink::{Look, Theme};
pub use lanes::{lanes_svg, lives_csv};
pub use objectives::objectives_table;
pub use picture::Picture;
pub use png::{Pixels, pixels, pixels_within, png};
pub use points::{Charted, charts_csv, split_csv};
pub use report::{
    Report, SeriesAnswer, SeriesFound, SeriesReport, comparison_html, comparison_markdown,
    report_html, report_markdown, series_answer, series_html, series_markdown,
};
pub use series::{
    CapacityDocument, SweepDocument, capacity_csv, capacity_document, capacity_text, sweep_csv,
    sweep_document, sweep_text, write_capacity_folder, write_sweep_folder,
};
pub use split::split_svg;
pub use svg::chart_svg;
pub use table::{Align, CLOSED_MARK, Header, Row, Table, standing_word, status_word, table};
pub use text_table::{text_table, text_table_within};
pub use timeline_csv::timeline_csv;

/// What kept a file from being written, and what to do.
fn why(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "the folder does not exist; create it, or choose another".to_owned(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "writing there is not permitted; choose another folder".to_owned()
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "there is no space left; make some, or choose another folder".to_owned()
        }
        ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
            "the path leads through a file, or to a folder; choose another name".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file or folder could not be written.
    #[error("'{}' could not be written: {}", path.display(), why(source))]
    Write {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A picture could not be read back for drawing: an error of this program.
    #[error("the picture could not be drawn")]
    Picture(#[from] resvg::usvg::Error),
    /// A picture has no pixels or too many.
    #[error("a picture of {width} × {height} pixels cannot be made; choose a smaller scale")]
    PictureSize {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// A picture could not be encoded.
    #[error("the picture could not be encoded: {message}")]
    Encode {
        /// What the encoder said.
        message: String,
    },
    /// A document could not be encoded: an error of this program.
    #[error("the figures could not be encoded as JSON")]
    Json(#[from] serde_json::Error),
    /// A table could not be encoded: an error of this program.
    #[error("the figures could not be encoded as CSV")]
    Csv(#[from] ::csv::Error),
}
