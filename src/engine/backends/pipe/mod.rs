//! What travels between this process and a worker process, over the worker's standard input and output.
//!
//! Fixed layouts instead of the session's frames: both ends are the same executable, and a task of a
//! microsecond must not pay for more. Instants need no translation: the monotonic clock is the machine's.
//!
//! A *request* is a chunk of orders, one task each, what befalls those that faults hit, and what they bring with them.
//! The worker reads all of it
//! before it begins: the two sides never write at the same time, so neither can block the other for ever,
//! whatever the pipes hold. An *answer* comes back for each order, in their order, and a *closing* at the end.
//! Every length is checked against a bound before memory is asked for.

mod affliction;

use std::io::{self, Read, Write};

use crate::engine::backends::pipe::affliction::{get_affliction, put_affliction};
use crate::engine::faults::Affliction;
use crate::engine::stages::payload::Piece;
use crate::engine::task::Outcome;
use crate::scenario::Protection;

/// Longest text of a failure, in bytes.
const MESSAGE_MAX: usize = 4 << 10;
/// Most orders in one request: above the largest chunk that a scenario may ask for.
pub(super) const ORDERS_MAX: u32 = 1 << 20;
/// Most bytes that the tasks of a request bring or bring back: 64 stages of 64 MiB.
const PAYLOAD_MAX: u64 = 4 << 30;
/// Most pieces of payload in one answer: a task has at most that many stages.
const PIECES_MAX: u16 = 64;
/// Most counters in a closing: one for each kind of protection.
const COUNTERS_MAX: u8 = Protection::ALL.len() as u8;
/// What a request begins with, so that a lost byte is noticed.
const REQUEST: [u8; 4] = *b"task";
/// What an answer begins with.
const ANSWER: u8 = b'a';
/// What a closing begins with.
const CLOSING: u8 = b'c';

/// What the other side wrote has no meaning.
fn nonsense(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn read_array<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The numbers of a record, one after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn next<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self
            .0
            .split_first_chunk()
            .expect("a record is as long as its fields");
        self.0 = rest;
        *field
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.next())
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.next())
    }
}

/// One segment of one task, to be executed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    /// The task's number.
    pub(super) number: u64,
    /// Which of its segments.
    pub(super) segment: u16,
    /// Whether its processor time is to be measured.
    pub(super) meter: bool,
    /// How many bytes it brings.
    pub(super) to_worker: u64,
    /// How many bytes it brings back if all goes well.
    pub(super) back: u64,
    /// What befalls it; nothing, usually.
    pub(super) affliction: Option<Box<Affliction>>,
}

impl Order {
    const BYTES: usize = 8 + 2 + 1 + 8 + 8;
    /// Flag: the processor time is to be measured.
    const METER: u8 = 1;
    /// Flag: something befalls it, and comes after the orders.
    const AFFLICTED: u8 = 2;

    fn put(&self, record: &mut Vec<u8>) {
        record.extend_from_slice(&self.number.to_le_bytes());
        record.extend_from_slice(&self.segment.to_le_bytes());
        let meter = if self.meter { Self::METER } else { 0 };
        let afflicted = self.affliction.as_ref().map_or(0, |_| Self::AFFLICTED);
        record.push(meter | afflicted);
        record.extend_from_slice(&self.to_worker.to_le_bytes());
        record.extend_from_slice(&self.back.to_le_bytes());
    }

    /// The order, with an affliction to be filled in where it has one.
    fn get(fields: &mut Fields<'_>) -> io::Result<Self> {
        let (number, segment, [flags]) = (fields.u64(), fields.u16(), fields.next());
        if flags & !(Self::METER | Self::AFFLICTED) != 0 {
            return Err(nonsense("an order has a flag that does not exist"));
        }
        Ok(Self {
            number,
            segment,
            meter: flags & Self::METER != 0,
            to_worker: fields.u64(),
            back: fields.u64(),
            affliction: (flags & Self::AFFLICTED != 0).then(Box::default),
        })
    }
}

