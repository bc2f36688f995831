//! Asking the desktop for a file, from a background thread.
//!
//! The desktop's dialogs may be missing altogether; then the answer comes soon and looks like a
//! cancellation. [`Picked::NoDialog`] tells the two apart, and the window asks for a path itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A dialog needs a while to open, and a person to see and close it; a missing one answers within 20 ms, and ten times
/// as late on a busy machine. Whoever is faster all the same is asked once more, which is better than not at all.
const NOBODY_IS_THAT_FAST: Duration = Duration::from_secs(1);

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRequest {
    /// The dialog's title, and that of the question that replaces it.
    pub title: String,
    /// Whether a file is written; it need not exist then.
    pub save: bool,
    /// Whether a folder is chosen, and not a file.
    pub folder: bool,
    /// The name that is offered for saving.
    pub file_name: String,
    /// What kind of file, for people.
    pub kind: &'static str,
    /// Ending of the file's name, without the dot; empty for files of any name.
    pub extension: &'static str,
}

impl FileRequest {
    /// `path` with the ending, if it has none.
    #[must_use]
    pub fn with_extension(&self, path: &Path) -> PathBuf {
        if self.save && path.extension().is_none() {
            path.with_extension(self.extension)
        } else {
            path.to_path_buf()
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picked {
    /// This file.
    Path(PathBuf),
    /// The user does not want to.
    Cancelled,
    /// This desktop has no dialogs.
    NoDialog,
}

/// Who asks the user for a file.
pub trait FileDialogs: Send + Sync {
    /// Asks, and waits for the answer. Called on a background thread.
    fn pick(&self, request: &FileRequest) -> Picked;
}

/// The desktop's own dialogs.
#[derive(Debug, Clone, Copy, Default)]
pub struct DesktopDialogs;

impl FileDialogs for DesktopDialogs {
    fn pick(&self, request: &FileRequest) -> Picked {
        if cfg!(target_os = "linux") && !may_have_dialogs(|name| std::env::var_os(name)) {
            return Picked::NoDialog;
        }
        let mut dialog = rfd::FileDialog::new().set_title(&request.title);
        if !request.extension.is_empty() {
            dialog = dialog.add_filter(request.kind, &[request.extension]);
        }
        let asked = Instant::now();
        let path = if request.folder {
            dialog.pick_folder()
        } else if request.save {
            dialog.set_file_name(&request.file_name).save_file()
        } else {
            dialog.pick_file()
        };
        match path {
            Some(path) => Picked::Path(path),
            None if asked.elapsed() < NOBODY_IS_THAT_FAST => Picked::NoDialog,
            None => Picked::Cancelled,
        }
    }
}

/// Whether a Linux desktop with these environment variables may have dialogs: those of its portal, which is asked over
/// the session's bus, or the program `zenity`. Asking for a bus that is not there would start one.
fn may_have_dialogs(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let runtime = variable("XDG_RUNTIME_DIR").map(PathBuf::from);
    let has_bus = variable("DBUS_SESSION_BUS_ADDRESS").is_some()
        || runtime.is_some_and(|folder| folder.join("bus").exists());
    let path = variable("PATH").unwrap_or_default();
    has_bus || std::env::split_paths(&path).any(|folder| folder.join("zenity").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desktop_without_bus_and_zenity_has_no_dialogs() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().as_os_str().to_owned();
        let with = |known: &'static str| {
            let place = place.clone();
            may_have_dialogs(move |name| (name == known).then(|| place.clone()))
        };
        assert!(with("DBUS_SESSION_BUS_ADDRESS"));
        for known in ["XDG_RUNTIME_DIR", "PATH", "HOME"] {
            assert!(!with(known), "{known}");
        }
        std::fs::write(folder.path().join("bus"), "").unwrap();
        std::fs::write(folder.path().join("zenity"), "").unwrap();
        assert!(with("XDG_RUNTIME_DIR") && with("PATH"));
    }

    #[test]
    fn a_saved_file_gets_the_ending_that_the_user_left_out() {
        let request = FileRequest {
            title: String::new(),
            save: true,
            folder: false,
            file_name: String::new(),
            kind: "scenario",
            extension: "ron",
        };
        assert_eq!(
            request.with_extension(Path::new("a/b")),
            Path::new("a/b.ron")
        );
        assert_eq!(
            request.with_extension(Path::new("a/b.txt")),
            Path::new("a/b.txt")
        );
        let open = FileRequest {
            save: false,
            ..request
        };
        assert_eq!(open.with_extension(Path::new("a/b")), Path::new("a/b"));
    }
}
