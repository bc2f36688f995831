//! The picture of an experiment, drawn from its scenario: how tasks come, what one does, and on what it is tried.
//!
//! Nothing in it is decoration: the kind of arrivals, the lengths of stages and the candidates are the scenario's.

use std::fmt::Write as _;

use egui::{Align2, Pos2, Rect, Response, Sense, Shape, Stroke, TextStyle, Ui, Vec2};

use crate::gui::panels::composer::paint_strip;
use crate::gui::panels::start::glyphs;
use crate::gui::theme::{self, space};
use crate::scenario::{Arrivals, Load, ProfilePart, Runtime, Scenario, Stage};
use crate::units::text;

/// Height of a picture, in points: load and task, and below them the candidates.
pub(super) const HEIGHT: f32 = 112.0;
/// Height of load and task without their captions, in points.
const UPPER: f32 = 40.0;
/// Height of a caption, in points.
const CAPTION: f32 = 16.0;
/// Width of the load, in points.
const LOAD_WIDTH: f32 = 78.0;
/// Room for the arrow between load and task, in points.
const ARROW: f32 = 18.0;
/// More kinds of task are not drawn.
const KINDS_MAX: usize = 3;
/// A task is never narrower, however short it is beside the others, in points.
const TASK_MIN: f32 = 10.0;
/// Gaps between Poisson arrivals, relative to their mean: one in each eighth of their distribution.
const POISSON_GAPS: [f32; 8] = [0.21, 1.16, 0.06, 0.58, 2.77, 0.37, 1.67, 0.83];

/// Shows the picture over the whole width.
pub(super) fn picture_ui(ui: &mut Ui, scenario: &Scenario) -> Response {
    let palette = theme::palette(ui);
    let size = Vec2::new(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let about = format!("Picture: {}", in_words(scenario));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, about.clone()));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    ui.painter().rect_filled(rect, 5, palette.well);
    let inner = rect.shrink(space::S);
    let upper = Rect::from_min_size(inner.min, Vec2::new(inner.width(), UPPER));
    let load = Rect::from_min_size(upper.min, Vec2::new(LOAD_WIDTH, UPPER));
    load_ui(ui, load, &scenario.load);
    caption_ui(ui, load, &load_words(&scenario.load), Align2::CENTER_TOP);
    let arrow = Pos2::new(load.right() + ARROW / 2.0, upper.center().y);
    glyphs::arrow(ui.painter(), arrow, palette.weak);
    let tasks = Rect::from_min_max(Pos2::new(load.right() + ARROW, upper.top()), upper.max);
    tasks_ui(ui, tasks, scenario);
    caption_ui(ui, tasks, &task_words(scenario), Align2::LEFT_TOP);
    let lower = Rect::from_min_max(
        Pos2::new(inner.left(), inner.bottom() - glyphs::SIZE.y),
        inner.max,
    );
    candidates_ui(ui, lower, scenario);
    response.on_hover_text(in_words(scenario))
}

fn caption_ui(ui: &Ui, above: Rect, words: &str, align: Align2) {
    let font = TextStyle::Small.resolve(ui.style());
    let color = theme::palette(ui).weak;
    let room = Rect::from_min_size(above.left_bottom(), Vec2::new(above.width(), CAPTION));
    let at = align.pos_in_rect(&room);
    ui.painter()
        .with_clip_rect(room.expand2(Vec2::new(ARROW / 2.0, 4.0)))
        .text(at, align, words, font, color);
}

/// How tasks become due: callers in a ring, ticks on a time axis, a curve, or a pile. In a colour of nobody, as in the
/// plan: that of what can be clicked would ask for it.
fn load_ui(ui: &Ui, rect: Rect, load: &Load) {
    match load {
        Load::Closed { clients, .. } => callers_ui(ui, rect, *clients),
        Load::Open { arrivals, .. } => ticks_ui(ui, rect, *arrivals),
        Load::Profile { parts, .. } => curve_ui(ui, rect, parts),
        Load::Batch { tasks, .. } => pile_ui(ui, rect, *tasks),
    }
}

/// Callers on a ring, each of which waits for its answer: one dot each, up to a dozen.
fn callers_ui(ui: &Ui, rect: Rect, clients: u32) {
    const DOTS_MAX: u32 = 12;
    let palette = theme::palette(ui);
    let radius = rect.height() / 2.0 - 4.0;
    let stroke = Stroke::new(1.0, palette.control_border);
    ui.painter().circle_stroke(rect.center(), radius, stroke);
    let dots = clients.clamp(1, DOTS_MAX);
    for dot in 0..dots {
        let angle = std::f32::consts::TAU * dot as f32 / dots as f32;
        let at = rect.center() + Vec2::angled(angle) * radius;
        ui.painter().circle_filled(at, 3.0, palette.weak);
    }
}

