//! What takes in all that the harness says.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::process::ChildStdout;
use std::sync::Arc;

use crossbeam_channel::Sender;

use crate::engine::backends::Collections;
use crate::engine::backends::cpython::books::{HandedOver, Window};
use crate::engine::backends::cpython::frames::{self, Answer, CounterReading, Message, Ready};
use crate::engine::backends::cpython::pages::Page;
use crate::engine::backends::cpython::slots::Slots;
use crate::engine::backends::cpython::{Shared, faults, lost};
use crate::engine::clock;
use crate::engine::plan::FRONT_POOL;
use crate::engine::stages::StageError;
use crate::engine::task::{Outcome, Ran};

/// What is read at once: some thousand answers.
const READ_BYTES: usize = 256 << 10;

/// Takes in what the harness says.
pub(super) struct Answers {
    shared: Arc<Shared>,
    input: BufReader<ChildStdout>,
    /// Told once when the pool is up, or why it is not.
    ready: Option<Sender<Result<Ready, String>>>,
    slots: Slots,
    window: Window,
    /// Texts of failures whose answers are to come.
    failures: BTreeMap<u64, String>,
    /// What the counters showed last.
    counters: Vec<CounterReading>,
    settings: Settings,
    /// Deaths of workers that have not shown in their list yet.
    deaths: u64,
}

/// What the answers of a pool mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    /// How many tasks the executor executes at once.
    pub(super) at_once: u64,
    /// Whether its workers are replaced after so many tasks.
    pub(super) recycles: bool,
}

/// Why nothing more comes.
enum End {
    /// The harness is gone.
    Silence,
    /// It said why.
    Fatal(String),
    /// It cannot be understood.
    Nonsense(String),
}

impl Answers {
    pub(super) fn new(
        shared: Arc<Shared>,
        answers: ChildStdout,
        ready: Sender<Result<Ready, String>>,
        window: Window,
        settings: Settings,
    ) -> Self {
        Self {
            shared,
            input: BufReader::with_capacity(READ_BYTES, answers),
            ready: Some(ready),
            slots: Slots::new(settings.at_once),
            window,
            failures: BTreeMap::new(),
            counters: Vec::new(),
            settings,
            deaths: 0,
        }
    }

