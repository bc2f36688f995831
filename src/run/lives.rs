//! Single tasks of a block, in bounded memory.
//!
//! The runner sends a stretch of complete neighbours about every second for as long as it measures. When there are more
//! parts than [`PARTS_MAX`], or more stretches than [`STRETCHES_MAX`], every second stretch is given up: those that stay
//! lie evenly over the measurement, whatever its length. Of the one that is left at the end a bounded rest is counted.

use serde::{Deserialize, Serialize};

use crate::wire::{LifePart, LivesNews, SlowTask, Stretch};

/// Parts of tasks that are kept: a few stretches of fast tasks, minutes of slow ones; some 60 KiB in a file.
const PARTS_MAX: usize = 1_024;
/// Stretches that are kept, also where hardly a task ended.
const STRETCHES_MAX: usize = 64;
/// The slowest tasks that are kept; a runner sends fewer.
const SLOWEST_MAX: usize = 100;

/// Single tasks of a block. Instants are nanoseconds since its start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lives {
    /// Times in which all parts were kept, ascending.
    stretches: Vec<Stretch>,
    /// One stretch of so many is kept: 1, 2, 4 …
    every: u32,
    /// The parts that touch them.
    parts: Vec<LifePart>,
    /// The slowest measured tasks, the slowest first.
    slowest: Vec<SlowTask>,
}

impl Lives {
    /// The stretches that are kept, ascending.
    #[must_use]
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// The parts of tasks that touch `stretch`, in the order in which they were told.
    pub fn parts_of(&self, stretch: Stretch) -> impl Iterator<Item = &LifePart> {
        self.parts.iter().filter(move |part| stretch.touches(part))
    }

    /// The slowest measured tasks, the slowest first; to a thousandth.
    #[must_use]
    pub fn slowest(&self) -> &[SlowTask] {
        &self.slowest
    }

    /// Takes in what followed.
    pub(super) fn take(&mut self, news: LivesNews) {
        let every = self.every.max(1);
        self.every = every;
        for stretch in news.stretches {
            let known = self.stretches.iter_mut().rev();
            let mut known = known.filter(|known| known.number == stretch.number);
            if let Some(known) = known.next() {
                let dropped_here = known.dropped.max(stretch.dropped);
                *known = stretch;
                known.dropped = dropped_here;
            } else if stretch.number.is_multiple_of(every) {
                self.stretches.push(stretch);
            }
        }
        for part in news.parts {
            if self.is_of_interest(&part) {
                self.parts.push(part);
            }
        }
        if let Some(mut slowest) = news.slowest {
            slowest.truncate(SLOWEST_MAX);
            self.slowest = slowest;
        }
        while self.stretches.len() > 1
            && (self.parts.len() > PARTS_MAX || self.stretches.len() > STRETCHES_MAX)
        {
            self.halve();
        }
        if self.parts.len() > PARTS_MAX {
            let over = (self.parts.len() - PARTS_MAX) as u64;
            self.parts.truncate(PARTS_MAX);
            if let Some(last) = self.stretches.last_mut() {
                last.dropped += over;
            }
        }
    }

    /// Whether it lies in a stretch that is kept.
    fn is_of_interest(&self, part: &LifePart) -> bool {
        self.stretches.iter().any(|stretch| stretch.touches(part))
    }

    /// Gives up every second stretch, and what lies in no other.
    fn halve(&mut self) {
        self.every = self.every.saturating_mul(2);
        let every = self.every;
        self.stretches
            .retain(|stretch| stretch.number.is_multiple_of(every));
        let stretches = &self.stretches;
        self.parts
            .retain(|part| stretches.iter().any(|stretch| stretch.touches(part)));
    }

