//! How much of each resource a candidate would use, as bars with a line at 100 %.

use egui::collapsing_header::CollapsingState;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Painter, Pos2, Rect, Response, RichText, Role, Sense, Shape, Stroke, TextStyle, Ui,
    UiBuilder, Vec2, WidgetInfo,
};

use crate::gui::panels::preview::words::{
    Expected, Standing, badge, bounds_line, percent, sentence, title, used, used_of,
};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{badge_ui, paint_candidate_swatch, paint_fold, paint_lit};
use crate::scenario::{Demand, Load};

/// Height of the line of a candidate, in points.
const LINE: f32 = 24.0;
/// Room for the triangle of a line, in points.
const ARROW: f32 = 18.0;
/// Size of a candidate's colour, in points.
const SWATCH: f32 = 10.0;
/// Where the names begin, in points.
const NAME_AT: f32 = ARROW + SWATCH + space::S;
/// Left and right of the word in a badge, in points.
const BADGE_PADDING: f32 = 7.0;
/// A bar is never shorter, in points.
const TRACK_LEAST: f32 = 48.0;
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

/// Where the parts of the rows of all candidates stand, in points from their left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    badge: f32,
    track: f32,
    figure: f32,
}

/// The columns of rows of `width`: as wide as the widest of their texts, and names and bars share the rest.
pub(super) fn columns(ui: &Ui, expected: &[Expected], load: &Load, width: f32) -> Columns {
    let widest = |style: TextStyle, text: &dyn Fn(&Expected) -> String| {
        let font = style.resolve(ui.style());
        let widths = expected.iter().map(|one| {
            let (text, font) = (text(one), font.clone());
            let galley = (ui.painter()).layout_no_wrap(text, font, egui::Color32::PLACEHOLDER);
            galley.size().x
        });
        widths.fold(0.0, f32::max)
    };
    let names = NAME_AT + widest(TextStyle::Body, &|one| one.name.clone());
    let badges = widest(TextStyle::Small, &badge) + 2.0 * BADGE_PADDING;
    let figures = widest(TextStyle::Small, &|one| figure(one, load));
    let rest = width - badges - figures - 3.0 * space::S;
    // A name is cut rather than the bar beside it.
    let names = names.min(rest - TRACK_LEAST).max(NAME_AT);
    Columns {
        badge: names + space::S,
        track: names + badges + 2.0 * space::S,
        figure: width - figures,
    }
}

/// What is used of the scarcest resource.
fn figure(expected: &Expected, load: &Load) -> String {
    let rate = expected.rate_per_sec(load).unwrap_or_default();
    let scarcest = expected.scarcest();
    scarcest.map_or_else(String::new, |demand| {
        used_of(demand, expected.backend, rate)
    })
}

/// One candidate in a line: its name, how it stands, and the bar of its scarcest resource. A click opens below it what
/// it uses of the others and what that means; `is_open` at first.
pub(super) fn expected_ui(
    ui: &mut Ui,
    index: usize,
    expected: &Expected,
    (load, scale): (&Load, f64),
    (columns, is_open): (Columns, bool),
) {
    let id = ui.make_persistent_id(("expected", index));
    let mut fold = CollapsingState::load_with_default_open(ui.ctx(), id, is_open);
    let response = line_ui(
        ui,
        index,
        expected,
        (load, scale),
        (columns, fold.is_open()),
    );
    if response.clicked() {
        fold.toggle(ui);
    }
    fold.show_body_unindented(ui, |ui| {
        let frame = egui::Frame::NONE.inner_margin(egui::Margin {
            left: NAME_AT as i8,
            bottom: space::S as i8,
            ..egui::Margin::ZERO
        });
        frame.show(ui, |ui| details_ui(ui, expected, (load, scale)));
    });
}

