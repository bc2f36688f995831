//! The tour: a few words beside the thing that they are about, which is framed while the rest is dimmed.

use egui::{
    Align, Area, Context, EventFilter, Id, Key, LayerId, Layout, Modal, Modifiers, Order, Pos2,
    Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, UiKind, Vec2,
};

use crate::gui::action::{Action, TourAction};
use crate::gui::app::Page;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{Spot, primary_button_ui, spot_of, want_spot, weak_ui};

/// One step.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// What it is about.
    pub title: &'static str,
    /// What there is to know.
    pub text: &'static str,
    /// What it points at; the words stand beside the first.
    pub spots: &'static [Spot],
    /// What is said where none of it is to be seen.
    pub hidden: &'static str,
    /// The page that it is on; none for that of the step before.
    pub page: Option<Page>,
}

/// The steps in their order.
pub const STEPS: [Step; 7] = [
    Step {
        title: "Pick an experiment",
        text: "Each card is a question with the experiment that answers it. The picture shows how tasks come, \
               what one task does, to scale, and on what it is tried. Run opens it and measures at once.",
        spots: &[Spot::FirstExperiment],
        hidden: "The cards are on the page Start.",
        page: Some(Page::Start),
    },
    Step {
        title: "See what Run will do",
        text: "The plan says in plain words what would happen before it happens: tasks, load, candidates, \
               and how long it takes. Opening a file never runs anything.",
        spots: &[Spot::Plan],
        hidden: "The plan is on the page Plan.",
        page: Some(Page::Plan),
    },
    Step {
        title: "Run, and stop",
        text: "Run (F5) measures all candidates one after the other, each in a fresh process. Meanwhile it is Stop \
               (Shift+F5): what was measured until then is kept.",
        spots: &[Spot::Run],
        hidden: "Run is at the upper right of the window.",
        page: None,
    },
    Step {
        title: "Watch it live",
        text: "Charts of throughput, response time, memory and cost, live. Above them is the legend: each candidate has \
               one colour everywhere, and a click shows or hides it. Ctrl and the wheel zoom, dragging moves.",
        spots: &[Spot::Board],
        hidden: "There are no charts yet: they are here as soon as the first run has begun.",
        page: Some(Page::Charts),
    },
    Step {
        title: "Read the results",
        text: "The table has the figures with their uncertainty. The verdict names who meets the objectives at the \
               lowest cost, says so when it is too close to call, and why it can be trusted or not.",
        spots: &[Spot::Results],
        hidden: "The results are below the charts, and neither is to be seen yet.",
        page: Some(Page::Charts),
    },
    Step {
        title: "Find runs again, and compare",
        text: "Each run is kept with all that was recorded. Under Runs it is opened, named and run again; the page \
               Comparison lays two of them, or two candidates, beside each other.",
        spots: &[Spot::RunsTab, Spot::ComparisonPage],
        hidden: "The left panel with Runs is hidden; ☰ at the upper left shows it.",
        page: None,
    },
    Step {
        title: "Compose your own, and take it along",
        text: "Under Compose are the tasks, the load and the candidates, to change by hand. The File menu saves the \
               experiment as a small text file and exports charts, figures and a report. That is all: have a look around.",
        spots: &[Spot::ComposeTab, Spot::FileMenu],
        hidden: "The left panel with Compose is hidden; ☰ at the upper left shows it.",
        page: None,
    },
];

/// Width of the words, in points: a comfortable line.
const WIDTH: f32 = 360.0;
/// Height of the words before they were ever laid out, in points.
const FIRST_HEIGHT: f32 = 190.0;
/// Between the frame around a thing and the thing, and the words, in points.
const DISTANCE: f32 = 4.0;

/// Shows steps of the tour.
#[derive(Debug, Default)]
pub struct TourPanel {
    /// The button that leads on is still to be given the keyboard.
    unfocused: bool,
}

impl TourPanel {
    /// Another step is going to be shown.
    pub const fn begin(&mut self) {
        self.unfocused = true;
    }

