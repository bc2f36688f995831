//! The executable: chooses the part to play, and sets the exit code.
//!
//! Guard, runner and workers are the same file; they leave before anything of the window's is touched.

use std::path::PathBuf;
use std::process::ExitCode;

use poolscope::cli::{self, Exit, Output, Part};

fn main() -> ExitCode {
    if let Some(code) = poolscope::runner::play_if_asked() {
        return code;
    }
    let mut out = Output::standard();
    let exit = match cli::read_arguments(std::env::args_os(), &mut out) {
        Ok(Part::Command(command)) => cli::execute(&command, &mut out),
        Ok(Part::Window(file)) => window(file, &mut out),
        Err(exit) => exit,
    };
    exit.into()
}

/// Runs the quick form: this build has no window.
#[cfg(not(feature = "gui"))]
fn window(file: Option<PathBuf>, out: &mut Output) -> Exit {
    cli::instead_of_window("This build has no window", file, out)
}

/// Opens the window, or does its work without one.
#[cfg(feature = "gui")]
fn window(file: Option<PathBuf>, out: &mut Output) -> Exit {
    if !has_display() {
        return cli::instead_of_window("There is no display", file, out);
    }
    cli::diagnostics_to_stderr();
    keep_quiet_of_missing_libraries();
    let for_window = file.clone();
    match std::panic::catch_unwind(|| poolscope::gui::run(for_window)) {
        Ok(Ok(())) => Exit::Success,
        Ok(Err(error)) => cli::instead_of_window(&format!("No window: {error}"), file, out),
        Err(payload) => match missing_library(payload.as_ref()) {
            Some(message) => {
                let reason = format!("No window: {}", message.trim_end_matches('.'));
                cli::instead_of_window(&reason, file, out)
            }
            // A fault of ours, which the panic's own message tells.
            None => Exit::Internal,
        },
    }
}

/// Whether the system names a display. macOS and Windows always have one.
#[cfg(feature = "gui")]
fn has_display() -> bool {
    cfg!(any(target_os = "macos", target_os = "windows"))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A library of the window system that is not there is told in one line, and not as a panic.
#[cfg(feature = "gui")]
fn keep_quiet_of_missing_libraries() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if missing_library(panic.payload()).is_none() {
            usual(panic);
        }
    }));
}

/// The message of a panic, if it is the one of a library that is loaded when the window opens and is missing.
#[cfg(feature = "gui")]
fn missing_library(payload: &(dyn std::any::Any + Send)) -> Option<&str> {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())?;
    // The words of xkbcommon-dl, which winit relies on.
    let words = ["could not be loaded", "Could not load"];
    words
        .iter()
        .any(|words| message.contains(words))
        .then_some(message)
}
