//! The list of the kept runs: rows of one height, so that only those are made that are seen.

use std::path::{Path, PathBuf};

use egui::{Align, Label, Layout, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, Vec2};

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

/// A row that was clicked.
pub(super) struct Clicked {
    pub(super) path: PathBuf,
    pub(super) double: bool,
}

/// Shows the list; says which row was clicked.
pub(super) fn list_ui(ui: &mut Ui, entries: &Entries<'_>) -> Option<Clicked> {
    let mut clicked = None;
    ui.spacing_mut().item_spacing.y = space::XS;
    ScrollArea::vertical()
        .auto_shrink(false)
        .id_salt("kept runs")
        .show_rows(ui, ROW_HEIGHT, entries.found.len(), |ui, rows| {
            for &index in &entries.found[rows] {
                let Some(entry) = entries.all.get(index) else {
                    continue;
                };
                let response = row_ui(ui, entries, entry);
                if response.clicked() {
                    clicked = Some(Clicked {
                        path: entry.path.clone(),
                        double: response.double_clicked(),
                    });
                }
            }
        });
    clicked
}

fn row_ui(ui: &mut Ui, entries: &Entries<'_>, entry: &RunEntry) -> egui::Response {
    let palette = theme::palette(ui);
    let size = Vec2::new(ui.available_width(), ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let selected = entries.chosen == Some(&*entry.path);
    let frame = theme::choice_frame(palette, response.hovered(), selected);
    // The text is laid out below, within the frame and not in it.
    let frame = frame.inner_margin(0);
    ui.painter().add(frame.paint(rect));
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
        .on_hover_text("Click to choose, double click to open")
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
pub(in crate::gui::panels) fn facts(head: &Head) -> String {
    let header = &head.header;
    let time = text::date_time(header.started_unix_secs);
    let mut facts = vec![time.trim_end_matches(" UTC").to_owned()];
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
