//! Opens the window, and says in plain words why it cannot be opened.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::{NativeOptions, Renderer};
use egui::{IconData, ViewportBuilder};

use crate::gui::action::Action;
use crate::gui::app::{App, Services};
use crate::gui::dialogs::DesktopDialogs;
use crate::scenario::bundled_named;
use crate::session::{runs_folder, settings_folder};

/// Name of the program, for the window's title and the desktop.
const NAME: &str = "poolscope";
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
    let options = NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title(NAME)
            .with_app_id(NAME)
            .with_inner_size(FIRST_SIZE)
            .with_min_inner_size(MIN_SIZE)
            .with_drag_and_drop(true)
            .with_icon(icon()),
        renderer: Renderer::Glow,
        ..NativeOptions::default()
    };
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

/// The program's icon: three lanes of different length, the candidates of a comparison.
fn icon() -> IconData {
    const SIZE: usize = 64;
    const LANES: [([u8; 3], usize); 3] = [
        ([74, 158, 230], 44),
        ([242, 122, 48], 30),
        ([34, 190, 146], 38),
    ];
    const GROUND: [u8; 3] = [0x22, 0x27, 0x2f];
    let mut rgba = Vec::with_capacity(SIZE * SIZE * 4);
    for y in 0..SIZE {
        for x in 0..SIZE {
            let lane = (y.saturating_sub(8)) / 16;
            let within = y >= 8 && (y - 8) % 16 < 12;
            let color = match LANES.get(lane) {
                Some((color, length)) if within && (10..10 + length).contains(&x) => *color,
                _ => GROUND,
            };
            rgba.extend([color[0], color[1], color[2], 255]);
        }
    }
    IconData {
        rgba,
        width: SIZE as u32,
        height: SIZE as u32,
    }
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
        assert_eq!(icon().rgba.len(), 64 * 64 * 4);
    }
}