    /// Shows `step` over the window that was drawn in this frame and appends what the user asked for to `actions`.
    pub fn ui(&mut self, ctx: &Context, step: usize, actions: &mut Vec<Action>) {
        let Some(shown) = STEPS.get(step) else {
            return;
        };
        if let (true, Some(first)) = (self.unfocused, shown.spots.first()) {
            want_spot(ctx, *first);
        }
        let screen = ctx.content_rect();
        let spots = shown.spots.iter().filter_map(|spot| spot_of(ctx, *spot));
        let targets: Vec<Rect> = spots
            .map(|rect| rect.expand(DISTANCE).intersect(screen.shrink(1.0)))
            .collect();
        paint_targets(ctx, screen, &targets);

        let id = Id::unique("tour");
        let laid_out = ctx.memory(|memory| memory.area_rect(id));
        let size = laid_out.map_or(Vec2::new(WIDTH, FIRST_HEIGHT), |rect| rect.size());
        let area = Area::new(id)
            .kind(UiKind::Modal)
            .sense(Sense::hover())
            .order(Order::Foreground)
            .interactable(true)
            .fixed_pos(beside(screen, targets.first().copied(), size));
        let palette = theme::palette_of(ctx);
        let frame = theme::popup_frame(palette, palette.accent).inner_margin(space::L);
        // The rest is dimmed around what is pointed at, and not over it.
        let modal = Modal::new(id).area(area).frame(frame);
        let modal = modal.backdrop_color(egui::Color32::TRANSPARENT);
        modal.show(ctx, |ui| {
            ui.set_width(WIDTH);
            self.step_ui(ui, step, shown, targets.is_empty(), actions);
        });
        actions.extend(key_action(ctx).map(Action::Tour));
    }

    fn step_ui(
        &mut self,
        ui: &mut Ui,
        step: usize,
        shown: &Step,
        is_hidden: bool,
        actions: &mut Vec<Action>,
    ) {
        let (place, steps) = (step + 1, STEPS.len());
        weak_ui(ui, format!("Step {place} of {steps}"));
        ui.label(RichText::new(shown.title).text_style(egui::TextStyle::Heading));
        ui.add(egui::Label::new(shown.text).wrap());
        if is_hidden {
            let color = theme::palette(ui).warning;
            ui.add(egui::Label::new(RichText::new(shown.hidden).color(color)).wrap());
        }
        ui.add_space(space::S);
        // By a name, so that the keyboard stays when the words above them become others.
        let named = UiBuilder::new().scope_id(Id::unique("buttons of the tour"));
        ui.scope_builder(named, |ui| self.buttons_ui(ui, step, actions));
    }

    fn buttons_ui(&mut self, ui: &mut Ui, step: usize, actions: &mut Vec<Action>) {
        let (place, steps) = (step + 1, STEPS.len());
        ui.horizontal(|ui| {
            let skip = ui.button(if place == steps { "Close" } else { "Skip" });
            let skip = skip.on_hover_text("End the tour (Esc); the Help menu has it again");
            if skip.accessible_name("End the tour").clicked() {
                actions.push(Action::Tour(TourAction::End));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let label = if place == steps { "Done" } else { "Next →" };
                let next = primary_button_ui(ui, label, true).on_hover_text("Enter, or →");
                if std::mem::take(&mut self.unfocused) {
                    next.request_focus();
                }
                // The arrows lead through the tour, and not from button to button.
                let arrows = EventFilter {
                    horizontal_arrows: true,
                    ..EventFilter::default()
                };
                ui.memory_mut(|memory| memory.set_focus_lock_filter(next.id, arrows));
                if next.accessible_name("Next step").clicked() {
                    actions.push(Action::Tour(TourAction::Next));
                }
                let back = ui.add_enabled(step > 0, egui::Button::new("← Back"));
                if back
                    .on_hover_text("←")
                    .accessible_name("Step before")
                    .clicked()
                {
                    actions.push(Action::Tour(TourAction::Back));
                }
            });
        });
    }
}

/// What a key asks for. Enter belongs to the button that has the keyboard, which at first is the one that leads on.
fn key_action(ctx: &Context) -> Option<TourAction> {
    let keys = [
        (Key::Escape, TourAction::End),
        (Key::ArrowRight, TourAction::Next),
        (Key::ArrowLeft, TourAction::Back),
    ];
    ctx.input_mut(|input| {
        let mut keys = keys.into_iter();
        keys.find(|(key, _)| input.consume_key(Modifiers::NONE, *key))
            .map(|(_, action)| action)
    })
}

/// Dims the window but for the `targets`, which get a frame.
fn paint_targets(ctx: &Context, screen: Rect, targets: &[Rect]) {
    let palette = theme::palette_of(ctx);
    let painter = ctx.layer_painter(LayerId::new(Order::Middle, Id::unique("tour dim")));
    for rect in around(screen, targets) {
        painter.rect_filled(rect, 0, theme::DIM);
    }
    for target in targets {
        let stroke = Stroke::new(2.0, palette.accent);
        painter.rect_stroke(*target, 0, stroke, StrokeKind::Middle);
    }
}

