//! Questions and notices in the middle of the window; everything else waits.

use std::ops::Range;
use std::path::{Path, PathBuf};

use egui::{Context, Id, Key, Modal, RichText, ScrollArea, Ui};

use crate::gui::action::{Action, Answer};
use crate::gui::app::{Purpose, Then};
use crate::gui::dialogs::FileRequest;
use crate::gui::panels::preferences::place_ui;
use crate::gui::panels::shortcuts;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{
    FollowFocus as _, primary_button_ui, select_in_field, severity_ui, weak_ui,
};
use crate::gui::words;
use crate::scenario::{Problem, Severity};
use crate::units::text;

/// Width of a question, in points: a comfortable line of text.
const WIDTH: f32 = 460.0;
/// Width of the list of shortcuts in two columns, in points.
const SHORTCUTS_WIDTH: f32 = 780.0;

/// What is asked or told.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// The scenario has changes that are not saved.
    Unsaved(Then),
    /// The window shall close while a run is under way.
    CloseDuringRun,
    /// The desktop has no dialogs: a path is typed.
    Path {
        /// What the path is for.
        purpose: Purpose,
        /// What would have been asked.
        request: FileRequest,
    },
    /// A file is no scenario.
    Problems {
        /// Which file.
        path: PathBuf,
        /// Everything that is wrong with it.
        problems: Vec<Problem>,
    },
    /// The file of a run is to be deleted.
    DeleteRun {
        /// Which file.
        path: PathBuf,
        /// What the run is called.
        title: String,
        /// There is no bin: it would be gone.
        forever: bool,
    },
    /// A tab shall close whose run is under way, or is nowhere else.
    CloseTab {
        /// Which tab.
        number: u64,
        /// What the run is called.
        title: String,
        /// Whether it is under way.
        running: bool,
    },
    /// All keys that do something.
    Shortcuts,
    /// What the program is.
    About {
        /// Where settings are kept.
        settings: Option<PathBuf>,
        /// Where runs are kept.
        runs: Option<PathBuf>,
    },
}

/// Shows questions; keeps the path that is being typed.
#[derive(Debug, Default)]
pub struct QuestionPanel {
    path: String,
    /// Why the path that was entered cannot be taken; empty as long as it can, or is still typed.
    why_not: String,
    /// The field is still to be given the keyboard, with these letters of the path selected: the file's name, which one
    /// changes first.
    select: Option<Range<usize>>,
    /// The pass in which a question was shown last.
    shown_in: u64,
}

impl QuestionPanel {
    /// A path is going to be asked for.
    pub fn begin(&mut self, request: &FileRequest) {
        let folder = std::env::current_dir().unwrap_or_default().join("");
        let letters = |path: &Path| path.display().to_string().chars().count();
        let name = Path::new(&request.file_name).file_stem();
        let from = letters(&folder);
        self.select = Some(from..from + letters(Path::new(name.unwrap_or_default())));
        self.path = folder.join(&request.file_name).display().to_string();
        self.why_not.clear();
    }

    /// Shows `question` and appends the answer to `actions`.
    pub fn ui(&mut self, ctx: &Context, question: &Question, actions: &mut Vec<Action>) {
        let mut answer = None;
        let palette = theme::palette_of(ctx);
        let pass = ctx.cumulative_pass_nr();
        // The keyboard comes to the answer that most want as soon as the question does.
        let is_new = std::mem::replace(&mut self.shown_in, pass) + 1 < pass;
        // One that follows a small question must not begin with its size.
        let id = Id::unique(("question", std::mem::discriminant(question)));
        let modal = Modal::new(id).frame(theme::question_frame(palette));
        let modal = modal.show(ctx, |ui| {
            ui.set_width(WIDTH);
            answer = match question {
                Question::Unsaved(then) => unsaved_ui(ui, then, is_new),
                Question::CloseDuringRun => close_during_run_ui(ui, is_new),
                Question::Path { request, .. } => self.path_ui(ui, request),
                Question::Problems { path, problems } => problems_ui(ui, path, problems, is_new),
                Question::DeleteRun { title, forever, .. } => {
                    delete_ui(ui, title, *forever, is_new)
                }
                Question::CloseTab { title, running, .. } => {
                    close_tab_ui(ui, title, *running, is_new)
                }
                Question::Shortcuts => shortcuts_ui(ui),
                Question::About { settings, runs } => {
                    about_ui(ui, settings.as_deref(), runs.as_deref(), actions)
                }
            };
        });
        if answer.is_none() && modal.should_close() {
            answer = Some(Answer::Cancel);
        }
        actions.extend(answer.map(Action::Answer));
    }

