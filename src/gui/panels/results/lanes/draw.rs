//! Draws the lanes: at most one rectangle per piece and pixel, whatever the run was.

use egui::{
    Align2, Color32, Pos2, Rect, Response, RichText, Sense, Stroke, StrokeKind, TextStyle, Tooltip,
    Ui, Vec2,
};

use crate::chart::axis::Axis;
use crate::chart::palette::split_rgb;
use crate::chart::{LanePart, Lanes, Piece, Quantity, end_words, life_pieces};
use crate::gui::panels::results::lanes::keys::{Cursor, take_keys};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::weak_ui;
use crate::run::LifePart;
use crate::units::text;

/// From the top of a lane to the top of the next, in points.
const ROW: f32 = 20.0;
/// Height of a lane, in points.
const BAR: f32 = 16.0;
/// Room for the labels of time, in points.
const AXIS: f32 = 20.0;
/// Room that a label of time takes with the space around it, in points.
const LABEL: f32 = 76.0;
/// Of narrower pieces only one is drawn in a place, in points.
const SEEN: f32 = 0.5;
/// No more than that can be zoomed in: clocks do not tell more apart.
const SHORTEST_NANOS: u64 = 100;

/// What of the lanes is seen, in nanoseconds since the block's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: u64,
    pub(super) until: u64,
}

impl Window {
    /// The stretch.
    pub(super) fn stretch(lanes: &Lanes) -> Self {
        Self {
            from: lanes.stretch.from_nanos,
            until: lanes
                .stretch
                .until_nanos
                .max(lanes.stretch.from_nanos + SHORTEST_NANOS),
        }
    }

    /// The stretch and all of the tasks that reach out of it.
    pub(super) fn all(lanes: &Lanes) -> Self {
        let stretch = Self::stretch(lanes);
        let pieces = || lanes.lanes.iter().flat_map(|lane| &lane.pieces);
        let first = pieces().map(|piece| piece.from_nanos).min();
        let last = pieces().map(|piece| piece.until_nanos).max();
        Self {
            from: stretch.from.min(first.unwrap_or(stretch.from)),
            until: stretch.until.max(last.unwrap_or(stretch.until)),
        }
    }

    /// Three times as long as `parts`, which lie in the middle; none without parts.
    pub(super) fn around<'a>(parts: impl Iterator<Item = &'a LifePart>) -> Option<Self> {
        let ends = parts.map(|part| (part.taken_nanos(), part.end_nanos()));
        let (from, until) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        let length = (until - from).max(SHORTEST_NANOS);
        Some(Self {
            from: from.saturating_sub(length),
            until: until.saturating_add(length),
        })
    }

    /// As long, moved so far that `nanos` is seen with some room before it.
    pub(super) const fn showing(self, nanos: u64) -> Self {
        if self.from <= nanos && nanos < self.until {
            return self;
        }
        let from = nanos.saturating_sub(self.length() / 4);
        Self {
            from,
            until: from.saturating_add(self.length()),
        }
    }

    pub(super) const fn length(self) -> u64 {
        self.until.saturating_sub(self.from)
    }

    /// As long as `factor` of it, with what lies at `share` of its width staying there.
    pub(super) fn zoomed(self, factor: f64, share: f64) -> Self {
        let length = ((self.length() as f64 * factor) as u64).max(SHORTEST_NANOS);
        let fixed = self.from as f64 + self.length() as f64 * share;
        let from = (fixed - length as f64 * share).max(0.0) as u64;
        Self {
            from,
            until: from.saturating_add(length),
        }
    }

    /// Later by `share` of its length, or earlier.
    pub(super) fn moved(self, share: f64) -> Self {
        let by = (self.length() as f64 * share) as i64;
        let from = self.from.saturating_add_signed(by);
        Self {
            from,
            until: from.saturating_add(self.length()),
        }
    }

    /// The same, moved and cut so that it lies in `all`.
    pub(super) fn within(self, all: Self) -> Self {
        let length = self.length().clamp(1, all.length().max(1));
        let from = self.from.clamp(all.from, all.until - length.min(all.until));
        Self {
            from,
            until: from + length,
        }
    }

    fn share(self, nanos: u64) -> f32 {
        let clamped = nanos.clamp(self.from, self.until);
        (clamped - self.from) as f32 / self.length().max(1) as f32
    }
}

