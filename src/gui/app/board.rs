//! What was asked of the board is done: arrangement, percentiles, the view of the run.

use egui::Context;

use crate::chart::{Arrangement, ChartId, Tile};
use crate::gui::action::BoardAction;
use crate::gui::app::App;

impl App {
    pub(super) fn perform_on_board(&mut self, action: BoardAction, ctx: &Context) {
        let request = self
            .measurement()
            .map(|shown| shown.shown().request.clone());
        let board = &mut self.settings.board;
        let mut arrangement = board.arrangement();
        match (action, &request) {
            (BoardAction::ToggleChart(id), Some(request)) => arrangement.toggle(id, request),
            (BoardAction::LookAt(id), Some(request)) => {
                let is_shown = |tile: &Tile| tile.id == id;
                let mut possible = ChartId::possible_for(request);
                if possible.any(|other| other == id)
                    && !arrangement.shown_for(request).iter().any(is_shown)
                {
                    arrangement.toggle(id, request);
                }
                self.look_at_board(action);
            }
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
            (
                BoardAction::Follow
                | BoardAction::ZoomIn
                | BoardAction::ZoomOut
                | BoardAction::TogglePause,
                _,
            ) => self.look_at_board(action),
            // Without a run there is no board.
            (
                BoardAction::ToggleChart(_)
                | BoardAction::LookAt(_)
                | BoardAction::MoveChart(..)
                | BoardAction::PutChart { .. }
                | BoardAction::SetSpan(..),
                None,
            ) => {}
        }
        let board = &mut self.settings.board;
        board.arrange(&arrangement);
        if self.tabs.configure_boards(board) {
            self.save_settings();
        }
        // The charts follow with the next frame.
        ctx.request_repaint_after(std::time::Duration::from_millis(1));
    }

    /// What concerns the tab that is shown only, and is not remembered.
    fn look_at_board(&mut self, action: BoardAction) {
        let Some(tab) = self.tabs.shown_mut() else {
            return;
        };
        match action {
            BoardAction::LookAt(id) => tab.board.look_at(id),
            BoardAction::Follow => tab.board.follow(),
            BoardAction::ZoomIn => tab.board.zoom(true),
            BoardAction::ZoomOut => tab.board.zoom(false),
            BoardAction::TogglePause => tab.measurement.toggle_pause(),
            _ => {}
        }
    }
}
