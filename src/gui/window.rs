//! Opens the window, and says in plain words why it cannot be opened.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::{NativeOptions, Renderer};
use egui::{IconData, ViewportBuilder};

use crate::export::png;
use crate::gui::action::Action;
use crate::gui::app::{App, Page, Services};
use crate::gui::dialogs::DesktopDialogs;
use crate::gui::notify::DesktopNotifier;
use crate::gui::settings::{Settings, WindowPlace};
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

/// How the window is drawn: at the least cost, as it stands beside what is measured.
#[must_use]
pub fn drawing() -> NativeOptions {
    NativeOptions {
        renderer: Renderer::Glow,
        // It hides the steps of gradients, of which there are none, and costs a program without a graphics card
        // work for every pixel.
        dithering: false,
        ..NativeOptions::default()
    }
}

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
        notifier: Arc::new(DesktopNotifier),
        executable: std::env::current_exe().map_err(WindowError::Executable)?,
        settings_dir: settings_folder(),
        runs_dir: runs_folder(),
    };
    let settings = services.settings_dir.as_deref().map(Settings::load);
    let place = settings.and_then(|settings| settings.window);
    // What is larger than the largest screen is made smaller by eframe.
    let size = place.map_or(FIRST_SIZE, |place| place.size.map(f32::from));
    let mut options = NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title(NAME)
            .with_app_id(NAME)
            .with_inner_size(size)
            .with_maximized(place.is_some_and(|place| place.maximized))
            .with_min_inner_size(MIN_SIZE)
            .with_drag_and_drop(true),
        ..drawing()
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
            if let Some(place) = place {
                put_back(creation, place);
            }
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

/// Puts the window where it stood, if that is still on a screen.
fn put_back(creation: &eframe::CreationContext<'_>, place: WindowPlace) {
    let (Some(window), Some(corner)) = (creation.winit_window(), place.corner) else {
        return;
    };
    let mut screens = window.available_monitors().map(|screen| Screen {
        corner: [screen.position().x, screen.position().y],
        size: [screen.size().width, screen.size().height],
    });
    if place.maximized || !screens.any(|screen| screen.shows(corner)) {
        return;
    }
    let scale = window.scale_factor() as f32;
    let corner = egui::Pos2::new(corner[0] as f32, corner[1] as f32) / scale;
    let command = egui::ViewportCommand::OuterPosition(corner);
    creation.egui_ctx.send_viewport_cmd(command);
}

/// A screen on the desktop, in pixels.
#[derive(Debug, Clone, Copy)]
struct Screen {
    corner: [i32; 2],
    size: [u32; 2],
}

impl Screen {
    /// Whether a window with its upper left corner there can be seen and moved.
    fn shows(self, corner: [i32; 2]) -> bool {
        /// So much of the title is needed to take hold of it, in pixels.
        const GRIP: i64 = 100;
        (0..2).all(|axis| {
            let from = i64::from(self.corner[axis]);
            let to = from + i64::from(self.size[axis]) - GRIP;
            (from..=to).contains(&i64::from(corner[axis]))
        })
    }
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
    fn a_window_is_not_put_where_no_screen_is() {
        let screen = Screen {
            corner: [1920, 0],
            size: [1280, 800],
        };
        assert!(screen.shows([1920, 0]) && screen.shows([3000, 600]));
        for corner in [[0, 0], [3150, 10], [2000, -30], [2000, 790]] {
            assert!(!screen.shows(corner), "{corner:?}");
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
