//! The fields of a stage, and what its folded card says.

use egui::Ui;

use crate::gui::panels::composer::convert;
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::kinds::{kernel_explanation, unit_title};
use crate::gui::panels::composer::lines::note_ui;
use crate::gui::panels::composer::options::{
    self, ACCESSES, INSIDES, LOCK_FORMS, MEMORY_ACCESSES, PROTECTIONS,
};
use crate::gui::panels::composer::options_python::INTERPRETER_LOCKS;
use crate::gui::panels::composer::times::{TimeField, time_summary, time_ui};
use crate::scenario::{
    Access, Amount, Distribution, Inside, InterpreterLock, Kernel, LockKind, MemoryAccess,
    Protection, Runtime, Stage,
};
use crate::units::{Bytes, text};

/// What the folded card says of the stage.
pub(super) fn summary(stage: &Stage) -> String {
    match stage {
        Stage::Cpu { kernel, .. } => {
            let (cpu, _) = stage.nominal_nanos();
            format!("≈ {}, {}", text::nanos(cpu), kernel.label())
        }
        Stage::Wait { time } => time_summary(time),
        Stage::FileWrite { size, sync, .. } | Stage::FileAppend { size, sync } => {
            format!("{size}{}", if *sync { ", fsync" } else { "" })
        }
        Stage::FileRead { size, .. } => size.to_string(),
        Stage::Memory {
            size, hold_tasks, ..
        } => match hold_tasks {
            0 => size.to_string(),
            tasks => format!(
                "{size}, held for {}",
                text::counted((*tasks).into(), "task", "tasks")
            ),
        },
        Stage::Http {
            delay, response, ..
        }
        | Stage::Tcp {
            delay, response, ..
        } => format!("{}, {response}", time_summary(delay)),
        Stage::Lock { hold, locks, .. } => {
            let held = time_summary(hold);
            match locks {
                1 => held,
                locks => format!("{held}, one of {locks}"),
            }
        }
        Stage::Counter {
            increments,
            protection,
        } => format!("{} times, {}", text::count(*increments), protection.label()),
        Stage::Payload { to_worker, back } => format!("{to_worker} there, {back} back"),
        Stage::Barrier => String::new(),
    }
}

/// The fields of the stage `owner`.
pub(super) fn fields_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, stage: &mut Stage) {
    match stage {
        Stage::Cpu {
            kernel,
            amount,
            interpreter_lock,
        } => {
            cpu_ui(ui, form, owner, kernel, amount);
            interpreter_lock_ui(ui, form, owner, *kernel, interpreter_lock);
        }
        Stage::Wait { time } => {
            let which = TimeField {
                key: "time",
                label: "Time",
                hint: "How long it waits",
            };
            time_ui(ui, form, owner, which, time);
        }
        Stage::FileWrite { .. } | Stage::FileAppend { .. } | Stage::FileRead { .. } => {
            file_ui(ui, form, owner, stage);
        }
        Stage::Memory {
            size,
            access,
            hold_tasks,
        } => memory_ui(ui, form, owner, size, (access, hold_tasks)),
        Stage::Http {
            delay,
            response,
            request,
            errors,
        }
        | Stage::Tcp {
            delay,
            response,
            request,
            errors,
        } => request_ui(ui, form, owner, (delay, response), (request, errors)),
        Stage::Lock {
            hold,
            inside,
            locks,
            kind,
        } => lock_ui(ui, form, owner, (hold, inside), (locks, kind)),
        Stage::Counter {
            increments,
            protection,
        } => counter_ui(ui, form, owner, increments, protection),
        Stage::Payload { to_worker, back } => {
            let hint = "Bytes that a task brings to its worker, such as 64KiB";
            form.value(ui, &owner.field("to_worker", "To worker", hint), to_worker);
            let hint = "Bytes that it brings back to the caller";
            form.value(ui, &owner.field("back", "Back", hint), back);
        }
        Stage::Barrier => note_ui(
            ui,
            "No task of the batch goes on before all have come this far; only with a batch",
        ),
    }
    estimate_ui(ui, stage, form.in_cpython);
}

