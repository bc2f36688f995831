//! What is compared: the choice between two runs and two candidates, and which two runs.

use std::path::Path;

use egui::{Button, ComboBox, Label, RichText, Ui, Vec2};

use crate::gui::action::{Action, RunsAction, SideChoice};
use crate::gui::app::{Chosen, ChosenRun, RunEntry, Slot};
use crate::gui::panels::comparison::ComparisonView;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{card_ui, icon_button_ui, severity_ui, weak_ui};
use crate::run::record::RecordKind;
use crate::scenario::Severity;
use crate::units::text;

/// Kept runs that can be chosen here; all of them are in the list on the left.
const OFFERED_MAX: usize = 20;
/// Room for the title of a run in the list of those that can be chosen, in points.
const CHOICE_WIDTH: f32 = 420.0;

/// Shows what kind of things is compared, and the button that exchanges them.
pub(super) fn head_ui(ui: &mut Ui, view: &ComparisonView<'_>, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("Comparison").text_style(egui::TextStyle::Heading));
        let within = view.candidates.is_some();
        if ui.selectable_label(!within, "Two runs").clicked() && within {
            actions.push(Action::Runs(RunsAction::CompareRuns));
        }
        // What is chosen already can be looked at while another run goes on.
        let can = within || (view.has_candidates && !view.locked);
        let tab = egui::Button::selectable(within, "Two candidates of a run");
        let tab = ui.add_enabled(can, tab).on_disabled_hover_text(
            "Takes a run that is over, with two candidates: open a kept one, or run a scenario",
        );
        if tab.clicked() && !within {
            actions.push(Action::Runs(RunsAction::CompareCandidates));
        }
        let can_swap = within
            || view
                .sides
                .iter()
                .any(|side| !matches!(side, Chosen::Nothing));
        let swap = Button::new(RichText::new("⇄ Swap").small());
        let swap = ui.add_enabled(can_swap && !view.locked, swap);
        if swap
            .on_hover_text("Make the baseline what is held against it, and that the baseline")
            .accessible_name("Swap the two sides")
            .clicked()
        {
            actions.push(Action::Runs(RunsAction::SwapSides));
        }
        if view.locked {
            weak_ui(ui, "Stop the run to choose others");
        }
    });
}

/// Shows the two runs and what can be chosen instead.
pub(super) fn sides_ui(ui: &mut Ui, view: &ComparisonView<'_>, actions: &mut Vec<Action>) {
    two_cards_ui(ui, |ui, slot| {
        side_ui(ui, slot, &view.sides[slot as usize], view, actions);
    });
}

/// Two cards beside each other; below each other where there is no room.
pub(super) fn two_cards_ui(ui: &mut Ui, mut content: impl FnMut(&mut Ui, Slot)) {
    /// In less room neither has any, in points.
    const SIDE_BY_SIDE: f32 = 440.0;
    let gap = space::S;
    if ui.available_width() < SIDE_BY_SIDE {
        for slot in Slot::ALL {
            card_ui(ui, |ui| content(ui, slot));
        }
        return;
    }
    let width = (ui.available_width() - gap) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for slot in Slot::ALL {
            let layout = egui::Layout::top_down(egui::Align::Min);
            ui.allocate_ui_with_layout(Vec2::new(width, 0.0), layout, |ui| {
                ui.set_width(width);
                card_ui(ui, |ui| content(ui, slot));
            });
        }
    });
}

