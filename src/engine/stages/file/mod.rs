//! Writing, appending to and reading files in the block's private scratch folder.
//!
//! Files are kept open where a program would keep them open:
//! - a **written** file is created, written and closed by each task, as a document that is saved: the stage holds
//!   the cost of opening;
//! - a **log** is opened once and appended to, as logs are;
//! - a **prepared** file is opened once per process and read at offsets (pread), as a database or a server does
//!   with its data: one descriptor, which all workers share, so that ten thousand tasks need no more.
//!
//! What is read was written when the block was prepared, and flushed, so that writing it back does not disturb
//! the measurement. Unless it is larger than the memory of the machine, it is read from the system's cache:
//! the stage then costs a system call and a copy, no disk.

mod append;
mod pattern;
mod read;
mod write;

use crate::engine::stages::Workbench;
use crate::scenario::bounds::MAX_BLOCK;

pub use append::FileAppendStep;
pub(super) use append::Log;
pub use read::FileReadStep;
pub use write::FileWriteStep;

/// How much each call moves where `asked` was asked for and `bytes` are moved in all; never more than validation lets
/// pass, which bounds each worker's buffer.
pub(in crate::engine) fn block_of(asked: u64, bytes: u64) -> u64 {
    asked.clamp(1, MAX_BLOCK.0).min(bytes.max(1))
}

/// The first `length` bytes of the worker's buffer, of any content.
fn buffer(bench_buffer: &mut Vec<u8>, length: u64) -> &mut [u8] {
    let length = length as usize;
    if bench_buffer.len() < length {
        bench_buffer.resize(length, 0);
    }
    &mut bench_buffer[..length]
}

/// Adds a block at `offset` to a digest; `bytes` is what was transferred, as the pattern has it or not.
fn fold(digest: u64, offset: u64, bytes: &[u8]) -> u64 {
    let mut ends = [0; 8];
    let few = bytes.len().min(4);
    ends[..few].copy_from_slice(&bytes[..few]);
    ends[4..4 + few].copy_from_slice(&bytes[bytes.len() - few..]);
    let block = u64::from_le_bytes(ends) ^ offset.rotate_left(32) ^ bytes.len() as u64;
    digest.rotate_left(5).wrapping_add(block)
}

/// The random bytes that files are made of, for another program that writes and verifies them.
pub(super) fn template() -> &'static [u8] {
    pattern::template()
}

/// Where a worker's files lie.
fn path(bench: &Workbench, what: &str, number: u64) -> std::path::PathBuf {
    bench.scratch.join(format!("{what}-{number}.bin"))
}