/// What the user asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// To see this.
    pub(super) window: Option<Window>,
    /// To mark this measured task.
    pub(super) task: Option<u64>,
    /// The keyboard is here.
    pub(super) cursor: Option<Cursor>,
    /// Where the task is that was found; none if it is not among what is seen of the lanes.
    pub(super) found_at: Option<Rect>,
}

/// What the colours and heights mean.
pub(super) fn legend_ui(ui: &mut Ui, lanes: &Lanes) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    for part in lanes.parts() {
        let (rect, sample) = ui.allocate_exact_size(Vec2::new(12.0, 12.0), Sense::hover());
        let height = rect.height() * part.height();
        let rect = Rect::from_center_size(rect.center(), Vec2::new(rect.width(), height));
        ui.painter()
            .rect_filled(rect, 0, color(part, dark, palette));
        sample.on_hover_text(part.about());
        weak_ui(ui, part.label()).on_hover_text(part.about());
        ui.add_space(space::XS);
    }
}

/// Draws `window` of the lanes, with the task `found` marked, and with the `cursor` if the keyboard is there.
pub(super) fn lanes_ui(
    ui: &mut Ui,
    lanes: &Lanes,
    window: Window,
    all: Window,
    (found, cursor): (Option<u64>, Option<Cursor>),
) -> Asked {
    let palette = theme::palette(ui);
    let small = TextStyle::Small.resolve(ui.style());
    let names = lanes.lanes.iter().map(|lane| {
        let name = lane.name.clone();
        let galley = ui
            .painter()
            .layout_no_wrap(name, small.clone(), palette.text);
        galley.size().x
    });
    let left = names.fold(0.0, f32::max) + space::S;
    let rows = ROW * lanes.lanes.len() as f32;
    let size = Vec2::new(ui.available_width(), rows + AXIS);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let plot = Rect::from_min_max(
        Pos2::new(rect.left() + left, rect.top() + AXIS),
        Pos2::new(rect.right() - space::S, rect.top() + AXIS + rows),
    );
    axis_ui(ui, lanes, window, plot, palette);
    let mut asked = Asked::default();
    for (place, lane) in lanes.lanes.iter().enumerate() {
        let middle = plot.top() + ROW * (place as f32 + 0.5);
        let at = Pos2::new(rect.left(), middle);
        let font = small.clone();
        ui.painter()
            .text(at, Align2::LEFT_CENTER, &lane.name, font, palette.text);
        let row = Rect::from_x_y_ranges(plot.x_range(), middle - BAR / 2.0..=middle + BAR / 2.0);
        let found_here = lane_ui(ui, lanes, &lane.pieces, (window, row), found);
        asked.found_at = asked.found_at.or(found_here);
    }
    asked.cursor = take_keys(ui, &response, lanes, (window, all), cursor, &mut asked);
    cursor_ui(ui, &response, lanes, window, plot, asked.cursor);
    take_pointer(ui, response, lanes, (window, all), plot, &mut asked);
    asked
}

/// Shows where the keyboard is, and tells what is there.
fn cursor_ui(
    ui: &Ui,
    response: &Response,
    lanes: &Lanes,
    window: Window,
    plot: Rect,
    cursor: Option<Cursor>,
) {
    let mut told = spoken(lanes);
    if let Some(cursor) = cursor {
        let accent = theme::palette(ui).accent;
        let painter = ui.painter();
        let edge = Stroke::new(1.5, accent);
        painter.rect_stroke(response.rect, 2, edge, StrokeKind::Inside);
        let top = plot.top() + ROW * cursor.lane as f32;
        let place = |nanos: u64| plot.left() + window.share(nanos) * plot.width();
        let mut row = Rect::from_x_y_ranges(
            place(cursor.nanos)..=place(cursor.nanos) + 2.0,
            top..=top + ROW,
        );
        let piece = cursor.piece(lanes);
        if let Some(piece) = piece {
            let mut its = lanes.lanes[cursor.lane].pieces.iter();
            let last = its.rfind(|other| other.life == piece.life);
            row.max.x = last.map_or(row.max.x, |last| row.max.x.max(place(last.until_nanos)));
        }
        painter.rect_stroke(row, 2, Stroke::new(2.0, accent), StrokeKind::Inside);
        let (id, layer) = (response.id, ui.layer_id());
        let tip = Tooltip::always_open(ui.ctx().clone(), layer, id, row);
        tip.show(|ui| match piece {
            Some(piece) => life_ui(ui, lanes, piece),
            None => {
                weak_ui(ui, cursor.told(lanes));
            }
        });
        told = format!("{}; {told}", cursor.told(lanes));
        if !ui.clip_rect().contains_rect(row) {
            ui.scroll_to_rect(row.expand2(Vec2::new(0.0, ROW)), None);
        }
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &told));
}

