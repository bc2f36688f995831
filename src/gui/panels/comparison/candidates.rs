//! Two candidates of one run: which they are, and what follows in a few lines.

use egui::{ComboBox, Label, RichText, Ui};

use crate::analysis::{Judgement, PairComparison};
use crate::gui::action::{Action, RunsAction};
use crate::gui::app::{Slot, TwoCandidates};
use crate::gui::panels::comparison::{judged, sides::two_cards_ui};
use crate::gui::theme::{self, space};
use crate::gui::widgets::{badge_ui, candidate_swatch_ui, card_ui, severity_ui, weak_ui};
use crate::scenario::Severity;
use crate::units::text;

/// Shows the two and what can be chosen instead.
pub(super) fn candidates_ui(
    ui: &mut Ui,
    two: &TwoCandidates,
    locked: bool,
    actions: &mut Vec<Action>,
) {
    two_cards_ui(ui, |ui, slot| {
        ui.spacing_mut().item_spacing.y = space::XS;
        side_ui(ui, slot, two, locked, actions);
    });
}

fn side_ui(ui: &mut Ui, slot: Slot, two: &TwoCandidates, locked: bool, actions: &mut Vec<Action>) {
    let word = match slot {
        Slot::Baseline => "Baseline",
        Slot::Run => "Candidate",
    };
    let chosen = two.candidate(slot);
    let choices = two.choices();
    ui.horizontal(|ui| {
        ui.label(RichText::new(word).text_style(theme::title_style()));
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        ui.with_layout(layout, |ui| {
            ui.add_enabled_ui(!locked, |ui| {
                let combo = ComboBox::from_id_salt(("candidate", word))
                    .selected_text(RichText::new("Choose…").small())
                    .width(90.0);
                let shown = combo.show_ui(ui, |ui| {
                    for (index, name) in &choices {
                        let choice = ui.selectable_label(*index == chosen, name);
                        if choice.clicked() && *index != chosen {
                            let choose = RunsAction::ChooseCandidate(slot, *index);
                            actions.push(Action::Runs(choose));
                            ui.close();
                        }
                    }
                });
                let name = format!("Choose the {}", word.to_lowercase());
                shown.response.accessible_name(name);
            });
        });
    });
    ui.horizontal(|ui| {
        candidate_swatch_ui(ui, chosen);
        let name = choices.iter().find(|(index, _)| *index == chosen);
        let name = name.map_or("", |(_, name)| name.as_str());
        ui.add(Label::new(name).truncate());
    });
    let run = &two.of;
    let time = text::date_time(run.run.started_unix_secs);
    let color = theme::palette(ui).weak;
    let of = RichText::new(format!("{} · {time}", run.origin.name));
    ui.add(Label::new(of.small().color(color)).truncate());
}

/// Shows by which measures the candidate is better, worse, or neither.
pub(super) fn outcome_ui(ui: &mut Ui, pairs: &[PairComparison], doubts: &[String]) {
    let palette = theme::palette(ui);
    let Some(pair) = pairs.first() else {
        return;
    };
    card_ui(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.horizontal(|ui| {
            let title = format!("{} against {}", pair.name, pair.baseline_name);
            let title = RichText::new(title).text_style(theme::title_style());
            ui.add(Label::new(title).truncate());
            if !doubts.is_empty() {
                badge_ui(ui, "⚠ not trustworthy", palette.error);
            }
        });
        for doubt in doubts {
            severity_ui(ui, Severity::Warning, doubt);
        }
        let unknown = named(pair, Judgement::NotKnown);
        if unknown.len() == pair.measures.len() {
            let text = "? Nothing can be judged: it takes three repeats or more to tell a difference from chance";
            weak_ui(ui, text);
            return;
        }
        for judgement in [
            Judgement::Better,
            Judgement::Worse,
            Judgement::TooClose,
            Judgement::NotKnown,
        ] {
            let measures = named(pair, judgement);
            if measures.is_empty() {
                continue;
            }
            let (symbol, color) = judged(judgement, palette);
            let line = format!("{symbol} {}: {}", judgement.label(), measures.join(", "));
            ui.add(Label::new(RichText::new(line).color(color)).wrap());
        }
    });
}

/// The measures with that judgement.
fn named(pair: &PairComparison, judgement: Judgement) -> Vec<&'static str> {
    let measures = pair.measures.iter();
    measures
        .filter(|measure| measure.judgement == judgement)
        .map(|measure| measure.measure.label())
        .collect()
}
