//! The bundled experiments as cards: the question, a picture, what one will see, how long it takes, what it needs.

use egui::{Align, Layout, Rect, RichText, Ui, UiBuilder, Vec2};

use crate::gui::action::Action;
use crate::gui::app::Search;
use crate::gui::panels::library::LibraryEntry;
use crate::gui::panels::plan::duration;
use crate::gui::panels::start::StartView;
use crate::gui::panels::start::picture::{self, picture_ui};
use crate::gui::theme::{self, space};
use crate::gui::widgets::{Spot, few_lines_ui, mark_spot, tinted_button_ui, weak_ui};
use crate::scenario::Candidate;

/// More columns than that make a row too long to read.
const COLUMNS_MAX: usize = 4;
/// Width of the picture beside the texts, in points.
const PICTURE_WIDTH: f32 = 236.0;

/// How a card is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The picture above the texts.
    Tall,
    /// The picture beside the texts, so that a low window has room for a whole card.
    Wide,
}

impl Shape {
    /// A card is never narrower, in points: its texts fit into their lines at that.
    const fn width_min(self) -> f32 {
        match self {
            Self::Tall => 290.0,
            Self::Wide => 560.0,
        }
    }

    /// Height of a card, in points.
    const fn height(self) -> f32 {
        match self {
            // Picture, question of two lines, three lines of text, facts, and the buttons.
            Self::Tall => picture::HEIGHT + 176.0,
            // The picture, or the same without it and with two lines of text.
            Self::Wide => picture::HEIGHT + 2.0 * (space::M + 1.0),
        }
    }

    /// The text may have so many lines.
    const fn lines(self) -> usize {
        match self {
            Self::Tall => 3,
            Self::Wide => 2,
        }
    }
}

/// Shows the cards of `entries` in as many columns as there is room for. `is_first`: the first card of all is among
/// them.
pub(super) fn grid_ui(
    ui: &mut Ui,
    entries: &[&LibraryEntry],
    (shape, is_first): (Shape, bool),
    view: &StartView<'_>,
    actions: &mut Vec<Action>,
) {
    if entries.is_empty() {
        return;
    }
    let gap = space::M;
    let room = ui.available_width();
    let columns = columns(room, shape);
    let size = Vec2::new(
        (room - gap * (columns - 1) as f32) / columns as f32,
        shape.height(),
    );
    let rows = entries.len().div_ceil(columns) as f32;
    let height = rows * (size.y + gap) - gap;
    let (grid, _) = ui.allocate_exact_size(Vec2::new(room, height), egui::Sense::hover());
    for (index, entry) in entries.iter().enumerate() {
        let (column, row) = ((index % columns) as f32, (index / columns) as f32);
        let corner = grid.min + Vec2::new(column, row) * (size + Vec2::splat(gap));
        let place = Rect::from_min_size(corner, size);
        let builder = UiBuilder::new()
            .id_salt(("experiment", entry.file))
            .max_rect(place)
            .layout(Layout::top_down(Align::Min));
        ui.scope_builder(builder, |ui| card_ui(ui, entry, shape, view, actions));
        if is_first && index == 0 {
            mark_spot(ui, Spot::FirstExperiment, place);
        }
    }
}

/// How many cards stand beside each other in `room` points.
fn columns(room: f32, shape: Shape) -> usize {
    (((room + space::M) / (shape.width_min() + space::M)) as usize).clamp(1, COLUMNS_MAX)
}

fn card_ui(
    ui: &mut Ui,
    entry: &LibraryEntry,
    shape: Shape,
    view: &StartView<'_>,
    actions: &mut Vec<Action>,
) {
    let place = ui.max_rect();
    theme::card_frame(theme::palette(ui)).show(ui, |ui| {
        let inside = place.size() - Vec2::splat(2.0 * (space::M + 1.0));
        ui.set_min_size(inside);
        ui.spacing_mut().item_spacing.y = space::XS;
        match shape {
            Shape::Tall => {
                picture_ui(ui, &entry.scenario);
                ui.add_space(space::XS);
                texts_ui(ui, entry, shape, view, actions);
            }
            Shape::Wide => {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = space::M;
                    let column = |width| Vec2::new(width, inside.y);
                    let layout = Layout::top_down(Align::Min);
                    let picture = column(PICTURE_WIDTH);
                    ui.allocate_ui_with_layout(picture, layout, |ui| {
                        picture_ui(ui, &entry.scenario);
                    });
                    let texts = column(inside.x - PICTURE_WIDTH - space::M);
                    ui.allocate_ui_with_layout(texts, layout, |ui| {
                        ui.set_min_size(texts);
                        ui.spacing_mut().item_spacing.x = space::S;
                        texts_ui(ui, entry, shape, view, actions);
                    });
                });
            }
        }
    });
}

