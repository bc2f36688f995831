//! The line above the charts: where the view of the run stands, and which candidate is which.
//!
//! Whoever pauses the view or zooms looks at a chart: nothing here may become wider or higher by that, or the charts
//! would jump away from under the pointer.

use std::time::Duration;

use egui::{Color32, RichText, Ui};

use crate::analysis::{CandidateFigures, CandidateStatus};
use crate::gui::app::RunState;
use crate::gui::panels::board::{BoardPanel, BoardView, SOON};
use crate::gui::panels::marks;
use crate::gui::panels::results::standing_ui;
use crate::gui::theme::{self, Palette};
use crate::gui::widgets::{badge_among_ui, badge_ui, legend_toggle_ui};

/// Height of a line of the legend, in points.
pub(super) const ROW_HEIGHT: f32 = 22.0;

/// Where the view of a run stands, or the run itself where there is nothing to say of the view.
struct Standing {
    word: String,
    /// In full, for those who hear it and for the pointer.
    told: String,
    color: Color32,
}

impl Standing {
    /// The words that come and go while a run is looked at: the widest of them has room from the start.
    const WORDS: [&str; 8] = [
        "waiting", "live", "stopping", "stopped", "failed", "finished", "paused", "zoomed",
    ];
    /// Charts that move less often than this look as if they hung, unless one is told.
    const TELLING: Duration = Duration::from_secs(2);

    fn of(view: &BoardView<'_>, is_following: bool, palette: &Palette) -> Self {
        let is_active = view.state.is_active();
        let of_view = |word: &str, told: &str| Self {
            word: word.to_owned(),
            told: told.to_owned(),
            color: palette.warning,
        };
        if view.is_paused && is_active {
            return of_view("paused", "view paused, run goes on");
        }
        if view.is_paused {
            return of_view("paused", "view paused, run is over");
        }
        if is_active && !is_following {
            return of_view("zoomed", "not following: a stretch of time is shown");
        }
        let (word, color) = state_badge(view.state, palette);
        if view.state == RunState::Live && view.frame_interval >= Self::TELLING {
            let secs = view.frame_interval.as_secs_f64().ceil();
            return Self {
                word: format!("{word}, {secs} s"),
                told: format!(
                    "live, drawn every {secs} s while nobody touches it, so that drawing does not slow what is measured; \
                     the settings have \u{201c}Smooth charts while measuring\u{201d}"
                ),
                color,
            };
        }
        let failed = view.figures.iter().filter_map(cause_of);
        let (failed, all) = (failed.count(), view.figures.len());
        let word = if view.state == RunState::Failed && failed < all {
            format!("{failed} of {all} failed")
        } else {
            word.to_owned()
        };
        Self {
            told: word.clone(),
            word,
            color,
        }
    }
}

impl BoardPanel {
    pub(super) fn legend_ui(&mut self, ui: &mut Ui, view: &BoardView<'_>) {
        let palette = theme::palette(ui);
        ui.horizontal_wrapped(|ui| {
            // Many candidates need several lines.
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.spacing_mut().interact_size.y = ROW_HEIGHT;
            ui.spacing_mut().button_padding.y = 2.0;
            let Standing { word, told, color } =
                Standing::of(view, self.time.is_following(), palette);
            let badge = badge_among_ui(ui, &word, &Standing::WORDS, color);
            if told != word {
                badge.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &told));
                badge.on_hover_text(told);
            }
            if view.outdated {
                // A title that is also that of the open scenario would tell nothing.
                let word = if view.title == view.open_title {
                    "the open scenario differs".to_owned()
                } else {
                    format!("measured: {}", view.title)
                };
                badge_ui(ui, &word, palette.warning)
                    .on_hover_text("The scenario that is open is not the one that was measured");
            }
            self.candidates_ui(ui, view);
            marks::legend_ui(ui, view.charts);
            for figures in view.figures {
                standing_ui(ui, figures);
            }
        });
    }

    fn candidates_ui(&mut self, ui: &mut Ui, view: &BoardView<'_>) {
        let palette = theme::palette(ui);
        self.pointed_at = None;
        for figures in view.figures {
            let shown = !self.settings.hidden.contains(&figures.candidate);
            let entry = legend_toggle_ui(ui, &figures.name, figures.candidate, shown);
            if shown && (entry.hovered() || entry.has_focus()) {
                self.pointed_at = Some(figures.candidate);
            }
            if entry.clicked() {
                self.toggle_candidate(figures.candidate);
                ui.ctx().request_repaint_after(SOON);
            }
            if let Some(cause) = cause_of(figures) {
                let sign = ui.label(RichText::new("⚠").color(palette.error));
                let told = format!("{} failed: {cause}", figures.name);
                sign.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &told));
                sign.on_hover_text(told);
            }
        }
    }
}

/// Why a candidate failed, if it did.
const fn cause_of(figures: &CandidateFigures) -> Option<&String> {
    match &figures.status {
        CandidateStatus::Failed { cause } => Some(cause),
        _ => None,
    }
}

/// The word for where a run stands, with its colour.
const fn state_badge(state: RunState, palette: &Palette) -> (&'static str, Color32) {
    match state {
        RunState::None | RunState::Waiting => ("waiting", palette.weak),
        RunState::Live => ("live", palette.accent),
        RunState::Stopping => ("stopping", palette.warning),
        RunState::Stopped => ("stopped", palette.warning),
        RunState::Failed => ("failed", palette.error),
        RunState::Finished => ("finished", palette.good),
    }
}
