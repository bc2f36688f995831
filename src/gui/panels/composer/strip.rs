//! The strip: one task's stages to scale, the part on a core plain and the part that waits hatched, each in the
//! colour of what it is about, and below it how far random times spread.
//!
//! All lengths of time are estimates by [`Stage::nanos_on`], and said to be.

use egui::{
    Align2, Color32, CornerRadius, Id, Painter, Pos2, Rect, Sense, Shape, Stroke, StrokeKind,
    TextStyle, Ui, Vec2, WidgetInfo,
};

use crate::gui::panels::composer::kinds::StageType;
use crate::gui::theme::{self, Palette, space};
use crate::scenario::{Distribution, Protection, Runtime, Stage};
use crate::units::text;

/// Height of the strip in points.
const HEIGHT: f32 = 24.0;
/// Height below it of the marks of random times, in points.
const SPREAD: f32 = 13.0;
/// A stage is never narrower, however short it is beside the others.
const LEAST_WIDTH: f32 = 3.0;
/// Between stages.
const GAP: f32 = 1.0;
/// Between the lines of the hatch.
const HATCH: f32 = 6.0;
/// The stages keep that part of the width, however far a random time spreads.
const STAGES_SHARE_LEAST: f32 = 0.4;

/// What a stage is about, and so its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Computing,
    Waiting,
    Lock,
    Moving,
}

impl About {
    const ALL: [Self; 4] = [Self::Computing, Self::Waiting, Self::Lock, Self::Moving];

    const fn of(stage: &Stage) -> Self {
        match stage {
            Stage::Cpu { .. } | Stage::Memory { .. } => Self::Computing,
            Stage::Counter { protection, .. } => match protection {
                Protection::Locked => Self::Lock,
                Protection::Unprotected | Protection::Atomic => Self::Computing,
            },
            Stage::Wait { .. } | Stage::Barrier => Self::Waiting,
            Stage::Lock { .. } => Self::Lock,
            Stage::Http { .. }
            | Stage::Tcp { .. }
            | Stage::FileRead { .. }
            | Stage::FileWrite { .. }
            | Stage::FileAppend { .. }
            | Stage::Payload { .. } => Self::Moving,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Computing => "CPU",
            Self::Waiting => "wait",
            Self::Lock => "lock",
            Self::Moving => "network, files and payload",
        }
    }

    const fn color(self, palette: &Palette) -> Color32 {
        match self {
            Self::Computing => palette.cpu,
            Self::Waiting => palette.waiting,
            Self::Lock => palette.lock,
            Self::Moving => palette.moving,
        }
    }
}

/// The time of a stage that is drawn anew for each task, if it spreads.
fn random_time(stage: &Stage) -> Option<Distribution> {
    let time = match *stage {
        Stage::Wait { time } => time,
        Stage::Http { delay, .. } | Stage::Tcp { delay, .. } => delay,
        Stage::Lock { hold, .. } => hold,
        _ => return None,
    };
    time.spread_nanos().is_some().then_some(time)
}

/// Where one stage lies in the strip, in points from its left edge.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Span {
    start: f32,
    width: f32,
    /// How much of the width is time on a core; it comes first.
    cpu_width: f32,
}

/// The strip of `stages` on `runtime`, and below it the figures; `path` tells the strips of several kinds apart, and
/// `name` is the kind's.
pub(in crate::gui::panels) fn strip_ui(
    ui: &mut Ui,
    stages: &[Stage],
    (path, name): (&str, &str),
    runtime: Runtime,
) {
    let palette = theme::palette(ui);
    let spreads = stages.iter().any(|stage| random_time(stage).is_some());
    let height = HEIGHT + if spreads { SPREAD } else { 0.0 };
    let size = Vec2::new(ui.available_width(), height);
    let (whole, response) = ui.allocate_exact_size(size, Sense::hover());
    let rect = Rect::from_min_size(whole.min, Vec2::new(whole.width(), HEIGHT));
    ui.painter().rect_filled(rect, 4, palette.well);
    let times: Vec<(f64, f64)> = stages.iter().map(|stage| stage.nanos_on(runtime)).collect();
    let spoken = spoken(name, stages, &times);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &spoken));
    let share = stages_share(stages, &times);
    let spans = spans(&times, rect.width() * share);
    for (index, (stage, span)) in stages.iter().zip(spans).enumerate() {
        let corner = Pos2::new(rect.left() + span.start, rect.top());
        let place = Rect::from_min_size(corner, Vec2::new(span.width, HEIGHT));
        paint_stage(ui, place, span.cpu_width, stage, palette);
        let (cpu, waiting) = times[index];
        if let Some(time) = random_time(stage) {
            paint_spread(
                ui,
                (place, whole),
                (index, span, cpu, waiting),
                time,
                palette,
            );
        }
        let id = Id::unique(("composer strip", path, index));
        ui.interact(place, id, Sense::hover())
            .on_hover_text(hover_text(index, stage, cpu, waiting));
    }
    let (cpu, waiting) = total(&times);
    figures_ui(ui, cpu, waiting, "per task");
}