fn line_ui(
    ui: &mut Ui,
    index: usize,
    expected: &Expected,
    (load, scale): (&Load, f64),
    (columns, is_open): (Columns, bool),
) -> Response {
    let palette = theme::palette(ui);
    let size = Vec2::new(ui.available_width(), LINE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let rate = expected.rate_per_sec(load).unwrap_or_default();
    let said = sentence(expected, load);
    let spoken = format!("{}. {said}", spoken(expected, rate));
    response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, true, is_open, &spoken));
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    paint_lit(&painter, rect, &response, palette);
    let middle = |x: f32| Pos2::new(rect.left() + x, rect.center().y);
    paint_fold(&painter, middle(ARROW / 2.0), is_open, palette);
    let swatch = Rect::from_center_size(middle(ARROW + SWATCH / 2.0), Vec2::splat(SWATCH));
    paint_candidate_swatch(&painter, swatch, index, ui.visuals().dark_mode);

    let font = TextStyle::Body.resolve(ui.style());
    let mut name = LayoutJob::simple_singleline(expected.name.clone(), font, palette.text);
    name.wrap = TextWrapping::truncate_at_width(columns.badge - space::S - NAME_AT);
    let name = painter.layout_job(name);
    let corner = middle(NAME_AT) - Vec2::new(0.0, name.size().y / 2.0);
    painter.galley(corner, name, palette.text);

    let place = Rect::from_min_max(
        Pos2::new(rect.left() + columns.badge, rect.top()),
        Pos2::new(rect.left() + columns.track - space::S, rect.bottom()),
    );
    let badge_layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.scope_builder(
        UiBuilder::new().max_rect(place).layout(badge_layout),
        |ui| {
            badge_ui(
                ui,
                &badge(expected),
                self::color(expected.standing, palette),
            );
        },
    );
    if let Some(demand) = expected.scarcest() {
        let track = Rect::from_min_max(
            middle(columns.track) - Vec2::new(0.0, BAR / 2.0),
            middle(columns.figure - space::S) + Vec2::new(0.0, BAR / 2.0),
        );
        bar_ui(
            &painter,
            track,
            (demand.utilisation_at(rate), scale, true),
            palette,
        );
        let font = TextStyle::Small.resolve(ui.style());
        let end = Pos2::new(rect.right(), rect.center().y);
        painter.text(
            end,
            Align2::RIGHT_CENTER,
            figure(expected, load),
            font,
            palette.text,
        );
    }
    response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_text(format!("{}: {said}", expected.name))
}

/// A bar for each resource, and what that means.
fn details_ui(ui: &mut Ui, expected: &Expected, (load, scale): (&Load, f64)) {
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = 2.0;
    let rate = expected.rate_per_sec(load).unwrap_or_default();
    let (rect, _) = ui.allocate_exact_size(
        Vec2::new(ui.available_width(), expected.demands.len() as f32 * ROW),
        Sense::hover(),
    );
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
    let used = demand.utilisation_at(rate);
    bar_ui(painter, track, (used, scale, is_scarcest), palette);
}

/// The bar of what is `used` of a resource, with its line at 100 %.
fn bar_ui(
    painter: &Painter,
    track: Rect,
    (used, scale, is_scarcest): (f64, f64, bool),
    palette: &Palette,
) {
    painter.rect_filled(track, 2, palette.well);
    let at = |part: f64| track.left() + (part / scale).clamp(0.0, 1.0) as f32 * track.width();
    let limit = at(1.0);
    let end = at(used);
    let inside = Rect::from_min_max(track.min, Pos2::new(end.min(limit), track.bottom()));
    // In nobody's colour: not that of a candidate, nor of what can be clicked.
    let fill = if is_scarcest {
        palette.weak
    } else {
        palette.weak.gamma_multiply(0.55)
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
            goes_on(painter, track, palette);
        }
    }
    let line = Stroke::new(1.5, palette.text);
    painter.vline(limit, track.y_range().expand(2.0), line);
}

/// The bar goes on.
fn goes_on(painter: &Painter, track: Rect, palette: &Palette) {
    let tip = Pos2::new(track.right() - 3.0, track.center().y);
    let wing = |y: f32| tip + Vec2::new(-4.0, y);
    painter.add(Shape::line(
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
