//! The load over the time of one block: what becomes due in warm-up, measurement and drain, and when faults last.
//!
//! What the load asks for, not what is done; the corners of the curve are exact, as rates are straight between them.

use crate::scenario::model::round_nanos;
use crate::scenario::{Inject, Load, ProfilePart, Scenario};
use crate::units::Nanos;

/// A profile that goes round and round has its corners drawn up to so many; what comes later is left out and said.
const POINTS_MAX: usize = 3_000;

/// What the curve counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurveOf {
    /// Tasks that become due, per second.
    Arrivals,
    /// Clients that send one task after the other.
    Clients,
}

/// When a fault lasts, in seconds from the start of the measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaultWindow {
    /// Index of the fault in the scenario.
    pub fault: usize,
    /// Its begin.
    pub from_secs: f64,
    /// Its end; the same for a single instant.
    pub until_secs: f64,
}

/// The load over time.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadCurve {
    /// What it counts.
    pub of: CurveOf,
    /// Its corners, straight between them: seconds from the start of the measurement (the warm-up is before 0) and
    /// how many. Two at one instant are a step.
    pub points: Vec<[f64; 2]>,
    /// Length of the warm-up, in seconds.
    pub warm_up_secs: f64,
    /// Length of the measurement, in seconds.
    pub measure_secs: f64,
    /// Length of the drain at the most, in seconds.
    pub drain_secs: f64,
    /// Whether the profile goes on beyond the last corner.
    pub cut: bool,
    /// When faults last, within the block.
    pub faults: Vec<FaultWindow>,
}

impl LoadCurve {
    /// The largest value.
    #[must_use]
    pub fn peak(&self) -> f64 {
        let values = self.points.iter().map(|point| point[1]);
        values.fold(0.0, f64::max)
    }

    /// For how many seconds of the measurement it is above `limit`.
    #[must_use]
    pub fn secs_above(&self, limit: f64) -> f64 {
        let pairs = self.points.windows(2);
        pairs
            .map(|pair| above(pair[0], pair[1], limit))
            .sum::<f64>()
    }
}

/// How long the straight line between two corners is above `limit`, within the measurement.
fn above(from: [f64; 2], to: [f64; 2], limit: f64) -> f64 {
    // The warm-up does not count.
    if from[0] < 0.0 || to[0] <= from[0] {
        return 0.0;
    }
    let (low, high) = (from[1].min(to[1]), from[1].max(to[1]));
    let share = if low > limit {
        1.0
    } else if high <= limit {
        0.0
    } else {
        (high - limit) / (high - low)
    };
    share * (to[0] - from[0])
}

/// The load of one block of `scenario`; none for a batch, whose tasks are all due at the start.
#[must_use]
pub fn load_curve(scenario: &Scenario) -> Option<LoadCurve> {
    let protocol = &scenario.protocol;
    let [warm_up, measure, drain] =
        [protocol.warm_up, protocol.measure, protocol.drain].map(Nanos::secs);
    let steady = |value: f64| vec![[0.0, value], [measure, value]];
    let (of, inside, cut) = match &scenario.load {
        Load::Closed { clients, .. } => (CurveOf::Clients, steady(f64::from(*clients)), false),
        Load::Open { rate_per_sec, .. } => (CurveOf::Arrivals, steady(*rate_per_sec), false),
        Load::Profile { parts, .. } => {
            let (points, cut) = corners(parts, protocol.measure.0);
            (CurveOf::Arrivals, points, cut)
        }
        Load::Batch { .. } => return None,
    };
    let before = match scenario.load.mean_rate_per_sec() {
        // The warm-up has the mean rate of the whole.
        Some(rate) => rate,
        None => inside.first().map_or(0.0, |point| point[1]),
    };
    let mut points = Vec::with_capacity(inside.len() + 4);
    if warm_up > 0.0 {
        points.extend([[-warm_up, before], [0.0, before]]);
    }
    points.extend(inside);
    if !cut {
        points.extend([[measure, 0.0], [measure + drain, 0.0]]);
    }
    // A profile without parts, or a rate that is none, has no picture; validation says what is wrong with it.
    points.retain(|point| point.iter().all(|value| value.is_finite()));
    Some(LoadCurve {
        of,
        points,
        warm_up_secs: warm_up,
        measure_secs: measure,
        drain_secs: drain,
        cut,
        faults: fault_windows(scenario, measure + drain),
    })
}

