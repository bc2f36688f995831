//! Opens the window, and says in plain words why it cannot be opened.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::{NativeOptions, Renderer};
use egui::{IconData, ViewportBuilder};

use crate::export::png;
use crate::gui::action::Action;
use crate::gui::app::{App, Page, Services};
use crate::gui::dialogs::DesktopDialogs;
use crate::scenario::bundled_named;
use crate::session::{runs_folder, settings_folder};

/// Name of the program, for the window's title and the desktop.
const NAME: &str = "poolscope";
/// The icon, 64 units wide.
const ICON: &str = include_str!("../../assets/desktop/poolscope.svg");
/// Pixels per unit of the icon in the window's title and in lists of windows.
const ICON_SCALE: f32 = 2.0;
/// The smallest screens that are in use leave this much, in points.
const FIRST_SIZE: [f32; 2] = [1280.0, 800.0];
/// Below this nothing can be read, in points.
const MIN_SIZE: [f32; 2] = [720.0, 480.0];

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The display does not answer, or a library of it is missing.
    #[error(
        "the display cannot be opened; check that it runs and that its libraries are installed \
         (libX11, libXcursor, libXi, libxkbcommon-x11, or the Wayland client)"
    )]
    Display(#[source] eframe::Error),
    /// No OpenGL.
    #[error("OpenGL cannot be used; install a driver, such as Mesa's libgl1 and libgl1-mesa-dri")]
    OpenGl(#[source] eframe::Error),
    /// Something else of the window's library.
    #[error("the window cannot be created")]
    Window(#[source] eframe::Error),
    /// The own executable, which is started as runner, is unknown.
    #[error("the program does not find its own executable: {0}")]
    Executable(#[source] std::io::Error),
}

/// Opens the window, with `file` (a path, or the name of a bundled scenario) if there is one, and returns
/// when it is closed.
///
/// A missing library of the window system panics; whoever calls this is prepared for it.
///
/// # Errors
/// If there is no display, or it cannot be drawn on.
pub fn run(file: Option<PathBuf>) -> Result<(), WindowError> {
    let services = Services {
        dialogs: Arc::new(DesktopDialogs),
        executable: std::env::current_exe().map_err(WindowError::Executable)?,
        settings_dir: settings_folder(),
        runs_dir: runs_folder(),
    };
    let mut options = NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title(NAME)
            .with_app_id(NAME)
            .with_inner_size(FIRST_SIZE)
            .with_min_inner_size(MIN_SIZE)
            .with_drag_and_drop(true),
        renderer: Renderer::Glow,
        ..NativeOptions::default()
    };
    // Without an icon the desktop shows one of its own.
    options.viewport.icon = icon().map(Arc::new);
    let first = file.map(|file| {
        let bundled = file
            .to_str()
            .filter(|_| !file.exists())
            .and_then(bundled_named);
        bundled.map_or(Action::OpenFile(file.clone()), |bundled| {
            Action::OpenBundled(bundled.file)
        })
    });
    let opened = eframe::run_native(
        NAME,
        options,
        Box::new(move |creation| {
            let mut app = App::new(&creation.egui_ctx, services);
            if let Some(first) = first {
                app.begin_at(Page::Plan);
                app.request(first);
            }
            Ok(Box::new(app))
        }),
    );
    opened.map_err(named)
}

fn named(error: eframe::Error) -> WindowError {
    match error {
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => WindowError::Display(error),
        eframe::Error::Glutin(_)
        | eframe::Error::NoGlutinConfigs(..)
        | eframe::Error::OpenGL(_) => WindowError::OpenGl(error),
        eframe::Error::AppCreation(_) => WindowError::Window(error),
    }
}

/// The program's icon, the one that the desktop shows in its menus.
fn icon() -> Option<IconData> {
    let drawn = png(ICON, ICON_SCALE).ok()?;
    eframe::icon_data::from_png_bytes(&drawn).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_for_no_window_is_ours_and_names_no_path_of_a_build_machine() {
        let reason = std::io::Error::other("no");
        for error in [
            WindowError::Executable(reason),
            named(eframe::Error::AppCreation("/home/build/.cargo".into())),
        ] {
            assert!(!error.to_string().contains(".cargo"));
        }
    }

    #[test]
    fn the_icon_of_the_desktop_is_drawn_for_the_window() {
        let icon = icon().unwrap();
        assert_eq!((icon.width, icon.height), (128, 128));
        let pixel = |x: usize, y: usize| &icon.rgba[(y * 128 + x) * 4..][..4];
        assert_eq!(pixel(0, 0)[3], 0, "its corners are round");
        assert_eq!(pixel(40, 34), [0x4a, 0x9e, 0xe6, 255]);
    }
}
