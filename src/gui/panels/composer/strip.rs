//! The strip: one task's stages to scale, the part on a core plain and the part that waits hatched, each in the
//! colour of what it is about, and below it how far random times spread.
//!
//! All lengths of time are estimates by [`Stage::nanos_on`], and said to be.

mod spans;

use egui::{
    Align2, Color32, CornerRadius, EventFilter, Id, Key, Modifiers, Painter, Pos2, Rect, Response,
    Sense, Shape, Stroke, StrokeKind, TextStyle, Ui, Vec2, WidgetInfo,
};

use crate::gui::panels::composer::kinds::StageType;
use crate::gui::panels::composer::strip::spans::{Span, spans};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{colour_sign_ui, sign_ui};
use crate::scenario::{Distribution, Protection, Runtime, Stage};
use crate::units::text;

/// Height of the strip in points.
const HEIGHT: f32 = 24.0;
/// Height below it of the marks of random times, in points.
const SPREAD: f32 = 13.0;
/// Side of the sample of a colour, in points.
const SAMPLE: f32 = 11.0;
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

/// The strip of `stages` on `runtime`, and below it the figures; `path` tells the strips of several kinds apart, and
/// `name` is the kind's. With the keyboard it tells of one stage after the other, as under the pointer.
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
    let whole = ui.allocate_space(size).1;
    let id = Id::unique(("composer strip", path));
    let strip = ui.interact(whole, id, Sense::focusable_noninteractive());
    let rect = Rect::from_min_size(whole.min, Vec2::new(whole.width(), HEIGHT));
    ui.painter().rect_filled(rect, 4, palette.well);
    let times: Vec<(f64, f64)> = stages.iter().map(|stage| stage.nanos_on(runtime)).collect();
    let read = read_stage(ui, &strip, stages.len());
    let spoken = match read {
        Some(index) => format!(
            "{name}, {}",
            told(index, &stages[index], times[index], ", ")
        ),
        None => spoken(name, stages, &times),
    };
    strip.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &spoken));
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
        let pointed_at = ui.interact(place, id.with(index), Sense::hover());
        let words = told(index, stage, times[index], "\n");
        if read == Some(index) {
            let edge = Stroke::new(1.5, palette.accent);
            ui.painter()
                .rect_stroke(place.expand(1.0), 3, edge, StrokeKind::Outside);
            pointed_at.show_tooltip_text(words);
        } else {
            pointed_at.on_hover_text(words);
        }
    }
    let (cpu, waiting) = total(&times);
    figures_ui(ui, cpu, waiting, "per task");
}

/// Which of so many stages the keyboard is at, if it is in the `strip`: the arrow keys lead from one to the next.
fn read_stage(ui: &Ui, strip: &Response, stages: usize) -> Option<usize> {
    let last = stages.checked_sub(1)?;
    if !strip.has_focus() {
        return None;
    }
    let arrows = EventFilter {
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(strip.id, arrows));
    let pressed = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
    let (back, on) = (pressed(Key::ArrowLeft), pressed(Key::ArrowRight));
    let before = ui.data(|data| data.get_temp::<usize>(strip.id));
    let now = (before.unwrap_or(0) + on).saturating_sub(back).min(last);
    ui.data_mut(|data| data.insert_temp(strip.id, now));
    Some(now)
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
                colour_sign_ui(ui, about.color(palette), about.label());
                ui.add_space(space::S);
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

/// `≈ 52.3 ms per task, CPU 31 %, waiting 69 %`, each part with the sample of how it is drawn.
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
        let about = "Estimated from the stages, not measured";
        // Each in one piece, with its sample.
        let whole = format!("≈ {} {of},", text::nanos(whole));
        sign_ui(ui, 0.0, &whole, |_, _| {}).on_hover_text(about);
        let computing = format!("CPU {},", share(cpu));
        sign_ui(ui, SAMPLE, &computing, |painter, sign| {
            paint_sample(painter, sign, palette.cpu, false);
        })
        .on_hover_text(about);
        let waiting = format!("waiting {}", share(waiting));
        sign_ui(ui, SAMPLE, &waiting, |painter, sign| {
            paint_sample(painter, sign, palette.waiting, true);
        })
        .on_hover_text(about);
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

/// What there is to say of one stage, with `between` its parts.
fn told(index: usize, stage: &Stage, (cpu, waiting): (f64, f64), between: &str) -> String {
    let title = StageType::of(stage).title();
    let parts = if cpu > 0.0 && waiting > 0.0 {
        format!("CPU {}, waiting {}", text::nanos(cpu), text::nanos(waiting))
    } else if waiting > 0.0 {
        "waiting, needs no core".to_owned()
    } else {
        "on a core".to_owned()
    };
    let whole = text::nanos(cpu + waiting);
    let mut told = vec![format!("Stage {}: {title}, ≈ {whole}", index + 1), parts];
    if let Some((low, high)) = random_time(stage).and_then(Distribution::spread_nanos) {
        let (low, high) = (text::nanos(low), text::nanos(high));
        told.push(format!(
            "random: 5 of 100 below {low}, 5 of 100 above {high}"
        ));
    }
    told.push("estimated".to_owned());
    told.join(between)
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

/// How a part is drawn, as a small square: plain or hatched.
fn paint_sample(painter: &Painter, sign: Rect, color: Color32, hatched: bool) {
    let rect = Rect::from_center_size(sign.center(), Vec2::splat(SAMPLE));
    if !hatched {
        painter.rect_filled(rect, 2, color);
        return;
    }
    painter.rect_filled(rect, 2, color.gamma_multiply(0.35));
    hatch(painter, rect, color);
    painter.rect_stroke(rect, 2, Stroke::new(1.0, color), StrokeKind::Inside);
}

#[cfg(test)]
mod tests {
    use super::*;

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
