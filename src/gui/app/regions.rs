//! The way of the keyboard through the window: from one part to the next, and on where what had it has gone.

use egui::{Context, FocusDirection, Id, InputState, Key, LayerId, Pos2, Rect};

use crate::gui::action::Region;
use crate::gui::app::Page;

/// A part of the window that the keyboard goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The menus, and the line below.
    Bars,
    /// The panel on the left.
    Sidebar,
    /// The page in the middle.
    Centre,
    /// The results below the charts.
    Results,
}

/// Where the parts of the window are, and which of them the keyboard is to go to.
#[derive(Debug, Default)]
pub(super) struct Regions {
    /// In the order in which the keyboard goes through them.
    shown: Vec<(Part, Rect)>,
    asked: Option<Region>,
    /// The control that had the keyboard when the last frame was drawn, in the window or in front of it.
    held: Option<Id>,
    /// The last one of the window itself, to which the keyboard returns from a menu or a question.
    below: Option<Place>,
    /// The control that Enter or Space has pressed last.
    pressed: Option<Id>,
}

/// A control of the window, and where it is found if it goes.
#[derive(Debug, Clone, Copy)]
struct Place {
    id: Id,
    part: Part,
    page: Page,
    at: Pos2,
    /// The keyboard was not there yet: Tab leads to it, and not on from it.
    is_next: bool,
}

impl Regions {
    /// The keyboard is to go there when the window has been laid out.
    pub(super) const fn ask(&mut self, region: Region) {
        self.asked = Some(region);
    }

    /// A new frame is laid out.
    pub(super) fn begin(&mut self) {
        self.shown.clear();
    }

    /// A part of this frame is here.
    pub(super) fn note(&mut self, part: Part, rect: Rect) {
        // What lies on its edge makes it larger or smaller, and is no part of it.
        self.shown.push((part, rect.shrink(1.0)));
    }

    /// Lets Tab go on from the control that had the keyboard last, where Enter, Esc or a click has taken it away.
    pub(super) fn resume(&mut self, ctx: &Context) {
        let is_free = ctx.memory(|memory| memory.focused().is_none());
        let tab = |input: &InputState| input.key_pressed(Key::Tab) && !input.modifiers.command;
        let Some(below) = self.below.filter(|_| is_free && ctx.input(tab)) else {
            return;
        };
        self.held = Some(below.id);
        ctx.memory_mut(|memory| {
            memory.request_focus(below.id);
            if below.is_next {
                memory.move_focus(FocusDirection::None);
            }
        });
    }

    /// Gives the keyboard to the first control of the part that was asked for, and else to a neighbour of the control
    /// that had it and is gone: whoever presses Tab goes on from there, and not from the first menu. The neighbour of
    /// what was pressed only waits for Tab: it may undo what was just begun, and Enter may be pressed twice.
    pub(super) fn follow(&mut self, ctx: &Context, page: Page) {
        self.shown.sort_by_key(|(part, _)| *part as u8);
        let focused = ctx.memory(egui::Memory::focused);
        if ctx.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Space)) {
            self.pressed = focused;
        }
        let next = if let Some(asked) = self.asked.take() {
            self.first_of(asked, ctx, focused)
        } else if let Some(held) = self.held.filter(|held| is_gone(ctx, *held, focused)) {
            self.instead_of(held, ctx, page)
        } else {
            None
        };
        if next.is_some_and(|next| self.waits_for_tab(ctx, next, page)) {
            self.held = None;
            return;
        }
        if let Some(id) = next {
            ctx.memory_mut(|memory| memory.request_focus(id));
        }
        // Esc takes the keyboard from a question one frame before it closes.
        let in_front = |id: &Id| is_usable(ctx, *id) && control(ctx, *id).is_none();
        self.held = next.or(focused).or(self.held.filter(in_front));
        if let Some((id, at)) = self.held.and_then(|id| control(ctx, id))
            && let Some(part) = self.part_at(at)
        {
            self.below = Some(Place {
                id,
                part,
                page,
                at,
                is_next: false,
            });
        }
    }

    /// Whether `next` stands where a control of the same page was pressed and is gone: then the keyboard comes there with
    /// Tab only.
    fn waits_for_tab(&mut self, ctx: &Context, next: Id, page: Page) -> bool {
        let Some((held, below)) = self.held.zip(self.below) else {
            return false;
        };
        let was_pressed = self.pressed == Some(held) && below.id == held && below.page == page;
        let Some((id, at)) = control(ctx, next).filter(|_| was_pressed && is_gone(ctx, held, None))
        else {
            return false;
        };
        self.below = Some(Place {
            id,
            at,
            is_next: true,
            ..below
        });
        ctx.memory_mut(|memory| memory.surrender_focus(held));
        true
    }

    /// The first control of the part to go to; parts without any are passed over.
    fn first_of(&self, asked: Region, ctx: &Context, focused: Option<Id>) -> Option<Id> {
        let controls = controls(ctx);
        let firsts: Vec<(Part, Id)> = self
            .shown
            .iter()
            .filter_map(|(part, rect)| {
                let first = controls.iter().find(|(_, at)| rect.contains(*at))?;
                Some((*part, first.0))
            })
            .collect();
        let at = controls.iter().find(|(id, _)| Some(*id) == focused);
        // Enter takes the keyboard from a field, and a run from all of the composer: the way goes on from there.
        let from = at.map_or_else(
            || self.below.map(|below| below.part),
            |(_, at)| self.part_at(*at),
        );
        target(asked, from, &firsts)
    }

    /// Where the keyboard goes after `held` is gone: back below what was in front of the window, or to the nearest
    /// control in the same part; where another page has come instead, to the first of that.
    fn instead_of(&self, held: Id, ctx: &Context, page: Page) -> Option<Id> {
        let below = self.below?;
        if below.id != held && control(ctx, below.id).is_some() {
            return Some(below.id);
        }
        let is_other_page = below.page != page;
        let part = if is_other_page {
            Part::Centre
        } else {
            below.part
        };
        let (_, rect) = self.shown.iter().find(|(other, _)| *other == part)?;
        let mut controls = controls(ctx);
        controls.retain(|(_, at)| rect.contains(*at));
        let nearest = if is_other_page {
            controls.first()
        } else {
            controls.iter().min_by(|(_, one), (_, other)| {
                let far = |at: &Pos2| at.distance_sq(below.at);
                far(one).total_cmp(&far(other))
            })
        };
        nearest.map(|(id, _)| *id)
    }

    fn part_at(&self, at: Pos2) -> Option<Part> {
        let here = |(_, rect): &&(Part, Rect)| rect.contains(at);
        self.shown.iter().find(here).map(|(part, _)| *part)
    }
}

