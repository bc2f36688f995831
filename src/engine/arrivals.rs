//! When tasks are due under an open load: a schedule that is fixed before the run.
//!
//! It knows neither where tasks run nor what is recorded, and it never waits for the system: instants are
//! a function of rates, spacing and seed only.
//!
//! The idea for rates that change is time rescaling: tasks are spaced evenly, or with exponential gaps of
//! mean 1, on the axis of the *expected number of tasks*, and each place on it is carried back to time by
//! the inverse of the integrated rate (Lewis and Shedler 1979, "inversion"). Rates are linear between
//! points, so integral and inverse are exact.

use crate::scenario::{Arrivals, Load, ProfilePart};
use crate::stats::rng::Rng;

/// A stream of its own, so that arrivals do not move with the tasks' draws.
const ARRIVAL_STREAM: u64 = 0x6172_7269_7665;

/// The instants at which tasks become due, in nanoseconds from the block's start, ascending; endless.
#[derive(Debug, Clone)]
pub struct OpenSchedule {
    /// Comes first, once.
    warm_up: Option<Piece>,
    /// One round of the profile; repeated for ever.
    round: Vec<Piece>,
    /// The piece under way: its index in `round`, or none in the warm-up.
    at: Option<usize>,
    /// Where the piece under way begins, in nanoseconds. f64: 2^53 ns are 104 days.
    piece_start_nanos: f64,
    /// How many tasks were expected before the piece under way.
    piece_start_tasks: f64,
    spacing: Arrivals,
    rng: Rng,
    /// The place of the next task on the axis of expected tasks.
    next_task: f64,
}

/// A stretch of time in which the rate is linear.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Infinite for a rate that never changes.
    length_nanos: f64,
    /// Tasks per nanosecond at both ends.
    from: f64,
    to: f64,
}

impl Piece {
    fn new(length_nanos: u64, from_per_sec: f64, to_per_sec: f64) -> Self {
        Self {
            length_nanos: length_nanos as f64,
            from: from_per_sec / 1e9,
            to: to_per_sec / 1e9,
        }
    }

    /// How many tasks are expected in it.
    fn tasks(&self) -> f64 {
        if self.length_nanos.is_infinite() {
            f64::INFINITY
        } else {
            f64::midpoint(self.from, self.to) * self.length_nanos
        }
    }

    /// How long after its start `tasks` are expected: the root of `from·t + (to − from)·t²/(2·length)`, in
    /// the form that does not cancel.
    fn time_of(&self, tasks: f64) -> f64 {
        let slope = if self.length_nanos.is_infinite() {
            0.0
        } else {
            (self.to - self.from) / self.length_nanos
        };
        let root = (self.from * self.from + 2.0 * slope * tasks)
            .max(0.0)
            .sqrt();
        let sum = self.from + root;
        if sum > 0.0 { 2.0 * tasks / sum } else { 0.0 }
    }
}

/// The linear pieces of a part of a profile.
fn pieces(part: &ProfilePart) -> Vec<Piece> {
    let length = part.length().0;
    let middle = length / 2;
    let piece = |from: u64, to: u64| Piece::new(to - from, part.rate_at(from), part.rate_at(to));
    match part {
        ProfilePart::Spike { .. } => vec![piece(0, middle), piece(middle, length)],
        ProfilePart::Step { .. } | ProfilePart::Ramp { .. } | ProfilePart::Pause { .. } => {
            vec![piece(0, length)]
        }
    }
}

impl OpenSchedule {
    /// The schedule of an open load after a warm-up of `warm_up_nanos`: a function of its arguments only.
    /// None for loads that have no schedule, and for profiles in which nothing ever becomes due.
    #[must_use]
    pub fn new(load: &Load, warm_up_nanos: u64, seed: u64) -> Option<Self> {
        let spacing = load.arrivals()?;
        let mean = load.mean_rate_per_sec()?;
        let (warm_up, round) = if let Load::Profile { parts, .. } = load {
            (
                Some(Piece::new(warm_up_nanos, mean, mean)),
                parts.iter().flat_map(pieces).collect(),
            )
        } else {
            let for_ever = Piece {
                length_nanos: f64::INFINITY,
                from: mean / 1e9,
                to: mean / 1e9,
            };
            (None, vec![for_ever])
        };
        let expected: f64 = round.iter().map(Piece::tasks).sum();
        if expected.is_nan() || expected <= 0.0 {
            return None;
        }
        let mut schedule = Self {
            at: if warm_up.is_some() { None } else { Some(0) },
            warm_up,
            round,
            piece_start_nanos: 0.0,
            piece_start_tasks: 0.0,
            spacing,
            rng: Rng::new(seed, ARRIVAL_STREAM),
            next_task: 0.0,
        };
        // A Poisson process does not begin with an arrival.
        if spacing == Arrivals::Poisson {
            schedule.step();
        }
        Some(schedule)
    }

    fn step(&mut self) {
        self.next_task += match self.spacing {
            Arrivals::Constant => 1.0,
            Arrivals::Poisson => self.rng.exponential(),
        };
    }

    fn piece(&self) -> Piece {
        match (self.at, self.warm_up) {
            (None, Some(warm_up)) => warm_up,
            (at, _) => self.round[at.unwrap_or(0)],
        }
    }

