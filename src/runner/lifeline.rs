//! Leaving with the parent.
//!
//! On Linux the kernel sends SIGKILL when the thread that started this process ends; elsewhere the closed
//! standard input is noticed. A panic that nobody handles ends the process at once: a runner that has lost a
//! thread measures nothing that could be trusted.

/// Binds this process to `parent`: if that is gone already, leaves now.
pub(super) fn leave_with(parent: u32) {
    abort_on_panic();
    super::limits::go_first_without_memory();
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, getppid, set_parent_process_death_signal};
        // Where it is refused, the guard and the closed pipes remain.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
        // The parent may have died before the line above.
        let present = getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
        if present != Some(parent) {
            std::process::exit(1);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = parent;
}

fn abort_on_panic() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        print(info);
        std::process::abort();
    }));
}
