//! What each worker did: lanes over time, the whole life of a task, and the slowest tasks with a way to find them.

mod draw;
mod keys;
mod slowest;

use egui::{Button, ComboBox, RichText, ScrollArea, Ui, Vec2};

use crate::chart::{Lanes, LanesOf, NoLanes, lane_blocks, stretch_with};
use crate::gui::action::{Action, Exported};
use crate::gui::panels::export_menu::export_menu_ui;
use crate::gui::panels::results::ResultsView;
use crate::gui::panels::results::lanes::draw::{Window, lanes_ui, legend_ui};
use crate::gui::panels::results::lanes::keys::Cursor;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{
    FollowFocus as _, badge_ui, candidate_swatch_ui, empty_state_ui, icon_button_ui, weak_ui,
};
use crate::run::Block;

/// Width of the list of the slowest tasks, in points.
const LIST_WIDTH: f32 = 310.0;
/// Below this width the list stands below the lanes, in points.
const SIDE_BY_SIDE: f32 = 860.0;

/// What is shown, and which part of it.
#[derive(Debug, Default)]
pub(super) struct LanesPage {
    /// The candidate whose workers are shown, as its index in the scenario.
    candidate: Option<usize>,
    /// The block that the viewer chose, as its place in the run.
    block: Option<usize>,
    /// The stretch that the viewer chose, by its number in the block.
    stretch: Option<u32>,
    /// What of it is seen; all of it, if nothing else was asked for.
    window: Option<Window>,
    /// The measured task that was asked for, by its number.
    found: Option<u64>,
    /// Whether it was asked for just now, and is to be scrolled to.
    is_sought: bool,
    /// Where the keyboard was last in the lanes.
    cursor: Option<Cursor>,
    /// What was built, and from which run, revision and choice.
    built: Option<(Key, Result<Lanes, NoLanes>)>,
}

type Key = (u64, u64, LanesOf);

impl LanesPage {
    /// Chooses a candidate, by its index in the scenario.
    pub(super) fn look_at(&mut self, candidate: usize) {
        if self.candidate != Some(candidate) {
            *self = Self {
                candidate: Some(candidate),
                ..Self::default()
            };
        }
    }

