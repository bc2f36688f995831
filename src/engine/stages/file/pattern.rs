//! What files hold: bytes that follow from their offset, so that every byte that is read can be verified.
//!
//! Every page of 4 KiB begins with its own number; the rest is a piece of a fixed list of random bytes, from a
//! place that depends on the number. Writing and comparing it is copying and comparing memory, far faster than
//! the system call beside it; no file system stores it as a hole or compresses it.

use std::sync::OnceLock;

use crate::stats::rng::Rng;

/// Bytes of a page.
const PAGE_BYTES: u64 = 4_096;
/// Bytes of its number.
const NUMBER_BYTES: u64 = 8;
/// From how many places pages are taken: a prime, so that no block size goes along with it.
const PLACES: u64 = 4_093;
/// As many as the last place needs.
const TEMPLATE_BYTES: usize = (PLACES + PAGE_BYTES - NUMBER_BYTES) as usize;

/// Fills `bytes`, which stand at `offset` of the file.
pub(super) fn fill(offset: u64, bytes: &mut [u8]) {
    each_piece(offset, bytes.len(), |at, expected| {
        bytes[at..at + expected.len()].copy_from_slice(expected);
        true
    });
}

/// Whether `bytes` are what stands at `offset`; otherwise the offset of the piece that is not.
pub(super) fn verify(offset: u64, bytes: &[u8]) -> Result<(), u64> {
    let mut damaged = None;
    each_piece(offset, bytes.len(), |at, expected| {
        let good = bytes[at..at + expected.len()] == *expected;
        if !good {
            damaged = Some(offset + at as u64);
        }
        good
    });
    damaged.map_or(Ok(()), Err)
}

/// Hands the expected bytes from `offset` on to `take`, piece by piece, each with its place in the `length`
/// bytes; ends when `take` says so.
fn each_piece(offset: u64, length: usize, mut take: impl FnMut(usize, &[u8]) -> bool) {
    let template = template();
    let mut at = 0;
    while at < length {
        let page = (offset + at as u64) / PAGE_BYTES;
        let within = (offset + at as u64) % PAGE_BYTES;
        let number = page.to_le_bytes();
        let rest = if within < NUMBER_BYTES {
            &number[within as usize..]
        } else {
            let start = page % PLACES;
            &template[(start + within - NUMBER_BYTES) as usize
                ..(start + PAGE_BYTES - NUMBER_BYTES) as usize]
        };
        let piece = &rest[..rest.len().min(length - at)];
        if !take(at, piece) {
            return;
        }
        at += piece.len();
    }
}

pub(super) fn template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let mut rng = Rng::new(0, 4);
        (0..TEMPLATE_BYTES).map(|_| rng.next_u64() as u8).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_in_whatever_pieces_it_is_written() {
        let mut whole = vec![0; 50_000];
        fill(0, &mut whole);
        for length in [1_usize, 7, 8, 9, 4_095, 4_096, 4_097, 20_000] {
            for (number, piece) in whole.chunks(length).enumerate() {
                let offset = (number * length) as u64;
                let mut own = vec![0; piece.len()];
                fill(offset, &mut own);
                assert_eq!(own, piece, "{length} bytes at {offset}");
                assert_eq!(verify(offset, piece), Ok(()));
            }
        }
    }

    #[test]
    fn any_flipped_bit_and_any_misplaced_block_is_noticed() {
        let mut bytes = vec![0; 10_000];
        fill(4_096, &mut bytes);
        for at in [0, 7, 8, 4_095, 4_096, 5_000, 9_999] {
            bytes[at] ^= 0x10;
            assert!(verify(4_096, &bytes).is_err(), "{at}");
            bytes[at] ^= 0x10;
        }
        assert_eq!(verify(4_096, &bytes), Ok(()));
        for offset in [0, 4_095, 8_192, 4_096 * (1 + PLACES)] {
            assert!(verify(offset, &bytes).is_err(), "{offset}");
        }
    }
}
