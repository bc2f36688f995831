//! What the window remembers from one start to the next: how it looks, where it stands, panels, recent files.
//!
//! A small RON file in the user's configuration folder. A file that is missing or cannot be read is the
//! same as none: the window starts with defaults, and nothing but convenience is lost.

use std::io::Write;
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use serde::{Deserialize, Serialize};

use crate::gui::app::{Page, SidebarTab};
use crate::gui::board_settings::BoardSettings;
use crate::gui::theme::ThemeChoice;

/// As many recent files as a glance takes in.
const RECENT_MAX: usize = 8;
/// The file within the configuration folder.
const FILE_NAME: &str = "window.ron";
/// Eight paths and a few words are far below; more is not ours.
const MAX_FILE_BYTES: u64 = 256 * 1024;

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// Light, dark, or as the system has it.
    pub theme: ThemeChoice,
    /// Whether the panel on the left is shown.
    pub sidebar: bool,
    /// Whether the panel with the results is shown.
    pub results: bool,
    /// How exported pictures look.
    pub pictures: PictureSettings,
    /// Size of everything, in percent of the usual.
    pub scale_percent: u16,
    /// Stronger text and lines in both themes.
    pub high_contrast: bool,
    /// Marks on the lines of charts, so that candidates are told apart without colour.
    pub line_marks: bool,
    /// Charts of a run move once a second.
    pub reduced_motion: bool,
    /// Charts move smoothly while a run measures, which takes from the run.
    pub smooth_charts: bool,
    /// Whether the desktop is told that a long run has ended.
    pub notify: bool,
    /// A run that took at least so many seconds is a long one.
    pub notify_after_secs: u32,
    /// Where the window stood; none before it was closed for the first time.
    pub window: Option<WindowPlace>,
    /// The page in the middle.
    pub page: Page,
    /// What the panel on the left showed.
    pub tab: SidebarTab,
    /// Width of the panel on the left, in points; none before it was drawn.
    pub sidebar_width: Option<u16>,
    /// Height of the results, in points; none before they were drawn.
    pub results_height: Option<u16>,
    /// Scenario files, the newest first.
    pub recent: Vec<PathBuf>,
    /// Whether the tour was taken or declined.
    pub tour_seen: bool,
    /// Whether charts were zoomed once: they no longer say how.
    pub zoom_known: bool,
    /// The board of charts.
    pub board: BoardSettings,
}

/// Where a window stands on its screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// Its upper left corner in pixels of the whole desktop; none where the system does not tell.
    pub corner: Option<[i32; 2]>,
    /// Width and height of what is inside, in points of the system.
    pub size: [u16; 2],
    /// Whether it fills the screen; the rest is then where it stood before.
    pub maximized: bool,
}

/// The smallest and the largest size of everything, in percent of the usual.
pub const SCALE_PERCENT: std::ops::RangeInclusive<u16> = 50..=300;
/// How exported pictures look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PictureSettings {
    /// Pixels per unit.
    pub scale: PictureScale,
    /// Light, dark, for paper.
    pub look: PictureLook,
}

/// How many pixels a picture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PictureScale {
    /// One pixel per unit.
    One,
    /// Two pixels per unit.
    #[default]
    Two,
    /// Four pixels per unit.
    Four,
}

impl PictureScale {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Four];

    /// Pixels per unit.
    #[must_use]
    pub const fn factor(self) -> f32 {
        match self {
            Self::One => 1.0,
            Self::Two => 2.0,
            Self::Four => 4.0,
        }
    }

    /// As it stands beside its button.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::One => "1×",
            Self::Two => "2×",
            Self::Four => "4×",
        }
    }

    /// What it is good for.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::One => "Small, for a chat or a page",
            Self::Two => "Sharp on slides and on dense screens",
            Self::Four => "For print and posters",
        }
    }
}

/// The colours of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PictureLook {
    /// As the window.
    #[default]
    Window,
    /// On white.
    Light,
    /// On dark grey.
    Dark,
    /// On white, black and thicker.
    Print,
}

impl PictureLook {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Window, Self::Light, Self::Dark, Self::Print];

    /// As it stands beside its button.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Window => "As the window",
            Self::Light => "Light, for slides",
            Self::Dark => "Dark, for dark slides",
            Self::Print => "Print, for paper",
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            sidebar: true,
            results: true,
            pictures: PictureSettings::default(),
            scale_percent: 100,
            high_contrast: false,
            line_marks: false,
            reduced_motion: false,
            smooth_charts: false,
            notify: true,
            notify_after_secs: 30,
            window: None,
            page: Page::Start,
            tab: SidebarTab::Library,
            sidebar_width: None,
            results_height: None,
            recent: Vec::new(),
            tour_seen: false,
            zoom_known: false,
            board: BoardSettings::default(),
        }
    }
}

impl Settings {
    /// Reads the settings of `folder`, or takes the defaults.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        let path = folder.join(FILE_NAME);
        if std::fs::metadata(&path).is_ok_and(|file| file.len() > MAX_FILE_BYTES) {
            return Self::default();
        }
        let Ok(text) = std::fs::read_to_string(&path) else {
            return Self::default();
        };
        let mut settings: Self = ron::from_str(&text).unwrap_or_else(|error| {
            log::warn!("the window's settings are not readable and start anew: {error}");
            Self::default()
        });
        // Edited by hand, everything could be too small to be changed back.
        let (least, most) = (*SCALE_PERCENT.start(), *SCALE_PERCENT.end());
        settings.scale_percent = settings.scale_percent.clamp(least, most);
        settings
    }

    /// Writes the settings to `folder`.
    pub fn save(&self, folder: &Path) -> std::io::Result<()> {
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default())
            .map_err(std::io::Error::other)?;
        std::fs::create_dir_all(folder)?;
        let mut file = AtomicWriteFile::open(folder.join(FILE_NAME))?;
        file.write_all(text.as_bytes())?;
        file.commit()
    }

    /// Puts `path` at the head of the recent files.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_path_buf());
        self.recent.truncate(RECENT_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_restart_and_a_broken_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("poolscope");
        assert_eq!(Settings::load(&inner), Settings::default());
        let mut settings = Settings {
            theme: ThemeChoice::Light,
            ..Settings::default()
        };
        settings.remember(Path::new("/tmp/a.ron"));
        settings.save(&inner).unwrap();
        assert_eq!(Settings::load(&inner), settings);
        std::fs::write(inner.join(FILE_NAME), "(theme: Plaid").unwrap();
        assert_eq!(Settings::load(&inner), Settings::default());
    }

    #[test]
    fn recent_files_are_few_distinct_and_the_newest_first() {
        let mut settings = Settings::default();
        for number in 0..20 {
            settings.remember(Path::new(&format!("{}.ron", number % 10)));
        }
        settings.remember(Path::new("7.ron"));
        assert_eq!(settings.recent.len(), RECENT_MAX);
        assert_eq!(
            settings.recent[..2],
            [PathBuf::from("7.ron"), PathBuf::from("9.ron")]
        );
    }
}
