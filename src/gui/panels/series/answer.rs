//! What a series answers, how far that can be trusted, and what is missing.

use egui::{CollapsingHeader, Label, RichText, Ui};

use crate::export::SeriesAnswer;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{badge_ui, severity_ui, weak_ui};
use crate::scenario::Severity;

/// Shows the answer; before the series is over it is preliminary.
pub(super) fn answer_ui(ui: &mut Ui, answer: &SeriesAnswer, is_over: bool) {
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.horizontal_wrapped(|ui| {
        if !is_over {
            let about = "The series goes on: what is said here can change until its end";
            badge_ui(ui, "preliminary", theme::palette(ui).accent).on_hover_text(about);
        }
        ui.label(RichText::new(&answer.headline).text_style(theme::title_style()));
    });
    if !answer.demands.is_empty() {
        let demands = format!("To hold: {}", answer.demands.join("; "));
        let color = theme::palette(ui).weak;
        ui.add(Label::new(RichText::new(demands).small().color(color)).wrap());
    }
    if let Some(stamp) = &answer.stamp {
        let text = format!("Not trustworthy: {stamp}. Do not decide by these figures");
        severity_ui(ui, Severity::Error, &text);
    }
    // Before that most is missing, and the progress says so.
    for line in answer.missing.iter().filter(|_| is_over) {
        severity_ui(ui, Severity::Warning, line);
    }
    if let Some((first, reasons)) = answer.doubts.split_first() {
        let title = RichText::new(first.trim_end_matches(':')).small();
        CollapsingHeader::new(title)
            .id_salt("doubts of the series")
            .show(ui, |ui| {
                for reason in reasons {
                    weak_ui(ui, reason);
                }
            });
    }
}
