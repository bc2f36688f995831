//! The run library as a user has it: the real program, with a data folder of its own.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use poolscope::run::record::{Head, Record};
use serde_json::Value;

/// Two candidates for a moment.
const SHORT: &str = r#"(
    format: 1,
    title: "Short waits",
    tasks: [(name: "wait", stages: [Wait(time: Constant("1ms"))])],
    load: Closed(clients: 2),
    candidates: [(backend: Sequential), (name: "pair", backend: Threads(workers: 2))],
    protocol: (warm_up: "50ms", measure: "200ms", drain: "100ms", noise_floor: false, seed: 42),
)"#;

/// A user with a home of their own.
struct User {
    home: tempfile::TempDir,
}

impl User {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("short.ron"), SHORT).unwrap();
        Self { home }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_poolscope"));
        command
            .args(arguments)
            .current_dir(self.home.path())
            .env("HOME", self.home.path())
            .env("XDG_DATA_HOME", self.at("data"))
            .env("XDG_CONFIG_HOME", self.at("config"))
            .stdin(Stdio::null());
        command
    }

    fn poolscope(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What it prints; it must go well.
    fn told(&self, arguments: &[&str]) -> String {
        let output = self.poolscope(arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}",
            errors(&output)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs the short scenario and gives back its document.
    fn run(&self, options: &[&str]) -> (Value, Output) {
        let arguments = [&["run", "short.ron", "--json"], options].concat();
        let output = self.poolscope(&arguments);
        // A machine under load may not be trusted with its figures; everything else is a fault.
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 4)), "{}", errors(&output));
        (serde_json::from_slice(&output.stdout).unwrap(), output)
    }

    /// The document of the list.
    fn list(&self, options: &[&str]) -> Value {
        let arguments = [&["runs", "list", "--json"], options].concat();
        serde_json::from_str(&self.told(&arguments)).unwrap()
    }

    fn ids(&self, options: &[&str]) -> Vec<String> {
        let list = self.list(options);
        let runs = list["runs"].as_array().unwrap().iter();
        runs.map(|run| run["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// All files of runs below the data folder.
    fn files(&self) -> Vec<PathBuf> {
        let folder = self.at("data/poolscope/runs");
        let Ok(files) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        files.map(|file| file.unwrap().path()).collect()
    }
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_run_is_kept_and_shown_again_as_it_was_on_a_machine_that_never_saw_the_scenario() {
    let user = User::new();
    let (document, output) = user.run(&["--seed", "7", "--only", "pair"]);
    let said = errors(&output);
    let last = said.lines().last().unwrap();
    let id = last
        .strip_prefix("Kept as ")
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    assert_eq!(user.ids(&[]), [id]);
    let shown = user.told(&["runs", "show", "last", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), document);

    let colleague = User::new();
    std::fs::remove_file(colleague.at("short.ron")).unwrap();
    let file = PathBuf::from(user.told(&["runs", "path", id]).trim_end());
    let attachment = colleague.at("attachment.poolscope-run");
    std::fs::copy(file, &attachment).unwrap();
    // As it lies there, and from the library.
    let by_path = colleague.told(&["runs", "show", "attachment.poolscope-run", "--json"]);
    assert_eq!(by_path, shown);
    colleague.told(&["runs", "import", attachment.to_str().unwrap()]);
    assert_eq!(colleague.told(&["runs", "show", id, "--json"]), shown);
    let again = colleague.poolscope(&["runs", "import", attachment.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(2));
    let table = colleague.told(&["runs", "show", id]);
    for text in ["Short waits", "seed 7", "Machine: ", "pair", "done"] {
        assert!(table.contains(text), "{text}: {table}");
    }
    let results = colleague.at("results");
    colleague.told(&["runs", "show", id, "--out", results.to_str().unwrap()]);
    assert!(std::fs::read_dir(&results).unwrap().count() > 2);
    // The scenario came along, with the seed that was given.
    let scenario = colleague.told(&["runs", "show", id, "--scenario"]);
    std::fs::write(colleague.at("theirs.ron"), scenario).unwrap();
    colleague.told(&["check", "theirs.ron"]);
}

#[test]
fn a_run_is_run_again_with_the_same_candidates_and_seed() {
    let user = User::new();
    let (first, _) = user.run(&["--seed", "7", "--only", "pair"]);
    std::fs::remove_file(user.at("short.ron")).unwrap();
    let output = user.poolscope(&["runs", "rerun", "last", "--json"]);
    assert!(
        matches!(output.status.code(), Some(0 | 4)),
        "{}",
        errors(&output)
    );
    let second: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(second["seed"], 7);
    assert_eq!(second["scenario"], first["scenario"]);
    let names = |document: &Value| {
        let candidates = document["candidates"].as_array().unwrap().iter();
        candidates
            .map(|one| one["name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&second), names(&first));
    assert_eq!(user.ids(&[]).len(), 2);
}

#[test]
fn a_program_that_is_killed_leaves_the_blocks_that_had_ended() {
    let user = User::new();
    let mut child = user
        .command(&["run", "short.ron", "--repeats", "100", "--measure", "300ms"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let blocks = || {
        let file = user.files().into_iter().next()?;
        Some(Head::read(&file).ok()?.blocks)
    };
    // A line comes when a block has ended; its frame is written by a thread that waits for nobody.
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    while blocks() < Some(2) {
        lines.next().expect("two blocks are kept").unwrap();
    }
    assert_eq!(user.list(&[])["runs"][0]["state"], "running");
    child.kill().unwrap();
    child.wait().unwrap();
    let listed = user.list(&[]);
    assert_eq!(listed["runs"][0]["state"], "cut");
    let kept = listed["runs"][0]["blocks_ended"].as_u64().unwrap();
    assert!(kept >= 2);
    let record = Record::read(&user.files()[0]).unwrap();
    let run = record.run().unwrap();
    assert_eq!(run.blocks_ended() as u64, kept);
    assert_eq!(run.blocks.len(), 200);
    assert!(run.blocks[0].counts().good > 0);
    let shown = user.told(&["runs", "show", "last"]);
    assert!(shown.contains(": cut after"), "{shown}");
    assert!(shown.contains("pair"), "{shown}");
    // Even so it takes a name, and is still cut.
    user.told(&["runs", "rename", "last", "the one that was killed"]);
    assert_eq!(user.list(&["killed"])["runs"][0]["state"], "cut");
}

#[test]
fn runs_are_named_tagged_searched_and_put_into_the_bin() {
    let user = User::new();
    let (_, output) = user.run(&["--only", "pair"]);
    assert!(errors(&output).contains("Kept as "));
    user.run(&["--only", "sequential"]);
    let ids = user.ids(&[]);
    assert_eq!(ids.len(), 2);
    let pair = user.ids(&["pair"]).remove(0);
    user.told(&["runs", "rename", &pair, "Before", "the", "change"]);
    user.told(&["runs", "tag", "before the change", "prod", "baseline"]);
    user.told(&["runs", "note", &pair, "with the new driver"]);
    user.told(&["runs", "untag", &pair, "prod"]);
    assert_eq!(user.ids(&["change", "driver"]), [&*pair]);
    assert_eq!(user.ids(&["--tag", "baseline"]), [&*pair]);
    assert_eq!(user.ids(&["--tag", "prod"]), Vec::<String>::new());
    let table = user.told(&["runs"]);
    assert!(
        table.contains("Before the change") && table.contains("baseline"),
        "{table}"
    );
    let wrong = user.poolscope(&["runs", "tag", &pair, "two words"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(errors(&wrong).contains("a tag is one word"));

    // A broken file is named, and hides nobody.
    let broken = user.at("data/poolscope/runs/broken.poolscope-run");
    std::fs::write(&broken, "text").unwrap();
    let list = user.list(&[]);
    assert_eq!(list["runs"].as_array().unwrap().len(), 2);
    let error = list["broken"][0]["error"].as_str().unwrap();
    assert!(error.contains("no run of poolscope"), "{error}");
    std::fs::remove_file(broken).unwrap();

    let deleted = user.poolscope(&["runs", "delete", &pair]);
    // Where the folders of a test have no bin, it says what to do instead.
    if deleted.status.code() == Some(0) {
        assert!(
            is_somewhere_below(user.home.path(), &pair),
            "{}",
            errors(&deleted)
        );
    } else {
        assert!(
            errors(&deleted).contains("--forever"),
            "{}",
            errors(&deleted)
        );
        user.told(&["runs", "delete", &pair, "--forever"]);
    }
    let left: Vec<_> = ids.into_iter().filter(|id| *id != pair).collect();
    assert_eq!(user.ids(&[]), left);
    let unknown = user.poolscope(&["runs", "show", &pair]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(errors(&unknown).contains("no run is called"));
}

#[test]
fn a_run_that_cannot_be_kept_is_a_warning_and_one_that_shall_not_be_is_none() {
    let user = User::new();
    let (_, output) = user.run(&["--no-keep"]);
    assert!(!errors(&output).contains("Kept as"), "{}", errors(&output));
    assert_eq!(user.ids(&[]), Vec::<String>::new());
    std::fs::write(user.at("data"), "a file where the folder should be").unwrap();
    let (document, output) = user.run(&[]);
    let said = errors(&output);
    assert!(
        said.contains("warning: this run is not kept, or not all of it: "),
        "{said}"
    );
    assert_eq!(document["candidates"].as_array().unwrap().len(), 2);
}

/// Whether a file that has `part` in its name is anywhere below `folder`.
fn is_somewhere_below(folder: &Path, part: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|file| {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.contains(part) || (path.is_dir() && is_somewhere_below(&path, part))
    })
}

#[test]
fn a_run_that_is_opened_without_a_display_is_shown() {
    let user = User::new();
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/record/v2.poolscope-run"
    );
    let mut command = user.command(&[file]);
    for display in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(display);
    }
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(
        told.contains("throughput") || told.contains("Throughput"),
        "{told}"
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("the run is shown here instead"), "{said}");
}
