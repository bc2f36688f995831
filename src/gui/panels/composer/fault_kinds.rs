//! The kinds of faults that a scenario offers, with the words that explain them to whoever composes one.

use crate::gui::panels::composer::options::Entry;
use crate::scenario::{Crash, Fault, Inject};
use crate::units::{Bytes, Nanos};

/// The kind of a fault without its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultForm {
    /// An attempt fails.
    Error,
    /// An attempt takes longer.
    Slow,
    /// An attempt never ends.
    Hang,
    /// An attempt takes its worker with it.
    Crash,
    /// An attempt leaves memory behind.
    Leak,
    /// An attempt blocks its event loop.
    StallLoop,
    /// The loopback server answers late.
    SlowServer,
    /// The loopback server answers with an error.
    FailServer,
    /// A lock is held for longer.
    HoldLock,
    /// A worker is killed.
    KillWorker,
    /// A worker stands still.
    StallWorker,
}

impl FaultForm {
    /// All of them, in the order of the menu.
    pub(super) const ENTRIES: [Entry<Self>; 11] = [
        (
            Self::Error,
            "Error",
            "An attempt does its work and then fails",
        ),
        (
            Self::Slow,
            "Slow",
            "An attempt takes longer, without using a core",
        ),
        (
            Self::Hang,
            "Hang",
            "An attempt never comes to its end by itself",
        ),
        (Self::Crash, "Crash", "An attempt takes its process with it"),
        (
            Self::Leak,
            "Leak",
            "An attempt leaves memory behind in its worker",
        ),
        (
            Self::StallLoop,
            "Stall loop",
            "An attempt blocks the event loop that runs it",
        ),
        (
            Self::SlowServer,
            "Slow server",
            "The loopback server takes longer to answer",
        ),
        (
            Self::FailServer,
            "Failing server",
            "The loopback server answers with an error",
        ),
        (Self::HoldLock, "Hold lock", "A lock is held for longer"),
        (
            Self::KillWorker,
            "Kill worker",
            "A worker is killed, once or again and again",
        ),
        (
            Self::StallWorker,
            "Stall worker",
            "A worker stands still, once or again and again",
        ),
    ];

    /// The kind of `inject`.
    pub(super) const fn of(inject: &Inject) -> Self {
        match inject {
            Inject::Error => Self::Error,
            Inject::Slow { .. } => Self::Slow,
            Inject::Hang => Self::Hang,
            Inject::Crash { .. } => Self::Crash,
            Inject::Leak { .. } => Self::Leak,
            Inject::StallLoop { .. } => Self::StallLoop,
            Inject::SlowServer { .. } => Self::SlowServer,
            Inject::FailServer => Self::FailServer,
            Inject::HoldLock { .. } => Self::HoldLock,
            Inject::KillWorker { .. } => Self::KillWorker,
            Inject::StallWorker { .. } => Self::StallWorker,
        }
    }

    /// What it is called at the beginning of a line.
    pub(super) fn title(self) -> &'static str {
        let entry = Self::ENTRIES.iter().find(|(form, ..)| *form == self);
        entry.map_or("", |(_, title, _)| title)
    }
}

/// A fault of that kind with figures that show something, within a measurement of that length. Of a batch nobody knows
/// how long it takes: there the fault lasts from the start to the end.
pub(super) fn default_fault(form: FaultForm, measured: Option<Nanos>) -> Fault {
    let mut fault = Fault::new(convert_inject(Inject::Error, form));
    if let Some(Nanos(nanos)) = measured {
        // Before it and behind it there is a time without, to compare with.
        fault.from = Nanos(nanos / 10 * 3);
        fault.until = fault.inject.hits_attempts().then_some(Nanos(nanos / 2));
    }
    fault.probability = match form {
        FaultForm::Error | FaultForm::FailServer => 0.25,
        // One of them is already much.
        FaultForm::Hang | FaultForm::Crash => 0.01,
        _ => 1.0,
    };
    fault
}

