//! The forms of what is tried out over a range: a sweep of one or two parameters, and the search for the capacity.

use egui::Ui;

use crate::gui::panels::composer::form::{Field, Form, Owner};
use crate::gui::panels::composer::lines::{note_ui, remark_ui};
use crate::gui::panels::composer::options::Entry;
use crate::gui::panels::composer::parameters;
use crate::gui::panels::composer::parameters::{
    PARAMETERS, SCALES, VALUE_FORMS, convert_values, new_sweep, second_axis, told_apart,
    usual_values,
};
use crate::gui::panels::composer::typed_units::{PerSec, SettingList, Share};
use crate::gui::theme::space;
use crate::scenario::{Axis, Candidate, CapacitySearch, Range, Scenario, Sweep, Values, describe};
use crate::units::text;

/// How many axes a sweep has.
const AXES: [Entry<usize>; 3] = [
    (0, "None", "Only the scenario itself is measured"),
    (1, "One", "One parameter over its values"),
    (2, "Two", "Each value of one with each value of the other"),
];

/// Whether a capacity is searched.
const SEARCHES: [Entry<bool>; 2] = [
    (false, "None", "Only the scenario itself is measured"),
    (
        true,
        "Search",
        "The highest rate at which the objectives hold, for each candidate",
    ),
];

/// What the sections say of how many runs it becomes and how long they take. Counting visits every point, so it is
/// done once for each state of the scenario.
#[derive(Debug, Default)]
pub(super) struct Forecast {
    of: Option<Scenario>,
    sweep: String,
    capacity: String,
}

impl Forecast {
    /// Brings it up to date.
    fn of(&mut self, scenario: &Scenario) -> &Self {
        if self.of.as_ref() != Some(scenario) {
            self.sweep = scenario
                .sweep
                .as_ref()
                .map_or_else(String::new, |sweep| sweep_forecast(sweep, scenario));
            self.capacity = scenario
                .capacity
                .as_ref()
                .map_or_else(String::new, |search| capacity_forecast(search, scenario));
            self.of = Some(scenario.clone());
        }
        self
    }
}

/// The section of the sweep.
pub(super) fn sweep_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    scenario: &mut Scenario,
    forecast: &mut Forecast,
) {
    let owner = Owner::new("sweep", "");
    let current = scenario
        .sweep
        .as_ref()
        .map_or(0, |sweep| sweep.axes().count());
    let hint = "How many parameters are varied";
    let field = owner.named("axes", "Parameters", hint, "Parameters of the sweep");
    if let Some(wanted) = form.choice(ui, &field, current, &AXES) {
        set_axes(scenario, wanted);
        form.drafts.clear();
    }
    let Some(mut sweep) = scenario.sweep.take() else {
        remark_ui(
            ui,
            "A sweep measures the scenario at several values of one parameter or two, such as the rate",
        );
        form.rest(ui, "sweep");
        return;
    };
    let is_alone = sweep.y.is_none();
    let before = sweep.x.clone();
    axis_ui(ui, form, scenario, "x", is_alone, &mut sweep.x);
    // What somebody chose stays.
    let is_proposal =
        sweep.candidates.is_empty() || sweep.candidates == told_apart(scenario, &before);
    if sweep.x.vary != before.vary && is_proposal {
        sweep.candidates = told_apart(scenario, &sweep.x);
    }
    if let Some(y) = &mut sweep.y {
        axis_ui(ui, form, scenario, "y", false, y);
    }
    chosen_ui(
        ui,
        form,
        "sweep",
        &scenario.candidates,
        &mut sweep.candidates,
    );
    let hint = "How often each point is measured; intervals need three";
    let field = owner.named("repeats", "Repeats", hint, "Repeats of the sweep");
    let as_protocol = format!("{}, as the protocol says", scenario.protocol.repeats);
    form.optional(ui, &field, &mut sweep.repeats, &as_protocol);
    scenario.sweep = Some(sweep);
    remark_ui(ui, &forecast.of(scenario).sweep);
    form.rest(ui, "sweep");
}

