//! The life of a worker process: set-up, then request after request until its input ends.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::sync::Arc;

use crate::engine::backends::desk::run_segment;
use crate::engine::backends::pipe::{Answer, Order, WorkerCounter, read_orders, write_closing};
use crate::engine::backends::setup::{Identity, Setup, read_value};
use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::plan::Recipes;
use crate::engine::slab::Slab;
use crate::engine::stages::payload::Mailbox;
use crate::engine::stages::{Shared, StageError, Workbench};
use crate::engine::task::{Cohort, Outcome, Task};

/// What a worker says when it is ready for its first task.
pub(super) const READY: u8 = b'r';
/// What is read or written at once: as much as a pipe holds.
pub(super) const PIPE_BYTES: usize = 64 << 10;
/// Answers within a chunk are held back for no longer than that. A write and the wake-up of who waits for it
/// take some microseconds: below one per cent.
const HOLD_BACK_NANOS: u64 = 1_000_000;

/// The life of a worker process that was started anew.
///
/// # Errors
/// If a pipe breaks, or what comes cannot be understood.
pub fn worker_main(input: impl Read, output: impl Write) -> io::Result<()> {
    let mut input = BufReader::with_capacity(PIPE_BYTES, input);
    let workshop = Workshop::new(read_value(&mut input)?)?;
    let identity = read_value(&mut input)?;
    workshop.work(&identity, &mut input, output)
}

/// What a worker needs that is the same for all workers of a block.
pub(super) struct Workshop {
    setup: Setup,
    recipes: Recipes,
}

impl Workshop {
    pub(super) fn new(setup: Setup) -> io::Result<Self> {
        let scenario = crate::scenario::parse(&setup.scenario)
            .scenario
            .ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "the scenario cannot be read")
            })?;
        let recipes = Recipes::new(&scenario, setup.pipelined, setup.seed);
        Ok(Self { setup, recipes })
    }

    /// Says that it is ready, and works until `input` ends.
    pub(super) fn work(
        &self,
        identity: &Identity,
        input: &mut impl Read,
        output: impl Write,
    ) -> io::Result<()> {
        let shared = Arc::new(Shared::default());
        let mut bench = Workbench::new(
            &self.setup.scratch,
            self.setup.server_port,
            identity.worker,
            shared.clone(),
        );
        let slab = identity.slab.as_ref();
        let back_from = slab.map_or(0, |slab| slab.back_from as usize);
        let slab = slab.map(|slab| Slab::open(&slab.path)).transpose()?;
        bench.mailbox = Some(Mailbox::new(slab));
        clock::wake_precisely();
        let mut output = BufWriter::with_capacity(PIPE_BYTES, output);
        output.write_all(&[READY])?;
        output.flush()?;
        // Never set: a worker that is to end is killed. Made once: it asks the system for the number of cores.
        let cancel = Cancel::default();
        let (mut orders, mut record) = (Vec::new(), Vec::new());
        while read_orders(input, &mut orders, &mut record)? {
            let brought = orders.iter().map(|order| order.to_worker as usize).sum();
            if let Some(mailbox) = &mut bench.mailbox {
                mailbox.receive(input, brought)?;
            }
            self.execute(&orders, back_from, &mut bench, &cancel, &mut output)?;
            write_closing(&mut output, &counters_of(&shared), &mut record)?;
            output.flush()?;
        }
        Ok(())
    }

    /// Executes the orders of a request. Their answers are written together, except that none is held back for
    /// longer than [`HOLD_BACK_NANOS`]: the results of a chunk of slow tasks come as they are done, and few of
    /// them are lost with the worker.
    fn execute(
        &self,
        orders: &[Order],
        back_from: usize,
        bench: &mut Workbench,
        cancel: &Cancel,
        output: &mut impl Write,
    ) -> io::Result<()> {
        let (mut brought_at, mut room_at) = (0, back_from);
        let mut written_nanos = clock::now_nanos();
        let mut record = Vec::new();
        for order in orders {
            let brought = brought_at..brought_at + order.to_worker as usize;
            let room = room_at..room_at + order.back as usize;
            (brought_at, room_at) = (brought.end, room.end);
            if let Some(mailbox) = &mut bench.mailbox {
                mailbox.open(brought, room);
            }
            let answer = self.answer(order, bench, cancel);
            answer.write(output, &mut record)?;
            if let Some(mailbox) = &bench.mailbox {
                output.write_all(mailbox.left().1)?;
            }
            if answer.end_nanos.saturating_sub(written_nanos) >= HOLD_BACK_NANOS {
                output.flush()?;
                written_nanos = answer.end_nanos;
            }
        }
        Ok(())
    }

    fn answer(&self, order: &Order, bench: &mut Workbench, cancel: &Cancel) -> Answer {
        let mut task = Task::new(order.number, Cohort::Measured, 0, 0);
        task.segment = order.segment;
        task.affliction.clone_from(&order.affliction);
        let start_nanos = clock::now_nanos();
        bench.begin(order.meter);
        let result = run_segment(&self.recipes, &task, bench, cancel);
        let end_nanos = clock::now_nanos();
        let spent = bench.spent();
        let (outcome, digest, message) = match result {
            Ok(digest) => (Outcome::Good, digest, String::new()),
            Err(StageError::Cancelled) => (Outcome::Cancelled, 0, String::new()),
            Err(StageError::Failed(message)) => (Outcome::Failed, 0, message),
        };
        let pieces = bench.mailbox.as_ref().map(|mailbox| mailbox.left().0);
        Answer {
            number: order.number,
            start_nanos,
            end_nanos,
            on_cpu_nanos: spent.on_cpu_nanos,
            lock_wait_nanos: spent.lock_wait_nanos,
            digest,
            outcome,
            message,
            pieces: pieces.unwrap_or_default().to_vec(),
        }
    }
}

