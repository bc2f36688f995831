//! The fields of a candidate's back end and of its own queue.

use egui::Ui;

use crate::gui::panels::composer::convert_setup as convert;
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::note_ui;
use crate::gui::panels::composer::load::queue_ui;
use crate::gui::panels::composer::options::{
    self, AsyncCpuForm, HYBRID_WAITS, PER_CORE, QUEUES, STARTS, TRANSFERS, backend_explanation,
};
use crate::gui::panels::composer::python::pool_ui;
use crate::scenario::{
    AsyncCpu, Backend, Candidate, HybridWaits, Queue, Start, Transfer, Workers,
    cores_of_this_machine,
};
use crate::units::text;

/// Whose number of workers a row shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct WorkersField {
    /// The field of the file.
    pub key: &'static str,
    /// Before the field, and in its accessible name.
    pub label: &'static str,
    /// What they are, several of them.
    pub what: &'static str,
}

/// The fields of `backend`, which `owner` names by its path `candidates[0].backend`.
pub(super) fn backend_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, backend: &mut Backend) {
    match backend {
        Backend::Sequential => note_ui(ui, backend_explanation("sequential")),
        Backend::Threads { workers } => workers_ui(ui, form, owner, POOL, workers),
        Backend::Processes {
            workers,
            start,
            chunk,
            recycle_after,
            payload,
        } => {
            workers_ui(ui, form, owner, POOL, workers);
            let summary = processes_summary(*start, *chunk, *recycle_after, *payload);
            form.more(ui, owner, &summary, |form, ui| {
                start_ui(ui, form, owner, (start, payload));
                let hint = "How many tasks travel together";
                let field = owner.field("chunk", "Chunk", hint);
                form.optional(ui, &field, chunk, "as the batch says, else 1");
                let hint = "After how many tasks a worker is replaced by a new one";
                let field =
                    owner.named("recycle_after", "New after tasks", hint, "New after tasks");
                form.optional(ui, &field, recycle_after, "never");
            });
        }
        Backend::Async {
            in_flight,
            event_loops,
            cpu,
        } => {
            let hint = "How many tasks may be under way at once";
            form.value(ui, &owner.field("in_flight", "In flight", hint), in_flight);
            let hint = "How many threads run the event loop";
            form.value(
                ui,
                &owner.field("event_loops", "Event loops", hint),
                event_loops,
            );
            async_cpu_ui(ui, form, owner, cpu);
        }
        Backend::Hybrid {
            waits,
            processes,
            between,
        } => hybrid_ui(ui, form, owner, waits, (processes, between)),
        Backend::Python(pool) => pool_ui(ui, form, owner, pool),
    }
}

/// The workers of a pool that has but one kind of them.
pub(super) const POOL: WorkersField = WorkersField {
    key: "workers",
    label: "Workers",
    what: "workers",
};

/// A number of workers, in all or per core.
pub(super) fn workers_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    which: WorkersField,
    workers: &mut Workers,
) {
    let WorkersField { key, label, what } = which;
    let cores = cores_of_this_machine();
    form.value(
        ui,
        &owner.field(key, label, "How many; such as 8, or 2 per core"),
        workers,
    );
    let field = owner.named(
        &format!("{key}.form"),
        "Counted",
        "Whether the number depends on the machine",
        &format!("{label} counted"),
    );
    if let Some(to) = form.choice(ui, &field, options::is_per_core(*workers), &PER_CORE) {
        *workers = convert::convert_workers(*workers, to, cores);
        form.drafts.forget(&owner.field(key, "", "").path);
    }
    if options::is_per_core(*workers) {
        let here = text::count(workers.on(cores).into());
        let cores = text::counted(cores.into(), "core", "cores");
        note_ui(
            ui,
            &format!("{here} {what} on this machine, which has {cores}"),
        );
    }
}

