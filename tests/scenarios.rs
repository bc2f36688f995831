//! Holds the scenario files: the bundled ones are read, valid and written back the same; the invalid ones
//! give exactly the problems that stand beside them.
//!
//! `UPDATE_EXPECT=1` rewrites the expected problems; read the difference before it is kept.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use poolscope::scenario::{self, Scenario, ScenarioFileError, Severity};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn ron_files(name: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder(name))
        .expect("the folder is in the repository")
        .map(|entry| entry.expect("its entries can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ron"))
        .collect();
    files.sort();
    files
}

/// Reads with the `ron` crate alone: the oracle of our reader.
fn by_ron(text: &str) -> Scenario {
    ron::Options::default()
        .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
        .from_str(text)
        .expect("what we read, ron reads")
}

#[test]
fn every_bundled_scenario_is_embedded_valid_and_written_back_the_same() {
    let files = ron_files("scenarios");
    assert_eq!(
        files.len(),
        scenario::bundled().len(),
        "each file of the folder is embedded"
    );
    assert_eq!(scenario::bundled()[0].file, "first_look");
    for path in files {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let bundled = scenario::bundled_named(name).unwrap();
        assert_eq!(bundled.text, fs::read_to_string(&path).unwrap());

        let loaded = scenario::read_file(&path).unwrap();
        assert_eq!(loaded.problems, [], "{name}");
        let read = loaded.scenario.unwrap();
        assert!(
            !read.about.is_empty() && !read.look_for.is_empty(),
            "{name} explains itself"
        );
        assert_eq!(read, by_ron(bundled.text), "{name}");

        let written = scenario::to_text(&read);
        assert_eq!(
            scenario::parse(&written).scenario,
            Some(read.clone()),
            "{written}"
        );
        assert_eq!(by_ron(&written), read);
        assert_eq!(
            scenario::validate(&read.quick())
                .iter()
                .find(|p| p.severity == Severity::Error),
            None
        );
        assert!(scenario::describe(&read).len() >= 6, "{name}");
    }
}

#[test]
fn the_first_look_takes_less_than_a_minute() {
    let first = scenario::parse(scenario::bundled()[0].text)
        .scenario
        .unwrap();
    assert!(scenario::estimate_run_nanos(&first) < 60_000_000_000);
}

#[test]
fn every_invalid_file_gives_the_expected_problems_quickly() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    for path in ron_files("tests/data/invalid") {
        let began = Instant::now();
        let loaded = scenario::read_file(&path).unwrap();
        // A mistake in the order of growth would take seconds; this is far above what is needed.
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{}",
            path.display()
        );
        let lines = loaded.problems.iter().map(ToString::to_string);
        let found = lines.collect::<Vec<_>>().join(
            "
",
        ) + "
";
        let beside = path.with_extension("expected");
        if update {
            fs::write(&beside, &found).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(found, expected, "{}", path.display());
        assert!(!found.is_empty(), "{} is invalid", path.display());
    }
}

#[test]
fn what_is_no_scenario_file_is_refused_with_a_reason() {
    let scratch = tempfile::tempdir().unwrap();
    assert!(matches!(
        scenario::read_file(&scratch.path().join("missing.ron")),
        Err(ScenarioFileError::Open { .. })
    ));
    assert!(matches!(
        scenario::read_file(scratch.path()),
        Err(ScenarioFileError::NotAFile { .. })
    ));

    let large = scratch.path().join("large.ron");
    fs::File::create(&large).unwrap().set_len(1 << 40).unwrap();
    assert!(matches!(
        scenario::read_file(&large),
        Err(ScenarioFileError::TooLarge { .. })
    ));

    let latin = scratch.path().join("latin.ron");
    fs::write(&latin, b"(\n  title: \"caf\xe9\")").unwrap();
    let message = scenario::read_file(&latin).unwrap_err().to_string();
    assert!(message.starts_with("line 2, column 14 "), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_is_refused_without_waiting_for_its_writer() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let scratch = tempfile::tempdir().unwrap();
    let pipe = scratch.path().join("pipe.ron");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    assert!(matches!(
        scenario::read_file(&pipe),
        Err(ScenarioFileError::NotAFile { .. })
    ));
    assert!(scenario::read_file(Path::new("/dev/zero")).is_err());
}

#[test]
fn a_saved_scenario_replaces_the_old_file_and_keeps_a_link() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("mine.ron");
    fs::write(&file, "old").unwrap();
    let link = scratch.path().join("link.ron");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let target = if cfg!(unix) { &link } else { &file };

    let first = scenario::parse(scenario::bundled()[0].text)
        .scenario
        .unwrap();
    scenario::write_file(target, &scenario::to_text(&first)).unwrap();
    assert_eq!(
        scenario::read_file(&file).unwrap().scenario,
        Some(first.clone())
    );
    assert_eq!(
        fs::symlink_metadata(target).unwrap().is_symlink(),
        cfg!(unix)
    );

    let nowhere = scratch.path().join("missing").join("mine.ron");
    assert!(matches!(
        scenario::write_file(&nowhere, ""),
        Err(ScenarioFileError::Write { .. })
    ));
}
