//! The thread that keeps the caller's time: gives attempts up and makes the next ones when they are due.

use std::cmp::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::engine::caller::{Attempt, Caller, lock};
use crate::engine::clock;

/// Entries that need not be swept.
const ENTRIES_MIN: usize = 1_024;
/// How long it sleeps when nothing is due; an entry wakes it.
const IDLE: Duration = Duration::from_mins(1);

/// What is to be done at an instant.
#[derive(Debug)]
pub(in crate::engine) enum Due {
    /// The attempt is given up.
    TimeOut(Arc<Attempt>),
    /// The attempt after this one is made.
    ComeAgain(Arc<Attempt>),
    /// The queue has given up this attempt in place of another.
    Evicted(Arc<Attempt>),
    /// The clerk leaves.
    Leave,
}

/// What is due when.
#[derive(Debug)]
pub(super) struct Entry {
    due_nanos: u64,
    due: Due,
}

/// The earliest is the greatest: a heap gives the greatest first.
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        other.due_nanos.cmp(&self.due_nanos)
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.due_nanos == other.due_nanos
    }
}

impl Eq for Entry {}

impl Caller {
    /// Enters what is due at an instant. Time-outs of attempts that have ended are swept out now and then, so that there
    /// are never many more entries than attempts under way.
    pub(in crate::engine) fn enter(&self, due_nanos: u64, due: Due) {
        let mut diary = lock(&self.diary);
        if diary.len() >= ENTRIES_MIN && diary.len() == diary.capacity() {
            let mut entries = std::mem::take(&mut *diary).into_vec();
            entries.retain(
                |entry| !matches!(&entry.due, Due::TimeOut(attempt) if attempt.is_settled()),
            );
            // Room for as many again, before it is swept the next time.
            entries.reserve(entries.len().max(ENTRIES_MIN));
            *diary = entries.into();
        }
        let is_first = diary.peek().is_none_or(|first| due_nanos < first.due_nanos);
        diary.push(Entry { due_nanos, due });
        drop(diary);
        if is_first {
            self.entered.notify_one();
        }
    }

    /// Takes out the entry that `pick` chooses of so many, due or not: who calls it decides on the order.
    #[cfg(test)]
    pub(in crate::engine) fn take_entry(&self, pick: impl FnOnce(usize) -> usize) -> Option<Due> {
        let mut diary = lock(&self.diary);
        let mut entries = std::mem::take(&mut *diary).into_sorted_vec();
        entries.reverse();
        let taken = (!entries.is_empty()).then(|| entries.remove(pick(entries.len())));
        *diary = entries.into();
        taken.map(|entry| entry.due)
    }

    /// Waits for what is due next, and takes it out.
    fn next_due(&self) -> Due {
        let mut diary = lock(&self.diary);
        loop {
            let now = clock::now_nanos();
            let wait = match diary.peek() {
                Some(first) if first.due_nanos <= now => {
                    if let Some(entry) = diary.pop() {
                        return entry.due;
                    }
                    continue;
                }
                Some(first) => Duration::from_nanos(first.due_nanos - now),
                None => IDLE,
            };
            diary = self
                .entered
                .wait_timeout(diary, wait)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

/// The clerk's thread; leaves when it is dropped.
#[derive(Debug)]
pub(in crate::engine) struct Clerk {
    caller: Arc<Caller>,
    thread: Option<JoinHandle<()>>,
}

impl Clerk {
    /// Starts it; `act` does what is due.
    ///
    /// # Errors
    /// If the system refuses the thread.
    pub(in crate::engine) fn start(
        caller: Arc<Caller>,
        act: impl Fn(Due) + Send + 'static,
    ) -> std::io::Result<Self> {
        let own = caller.clone();
        let thread = std::thread::Builder::new()
            .name("clerk".to_owned())
            .spawn(move || {
                clock::wake_precisely();
                loop {
                    match own.next_due() {
                        Due::Leave => break,
                        due => act(due),
                    }
                }
            })?;
        Ok(Self {
            caller,
            thread: Some(thread),
        })
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.caller.enter(0, Due::Leave);
        if let Some(thread) = self.thread.take() {
            // A clerk that panicked has aborted the process.
            let _ = thread.join();
        }
    }
}
