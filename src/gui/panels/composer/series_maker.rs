//! A series of candidates that differ in one number: chosen by kind and counts, added at once.

use std::collections::BTreeSet;

use egui::{Button, Ui, Vec2};

use crate::gui::panels::composer::cards;
use crate::gui::panels::composer::convert_python::python_of;
use crate::gui::panels::composer::edit;
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::remark_ui;
use crate::gui::theme::{self, space};
use crate::gui::widgets::primary_button_ui;
use crate::scenario::bounds::MAX_CANDIDATES;
use crate::scenario::{
    AsyncCpu, Backend, Candidate, PoolCall, PythonPool, StartMethod, Transfer, Workers,
    cores_of_this_machine,
};
use crate::units::text;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Threads,
    Processes,
    Async,
    CPythonThreads,
    CPythonProcesses,
    CPythonPool,
    Asyncio,
}

/// Value, title, explanation.
const KINDS: [(Kind, &str, &str); 7] = [
    (Kind::Threads, "Threads", "Threads of one process"),
    (Kind::Processes, "Processes", "Worker processes"),
    (
        Kind::Async,
        "Async",
        "One event loop; counted are the tasks that may be under way",
    ),
    (
        Kind::CPythonThreads,
        "CPython threads",
        "ThreadPoolExecutor",
    ),
    (
        Kind::CPythonProcesses,
        "CPython processes",
        "ProcessPoolExecutor",
    ),
    (Kind::CPythonPool, "CPython Pool", "multiprocessing.Pool"),
    (
        Kind::Asyncio,
        "CPython asyncio",
        "One event loop; counted are the tasks that may be under way",
    ),
];

/// Numbers of workers that tell how a pool scales.
const WORKERS: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];
/// Numbers of tasks in flight: an event loop is there to hold many.
const IN_FLIGHT: [u32; 6] = [1, 10, 100, 1_000, 2_000, 10_000];
/// Of the workers, these are chosen at first.
const CHOSEN_UP_TO: u32 = 8;
/// More processes than so many for each core only take memory; threads may wait, and cost little.
const PROCESSES_PER_CORE: u32 = 4;
/// Of the tasks in flight, these are chosen at first.
const IN_FLIGHT_UP_TO: u32 = 1_000;

impl Kind {
    const fn counts(self) -> &'static [u32] {
        match self {
            Self::Async | Self::Asyncio => &IN_FLIGHT,
            _ => &WORKERS,
        }
    }

    /// What is chosen at first on a machine of `cores`.
    fn chosen(self, cores: u32) -> BTreeSet<u32> {
        let most = match self {
            Self::Async | Self::Asyncio => IN_FLIGHT_UP_TO,
            Self::Threads | Self::CPythonThreads => CHOSEN_UP_TO,
            Self::Processes | Self::CPythonProcesses | Self::CPythonPool => {
                CHOSEN_UP_TO.min(cores.saturating_mul(PROCESSES_PER_CORE))
            }
        };
        let counts = self.counts().iter().copied();
        counts.filter(|count| *count <= most).collect()
    }

    fn candidate(self, count: u32) -> Candidate {
        let workers = Workers::Count(count);
        Candidate::of(match self {
            Self::Threads => Backend::threads(count),
            Self::Processes => Backend::processes(count),
            Self::Async => Backend::Async {
                in_flight: count,
                event_loops: 1,
                cpu: AsyncCpu::Inline,
            },
            Self::CPythonThreads => Backend::Python(PythonPool::ThreadPoolExecutor { workers }),
            Self::CPythonProcesses => Backend::Python(python_of(Backend::processes(count))),
            Self::CPythonPool => Backend::Python(PythonPool::MultiprocessingPool {
                workers,
                start: StartMethod::Default,
                chunk: None,
                tasks_per_child: None,
                payload: Transfer::Pipe,
                call: PoolCall::Map,
            }),
            Self::Asyncio => Backend::Python(PythonPool::Asyncio {
                in_flight: count,
                cpu: AsyncCpu::Inline,
            }),
        })
    }
}

/// Keeps whether it is open, and what is chosen.
#[derive(Debug, Default)]
pub(super) struct SeriesMaker {
    open: bool,
    /// A series was added: the keyboard comes back to the button, not to what lies where the other one was.
    was_used: bool,
    kind: Kind,
    /// None as long as nobody chose.
    counts: Option<BTreeSet<u32>>,
}

