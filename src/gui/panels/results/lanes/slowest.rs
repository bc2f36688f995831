//! The slowest tasks of a block, each with where its time went.

use egui::{Pos2, Rect, RichText, Sense, TextStyle, Ui, Vec2};

use crate::chart::{LanePart, end_words, split_pieces};
use crate::gui::panels::results::lanes::draw::color;
use crate::gui::theme::{self, space};
use crate::gui::widgets::weak_ui;
use crate::run::SlowTask;
use crate::units::text;

/// Height of an entry, in points.
const ROW: f32 = 22.0;
/// Room for the number of the task, and for its time, in points.
const FIGURE: f32 = 78.0;

/// Shows the list and says which task was chosen; `in_lanes` if the one that was found is among the lanes.
pub(super) fn slowest_ui(
    ui: &mut Ui,
    slowest: &[SlowTask],
    found: Option<u64>,
    in_lanes: bool,
) -> Option<u64> {
    ui.label(RichText::new("Slowest tasks").family(theme::semi_bold()))
        .on_hover_text("Of the measurement, by response time; choose one to find it in the lanes");
    if slowest.is_empty() {
        weak_ui(ui, "No measured task has ended yet");
        return None;
    }
    // Not always the first: runs that were kept before are in another order.
    let longest = slowest.iter().map(SlowTask::response_nanos).max();
    let longest = longest.unwrap_or_default().max(1);
    let mut chosen = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    for slow in slowest {
        let is_found = found == Some(slow.last.number);
        if row_ui(ui, slow, longest, is_found) {
            chosen = Some(slow.last.number);
        }
        if is_found {
            whole_ui(ui, slow);
            if !in_lanes {
                weak_ui(ui, "Not in the lanes: it lies outside of this stretch");
            }
        }
    }
    chosen
}

fn row_ui(ui: &mut Ui, slow: &SlowTask, longest: u64, is_found: bool) -> bool {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let size = Vec2::new(ui.available_width(), ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let time = text::nanos(slow.response_nanos() as f64);
    let number = text::count(slow.last.number);
    let label = format!("Find task {number}, {time}, {}", end_words(slow.last.end));
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::Button, true, is_found, label.clone())
    });
    if is_found || response.hovered() || response.has_focus() {
        let ground = if is_found {
            palette.selected
        } else {
            palette.control
        };
        ui.painter().rect_filled(rect, 3, ground);
    }
    let small = TextStyle::Small.resolve(ui.style());
    let middle = rect.center().y;
    let left = Pos2::new(rect.left() + space::XS, middle);
    let align = egui::Align2::LEFT_CENTER;
    let mark = if slow.last.end == crate::run::LifeEnd::Good {
        number
    } else {
        format!("⚠ {number}")
    };
    ui.painter()
        .text(left, align, mark, small.clone(), palette.weak);
    let right = Pos2::new(rect.right() - space::XS, middle);
    let align = egui::Align2::RIGHT_CENTER;
    ui.painter().text(right, align, time, small, palette.text);
    let from = rect.left() + FIGURE;
    let room = (rect.width() - 2.0 * FIGURE).max(0.0);
    let mut at = 0.0_f32;
    for (part, nanos) in pieces(slow) {
        let width = room * nanos as f32 / longest as f32;
        let half = ROW * 0.3 * part.height().max(0.4);
        let x = from + at..=from + at + width;
        let bar = Rect::from_x_y_ranges(x, middle - half..=middle + half);
        ui.painter().rect_filled(bar, 0, color(part, dark, palette));
        at += width;
    }
    response.on_hover_text(label).clicked()
}

/// Where the time of a slow task went: as one piece where that is not known.
fn pieces(slow: &SlowTask) -> Vec<(LanePart, u64)> {
    slow.split.map_or_else(
        || vec![(LanePart::Unread, slow.response_nanos())],
        |split| split_pieces(&split),
    )
}

/// The whole life of the task that was chosen.
fn whole_ui(ui: &mut Ui, slow: &SlowTask) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    egui::Frame::new().inner_margin(space::S).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (part, nanos) in pieces(slow) {
            ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
                ui.painter()
                    .rect_filled(rect, 2, color(part, dark, palette));
                let label = if slow.split.is_some() {
                    part.label()
                } else {
                    "not told apart"
                };
                weak_ui(ui, format!("{label} {}", text::nanos(nanos as f64)));
            });
        }
        weak_ui(ui, end_words(slow.last.end));
    });
}
