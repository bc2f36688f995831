//! The checks of the trust panel, each a line and, beyond its limit, a reason.

use std::collections::BTreeMap;

use crate::analysis::trust::limits as at;
use crate::analysis::trust::lines::{Answer, Bound, Question, TrustLine, TrustUnit};
use crate::run::{Block, MachineOver, Run};
use crate::scenario::{Arrivals, Kernel, QueuePolicy, Scenario};
use crate::stats::Percentile;

/// Lines and reasons as they come.
#[derive(Default)]
pub(super) struct Checks {
    pub(super) lines: Vec<TrustLine>,
    pub(super) reasons: Vec<String>,
}

const fn question(
    name: &'static str,
    what: &'static str,
    unit: TrustUnit,
    bound: Bound,
) -> Question {
    Question {
        name,
        what,
        unit,
        bound,
    }
}

/// Two candidates, and how much slower the processor was before one than before the other.
struct Span {
    slowest: usize,
    fastest: usize,
    /// 0.1 is ten per cent.
    ratio: f64,
}

impl Span {
    /// Of the times by candidate; none without any.
    fn of(times: &BTreeMap<usize, f64>) -> Option<Self> {
        let by_time = |a: &(&usize, &f64), b: &(&usize, &f64)| a.1.total_cmp(b.1);
        let (slowest, most) = times.iter().max_by(by_time)?;
        let (fastest, least) = times.iter().min_by(by_time)?;
        Some(Self {
            slowest: *slowest,
            fastest: *fastest,
            ratio: most / least - 1.0,
        })
    }
}

impl Checks {
    /// All checks, in the order in which they are shown.
    pub(super) fn of(run: &Run) -> Self {
        let mut checks = Self::default();
        checks.load(run);
        checks.lateness(run);
        checks.instrument(run);
        checks.machine(run);
        checks.clock_rate(run);
        checks.messages(run);
        checks.calibrations(run);
        checks.failures(run);
        checks
    }

    fn ask<'a>(
        &mut self,
        run: &'a Run,
        question: Question,
        answer: impl Fn(&'a Block) -> Option<Answer>,
        reason: impl Fn(&str, &str, &str) -> String,
    ) {
        let (line, failure) = question.ask(run, answer);
        self.lines.push(line);
        if let Some(failure) = failure {
            let reason = reason(&failure.name, &failure.value, &failure.limit);
            self.reasons.push(format!("{reason}{}", failure.others()));
        }
    }

    /// Did as many tasks become due as were asked for?
    fn load(&mut self, run: &Run) {
        let scenario = &run.request.scenario;
        let load = &scenario.load;
        let question = question(
            "achieved_over_offered",
            "Load reached",
            TrustUnit::Ratio,
            Bound::AtLeast,
        );
        let answer = |block: &Block| {
            // Who stands at the door is counted when the way in is free, or when the block ends.
            if callers_wait(scenario, block) && !block.state.is_over() {
                return None;
            }
            let expected = load.tasks_within(block.window()?.nanos)?;
            // Less than one task expected says nothing.
            if expected < 1.0 {
                return None;
            }
            let chance = match load.arrivals()? {
                Arrivals::Poisson => at::POISSON_DEVIATIONS * expected.sqrt(),
                // The first or the last may fall on the edge.
                Arrivals::Constant => 1.0,
            };
            Some(Answer {
                value: block.counts().offered as f64 / expected,
                limit: at::ACHIEVED_MIN_RATIO - chance / expected,
            })
        };
        self.ask(run, question, answer, |name, value, limit| {
            format!("the load of {name} reached only {value} of its rate, less than {limit}")
        });
    }

    /// Was the generator late? Only open loads have a schedule; and where callers wait at the door of a full
    /// queue, the time that they stand there is what was asked for and not the generator's.
    fn lateness(&mut self, run: &Run) {
        let scenario = &run.request.scenario;
        let has_schedule =
            |block: &Block| scenario.load.is_open() && !callers_wait(scenario, block);
        let question = question(
            "schedule_delay_p99",
            "Schedule delay p99",
            TrustUnit::Nanos,
            Bound::AtMost,
        );
        let answer = |block: &Block| {
            let late = Percentile::P99
                .of(&block.measured.schedule_delay)
                .filter(|_| has_schedule(block))?;
            let response = Percentile::P99.of(&block.measured.response)?;
            Some(Answer {
                value: late as f64,
                limit: (response as f64 * at::LATENESS_OF_RESPONSE_RATIO)
                    .max(at::LATENESS_ALWAYS_FINE_NANOS),
            })
        };
        self.ask(run, question, answer, |name, value, limit| {
            format!("the load of {name} was late: p99 {value}, with a limit of {limit}")
        });
    }

