//! Every command of the window, once: menus, shortcuts, the command palette and the list of shortcuts are made
//! from this one table.
//!
//! A command is a name, its keys, its place in the menus, and the [`Action`] that it asks for; what it does stands
//! in `app::perform`. [`Situation`] is what decides whether it is possible now, and if not, why.

mod find;
mod table;

use egui::{Key, KeyboardShortcut, ModifierNames, Modifiers};

pub use find::{Found, find};
pub use table::COMMANDS;

use crate::gui::action::Action;
use crate::gui::app::{Page, RunState, SidebarTab};
use crate::gui::settings::Settings;
use crate::run::record::RecordKind;

/// A menu of the bar, which is also a group of the list of shortcuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Menu {
    /// Scenarios, runs and pictures as files.
    File,
    /// The scenario.
    Edit,
    /// What is shown, and how.
    View,
    /// Measuring.
    Run,
    /// What the program is and how it is used.
    Help,
}

impl Menu {
    /// All of them, in the order of the bar.
    pub const ALL: [Self; 5] = [Self::File, Self::Edit, Self::View, Self::Run, Self::Help];

    /// As it stands in the bar.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::View => "View",
            Self::Run => "Run",
            Self::Help => "Help",
        }
    }

    /// The first letter of its label, which opens it together with [`MENU_KEYS_WITH`].
    #[must_use]
    pub const fn key(self) -> Key {
        match self {
            Self::File => Key::F,
            Self::Edit => Key::E,
            Self::View => Key::V,
            Self::Run => Key::R,
            Self::Help => Key::H,
        }
    }

    /// Whether its keys are asked for in `modifiers`, so that it shows its letter.
    #[must_use]
    pub const fn shows_key(modifiers: Modifiers) -> bool {
        modifiers.alt && HAS_MENU_KEYS
    }

    /// What opens it; none where the system types letters with these keys.
    #[must_use]
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        HAS_MENU_KEYS.then(|| KeyboardShortcut::new(MENU_KEYS_WITH, self.key()))
    }
}

/// What is held to open a menu by its letter.
pub const MENU_KEYS_WITH: Modifiers = Modifiers::ALT;
/// On macOS the same keys type special letters, and menus have none.
const HAS_MENU_KEYS: bool = !cfg!(target_os = "macos");

/// What decides which commands are possible, and what they are called.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// What undoing would undo.
    pub undoes: Option<&'a str>,
    /// What redoing would do again.
    pub redoes: Option<&'a str>,
    /// How many problems forbid running.
    pub errors: usize,
    /// The series that the scenario has: a sweep, a search for the capacity.
    pub series: &'a [RecordKind],
    /// Where the run stands.
    pub state: RunState,
    /// Whether processes of ours are at work.
    pub running: bool,
    /// Whether the run that is shown has two candidates that can be compared.
    pub comparable: bool,
    /// Whether a report of the series that is shown can tell something.
    pub reportable_series: bool,
    /// How many runs are held in tabs.
    pub tabs: usize,
    /// The page in the middle.
    pub page: Page,
    /// What the panel on the left shows.
    pub tab: SidebarTab,
    /// Theme, panels and recent files.
    pub settings: &'a Settings,
}

