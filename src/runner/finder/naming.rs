//! What interpreters are called: one row for each, and no name twice.

use std::path::PathBuf;

use crate::runner::finder::ask::unfit;
use crate::runner::finder::places::{Called, Place};
use crate::wire::{FoundInterpreter, InterpreterFacts, Trouble};

/// What scenarios call the interpreter that a shell starts as `python3`.
const PYTHON: &str = "python";

/// A place and what was answered there.
pub(super) struct Asked {
    pub(super) place: Place,
    pub(super) answer: Result<InterpreterFacts, Trouble>,
}

/// An interpreter on the way to its names.
struct Row {
    found: FoundInterpreter,
    /// What it is called on `PATH` at best; none if it is not there.
    called: Option<Called>,
}

/// Gives names: those that the user chose; `python` for the first one that can be used; the version, or the folder of
/// a virtual environment, for those on `PATH`. Who cannot be used takes no name from who can.
pub(super) fn named(asked: Vec<Asked>) -> Vec<FoundInterpreter> {
    let mut rows = rows(asked);
    // Stable: otherwise the order of `PATH` stays.
    rows.sort_by_key(|row| row.found.trouble.is_some());
    let taken = rows.iter().any(|row| row.found.names == [PYTHON]);
    let usable = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.found.trouble.is_none());
    let first = usable
        .filter_map(|(index, row)| Some((row.called?, index)))
        .min();
    if let Some((_, index)) = first.filter(|_| !taken) {
        let mut row = rows.remove(index);
        row.found.names.push(PYTHON.to_owned());
        rows.insert(0, row);
    }
    for index in 0..rows.len() {
        if rows[index].called.is_some() {
            let name = free_name(&own_name(&rows[index].found), &rows);
            rows[index].found.names.push(name);
        }
    }
    rows.into_iter().map(|row| row.found).collect()
}

/// One row for each interpreter: several executables may be the same.
fn rows(asked: Vec<Asked>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for Asked { place, answer } in asked {
        let (facts, trouble) = match answer {
            Ok(facts) => {
                let trouble = unfit(&facts);
                (Some(facts), trouble)
            }
            Err(trouble) => (None, Some(trouble)),
        };
        let path = place.path().display().to_string();
        let (name, called) = match place {
            Place::Configured { name, .. } => (Some(name), None),
            Place::OnPath { called, .. } => {
                let same = rows.iter_mut().find(|row| {
                    let known = row.found.facts.as_ref();
                    known.zip(facts.as_ref()).is_some_and(|(a, b)| same(a, b))
                });
                if let Some(row) = same {
                    row.called = Some(row.called.map_or(called, |best| best.min(called)));
                    continue;
                }
                (None, Some(called))
            }
        };
        rows.push(Row {
            found: FoundInterpreter {
                configured: name.is_some(),
                names: name.into_iter().collect(),
                path,
                facts,
                trouble,
            },
            called,
        });
    }
    rows
}

/// Whether two are the same interpreter with the same packages.
fn same(a: &InterpreterFacts, b: &InterpreterFacts) -> bool {
    let real = |path: &str| PathBuf::from(path).canonicalize().ok();
    let same = |a: &str, b: &str| a == b || real(a).is_some_and(|path| Some(path) == real(b));
    same(&a.executable, &b.executable) && same(&a.prefix, &b.prefix)
}

