//! `python`: which interpreters this machine has, and what the user adds.
//!
//! Everything that takes time happens below a guard, and Ctrl-C ends it.

use anyhow::Context;
use serde::Serialize;

use crate::cli::interrupt::interrupts;
use crate::cli::python_args::{
    AddressArgs, PythonAddArgs, PythonArgs, PythonCommand, PythonListArgs, PythonRemoveArgs,
};
use crate::cli::{Exit, Output};
use crate::run::interpreters::{FoundInterpreter, InterpreterFacts, Threading, Trouble};
use crate::session::{
    AddError, ClusterKind, FindError, LocalError, LocalPython, LocalSettings, RunnerCommand,
    add_interpreter, settings_folder,
};

/// Carries out what is to be done with interpreters.
///
/// # Errors
/// Only for what the user could not know; everything else is printed and becomes an exit code.
pub(super) fn python(args: &PythonArgs, out: &mut Output) -> anyhow::Result<Exit> {
    match &args.command {
        PythonCommand::List(args) => list(*args, out),
        PythonCommand::Add(args) => add(args, out),
        PythonCommand::Remove(args) => Ok(remove(args, out)),
        PythonCommand::Dask(args) => Ok(address(ClusterKind::Dask, args, out)),
        PythonCommand::Ray(args) => Ok(address(ClusterKind::Ray, args, out)),
    }
}

/// Settings and interpreters of this machine; while they are looked for, Ctrl-C ends the search.
///
/// # Errors
/// The inner one says why they are not known.
pub(super) fn look() -> anyhow::Result<Result<LocalPython, FindError>> {
    let interrupts = interrupts().context("Ctrl-C cannot be watched")?;
    Ok(LocalPython::look(&command()?, || {
        interrupts.try_recv().is_err()
    }))
}

fn command() -> anyhow::Result<RunnerCommand> {
    let executable = std::env::current_exe().context("the path of this program is not known")?;
    Ok(RunnerCommand { executable })
}

fn refused(error: &FindError, out: &mut Output) -> Exit {
    match error {
        FindError::Interrupted => {
            out.message("Interrupted.");
            Exit::Interrupted
        }
        FindError::Settings(error) => refuse(error, out),
        FindError::Start(_) | FindError::Ended(_) => {
            out.message(format_args!("error: {error}"));
            Exit::Internal
        }
    }
}

fn refuse(error: &dyn std::error::Error, out: &mut Output) -> Exit {
    out.message(format_args!("error: {error}"));
    Exit::Usage
}

fn list(args: PythonListArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let local = match look()? {
        Ok(local) => local,
        Err(error) => return Ok(refused(&error, out)),
    };
    if args.json {
        out.figure(json(&local)?);
        return Ok(Exit::Success);
    }
    for found in &local.found.list {
        for (number, line) in described(found).into_iter().enumerate() {
            let indent = if number == 0 { "" } else { "    " };
            out.figure(format_args!("{indent}{line}"));
        }
    }
    if local.found.list.is_empty() {
        out.figure("No interpreter of CPython was found on PATH, and none was added.");
    }
    if local.found.left_out > 0 {
        out.figure(format_args!(
            "and {} more that were not asked",
            local.found.left_out
        ));
    }
    for cluster in [ClusterKind::Dask, ClusterKind::Ray] {
        if let Some(address) = local.settings.address(cluster) {
            out.figure(format_args!("{} cluster: {address}", cluster.label()));
        }
    }
    if let Some(folder) = settings_folder() {
        let path = LocalSettings::path(&folder);
        out.message(format_args!(
            "Add one with 'poolscope python add NAME PATH'. Settings: {}",
            path.display()
        ));
    }
    Ok(Exit::Success)
}

/// An interpreter in a few lines, its names first.
fn described(found: &FoundInterpreter) -> Vec<String> {
    let names = found.names.join(", ");
    let origin = if found.configured { "added" } else { "on PATH" };
    let origin = format!("{origin}: {}", found.path);
    if let Some(trouble) = &found.trouble {
        return vec![
            format!("{names}: cannot be used: it {}", trouble.text()),
            origin,
        ];
    }
    let Some(facts) = &found.facts else {
        return vec![names, origin];
    };
    let mut lines = vec![
        format!("{names}: {}, {}", facts.title(), facts.threading.label()),
        origin,
    ];
    if facts.executable != found.path {
        lines.push(format!("is {}", facts.executable));
    }
    lines.push(format!("built: {}", facts.build()));
    lines.push(format!("packages: {}", facts.packages_label()));
    lines
}

