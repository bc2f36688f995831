//! Writing a file, replacing the worker's earlier one.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::engine::cancel::Cancel;
use crate::engine::interpreter::released;
use crate::engine::stages::file::{block_of, buffer, fold, path, pattern};
use crate::engine::stages::permutation::Permutation;
use crate::engine::stages::{StageError, Workbench};
use crate::scenario::Access;
use crate::stats::rng::Rng;

/// Creates, writes and closes a file.
#[derive(Debug)]
pub struct FileWriteStep {
    bytes: u64,
    block: u64,
    access: Access,
    sync: bool,
}

impl FileWriteStep {
    pub(in crate::engine::stages) fn new(
        bytes: u64,
        block: u64,
        access: Access,
        sync: bool,
    ) -> Self {
        Self {
            bytes,
            block: block_of(block, bytes),
            access,
            sync,
        }
    }

    /// What was written where, as one number.
    pub(in crate::engine::stages) fn run(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        cancel: &Cancel,
    ) -> Result<u64, StageError> {
        match self.write(bench, rng, cancel) {
            Ok(Some(digest)) => Ok(digest),
            Ok(None) => Err(StageError::Cancelled),
            Err(error) => Err(StageError::io(
                "writing a file in the scratch folder",
                &error,
            )),
        }
    }

    /// None if it was cancelled. In random order every block is written once all the same: the file is whole.
    fn write(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        cancel: &Cancel,
    ) -> io::Result<Option<u64>> {
        let path = path(bench, "worker", bench.id);
        let file = released(|| File::create(path))?;
        let bytes = buffer(&mut bench.buffer, self.block);
        let blocks = self.bytes.div_ceil(self.block);
        let mut digest = 0;
        let mut shuffled = Permutation::new(blocks, rng);
        for turn in 0..blocks {
            if cancel.is_set() {
                return Ok(None);
            }
            let number = match self.access {
                Access::Sequential => turn,
                Access::Random => shuffled.next().unwrap_or(turn),
            };
            let offset = number * self.block;
            let bytes = &mut bytes[..self.block.min(self.bytes - offset) as usize];
            pattern::fill(offset, bytes);
            released(|| file.write_all_at(bytes, offset))?;
            digest = fold(digest, offset, bytes);
        }
        if self.sync {
            released(|| file.sync_all())?;
        }
        released(|| drop(file));
        Ok(Some(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn bench(scratch: &std::path::Path) -> Workbench {
        Workbench::new(scratch, None, 3, Arc::default())
    }

    #[test]
    fn a_written_file_is_whole_in_either_order_and_replaces_the_one_before() {
        let scratch = tempfile::tempdir().unwrap();
        let mut bench = bench(scratch.path());
        for (bytes, block) in [(100_000, 4_096), (1, 1 << 20), (10_000, 10_000), (777, 10)] {
            for access in [Access::Sequential, Access::Random] {
                let step = FileWriteStep::new(bytes, block, access, true);
                let mut run = |task| {
                    step.run(&mut bench, &mut Rng::new(1, task), &Cancel::default())
                        .unwrap()
                };
                let digest = run(1);
                assert_eq!(run(1), digest);
                if access == Access::Random && bytes > 10 * block {
                    assert_ne!(run(2), digest);
                }
                let found = std::fs::read(scratch.path().join("worker-3.bin")).unwrap();
                assert_eq!(found.len() as u64, bytes);
                assert_eq!(pattern::verify(0, &found), Ok(()));
            }
        }
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_cancelled_write_ends_and_a_refused_one_says_what_was_done() {
        let scratch = tempfile::tempdir().unwrap();
        let step = FileWriteStep::new(1 << 40, 1 << 20, Access::Sequential, false);
        let cancel = Cancel::default();
        cancel.set();
        let result = step.run(&mut bench(scratch.path()), &mut Rng::new(1, 1), &cancel);
        assert!(matches!(result, Err(StageError::Cancelled)));
        let mut lost = bench(&scratch.path().join("nowhere"));
        let error = step
            .run(&mut lost, &mut Rng::new(1, 1), &Cancel::default())
            .unwrap_err();
        assert!(error.to_string().contains("while writing"), "{error}");
    }
}
