//! Reading from a prepared file, and verifying every byte.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use crate::engine::cancel::Cancel;
use crate::engine::interpreter::released;
use crate::engine::stages::file::{block_of, buffer, fold, pattern};
use crate::engine::stages::{StageError, Workbench};
use crate::scenario::Access;
use crate::stats::rng::Rng;

/// What one call writes when a file is prepared.
const PREPARED_BLOCK_BYTES: u64 = 1 << 20;

/// Reads from a prepared file.
#[derive(Debug)]
pub struct FileReadStep {
    bytes: u64,
    block: u64,
    access: Access,
    file_bytes: u64,
}

impl FileReadStep {
    pub(in crate::engine::stages) fn new(
        bytes: u64,
        block: u64,
        access: Access,
        file_bytes: u64,
    ) -> Self {
        Self {
            bytes,
            block: block_of(block, bytes),
            access,
            file_bytes,
        }
    }

    fn path(&self, scratch: &Path) -> PathBuf {
        scratch.join(format!("read-{}.bin", self.file_bytes))
    }

    /// Writes the file that the block's tasks will read, and flushes it; once for all stages and workers that
    /// read a file of this size.
    pub(in crate::engine::stages) fn prepare(&self, scratch: &Path) -> io::Result<()> {
        let path = self.path(scratch);
        if std::fs::metadata(&path).is_ok_and(|found| found.len() == self.file_bytes) {
            return Ok(());
        }
        let file = File::create(path)?;
        let mut bytes = vec![0; PREPARED_BLOCK_BYTES.min(self.file_bytes) as usize];
        let mut offset = 0;
        while offset < self.file_bytes {
            let bytes = &mut bytes[..PREPARED_BLOCK_BYTES.min(self.file_bytes - offset) as usize];
            pattern::fill(offset, bytes);
            file.write_all_at(bytes, offset)?;
            offset += bytes.len() as u64;
        }
        file.sync_data()
    }

    /// What was read and from where, as one number.
    pub(in crate::engine::stages) fn run(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        cancel: &Cancel,
    ) -> Result<u64, StageError> {
        let failed = |error| StageError::io("reading the prepared file", &error);
        let file = self.open(bench).map_err(failed)?;
        let mut offset = self.first_offset(rng);
        let mut digest = 0;
        let mut left = self.bytes;
        while left > 0 {
            if cancel.is_set() {
                return Err(StageError::Cancelled);
            }
            let length = self.block.min(left).min(self.file_bytes - offset);
            let bytes = buffer(&mut bench.buffer, length);
            released(|| file.read_exact_at(bytes, offset)).map_err(failed)?;
            pattern::verify(offset, bytes).map_err(|at| {
                StageError::Failed(format!("the prepared file is damaged at byte {at}"))
            })?;
            digest = fold(digest, offset, bytes);
            left -= length;
            offset = self.next_offset(offset + length, rng);
        }
        Ok(digest)
    }

    /// Whole blocks of the file, at least one.
    fn blocks(&self) -> u64 {
        (self.file_bytes / self.block).max(1)
    }

    /// The place of a block that is drawn; at the beginning if all of the file is read in order.
    fn first_offset(&self, rng: &mut Rng) -> u64 {
        let drawn = rng.next_u64() % self.blocks() * self.block;
        match self.access {
            Access::Sequential if self.file_bytes <= self.bytes => 0,
            Access::Sequential | Access::Random => drawn,
        }
    }

    /// Where to go on: after the end of the file, at its beginning.
    fn next_offset(&self, after: u64, rng: &mut Rng) -> u64 {
        match self.access {
            Access::Random => rng.next_u64() % self.blocks() * self.block,
            Access::Sequential if after < self.file_bytes => after,
            Access::Sequential => 0,
        }
    }

