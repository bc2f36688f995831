//! The cards of the task kinds: name, weight, the strip, and the stages.

use egui::Ui;

use crate::gui::panels::composer::cards::{self, Card, FoldLine};
use crate::gui::panels::composer::edit::{self, ListEdit};
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::kinds::{StageType, default_stage};
use crate::gui::panels::composer::lines::{note_ui, remark_ui};
use crate::gui::panels::composer::stage_drag::{self, StageList};
use crate::gui::panels::composer::stages::stages_ui;
use crate::gui::panels::composer::strip::{figures_ui, strip_ui, whole_percent};
use crate::gui::theme::{self, space};
use crate::scenario::estimate::{cpu_share, nominal_task_nanos, task_nanos_on};
use crate::scenario::{Runtime, TaskKind};
use crate::units::text;

/// The list as problems name it.
const LIST: &str = "tasks";

/// What the panel remembers of one task kind's card.
#[derive(Debug, Clone, Default)]
pub(super) struct TaskView {
    folded: bool,
    /// Which stages show their fields.
    stages: Vec<bool>,
}

/// Shows all task kinds as cards.
pub(super) fn tasks_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    tasks: &mut Vec<TaskKind>,
    views: &mut Vec<TaskView>,
) {
    views.resize_with(tasks.len(), TaskView::default);
    let weights: f64 = tasks.iter().map(|task| task.weight).sum();
    let len = tasks.len();
    let mut asked = None;
    let mut places = Vec::with_capacity(len);
    let names: Vec<String> = (0..len).map(|index| spoken(index, tasks)).collect();
    let mut lists = Vec::with_capacity(len);
    let new = palette_of(ui, &names, form.locked);
    for (index, (task, view)) in tasks.iter_mut().zip(views.iter_mut()).enumerate() {
        let name = &names[index];
        let card = Card {
            list: LIST,
            index,
            len,
            name,
        };
        let share = (len > 1 && weights > 0.0).then(|| task.weight / weights);
        let frame = cards::frame(theme::palette(ui), false);
        let response = frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            let (edit, list) = task_ui(ui, form, card, (task, view), (share, &names));
            asked = asked.or(edit);
            lists.push(list);
        });
        places.push(response.response.rect);
    }
    let target = stage_drag::used_last(ui, &places).min(len.saturating_sub(1));
    if let (Some((new, by_key)), Some(task), Some(view)) =
        (new, tasks.get_mut(target), views.get_mut(target))
    {
        if by_key {
            // To its fields, behind which another stage is added.
            let list = format!("{LIST}[{target}].stages");
            cards::focus_on(ui, &list, task.stages.len());
        }
        task.stages.push(default_stage(new));
        view.folded = false;
        view.stages.push(true);
    }
    let mut open: Vec<_> = views.iter_mut().map(|view| &mut view.stages).collect();
    if stage_drag::drop_ui(ui, (&lists, &places), form.locked, tasks, &mut open) {
        form.drafts.clear();
    }
    if len > 1 {
        mix_ui(ui, tasks);
    }
    if ui
        .add_enabled(!form.locked, egui::Button::new("Add task kind"))
        .clicked()
    {
        tasks.push(edit::new_task(tasks));
        views.push(TaskView {
            folded: false,
            stages: vec![true],
        });
    }
    if let Some(edit) = asked.or_else(|| cards::drop_ui(ui, LIST, &places, form.locked)) {
        edit::apply(tasks, edit, edit::copy_of_task);
        edit::apply(views, edit, |views, at| views[at].clone());
        form.drafts.clear();
    }
}

/// The palette of stages, which says to which kind a click adds.
fn palette_of(ui: &mut Ui, names: &[String], locked: bool) -> Option<(StageType, bool)> {
    let target = stage_drag::used_last(ui, &[]).min(names.len().checked_sub(1)?);
    stage_drag::palette_ui(ui, &names[target], locked)
}

