//! Frames: length, checksum, payload.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Largest payload in bytes. A snapshot has a few kilobytes; a scenario has at most 1 MiB.
const PAYLOAD_MAX: u32 = 4 << 20;

/// Why no further message can be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other side has closed the channel between two frames.
    #[error("the channel was closed")]
    Closed,
    /// The channel broke, or ended within a frame.
    #[error("the channel broke")]
    Io(#[from] io::Error),
    /// The bytes are not a frame of ours.
    #[error("the channel carried something that is not a message ({0})")]
    Garbage(&'static str),
    /// The payload is a frame of ours, and not a message that this version knows.
    #[error("the message cannot be decoded")]
    Payload(#[from] postcard::Error),
}

/// Writes `message` as one frame and flushes.
pub fn write_frame(out: &mut impl Write, message: &impl Serialize) -> Result<(), FrameError> {
    let payload = postcard::to_stdvec(message)?;
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    if length > PAYLOAD_MAX {
        return Err(FrameError::Garbage("the message is too long"));
    }
    let mut frame = Vec::with_capacity(payload.len() + 8);
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(&crc32fast::hash(&payload).to_le_bytes());
    frame.extend_from_slice(&payload);
    out.write_all(&frame)?;
    out.flush()?;
    Ok(())
}

/// Reads one frame. `buffer` is reused from call to call.
pub fn read_frame<T: DeserializeOwned>(
    input: &mut impl Read,
    buffer: &mut Vec<u8>,
) -> Result<T, FrameError> {
    let mut header = [0_u8; 8];
    read_header(input, &mut header)?;
    let [l0, l1, l2, l3, c0, c1, c2, c3] = header;
    let length = u32::from_le_bytes([l0, l1, l2, l3]);
    if length > PAYLOAD_MAX {
        return Err(FrameError::Garbage("impossible length"));
    }
    buffer.resize(length as usize, 0);
    input.read_exact(buffer)?;
    if crc32fast::hash(buffer) != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Err(FrameError::Garbage("wrong checksum"));
    }
    Ok(postcard::from_bytes(buffer)?)
}

/// Like `read_exact`, but an end before the first byte is an orderly close.
fn read_header(input: &mut impl Read, header: &mut [u8; 8]) -> Result<(), FrameError> {
    let mut filled = 0;
    while filled < header.len() {
        match input.read(&mut header[filled..]) {
            Ok(0) if filled == 0 => return Err(FrameError::Closed),
            Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(message: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, &message).unwrap();
        bytes
    }

    #[test]
    fn messages_come_out_as_they_went_in_and_the_end_is_orderly() {
        let bytes = [frame("one"), frame("")].concat();
        let mut input = bytes.as_slice();
        let mut buffer = Vec::new();
        assert_eq!(
            read_frame::<String>(&mut input, &mut buffer).unwrap(),
            "one"
        );
        assert_eq!(read_frame::<String>(&mut input, &mut buffer).unwrap(), "");
        assert!(matches!(
            read_frame::<String>(&mut input, &mut buffer),
            Err(FrameError::Closed)
        ));
    }

    #[test]
    fn a_cut_or_changed_frame_is_never_a_message() {
        let whole = frame("some message");
        for end in 1..whole.len() {
            let read = read_frame::<String>(&mut &whole[..end], &mut Vec::new());
            assert!(matches!(read, Err(FrameError::Io(_))), "cut at {end}");
        }
        for index in 0..whole.len() {
            let mut changed = whole.clone();
            changed[index] ^= 0x10;
            assert!(read_frame::<String>(&mut changed.as_slice(), &mut Vec::new()).is_err());
        }
    }

    #[test]
    fn a_stray_print_is_told_from_a_message() {
        let read = read_frame::<String>(&mut &b"hello from a library\n"[..], &mut Vec::new());
        assert!(matches!(read, Err(FrameError::Garbage(_))));
    }
}
