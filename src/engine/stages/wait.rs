//! Waiting without using a core.

use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::interpreter;
use crate::engine::stages::StageError;
use crate::engine::stages::draw::draw;
use crate::scenario::Distribution;
use crate::stats::rng::Rng;

/// Waits.
#[derive(Debug)]
pub struct WaitStep {
    time: Distribution,
}

impl WaitStep {
    pub(super) const fn new(time: Distribution) -> Self {
        Self { time }
    }

    /// How long to wait, in nanoseconds.
    pub(super) fn time(&self, rng: &mut Rng) -> u64 {
        draw(self.time, rng)
    }

    pub(super) fn run(&self, rng: &mut Rng, cancel: &Cancel) -> Result<u64, StageError> {
        let time = self.time(rng);
        let until = clock::now_nanos() + time;
        if interpreter::released(|| cancel.wait_until(until)) {
            Ok(time)
        } else {
            Err(StageError::Cancelled)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    #[test]
    fn a_cancelled_wait_ends_at_once() {
        let cancel = Cancel::default();
        cancel.set();
        let step = WaitStep::new(Distribution::Constant(Nanos::from_secs(3600)));
        assert!(matches!(
            step.run(&mut Rng::new(1, 1), &cancel),
            Err(StageError::Cancelled)
        ));
    }
}
