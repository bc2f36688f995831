//! The real window on a real display: opened, clicked through one run, closed.
//!
//! Needs a display, `xdotool` and Linux. Without them it says that it was skipped, unless
//! `POOLSCOPE_REQUIRE_WINDOW` is set, as `.ci/run` does.

#![cfg(all(feature = "gui", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/parts.rs"]
mod parts;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use live::{say_skipped, scenario};
use parts::parts_below;

/// Longer than a window takes to open on a loaded machine; only a hang gets there.
const PATIENCE: Duration = Duration::from_mins(3);
/// Where the Run button of the toolbar is: pixels from the window's right and upper edge.
const RUN_BUTTON: (i32, i32) = (72, 58);

/// Why the test cannot run here, if it cannot.
fn missing() -> Option<&'static str> {
    if std::env::var_os("DISPLAY").is_none_or(|display| display.is_empty()) {
        return Some("there is no display");
    }
    let xdotool = Command::new("xdotool")
        .arg("version")
        .stdout(Stdio::null())
        .status();
    (!xdotool.is_ok_and(|status| status.success())).then_some("xdotool is not installed")
}

/// What `xdotool` answers; none if it fails, as it does while there is no window.
fn xdotool(arguments: &[&str]) -> Option<String> {
    let output = Command::new("xdotool").args(arguments).output().unwrap();
    let answer = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    (output.status.success() && !answer.is_empty()).then_some(answer)
}

fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::yield_now();
    }
}

/// The program, killed if the test fails.
struct Program(Child);

impl Program {
    /// One for each block that is under way. What a guard starts bears its name too, for the moment until it is
    /// another program, and is none.
    fn guards(&self) -> impl Iterator<Item = u32> {
        let parent = format!("PPid:\t{}", self.0.id());
        let is_own = move |pid: u32| {
            std::fs::read_to_string(format!("/proc/{pid}/status"))
                .is_ok_and(|status| status.lines().any(|line| line == parent))
        };
        let parts = parts_below(self.0.id());
        parts
            .into_iter()
            .filter(move |(pid, part)| part == "__guard" && is_own(*pid))
            .map(|(pid, _)| pid)
    }

    fn status(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended by itself if the test went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program with its window, showing this scenario file.
fn opened(file: &Path, home: &Path) -> Program {
    let child = Command::new(env!("CARGO_BIN_EXE_poolscope"))
        .arg(file)
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("XDG_DATA_HOME", home)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    Program(child)
}

/// The window of the program, which gets the keyboard.
fn window_of(program: &mut Program) -> String {
    let pid = program.0.id().to_string();
    let windows = eventually("the window is there", || {
        assert_eq!(program.status(), None, "the program ended early");
        xdotool(&[
            "search",
            "--all",
            "--onlyvisible",
            "--pid",
            &pid,
            "--name",
            "poolscope",
        ])
    });
    let window = windows.lines().next().unwrap();
    // A display without a window manager gives nobody the keyboard.
    eventually("the window has the keyboard", || {
        Command::new("xdotool")
            .args(["windowfocus", "--sync", window])
            .status()
            .is_ok_and(|status| status.success())
            .then_some(())
    });
    window.to_owned()
}

/// Where the Run button is in `window`.
fn run_button(window: &str) -> (String, String) {
    let geometry = xdotool(&["getwindowgeometry", "--shell", window]).unwrap();
    let width: i32 = geometry
        .lines()
        .find_map(|line| line.strip_prefix("WIDTH="))
        .unwrap()
        .parse()
        .unwrap();
    ((width - RUN_BUTTON.0).to_string(), RUN_BUTTON.1.to_string())
}

#[test]
fn a_run_is_clicked_through_in_a_real_window() {
    if let Some(reason) = missing() {
        assert!(
            std::env::var_os("POOLSCOPE_REQUIRE_WINDOW").is_none(),
            "{reason}"
        );
        return say_skipped(reason);
    }
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("short.ron");
    let backends = ["Threads(workers: 2)", "Processes(workers: 2)"];
    let stages = r#"[Wait(time: Constant("5ms"))]"#;
    // Each block is there for seconds: whoever looks now and then sees it.
    let text = scenario(stages, "Closed(clients: 4)", &backends)
        .replace(r#"measure: "300ms""#, r#"measure: "3s""#);
    std::fs::write(&file, text).unwrap();
    let mut program = opened(&file, home.path());
    let window = window_of(&mut program);
    let (x, y) = run_button(&window);

    let mut guards = BTreeSet::new();
    eventually("a click on Run starts a runner", || {
        let click = ["mousemove", "--window", &window, &x, &y, "click", "1"];
        Command::new("xdotool").args(click).status().unwrap();
        // A second click would be on Stop: it is given time to take effect.
        let until = Instant::now() + Duration::from_secs(30);
        while guards.is_empty() && Instant::now() < until {
            guards.extend(program.guards());
        }
        (!guards.is_empty()).then_some(())
    });
    eventually("both blocks have run", || {
        assert_eq!(program.status(), None, "the program ended early");
        let before = guards.len();
        guards.extend(program.guards());
        (before == backends.len() && program.guards().next().is_none()).then_some(())
    });

    xdotool(&["key", "--window", &window, "ctrl+q"]);
    let status = eventually("the window closes", || {
        Command::new("xdotool")
            .args(["key", "ctrl+q"])
            .status()
            .unwrap();
        let until = Instant::now() + Duration::from_secs(1);
        while Instant::now() < until {
            if let Some(status) = program.status() {
                return Some(status);
            }
        }
        None
    });
    assert!(status.success(), "{status}");
}