/// The fields of a stage that reads or writes a file; nothing for the others.
fn file_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, stage: &mut Stage) {
    match stage {
        Stage::FileWrite {
            size,
            block,
            access,
            sync,
        } => {
            size_ui(ui, form, owner, "How much is written, such as 256KiB", size);
            sync_ui(ui, form, owner, sync);
            form.more(ui, owner, &blocks_summary(*block, *access), |form, ui| {
                blocks_ui(ui, form, owner, block, access);
            });
        }
        Stage::FileAppend { size, sync } => {
            size_ui(ui, form, owner, "How much is appended, such as 4KiB", size);
            sync_ui(ui, form, owner, sync);
        }
        Stage::FileRead {
            size,
            block,
            access,
            file,
        } => {
            size_ui(ui, form, owner, "How much is read, such as 256KiB", size);
            let summary = blocks_summary(*block, *access);
            form.more(ui, owner, &summary, |form, ui| {
                blocks_ui(ui, form, owner, block, access);
                let hint = "The size of the prepared file; as much as is read if empty";
                let field = owner.field("file", "File size", hint);
                form.optional(ui, &field, file, "as much as is read");
            });
        }
        _ => {}
    }
}

/// About how long it takes, natively and in CPython if some candidate runs there; what is written as a time needs
/// no estimate.
fn estimate_ui(ui: &mut Ui, stage: &Stage, in_cpython: bool) {
    let is_exact = matches!(
        stage,
        Stage::Cpu {
            amount: Amount::Time(_),
            ..
        } | Stage::Wait {
            time: Distribution::Constant(_)
        } | Stage::Barrier
    );
    if is_exact {
        return;
    }
    let nanos_on = |runtime| {
        let (cpu, waiting) = stage.nanos_on(runtime);
        text::nanos(cpu + waiting)
    };
    let mut note = format!("≈ {} (estimated)", nanos_on(Runtime::Native));
    if in_cpython {
        note.extend([", in CPython ≈ ", &nanos_on(Runtime::CPython)]);
    }
    note_ui(ui, &note);
}

fn size_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, hint: &'static str, size: &mut Bytes) {
    form.value(ui, &owner.field("size", "Size", hint), size);
}

fn sync_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, sync: &mut bool) {
    let hint = "The data must reach the disk (fsync) before the stage ends";
    let field = owner.named("sync", "Durability", hint, "Fsync");
    form.check(ui, &field, "Wait for the disk", sync);
}

fn blocks_summary(block: Bytes, access: Access) -> String {
    match access {
        Access::Sequential => format!("blocks of {block}"),
        Access::Random => format!("random blocks of {block}"),
    }
}

fn blocks_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    block: &mut Bytes,
    access: &mut Access,
) {
    let hint = "How much each call reads or writes, such as 4KiB";
    form.value(ui, &owner.field("block", "Block", hint), block);
    let field = owner.named(
        "access",
        "Order",
        "In which order the blocks are used",
        "Order of blocks",
    );
    if let Some(new) = form.choice(ui, &field, *access, &ACCESSES) {
        *access = new;
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
    let hint = "Work shows contention; time keeps the amount of CPU the same";
    let field = owner.named("amount.form", "Amount as", hint, "Amount as");
    if let Some(to_work) = form.choice(ui, &field, matches!(amount, Amount::Work(_)), &options) {
        *amount = convert::convert_amount(*amount, *kernel, to_work);
    }
    match amount {
        Amount::Work(units) => {
            let hint = "How many units one task computes";
            let field = owner.named("amount", unit_title(*kernel), hint, "Amount");
            form.value(ui, &field, units);
        }
        Amount::Time(time) => {
            let hint = "Of one task, such as 5ms";
            let field = owner.named("amount", "Processor time", hint, "Amount");
            form.value(ui, &field, time);
        }
    }
}

/// Whether the stage holds the interpreter lock, where a candidate has one.
fn interpreter_lock_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    kernel: Kernel,
    lock: &mut Option<InterpreterLock>,
) {
    let words = |lock| match lock {
        InterpreterLock::Held => "holds the interpreter lock",
        InterpreterLock::Released => "releases the interpreter lock",
    };
    let of_kernel = kernel.interpreter_lock();
    form.more(ui, owner, words(lock.unwrap_or(of_kernel)), |form, ui| {
        let hint = "What it does with the interpreter lock of native threads that are given one; CPython does as it does";
        let name = "Interpreter lock";
        let field = owner.named("interpreter_lock", "Interpreter", hint, name);
        if let Some(new) = form.choice(ui, &field, *lock, &INTERPRETER_LOCKS) {
            *lock = new;
        }
        if lock.is_none() {
            let words = words(of_kernel);
            note_ui(ui, &format!("CPython {words} in this kernel"));
        }
    });
}

