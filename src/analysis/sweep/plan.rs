//! Which run of a sweep is next: pure, so that the command line and the window drive it alike.

use std::collections::HashSet;

use crate::analysis::sweep::doubts::Doubts;
use crate::run::record::Step;
use crate::run::{Run, RunRequest, Series};
use crate::scenario::bounds::MAX_REPEATS;
use crate::scenario::estimate::estimate_run_nanos;
use crate::scenario::{NotApplicable, Point, Scenario, Sweep};
use crate::stats::rng::Rng;

/// Streams of their own, so that orders do not move with the tasks' draws.
const ROUND_STREAM: u64 = 0x0072_6f75_6e64;
const POINT_STREAM: u64 = 0x0070_6f69_6e74;

/// A sweep under way: what comes next, and what is known by now.
///
/// Every round visits all points in an order drawn from the seed, and every visit all candidates in an order of its
/// own. All visits of a round have the same seed, so that points and candidates get the same tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPlan {
    /// What is swept.
    pub sweep: Sweep,
    /// What the points vary: the chosen candidates.
    pub base: Scenario,
    /// The seed of all orders and rounds.
    pub seed: u64,
    /// All points, by their numbers.
    pub points: Vec<Point>,
    rounds: u32,
    done: HashSet<(usize, u32)>,
    series: Series,
    doubts: Doubts,
}

impl SweepPlan {
    /// A sweep of which nothing is known yet. More rounds than a scenario may ask for are not planned.
    ///
    /// # Errors
    /// If some point is none.
    pub fn new(scenario: &Scenario, sweep: &Sweep, seed: u64) -> Result<Self, NotApplicable> {
        Ok(Self {
            sweep: sweep.clone(),
            base: sweep.base(scenario),
            seed,
            points: sweep.points(scenario)?,
            rounds: sweep.rounds(scenario).clamp(1, MAX_REPEATS),
            done: HashSet::new(),
            series: Series::default(),
            doubts: Doubts::default(),
        })
    }

    /// The next visit; none when all is done.
    #[must_use]
    pub fn next(&self) -> Option<(Step, RunRequest)> {
        let round = (0..self.rounds).find(|round| self.left(*round) > 0)?;
        let order = shuffled(
            self.points.len(),
            self.seed,
            ROUND_STREAM + u64::from(round),
        );
        let point = order
            .into_iter()
            .find(|point| !self.done.contains(&(*point, round)))?;
        let step = Step {
            point,
            coordinates: self.coordinates(point),
            round,
        };
        Some((step, self.request(point, round)))
    }

    /// What a visit that was made tells. One that did not come to its end is forgotten: it comes again. Whether it was
    /// taken in.
    pub fn tell(&mut self, step: &Step, run: &Run) -> bool {
        let known = step.point < self.points.len() && step.round < self.rounds;
        if !known || !self.series.absorb(step, run) {
            return false;
        }
        self.doubts.take_in(run);
        self.done.insert((step.point, step.round))
    }

    /// How many visits were made, and how many there are.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.done.len(), self.points.len() * self.rounds as usize)
    }

    /// About how long the visits that are left take, in nanoseconds.
    #[must_use]
    pub fn remaining_nanos(&self) -> u64 {
        let left = |point: usize| {
            let rounds = 0..self.rounds;
            rounds
                .filter(|round| !self.done.contains(&(point, *round)))
                .count() as u64
        };
        let points = self.points.iter().enumerate();
        points
            .map(|(index, point)| left(index).saturating_mul(estimate_run_nanos(&point.scenario)))
            .fold(0, u64::saturating_add)
    }

    /// The scenario with the sweep, as a file can have it.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        Scenario {
            sweep: Some(self.sweep.clone()),
            ..self.base.clone()
        }
    }

    /// What is known by now.
    #[must_use]
    pub const fn series(&self) -> &Series {
        &self.series
    }

    /// How often each point is visited.
    #[must_use]
    pub const fn rounds(&self) -> u32 {
        self.rounds
    }

    /// Why visits are not to be trusted.
    #[must_use]
    pub const fn doubts(&self) -> &Doubts {
        &self.doubts
    }

    fn left(&self, round: u32) -> usize {
        let all = 0..self.points.len();
        all.filter(|point| !self.done.contains(&(*point, round)))
            .count()
    }

    fn coordinates(&self, point: usize) -> Vec<f64> {
        let settings = self.points[point].settings.iter();
        settings.map(|setting| setting.amount()).collect()
    }

    fn request(&self, point: usize, round: u32) -> RunRequest {
        let mut request = RunRequest::all_of(self.points[point].scenario.clone());
        let visit = u64::from(round) * self.points.len() as u64 + point as u64;
        request.candidates = shuffled(request.candidates.len(), self.seed, POINT_STREAM + visit);
        request.seed = seed_of_round(self.seed, round);
        request
    }
}

/// The seed of all visits of a round; of the first the one of the whole.
pub(in crate::analysis) fn seed_of_round(seed: u64, round: u32) -> u64 {
    match round {
        0 => seed,
        round => Rng::new(seed, ROUND_STREAM ^ u64::from(round)).next_u64(),
    }
}

/// The numbers below `count` in an order drawn from `seed` (Fisher and Yates).
fn shuffled(count: usize, seed: u64, stream: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut rng = Rng::new(seed, stream);
    for last in (1..count).rev() {
        order.swap(last, (rng.next_u64() % (last as u64 + 1)) as usize);
    }
    order
}
