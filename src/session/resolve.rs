//! What the interpreter of a candidate is on this machine, or in plain words why there is none.

use std::fmt::Write as _;
use std::path::Path;

use crate::scenario::{Backend, Candidate, Cluster, PythonPool};
use crate::session::{
    ClusterKind, FindError, LocalSettings, RunnerCommand, find_interpreters, settings_folder,
};
use crate::wire::{FoundInterpreter, InterpreterFacts, Interpreters, PythonHome};

/// What a candidate that names no interpreter means.
const USUAL: &str = "python";
/// Of the interpreters that there are, this many are named in a message.
const NAMED_MAX: usize = 8;

/// What this machine has for candidates of CPython.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalPython {
    /// The settings of the machine.
    pub settings: LocalSettings,
    /// The interpreters that were found.
    pub found: Interpreters,
}

impl LocalPython {
    /// Reads this user's settings and looks for interpreters; while it looks, `go_on` is asked some times a second.
    ///
    /// # Errors
    /// If the settings cannot be read, or the search did not come to its end.
    pub fn look(command: &RunnerCommand, go_on: impl FnMut() -> bool) -> Result<Self, FindError> {
        Self::look_in(settings_folder().as_deref(), command, go_on)
    }

    /// The same with the settings in `folder`; without one there are none.
    ///
    /// # Errors
    /// As [`Self::look`].
    pub fn look_in(
        folder: Option<&Path>,
        command: &RunnerCommand,
        go_on: impl FnMut() -> bool,
    ) -> Result<Self, FindError> {
        let settings = folder.map_or_else(|| Ok(LocalSettings::default()), LocalSettings::load)?;
        let found = find_interpreters(command, &settings.interpreters, go_on)?;
        Ok(Self { settings, found })
    }

    /// Where `candidate` runs; none if it is not one of CPython.
    ///
    /// # Errors
    /// In whole sentences for people: which interpreter, package or setting is missing, and what to do.
    pub fn home_of(&self, candidate: &Candidate) -> Result<Option<PythonHome>, String> {
        let Backend::Python(pool) = candidate.backend else {
            return Ok(None);
        };
        let name = candidate.python.as_deref().unwrap_or(USUAL);
        let found = self.found.named(name);
        let found = found.ok_or_else(|| self.not_found(name))?;
        let facts = usable(name, found)?;
        self.fits(name, facts, pool)?;
        Ok(Some(PythonHome {
            name: name.to_owned(),
            executable: facts.executable.clone(),
            dask_address: self.settings.dask_address.clone(),
            ray_address: self.settings.ray_address.clone(),
        }))
    }

    /// Whether an interpreter has what `pool` needs, and the machine the cluster.
    fn fits(&self, name: &str, facts: &InterpreterFacts, pool: PythonPool) -> Result<(), String> {
        let wanted = pool.version_min();
        if facts.major_minor < wanted {
            let (major, minor) = wanted;
            return Err(format!(
                "The interpreter '{name}' is {}, and this candidate needs CPython {major}.{minor} or later; {}",
                facts.title(),
                self.others(|other| other.major_minor >= wanted)
            ));
        }
        if let Some(package) = pool.package()
            && facts.version_of(package.distribution).is_none()
        {
            let has_it =
                |other: &InterpreterFacts| other.version_of(package.distribution).is_some();
            let elsewhere = match self.fitting(has_it) {
                Some(names) => format!(" (it is there in {names})"),
                None => String::new(),
            };
            return Err(format!(
                "The interpreter '{name}' has no package {0}{elsewhere}; install it with: {1} -m pip install {0}",
                package.distribution,
                quoted(&facts.executable),
            ));
        }
        let cluster = match pool {
            PythonPool::Dask {
                cluster: Cluster::Configured,
                ..
            } => ClusterKind::Dask,
            PythonPool::Ray {
                cluster: Cluster::Configured,
                ..
            } => ClusterKind::Ray,
            _ => return Ok(()),
        };
        if self.settings.address(cluster).is_none() {
            let (label, word) = (cluster.label(), cluster.word());
            return Err(format!(
                "This candidate runs on the {label} cluster of this machine's settings, and they have no address of one; \
                 set it with: poolscope python {word} ADDRESS"
            ));
        }
        Ok(())
    }

    fn not_found(&self, name: &str) -> String {
        let mut usable = self.found.usable().peekable();
        if usable.peek().is_none() {
            return format!(
                "There is no interpreter of CPython on this machine that can be used, so none is called '{name}'; \
                 install Python 3.9 or later, or add one with: poolscope python add {} PATH",
                quoted(name)
            );
        }
        format!(
            "There is no interpreter called '{name}' on this machine; {}, or add one with: poolscope python add {} PATH",
            self.others(|_| true),
            quoted(name)
        )
    }

    /// `there is python, analytics`, of those that can be used and are `fitting`.
    fn others(&self, fitting: impl Fn(&InterpreterFacts) -> bool) -> String {
        self.fitting(fitting).map_or_else(
            || "no interpreter of this machine has it".to_owned(),
            |names| format!("there is {names}"),
        )
    }

    /// The names of those that can be used and are `fitting`; none if there are none.
    fn fitting(&self, fitting: impl Fn(&InterpreterFacts) -> bool) -> Option<String> {
        let usable = self.found.usable();
        let fit = usable.filter(|found| found.facts.as_ref().is_some_and(&fitting));
        let names: Vec<&str> = fit.map(FoundInterpreter::name).collect();
        if names.is_empty() {
            return None;
        }
        let shown = names.len().min(NAMED_MAX);
        let mut text = names[..shown].join(", ");
        if names.len() > shown {
            // Writing into a String cannot fail.
            let _ = write!(text, " and {} more", names.len() - shown);
        }
        Some(text)
    }
}

