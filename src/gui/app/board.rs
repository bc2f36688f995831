//! What was asked of the board is done: arrangement, percentiles, the view of the run.

use egui::Context;

use crate::chart::Arrangement;
use crate::gui::action::BoardAction;
use crate::gui::app::App;

impl App {
    pub(super) fn perform_on_board(&mut self, action: BoardAction, ctx: &Context) {
        let board = &mut self.settings.board;
        let request = self
            .measurement
            .as_ref()
            .map(|shown| &shown.shown().request);
        let mut arrangement = board.arrangement();
        match (action, request) {
            (BoardAction::ToggleChart(id), Some(request)) => arrangement.toggle(id, request),
            (BoardAction::MoveChart(id, places), Some(request)) => {
                arrangement.shift(id, places, request);
            }
            (
                BoardAction::PutChart {
                    chart,
                    beside,
                    behind,
                },
                Some(request),
            ) => {
                arrangement.put(chart, beside, behind, request);
            }
            (BoardAction::SetSpan(id, span), Some(request)) => {
                arrangement.set_span(id, span, request);
            }
            (BoardAction::Arrange(preset), _) => arrangement = Arrangement::of(preset),
            (BoardAction::TogglePercentile(percentile), _) => board.toggle_percentile(percentile),
            (BoardAction::ToggleLongest, _) => board.toggle_longest(),
            (BoardAction::ToggleMarks, _) => board.toggle_marks(),
            (BoardAction::ToggleSideBySide, _) => board.toggle_side_by_side(),
            (BoardAction::Follow, _) => self.board.follow(),
            (BoardAction::ZoomIn, _) => self.board.zoom(true),
            (BoardAction::ZoomOut, _) => self.board.zoom(false),
            (BoardAction::TogglePause, _) => {
                if let Some(measurement) = &mut self.measurement {
                    measurement.toggle_pause();
                }
            }
            // Without a run there is no board.
            (
                BoardAction::ToggleChart(_)
                | BoardAction::MoveChart(..)
                | BoardAction::PutChart { .. }
                | BoardAction::SetSpan(..),
                None,
            ) => {}
        }
        let board = &mut self.settings.board;
        board.arrange(&arrangement);
        if self.board.configure(board) {
            self.save_settings();
        }
        // The charts follow with the next frame.
        ctx.request_repaint_after(std::time::Duration::from_millis(1));
    }
}
