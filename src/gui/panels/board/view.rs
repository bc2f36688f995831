//! Which stretch of time all charts of the board show, and where its crosshair stands.
//!
//! The stretch is ours and not the plots': whoever zooms one chart zooms all of them, a live run that goes on does not
//! move what is being looked at, and the keyboard does what the pointer does.

use egui::{EventFilter, Key, Modifiers, PointerButton, Rangef, Response, Ui};

/// No shorter stretch is shown, in seconds: snapshots are a tenth of a second apart.
const SHORTEST_SECS: f64 = 0.05;
/// How much a key zooms in.
const ZOOM_STEP: f64 = 1.5;
/// The part of the stretch that a key moves the crosshair by.
const CROSSHAIR_STEP: f64 = 0.01;
/// The part of the stretch that a key moves the view by.
const PAN_STEP: f64 = 0.2;

/// The stretch of time that is shown, in seconds since the measurement began.
#[derive(Debug, Default)]
pub(in crate::gui::panels) struct TimeView {
    /// All there is.
    all: (f64, f64),
    /// What was chosen; none follows the run.
    chosen: Option<(f64, f64)>,
    /// Where the crosshair stands.
    crosshair: Option<f64>,
    /// Where the pointer is on a chart in this frame.
    pointed: Option<f64>,
    /// Whether the keyboard is at a chart in this frame.
    has_keyboard: bool,
    /// Where a stretch that is being chosen begins.
    begun: Option<f64>,
    /// Whether a key asked for the view to be paused or to go on.
    asks_to_pause: bool,
    /// Whether another stretch than all of it was ever chosen.
    was_moved: bool,
}

impl TimeView {
    /// There is so much now.
    pub(in crate::gui::panels) const fn set_all(&mut self, all: (f64, f64)) {
        self.all = all;
    }

    /// What is shown.
    pub(in crate::gui::panels) fn range(&self) -> (f64, f64) {
        self.chosen.unwrap_or(self.all)
    }

    /// The part of the run that is shown; none while all of it is.
    pub(in crate::gui::panels) const fn chosen(&self) -> Option<(f64, f64)> {
        self.chosen
    }

    /// Whether all of the run is shown, as it goes on.
    pub(in crate::gui::panels) const fn is_following(&self) -> bool {
        self.chosen.is_none()
    }

    /// Whether another stretch than all of it was ever chosen.
    pub(in crate::gui::panels) const fn was_moved(&self) -> bool {
        self.was_moved
    }

    const fn choose(&mut self, stretch: (f64, f64)) {
        self.chosen = Some(stretch);
        self.was_moved = true;
    }

    /// Shows all of it again.
    pub(in crate::gui::panels) const fn follow(&mut self) {
        self.chosen = None;
    }

    /// Where the crosshair stands.
    pub(in crate::gui::panels) const fn crosshair(&self) -> Option<f64> {
        self.crosshair
    }

    /// The stretch that is being chosen.
    pub(in crate::gui::panels) fn choosing(&self) -> Option<(f64, f64)> {
        let (from, to) = (self.begun?, self.pointed.or(self.crosshair)?);
        Some((from.min(to), from.max(to)))
    }

    /// Moves the view by so many seconds; some of the run stays in it.
    fn pan(&mut self, secs: f64) {
        let (low, high) = self.range();
        let half = (high - low) / 2.0;
        let secs = secs.clamp(self.all.0 - half - low, self.all.1 + half - high);
        self.choose((low + secs, high + secs));
    }

    /// Zooms in by `factor` around a time, which stays where it is; out of all there is, it follows again.
    pub(in crate::gui::panels) fn zoom(&mut self, factor: f64, around: Option<f64>) {
        let (low, high) = self.range();
        let around = around.unwrap_or(f64::midpoint(low, high)).clamp(low, high);
        let whole = self.all.1 - self.all.0;
        let length = (high - low) / factor;
        if length >= whole {
            self.follow();
            return;
        }
        let share = (around - low) / (high - low).max(f64::MIN_POSITIVE);
        let length = length.max(SHORTEST_SECS);
        let from = around - share * length;
        self.choose((from, from + length));
    }

    fn step(&mut self, share: f64) {
        let (low, high) = self.range();
        let from = self.crosshair.filter(|at| (low..=high).contains(at));
        let from = from.unwrap_or(f64::midpoint(low, high));
        self.crosshair = Some((from + share * (high - low)).clamp(low, high));
    }

