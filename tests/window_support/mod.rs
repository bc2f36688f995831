//! The window in tests: opened without a screen, looked at by its labels, and used as a person uses it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses a part of it, in a crate of its own, and may fail by panicking"
)]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use poolscope::gui::action::{Action, Format};
use poolscope::gui::app::{App, Page, Services};
use poolscope::gui::dialogs::{FileDialogs, FileRequest, Picked};
use poolscope::gui::notify::Notifier;
use poolscope::run::Run;

/// The window under test.
pub type Window = Harness<'static, App>;

/// Longer than anything in these tests takes on a machine under load.
const PATIENCE: Duration = Duration::from_mins(2);

/// Answers every dialog alike.
struct Canned(Picked);

impl FileDialogs for Canned {
    fn pick(&self, _request: &FileRequest) -> Picked {
        self.0.clone()
    }
}

/// Keeps what the desktop would have been told.
#[derive(Default)]
pub struct Told(pub Mutex<Vec<String>>);

impl Notifier for Told {
    fn notify(&self, title: &str, text: &str) -> Result<(), String> {
        self.0.lock().unwrap().push(format!("{title}: {text}"));
        Ok(())
    }
}

/// A window that is about to open.
pub struct Opening {
    size: [f32; 2],
    page: Page,
    services: Services,
}

/// A window of the smallest size, as if a file had been given, that keeps nothing, starts nothing and cancels every dialog.
pub fn opening() -> Opening {
    Opening {
        size: [1280.0, 800.0],
        page: Page::Plan,
        services: Services {
            dialogs: Arc::new(Canned(Picked::Cancelled)),
            notifier: Arc::new(Told::default()),
            executable: PathBuf::from("no-such-executable"),
            settings_dir: None,
            runs_dir: None,
        },
    }
}

impl Opening {
    /// With so many points below each other, so that nothing has to be scrolled to.
    pub fn tall(mut self, height: f32) -> Self {
        self.size[1] = height;
        self
    }

    /// On the start page, as without a file.
    pub fn at_the_start(mut self) -> Self {
        self.page = Page::Start;
        self
    }

    /// Every dialog is answered like this.
    pub fn answering(mut self, answer: Picked) -> Self {
        self.services.dialogs = Arc::new(Canned(answer));
        self
    }

    /// The desktop is told by this.
    pub fn telling(mut self, told: Arc<Told>) -> Self {
        self.services.notifier = told;
        self
    }

    /// With this executable as runner.
    pub fn running(mut self, executable: &str) -> Self {
        self.services.executable = PathBuf::from(executable);
        self
    }

    /// Settings are kept there.
    pub fn settings_in(mut self, folder: Option<PathBuf>) -> Self {
        self.services.settings_dir = folder;
        self
    }

    /// Runs are kept there.
    pub fn runs_in(mut self, folder: Option<PathBuf>) -> Self {
        self.services.runs_dir = folder;
        self
    }

    /// Opens it.
    pub fn open(self) -> Window {
        let mut window = Harness::builder()
            .with_size(self.size)
            .build_eframe(|creation| {
                let mut app = App::new(&creation.egui_ctx, self.services);
                app.begin_at(self.page);
                app
            });
        window.run_steps(3);
        window
    }

    /// Opens it with a run that is only looked at.
    pub fn open_with(self, run: Run) -> Window {
        let mut window = self.open();
        window.state_mut().show_run(run);
        window.run_steps(3);
        window
    }
}

/// Draws frames until `done`; background threads need a moment.
pub fn run_until(window: &mut Window, what: &str, done: impl Fn(&Window) -> bool) {
    let start = Instant::now();
    while !done(window) {
        assert!(start.elapsed() < PATIENCE, "never happened: {what}");
        std::thread::yield_now();
        window.step();
    }
}

/// Whether `text` is part of a label.
pub fn is_shown(window: &Window, text: &str) -> bool {
    window.query_all_by_label_contains(text).next().is_some()
}

/// Draws frames until `text` is part of a label.
pub fn wait_for(window: &mut Window, text: &str) {
    run_until(window, text, |window| is_shown(window, text));
}

/// Clicks on what is called `label`, scrolling to it first: what stands below the fold depends on the machine.
pub fn click(window: &mut Window, label: &str) {
    let place = |window: &Window| window.get_by_label(label).rect();
    window.get_by_label(label).scroll_to_me();
    // It begins late and takes some frames: until it stands still.
    let (mut before, mut still) = (place(window), 0);
    for _ in 0..60 {
        window.run_steps(1);
        let now = place(window);
        still = if now == before { still + 1 } else { 0 };
        before = now;
        if still == 4 {
            break;
        }
    }
    window.get_by_label(label).click();
    window.run_steps(3);
}

/// Clicks on what is called `label` wherever it is scrolled to.
pub fn press(window: &mut Window, label: &str) {
    window.get_by_label(label).click_accesskit();
    window.run_steps(3);
}

/// Asks for something as a panel would.
pub fn ask(window: &mut Window, action: Action) {
    window.state_mut().request(action);
    window.run_steps(3);
}

/// Types into the field of that name.
pub fn type_into(window: &mut Window, field: &str, text: &str) {
    let role = if field == "Note" {
        egui::Role::MultilineTextInput
    } else {
        egui::Role::TextInput
    };
    window.get_by_role_and_label(role, field).focus();
    window.run_steps(2);
    window.get_by_role_and_label(role, field).type_text(text);
    window.run_steps(3);
}

/// Chooses that form in the menu of the chart and waits until the file is written.
pub fn export_chart(window: &mut Window, chart: &str, format: Format) {
    press(window, &format!("Export {chart}"));
    press(window, &format!("Export as {}…", format.label()));
    wait_for(window, "Exported");
}