/// Takes what the pointer did, and tells what is under it.
fn take_pointer(
    ui: &Ui,
    response: Response,
    lanes: &Lanes,
    (window, all): (Window, Window),
    plot: Rect,
    asked: &mut Asked,
) {
    if response.dragged() && response.drag_delta().x.abs() > 0.0 {
        let share = -f64::from(response.drag_delta().x / plot.width().max(1.0));
        asked.window = Some(window.moved(share).within(all));
    }
    if response.double_clicked() {
        asked.window = Some(Window::stretch(lanes));
    }
    let Some(pointer) = response.hover_pos().filter(|at| plot.contains(*at)) else {
        return;
    };
    let share = f64::from((pointer.x - plot.left()) / plot.width().max(1.0));
    let zoom = ui.input(egui::InputState::zoom_delta);
    if (zoom - 1.0).abs() > f32::EPSILON {
        asked.window = Some(window.zoomed(1.0 / f64::from(zoom), share).within(all));
    }
    let nanos = window.from + (window.length() as f64 * share) as u64;
    let piece = lanes.piece_at(((pointer.y - plot.top()) / ROW) as usize, nanos);
    if response.clicked_by(egui::PointerButton::Primary) {
        let task = piece.map(|piece| lanes.lives[piece.life]);
        asked.task = task.filter(|life| life.measured).map(|life| life.number);
    }
    if let Some(piece) = piece {
        response.on_hover_ui_at_pointer(|ui| life_ui(ui, lanes, piece));
    }
}

fn axis_ui(ui: &Ui, lanes: &Lanes, window: Window, plot: Rect, palette: &Palette) {
    let since = |nanos: u64| nanos as f64 - lanes.stretch.from_nanos as f64;
    let (low, high) = (since(window.from), since(window.until));
    let steps = ((plot.width() / LABEL) as usize).max(2);
    let axis = Axis::linear(&Quantity::Nanos, low, high, steps);
    let small = TextStyle::Small.resolve(ui.style());
    for tick in &axis.ticks {
        if tick.value < low || tick.value > high {
            continue;
        }
        let x = plot.left() + ((tick.value - low) / (high - low).max(1.0)) as f32 * plot.width();
        let stroke = Stroke::new(1.0, palette.grid);
        ui.painter()
            .vline(x, plot.top() - 3.0..=plot.bottom(), stroke);
        let at = Pos2::new(x, plot.top() - 4.0);
        let font = small.clone();
        ui.painter()
            .text(at, Align2::CENTER_BOTTOM, &tick.label, font, palette.weak);
    }
    // Beside the stretch, what is not drawn is not known.
    for (from, until) in [
        (window.from, lanes.stretch.from_nanos),
        (lanes.stretch.until_nanos, window.until),
    ] {
        let (from, until) = (window.share(from), window.share(until));
        if from < until {
            let x = |share: f32| plot.left() + share * plot.width();
            let rect = Rect::from_x_y_ranges(x(from)..=x(until), plot.y_range());
            ui.painter().rect_filled(rect, 0, palette.shade);
        }
    }
}

/// Draws one lane, and says where in it the task is that was found.
fn lane_ui(
    ui: &Ui,
    lanes: &Lanes,
    pieces: &[Piece],
    (window, row): (Window, Rect),
    found: Option<u64>,
) -> Option<Rect> {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let ground = Stroke::new(1.0, palette.grid);
    ui.painter().hline(row.x_range(), row.center().y, ground);
    let first = pieces.partition_point(|piece| piece.until_nanos <= window.from);
    let mut drawn_until = f32::MIN;
    let mut marks = Vec::new();
    for piece in &pieces[first..] {
        if piece.from_nanos >= window.until {
            break;
        }
        let x = |nanos: u64| row.left() + window.share(nanos) * row.width();
        let (left, right) = (x(piece.from_nanos), x(piece.until_nanos));
        let life = &lanes.lives[piece.life];
        if life.measured && Some(life.number) == found {
            let mark = Rect::from_x_y_ranges(left..=right.max(left + 1.0), row.y_range());
            marks.push(mark);
        }
        if right - left < SEEN && right < drawn_until + SEEN {
            continue;
        }
        drawn_until = right;
        let height = row.height() * piece.part.height();
        let half = height / 2.0;
        let rect = Rect::from_x_y_ranges(
            left..=right.max(left + SEEN),
            row.center().y - half..=row.center().y + half,
        );
        ui.painter()
            .rect_filled(rect, 0, color(piece.part, dark, palette));
    }
    let mark = marks.into_iter().reduce(Rect::union)?.expand(2.0);
    let stroke = Stroke::new(2.0, palette.text);
    ui.painter()
        .rect_stroke(mark, 2, stroke, StrokeKind::Middle);
    Some(mark)
}