/// Tasks that come in their own time, as ticks on a time axis.
fn ticks_ui(ui: &Ui, rect: Rect, arrivals: Arrivals) {
    const TICKS: usize = 12;
    let palette = theme::palette(ui);
    let axis = rect.bottom() - 4.0;
    let line = Stroke::new(1.0, palette.control_border);
    ui.painter().hline(rect.x_range(), axis, line);
    let gap = rect.width() / TICKS as f32;
    let mut x = rect.left() + gap / 2.0;
    for tick in 0.. {
        if x > rect.right() {
            break;
        }
        let stroke = Stroke::new(2.0, palette.weak);
        ui.painter().vline(x, rect.top() + 8.0..=axis, stroke);
        x += match arrivals {
            Arrivals::Constant => gap,
            Arrivals::Poisson => gap * POISSON_GAPS[tick % POISSON_GAPS.len()],
        };
    }
}

/// A rate that changes, as a curve over one round of its parts.
fn curve_ui(ui: &Ui, rect: Rect, parts: &[ProfilePart]) {
    /// Columns of one point are enough for a bend.
    const STEP: f32 = 1.0;
    let palette = theme::palette(ui);
    let whole: u64 = parts.iter().map(|part| part.length().0).sum();
    let rate_at = |nanos: f64| {
        let mut begin = 0.0;
        for part in parts {
            let length = part.length().0 as f64;
            if nanos < begin + length {
                return part.rate_at((nanos - begin) as u64);
            }
            begin += length;
        }
        0.0
    };
    let columns = (rect.width() / STEP) as usize;
    let rates: Vec<f64> = (0..columns)
        .map(|column| rate_at(whole as f64 * column as f64 / columns.max(1) as f64))
        .collect();
    let most = rates.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return;
    }
    let points = rates.iter().enumerate().map(|(column, rate)| {
        let height = (rate / most) as f32 * (rect.height() - 8.0);
        Pos2::new(
            rect.left() + column as f32 * STEP,
            rect.bottom() - 4.0 - height,
        )
    });
    let stroke = Stroke::new(2.0, palette.weak);
    ui.painter().add(Shape::line(points.collect(), stroke));
}

/// Tasks that are all there from the beginning: a square each, up to four rows of seven.
fn pile_ui(ui: &Ui, rect: Rect, tasks: u64) {
    const COLUMNS: u64 = 7;
    const ROWS: u64 = 4;
    const SQUARE: f32 = 7.0;
    const STEP: f32 = 9.0;
    let palette = theme::palette(ui);
    let squares = tasks.min(COLUMNS * ROWS);
    let width = STEP * COLUMNS.min(squares) as f32 - (STEP - SQUARE);
    let left = rect.center().x - width / 2.0;
    for square in 0..squares {
        let (column, row) = (square % COLUMNS, square / COLUMNS);
        let corner = Pos2::new(
            left + column as f32 * STEP,
            rect.bottom() - SQUARE - 2.0 - row as f32 * STEP,
        );
        let place = Rect::from_min_size(corner, Vec2::splat(SQUARE));
        ui.painter().rect_filled(place, 1, palette.weak);
    }
}

/// What a task does: a strip for each kind, all of one time scale.
fn tasks_ui(ui: &Ui, rect: Rect, scenario: &Scenario) {
    /// Between two strips, in points.
    const GAP: f32 = 3.0;
    let on = runtime(scenario);
    let nanos = |stages: &[Stage]| nanos(stages, on);
    let kinds = scenario.tasks.iter().take(KINDS_MAX);
    let longest = kinds
        .clone()
        .map(|kind| nanos(&kind.stages))
        .fold(0.0, f64::max);
    let rows = kinds.len() as f32;
    let height = ((rect.height() - GAP * (rows - 1.0)) / rows).min(24.0);
    let used = rows * height + (rows - 1.0) * GAP;
    let mut top = rect.center().y - used / 2.0;
    for kind in kinds {
        let share = if longest > 0.0 {
            (nanos(&kind.stages) / longest) as f32
        } else {
            1.0
        };
        let width = (rect.width() * share).max(TASK_MIN);
        let place = Rect::from_min_size(Pos2::new(rect.left(), top), Vec2::new(width, height));
        paint_strip(ui, place, &kind.stages, on);
        top += height + GAP;
    }
}

