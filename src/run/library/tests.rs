//! What the library promises.

use super::*;
use crate::run::record::{Closing, Completeness, Step};
use crate::run::{Event, Run};
use crate::support;

/// A library in a folder of its own.
struct Fixture {
    library: Library,
    _folder: tempfile::TempDir,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    Fixture {
        // Not there yet: keeping the first run makes it.
        library: Library::at(folder.path().join("data/runs")),
        _folder: folder,
    }
}

/// Keeps a run as if it had begun `minutes` after the others.
fn keep(library: &Library, title: &str, minutes: u64) -> PathBuf {
    let mut run = support::sample_run();
    run.request.scenario.title = title.to_owned();
    run.started_unix_secs += minutes * 60;
    run.apply(Event::RunEnded { stopped: false });
    let mut writer = library.create(&Header::of_run(&run)).unwrap();
    writer.whole_run(&Step::default(), &run).unwrap();
    writer.close(&Closing::of([&run], run.stopped)).unwrap();
    writer.path().to_path_buf()
}

fn titles(library: &Library) -> Vec<String> {
    let entries = library.list().unwrap().entries;
    let heads = entries.iter().filter_map(|entry| entry.head.as_ref().ok());
    heads.map(|head| head.title().to_owned()).collect()
}

#[test]
fn runs_are_listed_by_age_and_a_broken_file_hides_none_of_them() {
    let Fixture { library, .. } = &fixture();
    assert_eq!(titles(library), Vec::<String>::new());
    let first = keep(library, "First", 0);
    keep(library, "Third", 2);
    keep(library, "Second", 1);
    let broken = library.folder().join("broken.poolscope-run");
    std::fs::write(&broken, b"\x89pool").unwrap();
    std::fs::write(library.folder().join("notes.txt"), "not ours").unwrap();
    assert_eq!(titles(library), ["Third", "Second", "First"]);
    let entries = library.list().unwrap().entries;
    assert_eq!(entries.len(), 4);
    let last = entries.last().unwrap();
    assert_eq!(last.path, broken);
    assert!(matches!(last.head, Err(RecordError::Empty { at: 5, .. })));
    let head = entries[2].head.as_ref().unwrap();
    assert_eq!((head.blocks, head.steps), (4, 1));
    let closing = head.closing.unwrap();
    assert_eq!(
        (
            closing.blocks_planned,
            closing.blocks_ended,
            closing.blocks_failed
        ),
        (5, 4, 1)
    );
    let name = first.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("2026-03-01_12-00_first_"), "{name}");
}

#[test]
fn a_run_is_found_by_age_id_name_and_path_and_what_fits_several_is_not_guessed() {
    let Fixture { library, .. } = &fixture();
    let first = keep(library, "Checkout", 0);
    let second = keep(library, "Checkout quick", 1);
    let third = keep(library, "Nightly", 2);
    let id = |path: &Path| Head::read(path).unwrap().header.id;
    for (word, expected) in [
        ("last", &third),
        ("last~2", &first),
        ("checkout", &first),
        ("NIGHT", &third),
        (&*id(&second), &second),
        (&id(&second)[..6], &second),
        (second.to_str().unwrap(), &second),
    ] {
        assert_eq!(library.find(word).unwrap(), *expected, "{word}");
    }
    let error = |word| library.find(word).unwrap_err().to_string();
    assert!(error("last~3").contains("there are 3 runs"));
    assert!(error("nothing").contains("no run is called 'nothing'"));
    assert!(error("").contains("no run is called ''"));
    let text = error("out");
    assert!(
        text.contains("could be 2 runs") && text.contains(&id(&first)),
        "{text}"
    );
    assert!(library.open("./elsewhere.poolscope-run").is_err());
    library
        .change(&second, |meta| meta.name = "before the change".to_owned())
        .unwrap();
    assert_eq!(library.find("Before the change").unwrap(), second);
    let whole = library.open("before the change").unwrap();
    assert_eq!(whole.completeness, Completeness::Whole);
}

