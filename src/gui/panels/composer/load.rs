//! The forms of load, queue and loopback server.

use egui::Ui;

use crate::gui::panels::composer::convert_setup as convert;
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::remark_ui;
use crate::gui::panels::composer::options::{ARRIVALS, LoadForm, PolicyForm};
use crate::gui::panels::composer::profile;
use crate::gui::panels::composer::times::{TimeField, time_summary, time_ui};
use crate::gui::panels::composer::typed_units::PerSec;
use crate::gui::panels::preview::{Limit, rate_limits};
use crate::scenario::{Arrivals, Distribution, Load, Queue, QueuePolicy, Scenario, Server, Stage};
use crate::units::{Nanos, text};

/// How tasks become due, and where they wait; `parts` says which parts of a profile show their fields.
pub(super) fn load_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    scenario: &mut Scenario,
    parts: &mut Vec<bool>,
) {
    let owner = Owner::new("load", "");
    let current = LoadForm::of(&scenario.load);
    let field = owner.named("form", "", "", "Load");
    if let Some(to) = form.choice(ui, &field, current, &LoadForm::ENTRIES) {
        scenario.load = convert::convert_load(&scenario.load, to);
        parts.clear();
    }
    remark_ui(ui, LoadForm::of(&scenario.load).explanation());
    let limits = match &scenario.load {
        Load::Profile { .. } => rate_limits(scenario),
        _ => Vec::new(),
    };
    load_fields_ui(ui, form, &owner, &mut scenario.load, (parts, &limits));
    form.rest(ui, "load");
    queue_ui(ui, form, &Owner::new("queue", ""), &mut scenario.queue);
    if scenario.load.is_batch() {
        remark_ui(ui, "A batch is a list and not limited by the queue");
    }
    form.rest(ui, "queue");
}

fn load_fields_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    load: &mut Load,
    (parts_open, limits): (&mut Vec<bool>, &[Limit]),
) {
    match load {
        Load::Closed { clients, think } => {
            let hint = "How many send their next task when one is answered";
            form.value(ui, &owner.field("clients", "Clients", hint), clients);
            let summary = match *think {
                Distribution::Constant(Nanos(0)) => "clients do not think".to_owned(),
                think => format!("clients think {}", time_summary(&think)),
            };
            form.more(ui, owner, &summary, |form, ui| {
                let which = TimeField {
                    key: "think",
                    label: "Think time",
                    hint: "How long a client thinks between an answer and its next task",
                };
                time_ui(ui, form, owner, which, think);
            });
        }
        Load::Open {
            rate_per_sec,
            arrivals,
        } => {
            let hint = "Whether or not earlier ones are done";
            let field = owner.named("rate_per_sec", "Tasks per second", hint, "Rate");
            let mut rate = PerSec(*rate_per_sec);
            form.value(ui, &field, &mut rate);
            *rate_per_sec = rate.0;
            arrivals_ui(ui, form, owner, arrivals);
        }
        Load::Profile { arrivals, parts } => {
            arrivals_ui(ui, form, owner, arrivals);
            profile::parts_ui(ui, form, parts, (parts_open, limits));
        }
        Load::Batch { tasks, chunk } => {
            let hint = "How many are due at the start";
            form.value(ui, &owner.field("tasks", "Tasks", hint), tasks);
            let hint = "How many tasks a worker takes at once";
            let field = owner.named("chunk", "Chunk", hint, "Chunk of the batch");
            form.value(ui, &field, chunk);
        }
    }
}

fn arrivals_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, arrivals: &mut Arrivals) {
    let field = owner.field("arrivals", "Arrivals", "How the instants are spaced");
    if let Some(new) = form.choice(ui, &field, *arrivals, &ARRIVALS) {
        *arrivals = new;
    }
}

/// A queue: the scenario's, or a candidate's own.
pub(super) fn queue_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, queue: &mut Queue) {
    let hint = "How many tasks may wait for a worker";
    // A candidate's queue says in its names whose it is.
    let spoken = if owner.name.is_empty() {
        "Queue capacity"
    } else {
        "Capacity"
    };
    let field = owner.named("capacity", "Queue capacity", hint, spoken);
    form.value(ui, &field, &mut queue.capacity);
    let hint = "What happens when it is full, or when tasks have waited too long";
    let field = owner.named("policy", "When full", hint, "Queue policy");
    let current = PolicyForm::of(&queue.policy);
    if let Some(to) = form.combo(ui, &field, current, &PolicyForm::ENTRIES) {
        queue.policy = convert::convert_policy(queue.policy, to);
    }
    if let QueuePolicy::ShedByAge { older_than } = &mut queue.policy {
        let hint = "How long a task may wait before it is given up";
        let field = owner.named("policy.older_than", "Older than", hint, "Oldest age");
        form.value(ui, &field, older_than);
    }
    let summary = queue.in_flight.map_or_else(
        || "no in-flight cap".to_owned(),
        |cap| format!("at most {} in flight", text::count(cap.into())),
    );
    form.more(ui, owner, &summary, |form, ui| {
        let hint = "How many tasks may be under way at once, however many workers there are";
        let field = owner.named("in_flight", "In-flight cap", hint, "In-flight cap");
        form.optional(ui, &field, &mut queue.in_flight, "no limit");
    });
}

/// What the folded load section says.
pub(super) fn load_summary(load: &Load) -> String {
    match load {
        Load::Closed { clients, .. } => text::counted((*clients).into(), "client", "clients"),
        Load::Open { rate_per_sec, .. } => text::per_sec(*rate_per_sec),
        Load::Profile { parts, .. } => {
            let parts = text::counted(parts.len() as u64, "part", "parts");
            let mean = load.mean_rate_per_sec().unwrap_or(0.0);
            format!("profile of {parts}, mean {}", text::per_sec(mean))
        }
        Load::Batch { tasks, .. } => format!("batch of {}", text::count(*tasks)),
    }
}

/// Whether the section of the loopback server is of any use.
pub(super) fn has_server(scenario: &Scenario) -> bool {
    scenario.server.connections.is_some()
        || scenario
            .tasks
            .iter()
            .flat_map(|task| &task.stages)
            .any(|stage| matches!(stage, Stage::Http { .. } | Stage::Tcp { .. }))
}

/// The loopback server that HTTP and TCP stages ask.
pub(super) fn server_ui(ui: &mut Ui, form: &mut Form<'_>, server: &mut Server) {
    remark_ui(ui, "Answers the HTTP and TCP stages, on this machine");
    let hint = "How many it serves at once; further callers wait. With a limit every request opens a connection of its own";
    let field =
        Owner::new("server", "").named("connections", "Connections", hint, "Server connections");
    form.optional(ui, &field, &mut server.connections, "no limit");
    form.rest(ui, "server");
}

/// What the folded section of the server says.
pub(super) fn server_summary(server: Server) -> String {
    server.connections.map_or_else(
        || "no limit of connections".to_owned(),
        |limit| text::counted(limit.into(), "connection", "connections"),
    )
}
