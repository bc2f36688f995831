//! Where the evidence of a finding or a verdict is seen, and the link that leads there.

use egui::{RichText, Ui};

use crate::analysis::FindingKind;
use crate::chart::ChartId;

/// What answers "why?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// The table of all candidates.
    Figures,
    /// All figures of a candidate, by its index in the scenario.
    Details(usize),
    /// Where the time of a task goes.
    Split,
    /// What each worker of a candidate did.
    Lanes(usize),
    /// What became of attempts.
    Attempts,
    /// What was checked.
    Trust,
    /// A chart of the board.
    Chart(ChartId),
}

impl Evidence {
    /// Where a finding of that kind about `candidate` is seen best.
    pub(super) const fn of(kind: FindingKind, candidate: usize) -> Self {
        match kind {
            FindingKind::RetryStorm
            | FindingKind::BreakerFlapping
            | FindingKind::StuckWorkers
            | FindingKind::RestartBudgetUsedUp => Self::Attempts,
            // What was thrown away or never came back is seen over time.
            FindingKind::MetastableOverload => Self::Chart(ChartId::Throughput),
            FindingKind::QueueBound => Self::Chart(ChartId::QueueDepth),
            FindingKind::Unsteady => Self::Chart(ChartId::ResponseTime),
            FindingKind::MemoryBound => Self::Chart(ChartId::MemoryPerWorker),
            FindingKind::CpuBound => Self::Chart(ChartId::Cpu),
            FindingKind::EventLoopBlocked => Self::Chart(ChartId::LoopLag),
            FindingKind::Oversubscribed => Self::Lanes(candidate),
            FindingKind::InterpreterLockBound
            | FindingKind::LockBound
            | FindingKind::TransferBound
            | FindingKind::WaitBound => Self::Split,
            FindingKind::StartUpBound | FindingKind::TooShort => Self::Details(candidate),
            FindingKind::GeneratorLate => Self::Trust,
        }
    }

    /// What the link says.
    pub(super) fn label(self) -> String {
        match self {
            Self::Figures => "See the figures".to_owned(),
            Self::Details(_) => "See all its figures".to_owned(),
            Self::Split => "See where the time goes".to_owned(),
            Self::Lanes(_) => "See what its workers did".to_owned(),
            Self::Attempts => "See what became of attempts".to_owned(),
            Self::Trust => "See what was checked".to_owned(),
            Self::Chart(id) => format!("See the chart {}", id.title()),
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Figures => "Opens the page Candidates",
            Self::Details(_) => "Opens the page Details",
            Self::Split => "Opens the page Time split",
            Self::Lanes(_) => "Opens the page Time line",
            Self::Attempts => "Opens the page Faults",
            Self::Trust => "Opens the page Trust: every check with its limit",
            Self::Chart(_) => "Brings the chart into view, also if it was put away",
        }
    }
}

/// A link to `evidence` of `what`, such as a finding by its name; sets `asked` when it is followed.
pub(super) fn evidence_ui(
    ui: &mut Ui,
    evidence: Evidence,
    what: &str,
    asked: &mut Option<Evidence>,
) {
    let label = evidence.label();
    let link = ui.link(RichText::new(&label).small());
    let name = format!("{label}: {what}");
    link.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, &name));
    if link.on_hover_text(evidence.about()).clicked() {
        *asked = Some(evidence);
    }
}
