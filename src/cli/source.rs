//! Which scenario a word of the command line means: a file, or one that comes along.

use std::path::Path;

use crate::cli::Output;
use crate::scenario::{self, Loaded, Problem, Scenario};

/// A scenario and what it is called in messages.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Source {
    /// The path as it was given, or the name of a bundled scenario.
    pub name: String,
    /// The name without folders and ending, for folders of results.
    pub stem: String,
    /// What the text turned out to be.
    pub loaded: Loaded,
}

impl Source {
    /// Reads a file; a name that is no file and has no folder may be that of a bundled scenario.
    ///
    /// # Errors
    /// Says why for people, if neither can be read.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let stem = path
            .file_stem()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        if !path.exists()
            && let Some(bundled) = path.to_str().and_then(scenario::bundled_named)
        {
            return Ok(Self {
                name,
                stem,
                loaded: scenario::parse(bundled.text),
            });
        }
        match scenario::read_file(path) {
            Ok(loaded) => Ok(Self { name, stem, loaded }),
            Err(error) if !path.exists() => Err(format!(
                "error: {error}\n  or take one that comes along: {}",
                bundled_names().join(", ")
            )),
            Err(error) => Err(format!("error: {error}")),
        }
    }

    /// The scenario if it can run. Its problems, and its warnings too, are printed.
    pub(super) fn usable(self, out: &mut Output) -> Option<(String, Scenario)> {
        print_problems(&self.name, &self.loaded.problems, out);
        if self.loaded.has_errors() {
            None
        } else {
            Some((self.stem, self.loaded.scenario?))
        }
    }
}

/// `file:line:column field: message (hint)`, one line for each.
pub(super) fn print_problems(name: &str, problems: &[Problem], out: &mut Output) {
    for problem in problems {
        // Without a place the file alone stands in front, as editors and compilers have it.
        let gap = if problem.place.is_some() { "" } else { " " };
        out.message(format_args!("{name}:{gap}{problem}"));
    }
}

/// The names of all scenarios that come along.
pub(super) fn bundled_names() -> Vec<&'static str> {
    scenario::bundled()
        .iter()
        .map(|bundled| bundled.file)
        .collect()
}
