//! Asking one interpreter what it is, without trusting it: it may hang, talk nonsense, or be something else.
//!
//! It is started isolated (`-I`), in the scratch folder, with a cleared environment, and bound to the finder's life
//! before its own first instruction: see [`become_python`](crate::engine::become_python).

use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;

use crate::engine::{NOT_STARTED, PYTHON_PART};
use crate::scenario::PythonPool;
use crate::wire::{InterpreterFacts, PACKAGES, Threading, Trouble};

/// What it is asked with.
const QUESTION: &str = include_str!("../../../assets/interpreter_facts.py");
/// An interpreter answers within a tenth of a second; a cold disk and a busy machine are far below this.
const PATIENCE: Duration = Duration::from_secs(5);
/// An answer has less than a kilobyte; a package that prints at start-up may say something before it.
const ANSWER_BYTES_MAX: u64 = 64 << 10;
/// Of its last words that many characters are kept.
const SAID_CHARS_MAX: usize = 240;
/// How often is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(2);
/// All that it learns of our environment: how to find its own files, and which version a user's own switch between
/// versions stands at. Nothing of it changes what Python does.
const ENVIRONMENT: [&str; 8] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "TZ",
    "PYENV_ROOT",
    "PYENV_VERSION",
];

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// None came in time; on a machine that has other things to do a second attempt may go better.
    InTime,
    /// For any other reason, which would be the same again.
    For(Trouble),
}

impl From<NoAnswer> for Trouble {
    fn from(why: NoAnswer) -> Self {
        match why {
            NoAnswer::For(trouble) => trouble,
            NoAnswer::InTime => trouble(
                &format!("did not answer within {} s", PATIENCE.as_secs()),
                "",
            ),
        }
    }
}

/// The answer as it comes.
#[derive(Deserialize)]
struct Answer {
    poolscope: u32,
    base_prefix: String,
    executable: String,
    prefix: String,
    implementation: String,
    version: String,
    major_minor: (u32, u32),
    built: String,
    compiler: String,
    debug: bool,
    free_threaded: bool,
    lock_enabled: bool,
    packages: std::collections::BTreeMap<String, String>,
}

/// Asks `interpreter`; `own` is the executable of this program.
pub(super) fn ask(
    interpreter: &Path,
    own: &Path,
    scratch: &Path,
) -> Result<InterpreterFacts, NoAnswer> {
    let deadline = Instant::now() + PATIENCE;
    let mut child = start(interpreter, own, scratch)
        .map_err(|error| trouble(&format!("cannot be started ({error})"), ""))
        .map_err(NoAnswer::For)?;
    let printed = read(child.0.stdout.take());
    let complained = read(child.0.stderr.take());
    let text = printed.recv_deadline(deadline);
    if text
        .as_ref()
        .is_ok_and(|text| text.len() as u64 > ANSWER_BYTES_MAX)
    {
        return Err(NoAnswer::For(trouble("prints without end", "")));
    }
    let status = child.wait_until(deadline);
    let (Ok(text), Some(status)) = (text, status) else {
        return Err(NoAnswer::InTime);
    };
    let said = match complained.recv_deadline(deadline) {
        Ok(said) => last_words(&said),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => String::new(),
    };
    let mut facts = judge(&text, status, &said).map_err(NoAnswer::For)?;
    if facts.executable.is_empty() {
        facts.executable = interpreter.display().to_string();
    }
    Ok(facts)
}

/// What the output of an interpreter that has ended means.
fn judge(text: &str, status: ExitStatus, said: &str) -> Result<InterpreterFacts, Trouble> {
    if let Some(reason) = said.strip_prefix(NOT_STARTED) {
        return Err(trouble("cannot be started", reason));
    }
    if said.contains("Unknown option: -I") {
        let (major, minor) = PythonPool::Sequential.version_min();
        let what = format!("is too old: CPython {major}.{minor} or later is needed");
        return Err(trouble(&what, said));
    }
    match status.code() {
        Some(0) => {}
        Some(code) => return Err(trouble(&format!("ended with code {code}"), said)),
        None => return Err(trouble("was ended by a signal", said)),
    }
    // A package that prints at start-up speaks first.
    let lines = text.lines().rev();
    let answer = lines
        .filter_map(|line| serde_json::from_str::<Answer>(line).ok())
        .find(|answer| answer.poolscope == 1);
    let answer = answer.ok_or_else(|| trouble("did not answer as an interpreter does", said))?;
    let known = |name: &&str| answer.packages.contains_key(*name);
    let packages = PACKAGES.iter().filter(|name| known(name));
    Ok(InterpreterFacts {
        packages: packages
            .map(|name| ((*name).to_owned(), answer.packages[*name].clone()))
            .collect(),
        virtual_environment: answer.prefix != answer.base_prefix,
        executable: answer.executable,
        prefix: answer.prefix,
        implementation: answer.implementation,
        version: answer.version,
        major_minor: answer.major_minor,
        built: words(&answer.built),
        compiler: words(&answer.compiler),
        debug: answer.debug,
        threading: match (answer.free_threaded, answer.lock_enabled) {
            (false, _) => Threading::Locked,
            (true, false) => Threading::Free,
            (true, true) => Threading::FreeButLocked,
        },
    })
}

/// Why an interpreter that answered is none that candidates can use; none if it is one.
pub(super) fn unfit(facts: &InterpreterFacts) -> Option<Trouble> {
    let (major, minor) = PythonPool::Sequential.version_min();
    if facts.implementation != "CPython" {
        let what = format!("is {}: candidates are of CPython only", facts.title());
        return Some(trouble(&what, ""));
    }
    if facts.major_minor < (major, minor) {
        let what = format!(
            "is {}, and {major}.{minor} or later is needed",
            facts.title()
        );
        return Some(trouble(&what, ""));
    }
    None
}