/// Writes the head of a request: what the tasks bring through the pipe follows it.
///
/// `record` is memory for the moment.
pub(super) fn write_orders(
    out: &mut impl Write,
    orders: &[Order],
    record: &mut Vec<u8>,
) -> io::Result<()> {
    record.clear();
    record.extend_from_slice(&REQUEST);
    let count = u32::try_from(orders.len()).unwrap_or(u32::MAX);
    record.extend_from_slice(&count.to_le_bytes());
    for order in orders {
        order.put(record);
    }
    for affliction in orders.iter().filter_map(|order| order.affliction.as_ref()) {
        put_affliction(affliction, record);
    }
    out.write_all(record)
}

/// Reads the head of a request into `orders`; false at the orderly end.
pub(super) fn read_orders(
    input: &mut impl Read,
    orders: &mut Vec<Order>,
    record: &mut Vec<u8>,
) -> io::Result<bool> {
    orders.clear();
    let mut head = [0; 8];
    // An end between two requests is in order, one within a request is not.
    if input.read(&mut head[..1])? == 0 {
        return Ok(false);
    }
    input.read_exact(&mut head[1..])?;
    let mut fields = Fields(&head);
    if fields.next() != REQUEST {
        return Err(nonsense("a request does not begin as one"));
    }
    let count = u32::from_le_bytes(fields.next());
    if count > ORDERS_MAX {
        return Err(nonsense("a request has too many orders"));
    }
    record.resize(count as usize * Order::BYTES, 0);
    input.read_exact(record)?;
    let mut fields = Fields(record);
    let (mut to_worker, mut back) = (0_u64, 0_u64);
    for _ in 0..count {
        let order = Order::get(&mut fields)?;
        to_worker = to_worker.saturating_add(order.to_worker);
        back = back.saturating_add(order.back);
        orders.push(order);
    }
    if to_worker.max(back) > PAYLOAD_MAX {
        return Err(nonsense("the payload of a request is too long"));
    }
    for order in orders {
        if let Some(affliction) = &mut order.affliction {
            **affliction = get_affliction(input)?;
        }
    }
    Ok(true)
}

/// What a worker process says of an order that it has executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The task's number.
    pub(super) number: u64,
    /// When the worker began with it.
    pub(super) start_nanos: u64,
    /// When the worker was done with it.
    pub(super) end_nanos: u64,
    /// Processor time in between, if it was asked for.
    pub(super) on_cpu_nanos: Option<u64>,
    /// Time in between that it waited for locks.
    pub(super) lock_wait_nanos: u64,
    /// What it found: a failed or cancelled one found nothing.
    pub(super) digest: u64,
    /// How it ended.
    pub(super) outcome: Outcome,
    /// Why it failed, if it did.
    pub(super) message: String,
    /// What goes back, piece by piece.
    pub(super) pieces: Vec<Piece>,
}

impl Answer {
    const BYTES: usize = 1 + 1 + 1 + 2 + 2 + 6 * 8;

    /// Writes the answer; what goes back through the pipe follows it. `record` is memory for the moment.
    pub(super) fn write(&self, out: &mut impl Write, record: &mut Vec<u8>) -> io::Result<()> {
        let mut length = self.message.len().min(MESSAGE_MAX);
        while !self.message.is_char_boundary(length) {
            length -= 1;
        }
        record.clear();
        record.push(ANSWER);
        record.push(match self.outcome {
            Outcome::Good => 0,
            Outcome::Failed => 1,
            // Callers give up, workers do not.
            Outcome::Cancelled | Outcome::TimedOut => 2,
        });
        record.push(u8::from(self.on_cpu_nanos.is_some()));
        record.extend_from_slice(&(length as u16).to_le_bytes());
        record.extend_from_slice(&(self.pieces.len() as u16).to_le_bytes());
        for number in [
            self.number,
            self.start_nanos,
            self.end_nanos,
            self.on_cpu_nanos.unwrap_or(0),
            self.lock_wait_nanos,
            self.digest,
        ] {
            record.extend_from_slice(&number.to_le_bytes());
        }
        record.extend_from_slice(&self.message.as_bytes()[..length]);
        for piece in &self.pieces {
            record.extend_from_slice(&piece.bytes.to_le_bytes());
            record.extend_from_slice(&piece.sum.to_le_bytes());
        }
        out.write_all(record)
    }

