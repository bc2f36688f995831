//! The tour: which step it is at, and which page that needs. It begins where it was asked for and ends there.

use egui::Context;

use crate::gui::action::TourAction;
use crate::gui::app::{App, Page};
use crate::gui::panels::tour::STEPS;

/// The tour, while it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tour {
    /// Index in [`STEPS`].
    step: usize,
    /// The page that it leads back to.
    from: Page,
}

impl App {
    /// The step of the tour, counted from 0; none while it is not taken.
    #[must_use]
    pub fn tour_step(&self) -> Option<usize> {
        self.tour.map(|tour| tour.step)
    }

    pub(super) fn perform_on_tour(&mut self, action: TourAction, ctx: &Context) {
        let page = self.page();
        match (action, self.tour) {
            (TourAction::Begin, _) => self.go_to_step(Tour {
                step: 0,
                from: page,
            }),
            (TourAction::Next, Some(tour)) if tour.step + 1 < STEPS.len() => {
                let step = tour.step + 1;
                self.go_to_step(Tour { step, ..tour });
            }
            (TourAction::Back, Some(tour)) => {
                let step = tour.step.saturating_sub(1);
                self.go_to_step(Tour { step, ..tour });
            }
            (TourAction::Next | TourAction::End, Some(tour)) => {
                self.tour = None;
                self.show_page(tour.from);
                self.tour_is_seen();
            }
            (TourAction::End, None) => self.tour_is_seen(),
            (TourAction::Next | TourAction::Back, None) => {}
        }
        // What the step shows is drawn in the next frame.
        ctx.request_repaint();
    }

    fn go_to_step(&mut self, tour: Tour) {
        self.tour = Some(tour);
        self.tour_panel.begin();
        if let Some(page) = STEPS[tour.step].page {
            self.show_page(page);
        }
        if tour.step == 0 {
            // It points at the first card, which may have been scrolled away.
            self.start_panel.begin();
        }
    }

    fn tour_is_seen(&mut self) {
        if !self.settings.tour_seen {
            self.settings.tour_seen = true;
            self.save_settings();
        }
    }

    /// Shows the step over everything else; a question comes first.
    pub(super) fn tour_ui(&mut self, ctx: &Context) {
        if let (Some(tour), None) = (self.tour, &self.question) {
            self.tour_panel.ui(ctx, tour.step, &mut self.actions);
        }
    }
}
