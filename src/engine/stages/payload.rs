//! Payload: bytes that a task brings to its worker, and bytes that it brings back.
//!
//! The caller has the bytes already; what differs between back ends is how they get to the worker. A thread
//! is handed a reference. To a worker process they are really sent and its result really comes back, through
//! the pipe or through shared memory (`Mailbox`).
//!
//! In every case the worker reads all it was brought, writes all that it brings back, and the caller reads all
//! of that: each reading is a checksum. The caller compares what came back with what the worker says it wrote.
//!
//! The digest of the stage is the same on every back end: a sample of what the worker was brought, and the draw
//! that decides what it brings back. It is made of no more, so that an interpreter can make it as well.

use std::hint::black_box;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::OnceLock;

use crate::engine::cancel::Cancel;
use crate::engine::slab::Slab;
use crate::engine::stages::{StageError, Workbench};
use crate::stats::rng::Rng;

/// What the caller has is somewhat longer than what a task brings: tasks bring different parts of it.
const SPREAD_BYTES: usize = 64 << 10;
/// So many different parts there are: few, so that an interpreter can have each at hand as an object of its own and
/// need not copy one for each task.
const PARTS: usize = 4;
/// What the caller's bytes are made from.
const CALLERS_SEED: u64 = 0x706f_6f6c_7363_6f70;
/// Difference of neighbouring words of what is written: odd, so that no two of them are equal.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;
/// Factor of the checksum; any large odd number does.
const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;
/// Bytes that the checksum takes at once: four independent chains of multiplications keep a core busy.
const BLOCK_BYTES: usize = 32;

/// The four chains of a checksum under way.
struct Chains([u64; 4]);

impl Chains {
    const fn new() -> Self {
        Self([1, 2, 3, 4])
    }

    fn take(&mut self, words: [u64; 4]) {
        for (chain, word) in self.0.iter_mut().zip(words) {
            *chain = (*chain ^ word).wrapping_mul(FACTOR);
        }
    }

    /// The length is part of it: missing zeros at the end are noticed.
    fn end(self, bytes: usize) -> u64 {
        self.0.into_iter().fold(bytes as u64, |sum, chain| {
            (sum.rotate_left(23) ^ chain ^ (chain >> 29)).wrapping_mul(FACTOR)
        })
    }
}

/// Reads all of `bytes`. About 8 bytes per cycle.
pub(in crate::engine) fn checksum(bytes: &[u8]) -> u64 {
    let mut chains = Chains::new();
    let (blocks, rest) = bytes.as_chunks::<BLOCK_BYTES>();
    for block in blocks {
        chains.take(words(block));
    }
    let mut last = [0; BLOCK_BYTES];
    last[..rest.len()].copy_from_slice(rest);
    chains.take(words(&last));
    chains.end(bytes.len())
}

/// Writes all of `out` with bytes that follow from `seed`, and returns their [`checksum`].
fn produce(seed: u64, out: &mut [u8]) -> u64 {
    let mut chains = Chains::new();
    let bytes = out.len();
    let (blocks, rest) = out.as_chunks_mut::<BLOCK_BYTES>();
    let mut next = seed;
    let mut words = || {
        std::array::from_fn(|_| {
            next = next.wrapping_add(STRIDE);
            next
        })
    };
    for block in blocks {
        let words = words();
        chains.take(words);
        *block = in_bytes(words);
    }
    let mut last = in_bytes(words());
    last[rest.len()..].fill(0);
    rest.copy_from_slice(&last[..rest.len()]);
    chains.take(self::words(&last));
    chains.end(bytes)
}

fn words(block: &[u8; BLOCK_BYTES]) -> [u64; 4] {
    let (words, _) = block.as_chunks::<8>();
    std::array::from_fn(|word| u64::from_le_bytes(words[word]))
}

fn in_bytes(words: [u64; 4]) -> [u8; BLOCK_BYTES] {
    let mut block = [0; BLOCK_BYTES];
    for (bytes, word) in block.chunks_exact_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    block
}

/// Brings bytes to the worker and back.
#[derive(Debug)]
pub struct PayloadStep {
    to_worker: usize,
    back: usize,
    /// What the caller has. Only made where the caller is: never in a worker process.
    callers: OnceLock<Vec<u8>>,
}