/// The stages of one task on a runtime, to scale in `rect`, as the strip shows them, for pictures.
pub(in crate::gui::panels) fn paint_strip(ui: &Ui, rect: Rect, stages: &[Stage], on: Runtime) {
    let palette = theme::palette(ui);
    let times: Vec<(f64, f64)> = stages.iter().map(|stage| stage.nanos_on(on)).collect();
    for (stage, span) in stages.iter().zip(spans(&times, rect.width())) {
        let corner = Pos2::new(rect.left() + span.start, rect.top());
        let place = Rect::from_min_size(corner, Vec2::new(span.width, rect.height()));
        paint_stage(ui, place, span.cpu_width, stage, palette);
    }
}

/// Which part of the width the stages take, so that random times that are longer have room: they are drawn to the
/// same scale.
fn stages_share(stages: &[Stage], times: &[(f64, f64)]) -> f32 {
    let (cpu, waiting) = total(times);
    let whole = cpu + waiting;
    let mut start = 0.0;
    let mut reach = whole;
    for (stage, (cpu, waiting)) in stages.iter().zip(times) {
        if let Some((_, high)) = random_time(stage).and_then(Distribution::spread_nanos) {
            let before = if *waiting > 0.0 { *cpu } else { 0.0 };
            reach = f64::max(reach, start + before + high);
        }
        start += cpu + waiting;
    }
    if reach > 0.0 {
        ((whole / reach) as f32).max(STAGES_SHARE_LEAST)
    } else {
        1.0
    }
}

/// A line from where 5 of 100 tasks end the stage to where 95 do, with a dot at the mean.
fn paint_spread(
    ui: &Ui,
    (place, whole): (Rect, Rect),
    (index, span, cpu, waiting): (usize, Span, f64, f64),
    time: Distribution,
    palette: &Palette,
) {
    let (Some((low, high)), true) = (time.spread_nanos(), cpu + waiting > 0.0) else {
        return;
    };
    let per_nano = f64::from(span.width) / (cpu + waiting);
    // What is drawn at random is the wait, behind what is computed.
    let begin = if waiting > 0.0 { span.cpu_width } else { 0.0 };
    let at = |nanos: f64| {
        let x = place.left() + begin + (nanos * per_nano) as f32;
        x.min(whole.right() - 1.0)
    };
    // Those of neighbours lie over each other's ends, so they take turns in two rows.
    let row = if index % 2 == 0 { 0.3 } else { 0.78 };
    let y = place.bottom() + SPREAD * row + 0.5;
    let stroke = Stroke::new(1.5, palette.weak);
    let (from, to) = (at(low), at(high));
    let painter = ui.painter();
    painter.hline(from..=to, y, stroke);
    for end in [from, to] {
        painter.vline(end, (y - 2.5)..=(y + 2.5), stroke);
    }
    painter.circle_filled(Pos2::new(at(time.mean_nanos()), y), 2.3, palette.text);
}

/// What the colours of `stages` mean, and how random times are drawn.
pub(in crate::gui::panels) fn legend_ui(ui: &mut Ui, stages: &[&Stage]) {
    let palette = theme::palette(ui);
    ui.scope(|ui| {
        // The rows are as high as what they hold.
        ui.spacing_mut().interact_size.y = 0.0;
        legend_row_ui(ui, palette, stages);
    });
}

fn legend_row_ui(ui: &mut Ui, palette: &Palette, stages: &[&Stage]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(space::XS, 2.0);
        ui.spacing_mut().interact_size.y = 0.0;
        let small = |ui: &mut Ui, text: &str| {
            ui.label(egui::RichText::new(text).small().color(palette.weak));
            ui.add_space(space::S);
        };
        for about in About::ALL {
            if stages.iter().any(|stage| About::of(stage) == about) {
                sample_ui(ui, about.color(palette), None);
                small(ui, about.label());
            }
        }
        small(ui, "plain: on a core, hatched: waiting");
        if stages.iter().any(|stage| random_time(stage).is_some()) {
            small(ui, "├●┤ random time: mean, and from 5 to 95 of 100 tasks");
        }
    });
}

