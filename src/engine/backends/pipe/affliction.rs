//! What befalls an order, as a record of fixed length. Holding still is none of it: threads and event loops of this
//! process do that, worker processes are stopped.

use std::io::{self, Read};

use crate::engine::backends::pipe::{Fields, nonsense, read_array};
use crate::engine::faults::Affliction;
use crate::scenario::Crash;

/// Flags, how it crashes and with which code, a factor, five amounts.
const BYTES: usize = 3 + 6 * 8;

const ERROR: u8 = 1;
const HANG: u8 = 2;
const SERVER_FAILS: u8 = 4;

/// The ways to crash by number; 0 is none. The code is that of an exit.
const fn of_crash(crash: Option<Crash>) -> [u8; 2] {
    match crash {
        None => [0, 0],
        Some(Crash::Panic) => [1, 0],
        Some(Crash::Exit { code }) => [2, code],
        Some(Crash::Abort) => [3, 0],
        Some(Crash::Segfault) => [4, 0],
        Some(Crash::StackOverflow) => [5, 0],
        Some(Crash::Kill) => [6, 0],
    }
}

fn crash_of([number, code]: [u8; 2]) -> io::Result<Option<Crash>> {
    Ok(Some(match number {
        0 => return Ok(None),
        1 => Crash::Panic,
        2 => Crash::Exit { code },
        3 => Crash::Abort,
        4 => Crash::Segfault,
        5 => Crash::StackOverflow,
        6 => Crash::Kill,
        _ => return Err(nonsense("there is no such crash")),
    }))
}

/// Adds the record of `affliction`.
pub(super) fn put_affliction(affliction: &Affliction, record: &mut Vec<u8>) {
    let flag = |set, flag| if set { flag } else { 0 };
    record.push(
        flag(affliction.error, ERROR)
            | flag(affliction.hang, HANG)
            | flag(affliction.server_fails, SERVER_FAILS),
    );
    record.extend(of_crash(affliction.crash));
    record.extend(affliction.slow_factor.to_le_bytes());
    for amount in [
        affliction.slow_added_nanos,
        affliction.leak_bytes,
        affliction.leak_up_to_bytes,
        affliction.server_added_nanos,
        affliction.lock_added_nanos,
    ] {
        record.extend(amount.to_le_bytes());
    }
}

/// Reads what [`put_affliction`] added.
pub(super) fn get_affliction(input: &mut impl Read) -> io::Result<Affliction> {
    let record: [u8; BYTES] = read_array(input)?;
    let mut fields = Fields(&record);
    let [flags] = fields.next();
    if flags & !(ERROR | HANG | SERVER_FAILS) != 0 {
        return Err(nonsense("an affliction has a flag that does not exist"));
    }
    let crash = crash_of(fields.next())?;
    let slow_factor = f64::from_le_bytes(fields.next());
    if !slow_factor.is_finite() {
        return Err(nonsense("an affliction has a factor that is no number"));
    }
    Ok(Affliction {
        error: flags & ERROR != 0,
        hang: flags & HANG != 0,
        server_fails: flags & SERVER_FAILS != 0,
        crash,
        slow_factor,
        slow_added_nanos: fields.u64(),
        leak_bytes: fields.u64(),
        leak_up_to_bytes: fields.u64(),
        server_added_nanos: fields.u64(),
        lock_added_nanos: fields.u64(),
        stall_nanos: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_befalls_an_order_comes_out_as_it_went_in_and_nonsense_is_an_error() {
        let ways = [
            None,
            Some(Crash::Panic),
            Some(Crash::Exit { code: 99 }),
            Some(Crash::Abort),
            Some(Crash::Segfault),
            Some(Crash::StackOverflow),
            Some(Crash::Kill),
        ];
        for (at, crash) in (1..).zip(ways) {
            let affliction = Affliction {
                error: at % 2 == 0,
                hang: at % 3 == 0,
                server_fails: at % 5 == 0,
                crash,
                slow_factor: 1.5 * at as f64,
                slow_added_nanos: at,
                leak_bytes: at << 8,
                leak_up_to_bytes: at << 16,
                server_added_nanos: at << 24,
                lock_added_nanos: u64::MAX - at,
                stall_nanos: 0,
            };
            let mut record = Vec::new();
            put_affliction(&affliction, &mut record);
            assert_eq!(record.len(), BYTES);
            assert_eq!(get_affliction(&mut record.as_slice()).unwrap(), affliction);
            for cut in 0..BYTES {
                assert!(get_affliction(&mut &record[..cut]).is_err(), "cut at {cut}");
            }
            for (place, value) in [(0, 8), (1, 7), (10, 0xff)] {
                let mut damaged = record.clone();
                damaged[place] = value;
                if place == 10 {
                    damaged[9] = 0xff;
                }
                assert!(
                    get_affliction(&mut damaged.as_slice()).is_err(),
                    "byte {place}"
                );
            }
        }
    }
}
