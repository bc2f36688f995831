//! The workers of a pool of processes that live: who may be signalled, stopped or replaced.
//!
//! Whoever sends a signal holds the lock, and who is about to collect a worker takes it off the list first: so no signal
//! reaches a process that was given the same number afterwards. What a worker is at is entered here as well, so that the
//! worker that is ended for a caller who gave up is the one at that caller's attempt, and not yet at another.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::Signal;

use crate::engine::backends::child;
use crate::engine::caller::Attempt;

/// How often each worker is replaced after its death in a block that does not say; a recipe that kills each of them must
/// come to an end.
const REPLACEMENTS_MAX: u32 = 20;

/// The workers that live.
#[derive(Debug)]
pub(super) struct Roster {
    /// By number of the worker.
    places: Mutex<Vec<Place>>,
    /// Set once the pool is ending: a worker that starts later must not be left behind.
    ending: AtomicBool,
    restarts: Restarts,
}

/// How many workers that died are replaced.
#[derive(Debug)]
enum Restarts {
    /// Each so many times.
    Each(Vec<Mutex<u32>>),
    /// So many all together, and how many are left of it.
    All { most: u32, left: Mutex<u32> },
}

#[derive(Debug, Default)]
struct Place {
    pid: Option<u32>,
    /// The attempt that it executes, where somebody may want to stop it.
    at: Option<Arc<Attempt>>,
    /// It was ended for a caller who gave up.
    was_stopped: bool,
    /// A fault killed it.
    was_killed: bool,
}