/// What an interpreter on `PATH` is called beside `python`.
fn own_name(found: &FoundInterpreter) -> String {
    let file_name = |path: &str| {
        let name = PathBuf::from(path);
        name.file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let Some(facts) = &found.facts else {
        return file_name(&found.path);
    };
    if facts.virtual_environment {
        let folder = file_name(&facts.prefix);
        if !folder.is_empty() && !folder.chars().any(char::is_control) {
            return folder;
        }
    }
    let implementation = match facts.implementation.as_str() {
        "CPython" => PYTHON.to_owned(),
        other => other.to_lowercase(),
    };
    let (major, minor) = facts.major_minor;
    let free_threaded = if facts.threading.is_free_threaded_build() {
        "t"
    } else {
        ""
    };
    format!("{implementation}{major}.{minor}{free_threaded}")
}

/// `wanted`, or the first of `wanted-2`, `wanted-3`, … that nobody has.
fn free_name(wanted: &str, rows: &[Row]) -> String {
    let taken = |name: &str| {
        rows.iter()
            .any(|row| row.found.names.iter().any(|known| known == name))
    };
    let numbered = (2..).map(|number| format!("{wanted}-{number}"));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(|name| !taken(name))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Threading;

    fn facts(executable: &str, minor: u32) -> InterpreterFacts {
        InterpreterFacts {
            executable: executable.to_owned(),
            prefix: "/nowhere/usr".to_owned(),
            implementation: "CPython".to_owned(),
            version: format!("3.{minor}.1"),
            major_minor: (3, minor),
            ..InterpreterFacts::default()
        }
    }

    fn on_path(path: &str, called: Called, answer: Result<InterpreterFacts, Trouble>) -> Asked {
        Asked {
            place: Place::OnPath {
                path: PathBuf::from(path),
                called,
            },
            answer,
        }
    }

    fn configured(name: &str, answer: Result<InterpreterFacts, Trouble>) -> Asked {
        Asked {
            place: Place::Configured {
                name: name.to_owned(),
                path: PathBuf::from("/nowhere/added"),
            },
            answer,
        }
    }

    fn hangs() -> Trouble {
        Trouble {
            what: "did not answer within 5 s".to_owned(),
            said: String::new(),
        }
    }

    fn names(asked: Vec<Asked>) -> Vec<String> {
        named(asked)
            .into_iter()
            .map(|found| found.names.join(" "))
            .collect()
    }

    #[test]
    fn what_a_shell_starts_as_python3_is_called_python_and_others_by_their_versions() {
        let free = InterpreterFacts {
            threading: Threading::Free,
            ..facts("/nowhere/a/python3.13t", 13)
        };
        let names = names(vec![
            on_path("/nowhere/a/python3.13t", Called::WithVersion, Ok(free)),
            on_path("/nowhere/a/python3", Called::Python3, Err(hangs())),
            on_path(
                "/nowhere/b/python3",
                Called::Python3,
                Ok(facts("/nowhere/b/python3", 11)),
            ),
            on_path(
                "/nowhere/c/python3",
                Called::Python3,
                Ok(facts("/nowhere/c/python3", 11)),
            ),
        ]);
        assert_eq!(
            names,
            [
                "python python3.11",
                "python3.13t",
                "python3.11-2",
                "python3"
            ]
        );
    }

    #[test]
    fn without_a_python3_whatever_can_be_used_is_called_python() {
        assert_eq!(names(Vec::new()), Vec::<String>::new());
        let only = on_path(
            "/nowhere/a/python3.12",
            Called::WithVersion,
            Ok(facts("/nowhere/a/python3.12", 12)),
        );
        assert_eq!(names(vec![only]), ["python python3.12"]);
    }

    #[test]
    fn one_interpreter_is_one_row_and_keeps_the_name_that_the_user_chose() {
        let usual = facts("/nowhere/b/python3", 11);
        let rows = named(vec![
            configured("mine", Ok(usual.clone())),
            on_path(
                "/nowhere/b/python3.11",
                Called::WithVersion,
                Ok(usual.clone()),
            ),
            on_path("/nowhere/shim/python3", Called::Python3, Ok(usual)),
        ]);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].names, ["mine", "python", "python3.11"]);
        assert!(rows[0].configured);
    }

    #[test]
    fn a_user_may_say_which_one_is_called_python() {
        let names = names(vec![
            configured("python", Ok(facts("/nowhere/mine", 12))),
            on_path(
                "/nowhere/b/python3",
                Called::Python3,
                Ok(facts("/nowhere/b/python3", 11)),
            ),
        ]);
        assert_eq!(names, ["python", "python3.11"]);
    }

    #[test]
    fn a_virtual_environment_on_the_path_has_the_name_of_its_folder() {
        let venv = InterpreterFacts {
            prefix: "/nowhere/analytics".to_owned(),
            virtual_environment: true,
            ..facts("/nowhere/analytics/bin/python", 11)
        };
        let place = "/nowhere/analytics/bin/python";
        let usual = on_path("/nowhere/b/python3", Called::Python3, Ok(facts("/b", 11)));
        let names = names(vec![on_path(place, Called::Python3, Ok(venv)), usual]);
        assert_eq!(names, ["python analytics", "python3.11"]);
    }
}
