//! Allocating memory, using it in one of four ways, and releasing it: at once, or some tasks later.
//!
//! The stage's time holds everything: asking for the memory, the pages that come with the first touch, its use,
//! and the release (of memory that is held: in the task that is the last to hold it).

use std::hint::black_box;

use crate::engine::cancel::Cancel;
use crate::engine::interpreter;
use crate::engine::stages::permutation::Permutation;
use crate::engine::stages::{StageError, Workbench};
use crate::scenario::MemoryAccess;
use crate::stats::rng::Rng;
use crate::units::text;

/// Bytes of an element.
const WORD_BYTES: u64 = 8;
/// Elements of a page of 4 KiB; larger pages are touched more than once.
const PAGE_WORDS: usize = 512;
/// Elements of a cache line.
const LINE_WORDS: usize = 8;
/// How much is touched or streamed between two looks at the cancel signal: about a millisecond's worth.
const STRIDE_WORDS: usize = 512 << 10;
/// Cache lines that are visited between two looks at the cancel signal: below 50 µs, as a program in an interpreter
/// would look that often whether somebody asks for the interpreter lock. What is touched or streamed is one call of
/// native code there.
const STRIDE_LINES: u64 = 512;

/// Looks at the cancel signal, and whether somebody asks for the interpreter lock.
fn look(cancel: &Cancel) -> Result<(), StageError> {
    interpreter::check();
    if cancel.is_set() {
        return Err(StageError::Cancelled);
    }
    Ok(())
}

/// Allocates, uses, releases.
#[derive(Debug)]
pub struct MemoryStep {
    bytes: u64,
    access: MemoryAccess,
    hold_tasks: u32,
}

impl MemoryStep {
    pub(super) const fn new(bytes: u64, access: MemoryAccess, hold_tasks: u32) -> Self {
        Self {
            bytes,
            access,
            hold_tasks,
        }
    }

    /// What was written and read, or visited, as one number.
    pub(super) fn run(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        cancel: &Cancel,
    ) -> Result<u64, StageError> {
        let (memory, found) = match self.access {
            MemoryAccess::Allocate => self.reserve().map(|memory| (memory, self.bytes)),
            MemoryAccess::Touch => self.touch(rng, cancel),
            MemoryAccess::Stream => self.stream(rng, cancel),
            MemoryAccess::Chase => self.chase(rng, cancel),
        }?;
        // The compiler must believe that somebody wants the memory.
        black_box(memory.as_ptr());
        if self.hold_tasks > 0 {
            bench.hold(memory, self.hold_tasks);
        }
        Ok(found)
    }

    /// How many elements it takes, and how many cache lines.
    fn words(&self) -> usize {
        usize::try_from(self.bytes.div_ceil(WORD_BYTES)).unwrap_or(usize::MAX)
    }

    fn refused(&self) -> StageError {
        StageError::Failed(format!(
            "the system refused {} of memory; lower 'size' or the number of workers",
            text::bytes(self.bytes as f64)
        ))
    }

    /// Address space only.
    fn reserve(&self) -> Result<Vec<u64>, StageError> {
        let mut memory = Vec::new();
        match memory.try_reserve_exact(self.words()) {
            Ok(()) => Ok(memory),
            Err(_) => Err(self.refused()),
        }
    }

    /// Writes one element of every page.
    fn touch(&self, rng: &mut Rng, cancel: &Cancel) -> Result<(Vec<u64>, u64), StageError> {
        let mut memory = self.reserve()?;
        let salt = rng.next_u64();
        let mut sum = 0_u64;
        for (page, words) in memory
            .spare_capacity_mut()
            .chunks_mut(PAGE_WORDS)
            .enumerate()
        {
            if page.is_multiple_of(STRIDE_WORDS / PAGE_WORDS) {
                look(cancel)?;
            }
            let value = salt ^ page as u64;
            words[0].write(value);
            sum = sum.wrapping_add(value);
        }
        black_box(memory.spare_capacity_mut());
        Ok((memory, sum))
    }

    /// Writes everything in order, then reads everything in order.
    fn stream(&self, rng: &mut Rng, cancel: &Cancel) -> Result<(Vec<u64>, u64), StageError> {
        let mut memory = self.reserve()?;
        let salt = rng.next_u64();
        while memory.len() < self.words() {
            look(cancel)?;
            let start = memory.len();
            let end = self.words().min(start + STRIDE_WORDS);
            memory.extend((start..end).map(|word| salt ^ word as u64));
        }
        // The compiler must not know what it reads.
        let written = black_box(&memory);
        let mut sum = 0_u64;
        for words in written.chunks(STRIDE_WORDS) {
            look(cancel)?;
            sum = words.iter().fold(sum, |sum, word| sum.wrapping_add(*word));
        }
        Ok((memory, sum))
    }

