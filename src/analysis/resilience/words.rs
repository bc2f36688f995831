//! Faults in words, short enough for the legend of a chart.

use crate::scenario::{Crash, Fault, Inject};
use crate::units::text;

/// What goes wrong: `error at 30 %`, `slow, of 'page'`.
#[must_use]
pub fn fault_label(fault: &Fault) -> String {
    let word = word(&fault.inject);
    let share = if fault.probability < 1.0 {
        format!(
            " at {} %",
            text::given((fault.probability * 1e5).round() / 1e3)
        )
    } else {
        String::new()
    };
    let task = fault.task.as_ref();
    let task = task.map_or_else(String::new, |task| format!(", of '{task}'"));
    format!("{word}{share}{task}")
}

const fn word(inject: &Inject) -> &'static str {
    match inject {
        Inject::Error => "error",
        Inject::Slow { .. } => "slow tasks",
        Inject::Hang => "hang",
        Inject::Crash { how: Crash::Panic } => "panic",
        Inject::Crash { .. } => "crash",
        Inject::Leak { .. } => "leak",
        Inject::StallLoop { .. } => "stalled loop",
        Inject::SlowServer { .. } => "slow server",
        Inject::FailServer => "failing server",
        Inject::HoldLock { .. } => "lock held",
        Inject::KillWorker { .. } => "workers killed",
        Inject::StallWorker { .. } => "workers stalled",
    }
}