    /// Reads the answer to `order`.
    pub(super) fn read(input: &mut impl Read, order: &Order) -> io::Result<Self> {
        let record: [u8; Self::BYTES] = read_array(input)?;
        let mut fields = Fields(&record);
        if fields.next() != [ANSWER] {
            return Err(nonsense("an answer does not begin as one"));
        }
        let outcome = match fields.next() {
            [0] => Outcome::Good,
            [1] => Outcome::Failed,
            [2] => Outcome::Cancelled,
            _ => return Err(nonsense("an answer has an outcome that does not exist")),
        };
        let metered = fields.next() == [1];
        let (length, pieces) = (fields.u16(), fields.u16());
        if usize::from(length) > MESSAGE_MAX || pieces > PIECES_MAX {
            return Err(nonsense("an answer is too long"));
        }
        let mut answer = Self {
            number: fields.u64(),
            start_nanos: fields.u64(),
            end_nanos: fields.u64(),
            on_cpu_nanos: Some(fields.u64()).filter(|_| metered),
            lock_wait_nanos: fields.u64(),
            digest: fields.u64(),
            outcome,
            message: String::new(),
            pieces: Vec::with_capacity(usize::from(pieces)),
        };
        if answer.number != order.number || answer.end_nanos < answer.start_nanos {
            return Err(nonsense("an answer is to another order"));
        }
        if length > 0 {
            let mut message = vec![0; usize::from(length)];
            input.read_exact(&mut message)?;
            answer.message = String::from_utf8_lossy(&message).into_owned();
        }
        let mut back = 0_u64;
        for _ in 0..pieces {
            let record: [u8; 16] = read_array(input)?;
            let mut fields = Fields(&record);
            let piece = Piece {
                bytes: fields.u64(),
                sum: fields.u64(),
            };
            back = back.saturating_add(piece.bytes);
            answer.pieces.push(piece);
        }
        if back > order.back {
            return Err(nonsense("more goes back than the task has"));
        }
        Ok(answer)
    }
}

/// A counter of a worker's own, cumulative over its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WorkerCounter {
    /// Which one.
    pub(super) protection: Protection,
    /// How many additions were done.
    pub(super) additions: u64,
    /// What it shows.
    pub(super) value: u64,
}

/// Writes the end of the answers to a request: the state of the worker's counters.
pub(super) fn write_closing(
    out: &mut impl Write,
    counters: &[WorkerCounter],
    record: &mut Vec<u8>,
) -> io::Result<()> {
    record.clear();
    record.push(CLOSING);
    record.push(u8::try_from(counters.len()).unwrap_or(u8::MAX));
    for counter in counters {
        record.push(counter.protection as u8);
        record.extend_from_slice(&counter.additions.to_le_bytes());
        record.extend_from_slice(&counter.value.to_le_bytes());
    }
    out.write_all(record)
}