/// Whether a command is a mark that is set or not, and how such marks go together.
#[derive(Clone, Copy)]
pub enum Marked {
    /// It is done, and that is all.
    No,
    /// It is on or off.
    Check(fn(&Situation<'_>) -> bool),
    /// It is one of several.
    Choice(fn(&Situation<'_>) -> bool),
}

/// Something that can be asked for by a menu, by keys and by its name.
#[derive(Clone, Copy)]
pub struct Command {
    /// The menu in which it stands.
    pub menu: Menu,
    /// Commands of different sections have a line between them.
    pub section: u8,
    /// The menu within the menu; empty for none.
    pub within: &'static str,
    /// What it is called; ends with `…` if it asks for more.
    pub name: &'static str,
    /// Other words by which it is found.
    pub words: &'static str,
    /// The keys that ask for it; the first are shown in menus.
    pub keys: &'static [KeyboardShortcut],
    /// A text field keeps these keys for itself.
    pub yields: bool,
    /// Whether it is set, if it is something that is.
    pub marked: Marked,
    action: fn() -> Action,
    told: Option<fn(&Situation<'_>) -> String>,
    why_not: fn(&Situation<'_>) -> Option<String>,
}

impl Command {
    /// Asks for `action` whenever one likes.
    #[must_use]
    pub const fn of(menu: Menu, section: u8, name: &'static str, action: fn() -> Action) -> Self {
        Self {
            menu,
            section,
            within: "",
            name,
            words: "",
            keys: &[],
            yields: false,
            marked: Marked::No,
            action,
            told: None,
            why_not: |_| None,
        }
    }

    /// With these keys.
    #[must_use]
    pub const fn keys(mut self, keys: &'static [KeyboardShortcut]) -> Self {
        self.keys = keys;
        self
    }

    /// Its keys are a text field's own as long as one types there.
    #[must_use]
    pub const fn yielding(mut self) -> Self {
        self.yields = true;
        self
    }

    /// In the menu of that name within its menu.
    #[must_use]
    pub const fn within(mut self, within: &'static str) -> Self {
        self.within = within;
        self
    }

    /// Found by these words too.
    #[must_use]
    pub const fn words(mut self, words: &'static str) -> Self {
        self.words = words;
        self
    }

    /// Called like this in menus, as things stand.
    #[must_use]
    pub const fn told(mut self, told: fn(&Situation<'_>) -> String) -> Self {
        self.told = Some(told);
        self
    }

    /// Not possible where `why_not` has a reason.
    #[must_use]
    pub const fn unless(mut self, why_not: fn(&Situation<'_>) -> Option<String>) -> Self {
        self.why_not = why_not;
        self
    }

    /// Something that is on or off, or one of several.
    #[must_use]
    pub const fn marked(mut self, marked: Marked) -> Self {
        self.marked = marked;
        self
    }

    /// What it asks for.
    #[must_use]
    pub fn action(&self) -> Action {
        (self.action)()
    }

    /// Why it is not possible now; none if it is.
    #[must_use]
    pub fn why_not(&self, now: &Situation<'_>) -> Option<String> {
        (self.why_not)(now)
    }

    /// What it is called as things stand.
    #[must_use]
    pub fn label(&self, now: &Situation<'_>) -> String {
        self.told
            .map_or_else(|| self.name.to_owned(), |told| told(now))
    }

    /// The keys that are shown beside it; empty for none.
    #[must_use]
    pub fn shown_keys(&self) -> String {
        self.keys.first().map(keys_text).unwrap_or_default()
    }

    /// All keys, as the list of shortcuts has them.
    #[must_use]
    pub fn all_keys(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(keys_text).collect();
        keys.join(" or ")
    }
}

/// As keys are written on this system: `Ctrl+Shift+S`.
#[must_use]
pub fn keys_text(keys: &KeyboardShortcut) -> String {
    let is_mac = cfg!(target_os = "macos");
    let modifiers = ModifierNames::NAMES.format(&keys.modifiers, is_mac);
    let key = keys.logical_key.symbol_or_name();
    if modifiers.is_empty() {
        key.to_owned()
    } else {
        format!("{modifiers}+{key}")
    }
}

/// All keys with their commands, those with more modifiers first: egui's match of `Ctrl+S` ignores the shift key.
#[must_use]
pub fn shortcuts() -> Vec<(KeyboardShortcut, &'static Command)> {
    let of = |command: &'static Command| command.keys.iter().map(move |keys| (*keys, command));
    let mut all: Vec<_> = COMMANDS.iter().flat_map(of).collect();
    let held = |keys: &KeyboardShortcut| {
        let modifiers = keys.modifiers;
        [modifiers.shift, modifiers.alt, modifiers.command]
            .into_iter()
            .filter(|held| *held)
            .count()
    };
    all.sort_by_key(|(keys, _)| std::cmp::Reverse(held(keys)));
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_commands_have_the_same_keys_or_the_same_name() {
        let keys: Vec<String> = shortcuts()
            .iter()
            .map(|(keys, _)| keys_text(keys))
            .collect();
        let distinct: BTreeSet<&String> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len(), "{keys:?}");
        let names: BTreeSet<&str> = COMMANDS.iter().map(|command| command.name).collect();
        assert_eq!(names.len(), COMMANDS.len());
    }

    #[test]
    fn each_menu_is_opened_by_its_first_letter_and_no_command_has_its_keys() {
        let all: Vec<_> = shortcuts().iter().map(|(keys, _)| *keys).collect();
        for menu in Menu::ALL {
            assert_eq!(menu.key().name(), &menu.label()[..1]);
            let keys = KeyboardShortcut::new(MENU_KEYS_WITH, menu.key());
            assert!(!all.contains(&keys), "{}", menu.label());
        }
    }

    #[test]
    fn keys_with_more_modifiers_are_asked_first() {
        let all = shortcuts();
        let place = |text: &str| all.iter().position(|(keys, _)| keys_text(keys) == text);
        assert!(place("Ctrl+Shift+S").unwrap() < place("Ctrl+S").unwrap());
        assert!(place("Shift+F5").unwrap() < place("F5").unwrap());
    }

    #[test]
    fn keys_are_written_as_on_the_keyboard() {
        for (modifiers, key, text) in [
            (Modifiers::COMMAND, Key::Comma, "Ctrl+,"),
            (
                Modifiers::COMMAND.plus(Modifiers::SHIFT),
                Key::Z,
                "Ctrl+Shift+Z",
            ),
            (Modifiers::COMMAND, Key::Slash, "Ctrl+/"),
            (Modifiers::NONE, Key::F5, "F5"),
        ] {
            assert_eq!(keys_text(&KeyboardShortcut::new(modifiers, key)), text);
        }
    }

    #[test]
    fn the_commands_of_a_menu_stand_together_in_the_order_of_their_sections() {
        let places: Vec<_> = COMMANDS
            .iter()
            .map(|command| (command.menu, command.section))
            .collect();
        assert!(places.is_sorted(), "{places:?}");
        for menu in Menu::ALL {
            assert!(
                places.iter().any(|(of, _)| *of == menu),
                "{menu:?} is empty"
            );
        }
    }
}
