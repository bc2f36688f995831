//! How often the window may paint while a run measures: the instrument must be light.
//!
//! The cost of a frame is taken from the processor time of the whole process, so that what a software
//! rasteriser spends on its own threads counts too. From it follows the interval that keeps painting below
//! a tenth of one core, between ten frames a second and one in two seconds.
//! Frames that the user causes, by moving the pointer or typing, are not held back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Share of one core that the window aims at while a run measures. The budget is a tenth; the rest is for
/// what the user causes and for what comes unevenly.
const AIM_CORES: f64 = 0.07;
/// Snapshots come ten times a second; more frames would show the same.
const SHORTEST: Duration = Duration::from_millis(100);
/// A window that moves less often looks dead. Frames that are dearer than this allows, 140 ms of processor time,
/// break the budget: a large window without a graphics card comes near to it.
const LONGEST: Duration = Duration::from_secs(2);
/// Weight of the newest frame in the mean: a few frames settle it, a single odd one does not.
const NEWEST_WEIGHT: f64 = 0.3;

/// Chooses the interval between two frames from what the last ones cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pacer {
    /// Mean cost of a frame in nanoseconds of processor time; none before the first.
    cost_nanos: Option<f64>,
}

impl Pacer {
    /// Takes in that a frame cost `cpu` of processor time.
    pub fn record(&mut self, cpu: Duration) {
        let cost = cpu.as_secs_f64() * 1e9;
        let mean = self
            .cost_nanos
            .map_or(cost, |mean| mean + NEWEST_WEIGHT * (cost - mean));
        self.cost_nanos = Some(mean);
    }

    /// How long to wait from one frame to the next. Before anything is known, the longest.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.cost_nanos.map_or(LONGEST, |cost| {
            Duration::from_secs_f64((cost / AIM_CORES / 1e9).min(LONGEST.as_secs_f64()))
                .clamp(SHORTEST, LONGEST)
        })
    }
}

/// When the next frame is due, shared with the thread that reads the runner.
#[derive(Debug)]
pub struct FrameClock {
    epoch: Instant,
    /// Nanoseconds since the epoch.
    due_nanos: AtomicU64,
}

impl Default for FrameClock {
    fn default() -> Self {
        Self {
            epoch: Instant::now(),
            due_nanos: AtomicU64::new(0),
        }
    }
}

impl FrameClock {
    /// A frame was painted; the next is due after `interval`.
    pub fn painted(&self, interval: Duration) {
        let due = (self.epoch.elapsed() + interval).as_nanos() as u64;
        self.due_nanos.store(due, Ordering::Relaxed);
    }

    /// How long until the next frame is due; never zero, because egui paints twice for a request without delay.
    #[must_use]
    pub fn until_due(&self) -> Duration {
        const LEAST: Duration = Duration::from_millis(1);
        let due = Duration::from_nanos(self.due_nanos.load(Ordering::Relaxed));
        due.saturating_sub(self.epoch.elapsed()).max(LEAST)
    }
}

/// Processor time that this process has used so far; none where the system does not tell.
#[must_use]
pub fn process_cpu_time() -> Option<Duration> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let secs = u64::try_from(time.tv_sec).ok()?;
        let nanos = u32::try_from(time.tv_nsec).ok()?;
        Some(Duration::new(secs, nanos))
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pacer_after(frames: &[u64]) -> Pacer {
        let mut pacer = Pacer::default();
        for millis in frames {
            pacer.record(Duration::from_millis(*millis));
        }
        pacer
    }

    #[test]
    fn cheap_frames_come_ten_times_a_second_and_dear_ones_every_other_second() {
        assert_eq!(Pacer::default().interval(), LONGEST);
        assert_eq!(pacer_after(&[0]).interval(), SHORTEST);
        assert_eq!(pacer_after(&[2]).interval(), SHORTEST);
        assert_eq!(pacer_after(&[35]).interval(), Duration::from_millis(500));
        assert_eq!(pacer_after(&[400]).interval(), LONGEST);
    }

    #[test]
    fn painting_stays_within_the_budget_up_to_the_dearest_frame_that_fits_into_it() {
        for millis in 0..=140 {
            let interval = pacer_after(&[millis]).interval();
            let share = Duration::from_millis(millis).as_secs_f64() / interval.as_secs_f64();
            assert!(share <= AIM_CORES + 1e-9, "{millis} ms: {share}");
        }
    }

    #[test]
    fn one_odd_frame_does_not_stop_the_charts() {
        assert!(pacer_after(&[5, 5, 5, 100, 5, 5]).interval() < Duration::from_millis(400));
    }

    #[test]
    fn a_frame_is_due_after_the_interval_and_never_at_once() {
        let clock = FrameClock::default();
        assert!(clock.until_due() > Duration::ZERO);
        clock.painted(Duration::from_mins(1));
        assert!(clock.until_due() > Duration::from_secs(50));
    }
}