/// As controls name the kind. Two of the same name are an error, but one that is on the screen.
fn spoken(index: usize, tasks: &[TaskKind]) -> String {
    let name = &tasks[index].name;
    let is_unique = tasks.iter().filter(|task| task.name == *name).count() == 1;
    if is_unique && !name.is_empty() {
        format!("task kind '{name}'")
    } else {
        format!("task kind {}", index + 1)
    }
}

fn task_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    card: Card<'_>,
    (task, view): (&mut TaskKind, &mut TaskView),
    (share, kinds): (Option<f64>, &[String]),
) -> (Option<ListEdit>, StageList) {
    let owner = Owner::new(format!("{LIST}[{}]", card.index), card.name);
    let mut open = !view.folded;
    let summary = summary(task, share);
    let line = FoldLine {
        title: &task.name,
        summary: &summary,
        name: card.name,
        style: theme::title_style(),
    };
    let (asked, _) = cards::card_header_ui(ui, card, &line, &mut open, form.locked, |_| {});
    view.folded = !open;
    if !task.stages.is_empty() {
        strip_ui(ui, &task.stages, (&owner.path, card.name), Runtime::Native);
        if form.in_cpython {
            cpython_ui(ui, task);
        }
    }
    let mut list = StageList {
        list: format!("{}.stages", owner.path),
        places: Vec::new(),
        end: ui.cursor().top(),
        len: task.stages.len(),
        sent: None,
    };
    if open {
        form.line(
            ui,
            &owner.field("name", "Name", "Unique within the scenario"),
            &mut task.name,
            "a name",
        );
        // Of a single kind it says nothing, unless it is wrong.
        if kinds.len() > 1 || task.weight.is_nan() || task.weight <= 0.0 {
            let hint = "Share in the mix, relative to the weights of the other kinds";
            form.value(ui, &owner.field("weight", "Weight", hint), &mut task.weight);
        }
        if let Some(share) = share {
            note_ui(ui, &format!("{} of all tasks", whole_percent(share)));
        }
        let stages = (&mut task.stages, &mut view.stages);
        list = stages_ui(ui, form, &owner, stages, kinds);
    }
    form.rest(ui, &owner.path);
    (asked, list)
}

/// How long the task takes in CPython, where that is another matter: what is drawn to scale is machine code.
fn cpython_ui(ui: &mut Ui, task: &TaskKind) {
    let whole = |(cpu, waiting): (f64, f64)| text::nanos(cpu + waiting);
    let there = whole(task_nanos_on(Runtime::CPython, task));
    if there != whole(nominal_task_nanos(task)) {
        remark_ui(ui, &format!("In CPython ≈ {there} per task (estimated)"));
    }
}

/// What stands beside the name: the share of a mix, and how many stages there are.
fn summary(task: &TaskKind, share: Option<f64>) -> String {
    let stages = text::counted(task.stages.len() as u64, "stage", "stages");
    share.map_or_else(
        || stages.clone(),
        |share| format!("{}, {stages}", whole_percent(share)),
    )
}

/// The average task of the mix.
fn mix_ui(ui: &mut Ui, tasks: &[TaskKind]) {
    let weights: f64 = tasks.iter().map(|task| task.weight).sum();
    if weights.is_nan() || weights <= 0.0 {
        return;
    }
    let (cpu, waiting) = tasks.iter().fold((0.0, 0.0), |(cpu, waiting), task| {
        let (task_cpu, task_waiting) = nominal_task_nanos(task);
        let share = task.weight / weights;
        (cpu + share * task_cpu, waiting + share * task_waiting)
    });
    figures_ui(ui, cpu, waiting, "per task of the mix");
}

/// What the folded section says.
pub(super) fn section_summary(tasks: &[TaskKind]) -> String {
    match tasks {
        [task] => format!("{}, CPU {}", task.name, whole_percent(cpu_share(task))),
        _ => text::counted(tasks.len() as u64, "kind", "kinds"),
    }
}
