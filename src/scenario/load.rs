//! Scenario files: text to scenario and back, reading and saving.
//!
//! A file is read as a request, never as a program: reading runs nothing and follows no path in it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;

use crate::scenario::decode::decode;
use crate::scenario::grammar;
use crate::scenario::lex::MAX_PROBLEMS;
use crate::scenario::tree::{Node, Value};
use crate::scenario::validate::validate;
use crate::scenario::{FORMAT, Place, Problem, Scenario, Severity};

/// The largest file that is read. It holds tens of thousands of stages; a real scenario has a few KiB.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// How the first line of a written scenario begins.
const HEAD: &str = "// poolscope scenario, format ";

/// What a text turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The scenario, if the text could be read as one. It is there too when its values are out of
    /// bounds, so that the window can show and mend them; look at `problems` before running it.
    pub scenario: Option<Scenario>,
    /// Everything that is wrong, in the order of the file.
    pub problems: Vec<Problem>,
}

impl Loaded {
    /// Whether something forbids running.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.severity == Severity::Error)
    }
}

/// Why a file could not be read or written; what is wrong inside of it is a [`Problem`].
#[derive(Debug, thiserror::Error)]
pub enum ScenarioFileError {
    /// It cannot be opened.
    #[error("the scenario file cannot be opened: {source}; check its name: '{}'", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is a folder, a pipe or a device.
    #[error("a scenario is read from a regular file only; this is none: '{}'", path.display())]
    NotAFile {
        /// Which file.
        path: PathBuf,
    },
    /// It is larger than [`MAX_FILE_BYTES`].
    #[error("a scenario has at most 1 MiB; this file is larger: '{}'", path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// Reading failed half-way.
    #[error("the scenario file cannot be read: {source}: '{}'", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not UTF-8.
    #[error(
        "line {}, column {} of the scenario file is not UTF-8 text; save it as UTF-8: '{}'",
        place.line, place.column, path.display()
    )]
    NotText {
        /// Which file.
        path: PathBuf,
        /// The first place that is no text.
        place: Place,
        /// What the standard library says.
        source: std::str::Utf8Error,
    },
    /// It cannot be saved; an earlier file of that name is as it was.
    #[error("the scenario cannot be saved: {source}; the file is unchanged: '{}'", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Reads a scenario from text and reports everything that is wrong with it.
#[must_use]
pub fn parse(text: &str) -> Loaded {
    if text.len() > MAX_FILE_BYTES {
        let problem = Problem::error("", "a scenario has at most 1 MiB of text", "");
        return Loaded {
            scenario: None,
            problems: vec![problem],
        };
    }
    // Some editors put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = grammar::read(text);
    if let Some(problem) = newer_format(&tree.root) {
        return Loaded {
            scenario: None,
            problems: vec![problem],
        };
    }
    if tree.stopped {
        return Loaded {
            scenario: None,
            problems: in_order(tree.problems),
        };
    }
    let decoded = decode::<Scenario>(&tree);
    let readable = tree.problems.is_empty() && decoded.problems.is_empty();
    let mut problems: Vec<_> = tree
        .problems
        .into_iter()
        .map(|problem| with_path(&tree.root, problem))
        .collect();
    // Whoever made a hundred mistakes of form does not miss those of meaning, and comparing long lists of
    // both would take long.
    let few = problems.len() + decoded.problems.len() < MAX_PROBLEMS;
    if let Some(scenario) = decoded.value.as_ref().filter(|_| few) {
        let found = validate(scenario).into_iter().filter(|problem| {
            readable
                || (problem.severity == Severity::Error
                    && !touches(&problem.path, &decoded.invented))
        });
        problems.extend(found.map(|problem| Problem {
            place: Some(tree.root.place_of(&problem.path)),
            ..problem
        }));
    }
    problems.extend(decoded.problems);
    Loaded {
        scenario: decoded.value.filter(|_| readable),
        problems: in_order(problems),
    }
}

/// The text of a scenario, as [`parse`] reads it.
///
/// # Panics
/// Never: every type of the vocabulary can be written.
#[must_use]
pub fn to_text(scenario: &Scenario) -> String {
    /// Down to the stages, whose fields fit on a line.
    const DEPTH: usize = 4;
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    let pretty = PrettyConfig::new()
        .depth_limit(DEPTH)
        .struct_names(false)
        .new_line("\n");
    let body = options
        .to_string_pretty(scenario, pretty)
        .expect("a scenario consists of what RON can express");
    format!("{HEAD}{FORMAT}\n{}", on_fewer_lines(&body))
}

