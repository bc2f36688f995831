//! The sorted list of deadlines, and when the alarm is to ring. Knows no clock.

use std::collections::BTreeMap;
use std::task::Waker;

/// The instant at which a wait is due, and its number, which tells it from others of the same instant.
pub(super) type Key = (u64, u64);

/// Who waits until when.
#[derive(Debug)]
pub(super) struct Deadlines {
    waits: BTreeMap<Key, Waker>,
    next_number: u64,
    /// When the alarm is set to ring; `u64::MAX` if it is not set, 0 while it rings.
    alarm_nanos: u64,
    /// Whether that instant lay ahead when it was set.
    alarm_was_ahead: bool,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            waits: BTreeMap::new(),
            next_number: 0,
            alarm_nanos: u64::MAX,
            alarm_was_ahead: false,
        }
    }
}

impl Deadlines {
    /// Adds a wait; O(log n). Also says when the alarm, which rings `lead_nanos` ahead, must be set to now, if
    /// it would ring too late.
    pub(super) fn add(
        &mut self,
        deadline_nanos: u64,
        waker: Waker,
        now_nanos: u64,
        lead_nanos: u64,
    ) -> (Key, Option<u64>) {
        let key = (deadline_nanos, self.next_number);
        self.next_number += 1;
        self.waits.insert(key, waker);
        let instant = deadline_nanos.saturating_sub(lead_nanos);
        let earlier = instant < self.alarm_nanos;
        if earlier {
            self.set_alarm(instant, now_nanos);
        }
        (key, earlier.then_some(instant))
    }

    /// How many wait.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.waits.len()
    }

    /// The task of that wait has moved.
    pub(super) fn update(&mut self, key: Key, waker: &Waker) {
        if let Some(kept) = self.waits.get_mut(&key) {
            kept.clone_from(waker);
        }
    }

    /// A wait that nobody awaits any more. The alarm may ring for nothing.
    pub(super) fn remove(&mut self, key: Key) {
        self.waits.remove(&key);
    }

    /// Takes off the list what is due at or before `now_nanos`, in the order of the deadlines.
    pub(super) fn take_due(&mut self, now_nanos: u64) -> impl Iterator<Item = Waker> + use<> {
        let later = match now_nanos.checked_add(1) {
            Some(after) => self.waits.split_off(&(after, 0)),
            None => BTreeMap::new(),
        };
        std::mem::replace(&mut self.waits, later).into_values()
    }

    /// The alarm has rung; says when it was to ring, if it was waited for. Until [`Self::next_alarm`] no wait
    /// sets it.
    pub(super) fn rung(&mut self) -> Option<u64> {
        let asked = std::mem::replace(&mut self.alarm_nanos, 0);
        std::mem::take(&mut self.alarm_was_ahead).then_some(asked)
    }

    /// When the alarm, which rings `lead_nanos` ahead, is to ring next: for the latest of the deadlines that lie
    /// within `coalesce_nanos` of the earliest.
    pub(super) fn next_alarm(&mut self, coalesce_nanos: u64, lead_nanos: u64) -> Option<u64> {
        let first = self.waits.first_key_value().map(|((due, _), _)| *due);
        let last = first.and_then(|first| {
            let together = (0, 0)..=(first.saturating_add(coalesce_nanos), u64::MAX);
            self.waits.range(together).next_back()
        });
        let Some(((due, _), _)) = last else {
            self.alarm_nanos = u64::MAX;
            return None;
        };
        Some(due.saturating_sub(lead_nanos))
    }

    /// The alarm is set to `instant_nanos`.
    pub(super) const fn set_alarm(&mut self, instant_nanos: u64, now_nanos: u64) {
        self.alarm_nanos = instant_nanos;
        self.alarm_was_ahead = instant_nanos > now_nanos;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(deadlines: &mut Deadlines, due: u64) -> (Key, Option<u64>) {
        deadlines.add(due, Waker::noop().clone(), 0, 0)
    }

    #[test]
    fn only_a_wait_that_ends_before_the_alarm_sets_it_anew() {
        let mut deadlines = Deadlines::default();
        assert_eq!(add(&mut deadlines, 100).1, Some(100));
        assert_eq!(add(&mut deadlines, 100).1, None);
        assert_eq!(add(&mut deadlines, 101).1, None);
        assert_eq!(add(&mut deadlines, 99).1, Some(99));
    }

    #[test]
    fn what_is_due_leaves_the_list_once_and_what_is_not_stays() {
        let mut deadlines = Deadlines::default();
        for due in [30, 10, 20, 20] {
            add(&mut deadlines, due);
        }
        assert_eq!(deadlines.take_due(9).count(), 0);
        assert_eq!(deadlines.take_due(20).count(), 3);
        assert_eq!(deadlines.take_due(20).count(), 0);
        assert_eq!(deadlines.next_alarm(5, 0), Some(30));
        assert_eq!(deadlines.take_due(u64::MAX).count(), 1);
        assert_eq!(deadlines.next_alarm(5, 0), None);
        assert_eq!(add(&mut deadlines, 1_000).1, Some(1_000), "no alarm is set");
    }

    #[test]
    fn waits_that_end_shortly_after_each_other_share_an_alarm_and_none_is_early() {
        let mut deadlines = Deadlines::default();
        for due in [1_000, 1_003, 1_005, 1_006, 2_000] {
            add(&mut deadlines, due);
        }
        // The latest of the group: whoever rings then releases nobody too early.
        assert_eq!(deadlines.next_alarm(5, 0), Some(1_005));
        assert_eq!(deadlines.take_due(1_005).count(), 3);
        assert_eq!(deadlines.next_alarm(5, 0), Some(1_006));
    }

    #[test]
    fn an_alarm_that_rings_ahead_is_learnt_from_only_if_it_was_waited_for() {
        let mut deadlines = Deadlines::default();
        let mut set = |due, now, lead| deadlines.add(due, Waker::noop().clone(), now, lead).1;
        assert_eq!(set(100, 50, 20), Some(80));
        assert_eq!(
            set(60, 50, 20),
            Some(40),
            "shorter than the delay of a wake"
        );
        assert_eq!(deadlines.rung(), None);
        assert_eq!(add(&mut deadlines, 55).1, None, "while it rings");
        assert_eq!(deadlines.next_alarm(5, 20), Some(40), "at 60 with 55");
        assert_eq!(deadlines.take_due(60).count(), 2);
        assert_eq!(deadlines.next_alarm(5, 20), Some(80));
        deadlines.set_alarm(80, 60);
        assert_eq!(deadlines.rung(), Some(80));
        assert_eq!(deadlines.rung(), None);
    }

    #[test]
    fn a_wait_that_nobody_awaits_any_more_leaves_nothing_behind() {
        let mut deadlines = Deadlines::default();
        for due in 1..=10_000 {
            let (key, _) = add(&mut deadlines, due);
            deadlines.remove(key);
        }
        assert!(deadlines.waits.is_empty());
        assert_eq!(deadlines.next_alarm(5, 0), None);
    }
}
