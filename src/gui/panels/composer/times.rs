//! The fields of a length of time that is drawn from a distribution.

use egui::Ui;

use crate::gui::panels::composer::convert;
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::options::TimeForm;
use crate::scenario::Distribution;
use crate::units::text;

/// Which length of time it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeField {
    /// The field of the file: `delay`.
    pub key: &'static str,
    /// Before the choice of its form.
    pub label: &'static str,
    /// Explains it.
    pub hint: &'static str,
}

/// The choice of the form, and below it the fields of that form.
pub(super) fn time_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    which: TimeField,
    time: &mut Distribution,
) {
    let TimeField { key, label, hint } = which;
    // The file has no field for the form, so no problem is placed at it.
    let field = owner.named(
        &format!("{key}.form"),
        label,
        hint,
        &format!("Kind of {}", lower(label)),
    );
    if let Some(to) = form.combo(ui, &field, TimeForm::of(time), &TimeForm::ENTRIES) {
        *time = convert::convert_time(*time, to);
    }
    let inner = Owner::new(format!("{}.{key}", owner.path), owner.name.clone());
    let mut row = |ui: &mut Ui, at: &str, title, hint, value: &mut _| {
        let spoken = format!("{title} of {}", lower(label));
        form.value(ui, &inner.named(at, title, hint, &spoken), value);
    };
    match time {
        Distribution::Constant(time) => {
            let field = owner.named(key, "Length", "A time such as 40ms or 100us", label);
            form.value(ui, &field, time);
        }
        Distribution::Uniform { from, to } => {
            row(ui, "from", "From", "The shortest", from);
            row(ui, "to", "To", "The longest; not below the shortest", to);
        }
        Distribution::Exponential { mean } => {
            let hint = "95 of 100 draws are below three times as much";
            row(ui, "mean", "Mean", hint, mean);
        }
        Distribution::LogNormal { median, p95 } => {
            row(
                ui,
                "median",
                "Median",
                "Half of the draws are below",
                median,
            );
            let hint = "95 of 100 draws are below; not below the median";
            row(ui, "p95", "95 % below", hint, p95);
        }
        Distribution::Bimodal {
            usual,
            other,
            other_share,
        } => {
            row(ui, "usual", "Usual", "As with a cache that hits", usual);
            row(ui, "other", "Other", "As with a cache that misses", other);
            let hint = "The share of draws that take the other time, 0 to 1";
            let spoken = format!("Share of the other of {}", lower(label));
            let field = inner.named("other_share", "Other's share", hint, &spoken);
            form.value(ui, &field, other_share);
        }
    }
}

/// What a folded card says of it.
pub(super) fn time_summary(time: &Distribution) -> String {
    match time {
        Distribution::Constant(time) => time.to_string(),
        Distribution::Uniform { from, to } => format!("{from} to {to}"),
        Distribution::Exponential { mean } => format!("≈ {mean}, exponential"),
        Distribution::LogNormal { median, p95 } => format!("{median} … {p95}"),
        Distribution::Bimodal {
            usual,
            other,
            other_share,
        } => format!("{usual}, {} {other}", text::percent(*other_share)),
    }
}

fn lower(label: &str) -> String {
    label.to_lowercase()
}
