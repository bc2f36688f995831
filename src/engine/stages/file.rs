//! Writing and reading files in the block's private scratch folder.
//!
//! Every block of 64 KiB begins with its own number, and a read checks it, so that a figure for reading is
//! never a figure for data that is not there.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::engine::cancel::Cancel;
use crate::engine::stages::{StageError, Workbench};

/// What one system call transfers.
const BLOCK_BYTES: usize = 64 << 10;
/// A byte that file systems do not store as a hole.
const FILLER: u8 = 0xa5;

/// Writes `bytes` to `out`, block by block.
fn write_blocks(
    out: &mut impl Write,
    bytes: u64,
    buffer: &mut Vec<u8>,
    mut go_on: impl FnMut() -> bool,
) -> io::Result<bool> {
    buffer.clear();
    buffer.resize(BLOCK_BYTES, FILLER);
    let mut written = 0;
    while written < bytes {
        if !go_on() {
            return Ok(false);
        }
        let length = (bytes - written).min(BLOCK_BYTES as u64) as usize;
        mark(buffer, written / BLOCK_BYTES as u64);
        out.write_all(&buffer[..length])?;
        written += length as u64;
    }
    Ok(true)
}

fn mark(buffer: &mut [u8], number: u64) {
    buffer[..8].copy_from_slice(&number.to_le_bytes());
}

/// Writes a file, replacing the worker's earlier one.
#[derive(Debug)]
pub struct FileWriteStep {
    bytes: u64,
    sync: bool,
}

impl FileWriteStep {
    pub(super) const fn new(bytes: u64, sync: bool) -> Self {
        Self { bytes, sync }
    }

    pub(super) fn run(&self, bench: &mut Workbench, cancel: &Cancel) -> Result<(), StageError> {
        let path = bench.scratch.join(format!("worker-{}.bin", bench.id));
        let written = File::create(path).and_then(|mut file| {
            let whole = write_blocks(&mut file, self.bytes, &mut bench.buffer, || {
                !cancel.is_set()
            })?;
            if self.sync && whole {
                file.sync_all()?;
            }
            Ok(whole)
        });
        match written {
            Ok(true) => Ok(()),
            Ok(false) => Err(StageError::Cancelled),
            Err(error) => Err(StageError::io(
                "writing a file in the scratch folder",
                &error,
            )),
        }
    }
}

/// Reads a prepared file.
#[derive(Debug)]
pub struct FileReadStep {
    bytes: u64,
}

impl FileReadStep {
    pub(super) const fn new(bytes: u64) -> Self {
        Self { bytes }
    }

    fn path(&self, scratch: &Path) -> PathBuf {
        scratch.join(format!("read-{}.bin", self.bytes))
    }

    /// Writes the file that the block's tasks will read.
    pub(super) fn prepare(&self, scratch: &Path) -> io::Result<()> {
        let mut file = File::create(self.path(scratch))?;
        write_blocks(&mut file, self.bytes, &mut Vec::new(), || true).map(|_| ())
    }

    pub(super) fn run(&self, bench: &mut Workbench, cancel: &Cancel) -> Result<(), StageError> {
        let doing = "reading the prepared file";
        let mut file =
            File::open(self.path(&bench.scratch)).map_err(|error| StageError::io(doing, &error))?;
        bench.buffer.resize(BLOCK_BYTES, 0);
        let mut number = 0_u64;
        let mut left = self.bytes;
        while left > 0 {
            if cancel.is_set() {
                return Err(StageError::Cancelled);
            }
            let length = left.min(BLOCK_BYTES as u64) as usize;
            let block = &mut bench.buffer[..length];
            file.read_exact(block)
                .map_err(|error| StageError::io(doing, &error))?;
            let expected = number.to_le_bytes();
            let compared = length.min(expected.len());
            if block[..compared] != expected[..compared] {
                return Err(StageError::Failed(format!(
                    "block {number} of the file is not what was written"
                )));
            }
            number += 1;
            left -= length as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_prepared_is_read_whole_and_damage_is_noticed() {
        let scratch = tempfile::tempdir().unwrap();
        let mut bench = Workbench::new(scratch.path(), None, 1, std::sync::Arc::default());
        let cancel = Cancel::default();
        for bytes in [0, 1, 7, 65_536, 200_000] {
            let step = FileReadStep::new(bytes);
            step.prepare(scratch.path()).unwrap();
            assert!(step.run(&mut bench, &cancel).is_ok(), "{bytes}");
        }
        let step = FileReadStep::new(200_000);
        let mut content = std::fs::read(step.path(scratch.path())).unwrap();
        content[65_536] ^= 1;
        std::fs::write(step.path(scratch.path()), &content).unwrap();
        let error = step.run(&mut bench, &cancel).unwrap_err().to_string();
        assert!(error.contains("block 1"), "{error}");
        std::fs::write(step.path(scratch.path()), &content[..70_000]).unwrap();
        assert!(step.run(&mut bench, &cancel).is_err());
    }

    #[test]
    fn a_written_file_has_the_size_asked_for_and_stays_in_the_scratch_folder() {
        let scratch = tempfile::tempdir().unwrap();
        let mut bench = Workbench::new(scratch.path(), None, 3, std::sync::Arc::default());
        FileWriteStep::new(100_000, true)
            .run(&mut bench, &Cancel::default())
            .unwrap();
        let files: Vec<_> = std::fs::read_dir(scratch.path())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].metadata().unwrap().len(), 100_000);
    }
}
