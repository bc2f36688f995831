//! The forms of load, queue, protocol and prices.

use egui::Ui;

use crate::gui::panels::composer::edit::{self, LoadForm};
use crate::gui::panels::composer::form::{Form, Owner, remark_ui};
use crate::scenario::estimate::{estimate_run_nanos, longest_run_nanos};
use crate::scenario::{Arrivals, CostBasis, Load, Order, PriceCard, Scenario};
use crate::units::text;

/// How tasks become due, and where they wait.
pub(super) fn load_ui(ui: &mut Ui, form: &mut Form<'_>, scenario: &mut Scenario) {
    let owner = Owner::new("load", "");
    let forms = [
        (LoadForm::Closed, "Closed", CLOSED),
        (LoadForm::Open, "Open", OPEN),
        (LoadForm::Batch, "Batch", BATCH),
    ];
    let current = LoadForm::of(&scenario.load);
    if let Some(to) = form.choice(ui, &owner.named("form", "", "", "Load"), current, &forms) {
        scenario.load = edit::convert_load(scenario.load, to);
    }
    match &mut scenario.load {
        Load::Closed { clients } => {
            remark_ui(ui, CLOSED);
            form.value(ui, &owner.field("clients", "Clients", "How many send their next task when one is answered"), clients);
        }
        Load::Open { rate_per_sec, arrivals } => {
            remark_ui(ui, OPEN);
            let field = owner.named("rate_per_sec", "Tasks per second", "Whether or not earlier ones are done", "Rate");
            form.value(ui, &field, rate_per_sec);
            let spacings = [
                (Arrivals::Poisson, "Poisson", "Independent callers: exponential gaps. The usual case"),
                (Arrivals::Constant, "Constant", "Equal gaps, as from a timer"),
            ];
            let field = owner.field("arrivals", "Arrivals", "How the instants are spaced");
            if let Some(new) = form.choice(ui, &field, *arrivals, &spacings) {
                *arrivals = new;
            }
        }
        Load::Batch { tasks } => {
            remark_ui(ui, BATCH);
            form.value(ui, &owner.field("tasks", "Tasks", "How many are due at the start"), tasks);
        }
    }
    form.rest(ui, "load");
    let hint = "How many tasks may wait for a worker; one more is dropped and counted";
    let field = Owner::new("queue", "").named("capacity", "Queue capacity", hint, "Queue capacity");
    form.value(ui, &field, &mut scenario.queue.capacity);
    if matches!(scenario.load, Load::Batch { .. }) {
        remark_ui(ui, "A batch is a list and not limited by the queue");
    }
    form.rest(ui, "queue");
}

const CLOSED: &str = "Clients send their next task when the last one is answered: how much can be done?";
const OPEN: &str = "Tasks become due at a rate, whether or not earlier ones are done: what do callers see?";
const BATCH: &str = "All tasks are due at the start: how long until the last is done?";

/// What the folded load section says.
pub(super) fn load_summary(load: &Load) -> String {
    match load {
        Load::Closed { clients } => text::counted((*clients).into(), "client", "clients"),
        Load::Open { rate_per_sec, .. } => text::per_sec(*rate_per_sec),
        Load::Batch { tasks } => format!("batch of {}", text::count(*tasks)),
    }
}