fn memory_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    size: &mut Bytes,
    (access, hold_tasks): (&mut MemoryAccess, &mut u32),
) {
    size_ui(ui, form, owner, "How much is allocated, such as 4MiB", size);
    let field = owner.field("access", "Use", "How the memory is used");
    if let Some(new) = form.combo(ui, &field, *access, &MEMORY_ACCESSES) {
        *access = new;
    }
    let held = match *hold_tasks {
        0 => "released at once".to_owned(),
        tasks => format!("held for {}", text::counted(tasks.into(), "task", "tasks")),
    };
    form.more(ui, owner, &held, |form, ui| {
        let hint =
            "For how many further tasks of the same worker it is held; 0 releases it at once";
        let field = owner.named("hold_tasks", "Held for tasks", hint, "Held for tasks");
        form.value(ui, &field, hold_tasks);
    });
}

fn request_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    (delay, response): (&mut Distribution, &mut Bytes),
    (request, errors): (&mut Bytes, &mut f64),
) {
    let which = TimeField {
        key: "delay",
        label: "Server delay",
        hint: "How long the server waits before it answers",
    };
    time_ui(ui, form, owner, which, delay);
    let hint = "The length of the answer, such as 1KiB";
    form.value(
        ui,
        &owner.field("response", "Response size", hint),
        response,
    );
    let mut summary = match request.0 {
        0 => "empty request".to_owned(),
        _ => format!("request {request}"),
    };
    if *errors > 0.0 {
        summary = format!("{summary}, {} errors", text::percent(*errors));
    }
    form.more(ui, owner, &summary, |form, ui| {
        let hint = "The length of the request's body";
        form.value(ui, &owner.field("request", "Request size", hint), request);
        let hint = "The share of requests that the server answers with an error, 0 to 1";
        form.value(ui, &owner.field("errors", "Error share", hint), errors);
    });
}

fn lock_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    (hold, inside): (&mut Distribution, &mut Inside),
    (locks, kind): (&mut u32, &mut LockKind),
) {
    let which = TimeField {
        key: "hold",
        label: "Hold",
        hint: "How long the lock is held",
    };
    time_ui(ui, form, owner, which, hold);
    let field = owner.field("inside", "Inside", "What is done while the lock is held");
    if let Some(new) = form.choice(ui, &field, *inside, &INSIDES) {
        *inside = new;
    }
    let hint = "A task takes one of them, drawn by its number";
    form.value(ui, &owner.field("locks", "Locks", hint), locks);
    let summary = match kind {
        LockKind::Mutex => "one at a time".to_owned(),
        LockKind::ReadWrite { readers } => format!("{} only read", text::percent(*readers)),
    };
    form.more(ui, owner, &summary, |form, ui| {
        let field = owner.named(
            "kind.form",
            "Kind",
            "Who may be inside together",
            "Kind of lock",
        );
        let current = options::has_readers(kind);
        if let Some(to) = form.choice(ui, &field, current, &LOCK_FORMS) {
            *kind = convert::convert_lock(*kind, to);
        }
        if let LockKind::ReadWrite { readers } = kind {
            let hint = "The share of tasks that only read, 0 to 1";
            let field = owner.named("kind.readers", "Readers", hint, "Share of readers");
            form.value(ui, &field, readers);
        }
    });
    note_ui(ui, "Worker processes share no lock: each has its own");
}

fn counter_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    increments: &mut u64,
    protection: &mut Protection,
) {
    let hint = "How many times one task adds one";
    form.value(
        ui,
        &owner.field("increments", "Additions", hint),
        increments,
    );
    let field = owner.field("protection", "Protected by", "How the counter is protected");
    if let Some(new) = form.choice(ui, &field, *protection, &PROTECTIONS) {
        *protection = new;
    }
    note_ui(ui, "Worker processes share no counter: each has its own");
}
