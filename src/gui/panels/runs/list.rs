//! The list of the kept runs: rows of one height, so that only those are made that are seen.

use std::path::{Path, PathBuf};

use egui::{
    Align, EventFilter, Key, Label, Layout, Modifiers, Rect, RichText, ScrollArea, Sense, Ui,
    UiBuilder, Vec2,
};

use crate::gui::app::RunEntry;
use crate::gui::panels::runs::mark;
use crate::gui::theme::{self, space};
use crate::gui::widgets::badge_ui;
use crate::run::record::{Head, RecordKind};
use crate::units::text;

/// Height of a row, in points: two lines of text in a card.
const ROW_HEIGHT: f32 = 56.0;

/// What is listed.
pub(super) struct Entries<'a> {
    pub(super) all: &'a [RunEntry],
    /// Those that are listed, by their places.
    pub(super) found: &'a [usize],
    pub(super) chosen: Option<&'a Path>,
    pub(super) shown: Option<&'a Path>,
    pub(super) opening: Option<&'a Path>,
}

/// A row that was chosen by a click or by a key.
pub(super) struct Chosen {
    pub(super) path: PathBuf,
    /// It is to be opened.
    pub(super) open: bool,
    /// The keyboard is to go there, where it may have to be scrolled to.
    pub(super) by_key: bool,
}

/// Rows that a page key goes on by.
const PAGE: usize = 8;

/// Shows the list, and gives the keyboard to the row of `wanted`; says which row was chosen.
pub(super) fn list_ui(
    ui: &mut Ui,
    entries: &Entries<'_>,
    wanted: &mut Option<PathBuf>,
) -> Option<Chosen> {
    let mut chosen = None;
    ui.spacing_mut().item_spacing.y = space::XS;
    ScrollArea::vertical()
        .auto_shrink(false)
        .id_salt("kept runs")
        .show_rows(ui, ROW_HEIGHT, entries.found.len(), |ui, rows| {
            for place in rows {
                let entry = |place: usize| entries.all.get(*entries.found.get(place)?);
                let Some(this) = entry(place) else {
                    continue;
                };
                let response = row_ui(ui, entries, this);
                if wanted.as_deref() == Some(&*this.path) {
                    *wanted = None;
                    response.request_focus();
                }
                if response.clicked() {
                    let by_key = response.has_focus() && !response.hovered();
                    let again = entries.chosen == Some(&*this.path);
                    chosen = Some(Chosen {
                        path: this.path.clone(),
                        open: response.double_clicked() || (by_key && again),
                        by_key: false,
                    });
                }
                let last = entries.found.len() - 1;
                let to = stepped(ui, &response, place, last);
                if let Some((to, other)) = to.and_then(|to| Some((to, entry(to)?))) {
                    // The other row may not be made yet: it is where rows of one height say that it is.
                    let height = ROW_HEIGHT + ui.spacing().item_spacing.y;
                    let by = (to as f32 - place as f32) * height;
                    ui.scroll_to_rect(response.rect.translate(Vec2::new(0.0, by)), None);
                    chosen = Some(Chosen {
                        path: other.path.clone(),
                        open: false,
                        by_key: true,
                    });
                }
            }
        });
    chosen
}

/// The row to which a key goes from that at `place`; none without such a key, or without another row there.
fn stepped(ui: &Ui, response: &egui::Response, place: usize, last: usize) -> Option<usize> {
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let to = [
        (Key::ArrowUp, place.saturating_sub(1)),
        (Key::ArrowDown, place + 1),
        (Key::PageUp, place.saturating_sub(PAGE)),
        (Key::PageDown, place + PAGE),
        (Key::Home, 0),
        (Key::End, last),
    ]
    .into_iter()
    .find_map(|(key, to)| pressed(key).then_some(to.min(last)));
    to.filter(|to| *to != place)
}

fn row_ui(ui: &mut Ui, entries: &Entries<'_>, entry: &RunEntry) -> egui::Response {
    let palette = theme::palette(ui);
    let size = Vec2::new(ui.available_width(), ROW_HEIGHT);
    // Named by its file: rows that are scrolled away are not made, and the keyboard stays with the run.
    let (_, rect) = ui.allocate_space(size);
    let id = egui::Id::unique(("kept run", &entry.path));
    let response = ui.interact(rect, id, Sense::click());
    let selected = entries.chosen == Some(&*entry.path);
    let frame = theme::choice_frame(
        palette,
        response.hovered() || response.has_focus(),
        selected,
    );
    // The text is laid out below, within the frame and not in it; its line is drawn around what it is given.
    let frame = frame.inner_margin(0);
    let within = rect.shrink(frame.stroke.width);
    ui.painter().add(frame.paint(within));
    let inner = rect.shrink2(Vec2::new(space::M, space::S));
    let builder = UiBuilder::new().max_rect(inner).id_salt(&entry.path);
    // A child of its own, so that the next row begins below this one and not below its text.
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.y = 2.0;
    child.spacing_mut().interact_size.y = 18.0;
    first_line_ui(&mut child, entries, entry, inner);
    second_line_ui(&mut child, entry);
    let title = format!("Run {}", name_of(entry));
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::Button, true, selected, title.clone())
    });
    response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_text("Click to choose, double click to open. By keyboard: arrow keys to choose, Enter to open")
}

/// Distinct also where several are called alike.
fn name_of(entry: &RunEntry) -> String {
    match &entry.head {
        Ok(head) => format!("{} {}", head.title(), head.header.id),
        Err(_) => entry.title(),
    }
}

fn first_line_ui(ui: &mut Ui, entries: &Entries<'_>, entry: &RunEntry, inner: Rect) {
    let palette = theme::palette(ui);
    let is = |other: Option<&Path>| other == Some(&*entry.path);
    let size = Vec2::new(inner.width(), 18.0);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let (word, color) = mark(entry, palette);
        badge_ui(ui, word, color);
        if is(entries.opening) {
            badge_ui(ui, "reading…", palette.accent);
        } else if is(entries.shown) {
            badge_ui(ui, "shown", palette.accent);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let title = RichText::new(entry.title()).text_style(theme::title_style());
            ui.add(Label::new(title).truncate());
        });
    });
}

fn second_line_ui(ui: &mut Ui, entry: &RunEntry) {
    match &entry.head {
        Ok(head) => {
            let line = RichText::new(facts(head)).small();
            let color = theme::palette(ui).weak;
            ui.add(Label::new(line.color(color)).truncate());
        }
        Err(error) => {
            let color = theme::palette(ui).error;
            let line = RichText::new(error).small().color(color);
            ui.add(Label::new(line).truncate());
        }
    }
}

/// `2026-03-01 12:00 · 4 candidates · #before #laptop`
/// When it began, in Coordinated Universal Time.
pub(in crate::gui::panels) fn when(head: &Head) -> String {
    let time = text::date_time(head.header.started_unix_secs);
    time.trim_end_matches(" UTC").to_owned()
}

pub(in crate::gui::panels) fn facts(head: &Head) -> String {
    let header = &head.header;
    let mut facts = vec![when(head)];
    if header.kind != RecordKind::Run {
        facts.push(header.kind.label().to_owned());
    }
    let candidates = header.candidates.len() as u64;
    facts.push(text::counted(candidates, "candidate", "candidates"));
    if !head.meta.tags.is_empty() {
        let tags: Vec<String> = head.meta.tags.iter().map(|tag| format!("#{tag}")).collect();
        facts.push(tags.join(" "));
    }
    if !head.meta.name.is_empty() {
        facts.push(header.title.clone());
    }
    facts.join(" · ")
}