#[test]
fn words_find_titles_names_tags_notes_candidates_and_dates() {
    let Fixture { library, .. } = &fixture();
    let path = keep(library, "Checkout", 0);
    let head = library
        .change(&path, |meta| {
            meta.tags = vec!["prod".to_owned()];
            meta.note = "After the outage".to_owned();
        })
        .unwrap();
    let matches =
        |words: &[&str]| head.matches(&words.iter().map(|&w| w.to_owned()).collect::<Vec<_>>());
    for words in [
        &["check"][..],
        &["PROD", "outage"],
        &["threads"],
        &["2026-03-01"],
        &[],
    ] {
        assert!(matches(words), "{words:?}");
    }
    assert!(!matches(&["prod", "staging"]));
}

#[test]
fn a_colleagues_file_is_copied_in_once_and_only_if_it_can_be_read() {
    let (theirs, ours) = (fixture(), fixture());
    let file = keep(&theirs.library, "Checkout", 0);
    let elsewhere = theirs.library.folder().join("mail attachment.bin");
    std::fs::rename(&file, &elsewhere).unwrap();
    let (path, record) = ours.library.import(&elsewhere).unwrap();
    assert_eq!(path.file_name(), file.file_name());
    assert_eq!(ours.library.open("last").unwrap(), record);
    assert!(matches!(
        ours.library.import(&elsewhere),
        Err(LibraryError::Present { .. })
    ));
    let mut bytes = std::fs::read(&elsewhere).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&elsewhere, bytes).unwrap();
    ours.library.delete_forever(&path).unwrap();
    assert!(ours.library.import(&elsewhere).is_err());
    assert_eq!(titles(&ours.library), Vec::<String>::new());
}

#[test]
fn what_is_no_run_is_not_deleted() {
    let Fixture { library, .. } = &fixture();
    std::fs::create_dir_all(library.folder()).unwrap();
    let other = library.folder().join("thesis.txt");
    std::fs::write(&other, "years of work").unwrap();
    assert!(library.delete_forever(&other).is_err());
    assert!(library.delete(&other).is_err());
    assert!(other.exists());
}

#[test]
fn a_run_that_is_followed_to_its_end_is_kept_as_it_was() {
    let Fixture { library, .. } = &fixture();
    let request = support::repeated_run().request;
    let mut run = Run::new(request.clone(), support::STARTED_UNIX_SECS);
    let mut keeper = Keeper::start(library.clone(), &run).unwrap();
    for event in support::events(&request) {
        run.apply(event);
        keeper.follow(&run);
    }
    let kept = keeper.finish(&run).unwrap();
    let record = library.open(&kept.id).unwrap();
    assert_eq!(record.completeness, Completeness::Whole);
    run.revision = 0;
    assert_eq!(record.run(), Some(&run));
    assert!(!Head::read(&kept.path).unwrap().is_live);
}

#[test]
fn a_run_that_nobody_follows_any_more_is_kept_as_cut() {
    let Fixture { library, .. } = &fixture();
    let run = support::sample_run();
    let keeper = Keeper::start(library.clone(), &run).unwrap();
    // It has not ended, so what is handed over is all there is.
    let kept = keeper.finish(&run).unwrap();
    let record = Record::read(&kept.path).unwrap();
    assert_eq!(record.completeness, Completeness::Cut);
    assert_eq!(record.run().unwrap().blocks_ended(), 4);
}

#[test]
fn a_folder_that_cannot_be_is_said_and_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let library = Library::at(file.join("runs"));
    let run = support::finished_run();
    let mut keeper = Keeper::start(library, &run).unwrap();
    keeper.follow(&run);
    let text = keeper.finish(&run).unwrap_err().to_string();
    assert!(text.contains("cannot be made"), "{text}");
}