    /// When the task at `next_task` is due.
    fn due_nanos(&mut self) -> f64 {
        loop {
            let piece = self.piece();
            let within = self.next_task - self.piece_start_tasks;
            let expected = piece.tasks();
            if within < expected {
                return self.piece_start_nanos + piece.time_of(within);
            }
            self.piece_start_tasks += expected;
            self.piece_start_nanos += piece.length_nanos;
            self.at = Some(match self.at {
                None => 0,
                Some(at) => (at + 1) % self.round.len(),
            });
        }
    }
}

impl Iterator for OpenSchedule {
    type Item = u64;

    /// O(1) for a constant rate; over a pause as many steps as the profile has pieces.
    fn next(&mut self) -> Option<u64> {
        let due = self.due_nanos().round() as u64;
        self.step();
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    fn open(rate_per_sec: f64, arrivals: Arrivals, seed: u64) -> OpenSchedule {
        let load = Load::Open {
            rate_per_sec,
            arrivals,
        };
        OpenSchedule::new(&load, 0, seed).unwrap()
    }

    fn profile(arrivals: Arrivals, parts: &[ProfilePart]) -> Load {
        Load::Profile {
            arrivals,
            parts: parts.to_vec(),
        }
    }

    #[test]
    fn a_constant_rate_has_equal_gaps() {
        let due: Vec<_> = open(1_000.0, Arrivals::Constant, 1).take(4).collect();
        assert_eq!(due, [0, 1_000_000, 2_000_000, 3_000_000]);
    }

    #[test]
    fn poisson_arrivals_have_the_rate_and_the_variance_of_independent_callers() {
        let second = 1_000_000_000;
        let mut per_second = vec![0_u32; 2_000];
        for due in open(50.0, Arrivals::Poisson, 3) {
            let Some(bin) = per_second.get_mut((due / second) as usize) else {
                break;
            };
            *bin += 1;
        }
        let n = per_second.len() as f64;
        let mean = per_second.iter().map(|c| f64::from(*c)).sum::<f64>() / n;
        let variance = per_second
            .iter()
            .map(|c| (f64::from(*c) - mean).powi(2))
            .sum::<f64>()
            / n;
        assert!((mean - 50.0).abs() < 1.0, "{mean}");
        assert!((variance / mean - 1.0).abs() < 0.1, "{variance}");
    }

    #[test]
    fn the_same_seed_gives_the_same_schedule() {
        let draw = |seed| {
            open(10.0, Arrivals::Poisson, seed)
                .take(50)
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(5), draw(5));
        assert_ne!(draw(5), draw(6));
    }

    #[test]
    fn a_profile_has_its_steps_pauses_and_rounds() {
        let length = Nanos::from_secs(1);
        let load = profile(
            Arrivals::Constant,
            &[
                ProfilePart::Step {
                    rate_per_sec: 2.0,
                    length,
                },
                ProfilePart::Pause { length },
                ProfilePart::Step {
                    rate_per_sec: 4.0,
                    length,
                },
            ],
        );
        // The warm-up of one second has the mean rate, 2 per second.
        let due: Vec<_> = OpenSchedule::new(&load, 1_000_000_000, 1)
            .unwrap()
            .take(12)
            .map(|due| due / 1_000_000)
            .collect();
        assert_eq!(
            due,
            [
                0, 500, 1_000, 1_500, 3_000, 3_250, 3_500, 3_750, 4_000, 4_500, 6_000, 6_250
            ]
        );
    }

    #[test]
    fn a_ramp_and_a_spike_have_the_tasks_that_their_areas_say() {
        let length = Nanos::from_secs(10);
        let parts = [
            ProfilePart::Ramp {
                from_per_sec: 0.0,
                to_per_sec: 100.0,
                length,
            },
            ProfilePart::Spike {
                base_per_sec: 20.0,
                peak_per_sec: 200.0,
                length,
            },
        ];
        let load = profile(Arrivals::Constant, &parts);
        let due: Vec<_> = OpenSchedule::new(&load, 0, 1)
            .unwrap()
            .take_while(|due| *due < 20_000_000_000)
            .collect();
        let between = |from: f64, to: f64| {
            due.iter()
                .filter(|due| (from..to).contains(&(**due as f64 / 1e9)))
                .count() as f64
        };
        // Areas: 100·10/2; (20+200)/2·10; and half of the ramp has a quarter of it.
        assert!((between(0.0, 10.0) - 500.0).abs() <= 1.0);
        assert!((between(0.0, 5.0) - 125.0).abs() <= 1.0);
        assert!((between(10.0, 20.0) - 1_100.0).abs() <= 1.0);
        assert!((between(10.0, 15.0) - 550.0).abs() <= 1.0);
        assert!(due.is_sorted());
        for (nanos, tasks) in [(5_000_000_000, 125.0), (20_000_000_000, 1_600.0)] {
            assert!((load.tasks_within(nanos).unwrap() - tasks).abs() < 1e-6);
        }
    }

    #[test]
    fn a_profile_of_pauses_has_no_schedule() {
        let pause = ProfilePart::Pause {
            length: Nanos::from_secs(1),
        };
        assert!(OpenSchedule::new(&profile(Arrivals::Poisson, &[pause]), 0, 1).is_none());
        assert!(OpenSchedule::new(&profile(Arrivals::Poisson, &[]), 0, 1).is_none());
        assert!(OpenSchedule::new(&Load::closed(1), 0, 1).is_none());
    }
}