/// The fault in another kind; a time stays, where both have one.
pub(super) const fn convert_inject(inject: Inject, to: FaultForm) -> Inject {
    const ADDED: Nanos = Nanos::from_millis(200);
    let time = match inject {
        Inject::Slow { added, .. } if added.0 > 0 => added,
        Inject::StallLoop { length } | Inject::StallWorker { length, .. } => length,
        Inject::SlowServer { added } | Inject::HoldLock { added } => added,
        _ => ADDED,
    };
    let every = inject.every();
    match to {
        FaultForm::Error => Inject::Error,
        FaultForm::Slow => Inject::Slow {
            factor: 1.0,
            added: time,
        },
        FaultForm::Hang => Inject::Hang,
        FaultForm::Crash => Inject::Crash { how: Crash::Kill },
        FaultForm::Leak => Inject::Leak {
            bytes: Bytes::from_kib(64),
            up_to: Bytes::from_mib(256),
        },
        FaultForm::StallLoop => Inject::StallLoop { length: time },
        FaultForm::SlowServer => Inject::SlowServer { added: time },
        FaultForm::FailServer => Inject::FailServer,
        FaultForm::HoldLock => Inject::HoldLock { added: time },
        FaultForm::KillWorker => Inject::KillWorker { every },
        FaultForm::StallWorker => Inject::StallWorker {
            length: time,
            every,
        },
    }
}

/// How an attempt takes its worker with it, without the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CrashForm {
    /// Caught by the pool.
    Panic,
    /// With a code.
    Exit,
    /// By itself, with signal 6.
    Abort,
    /// With signal 11.
    Segfault,
    /// By recursion without an end.
    StackOverflow,
    /// By another, with signal 9.
    Kill,
}

impl CrashForm {
    /// All of them.
    pub(super) const ENTRIES: [Entry<Self>; 6] = [
        (
            Self::Panic,
            "Panic",
            "Nobody foresaw it: the pool catches it, only the attempt fails",
        ),
        (
            Self::Exit,
            "Exit",
            "The process ends by itself, with a code",
        ),
        (Self::Abort, "Abort", "The process aborts (signal 6)"),
        (
            Self::Segfault,
            "Segfault",
            "The process touches memory that it must not (signal 11)",
        ),
        (Self::StackOverflow, "Stack overflow", "The stack overflows"),
        (
            Self::Kill,
            "Kill",
            "The process is killed, as when memory runs out (signal 9)",
        ),
    ];

    /// The form of `crash`.
    pub(super) const fn of(crash: Crash) -> Self {
        match crash {
            Crash::Panic => Self::Panic,
            Crash::Exit { .. } => Self::Exit,
            Crash::Abort => Self::Abort,
            Crash::Segfault => Self::Segfault,
            Crash::StackOverflow => Self::StackOverflow,
            Crash::Kill => Self::Kill,
        }
    }

    /// The crash of that form.
    pub(super) const fn crash(self) -> Crash {
        match self {
            Self::Panic => Crash::Panic,
            Self::Exit => Crash::Exit { code: 1 },
            Self::Abort => Crash::Abort,
            Self::Segfault => Crash::Segfault,
            Self::StackOverflow => Crash::StackOverflow,
            Self::Kill => Crash::Kill,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_becomes_every_other_and_a_time_stays() {
        for (from, title, _) in FaultForm::ENTRIES {
            assert_eq!(from.title(), title);
            let fault = default_fault(from, None);
            for (to, ..) in FaultForm::ENTRIES {
                assert_eq!(FaultForm::of(&convert_inject(fault.inject, to)), to);
            }
        }
        let measured = Some(Nanos::from_secs(10));
        let slow = default_fault(FaultForm::Slow, measured);
        let window = (Nanos::from_secs(3), Some(Nanos::from_secs(5)));
        assert_eq!((slow.from, slow.until), window);
        let kill = default_fault(FaultForm::KillWorker, measured);
        assert_eq!((kill.from, kill.until), (window.0, None));
        let length = Nanos::from_millis(70);
        let every = Some(Nanos::from_secs(1));
        let stall = Inject::StallWorker { length, every };
        let killed = convert_inject(stall, FaultForm::KillWorker);
        assert_eq!(killed, Inject::KillWorker { every });
        let slow = convert_inject(stall, FaultForm::SlowServer);
        assert_eq!(slow, Inject::SlowServer { added: length });
        for (form, ..) in CrashForm::ENTRIES {
            assert_eq!(CrashForm::of(form.crash()), form);
        }
    }
}
