//! What travels between this process and the harness: frames of a length, a kind and a payload, both ways.
//!
//! Fixed layouts for what comes with every task, JSON for what comes once. Every length is checked against a bound
//! before memory is asked for.

use std::io::{self, Read, Write};

use serde::Deserialize;

use crate::engine::backends::cpython::pages::Page;
use crate::engine::task::Outcome;
use crate::scenario::Protection;

/// Version of this language.
pub(super) const PROTOCOL: u32 = 3;
/// Longest frame, in bytes.
const FRAME_MAX: usize = 64 << 20;
/// Most orders in a frame.
pub(super) const ORDERS_MAX: usize = 1 << 21;
/// Numbers of an answer.
const ANSWER_NUMBERS: usize = 8;
/// Longest text of a failure that is kept, in bytes.
const TEXT_MAX: usize = 4 << 10;

/// One phase of one task, to be executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    /// What its answer will be known by.
    pub(super) ticket: u64,
    /// The task's number.
    pub(super) number: u64,
    /// Which of its phases.
    pub(super) phase: u16,
}

/// Writes a frame.
pub(super) fn write(out: &mut impl Write, kind: u8, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len() + 1).map_err(io::Error::other)?;
    let mut head = [0; 5];
    head[..4].copy_from_slice(&length.to_le_bytes());
    head[4] = kind;
    out.write_all(&head)?;
    out.write_all(payload)?;
    out.flush()
}

/// Puts orders into `payload`, behind what is there.
pub(super) fn put_orders(orders: &[Order], payload: &mut Vec<u8>) {
    for order in orders {
        for number in [order.ticket, order.number, u64::from(order.phase)] {
            payload.extend_from_slice(&number.to_le_bytes());
        }
    }
}

/// Puts orders into `payload` as the first one and how many follow, if they are of one phase and their tickets and
/// numbers count up by one: a whole batch in a few bytes. False, and nothing put, for others.
pub(super) fn put_consecutive(orders: &[Order], payload: &mut Vec<u8>) -> bool {
    let follows = |pair: &[Order]| {
        pair[1].ticket.checked_sub(pair[0].ticket) == Some(1)
            && pair[1].number.checked_sub(pair[0].number) == Some(1)
            && pair[1].phase == pair[0].phase
    };
    let Some(first) = orders.first() else {
        return false;
    };
    if !orders.windows(2).all(follows) {
        return false;
    }
    let phase = u64::from(first.phase);
    for number in [first.ticket, first.number, phase, orders.len() as u64] {
        payload.extend_from_slice(&number.to_le_bytes());
    }
    true
}

/// What the harness says.
#[derive(Debug, PartialEq)]
pub(super) enum Message {
    /// The pool is up.
    Ready(Box<Ready>),
    /// Orders have come to an end.
    Answers(Vec<Answer>),
    /// As these, of orders that travelled together.
    Page(Page),
    /// Why the order with this ticket failed; its answer follows.
    Failure(u64, String),
    /// The worker processes that live.
    Pids(Vec<u32>),
    /// A worker died, and the pool goes on.
    Incident(String),
    /// The pool broke; there is a new one.
    Broken(String),
    /// Garbage collections so far: how many, their nanoseconds, the longest.
    Collections([u64; 3]),
    /// The counters of counter stages, cumulative.
    Counters(Vec<CounterReading>),
    /// It cannot go on.
    Fatal(String),
}

/// What the interpreter and the pool are, by their own account.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Ready {
    pub(super) protocol: u32,
    pub(super) version: String,
    pub(super) free_threaded: bool,
    pub(super) start_method: Option<String>,
    pub(super) library: Option<String>,
    pub(super) engine_start_nanos: Option<u64>,
    pub(super) pids: Vec<u32>,
    #[serde(default)]
    pub(super) baseline_bytes: Option<u64>,
}

/// How an order ended. Instants are nanoseconds on the monotonic clock, which is the machine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) ticket: u64,
    pub(super) start_nanos: u64,
    pub(super) worker_end_nanos: u64,
    pub(super) end_nanos: u64,
    pub(super) on_cpu_nanos: Option<u64>,
    pub(super) lock_wait_nanos: u64,
    pub(super) digest: u64,
    pub(super) outcome: Outcome,
}

/// A counter of the pool's, cumulative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CounterReading {
    pub(super) protection: Protection,
    pub(super) additions: u64,
    pub(super) value: u64,
}

