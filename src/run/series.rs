//! What is known of a sweep or of a search for the capacity: points, and one run for each.
//!
//! A point is visited several times, each time by an ordinary run that measures each candidate once. These runs are put
//! together as the repeats of one run, so that everything that draws conclusions from a run does so from a point.

use crate::run::record::Step;
use crate::run::{Block, Run, Timeline};
use crate::stats::Histogram;

/// The points of a sweep or a search, as far as they were visited.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    points: Vec<SeriesPoint>,
}

/// One point, visited at least once.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesPoint {
    /// Its number, from 0.
    pub point: usize,
    /// Where it lies, one number per parameter.
    pub coordinates: Vec<f64>,
    /// All visits as one run, a repeat each. Without the course of its blocks, and of the distributions the response
    /// times alone: a sweep has thousands of blocks.
    pub run: Run,
    /// The visits, in the order in which they were taken in.
    pub rounds: Vec<u32>,
}

impl Series {
    /// Takes in one visit. One that did not come to its end, and a second one of the same round, change nothing:
    /// whether it was taken in.
    pub fn absorb(&mut self, step: &Step, run: &Run) -> bool {
        if !run.ended || run.stopped {
            return false;
        }
        let place = self
            .points
            .binary_search_by_key(&step.point, |point| point.point);
        let index = match place {
            Ok(index) => index,
            Err(index) => {
                let mut empty = run.clone();
                empty.blocks.clear();
                let point = SeriesPoint {
                    point: step.point,
                    coordinates: step.coordinates.clone(),
                    run: empty,
                    rounds: Vec::new(),
                };
                self.points.insert(index, point);
                index
            }
        };
        self.points[index].absorb(step.round, run)
    }

    /// The points that were visited, by their numbers.
    #[must_use]
    pub fn points(&self) -> &[SeriesPoint] {
        &self.points
    }

    /// A point, if it was visited.
    #[must_use]
    pub fn point(&self, point: usize) -> Option<&SeriesPoint> {
        let place = self
            .points
            .binary_search_by_key(&point, |found| found.point);
        place.ok().map(|index| &self.points[index])
    }
}

impl SeriesPoint {
    fn absorb(&mut self, round: u32, run: &Run) -> bool {
        if self.rounds.contains(&round) {
            return false;
        }
        self.rounds.push(round);
        self.run.machine = self.run.machine.take().or_else(|| run.machine.clone());
        self.run.blocks.extend(run.blocks.iter().map(|block| {
            let mut block = lean(block);
            block.planned.repeat = round;
            block
        }));
        self.run.request.scenario.protocol.repeats = self.rounds.len() as u32;
        self.run.revision += 1;
        true
    }
}

/// A block without what only a chart over time shows.
fn lean(block: &Block) -> Block {
    let mut block = block.clone();
    block.timeline = Timeline::new();
    block.lives = None;
    block.measured.service = Histogram::new();
    block.measured.queue_wait = Histogram::new();
    block.measured.schedule_delay = Histogram::new();
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    fn step(point: usize, round: u32) -> Step {
        Step {
            point,
            coordinates: vec![point as f64],
            round,
        }
    }

    #[test]
    fn visits_of_a_point_become_the_repeats_of_one_run() {
        let mut series = Series::default();
        for (point, round) in [(1, 0), (0, 0), (1, 1), (1, 2)] {
            let run = support::noisy::noisy_run(u64::from(round), 1, &[1.0, 1.2]);
            assert!(series.absorb(&step(point, round), &run));
        }
        assert_eq!(series.points().len(), 2);
        let point = series.point(1).unwrap();
        assert_eq!(
            (point.rounds.as_slice(), point.coordinates[0] as u32),
            (&[0, 1, 2][..], 1)
        );
        let repeats: Vec<_> = point
            .run
            .blocks_of(1)
            .map(|block| block.planned.repeat)
            .collect();
        assert_eq!(repeats, [0, 1, 2]);
        assert!(
            point
                .run
                .blocks
                .iter()
                .all(|block| block.timeline == Timeline::new())
        );
        assert_eq!(series.point(2), None);
    }

    #[test]
    fn a_visit_that_was_stopped_or_is_known_already_is_not_taken_in() {
        let mut series = Series::default();
        let mut run = support::noisy::noisy_run(1, 1, &[1.0]);
        run.stopped = true;
        assert!(!series.absorb(&step(0, 0), &run));
        assert_eq!(series.points(), []);
        run.stopped = false;
        assert!(series.absorb(&step(0, 0), &run));
        let once = series.clone();
        assert!(!series.absorb(&step(0, 0), &run));
        assert_eq!(series, once);
    }
}
