//! The raw TCP protocol: a header of fixed length that names the length of what follows.
//!
//! Numbers are little-endian. A request is 26 bytes: the mark, whether to fail (1) or not (0), the delay in
//! nanoseconds, the length of what comes with it, the length wanted back. An answer is 11 bytes: the mark, how
//! it ended (0 well, 1 with the error asked for), whether the server closes (1), the length of what follows.

use std::io;

use crate::engine::stages::network::{Call, Head, Status, invalid};

/// The first byte of everything here; no method of HTTP begins with it.
pub(super) const MARK: u8 = 1;

const REQUEST_BYTES: usize = 26;
const ANSWER_BYTES: usize = 11;

pub(super) fn request(call: &Call) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(REQUEST_BYTES);
    bytes.extend([MARK, u8::from(call.fails)]);
    for number in [call.delay_nanos, call.request_bytes, call.response_bytes] {
        bytes.extend(number.to_le_bytes());
    }
    bytes
}

pub(super) fn answer(head: &Head) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ANSWER_BYTES);
    let failed = head.status != Status::Ok;
    bytes.extend([MARK, u8::from(failed), u8::from(head.closes)]);
    bytes.extend(head.bytes.to_le_bytes());
    bytes
}

/// The length of a request's header and what it asks; none while it is incomplete.
pub(super) fn parse_request(received: &[u8]) -> io::Result<Option<(usize, Call)>> {
    let Some(header) = received.first_chunk::<REQUEST_BYTES>() else {
        return Ok(None);
    };
    let [MARK, fails @ (0 | 1), ..] = *header else {
        return Err(invalid("not a request"));
    };
    let call = Call {
        delay_nanos: number(&header[2..]),
        request_bytes: number(&header[10..]),
        response_bytes: number(&header[18..]),
        fails: fails == 1,
    };
    Ok(Some((REQUEST_BYTES, call)))
}

/// The length of an answer's header and what it says; none while it is incomplete.
pub(super) fn parse_answer(received: &[u8]) -> io::Result<Option<(usize, Head)>> {
    let Some(header) = received.first_chunk::<ANSWER_BYTES>() else {
        return Ok(None);
    };
    let [MARK, status @ (0 | 1), closes @ (0 | 1), ..] = *header else {
        return Err(invalid("not an answer"));
    };
    let head = Head {
        status: if status == 0 {
            Status::Ok
        } else {
            Status::Error
        },
        bytes: number(&header[3..]),
        closes: closes == 1,
    };
    Ok(Some((ANSWER_BYTES, head)))
}

/// The number in the first eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .take(8)
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_back_as_it_was_written_and_not_before_it_is_whole() {
        let call = Call {
            delay_nanos: 40_000_001,
            request_bytes: 7,
            response_bytes: u64::MAX,
            fails: true,
        };
        let bytes = request(&call);
        assert_eq!(parse_request(&bytes).unwrap(), Some((26, call)));
        assert_eq!(parse_request(&bytes[..25]).unwrap(), None);
        let head = Head {
            status: Status::Error,
            bytes: 513,
            closes: true,
        };
        let bytes = answer(&head);
        assert_eq!(parse_answer(&bytes).unwrap(), Some((11, head)));
        assert_eq!(parse_answer(&bytes[..10]).unwrap(), None);
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        assert!(parse_request(&[2; 26]).is_err());
        assert!(parse_request(&[1; 26]).is_ok());
        assert!(parse_answer(&[MARK, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]).is_err());
    }
}
