//! The rules of the interpreter lock, without threads and without a clock: who may hold it, when the holder is
//! asked to give way, and who has to wait until another one had it.
//!
//! They are those of `Python/ceval_gil.c` (CPython 3.2 and later). Names there: `locked` and `last_holder`,
//! `switch_number`, `gil_drop_request`, `take_gil`, `drop_gil`.

/// What became of the lock since it was made. Times in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InterpreterUse {
    /// How long any thread held it.
    pub held_nanos: u64,
    /// How long threads waited for it, added up.
    pub waited_nanos: u64,
    /// How often another thread took it than the one that had it before.
    pub handovers: u64,
    /// How often of these the one before had been asked to give way.
    pub forced: u64,
}

/// Who holds the lock, and what follows from it. Threads are numbers above 0.
#[derive(Debug, Default)]
pub(super) struct Rules {
    holder: Option<u64>,
    /// 0 before anybody had it.
    last_holder: u64,
    switches: u64,
    asked: bool,
    /// Whether the last one to hold it had been asked to give way.
    gave_way: bool,
    since_nanos: u64,
    used: InterpreterUse,
}

impl Rules {
    /// Takes the lock for `thread` if nobody holds it; says whether it does now.
    pub(super) fn take(&mut self, thread: u64, now_nanos: u64) -> bool {
        if self.holder.is_some() {
            return false;
        }
        if self.last_holder != thread {
            self.switches += 1;
            if self.last_holder != 0 {
                self.used.handovers += 1;
                self.used.forced += u64::from(self.gave_way);
            }
            self.last_holder = thread;
        }
        (self.holder, self.since_nanos) = (Some(thread), now_nanos);
        // Whoever asked has to ask again: the lock has been free.
        (self.asked, self.gave_way) = (false, false);
        true
    }

    /// How often the lock went to another thread: what [`Self::ask`] is to be given.
    pub(super) const fn switches(&self) -> u64 {
        self.switches
    }

    /// Somebody has waited a whole switch interval, at whose begin the lock had switched `seen` times: asks the
    /// holder to give way, unless the lock has switched since.
    pub(super) const fn ask(&mut self, seen: u64) {
        if self.holder.is_some() && self.switches == seen {
            self.asked = true;
        }
    }

    /// Whether the holder is asked to give way.
    pub(super) const fn is_asked(&self) -> bool {
        self.asked
    }

    /// Gives the lock back. Says whether the thread has to wait until another one had it: it has, if it was asked to
    /// give way, or else it would be back before anybody is awake.
    #[must_use]
    pub(super) const fn release(&mut self, now_nanos: u64) -> bool {
        if self.holder.take().is_some() {
            self.used.held_nanos += now_nanos.saturating_sub(self.since_nanos);
        }
        self.gave_way = self.asked;
        self.asked = false;
        self.gave_way
    }

    /// Whether another thread than `thread` was the last to take it.
    pub(super) const fn has_switched_from(&self, thread: u64) -> bool {
        self.last_holder != thread
    }

    /// A thread has waited for it that long.
    pub(super) const fn waited(&mut self, nanos: u64) {
        self.used.waited_nanos += nanos;
    }