fn set_axes(scenario: &mut Scenario, wanted: usize) {
    if wanted == 0 {
        scenario.sweep = None;
        return;
    }
    let mut sweep = match scenario.sweep.take() {
        Some(sweep) => sweep,
        None => new_sweep(scenario),
    };
    if wanted == 1 {
        sweep.y = None;
    } else if sweep.y.is_none() {
        sweep.y = Some(second_axis(&sweep, scenario));
    }
    scenario.sweep = Some(sweep);
}

/// One parameter with its values.
fn axis_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    scenario: &Scenario,
    key: &str,
    is_alone: bool,
    axis: &mut Axis,
) {
    let name = match (is_alone, key) {
        (true, _) => "the parameter",
        (false, "x") => "the first parameter",
        (false, _) => "the second parameter",
    };
    let owner = Owner::new(format!("sweep.{key}"), name);
    let label = match (is_alone, key) {
        (true, _) => "Vary",
        (false, "x") => "Vary first",
        (false, _) => "Vary second",
    };
    if !is_alone {
        ui.add_space(space::XS);
    }
    let field = owner.named("vary", label, "What changes from point to point", "Choice");
    if let Some(vary) = form.combo(ui, &field, axis.vary, &PARAMETERS) {
        // A rate of 8 and a size of 64KiB have nothing in common.
        *axis = Axis {
            vary,
            over: usual_values(vary, scenario),
        };
        form.drafts.clear();
    }
    let is_range = matches!(axis.over, Values::Range(_));
    let field = owner.named("form", "Values", "How the values are written", "Values");
    if let Some(to_range) = form.choice(ui, &field, is_range, &VALUE_FORMS) {
        axis.over = convert_values(axis, to_range);
    }
    match &mut axis.over {
        Values::List(values) => {
            let mut list = SettingList(std::mem::take(values));
            let hint = "With commas between them, such as 1, 2, 4, 8";
            let field = owner.named("over", "", hint, "List of values");
            form.plain_value(ui, &field, &mut list);
            *values = list.0;
        }
        Values::Range(range) => range_ui(ui, form, &owner, range),
    }
    if matches!(axis.over, Values::Range(_)) {
        note_ui(ui, &values_of(axis));
    }
    form.rest(ui, &owner.path);
}

fn range_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, range: &mut Range) {
    let field = owner.named("over.from", "From", "The first value", "From");
    form.value(ui, &field, &mut range.from);
    let field = owner.named("over.to", "To", "The last value", "To");
    form.value(ui, &field, &mut range.to);
    let hint = "How many values, both ends included";
    let field = owner.named("over.steps", "How many", hint, "How many values");
    form.value(ui, &field, &mut range.steps);
    let hint = "What is equal between neighbours";
    let field = owner.named("over.scale", "Steps", hint, "Steps");
    if let Some(scale) = form.choice(ui, &field, range.scale, &SCALES) {
        range.scale = scale;
    }
}

/// The values that a range becomes.
fn values_of(axis: &Axis) -> String {
    let told = |setting| describe::setting(axis.vary, setting);
    let values: Vec<String> = axis.settings().into_iter().map(told).collect();
    values.join(", ")
}

/// Which candidates are measured: all, unless some are left out.
fn chosen_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    path: &str,
    candidates: &[Candidate],
    names: &mut Vec<String>,
) {
    let all: Vec<String> = candidates.iter().map(Candidate::label).collect();
    let mut chosen: Vec<bool> = all
        .iter()
        .map(|name| names.is_empty() || names.contains(name))
        .collect();
    let before = chosen.clone();
    let owner = Owner::new(path, format!("the {path}"));
    ui.scope(|ui| {
        // One list, and not a row for each.
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, name) in all.iter().enumerate() {
            let label = if index == 0 { "Candidates" } else { " " };
            let key = format!("with[{index}]");
            let spoken = format!("'{name}' as candidate");
            let field = owner.named(&key, label, "Who is measured", &spoken);
            form.check(ui, &field, name, &mut chosen[index]);
        }
    });
    // Somebody must be measured: the last one cannot be left out.
    if chosen == before || !chosen.contains(&true) {
        return;
    }
    *names = if chosen.contains(&false) {
        let kept = all.into_iter().zip(&chosen).filter(|(_, chosen)| **chosen);
        kept.map(|(name, _)| name).collect()
    } else {
        Vec::new()
    };
}

