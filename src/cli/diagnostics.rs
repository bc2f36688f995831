//! Diagnostics of the window and its libraries, on standard error.
//!
//! Warnings and errors only, in plain lines. There is no setting: a fault that matters is shown in the window.

use std::io::Write;

use log::{LevelFilter, Log, Metadata, Record};

/// Prints what `log` is told.
struct ToStandardError;

impl Log for ToStandardError {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Warn
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
