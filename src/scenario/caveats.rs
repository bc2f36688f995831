//! What an expectation before the run leaves out, or takes at round figures: said wherever one is shown.

use crate::scenario::strikes::asks_server;
use crate::scenario::{Amount, Candidate, Inject, Scenario, Stage};

/// A reason to doubt what is computed before a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caveat {
    /// Work is counted in units whose cost this machine has not told.
    Work,
    /// Bytes are moved at a speed that this machine has not told.
    Bytes,
    /// Tasks wait for each other.
    Barriers,
    /// The interpreter and its libraries cost what their version costs.
    CPython,
    /// Something goes wrong on purpose.
    Faults,
    /// Attempts are cut off, repeated or refused.
    Defences,
    /// A queue makes waits of its own.
    Queueing,
}

impl Caveat {
    /// As a sentence without its full stop.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Work => {
                "What a unit of CPU work costs on this machine is not known before a run: round figures of a server core stand in, and may be off by half"
            }
            Self::Bytes => {
                "Files, memory, payloads and requests are taken at round figures, about 1 GiB a second"
            }
            Self::Barriers => {
                "How long tasks wait for each other at a barrier is not known, and left out"
            }
            Self::CPython => {
                "CPython's costs are those of version 3.11 on a server core; other versions differ by half"
            }
            Self::Faults => "Faults are left out",
            Self::Defences => "Time-outs, retries and circuit breakers are left out",
            Self::Queueing => {
                "Waiting in a queue is left out: near 100 % response times are longer than this"
            }
        }
    }
}

/// What to say beside an expectation of `scenario`, the gravest first.
#[must_use]
pub fn caveats(scenario: &Scenario) -> Vec<Caveat> {
    let any = |is: fn(&Stage) -> bool| {
        let mut stages = scenario.tasks.iter().flat_map(|kind| &kind.stages);
        stages.any(is)
    };
    let is_work = |stage: &Stage| {
        matches!(
            stage,
            Stage::Cpu {
                amount: Amount::Work(_),
                ..
            } | Stage::Counter { .. }
        )
    };
    let moves_bytes = |stage: &Stage| {
        asks_server(stage)
            || matches!(
                stage,
                Stage::FileRead { .. }
                    | Stage::FileWrite { .. }
                    | Stage::FileAppend { .. }
                    | Stage::Memory { .. }
                    | Stage::Payload { .. }
            )
    };
    let candidates = &scenario.candidates;
    let defended = scenario.defences != crate::scenario::Defences::default()
        || candidates.iter().any(|one| one.defences.is_some());
    // A fault that only fails an attempt still takes what the attempt takes.
    let faulty = scenario
        .faults
        .iter()
        .any(|fault| fault.inject != Inject::Error);
    [
        (any(is_work), Caveat::Work),
        (any(moves_bytes), Caveat::Bytes),
        (
            any(|stage| matches!(stage, Stage::Barrier)),
            Caveat::Barriers,
        ),
        (candidates.iter().any(Candidate::is_python), Caveat::CPython),
        (faulty, Caveat::Faults),
        (defended, Caveat::Defences),
        (true, Caveat::Queueing),
    ]
    .into_iter()
    .filter_map(|(holds, caveat)| holds.then_some(caveat))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    fn of(stages: &str, rest: &str) -> Vec<Caveat> {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [{stages}])], candidates: [(backend: Sequential)] {rest})"
        );
        caveats(&parse(&text).scenario.unwrap())
    }

    #[test]
    fn exact_times_leave_only_the_queue_to_doubt() {
        let exact = "Cpu(amount: Time(\"2ms\")), Wait(time: Constant(\"1ms\"))";
        assert_eq!(of(exact, ""), [Caveat::Queueing]);
        let fails = ", faults: [(inject: Error, probability: 0.1)]";
        assert_eq!(of(exact, fails), [Caveat::Queueing]);
    }

    #[test]
    fn work_bytes_barriers_and_faults_are_each_told() {
        let stages = "Cpu(kernel: Sha256, amount: Work(9)), Payload(to_worker: \"1KiB\", back: \"0\"), Barrier";
        let found = of(stages, ", faults: [(inject: Hang, probability: 0.1)]");
        assert_eq!(
            found,
            [
                Caveat::Work,
                Caveat::Bytes,
                Caveat::Barriers,
                Caveat::Faults,
                Caveat::Queueing
            ]
        );
    }
}
