//! The dialog that puts charts of the board on a picture, and what goes to the clipboard.
//!
//! Pictures are made on background threads; of previews one at a time, and the newest wish wins.

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use crate::export::{BoardParts, FirstRows, Foot, Pixels};
use crate::gui::action::{Exported, Format};
use crate::gui::app::exports::Previewed;
use crate::gui::app::jobs::{Done, Kind};
use crate::gui::app::{App, Chosen, Slot, exports};
use crate::gui::settings::PictureSettings;

/// What is chosen in the dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardChoice {
    /// What is on the picture.
    pub parts: BoardParts,
    /// As what it leaves the window.
    pub format: Format,
}

/// What can be done in the dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportAction {
    /// Open it.
    Open,
    /// This is chosen now.
    Choose(BoardChoice),
    /// Pictures are to look like this from now on.
    Pictures(PictureSettings),
    /// Ask for a file and write there.
    Save,
    /// Put it on the clipboard.
    Copy,
    /// Close it.
    Close,
}

/// What the dialog shows of what will be exported.
#[derive(Default)]
pub enum Preview {
    /// It is being made for the first time.
    #[default]
    Working,
    /// The picture as it will be, smaller.
    Picture(TextureHandle),
    /// The first rows of the table.
    Table(FirstRows),
    /// It cannot be made, for this reason.
    Failed(String),
}

/// The dialog.
#[derive(Default)]
pub(super) struct Exporting {
    /// None while it is closed.
    pub(super) choice: Option<BoardChoice>,
    /// What was chosen when it was open last.
    last: Option<BoardChoice>,
    pub(super) preview: Preview,
    /// What the newest preview is of.
    preview_of: Option<Seen>,
    is_working: bool,
    /// Something was chosen since the preview that is being made.
    is_outdated: bool,
}

/// How much of which run a preview is of: the number of its tab, its blocks that are over, and whether it is.
type Seen = (u64, usize, bool);

/// What goes to the clipboard.
#[derive(Debug)]
pub(super) enum Copied {
    Picture(Pixels),
    Text(String),
}

/// Width and height of the preview in pixels: about as wide as in the dialog of a large window, and not higher than any
/// graphics card can do.
const PREVIEW_SIZE: [f32; 2] = [1_200.0, 4_096.0];

impl App {
    pub(super) fn perform_on_export(&mut self, action: ExportAction) {
        match action {
            ExportAction::Open => self.open_export(),
            ExportAction::Choose(choice) => {
                let before = self.exporting.choice.replace(choice.clone());
                let is_table = |choice: &BoardChoice| choice.format == Format::Csv;
                // A table is not shown as what a picture will be, nor the other way round.
                if before.as_ref().map(is_table) != Some(is_table(&choice)) {
                    self.exporting.preview = Preview::Working;
                }
                self.preview();
            }
            ExportAction::Pictures(pictures) => {
                self.settings.pictures = pictures;
                self.save_settings();
                self.preview();
            }
            ExportAction::Save => {
                if let Some(BoardChoice { parts, format }) = self.close_export() {
                    self.ask_where_to_export(Exported::BoardPart(parts), format);
                }
            }
            ExportAction::Copy => {
                if let Some(BoardChoice { parts, format }) = self.close_export() {
                    self.copy(Exported::BoardPart(parts), format);
                }
            }
            ExportAction::Close => {
                self.close_export();
            }
        }
    }

    fn open_export(&mut self) {
        let Some(measurement) = self.measurement() else {
            self.fail("There is nothing to export before the first run");
            return;
        };
        let all = BoardParts::all_of(measurement.run(), &self.chart_settings());
        // What was chosen before is chosen again, as far as this run has it.
        let last = self.exporting.last.clone();
        let kept = last.filter(|last| last.parts.charts.iter().all(|id| all.charts.contains(id)));
        self.exporting.choice = Some(kept.unwrap_or(BoardChoice {
            parts: all,
            format: Format::Png,
        }));
        self.exporting.preview = Preview::Working;
        self.preview();
    }

    fn close_export(&mut self) -> Option<BoardChoice> {
        let choice = self.exporting.choice.take();
        self.exporting.preview = Preview::Working;
        self.exporting.last.clone_from(&choice);
        choice
    }