fn add(args: &PythonAddArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let Some(folder) = settings_folder() else {
        return Ok(refuse(&LocalError::NoFolder, out));
    };
    let interrupts = interrupts().context("Ctrl-C cannot be watched")?;
    let go_on = || interrupts.try_recv().is_err();
    match add_interpreter(&command()?, &folder, &args.name, &args.path, go_on) {
        Ok(facts) => {
            out.figure(format_args!(
                "{}: {}, {}; packages: {}",
                args.name.trim(),
                facts.title(),
                facts.threading.label(),
                facts.packages_label()
            ));
            Ok(Exit::Success)
        }
        Err(AddError::Find(error)) => Ok(refused(&error, out)),
        Err(error) => Ok(refuse(&error, out)),
    }
}

fn remove(args: &PythonRemoveArgs, out: &mut Output) -> Exit {
    change(out, |settings| settings.remove(&args.name))
}

fn address(cluster: ClusterKind, args: &AddressArgs, out: &mut Output) -> Exit {
    change(out, |settings| {
        settings.set_address(cluster, args.address.as_deref())
    })
}

fn change(
    out: &mut Output,
    change: impl FnOnce(&mut LocalSettings) -> Result<(), LocalError>,
) -> Exit {
    let changed = settings_folder()
        .ok_or(LocalError::NoFolder)
        .and_then(|folder| LocalSettings::change(&folder, change));
    changed.map_or_else(|error| refuse(&error, out), |_| Exit::Success)
}

/// The document. Null is what is not known.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    settings_file: Option<String>,
    interpreters: Vec<DocumentInterpreter<'a>>,
    /// Executables that were not asked, because there are too many.
    left_out: u32,
    dask_address: Option<&'a str>,
    ray_address: Option<&'a str>,
}

#[derive(Serialize)]
struct DocumentInterpreter<'a> {
    names: &'a [String],
    /// Whether the user added it; else it is on PATH.
    added: bool,
    path: &'a str,
    usable: bool,
    /// Why it cannot be used; null if it can.
    trouble: Option<String>,
    #[serde(flatten)]
    facts: Option<DocumentFacts<'a>>,
}

#[derive(Serialize)]
struct DocumentFacts<'a> {
    executable: &'a str,
    implementation: &'a str,
    version: &'a str,
    build: String,
    /// Whether the build is a free-threaded one.
    free_threaded: bool,
    /// Whether its threads share an interpreter lock.
    lock_enabled: bool,
    virtual_environment: bool,
    packages: std::collections::BTreeMap<&'a str, &'a str>,
}

fn json(local: &LocalPython) -> serde_json::Result<String> {
    let document = Document {
        schema: "poolscope.interpreters/1",
        settings_file: settings_folder()
            .map(|folder| LocalSettings::path(&folder).display().to_string()),
        interpreters: local
            .found
            .list
            .iter()
            .map(|found| DocumentInterpreter {
                names: &found.names,
                added: found.configured,
                path: &found.path,
                usable: found.trouble.is_none(),
                trouble: found.trouble.as_ref().map(Trouble::text),
                facts: found.facts.as_ref().map(document_facts),
            })
            .collect(),
        left_out: local.found.left_out,
        dask_address: local.settings.address(ClusterKind::Dask),
        ray_address: local.settings.address(ClusterKind::Ray),
    };
    serde_json::to_string_pretty(&document)
}

fn document_facts(facts: &InterpreterFacts) -> DocumentFacts<'_> {
    let packages = facts.packages.iter();
    DocumentFacts {
        executable: &facts.executable,
        implementation: &facts.implementation,
        version: &facts.version,
        build: facts.build(),
        free_threaded: facts.threading.is_free_threaded_build(),
        lock_enabled: facts.threading != Threading::Free,
        virtual_environment: facts.virtual_environment,
        packages: packages
            .map(|(name, version)| (name.as_str(), version.as_str()))
            .collect(),
    }
}
