//! The forms of load, queue, protocol and prices.

use egui::Ui;

use crate::gui::panels::composer::convert::{self, LoadForm};
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
        scenario.load = convert::convert_load(scenario.load, to);
    }
    load_fields_ui(ui, form, &owner, &mut scenario.load);
    form.rest(ui, "load");
    let hint = "How many tasks may wait for a worker; one more is dropped and counted";
    let field = Owner::new("queue", "").field("capacity", "Queue capacity", hint);
    form.value(ui, &field, &mut scenario.queue.capacity);
    if matches!(scenario.load, Load::Batch { .. }) {
        remark_ui(ui, "A batch is a list and not limited by the queue");
    }
    form.rest(ui, "queue");
}

fn load_fields_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, load: &mut Load) {
    match load {
        Load::Closed { clients } => {
            remark_ui(ui, CLOSED);
            let hint = "How many send their next task when one is answered";
            form.value(ui, &owner.field("clients", "Clients", hint), clients);
        }
        Load::Open {
            rate_per_sec,
            arrivals,
        } => {
            remark_ui(ui, OPEN);
            let hint = "Whether or not earlier ones are done";
            let field = owner.named("rate_per_sec", "Tasks per second", hint, "Rate");
            form.value(ui, &field, rate_per_sec);
            let poisson = "Independent callers: exponential gaps. The usual case";
            let constant = "Equal gaps, as from a timer";
            let spacings = [
                (Arrivals::Poisson, "Poisson", poisson),
                (Arrivals::Constant, "Constant", constant),
            ];
            let field = owner.field("arrivals", "Arrivals", "How the instants are spaced");
            if let Some(new) = form.choice(ui, &field, *arrivals, &spacings) {
                *arrivals = new;
            }
        }
        Load::Batch { tasks } => {
            remark_ui(ui, BATCH);
            let hint = "How many are due at the start";
            form.value(ui, &owner.field("tasks", "Tasks", hint), tasks);
        }
    }
}

const CLOSED: &str =
    "Clients send their next task when the last one is answered: how much can be done?";
const OPEN: &str =
    "Tasks become due at a rate, whether or not earlier ones are done: what do callers see?";
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
    form.value(
        ui,
        &owner.field("warm_up", "Warm-up", hint),
        &mut protocol.warm_up,
    );
    let (label, hint) = if is_batch {
        ("Time limit", "The longest time that a batch may take")
    } else {
        ("Measure", "Length of the measurement")
    };
    form.value(
        ui,
        &owner.field("measure", label, hint),
        &mut protocol.measure,
    );
    let hint = "How long tasks that are under way at the end may take";
    form.value(
        ui,
        &owner.field("drain", "Drain", hint),
        &mut protocol.drain,
    );
    let hint = "How many blocks, each in a fresh process, measure each candidate";
    form.value(
        ui,
        &owner.field("repeats", "Repeats", hint),
        &mut protocol.repeats,
    );
    let orders = [
        (
            Order::Interleaved,
            "Interleaved",
            "Each repeat visits all candidates in an order drawn from the seed: drift hits all alike",
        ),
        (Order::Listed, "Listed", "In the order of the list"),
    ];
    let field = owner.named(
        "order",
        "Order",
        "In which order the blocks run",
        "Order of blocks",
    );
    if let Some(order) = form.choice(ui, &field, protocol.order, &orders) {
        protocol.order = order;
    }
    form.plain_value(
        ui,
        &owner.field("seed", "Seed", "All randomness follows from it"),
        &mut protocol.seed,
    );
    remark_ui(ui, &run_time(scenario));
    form.rest(ui, "protocol");
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
        "{} per vCPU-hour, {basis}",
        text::money(prices.per_vcpu_hour, &prices.currency)
    )
}
