//! Compressing messages with zlib at level 6, each on its own, as a server does with its answers.
//!
//! Messages and not one endless stream, so that long amounts of work are proportional to their number of units:
//! a KiB costs more the more of its message has gone before, about 15 µs in the first and 45 µs in the last.
//! An amount below one message is therefore cheaper than its units say.
//!
//! The result is made of what ends each message, the checksum of its uncompressed bytes (RFC 1950), and not of the
//! compressed bytes: those are another compressor's own choice, and CPython brings another one.

use std::hint::black_box;

use flate2::{Compress, Compression, FlushCompress};

use crate::engine::stages::kernels::text;

/// Bytes of a message: the length of a web page. Ending one takes about 100 µs at once, in which no cancelling
/// is noticed.
pub(super) const MESSAGE_BYTES: u64 = 64 << 10;
/// Bytes of a message where a time is to be hit: whole ones of about 60 µs.
pub(super) const SMALL_MESSAGE_BYTES: u64 = 4 << 10;
/// More than a compressed message, so that one call takes all.
const OUTPUT_BYTES: usize = 96 << 10;

/// Bytes of the checksum that ends a message.
const TRAILER_BYTES: usize = 4;

/// Compressing under way.
pub(in crate::engine::stages) struct Compressing {
    position: text::Position,
    message_bytes: u64,
    compress: Compress,
    output: Vec<u8>,
    /// Of the trailers of all messages.
    checksum: crc32fast::Hasher,
}

impl Compressing {
    /// From the place in the text that `draw` decides, in messages of `message_bytes`.
    pub(super) fn new(draw: u64, message_bytes: u64) -> Self {
        Self {
            position: text::Position::new(draw),
            message_bytes,
            compress: Compress::new(Compression::new(6), true),
            output: vec![0; OUTPUT_BYTES],
            checksum: crc32fast::Hasher::new(),
        }
    }

    /// Compresses `grains` grains more, and ends each message that is complete.
    pub(super) fn advance(&mut self, grains: u64) {
        let mut left = grains * text::GRAIN_BYTES as u64;
        while left > 0 {
            let bytes = left.min(self.message_bytes - self.compress.total_in());
            let Self {
                position,
                compress,
                output,
                ..
            } = self;
            position.advance(bytes / text::GRAIN_BYTES as u64, |input| {
                put(compress, input, FlushCompress::None, output);
            });
            left -= bytes;
            if self.compress.total_in() == self.message_bytes {
                self.end_message();
            }
        }
    }

    fn end_message(&mut self) {
        let Self {
            compress,
            output,
            checksum,
            ..
        } = self;
        let end = put(compress, &[], FlushCompress::Finish, output);
        checksum.update(&end[end.len().saturating_sub(TRAILER_BYTES)..]);
        compress.reset();
    }

    /// A checksum of all messages; the last one ends here if it is not complete.
    pub(super) fn result(mut self) -> u64 {
        if self.compress.total_in() > 0 {
            self.end_message();
        }
        self.checksum.finalize().into()
    }
}

/// Compresses all of `input` and returns what came out.
fn put<'o>(
    compress: &mut Compress,
    input: &[u8],
    flush: FlushCompress,
    output: &'o mut [u8],
) -> &'o [u8] {
    let (before_in, before_out) = (compress.total_in(), compress.total_out());
    let status = compress.compress(input, output, flush);
    debug_assert!(status.is_ok(), "there is room for a whole message");
    debug_assert_eq!(compress.total_in() - before_in, input.len() as u64);
    black_box(&output[..(compress.total_out() - before_out) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_result_is_what_ends_each_message_whoever_compresses_it() {
        let mut expected = crc32fast::Hasher::new();
        let mut position = text::Position::new(5);
        let mut compressed_bytes = 0;
        for _ in 0..3 {
            let mut message = Vec::new();
            position.advance(MESSAGE_BYTES / text::GRAIN_BYTES as u64, |bytes| {
                message.extend_from_slice(bytes);
            });
            let mut compressed = Vec::new();
            flate2::read::ZlibEncoder::new(&message[..], Compression::new(6))
                .read_to_end(&mut compressed)
                .unwrap();
            compressed_bytes += compressed.len();
            expected.update(&compressed[compressed.len() - TRAILER_BYTES..]);
            // Adler-32 as RFC 1950 has it.
            let (a, b) = message.iter().fold((1, 0), |(a, b), byte| {
                let a = (a + u32::from(*byte)) % 65_521;
                (a, (b + a) % 65_521)
            });
            let adler = (b << 16 | a).to_be_bytes();
            assert_eq!(compressed[compressed.len() - TRAILER_BYTES..], adler);
        }
        let mut compressing = Compressing::new(5, MESSAGE_BYTES);
        compressing.advance(3 * MESSAGE_BYTES / text::GRAIN_BYTES as u64);
        assert_eq!(compressing.result(), u64::from(expected.finalize()));
        // Text, not noise and not one word.
        assert!(
            (20_000..100_000).contains(&compressed_bytes),
            "{compressed_bytes}"
        );
    }
}