    /// Takes in what comes until nothing more comes.
    pub(super) fn serve(mut self) {
        let mut buffer = Vec::new();
        let end = loop {
            let taken_in = match frames::read(&mut self.input, &mut buffer) {
                Ok(Some(message)) => self.take_in(message),
                Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                    Err(End::Nonsense(error.to_string()))
                }
                // A pipe that ends or breaks off means a dead harness: the cause is in how it ended.
                Ok(None) | Err(_) => Err(End::Silence),
            };
            if let Err(end) = taken_in {
                break end;
            }
        };
        self.close(end);
    }

    fn take_in(&mut self, message: Message) -> Result<(), End> {
        let desk = &self.shared.desk;
        match message {
            Message::Ready(ready) => {
                if ready.protocol != frames::PROTOCOL {
                    return Err(End::Nonsense(format!("protocol {}", ready.protocol)));
                }
                self.shared.harness.has_workers(ready.pids.clone());
                if let Some(waiting) = self.ready.take() {
                    // Who waits for it may have given up.
                    let _ = waiting.send(Ok(*ready));
                }
            }
            Message::Answers(answers) => {
                for answer in answers {
                    self.tell(&answer)?;
                }
                self.shared.books.set_window(&self.window);
            }
            Message::Page(page) => {
                self.tell_all(&page)?;
                self.shared.books.set_window(&self.window);
            }
            Message::Failure(ticket, text) => {
                self.failures.insert(ticket, text);
            }
            Message::Pids(pids) => {
                let gone = self.shared.harness.has_workers(pids);
                let died = gone.min(self.deaths);
                self.deaths -= died;
                if self.settings.recycles {
                    for _ in died..gone {
                        desk.worker_recycled();
                    }
                }
            }
            Message::Incident(text) => {
                self.deaths += 1;
                desk.worker_died(text);
            }
            Message::Broken(text) => {
                // All of them are replaced.
                self.deaths += self.shared.harness.workers().len() as u64;
                desk.worker_died(text);
            }
            Message::Collections([count, nanos, longest_nanos]) => {
                desk.collected(Collections {
                    count,
                    nanos,
                    longest_nanos,
                });
            }
            Message::Counters(counters) => self.count(counters),
            Message::Fatal(text) => return Err(End::Fatal(text)),
        }
        Ok(())
    }

    /// Tells the desk how an order ended.
    fn tell(&mut self, answer: &Answer) -> Result<(), End> {
        let failure = self.failures.remove(&answer.ticket);
        let books = &self.shared.books;
        let unknown = || End::Nonsense(format!("an answer to nothing ({})", answer.ticket));
        if answer.outcome == Outcome::TimedOut {
            // It is answered again at its end.
            return books
                .set_aside(answer.ticket)
                .then_some(())
                .ok_or_else(unknown);
        }
        let handed_over = books.leave(answer.ticket).ok_or_else(unknown)?;
        if answer.outcome == Outcome::Cancelled && handed_over.is_given_up() {
            let desk = &self.shared.desk;
            let ran = Ran::here(handed_over.at_nanos, clock::now_nanos());
            desk.cut_short(FRONT_POOL, &handed_over.task, &ran);
            desk.discard(FRONT_POOL, &handed_over.task, true);
            return Ok(());
        }
        let result = match answer.outcome {
            Outcome::Good => Ok(answer.digest),
            Outcome::Failed => Err(StageError::Failed(
                failure.unwrap_or_else(|| "it failed without a reason".to_owned()),
            )),
            Outcome::Cancelled | Outcome::TimedOut => Err(StageError::Cancelled),
        };
        let ran = self.ran(answer, handed_over.at_nanos)?;
        self.end(clock::now_nanos(), handed_over, ran, result);
        Ok(())
    }

    /// Tells the desk how orders ended that travelled together.
    fn tell_all(&mut self, page: &Page) -> Result<(), End> {
        let desk = self.shared.desk.clone();
        let unknown = || End::Nonsense(format!("a page of answers to nothing ({})", page.ticket));
        let count = page.rows.len();
        let left = self.shared.books.leave_together(page.ticket, count);
        let share = page.on_cpu_ratio();
        let known_nanos = clock::now_nanos();
        for ((ticket, row), handed_over) in (page.ticket..)
            .zip(&page.rows)
            .zip(left.ok_or_else(unknown)?)
        {
            let failure = self.failures.remove(&ticket);
            let task = &handed_over.task;
            let segment = desk.recipes.segment(task.draw_number(), task.segment);
            let place = segment.only_place().ok_or_else(|| {
                End::Nonsense("a page of tasks that have more than one step".to_owned())
            })?;
            let answer = Answer {
                ticket,
                start_nanos: row.start_nanos,
                worker_end_nanos: row.worker_end_nanos,
                end_nanos: page.end_nanos,
                on_cpu_nanos: Some((row.service_nanos() as f64 * share) as u64),
                lock_wait_nanos: 0,
                digest: segment.digest(place, row.found),
                outcome: Outcome::Good,
            };
            let ran = self.ran(&answer, handed_over.at_nanos)?;
            let result = failure.map_or(Ok(answer.digest), |text| Err(StageError::Failed(text)));
            self.end(known_nanos, handed_over, ran, result);
        }
        Ok(())
    }

    /// When the task really ran.
    fn ran(&mut self, answer: &Answer, handed_nanos: u64) -> Result<Ran, End> {
        if answer.start_nanos == 0 {
            // It never began.
            return Ok(Ran::here(handed_nanos, clock::now_nanos()));
        }
        let in_order = [
            handed_nanos,
            answer.start_nanos,
            answer.worker_end_nanos,
            answer.end_nanos,
        ]
        .is_sorted();
        if !in_order {
            return Err(End::Nonsense(format!(
                "an answer whose instants are out of order ({answer:?}, handed over at {handed_nanos})"
            )));
        }
        self.window
            .saw(answer.worker_end_nanos - answer.start_nanos);
        Ok(Ran {
            taken_nanos: self
                .slots
                .ran(handed_nanos, answer.start_nanos, answer.worker_end_nanos),
            start_nanos: answer.start_nanos,
            worker_end_nanos: answer.worker_end_nanos,
            end_nanos: answer.end_nanos,
            on_cpu_nanos: answer.on_cpu_nanos,
            lock_wait_nanos: answer.lock_wait_nanos,
            // CPython does not tell how long a thread waited for its lock: it is time off the CPU.
            interpreter_wait_nanos: 0,
            start_wait_nanos: 0,
            // The harness does not tell.
            worker: None,
        })
    }

    /// The client of a closed load is here, and knows at `known_nanos` only.
    fn end(
        &self,
        known_nanos: u64,
        HandedOver { task, .. }: HandedOver,
        ran: Ran,
        result: Result<u64, StageError>,
    ) {
        let desk = &self.shared.desk;
        let worker = task.number as usize;
        let goes_on = desk.end_known_at(known_nanos, FRONT_POOL, worker, task, ran, result);
        debug_assert!(goes_on.is_none(), "there is one pool");
    }

    /// Adds to the block's counters what was added since they were heard last.
    fn count(&mut self, counters: Vec<CounterReading>) {
        for counter in &counters {
            let before = self
                .counters
                .iter()
                .find(|before| before.protection == counter.protection)
                .map_or((0, 0), |before| (before.additions, before.value));
            self.shared.desk.count(
                counter.protection,
                counter.additions.wrapping_sub(before.0),
                counter.value.wrapping_sub(before.1),
            );
        }
        self.counters = counters;
    }

    /// Nothing more comes. If that was not asked for, says why and gives up what has no answer.
    fn close(mut self, end: End) {
        let unanswered = self.shared.books.close();
        if self.shared.is_leaving() {
            return;
        }
        let why = self.why(end, &unanswered);
        if let Some(waiting) = self.ready.take() {
            let _ = waiting.send(Err(why));
            return;
        }
        self.shared.fail(why);
        for handed_over in unanswered {
            let now_nanos = clock::now_nanos();
            // It may have been lost before it was due.
            let ran = Ran::here(handed_over.at_nanos.min(now_nanos), now_nanos);
            self.end(now_nanos, handed_over, ran, Err(lost()));
        }
    }

    fn why(&self, end: End, unanswered: &[HandedOver]) -> String {
        let harness = &self.shared.harness;
        let how = match end {
            End::Nonsense(_) => harness.end(),
            End::Silence | End::Fatal(_) => harness.end_of_itself(),
        };
        let said = match harness.last_lines() {
            lines if lines.is_empty() => String::new(),
            lines => format!(": {lines}"),
        };
        let name = &self.shared.name;
        match end {
            // Who shows it ends the sentence.
            End::Fatal(text) => text.trim_end_matches('.').to_owned(),
            End::Silence if self.ready.is_some() => {
                format!("the interpreter '{name}' {how} before its pool was up{said}")
            }
            End::Silence => {
                let lost = unanswered.iter().filter(|one| !one.is_given_up());
                let with = match lost.count() {
                    0 => "with no task".to_owned(),
                    1 => "with a task that is lost".to_owned(),
                    more => format!("with {more} tasks that are lost"),
                };
                let at_hand = unanswered.iter().map(|one| &one.task);
                let fault =
                    faults::behind(&how, at_hand).map_or_else(String::new, |fault| fault + ": ");
                format!("{fault}the interpreter '{name}' {how}, {with}{said}")
            }
            End::Nonsense(what) => {
                format!("what the interpreter '{name}' says cannot be understood: {what}{said}")
            }
        }
    }
}