fn trouble(what: &str, said: &str) -> Trouble {
    Trouble {
        what: what.to_owned(),
        said: said.to_owned(),
    }
}

/// The same with single spaces: dates of builds are padded.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line of what was complained about: of an error with a trace the last, else the first.
fn last_words(said: &str) -> String {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = if said.contains("Traceback") {
        lines.next_back()
    } else {
        lines.next()
    };
    line.unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(SAID_CHARS_MAX)
        .collect()
}

/// A process in a group of its own; whoever is left of the group is killed on drop.
struct Group(Child);

impl Group {
    /// How it ended; none if it did not until then.
    fn wait_until(&mut self, deadline: Instant) -> Option<ExitStatus> {
        loop {
            if let Ok(Some(status)) = self.0.try_wait() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
                // It may have ended just now; who has left the group is the guard's to find.
                let _ = kill_process_group(group, Signal::KILL);
            }
            let _ = self.0.wait();
        }
    }
}

fn start(interpreter: &Path, own: &Path, scratch: &Path) -> std::io::Result<Group> {
    let environment = ENVIRONMENT
        .iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)));
    Command::new(own)
        .arg(PYTHON_PART)
        .arg(std::process::id().to_string())
        .arg(interpreter)
        .args(["-I", "-B", "-X", "utf8", "-c", QUESTION])
        .args(PACKAGES)
        .env_clear()
        .envs(environment)
        .current_dir(scratch)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map(Group)
}

/// Reads to the end, or one byte more than an answer may have, on a thread that nobody waits for: somebody else may
/// hold the pipe open for ever.
fn read(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = bounded(1);
    let Some(pipe) = pipe else { return receiver };
    // Without a thread nothing is received, which is no answer.
    let _ = std::thread::Builder::new()
        .name("answer".to_owned())
        .spawn(move || {
            let mut bytes = Vec::new();
            // What was read before the pipe broke is all that there is.
            let _ = pipe.take(ANSWER_BYTES_MAX + 1).read_to_end(&mut bytes);
            let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
        });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;

    const ANSWER: &str = r#"{"poolscope": 1, "executable": "/opt/x/bin/python3", "prefix": "/opt/x",
        "base_prefix": "/usr", "implementation": "CPython", "version": "3.13.0", "major_minor": [3, 13],
        "built": "Jan  1 2026 00:00:00", "compiler": "GCC 12.2.0", "debug": false, "free_threaded": true,
        "lock_enabled": false, "packages": {"ray": "2.9", "joblib": "1.4.2", "numpy": "2.0"}}"#;

    fn ended(code: i32) -> ExitStatus {
        ExitStatus::from_raw(code << 8)
    }

    fn answer() -> String {
        ANSWER.replace('\n', "")
    }

    #[test]
    fn an_answer_is_found_behind_what_a_package_prints_at_the_start() {
        let text = format!("welcome {{}}\n{{\"a\": 1}}\n{}\n", answer());
        let facts = judge(&text, ended(0), "").unwrap();
        assert_eq!(facts.title(), "CPython 3.13.0");
        assert_eq!(facts.threading.label(), "free-threaded");
        assert_eq!(facts.build(), "GCC 12.2.0, Jan 1 2026 00:00:00");
        assert_eq!(facts.packages_label(), "joblib 1.4.2, ray 2.9");
        assert!(facts.virtual_environment);
        assert_eq!(unfit(&facts), None);
    }

    #[test]
    fn what_is_no_answer_is_told_for_what_it_is() {
        let what = |text: &str, code, said: &str| judge(text, ended(code), said).unwrap_err();
        assert_eq!(
            what("hello\n", 0, "").what,
            "did not answer as an interpreter does"
        );
        let failed = what(&answer(), 1, "ImportError: encodings");
        assert_eq!(
            (failed.what.as_str(), failed.said.as_str()),
            ("ended with code 1", "ImportError: encodings")
        );
        assert_eq!(
            what("", 2, "Unknown option: -I").what,
            "is too old: CPython 3.9 or later is needed"
        );
        let refused = what(
            "",
            1,
            "poolscope cannot start it: Exec format error (os error 8)",
        );
        assert_eq!(
            (refused.what.as_str(), refused.said.as_str()),
            ("cannot be started", "Exec format error (os error 8)")
        );
    }

    #[test]
    fn other_implementations_and_old_versions_are_listed_and_not_used() {
        let facts = judge(&answer(), ended(0), "").unwrap();
        let other = InterpreterFacts {
            implementation: "PyPy".to_owned(),
            ..facts.clone()
        };
        assert!(unfit(&other).unwrap().what.starts_with("is PyPy 3.13.0"));
        let old = InterpreterFacts {
            major_minor: (3, 8),
            version: "3.8.18".to_owned(),
            ..facts
        };
        assert_eq!(
            unfit(&old).unwrap().what,
            "is CPython 3.8.18, and 3.9 or later is needed"
        );
    }

    #[test]
    fn of_a_complaint_the_line_that_says_most_is_kept() {
        assert_eq!(last_words(""), "");
        assert_eq!(
            last_words("\npyenv: python3.9: not found\n\nsee help\n"),
            "pyenv: python3.9: not found"
        );
        let trace = "Traceback (most recent call last):\n  File x\nImportError: no\n";
        assert_eq!(last_words(trace), "ImportError: no");
        assert_eq!(last_words(&"x".repeat(10_000)).len(), SAID_CHARS_MAX);
    }
}
