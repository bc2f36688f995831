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

/// Opens the window, or does its work without one.
#[cfg(feature = "gui")]
fn window(file: Option<PathBuf>, out: &mut Output) -> Exit {
    if !has_display() {
        return cli::instead_of_window("There is no display", file, out);
    }
    cli::diagnostics_to_stderr();
    // Libraries of the window system are loaded when the window opens; a missing one panics.
    let for_window = file.clone();
    match std::panic::catch_unwind(|| poolscope::gui::run(for_window)) {
        Ok(Ok(())) => Exit::Success,
        Ok(Err(error)) => {
            cli::instead_of_window(&format!("The window cannot be opened: {error}"), file, out)
        }
        Err(_) => cli::instead_of_window("The window system failed while it was loaded", file, out),
    }
}

/// Runs the quick form: this build has no window.
#[cfg(not(feature = "gui"))]
fn window(file: Option<PathBuf>, out: &mut Output) -> Exit {
    cli::instead_of_window("This build has no window", file, out)
}

/// Whether the system names a display. macOS and Windows always have one.
#[cfg(feature = "gui")]
fn has_display() -> bool {
    cfg!(any(target_os = "macos", target_os = "windows"))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