/// The candidates in the colours that they will have, each with the sign of its kind.
fn candidates_ui(ui: &Ui, rect: Rect, scenario: &Scenario) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let step = glyphs::SIZE.x + space::S;
    let all = scenario.candidates.len();
    let fit = ((rect.width() + space::S) / step) as usize;
    // What does not fit is counted, and the count needs a place too.
    let shown = if all <= fit {
        all
    } else {
        fit.saturating_sub(1)
    };
    let line = Stroke::new(1.0, palette.border);
    let y = rect.top() - 5.0;
    ui.painter().hline(rect.x_range(), y, line);
    for (index, candidate) in scenario.candidates.iter().take(shown).enumerate() {
        let corner = Pos2::new(rect.left() + index as f32 * step, rect.top());
        let place = Rect::from_min_size(corner, glyphs::SIZE);
        let color = theme::series_color(index, dark);
        glyphs::candidate(ui.painter(), place, candidate.backend, color);
    }
    if shown < all {
        let at = Pos2::new(rect.left() + shown as f32 * step, rect.center().y);
        let font = TextStyle::Small.resolve(ui.style());
        let more = format!("+{}", all - shown);
        ui.painter()
            .text(at, Align2::LEFT_CENTER, more, font, palette.weak);
    }
    if !scenario.faults.is_empty() {
        let place = Rect::from_center_size(
            rect.right_center() - Vec2::new(8.0, 0.0),
            Vec2::new(16.0, 20.0),
        );
        glyphs::lightning(ui.painter(), place, palette.warning);
    }
}

fn load_words(load: &Load) -> String {
    match load {
        Load::Closed { clients, .. } => text::counted((*clients).into(), "caller", "callers"),
        Load::Open { rate_per_sec, .. } => format!("{} tasks/s", text::given(*rate_per_sec)),
        Load::Profile { .. } => "rate over time".to_owned(),
        Load::Batch { tasks, .. } => text::counted(*tasks, "task", "tasks"),
    }
}

fn task_words(scenario: &Scenario) -> String {
    let faults = if scenario.faults.is_empty() {
        ""
    } else {
        ", with faults"
    };
    match &scenario.tasks[..] {
        [kind] => {
            let nanos = nanos(&kind.stages, runtime(scenario));
            format!("one task ≈ {}{faults}", text::nanos(nanos))
        }
        kinds => format!("{} kinds of task{faults}", kinds.len()),
    }
}

/// What the times of the picture are of: Python where nothing but Python runs the tasks.
fn runtime(scenario: &Scenario) -> Runtime {
    let candidates = scenario.candidates.iter();
    let runtimes = candidates.map(|candidate| candidate.backend.runtime());
    let mut runtimes = runtimes.peekable();
    let first = runtimes.peek().copied().unwrap_or(Runtime::Native);
    if runtimes.all(|runtime| runtime == first) {
        first
    } else {
        Runtime::Native
    }
}

/// The estimated time of a task of these stages, in nanoseconds.
fn nanos(stages: &[Stage], on: Runtime) -> f64 {
    let times = stages.iter().map(|stage| stage.nanos_on(on));
    times.map(|(cpu, waiting)| cpu + waiting).sum()
}

/// The picture for those who do not see it, and for whoever rests on it.
fn in_words(scenario: &Scenario) -> String {
    let on = runtime(scenario);
    let kinds: Vec<String> = scenario
        .tasks
        .iter()
        .map(|kind| {
            let stages = kind.stages.len() as u64;
            let stages = text::counted(stages, "stage", "stages");
            let times = kind.stages.iter().map(|stage| stage.nanos_on(on).0);
            let cpu: f64 = times.sum();
            let whole = nanos(&kind.stages, on);
            // A task without time computes nothing.
            let share = text::percent(if whole > 0.0 { cpu / whole } else { 0.0 });
            format!("'{}' of {stages}, {share} of it computing", kind.name)
        })
        .collect();
    let candidates = scenario.candidate_names().join("; ");
    let mut words = format!(
        "{}; task {}. Candidates: {candidates}",
        load_words(&scenario.load),
        kinds.join(", ")
    );
    if !scenario.faults.is_empty() {
        let faults = text::counted(scenario.faults.len() as u64, "fault", "faults");
        let _ = write!(words, ". With {faults} on purpose");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{bundled, parse};

    #[test]
    fn the_words_of_a_picture_name_load_task_and_candidates() {
        let scenario = parse(bundled()[0].text).scenario.unwrap();
        let words = in_words(&scenario);
        assert!(words.starts_with("150 tasks/s; task '"), "{words}");
        for name in scenario.candidate_names() {
            assert!(words.contains(&name), "{words}");
        }
    }

    #[test]
    fn arrivals_by_chance_are_as_many_as_even_ones_on_average() {
        let sum: f32 = POISSON_GAPS.iter().sum();
        let mean = sum / POISSON_GAPS.len() as f32;
        assert!((mean - 1.0).abs() < 0.05, "{mean}");
    }
}
