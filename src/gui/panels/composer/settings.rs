//! The form of the protocol.

use egui::Ui;

use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::remark_ui;
use crate::gui::panels::composer::options::ORDERS;
use crate::scenario::estimate::{estimate_run_nanos, longest_run_nanos};
use crate::scenario::{Order, Protocol, Scenario};
use crate::units::text;

/// Phases, repeats, order and seed, with how long that takes.
pub(super) fn protocol_ui(ui: &mut Ui, form: &mut Form<'_>, scenario: &mut Scenario) {
    let owner = Owner::new("protocol", "");
    let is_batch = scenario.load.is_batch();
    let protocol = &mut scenario.protocol;
    let hint = "Tasks run and are not counted for that long";
    let field = owner.field("warm_up", "Warm-up", hint);
    form.value(ui, &field, &mut protocol.warm_up);
    let (label, hint) = if is_batch {
        ("Time limit", "The longest time that a batch may take")
    } else {
        ("Measure", "Length of the measurement")
    };
    let field = owner.field("measure", label, hint);
    form.value(ui, &field, &mut protocol.measure);
    let hint = "How many blocks, each in a fresh process, measure each candidate";
    let field = owner.field("repeats", "Repeats", hint);
    form.value(ui, &field, &mut protocol.repeats);
    let hint = "The first candidate is measured twice in each repeat (A/A): differences as small as between those two say nothing";
    let field = owner.named("noise_floor", "Noise floor", hint, "Noise floor");
    let text = "Measure the first one twice";
    form.check(ui, &field, text, &mut protocol.noise_floor);
    let summary = more_summary(protocol);
    form.more(ui, &owner, &summary, |form, ui| {
        rare_ui(ui, form, &owner, protocol);
    });
    remark_ui(ui, &run_time(scenario));
    form.rest(ui, "protocol");
}

/// Drain, order and seed in a few words.
fn more_summary(protocol: &Protocol) -> String {
    let order = match protocol.order {
        Order::Interleaved => "interleaved",
        Order::Listed => "listed",
    };
    format!("drain {}, {order}, seed {}", protocol.drain, protocol.seed)
}

fn rare_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, protocol: &mut Protocol) {
    let hint = "How long tasks that are under way at the end may take";
    let field = owner.field("drain", "Drain", hint);
    form.value(ui, &field, &mut protocol.drain);
    let hint = "In which order the blocks run";
    let field = owner.named("order", "Order", hint, "Order of blocks");
    if let Some(order) = form.choice(ui, &field, protocol.order, &ORDERS) {
        protocol.order = order;
    }
    let field = owner.field("seed", "Seed", "All randomness follows from it");
    form.plain_value(ui, &field, &mut protocol.seed);
}

/// How long the run takes by the estimate, and at the most.
fn run_time(scenario: &Scenario) -> String {
    let candidates = text::counted(scenario.candidates.len() as u64, "candidate", "candidates");
    let repeats = text::counted(scenario.protocol.repeats.into(), "repeat", "repeats");
    let estimate = text::nanos(estimate_run_nanos(scenario) as f64);
    let longest = text::nanos(longest_run_nanos(scenario) as f64);
    format!(
        "The whole run takes ≈ {estimate} (estimated), at most {longest}: {candidates}, {repeats}"
    )
}

/// What the folded protocol section says.
pub(super) fn protocol_summary(scenario: &Scenario) -> String {
    format!(
        "≈ {} in all",
        text::nanos(estimate_run_nanos(scenario) as f64)
    )
}
