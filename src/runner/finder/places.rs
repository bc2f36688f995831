//! Where interpreters lie: in the folders of `PATH`, and where the user says.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::runner::finder::is_executable;
use crate::wire::{ConfiguredInterpreter, Trouble};

/// What the shell would have to be told for this executable; the first one that answers is called `python`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Called {
    /// `python3`.
    Python3,
    /// `python`.
    Python,
    /// `python3.13`, `python3.13t`.
    WithVersion,
}

/// Something that may be an interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The user added it.
    Configured {
        /// What the user calls it.
        name: String,
        /// An executable, or the folder of a virtual environment.
        path: PathBuf,
    },
    /// It is on `PATH`.
    OnPath {
        /// The executable.
        path: PathBuf,
        /// What the best of its names is in its folder.
        called: Called,
    },
}

impl Place {
    pub(super) fn of_configured(configured: &ConfiguredInterpreter) -> Self {
        Self::Configured {
            name: configured.name.clone(),
            path: PathBuf::from(&configured.path),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Configured { path, .. } | Self::OnPath { path, .. } => path,
        }
    }

    /// What can be started.
    pub(super) fn executable(&self) -> Result<PathBuf, Trouble> {
        let path = self.path();
        if !path.is_absolute() {
            return Err(trouble("is configured without an absolute path"));
        }
        if path.is_dir() {
            // As the module venv and its kin lay a virtual environment out.
            const WITHIN: [&str; 2] = ["bin/python3", "bin/python"];
            let within = WITHIN.map(|inner| path.join(inner));
            let found = within.into_iter().find(|path| is_executable(path));
            return found.ok_or_else(|| {
                trouble("is configured as a folder that has no bin/python3: no virtual environment")
            });
        }
        if !path.exists() {
            return Err(trouble("is not at the path that was given"));
        }
        if !is_executable(path) {
            return Err(trouble("is configured as a file that cannot be executed"));
        }
        Ok(path.to_path_buf())
    }
}

fn trouble(what: &str) -> Trouble {
    Trouble {
        what: what.to_owned(),
        said: String::new(),
    }
}

/// All that is called like an interpreter in the folders of `path`, in their order, each executable once.
pub(super) fn on_path(path: &OsStr) -> Vec<Place> {
    let mut seen = BTreeSet::new();
    let mut places = Vec::new();
    // What a relative folder means depends on where one stands, which must not decide on what is started.
    for folder in std::env::split_paths(path).filter(|folder| folder.is_absolute()) {
        // `/bin` is often another name of `/usr/bin`.
        let Ok(real_folder) = folder.canonicalize() else {
            continue;
        };
        for (called, path) in within(&folder) {
            // A virtual environment's executable is a link to one elsewhere and yet another interpreter, so that
            // only names within one folder can mean the same.
            let real = path.canonicalize().unwrap_or_else(|_| path.clone());
            if seen.insert((real_folder.clone(), real)) {
                places.push(Place::OnPath { path, called });
            }
        }
    }
    places
}

/// What is called like an interpreter in `folder`: `python3` first, the newest version next after `python`.
fn within(folder: &Path) -> Vec<(Called, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let (called, minor) = called(entry.file_name().to_str()?)?;
            let path = entry.path();
            is_executable(&path).then_some((called, std::cmp::Reverse(minor), path))
        })
        .collect();
    found.sort();
    found
        .into_iter()
        .map(|(called, _, path)| (called, path))
        .collect()
}

/// Whether a file name is one of an interpreter, and of which minor version (0 without one).
fn called(name: &str) -> Option<(Called, u32)> {
    match name {
        "python3" => Some((Called::Python3, 0)),
        "python" => Some((Called::Python, 0)),
        _ => {
            let minor = name.strip_prefix("python3.")?;
            let minor = minor.strip_suffix('t').unwrap_or(minor);
            let digits = !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit());
            let minor = digits.then(|| minor.parse().ok())??;
            Some((Called::WithVersion, minor))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn executable(path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    #[test]
    fn only_names_of_interpreters_are_taken() {
        assert_eq!(called("python3"), Some((Called::Python3, 0)));
        assert_eq!(called("python"), Some((Called::Python, 0)));
        assert_eq!(called("python3.13t"), Some((Called::WithVersion, 13)));
        for name in [
            "python2",
            "python3.",
            "python3.t",
            "python3.11-config",
            "python3.+1",
            "pythonw",
        ] {
            assert_eq!(called(name), None, "{name}");
        }
    }

    #[test]
    fn folders_are_searched_in_their_order_and_each_executable_of_a_folder_once() {
        let root = tempfile::tempdir().unwrap();
        let at = |inner: &str| root.path().join(inner);
        executable(&at("usr/bin/python3.11"));
        symlink("python3.11", at("usr/bin/python3")).unwrap();
        symlink("python3", at("usr/bin/python")).unwrap();
        executable(&at("usr/bin/python3.9"));
        executable(&at("usr/bin/python3.10"));
        std::fs::write(at("usr/bin/python3.12"), "not executable").unwrap();
        symlink("usr/bin", at("bin")).unwrap();
        std::fs::create_dir_all(at("venv/bin")).unwrap();
        symlink(at("usr/bin/python3.11"), at("venv/bin/python")).unwrap();
        let folders = [
            at("venv/bin"),
            PathBuf::from("relative"),
            at("missing"),
            at("usr/bin"),
            at("bin"),
        ];
        let found: Vec<_> = on_path(&std::env::join_paths(folders).unwrap())
            .into_iter()
            .map(|place| place.path().strip_prefix(root.path()).unwrap().to_owned())
            .collect();
        let expected = [
            "venv/bin/python",
            "usr/bin/python3",
            "usr/bin/python3.10",
            "usr/bin/python3.9",
        ];
        assert_eq!(found, expected.map(PathBuf::from));
    }

    #[test]
    fn what_the_user_added_is_an_executable_or_a_virtual_environment() {
        let root = tempfile::tempdir().unwrap();
        let configured = |path: &Path| {
            let place = Place::of_configured(&ConfiguredInterpreter {
                name: "mine".to_owned(),
                path: path.to_str().unwrap().to_owned(),
            });
            place.executable().map_err(|trouble| trouble.what)
        };
        let venv = root.path().join("venv");
        let inner = venv.join("bin/python");
        executable(&inner);
        assert_eq!(configured(&venv), Ok(inner.clone()));
        assert_eq!(configured(&inner), Ok(inner));
        let plain = root.path().join("plain");
        std::fs::write(&plain, "").unwrap();
        for (path, what) in [
            (root.path(), "no virtual environment"),
            (&root.path().join("gone"), "not at the path that was given"),
            (&plain, "cannot be executed"),
            (Path::new("venv"), "absolute path"),
        ] {
            let found = configured(path).unwrap_err();
            assert!(found.contains(what), "{found}");
        }
    }
}
