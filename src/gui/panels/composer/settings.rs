//! The forms of protocol and prices.

use egui::Ui;

use crate::gui::panels::composer::convert_setup as convert;
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::remark_ui;
use crate::gui::panels::composer::options::ORDERS;
use crate::scenario::estimate::{estimate_run_nanos, longest_run_nanos};
use crate::scenario::{CostBasis, Order, PriceCard, Protocol, Scenario};
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
    let text = "Measure the first candidate twice";
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

/// What resources cost.
pub(super) fn prices_ui(ui: &mut Ui, form: &mut Form<'_>, prices: &mut PriceCard) {
    let owner = Owner::new("prices", "");
    form.line(
        ui,
        &owner.field("currency", "Currency", "Three letters, such as USD"),
        &mut prices.currency,
        "USD",
    );
    let hint = "One virtual core for an hour";
    form.plain_value(
        ui,
        &owner.field("per_vcpu_hour", "Per vCPU-hour", hint),
        &mut prices.per_vcpu_hour,
    );
    let hint = "One GiB of memory for an hour";
    form.plain_value(
        ui,
        &owner.field("per_gib_hour", "Per GiB-hour", hint),
        &mut prices.per_gib_hour,
    );
    basis_ui(ui, form, &owner, &mut prices.basis);
    let hint = "Where the prices come from, and of which day they are";
    form.prose(
        ui,
        &owner.field("source", "Source of the prices", hint),
        &mut prices.source,
        "price list and date",
    );
    form.rest(ui, "prices");
}

fn basis_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, basis: &mut CostBasis) {
    let consumed = "The core seconds and the memory that were used";
    let rented = "Cores and memory that are set aside, used or not";
    let options = [(false, "Consumed", consumed), (true, "Rented", rented)];
    let field = owner.named("basis", "Paid for", "What is paid for", "Basis");
    let is_rented = matches!(basis, CostBasis::Rented { .. });
    if let Some(to_rented) = form.choice(ui, &field, is_rented, &options) {
        *basis = convert::convert_basis(*basis, to_rented);
    }
    if let CostBasis::Rented { vcpus, memory } = basis {
        let hint = "How many virtual cores are rented";
        let field = owner.named("basis.vcpus", "vCPUs", hint, "Rented vCPUs");
        form.value(ui, &field, vcpus);
        let hint = "How much memory is rented";
        let field = owner.named("basis.memory", "Memory", hint, "Rented memory");
        form.value(ui, &field, memory);
    }
}

/// What the folded price section says.
pub(super) fn prices_summary(prices: &PriceCard) -> String {
    let basis = if matches!(prices.basis, CostBasis::Consumed) {
        "consumed"
    } else {
        "rented"
    };
    format!(
        "{} {} per vCPU-hour, {basis}",
        text::given(prices.per_vcpu_hour),
        prices.currency
    )
}
