//! The parts of a load profile: the rate over time as a picture, and one card for each part.

use egui::{Align2, Pos2, Rect, Sense, Shape, Stroke, TextStyle, Ui, Vec2};

use crate::gui::panels::composer::cards::{self, Card, FoldLine};
use crate::gui::panels::composer::convert_setup as convert;
use crate::gui::panels::composer::edit::{self, ListEdit};
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::remark_ui;
use crate::gui::panels::composer::options::PartForm;
use crate::gui::panels::composer::typed_units::PerSec;
use crate::gui::panels::preview::{Limit, named};
use crate::gui::theme::{self, space};
use crate::scenario::ProfilePart;
use crate::units::text;

/// The list as problems name it.
const LIST: &str = "load.parts";
/// Height of the picture in points.
const HEIGHT: f32 = 84.0;
/// A limit further away than so many peaks of the load is told and not drawn: the load itself would be flat.
const LIMITS_WITHIN: f64 = 3.0;

/// Shows the picture, with the `limits` of machine and candidates in it, and the parts; `open` says which show their
/// fields.
pub(super) fn parts_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    parts: &mut Vec<ProfilePart>,
    (open, limits): (&mut Vec<bool>, &[Limit]),
) {
    open.resize(parts.len(), false);
    preview_ui(ui, parts, limits);
    let len = parts.len();
    let mut asked = None;
    let mut places = Vec::with_capacity(len);
    for (index, (part, open)) in parts.iter_mut().zip(open.iter_mut()).enumerate() {
        let name = format!("part {}", index + 1);
        let card = Card {
            list: LIST,
            index,
            len,
            name: &name,
        };
        let frame = cards::frame(theme::palette(ui), true);
        let response = frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            asked = asked.or(part_ui(ui, form, card, part, open));
        });
        places.push(response.response.rect);
    }
    if ui
        .add_enabled(!form.locked, egui::Button::new("Add part"))
        .clicked()
    {
        parts.push(convert::next_part(parts));
        open.push(true);
    }
    if let Some(edit) = asked.or_else(|| cards::drop_ui(ui, LIST, &places, form.locked)) {
        edit::apply(parts, edit, |parts, at| parts[at]);
        edit::apply(open, edit, |open, at| open[at]);
        form.drafts.clear();
    }
}

fn part_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    card: Card<'_>,
    part: &mut ProfilePart,
    open: &mut bool,
) -> Option<ListEdit> {
    let title = format!("{} · {}", card.index + 1, PartForm::of(part).title());
    let summary = if *open { String::new() } else { summary(part) };
    let line = FoldLine {
        title: &title,
        summary: &summary,
        name: card.name,
        style: TextStyle::Body,
    };
    let (asked, _) = cards::card_header_ui(ui, card, &line, open, form.locked, |_| {});
    let owner = Owner::new(format!("{LIST}[{}]", card.index), card.name);
    if *open {
        let field = owner.named("form", "Shape", "How the rate goes", "Shape");
        if let Some(to) = form.choice(ui, &field, PartForm::of(part), &PartForm::ENTRIES) {
            *part = convert::convert_part(*part, to);
        }
        fields_ui(ui, form, &owner, part);
    }
    form.rest(ui, &owner.path);
    asked
}

fn fields_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, part: &mut ProfilePart) {
    let mut rate = |ui: &mut Ui, key, label, value: &mut f64| {
        let mut typed = PerSec(*value);
        form.value(ui, &owner.field(key, label, "Tasks per second"), &mut typed);
        *value = typed.0;
    };
    let length = match part {
        ProfilePart::Step {
            rate_per_sec,
            length,
        } => {
            rate(ui, "rate_per_sec", "Tasks per second", rate_per_sec);
            length
        }
        ProfilePart::Ramp {
            from_per_sec,
            to_per_sec,
            length,
        } => {
            rate(ui, "from_per_sec", "From per second", from_per_sec);
            rate(ui, "to_per_sec", "To per second", to_per_sec);
            length
        }
        ProfilePart::Spike {
            base_per_sec,
            peak_per_sec,
            length,
        } => {
            rate(ui, "base_per_sec", "Base per second", base_per_sec);
            rate(ui, "peak_per_sec", "Peak per second", peak_per_sec);
            length
        }
        ProfilePart::Pause { length } => length,
    };
    let field = owner.field("length", "Length", "For how long, such as 5s");
    form.value(ui, &field, length);
}

/// What the folded card says of the part.
fn summary(part: &ProfilePart) -> String {
    let given = text::given;
    match part {
        ProfilePart::Step {
            rate_per_sec,
            length,
        } => format!("{length} at {} /s", given(*rate_per_sec)),
        ProfilePart::Ramp {
            from_per_sec: from,
            to_per_sec: to,
            length,
        } => format!("{length} from {} to {} /s", given(*from), given(*to)),
        ProfilePart::Spike {
            base_per_sec: base,
            peak_per_sec: peak,
            length,
        } => format!("{length} from {} up to {} /s", given(*base), given(*peak)),
        ProfilePart::Pause { length } => length.to_string(),
    }
}

