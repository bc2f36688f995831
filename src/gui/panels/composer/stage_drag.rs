//! Stages that are put somewhere: dragged within a task kind or into another one, and new ones from the palette.
//!
//! A stage of the palette is clicked, which adds it to the end of the kind that was used last, or dragged into its
//! place. One drop is one edit, and so one step to undo.

use egui::{Button, CursorIcon, DragAndDrop, Id, Rect, Sense, Ui, Vec2};

use crate::gui::panels::composer::cards;
use crate::gui::panels::composer::edit::{self, ListEdit, dropped_at};
use crate::gui::panels::composer::kinds::{StageType, default_stage};
use crate::gui::panels::composer::lines::remark_ui;
use crate::gui::theme::space;
use crate::scenario::{Stage, TaskKind};

/// The stages of one task kind on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StageList {
    /// As problems name it: `tasks[0].stages`.
    pub list: String,
    /// Where the cards lie; none where they are folded.
    pub places: Vec<Rect>,
    /// The height at which something lands behind the last one.
    pub end: f32,
    /// How many stages there are.
    pub len: usize,
    /// The stage that was sent to the end of another kind by its menu: its index, and that of the kind.
    pub sent: Option<(usize, usize)>,
}

/// What is put somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Put {
    /// A stage: indices of its kind and within that.
    Held(usize, usize),
    /// A new one.
    New(StageType),
}

/// A stage of the palette that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FromPalette(StageType);

/// The palette. Returns the type that was clicked, and whether by the keyboard; `target` is the name of the kind that
/// gets it.
pub(super) fn palette_ui(ui: &mut Ui, target: &str, locked: bool) -> Option<(StageType, bool)> {
    let mut clicked = None;
    ui.add_enabled_ui(!locked, |ui| {
        // The rows are as high as what they hold.
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(space::XS);
            ui.spacing_mut().button_padding = Vec2::new(6.0, 3.0);
            for kind in StageType::ALL {
                let text = egui::RichText::new(kind.title()).small();
                let chip = ui.add(Button::new(text).sense(Sense::click_and_drag()));
                if chip.dragged() {
                    ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
                }
                chip.dnd_set_drag_payload(FromPalette(kind));
                let hint = format!(
                    "{}. Click to add it to {target}, or drag it",
                    kind.explanation()
                );
                let chip = chip.on_hover_text(hint);
                let by_key = chip.has_focus();
                let name = format!("New {} stage", kind.title());
                if chip.accessible_name(name).clicked() {
                    clicked = Some((kind, by_key));
                }
            }
        });
    });
    remark_ui(
        ui,
        &format!("Click a stage to add it to {target}, or drag it to its place"),
    );
    clicked
}

/// Shows where what is held would land among the kinds, whose cards are `places` and whose stages are `lists`. Returns
/// whether something was put down: then `tasks` have it, and `open` says for each kind which stages show their fields.
pub(super) fn drop_ui(
    ui: &Ui,
    (lists, places): (&[StageList], &[Rect]),
    locked: bool,
    tasks: &mut [TaskKind],
    open: &mut [&mut Vec<bool>],
) -> bool {
    let sent = lists
        .iter()
        .enumerate()
        .find_map(|(kind, list)| Some((kind, list.sent?)));
    if let Some((kind, (at, to))) = sent
        && !locked
    {
        let end = lists.get(to).map_or(0, |list| list.len);
        return put(Put::Held(kind, at), (to, end), tasks, open);
    }
    let Some(held) = held(ui, lists).filter(|_| !locked) else {
        return false;
    };
    let Some(pointer) = ui.input(|input| input.pointer.interact_pos()) else {
        return false;
    };
    if let Put::Held(kind, at) = held {
        cards::outline_held(ui, lists[kind].places.get(at));
    }
    let over = places.iter().position(|card| {
        card.y_range().contains(pointer.y) && card.expand(space::XL).contains(pointer)
    });
    let Some(to) = over else {
        cards::is_dropped(ui);
        return false;
    };
    let list = &lists[to];
    let gap = if list.places.is_empty() {
        list.len
    } else {
        cards::gap_at(&list.places, pointer.y)
    };
    let stays = matches!(held, Put::Held(kind, at) if kind == to && dropped_at(at, gap) == at);
    if !stays {
        let area = places[to].shrink2(Vec2::new(space::S, 0.0));
        cards::paint_gap(ui, &list.places, gap, (area, list.end));
    }
    cards::is_dropped(ui) && !stays && put(held, (to, gap), tasks, open)
}

