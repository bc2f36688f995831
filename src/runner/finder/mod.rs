//! The hidden finder: which interpreters this machine has, each asked what it is.
//!
//! It runs in a process of its own below a guard, as a runner does, so that whatever an interpreter or a script in
//! its place does, nothing of it stays behind. It is asked once and answers once.

mod ask;
mod naming;
mod places;

use std::ffi::OsStr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Sender, unbounded};

use crate::runner::Environment;
use crate::runner::finder::naming::Asked;
use crate::runner::finder::places::Place;
use crate::wire::{FindInterpreters, Interpreters};

/// More executables than this are counted and not asked.
const PLACES_MAX: usize = 64;
/// As many are asked at once: starting one takes tens of milliseconds, most of them waiting for files, and one that
/// hangs must not hold up the others.
const AT_ONCE: usize = 8;

/// Looks where `request` says, in the folders of `path`, and asks everything that looks like an interpreter.
pub(super) fn find(
    request: &FindInterpreters,
    path: &OsStr,
    environment: &Environment,
) -> Interpreters {
    let configured = request.configured.iter();
    let mut places: Vec<Place> = configured.map(Place::of_configured).collect();
    if request.on_path {
        places.extend(places::on_path(path));
    }
    let left_out = places.len().saturating_sub(PLACES_MAX);
    places.truncate(PLACES_MAX);
    let asked = ask_all(places, environment);
    Interpreters {
        list: naming::named(asked),
        left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
    }
}

/// Asks all of them, some at once; the answers are in the order of the places.
fn ask_all(places: Vec<Place>, environment: &Environment) -> Vec<Asked> {
    let next = AtomicUsize::new(0);
    let (sender, answers) = unbounded();
    let work = |sender: Sender<_>| {
        while let Some((index, place)) = take(&places, &next) {
            let answer = place.executable().and_then(|executable| {
                ask::ask(&executable, &environment.executable, &environment.scratch)
            });
            // The receiver outlives all senders.
            let _ = sender.send((index, answer));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..AT_ONCE.min(places.len()) {
            let (sender, work) = (sender.clone(), &work);
            // A thread less asks more slowly, and as much.
            let _ = std::thread::Builder::new()
                .name("finder".to_owned())
                .spawn_scoped(scope, move || work(sender));
        }
        work(sender);
    });
    let mut answers: Vec<_> = answers.into_iter().collect();
    answers.sort_by_key(|(index, _)| *index);
    let answers = answers.into_iter().map(|(_, answer)| answer);
    let asked = places.into_iter().zip(answers);
    asked
        .map(|(place, answer)| Asked { place, answer })
        .collect()
}

/// The next place that nobody asks yet.
fn take<'p>(places: &'p [Place], next: &AtomicUsize) -> Option<(usize, &'p Place)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    places.get(index).map(|place| (index, place))
}

/// Whether `path` is a file that this user may execute.
fn is_executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}