    /// Shows the page and appends what the user asked for to `actions`.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: &ResultsView<'_>, actions: &mut Vec<Action>) {
        let known = |candidate: &usize| {
            let mut figures = view.figures.iter();
            figures.any(|figures| figures.candidate == *candidate)
        };
        let first = view.figures.first().map(|figures| figures.candidate);
        let Some(candidate) = self.candidate.filter(known).or(first) else {
            empty_state_ui(ui, "No candidate", "");
            return;
        };
        let blocks = lane_blocks(view.run, candidate);
        let measured = |place: &&usize| view.run.blocks[**place].lives.is_some();
        let newest = blocks.iter().rev().find(measured).or(blocks.first());
        let chosen = self.block.filter(|block| blocks.contains(block));
        let Some(block) = chosen.or(newest.copied()) else {
            empty_state_ui(ui, "No candidate", "");
            return;
        };
        let of = LanesOf {
            block,
            stretch: self.place(&view.run.blocks[block]),
        };
        let key = (view.run.started_unix_secs, view.run.revision, of);
        let lanes = match self.built.take() {
            Some((built, lanes)) if built == key => lanes,
            _ => Lanes::of(view.run, of),
        };
        self.choice_ui(ui, view, candidate, &blocks, of);
        match &lanes {
            Ok(lanes) => self.lanes_ui(ui, &view.run.blocks[block], lanes, of, actions),
            Err(why) => {
                let (title, text) = why.words();
                empty_state_ui(ui, title, text);
            }
        }
        self.built = Some((key, lanes));
    }

    /// The place of the stretch that is shown: the one that was chosen, the newest of a block that is under way, and one
    /// in the middle of one that is over.
    fn place(&self, block: &Block) -> usize {
        let stretches = block
            .lives
            .as_ref()
            .map_or(&[][..], |lives| lives.stretches());
        let chosen = self.stretch.and_then(|number| {
            stretches
                .iter()
                .position(|stretch| stretch.number == number)
        });
        chosen.unwrap_or(if block.state.is_over() {
            stretches.len() / 2
        } else {
            // The newest one is still growing.
            stretches.len().saturating_sub(2)
        })
    }

    /// Which candidate, repeat and stretch.
    fn choice_ui(
        &mut self,
        ui: &mut Ui,
        view: &ResultsView<'_>,
        candidate: usize,
        blocks: &[usize],
        of: LanesOf,
    ) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::new(space::XS, 2.0);
            for other in view.figures {
                candidate_swatch_ui(ui, other.candidate);
                let tab = ui.selectable_label(other.candidate == candidate, &other.name);
                let name = format!("Lanes of {}", other.name);
                if tab.accessible_name(name).clicked() {
                    self.look_at(other.candidate);
                }
                ui.add_space(space::XS);
            }
            if blocks.len() > 1 {
                let repeat = |place: usize| view.run.blocks[place].planned.repeat + 1;
                let shown = format!("Repeat {}", repeat(of.block));
                let combo = ComboBox::from_id_salt("lanes repeat").selected_text(&shown);
                combo.show_ui(ui, |ui| {
                    for &place in blocks {
                        let label = format!("Repeat {}", repeat(place));
                        if ui.selectable_label(place == of.block, label).clicked() {
                            self.show(place, None);
                            ui.close();
                        }
                    }
                });
            }
            self.stretches_ui(ui, &view.run.blocks[of.block], of);
        });
    }

    fn stretches_ui(&mut self, ui: &mut Ui, block: &Block, of: LanesOf) {
        let stretches = block
            .lives
            .as_ref()
            .map_or(&[][..], |lives| lives.stretches());
        if stretches.is_empty() {
            return;
        }
        let about = "Stretches of the measurement in which every task was kept";
        let place = of.stretch.min(stretches.len() - 1);
        let previous = place.checked_sub(1).and_then(|place| stretches.get(place));
        let steps = [
            ("◀", "Previous stretch", previous),
            ("▶", "Next stretch", stretches.get(place + 1)),
        ];
        let mut step_ui = |ui: &mut Ui, (icon, name, to): (_, _, Option<&crate::run::Stretch>)| {
            ui.add_enabled_ui(to.is_some(), |ui| {
                if icon_button_ui(ui, icon, name).clicked()
                    && let Some(to) = to
                {
                    self.show(of.block, Some(to.number));
                }
            });
        };
        step_ui(ui, steps[0]);
        let text = format!("Stretch {} of {}", place + 1, stretches.len());
        ui.label(text).on_hover_text(about);
        step_ui(ui, steps[1]);
    }

    fn show(&mut self, block: usize, stretch: Option<u32>) {
        self.block = Some(block);
        self.stretch = stretch;
        self.window = None;
        self.cursor = None;
    }

    fn lanes_ui(
        &mut self,
        ui: &mut Ui,
        block: &Block,
        lanes: &Lanes,
        of: LanesOf,
        actions: &mut Vec<Action>,
    ) {
        let all = Window::all(lanes);
        let window = self
            .window
            .map_or(Window::stretch(lanes), |seen| seen.within(all));
        ui.horizontal_wrapped(|ui| {
            self.zoom_ui(ui, window, all);
            let what = || Exported::Lanes(of, [window.from, window.until]);
            export_menu_ui(ui, "the lanes", what, actions);
            legend_ui(ui, lanes);
        });
        weak_ui(ui, lanes.caption());
        remarks_ui(ui, &lanes.remarks());
        let wide = ui.available_width() >= SIDE_BY_SIDE;
        let width = ui.available_width() - if wide { LIST_WIDTH + space::M } else { 0.0 };
        let slowest = block
            .lives
            .as_ref()
            .map_or(&[][..], |lives| lives.slowest());
        let (mut to_window, mut to_task) = (None, None);
        let is_sought = std::mem::take(&mut self.is_sought);
        let mut left_ui = |ui: &mut Ui| {
            ui.set_width(width);
            let asked = lanes_ui(ui, lanes, window, all, (self.found, self.cursor));
            self.cursor = asked.cursor.or(self.cursor);
            if let Some(found) = asked.found_at.filter(|_| is_sought) {
                // With the lanes above and below, among which it is found.
                ui.scroll_to_rect(found.expand2(found.size() * Vec2::Y), None);
            }
            to_window = asked.window;
            to_task = asked.task;
        };
        let is_found = |number| self.found == Some(number);
        let mut lives = lanes.lives.iter();
        let in_lanes = lives.any(|life| life.measured && is_found(life.number));
        let mut chosen = None;
        if wide {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = space::M;
                ui.vertical(|ui| scrolled(ui, "lanes", &mut left_ui));
                ui.vertical(|ui| {
                    scrolled(ui, "slowest", |ui| {
                        chosen = slowest::slowest_ui(ui, slowest, self.found, in_lanes);
                    });
                });
            });
        } else {
            scrolled(ui, "lanes", |ui| {
                left_ui(ui);
                chosen = slowest::slowest_ui(ui, slowest, self.found, in_lanes);
            });
        }
        if to_window.is_some() {
            // The stretch stays the one that is looked at, also while the block goes on.
            self.stretch = Some(lanes.stretch.number);
            self.block = Some(of.block);
            self.window = to_window;
        }
        self.found = to_task.or(self.found);
        if let Some(number) = chosen {
            self.find(block, of.block, number);
        }
    }

    /// Shows task `number`, in its stretch if it lies in one.
    fn find(&mut self, block: &Block, place: usize, number: u64) {
        (self.found, self.is_sought) = (Some(number), true);
        let Some(lives) = &block.lives else { return };
        if let Some(found) = stretch_with(lives, number) {
            let stretch = lives.stretches()[found];
            self.show(place, Some(stretch.number));
            let parts = lives.parts_of(stretch);
            let its = parts.filter(|part| part.measured && part.number == number);
            self.window = Window::around(its);
        }
    }

    fn zoom_ui(&mut self, ui: &mut Ui, window: Window, all: Window) {
        for (icon, name, to) in [
            ("−", "Zoom out of the lanes", window.zoomed(2.0, 0.5)),
            ("+", "Zoom into the lanes", window.zoomed(0.5, 0.5)),
            ("←", "Earlier", window.moved(-0.25)),
            ("→", "Later", window.moved(0.25)),
        ] {
            if icon_button_ui(ui, icon, name).clicked() {
                self.window = Some(to.within(all));
            }
        }
        let whole = Button::new(RichText::new("Whole stretch").small());
        let about = "Drag to move, Ctrl and wheel to zoom, double-click for the whole stretch. By keyboard: arrow keys from task \
             to task, Shift and arrow keys to move, + and − to zoom, Home for the whole stretch, Enter to find the task";
        if ui.add(whole).on_hover_text(about).clicked() {
            self.window = None;
        }
    }
}

/// What a reader must know, if there is something.
fn remarks_ui(ui: &mut Ui, remarks: &[String]) {
    if remarks.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for remark in remarks {
            let short = remark.split(':').next().unwrap_or(remark);
            badge_ui(ui, short, theme::palette(ui).warning).on_hover_text(remark);
        }
    });
}

fn scrolled(ui: &mut Ui, salt: &str, content: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical()
        .auto_shrink([true, false])
        .id_salt(salt)
        .show_following(ui, content);
}