impl PayloadStep {
    pub(super) fn new(to_worker: u64, back: u64) -> Self {
        let length = |bytes| usize::try_from(bytes).unwrap_or(usize::MAX);
        Self {
            to_worker: length(to_worker),
            back: length(back),
            callers: OnceLock::new(),
        }
    }

    /// How many bytes a task brings with it and how many it brings back.
    pub(in crate::engine) const fn sizes(&self) -> (usize, usize) {
        (self.to_worker, self.back)
    }

    /// Makes what the caller has before the first task asks for it.
    pub(super) fn prepare(&self) {
        self.brought(0);
    }

    /// What a task brings to its worker; `rng` is the step's own stream of draws.
    pub(in crate::engine) fn brought_by(&self, mut rng: Rng) -> &[u8] {
        self.brought(rng.next_u64())
    }

    fn brought(&self, seed: u64) -> &[u8] {
        let callers = self.callers.get_or_init(|| callers_bytes(self.to_worker));
        let from = seed as usize % PARTS * (SPREAD_BYTES / PARTS);
        &callers[from..from + self.to_worker]
    }

    pub(super) fn run(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        cancel: &Cancel,
    ) -> Result<u64, StageError> {
        let seed = rng.next_u64();
        if cancel.is_set() {
            return Err(StageError::Cancelled);
        }
        let found = if let Some(mailbox) = &mut bench.mailbox {
            let found = read(mailbox.take(self.to_worker)?);
            mailbox.put(self.back, |out| produce(seed, out))?;
            found
        } else {
            let found = read(self.brought(seed));
            let out = sized(&mut bench.buffer, self.back)?;
            let written = produce(seed, out);
            // The caller reads what it gets.
            check(out, written)?;
            found
        };
        let goes_back = Rng::new(seed, self.back as u64).next_u64();
        Ok(u64::from(found).rotate_left(32) ^ goes_back)
    }
}

/// Reads all of what the worker was brought and returns the CRC-32 of a sample of it: one byte in so many, from the
/// first.
fn read(brought: &[u8]) -> u32 {
    const SAMPLE: usize = 64;
    black_box(checksum(brought));
    let mut sample = crc32fast::Hasher::new();
    let mut gathered = [0; 64];
    for bytes in brought.chunks(SAMPLE * gathered.len()) {
        let taken = bytes.iter().step_by(SAMPLE);
        let count = taken.len();
        for (place, byte) in gathered.iter_mut().zip(taken) {
            *place = *byte;
        }
        sample.update(&gathered[..count]);
    }
    sample.finalize()
}

/// What the caller has for tasks that bring up to `longest` bytes each. For shorter ones it is the beginning of that.
pub(super) fn callers_bytes(longest: usize) -> Vec<u8> {
    let mut bytes = vec![0; longest.saturating_add(SPREAD_BYTES)];
    produce(CALLERS_SEED, &mut bytes);
    bytes
}

/// The first `bytes` bytes of `buffer`, which grows if it has to.
fn sized(buffer: &mut Vec<u8>, bytes: usize) -> Result<&mut [u8], StageError> {
    if buffer.len() < bytes {
        buffer
            .try_reserve_exact(bytes - buffer.len())
            .map_err(|error| {
                StageError::Failed(format!(
                    "the system refused memory for the payload ({error})"
                ))
            })?;
        buffer.resize(bytes, 0);
    }
    Ok(&mut buffer[..bytes])
}

/// Reads `bytes` as their receiver and compares them with what their writer says it wrote.
pub(in crate::engine) fn check(bytes: &[u8], written: u64) -> Result<(), StageError> {
    if checksum(bytes) == written {
        Ok(())
    } else {
        Err(StageError::Failed(
            "the payload that came back is not the one that the worker wrote".to_owned(),
        ))
    }
}

/// What a payload stage left for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Piece {
    /// How many bytes.
    pub(in crate::engine) bytes: u64,
    /// Their checksum, by who wrote them.
    pub(in crate::engine) sum: u64,
}

