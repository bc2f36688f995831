//! Allocating memory and touching every page of it.

use std::hint::black_box;

use crate::engine::cancel::Cancel;
use crate::engine::stages::StageError;
use crate::units::text;

/// How much is touched between two looks at the cancel signal: about a millisecond's worth.
const STRIDE_BYTES: usize = 4 << 20;

/// Allocates, touches, releases.
#[derive(Debug)]
pub struct MemoryStep {
    bytes: usize,
}

impl MemoryStep {
    pub(super) fn new(bytes: u64) -> Self {
        Self {
            bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
        }
    }

    pub(super) fn run(&self, cancel: &Cancel) -> Result<(), StageError> {
        let mut memory: Vec<u8> = Vec::new();
        if memory.try_reserve_exact(self.bytes).is_err() {
            return Err(StageError::Failed(format!(
                "the system refused {} of memory; lower 'size' or the number of workers",
                text::bytes(self.bytes as f64)
            )));
        }
        while memory.len() < self.bytes {
            if cancel.is_set() {
                return Err(StageError::Cancelled);
            }
            // Written, not zeroed: a zero page would not be memory of ours.
            memory.resize((memory.len() + STRIDE_BYTES).min(self.bytes), 1);
        }
        black_box(&memory);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_cannot_be_had_is_a_failure_with_advice() {
        let error = MemoryStep::new(u64::MAX / 4)
            .run(&Cancel::default())
            .unwrap_err();
        assert!(error.to_string().contains("lower 'size'"), "{error}");
        assert!(MemoryStep::new(5 << 20).run(&Cancel::default()).is_ok());
        assert!(MemoryStep::new(0).run(&Cancel::default()).is_ok());
    }
}