/// The strip for those who hear it.
fn spoken(name: &str, stages: &[Stage], times: &[(f64, f64)]) -> String {
    let parts = stages.iter().zip(times).map(|(stage, (cpu, waiting))| {
        let spread = random_time(stage).and_then(Distribution::spread_nanos);
        let spread = spread.map_or_else(String::new, |(low, high)| {
            format!(" ({} to {})", text::nanos(low), text::nanos(high))
        });
        let title = StageType::of(stage).title();
        format!("{title} {}{spread}", text::nanos(cpu + waiting))
    });
    let parts: Vec<String> = parts.collect();
    format!("{name} to scale, estimated: {}", parts.join(", "))
}

/// `≈ 52.3 ms per task, CPU 31 %, waiting 69 % (estimated)`, each part with the sample of how it is drawn.
pub(super) fn figures_ui(ui: &mut Ui, cpu: f64, waiting: f64, of: &str) {
    let palette = theme::palette(ui);
    let whole = cpu + waiting;
    let share = |part: f64| {
        if whole > 0.0 {
            whole_percent(part / whole)
        } else {
            text::MISSING.to_owned()
        }
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(space::XS, 0.0);
        ui.spacing_mut().interact_size.y = 0.0;
        let small = |ui: &mut Ui, text: String| {
            ui.label(egui::RichText::new(text).small().color(palette.weak));
        };
        small(ui, format!("≈ {} {of},", text::nanos(whole)));
        sample_ui(ui, palette.cpu, None);
        small(ui, format!("CPU {},", share(cpu)));
        sample_ui(ui, palette.waiting, Some(palette));
        small(ui, format!("waiting {}", share(waiting)));
        small(ui, "(estimated)".to_owned());
    });
}

/// A share without decimals: an estimate has none to offer.
pub(super) fn whole_percent(ratio: f64) -> String {
    format!("{} %", text::count((ratio * 100.0).round() as u64))
}

fn total(times: &[(f64, f64)]) -> (f64, f64) {
    times.iter().fold((0.0, 0.0), |(cpu, waiting), time| {
        (cpu + time.0, waiting + time.1)
    })
}

fn hover_text(index: usize, stage: &Stage, cpu: f64, waiting: f64) -> String {
    let title = StageType::of(stage).title();
    let parts = if cpu > 0.0 && waiting > 0.0 {
        format!("CPU {}, waiting {}", text::nanos(cpu), text::nanos(waiting))
    } else if waiting > 0.0 {
        "waiting, needs no core".to_owned()
    } else {
        "on a core".to_owned()
    };
    let spread = random_time(stage).and_then(Distribution::spread_nanos);
    let spread = spread.map_or_else(String::new, |(low, high)| {
        format!(
            "\nrandom: 5 of 100 below {}, 5 of 100 above {}",
            text::nanos(low),
            text::nanos(high)
        )
    });
    format!(
        "Stage {}: {title}, ≈ {}\n{parts}{spread}\nestimated",
        index + 1,
        text::nanos(cpu + waiting)
    )
}

/// Where the stages of these times, (CPU, waiting) in nanoseconds, lie in a strip of `width` points.
///
/// Those that would be too narrow to see get [`LEAST_WIDTH`]; the others share what is left by their times.
fn spans(times: &[(f64, f64)], width: f32) -> Vec<Span> {
    let gaps = GAP * times.len().saturating_sub(1) as f32;
    let room = (width - gaps).max(0.0);
    let lengths: Vec<f64> = times.iter().map(|(cpu, waiting)| cpu + waiting).collect();
    let mut start = 0.0;
    widths(&lengths, room)
        .into_iter()
        .zip(times)
        .map(|(width, (cpu, waiting))| {
            let share = if cpu + waiting > 0.0 {
                cpu / (cpu + waiting)
            } else {
                0.0
            };
            let span = Span {
                start,
                width,
                cpu_width: width * share as f32,
            };
            start += width + GAP;
            span
        })
        .collect()
}

fn widths(lengths: &[f64], room: f32) -> Vec<f32> {
    let least = LEAST_WIDTH.min(room / lengths.len().max(1) as f32);
    let mut narrow = vec![false; lengths.len()];
    // Each round can make further ones too narrow; there are at most as many rounds as stages.
    loop {
        let left = room - least * narrow.iter().filter(|is| **is).count() as f32;
        let sum: f64 = lengths
            .iter()
            .zip(&narrow)
            .filter(|(_, is)| !**is)
            .map(|(length, _)| length)
            .sum();
        let width = |length: f64| {
            if sum > 0.0 {
                (f64::from(left) * length / sum) as f32
            } else {
                0.0
            }
        };
        let mut changed = false;
        for (length, is) in lengths.iter().zip(&mut narrow) {
            if !*is && width(*length) < least {
                *is = true;
                changed = true;
            }
        }
        if !changed {
            return lengths
                .iter()
                .zip(&narrow)
                .map(|(length, is)| if *is { least } else { width(*length) })
                .collect();
        }
    }
}