/// The section of the search for the capacity.
pub(super) fn capacity_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    scenario: &mut Scenario,
    forecast: &mut Forecast,
) {
    let owner = Owner::new("capacity", "");
    let is_on = scenario.capacity.is_some();
    let hint = "Whether the highest rate is searched at which the objectives hold";
    let field = owner.named("form", "Capacity", hint, "Capacity search");
    if let Some(on) = form.choice(ui, &field, is_on, &SEARCHES) {
        scenario.capacity = on.then(|| new_search(scenario));
    }
    let Some(mut search) = scenario.capacity.take() else {
        remark_ui(
            ui,
            "A search tries rates until it knows the highest one at which a candidate still meets the objectives",
        );
        form.rest(ui, "capacity");
        return;
    };
    search_fields_ui(ui, form, &owner, &mut search);
    chosen_ui(
        ui,
        form,
        "capacity",
        &scenario.candidates,
        &mut search.candidates,
    );
    scenario.capacity = Some(search);
    remark_ui(ui, &forecast.of(scenario).capacity);
    if scenario.objectives.is_empty() {
        remark_ui(
            ui,
            "Without objectives there is nothing that a rate can break: set some above",
        );
    }
    form.rest(ui, "capacity");
}

/// The ends of the search, and how near it must come.
fn search_fields_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, search: &mut CapacitySearch) {
    let hint = "The lowest rate: the search begins here and doubles";
    let field = owner.named("from", "From", hint, "Lowest rate");
    rate_ui(ui, form, &field, &mut search.from);
    let hint = "The highest rate that is of interest";
    let field = owner.named("to", "To", hint, "Highest rate");
    rate_ui(ui, form, &field, &mut search.to);
    let hint =
        "How near the highest rate that holds and the lowest that does not must lie together";
    let spoken = "Precision of the capacity";
    let field = owner.named("precision_ratio", "Precision", hint, spoken);
    let mut precision = Share(search.precision_ratio);
    form.value(ui, &field, &mut precision);
    search.precision_ratio = precision.0;
}

fn rate_ui(ui: &mut Ui, form: &mut Form<'_>, field: &Field, rate: &mut f64) {
    let mut typed = PerSec(*rate);
    form.value(ui, field, &mut typed);
    *rate = typed.0;
}

/// A search to begin with: from a quarter of what the scenario offers to four times as much.
fn new_search(scenario: &Scenario) -> CapacitySearch {
    let rate = scenario.load.mean_rate_per_sec().unwrap_or(100.0);
    CapacitySearch {
        from: (rate / 4.0).round().max(1.0),
        to: (rate * 4.0).round().max(4.0),
        precision_ratio: 0.05,
        candidates: Vec::new(),
    }
}

fn sweep_forecast(sweep: &Sweep, scenario: &Scenario) -> String {
    let candidates = sweep.base(scenario).candidates.len() as u64;
    format!(
        "{} of {}, {}: ≈ {} in all (estimated), at most {}",
        text::counted(sweep.coordinates().len() as u64, "point", "points"),
        text::counted(candidates, "candidate", "candidates"),
        text::counted(sweep.rounds(scenario).into(), "repeat", "repeats"),
        text::nanos(sweep.estimate_nanos(scenario) as f64),
        text::nanos(sweep.longest_nanos(scenario) as f64)
    )
}

fn capacity_forecast(search: &CapacitySearch, scenario: &Scenario) -> String {
    let candidates = search.base(scenario).candidates.len() as u64;
    format!(
        "At most {} for each of {}: ≈ {} or less (estimated)",
        text::counted(search.probes().into(), "rate", "rates"),
        text::counted(candidates, "candidate", "candidates"),
        text::nanos(search.estimate_nanos(scenario) as f64)
    )
}

