//! Ctrl-C: the first asks for an orderly stop, the second leaves at once.

use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, bounded};

use crate::cli::Exit;

/// Receives one message at the first Ctrl-C, SIGTERM or SIGHUP.
///
/// Leaving at the second one leaves nothing behind: runners and workers end with the process that started them.
///
/// # Errors
/// If the system refuses the handler, or a second one is asked for.
pub(super) fn interrupts() -> Result<Receiver<()>, ctrlc::Error> {
    let (sender, receiver) = bounded(1);
    let asked = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) || sender.try_send(()).is_err() {
            std::process::exit(Exit::Interrupted.code().into());
        }
    })?;
    Ok(receiver)
}
