//! Where the time of a task goes: one stacked bar per candidate, with the figures of each part under the pointer.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Button, Color32, Pos2, Rect, RichText, Sense, TextStyle, Ui, Vec2};

use crate::chart::palette::{ink_rgb, split_rgb};
use crate::chart::{SplitBar, SplitChart, SplitPart, SplitScale};
use crate::gui::action::{Action, Exported};
use crate::gui::panels::export_menu::export_menu_ui;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{badge_ui, empty_state_ui, swatch_ui, weak_ui};
use crate::units::text;

/// Height of a bar, in points.
const BAR: f32 = 18.0;
/// From the top of a bar to the top of the next, in points.
const ROW: f32 = 24.0;
/// Room for the length behind a bar, in points.
const FIGURE: f32 = 76.0;
/// The most room for a candidate's name, in points.
const NAME_MAX: f32 = 300.0;
/// A part below this width is not named in its bar, in points.
const NAMED: f32 = 48.0;

/// Shows the bars; `chosen` is the scale that the viewer chose.
pub(super) fn split_ui(
    ui: &mut Ui,
    chart: &SplitChart,
    chosen: &mut Option<SplitScale>,
    actions: &mut Vec<Action>,
) {
    if !chart.has_data() {
        empty_state_ui(
            ui,
            "No data yet",
            "The first tasks that end within the measurement show where their time went",
        );
        return;
    }
    let scale = chosen.unwrap_or_else(|| chart.readable_scale());
    head_ui(ui, chart, scale, chosen, actions);
    let names = name_width(ui, chart);
    ui.spacing_mut().item_spacing.y = 0.0;
    for bar in &chart.bars {
        bar_ui(ui, chart, bar, scale, names);
    }
    ui.add_space(space::XS);
    weak_ui(ui, scale.caption());
}

fn head_ui(
    ui: &mut Ui,
    chart: &SplitChart,
    scale: SplitScale,
    chosen: &mut Option<SplitScale>,
    actions: &mut Vec<Action>,
) {
    let dark = ui.visuals().dark_mode;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for (value, label, about) in [
            (
                SplitScale::Time,
                "Times",
                "The longest bar fills the width: lengths can be compared",
            ),
            (
                SplitScale::Share,
                "Shares",
                "Each bar fills the width: its parts can be seen however short it is",
            ),
        ] {
            let button = Button::selectable(scale == value, RichText::new(label).small());
            if ui.add(button).on_hover_text(about).clicked() {
                *chosen = Some(value);
            }
        }
        export_menu_ui(ui, "the time split", || Exported::TimeSplit, actions);
        ui.add_space(space::S);
        for part in chart.parts() {
            swatch_ui(ui, color(part, dark)).on_hover_text(part.about());
            weak_ui(ui, part.label()).on_hover_text(part.about());
            ui.add_space(space::S);
        }
        if let Some(warning) = chart.warning {
            badge_ui(ui, warning, theme::palette(ui).warning);
        }
    });
}

/// The colour of a part, the same in every picture.
fn color(part: SplitPart, dark: bool) -> Color32 {
    let [r, g, b] = split_rgb(part as usize, dark);
    Color32::from_rgb(r, g, b)
}

