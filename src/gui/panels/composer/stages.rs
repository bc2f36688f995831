//! The cards of a task's stages: one line each, and the fields of those that are open.

use egui::{TextStyle, Ui};

use crate::gui::panels::composer::cards::{self, Card, FoldLine};
use crate::gui::panels::composer::clipboard::Asked;
use crate::gui::panels::composer::convert;
use crate::gui::panels::composer::edit;
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::kinds::{StageType, default_stage};
use crate::gui::panels::composer::lines::explained_item_ui;
use crate::gui::panels::composer::stage_fields::{fields_ui, summary};
use crate::gui::theme::{self, space};
use crate::scenario::Stage;

/// Shows the stages of the task kind `owner` as cards; `open` says which show their fields.
pub(super) fn stages_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    stages: &mut Vec<Stage>,
    open: &mut Vec<bool>,
) {
    open.resize(stages.len(), false);
    let list = format!("{}.stages", owner.path);
    let len = stages.len();
    let mut asked = None;
    let mut places = Vec::with_capacity(len);
    for (index, (stage, open)) in stages.iter_mut().zip(open.iter_mut()).enumerate() {
        let name = format!("stage {} of {}", index + 1, owner.name);
        let card = Card {
            list: &list,
            index,
            len,
            name: &name,
        };
        let frame = cards::frame(theme::palette(ui), true);
        let response = frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            let here = stage_ui(ui, form, card, stage, open);
            asked = asked.take().or(here);
        });
        places.push(response.response.rect);
    }
    form.rest(ui, &list);
    add_stage_ui(ui, form, owner, stages, open);
    let asked = asked
        .or_else(|| form.clipboard.take(ui, &list))
        .or_else(|| cards::drop_ui(ui, &list, &places, form.locked).map(Asked::Edit));
    match asked {
        Some(Asked::Edit(edit)) => {
            edit::apply(stages, edit, |stages, at| stages[at].clone());
            edit::apply(open, edit, |open, at| open[at]);
            form.drafts.clear();
        }
        Some(Asked::Paste { at, text }) => {
            form.clipboard.paste(&text, at, stages, open);
            form.drafts.clear();
        }
        None => {}
    }
}

fn add_stage_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    stages: &mut Vec<Stage>,
    open: &mut Vec<bool>,
) {
    let mut pastes = false;
    form.add_menu(
        ui,
        "Add stage",
        &format!("Add stage to {}", owner.name),
        |ui| {
            for kind in StageType::ALL {
                if explained_item_ui(ui, false, kind.title(), kind.explanation()) {
                    stages.push(default_stage(kind));
                    open.push(true);
                }
            }
            ui.separator();
            let explained = "What was copied here, in another window or in an editor";
            pastes = explained_item_ui(ui, false, "Paste stage", explained);
        },
    );
    if pastes {
        let list = format!("{}.stages", owner.path);
        form.clipboard.want(ui, &list, stages.len());
    }
}

fn stage_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    card: Card<'_>,
    stage: &mut Stage,
    open: &mut bool,
) -> Option<Asked> {
    let title = format!("{} · {}", card.index + 1, StageType::of(stage).title());
    // What the fields say need not be said twice.
    let summary = if *open { String::new() } else { summary(stage) };
    let line = FoldLine {
        title: &title,
        summary: &summary,
        name: card.name,
        style: TextStyle::Body,
    };
    let (edit, line) = cards::card_header_ui(ui, card, &line, open, form.locked, |_| {});
    let place = (card.list, card.index, card.name);
    let asked = form.clipboard.line_ui(ui, &line, place, stage, form.locked);
    let asked = edit.map(Asked::Edit).or(asked);
    let owner = Owner::new(format!("{}[{}]", card.list, card.index), card.name);
    if *open {
        let types = StageType::ALL.map(|kind| (kind, kind.title(), kind.explanation()));
        let field = owner.field("type", "Type", "What the stage does");
        if let Some(kind) = form.combo(ui, &field, StageType::of(stage), &types) {
            *stage = convert::convert_stage(stage, kind);
        }
        fields_ui(ui, form, &owner, stage);
    }
    form.rest(ui, &owner.path);
    asked
}