impl Roster {
    /// Of `workers` workers, of which `restarts` are replaced after their death, if that is said.
    pub(super) fn new(workers: u32, restarts: Option<u32>) -> Self {
        Self {
            places: Mutex::new((0..workers).map(|_| Place::default()).collect()),
            ending: AtomicBool::new(false),
            restarts: match restarts {
                Some(most) => Restarts::All {
                    most,
                    left: Mutex::new(most),
                },
                None => Restarts::Each((0..workers).map(|_| Mutex::default()).collect()),
            },
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A worker has started.
    pub(super) fn enter(&self, worker: usize, pid: u32) {
        if let Some(place) = self.lock().get_mut(worker) {
            *place = Place {
                pid: Some(pid),
                ..Place::default()
            };
        }
        if self.ending.load(Ordering::Acquire) {
            child::kill(pid);
        }
    }

    /// A worker is about to be collected. Nobody else may use its process id from then on: the system may give it
    /// to another process. Says whether a fault killed it.
    pub(super) fn leave(&self, worker: usize) -> bool {
        let mut places = self.lock();
        let left = places.get_mut(worker).map(std::mem::take);
        left.is_some_and(|place| place.was_killed)
    }

    /// A worker is about to execute an attempt.
    pub(super) fn works_at(&self, worker: usize, attempt: &Arc<Attempt>) {
        if let Some(place) = self.lock().get_mut(worker) {
            place.at = Some(attempt.clone());
        }
    }

    /// A worker is done with its attempt, or dead. Says whether it was ended for a caller who gave up: from now on it
    /// will not be.
    pub(super) fn rests(&self, worker: usize) -> bool {
        self.lock().get_mut(worker).is_some_and(|place| {
            place.at = None;
            place.was_stopped
        })
    }

    /// Ends the worker that is at `attempt`; says whether one is.
    pub(super) fn stop(&self, attempt: &Attempt) -> bool {
        let mut places = self.lock();
        let at_it = |place: &&mut Place| place.at.as_deref() == Some(attempt);
        let Some(place) = places.iter_mut().find(at_it) else {
            return false;
        };
        let Some(pid) = place.pid else { return false };
        place.was_stopped = true;
        child::kill(pid);
        true
    }

    /// A fault sends a signal to the worker that has the process id; says whether there is one.
    pub(super) fn signal(&self, pid: u32, signal: Signal) -> bool {
        let mut places = self.lock();
        let Some(place) = places.iter_mut().find(|place| place.pid == Some(pid)) else {
            return false;
        };
        place.was_killed |= signal == Signal::KILL;
        child::signal(pid, signal);
        true
    }

    /// The process ids of those that live.
    pub(super) fn pids(&self) -> Vec<u32> {
        self.lock().iter().filter_map(|place| place.pid).collect()
    }

    /// The process ids of those that no fault has killed: one that was killed is collected when its next task comes.
    pub(super) fn victims(&self) -> Vec<u32> {
        let places = self.lock();
        let unharmed = places.iter().filter(|place| !place.was_killed);
        unharmed.filter_map(|place| place.pid).collect()
    }

    /// Ends all of them, and those that are still to come.
    pub(super) fn kill_all(&self) {
        self.ending.store(true, Ordering::Release);
        for pid in self.lock().iter().filter_map(|place| place.pid) {
            child::kill(pid);
        }
    }

    /// Takes a replacement for a worker that died out of the budget.
    ///
    /// # Errors
    /// Completes "its task is lost,", if there is none.
    pub(super) fn take_replacement(&self, worker: usize) -> Result<(), String> {
        match &self.restarts {
            Restarts::Each(taken) => {
                let Some(taken) = taken.get(worker) else {
                    return Err("there is no such worker".to_owned());
                };
                let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
                if *taken >= REPLACEMENTS_MAX {
                    return Err(format!(
                        "after {REPLACEMENTS_MAX} replacements there is no other"
                    ));
                }
                *taken += 1;
            }
            Restarts::All { most, left } => {
                let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
                *left = left.checked_sub(1).ok_or_else(|| match most {
                    0 => "the block allows no restarts".to_owned(),
                    1 => "the one restart of the block is used up".to_owned(),
                    most => format!("the {most} restarts of the block are used up"),
                })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::task::{Cohort, Task};

    fn attempt(number: u64) -> Arc<Attempt> {
        let task = Task::new(number, Cohort::Measured, 0, 0);
        Arc::new(Attempt::first(&task, 0, 0))
    }

    /// A process that waits until it is killed.
    fn process() -> std::process::Child {
        std::process::Command::new("sleep")
            .arg("1000")
            .spawn()
            .unwrap()
    }

    #[test]
    fn only_the_worker_that_is_at_the_attempt_is_ended_and_only_while_it_is() {
        let roster = Roster::new(2, None);
        let mut children = [process(), process()];
        for (worker, child) in children.iter().enumerate() {
            roster.enter(worker, child.id());
        }
        assert!(!roster.stop(&attempt(1)), "nobody is at it");
        roster.works_at(1, &attempt(1));
        assert!(!roster.stop(&attempt(2)));
        assert!(!roster.rests(1));
        assert!(!roster.stop(&attempt(1)), "it is over");
        roster.works_at(1, &attempt(2));
        assert!(roster.stop(&attempt(2)));
        assert!(roster.rests(1) && !roster.rests(0));
        assert!(!children[1].wait().unwrap().success());
        assert!(children[0].try_wait().unwrap().is_none(), "the other lives");
        assert!(!roster.leave(1), "it was no fault");
        assert_eq!(roster.pids(), [children[0].id()]);
        assert!(!roster.signal(children[1].id(), Signal::KILL), "it is gone");
        assert_eq!(roster.victims(), [children[0].id()]);
        assert!(roster.signal(children[0].id(), Signal::KILL));
        assert_eq!((roster.victims(), roster.pids().len()), (vec![], 1));
        children[0].wait().unwrap();
        assert!(roster.leave(0), "it was a fault");
    }

    #[test]
    fn replacements_come_to_an_end_and_say_so() {
        let usual = Roster::new(2, None);
        for _ in 0..REPLACEMENTS_MAX {
            usual.take_replacement(0).unwrap();
        }
        let end = usual.take_replacement(0).unwrap_err();
        assert_eq!(end, "after 20 replacements there is no other");
        usual.take_replacement(1).unwrap();
        let budget = Roster::new(2, Some(2));
        budget.take_replacement(0).unwrap();
        budget.take_replacement(1).unwrap();
        let end = budget.take_replacement(0).unwrap_err();
        assert_eq!(end, "the 2 restarts of the block are used up");
        let none = Roster::new(1, Some(0)).take_replacement(0);
        assert_eq!(none.unwrap_err(), "the block allows no restarts");
    }
}
