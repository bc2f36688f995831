//! How late event loops run what is due: a heartbeat on each.
//!
//! A heartbeat is a task that wants to run at every instant of a fixed beat and records how late it does. On
//! a loop that is free that is some microseconds; on one that computes in between, as long as that takes. Beats
//! that were due meanwhile are recorded too, each with its own lateness, so that a long stall counts by
//! its length and not as a single beat.
//!
//! The tasks of a runtime with several loops may move between them, and so do the heartbeats: there are
//! as many as loops.

use std::sync::Arc;

use crate::engine::clock;
use crate::engine::shared_histogram::SharedHistogram;
use crate::engine::timer::Timer;
use crate::stats::SparseHistogram;

/// From beat to beat: fine enough for stalls that people notice, and a tenth of a percent of a core.
const BEAT_NANOS: u64 = 10_000_000;

/// The heartbeats of one runtime.
pub(super) struct LoopLag(Arc<SharedHistogram>);

impl LoopLag {
    /// Starts one heartbeat for each of `loops`; they end with the timer or the runtime. To be called within
    /// the runtime.
    pub(super) fn start(loops: u32, timer: &Timer) -> Self {
        let lag = Arc::new(SharedHistogram::new());
        for _ in 0..loops.max(1) {
            tokio::spawn(beat(timer.clone(), lag.clone()));
        }
        Self(lag)
    }

    /// Moves what was recorded since the last call into `out`: nanoseconds from when a beat was due to when the
    /// loop ran it.
    pub(super) fn drain(&self, out: &mut SparseHistogram) {
        self.0.drain(out, false);
    }
}

async fn beat(timer: Timer, lag: Arc<SharedHistogram>) {
    let mut due = clock::now_nanos();
    loop {
        due += BEAT_NANOS;
        if !timer.wait_until(due).await {
            return;
        }
        lag.record(clock::now_nanos().saturating_sub(due));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(lag: &SparseHistogram) -> u64 {
        lag.slots.iter().map(|(_, times)| times).sum()
    }

    /// What the heartbeats of a runtime with one loop have recorded after `work` on it, as soon as `is_enough`.
    fn lag_after(
        work: impl AsyncFnOnce(&Timer),
        is_enough: impl Fn(&SparseHistogram) -> bool,
    ) -> SparseHistogram {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        runtime.block_on(async {
            let timer = Timer::start().unwrap();
            let lag = LoopLag::start(1, &timer);
            work(&timer).await;
            let mut drained = SparseHistogram::default();
            // Which of two tasks runs first that are due at the same time is the runtime's own affair.
            while !is_enough(&drained) {
                timer.wait_until(clock::now_nanos() + 1_000_000).await;
                lag.drain(&mut drained);
            }
            drained
        })
    }

    #[test]
    fn a_task_that_keeps_the_loop_to_itself_shows_with_its_whole_length() {
        let work = async |timer: &Timer| {
            timer.wait_until(clock::now_nanos() + 15_000_000).await;
            let until = clock::now_nanos() + 50_000_000;
            while clock::now_nanos() < until {
                std::hint::spin_loop();
            }
        };
        // Beats every 10 ms: one of them was due within the first 10 ms of the 50.
        let lag = lag_after(work, |lag| lag.max >= 40_000_000);
        let times = times(&lag);
        assert!(times >= 5, "beats that were due meanwhile count: {times}");
    }

    #[test]
    fn heartbeats_go_on_while_tasks_wait() {
        let begun = clock::now_nanos();
        lag_after(async |_| {}, |lag| times(lag) >= 9);
        assert!(clock::now_nanos() - begun >= 90_000_000, "one each 10 ms");
    }
}
