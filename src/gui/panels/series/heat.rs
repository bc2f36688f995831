//! The map of two parameters: a cell for each pair of values, the stronger the colour the larger the value.

use egui::{
    Align, Align2, Color32, CornerRadius, EventFilter, Key, Label, Layout, Modifiers, Rect,
    Response, RichText, Sense, Stroke, StrokeKind, TextStyle, Ui, Vec2,
};

use crate::chart::Heat;
use crate::export::Picture;
use crate::gui::action::{Action, Exported};
use crate::gui::panels::export_menu::export_menu_ui;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{card_ui, weak_ui};

/// Height of a cell, in points.
const CELL_HEIGHT: f32 = 26.0;
/// Room for the labels of the rows, in points.
const ROW_LABEL_WIDTH: f32 = 92.0;
/// Wider cells only add air, in points.
const CELL_MAX_WIDTH: f32 = 130.0;
/// Narrower cells cut their values off, in points.
const CELL_MIN_WIDTH: f32 = 58.0;
/// A map in a narrower card has no room for its head, in points.
const CARD_MIN_WIDTH: f32 = 280.0;
/// How much of the colour the smallest and the largest value have.
const STRENGTH: [f32; 2] = [0.06, 0.7];

/// Draws the maps in cards, side by side where there is room; `of` is the series, for the names of exported files.
pub(super) fn heats_ui(ui: &mut Ui, heats: &[Heat], of: &str, actions: &mut Vec<Action>) {
    let Some(widest) = heats.iter().map(|heat| heat.columns.len()).max() else {
        return;
    };
    let gap = space::S;
    let needed = ROW_LABEL_WIDTH + CELL_MIN_WIDTH * widest as f32 + 2.0 * space::M;
    let full = ui.available_width();
    let fitting = ((full + gap) / (needed.max(CARD_MIN_WIDTH) + gap)) as usize;
    let columns = fitting.clamp(1, heats.len());
    let width = (full - gap * (columns - 1) as f32) / columns as f32;
    for row in heats.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(gap);
            for heat in row {
                let layout = Layout::top_down(Align::Min);
                ui.allocate_ui_with_layout(Vec2::new(width, 0.0), layout, |ui| {
                    ui.set_width(width);
                    card_ui(ui, |ui| heat_ui(ui, heat, of, actions));
                });
            }
        });
    }
}

/// Draws one map.
fn heat_ui(ui: &mut Ui, heat: &Heat, of: &str, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = space::XS;
    head_ui(ui, heat, of, actions);
    if heat.columns.is_empty() {
        return;
    }
    let room = ui.available_width() - ROW_LABEL_WIDTH;
    let width = (room / heat.columns.len() as f32).min(CELL_MAX_WIDTH);
    let lines = heat.rows.len() as f32 + 1.0;
    let columns = heat.columns.len() as f32;
    let size = Vec2::new(ROW_LABEL_WIDTH + width * columns, CELL_HEIGHT * lines);
    // It can be read cell by cell with the keyboard; there is nothing to press.
    let (area, response) = ui.allocate_exact_size(size, Sense::focusable_noninteractive());
    let read = read_by_keys(ui, &response, heat);
    let told = read.map_or_else(
        || heat.title.clone(),
        |at| format!("{}, {}", heat.title, told(heat, at)),
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &told));
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
    if let Some([column, row]) = read {
        let at = cell(column as f32, lines - 2.0 - row as f32);
        let edge = Stroke::new(2.0, palette.accent);
        let kind = StrokeKind::Outside;
        ui.painter()
            .rect_stroke(at, CornerRadius::same(3), edge, kind);
    }
    for (column, label) in heat.columns.iter().enumerate() {
        write(cell(column as f32, lines - 1.0), label, palette.weak);
    }
    legend_ui(ui, heat);
}

/// Title, export and caption.
fn head_ui(ui: &mut Ui, heat: &Heat, of: &str, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let what = || Exported::seen(of, Picture::Heat(heat.clone()));
            export_menu_ui(ui, &heat.title, what, actions);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let title = RichText::new(&heat.title).text_style(theme::title_style());
                ui.add(Label::new(title).truncate());
            });
        });
    });
    let caption = RichText::new(&heat.caption).small().color(palette.weak);
    ui.add(Label::new(caption).wrap());
}

/// What goes along the sides, and what the colours mean.
fn legend_ui(ui: &mut Ui, heat: &Heat) {
    let [x, y] = heat.axes;
    let mut legend = vec![format!("to the right: {x}"), format!("upwards: {y}")];
    if let Some(((_, low), (_, high))) = &heat.ends {
        legend.push(format!("from {low} (faint) to {high} (strong)"));
    }
    weak_ui(ui, legend.join(" · "));
}

/// The cell (column, row) that the keyboard is at: arrow keys go from one to the next. None without the keyboard.
fn read_by_keys(ui: &Ui, response: &Response, heat: &Heat) -> Option<[usize; 2]> {
    if !response.has_focus() || heat.rows.is_empty() {
        return None;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let before = ui.data(|data| data.get_temp(response.id));
    let [mut column, mut row]: [usize; 2] = before.unwrap_or_default();
    column += usize::from(pressed(Key::ArrowRight));
    column = column.saturating_sub(usize::from(pressed(Key::ArrowLeft)));
    // From below, as on an axis.
    row += usize::from(pressed(Key::ArrowUp));
    row = row.saturating_sub(usize::from(pressed(Key::ArrowDown)));
    let at = [
        column.min(heat.columns.len() - 1),
        row.min(heat.rows.len() - 1),
    ];
    ui.data_mut(|data| data.insert_temp(response.id, at));
    Some(at)
}

/// A cell in words.
fn told(heat: &Heat, [column, row]: [usize; 2]) -> String {
    let value = heat.cells.get(row).and_then(|cells| cells.get(column));
    let value = value.and_then(Option::as_ref);
    let value = value.map_or("no data", |(_, text)| text);
    let [x, y] = &heat.axes;
    let (of_x, of_y) = (&heat.columns[column], &heat.rows[row]);
    format!("{x} {of_x}, {y} {of_y}: {value}")
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