fn counters_of(shared: &Shared) -> Vec<WorkerCounter> {
    let counters = shared.counters().into_iter();
    counters
        .map(|(protection, additions, value)| WorkerCounter {
            protection,
            additions,
            value,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::backends::pipe::{read_closing, write_orders};
    use crate::engine::backends::setup::write_value;
    use crate::engine::stages::payload::check;

    /// What a worker reads in its life.
    fn input(stages: &str, orders: &[Order], payload: &[u8]) -> Vec<u8> {
        let setup = Setup {
            scenario: format!(
                r#"(format: 1, title: "t", tasks: [(name: "t", stages: {stages})],
                    candidates: [(backend: Sequential)])"#
            ),
            seed: 1,
            pipelined: false,
            scratch: std::env::temp_dir(),
            server_port: None,
        };
        let identity = Identity {
            worker: 0,
            slab: None,
        };
        let mut input = Vec::new();
        write_value(&mut input, &setup).unwrap();
        write_value(&mut input, &identity).unwrap();
        write_orders(&mut input, orders, &mut Vec::new()).unwrap();
        input.extend_from_slice(payload);
        input
    }

    fn talk(stages: &str, orders: &[Order], payload: &[u8]) -> Vec<u8> {
        let input = input(stages, orders, payload);
        let mut output = Vec::new();
        worker_main(input.as_slice(), &mut output).unwrap();
        assert_eq!(output[0], READY);
        output.split_off(1)
    }

    fn orders(count: u64, to_worker: u64, back: u64) -> Vec<Order> {
        (0..count)
            .map(|number| Order {
                number,
                segment: 0,
                meter: true,
                to_worker,
                back,
                affliction: None,
            })
            .collect()
    }

    #[test]
    fn a_worker_answers_each_order_until_its_input_ends() {
        let orders = orders(3, 0, 0);
        // The file to read was not prepared: the failure travels with its text.
        let output = talk(
            r#"[Cpu(amount: Work(10)), FileRead(size: "1KiB")]"#,
            &orders,
            &[],
        );
        let mut answers = output.as_slice();
        for order in &orders {
            let answer = Answer::read(&mut answers, order).unwrap();
            assert_eq!(answer.outcome, Outcome::Failed);
            assert!(!answer.message.is_empty());
            assert!(answer.start_nanos <= answer.end_nanos && answer.on_cpu_nanos.is_some());
        }
        read_closing(&mut answers, &mut Vec::new()).unwrap();
        assert!(answers.is_empty());
    }

    #[test]
    fn every_task_of_a_chunk_gets_its_own_part_of_what_came_and_all_of_it_comes_back() {
        let stages =
            r#"[Payload(to_worker: "100B", back: "33B"), Payload(to_worker: "1B", back: "7B")]"#;
        let orders = orders(4, 101, 40);
        let output = talk(stages, &orders, &[5; 404]);
        let mut answers = output.as_slice();
        for order in &orders {
            let answer = Answer::read(&mut answers, order).unwrap();
            assert_eq!(answer.outcome, Outcome::Good, "{}", answer.message);
            assert_eq!(answer.pieces.len(), 2);
            for piece in &answer.pieces {
                let (bytes, rest) = answers.split_at(piece.bytes as usize);
                check(bytes, piece.sum).unwrap();
                answers = rest;
            }
        }
    }

    /// Counts how often what was written is sent off.
    #[derive(Default)]
    struct Letters(Vec<u8>, usize);

    impl Write for Letters {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 += 1;
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn answers_of_short_tasks_travel_together_and_those_of_long_ones_at_once() {
        let sent = |stages: &str, count| {
            let mut output = Letters::default();
            worker_main(
                input(stages, &orders(count, 0, 0), &[]).as_slice(),
                &mut output,
            )
            .unwrap();
            output.1
        };
        // Each wait takes longer than answers are held back; then come the readiness and the closing.
        assert_eq!(sent(r#"[Wait(time: Constant("2ms"))]"#, 5), 5 + 2);
        let short = sent("[Cpu(amount: Work(1))]", 200);
        assert!(short < 100, "{short} writes for 200 answers");
    }

    #[test]
    fn a_request_that_is_cut_ends_the_worker_with_an_error() {
        let mut input = Vec::new();
        write_orders(&mut input, &orders(1, 0, 0), &mut Vec::new()).unwrap();
        assert!(worker_main(&input[..6], Vec::new()).is_err());
    }
}
