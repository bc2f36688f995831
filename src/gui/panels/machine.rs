//! The settings of this machine, on the page of settings: interpreters of CPython, and clusters that run already.

use std::path::{Path, PathBuf};

use egui::{Button, CollapsingHeader, Label, Response, RichText, TextEdit, Ui};

use crate::gui::action::Action;
use crate::gui::app::{Changing, MachineChange, Search};
use crate::gui::panels::preferences::is_found;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{
    Field, badge_ui, card_ui, empty_state_ui, icon_button_ui, primary_button_ui, section_header_ui,
    severity_ui, weak_ui,
};
use crate::run::interpreters::{FoundInterpreter, InterpreterFacts, Threading};
use crate::scenario::Severity;
use crate::session::{ClusterKind, LocalPython, LocalSettings};
use crate::units::text;

/// A comfortable line of text, in points.
const WIDTH: f32 = 720.0;
/// Room for a path or an address, in points.
const PATH_WIDTH: f32 = 300.0;
/// The buttons at the right of a line of text, in points.
const BESIDE_LINE: f32 = 160.0;
/// What is left of a path or an address beside them; with less room the buttons stand below it, in points.
const LINE_MIN_WIDTH: f32 = 140.0;
/// Room for a name, in points.
const NAME_WIDTH: f32 = 200.0;

/// What the sections are called, and other words by which they are found.
const SECTIONS: [(&str, &str); 3] = [
    (
        "Interpreters",
        "python cpython machine path version look again free-threaded",
    ),
    (
        "Add an interpreter",
        "python cpython machine path virtual environment name",
    ),
    (
        "Clusters that run already",
        "dask ray address scheduler machine",
    ),
];

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct MachineView<'a> {
    /// Interpreters and settings, as far as they are known.
    pub local: &'a LocalPython,
    /// How far the search for them is.
    pub search: &'a Search,
    /// How far the last change is.
    pub changing: &'a Changing,
    /// Where the settings stand; none where nothing is kept.
    pub file: Option<&'a Path>,
    /// Whether a run forbids to look and to change.
    pub locked: bool,
}

/// Shows the settings of this machine; keeps what is being typed.
#[derive(Debug, Default)]
pub struct MachinePanel {
    name: String,
    path: String,
    addresses: [String; 2],
    /// The settings from which the addresses were taken.
    taken: Option<LocalSettings>,
    /// What was asked for last; decides where an answer is shown.
    asked: Option<MachineChange>,
}

impl MachinePanel {
    /// A path was chosen in a dialog.
    pub fn choose(&mut self, path: &Path) {
        if self.name.trim().is_empty() {
            let name = path.file_name().unwrap_or_default();
            self.name = name.to_string_lossy().into_owned();
        }
        self.path = path.display().to_string();
    }

    /// What was asked for last is done.
    pub fn accepted(&mut self) {
        if let Some(MachineChange::Add { .. }) = self.asked.take() {
            self.name.clear();
            self.path.clear();
        }
    }

