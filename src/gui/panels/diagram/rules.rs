//! Straight lines across a diagram, and their names.

use egui::{Align2, Color32, RichText, TextStyle};
use egui_plot::{HLine, Line, LineStyle, PlotBounds, PlotPoint, PlotPoints, PlotUi, Text};

use crate::chart::{Beside, NamedRule, Rule, RuleOf, name_rows, names_in_rows};
use crate::gui::theme::Palette;

/// From one row of names to the next, in points.
const ROW: f32 = 17.0;
/// Between a line and its name, in points.
const NEAR: f64 = 4.0;

/// Room for the names of upright lines above all that is drawn, in points.
pub(super) fn strip_height(rules: &[Rule]) -> f32 {
    name_rows(rules) as f32 * ROW
}

/// Draws the lines, and their names: those of upright lines in rows at the top, each beside the end of its line, the others
/// at the left end.
pub(super) fn draw_rules(
    plot: &mut PlotUi<'_>,
    rules: &[Rule],
    bounds: &PlotBounds,
    palette: &Palette,
) {
    draw_upright(plot, rules, bounds, palette);
    for rule in rules.iter().filter(|rule| rule.of == RuleOf::Y) {
        let line = HLine::new("", rule.at).color(palette.warning);
        plot.hline(line.style(LineStyle::dashed_dense()).allow_hover(false));
        let at = [bounds.min()[0] + per_x(plot, bounds) * 2.0 * NEAR, rule.at];
        plot.text(named(&rule.label, at, Align2::LEFT_BOTTOM, palette));
    }
}

fn draw_upright(plot: &mut PlotUi<'_>, rules: &[Rule], bounds: &PlotBounds, palette: &Palette) {
    let frame = *plot.transform().frame();
    let per_x = per_x(plot, bounds);
    let per_y = bounds.height() / f64::from(frame.height());
    let ends = (0.0, f64::from(frame.width()));
    let font = TextStyle::Small.resolve(&plot.ctx().global_style());
    let ctx = plot.ctx().clone();
    let width = |name: &str| {
        let name = name.to_owned();
        let layout = |fonts: &mut egui::epaint::FontsView<'_>| {
            fonts.layout_no_wrap(name, font.clone(), Color32::PLACEHOLDER)
        };
        f64::from(ctx.fonts_mut(layout).size().x) + NEAR
    };
    let place = |at: f64| (at - bounds.min()[0]) / per_x;
    let rows = names_in_rows(rules, ends, place, width);
    let top = |row: usize| bounds.max()[1] - row as f64 * f64::from(ROW) * per_y;
    for (row, NamedRule { rule, .. }) in rows.iter().enumerate() {
        let line = vec![[rule.at, top(row)], [rule.at, bounds.min()[1]]];
        let line = Line::new("", PlotPoints::from(line)).color(palette.weak);
        plot.line(line.style(LineStyle::dashed_dense()).allow_hover(false));
    }
    // No line lies over the name of another.
    for (row, NamedRule { x, rule, beside }) in rows.iter().enumerate() {
        let (x, anchor) = match beside {
            Beside::Left => (x - NEAR, Align2::RIGHT_TOP),
            // Where it has no room at the right either, it goes over its line.
            Beside::Right => {
                let last = ends.1 - width(&rule.label);
                ((x + NEAR).min(last).max(ends.0), Align2::LEFT_TOP)
            }
        };
        let at = [bounds.min()[0] + x * per_x, top(row)];
        plot.text(named(&rule.label, at, anchor, palette));
    }
}

/// How much of x a point has; of the bounds of this frame, as the plot knows those of the last one.
fn per_x(plot: &PlotUi<'_>, bounds: &PlotBounds) -> f64 {
    bounds.width() / f64::from(plot.transform().frame().width())
}

/// A name on a ground of its own: a line may pass behind it.
fn named(label: &str, [x, y]: [f64; 2], anchor: Align2, palette: &Palette) -> Text {
    let label = RichText::new(label).small().color(palette.weak);
    let label = label.background_color(palette.card);
    let name = Text::new("", PlotPoint::new(x, y), label);
    name.anchor(anchor).allow_hover(false)
}
