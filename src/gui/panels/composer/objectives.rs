//! The objectives: what a candidate must fulfil to be chosen.

use egui::{Align, Layout, RichText, Ui, Vec2};

use crate::gui::panels::composer::cards;
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::{explained_item_ui, note_ui, remark_ui};
use crate::gui::panels::composer::objective_kinds::{ObjectiveForm, PERCENTILES, told};
use crate::gui::panels::composer::typed_units::{PerSec, Share};
use crate::gui::theme::{self, space};
use crate::scenario::{Objective, Scenario};
use crate::units::text;

/// The list as problems name it.
const LIST: &str = "objectives";

/// Shows all objectives of `scenario` as cards.
pub(super) fn objectives_ui(ui: &mut Ui, form: &mut Form<'_>, scenario: &mut Scenario) {
    if scenario.objectives.is_empty() {
        remark_ui(
            ui,
            "Nothing is demanded, so that a run decides nothing: the verdict takes the cheapest candidate that meets \
             all objectives",
        );
    }
    let currency = scenario.prices.currency.clone();
    let mut removed = None;
    for (index, objective) in scenario.objectives.iter_mut().enumerate() {
        let frame = cards::frame(theme::palette(ui), false).inner_margin(6);
        frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            if objective_ui(ui, form, index, objective, &currency) {
                removed = Some(index);
            }
        });
    }
    if let Some(index) = removed {
        scenario.objectives.remove(index);
        form.drafts.clear();
    }
    form.add_menu(ui, "Add objective", "Add objective", |ui| {
        for (kind, title, explanation) in ObjectiveForm::ENTRIES {
            let why_not = kind.why_not(scenario);
            let explanation = why_not.unwrap_or(explanation);
            let added = ui
                .add_enabled_ui(why_not.is_none(), |ui| {
                    explained_item_ui(ui, false, title, explanation)
                })
                .inner;
            if added {
                scenario.objectives.push(kind.objective(scenario));
            }
        }
    });
}

/// What the folded section says.
pub(super) fn summary(scenario: &Scenario) -> String {
    if scenario.objectives.is_empty() {
        return "none".to_owned();
    }
    let currency = &scenario.prices.currency;
    let told = scenario.objectives.iter().map(|one| told(one, currency));
    told.collect::<Vec<_>>().join(", ")
}

/// One objective; true if it is to be removed.
fn objective_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    index: usize,
    objective: &mut Objective,
    currency: &str,
) -> bool {
    let name = format!("objective {}", index + 1);
    let kind = ObjectiveForm::of(objective);
    let removed = ui
        .horizontal(|ui| {
            let title = RichText::new(kind.title()).family(theme::semi_bold());
            ui.label(title).on_hover_text(kind.explanation());
            let layout = Layout::right_to_left(Align::Center);
            let size = Vec2::new(ui.available_width(), space::CONTROL_HEIGHT);
            ui.allocate_ui_with_layout(size, layout, |ui| {
                cards::remove_button_ui(ui, LIST, index, &name, form.locked)
            })
            .inner
        })
        .inner;
    let owner = Owner::new(format!("{LIST}[{index}]"), name);
    bound_ui(ui, form, &owner, objective, currency);
    form.rest(ui, &owner.path);
    removed
}

fn bound_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    objective: &mut Objective,
    currency: &str,
) {
    let at_most = owner.field("at_most", "At most", "The bound, which itself is good");
    let at_least = owner.field("at_least", "At least", "The bound, which itself is good");
    match objective {
        Objective::ResponseTime {
            percentile,
            at_most: bound,
        } => {
            let hint = "Which share of the tasks must be answered within the bound";
            // Over the whole width: five of them have no room beside a label.
            let field = owner.named("percentile", "", hint, "Percentile");
            if let Some(chosen) = form.choice(ui, &field, *percentile, &PERCENTILES) {
                *percentile = chosen;
            }
            form.value(ui, &at_most, bound);
        }
        Objective::Throughput { at_least: bound } | Objective::Goodput { at_least: bound } => {
            let mut rate = PerSec(*bound);
            form.value(ui, &at_least, &mut rate);
            *bound = rate.0;
        }
        Objective::ErrorRatio { at_most: bound } | Objective::DropRatio { at_most: bound } => {
            let mut share = Share(*bound);
            form.value(ui, &at_most, &mut share);
            *bound = share.0;
        }
        Objective::MemoryPerWorker { at_most: bound } => form.value(ui, &at_most, bound),
        Objective::Makespan { at_most: bound } => form.value(ui, &at_most, bound),
        Objective::CostPer1k { at_most: bound } => {
            form.value(ui, &at_most, bound);
            let price = text::money(*bound, currency);
            note_ui(ui, &format!("{price} for 1,000 good tasks"));
        }
    }
}
