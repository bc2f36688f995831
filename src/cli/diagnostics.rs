//! Diagnostics of the window and its libraries, on standard error.
//!
//! Our own warnings, and what libraries call an error; their warnings are about desktops and not about us.
//! There is no setting: a fault that matters is shown in the window.

use std::io::Write;

use log::{Level, LevelFilter, Log, Metadata, Record};

/// Prints what `log` is told.
struct ToStandardError;

impl Log for ToStandardError {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let ours = metadata.target().starts_with(env!("CARGO_PKG_NAME"));
        let least = if ours { Level::Warn } else { Level::Error };
        metadata.level() <= least
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let level = record.level().as_str().to_lowercase();
            // There is no place to say that standard error is gone.
            let _ = writeln!(std::io::stderr(), "{level}: {}", record.args());
        }
    }

    fn flush(&self) {}
}

/// Sends diagnostics to standard error from now on. A second call changes nothing.
pub fn diagnostics_to_stderr() {
    if log::set_logger(&ToStandardError).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
}