fn paint_stage(ui: &Ui, place: Rect, cpu_width: f32, stage: &Stage, palette: &Palette) {
    let (on_core, waiting) = place.split_left_right_at_x(place.left() + cpu_width);
    let painter = ui.painter();
    let color = About::of(stage).color(palette);
    painter.rect_filled(on_core, 2, color);
    if waiting.width() > 0.0 {
        painter.rect_filled(waiting, 2, color.gamma_multiply(0.35));
        hatch(painter, waiting, color);
        painter.rect_stroke(waiting, 2, Stroke::new(1.0, color), StrokeKind::Inside);
    }
    let font = TextStyle::Small.resolve(ui.style());
    let title = StageType::of(stage).title();
    let galley = painter.layout_no_wrap(title.to_owned(), font, palette.text);
    let size = galley.size() + Vec2::new(space::S, 2.0);
    if size.x + 2.0 <= place.width() && size.y <= place.height() {
        // On a ground of its own the word is readable over both colours and the hatch.
        let ground = Align2::CENTER_CENTER.anchor_size(place.center(), size);
        painter.rect_filled(
            ground,
            CornerRadius::same(3),
            palette.card.gamma_multiply(0.85),
        );
        painter.galley(
            ground.min + Vec2::new(space::S / 2.0, 1.0),
            galley,
            palette.text,
        );
    }
}

fn hatch(painter: &Painter, rect: Rect, color: Color32) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let stroke = Stroke::new(1.0, color.gamma_multiply(0.8));
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        let from = Pos2::new(x, rect.bottom());
        painter.add(Shape::line_segment(
            [from, from + Vec2::new(rect.height(), -rect.height())],
            stroke,
        ));
        x += HATCH;
    }
}

/// How a part is drawn, as a small square before its figure.
fn sample_ui(ui: &mut Ui, color: Color32, hatched: Option<&Palette>) {
    const SIDE: f32 = 11.0;
    // As high as its text, so that the first of a row stands in line with the others.
    let height = ui.text_style_height(&TextStyle::Small).max(SIDE);
    let (row, _) = ui.allocate_exact_size(Vec2::new(SIDE, height), Sense::hover());
    let rect = Rect::from_center_size(row.center(), Vec2::splat(SIDE));
    if hatched.is_none() {
        ui.painter().rect_filled(rect, 2, color);
        return;
    }
    ui.painter()
        .rect_filled(rect, 2, color.gamma_multiply(0.35));
    hatch(ui.painter(), rect, color);
    ui.painter()
        .rect_stroke(rect, 2, Stroke::new(1.0, color), StrokeKind::Inside);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(times: &[(f64, f64)], width: f32, expected: &[f32]) {
        let found: Vec<f32> = spans(times, width).iter().map(|span| span.width).collect();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 0.01, "{found} and {expected}");
        }
    }

    #[test]
    fn stages_are_as_wide_as_they_are_long() {
        check(&[(10.0, 0.0), (0.0, 30.0)], 101.0, &[25.0, 75.0]);
        check(&[], 100.0, &[]);
    }

    #[test]
    fn a_short_stage_stays_visible_and_the_long_one_gives_the_room() {
        check(&[(1.0, 0.0), (0.0, 1e9)], 101.0, &[3.0, 97.0]);
        check(&[(0.0, 0.0)], 50.0, &[3.0]);
    }

    #[test]
    fn many_stages_in_little_room_share_it_evenly() {
        check(&[(1.0, 0.0), (1.0, 0.0), (9.0, 0.0)], 5.0, &[1.0, 1.0, 1.0]);
        check(&[(1.0, 0.0); 2], 0.0, &[0.0, 0.0]);
    }

    #[test]
    fn the_part_on_a_core_comes_first() {
        let spans = spans(&[(1.0, 3.0)], 100.0);
        assert!((spans[0].cpu_width - 25.0).abs() < 0.01);
    }

    #[test]
    fn stages_make_room_for_random_times_that_are_longer() {
        let wait = |time| vec![Stage::Wait { time }];
        let ms = crate::units::Nanos::from_millis;
        let share = |time: Distribution| stages_share(&wait(time), &[(0.0, time.mean_nanos())]);
        assert!((share(Distribution::Constant(ms(5))) - 1.0).abs() < 1e-6);
        let uniform = Distribution::Uniform {
            from: ms(0),
            to: ms(100),
        };
        assert!((share(uniform) - 50.0 / 95.0).abs() < 1e-6);
        let exponential = Distribution::Exponential { mean: ms(5) };
        assert!((share(exponential) - STAGES_SHARE_LEAST).abs() < 1e-6);
    }

    #[test]
    fn shares_have_no_decimals() {
        assert_eq!(whole_percent(0.3149), "31 %");
        assert_eq!(whole_percent(0.0), "0 %");
    }
}