fn side_ui(
    ui: &mut Ui,
    slot: Slot,
    side: &Chosen,
    view: &ComparisonView<'_>,
    actions: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.horizontal(|ui| {
        ui.label(RichText::new(slot.label()).text_style(theme::title_style()));
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        ui.with_layout(layout, |ui| {
            if !matches!(side, Chosen::Nothing) {
                let name = format!("Clear the {}", slot.label().to_lowercase());
                if icon_button_ui(ui, "×", &name).clicked() {
                    let clear = RunsAction::Compare(slot, SideChoice::Nothing);
                    actions.push(Action::Runs(clear));
                }
            }
            ui.add_enabled_ui(!view.locked, |ui| choice_ui(ui, slot, view, actions));
        });
    });
    match side {
        Chosen::Nothing => {
            let text = match slot {
                Slot::Baseline => "What the run is held against",
                Slot::Run => "What is held against the baseline",
            };
            weak_ui(ui, text);
            weak_ui(ui, "Nothing is chosen");
        }
        Chosen::Reading(path) => {
            ui.label("Reading…");
            weak_ui(ui, path.display().to_string());
        }
        Chosen::Failed { path, why } => {
            ui.add(Label::new(path.file_stem().unwrap_or_default().to_string_lossy()).truncate());
            severity_ui(ui, Severity::Error, why);
            let path = path.display().to_string();
            let color = theme::palette(ui).weak;
            let told = RichText::new(&path).small().color(color);
            ui.add(Label::new(told).truncate()).on_hover_text(path);
        }
        Chosen::Ready(chosen) => chosen_ui(ui, chosen),
    }
}

fn chosen_ui(ui: &mut Ui, chosen: &ChosenRun) {
    ui.add(Label::new(&chosen.origin.name).truncate());
    let run = &chosen.run;
    let mut facts = vec![text::date_time(run.started_unix_secs)];
    if let Some(machine) = &run.machine {
        facts.push(text::counted(machine.cores.into(), "core", "cores"));
        facts.push(machine.cpu.clone());
    }
    facts.push(format!("poolscope {}", chosen.origin.version));
    let color = theme::palette(ui).weak;
    let facts = RichText::new(facts.join(" · ")).small().color(color);
    ui.add(Label::new(facts).truncate());
}

/// The run that is shown, and the newest of the kept ones.
fn choice_ui(ui: &mut Ui, slot: Slot, view: &ComparisonView<'_>, actions: &mut Vec<Action>) {
    let name = format!("Choose the {}", slot.label().to_lowercase());
    let mut choose = |choice| actions.push(Action::Runs(RunsAction::Compare(slot, choice)));
    let combo = ComboBox::from_id_salt(("side", slot.label()))
        .selected_text(RichText::new("Choose…").small())
        .width(90.0);
    let shown = combo.show_ui(ui, |ui| {
        ui.set_width(CHOICE_WIDTH);
        if let Some(title) = view.shown
            && ui
                .add(
                    Button::selectable(false, format!("The run that is shown: {title}")).truncate(),
                )
                .clicked()
        {
            choose(SideChoice::Shown);
            ui.close();
        }
        let mut offered = view.entries.iter().filter_map(offered).peekable();
        if offered.peek().is_none() && view.shown.is_none() {
            weak_ui(ui, "No run is kept yet");
        }
        for (entry, label) in offered.take(OFFERED_MAX) {
            if ui
                .add(Button::selectable(false, label).truncate())
                .clicked()
            {
                choose(SideChoice::File(entry.path.clone()));
                ui.close();
            }
        }
    });
    shown.response.accessible_name(name);
}

/// The files of the newest run that can be compared, and of the one before it.
pub(super) fn newest_two(entries: &[RunEntry]) -> Option<[&Path; 2]> {
    let mut offered = entries.iter().filter_map(offered);
    let now = offered.next()?.0;
    let before = offered.next()?.0;
    Some([&now.path, &before.path])
}

fn offered(entry: &RunEntry) -> Option<(&RunEntry, String)> {
    let head = entry.head.as_ref().ok()?;
    let can_be = head.header.kind == RecordKind::Run && !head.is_live && head.blocks > 0;
    let time = text::date_time(head.header.started_unix_secs);
    let time = time.trim_end_matches(" UTC");
    can_be.then(|| (entry, format!("{time}  {}", head.title())))
}
