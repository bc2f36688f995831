//! Faults, deaths of workers and circuit breakers on the time line of a chart: a strip above the plot, and what its
//! glyphs mean.
//!
//! What has no marks takes no room, so that charts of a calm run look as they always did.

use egui::{Align2, Color32, Pos2, Rect, Response, Sense, Shape, TextStyle, Ui, Vec2};
use egui_plot::{LineStyle, PlotTransform, Span};

use crate::chart::{Chart, ChartBook, Glyph};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::sign_ui;
use crate::run::IncidentKind;
use crate::units::text;

/// Height of the marks of one candidate, in points.
const ROW: f32 = 10.0;
/// Many candidates share that much height, in points.
const ROWS_MAX: f32 = 40.0;
/// Height of a row of names of faults, in points.
const LANE: f32 = 14.0;
/// Half the width of a glyph, in points.
const REACH: f32 = 3.6;
/// How near the pointer must be to a mark to name it, in points.
const NEAR: f32 = 6.0;
/// Marks named at once: more do not fit on the screen.
const NAMED_MAX: usize = 8;

/// The room above the plot of `chart` that its marks are drawn into.
pub(super) fn strip_ui(ui: &mut Ui, chart: &Chart) -> Option<Response> {
    let height = strip_height(chart);
    if height <= 0.0 {
        return None;
    }
    let size = Vec2::new(ui.available_width(), height);
    let (_, response) = ui.allocate_exact_size(size, Sense::hover());
    let spoken = spoken(chart);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &spoken));
    Some(response)
}

/// How high that is, in points.
pub(super) fn strip_height(chart: &Chart) -> f32 {
    chart.lanes() as f32 * LANE + rows_height(chart)
}

fn rows_height(chart: &Chart) -> f32 {
    (chart.marked().len() as f32 * ROW).min(ROWS_MAX)
}

/// Where faults last, within the plot.
pub(super) fn bands(chart: &Chart, x_range: (f64, f64), palette: &Palette) -> Vec<Span> {
    let band = |(from, to, _)| {
        Span::new("", from..=to)
            .fill(palette.fault)
            .border_color(palette.fault_edge)
            .border_width(1.0)
            .border_style(LineStyle::Dotted { spacing: 4.0 })
    };
    chart.faulty(x_range).map(band).collect()
}

/// Draws into the strip what happened, where the plot below has its time. What the pointer is near is named, and so is
/// what happened around the time `read`, where the keyboard is: returns that.
pub(super) fn paint(
    ui: &Ui,
    strip: Response,
    chart: &Chart,
    (x_range, read): ((f64, f64), Option<f64>),
    transform: &PlotTransform,
) -> Option<String> {
    let plot = *transform.frame();
    let rect = Rect::from_x_y_ranges(plot.x_range(), strip.rect.y_range());
    let painter = ui
        .painter()
        .with_clip_rect(rect.expand2(Vec2::new(REACH, 0.0)));
    let at = |seconds: f64| transform.position_from_point_x(seconds);
    paint_bands(ui, &painter, rect, chart, (x_range, at));
    let rows = chart.marked();
    let row_height = rows_height(chart) / rows.len().max(1) as f32;
    let top = rect.bottom() - rows_height(chart);
    let reach = REACH.min(row_height / 2.0 - 0.5);
    let dark = ui.visuals().dark_mode;
    for (row, candidate) in rows.iter().enumerate() {
        let bottom = top + (row + 1) as f32 * row_height;
        let line = egui::Stroke::new(1.0, theme::series_color(*candidate, dark));
        for (x, _) in chart.ticks_per_column(*candidate, |secs| f64::from(at(secs))) {
            if rect.x_range().contains(x as f32) {
                let middle = bottom - row_height / 2.0;
                painter.vline(x as f32 + 0.5, middle..=bottom, line);
            }
        }
    }
    for mark in &chart.marks {
        let row = rows.binary_search(&mark.candidate);
        let (Ok(row), Some(glyph)) = (row, Glyph::of(mark.kind)) else {
            continue;
        };
        let centre = Pos2::new(at(mark.at), top + (row as f32 + 0.5) * row_height);
        if rect.x_range().contains(centre.x) {
            let color = theme::series_color(mark.candidate, dark);
            painter.extend(shapes(glyph, centre, reach, color));
        }
    }
    let happened = read.and_then(|read| named(chart, at(read), at));
    if let Some(happened) = &happened {
        strip.show_tooltip_text(happened);
    }
    strip.on_hover_ui_at_pointer(|ui| {
        if let Some(pointer) = ui.ctx().pointer_hover_pos() {
            let lines = named(chart, pointer.x, at);
            ui.label(lines.unwrap_or_else(|| spoken(chart)));
        }
    });
    happened
}

