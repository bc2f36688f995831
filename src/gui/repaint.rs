//! How often the window may paint while a run measures: the instrument must be light.
//!
//! The cost of a frame is taken from the processor time of the whole process, so that what a software
//! rasteriser spends on its own threads counts too. From it follows the interval that keeps painting within
//! a share of the machine, between ten frames a second and one in five seconds.
//! Frames that the user causes, by moving the pointer or typing, are not held back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Share of all processors that painting may take while a run measures. Tasks that meet a frame are slowed, even
/// where a processor is free, as processors share caches, memory and often a core; they are the tail that p95 and
/// p99 show. With a fourteenth of a core on a machine of two, p95 was 5 % and p99 10 % higher than without a window.
const SPARING_RATIO: f64 = 0.005;
/// Cores that painting aims at when charts shall be smooth, and at the most on large machines. The budget is a
/// tenth; the rest is for what the user causes and for what comes unevenly.
const SMOOTH_CORES: f64 = 0.07;
/// Snapshots come ten times a second; more frames would show the same.
const SHORTEST: Duration = Duration::from_millis(100);
/// A window that moves less often looks dead. On two processors this suffices for frames of 50 ms of processor
/// time; a large window without a graphics card takes more.
const LONGEST: Duration = Duration::from_secs(5);
/// Longer intervals are whole seconds, so that they can be told and do not waver with each frame.
const WHOLE_SECONDS: Duration = Duration::from_secs(1);
/// Weight of the newest frame in the mean: a few frames settle it, a single odd one does not.
const NEWEST_WEIGHT: f64 = 0.3;

/// What painting may take while a run measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Painting {
    /// So little that what is measured does not show it.
    Sparing,
    /// Up to a tenth of a core, so that charts move smoothly.
    Smooth,
}

/// Chooses the interval between two frames from what the last ones cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pacer {
    processors: u32,
    /// Mean cost of a frame in nanoseconds of processor time; none before the first.
    cost_nanos: Option<f64>,
}

impl Pacer {
    /// For a machine of so many processors.
    #[must_use]
    pub const fn new(processors: u32) -> Self {
        Self {
            processors,
            cost_nanos: None,
        }
    }

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
    pub fn interval(&self, painting: Painting) -> Duration {
        let cores = match painting {
            Painting::Sparing => (SPARING_RATIO * f64::from(self.processors)).min(SMOOTH_CORES),
            Painting::Smooth => SMOOTH_CORES,
        };
        let Some(cost) = self.cost_nanos else {
            return LONGEST;
        };
        let wanted = Duration::from_secs_f64((cost / cores / 1e9).min(LONGEST.as_secs_f64()));
        if wanted > WHOLE_SECONDS {
            return Duration::from_secs_f64(wanted.as_secs_f64().ceil());
        }
        wanted.max(SHORTEST)
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
    /// The shortest delay of a frame that is asked for: egui paints twice for a request without one.
    pub const SOON: Duration = Duration::from_millis(1);

    /// A frame was painted; the next is due after `interval`.
    pub fn painted(&self, interval: Duration) {
        let due = (self.epoch.elapsed() + interval).as_nanos() as u64;
        self.due_nanos.store(due, Ordering::Relaxed);
    }

    /// How long until the next frame is due; at least [`Self::SOON`].
    #[must_use]
    pub fn until_due(&self) -> Duration {
        let due = Duration::from_nanos(self.due_nanos.load(Ordering::Relaxed));
        due.saturating_sub(self.epoch.elapsed()).max(Self::SOON)
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

    fn interval(processors: u32, painting: Painting, frames: &[u64]) -> Duration {
        let mut pacer = Pacer::new(processors);
        for millis in frames {
            pacer.record(Duration::from_millis(*millis));
        }
        pacer.interval(painting)
    }

    #[test]
    fn cheap_frames_come_ten_times_a_second_and_dear_ones_every_five_seconds() {
        for painting in [Painting::Sparing, Painting::Smooth] {
            assert_eq!(interval(2, painting, &[]), LONGEST);
            assert_eq!(interval(2, painting, &[0]), SHORTEST);
            assert_eq!(interval(2, painting, &[400]), LONGEST);
        }
        let millis = Duration::from_millis;
        assert_eq!(interval(2, Painting::Smooth, &[2]), SHORTEST);
        assert_eq!(interval(2, Painting::Smooth, &[35]), millis(500));
        assert_eq!(interval(2, Painting::Sparing, &[2]), millis(200));
        assert_eq!(interval(2, Painting::Sparing, &[35]), millis(4_000));
    }

    #[test]
    fn more_processors_bear_more_frames_up_to_the_smooth_ones() {
        let at = |processors| interval(processors, Painting::Sparing, &[7]);
        assert_eq!(at(2), Duration::from_millis(700));
        assert_eq!(at(4), Duration::from_millis(350));
        assert_eq!(at(14), Duration::from_millis(100));
        let frames = &[35];
        let smooth = interval(64, Painting::Smooth, frames);
        assert_eq!(interval(64, Painting::Sparing, frames), smooth);
    }

    #[test]
    fn painting_stays_within_its_share_up_to_the_dearest_frame_that_fits_into_it() {
        for (painting, cores, dearest) in
            [(Painting::Sparing, 0.01, 50), (Painting::Smooth, 0.07, 350)]
        {
            for millis in 0..=dearest {
                let interval = interval(2, painting, &[millis]);
                let share = Duration::from_millis(millis).as_secs_f64() / interval.as_secs_f64();
                assert!(share <= cores + 1e-9, "{millis} ms: {share}");
            }
        }
    }

    #[test]
    fn one_odd_frame_does_not_stop_the_charts() {
        let frames = &[5, 5, 5, 100, 5, 5];
        assert!(interval(2, Painting::Smooth, frames) < Duration::from_millis(400));
    }

    #[test]
    fn a_frame_is_due_after_the_interval_and_never_at_once() {
        let clock = FrameClock::default();
        assert!(clock.until_due() > Duration::ZERO);
        clock.painted(Duration::from_mins(1));
        assert!(clock.until_due() > Duration::from_secs(50));
    }
}
