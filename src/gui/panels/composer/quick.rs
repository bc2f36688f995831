//! The second line of a candidate's row: its back end, the one setting that one turns first, and what to expect.

use egui::{Align, Layout, Role, Ui, Vec2, WidgetInfo};

use crate::gui::panels::composer::convert_setup as convert;
use crate::gui::panels::composer::form::{Field, Form, Owner};
use crate::gui::panels::composer::lines::message_ui;
use crate::gui::panels::composer::options::{BACKEND_KINDS, backend_explanation, backend_kind};
use crate::gui::panels::preview::{Expected, color, percent, sentence, title};
use crate::gui::theme::{self, space};
use crate::gui::widgets::{badge_ui, badge_width};
use crate::scenario::{Backend, Candidate, Load, PythonPool, Severity, Workers};

/// Width of the list of back ends, in points.
const BACKEND_WIDTH: f32 = 106.0;
/// Width of the setting, in points: `16 per core`.
const SETTING_WIDTH: f32 = 82.0;

/// The setting of a back end that one turns first.
enum Setting<'a> {
    /// A number of workers: the field of the file, its label.
    Workers(&'static str, &'static str, &'a mut Workers),
    /// A number of tasks or threads: the same.
    Count(&'static str, &'static str, &'a mut u32),
}

fn setting(backend: &mut Backend) -> Option<Setting<'_>> {
    let (key, label) = match backend {
        Backend::Hybrid { .. } | Backend::Python(PythonPool::Hybrid { .. }) => {
            ("processes", "Processes")
        }
        Backend::Async { in_flight, .. }
        | Backend::Python(PythonPool::Asyncio { in_flight, .. }) => {
            return Some(Setting::Count("in_flight", "In flight", in_flight));
        }
        _ => ("workers", "Workers"),
    };
    let workers = backend.pool_mut()?;
    Some(Setting::Workers(key, label, workers))
}

/// Shows it; `expected` is what to expect of the candidate under the load.
pub(super) fn quick_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    candidate: &mut Candidate,
    expected: Option<(&Expected, &Load)>,
) {
    form.aside = Some(Vec::new());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let kinds = BACKEND_KINDS.map(|(kind, title)| (kind, title, backend_explanation(kind)));
        let field = unlabelled(owner, "backend", "Back end");
        let kind = sized(ui, BACKEND_WIDTH, |ui| {
            form.combo(ui, &field, backend_kind(candidate.backend), &kinds)
        });
        if let Some(kind) = kind {
            candidate.backend = convert::convert_backend(candidate.backend, kind);
        }
        let inner = Owner::new(format!("{}.backend", owner.path), owner.name.clone());
        sized(ui, SETTING_WIDTH, |ui| {
            match setting(&mut candidate.backend) {
                Some(Setting::Workers(key, label, workers)) => {
                    form.short_value(ui, &unlabelled(&inner, key, label), workers);
                }
                Some(Setting::Count(key, label, count)) => {
                    form.short_value(ui, &unlabelled(&inner, key, label), count);
                }
                None => {}
            }
        });
        if let Some((expected, load)) = expected {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                expected_ui(ui, &owner.name, expected, load);
            });
        }
    });
    for message in form.aside.take().unwrap_or_default() {
        message_ui(ui, &message, Severity::Error);
    }
}

fn unlabelled(owner: &Owner, key: &str, spoken: &str) -> Field {
    owner.named(key, "", "", spoken)
}

fn sized<R>(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui) -> R) -> R {
    let size = Vec2::new(width, space::CONTROL_HEIGHT);
    let layout = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_width(width);
        ui.set_max_width(width);
        content(ui)
    })
    .inner
}

/// The resource that is used most, and how much: the words of the whole are under the pointer.
fn expected_ui(ui: &mut Ui, name: &str, expected: &Expected, load: &Load) {
    let (Some(scarcest), Some(rate)) = (expected.scarcest(), expected.rate_per_sec(load)) else {
        return;
    };
    let resource = title(scarcest.resource, expected.backend).to_lowercase();
    let used = percent(scarcest.utilisation_at(rate));
    let said = sentence(expected, load);
    let spoken = format!("Expected of {name}: {resource} {used}. {said}");
    // A narrow panel has room for the figure alone.
    let whole = format!("{resource} {used}");
    let has_room = badge_width(ui, &whole) <= ui.available_width();
    let text = if has_room { &whole } else { &used };
    let badge = badge_ui(ui, text, color(expected.standing, theme::palette(ui)));
    badge.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    badge.on_hover_text(format!("{said}\nComputed, not measured"));
}