    /// Shows what of it `typed` finds, and appends what the user asked for to `actions`. True if there is anything.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        view: &MachineView<'_>,
        typed: &str,
        actions: &mut Vec<Action>,
    ) -> bool {
        let [list, add, clusters] = SECTIONS.map(|(title, words)| is_found(typed, title, words));
        if !(list || add || clusters) {
            return false;
        }
        if self.taken.as_ref() != Some(&view.local.settings) {
            let of = |cluster| view.local.settings.address(cluster).unwrap_or_default();
            self.addresses = CLUSTERS.map(|cluster| of(cluster).to_owned());
            self.taken = Some(view.local.settings.clone());
        }
        ui.set_max_width(WIDTH.min(ui.available_width()));
        if view.locked {
            let text = "Stop the run to look for interpreters or to change the settings";
            severity_ui(ui, Severity::Warning, text);
        }
        ui.add_space(space::S);
        if list {
            list_ui(ui, view, actions);
            ui.add_space(space::M);
        }
        ui.add_enabled_ui(!view.locked && view.changing != &Changing::Working, |ui| {
            if add {
                self.add_ui(ui, view, actions);
                ui.add_space(space::M);
            }
            if clusters {
                self.clusters_ui(ui, view, actions);
            }
        });
        if let Some(MachineChange::Remove(_)) = &self.asked {
            failure_ui(ui, view);
        }
        ui.add_space(space::S);
        if let Some(file) = view.file {
            let file = file.display();
            weak_ui(
                ui,
                format!("Kept in {file}; 'poolscope python' changes the same file"),
            );
        }
        // A removal is asked for in the list, which knows nothing of this panel.
        for action in actions.iter() {
            if let Action::ChangeMachine(change) = action {
                self.asked = Some(change.clone());
            }
        }
        ui.add_space(space::M);
        true
    }

    fn add_ui(&mut self, ui: &mut Ui, view: &MachineView<'_>, actions: &mut Vec<Action>) {
        section_header_ui(ui, SECTIONS[1].0, |_| {});
        card_ui(ui, |ui| {
            row("Name", "What scenarios call it").ui(ui, |ui| {
                line_ui(ui, &mut self.name, "analytics", NAME_WIDTH)
            });
            let hint = "An executable, or the folder of a virtual environment";
            let example = "/home/me/venvs/analytics";
            let path = (&mut self.path, example);
            line_with_buttons_ui(ui, row("Path", hint), path, |ui, _| folder_ui(ui, actions));
            let (name, path) = (self.name.trim(), self.path.trim());
            let ready = !name.is_empty() && !path.is_empty();
            ui.horizontal(|ui| {
                ui.add_space(space::LABEL_WIDTH + ui.spacing().item_spacing.x);
                if primary_button_ui(ui, "Add interpreter", ready).clicked() {
                    actions.push(Action::ChangeMachine(MachineChange::Add {
                        name: name.to_owned(),
                        path: PathBuf::from(path),
                    }));
                }
                let adds = matches!(self.asked, Some(MachineChange::Add { .. }));
                if adds && view.changing == &Changing::Working {
                    weak_ui(ui, "Asking what it is…");
                }
            });
            if let Some(MachineChange::Add { .. }) = &self.asked {
                failure_ui(ui, view);
            }
        });
    }

    fn clusters_ui(&mut self, ui: &mut Ui, view: &MachineView<'_>, actions: &mut Vec<Action>) {
        section_header_ui(ui, SECTIONS[2].0, |_| {});
        card_ui(ui, |ui| {
            weak_ui(
                ui,
                "For candidates with a configured cluster; all others start one of their own",
            );
            for (cluster, typed) in CLUSTERS.into_iter().zip(&mut self.addresses) {
                let saved = view.local.settings.address(cluster);
                let (label, example) = words(cluster);
                let hint = "Where its scheduler listens";
                line_with_buttons_ui(ui, row(label, hint), (typed, example), |ui, typed| {
                    address_ui(ui, (cluster, saved, typed.trim()), actions);
                });
                if let Some(MachineChange::Address(of, _)) = &self.asked
                    && *of == cluster
                {
                    failure_ui(ui, view);
                }
            }
        });
    }
}

/// The ways to a path by a dialog.
fn folder_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    for (label, about, folder) in [
        ("Folder…", "Choose a virtual environment", true),
        ("File…", "Choose an executable", false),
    ] {
        if ui.button(label).on_hover_text(about).clicked() {
            actions.push(Action::ChooseInterpreter { folder });
        }
    }
}

/// What can be done with a cluster's address: the one that is saved, and the one that is typed.
fn address_ui(
    ui: &mut Ui,
    (cluster, saved, typed): (ClusterKind, Option<&str>, &str),
    actions: &mut Vec<Action>,
) {
    let of = cluster.label();
    let is_new = !typed.is_empty() && Some(typed) != saved;
    for (label, can_be, address) in [
        ("Save", is_new, Some(typed.to_owned())),
        ("Forget", saved.is_some(), None),
    ] {
        let button = ui.add_enabled(can_be, Button::new(label));
        let name = format!("{label} the address of {of}");
        if button.accessible_name(name).clicked() {
            let change = MachineChange::Address(cluster, address);
            actions.push(Action::ChangeMachine(change));
        }
    }
}

/// Why what was asked for was not done.
fn failure_ui(ui: &mut Ui, view: &MachineView<'_>) {
    if let Changing::Failed(error) = view.changing {
        severity_ui(ui, Severity::Error, error);
    }
}

const CLUSTERS: [ClusterKind; 2] = [ClusterKind::Dask, ClusterKind::Ray];

/// What a cluster's address is called, and an example of one.
const fn words(cluster: ClusterKind) -> (&'static str, &'static str) {
    match cluster {
        ClusterKind::Dask => ("Dask address", "tcp://10.0.0.1:8786"),
        ClusterKind::Ray => ("Ray address", "ray://10.0.0.1:10001"),
    }
}

const fn row<'a>(label: &'a str, hint: &'a str) -> Field<'a> {
    Field {
        label,
        hint,
        path: "",
        problems: &[],
    }
}

fn line_ui(ui: &mut Ui, typed: &mut String, example: &str, width: f32) -> Response {
    let weak = theme::palette(ui).weak;
    let hint = RichText::new(format!("such as {example}")).color(weak);
    ui.add(
        TextEdit::singleline(typed)
            .hint_text(hint)
            .desired_width(width.min(ui.available_width())),
    )
}

/// A row with a path or an address, and its buttons, which are told what is typed: beside it, or below where that
/// leaves too little of it.
fn line_with_buttons_ui(
    ui: &mut Ui,
    row: Field<'_>,
    (typed, example): (&mut String, &str),
    buttons: impl FnOnce(&mut Ui, &str),
) {
    let before = space::LABEL_WIDTH + ui.spacing().item_spacing.x;
    let room = ui.available_width() - before;
    if room >= LINE_MIN_WIDTH + BESIDE_LINE {
        row.ui(ui, |ui| {
            let width = PATH_WIDTH.min(room - BESIDE_LINE);
            let response = line_ui(ui, typed, example, width);
            buttons(ui, typed);
            response
        });
    } else {
        row.ui(ui, |ui| line_ui(ui, typed, example, PATH_WIDTH));
        ui.horizontal(|ui| {
            ui.add_space(before);
            buttons(ui, typed);
        });
    }
}

