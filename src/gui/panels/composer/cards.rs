//! Lists of cards: the line that folds a card, its buttons, and dragging it to another place.
//!
//! The symbols are painted, not taken from a font: they are sharp at every size and need no glyph.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align, CursorIcon, DragAndDrop, Frame, Id, Key, Layout, Margin, Modifiers, Painter, Pos2, Rect,
    Response, Role, Sense, Shape, Stroke, StrokeKind, TextFormat, TextStyle, Ui, Vec2, WidgetInfo,
};

use crate::gui::panels::composer::edit::{ListEdit, dropped_at};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{in_order_ui, paint_fold, paint_lit};

/// Side of a button that is only a symbol.
const ICON: f32 = 22.0;
/// Between such buttons.
const ICON_GAP: f32 = 2.0;
/// Width of the handle.
const HANDLE: f32 = 14.0;

/// One card of a list, for its buttons and handle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Card<'a> {
    /// The list as problems name it: `tasks[0].stages`. Also what tells lists apart while dragging.
    pub list: &'a str,
    /// Which entry, from 0.
    pub index: usize,
    /// How many entries there are.
    pub len: usize,
    /// As the buttons' names end: `stage 2 of 'request'`.
    pub name: &'a str,
}

/// The text of a line that folds: a title, and in second rank what is inside.
#[derive(Debug, Clone)]
pub(super) struct FoldLine<'a> {
    /// What it is.
    pub title: &'a str,
    /// What is inside, in a few words; cut off with an ellipsis where it is too long.
    pub summary: &'a str,
    /// The accessible name.
    pub name: &'a str,
    /// The style of the title.
    pub style: TextStyle,
}

/// What is dragged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dragged {
    /// The list that it is taken from.
    pub list: String,
    /// Its index in it.
    pub from: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Icon {
    Up,
    Down,
    Duplicate,
    Remove,
}

/// The frame of a card that lies on a panel, or, `inner`, on another card.
pub(super) fn frame(palette: &Palette, inner: bool) -> Frame {
    let (fill, margin) = if inner {
        (palette.well, 6)
    } else {
        (palette.card, 8)
    };
    theme::card_frame(palette)
        .fill(fill)
        .inner_margin(Margin::same(margin))
        .corner_radius(6)
}

/// The first line of a card: handle, the line that folds it, the buttons. `before` draws between handle and
/// line. Returns what the buttons ask for, and the line for whoever has more to do with it.
pub(super) fn card_header_ui(
    ui: &mut Ui,
    card: Card<'_>,
    line: &FoldLine<'_>,
    open: &mut bool,
    locked: bool,
    before: impl FnOnce(&mut Ui),
) -> (Option<ListEdit>, Response) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        ui.add_enabled_ui(!locked, |ui| handle_ui(ui, card));
        before(ui);
        let buttons = 4.0 * ICON + 3.0 * ICON_GAP + space::XS;
        let width = (ui.available_width() - buttons).max(ICON);
        let id = line_id(card.list, card.index);
        let folds = fold_line_at(ui, line, *open, (width, Some(id)));
        if folds.clicked() {
            *open = !*open;
            if *open {
                show_opened(ui, &folds);
            }
        }
        let moved = move_by_keys(ui, &folds, card).filter(|_| !locked);
        let asked = ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = ICON_GAP;
            if locked {
                ui.disable();
            }
            in_order_ui(ui, |ui| buttons_ui(ui, card))
        });
        (asked.inner.or(moved), folds)
    })
    .inner
}

/// So much of what is opened is brought into view, in points.
const OPENED_HEIGHT: f32 = 240.0;

/// Whoever opens the last line of the panel that is seen wants to see what is in it.
pub(super) fn show_opened(ui: &Ui, line: &Response) {
    let mut wanted = line.rect;
    wanted.max.y += OPENED_HEIGHT;
    ui.scroll_to_rect(wanted, None);
}

/// A line over `width` that opens and folds what is below it.
pub(super) fn fold_line_ui(ui: &mut Ui, line: &FoldLine<'_>, open: bool, width: f32) -> Response {
    fold_line_at(ui, line, open, (width, None))
}

