//! How much of each resource a candidate would use, as bars with a line at 100 %.

use egui::{Align2, Pos2, Rect, RichText, Sense, Shape, Stroke, TextStyle, Ui, Vec2, WidgetInfo};

use crate::gui::panels::preview::words::{
    Expected, Standing, badge, bounds_line, percent, sentence, title, used,
};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{badge_ui, swatch_ui};
use crate::scenario::{Demand, Load};

/// Height of a bar, in points.
const BAR: f32 = 12.0;
/// From one bar to the next, in points.
const ROW: f32 = 19.0;
/// Room for the name of a resource, in points.
const NAME: f32 = 96.0;
/// Room for the figure behind a bar, in points.
const FIGURE: f32 = 122.0;
/// The bars reach that far beyond the line at 100 % if nothing does.
const SCALE_LEAST: f64 = 1.25;
/// What is longer is cut and has an arrow: the shorter ones must stay readable.
const SCALE_MOST: f64 = 3.0;

/// The use that the whole length of a bar stands for: the same for all candidates, so that bars can be compared.
pub(super) fn scale(all: &[Expected], load: &Load) -> f64 {
    let uses = all.iter().flat_map(|one| {
        let rate = one.rate_per_sec(load).unwrap_or_default();
        one.demands
            .iter()
            .map(move |demand| demand.utilisation_at(rate))
    });
    let most = uses.filter(|used| used.is_finite()).fold(0.0, f64::max);
    (most * 1.05).clamp(SCALE_LEAST, SCALE_MOST)
}

/// The colour of how a candidate stands; a word always says it too.
pub(in crate::gui::panels) fn color(standing: Standing, palette: &Palette) -> egui::Color32 {
    match standing {
        Standing::Fits => palette.good,
        Standing::NearlyFull | Standing::Full => palette.warning,
        Standing::Overloaded => palette.error,
        Standing::Batch => palette.accent,
        Standing::Unknown => palette.weak,
    }
}

/// One candidate: its name, how it stands, a bar for each resource, and what that means.
pub(super) fn expected_ui(
    ui: &mut Ui,
    index: usize,
    expected: &Expected,
    (load, scale): (&Load, f64),
) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        swatch_ui(ui, theme::series_color(index, dark));
        let name = RichText::new(&expected.name).family(theme::semi_bold());
        let room = (ui.available_width() - 150.0).max(80.0);
        ui.scope(|ui| {
            ui.set_max_width(room);
            ui.add(egui::Label::new(name).truncate());
        });
        badge_ui(ui, &badge(expected), color(expected.standing, palette));
    });
    let rate = expected.rate_per_sec(load).unwrap_or_default();
    let (rect, response) = ui.allocate_exact_size(
        Vec2::new(ui.available_width(), expected.demands.len() as f32 * ROW),
        Sense::hover(),
    );
    let spoken = spoken(expected, rate);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &spoken));
    let mut row = Rect::from_min_size(rect.min, Vec2::new(rect.width(), ROW));
    for demand in &expected.demands {
        let is_scarcest = expected.seen.bottleneck == Some(demand.resource);
        row_ui(ui, row, (demand, expected, is_scarcest), (rate, scale));
        row = row.translate(Vec2::new(0.0, ROW));
    }
    let small = |ui: &mut Ui, text: String, color| {
        ui.add(egui::Label::new(RichText::new(text).small().color(color)).wrap());
    };
    small(ui, sentence(expected, load), palette.text);
    let bounds = bounds_line(expected);
    if !bounds.is_empty() {
        small(ui, bounds, palette.weak);
    }
}

fn row_ui(
    ui: &Ui,
    row: Rect,
    (demand, expected, is_scarcest): (&Demand, &Expected, bool),
    (rate, scale): (f64, f64),
) {
    let palette = theme::palette(ui);
    let font = TextStyle::Small.resolve(ui.style());
    let painter = ui.painter();
    let middle = row.center().y;
    let ink = if is_scarcest {
        palette.text
    } else {
        palette.weak
    };
    painter.text(
        Pos2::new(row.left(), middle),
        Align2::LEFT_CENTER,
        title(demand.resource, expected.backend),
        font.clone(),
        ink,
    );
    let figure = used(demand, expected.backend, rate);
    painter.text(
        Pos2::new(row.right(), middle),
        Align2::RIGHT_CENTER,
        figure,
        font,
        ink,
    );
    let track = Rect::from_min_max(
        Pos2::new(row.left() + NAME, middle - BAR / 2.0),
        Pos2::new(
            (row.right() - FIGURE).max(row.left() + NAME),
            middle + BAR / 2.0,
        ),
    );
    painter.rect_filled(track, 2, palette.well);
    let used = demand.utilisation_at(rate);
    let at = |part: f64| track.left() + (part / scale).clamp(0.0, 1.0) as f32 * track.width();
    let limit = at(1.0);
    let end = at(used);
    let inside = Rect::from_min_max(track.min, Pos2::new(end.min(limit), track.bottom()));
    let fill = if is_scarcest {
        palette.accent
    } else {
        palette.accent.gamma_multiply(0.55)
    };
    painter.rect_filled(inside, 2, fill);
    if end > limit {
        // What cannot be served is another colour, and stands beyond the line.
        let beyond = Rect::from_min_max(
            Pos2::new(limit, track.top()),
            Pos2::new(end, track.bottom()),
        );
        painter.rect_filled(beyond, 2, palette.error);
        if used > scale {
            arrow(ui, track, palette);
        }
    }
    let line = Stroke::new(1.5, palette.text);
    painter.vline(limit, track.y_range().expand(2.0), line);
}

/// The bar goes on.
fn arrow(ui: &Ui, track: Rect, palette: &Palette) {
    let tip = Pos2::new(track.right() - 3.0, track.center().y);
    let wing = |y: f32| tip + Vec2::new(-4.0, y);
    ui.painter().add(Shape::line(
        vec![wing(-4.0), tip, wing(4.0)],
        Stroke::new(1.5, palette.card),
    ));
}

/// The bars for those who hear them.
fn spoken(expected: &Expected, rate: f64) -> String {
    let uses = expected.demands.iter().map(|demand| {
        format!(
            "{} {}",
            title(demand.resource, expected.backend),
            percent(demand.utilisation_at(rate))
        )
    });
    let uses: Vec<String> = uses.collect();
    format!("Expected use of {}: {}", expected.name, uses.join(", "))
}