fn name_width(ui: &Ui, chart: &SplitChart) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    let width = |bar: &SplitBar| {
        let galley =
            ui.painter()
                .layout_no_wrap(bar.label.clone(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x
    };
    chart
        .bars
        .iter()
        .map(width)
        .fold(40.0, f32::max)
        .min(NAME_MAX)
}

fn bar_ui(ui: &mut Ui, chart: &SplitChart, bar: &SplitBar, scale: SplitScale, names: f32) {
    /// Square and the space behind it.
    const SWATCH: f32 = 18.0;
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let size = Vec2::new(ui.available_width(), ROW);
    // Its parts are told in a note, which the keyboard can ask for too; there is nothing to press.
    let sense = Sense::focusable_noninteractive();
    let (row, response) = ui.allocate_exact_size(size, sense);
    let spoken = spoken(bar);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &spoken));
    let middle = row.center().y;
    let square = Rect::from_center_size(Pos2::new(row.left() + 5.0, middle), Vec2::splat(10.0));
    let own = theme::series_color(bar.candidate, dark);
    ui.painter().rect_filled(square, 2, own);
    let body = TextStyle::Body.resolve(ui.style());
    let small = TextStyle::Small.resolve(ui.style());
    let name_at = Pos2::new(row.left() + SWATCH, middle);
    let mut job = LayoutJob::simple_singleline(bar.label.clone(), body, palette.text);
    job.wrap = TextWrapping::truncate_at_width(names + 1.0);
    let name = ui.painter().layout_job(job);
    let corner = Pos2::new(name_at.x, middle - name.size().y / 2.0);
    ui.painter().galley(corner, name, palette.text);
    let left = name_at.x + names + space::M;
    let track = Rect::from_min_max(
        Pos2::new(left, middle - BAR / 2.0),
        Pos2::new(row.right() - FIGURE, middle + BAR / 2.0),
    );
    ui.painter().rect_filled(track, 3, palette.well);
    if bar.tasks == 0 {
        let at = Pos2::new(left + space::S, middle);
        ui.painter()
            .text(at, Align2::LEFT_CENTER, "no data", small, palette.weak);
        return;
    }
    pieces_ui(ui, bar, track, chart.width_nanos(bar, scale));
    let total = text::nanos(bar.total_nanos());
    let at = Pos2::new(row.right(), middle);
    ui.painter()
        .text(at, Align2::RIGHT_CENTER, total, small, palette.text);
    if response.has_focus() {
        let edge = egui::Stroke::new(1.5, palette.accent);
        ui.painter()
            .rect_stroke(row.expand(1.0), 3, edge, egui::StrokeKind::Outside);
        response.show_tooltip_ui(|ui| hover_ui(ui, bar));
    }
    // The pieces are too thin to be pointed at one by one; the bar tells all of them.
    response.on_hover_ui_at_pointer(|ui| hover_ui(ui, bar));
}

fn pieces_ui(ui: &Ui, bar: &SplitBar, track: Rect, whole: f64) {
    let dark = ui.visuals().dark_mode;
    let font = TextStyle::Small.resolve(ui.style());
    for (part, begin, length) in bar.spans() {
        let at = |nanos: f64| track.left() + (nanos / whole) as f32 * track.width();
        let piece = Rect::from_min_max(
            Pos2::new(at(begin), track.top()),
            Pos2::new(at(begin + length), track.bottom()),
        );
        let fill = color(part, dark);
        ui.painter().rect_filled(piece, 0, fill);
        if piece.width() < NAMED {
            continue;
        }
        let [r, g, b] = ink_rgb(split_rgb(part as usize, dark));
        let text_color = Color32::from_rgb(r, g, b);
        let label = text::nanos(length);
        let galley = ui.painter().layout_no_wrap(label, font.clone(), text_color);
        let corner = piece.center() - galley.size() / 2.0;
        ui.painter().galley(corner, galley, text_color);
    }
}

fn hover_ui(ui: &mut Ui, bar: &SplitBar) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    ui.label(RichText::new(&bar.label).family(theme::semi_bold()));
    egui::Grid::new("split parts")
        .num_columns(4)
        .spacing(Vec2::new(space::S, 2.0))
        .show(ui, |ui| {
            for (part, _, length) in bar.spans() {
                swatch_ui(ui, color(part, dark));
                ui.label(part.label());
                ui.label(text::nanos(length));
                let share = text::percent(length / bar.total_nanos().max(1.0));
                ui.label(RichText::new(share).color(palette.weak));
                ui.end_row();
            }
        });
    let tasks = text::counted(bar.tasks, "task", "tasks");
    weak_ui(
        ui,
        format!("mean of {tasks}, {} in all", text::nanos(bar.total_nanos())),
    );
}

/// The bar for those who hear it.
fn spoken(bar: &SplitBar) -> String {
    if bar.tasks == 0 {
        return format!("Time of {}: no data", bar.label);
    }
    let parts: Vec<String> = bar
        .spans()
        .map(|(part, _, length)| format!("{} {}", part.label(), text::nanos(length)))
        .collect();
    format!("Time of {}: {}", bar.label, parts.join(", "))
}