    /// The file, opened if this process has not done so.
    fn open(&self, bench: &mut Workbench) -> io::Result<Arc<File>> {
        if let Some((_, file)) = bench
            .prepared
            .iter()
            .find(|(bytes, _)| *bytes == self.file_bytes)
        {
            return Ok(file.clone());
        }
        let mut files = bench
            .shared
            .prepared
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let file = if let Some(file) = files.get(&self.file_bytes) {
            file.clone()
        } else {
            let file = Arc::new(File::open(self.path(&bench.scratch))?);
            files.insert(self.file_bytes, file.clone());
            file
        };
        drop(files);
        bench.prepared.push((self.file_bytes, file.clone()));
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ground {
        scratch: tempfile::TempDir,
        bench: Workbench,
    }

    impl Ground {
        fn new() -> Self {
            let scratch = tempfile::tempdir().unwrap();
            let bench = Workbench::new(scratch.path(), None, 1, Arc::default());
            Self { scratch, bench }
        }

        fn run(&mut self, step: &FileReadStep, task: u64) -> Result<u64, StageError> {
            step.prepare(self.scratch.path()).unwrap();
            step.run(&mut self.bench, &mut Rng::new(1, task), &Cancel::default())
        }
    }

    #[test]
    fn any_size_is_read_in_any_blocks_and_either_order() {
        let mut ground = Ground::new();
        for access in [Access::Sequential, Access::Random] {
            for (bytes, block, file) in [
                (0, 1, 0),
                (1, 1 << 20, 1),
                (200_000, 65_536, 200_000),
                (200_000, 4_096, 1_000_000),
                (5_000, 777, 100),
                (1_000_000, 1 << 20, 10_000),
            ] {
                let step = FileReadStep::new(bytes, block, access, file);
                let found = ground.run(&step, 1).unwrap();
                assert_eq!(ground.run(&step, 1).unwrap(), found, "{step:?}");
                if file > 10 * block {
                    assert_ne!(ground.run(&step, 2).unwrap(), found, "{step:?}");
                }
            }
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_and_a_file_that_is_too_short_fail_the_task() {
        let mut ground = Ground::new();
        let step = FileReadStep::new(200_000, 65_536, Access::Sequential, 200_000);
        ground.run(&step, 1).unwrap();
        let path = step.path(ground.scratch.path());
        let file = File::options().write(true).open(&path).unwrap();
        let content = std::fs::read(&path).unwrap();
        for at in [0, 100, 65_536, 199_999] {
            file.write_all_at(&[content[at] ^ 1], at as u64).unwrap();
            let error = ground.run(&step, 1).unwrap_err().to_string();
            assert!(error.contains("damaged"), "{at}: {error}");
            file.write_all_at(&[content[at]], at as u64).unwrap();
        }
        assert!(ground.run(&step, 1).is_ok());
        file.set_len(70_000).unwrap();
        let mut rng = Rng::new(1, 1);
        let error = step
            .run(&mut ground.bench, &mut rng, &Cancel::default())
            .unwrap_err();
        assert!(error.to_string().contains("while reading"), "{error}");
    }

    #[test]
    fn a_prepared_file_is_made_once_and_shared_by_stages_of_the_same_size() {
        let ground = Ground::new();
        let one = FileReadStep::new(4_096, 4_096, Access::Random, 100_000);
        one.prepare(ground.scratch.path()).unwrap();
        // A mark that a second preparation would remove.
        let path = one.path(ground.scratch.path());
        let file = File::options().write(true).open(&path).unwrap();
        file.write_all_at(b"mark", 0).unwrap();
        let other = FileReadStep::new(100_000, 1 << 20, Access::Sequential, 100_000);
        other.prepare(ground.scratch.path()).unwrap();
        assert_eq!(other.path(ground.scratch.path()), path);
        assert!(std::fs::read(&path).unwrap().starts_with(b"mark"));
        assert_eq!(std::fs::read_dir(ground.scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn random_blocks_are_whole_and_aligned() {
        let step = FileReadStep::new(1 << 20, 4_096, Access::Random, 1_000_000);
        let mut rng = Rng::new(1, 1);
        for _ in 0..1_000 {
            let offset = step.next_offset(0, &mut rng);
            assert!(offset.is_multiple_of(4_096) && offset + 4_096 <= 1_000_000);
        }
    }
}