    /// What there is to be previewed of the run that is shown. A run that goes on is previewed anew with each block: a
    /// picture takes longer than the time between two snapshots.
    fn seen(&self) -> Option<Seen> {
        let tab = self.tabs.shown()?;
        let run = tab.measurement.shown();
        let over = run.blocks.iter().filter(|block| block.state.is_over());
        Some((tab.number, over.count(), run.ended))
    }

    /// Makes the preview anew where the run went on behind the dialog.
    pub(super) fn renew_preview(&mut self) {
        if self.exporting.choice.is_some() && self.exporting.preview_of != self.seen() {
            self.preview();
        }
    }

    /// Makes the preview of what is chosen.
    fn preview(&mut self) {
        let Some(choice) = self.exporting.choice.clone() else {
            return;
        };
        self.exporting.preview_of = self.seen();
        if self.exporting.is_working {
            self.exporting.is_outdated = true;
            return;
        }
        let content = self.export_content();
        self.exporting.is_working = true;
        let (what, format) = (Exported::BoardPart(choice.parts), choice.format);
        let refused = self.start("preview", Kind::Abandonable, move || {
            Done::Previewed(exports::preview(&content, &what, format, PREVIEW_SIZE))
        });
        if refused.is_some() {
            self.exporting.is_working = false;
        }
    }

    pub(super) fn take_preview(&mut self, made: Result<Previewed, String>, ctx: &Context) {
        self.exporting.is_working = false;
        if std::mem::take(&mut self.exporting.is_outdated) {
            self.preview();
            return;
        }
        if self.exporting.choice.is_none() {
            return;
        }
        self.exporting.preview = match made {
            Ok(Previewed::Picture(pixels)) => {
                let image = image(&pixels);
                let texture = ctx.load_texture("preview", image, TextureOptions::LINEAR);
                Preview::Picture(texture)
            }
            Ok(Previewed::Table(rows)) => Preview::Table(rows),
            Err(error) => Preview::Failed(error),
        };
    }

    /// Puts a picture, or the text of another form, on the clipboard.
    pub(super) fn copy(&mut self, what: Exported, format: Format) {
        let content = self.export_content();
        self.start("copy", Kind::Abandonable, move || {
            Done::Copied(exports::copied(&content, &what, format))
        });
    }

    pub(super) fn take_copied(&mut self, copied: Result<Copied, String>, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        match copied {
            Ok(Copied::Picture(pixels)) => {
                ctx.copy_image(image(&pixels));
                let [width, height] = pixels.size;
                let text = format!("Copied a picture of {width} × {height} pixels");
                self.toasts.good(text, now);
            }
            Ok(Copied::Text(text)) => {
                let lines =
                    crate::units::text::counted(text.lines().count() as u64, "line", "lines");
                ctx.copy_text(text);
                self.toasts.good(format!("Copied {lines} of text"), now);
            }
            Err(error) => self.fail(&error),
        }
    }

    /// What a chart of a comparison or a series is of, for its foot.
    pub(super) fn origin_of_seen(&self) -> Foot {
        if self.page() == crate::gui::app::Page::Series {
            let series = self.series.as_ref();
            return series.map_or_else(Foot::default, |series| series.foot.clone());
        }
        if let Some(two) = &self.comparison.candidates {
            let origin = &two.of.origin;
            return Foot::of(&two.of.run, origin.path.as_deref().and_then(exports::id_of));
        }
        // A comparison has no charts before both are there.
        let [Chosen::Ready(baseline), Chosen::Ready(run)] = &self.comparison.sides else {
            return Foot::default();
        };
        let sides = [(Slot::Baseline, baseline), (Slot::Run, run)];
        Foot::of_runs(sides.map(|(slot, chosen)| {
            let id = chosen.origin.path.as_deref().and_then(exports::id_of);
            (slot.label(), chosen.origin.name.as_str(), &chosen.run, id)
        }))
    }
}

fn image(pixels: &Pixels) -> ColorImage {
    ColorImage::from_rgba_unmultiplied(pixels.size, &pixels.rgba)
}
