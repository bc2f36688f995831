//! The cards of the candidates: colour, name, back end and its settings.

use egui::{TextStyle, Ui};

use crate::gui::panels::composer::backends::{backend_ui, own_queue_ui};
use crate::gui::panels::composer::cards::{self, Card, FoldLine};
use crate::gui::panels::composer::convert_setup as convert;
use crate::gui::panels::composer::edit::{self, ListEdit};
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::explained_item_ui;
use crate::gui::panels::composer::options::{BACKEND_KINDS, backend_explanation};
use crate::gui::theme::{self, space};
use crate::gui::widgets::swatch_ui;
use crate::scenario::{AsyncCpu, Backend, Candidate, HybridWaits, Queue, Workers};

/// The list as problems name it.
const LIST: &str = "candidates";

/// Shows all candidates as cards; `open` says which show their fields, `queue` is the scenario's.
pub(super) fn candidates_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    candidates: &mut Vec<Candidate>,
    open: &mut Vec<bool>,
    queue: Queue,
) {
    open.resize(candidates.len(), false);
    let len = candidates.len();
    let mut asked = None;
    let mut places = Vec::with_capacity(len);
    for (index, open) in open.iter_mut().enumerate() {
        let name = format!("candidate {}", index + 1);
        let card = Card {
            list: LIST,
            index,
            len,
            name: &name,
        };
        let frame = cards::frame(theme::palette(ui), false).inner_margin(6);
        let response = frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            asked = asked.or(candidate_ui(
                ui,
                form,
                card,
                (candidates.as_mut_slice(), queue),
                open,
            ));
        });
        places.push(response.response.rect);
    }
    add_candidate_ui(ui, form, candidates);
    open.resize(candidates.len(), false);
    if let Some(edit) = asked.or_else(|| cards::drop_ui(ui, LIST, &places, form.locked)) {
        edit::apply(candidates, edit, edit::copy_of_candidate);
        edit::apply(open, edit, |open, at| open[at]);
        form.drafts.clear();
    }
}

fn add_candidate_ui(ui: &mut Ui, form: &Form<'_>, candidates: &mut Vec<Candidate>) {
    let hybrid = Backend::Hybrid {
        waits: HybridWaits::Async { in_flight: 100 },
        processes: Workers::PerCore(1),
        between: 100,
    };
    let quick: [(&str, &str, &[Backend]); 5] = [
        (
            "Sequential",
            "The baseline: one after the other",
            &[Backend::Sequential],
        ),
        (
            "Threads ×1 ×2 ×4 ×8",
            "Four at once: shows how far more threads help",
            &[1, 2, 4, 8].map(Backend::threads),
        ),
        (
            "Processes ×2",
            "Two worker processes",
            &[Backend::processes(2)],
        ),
        (
            "Async ×100",
            "One event loop with up to 100 tasks under way",
            &[Backend::Async {
                in_flight: 100,
                event_loops: 1,
                cpu: AsyncCpu::Inline,
            }],
        ),
        (
            "Hybrid",
            "Waits on an event loop, everything else on a process for each core",
            &[hybrid],
        ),
    ];
    form.add_menu(ui, "Add candidate", "Add candidate", |ui| {
        for (title, explanation, backends) in quick {
            if explained_item_ui(ui, false, title, explanation) {
                edit::add_candidates(candidates, backends);
            }
        }
    });
}

fn candidate_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    card: Card<'_>,
    (candidates, queue): (&mut [Candidate], Queue),
    open: &mut bool,
) -> Option<ListEdit> {
    let index = card.index;
    let label = candidates[index].label();
    // A given name does not say what it runs on; the fields do.
    let backend = if *open {
        String::new()
    } else {
        summary(&candidates[index])
    };
    let line = FoldLine {
        title: &label,
        summary: &backend,
        name: card.name,
        style: TextStyle::Body,
    };
    let color = theme::series_color(index, ui.visuals().dark_mode);
    let asked = cards::card_header_ui(ui, card, &line, open, form.locked, |ui| {
        swatch_ui(ui, color).on_hover_text("Its colour in every chart");
    });
    let owner = Owner::new(format!("{LIST}[{index}]"), card.name);
    if *open {
        fields_ui(ui, form, &owner, (candidates, queue), index);
    }
    form.rest(ui, &owner.path);
    asked
}

/// What the folded card says beside the name.
fn summary(candidate: &Candidate) -> String {
    let mut parts = Vec::new();
    if candidate.name.is_some() {
        parts.push(candidate.backend.label());
    }
    if candidate.queue.is_some() {
        parts.push("own queue".to_owned());
    }
    parts.join(", ")
}

fn fields_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    (candidates, queue): (&mut [Candidate], Queue),
    index: usize,
) {
    let made = candidates[index].backend.label();
    let mut name = candidates[index].name.clone().unwrap_or_default();
    form.line(
        ui,
        &owner.field("name", "Name", "Made from the settings if left empty"),
        &mut name,
        &made,
    );
    candidates[index].name = (!name.is_empty()).then_some(name);

    let before = candidates[index].backend;
    let mut backend = before;
    let kinds = BACKEND_KINDS.map(|(kind, title)| (kind, title, backend_explanation(kind)));
    let field = owner.field("backend", "Back end", "Where the tasks run");
    if let Some(kind) = form.combo(ui, &field, backend.kind(), &kinds) {
        backend = convert::convert_backend(backend, kind);
    }
    let inner = Owner::new(format!("{}.backend", owner.path), owner.name.clone());
    backend_ui(ui, form, &inner, &mut backend);
    if backend != before {
        edit::set_backend(candidates, index, backend);
    }
    own_queue_ui(ui, form, owner, &mut candidates[index], queue);
}