/// Whether the keyboard was taken from `held` because it is no longer there or cannot be used any more; Esc and a click
/// elsewhere take it from what is still there.
fn is_gone(ctx: &Context, held: Id, focused: Option<Id>) -> bool {
    !is_usable(ctx, held) && focused.is_none_or(|id| id == held)
}

fn is_usable(ctx: &Context, id: Id) -> bool {
    ctx.viewport(|viewport| {
        let widget = viewport.this_pass.widgets.get(id);
        widget.is_some_and(|one| one.enabled && one.sense.is_focusable())
    })
}

/// The controls of the window itself that can be seen and used, in the order of Tab, and where they are; not the edges of
/// panels, which only move.
fn controls(ctx: &Context) -> Vec<(Id, Pos2)> {
    ctx.viewport(|viewport| {
        let widgets = viewport.this_pass.widgets.get_layer(LayerId::background());
        let usable = widgets.filter(|one| one.enabled && one.sense.is_focusable());
        let seen = usable.filter(|one| one.sense.senses_click() && one.interact_rect.is_positive());
        seen.map(|one| (one.id, one.interact_rect.center()))
            .collect()
    })
}

/// The control of that name, if it is one of the window itself.
fn control(ctx: &Context, id: Id) -> Option<(Id, Pos2)> {
    ctx.viewport(|viewport| {
        let widget = viewport.this_pass.widgets.get(id);
        let usable = widget.filter(|one| one.enabled && one.sense.is_focusable());
        let below = usable.filter(|one| one.layer_id == LayerId::background());
        below.map(|one| (one.id, one.interact_rect.center()))
    })
}

/// The first control of the part to go to from `from`; from nowhere, forward begins at the panel on the left and
/// backward at the last part.
fn target<T: Copy>(asked: Region, from: Option<Part>, firsts: &[(Part, T)]) -> Option<T> {
    let place = |part: Part| firsts.iter().position(|(other, _)| *other == part);
    let at = from.and_then(place);
    let count = firsts.len();
    let index = match (asked, at) {
        (Region::Menus, _) => place(Part::Bars)?,
        (Region::Page, _) => place(Part::Centre)?,
        (Region::Sidebar, _) => place(Part::Sidebar)?,
        (Region::Next, Some(at)) => (at + 1) % count,
        (Region::Next, None) => 1.min(count.checked_sub(1)?),
        (Region::Previous, Some(at)) => (at + count - 1) % count,
        (Region::Previous, None) => count.checked_sub(1)?,
    };
    firsts.get(index).map(|(_, first)| *first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keyboard_goes_round_through_the_parts_that_have_controls() {
        let firsts = [(Part::Bars, 1), (Part::Sidebar, 2), (Part::Results, 4)];
        let go = |asked, from| target(asked, from, &firsts);
        assert_eq!(go(Region::Next, None), Some(2));
        assert_eq!(go(Region::Next, Some(Part::Sidebar)), Some(4));
        assert_eq!(go(Region::Next, Some(Part::Results)), Some(1));
        assert_eq!(go(Region::Previous, Some(Part::Bars)), Some(4));
        assert_eq!(go(Region::Previous, None), Some(4));
        assert_eq!(go(Region::Sidebar, Some(Part::Bars)), Some(2));
        assert_eq!(go(Region::Page, None), None, "it has no control here");
        assert_eq!(go(Region::Menus, Some(Part::Results)), Some(1));
        assert_eq!(target::<u8>(Region::Next, None, &[]), None);
    }
}