fn held(ui: &Ui, lists: &[StageList]) -> Option<Put> {
    if let Some(new) = DragAndDrop::payload::<FromPalette>(ui.ctx()) {
        return Some(Put::New(new.0));
    }
    let dragged = cards::dragged(ui)?;
    let kind = lists.iter().position(|list| list.list == dragged.list)?;
    Some(Put::Held(kind, dragged.from))
}

/// Puts it before stage `gap` of kind `to`. Returns whether that changed something.
fn put(
    what: Put,
    (to, gap): (usize, usize),
    tasks: &mut [TaskKind],
    open: &mut [&mut Vec<bool>],
) -> bool {
    if to >= tasks.len() || to >= open.len() {
        return false;
    }
    match what {
        Put::Held(from, at) if from == to => {
            let edit = ListEdit::Move {
                from: at,
                to: dropped_at(at, gap),
            };
            edit::apply(&mut tasks[to].stages, edit, |stages, at| stages[at].clone());
            edit::apply(open[to], edit, |open, at| open[at]);
        }
        Put::Held(from, at) => {
            if from >= tasks.len() || at >= tasks[from].stages.len() {
                return false;
            }
            let stage = tasks[from].stages.remove(at);
            let was_open = at < open[from].len() && open[from].remove(at);
            insert((stage, was_open), gap, &mut tasks[to].stages, open[to]);
        }
        Put::New(kind) => {
            insert(
                (default_stage(kind), true),
                gap,
                &mut tasks[to].stages,
                open[to],
            );
        }
    }
    true
}

fn insert(
    (stage, is_open): (Stage, bool),
    gap: usize,
    stages: &mut Vec<Stage>,
    open: &mut Vec<bool>,
) {
    let gap = gap.min(stages.len());
    open.resize(stages.len(), false);
    stages.insert(gap, stage);
    open.insert(gap, is_open);
}

/// Where the task kind that was used last is remembered, for the palette.
pub(super) fn used_last(ui: &Ui, places: &[Rect]) -> usize {
    let id = Id::unique("composer kind used last");
    let pressed = ui.input(|input| {
        let pressed = input.pointer.any_pressed();
        pressed.then(|| input.pointer.interact_pos()).flatten()
    });
    let over = pressed.and_then(|at| places.iter().position(|card| card.contains(at)));
    ui.data_mut(|data| {
        if let Some(over) = over {
            data.insert_temp(id, over);
        }
        data.get_temp(id).unwrap_or(0_usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::panels::composer::edit::new_task;

    fn kinds() -> Vec<TaskKind> {
        let of = |stages: &[StageType]| TaskKind {
            stages: stages.iter().map(|kind| default_stage(*kind)).collect(),
            ..new_task(&[])
        };
        vec![
            of(&[StageType::Cpu, StageType::Wait, StageType::Lock]),
            of(&[StageType::Http]),
        ]
    }

    fn types(task: &TaskKind) -> Vec<StageType> {
        task.stages.iter().map(StageType::of).collect()
    }

    #[track_caller]
    fn check(what: Put, to: (usize, usize), first: &[StageType], second: &[StageType]) {
        let mut tasks = kinds();
        let (mut a, mut b) = (vec![false, true, false], vec![false]);
        assert!(put(what, to, &mut tasks, &mut [&mut a, &mut b]));
        assert_eq!(
            (types(&tasks[0]), types(&tasks[1])),
            (first.to_vec(), second.to_vec())
        );
        assert_eq!((a.len(), b.len()), (first.len(), second.len()));
    }

    #[test]
    fn a_stage_moves_within_its_kind_into_another_one_and_out_of_the_palette() {
        use StageType::{Barrier, Cpu, Http, Lock, Wait};
        check(Put::Held(0, 0), (0, 3), &[Wait, Lock, Cpu], &[Http]);
        check(Put::Held(0, 1), (1, 0), &[Cpu, Lock], &[Wait, Http]);
        check(Put::Held(1, 0), (0, 9), &[Cpu, Wait, Lock, Http], &[]);
        check(
            Put::New(Barrier),
            (1, 1),
            &[Cpu, Wait, Lock],
            &[Http, Barrier],
        );
    }

    #[test]
    fn what_is_no_longer_there_cannot_be_put_anywhere() {
        let mut tasks = kinds();
        let (mut a, mut b) = (vec![false; 3], vec![false]);
        let mut open = [&mut a, &mut b];
        for (what, to) in [
            (Put::Held(0, 9), (1, 0)),
            (Put::Held(7, 0), (1, 0)),
            (Put::New(StageType::Cpu), (5, 0)),
        ] {
            assert!(!put(what, to, &mut tasks, &mut open));
        }
        assert_eq!(tasks, kinds());
    }
}