/// Where faults last, with their names, into the strip that lies in `rect`.
fn paint_bands(
    ui: &Ui,
    painter: &egui::Painter,
    rect: Rect,
    chart: &Chart,
    (x_range, at): ((f64, f64), impl Fn(f64) -> f32),
) {
    let palette = theme::palette(ui);
    let font = TextStyle::Small.resolve(ui.style());
    for (from, to, band) in chart.faulty(x_range) {
        let area = Rect::from_x_y_ranges(at(from)..=at(to), rect.y_range());
        painter.rect_filled(area.intersect(rect), 0, palette.fault);
        let left = area.left().max(rect.left()) + space::XS;
        let end = chart.label_end(band).map_or(rect.right(), &at);
        let room = end.min(rect.right()) - left;
        let words = chart.fault_words(band).into_iter();
        let mut galleys =
            words.map(|words| painter.layout_no_wrap(words, font.clone(), palette.warning));
        // What does not fit is not cut: the legend has the names.
        let fitting = galleys.find(|galley| galley.size().x <= room);
        if let Some(galley) = fitting.filter(|_| area.right() > left) {
            let y = rect.top() + (band.lane as f32 + 0.5) * LANE;
            let corner = Align2::LEFT_CENTER.anchor_size(Pos2::new(left, y), galley.size());
            painter.galley(corner.min, galley, palette.warning);
        }
    }
}