    /// What became of it so far.
    pub(super) const fn used(&self, now_nanos: u64) -> InterpreterUse {
        let mut used = self.used;
        if self.holder.is_some() {
            used.held_nanos += now_nanos.saturating_sub(self.since_nanos);
        }
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MICRO: u64 = 1_000;
    const MILLI: u64 = 1_000_000;
    const INTERVAL: u64 = 5 * MILLI;
    /// From check to check of a thread that computes.
    const CHECK: u64 = 50 * MICRO;

    /// What a thread does next.
    #[derive(Debug, Clone, Copy)]
    enum Do {
        /// Computes that long, holding the lock.
        Hold(u64),
        /// Something else, for that long, without it.
        Block(u64),
    }

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Now {
        /// Wants the lock since then; asks at `until`, having seen that many switches.
        Waits { since: u64, until: u64, seen: u64 },
        /// Holds it, and computes until its next check.
        Computes { until: u64 },
        /// Is busy with something else.
        Blocked { until: u64 },
        /// Gave way, and waits until another one had the lock.
        GaveWay { since: u64 },
        /// Is done, since then.
        Done(u64),
    }

    struct Thread {
        program: std::vec::IntoIter<Do>,
        /// What is left of the computation under way.
        left: u64,
        now: Now,
    }

    /// Threads on as many cores as they want, which all wake in no time; a clock that is moved by hand.
    struct Machine {
        rules: Rules,
        threads: Vec<Thread>,
        clock: u64,
    }

    impl Machine {
        fn run(programs: Vec<Vec<Do>>) -> Self {
            let threads = programs.into_iter().map(|program| Thread {
                program: program.into_iter(),
                left: 0,
                now: Now::Blocked { until: 0 },
            });
            let mut machine = Self {
                rules: Rules::default(),
                threads: threads.collect(),
                clock: 0,
            };
            while let Some(next) = machine.next_instant() {
                machine.clock = next;
                // One after the other, until nothing happens at this instant any more.
                while (0..machine.threads.len()).any(|thread| machine.step(thread)) {}
            }
            machine
        }

        fn next_instant(&self) -> Option<u64> {
            let instants = self.threads.iter().filter_map(|thread| match thread.now {
                Now::Waits { until, .. } | Now::Computes { until } | Now::Blocked { until } => {
                    Some(until)
                }
                Now::GaveWay { .. } | Now::Done(_) => None,
            });
            instants.min()
        }

        /// Moves a thread on if something happens to it now.
        fn step(&mut self, thread: usize) -> bool {
            let (number, clock) = (thread as u64 + 1, self.clock);
            let before = self.threads[thread].now;
            match before {
                Now::Blocked { until } if until <= clock => self.next_of_program(thread),
                Now::Waits { since, until, seen } => {
                    if self.rules.take(number, clock) {
                        self.rules.waited(clock - since);
                        self.compute(thread);
                    } else if until <= clock {
                        self.rules.ask(seen);
                        self.wait(thread, since);
                    }
                }
                Now::Computes { until } if until <= clock => {
                    if self.threads[thread].left == 0 {
                        self.next_of_program(thread);
                    } else if self.rules.is_asked() {
                        assert!(self.rules.release(clock));
                        self.threads[thread].now = Now::GaveWay { since: clock };
                    } else {
                        self.compute(thread);
                    }
                }
                Now::GaveWay { since } if self.rules.has_switched_from(number) => {
                    self.wait(thread, since);
                }
                _ => {}
            }
            self.threads[thread].now != before
        }

        fn wait(&mut self, thread: usize, since: u64) {
            self.threads[thread].now = Now::Waits {
                since,
                until: self.clock + INTERVAL,
                seen: self.rules.switches(),
            };
        }

        fn compute(&mut self, thread: usize) {
            let thread = &mut self.threads[thread];
            let part = thread.left.min(CHECK);
            thread.left -= part;
            thread.now = Now::Computes {
                until: self.clock + part,
            };
        }

        fn next_of_program(&mut self, thread: usize) {
            let holds = matches!(self.threads[thread].now, Now::Computes { .. });
            let next = self.threads[thread].program.next();
            if let Some(Do::Hold(nanos)) = next {
                self.threads[thread].left = nanos;
                if holds {
                    self.compute(thread);
                } else {
                    self.wait(thread, self.clock);
                }
                return;
            }
            if holds {
                // Nobody is so late here that a release alone would not let him in.
                let _ = self.rules.release(self.clock);
            }
            self.threads[thread].now = match next {
                Some(Do::Block(nanos)) => Now::Blocked {
                    until: self.clock + nanos,
                },
                _ => Now::Done(self.clock),
            };
        }

        fn done_at(&self, thread: usize) -> u64 {
            match self.threads[thread].now {
                Now::Done(at) => at,
                other => panic!("thread {thread} has not ended: {other:?}"),
            }
        }

        fn used(&self) -> InterpreterUse {
            self.rules.used(self.clock)
        }
    }

    #[test]
    fn two_threads_that_compute_take_as_long_as_one_after_the_other() {
        let work = vec![Do::Hold(100 * MILLI)];
        let machine = Machine::run(vec![work.clone(), work]);
        assert_eq!(machine.clock, 200 * MILLI);
        let used = machine.used();
        assert_eq!(used.held_nanos, 200 * MILLI);
        // Whoever gave way asks an interval later and gets it at the next check, until one has ended.
        assert_eq!(machine.done_at(0), 195 * MILLI);
        assert_eq!((used.handovers, used.forced), (39, 38));
        assert_eq!(used.waited_nanos, 195 * MILLI);
    }

    #[test]
    fn who_asks_is_served_at_the_holders_next_check() {
        let late = vec![Do::Block(20 * MICRO), Do::Hold(MICRO)];
        let machine = Machine::run(vec![vec![Do::Hold(50 * MILLI)], late]);
        // It asks at 5.02 ms; checks are at multiples of 50 µs.
        assert_eq!(machine.done_at(1), 5 * MILLI + 51 * MICRO);
        assert_eq!(machine.done_at(0), 50 * MILLI + MICRO);
    }

    #[test]
    fn a_thread_that_waits_beside_one_that_computes_pays_an_interval_for_each_operation() {
        let operations = 20;
        let io = [Do::Block(MILLI), Do::Hold(0)].repeat(operations);
        let alone = Machine::run(vec![io.clone()]);
        assert_eq!(alone.clock, operations as u64 * MILLI);
        let machine = Machine::run(vec![vec![Do::Hold(500 * MILLI)], io]);
        let per_operation = machine.done_at(1) / operations as u64;
        // It asks just after a check, so that the next one serves it.
        assert_eq!(per_operation, MILLI + INTERVAL + CHECK);
        let used = machine.used();
        // To the waiting thread on request, and back of its own will.
        assert_eq!((used.handovers, used.forced), (40, 20));
    }

    #[test]
    fn threads_that_compute_without_the_lock_do_not_meet() {
        let work = vec![Do::Hold(MICRO), Do::Block(100 * MILLI), Do::Hold(MICRO)];
        let machine = Machine::run(vec![work.clone(), work]);
        assert_eq!(machine.clock, 100 * MILLI + 3 * MICRO);
        assert_eq!(machine.used().forced, 0);
    }

    #[test]
    fn nobody_is_asked_while_the_lock_changes_hands() {
        let mut rules = Rules::default();
        assert!(rules.take(1, 0));
        let seen = rules.switches();
        assert!(!rules.release(10) && rules.take(2, 10));
        rules.ask(seen);
        assert!(!rules.is_asked(), "another one had it meanwhile");
        rules.ask(rules.switches());
        assert!(rules.is_asked());
        assert!(rules.release(20), "who was asked waits for another one");
        assert!(!rules.has_switched_from(2));
        assert!(rules.take(3, 25) && rules.has_switched_from(2));
        assert!(!rules.is_asked() && !rules.take(4, 26));
        let used = rules.used(30);
        assert_eq!((used.held_nanos, used.handovers, used.forced), (25, 2, 1));
    }

    #[test]
    fn a_thread_that_takes_its_own_lock_again_is_no_handover() {
        let mut rules = Rules::default();
        for round in 0..5 {
            assert!(rules.take(7, round * 10));
            assert!(!rules.release(round * 10 + 4));
        }
        let used = rules.used(100);
        assert_eq!((used.held_nanos, used.handovers), (20, 0));
    }
}