/// The same; with an `id` it is found again where it was moved to.
fn fold_line_at(
    ui: &mut Ui,
    line: &FoldLine<'_>,
    open: bool,
    (width, id): (f32, Option<Id>),
) -> Response {
    /// Room for the triangle.
    const ARROW: f32 = 18.0;
    let size = Vec2::new(width, space::CONTROL_HEIGHT);
    let (rect, response) = match id {
        Some(id) => {
            let (_, rect) = ui.allocate_space(size);
            (rect, ui.interact(rect, id, Sense::click()))
        }
        None => ui.allocate_exact_size(size, Sense::click()),
    };
    response.widget_info(|| {
        WidgetInfo::selected(Role::DisclosureTriangle, ui.is_enabled(), open, line.name)
    });
    let palette = theme::palette(ui);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    paint_lit(&painter, rect, &response, palette);
    let middle = Pos2::new(rect.left() + ARROW / 2.0, rect.center().y);
    paint_fold(&painter, middle, open, palette);

    let mut job = LayoutJob::default();
    job.append(
        line.title,
        0.0,
        TextFormat::simple(line.style.resolve(ui.style()), palette.text),
    );
    let small = TextFormat {
        valign: Align::Center,
        ..TextFormat::simple(TextStyle::Small.resolve(ui.style()), palette.weak)
    };
    job.append(line.summary, space::S, small);
    job.wrap = TextWrapping::truncate_at_width(width - ARROW - 2.0);
    let galley = ui.painter().layout_job(job);
    let elided = galley.elided;
    let corner = Pos2::new(rect.left() + ARROW, rect.center().y - galley.size().y / 2.0);
    painter.galley(corner, galley, palette.text);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if elided {
        response.on_hover_text(format!("{}  {}", line.title, line.summary))
    } else {
        response
    }
}

/// Shows where a dragged card would land among `cards`, and returns the move when it is dropped.
pub(super) fn drop_ui(ui: &Ui, list: &str, cards: &[Rect], locked: bool) -> Option<ListEdit> {
    let dragged = dragged(ui)?;
    // A run can start while a card is held.
    if locked || dragged.list != list {
        return None;
    }
    let pointer = ui.input(|input| input.pointer.interact_pos())?;
    let area = cards.iter().copied().reduce(Rect::union)?;
    // Beside the list is fine, in another part of the panel is not.
    if !area.y_range().expand(space::XL).contains(pointer.y) {
        return None;
    }
    let gap = gap_at(cards, pointer.y);
    let to = dropped_at(dragged.from, gap);
    outline_held(ui, cards.get(dragged.from));
    if to != dragged.from {
        paint_gap(ui, cards, gap, (area, area.bottom() + space::XS / 2.0));
    }
    let dropped = is_dropped(ui);
    (dropped && to != dragged.from).then_some(ListEdit::Move {
        from: dragged.from,
        to,
    })
}

/// The card that is held, if one is.
pub(super) fn dragged(ui: &Ui) -> Option<Arc<Dragged>> {
    DragAndDrop::payload::<Dragged>(ui.ctx())
}

/// Before which of `cards` something lands at the height `y`.
pub(super) fn gap_at(cards: &[Rect], y: f32) -> usize {
    cards.iter().filter(|card| card.center().y < y).count()
}

/// The line where something would land: before card `gap`, or behind all at `end`, over the width of `area`.
pub(super) fn paint_gap(ui: &Ui, cards: &[Rect], gap: usize, (area, end): (Rect, f32)) {
    let y = cards
        .get(gap)
        .map_or(end, |below| below.top() - space::XS / 2.0);
    let stroke = Stroke::new(3.0, theme::palette(ui).accent);
    ui.painter().hline(area.x_range(), y, stroke);
}

/// The line around the card that is held.
pub(super) fn outline_held(ui: &Ui, card: Option<&Rect>) {
    if let Some(card) = card {
        let stroke = Stroke::new(1.5, theme::palette(ui).accent);
        ui.painter()
            .rect_stroke(*card, 6, stroke, StrokeKind::Inside);
    }
}

/// Whether what is held is let go now; then nobody holds it any more.
pub(super) fn is_dropped(ui: &Ui) -> bool {
    let dropped = ui.input(|input| input.pointer.any_released());
    if dropped {
        DragAndDrop::clear_payload(ui.ctx());
    }
    dropped
}

/// The keys of a line that has the keyboard: with Alt, arrow up and down move its card, and the keyboard goes along.
fn move_by_keys(ui: &Ui, line: &Response, card: Card<'_>) -> Option<ListEdit> {
    if !line.has_focus() {
        return None;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::ALT, key));
    let from = card.index;
    let to = if pressed(Key::ArrowUp) {
        from.checked_sub(1)?
    } else if pressed(Key::ArrowDown) {
        Some(from + 1).filter(|to| *to < card.len)?
    } else {
        return None;
    };
    ui.memory_mut(|memory| {
        // Else the arrow would also move the keyboard to what is drawn above or below.
        memory.move_focus(egui::FocusDirection::None);
        memory.request_focus(line_id(card.list, to));
    });
    Some(ListEdit::Move { from, to })
}

/// Gives the keyboard to the line of a card.
pub(super) fn focus_on(ui: &Ui, list: &str, index: usize) {
    ui.memory_mut(|memory| memory.request_focus(line_id(list, index)));
}

fn line_id(list: &str, index: usize) -> Id {
    Id::unique(("composer card line", list, index))
}

