//! Stages and their times in words.

use crate::scenario::{
    Access, Amount, Distribution, Inside, InterpreterLock, Kernel, LockKind, MemoryAccess,
    Protection, Stage,
};
use crate::units::{Bytes, text};

/// One stage in words: `computes 8 checks (prime check), estimated 2.00 ms`.
#[must_use]
pub fn stage(stage: &Stage) -> String {
    match *stage {
        Stage::Cpu {
            kernel,
            amount,
            interpreter_lock,
        } => cpu(kernel, amount) + lock_held(interpreter_lock),
        Stage::Wait { time } => format!("waits {}", distribution(time)),
        Stage::FileWrite {
            size,
            block,
            access,
            sync,
        } => format!(
            "writes {} to a file in the scratch folder{}{}",
            text::size(size.0),
            in_blocks(size, block, access),
            to_disk(sync)
        ),
        Stage::FileAppend { size, sync } => format!(
            "appends {} to a log file in the scratch folder{}",
            text::size(size.0),
            to_disk(sync)
        ),
        Stage::FileRead {
            size,
            block,
            access,
            file,
        } => format!(
            "reads {} from a file{}{}",
            text::size(size.0),
            file.map_or_else(String::new, |file| format!(" of {}", text::size(file.0))),
            in_blocks(size, block, access)
        ),
        Stage::Memory {
            size,
            access,
            hold_tasks,
        } => memory(size, access, hold_tasks),
        Stage::Http {
            delay,
            response,
            request,
            errors,
        } => asks("", delay, (request, response), errors),
        Stage::Tcp {
            delay,
            response,
            request,
            errors,
        } => asks(" over raw TCP", delay, (request, response), errors),
        Stage::Lock {
            hold,
            inside,
            locks,
            kind,
        } => lock(hold, inside, locks, kind),
        Stage::Counter {
            increments,
            protection,
        } => counter(increments, protection),
        Stage::Payload { to_worker, back } => payload(to_worker, back),
        Stage::Barrier => "waits until all tasks of the batch have come this far".to_owned(),
    }
}

fn cpu(kernel: Kernel, amount: Amount) -> String {
    match amount {
        Amount::Work(units) => format!(
            "computes {} {} ({}), estimated {}",
            text::count(units),
            kernel.unit(),
            kernel.label(),
            text::nanos(amount.nominal_nanos(kernel))
        ),
        Amount::Time(time) => format!(
            "computes for {} of processor time ({})",
            text::span(time.0),
            kernel.label()
        ),
    }
}

/// What is chosen for the interpreter lock of native candidates that have one.
const fn lock_held(chosen: Option<InterpreterLock>) -> &'static str {
    match chosen {
        None => "",
        Some(InterpreterLock::Held) => ", holding a modelled interpreter lock",
        Some(InterpreterLock::Released) => ", releasing a modelled interpreter lock",
    }
}

/// How a file is walked through, where it takes more than one call.
fn in_blocks(size: Bytes, block: Bytes, access: Access) -> String {
    match access {
        Access::Random => format!(
            ", {} at a time at random places",
            text::size(block.min(size).0)
        ),
        Access::Sequential if block < size => format!(", {} at a time", text::size(block.0)),
        Access::Sequential => String::new(),
    }
}

const fn to_disk(sync: bool) -> &'static str {
    if sync {
        " and makes sure that it is on the disk"
    } else {
        ""
    }
}

fn memory(size: Bytes, access: MemoryAccess, hold_tasks: u32) -> String {
    let size = text::size(size.0);
    let used = match access {
        MemoryAccess::Allocate => format!("allocates {size} of memory without touching it"),
        MemoryAccess::Touch => format!("allocates and touches {size} of memory"),
        MemoryAccess::Stream => {
            format!("allocates {size} of memory, writes all of it and reads it in order")
        }
        MemoryAccess::Chase => {
            format!("allocates {size} of memory and visits all of it in random order")
        }
    };
    if hold_tasks == 0 {
        return used;
    }
    let tasks = text::counted(hold_tasks.into(), "further task", "further tasks");
    format!("{used}, and holds it for {tasks} of its worker")
}

fn asks(
    over: &str,
    delay: Distribution,
    (request, response): (Bytes, Bytes),
    errors: f64,
) -> String {
    let asks = match request.0 {
        0 => "asks".to_owned(),
        bytes => format!("sends {} to", text::size(bytes)),
    };
    let failing = if errors > 0.0 {
        format!("; {} of the requests fail", text::percent(errors))
    } else {
        String::new()
    };
    format!(
        "{asks} the built-in server on this machine{over}, which waits {} and answers {}{failing}",
        distribution(delay),
        text::size(response.0)
    )
}

fn lock(hold: Distribution, inside: Inside, locks: u32, kind: LockKind) -> String {
    let which = match locks {
        1 => "the lock that all tasks share".to_owned(),
        _ => format!(
            "one of {} locks, drawn by the task's number,",
            text::count(locks.into())
        ),
    };
    let does = match inside {
        Inside::Cpu => "computes for",
        Inside::Wait => "waits",
    };
    let readers = match kind {
        LockKind::Mutex => String::new(),
        LockKind::ReadWrite { readers } => format!(
            "; {} of the tasks only read and may be inside together",
            text::percent(readers)
        ),
    };
    format!(
        "takes {which} and {does} {} inside{readers}",
        distribution(hold)
    )
}

fn counter(increments: u64, protection: Protection) -> String {
    let how = match protection {
        Protection::Unprotected => "without protection",
        Protection::Locked => "with a lock around each addition",
        Protection::Atomic => "by atomic additions",
    };
    format!(
        "adds 1 to a counter that all tasks share, {}, {how}",
        text::counted(increments, "time", "times")
    )
}

fn payload(to_worker: Bytes, back: Bytes) -> String {
    match (to_worker.0, back.0) {
        (to_worker, 0) => format!("takes {} to its worker", text::size(to_worker)),
        (0, back) => format!("brings {} back from its worker", text::size(back)),
        (to_worker, back) => format!(
            "takes {} to its worker and brings {} back",
            text::size(to_worker),
            text::size(back)
        ),
    }
}

/// A distribution in words, as they stand behind "waits".
pub(super) fn distribution(time: Distribution) -> String {
    match time {
        Distribution::Constant(time) => text::span(time.0),
        Distribution::Uniform { from, to } => {
            format!(
                "{} to {}, all equally likely",
                text::span(from.0),
                text::span(to.0)
            )
        }
        Distribution::Exponential { mean } => {
            format!("{} on average (exponential)", text::span(mean.0))
        }
        Distribution::LogNormal { median, p95 } => format!(
            "{} in the median and up to {} in 95 of 100 cases",
            text::span(median.0),
            text::span(p95.0)
        ),
        Distribution::Bimodal {
            usual,
            other,
            other_share,
        } => format!(
            "usually {} and {} in {} of the cases",
            text::span(usual.0),
            text::span(other.0),
            text::percent(other_share)
        ),
    }
}
