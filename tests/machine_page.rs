//! The page with the settings of the machine: every state can be read by its labels, and what is asked for is done.
#![cfg(all(feature = "gui", unix))]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod window_support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use egui_kittest::kittest::Queryable as _;
use poolscope::gui::action::Action;
use poolscope::gui::app::Page;
use poolscope::gui::dialogs::Picked;
use poolscope::run::interpreters::{
    FoundInterpreter, InterpreterFacts, Interpreters, Threading, Trouble,
};
use poolscope::session::{ClusterKind, LocalPython, LocalSettings};

use window_support::{Window, ask, click, is_shown, opening, run_until, type_into};

/// The page as it opens; `executable` is what is started to look for interpreters.
fn page(executable: &str, folder: &Path, picked: &Path) -> Window {
    let opening = opening().tall(1000.0).running(executable);
    let opening = opening.answering(Picked::Path(picked.to_owned()));
    let mut harness = opening.settings_in(Some(folder.join("config"))).open();
    ask(&mut harness, Action::Show(Page::Machine));
    harness
}

fn interpreter(name: &str, threading: Threading) -> FoundInterpreter {
    FoundInterpreter {
        names: vec![name.to_owned()],
        configured: false,
        path: format!("/opt/{name}"),
        facts: Some(InterpreterFacts {
            executable: format!("/opt/{name}"),
            implementation: "CPython".to_owned(),
            version: "3.13.1".to_owned(),
            major_minor: (3, 13),
            compiler: "GCC 12".to_owned(),
            threading,
            packages: vec![("joblib".to_owned(), "1.4.2".to_owned())],
            ..InterpreterFacts::default()
        }),
        trouble: None,
    }
}

fn unusable(name: &str, configured: bool) -> FoundInterpreter {
    FoundInterpreter {
        names: vec![name.to_owned()],
        configured,
        path: format!("/opt/{name}"),
        facts: None,
        trouble: Some(Trouble {
            what: "did not answer within 5 s".to_owned(),
            said: String::new(),
        }),
    }
}

#[test]
fn a_search_that_fails_says_why_and_the_page_stays_usable() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = page("no-such-executable", folder.path(), folder.path());
    run_until(&mut harness, "the search fails", |harness| {
        is_shown(harness, "The search for interpreters could not be started")
    });
    harness.get_by_label("Look again");
    click(&mut harness, "← Back");
    harness.get_by_label("Run this experiment");
}

#[test]
fn interpreters_are_shown_with_their_facts_and_who_cannot_be_used_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = page("no-such-executable", folder.path(), folder.path());
    run_until(&mut harness, "the search ends", |harness| {
        is_shown(harness, "could not be started")
    });
    let list = vec![
        interpreter("python", Threading::Locked),
        interpreter("python3.13t", Threading::Free),
        unusable("mine", true),
        unusable("python3.9", false),
    ];
    let settings = LocalSettings {
        dask_address: Some("tcp://10.0.0.1:8786".to_owned()),
        ..LocalSettings::default()
    };
    let found = Interpreters { list, left_out: 2 };
    harness
        .state_mut()
        .show_interpreters(LocalPython { settings, found });
    harness.run_steps(3);
    for text in [
        "python",
        "interpreter lock",
        "python3.13t",
        "free-threaded",
        "mine",
    ] {
        harness.get_by_label(text);
    }
    assert!(is_shown(&harness, "Packages: joblib 1.4.2"));
    assert!(is_shown(&harness, "It did not answer within 5 s"));
    assert!(!is_shown(&harness, "/opt/python3.9"), "folded away");
    assert!(is_shown(&harness, "2 executables more on PATH"));
    click(&mut harness, "1 executable on PATH that cannot be used");
    // The fold opens over some frames.
    harness.run_steps(30);
    assert!(is_shown(&harness, "/opt/python3.9"));
    harness.get_by_label("Forget 'mine'; nothing of it is deleted");
    harness.get_by_label("Forget the address of Dask");

    harness
        .state_mut()
        .show_interpreters(LocalPython::default());
    harness.run_steps(3);
    harness.get_by_label("No interpreter found");
}

#[test]
fn nothing_beside_a_path_or_an_address_is_cut_off_in_a_small_window() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = page("no-such-executable", folder.path(), folder.path());
    for width in [640.0, 960.0, 1280.0] {
        harness.set_size(egui::vec2(width, 2000.0));
        harness.run_steps(4);
        for button in ["Folder…", "File…", "Forget the address of Ray"] {
            let right = harness.get_by_label(button).rect().right();
            assert!(right < width, "{button}: {right} of {width}");
        }
    }
}

#[test]
fn what_is_typed_is_asked_added_and_removed_again() {
    let folder = tempfile::tempdir().unwrap();
    let venv = folder.path().join("analytics");
    let python = venv.join("bin/python3");
    fs::create_dir_all(python.parent().unwrap()).unwrap();
    let answer = r#"{"poolscope": 1, "executable": "/nowhere/python3", "prefix": "/nowhere", "base_prefix": "/",
        "implementation": "CPython", "version": "3.12.1", "major_minor": [3, 12], "built": "", "compiler": "GCC",
        "debug": false, "free_threaded": false, "lock_enabled": true, "packages": {"ray": "2.9"}}"#;
    let answer = answer.replace('\n', "");
    fs::write(&python, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
    fs::set_permissions(&python, PermissionsExt::from_mode(0o755)).unwrap();
    let mut harness = page(env!("CARGO_BIN_EXE_poolscope"), folder.path(), &venv);
    let settings = || LocalSettings::load(&folder.path().join("config")).unwrap();

    type_into(&mut harness, "Name", "mine");
    type_into(&mut harness, "Path", "/nowhere/at/all");
    click(&mut harness, "Add interpreter");
    run_until(&mut harness, "it is refused", |harness| {
        is_shown(
            harness,
            "was not added: it is not at the path that was given",
        )
    });
    assert_eq!(settings(), LocalSettings::default());

    click(&mut harness, "Folder…");
    run_until(&mut harness, "the dialog's answer", |harness| {
        let path = harness.get_by_role_and_label(egui::Role::TextInput, "Path");
        path.value()
            .is_some_and(|path| path.ends_with("/analytics"))
    });
    click(&mut harness, "Add interpreter");
    run_until(&mut harness, "it is there", |harness| {
        is_shown(harness, "Packages: ray 2.9")
    });
    assert_eq!(settings().interpreters[0].name, "mine");
    assert!(!is_shown(&harness, "was not added"));

    type_into(&mut harness, "Ray address", "auto");
    click(&mut harness, "Save the address of Ray");
    run_until(&mut harness, "the address is saved", |_| {
        settings().address(ClusterKind::Ray) == Some("auto")
    });
    run_until(&mut harness, "it can be removed", |harness| {
        harness
            .query_by_label("Forget 'mine'; nothing of it is deleted")
            .is_some()
            && harness
                .query_by_label("Forget the address of Ray")
                .is_some()
    });
    click(&mut harness, "Forget 'mine'; nothing of it is deleted");
    run_until(&mut harness, "it is gone", |_| {
        settings().interpreters.is_empty()
    });
    assert_eq!(settings().address(ClusterKind::Ray), Some("auto"));
}