    /// Takes what pointer and keyboard did on a plot that shows the time between the ends of `x`, in points.
    pub(in crate::gui::panels) fn take(&mut self, ui: &Ui, response: &Response, x: Rangef) {
        let (low, high) = self.range();
        let per_point = (high - low) / f64::from(x.span().max(1.0));
        let at = |place: f32| low + f64::from(place - x.min) * per_point;
        if let Some(pointer) = response.hover_pos().or(response.interact_pointer_pos()) {
            let at = at(pointer.x.clamp(x.min, x.max));
            self.pointed = Some(at);
            let factor = f64::from(ui.input(egui::InputState::zoom_delta));
            if (factor - 1.0).abs() > 1e-6 {
                self.zoom(factor, Some(at));
            }
            if response.drag_started_by(PointerButton::Secondary) {
                self.begun = Some(at);
            }
        }
        if response.drag_stopped_by(PointerButton::Secondary) {
            if let Some((from, to)) = self.choosing()
                && to - from >= SHORTEST_SECS
            {
                self.choose((from, to));
            }
            self.begun = None;
        }
        if response.dragged_by(PointerButton::Primary) {
            let moved = f64::from(response.drag_delta().x) * per_point;
            if moved.abs() > 0.0 {
                self.pan(-moved);
            }
        }
        if response.double_clicked() {
            self.follow();
        }
        if response.has_focus() {
            self.has_keyboard = true;
            self.take_keys(ui, response);
        }
    }

    fn take_keys(&mut self, ui: &Ui, response: &Response) {
        let filter = EventFilter {
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        for (key, sign) in [(Key::ArrowLeft, -1.0), (Key::ArrowRight, 1.0)] {
            if pressed(Modifiers::SHIFT, key) {
                let (low, high) = self.range();
                self.pan(sign * PAN_STEP * (high - low));
            }
            if pressed(Modifiers::NONE, key) {
                self.step(sign * CROSSHAIR_STEP);
            }
        }
        for (key, factor) in [
            (Key::Plus, ZOOM_STEP),
            (Key::Equals, ZOOM_STEP),
            (Key::Minus, 1.0 / ZOOM_STEP),
        ] {
            if pressed(Modifiers::NONE, key) {
                self.zoom(factor, self.crosshair);
            }
        }
        if pressed(Modifiers::NONE, Key::Home) {
            self.follow();
        }
        self.asks_to_pause |= pressed(Modifiers::NONE, Key::Space);
    }

    /// Ends the frame. Says whether the crosshair moved, which charts that were drawn before did not know, and whether
    /// the view is to be paused or to go on.
    pub(in crate::gui::panels) fn end_frame(&mut self) -> (bool, bool) {
        let before = self.crosshair;
        self.crosshair = match self.pointed.take() {
            None if self.has_keyboard => self.crosshair,
            pointed => pointed,
        };
        self.has_keyboard = false;
        let moved = before.map(f64::to_bits) != self.crosshair.map(f64::to_bits);
        (moved, std::mem::take(&mut self.asks_to_pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_ten_seconds() -> TimeView {
        let mut view = TimeView::default();
        view.set_all((0.0, 10.0));
        view
    }

    #[test]
    fn what_was_zoomed_stays_while_the_run_goes_on_and_following_shows_all_of_it() {
        let mut view = of_ten_seconds();
        view.zoom(2.0, Some(2.0));
        assert_eq!(view.range(), (1.0, 6.0));
        view.set_all((0.0, 30.0));
        assert_eq!(view.range(), (1.0, 6.0));
        assert!(!view.is_following());
        view.follow();
        assert_eq!(view.range(), (0.0, 30.0));
    }

    #[test]
    fn zooming_out_of_everything_follows_again_and_zooming_in_has_an_end() {
        let mut view = of_ten_seconds();
        view.zoom(4.0, None);
        view.zoom(0.1, None);
        assert!(view.is_following());
        for _ in 0..100 {
            view.zoom(ZOOM_STEP, Some(3.0));
        }
        let (low, high) = view.range();
        assert!((high - low - SHORTEST_SECS).abs() < 1e-9 && low <= 3.0 && 3.0 <= high);
    }

    #[test]
    fn panning_never_leaves_the_run_behind() {
        let mut view = of_ten_seconds();
        view.zoom(2.0, Some(0.0));
        view.pan(3.0);
        assert_eq!(view.range(), (3.0, 8.0));
        view.pan(1e9);
        assert_eq!(view.range(), (7.5, 12.5));
        view.pan(-1e9);
        assert_eq!(view.range(), (-2.5, 2.5));
    }

    #[test]
    fn the_crosshair_goes_with_the_pointer_and_stays_for_the_keyboard() {
        let mut view = of_ten_seconds();
        view.pointed = Some(4.0);
        assert_eq!(view.end_frame(), (true, false));
        assert_eq!(view.crosshair(), Some(4.0));
        view.has_keyboard = true;
        view.step(CROSSHAIR_STEP);
        view.end_frame();
        assert_eq!(view.crosshair(), Some(4.1));
        view.end_frame();
        assert_eq!(view.crosshair(), None);
    }
}