    /// Visits every cache line once in random order, each named by the line before.
    ///
    /// Two passes in that order: the first writes into each line which one is the next, which is also the first
    /// touch of its page; the second follows. The order is computed and needs no memory of its own. The second
    /// pass cannot overlap its accesses and takes most of the time.
    fn chase(&self, rng: &mut Rng, cancel: &Cancel) -> Result<(Vec<u64>, u64), StageError> {
        let lines = self.words().div_ceil(LINE_WORDS).max(1) as u64;
        let words = (lines as usize).saturating_mul(LINE_WORDS);
        let Ok(memory) = bytemuck::allocation::try_zeroed_slice_box::<u64>(words) else {
            return Err(self.refused());
        };
        let mut memory = memory.into_vec();
        let mut order = Permutation::new(lines, rng);
        let first = order.next().unwrap_or(0);
        let mut line = first;
        for (step, next) in order.chain([first]).enumerate() {
            if (step as u64).is_multiple_of(STRIDE_LINES) {
                look(cancel)?;
            }
            memory[line as usize * LINE_WORDS] = next;
            line = next;
        }
        let chain = black_box(&memory);
        let mut sum = 0_u64;
        for step in 0..lines {
            if step.is_multiple_of(STRIDE_LINES) {
                look(cancel)?;
            }
            line = chain[line as usize * LINE_WORDS];
            // Another order is another sum.
            sum = sum.rotate_left(1) ^ line;
        }
        if line == first {
            Ok((memory, sum))
        } else {
            Err(StageError::Failed(
                "the memory does not hold what was written to it".to_owned(),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::sync::Arc;

    const ALL: [MemoryAccess; 4] = [
        MemoryAccess::Allocate,
        MemoryAccess::Touch,
        MemoryAccess::Stream,
        MemoryAccess::Chase,
    ];

    fn bench() -> Workbench {
        Workbench::new(Path::new("."), None, 1, Arc::default())
    }

    fn run(step: &MemoryStep, task: u64) -> Result<u64, StageError> {
        step.run(&mut bench(), &mut Rng::new(1, task), &Cancel::default())
    }

    #[test]
    fn memory_that_cannot_be_had_is_a_failure_with_advice() {
        for access in ALL {
            for bytes in [u64::MAX / 4, u64::MAX] {
                let error = run(&MemoryStep::new(bytes, access, 0), 1).unwrap_err();
                assert!(error.to_string().contains("lower 'size'"), "{error}");
            }
        }
    }

    #[test]
    fn any_size_is_used_and_the_same_task_finds_the_same() {
        for access in ALL {
            for bytes in [0, 1, 8, 63, 64, 65, 4_096, 4_097, 1_000_000] {
                let step = MemoryStep::new(bytes, access, 0);
                let found = run(&step, 7).unwrap();
                assert_eq!(found, run(&step, 7).unwrap(), "{access:?} {bytes}");
                if access != MemoryAccess::Allocate && bytes > 4_096 {
                    assert_ne!(found, run(&step, 8).unwrap(), "{access:?} {bytes}");
                }
            }
        }
    }

    #[test]
    fn what_is_streamed_and_what_is_touched_is_all_of_it() {
        let salt = Rng::new(1, 7).next_u64();
        let sum = |count: u64| (0..count).fold(0_u64, |sum, i| sum.wrapping_add(salt ^ i));
        let found = run(&MemoryStep::new(100_000, MemoryAccess::Stream, 0), 7).unwrap();
        assert_eq!(found, sum(12_500));
        // 25 pages.
        let found = run(&MemoryStep::new(100_000, MemoryAccess::Touch, 0), 7).unwrap();
        assert_eq!(found, sum(25));
    }

    #[test]
    fn memory_is_held_for_further_tasks_of_the_worker_and_then_released() {
        let step = MemoryStep::new(4_096, MemoryAccess::Touch, 2);
        let mut bench = bench();
        let mut held = Vec::new();
        for task in 0..6 {
            bench.begin(false);
            if task < 4 {
                let mut rng = Rng::new(1, task);
                step.run(&mut bench, &mut rng, &Cancel::default()).unwrap();
            }
            held.push(bench.held.len());
        }
        assert_eq!(held, [1, 2, 3, 3, 2, 1]);
    }

    #[test]
    fn a_cancelled_use_ends_and_holds_nothing() {
        let cancel = Cancel::default();
        cancel.set();
        let mut bench = bench();
        for access in &ALL[1..] {
            let step = MemoryStep::new(1 << 20, *access, 3);
            assert!(matches!(
                step.run(&mut bench, &mut Rng::new(1, 1), &cancel),
                Err(StageError::Cancelled)
            ));
        }
        assert!(bench.held.is_empty());
    }
}