fn handle_ui(ui: &mut Ui, card: Card<'_>) {
    let (_, rect) = ui.allocate_space(Vec2::new(HANDLE, space::CONTROL_HEIGHT));
    let response = ui.interact(
        rect,
        Id::unique(("composer handle", card.list, card.index)),
        // By keyboard the line of the card moves it; here the keyboard could do nothing.
        Sense::DRAG,
    );
    response.widget_info(|| {
        WidgetInfo::labeled(
            Role::Splitter,
            ui.is_enabled(),
            format!("Drag {}", card.name),
        )
    });
    response.dnd_set_drag_payload(Dragged {
        list: card.list.to_owned(),
        from: card.index,
    });
    let palette = theme::palette(ui);
    let active = response.hovered() || response.dragged();
    let color = if active {
        palette.text
    } else {
        palette.weak.gamma_multiply(0.6)
    };
    for row in [-5.0, 0.0, 5.0] {
        for column in [-2.5, 2.5] {
            ui.painter()
                .circle_filled(rect.center() + Vec2::new(column, row), 1.3, color);
        }
    }
    if response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    }
}

/// Drawn from right to left, so the last stands first.
fn buttons_ui(ui: &mut Ui, card: Card<'_>) -> Option<ListEdit> {
    let Card { index, len, .. } = card;
    let mut edit = None;
    if icon_button_ui(ui, card, Icon::Up, index > 0) {
        edit = Some(ListEdit::Move {
            from: index,
            to: index - 1,
        });
        let icon = if index > 1 { Icon::Up } else { Icon::Down };
        ui.memory_mut(|memory| memory.request_focus(icon_id(card.list, index - 1, icon)));
    }
    if icon_button_ui(ui, card, Icon::Down, index + 1 < len) {
        edit = Some(ListEdit::Move {
            from: index,
            to: index + 1,
        });
        // The focus goes with the card, so that pressing again moves it on.
        let icon = if index + 2 < len {
            Icon::Down
        } else {
            Icon::Up
        };
        ui.memory_mut(|memory| memory.request_focus(icon_id(card.list, index + 1, icon)));
    }
    if icon_button_ui(ui, card, Icon::Duplicate, true) {
        edit = Some(ListEdit::Duplicate(index));
    }
    if icon_button_ui(ui, card, Icon::Remove, true) {
        edit = Some(ListEdit::Remove(index));
    }
    edit
}

/// The button that takes entry `index` out of a list whose order does not matter; true when it was clicked.
pub(super) fn remove_button_ui(
    ui: &mut Ui,
    list: &str,
    index: usize,
    name: &str,
    locked: bool,
) -> bool {
    let card = Card {
        list,
        index,
        len: 0,
        name,
    };
    icon_button_ui(ui, card, Icon::Remove, !locked)
}

fn icon_id(list: &str, index: usize, icon: Icon) -> Id {
    Id::unique(("composer card", list, index, icon))
}

fn icon_button_ui(ui: &mut Ui, card: Card<'_>, icon: Icon, enabled: bool) -> bool {
    let verb = match icon {
        Icon::Up => "Move up",
        Icon::Down => "Move down",
        Icon::Duplicate => "Duplicate",
        Icon::Remove => "Remove",
    };
    ui.add_enabled_ui(enabled, |ui| {
        let (_, rect) = ui.allocate_space(Vec2::splat(ICON));
        let response = ui.interact(rect, icon_id(card.list, card.index, icon), Sense::click());
        let name = format!("{verb} {}", card.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &name));
        let palette = theme::palette(ui);
        paint_lit(ui.painter(), rect, &response, palette);
        let color = match (ui.is_enabled(), response.hovered(), icon) {
            (false, ..) => palette.weak.gamma_multiply(0.5),
            (true, true, Icon::Remove) => palette.error,
            (true, true, _) => palette.text,
            (true, false, _) => palette.weak,
        };
        paint_icon(ui.painter(), rect.center(), icon, color);
        response.on_hover_text(verb).clicked()
    })
    .inner
}

fn paint_icon(painter: &Painter, middle: Pos2, icon: Icon, color: egui::Color32) {
    let stroke = Stroke::new(1.5, color);
    let line = |points: &[(f32, f32)]| {
        let points = points
            .iter()
            .map(|(x, y)| middle + Vec2::new(*x, *y))
            .collect();
        painter.add(Shape::line(points, stroke));
    };
    match icon {
        Icon::Up => line(&[(-4.0, 2.0), (0.0, -2.5), (4.0, 2.0)]),
        Icon::Down => line(&[(-4.0, -2.0), (0.0, 2.5), (4.0, -2.0)]),
        Icon::Remove => {
            line(&[(-3.5, -3.5), (3.5, 3.5)]);
            line(&[(-3.5, 3.5), (3.5, -3.5)]);
        }
        Icon::Duplicate => {
            let front = Rect::from_center_size(middle + Vec2::new(1.5, 1.5), Vec2::splat(8.0));
            painter.rect_stroke(front, 1, stroke, StrokeKind::Middle);
            line(&[(-4.5, 2.5), (-4.5, -4.5), (2.5, -4.5)]);
        }
    }
}
