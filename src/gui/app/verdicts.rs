//! What followed from the newest kept runs, in a few words: their files are read one after the other on a background
//! thread, while the start page shows them and nothing is measured.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::analysis::{Verdict, VerdictKind, candidate_figures, trust, verdict};
use crate::gui::app::jobs::{Done, Kind};
use crate::gui::app::{App, Page, RunEntry, Search};
use crate::gui::panels::start::RUNS_MAX;
use crate::run::record::{Head, Record, RecordKind};

/// The file of a longer run is not read for a line of text, in bytes.
const BYTES_MAX: u64 = 16 << 20;

/// What is known.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// By file and its size, so that a run that went on is read again; none where nothing follows.
    known: BTreeMap<(PathBuf, u64), Option<String>>,
    /// A file is being read.
    reading: bool,
}

/// What was read in a file of that size.
#[derive(Debug)]
pub(super) struct VerdictRead {
    key: (PathBuf, u64),
    words: Option<String>,
}

impl Verdicts {
    /// What followed from `run`, in a few words; none while that is not known, and where nothing does.
    #[must_use]
    pub fn of(&self, run: &RunEntry) -> Option<&str> {
        self.known.get(&key(run))?.as_deref()
    }
}

fn key(run: &RunEntry) -> (PathBuf, u64) {
    (run.path.clone(), run.bytes)
}

/// Whether there can be a verdict in it, and reading it takes no long time.
fn is_readable(run: &RunEntry) -> bool {
    let is_run = |head: &Head| head.header.kind == RecordKind::Run && !head.is_live;
    run.bytes <= BYTES_MAX && run.head.as_ref().is_ok_and(|head| is_run(head))
}

impl App {
    /// Reads the next file of which the verdict is to be seen and not known.
    pub(super) fn look_at_verdicts_if_wanted(&mut self) {
        let is_wanted = self.page() == Page::Start && self.runs.search == Search::Done;
        // Whoever measures has the machine to themselves.
        if !is_wanted || self.verdicts.reading || self.is_running() {
            return;
        }
        let newest = self.runs.entries.iter().take(RUNS_MAX);
        let mut unknown = newest.filter(|run| is_readable(run)).map(key);
        let Some(key) = unknown.find(|key| !self.verdicts.known.contains_key(key)) else {
            return;
        };
        self.verdicts.reading = true;
        let asked = key.clone();
        let refused = self.start("verdict of a run", Kind::Abandonable, move || {
            let words = read(&key.0);
            Done::VerdictRead(VerdictRead { key, words })
        });
        if refused.is_some() {
            // It would be refused again with the next frame.
            self.take_verdict(VerdictRead {
                key: asked,
                words: None,
            });
        }
    }

    pub(super) fn take_verdict(&mut self, read: VerdictRead) {
        self.verdicts.reading = false;
        // What is not listed any more is forgotten.
        let listed: Vec<_> = self.runs.entries.iter().take(RUNS_MAX).map(key).collect();
        self.verdicts.known.retain(|key, _| listed.contains(key));
        self.verdicts.known.insert(read.key, read.words);
    }
}

/// The verdict of the run at `path`; none if it cannot be read, which opening it says, or nothing was measured.
fn read(path: &Path) -> Option<String> {
    let record = Record::open(path).ok()?;
    let (_, run) = record.steps.into_iter().next()?;
    if run.blocks.iter().all(|block| block.last.is_none()) {
        return None;
    }
    let figures = candidate_figures(&run);
    Some(in_few_words(&verdict(&run, &figures, &trust(&run))))
}

fn in_few_words(verdict: &Verdict) -> String {
    match (verdict.kind, verdict.candidates.as_slice()) {
        (VerdictKind::Choose, chosen) => format!("choose {}", chosen.join(", ")),
        (VerdictKind::Tie, tied) => format!("tie of {}", tied.len()),
        (VerdictKind::NoneQualifies, _) => "none qualifies".to_owned(),
        (VerdictKind::NotTrustworthy, _) => "not trustworthy".to_owned(),
        (VerdictKind::NoObjectives, _) => "no objectives".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_in_few_words_names_who_is_chosen_and_counts_ties() {
        let words = |kind, names: &[&str]| {
            in_few_words(&Verdict {
                kind,
                candidates: names.iter().map(|&name| name.to_owned()).collect(),
                why: String::new(),
                grounds: String::new(),
                deciding: Vec::new(),
                changes: Vec::new(),
                textbook: None,
            })
        };
        let choose = VerdictKind::Choose;
        assert_eq!(words(choose, &["threads ×4"]), "choose threads ×4");
        assert_eq!(words(VerdictKind::Tie, &["a", "b", "c"]), "tie of 3");
        assert_eq!(words(VerdictKind::NoneQualifies, &[]), "none qualifies");
    }
}