/// The corners of the curve: (seconds, tasks per second). Straight between them.
fn corners(parts: &[ProfilePart]) -> Vec<(f64, f64)> {
    let mut start = 0.0;
    let mut corners = Vec::with_capacity(parts.len() * 3);
    for part in parts {
        let length = part.length().0;
        // Half way is where a spike has its peak; the others are straight there.
        for at in [0, length / 2, length] {
            corners.push((start + at as f64 / 1e9, part.rate_at(at)));
        }
        start += length as f64 / 1e9;
    }
    corners
}

/// The rate over one round of the profile, and below it what its dashed lines are.
fn preview_ui(ui: &mut Ui, parts: &[ProfilePart], limits: &[Limit]) {
    let corners = corners(parts);
    let secs = corners.last().map_or(0.0, |corner| corner.0);
    let peak = corners
        .iter()
        .fold(0.0_f64, |peak, corner| peak.max(corner.1));
    let size = Vec2::new(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let palette = theme::palette(ui);
    ui.painter().rect_filled(rect, 4, palette.well);
    if secs <= 0.0 || peak <= 0.0 || !(secs + peak).is_finite() {
        return;
    }
    let (near, far): (Vec<&Limit>, Vec<&Limit>) = limits
        .iter()
        .partition(|limit| limit.at <= peak * LIMITS_WITHIN);
    let top = near.iter().map(|limit| limit.at).fold(peak, f64::max);
    let inner = rect.shrink2(Vec2::new(space::XS, space::S));
    let place = |(at, rate): (f64, f64)| {
        Pos2::new(
            inner.left() + (at / secs) as f32 * inner.width(),
            inner.bottom() - (rate / top) as f32 * (inner.height() - space::M),
        )
    };
    let painter = ui.painter().with_clip_rect(rect);
    for pair in corners.windows(2) {
        let (from, to) = (place(pair[0]), place(pair[1]));
        let ground = vec![
            from,
            to,
            Pos2::new(to.x, inner.bottom()),
            Pos2::new(from.x, inner.bottom()),
        ];
        if to.x > from.x {
            let fill = palette.weak.gamma_multiply(0.25);
            painter.add(Shape::convex_polygon(ground, fill, Stroke::NONE));
        }
    }
    let line = corners.iter().copied().map(place).collect();
    painter.add(Shape::line(line, Stroke::new(1.5, palette.weak)));
    for limit in &near {
        let color = limit.color(palette, ui.visuals().dark_mode);
        let ends = [place((0.0, limit.at)), place((secs, limit.at))];
        painter.extend(Shape::dashed_line(&ends, Stroke::new(1.5, color), 4.0, 3.0));
    }
    labels_ui(ui, rect, peak, secs);
    let mean = corners_mean(parts, secs);
    limits_ui(ui, &near, "Dashed where full");
    limits_ui(ui, &far, "Far above the load");
    response.on_hover_text(format!(
        "Tasks per second over one round of the profile: {} on average. It begins again if the measurement is longer",
        text::per_sec(mean)
    ));
}

/// The names of `limits`, in a line that says `what` they are.
fn limits_ui(ui: &mut Ui, limits: &[&Limit], what: &str) {
    if limits.is_empty() {
        return;
    }
    // Those at the same place are told at once.
    let names = named(limits, f64::MIN_POSITIVE, text::per_sec);
    remark_ui(ui, &format!("{what}: {}", names.join("; ")));
}

fn corners_mean(parts: &[ProfilePart], secs: f64) -> f64 {
    parts.iter().map(ProfilePart::tasks).sum::<f64>() / secs
}

fn labels_ui(ui: &Ui, rect: Rect, peak: f64, secs: f64) {
    let palette = theme::palette(ui);
    let font = TextStyle::Small.resolve(ui.style());
    let inner = rect.shrink(space::XS);
    let most = format!("peak {}", text::per_sec(peak));
    ui.painter().text(
        inner.left_top(),
        Align2::LEFT_TOP,
        most,
        font.clone(),
        palette.weak,
    );
    let length = text::nanos(secs * 1e9);
    ui.painter().text(
        inner.right_top(),
        Align2::RIGHT_TOP,
        length,
        font,
        palette.weak,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    #[test]
    fn the_curve_goes_through_the_corners_of_all_parts() {
        let length = Nanos::from_secs(2);
        let parts = [
            ProfilePart::Step {
                rate_per_sec: 10.0,
                length,
            },
            ProfilePart::Spike {
                base_per_sec: 10.0,
                peak_per_sec: 50.0,
                length,
            },
            ProfilePart::Pause { length },
        ];
        let found = corners(&parts);
        assert_eq!(found.len(), 9);
        assert_eq!(found[4], (3.0, 50.0));
        assert_eq!(found[8], (6.0, 0.0));
        assert!((corners_mean(&parts, 6.0) - 80.0 / 6.0).abs() < 1e-9);
    }

    #[test]
    fn no_part_has_no_curve() {
        assert!(corners(&[]).is_empty());
    }
}