/// The marks near `x`, one line each; none where there are none.
fn named(chart: &Chart, x: f32, at: impl Fn(f64) -> f32) -> Option<String> {
    let mut near: Vec<_> = chart
        .marks
        .iter()
        .filter(|mark| (at(mark.at) - x).abs() <= NEAR)
        .collect();
    near.sort_by(|a, b| a.at.total_cmp(&b.at));
    let name = |candidate| {
        let mut series = chart.series.iter();
        let found = series.find(|series| series.candidate == candidate);
        found.map_or("", |series| series.label.as_str())
    };
    let retries = chart.marked().into_iter().filter_map(|candidate| {
        let own = chart
            .ticks
            .iter()
            .filter(|tick| tick.candidate == candidate);
        let near = own.filter(|tick| (at(tick.at) - x).abs() <= NEAR / 2.0);
        let count: u64 = near.map(|tick| tick.count).sum();
        let told = text::counted(count, "retry", "retries");
        (count > 0).then(|| format!("{}: {told}", name(candidate)))
    });
    let more = near.len().saturating_sub(NAMED_MAX);
    let mut lines: Vec<String> = near
        .iter()
        .take(NAMED_MAX)
        .map(|mark| {
            let at = text::nanos(mark.at * 1e9);
            format!("{at}  {}: {}", name(mark.candidate), mark.kind.label())
        })
        .collect();
    if more > 0 {
        lines.push(format!(
            "and {}",
            text::counted(more as u64, "more", "more")
        ));
    }
    lines.extend(retries);
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The strip for those who hear it, and for a pointer that is near no mark.
fn spoken(chart: &Chart) -> String {
    let bands = chart.bands.iter().map(|band| {
        let (from, to) = (text::nanos(band.from * 1e9), text::nanos(band.to * 1e9));
        format!("{} from {from} to {to}", band.label)
    });
    let kinds = chart.mark_kinds().into_iter().map(|kind| {
        let times = chart.marks.iter().filter(|mark| mark.kind == kind).count();
        format!(
            "{} {}",
            kind.label(),
            text::counted(times as u64, "time", "times")
        )
    });
    let retries: u64 = chart.ticks.iter().map(|tick| tick.count).sum();
    let retries = (retries > 0).then(|| text::counted(retries, "retry", "retries"));
    bands
        .chain(kinds)
        .chain(retries)
        .collect::<Vec<_>>()
        .join("; ")
}

fn shapes(glyph: Glyph, centre: Pos2, reach: f32, color: Color32) -> Vec<Shape> {
    let place = |[x, y]: [f64; 2]| centre + Vec2::new(x as f32, y as f32) * reach;
    let shape = |stroke: Vec<[f64; 2]>| {
        let mut points: Vec<Pos2> = stroke.into_iter().map(place).collect();
        if glyph.is_filled() {
            points.pop();
            Shape::convex_polygon(points, color, egui::Stroke::NONE)
        } else {
            Shape::line(points, egui::Stroke::new(1.3, color))
        }
    };
    glyph.strokes().into_iter().map(shape).collect()
}

/// What shading and glyphs mean; nothing where no chart has them.
pub(super) fn legend_ui(ui: &mut Ui, charts: &ChartBook) {
    let palette = theme::palette(ui);
    // A sign stands nearer to its own words than to those before it.
    ui.spacing_mut().item_spacing.x = space::M;
    let all = || charts.ids().filter_map(|id| charts.chart(id));
    // All charts over time have the same bands.
    let faults = all().find(|chart| !chart.bands.is_empty());
    for fault in faults.map(Chart::fault_key).unwrap_or_default() {
        let entry = sign_ui(ui, 16.0, &fault, |painter, sign| {
            painter.rect_filled(sign, 0, palette.fault);
            for x in [sign.left(), sign.right()] {
                let ends = [Pos2::new(x, sign.top()), Pos2::new(x, sign.bottom())];
                painter.extend(Shape::dotted_line(&ends, palette.fault_edge, 4.0, 1.0));
            }
        });
        entry.on_hover_text("A fault of the scenario strikes meanwhile");
    }
    let mut kinds: Vec<IncidentKind> = all().flat_map(Chart::mark_kinds).collect();
    kinds.sort_by_key(|kind| *kind as usize);
    kinds.dedup();
    for kind in kinds {
        let Some(glyph) = Glyph::of(kind) else {
            continue;
        };
        let entry = sign_ui(ui, 2.0 * REACH, kind.label(), |painter, sign| {
            painter.extend(shapes(glyph, sign.center(), REACH, palette.text));
        });
        entry.on_hover_text(about(kind));
    }
    if all().any(|chart| !chart.ticks.is_empty()) {
        let entry = sign_ui(ui, 2.0, "retries", |painter, sign| {
            let line = egui::Stroke::new(1.0, palette.text);
            painter.vline(sign.center().x, sign.y_range().shrink(2.0), line);
        });
        entry.on_hover_text("A short line: tasks were tried again at that time");
    }
    let dropped = all().map(|chart| chart.marks_dropped).max().unwrap_or(0);
    if dropped > 0 {
        let more = text::counted(dropped, "mark", "marks");
        let entry = sign_ui(ui, 0.0, &format!("{more} not drawn"), |_, _| {});
        entry.on_hover_text("Too many of a kind in one block");
    }
}

const fn about(kind: IncidentKind) -> &'static str {
    match kind {
        IncidentKind::WorkerDied => "A worker died, or a pool broke",
        IncidentKind::WorkerStopped => {
            "A worker process was ended because its caller had given up, and replaced"
        }
        IncidentKind::WorkerKilled => "A fault of the scenario killed a worker",
        IncidentKind::WorkerStalled => "A fault of the scenario made a worker stand still",
        IncidentKind::BreakerOpened => "A circuit breaker cut off its task kind",
        IncidentKind::BreakerHalfOpened => "A circuit breaker lets a few attempts run, to see",
        IncidentKind::BreakerClosed => "A circuit breaker lets all attempts run again",
        IncidentKind::FaultBegan | IncidentKind::FaultEnded => "A fault of the scenario",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{ChartId, ChartSettings, build};
    use crate::support;

    #[test]
    fn a_mark_is_named_where_the_pointer_is_near_and_the_strip_is_told_as_a_whole() {
        let run = support::drill::run();
        let chart = build(ChartId::Attempts, &run, &ChartSettings::default());
        let at = |seconds: f64| seconds as f32 * 100.0;
        assert_eq!(
            named(&chart, 702.0, at).as_deref(),
            Some("7.00 s  processes: worker died\nno budget: 45 retries")
        );
        assert_eq!(named(&chart, 1e6, at), None);
        let told = spoken(&chart);
        assert!(told.starts_with("slow tasks from 3.00 s to 5.00 s; worker died 2 times"));
        assert!(told.contains("breaker closed 4 times; "), "{told}");
        assert!(told.ends_with(" retries"), "{told}");
        let first = chart.ticks[0];
        let near = named(&chart, at(first.at), at).unwrap();
        assert!(near.contains(" retr"), "{near}");
    }
}
