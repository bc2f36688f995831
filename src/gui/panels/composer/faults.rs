//! The cards of the faults: what goes wrong, when, and whom it hits.

use egui::{TextStyle, Ui};

use crate::gui::panels::composer::cards::{self, Card, FoldLine};
use crate::gui::panels::composer::edit::{self, ListEdit};
use crate::gui::panels::composer::fault_kinds::{
    CrashForm, FaultForm, convert_inject, default_fault,
};
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::{explained_item_ui, remark_ui};
use crate::gui::theme::{self, space};
use crate::scenario::{Crash, Fault, Inject, Scenario, TaskKind, describe};
use crate::units::{Nanos, text};

/// The list as problems name it.
const LIST: &str = "faults";

/// Shows all faults of `scenario` as cards; `open` says which show their fields.
pub(super) fn faults_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    scenario: &mut Scenario,
    open: &mut Vec<bool>,
) {
    let measured = (!scenario.load.is_batch()).then_some(scenario.protocol.measure);
    let (faults, tasks) = (&mut scenario.faults, scenario.tasks.as_slice());
    open.resize(faults.len(), false);
    if faults.is_empty() {
        remark_ui(ui, "Nothing goes wrong on purpose");
    }
    let len = faults.len();
    let mut asked = None;
    let mut places = Vec::with_capacity(len);
    for (index, (fault, open)) in faults.iter_mut().zip(open.iter_mut()).enumerate() {
        let name = format!("fault {}", index + 1);
        let card = Card {
            list: LIST,
            index,
            len,
            name: &name,
        };
        let frame = cards::frame(theme::palette(ui), false).inner_margin(6);
        let response = frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            asked = asked.or(fault_ui(ui, form, card, fault, (tasks, open)));
        });
        places.push(response.response.rect);
    }
    form.add_menu(ui, "Add fault", "Add fault", |ui| {
        for (kind, title, explanation) in FaultForm::ENTRIES {
            if explained_item_ui(ui, false, title, explanation) {
                faults.push(default_fault(kind, measured));
                open.push(true);
            }
        }
    });
    if let Some(edit) = asked.or_else(|| cards::drop_ui(ui, LIST, &places, form.locked)) {
        edit::apply(faults, edit, |faults, at| faults[at].clone());
        edit::apply(open, edit, |open, at| open[at]);
        form.drafts.clear();
    }
}

/// What the folded section says.
pub(super) fn faults_summary(faults: &[Fault]) -> String {
    if faults.is_empty() {
        return "none".to_owned();
    }
    let titles = faults
        .iter()
        .map(|fault| FaultForm::of(&fault.inject).title());
    titles.map(str::to_lowercase).collect::<Vec<_>>().join(", ")
}

fn fault_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    card: Card<'_>,
    fault: &mut Fault,
    (tasks, open): (&[TaskKind], &mut bool),
) -> Option<ListEdit> {
    let title = format!(
        "{} · {}",
        card.index + 1,
        FaultForm::of(&fault.inject).title()
    );
    let summary = if *open { String::new() } else { summary(fault) };
    let line = FoldLine {
        title: &title,
        summary: &summary,
        name: card.name,
        style: TextStyle::Body,
    };
    let (asked, _) = cards::card_header_ui(ui, card, &line, open, form.locked, |_| {});
    let owner = Owner::new(format!("{LIST}[{}]", card.index), card.name);
    if *open {
        let field = owner.named("inject", "What", "What goes wrong", "Kind");
        let current = FaultForm::of(&fault.inject);
        if let Some(kind) = form.combo(ui, &field, current, &FaultForm::ENTRIES) {
            fault.inject = convert_inject(fault.inject, kind);
            if !fault.inject.hits_attempts() {
                fault.task = None;
            }
        }
        let inner = Owner::new(format!("{}.inject", owner.path), card.name);
        inject_ui(ui, form, &inner, &mut fault.inject);
        when_ui(ui, form, &owner, fault, tasks);
        remark_ui(ui, &sentence(fault));
    }
    form.rest(ui, &owner.path);
    asked
}

