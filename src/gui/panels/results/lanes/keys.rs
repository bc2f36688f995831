//! The lanes by keyboard: a cursor that goes from task to task and from lane to lane, as the pointer does.

use egui::{EventFilter, Key, Modifiers, Response, Ui};

use crate::chart::{Lanes, Piece, end_words, life_pieces};
use crate::gui::panels::results::lanes::draw::{Asked, Window};
use crate::units::text;

/// How much a key zooms in.
const ZOOM_STEP: f64 = 0.5;
/// The part of what is seen that a key moves it by.
const PAN_STEP: f64 = 0.25;

/// Where the keyboard is in the lanes. It is a place and not a task: lanes of a block that goes on are made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Place of the lane.
    pub(super) lane: usize,
    /// In nanoseconds since the block's start.
    pub(super) nanos: u64,
}

impl Cursor {
    /// At the first task that is seen in `window`, in the first lane that has one; at its begin if there is none.
    fn first(lanes: &Lanes, window: Window) -> Self {
        let seen =
            |piece: &&Piece| piece.until_nanos > window.from && piece.from_nanos < window.until;
        let mut all = lanes.lanes.iter().enumerate();
        let found = all.find_map(|(lane, one)| {
            let piece = one.pieces.iter().find(seen)?;
            let nanos = piece.from_nanos.max(window.from);
            Some(Self { lane, nanos })
        });
        found.unwrap_or(Self {
            lane: 0,
            nanos: window.from,
        })
    }

    /// What is under it; nothing where the worker was idle.
    pub(super) fn piece(self, lanes: &Lanes) -> Option<&Piece> {
        lanes.piece_at(self.lane, self.nanos)
    }

    /// At the begin of the next task of its lane, or of the one before; here, if there is none.
    fn stepped(self, lanes: &Lanes, forward: bool) -> Self {
        let here = self.piece(lanes).map(|piece| piece.life);
        let Some(lane) = lanes.lanes.get(self.lane) else {
            return self;
        };
        let is_other = |piece: &&Piece| Some(piece.life) != here;
        let mut pieces = lane.pieces.iter();
        let found = if forward {
            pieces.find(|piece| piece.from_nanos > self.nanos && is_other(piece))
        } else {
            pieces.rfind(|piece| piece.from_nanos < self.nanos && is_other(piece))
        };
        let Some(life) = found.map(|piece| piece.life) else {
            return self;
        };
        let mut pieces = lane.pieces.iter();
        let begin = pieces.find(|piece| piece.life == life);
        let nanos = begin.map_or(self.nanos, |piece| piece.from_nanos);
        Self { nanos, ..self }
    }

    /// At the same instant of the next lane, or of the one before.
    fn beside(self, lanes: &Lanes, down: bool) -> Self {
        let last = lanes.lanes.len().saturating_sub(1);
        let lane = if down {
            self.lane + 1
        } else {
            self.lane.saturating_sub(1)
        };
        Self {
            lane: lane.min(last),
            ..self
        }
    }

    /// What is here, in words: the lane, the task and its life.
    pub(super) fn told(self, lanes: &Lanes) -> String {
        let name = lanes.lanes.get(self.lane).map_or("", |lane| &lane.name);
        let Some(piece) = self.piece(lanes) else {
            let since = self.nanos.saturating_sub(lanes.measure_start_nanos);
            let at = text::nanos(since as f64);
            return format!("{name}, idle {at} after the measurement's begin");
        };
        let life = &lanes.lives[piece.life];
        let cohort = if life.measured { "" } else { " of the warm-up" };
        let pieces = life_pieces(life).into_iter();
        let pieces =
            pieces.map(|(part, nanos)| format!("{} {}", part.label(), text::nanos(nanos as f64)));
        let parts: Vec<String> = pieces.collect();
        format!(
            "{name}, task {}{cohort}, {}: {}",
            text::count(life.number),
            end_words(life.end),
            parts.join(", ")
        )
    }
}