fn processes_summary(
    start: Start,
    chunk: Option<u32>,
    recycle_after: Option<u64>,
    payload: Transfer,
) -> String {
    let mut parts = vec![match start {
        Start::Fresh => "started anew".to_owned(),
        Start::Zygote => "from a zygote".to_owned(),
    }];
    parts.extend(chunk.map(|chunk| format!("chunks of {}", text::count(chunk.into()))));
    parts.extend(recycle_after.map(|tasks| format!("new after {}", text::count(tasks))));
    if payload == Transfer::SharedMemory {
        parts.push("shared memory".to_owned());
    }
    parts.join(", ")
}

fn start_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    (start, payload): (&mut Start, &mut Transfer),
) {
    let field = owner.field("start", "Start", "How a worker process comes into being");
    if let Some(new) = form.choice(ui, &field, *start, &STARTS) {
        *start = new;
    }
    let field = owner.named("payload", "Payload by", "How payloads travel", "Payload by");
    if let Some(new) = form.choice(ui, &field, *payload, &TRANSFERS) {
        *payload = new;
    }
}

/// Where the CPU and file stages of an event loop run.
pub(super) fn async_cpu_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, cpu: &mut AsyncCpu) {
    let hint = "Where CPU and file stages run";
    let field = owner.named("cpu", "CPU stages on", hint, "CPU stages");
    let current = AsyncCpuForm::of(*cpu);
    if let Some(to) = form.choice(ui, &field, current, &AsyncCpuForm::ENTRIES) {
        *cpu = convert::convert_async_cpu(*cpu, to);
    }
    match cpu {
        AsyncCpu::Inline => note_ui(ui, "The loop stands still while a task computes on it"),
        AsyncCpu::Blocking { threads } => {
            let hint = "How many blocking threads at the most";
            let field = owner.named("cpu.threads", "Threads", hint, "Blocking threads");
            form.value(ui, &field, threads);
        }
        AsyncCpu::Processes { workers } => {
            let hint = "How many worker processes beside the loop";
            let field = owner.named(
                "cpu.workers",
                "Processes",
                hint,
                "Processes beside the loop",
            );
            form.value(ui, &field, workers);
        }
    }
}

fn hybrid_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    waits: &mut HybridWaits,
    (processes, between): (&mut Workers, &mut u32),
) {
    let field = owner.named(
        "waits",
        "Waits on",
        "Where waits and requests run",
        "Waits on",
    );
    let current = options::waits_on_loop(*waits);
    if let Some(to) = form.choice(ui, &field, current, &HYBRID_WAITS) {
        *waits = convert::convert_waits(*waits, to);
    }
    let inner = Owner::new(format!("{}.waits", owner.path), owner.name.clone());
    match waits {
        HybridWaits::Threads { workers } => {
            let which = WorkersField {
                key: "workers",
                label: "Threads",
                what: "threads",
            };
            workers_ui(ui, form, &inner, which, workers);
        }
        HybridWaits::Async { in_flight } => {
            let hint = "How many tasks may be under way on the loop at once";
            form.value(ui, &inner.field("in_flight", "In flight", hint), in_flight);
        }
    }
    let which = WorkersField {
        key: "processes",
        label: "Processes",
        what: "processes",
    };
    workers_ui(ui, form, owner, which, processes);
    let hint = "How many tasks may wait between the two; a full queue holds up the side before it";
    form.value(ui, &owner.field("between", "Queue between", hint), between);
}

/// Whose queue the candidate `owner` has, and the fields of its own.
pub(super) fn own_queue_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    candidate: &mut Candidate,
    of_the_scenario: Queue,
) {
    let hint = "A queue of its own shows what a policy does, beside the others";
    let field = owner.named("queue.form", "Queue", hint, "Queue");
    if let Some(own) = form.choice(ui, &field, candidate.queue.is_some(), &QUEUES) {
        candidate.queue = own.then_some(of_the_scenario);
    }
    if let Some(queue) = &mut candidate.queue {
        let name = format!("the queue of {}", owner.name);
        queue_ui(
            ui,
            form,
            &Owner::new(format!("{}.queue", owner.path), name),
            queue,
        );
    }
}
