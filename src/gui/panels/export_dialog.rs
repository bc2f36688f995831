//! The dialog that puts charts of the board on a picture.

use egui::{
    Align, Context, Grid, Id, Label, Layout, Modal, Rect, RichText, ScrollArea, Spinner, Ui, Vec2,
    vec2,
};

use crate::analysis::CandidateFigures;
use crate::chart::{ChartSettings, SplitChart, stretch_text};
use crate::export::{BoardParts, FirstRows};
use crate::gui::action::{Action, Format};
use crate::gui::app::{BoardChoice, ExportAction, Preview};
use crate::gui::panels::question::answers_ui;
use crate::gui::settings::{PictureLook, PictureScale, PictureSettings};
use crate::gui::theme::{self, space};
use crate::gui::widgets::{primary_button_ui, weak_ui};
use crate::units::text;

/// Width of the choices, in points.
const CHOICES_WIDTH: f32 = 230.0;
/// What stands above and below the choices, with some room around the dialog, in points.
const BESIDE_CHOICES: f32 = 180.0;
/// What stands at the left and the right of choices and preview, likewise.
const AROUND: f32 = 100.0;
/// Size of the preview on a large screen, and below which it is none, in points.
const PREVIEW_MAX: Vec2 = vec2(800.0, 900.0);
const PREVIEW_MIN: Vec2 = vec2(200.0, 72.0);
/// Width of the buttons, in points.
const BUTTONS_WIDTH: f32 = 310.0;
/// Size of what turns while the preview is made, in points.
const SPINNER: Vec2 = Vec2::splat(28.0);

/// What the dialog shows.
pub struct ExportView<'a> {
    /// What is chosen.
    pub choice: &'a BoardChoice,
    /// All that can be on the picture.
    pub all: &'a BoardParts,
    /// All candidates.
    pub figures: &'a [CandidateFigures],
    /// Which of them are hidden on the board, and what it shows of the time.
    pub shown: &'a ChartSettings,
    /// How pictures look.
    pub pictures: PictureSettings,
    /// What will be exported.
    pub preview: &'a Preview,
}

/// Shows the dialog and appends what the user asked for to `actions`.
pub fn export_dialog_ui(ctx: &Context, view: &ExportView<'_>, actions: &mut Vec<Action>) {
    let palette = theme::palette_of(ctx);
    let modal = Modal::new(Id::unique("export board")).frame(theme::question_frame(palette));
    let mut push = |action| actions.push(Action::Exporting(action));
    let pass = ctx.cumulative_pass_nr();
    // The keyboard comes to what most want as soon as the dialog does.
    let is_new = ctx.data_mut(|data| {
        let shown_in = data.get_temp_mut_or_default::<u64>(Id::unique("export board shown"));
        std::mem::replace(shown_in, pass) + 1 < pass
    });
    let modal = modal.show(ctx, |ui| {
        let room = ctx.content_rect().size() - vec2(CHOICES_WIDTH + AROUND, BESIDE_CHOICES);
        // The choices come first where there is no room for both.
        let has_preview = room.x >= PREVIEW_MIN.x;
        let room = room.clamp(PREVIEW_MIN, PREVIEW_MAX);
        ui.set_width(if has_preview {
            CHOICES_WIDTH + room.x + space::L
        } else {
            BUTTONS_WIDTH
        });
        ui.label(RichText::new("Export board").text_style(egui::TextStyle::Heading));
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(CHOICES_WIDTH);
                // Many charts need many lines, and a small window has few.
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.spacing_mut().interact_size.y = 22.0;
                ScrollArea::vertical()
                    .id_salt("choices")
                    .max_height(room.y)
                    .min_scrolled_height(room.y)
                    .auto_shrink([false, true])
                    .show(ui, |ui| {
                        parts_ui(ui, view, &mut push);
                        form_ui(ui, view, &mut push);
                    });
            });
            if has_preview {
                ui.add_space(space::L);
                preview_ui(ui, view, room);
            }
        });
        buttons_ui(ui, view, is_new, &mut push);
    });
    if modal.should_close() {
        push(ExportAction::Close);
    }
}

fn parts_ui(ui: &mut Ui, view: &ExportView<'_>, push: &mut impl FnMut(ExportAction)) {
    let mut choice = view.choice.clone();
    ui.horizontal(|ui| {
        weak_ui(ui, said_of(view, ["On the picture", "In the table"]));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let nothing = BoardParts {
                charts: Vec::new(),
                split: false,
                figures: false,
            };
            for (label, parts) in [("None", &nothing), ("All", view.all)] {
                if ui.small_button(label).clicked() {
                    choice.parts.clone_from(parts);
                }
            }
        });
    });
    for &id in &view.all.charts {
        let mut is_on = choice.parts.charts.contains(&id);
        if ui.checkbox(&mut is_on, id.title()).clicked() {
            // In the order of the board, whatever was ticked first.
            let parts = &mut choice.parts.charts;
            let is_wanted =
                |other: &_| (*other == id && is_on) || (*other != id && parts.contains(other));
            let wanted = view.all.charts.iter().copied().filter(is_wanted);
            choice.parts.charts = wanted.collect();
        }
    }
    ui.checkbox(&mut choice.parts.split, SplitChart::TITLE);
    let tables = choice.format != Format::Csv;
    ui.add_enabled_ui(tables, |ui| {
        ui.checkbox(&mut choice.parts.figures, "Table of figures and verdict")
            .on_disabled_hover_text("As CSV the figures are an export of their own: File, Export");
    });
    let hidden = view.figures.iter();
    let hidden = hidden.filter(|one| view.shown.hidden.contains(&one.candidate));
    let hidden: Vec<&str> = hidden.map(|one| one.name.as_str()).collect();
    let said = if hidden.is_empty() {
        "With all candidates".to_owned()
    } else {
        format!("Without {}, as on the board", hidden.join(", "))
    };
    weak_ui(ui, said);
    if let Some(stretch) = view.shown.stretch {
        let stretch = stretch_text(stretch);
        weak_ui(ui, format!("Only {stretch}, as on the board")).on_hover_text(
            "Charts over time show what the board is zoomed to; Home shows all of the run again",
        );
    }
    ui.add_space(space::S);
    if choice != *view.choice {
        push(ExportAction::Choose(choice));
    }
}