/// Puts structs that fit on a line on one line, as a person writes them, and takes back the escape of
/// apostrophes. The writer escapes line ends within texts, so that each line of `body` is one of the layout.
fn on_fewer_lines(body: &str) -> String {
    /// As wide as source code usually is.
    const WIDTH: usize = 100;
    let mut lines: Vec<String> = Vec::new();
    // Where the structs that are open began.
    let mut open: Vec<usize> = Vec::new();
    for line in body.lines() {
        lines.push(without_escaped_apostrophes(line));
        if line.ends_with(['(', '[']) {
            open.push(lines.len() - 1);
        } else if line.trim_start().starts_with([')', ']']) {
            let Some(first) = open.pop() else { continue };
            let inner: Vec<&str> = lines[first + 1..lines.len() - 1]
                .iter()
                .map(|line| line.trim())
                .collect();
            // Inner lines that are brackets belong to something that did not fit.
            let fits = inner
                .iter()
                .all(|line| line.ends_with(',') && !line.starts_with([')', ']']));
            let end = lines[lines.len() - 1].trim();
            let joined = format!(
                "{}{}{end}",
                lines[first],
                inner.join(" ").trim_end_matches(',')
            );
            if fits && end.starts_with(')') && joined.chars().count() <= WIDTH {
                lines.truncate(first);
                lines.push(joined);
            }
        }
    }
    lines.join("\n") + "\n"
}

fn without_escaped_apostrophes(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match (c, rest.clone().next()) {
            ('\\', Some('\'')) => {}
            ('\\', next) => {
                text.push(c);
                text.extend(next);
                rest.next();
            }
            _ => text.push(c),
        }
    }
    text
}

/// Reads a scenario file; as [`read_text`], and what the text turned out to be.
pub fn read_file(path: &Path) -> Result<Loaded, ScenarioFileError> {
    Ok(parse(&read_text(path)?))
}

/// Reads the text of a scenario file. Never waits for a pipe's other end, and never reads more than 1 MiB.
pub fn read_text(path: &Path) -> Result<String, ScenarioFileError> {
    let owned = || path.to_path_buf();
    let file = open(path).map_err(|source| ScenarioFileError::Open {
        path: owned(),
        source,
    })?;
    let metadata = file.metadata().map_err(|source| ScenarioFileError::Read {
        path: owned(),
        source,
    })?;
    if !metadata.is_file() {
        return Err(ScenarioFileError::NotAFile { path: owned() });
    }
    let mut bytes = Vec::new();
    // One byte more tells a file that is too large from one that just fits.
    file.take(MAX_FILE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| ScenarioFileError::Read {
            path: owned(),
            source,
        })?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ScenarioFileError::TooLarge { path: owned() });
    }
    String::from_utf8(bytes).map_err(|error| {
        let source = error.utf8_error();
        let readable = &error.as_bytes()[..source.valid_up_to()];
        ScenarioFileError::NotText {
            path: owned(),
            place: end_of(&String::from_utf8_lossy(readable)),
            source,
        }
    })
}

/// Saves the text of a scenario: either completely, or not at all. A symbolic link stays one, its target is replaced.
pub fn write_file(path: &Path, text: &str) -> Result<(), ScenarioFileError> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let save = || -> io::Result<()> {
        let mut file = AtomicWriteFile::open(&target)?;
        file.write_all(text.as_bytes())?;
        file.commit()
    };
    save().map_err(|source| ScenarioFileError::Write {
        path: path.to_path_buf(),
        source,
    })
}

/// Opens without waiting: opening a pipe would else hang until somebody writes to it.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// A file of a later version may differ in anything; the rest of it is not judged.
fn newer_format(root: &Node) -> Option<Problem> {
    let Value::Fields(_, fields) = &root.value else {
        return None;
    };
    let field = fields.iter().find(|field| field.name == "format")?;
    let Value::Int(format) = field.value.value else {
        return None;
    };
    (format > i128::from(FORMAT)).then(|| Problem {
        place: Some(field.value.place),
        ..Problem::error(
            "format",
            format!("this scenario was made by a newer version: its format is {format}, the newest known here is {FORMAT}"),
            "use a newer poolscope",
        )
    })
}

/// Adds the path to a problem of the text's form, where it stands at a field or a value.
fn with_path(root: &Node, problem: Problem) -> Problem {
    let path = problem
        .place
        .and_then(|place| root.path_at(place))
        .unwrap_or_default();
    Problem { path, ..problem }
}

/// Whether `path` is one of `invented`, inside of one, or around one.
fn touches(path: &str, invented: &[String]) -> bool {
    let within = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
    };
    invented
        .iter()
        .any(|other| within(path, other) || within(other, path))
}

/// By place, and no more of them than anybody reads.
fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    // What has no place, such as "there may be more", comes last.
    problems.sort_by_key(|problem| {
        problem
            .place
            .map_or((usize::MAX, 0), |place| (place.line, place.column))
    });
    if problems.len() >= MAX_PROBLEMS {
        problems.truncate(MAX_PROBLEMS);
        let message = format!("there may be more problems; these are the first {MAX_PROBLEMS}");
        problems.push(Problem::error("", message, "mend these first"));
    }
    problems
}

/// The place behind the last character of `text`.
fn end_of(text: &str) -> Place {
    let line = text.matches('\n').count() + 1;
    let column = text.rsplit('\n').next().unwrap_or(text).chars().count() + 1;
    Place { line, column }
}
