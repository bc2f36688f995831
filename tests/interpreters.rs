//! Interpreters of the machine, with the real executable and scripts in their place: no Python is needed.
//!
//! The scripts lie in a folder that is all of `PATH`; settings go into a folder of the test's own.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A machine with nothing but what a test puts there.
struct Machine {
    root: TempDir,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("bin")).unwrap();
        Self { root }
    }

    fn at(&self, inner: &str) -> PathBuf {
        self.root.path().join(inner)
    }

    /// Puts a shell script there.
    fn script(&self, inner: &str, body: &str) -> PathBuf {
        let path = self.at(inner);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        path
    }

    /// Puts something there that answers as an interpreter does.
    fn python(&self, inner: &str, implementation: &str, version: &str, packages: &str) -> PathBuf {
        let path = self.at(inner);
        let mut numbers = version.split('.');
        let (major, minor) = (numbers.next().unwrap(), numbers.next().unwrap());
        let free_threaded = inner.ends_with('t');
        let answer = format!(
            r#"{{"poolscope": 1, "executable": "{0}", "prefix": "{0}-prefix", "base_prefix": "{0}-prefix",
            "implementation": "{implementation}", "version": "{version}", "major_minor": [{major}, {minor}],
            "built": "Jan  1 2026", "compiler": "GCC 12", "debug": false, "free_threaded": {free_threaded},
            "lock_enabled": {1}, "packages": {{{packages}}}}}"#,
            path.display(),
            !free_threaded,
        );
        let answer = answer.replace('\n', "");
        self.script(inner, &format!("echo hello\necho '{answer}'"))
    }

    /// Puts something there that never answers, and says in a file which processes it is.
    fn hanging(&self, inner: &str) -> PathBuf {
        let pids = self.at("pids");
        self.script(
            inner,
            &format!("/bin/sleep 1000 &\necho $$ $! > {}\nwait", pids.display()),
        );
        pids
    }

    fn poolscope(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_poolscope"));
        command
            .args(arguments)
            .env("PATH", self.at("bin"))
            .env("XDG_CONFIG_HOME", self.at("config"))
            .env("XDG_DATA_HOME", self.at("data"))
            .env("HOME", self.at("home"))
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.poolscope(arguments).output().unwrap()
    }

    /// What `python list` says.
    fn list(&self) -> Value {
        let output = self.run(&["python", "list", "--json"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["schema"], "poolscope.interpreters/1");
        document
    }

    fn scenario(&self, candidates: &str) -> String {
        let path = self.at("scenario.ron");
        let text = format!(
            "(format: 1, title: \"Test\", tasks: [(name: \"task\", stages: [Cpu(amount: Work(100))])],
            load: Closed(clients: 1), candidates: [{candidates}],
            protocol: (warm_up: \"20ms\", measure: \"100ms\", drain: \"500ms\"))"
        );
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn is_alive(pid: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = state.rsplit(')').next().unwrap_or_default().trim_start();
    !state.is_empty() && !state.starts_with('Z')
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(2);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

/// The processes that a hanging script said it is, once it has.
fn hanging_pids(file: &Path) -> Vec<String> {
    let mut pids = Vec::new();
    eventually("the script says who it is", || {
        let text = fs::read_to_string(file).unwrap_or_default();
        pids = text.split_whitespace().map(str::to_owned).collect();
        pids.len() == 2
    });
    pids
}

#[test]
fn each_executable_is_asked_and_who_does_not_answer_says_why() {
    let machine = Machine::new();
    machine.python(
        "bin/python3",
        "CPython",
        "3.11.4",
        r#""joblib": "1.4.2", "numpy": "2.0""#,
    );
    machine.python("bin/python3.13t", "CPython", "3.13.0", "");
    machine.python("bin/python3.10", "PyPy", "3.10.14", "");
    machine.python("bin/python3.8", "CPython", "3.8.18", "");
    machine.script("bin/python3.9", "echo something else");
    machine.script("bin/python3.14", "echo 'no library' >&2; exit 3");
    machine.script("bin/python", "while :; do echo endless; done");
    fs::write(machine.at("bin/python3.7"), "#!/nowhere/sh\n").unwrap();
    fs::set_permissions(
        machine.at("bin/python3.7"),
        PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let pids = machine.hanging("bin/python3.6");
    let document = machine.list();
    let rows: Vec<_> = document["interpreters"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    let names = |row: &Value| {
        let names = row["names"].as_array().unwrap().iter();
        names
            .map(|name| name.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(names(rows[0]), "python python3.11");
    assert_eq!(rows[0]["packages"], serde_json::json!({"joblib": "1.4.2"}));
    assert_eq!(
        (&rows[0]["free_threaded"], &rows[0]["usable"]),
        (&false.into(), &true.into())
    );
    assert_eq!(names(rows[1]), "python3.13t");
    assert_eq!(
        (&rows[1]["free_threaded"], &rows[1]["lock_enabled"]),
        (&true.into(), &false.into())
    );
    let trouble = |name: &str| {
        let row = rows.iter().find(|row| names(row) == name);
        let row = row.unwrap_or_else(|| panic!("no row {name}: {document}"));
        assert_eq!(row["usable"], false, "{name}");
        row["trouble"].as_str().unwrap().to_owned()
    };
    assert!(trouble("pypy3.10").starts_with("is PyPy 3.10.14"));
    assert!(trouble("python3.8").contains("3.9 or later is needed"));
    assert_eq!(
        trouble("python3.9"),
        "did not answer as an interpreter does"
    );
    assert_eq!(trouble("python3.14"), "ended with code 3: no library");
    assert_eq!(trouble("python-2"), "prints without end");
    assert!(trouble("python3.7").starts_with("cannot be started"));
    assert_eq!(trouble("python3.6"), "did not answer within 5 s");
    assert_eq!(rows.len(), 9);
    for pid in hanging_pids(&pids) {
        eventually("nothing of a script that hangs stays", || !is_alive(&pid));
    }
}

#[test]
fn a_search_that_is_killed_leaves_no_interpreter_behind() {
    let machine = Machine::new();
    let pids = machine.hanging("bin/python3");
    let mut child = machine
        .poolscope(&["python", "list"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pids = hanging_pids(&pids);
    // SIGKILL: nothing of it can clean up.
    child.kill().unwrap();
    child.wait().unwrap();
    for pid in pids {
        eventually("the guard ends all", || !is_alive(&pid));
    }
}

#[test]
fn an_interpreter_learns_nothing_of_the_environment() {
    let machine = Machine::new();
    machine.script(
        "bin/python3",
        "echo \"secret=$SECRET path=$PYTHONPATH here=$PWD\" >&2; exit 1",
    );
    let output = machine
        .poolscope(&["python", "list"])
        .env("SECRET", "s3cret")
        .env("PYTHONPATH", "/elsewhere")
        .output()
        .unwrap();
    let text = stdout(&output);
    assert!(text.contains("secret= path= here="), "{text}");
    assert!(
        text.contains("poolscope-scratch-"),
        "in the scratch folder: {text}"
    );
}

#[test]
fn interpreters_and_addresses_are_added_listed_and_removed() {
    let machine = Machine::new();
    machine.python("bin/python3", "CPython", "3.11.4", "");
    machine.python(
        "envs/analytics/bin/python",
        "CPython",
        "3.12.1",
        r#""ray": "2.9""#,
    );
    let venv = machine.at("envs/analytics");
    let venv = venv.to_str().unwrap();
    let added = machine.run(&["python", "add", "analytics", venv]);
    assert_eq!(code(&added), 0, "{}", stderr(&added));
    assert_eq!(
        stdout(&added),
        "analytics: CPython 3.12.1, interpreter lock; packages: ray 2.9\n"
    );
    for address in [
        ["dask", "tcp://10.0.0.1:8786"],
        ["ray", "ray://10.0.0.2:10001"],
    ] {
        let set = machine.run(&["python", address[0], address[1]]);
        assert_eq!((code(&set), stderr(&set).as_str()), (0, ""));
    }
    let document = machine.list();
    assert_eq!(document["dask_address"], "tcp://10.0.0.1:8786");
    let row = &document["interpreters"][1];
    assert_eq!(
        (&row["names"], &row["added"], &row["path"]),
        (
            &serde_json::json!(["analytics"]),
            &true.into(),
            &venv.into()
        )
    );
    assert_eq!(code(&machine.run(&["python", "ray", "--none"])), 0);
    assert_eq!(code(&machine.run(&["python", "remove", "analytics"])), 0);
    let document = machine.list();
    assert_eq!(document["interpreters"].as_array().unwrap().len(), 1);
    assert!(document["ray_address"].is_null() && !document["dask_address"].is_null());
}

#[test]
fn what_cannot_be_added_is_refused_with_the_reason_and_code_2() {
    let machine = Machine::new();
    machine.python("bin/python3", "CPython", "3.11.4", "");
    machine.script("bad/python3", "exit 9");
    let at = |inner: &str| machine.at(inner).to_str().unwrap().to_owned();
    for (arguments, said) in [
        (
            vec!["add", "bad", &at("bad/python3")],
            "it ended with code 9",
        ),
        (
            vec!["add", "gone", &at("nowhere")],
            "is not at the path that was given",
        ),
        (vec!["add", "empty", &at("bad")], "no virtual environment"),
        (
            vec!["add", "a/b", &at("bin/python3")],
            "cannot be called 'a/b'",
        ),
        (vec!["remove", "other"], "no interpreter called 'other'"),
        (vec!["dask", "somewhere"], "write one such as tcp://"),
        (vec!["dask"], "--none"),
        (vec!["dask", "tcp://a:1", "--none"], "cannot be used with"),
    ] {
        let output = machine.run(&[&["python"], &arguments[..]].concat());
        assert_eq!(code(&output), 2, "{arguments:?}: {}", stderr(&output));
        assert!(
            stderr(&output).contains(said),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
    assert!(!machine.at("config/poolscope/local.ron").exists());
}

#[test]
fn settings_with_a_mistake_are_told_with_their_place_and_stay_as_they_are() {
    let machine = Machine::new();
    machine.python("bin/python3", "CPython", "3.11.4", "");
    let file = machine.at("config/poolscope/local.ron");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let text = "(\n  interpreters: [(nam: \"x\")],\n)";
    fs::write(&file, text).unwrap();
    let path = machine.at("bin/python3");
    for arguments in [
        &["list"][..],
        &["add", "x", path.to_str().unwrap()],
        &["ray", "auto"],
    ] {
        let output = machine.run(&[&["python"], arguments].concat());
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(
            stderr(&output).contains("local.ron:2:"),
            "{}",
            stderr(&output)
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

#[test]
fn check_warns_of_what_this_machine_lacks_and_says_how_to_get_it() {
    let machine = Machine::new();
    let executable = machine.python("bin/python3", "CPython", "3.11.4", "");
    let file = machine.scenario(
        "(backend: Python(Sequential)), (backend: Python(Sequential), python: \"analytics\"),
         (backend: Python(Ray(workers: 2)))",
    );
    let output = machine.run(&["check", &file]);
    assert_eq!(
        code(&output),
        0,
        "another machine may have it: {}",
        stderr(&output)
    );
    let errors = stderr(&output);
    assert!(!errors.contains("candidates[0]"), "{errors}");
    assert!(
        errors.contains("warning: candidates[1]: There is no interpreter called 'analytics'"),
        "{errors}"
    );
    let command = format!("{} -m pip install ray", executable.display());
    assert!(errors.contains(&command), "{errors}");
}

#[test]
fn a_missing_interpreter_fails_its_own_blocks_and_the_others_run_on() {
    let machine = Machine::new();
    let file = machine.scenario("(backend: Python(Sequential)), (backend: Sequential)");
    let output = machine.run(&["run", &file, "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let good = |index: usize| document["candidates"][index]["counts"]["good"].as_u64();
    assert!(good(1).unwrap() > 0, "{document}");
    assert_eq!(good(0).unwrap_or(0), 0, "{document}");
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    assert!(
        stderr(&output).contains("There is no interpreter of CPython on this machine"),
        "{}",
        stderr(&output)
    );
}