/// What the folded section of the sweep says.
pub(super) fn sweep_summary(sweep: Option<&Sweep>) -> String {
    let Some(sweep) = sweep else {
        return "none".to_owned();
    };
    let axes = sweep.axes().map(|axis| {
        let values = axis.settings().len() as u64;
        format!("{} ×{}", axis.vary.label(), text::count(values))
    });
    axes.collect::<Vec<_>>().join(", ")
}

/// What the folded section of the capacity says.
pub(super) fn capacity_summary(search: Option<&CapacitySearch>) -> String {
    search.map_or_else(
        || "none".to_owned(),
        |search| {
            let (from, to) = (text::given(search.from), text::given(search.to));
            format!("{from} to {to} /s")
        },
    )
}

/// Lets the names of chosen candidates follow them.
pub(super) fn follow_names(edited: &mut Scenario, before: &[Candidate]) {
    let labels =
        |candidates: &[Candidate]| candidates.iter().map(Candidate::label).collect::<Vec<_>>();
    let chosen = edited.sweep.iter_mut().map(|sweep| &mut sweep.candidates);
    let mut chosen: Vec<_> = chosen
        .chain(
            edited
                .capacity
                .iter_mut()
                .map(|search| &mut search.candidates),
        )
        .filter(|names| !names.is_empty())
        .collect();
    if chosen.is_empty() || before == edited.candidates {
        return;
    }
    let (before, after) = (labels(before), labels(&edited.candidates));
    for names in &mut chosen {
        parameters::follow_names(names, &before, &after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Backend, Load, Parameter, validate};
    use crate::support;

    #[test]
    fn axes_come_and_go_and_the_first_one_stays() {
        let mut scenario = support::scenario();
        set_axes(&mut scenario, 2);
        let x = scenario.sweep.as_ref().unwrap().x.clone();
        assert!(scenario.sweep.as_ref().unwrap().y.is_some());
        set_axes(&mut scenario, 1);
        assert_eq!(scenario.sweep, Some(Sweep::of(x.vary, x.over)));
        set_axes(&mut scenario, 0);
        assert_eq!(scenario.sweep, None);
    }

    #[test]
    fn a_sweep_of_the_workers_begins_with_one_candidate_of_each_kind() {
        let mut scenario = support::scenario();
        scenario.load = Load::closed(16);
        let threads = [4, 1, 2].map(Backend::threads);
        let backends = [Backend::Sequential].into_iter().chain(threads);
        scenario.candidates = backends.map(Candidate::of).collect();
        set_axes(&mut scenario, 1);
        let sweep = scenario.sweep.clone().unwrap();
        assert_eq!(sweep.x.vary, Parameter::Workers);
        assert_eq!(sweep.candidates, ["sequential", "threads ×4"]);
        assert_eq!(validate(&scenario), []);
        let clients = Axis {
            vary: Parameter::Clients,
            over: usual_values(Parameter::Clients, &scenario),
        };
        assert!(told_apart(&scenario, &clients).is_empty());
    }

    #[test]
    fn a_folded_section_tells_what_is_varied() {
        let sweep = Sweep::of(
            Parameter::Workers,
            Values::List([1.0, 2.0, 4.0].map(Into::into).to_vec()),
        );
        assert_eq!(sweep_summary(Some(&sweep)), "workers ×3");
        assert_eq!(sweep_summary(None), "none");
        let search = CapacitySearch {
            from: 10.0,
            to: 2_000.0,
            precision_ratio: 0.05,
            candidates: Vec::new(),
        };
        assert_eq!(capacity_summary(Some(&search)), "10 to 2,000 /s");
    }

    #[test]
    fn a_forecast_is_made_once_for_each_state_of_the_scenario() {
        let mut scenario = support::scenario();
        scenario.sweep = Some(new_sweep(&scenario));
        let mut forecast = Forecast::default();
        let told = forecast.of(&scenario).sweep.clone();
        assert!(told.starts_with("6 points of "), "{told}");
        scenario.protocol.repeats += 1;
        assert_ne!(forecast.of(&scenario).sweep, told);
    }
}
