//! The table of the candidates: a row each with colour, name, back end, its main setting and what to expect; and all
//! settings of those that are open.

use egui::{TextStyle, Ui};

use crate::gui::panels::composer::backends::{backend_ui, own_queue_ui};
use crate::gui::panels::composer::cards::{self, Card, FoldLine};
use crate::gui::panels::composer::convert_setup as convert;
use crate::gui::panels::composer::defences::own_defences_ui;
use crate::gui::panels::composer::edit::{self, ListEdit};
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::{explained_item_ui, note_ui};
use crate::gui::panels::composer::options::{
    BACKEND_KINDS, CPYTHON, backend_explanation, backend_kind,
};
use crate::gui::panels::composer::python::interpreter_ui;
use crate::gui::panels::composer::quick::quick_ui;
use crate::gui::panels::composer::series_maker::SeriesMaker;
use crate::gui::panels::preview::Expected;
use crate::gui::theme::{self, space};
use crate::gui::widgets::candidate_swatch_ui;
use crate::scenario::{
    AsyncCpu, Backend, Candidate, Defences, HybridWaits, Interpreter, Load, Preview, Queue,
    Scenario, Workers, cores_of_this_machine, load_curve,
};
use crate::units::text;

/// The list as problems name it.
const LIST: &str = "candidates";

/// What the rest of the scenario says to its candidates.
struct Beside {
    /// The scenario's queue.
    queue: Queue,
    /// The scenario's defences.
    defences: Defences,
    /// What each candidate can be expected to do.
    expected: Vec<Expected>,
    /// How tasks become due.
    load: Load,
}

impl Beside {
    fn of(scenario: &Scenario) -> Self {
        let cores = cores_of_this_machine();
        let curve = load_curve(scenario);
        let expected = scenario.candidates.iter();
        let expected =
            expected.map(|candidate| Expected::of(scenario, candidate, cores, curve.as_ref()));
        Self {
            queue: scenario.queue,
            defences: scenario.defences,
            expected: expected.collect(),
            load: scenario.load.clone(),
        }
    }
}

/// `At most ≈ 410 /s (estimated), limited by the interpreter lock`.
fn forecast(seen: &Preview) -> String {
    match (seen.max_rate_per_sec, seen.bottleneck) {
        (Some(rate), Some(bottleneck)) => format!(
            "At most ≈ {} (estimated), limited by {}",
            text::per_sec(rate),
            bottleneck.label()
        ),
        _ => String::new(),
    }
}

/// Shows all candidates of `scenario` as cards; `open` says which show their fields.
pub(super) fn candidates_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    scenario: &mut Scenario,
    (open, series): (&mut Vec<bool>, &mut SeriesMaker),
) {
    let beside = Beside::of(scenario);
    let candidates = &mut scenario.candidates;
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
                (candidates.as_mut_slice(), &beside),
                open,
            ));
        });
        places.push(response.response.rect);
    }
    ui.horizontal(|ui| {
        add_candidate_ui(ui, form, candidates);
        series.button_ui(ui, form);
    });
    series.ui(ui, form, candidates);
    open.resize(candidates.len(), false);
    if let Some(edit) = asked.or_else(|| cards::drop_ui(ui, LIST, &places, form.locked)) {
        edit::apply(candidates, edit, edit::copy_of_candidate);
        edit::apply(open, edit, |open, at| open[at]);
        form.drafts.clear();
    }
}

fn add_candidate_ui(ui: &mut Ui, form: &mut Form<'_>, candidates: &mut Vec<Candidate>) {
    let mut left_out = Vec::new();
    form.add_menu(ui, "Add candidate", "Add candidate", |ui| {
        for (title, explanation, added) in quick_candidates() {
            if explained_item_ui(ui, false, title, explanation) {
                left_out = edit::add_candidates(candidates, &added);
            }
        }
    });
    if !left_out.is_empty() {
        let names = left_out.join(", ");
        form.clipboard
            .tell(format!("Left out, as they are there already: {names}"));
    }
}