    /// Did watching and measuring take more than their share?
    fn instrument(&mut self, run: &Run) {
        let cores = run
            .machine
            .as_ref()
            .map_or(1, |machine| machine.cores.max(1));
        let observer = question("observer_cpu", "Window", TrustUnit::Cores, Bound::AtMost);
        let answer = |block: &Block| {
            let window = block.window().filter(|window| window.read_nanos > 0)?;
            Some(Answer {
                value: window.observer_cpu_nanos? as f64 / window.read_nanos as f64,
                limit: at::OBSERVER_MAX_CORES,
            })
        };
        self.ask(run, observer, answer, |name, value, limit| {
            format!("watching took {value} while {name} was measured, more than {limit}")
        });
        let instrument = question(
            "instrument_cpu",
            "Generator and sampler",
            TrustUnit::Cores,
            Bound::AtMost,
        );
        let answer = |block: &Block| {
            let window = block.window().filter(|window| window.read_nanos > 0)?;
            Some(Answer {
                value: window.instrument_cpu_nanos as f64 / window.read_nanos as f64,
                limit: at::INSTRUMENT_MAX_RATIO * f64::from(cores),
            })
        };
        self.ask(run, instrument, answer, |name, value, limit| {
            format!(
                "generator and sampler took {value} while {name} was measured, more than {limit}"
            )
        });
    }

    /// What did the machine do beside the run?
    fn machine(&mut self, run: &Run) {
        type Growth = fn(&MachineOver) -> Option<u64>;
        let share = |per_processor: bool, growth: Growth, limit: f64| {
            move |block: &Block| {
                let machine = reading(block)?;
                let times = if per_processor {
                    machine.last.processors?
                } else {
                    1
                };
                Some(Answer {
                    value: growth(&machine)? as f64 / (machine.nanos() as f64 * f64::from(times)),
                    limit,
                })
            }
        };
        let ratio = |name, what| question(name, what, TrustUnit::Ratio, Bound::AtMost);
        let steal: Growth = |machine| machine.grown(|sample| sample.steal_nanos);
        self.ask(
            run,
            ratio("steal", "Processor time stolen by the host"),
            share(true, steal, at::STEAL_MAX_RATIO),
            |name, value, limit| {
                format!(
                    "the host took {value} of the processor time from {name}, more than {limit}"
                )
            },
        );
        self.ask(
            run,
            ratio("other_load", "Load of other programs"),
            share(true, MachineOver::other_cpu_nanos, at::OTHER_LOAD_MAX_RATIO),
            |name, value, limit| {
                format!("other programs used {value} of the processors while {name} was measured, more than {limit}")
            },
        );
        let pressure: Growth = |machine| machine.grown(|sample| sample.memory_pressure_nanos);
        self.ask(
            run,
            ratio("memory_pressure", "Time short of memory"),
            share(false, pressure, at::MEMORY_PRESSURE_MAX_RATIO),
            |name, value, limit| {
                format!("tasks waited for memory in {value} of the time while {name} was measured, more than {limit}")
            },
        );
        let suspended = |block: &Block| {
            let machine = block.resources.machine?;
            Some(Answer {
                value: machine.grown(|sample| sample.suspended_nanos)? as f64,
                limit: at::SUSPENDED_MAX_NANOS,
            })
        };
        self.ask(
            run,
            question(
                "suspended",
                "Asleep while measuring",
                TrustUnit::Nanos,
                Bound::AtMost,
            ),
            suspended,
            |name, value, limit| {
                format!(
                    "the machine slept for {value} while {name} was measured, more than {limit}"
                )
            },
        );
    }

    /// Did busy processors run at the clock that they are made for?
    fn clock_rate(&mut self, run: &Run) {
        let question = question(
            "frequency",
            "Clock of busy processors",
            TrustUnit::Ratio,
            Bound::AtLeast,
        );
        let answer = |block: &Block| {
            let machine = reading(block)?;
            let available = machine.nanos() as f64 * f64::from(machine.last.processors?);
            let busy = machine.grown(|sample| sample.busy_nanos)? as f64 / available;
            let highest = machine.last.frequency_max_hz.filter(|hz| *hz > 0)?;
            (busy >= at::FREQUENCY_BUSY_RATIO).then_some(Answer {
                value: machine.frequency_mean_hz()? / highest as f64,
                limit: at::FREQUENCY_MIN_RATIO,
            })
        };
        self.ask(run, question, answer, |name, value, limit| {
            format!("busy processors ran at {value} of their clock while {name} was measured, less than {limit}")
        });
    }