/// Reads what [`write_closing`] wrote into `counters`.
pub(super) fn read_closing(
    input: &mut impl Read,
    counters: &mut Vec<WorkerCounter>,
) -> io::Result<()> {
    counters.clear();
    let [mark, count] = read_array(input)?;
    if mark != CLOSING || count > COUNTERS_MAX {
        return Err(nonsense("the answers to a request do not end as such"));
    }
    for _ in 0..count {
        let record: [u8; 17] = read_array(input)?;
        let mut fields = Fields(&record);
        let [index] = fields.next();
        counters.push(WorkerCounter {
            protection: *Protection::ALL
                .get(usize::from(index))
                .ok_or_else(|| nonsense("there is no such counter"))?,
            additions: fields.u64(),
            value: fields.u64(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(number: u64, back: u64) -> Order {
        Order {
            number,
            segment: 3,
            meter: true,
            to_worker: 7,
            back,
            affliction: None,
        }
    }

    fn stricken(number: u64) -> Order {
        let affliction = Affliction {
            hang: true,
            slow_factor: 2.5,
            lock_added_nanos: u64::MAX,
            ..Affliction::default()
        };
        Order {
            affliction: Some(Box::new(affliction)),
            ..order(number, 0)
        }
    }

    fn answer(number: u64) -> Answer {
        Answer {
            number,
            start_nanos: 1,
            end_nanos: u64::MAX,
            on_cpu_nanos: Some(0),
            lock_wait_nanos: 4,
            digest: 5,
            outcome: Outcome::Failed,
            message: "why — because".to_owned(),
            pieces: vec![Piece { bytes: 3, sum: 9 }, Piece { bytes: 4, sum: 8 }],
        }
    }

    #[test]
    fn what_goes_in_comes_out() {
        let (mut bytes, mut record) = (Vec::new(), Vec::new());
        let orders = [order(42, 7), order(u64::MAX, 0), stricken(9)];
        write_orders(&mut bytes, &orders, &mut record).unwrap();
        answer(42).write(&mut bytes, &mut record).unwrap();
        let good = Answer {
            outcome: Outcome::Good,
            on_cpu_nanos: None,
            message: String::new(),
            pieces: Vec::new(),
            ..answer(u64::MAX)
        };
        good.write(&mut bytes, &mut record).unwrap();
        let counters = [WorkerCounter {
            protection: Protection::Atomic,
            additions: 10,
            value: 9,
        }];
        write_closing(&mut bytes, &counters, &mut record).unwrap();

        let (mut input, mut read) = (bytes.as_slice(), Vec::new());
        assert!(read_orders(&mut input, &mut read, &mut record).unwrap());
        assert_eq!(read, orders);
        assert_eq!(Answer::read(&mut input, &orders[0]).unwrap(), answer(42));
        assert_eq!(Answer::read(&mut input, &orders[1]).unwrap(), good);
        let mut closing = Vec::new();
        read_closing(&mut input, &mut closing).unwrap();
        assert_eq!(closing, counters);
        assert!(!read_orders(&mut input, &mut read, &mut record).unwrap());
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let long = Answer {
            message: "–".repeat(5_000),
            ..answer(1)
        };
        let mut bytes = Vec::new();
        long.write(&mut bytes, &mut Vec::new()).unwrap();
        let read = Answer::read(&mut bytes.as_slice(), &order(1, 7)).unwrap();
        assert!(read.message.len() <= MESSAGE_MAX && long.message.starts_with(&read.message));
    }

    #[test]
    fn nonsense_is_an_error_and_asks_for_no_memory() {
        let mut bytes = Vec::new();
        answer(1).write(&mut bytes, &mut Vec::new()).unwrap();
        let read = |bytes: &[u8], order: &Order| Answer::read(&mut { bytes }, order);
        assert!(read(&bytes, &order(1, 7)).is_ok());
        assert!(read(&bytes, &order(2, 7)).is_err(), "another task's");
        assert!(
            read(&bytes, &order(1, 6)).is_err(),
            "more than the task has"
        );
        for cut in 0..bytes.len() {
            assert!(read(&bytes[..cut], &order(1, 7)).is_err(), "cut at {cut}");
        }
        for place in [0, 1, 4, 6] {
            let mut damaged = bytes.clone();
            damaged[place] = 0xff;
            assert!(read(&damaged, &order(1, 7)).is_err(), "byte {place}");
        }

        let mut request = Vec::new();
        let orders = [order(1, 7), stricken(2)];
        write_orders(&mut request, &orders, &mut Vec::new()).unwrap();
        let read = |bytes: &[u8]| read_orders(&mut { bytes }, &mut Vec::new(), &mut Vec::new());
        for cut in 1..request.len() {
            assert!(read(&request[..cut]).is_err(), "cut at {cut}");
        }
        // Its mark, its count, the flag of its order, the length of what that brings.
        for place in [0, 7, 18, 25] {
            let mut damaged = request.clone();
            damaged[place] = 0xff;
            assert!(read(&damaged).is_err(), "byte {place}");
        }
        assert!(read_closing(&mut [CLOSING, 255].as_slice(), &mut Vec::new()).is_err());
    }
}