fn form_ui(ui: &mut Ui, view: &ExportView<'_>, push: &mut impl FnMut(ExportAction)) {
    weak_ui(ui, "Format");
    ui.horizontal(|ui| {
        for format in [Format::Png, Format::Svg, Format::Csv] {
            let is_it = view.choice.format == format;
            if ui.radio(is_it, format.label()).clicked() && !is_it {
                push(ExportAction::Choose(BoardChoice {
                    format,
                    ..view.choice.clone()
                }));
            }
        }
    });
    let mut pictures = view.pictures;
    ui.add_enabled_ui(view.choice.format == Format::Png, |ui| {
        weak_ui(ui, "Pixels of PNG and clipboard");
        ui.horizontal(|ui| {
            for scale in PictureScale::ALL {
                ui.radio_value(&mut pictures.scale, scale, scale.label())
                    .on_hover_text(scale.about());
            }
        });
    });
    ui.add_enabled_ui(view.choice.format != Format::Csv, |ui| {
        weak_ui(ui, "Look");
        for look in PictureLook::ALL {
            ui.radio_value(&mut pictures.look, look, look.label());
        }
    });
    if pictures != view.pictures {
        push(ExportAction::Pictures(pictures));
    }
}

fn preview_ui(ui: &mut Ui, view: &ExportView<'_>, room: Vec2) {
    ui.allocate_ui(room, |ui| {
        ui.set_min_size(room);
        if view.choice.parts.is_empty() {
            ui.label("Nothing is chosen: tick what is to be exported");
            return;
        }
        match view.preview {
            Preview::Working => {
                let middle = Rect::from_center_size(ui.max_rect().center(), SPINNER);
                ui.put(middle, Spinner::new());
            }
            Preview::Failed(error) => {
                ui.colored_label(theme::palette(ui).error, error);
            }
            Preview::Table(first) => table_ui(ui, first),
            Preview::Picture(texture) => {
                let scrolled = ScrollArea::vertical().id_salt("preview");
                scrolled.max_height(room.y).show(ui, |ui| {
                    let size = texture.size_vec2();
                    let size = size * (room.x / size.x);
                    let image = egui::Image::new((texture.id(), size));
                    ui.add(image.alt_text("Preview of the picture"));
                });
            }
        }
    });
}

/// The words for a picture, or those for a table.
fn said_of<'a>(view: &ExportView<'_>, [picture, table]: [&'a str; 2]) -> &'a str {
    match view.choice.format {
        Format::Csv => table,
        _ => picture,
    }
}

/// How many rows a table has, and the first of them below its head.
fn table_ui(ui: &mut Ui, first: &FirstRows) {
    let shown = first.rows.len().saturating_sub(1) as u64;
    let all = text::counted(shown + first.more, "row", "rows");
    let said = match (shown, first.more) {
        (0, _) => "No rows: nothing of the table is chosen".to_owned(),
        (_, 0) => format!("All {all} of the table"),
        _ => format!("The first {shown} of {all} of the table"),
    };
    ui.vertical(|ui| {
        weak_ui(ui, said);
        let scrolled = ScrollArea::both().id_salt("table").auto_shrink(false);
        scrolled.show(ui, |ui| {
            ui.spacing_mut().interact_size.y = 0.0;
            let grid = Grid::new("first rows").striped(true);
            grid.spacing([space::M, 2.0]).show(ui, |ui| {
                for (number, row) in first.rows.iter().enumerate() {
                    for cell in row {
                        let cell = RichText::new(cell).small();
                        let cell = match number {
                            0 => cell.family(theme::semi_bold()),
                            _ => cell,
                        };
                        ui.add(Label::new(cell).extend());
                    }
                    ui.end_row();
                }
            });
        });
    });
}

fn buttons_ui(
    ui: &mut Ui,
    view: &ExportView<'_>,
    is_new: bool,
    push: &mut impl FnMut(ExportAction),
) {
    let can = !view.choice.parts.is_empty();
    answers_ui(ui, |ui| {
        let save = primary_button_ui(ui, "Save as…", can);
        let save = save.accessible_name(said_of(
            view,
            ["Save the picture as…", "Save the table as…"],
        ));
        if is_new {
            save.request_focus();
        }
        if save.clicked() {
            push(ExportAction::Save);
        }
        let copy = match view.choice.format {
            Format::Png => "Copy picture",
            Format::Csv => "Copy data",
            _ => "Copy as text",
        };
        if ui.add_enabled(can, egui::Button::new(copy)).clicked() {
            push(ExportAction::Copy);
        }
        if ui.button("Cancel").clicked() {
            push(ExportAction::Close);
        }
    });
}
