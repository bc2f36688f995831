//! The cards of a task's stages: one line each, and the fields of those that are open.

use egui::{TextStyle, Ui};

use crate::gui::panels::composer::cards::{self, Card, FoldLine};
use crate::gui::panels::composer::convert;
use crate::gui::panels::composer::edit::{self, ListEdit};
use crate::gui::panels::composer::form::{Field, Form, Owner, explained_item_ui, note_ui};
use crate::gui::panels::composer::kinds::{
    StageType, default_stage, kernel_explanation, unit_title,
};
use crate::gui::theme::{self, space};
use crate::scenario::{Amount, Distribution, Kernel, Stage};
use crate::units::text;

/// Shows the stages of the task kind `owner` as cards; `open` says which show their fields.
pub(super) fn stages_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    stages: &mut Vec<Stage>,
    open: &mut Vec<bool>,
) {
    open.resize(stages.len(), false);
    let list = format!("{}.stages", owner.path);
    let len = stages.len();
    let mut asked = None;
    let mut places = Vec::with_capacity(len);
    for (index, (stage, open)) in stages.iter_mut().zip(open.iter_mut()).enumerate() {
        let name = format!("stage {} of {}", index + 1, owner.name);
        let card = Card {
            list: &list,
            index,
            len,
            name: &name,
        };
        let frame = cards::frame(theme::palette(ui), true);
        let response = frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            asked = asked.or(stage_ui(ui, form, card, stage, open));
        });
        places.push(response.response.rect);
    }
    form.rest(ui, &list);
    add_stage_ui(ui, form, owner, stages, open);
    if let Some(edit) = asked.or_else(|| cards::drop_ui(ui, &list, &places, form.locked)) {
        edit::apply(stages, edit, |stages, at| stages[at].clone());
        edit::apply(open, edit, |open, at| open[at]);
        form.drafts.clear();
    }
}

fn add_stage_ui(
    ui: &mut Ui,
    form: &Form<'_>,
    owner: &Owner,
    stages: &mut Vec<Stage>,
    open: &mut Vec<bool>,
) {
    form.add_menu(
        ui,
        "Add stage",
        &format!("Add stage to {}", owner.name),
        |ui| {
            for kind in StageType::ALL {
                if explained_item_ui(ui, false, kind.title(), kind.explanation()) {
                    stages.push(default_stage(kind));
                    open.push(true);
                }
            }
        },
    );
}

fn stage_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    card: Card<'_>,
    stage: &mut Stage,
    open: &mut bool,
) -> Option<ListEdit> {
    let title = format!("{} · {}", card.index + 1, StageType::of(stage).title());
    // What the fields say need not be said twice.
    let summary = if *open { String::new() } else { summary(stage) };
    let line = FoldLine {
        title: &title,
        summary: &summary,
        name: card.name,
        style: TextStyle::Body,
    };
    let asked = cards::card_header_ui(ui, card, &line, open, form.locked, |_| {});
    let owner = Owner::new(format!("{}[{}]", card.list, card.index), card.name);
    if *open {
        let types = StageType::ALL.map(|kind| (kind, kind.title(), kind.explanation()));
        let field = owner.field("type", "Type", "What the stage does");
        if let Some(kind) = form.combo(ui, &field, StageType::of(stage), &types) {
            *stage = convert::convert_stage(stage, kind);
        }
        fields_ui(ui, form, &owner, stage);
    }
    form.rest(ui, &owner.path);
    asked
}

/// What the folded card says of the stage.
fn summary(stage: &Stage) -> String {
    let time = |time: &Distribution| match time {
        Distribution::Constant(time) => time.to_string(),
        Distribution::LogNormal { median, p95 } => format!("{median} … {p95}"),
    };
    match stage {
        Stage::Cpu { kernel, .. } => {
            let (cpu, _) = stage.nominal_nanos();
            format!("≈ {}, {}", text::nanos(cpu), kernel.label())
        }
        Stage::Wait { time: wait } => time(wait),
        Stage::FileWrite { size, sync: true } => format!("{size}, fsync"),
        Stage::FileWrite { size, sync: false }
        | Stage::FileRead { size }
        | Stage::Memory { size } => size.to_string(),
        Stage::Http { delay, response } => format!("{}, {response}", time(delay)),
    }
}