    fn path_ui(&mut self, ui: &mut Ui, request: &FileRequest) -> Option<Answer> {
        title_ui(ui, &request.title);
        let what = if request.folder { "folder" } else { "file" };
        let text = format!("This desktop offers no file dialog. Type the path of the {what}.");
        ui.label(text);
        let label = ui.label("Path");
        let edit = egui::TextEdit::singleline(&mut self.path).desired_width(f32::INFINITY);
        let edited = ui.add(edit).labelled_by(label.id);
        if let Some(letters) = self.select.take() {
            select_in_field(ui.ctx(), edited.id, letters);
        }
        if edited.changed() {
            self.why_not.clear();
        }
        if !self.why_not.is_empty() {
            severity_ui(ui, Severity::Error, &self.why_not);
        } else if request.save {
            weak_ui(ui, "If there is a file of that name, it is replaced");
        }
        let entered = edited.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let path = self.path.trim();
        let verb = match (request.save, request.folder) {
            (true, _) => "Save file",
            (false, true) => "Take folder",
            (false, false) if request.extension.is_empty() => "Take file",
            (false, false) => "Open file",
        };
        let mut answer = None;
        answers_ui(ui, |ui| {
            if primary_button_ui(ui, verb, !path.is_empty()).clicked()
                || (entered && !path.is_empty())
            {
                answer = Some(Answer::Path(PathBuf::from(path)));
            }
            cancel_ui(ui, "Cancel", &mut answer);
        });
        // What was typed is mended, and not typed again.
        if let Some(Answer::Path(path)) = &answer
            && let Some(why_not) = why_not(request, path)
        {
            self.why_not = why_not;
            edited.request_focus();
            return None;
        }
        answer
    }
}

/// Why a path cannot be what `request` asks for; none if it can.
fn why_not(request: &FileRequest, path: &Path) -> Option<String> {
    if request.save {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let missing = folder.filter(|folder| !folder.is_dir())?;
        return Some(format!("There is no folder {}", missing.display()));
    }
    if request.folder {
        return (!path.is_dir()).then(|| "There is no folder of that path".to_owned());
    }
    (!path.is_file()).then(|| "There is no file of that path".to_owned())
}

fn unsaved_ui(ui: &mut Ui, then: &Then, is_new: bool) -> Option<Answer> {
    title_ui(ui, "Save the changes?");
    let else_ = if *then == Then::Quit {
        "they are lost"
    } else {
        "only Undo brings them back, and not after the window was closed"
    };
    ui.label(format!(
        "The scenario has changes that are not in a file. Without saving {else_}."
    ));
    let mut answer = None;
    answers_ui(ui, |ui| {
        if usual_ui(ui, "Save changes", is_new) {
            answer = Some(Answer::Save);
        }
        if ui.button("Discard changes").clicked() {
            answer = Some(Answer::Discard);
        }
        cancel_ui(ui, "Cancel", &mut answer);
    });
    answer
}

fn close_during_run_ui(ui: &mut Ui, is_new: bool) -> Option<Answer> {
    title_ui(ui, "A run is under way");
    ui.label("Closing the window ends it. What was measured until then is kept among the runs.");
    let mut answer = None;
    answers_ui(ui, |ui| {
        if usual_ui(ui, "Keep running", is_new) {
            answer = Some(Answer::Cancel);
        }
        if ui.button("Stop and close").clicked() {
            answer = Some(Answer::StopAndClose);
        }
    });
    answer
}

fn problems_ui(
    ui: &mut Ui,
    path: &std::path::Path,
    problems: &[Problem],
    is_new: bool,
) -> Option<Answer> {
    /// The list scrolls beyond this, in points.
    const LIST_HEIGHT: f32 = 320.0;
    title_ui(ui, "This file cannot be read as a scenario");
    weak_ui(ui, path.display().to_string());
    let count = text::counted(problems.len() as u64, "problem", "problems");
    ui.label(format!(
        "{count}; the scenario that was open is still open."
    ));
    ScrollArea::vertical()
        .max_height(LIST_HEIGHT)
        .min_scrolled_height(LIST_HEIGHT)
        .auto_shrink([false, true])
        .show_following(ui, |ui| {
            for problem in problems {
                severity_ui(ui, problem.severity, &words::unread(problem));
            }
        });
    let mut answer = None;
    answers_ui(ui, |ui| {
        if usual_ui(ui, "Close list", is_new) {
            answer = Some(Answer::Cancel);
        }
        if ui.button("Copy list").clicked() {
            let lines: Vec<String> = problems.iter().map(words::unread).collect();
            ui.ctx().copy_text(lines.join("\n"));
        }
    });
    answer
}

