//! What a block that came from elsewhere must keep to, so that nothing that reads runs stumbles over it.

use crate::run::Block;

impl Block {
    /// What its histograms take of memory, in bytes: much more than their text where few slots are in use.
    pub(super) fn dense_bytes(&self) -> u64 {
        let measured = &self.measured;
        [
            &measured.response,
            &measured.service,
            &measured.queue_wait,
            &measured.schedule_delay,
            &self.loop_lag,
        ]
        .map(crate::stats::Histogram::memory_bytes)
        .iter()
        .sum()
    }

    /// Looks at it. Histograms were looked at when they were read.
    ///
    /// # Errors
    /// With what is wrong.
    pub(super) fn check_kept(&self) -> Result<(), String> {
        if !self.state.is_over() {
            return Err("a block that has not ended was kept as one that has".to_owned());
        }
        if let Some(lives) = &self.lives {
            lives.check()?;
        }
        if let Some(workers) = &self.workers {
            workers.check()?;
        }
        self.timeline.check()
    }
}