/// The colour of a part, the same in every picture.
pub(super) fn color(part: LanePart, dark: bool, palette: &Palette) -> Color32 {
    part.colour().map_or(palette.weak, |part| {
        let [r, g, b] = split_rgb(part as usize, dark);
        Color32::from_rgb(r, g, b)
    })
}

/// The whole life of the task that `piece` belongs to.
fn life_ui(ui: &mut Ui, lanes: &Lanes, piece: &Piece) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let life = &lanes.lives[piece.life];
    let cohort = if life.measured { "" } else { " of the warm-up" };
    let title = format!("Task {}{cohort}", text::count(life.number));
    ui.label(RichText::new(title).family(theme::semi_bold()));
    let mut words = vec![end_words(life.end).to_owned()];
    if life.attempt > 0 {
        words.insert(0, format!("attempt {}", life.attempt + 1));
    }
    if life.part > 0 {
        words.insert(0, format!("part {}", life.part + 1));
    }
    weak_ui(ui, words.join(", "));
    let pieces = life_pieces(life);
    egui::Grid::new("life")
        .num_columns(3)
        .min_col_width(0.0)
        .spacing(Vec2::new(space::S, 2.0))
        .show(ui, |ui| {
            for (part, nanos) in pieces {
                let (rect, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
                ui.painter()
                    .rect_filled(rect, 2, color(part, dark, palette));
                ui.label(part.label());
                ui.label(text::nanos(nanos as f64));
                ui.end_row();
            }
        });
    let whole = life.end_nanos().saturating_sub(life.intended_nanos);
    let begin = life.intended_nanos as f64 - lanes.measure_start_nanos as f64;
    weak_ui(
        ui,
        format!(
            "{} from its intended start, {} after the measurement's begin",
            text::nanos(whole as f64),
            text::nanos(begin),
        ),
    );
    weak_ui(
        ui,
        "How long each took is measured; their order on the worker is not",
    );
}

/// The lanes for those who hear them: how busy each worker was.
fn spoken(lanes: &Lanes) -> String {
    /// Nobody listens to more.
    const LANES_SPOKEN: usize = 16;
    let (from, until) = (lanes.stretch.from_nanos, lanes.stretch.until_nanos);
    let length = until.saturating_sub(from).max(1) as f64;
    let busy = |pieces: &[Piece]| {
        let within = pieces.iter().map(|piece| {
            let end = piece.until_nanos.min(until);
            end.saturating_sub(piece.from_nanos.max(from)) as f64
        });
        text::percent(within.sum::<f64>() / length)
    };
    let all = lanes.lanes.iter().take(LANES_SPOKEN);
    let all = all.map(|lane| format!("{} busy {}", lane.name, busy(&lane.pieces)));
    let all: Vec<String> = all.collect();
    format!("{} of {}: {}", lanes.title(), lanes.label, all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Window = Window {
        from: 1_000,
        until: 11_000,
    };

    #[test]
    fn zooming_keeps_what_is_under_the_pointer_and_stays_within_what_is_known() {
        let closer = ALL.zoomed(0.5, 0.25);
        assert_eq!((closer.from, closer.until), (2_250, 7_250));
        assert_eq!(closer.zoomed(2.0, 0.25), ALL);
        assert_eq!(ALL.zoomed(4.0, 0.5).within(ALL), ALL);
        assert_eq!(ALL.zoomed(1e-9, 0.5).length(), SHORTEST_NANOS);
    }

    #[test]
    fn moving_ends_at_the_edges_and_keeps_the_length() {
        let closer = ALL.zoomed(0.5, 0.0);
        assert_eq!(closer.moved(0.5).from, 3_500);
        assert_eq!(closer.moved(9.0).within(ALL).until, ALL.until);
        assert_eq!(closer.moved(-9.0).within(ALL), closer);
    }
}
