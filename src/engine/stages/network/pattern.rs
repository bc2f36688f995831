//! What requests and answers consist of: bytes whose value follows from their place, so that the other side
//! can tell whether one is missing, doubled or out of order.
//!
//! All of it is one static table: nothing is allocated, however long a body or however many connections.

use std::io;

use crate::engine::stages::network::invalid;

/// What is read or written at once, at the most.
pub(super) const CHUNK_BYTES: usize = 64 << 10;

/// A prime below 256: no power of two, and so no buffer, is a multiple of it.
const PERIOD: usize = 251;

static TABLE: [u8; CHUNK_BYTES + PERIOD] = table();

#[expect(
    clippy::large_stack_arrays,
    reason = "it is on a stack only in the compiler"
)]
const fn table() -> [u8; CHUNK_BYTES + PERIOD] {
    let mut table = [0; CHUNK_BYTES + PERIOD];
    let mut place = 0;
    while place < table.len() {
        table[place] = (place % PERIOD) as u8;
        place += 1;
    }
    table
}

/// The bytes from `position` on: `left` of them, or [`CHUNK_BYTES`] if that is less.
pub(super) fn bytes(position: u64, left: u64) -> &'static [u8] {
    let phase = (position % PERIOD as u64) as usize;
    let length = left.min(CHUNK_BYTES as u64) as usize;
    &TABLE[phase..phase + length]
}

/// A body on its way in.
#[derive(Debug)]
pub(super) struct Body {
    length: u64,
    taken: u64,
}

impl Body {
    pub(super) const fn new(length: u64) -> Self {
        Self { length, taken: 0 }
    }

    /// How many bytes are still to come.
    pub(super) const fn left(&self) -> u64 {
        self.length - self.taken
    }

    /// Takes in and verifies what was read; no more than is left.
    pub(super) fn take(&mut self, read: &[u8]) -> io::Result<()> {
        if read.len() as u64 > self.left() {
            return Err(invalid("more bytes came than were announced"));
        }
        for chunk in read.chunks(CHUNK_BYTES) {
            if chunk != bytes(self.taken, chunk.len() as u64) {
                return Err(invalid("other bytes came than were sent"));
            }
            self.taken += chunk.len() as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_accepted_in_whatever_pieces_it_comes() {
        for piece in [1, 250, 251, 4_096, CHUNK_BYTES, 200_000] {
            let whole: Vec<u8> = (0..200_000).map(|place| (place % PERIOD) as u8).collect();
            let mut body = Body::new(200_000);
            for part in whole.chunks(piece) {
                body.take(part).unwrap();
            }
            assert_eq!(body.left(), 0);
        }
    }

    #[test]
    fn a_byte_that_is_missing_doubled_or_changed_is_noticed() {
        let sent = bytes(0, 1_000);
        let refused = |read: &[u8]| Body::new(2_000).take(read).is_err();
        assert!(!refused(sent));
        assert!(refused(&sent[1..]));
        assert!(refused(&[&sent[..500], &sent[499..]].concat()));
        assert!(refused(&[&sent[..500], &[77], &sent[501..]].concat()));
        assert!(Body::new(999).take(sent).is_err(), "more than announced");
    }

    #[test]
    fn chunks_follow_each_other_without_a_seam() {
        let first = bytes(0, u64::MAX);
        assert_eq!(first.len(), CHUNK_BYTES);
        assert_eq!(bytes(CHUNK_BYTES as u64 - 1, 1), &first[CHUNK_BYTES - 1..]);
        let next = bytes(CHUNK_BYTES as u64, 10);
        assert_eq!(next[0], ((CHUNK_BYTES) % PERIOD) as u8);
    }
}
