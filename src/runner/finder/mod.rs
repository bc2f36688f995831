//! The hidden finder: which interpreters this machine has, each asked what it is.
//!
//! It runs in a process of its own below a guard, as a runner does, so that whatever an interpreter or a script in
//! its place does, nothing of it stays behind. It is asked once and answers once.

mod ask;
mod naming;
mod places;

use std::ffi::OsStr;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, unbounded};

use crate::runner::Environment;
use crate::runner::finder::ask::NoAnswer;
use crate::runner::finder::naming::Asked;
use crate::runner::finder::places::Place;
use crate::wire::{FindInterpreters, Interpreters, Trouble};

/// More executables than this are counted and not asked.
const PLACES_MAX: usize = 64;
/// As many are asked at once at the most. One that hangs must not hold up the others, and more than there are cores
/// only take time from each other.
const AT_ONCE_MAX: usize = 8;
/// One that gave no answer in time is asked again when the others are through, if there are no more than these.
const AGAIN_MAX: usize = 4;
/// After this no further one is asked: somebody waits for the answer.
const PATIENCE: Duration = Duration::from_secs(30);

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
    let asked = ask_all(&places, environment);
    Interpreters {
        list: naming::named(asked),
        left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
    }
}

/// Asks all of them, some at once; the answers are in the order of the places.
fn ask_all(places: &[Place], environment: &Environment) -> Vec<Asked> {
    let begun = Instant::now();
    let ask = |place: &Place| {
        if begun.elapsed() > PATIENCE {
            let what = format!("was not asked: the search took {} s", PATIENCE.as_secs());
            let said = String::new();
            return Err(NoAnswer::For(Trouble { what, said }));
        }
        let executable = place.executable().map_err(NoAnswer::For)?;
        ask::ask(&executable, &environment.executable, &environment.scratch)
    };
    let next = AtomicUsize::new(0);
    let (sender, answers) = unbounded();
    let work = |sender: Sender<_>| {
        while let Some((index, place)) = take(places, &next) {
            // The receiver outlives all senders.
            let _ = sender.send((index, ask(place)));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        for _ in 1..cores.clamp(2, AT_ONCE_MAX).min(places.len()) {
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
    let mut again = AGAIN_MAX;
    let asked = places.iter().zip(answers).map(|(place, (_, answer))| {
        let answer = match answer {
            Err(NoAnswer::InTime) if again > 0 => {
                again -= 1;
                ask(place)
            }
            answer => answer,
        };
        (place.clone(), answer.map_err(Trouble::from))
    });
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
