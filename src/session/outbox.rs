//! Events on their way to a receiver that may be slow.
//!
//! While the channel is full, snapshots of the same phase of a block are merged into one, except for the first of
//! each phase: differences over the measurement are made of these. Everything else is kept as it is. So nothing upstream ever waits for the screen, and memory stays bounded: what is not a snapshot
//! comes a bounded number of times per block.

use std::collections::VecDeque;

use crossbeam_channel::{Sender, TrySendError};

use crate::run::Event;
use crate::wire::{FromRunner, Phase};

/// The events that the channel had no room for, oldest first.
pub(super) struct Outbox {
    channel: Sender<Event>,
    waiting: VecDeque<Event>,
    /// Block and phase of the newest snapshot.
    newest: Option<(usize, Phase)>,
    /// Whether the newest snapshot is the first of its phase.
    newest_is_first: bool,
    /// Whether nobody receives any more.
    abandoned: bool,
}

impl Outbox {
    pub(super) const fn new(channel: Sender<Event>) -> Self {
        Self {
            channel,
            waiting: VecDeque::new(),
            newest: None,
            newest_is_first: false,
            abandoned: false,
        }
    }

    /// Sends `event`, now or when there is room.
    pub(super) fn send(&mut self, event: Event) {
        let (block, newer) = match event {
            Event::Message {
                block,
                message: FromRunner::Snapshot(snapshot),
            } => (block, snapshot),
            other => {
                self.waiting.push_back(other);
                return self.flush();
            }
        };
        let of = (block, newer.phase);
        match self.waiting.back_mut() {
            Some(Event::Message {
                message: FromRunner::Snapshot(older),
                ..
            }) if self.newest == Some(of) && !self.newest_is_first => older.absorb(*newer),
            _ => {
                self.newest_is_first = self.newest != Some(of);
                self.waiting.push_back(Event::Message {
                    block,
                    message: FromRunner::Snapshot(newer),
                });
            }
        }
        self.newest = Some(of);
        self.flush();
    }

    /// Sends what there is room for.
    pub(super) fn flush(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            match self.channel.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => {
                    self.waiting.push_front(event);
                    return;
                }
                Err(TrySendError::Disconnected(_)) => {
                    self.abandoned = true;
                    self.waiting.clear();
                }
            }
        }
    }

    /// Whether something waits.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether nobody receives any more.
    pub(super) const fn is_abandoned(&self) -> bool {
        self.abandoned
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::BlockEnd;
    use crate::stats::Histogram;
    use crate::wire::{Cohort, Resources, Snapshot};

    fn snapshot(sequence: u64) -> Event {
        let mut response = Histogram::new();
        response.record(sequence);
        let snapshot = Snapshot {
            sequence,
            elapsed_nanos: sequence,
            phase: Phase::Measure,
            measure_start_nanos: Some(0),
            measure_end_nanos: None,
            warm_up: Cohort::default(),
            measured: Cohort {
                response: response.to_sparse(),
                ..Cohort::default()
            },
            counters: Vec::new(),
            pools: Vec::new(),
            loop_lag: crate::stats::SparseHistogram::default(),
            interpreter_lock: None,
            collections: None,
            resilience: crate::wire::Resilience::default(),
            window_completed: sequence,
            window_good: 0,
            window_good_late: 0,
            good_late: 0,
            lives: None,
            resources: Resources::default(),
            skipped_ticks: 0,
            merged: 0,
        };
        Event::Message {
            block: 0,
            message: FromRunner::Snapshot(Box::new(snapshot)),
        }
    }

    #[test]
    fn a_slow_receiver_gets_the_newest_counters_and_every_sample() {
        let (sender, receiver) = crossbeam_channel::bounded(2);
        let mut outbox = Outbox::new(sender);
        for sequence in 0..1_000 {
            outbox.send(snapshot(sequence));
        }
        outbox.send(Event::BlockEnded {
            block: 0,
            end: BlockEnd::Completed,
        });
        assert!(outbox.waiting.len() <= 4, "bounded while nobody receives");
        let mut sequences = Vec::new();
        let mut lost = 0;
        let mut samples = 0;
        let mut newest = 0;
        let mut ended = false;
        while !ended {
            match receiver.try_recv() {
                Ok(Event::Message {
                    message: FromRunner::Snapshot(snapshot),
                    ..
                }) => {
                    let missing = sequences
                        .last()
                        .map_or(0, |last| snapshot.sequence - last - 1);
                    lost += missing - snapshot.merged;
                    sequences.push(snapshot.sequence);
                    samples += snapshot.measured.response.count();
                    newest = snapshot.window_completed;
                }
                Ok(_) => ended = true,
                Err(_) => outbox.flush(),
            }
        }
        assert_eq!((samples, newest), (1_000, 999));
        assert_eq!((sequences[0], lost), (0, 0), "what was merged is not lost");
    }
}
