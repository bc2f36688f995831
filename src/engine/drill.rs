//! Faults that come at instants and not with attempts: workers that are killed or stand still, and the word that a fault
//! begins or is over. Driven by the block.

use std::sync::Arc;

use rustix::process::Signal;

use crate::engine::backends::{BackendError, Desk, Running};
use crate::engine::faults::{Due, Faults, Schedule};
use crate::engine::plan::Plan;
use crate::engine::resilience::IncidentKind;
use crate::scenario::{Inject, describe};
use crate::units::text;

/// How soon it looks again for a worker where there is none at the moment.
const LOOK_NANOS: u64 = 5_000_000;

/// The instants of a block.
#[derive(Debug)]
pub(super) struct Drill {
    faults: Arc<Faults>,
    schedule: Schedule,
    /// Whether there are worker processes, which can be killed and stopped one by one.
    has_processes: bool,
    /// A blow, by fault and number of its instant, for which there was no worker yet.
    waiting: Option<(usize, u64)>,
    /// Workers that stand still: until when on the monotonic clock, and their process id.
    still: Vec<(u64, u32)>,
    deadline_nanos: u64,
}

impl Drill {
    /// That of a block; none without faults.
    pub(super) fn of(plan: &Plan) -> Option<Self> {
        let faults = plan.faults.clone()?;
        Some(Self {
            schedule: Schedule::new(faults.all()),
            faults,
            has_processes: plan.backend.worker_processes() > 0,
            waiting: None,
            still: Vec::new(),
            deadline_nanos: 0,
        })
    }

    /// When [`Self::poll`] should be called again at the latest, on the monotonic clock.
    pub(super) const fn deadline_nanos(&self) -> u64 {
        self.deadline_nanos
    }

    /// Does what is due.
    ///
    /// # Errors
    /// If a worker is killed that is no process of its own: then the whole program ends.
    pub(super) fn poll(
        &mut self,
        now_nanos: u64,
        running: &dyn Running,
        desk: &Desk,
    ) -> Result<(), BackendError> {
        self.still.retain(|(until, pid)| {
            let is_over = *until <= now_nanos;
            if is_over {
                // In vain if it has died meanwhile.
                running.signal_worker(*pid, Signal::CONT);
            }
            !is_over
        });
        let elapsed_nanos = self.faults.elapsed_nanos(now_nanos);
        if let Some(elapsed_nanos) = elapsed_nanos {
            self.strike(now_nanos, elapsed_nanos, running, desk)?;
        }
        let of_still = self.still.iter().map(|(until, _)| *until).min();
        let of_schedule = self.faults.instant_nanos(self.schedule.next_nanos());
        let of_waiting = self.waiting.map(|_| now_nanos + LOOK_NANOS);
        self.deadline_nanos = [of_still, of_schedule, of_waiting]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(u64::MAX);
        Ok(())
    }

    fn strike(
        &mut self,
        now_nanos: u64,
        elapsed_nanos: u64,
        running: &dyn Running,
        desk: &Desk,
    ) -> Result<(), BackendError> {
        loop {
            let (fault, occurrence) = match self.waiting {
                Some(blow) => blow,
                None => match self.schedule.take_due(elapsed_nanos) {
                    None => return Ok(()),
                    Some(Due::Began(index)) => {
                        tell_edge(&self.faults, index, IncidentKind::FaultBegan, desk);
                        continue;
                    }
                    Some(Due::Ended(index)) => {
                        tell_edge(&self.faults, index, IncidentKind::FaultEnded, desk);
                        continue;
                    }
                    Some(Due::Hits(index, occurrence)) => {
                        if !self.faults.hits_worker(index, occurrence) {
                            continue;
                        }
                        (index, occurrence)
                    }
                },
            };
            let Some(inject) = self.faults.all().nth(fault).map(|fault| fault.inject) else {
                continue;
            };
            let victims = running.victims();
            let victim = self.faults.victim(fault, occurrence, victims.len());
            let victim = victims.get(victim).copied();
            let hit = self.blow(now_nanos, inject, victim, running, desk)?;
            self.waiting = (!hit).then_some((fault, occurrence));
            if !hit {
                return Ok(());
            }
        }
    }

    /// Hits `victim`, or the program if it has no worker processes; false if there is nobody to hit at the moment.
    fn blow(
        &mut self,
        now_nanos: u64,
        inject: Inject,
        victim: Option<u32>,
        running: &dyn Running,
        desk: &Desk,
    ) -> Result<bool, BackendError> {
        let is_hit = |signal| victim.is_some_and(|pid| running.signal_worker(pid, signal));
        match inject {
            Inject::KillWorker { .. } if !self.has_processes => {
                let words = "an injected fault killed a worker, which is no process of its own: the program ends";
                desk.tell(IncidentKind::WorkerKilled, words.to_owned());
                return Err(BackendError::Killed);
            }
            Inject::KillWorker { .. } if is_hit(Signal::KILL) => {
                desk.tell(
                    IncidentKind::WorkerKilled,
                    "an injected fault killed a worker".to_owned(),
                );
            }
            Inject::StallWorker { length, .. } if !self.has_processes => {
                self.faults.stall_next(length.0);
                let length = text::span(length.0);
                let words =
                    format!("the worker that begins the next task stands still for {length}");
                desk.tell(IncidentKind::WorkerStalled, words);
            }
            Inject::StallWorker { length, .. } if is_hit(Signal::STOP) => {
                let until = now_nanos.saturating_add(length.0);
                self.stands_still(until, victim);
                let length = text::span(length.0);
                let words = format!("an injected fault has a worker stand still for {length}");
                desk.tell(IncidentKind::WorkerStalled, words);
            }
            Inject::KillWorker { .. } | Inject::StallWorker { .. } => return Ok(false),
            _ => {}
        }
        Ok(true)
    }

    /// Until the later of two instants, if it stands still already.
    fn stands_still(&mut self, until: u64, victim: Option<u32>) {
        let Some(victim) = victim else { return };
        match self.still.iter_mut().find(|(_, pid)| *pid == victim) {
            Some((earlier, _)) => *earlier = until.max(*earlier),
            None => self.still.push((until, victim)),
        }
    }

    /// Lets those that stand still go on: the block is over.
    pub(super) fn end(&mut self, running: &dyn Running) {
        for (_, pid) in self.still.drain(..) {
            running.signal_worker(pid, Signal::CONT);
        }
    }
}

fn tell_edge(faults: &Faults, index: usize, edge: IncidentKind, desk: &Desk) {
    let Some(fault) = faults.all().nth(index) else {
        return;
    };
    let what = if edge == IncidentKind::FaultBegan {
        "begins"
    } else {
        "is over"
    };
    let number = index + 1;
    let told = describe::fault(fault);
    desk.tell(edge, format!("fault {number} {what}: {told}"));
}