    /// Looks at what came from elsewhere, before it is gone on with or drawn.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.parts.len() > PARTS_MAX || self.stretches.len() > STRETCHES_MAX {
            return Err(format!(
                "it has {} parts of tasks in {} stretches",
                self.parts.len(),
                self.stretches.len()
            ));
        }
        if self.slowest.len() > SLOWEST_MAX {
            return Err(format!("it has {} slowest tasks", self.slowest.len()));
        }
        let ascending = self.stretches.is_sorted_by(|one, next| {
            one.number < next.number && one.from_nanos <= next.from_nanos
        });
        let forwards = |stretch: &Stretch| stretch.from_nanos <= stretch.until_nanos;
        if !ascending || !self.stretches.iter().all(forwards) {
            return Err("its stretches are out of order".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    const SECOND: u64 = 1_000_000_000;

    fn part(number: u64, start_nanos: u64, service_nanos: u64) -> LifePart {
        support::lives::part(number, Some(0), start_nanos, service_nanos)
    }

    /// Stretch `number`, a second long, with `count` parts of it.
    fn second(number: u32, count: u64) -> LivesNews {
        let from_nanos = u64::from(number) * SECOND;
        LivesNews {
            stretches: vec![Stretch {
                number,
                from_nanos,
                until_nanos: from_nanos + SECOND,
                dropped: 0,
            }],
            parts: (0..count).map(|n| part(n, from_nanos + n, 1)).collect(),
            slowest: None,
        }
    }

    #[test]
    fn a_long_block_keeps_whole_stretches_that_lie_evenly_over_it() {
        let mut lives = Lives::default();
        for number in 0..1_000 {
            lives.take(second(number, 100));
            assert!(lives.parts.len() <= PARTS_MAX);
        }
        let numbers: Vec<u32> = lives.stretches().iter().map(|s| s.number).collect();
        assert_eq!(numbers, [0, 128, 256, 384, 512, 640, 768, 896]);
        for stretch in lives.stretches() {
            assert_eq!(
                (lives.parts_of(*stretch).count(), stretch.dropped),
                (100, 0)
            );
        }
        assert_eq!(lives.check(), Ok(()));
    }

    #[test]
    fn stretches_in_which_nothing_ends_are_bounded_too() {
        let mut lives = Lives::default();
        (0..100_000).for_each(|number| lives.take(second(number, 0)));
        assert!((STRETCHES_MAX / 2..=STRETCHES_MAX).contains(&lives.stretches().len()));
    }

    #[test]
    fn what_a_single_stretch_has_too_many_of_is_counted() {
        let mut lives = Lives::default();
        lives.take(second(0, PARTS_MAX as u64 + 7));
        assert_eq!(
            (lives.parts.len(), lives.stretches()[0].dropped),
            (PARTS_MAX, 7)
        );
        // A later word of the runner, who knows nothing of that, does not take it back.
        lives.take(second(0, 0));
        assert_eq!(lives.stretches()[0].dropped, 7);
    }

    #[test]
    fn a_task_that_ends_long_after_its_stretch_is_kept_and_one_between_two_is_not() {
        let mut lives = Lives::default();
        let mut first = second(0, 0);
        first.stretches[0].until_nanos = 1_000;
        lives.take(first);
        lives.take(LivesNews {
            parts: vec![part(1, 999, 10 * SECOND), part(2, 1_000, 1)],
            ..LivesNews::default()
        });
        let numbers: Vec<u64> = lives.parts.iter().map(|part| part.number).collect();
        assert_eq!(numbers, [1]);
    }

    #[test]
    fn the_newest_word_on_the_slowest_holds() {
        let mut lives = Lives::default();
        let slow = |number| SlowTask {
            last: part(number, 0, 5),
            first_start_nanos: 0,
            split: None,
        };
        let said = |slowest| LivesNews {
            slowest,
            ..LivesNews::default()
        };
        lives.take(said(Some(vec![slow(1)])));
        lives.take(said(Some(vec![slow(2), slow(1)])));
        lives.take(said(None));
        assert_eq!(lives.slowest(), [slow(2), slow(1)]);
    }
}