/// Takes what the keyboard did on the lanes, of which `window` is seen; says where the cursor is, if it is there.
pub(super) fn take_keys(
    ui: &Ui,
    response: &Response,
    lanes: &Lanes,
    (window, all): (Window, Window),
    before: Option<Cursor>,
    asked: &mut Asked,
) -> Option<Cursor> {
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let mut cursor = before.unwrap_or_else(|| Cursor::first(lanes, window));
    let place = |at: u64| {
        let share = at.saturating_sub(window.from) as f64 / window.length().max(1) as f64;
        share.clamp(0.0, 1.0)
    };
    let mut seen = window;
    for (key, forward) in [(Key::ArrowLeft, false), (Key::ArrowRight, true)] {
        if pressed(Modifiers::SHIFT, key) {
            let share = if forward { PAN_STEP } else { -PAN_STEP };
            seen = seen.moved(share).within(all);
        }
        if pressed(Modifiers::NONE, key) {
            cursor = cursor.stepped(lanes, forward);
            seen = seen.showing(cursor.nanos).within(all);
        }
    }
    for (key, down) in [(Key::ArrowUp, false), (Key::ArrowDown, true)] {
        if pressed(Modifiers::NONE, key) {
            cursor = cursor.beside(lanes, down);
        }
    }
    for (key, factor) in [
        (Key::Plus, ZOOM_STEP),
        (Key::Equals, ZOOM_STEP),
        (Key::Minus, 1.0 / ZOOM_STEP),
    ] {
        if pressed(Modifiers::NONE, key) {
            seen = seen.zoomed(factor, place(cursor.nanos)).within(all);
        }
    }
    if pressed(Modifiers::NONE, Key::Home) {
        seen = Window::stretch(lanes);
    }
    if seen != window {
        asked.window = Some(seen);
    }
    // Enter is a click without a pointer.
    if response.clicked() {
        asked.task = cursor.piece(lanes).and_then(|piece| {
            let life = &lanes.lives[piece.life];
            life.measured.then_some(life.number)
        });
    }
    Some(cursor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::LanesOf;
    use crate::support;

    fn lanes() -> Lanes {
        let run = support::lives::run();
        let block = crate::chart::lane_blocks(&run, 0)[0];
        Lanes::of(&run, LanesOf { block, stretch: 0 }).unwrap()
    }

    fn task(lanes: &Lanes, cursor: Cursor) -> Option<u64> {
        let piece = cursor.piece(lanes)?;
        Some(lanes.lives[piece.life].number)
    }

    #[test]
    fn the_cursor_goes_through_the_lanes_and_says_what_each_did() {
        let lanes = lanes();
        let first = Cursor::first(&lanes, Window::all(&lanes));
        assert_eq!((first.lane, task(&lanes, first)), (0, Some(1)));
        // There is one task in the lane, so there is nowhere to step to.
        assert_eq!(first.stepped(&lanes, true), first);
        assert_eq!(first.stepped(&lanes, false), first);
        assert_eq!(first.beside(&lanes, false), first);
        let told = first.told(&lanes);
        assert!(told.starts_with("thread 1, task 1, good: "), "{told}");
        assert!(told.contains("on CPU 30.0 ms"), "{told}");
        let second = first.beside(&lanes, true);
        assert!(second.told(&lanes).starts_with("thread 2, idle "));
        let found = second.stepped(&lanes, true);
        assert_eq!((found.lane, task(&lanes, found)), (1, Some(2)));
        let mut last = found;
        for _ in 0..9 {
            last = last.beside(&lanes, true);
        }
        assert_eq!(last.lane, 3);
        assert_eq!(last.stepped(&lanes, true), last);
    }

    #[test]
    fn what_is_stepped_to_is_brought_into_view() {
        let lanes = lanes();
        let all = Window::all(&lanes);
        let closer = all.zoomed(0.1, 1.0);
        assert_eq!(closer.showing(closer.from), closer);
        let moved = closer.showing(all.from).within(all);
        assert_eq!(moved.from, all.from);
        assert_eq!(moved.length(), closer.length());
    }
}