fn fields_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, stage: &mut Stage) {
    let size = |hint| owner.field("size", "Size", hint);
    match stage {
        Stage::Cpu { kernel, amount } => cpu_ui(ui, form, owner, kernel, amount),
        Stage::Wait { time } => distribution_ui(ui, form, owner, "time", time),
        Stage::FileWrite { size: value, sync } => {
            form.value(ui, &size("How much is written, such as 256KiB"), value);
            let hint = "The data must reach the disk (fsync) before the stage ends";
            form.check(
                ui,
                &owner.named("sync", "Durability", hint, "Fsync"),
                "Wait for the disk",
                sync,
            );
        }
        Stage::FileRead { size: value } => {
            form.value(ui, &size("How much is read, such as 256KiB"), value);
        }
        Stage::Memory { size: value } => {
            form.value(
                ui,
                &size("How much is allocated and touched, such as 4MiB"),
                value,
            );
        }
        Stage::Http { delay, response } => {
            distribution_ui(ui, form, owner, "delay", delay);
            let hint = "The length of the answer's body, such as 1KiB";
            form.value(
                ui,
                &owner.field("response", "Response size", hint),
                response,
            );
        }
    }
    // What is written as a time needs no estimate.
    let is_exact = matches!(
        stage,
        Stage::Cpu {
            amount: Amount::Time(_),
            ..
        } | Stage::Wait {
            time: Distribution::Constant(_)
        }
    );
    if !is_exact {
        let (cpu, waiting) = stage.nominal_nanos();
        note_ui(ui, &format!("≈ {} (estimated)", text::nanos(cpu + waiting)));
    }
}

fn cpu_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    kernel: &mut Kernel,
    amount: &mut Amount,
) {
    let kernels = Kernel::ALL.map(|kernel| (kernel, kernel.label(), kernel_explanation(kernel)));
    let field = owner.field("kernel", "Kernel", "What is computed");
    if let Some(new) = form.combo(ui, &field, *kernel, &kernels) {
        *amount = convert::with_kernel(*amount, *kernel, new);
        *kernel = new;
    }
    let options = [
        (
            true,
            "Work",
            "A fixed number of units: contention and slow cores show as time",
        ),
        (
            false,
            "Time",
            "Until the thread has used that much processor time",
        ),
    ];
    let field = form_field(
        owner,
        "amount",
        "Amount as",
        "Work shows contention; time keeps the amount of CPU the same",
    );
    if let Some(to_work) = form.choice(ui, &field, matches!(amount, Amount::Work(_)), &options) {
        *amount = convert::convert_amount(*amount, *kernel, to_work);
    }
    match amount {
        Amount::Work(units) => {
            let hint = "How many units one task computes";
            form.value(
                ui,
                &owner.named("amount", unit_title(*kernel), hint, "Amount"),
                units,
            );
        }
        Amount::Time(time) => {
            form.value(
                ui,
                &owner.named(
                    "amount",
                    "Processor time",
                    "Of one task, such as 5ms",
                    "Amount",
                ),
                time,
            );
        }
    }
}

fn distribution_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    key: &str,
    time: &mut Distribution,
) {
    let (label, hint) = match key {
        "delay" => (
            "Server delay",
            "How long the server waits before it answers",
        ),
        _ => ("Time", "How long it waits"),
    };
    let options = [
        (false, "Constant", "Always the same"),
        (
            true,
            "Log-normal",
            "As response times of services usually are: a median and a long tail",
        ),
    ];
    let field = form_field(owner, key, label, hint);
    if let Some(to_log_normal) = form.choice(
        ui,
        &field,
        matches!(time, Distribution::LogNormal { .. }),
        &options,
    ) {
        *time = convert::convert_distribution(*time, to_log_normal);
    }
    match time {
        Distribution::Constant(time) => {
            form.value(
                ui,
                &owner.named(key, "Length", "A time such as 40ms", label),
                time,
            );
        }
        Distribution::LogNormal { median, p95 } => {
            let inner = Owner::new(format!("{}.{key}", owner.path), owner.name.clone());
            form.value(
                ui,
                &inner.field("median", "Median", "Half of the draws are below"),
                median,
            );
            let hint = "95 of 100 draws are below; not below the median";
            form.value(
                ui,
                &inner.named("p95", "95 % below", hint, "95th percentile"),
                p95,
            );
        }
    }
}

/// The choice of the form that the field `key` has. The file has no such field, so no problem is placed at it.
fn form_field(owner: &Owner, key: &str, label: &'static str, hint: &'static str) -> Field {
    owner.named(&format!("{key}.form"), label, hint, label)
}