/// All of `screen` but the `holes`, as rectangles that do not overlap.
fn around(screen: Rect, holes: &[Rect]) -> Vec<Rect> {
    let mut edges: Vec<f32> = holes
        .iter()
        .flat_map(|hole| [hole.top(), hole.bottom()])
        .chain([screen.top(), screen.bottom()])
        .collect();
    edges.sort_by(f32::total_cmp);
    let mut rects = Vec::new();
    for band in edges.windows(2) {
        let (top, bottom) = (band[0], band[1]);
        if bottom <= top {
            continue;
        }
        let middle = f32::midpoint(top, bottom);
        let mut inside: Vec<Rect> = holes
            .iter()
            .copied()
            .filter(|hole| hole.y_range().contains(middle))
            .collect();
        inside.sort_by(|a, b| a.left().total_cmp(&b.left()));
        let mut left = screen.left();
        for hole in inside {
            if hole.left() > left {
                rects.push(Rect::from_x_y_ranges(left..=hole.left(), top..=bottom));
            }
            left = left.max(hole.right());
        }
        if left < screen.right() {
            rects.push(Rect::from_x_y_ranges(left..=screen.right(), top..=bottom));
        }
    }
    rects
}

/// Where words of `size` stand: below, above, right or left of `target`, where there is room; within it at the lower
/// edge where there is none, as with something that fills the window; in the middle without a target.
fn beside(screen: Rect, target: Option<Rect>, size: Vec2) -> Pos2 {
    const GAP: f32 = space::M;
    let screen = screen.shrink(space::S);
    let Some(target) = target else {
        return screen.center() - size / 2.0;
    };
    let x = target
        .left()
        .min(screen.right() - size.x)
        .max(screen.left());
    let y = target.top().min(screen.bottom() - size.y).max(screen.top());
    let places = [
        Pos2::new(x, target.bottom() + GAP),
        Pos2::new(x, target.top() - GAP - size.y),
        Pos2::new(target.right() + GAP, y),
        Pos2::new(target.left() - GAP - size.x, y),
    ];
    places
        .into_iter()
        .find(|place| screen.contains_rect(Rect::from_min_size(*place, size)))
        .unwrap_or_else(|| {
            let bottom = target.bottom().min(screen.bottom());
            let place = Pos2::new(target.center().x - size.x / 2.0, bottom - size.y - GAP);
            place.clamp(screen.min, screen.max - size)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Rect = Rect {
        min: Pos2::ZERO,
        max: Pos2::new(1280.0, 800.0),
    };

    #[test]
    fn words_stand_on_the_window_and_beside_what_they_are_about() {
        let size = Vec2::new(360.0, 200.0);
        let targets = [
            Rect::from_min_size(Pos2::new(8.0, 120.0), Vec2::new(300.0, 280.0)),
            Rect::from_min_size(Pos2::new(1190.0, 40.0), Vec2::new(70.0, 30.0)),
            Rect::from_min_size(Pos2::new(0.0, 560.0), Vec2::new(1280.0, 240.0)),
            Rect::from_min_size(Pos2::new(330.0, 90.0), Vec2::new(620.0, 700.0)),
        ];
        for target in targets {
            let place = Rect::from_min_size(beside(SCREEN, Some(target), size), size);
            assert!(SCREEN.contains_rect(place), "{target:?}: {place:?}");
        }
        for target in &targets[..3] {
            let place = Rect::from_min_size(beside(SCREEN, Some(*target), size), size);
            assert!(!place.intersects(*target), "{target:?}: {place:?}");
        }
        let middle = Rect::from_min_size(beside(SCREEN, None, size), size);
        assert_eq!(middle.center(), SCREEN.center());
    }

    #[test]
    fn what_is_dimmed_and_what_is_pointed_at_make_up_the_window() {
        let area = |rects: &[Rect]| rects.iter().map(Rect::area).sum::<f32>();
        let holes = [
            Rect::from_min_size(Pos2::new(10.0, 20.0), Vec2::new(100.0, 50.0)),
            Rect::from_min_size(Pos2::new(300.0, 40.0), Vec2::new(20.0, 300.0)),
        ];
        for holes in [&holes[..], &holes[..1], &[]] {
            let dimmed = around(SCREEN, holes);
            let sum = area(&dimmed) + area(holes);
            assert!((sum - SCREEN.area()).abs() < 1.0, "{sum}");
        }
    }

    #[test]
    fn every_step_points_at_something_and_says_what_if_it_is_not_there() {
        for step in STEPS {
            assert!(
                !step.spots.is_empty() && !step.hidden.is_empty(),
                "{}",
                step.title
            );
        }
    }
}