/// The fields of its kind.
fn inject_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, inject: &mut Inject) {
    match inject {
        Inject::Slow { factor, added } => {
            let hint = "So many times what the work took; 1 adds nothing";
            form.value(ui, &owner.field("factor", "Times as long", hint), factor);
            let hint = "And so much more";
            form.value(ui, &owner.field("added", "Added", hint), added);
        }
        Inject::Crash { how } => {
            let field = owner.named("how", "How", "How its process ends", "Crash");
            let current = CrashForm::of(*how);
            if let Some(to) = form.combo(ui, &field, current, &CrashForm::ENTRIES) {
                *how = to.crash();
            }
            if let Crash::Exit { code } = how {
                let hint = "What the process says to whoever started it, 0 to 255";
                let field = owner.named("how.code", "Exit code", hint, "Exit code");
                let mut typed = u32::from(*code);
                form.plain_value(ui, &field, &mut typed);
                *code = u8::try_from(typed).unwrap_or(u8::MAX);
            }
        }
        Inject::Leak { bytes, up_to } => {
            let hint = "How much each attempt leaves behind";
            form.value(ui, &owner.field("bytes", "Leaves", hint), bytes);
            let hint = "No worker grows by more than that";
            form.value(ui, &owner.field("up_to", "Up to", hint), up_to);
        }
        Inject::StallLoop { length } => {
            let hint = "How long the loop stands still";
            form.value(ui, &owner.field("length", "Length", hint), length);
        }
        Inject::SlowServer { added } => {
            let hint = "How much later the server answers a request";
            form.value(ui, &owner.field("added", "Added", hint), added);
        }
        Inject::HoldLock { added } => {
            let hint = "How much longer each lock is held";
            form.value(ui, &owner.field("added", "Added", hint), added);
        }
        Inject::KillWorker { every } => every_ui(ui, form, owner, every),
        Inject::StallWorker { length, every } => {
            let hint = "How long the worker stands still";
            form.value(ui, &owner.field("length", "Length", hint), length);
            every_ui(ui, form, owner, every);
        }
        Inject::Error | Inject::Hang | Inject::FailServer => {}
    }
}

fn every_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, every: &mut Option<Nanos>) {
    let hint = "How far apart the instants are; empty for one instant only";
    let field = owner.named("every", "Again every", hint, "Again every");
    form.optional(ui, &field, every, "once");
}

/// When it lasts, and whom it hits.
fn when_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, fault: &mut Fault, tasks: &[TaskKind]) {
    let hits_attempts = fault.inject.hits_attempts();
    let hint = if hits_attempts {
        "The share of the attempts that it hits: above 0, 1 for all"
    } else {
        "The share of its instants at which it strikes: above 0, 1 for all"
    };
    form.value(
        ui,
        &owner.field("probability", "Probability", hint),
        &mut fault.probability,
    );
    let hint = "When it begins, from the start of the measurement";
    form.value(ui, &owner.field("from", "From", hint), &mut fault.from);
    if hits_attempts || fault.inject.every().is_some() || fault.until.is_some() {
        let hint =
            "When it ends, from the start of the measurement; empty for the end of the block";
        form.optional(
            ui,
            &owner.field("until", "Until", hint),
            &mut fault.until,
            "to the end",
        );
    }
    if hits_attempts && (tasks.len() > 1 || fault.task.is_some()) {
        task_ui(ui, form, owner, fault, tasks);
    }
}

/// The choice of the task kind: all, those there are, and the one that it names, should there be none such.
fn task_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, fault: &mut Fault, tasks: &[TaskKind]) {
    let hit = fault.task.clone();
    let mut names: Vec<&str> = tasks.iter().map(|task| task.name.as_str()).collect();
    let unknown = hit.as_deref().filter(|name| !names.contains(name));
    names.extend(unknown);
    let all = (0, "All task kinds", "");
    let kinds = names.iter().enumerate();
    let entries: Vec<(usize, &str, &str)> = std::iter::once(all)
        .chain(kinds.map(|(index, name)| (index + 1, *name, "")))
        .collect();
    let current = hit
        .as_deref()
        .and_then(|hit| names.iter().position(|name| *name == hit))
        .map_or(0, |index| index + 1);
    let field = owner.named("task", "Task kind", "Whom it hits", "Task kind");
    if let Some(chosen) = form.combo(ui, &field, current, &entries) {
        let name = chosen.checked_sub(1).and_then(|index| names.get(index));
        fault.task = name.map(|name| (*name).to_owned());
    }
}