fn delete_ui(ui: &mut Ui, title: &str, forever: bool, is_new: bool) -> Option<Answer> {
    let (heading, text, verb) = if forever {
        (
            "Delete it for good?",
            "This system has no bin that takes the file. It would be gone, and so would its figures and its tab.",
            "Delete for good",
        )
    } else {
        (
            "Move the run to the bin?",
            "Its file leaves the kept runs, and its tab closes. It can be had back from the bin of the desktop.",
            "Move to the bin",
        )
    };
    title_ui(ui, heading);
    ui.add(egui::Label::new(RichText::new(title).strong()).wrap());
    ui.label(text);
    let mut answer = None;
    answers_ui(ui, |ui| {
        // What cannot be taken back is never a press of Enter away.
        if forever {
            if usual_ui(ui, "Keep it", is_new) {
                answer = Some(Answer::Cancel);
            }
            if ui.button(verb).clicked() {
                answer = Some(Answer::Delete);
            }
            return;
        }
        if usual_ui(ui, verb, is_new) {
            answer = Some(Answer::Delete);
        }
        cancel_ui(ui, "Keep it", &mut answer);
    });
    answer
}

fn close_tab_ui(ui: &mut Ui, title: &str, running: bool, is_new: bool) -> Option<Answer> {
    let (heading, text, verb, consequence) = if running {
        (
            "Stop the run and close its tab?",
            "It is under way. What was measured until now is kept among the runs.",
            "Stop and close",
            Answer::StopAndClose,
        )
    } else {
        (
            "Close a run that is not kept?",
            "Its figures are in no file: with the tab they are gone.",
            "Close and lose it",
            Answer::Discard,
        )
    };
    title_ui(ui, heading);
    ui.add(egui::Label::new(RichText::new(title).strong()).wrap());
    ui.label(text);
    let mut answer = None;
    answers_ui(ui, |ui| {
        if usual_ui(ui, "Keep the tab", is_new) {
            answer = Some(Answer::Cancel);
        }
        if ui.button(verb).clicked() {
            answer = Some(consequence);
        }
    });
    answer
}

fn shortcuts_ui(ui: &mut Ui) -> Option<Answer> {
    title_ui(ui, "Keyboard shortcuts");
    let window = ui.ctx().content_rect().size();
    let two = window.x > SHORTCUTS_WIDTH + 2.0 * space::XL;
    if two {
        ui.set_width(SHORTCUTS_WIDTH);
    }
    let height = window.y - 12.0 * space::L;
    ScrollArea::vertical()
        .max_height(height)
        // Else it is as low as what was asked before.
        .min_scrolled_height(height)
        .auto_shrink([false, true])
        .show_following(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            ui.spacing_mut().interact_size.y = 0.0;
            if two {
                ui.spacing_mut().item_spacing.x = space::XL;
                ui.columns_const(|[left, right]| {
                    shortcuts::commands_ui(left);
                    shortcuts::others_ui(right);
                });
            } else {
                shortcuts::commands_ui(ui);
                shortcuts::others_ui(ui);
            }
        });
    let mut answer = None;
    answers_ui(ui, |ui| cancel_ui(ui, "Close", &mut answer));
    answer
}

fn about_ui(
    ui: &mut Ui,
    settings: Option<&std::path::Path>,
    runs: Option<&std::path::Path>,
    actions: &mut Vec<Action>,
) -> Option<Answer> {
    title_ui(ui, "poolscope");
    weak_ui(
        ui,
        concat!(
            "Version ",
            env!("CARGO_PKG_VERSION"),
            " · licensed under ",
            env!("CARGO_PKG_LICENSE")
        ),
    );
    ui.label(
        "Runs the same work on threads, on processes and async, on this machine, and shows what \
         response time callers see, how much memory each worker needs, and what a thousand tasks cost.",
    );
    ui.label(
        "Each candidate is measured in a fresh process. Response time runs from the instant at which \
         a task was due. Only the measurement counts, not the warm-up.",
    );
    ui.add_space(space::XS);
    place_ui(ui, "Settings", settings, actions);
    place_ui(ui, "Runs", runs, actions);
    let mut answer = None;
    answers_ui(ui, |ui| cancel_ui(ui, "Close", &mut answer));
    answer
}

fn title_ui(ui: &mut Ui, title: &str) {
    ui.label(RichText::new(title).text_style(egui::TextStyle::Heading));
}

/// The line of buttons, from the right: the first is what one most likely wants.
pub(super) fn answers_ui(ui: &mut Ui, buttons: impl FnOnce(&mut Ui)) {
    ui.add_space(space::S);
    let size = egui::vec2(ui.available_width(), space::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(
        size,
        egui::Layout::right_to_left(egui::Align::Center),
        buttons,
    );
}

/// The answer that most want, with the keyboard while the question is new.
fn usual_ui(ui: &mut Ui, label: &str, is_new: bool) -> bool {
    let button = primary_button_ui(ui, label, true);
    if is_new {
        button.request_focus();
    }
    button.clicked()
}

fn cancel_ui(ui: &mut Ui, label: &str, answer: &mut Option<Answer>) {
    if ui.button(label).clicked() {
        *answer = Some(Answer::Cancel);
    }
}
