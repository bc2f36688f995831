//! Where on the window the things are that the tour points at: each is marked by whoever draws it, in each frame.
//!
//! Kept beside the frame's other memory in egui and forgotten with the frame, so that nothing points at where a thing
//! was.

use egui::{Context, Id, Rect, Ui};

/// A thing that can be pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spot {
    /// The first experiment of the start page.
    FirstExperiment,
    /// What Run will do.
    Plan,
    /// The button that runs, or stops.
    Run,
    /// The charts with their legend.
    Board,
    /// The table and the verdict.
    Results,
    /// The kept runs, in the left panel.
    RunsTab,
    /// The page that compares.
    ComparisonPage,
    /// The composer, in the left panel.
    ComposeTab,
    /// The menu with the exports.
    FileMenu,
}

/// How many passes a spot that is to be seen is waited for: its page is drawn in the next one.
const WANTED_PASSES: u64 = 4;

/// Scrolls to `spot` when it is drawn next, if it is about to be.
pub fn want_spot(ctx: &Context, spot: Spot) {
    let now = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| data.insert_temp(wanted_id(), (now, spot)));
}

/// Says that `spot` is at `rect` in this frame; nothing of it that is out of sight.
pub fn mark_spot(ui: &Ui, spot: Spot, rect: Rect) {
    let wanted: Option<(u64, Spot)> = ui.data(|data| data.get_temp(wanted_id()));
    if let Some((since, _)) = wanted.filter(|(_, wanted)| *wanted == spot) {
        ui.data_mut(|data| data.remove::<(u64, Spot)>(wanted_id()));
        if ui.ctx().cumulative_pass_nr() - since <= WANTED_PASSES {
            let at_once = egui::style::ScrollAnimation::none();
            ui.scroll_to_rect_animation(rect, None, at_once);
        }
    }
    let seen = rect.intersect(ui.clip_rect());
    if seen.is_positive() {
        let ctx = ui.ctx();
        let now = ctx.cumulative_pass_nr();
        ctx.data_mut(|data| data.insert_temp(id(spot), (now, seen)));
    }
}

/// Where `spot` is in this frame; none if it is not to be seen.
#[must_use]
pub fn spot_of(ctx: &Context, spot: Spot) -> Option<Rect> {
    let marked: Option<(u64, Rect)> = ctx.data(|data| data.get_temp(id(spot)));
    let (at, rect) = marked?;
    (at == ctx.cumulative_pass_nr()).then_some(rect)
}

fn wanted_id() -> Id {
    Id::unique("spot to be seen")
}

fn id(spot: Spot) -> Id {
    Id::unique(("spot", spot))
}
