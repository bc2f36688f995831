//! `doctor`: what this machine and poolscope on it are like, in a report that can be pasted.
//!
//! Nothing is measured in this process: the hidden probe measures, and the self-tests are runs like any others.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use crossbeam_channel::Receiver;

use crate::analysis::checkup::{self, Line};
use crate::analysis::self_test::{self, FrozenPercentile};
use crate::cli::args::DoctorArgs;
use crate::cli::doctor_cases::{self, FreezeCase};
use crate::cli::doctor_report;
use crate::cli::interrupt::interrupts;
use crate::cli::{Exit, Output};
use crate::run::{BlockState, Run};
use crate::session::{self, FindError, LocalPython, ProbeError, RunnerCommand, Session};

/// Examines machine and program.
///
/// # Errors
/// If the probe or a session cannot be started.
pub(super) fn doctor(args: DoctorArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let executable = std::env::current_exe().context("the path of this program is not known")?;
    let mut examination = Examination {
        command: RunnerCommand { executable },
        interrupts: interrupts().context("Ctrl-C cannot be watched")?,
        interrupted: false,
        lines: Vec::new(),
        out,
    };
    examination.probe()?;
    examination.interpreters();
    if !args.quick {
        for case in doctor_cases::freezes() {
            examination.freeze(&case)?;
        }
        examination.twice_the_same()?;
    }
    let Examination {
        interrupted, lines, ..
    } = examination;
    if interrupted {
        out.message("Interrupted; there is no report.");
        return Ok(Exit::Interrupted);
    }
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    if args.json {
        out.figure(doctor_report::json(&lines, args.quick, now)?);
    } else {
        out.figure_text(&doctor_report::text(&lines, args.quick, now));
    }
    Ok(if checkup::self_tests_hold(&lines) {
        Exit::Success
    } else {
        Exit::NotTrustworthy
    })
}

/// The percentiles of a freeze test, or why there are none.
type Frozen = Result<[FrozenPercentile; 3], String>;

/// An examination under way.
struct Examination<'a> {
    command: RunnerCommand,
    interrupts: Receiver<()>,
    interrupted: bool,
    lines: Vec<Line>,
    out: &'a mut Output,
}

impl Examination<'_> {
    fn probe(&mut self) -> anyhow::Result<()> {
        let (interrupts, out) = (&self.interrupts, &mut *self.out);
        let report = session::probe(&self.command, |step| {
            if let Some(step) = step {
                out.message(format_args!("doctor: {step}"));
            }
            interrupts.try_recv().is_err()
        });
        match report {
            Ok(report) => self.lines.extend(checkup::lines(&report)),
            Err(ProbeError::Interrupted) => self.interrupted = true,
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Asks the interpreters that there are; whatever is wrong with them is a line of the report.
    fn interpreters(&mut self) {
        if self.interrupted {
            return;
        }
        self.out.message("doctor: looking for interpreters");
        let interrupts = &self.interrupts;
        let looked = LocalPython::look(&self.command, || interrupts.try_recv().is_err());
        let search = match looked {
            Err(FindError::Interrupted) => {
                self.interrupted = true;
                return;
            }
            Ok(local) => Ok(local.found),
            Err(FindError::Settings(error)) => Err(error.without_folder()),
            Err(error) => Err(error.to_string()),
        };
        self.lines.extend(checkup::interpreter_lines(&search));
    }

    /// A machine that is busy may catch up too late: then a second attempt counts.
    fn freeze(&mut self, case: &FreezeCase) -> anyhow::Result<()> {
        let name = case.name;
        let mut outcome = self.freeze_once(case, &format!("doctor: freeze test, {name}"))?;
        let holds = |outcome: &Frozen| {
            let percentiles = outcome.as_ref().ok();
            percentiles.is_some_and(|all| all.iter().all(FrozenPercentile::holds))
        };
        if !holds(&outcome) && !self.interrupted {
            let again = format!("doctor: freeze test, {name}, once more");
            outcome = self.freeze_once(case, &again)?;
        }
        self.lines.extend(checkup::freeze_lines(name, &outcome));
        Ok(())
    }

    /// Stops a process for half of a run; the guard ends it with the rest if this process goes.
    fn freeze_once(&mut self, case: &FreezeCase, message: &str) -> anyhow::Result<Frozen> {
        if self.interrupted {
            return Ok(Err("Interrupted.".to_owned()));
        }
        self.out.message(message);
        let (interrupts, interrupted) = (&self.interrupts, &mut self.interrupted);
        let FreezeCase {
            request, freeze, ..
        } = case.clone();
        let frozen = session::run_with_freeze(request, self.command.clone(), freeze, |_| {
            *interrupted |= interrupts.try_recv().is_ok();
            !*interrupted
        })
        .context("the freeze test cannot be carried out")?;
        Ok(match (frozen.run.blocks.first(), frozen.frozen_nanos) {
            (Some(block), Some(nanos)) => self_test::freeze_test(block, nanos),
            (Some(block), None) => Err(match &block.state {
                BlockState::Failed { cause } => cause.clone(),
                _ => "The process was not stopped.".to_owned(),
            }),
            (None, _) => Err("There was no block.".to_owned()),
        })
    }

    /// The A/A test.
    fn twice_the_same(&mut self) -> anyhow::Result<()> {
        if self.interrupted {
            return Ok(());
        }
        self.out
            .message("doctor: measuring the same candidate twice (A/A)");
        let request = doctor_cases::twice_the_same();
        let mut run = Run::new(request.clone(), 0);
        let session = Session::start(request, self.command.clone(), |_| {})
            .context("the A/A test cannot be carried out")?;
        while !run.ended {
            crossbeam_channel::select! {
                recv(session.events()) -> event => {
                    run.apply(event.context("the run ended without a last word")?);
                }
                recv(self.interrupts) -> _ => {
                    self.interrupted = true;
                    return Ok(());
                }
            }
        }
        self.lines
            .push(checkup::aa_line(self_test::self_comparison(&run)));
        Ok(())
    }
}
