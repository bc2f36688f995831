//! The map of two parameters: a cell for each pair of values, the stronger the colour the larger the value.

use egui::{
    Align, Align2, Color32, CornerRadius, Label, Layout, Rect, RichText, Sense, TextStyle, Ui, Vec2,
};

use crate::chart::Heat;
use crate::export::Picture;
use crate::gui::action::{Action, Exported};
use crate::gui::panels::export_menu::export_menu_ui;
use crate::gui::theme::{self, space};
use crate::gui::widgets::weak_ui;

/// Height of a cell, in points.
const CELL_HEIGHT: f32 = 26.0;
/// Room for the labels of the rows, in points.
const ROW_LABEL_WIDTH: f32 = 92.0;
/// Wider cells only add air, in points.
const CELL_MAX_WIDTH: f32 = 130.0;
/// How much of the colour the smallest and the largest value have.
const STRENGTH: [f32; 2] = [0.06, 0.7];

/// Draws the map; `of` is the series, for the name of an exported file.
pub(super) fn heat_ui(ui: &mut Ui, heat: &Heat, of: &str, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.horizontal(|ui| {
        ui.label(RichText::new(&heat.title).text_style(theme::title_style()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let what = || Exported::seen(of, Picture::Heat(heat.clone()));
            export_menu_ui(ui, &heat.title, what, actions);
        });
    });
    let caption = RichText::new(&heat.caption).small().color(palette.weak);
    ui.add(Label::new(caption).truncate());
    if heat.columns.is_empty() {
        return;
    }
    let room = ui.available_width() - ROW_LABEL_WIDTH;
    let width = (room / heat.columns.len() as f32).min(CELL_MAX_WIDTH);
    let lines = heat.rows.len() as f32 + 1.0;
    let columns = heat.columns.len() as f32;
    let size = Vec2::new(ROW_LABEL_WIDTH + width * columns, CELL_HEIGHT * lines);
    let (area, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, heat.title.clone()));
    let font = TextStyle::Small.resolve(ui.style());
    let write = |at: Rect, text: &str, color: Color32| {
        let painter = ui.painter().with_clip_rect(at);
        painter.text(
            at.center(),
            Align2::CENTER_CENTER,
            text,
            font.clone(),
            color,
        );
    };
    let cell = |column: f32, line: f32| {
        let left = area.left() + ROW_LABEL_WIDTH + column * width;
        let at = egui::pos2(left, area.top() + line * CELL_HEIGHT);
        Rect::from_min_size(at, Vec2::new(width, CELL_HEIGHT)).shrink(1.0)
    };
    // From below, as on an axis.
    for (place, (label, cells)) in heat.rows.iter().zip(&heat.cells).enumerate() {
        let line = lines - 2.0 - place as f32;
        let at = egui::pos2(area.left(), area.top() + line * CELL_HEIGHT);
        let size = Vec2::new(ROW_LABEL_WIDTH, CELL_HEIGHT);
        write(Rect::from_min_size(at, size), label, palette.weak);
        for (column, known) in cells.iter().enumerate() {
            let at = cell(column as f32, line);
            let Some((value, text)) = known else {
                write(at, crate::units::text::MISSING, palette.weak);
                continue;
            };
            let share = share(heat, *value);
            let strength = STRENGTH[0] + share * (STRENGTH[1] - STRENGTH[0]);
            let color = palette.accent.gamma_multiply(strength);
            ui.painter().rect_filled(at, CornerRadius::same(3), color);
            write(at, text, palette.text);
        }
    }
    for (column, label) in heat.columns.iter().enumerate() {
        write(cell(column as f32, lines - 1.0), label, palette.weak);
    }
    let [x, y] = heat.axes;
    let mut legend = vec![format!("to the right: {x}"), format!("upwards: {y}")];
    if let Some(((_, low), (_, high))) = &heat.ends {
        legend.push(format!("from {low} (pale) to {high} (strong)"));
    }
    weak_ui(ui, legend.join(" · "));
}

/// Where a value lies between the ends of the scale, from 0 to 1.
fn share(heat: &Heat, value: f64) -> f32 {
    let Some(((low, _), (high, _))) = heat.ends else {
        return 0.0;
    };
    if high > low {
        ((value - low) / (high - low)) as f32
    } else {
        0.0
    }
}