impl SeriesMaker {
    /// The button that opens and folds it.
    pub(super) fn button_ui(&mut self, ui: &mut Ui, form: &Form<'_>) {
        let button = Button::selectable(self.open, "Add a series…").frame_when_inactive(true);
        let hint = "Candidates that differ in one number, such as threads ×1 ×2 ×4 ×8";
        let button = ui.add_enabled(!form.locked, button).on_hover_text(hint);
        if std::mem::take(&mut self.was_used) {
            button.request_focus();
        }
        if button.clicked() {
            self.open = !self.open;
        }
    }

    /// What to choose, if it is open, and the button that adds it to `candidates`.
    pub(super) fn ui(&mut self, ui: &mut Ui, form: &mut Form<'_>, candidates: &mut Vec<Candidate>) {
        if !self.open || form.locked {
            return;
        }
        let frame = cards::frame(theme::palette(ui), false);
        frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            self.choices_ui(ui, form);
            self.add_ui(ui, form, candidates);
        });
    }

    fn counts(&self) -> BTreeSet<u32> {
        let chosen = || self.kind.chosen(cores_of_this_machine());
        self.counts.clone().unwrap_or_else(chosen)
    }

    fn choices_ui(&mut self, ui: &mut Ui, form: &mut Form<'_>) {
        let owner = Owner::new("candidates.series", "the series");
        let field = owner.field("kind", "Kind", "What is counted");
        if let Some(kind) = form.combo(ui, &field, self.kind, &KINDS) {
            self.kind = kind;
            self.counts = None;
        }
        let field = owner.field("counts", "How many", "One candidate for each");
        let mut counts = self.counts();
        let before = counts.clone();
        form.row(ui, &field, |ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(space::XS);
            ui.spacing_mut().button_padding.x = 6.0;
            ui.horizontal_wrapped(|ui| {
                for &count in self.kind.counts() {
                    let label = format!("×{}", text::count(count.into()));
                    let chip = Button::selectable(counts.contains(&count), &label)
                        .frame_when_inactive(true);
                    let name = format!("{label} in the series");
                    if ui.add(chip).accessible_name(name).clicked() && !counts.remove(&count) {
                        counts.insert(count);
                    }
                }
            });
        });
        if counts != before {
            self.counts = Some(counts);
        }
    }

    fn add_ui(&mut self, ui: &mut Ui, form: &mut Form<'_>, candidates: &mut Vec<Candidate>) {
        let wanted: Vec<Candidate> = self
            .counts()
            .into_iter()
            .map(|count| self.kind.candidate(count))
            .collect();
        let (there, new): (Vec<Candidate>, Vec<Candidate>) = wanted
            .into_iter()
            .partition(|one| edit::place_of(candidates, one).is_some());
        let names = |list: &[Candidate]| {
            let names: Vec<String> = list.iter().map(Candidate::label).collect();
            names.join(", ")
        };
        if !there.is_empty() {
            remark_ui(
                ui,
                &format!("There already, and left out: {}", names(&there)),
            );
        }
        let fits = candidates.len() + new.len() <= MAX_CANDIDATES;
        if !fits {
            let most = text::count(MAX_CANDIDATES as u64);
            remark_ui(ui, &format!("A scenario has at most {most} candidates"));
        }
        let many = text::counted(new.len() as u64, "candidate", "candidates");
        let ready = fits && !new.is_empty();
        if primary_button_ui(ui, &format!("Add {many}"), ready)
            .accessible_name("Add the series")
            .clicked()
        {
            let mut told = format!("Added {}", names(&new));
            if !there.is_empty() {
                told = format!("{told}. There already: {}", names(&there));
            }
            form.clipboard.tell(told);
            candidates.extend(new);
            self.open = false;
            self.was_used = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_machines_are_offered_fewer_processes_and_as_many_threads() {
        let chosen = |kind: Kind, cores| kind.chosen(cores).into_iter().collect::<Vec<_>>();
        assert_eq!(chosen(Kind::Threads, 1), [1, 2, 4, 8]);
        assert_eq!(chosen(Kind::Processes, 1), [1, 2, 4]);
        assert_eq!(chosen(Kind::CPythonPool, 8), [1, 2, 4, 8]);
        assert_eq!(chosen(Kind::Async, 1), [1, 10, 100, 1_000]);
    }

    #[test]
    fn every_kind_makes_candidates_of_different_names() {
        for (kind, title, _) in KINDS {
            let names: BTreeSet<String> = kind
                .counts()
                .iter()
                .map(|count| kind.candidate(*count).label())
                .collect();
            assert_eq!(names.len(), kind.counts().len(), "{title}");
        }
    }
}