/// What an interpreter says of itself, if it can be used.
fn usable<'f>(name: &str, found: &'f FoundInterpreter) -> Result<&'f InterpreterFacts, String> {
    if let Some(trouble) = &found.trouble {
        return Err(format!("The interpreter '{name}' {}.", trouble.text()));
    }
    let facts = found.facts.as_ref();
    facts.ok_or_else(|| format!("The interpreter '{name}' says nothing of itself."))
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_.+/".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{JoblibBackend, Workers};
    use crate::wire::Trouble;

    const TWO: Workers = Workers::Count(2);

    fn interpreter(name: &str, minor: u32) -> FoundInterpreter {
        FoundInterpreter {
            names: vec![name.to_owned(), format!("python3.{minor}")],
            configured: false,
            path: "/nowhere/python3".to_owned(),
            facts: Some(InterpreterFacts {
                executable: "/nowhere/python3".to_owned(),
                implementation: "CPython".to_owned(),
                version: format!("3.{minor}.2"),
                major_minor: (3, minor),
                packages: vec![("distributed".to_owned(), "2026.1".to_owned())],
                ..InterpreterFacts::default()
            }),
            trouble: None,
        }
    }

    fn machine(list: Vec<FoundInterpreter>) -> LocalPython {
        LocalPython {
            settings: LocalSettings::default(),
            found: Interpreters { list, left_out: 0 },
        }
    }

    fn home(local: &LocalPython, pool: PythonPool, python: Option<&str>) -> Result<String, String> {
        let mut candidate = Candidate::of(Backend::Python(pool));
        candidate.python = python.map(str::to_owned);
        let home = local.home_of(&candidate)?;
        Ok(home.map(|home| home.executable).unwrap_or_default())
    }

    #[test]
    fn a_candidate_without_a_name_runs_on_python_and_any_of_its_names_will_do() {
        let local = machine(vec![interpreter("python", 11)]);
        for name in [None, Some("python"), Some("python3.11")] {
            let found = home(&local, PythonPool::Sequential, name);
            assert_eq!(found.as_deref(), Ok("/nowhere/python3"));
        }
        let native = Candidate::of(Backend::Sequential);
        assert_eq!(machine(Vec::new()).home_of(&native), Ok(None));
    }

    #[test]
    fn what_is_missing_is_named_together_with_what_to_do() {
        let local = machine(vec![interpreter("python", 11)]);
        let joblib = PythonPool::Joblib {
            workers: TWO,
            with: JoblibBackend::Loky,
            chunk: None,
        };
        assert_eq!(
            home(&local, joblib, None).unwrap_err(),
            "The interpreter 'python' has no package joblib; install it with: /nowhere/python3 -m pip install joblib"
        );
        let mut analytics = interpreter("analytics", 12);
        let facts = analytics.facts.as_mut().unwrap();
        facts.executable = "/nowhere/my venv/bin/python3".to_owned();
        let dask = PythonPool::Dask {
            workers: TWO,
            cluster: Cluster::Local,
            threads: 1,
        };
        let mut bare = interpreter("python", 11);
        bare.facts.as_mut().unwrap().packages.clear();
        assert_eq!(
            home(&machine(vec![bare, analytics.clone()]), dask, None).unwrap_err(),
            "The interpreter 'python' has no package distributed (it is there in analytics); install it with: \
             /nowhere/python3 -m pip install distributed"
        );
        let message = home(&machine(vec![analytics]), joblib, Some("analytics")).unwrap_err();
        assert!(
            message.ends_with(": '/nowhere/my venv/bin/python3' -m pip install joblib"),
            "{message}"
        );
        let interpreters = PythonPool::InterpreterPoolExecutor { workers: TWO };
        assert_eq!(
            home(&local, interpreters, None).unwrap_err(),
            "The interpreter 'python' is CPython 3.11.2, and this candidate needs CPython 3.14 or later; no interpreter \
             of this machine has it"
        );
        let newer = machine(vec![interpreter("python", 11), interpreter("new", 14)]);
        assert!(
            home(&newer, interpreters, None)
                .unwrap_err()
                .ends_with("; there is new"),
        );
        assert_eq!(
            home(&local, PythonPool::Sequential, Some("my env")).unwrap_err(),
            "There is no interpreter called 'my env' on this machine; there is python, or add one with: \
             poolscope python add 'my env' PATH"
        );
        let none = home(&machine(Vec::new()), PythonPool::Sequential, None).unwrap_err();
        assert!(none.contains("install Python 3.9 or later"), "{none}");
    }

    #[test]
    fn a_cluster_without_an_address_says_which_setting_is_missing() {
        let mut local = machine(vec![interpreter("python", 11)]);
        let dask = |cluster| PythonPool::Dask {
            workers: TWO,
            cluster,
            threads: 1,
        };
        assert!(home(&local, dask(Cluster::Local), None).is_ok());
        let missing = home(&local, dask(Cluster::Configured), None).unwrap_err();
        assert!(
            missing.ends_with("poolscope python dask ADDRESS"),
            "{missing}"
        );
        local.settings.dask_address = Some("tcp://10.0.0.1:8786".to_owned());
        assert!(home(&local, dask(Cluster::Configured), None).is_ok());
    }

    #[test]
    fn an_interpreter_in_trouble_tells_which() {
        let mut found = interpreter("mine", 11);
        found.trouble = Some(Trouble {
            what: "ended with code 1".to_owned(),
            said: "ImportError: encodings".to_owned(),
        });
        assert_eq!(
            home(&machine(vec![found]), PythonPool::Sequential, Some("mine")).unwrap_err(),
            "The interpreter 'mine' ended with code 1: ImportError: encodings."
        );
    }
}