/// What the fault does, as a sentence.
fn sentence(fault: &Fault) -> String {
    let told = describe::fault(fault);
    let mut letters = told.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// What the folded card says of it.
fn summary(fault: &Fault) -> String {
    let mut parts = Vec::new();
    match (fault.from, fault.until) {
        (Nanos(0), None) => {}
        (from, None) if !fault.inject.hits_attempts() => parts.push(format!("at {from}")),
        (from, None) => parts.push(format!("from {from}")),
        (from, Some(until)) => parts.push(format!("{from} to {until}")),
    }
    match fault.inject {
        Inject::Slow { factor, added } => {
            if factor > 1.0 {
                parts.push(text::factor(factor));
            }
            if added > Nanos::ZERO {
                parts.push(format!("+{added}"));
            }
        }
        Inject::SlowServer { added } | Inject::HoldLock { added } => {
            parts.push(format!("+{added}"));
        }
        Inject::StallLoop { length } | Inject::StallWorker { length, .. } => {
            parts.push(length.to_string());
        }
        Inject::Leak { bytes, .. } => parts.push(bytes.to_string()),
        Inject::Crash { how } => {
            let form = CrashForm::of(how);
            let entry = CrashForm::ENTRIES.iter().find(|(of, ..)| *of == form);
            parts.extend(entry.map(|(_, title, _)| title.to_lowercase()));
        }
        Inject::Error | Inject::Hang | Inject::FailServer | Inject::KillWorker { .. } => {}
    }
    if let Some(every) = fault.inject.every() {
        parts.push(format!("every {every}"));
    }
    if fault.probability < 1.0 {
        parts.push(text::percent(fault.probability));
    }
    if let Some(task) = &fault.task {
        parts.push(format!("'{task}'"));
    }
    parts.join(", ")
}

/// Lets faults go on hitting the task kind that they name when it gets another name.
pub(super) fn follow_names(faults: &mut [Fault], before: &[TaskKind], after: &[TaskKind]) {
    if before.len() != after.len() {
        return;
    }
    let renamed = before.iter().zip(after);
    for (old, new) in renamed.filter(|(old, new)| old.name != new.name) {
        // Moving and removing kinds renames none: the old name is still there.
        let is_gone = after.iter().all(|task| task.name != old.name);
        for fault in faults.iter_mut().filter(|_| is_gone) {
            if fault.task.as_deref() == Some(&old.name) {
                fault.task = Some(new.name.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::panels::composer::edit::new_task;

    fn named(name: &str) -> TaskKind {
        TaskKind {
            name: name.to_owned(),
            ..new_task(&[])
        }
    }

    #[test]
    fn a_fault_follows_the_name_of_its_task_kind() {
        let fault = |task: &str| Fault {
            task: Some(task.to_owned()),
            ..Fault::new(Inject::Error)
        };
        let [a, b, c] = ["a", "b", "c"].map(named);
        let mut faults = [fault("a"), fault("b"), Fault::new(Inject::Hang)];
        let before = [a.clone(), b.clone()];
        follow_names(&mut faults, &before, &[c.clone(), b.clone()]);
        let tasks = |faults: &[Fault]| faults.iter().map(|f| f.task.clone()).collect::<Vec<_>>();
        let renamed = [Some("c".to_owned()), Some("b".to_owned()), None];
        assert_eq!(tasks(&faults), renamed);
        // Neither a new order nor a kind that is gone renames one.
        follow_names(&mut faults, &[c.clone(), b.clone()], &[b.clone(), c]);
        follow_names(&mut faults, &before, &[b]);
        assert_eq!(tasks(&faults), renamed);
    }

    #[test]
    fn a_folded_card_says_when_and_what() {
        let secs = Nanos::from_secs;
        let fault = Fault {
            probability: 0.5,
            from: secs(3),
            until: Some(secs(5)),
            ..Fault::new(Inject::Slow {
                factor: 2.0,
                added: secs(1),
            })
        };
        assert_eq!(summary(&fault), "3s to 5s, 2.00×, +1s, 50.0 %");
        let kill = Inject::KillWorker {
            every: Some(secs(2)),
        };
        let fault = Fault {
            from: secs(1),
            ..Fault::new(kill)
        };
        assert_eq!(summary(&fault), "at 1s, every 2s");
        assert_eq!(
            sentence(&fault),
            "After 1 s, and every 2 s from then on, a worker is killed"
        );
    }
}