fn list_ui(ui: &mut Ui, view: &MachineView<'_>, actions: &mut Vec<Action>) {
    let looking = view.search == &Search::Looking;
    section_header_ui(ui, SECTIONS[0].0, |ui| {
        let again = ui.add_enabled(!looking && !view.locked, Button::new("Look again"));
        if again
            .on_hover_text("Search PATH, and ask each interpreter what it is")
            .clicked()
        {
            actions.push(Action::FindInterpreters);
        }
        if looking {
            weak_ui(ui, "Looking for interpreters…");
        }
    });
    weak_ui(
        ui,
        "Scenarios name an interpreter by one of these names, and never a path or an address",
    );
    if let Search::Failed(error) = view.search {
        severity_ui(ui, Severity::Error, error);
    }
    let found = &view.local.found;
    if found.list.is_empty() && view.search == &Search::Done {
        card_ui(ui, |ui| {
            empty_state_ui(
                ui,
                "No interpreter found",
                "Install Python 3.9 or later, or add one below; everything but candidates of CPython works without",
            );
        });
    }
    for interpreter in found.usable() {
        card_ui(ui, |ui| usable_ui(ui, interpreter, view.locked, actions));
    }
    // Those that the user added are never out of sight.
    let (added, other): (Vec<_>, Vec<_>) = found
        .list
        .iter()
        .filter(|found| found.trouble.is_some())
        .partition(|found| found.configured);
    for interpreter in added {
        card_ui(ui, |ui| unusable_ui(ui, interpreter, view.locked, actions));
    }
    if !other.is_empty() {
        let title = format!(
            "{} on PATH that cannot be used",
            text::counted(other.len() as u64, "executable", "executables")
        );
        CollapsingHeader::new(title)
            .id_salt("unusable")
            .show(ui, |ui| {
                for interpreter in other {
                    unusable_ui(ui, interpreter, view.locked, actions);
                }
            });
    }
    if found.left_out > 0 {
        let left_out = text::counted(found.left_out.into(), "executable", "executables");
        weak_ui(ui, format!("{left_out} more on PATH were not asked"));
    }
}

fn usable_ui(ui: &mut Ui, found: &FoundInterpreter, locked: bool, actions: &mut Vec<Action>) {
    let Some(facts) = &found.facts else { return };
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = space::XS;
    head_ui(ui, found, locked, actions, |ui| {
        ui.label(facts.title());
        let color = match facts.threading {
            Threading::Locked => palette.weak,
            Threading::Free | Threading::FreeButLocked => palette.good,
        };
        badge_ui(ui, facts.threading.label(), color);
        if facts.virtual_environment {
            badge_ui(ui, "virtual environment", palette.weak);
        }
    });
    line_of_ui(ui, &place(found, facts));
    line_of_ui(ui, &format!("Packages: {}", facts.packages_label()));
    line_of_ui(ui, &format!("Built with {}", facts.build()));
}

fn unusable_ui(ui: &mut Ui, found: &FoundInterpreter, locked: bool, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = space::XS;
    head_ui(ui, found, locked, actions, |ui| {
        badge_ui(ui, "cannot be used", palette.warning);
    });
    if let Some(trouble) = &found.trouble {
        let text = format!("It {}", trouble.text());
        severity_ui(ui, Severity::Warning, &text);
    }
    line_of_ui(ui, &found.path);
}

/// The names, what `facts` adds, and what removes the interpreter if the user added it.
fn head_ui(
    ui: &mut Ui,
    found: &FoundInterpreter,
    locked: bool,
    actions: &mut Vec<Action>,
    facts: impl FnOnce(&mut Ui),
) {
    ui.horizontal(|ui| {
        let names = RichText::new(found.names.join(", ")).text_style(theme::title_style());
        ui.label(names);
        facts(ui);
        if found.configured && !locked {
            let right = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(right, |ui| {
                // The user's own name comes first.
                let name = found.name();
                let hover = format!("Forget '{name}'; nothing of it is deleted");
                if icon_button_ui(ui, "×", &hover).clicked() {
                    let change = MachineChange::Remove(name.to_owned());
                    actions.push(Action::ChangeMachine(change));
                }
            });
        }
    });
}

/// Where it was found, and what that leads to.
fn place(found: &FoundInterpreter, facts: &InterpreterFacts) -> String {
    if found.path == facts.executable {
        found.path.clone()
    } else {
        format!("{} → {}", found.path, facts.executable)
    }
}

/// A line of the second rank that wraps.
fn line_of_ui(ui: &mut Ui, text: &str) {
    let color = theme::palette(ui).weak;
    ui.add(Label::new(RichText::new(text).small().color(color)).wrap());
}