/// Where a worker process finds what came with a task, and leaves what goes back.
#[derive(Debug)]
pub(in crate::engine) struct Mailbox {
    memory: Memory,
    /// What is left of what the task brought.
    unread: Range<usize>,
    /// Where the next piece is put, and where it must end.
    free: Range<usize>,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Memory {
    /// Filled from and emptied into the pipe.
    Own { inbox: Vec<u8>, outbox: Vec<u8> },
    /// Both sides map it.
    Shared(Slab),
}

impl Mailbox {
    /// A mailbox whose contents travel through the pipe, or lie in `slab`.
    pub(in crate::engine) fn new(slab: Option<Slab>) -> Self {
        let memory = match slab {
            Some(slab) => Memory::Shared(slab),
            None => Memory::Own {
                inbox: Vec::new(),
                outbox: Vec::new(),
            },
        };
        Self {
            memory,
            unread: 0..0,
            free: 0..0,
            pieces: Vec::new(),
        }
    }

    /// Reads the `bytes` that come with a frame out of the pipe; with shared memory there are none.
    pub(in crate::engine) fn receive(
        &mut self,
        input: &mut impl Read,
        bytes: usize,
    ) -> io::Result<()> {
        if let Memory::Own { inbox, .. } = &mut self.memory {
            let inbox = sized(inbox, bytes).map_err(io::Error::other)?;
            input.read_exact(inbox)?;
        }
        Ok(())
    }

    /// Lays out what belongs to the next task: what it brought, and where in shared memory its result goes.
    pub(in crate::engine) fn open(&mut self, brought: Range<usize>, room: Range<usize>) {
        self.unread = brought;
        self.free = match self.memory {
            // Emptied after each task.
            Memory::Own { .. } => 0..room.len(),
            Memory::Shared(_) => room,
        };
        self.pieces.clear();
    }

    fn take(&mut self, bytes: usize) -> Result<&[u8], StageError> {
        let all = match &self.memory {
            Memory::Own { inbox, .. } => inbox.as_slice(),
            Memory::Shared(slab) => slab.bytes(),
        };
        let range = self.unread.start..self.unread.start.saturating_add(bytes);
        let fits = range.end <= self.unread.end;
        let piece = all
            .get(range.clone())
            .filter(|_| fits)
            .ok_or_else(mismatch)?;
        self.unread.start = range.end;
        Ok(piece)
    }

    fn put(
        &mut self,
        bytes: usize,
        produce: impl FnOnce(&mut [u8]) -> u64,
    ) -> Result<u64, StageError> {
        let range = self.free.start..self.free.start.saturating_add(bytes);
        if range.end > self.free.end {
            return Err(mismatch());
        }
        let all = match &mut self.memory {
            Memory::Own { outbox, .. } => sized(outbox, range.end)?,
            Memory::Shared(slab) => slab.bytes_mut(),
        };
        let sum = produce(all.get_mut(range.clone()).ok_or_else(mismatch)?);
        self.free.start = range.end;
        self.pieces.push(Piece {
            bytes: bytes as u64,
            sum,
        });
        Ok(sum)
    }