/// The corners of a profile over `nanos`, round after round, and whether there are more than are told.
fn corners(parts: &[ProfilePart], nanos: u64) -> (Vec<[f64; 2]>, bool) {
    let mut points = Vec::new();
    let mut start = 0_u64;
    let whole = round_nanos(parts);
    if whole == 0 {
        return (points, false);
    }
    for part in parts.iter().cycle() {
        let length = part.length().0;
        if start >= nanos {
            return (points, false);
        }
        if points.len() + 3 > POINTS_MAX {
            return (points, true);
        }
        let end = length.min(nanos - start);
        // Half way is where a spike has its peak.
        let bend = matches!(part, ProfilePart::Spike { .. }) && length / 2 < end;
        let places = [Some(0), bend.then_some(length / 2), Some(end)];
        for at in places.into_iter().flatten() {
            points.push([(start + at) as f64 / 1e9, part.rate_at(at)]);
        }
        start = start.saturating_add(length);
    }
    (points, false)
}

fn fault_windows(scenario: &Scenario, end_secs: f64) -> Vec<FaultWindow> {
    let faults = scenario.faults.iter().enumerate();
    let windows = faults.map(|(index, fault)| {
        let from = fault.from.secs();
        let until = match (fault.inject, fault.until) {
            (Inject::KillWorker { every: None }, _) => from,
            (
                Inject::StallWorker {
                    length,
                    every: None,
                },
                _,
            ) => from + length.secs(),
            (_, Some(until)) => until.secs(),
            (_, None) => end_secs,
        };
        FaultWindow {
            fault: index,
            from_secs: from,
            until_secs: until.min(end_secs),
        }
    });
    windows
        .filter(|window| window.from_secs <= window.until_secs)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    fn curve(load: &str, rest: &str) -> Option<LoadCurve> {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [Wait(time: Constant(\"1ms\"))])], load: {load}, \
             candidates: [(backend: Sequential)], protocol: (warm_up: \"2s\", measure: \"10s\", drain: \"3s\") {rest})"
        );
        load_curve(&parse(&text).scenario.unwrap())
    }

    #[test]
    fn a_steady_load_is_a_plateau_over_warm_up_and_measurement() {
        let open = curve("Open(rate_per_sec: 40)", "").unwrap();
        assert_eq!(open.of, CurveOf::Arrivals);
        assert_eq!(
            open.points,
            [
                [-2.0, 40.0],
                [0.0, 40.0],
                [0.0, 40.0],
                [10.0, 40.0],
                [10.0, 0.0],
                [13.0, 0.0]
            ]
        );
        let closed = curve("Closed(clients: 7)", "").unwrap();
        assert_eq!(
            (closed.of, closed.points[0]),
            (CurveOf::Clients, [-2.0, 7.0])
        );
        assert!(curve("Batch(tasks: 9)", "").is_none());
    }

    const SPIKES: &str = "Profile(parts: [Step(rate_per_sec: 10, length: \"2s\"), Spike(base_per_sec: 10, \
        peak_per_sec: 50, length: \"2s\")])";

    #[test]
    fn a_profile_goes_round_until_the_measurement_ends_and_warms_up_with_its_mean() {
        let found = curve(SPIKES, "").unwrap();
        assert_eq!(found.points[..1], [[-2.0, 20.0]]);
        assert_eq!(
            found.points[2..7],
            [
                [0.0, 10.0],
                [2.0, 10.0],
                [2.0, 10.0],
                [3.0, 50.0],
                [4.0, 10.0]
            ]
        );
        // The third round is cut behind its step.
        let end = found.points.len() - 2;
        assert_eq!(found.points[end - 1..end], [[10.0, 10.0]]);
        assert!((found.peak() - 50.0).abs() < 1e-9);
        assert!(!found.cut);
    }

    #[test]
    fn the_time_above_a_limit_is_exact() {
        let found = curve(SPIKES, "").unwrap();
        // Half way up at 30: half of each of the two spikes.
        assert!((found.secs_above(30.0) - 2.0).abs() < 1e-9);
        assert!(found.secs_above(50.0).abs() < 1e-9);
        assert!((found.secs_above(9.0) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn endless_rounds_are_cut_and_said_to_be() {
        let short = "Profile(parts: [Step(rate_per_sec: 10, length: \"1ms\")])";
        let found = curve(short, "").unwrap();
        assert!(found.cut && found.points.len() <= POINTS_MAX + 4);
    }

    #[test]
    fn faults_last_to_their_end_or_to_that_of_the_block() {
        let faults = ", faults: [(inject: Error, from: \"2s\", until: \"4s\"), (inject: Hang, from: \"1s\"), \
            (inject: KillWorker(), from: \"5s\")]";
        let found = curve("Open(rate_per_sec: 40)", faults).unwrap().faults;
        let told: Vec<_> = found
            .iter()
            .map(|window| (window.fault, window.from_secs, window.until_secs))
            .collect();
        assert_eq!(told, [(0, 2.0, 4.0), (1, 1.0, 13.0), (2, 5.0, 5.0)]);
    }
}
