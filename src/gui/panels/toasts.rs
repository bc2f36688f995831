//! Short messages in the corner: what went well leaves by itself, what failed stays until it is closed.

use egui::{Align2, Area, Context, Id, Order, RichText, Vec2};

use crate::gui::theme::{self, space};
use crate::gui::widgets::icon_button_ui;

/// Long enough to read one line twice, in seconds.
const STAYS_SECS: f64 = 6.0;
/// More than these would cover the charts; the oldest leave.
const TOASTS_MAX: usize = 4;

#[derive(Debug, Clone, PartialEq)]
struct Toast {
    text: String,
    failed: bool,
    /// In egui's seconds; none stays.
    until: Option<f64>,
}

/// The messages that are shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Toasts {
    toasts: Vec<Toast>,
}

impl Toasts {
    /// Says for a while that something went well. `now` is egui's time in seconds.
    pub fn good(&mut self, text: String, now: f64) {
        self.push(Toast {
            text,
            failed: false,
            until: Some(now + STAYS_SECS),
        });
    }

    /// Says that something failed.
    pub fn error(&mut self, text: String) {
        // The same failure twice is one message.
        self.toasts.retain(|toast| toast.text != text);
        self.push(Toast {
            text,
            failed: true,
            until: None,
        });
    }

    /// Removes what has been shown for long enough. Says whether something is left that will leave.
    pub fn expire(&mut self, now: f64) -> bool {
        self.toasts
            .retain(|toast| toast.until.is_none_or(|until| until > now));
        self.toasts.iter().any(|toast| toast.until.is_some())
    }

    /// Something else has the eyes now, and hides them: those that leave do so long enough after that.
    pub fn hold(&mut self, now: f64) {
        for until in self
            .toasts
            .iter_mut()
            .filter_map(|toast| toast.until.as_mut())
        {
            *until = until.max(now + STAYS_SECS);
        }
    }

    /// Takes away the newest that says that something failed.
    pub fn close_failure(&mut self) {
        if let Some(newest) = self.toasts.iter().rposition(|toast| toast.failed) {
            self.toasts.remove(newest);
        }
    }

    /// Shows the messages.
    pub fn ui(&mut self, ctx: &Context) {
        if self.toasts.is_empty() {
            return;
        }
        let mut closed = None;
        Area::new(Id::unique("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, Vec2::new(-space::L, -space::L))
            .show(ctx, |ui| {
                for (index, toast) in self.toasts.iter().enumerate() {
                    if toast_ui(ui, toast) {
                        closed = Some(index);
                    }
                }
            });
        if let Some(index) = closed {
            self.toasts.remove(index);
        }
    }

    fn push(&mut self, toast: Toast) {
        self.toasts.push(toast);
        if self.toasts.len() > TOASTS_MAX {
            self.toasts.remove(0);
        }
    }
}

/// Shows one message; says whether it was closed.
fn toast_ui(ui: &mut egui::Ui, toast: &Toast) -> bool {
    const TEXT_WIDTH: f32 = 420.0;
    let palette = theme::palette(ui);
    let (mark, color) = if toast.failed {
        ("✖", palette.error)
    } else {
        ("✔", palette.good)
    };
    theme::popup_frame(palette, color)
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.label(RichText::new(mark).color(color));
                ui.scope(|ui| {
                    ui.set_max_width(TEXT_WIDTH);
                    ui.add(egui::Label::new(&toast.text).wrap());
                });
                let keys = if toast.failed { " (Esc)" } else { "" };
                let name = format!("Close message: {}", toast.text);
                let close = icon_button_ui(ui, "×", &format!("Close message{keys}"));
                close.accessible_name(name).clicked()
            })
            .inner
        })
        .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_news_leave_and_failures_stay() {
        let mut toasts = Toasts::default();
        toasts.good("Saved".to_owned(), 10.0);
        toasts.error("No".to_owned());
        toasts.error("No".to_owned());
        assert!(toasts.expire(11.0));
        assert_eq!(toasts.toasts.len(), 2);
        assert!(!toasts.expire(10.0 + STAYS_SECS + 0.1));
        assert_eq!(toasts.toasts.len(), 1);
    }

    #[test]
    fn what_nobody_could_see_stays_as_long_as_ever() {
        let mut toasts = Toasts::default();
        toasts.good("Saved".to_owned(), 10.0);
        toasts.hold(100.0);
        assert!(toasts.expire(100.0 + STAYS_SECS - 0.1));
        assert!(!toasts.expire(100.0 + STAYS_SECS + 0.1));
    }

    #[test]
    fn the_corner_never_fills_the_window() {
        let mut toasts = Toasts::default();
        (0..20).for_each(|number| toasts.error(number.to_string()));
        assert_eq!(toasts.toasts.len(), TOASTS_MAX);
        assert_eq!(toasts.toasts[TOASTS_MAX - 1].text, "19");
    }
}
