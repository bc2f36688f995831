//! Which interpreters a machine has: what the session asks the hidden finder, and what that answers.
//!
//! The finder is asked once, says hello, and ends with all that it found.

use serde::{Deserialize, Serialize};

use crate::wire::Hello;

/// The packages that candidates may need, as `pip install` knows them; the finder looks for these.
pub const PACKAGES: [&str; 3] = ["joblib", "distributed", "ray"];

/// From session to finder: where to look beside `PATH`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindInterpreters {
    /// What the user added, in the user's order.
    pub configured: Vec<ConfiguredInterpreter>,
    /// Whether the folders of `PATH` are searched.
    pub on_path: bool,
}

/// An interpreter that the user added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfiguredInterpreter {
    /// What scenarios call it.
    pub name: String,
    /// Absolute path of an executable, or of the folder of a virtual environment.
    pub path: String,
}

/// From finder to session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromFinder {
    /// The first message; stays the first variant for ever.
    Hello(Hello),
    /// The last message.
    Found(Box<Interpreters>),
}

/// All interpreters that were found: the one called `python` first, those that cannot be used last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreters {
    /// The interpreters; no name occurs twice.
    pub list: Vec<FoundInterpreter>,
    /// How many executables were not looked at, because there are too many.
    pub left_out: u32,
}

/// One interpreter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundInterpreter {
    /// What scenarios may call it; at least one name, the one to show first.
    pub names: Vec<String>,
    /// Whether the user added it; else it is on `PATH`.
    pub configured: bool,
    /// Where it was found.
    pub path: String,
    /// What it says of itself; none if it did not say anything that could be understood.
    pub facts: Option<InterpreterFacts>,
    /// Why it cannot be used; none if it can.
    pub trouble: Option<Trouble>,
}

/// Why an interpreter cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Completes "The interpreter": "did not answer within 5 s". Names no path.
    pub what: String,
    /// Its own last words on standard error; empty if there are none.
    pub said: String,
}

/// What an interpreter says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterpreterFacts {
    /// Its executable, as an absolute path: in a virtual environment that of the environment.
    pub executable: String,
    /// The folder that it takes its packages from.
    pub prefix: String,
    /// Whether that is a virtual environment.
    pub virtual_environment: bool,
    /// `CPython`, `PyPy`, …
    pub implementation: String,
    /// `3.11.7`.
    pub version: String,
    /// The first two numbers of the version.
    pub major_minor: (u32, u32),
    /// When it was built: `Apr 28 2025 14:11:48`.
    pub built: String,
    /// By which compiler: `GCC 12.2.0`.
    pub compiler: String,
    /// Whether it is a debug build, which is much slower.
    pub debug: bool,
    /// Whether its threads share an interpreter lock.
    pub threading: Threading,
    /// Those of [`PACKAGES`] that it has, with their versions.
    pub packages: Vec<(String, String)>,
}

/// Whether the threads of an interpreter share a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Threading {
    /// They do, as in every usual build.
    #[default]
    Locked,
    /// They do not: a free-threaded build.
    Free,
    /// They do, although the build is a free-threaded one.
    FreeButLocked,
}

impl Threading {
    /// Whether the build is a free-threaded one.
    #[must_use]
    pub const fn is_free_threaded_build(self) -> bool {
        matches!(self, Self::Free | Self::FreeButLocked)
    }

    /// In two or three words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Locked => "interpreter lock",
            Self::Free => "free-threaded",
            Self::FreeButLocked => "free-threaded build, lock switched on",
        }
    }
}

impl Interpreters {
    /// The interpreter that scenarios call `name`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&FoundInterpreter> {
        let called = |found: &&FoundInterpreter| found.names.iter().any(|known| known == name);
        self.list.iter().find(called)
    }

    /// Those that can be used.
    pub fn usable(&self) -> impl Iterator<Item = &FoundInterpreter> {
        self.list.iter().filter(|found| found.trouble.is_none())
    }
}

impl FoundInterpreter {
    /// The name to show.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}

impl Trouble {
    /// Completes "The interpreter", with its own last words.
    #[must_use]
    pub fn text(&self) -> String {
        match self.said.as_str() {
            "" => self.what.clone(),
            said => format!("{}: {said}", self.what),
        }
    }
}

impl InterpreterFacts {
    /// `CPython 3.11.7`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.implementation, self.version)
    }

    /// `GCC 12.2.0, Apr 28 2025 14:11:48`, and whether it is a debug build.
    #[must_use]
    pub fn build(&self) -> String {
        let debug = if self.debug { "debug build" } else { "" };
        let parts = [self.compiler.as_str(), self.built.as_str(), debug];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    /// The version of a package; none if it is not installed.
    #[must_use]
    pub fn version_of(&self, package: &str) -> Option<&str> {
        let of = |(name, _): &&(String, String)| name == package;
        self.packages
            .iter()
            .find(of)
            .map(|(_, version)| version.as_str())
    }

    /// `joblib 1.4.2, ray 2.9.0`; none of them: `none of joblib, distributed, ray`.
    #[must_use]
    pub fn packages_label(&self) -> String {
        if self.packages.is_empty() {
            return format!("none of {}", PACKAGES.join(", "));
        }
        let each = self.packages.iter();
        let each: Vec<String> = each.map(|(name, of)| format!("{name} {of}")).collect();
        each.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Cluster, JoblibBackend, PythonPool, Workers};

    #[test]
    fn every_package_that_a_candidate_needs_is_looked_for() {
        let workers = Workers::Count(1);
        let pools = [
            PythonPool::Joblib {
                workers,
                with: JoblibBackend::Loky,
                chunk: None,
            },
            PythonPool::Dask {
                workers,
                cluster: Cluster::Local,
                threads: 1,
            },
            PythonPool::Ray {
                workers,
                cluster: Cluster::Local,
            },
        ];
        let needed = pools.map(|pool| pool.package().unwrap().distribution);
        assert_eq!(needed, PACKAGES);
    }
}
