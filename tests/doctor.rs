//! `doctor` with the real executable: what it prints, and that nothing stays behind.
//!
//! Figures and judgements are those of the machine and are not held to anything here.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "live/parts.rs"]
mod parts;

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

fn doctor(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_poolscope"));
    command.arg("doctor").args(arguments);
    command
}

#[test]
fn a_quick_examination_gives_one_document_with_every_section_but_the_self_tests() {
    let output = doctor(&["--quick", "--json"]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["schema"], "poolscope.doctor/1");
    assert_eq!(
        (&document["quick"], &document["self_tests_hold"]),
        (&true.into(), &true.into())
    );
    let lines = document["lines"].as_array().unwrap();
    for section in [
        "machine",
        "quiet",
        "timers",
        "files",
        "limits",
        "interpreters",
        "cost",
    ] {
        let of_section = lines.iter().filter(|line| line["section"] == section);
        assert!(of_section.count() > 0, "{section}");
    }
    let of = |start: &str| {
        let found = lines
            .iter()
            .find(|line| line["what"].as_str().unwrap().starts_with(start));
        found.unwrap_or_else(|| panic!("no line '{start}'"))
    };
    assert!(of("reading the clock")["value"].as_f64().unwrap() > 0.0);
    for backend in ["sequential", "threads", "processes", "async", "hybrid"] {
        of(&format!("added to a task on {backend}"));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        !text.contains("/tmp") && !text.contains("/home"),
        "no paths: {text}"
    );
    assert!(
        errors.contains("doctor: reading clocks"),
        "progress on standard error: {errors}"
    );
}

#[test]
fn an_interrupted_examination_ends_with_its_code_and_leaves_nothing_behind() {
    let mut child = doctor(&["--quick"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Stopped, so that it is not done before it is interrupted.
    let mut parts = Vec::new();
    let is_probe = |(_, part): &&(u32, String)| part == "__probe";
    let deadline = Instant::now() + Duration::from_mins(2);
    while parts.iter().find(is_probe).is_none() {
        assert!(Instant::now() < deadline, "there is a probe: {parts:?}");
        parts = parts::parts_below(child.id());
    }
    let (probe, _) = parts.iter().find(is_probe).unwrap();
    kill(Pid::from_raw(probe.cast_signed()), Signal::SIGSTOP).unwrap();
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    let mut errors = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut errors)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{errors}");
    let deadline = Instant::now() + Duration::from_mins(2);
    while parts.iter().any(|(pid, _)| parts::part_of(*pid).is_some()) {
        assert!(Instant::now() < deadline, "guard and probe are gone");
        std::thread::yield_now();
    }
}