/// Phases, repeats, order and seed, with how long that takes.
pub(super) fn protocol_ui(ui: &mut Ui, form: &mut Form<'_>, scenario: &mut Scenario) {
    let owner = Owner::new("protocol", "");
    let is_batch = matches!(scenario.load, Load::Batch { .. });
    let protocol = &mut scenario.protocol;
    let hint = "Tasks run and are not counted for that long";
    form.value(ui, &owner.field("warm_up", "Warm-up", hint), &mut protocol.warm_up);
    let (label, hint) = if is_batch {
        ("Time limit", "The longest time that a batch may take")
    } else {
        ("Measure", "Length of the measurement")
    };
    form.value(ui, &owner.field("measure", label, hint), &mut protocol.measure);
    let hint = "How long tasks that are under way at the end may take";
    form.value(ui, &owner.field("drain", "Drain", hint), &mut protocol.drain);
    let hint = "How many blocks, each in a fresh process, measure each candidate";
    form.value(ui, &owner.field("repeats", "Repeats", hint), &mut protocol.repeats);
    let orders = [
        (Order::Interleaved, "Interleaved", "Each repeat visits all candidates in an order drawn from the seed: drift hits all alike"),
        (Order::Listed, "Listed", "In the order of the list"),
    ];
    let field = owner.named("order", "Order", "In which order the blocks run", "Order of blocks");
    if let Some(order) = form.choice(ui, &field, protocol.order, &orders) {
        protocol.order = order;
    }
    form.plain_value(ui, &owner.field("seed", "Seed", "All randomness follows from it"), &mut protocol.seed);
    remark_ui(ui, &run_time(scenario));
    form.rest(ui, "protocol");
}

/// How long the run takes by the estimate, and at the most.
fn run_time(scenario: &Scenario) -> String {
    let candidates = text::counted(scenario.candidates.len() as u64, "candidate", "candidates");
    let repeats = text::counted(scenario.protocol.repeats.into(), "repeat", "repeats");
    let estimate = text::nanos(estimate_run_nanos(scenario) as f64);
    let longest = text::nanos(longest_run_nanos(scenario) as f64);
    format!("The whole run takes ≈ {estimate} (estimated), at most {longest}: {candidates}, {repeats}")
}

/// What the folded protocol section says.
pub(super) fn protocol_summary(scenario: &Scenario) -> String {
    format!("≈ {} in all", text::nanos(estimate_run_nanos(scenario) as f64))
}

/// What resources cost.
pub(super) fn prices_ui(ui: &mut Ui, form: &mut Form<'_>, prices: &mut PriceCard) {
    let owner = Owner::new("prices", "");
    form.line(ui, &owner.field("currency", "Currency", "Three letters, such as USD"), &mut prices.currency, "USD");
    let hint = "One virtual core for an hour";
    form.plain_value(ui, &owner.field("per_vcpu_hour", "Per vCPU-hour", hint), &mut prices.per_vcpu_hour);
    let hint = "One GiB of memory for an hour";
    form.plain_value(ui, &owner.field("per_gib_hour", "Per GiB-hour", hint), &mut prices.per_gib_hour);
    let bases = [
        (false, "Consumed", "The core seconds and the memory that were used"),
        (true, "Rented", "Cores and memory that are set aside, used or not"),
    ];
    let is_rented = matches!(prices.basis, CostBasis::Rented { .. });
    if let Some(to_rented) = form.choice(ui, &owner.named("basis", "Paid for", "What is paid for", "Basis"), is_rented, &bases) {
        prices.basis = edit::convert_basis(prices.basis, to_rented);
    }
    if let CostBasis::Rented { vcpus, memory } = &mut prices.basis {
        let basis = Owner::new("prices.basis", "");
        form.value(ui, &basis.named("vcpus", "vCPUs", "How many virtual cores are rented", "Rented vCPUs"), vcpus);
        form.value(ui, &basis.named("memory", "Memory", "How much memory is rented", "Rented memory"), memory);
    }
    let hint = "Where the prices come from, and of which day they are";
    form.prose(ui, &owner.field("source", "Source of the prices", hint), &mut prices.source, "price list and date");
    form.rest(ui, "prices");
}

/// What the folded price section says.
pub(super) fn prices_summary(prices: &PriceCard) -> String {
    let basis = if matches!(prices.basis, CostBasis::Consumed) { "consumed" } else { "rented" };
    format!("{} per vCPU-hour, {basis}", text::money(prices.per_vcpu_hour, &prices.currency))
}
