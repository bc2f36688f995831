//! The generated text that is hashed and compressed.

use std::sync::OnceLock;

use crate::stats::rng::Rng;

/// Bytes of one grain of hashing and compressing: a block of SHA-256.
pub(super) const GRAIN_BYTES: usize = 64;
/// Long enough that deflate's window of 32 KiB does not see it repeat.
const TEXT_BYTES: usize = 128 << 10;

/// Makes the text.
pub(super) fn warm() {
    generated_text();
}

/// A place in the text, which goes round.
pub(in crate::engine::stages) struct Position(usize);

impl Position {
    /// The place that `draw` decides: the beginning of a grain.
    pub(super) const fn new(draw: u64) -> Self {
        Self(draw as usize % (TEXT_BYTES / GRAIN_BYTES) * GRAIN_BYTES)
    }

    /// Hands the next `grains` grains of the text to `take`, in as few pieces as possible.
    pub(super) fn advance(&mut self, grains: u64, mut take: impl FnMut(&[u8])) {
        let text = generated_text();
        let mut left = grains;
        while left > 0 {
            let pieces = left.min(((TEXT_BYTES - self.0) / GRAIN_BYTES) as u64);
            let end = self.0 + pieces as usize * GRAIN_BYTES;
            take(&text[self.0..end]);
            self.0 = end % TEXT_BYTES;
            left -= pieces;
        }
    }
}

/// Bytes with about the redundancy of log lines: words of a small vocabulary and numbers.
pub(super) fn generated_text() -> &'static [u8] {
    const WORDS: [&str; 16] = [
        "request", "served", "cache", "miss", "user", "order", "item", "total", "GET", "POST",
        "status", "200", "404", "region", "north", "latency",
    ];
    static TEXT: OnceLock<Vec<u8>> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut rng = Rng::new(0, 0);
        let mut text = Vec::with_capacity(TEXT_BYTES + 32);
        while text.len() < TEXT_BYTES {
            let draw = rng.next_u64();
            text.extend_from_slice(WORDS[(draw % 16) as usize].as_bytes());
            text.extend_from_slice(format!("={} ", (draw >> 8) % 10_000).as_bytes());
        }
        text.truncate(TEXT_BYTES);
        text
    })
}