pub(super) fn nonsense(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// Reads the next message; none at an end between two frames. `buffer` is memory for the moment.
pub(super) fn read(input: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<Option<Message>> {
    let mut head = [0; 5];
    if input.read(&mut head[..1])? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut head[1..])?;
    let [a, b, c, d, kind] = head;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length == 0 || length > FRAME_MAX {
        return Err(nonsense(format!("a frame of {length} bytes")));
    }
    buffer.resize(length - 1, 0);
    input.read_exact(buffer)?;
    message(kind, buffer).map(Some)
}

fn message(kind: u8, payload: &[u8]) -> io::Result<Message> {
    Ok(match kind {
        b'H' => Message::Ready(from_json(payload)?),
        b'A' => Message::Answers(records(payload)?.map(answer).collect::<io::Result<_>>()?),
        b'Q' => Message::Page(Page::of(payload)?),
        b'F' => {
            let (ticket, text) = payload
                .split_first_chunk()
                .ok_or_else(|| nonsense("a failure of no task"))?;
            Message::Failure(u64::from_le_bytes(*ticket), text_of(text))
        }
        b'P' => Message::Pids(from_json(payload)?),
        b'I' => Message::Incident(text_of(payload)),
        b'B' => Message::Broken(text_of(payload)),
        b'G' => {
            let mut records = records(payload)?;
            match (records.next(), records.next()) {
                (Some(collections), None) => Message::Collections(collections),
                _ => return Err(nonsense("garbage collections that are not three numbers")),
            }
        }
        b'C' => Message::Counters(records(payload)?.map(counter).collect::<io::Result<_>>()?),
        b'X' => Message::Fatal(text_of(payload)),
        other => return Err(nonsense(format!("a frame of kind {other}"))),
    })
}

fn from_json<'j, T: Deserialize<'j>>(payload: &'j [u8]) -> io::Result<T> {
    serde_json::from_slice(payload).map_err(|error| nonsense(error.to_string()))
}

/// For people: what is no text is shown as such, and what is too long is cut.
fn text_of(bytes: &[u8]) -> String {
    let cut = &bytes[..bytes.len().min(TEXT_MAX)];
    String::from_utf8_lossy(cut).trim().to_owned()
}

/// The records of a payload, `N` numbers each.
pub(super) fn records<const N: usize>(
    payload: &[u8],
) -> io::Result<impl Iterator<Item = [u64; N]>> {
    let (numbers, rest) = payload.as_chunks::<8>();
    let (records, left) = numbers.as_chunks::<N>();
    if !rest.is_empty() || !left.is_empty() {
        return Err(nonsense("a frame ends within a record"));
    }
    Ok(records.iter().map(|record| record.map(u64::from_le_bytes)))
}

fn answer(record: [u64; ANSWER_NUMBERS]) -> io::Result<Answer> {
    let [
        ticket,
        start_nanos,
        worker_end_nanos,
        end_nanos,
        on_cpu,
        lock_wait_nanos,
        digest,
        outcome,
    ] = record;
    Ok(Answer {
        ticket,
        start_nanos,
        worker_end_nanos,
        end_nanos,
        // Signed, and negative where it is not known.
        on_cpu_nanos: Some(on_cpu).filter(|nanos| nanos.cast_signed() >= 0),
        lock_wait_nanos,
        digest,
        outcome: match outcome {
            0 => Outcome::Good,
            1 => Outcome::Failed,
            2 => Outcome::Cancelled,
            // It goes on for nobody, and is answered again at its end.
            3 => Outcome::TimedOut,
            _ => return Err(nonsense("an answer has an outcome that does not exist")),
        },
    })
}

fn counter([protection, additions, value]: [u64; 3]) -> io::Result<CounterReading> {
    Ok(CounterReading {
        protection: match protection {
            0 => Protection::Unprotected,
            1 => Protection::Locked,
            _ => return Err(nonsense("there is no such counter")),
        },
        additions,
        value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(numbers: &[u64]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
    }

    /// What is read from frames of these kinds and payloads.
    fn talk(frames: &[(u8, Vec<u8>)]) -> io::Result<Vec<Message>> {
        let mut bytes = Vec::new();
        for (kind, payload) in frames {
            write(&mut bytes, *kind, payload).unwrap();
        }
        let (mut input, mut buffer) = (bytes.as_slice(), Vec::new());
        let mut messages = Vec::new();
        while let Some(message) = read(&mut input, &mut buffer)? {
            messages.push(message);
        }
        Ok(messages)
    }

    #[test]
    fn each_kind_of_message_is_understood() {
        let ready =
            br#"{"protocol":1,"version":"3.11.7","free_threaded":false,"start_method":"fork",
            "library":null,"engine_start_nanos":null,"pids":[7,8],"baseline_bytes":5,"later":[]}"#;
        let not_known = u64::MAX;
        let messages = talk(&[
            (b'H', ready.to_vec()),
            (
                b'A',
                numbers(&[
                    1,
                    10,
                    20,
                    30,
                    5,
                    6,
                    u64::MAX,
                    0,
                    2,
                    11,
                    21,
                    31,
                    not_known,
                    0,
                    0,
                    1,
                ]),
            ),
            (b'F', [numbers(&[2]), "ValueError: é".into()].concat()),
            (b'P', b"[9]".to_vec()),
            (b'I', b"worker 7 died\n".to_vec()),
            (b'B', b"broken".to_vec()),
            (b'G', numbers(&[3, 4, 5])),
            (b'C', numbers(&[0, 10, 9, 1, 8, 8])),
            (b'X', vec![b'x', 0xff]),
        ])
        .unwrap();
        let Message::Ready(ready) = &messages[0] else {
            panic!("{messages:?}")
        };
        assert_eq!((&*ready.version, &ready.pids[..]), ("3.11.7", &[7, 8][..]));
        assert_eq!(ready.baseline_bytes, Some(5));
        let Message::Answers(answers) = &messages[1] else {
            panic!("{messages:?}")
        };
        assert_eq!(answers[0].on_cpu_nanos, Some(5));
        assert_eq!(answers[0].digest, u64::MAX);
        assert_eq!(
            (answers[1].on_cpu_nanos, answers[1].outcome),
            (None, Outcome::Failed)
        );
        let counter = |protection, additions, value| CounterReading {
            protection,
            additions,
            value,
        };
        assert_eq!(
            messages[2..],
            [
                Message::Failure(2, "ValueError: é".to_owned()),
                Message::Pids(vec![9]),
                Message::Incident("worker 7 died".to_owned()),
                Message::Broken("broken".to_owned()),
                Message::Collections([3, 4, 5]),
                Message::Counters(vec![
                    counter(Protection::Unprotected, 10, 9),
                    counter(Protection::Locked, 8, 8)
                ]),
                Message::Fatal("x\u{fffd}".to_owned()),
            ]
        );
    }

    #[test]
    fn nonsense_is_an_error_and_asks_for_no_memory() {
        let refused = [
            (b'?', Vec::new()),
            (b'H', b"{}".to_vec()),
            (b'A', numbers(&[1, 2, 3])),
            (b'A', numbers(&[1, 2, 3, 4, 5, 6, 7, 8])),
            (b'A', vec![0; 65]),
            (b'F', vec![0; 7]),
            (b'P', b"[-1]".to_vec()),
            (b'G', numbers(&[1, 2, 3, 4, 5, 6])),
            (b'C', numbers(&[2, 0, 0])),
        ];
        for frame in refused {
            assert!(talk(std::slice::from_ref(&frame)).is_err(), "{frame:?}");
        }
        for length in [0_u32, u32::MAX] {
            let mut bytes = length.to_le_bytes().to_vec();
            bytes.push(b'A');
            assert!(read(&mut bytes.as_slice(), &mut Vec::new()).is_err());
        }
        let cut = [9, 0, 0, 0, b'F', 1];
        assert!(read(&mut cut.as_slice(), &mut Vec::new()).is_err());
    }

    #[test]
    fn an_order_is_three_numbers() {
        let mut payload = vec![1];
        let order = Order {
            ticket: 5,
            number: u64::MAX,
            phase: 2,
        };
        put_orders(&[order], &mut payload);
        assert_eq!(payload, [vec![1], numbers(&[5, u64::MAX, 2])].concat());
        const { assert!(ORDERS_MAX * 24 + 5 < FRAME_MAX) }
    }

    #[test]
    fn a_batch_that_counts_up_is_told_by_its_first_order_and_how_many_follow() {
        let order = |ticket, number, phase| Order {
            ticket,
            number,
            phase,
        };
        let mut payload = vec![1];
        let batch = [order(7, 0, 2), order(8, 1, 2), order(9, 2, 2)];
        assert!(put_consecutive(&batch, &mut payload));
        assert_eq!(payload, [vec![1], numbers(&[7, 0, 2, 3])].concat());
        for other in [
            order(9, 1, 2),
            order(8, 2, 2),
            order(8, 1, 3),
            order(7, 0, 2),
        ] {
            assert!(!put_consecutive(&[order(7, 0, 2), other], &mut payload));
        }
        assert!(!put_consecutive(&[], &mut payload));
        assert_eq!(payload.len(), 33, "nothing is put of what does not");
    }
}