    /// What the stages of the task left: the pieces in their order, and those bytes of them that go through
    /// the pipe.
    pub(in crate::engine) fn left(&self) -> (&[Piece], &[u8]) {
        let through_pipe = match &self.memory {
            Memory::Own { outbox, .. } => &outbox[..self.free.start],
            Memory::Shared(_) => &[],
        };
        (&self.pieces, through_pipe)
    }
}

/// Both sides are the same executable with the same scenario.
fn mismatch() -> StageError {
    StageError::Failed("the payload does not have the length that the scenario says".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bench() -> (tempfile::TempDir, Workbench) {
        let scratch = tempfile::tempdir().unwrap();
        let bench = Workbench::new(scratch.path(), None, 0, std::sync::Arc::default());
        (scratch, bench)
    }

    #[test]
    fn a_checksum_notices_every_flipped_bit_and_every_missing_byte() {
        let mut bytes = vec![0; 77];
        let written = produce(5, &mut bytes);
        assert_eq!(checksum(&bytes), written);
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(check(&bytes, written).is_err(), "bit {bit}");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        bytes.swap(8, 40);
        assert_ne!(checksum(&bytes), written, "the order counts");
        let zeros = [0; 64];
        let sums: std::collections::BTreeSet<_> =
            (0..=64).map(|length| checksum(&zeros[..length])).collect();
        assert_eq!(sums.len(), 65);
    }

    #[test]
    fn what_is_written_follows_from_the_seed_at_every_length() {
        for length in [0, 1, 8, 31, 32, 33, 1_000] {
            let (mut one, mut same, mut other) =
                (vec![0; length], vec![9; length], vec![0; length]);
            assert_eq!(produce(1, &mut one), produce(1, &mut same));
            assert_eq!(one, same);
            if length > 0 {
                assert_ne!(produce(2, &mut other), checksum(&one), "{length}");
            }
        }
    }

    #[test]
    fn the_digest_is_made_of_a_sample_of_what_came_and_of_the_draw_for_what_goes_back() {
        for length in [0, 1, 64, 65, 4_096, 4_097, 100_000] {
            let brought: Vec<u8> = (0..length).map(|place| (place / 64 % 251) as u8).collect();
            let sample: Vec<u8> = brought.iter().copied().step_by(64).collect();
            assert_eq!(read(&brought), crc32fast::hash(&sample), "{length}");
        }
        let (_scratch, mut bench) = bench();
        let step = PayloadStep::new(0, 1_000);
        let seed = Rng::new(3, 4).next_u64();
        let found = step
            .run(&mut bench, &mut Rng::new(3, 4), &Cancel::default())
            .unwrap();
        assert_eq!(found, Rng::new(seed, 1_000).next_u64());
    }

    #[test]
    fn the_digest_is_the_same_by_reference_through_a_pipe_and_in_shared_memory() {
        let (_scratch, mut bench) = bench();
        let cancel = Cancel::default();
        let steps = [
            PayloadStep::new(100_000, 33),
            PayloadStep::new(0, 70_000),
            PayloadStep::new(5, 0),
        ];
        let rng = |step: usize| Rng::new(9, step as u64);
        let run = |bench: &mut Workbench| -> Vec<u64> {
            let each = steps.iter().enumerate();
            each.map(|(number, step)| step.run(bench, &mut rng(number), &cancel).unwrap())
                .collect()
        };
        let by_reference = run(&mut bench);
        let brought: Vec<u8> = (0..steps.len())
            .flat_map(|number| steps[number].brought_by(rng(number)).to_vec())
            .collect();

        let mut piped = Mailbox::new(None);
        piped
            .receive(&mut brought.as_slice(), brought.len())
            .unwrap();
        piped.open(0..brought.len(), 0..70_033);
        bench.mailbox = Some(piped);
        assert_eq!(run(&mut bench), by_reference);
        let mailbox = bench.mailbox.take().unwrap();
        let (pieces, mut back) = mailbox.left();
        assert_eq!(back.len(), 70_033);
        for piece in pieces {
            let (bytes, rest) = back.split_at(piece.bytes as usize);
            check(bytes, piece.sum).unwrap();
            back = rest;
        }

        if cfg!(target_os = "linux") {
            let mut slab = Slab::create(300_000).unwrap();
            slab.bytes_mut()[..brought.len()].copy_from_slice(&brought);
            let mut shared = Mailbox::new(Some(slab));
            shared.open(0..brought.len(), 200_000..270_033);
            bench.mailbox = Some(shared);
            assert_eq!(run(&mut bench), by_reference);
            assert_eq!(bench.mailbox.unwrap().left().0.len(), 3);
        }
    }

    #[test]
    fn a_payload_of_another_length_than_the_scenario_says_is_a_failure() {
        let (_scratch, mut bench) = bench();
        let step = PayloadStep::new(10, 10);
        for (brought, room) in [(9, 10), (10, 9)] {
            let mut mailbox = Mailbox::new(None);
            mailbox.receive(&mut [0; 10].as_slice(), 10).unwrap();
            mailbox.open(0..brought, 0..room);
            bench.mailbox = Some(mailbox);
            let error = step.run(&mut bench, &mut Rng::new(1, 1), &Cancel::default());
            assert!(error.unwrap_err().to_string().contains("length"));
        }
    }
}