/// What the menu adds: title, explanation, candidates.
fn quick_candidates() -> [(&'static str, &'static str, Vec<Candidate>); 7] {
    let of = |backends: &[Backend]| backends.iter().copied().map(Candidate::of).collect();
    let hybrid = Backend::Hybrid {
        waits: HybridWaits::Async { in_flight: 100 },
        processes: Workers::PerCore(1),
        between: 100,
    };
    let event_loop = Backend::Async {
        in_flight: 100,
        event_loops: 1,
        cpu: AsyncCpu::Inline,
    };
    let cpython = [
        Backend::Sequential,
        Backend::threads(2),
        Backend::processes(2),
    ]
    .map(|native| convert::convert_backend(native, CPYTHON));
    let locked = Candidate {
        interpreter: Interpreter::LOCK,
        ..Candidate::of(Backend::threads(2))
    };
    [
        (
            "Sequential",
            "The baseline: one after the other",
            of(&[Backend::Sequential]),
        ),
        (
            "Threads ×1 ×2 ×4 ×8",
            "Four at once: shows how far more threads help",
            of(&[1, 2, 4, 8].map(Backend::threads)),
        ),
        (
            "Processes ×2",
            "Two worker processes",
            of(&[Backend::processes(2)]),
        ),
        (
            "Async ×100",
            "One event loop with up to 100 tasks under way",
            of(&[event_loop]),
        ),
        (
            "Hybrid",
            "Waits on an event loop, everything else on a process for each core",
            of(&[hybrid]),
        ),
        (
            "CPython ×3",
            "A plain script, two threads and two processes in CPython",
            of(&cpython),
        ),
        (
            "Threads ×2 with an interpreter lock",
            "Native threads that take turns as CPython's do",
            vec![locked],
        ),
    ]
}

fn candidate_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    card: Card<'_>,
    (candidates, beside): (&mut [Candidate], &Beside),
    open: &mut bool,
) -> Option<ListEdit> {
    let index = card.index;
    let label = candidates[index].label();
    // A given name does not say what it runs on; the row and the fields do.
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
    let (asked, _) = cards::card_header_ui(ui, card, &line, open, form.locked, |ui| {
        candidate_swatch_ui(ui, index).on_hover_text("Its colour in every chart");
    });
    let owner = Owner::new(format!("{LIST}[{index}]"), card.name);
    if *open {
        fields_ui(ui, form, &owner, (candidates, beside), index);
    } else {
        let mut edited = candidates[index].clone();
        let expected = beside.expected.get(index).map(|one| (one, &beside.load));
        quick_ui(ui, form, &owner, &mut edited, expected);
        if edited != candidates[index] {
            edit::set_candidate(candidates, index, edited);
        }
    }
    form.rest(ui, &owner.path);
    asked
}

/// What the folded card says beside the name.
fn summary(candidate: &Candidate) -> String {
    let mut parts = Vec::new();
    if candidate.name.is_some() {
        parts.push(edit::made_label(candidate));
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
    (candidates, beside): (&mut [Candidate], &Beside),
    index: usize,
) {
    let mut edited = candidates[index].clone();
    let made = edit::made_label(&edited);
    let mut name = edited.name.clone().unwrap_or_default();
    form.line(
        ui,
        &owner.field("name", "Name", "Made from the settings if left empty"),
        &mut name,
        &made,
    );
    edited.name = (!name.is_empty()).then_some(name);
    candidates[index].name.clone_from(&edited.name);

    let kinds = BACKEND_KINDS.map(|(kind, title)| (kind, title, backend_explanation(kind)));
    let field = owner.field("backend", "Back end", "Where the tasks run");
    if let Some(kind) = form.combo(ui, &field, backend_kind(edited.backend), &kinds) {
        edited.backend = convert::convert_backend(edited.backend, kind);
    }
    let inner = Owner::new(format!("{}.backend", owner.path), owner.name.clone());
    backend_ui(ui, form, &inner, &mut edited.backend);
    interpreter_ui(ui, form, owner, &mut edited);
    own_queue_ui(ui, form, owner, &mut edited, beside.queue);
    own_defences_ui(ui, form, owner, &mut edited, beside.defences);
    let expected = beside.expected.get(index);
    let forecast = expected.map(|expected| forecast(&expected.seen));
    if let Some(forecast) = forecast.filter(|text| !text.is_empty()) {
        note_ui(ui, &forecast);
    }
    if edited != candidates[index] {
        edit::set_candidate(candidates, index, edited);
    }
}