    /// Did all arrive that the runner said?
    fn messages(&mut self, run: &Run) {
        let missing = |block: &Block| {
            block.last.as_ref()?;
            Some(Answer {
                value: block.snapshots_lost as f64,
                limit: at::SNAPSHOTS_LOST_MAX,
            })
        };
        self.ask(
            run,
            question("snapshots_lost", "Snapshots lost", TrustUnit::Count, Bound::AtMost),
            missing,
            |name, value, _| {
                format!("{value} snapshots of {name} never arrived, where none may; percentiles lack their tasks")
            },
        );
        let skipped = |block: &Block| {
            let last = block.last.as_ref()?;
            let ticks = last.skipped_ticks + last.sequence + 1;
            Some(Answer {
                value: last.skipped_ticks as f64 / ticks as f64,
                limit: at::TICKS_SKIPPED_MAX_RATIO,
            })
        };
        self.ask(
            run,
            question("ticks_skipped", "Snapshots skipped", TrustUnit::Ratio, Bound::AtMost),
            skipped,
            |name, value, limit| {
                format!("{value} of the snapshots of {name} could not be taken in time, more than {limit}")
            },
        );
    }

    /// Did the processor compute as fast for every candidate? Asked of native code also where the tasks run in CPython:
    /// it is the processor that is looked at. Of a candidate the fastest block counts: that a neighbour slowed one of
    /// its repeats is what their intervals show, that he slowed them all is not.
    fn calibrations(&mut self, run: &Run) {
        let mut units: BTreeMap<Kernel, BTreeMap<usize, f64>> = BTreeMap::new();
        for block in &run.blocks {
            let calibrations = block
                .started
                .iter()
                .flat_map(|started| &started.calibration);
            for calibration in calibrations {
                // The fastest round, also where two calibrations disagree and no figure is given: what comes between
                // (a window that is painted, on a core that shares its units with ours) slows some of them, and a
                // processor that has changed slows all.
                let nanos = calibration.fastest_nanos;
                if nanos > 0.0 {
                    let candidates = units.entry(calibration.kernel).or_default();
                    let fastest = candidates.entry(block.planned.candidate).or_insert(nanos);
                    *fastest = fastest.min(nanos);
                }
            }
        }
        let worst = units
            .iter()
            .filter_map(|(kernel, candidates)| Some((kernel, Span::of(candidates)?)))
            .max_by(|(_, a), (_, b)| a.ratio.total_cmp(&b.ratio));
        let value = worst.as_ref().map(|(_, span)| span.ratio);
        let limit = value.map(|_| at::CALIBRATION_MAX_RATIO);
        let question = question(
            "calibration",
            "Native CPU work, slowest over fastest candidate",
            TrustUnit::Ratio,
            Bound::AtMost,
        );
        let line = question.of_run(value, limit);
        if let (Some(false), Some((kernel, span))) = (line.passed, worst) {
            let name = |candidate: usize| run.request.scenario.candidates[candidate].label();
            self.reasons.push(format!(
                "the native {} kernel was {} slower before '{}' than before '{}', and stayed so for seconds, more than {}: the processor changed between them, or somebody else used it",
                kernel.label(),
                line.value_text(),
                name(span.slowest),
                name(span.fastest),
                TrustUnit::Ratio.limit_text(at::CALIBRATION_MAX_RATIO)
            ));
        }
        self.lines.push(line);
    }

    /// Do the figures describe tasks that were done?
    fn failures(&mut self, run: &Run) {
        let question = question("failed", "Failed tasks", TrustUnit::Ratio, Bound::AtMost);
        // Under faults failing is what the figures are about.
        let on_purpose = run.request.has_attempts();
        let answer = |block: &Block| {
            let counts = block.counts();
            let ended = counts.completed();
            (ended > 0 && !on_purpose).then(|| Answer {
                value: (counts.failed + counts.timed_out) as f64 / ended as f64,
                limit: at::FAILED_MAX_RATIO,
            })
        };
        self.ask(run, question, answer, |name, value, limit| {
            format!("{value} of the tasks of {name} failed, more than {limit}: the figures describe failing tasks")
        });
    }
}

/// What the machine was seen to do over the measurement, if that was long enough to tell.
fn reading(block: &Block) -> Option<MachineOver> {
    let machine = block.resources.machine?;
    (machine.nanos() >= at::MACHINE_READING_MIN_NANOS).then_some(machine)
}

/// Whether callers of `block` wait at the door of a full queue.
fn callers_wait(scenario: &Scenario, block: &Block) -> bool {
    scenario.queue_of(block.planned.candidate).policy == QueuePolicy::Block
}