/// The question, what there is to see, and below that what can be done with it.
fn texts_ui(
    ui: &mut Ui,
    entry: &LibraryEntry,
    shape: Shape,
    view: &StartView<'_>,
    actions: &mut Vec<Action>,
) {
    let question = RichText::new(entry.question).text_style(theme::title_style());
    few_lines_ui(ui, question, 2);
    let color = theme::palette(ui).weak;
    let shows = RichText::new(entry.shows).small().color(color);
    few_lines_ui(ui, shows, shape.lines()).on_hover_text(&entry.about);
    let layout = Layout::bottom_up(Align::Min);
    ui.with_layout(layout, |ui| {
        ui.horizontal(|ui| buttons_ui(ui, entry, view, actions));
        facts_ui(ui, entry, view, actions);
    });
}

fn buttons_ui(ui: &mut Ui, entry: &LibraryEntry, view: &StartView<'_>, actions: &mut Vec<Action>) {
    let why_not = "Stop the run that is under way first";
    // All alike; the one of full colour in the window is that of the open scenario.
    let run = tinted_button_ui(ui, "▶ Run", !view.locked);
    let run = run
        .on_hover_text("Open it and measure all its candidates")
        .on_disabled_hover_text(why_not);
    if run
        .accessible_name(format!("Run {}", entry.title))
        .clicked()
    {
        actions.push(Action::RunBundled(entry.file));
    }
    let look = ui
        .add_enabled(!view.locked, egui::Button::new("Look at it first"))
        .on_hover_text("Show what it would do, step by step, and its tasks to change")
        .on_disabled_hover_text(why_not);
    if look
        .accessible_name(format!("Look at {} first", entry.title))
        .clicked()
    {
        actions.push(Action::OpenBundled(entry.file));
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        weak_ui(ui, format!("about {}", duration(entry.expected_nanos)))
            .on_hover_text("How long a run of it takes");
    });
}

/// The title, and what it needs beyond this program.
fn facts_ui(ui: &mut Ui, entry: &LibraryEntry, view: &StartView<'_>, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        let title = RichText::new(&entry.title).small().strong();
        ui.label(title);
        if !entry.needs_python() {
            return;
        }
        if view.machine == &Search::NotYet && ui.is_rect_visible(ui.max_rect()) && !view.locked {
            // Whoever sees the card wants to know.
            actions.push(Action::FindInterpreters);
        }
        let need = need(entry, view);
        let color = if need.lacks {
            palette.warning
        } else {
            palette.weak
        };
        let line = RichText::new(need.line).small().color(color);
        ui.add(egui::Label::new(line).truncate())
            .on_hover_text(need.more);
    });
}

/// What an experiment needs, and whether this machine has it.
#[derive(Debug, PartialEq, Eq)]
struct Need {
    line: String,
    more: String,
    lacks: bool,
}

fn need(entry: &LibraryEntry, view: &StartView<'_>) -> Need {
    let candidates = &entry.scenario.candidates;
    let known = |line: &str, more: &str| Need {
        line: line.to_owned(),
        more: more.to_owned(),
        lacks: false,
    };
    match view.machine {
        Search::NotYet | Search::Looking => {
            return known("looking for Python…", "");
        }
        Search::Failed(error) => {
            let more = "Whether this machine has one could not be found out";
            return known("needs Python", &format!("{more}: {error}"));
        }
        Search::Done => {}
    }
    let lacks = |candidate: &Candidate| view.local.home_of(candidate).err();
    let mut reasons: Vec<String> = candidates.iter().filter_map(lacks).collect();
    let missing = reasons.len();
    // Candidates that lack the same say the same.
    reasons.dedup();
    let line = if missing == 0 {
        return known("Python is there", "This machine has what it needs");
    } else if view.local.found.usable().next().is_none() {
        "⚠ needs Python, which is not there".to_owned()
    } else {
        format!("⚠ {missing} of {} cannot run here", candidates.len())
    };
    reasons.push(
        "It can be run all the same: what lacks something says so, and the others run.".to_owned(),
    );
    Need {
        line,
        more: reasons.join("\n\n"),
        lacks: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_grow_with_the_room_from_one_to_four() {
        for (room, expected) in [
            (100.0, 1),
            (600.0, 2),
            (964.0, 3),
            (1_600.0, 4),
            (9_999.0, 4),
        ] {
            assert_eq!(columns(room, Shape::Tall), expected, "{room}");
        }
        assert_eq!(columns(624.0, Shape::Wide), 1);
        assert!(Shape::Wide.height() < Shape::Tall.height());
    }
}
