//! Telling the desktop that a long run has ended, for people who look at something else meanwhile.

/// Who shows a message outside of the window.
pub trait Notifier: Send + Sync {
    /// Shows it. Called on a background thread; the error is for the log.
    fn notify(&self, title: &str, text: &str) -> Result<(), String>;
}

/// The desktop's own messages, over D-Bus where there is one.
#[derive(Debug, Clone, Copy, Default)]
pub struct DesktopNotifier;

impl Notifier for DesktopNotifier {
    fn notify(&self, title: &str, text: &str) -> Result<(), String> {
        let mut message = notify_rust::Notification::new();
        message.appname("poolscope").icon("poolscope");
        message.summary(title).body(text);
        let shown = message.show();
        shown.map(drop).map_err(|error| error.to_string())
    }
}
