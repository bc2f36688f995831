//! The cards of a task's stages: one line each, and the fields of those that are open.

use egui::{TextStyle, Ui};

use crate::gui::panels::composer::cards::{self, Card, FoldLine};
use crate::gui::panels::composer::clipboard::Asked;
use crate::gui::panels::composer::convert;
use crate::gui::panels::composer::edit;
use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::kinds::{StageType, default_stage};
use crate::gui::panels::composer::lines::explained_item_ui;
use crate::gui::panels::composer::stage_drag::StageList;
use crate::gui::panels::composer::stage_fields::{fields_ui, summary};
use crate::gui::theme::{self, space};
use crate::scenario::Stage;

/// Shows the stages of the task kind `owner` as cards; `open` says which show their fields, and `kinds` are the names of
/// all task kinds. Returns where the cards lie, and what is to go to another kind.
pub(super) fn stages_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    (stages, open): (&mut Vec<Stage>, &mut Vec<bool>),
    kinds: &[String],
) -> StageList {
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
            let here = stage_ui(ui, form, card, (stage, open), (owner, kinds));
            asked = asked.take().or(here);
        });
        places.push(response.response.rect);
    }
    form.rest(ui, &list);
    let end = ui.cursor().top() - space::XS / 2.0;
    add_stage_ui(ui, form, owner, stages, open);
    let asked = asked.or_else(|| form.clipboard.take(ui, &list));
    let mut sent = None;
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
        Some(Asked::Send { at, to }) => sent = Some((at, to)),
        None => {}
    }
    StageList {
        list,
        places,
        end,
        len: stages.len(),
        sent,
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
    (stage, open): (&mut Stage, &mut bool),
    (of, kinds): (&Owner, &[String]),
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
    let others: Vec<(usize, &str)> = (kinds.iter().map(String::as_str).enumerate())
        .filter(|(_, kind)| *kind != of.name)
        .collect();
    let menu = (others.as_slice(), form.locked);
    let asked = form.clipboard.line_ui(ui, &line, place, stage, menu);
    let mut asked = edit.map(Asked::Edit).or(asked);
    let owner = Owner::new(format!("{}[{}]", card.list, card.index), card.name);
    if *open {
        let types = StageType::ALL.map(|kind| (kind, kind.title(), kind.explanation()));
        let field = owner.field("type", "Type", "What the stage does");
        if let Some(kind) = form.combo(ui, &field, StageType::of(stage), &types) {
            *stage = convert::convert_stage(stage, kind);
        }
        fields_ui(ui, form, &owner, stage);
        asked = asked.or_else(|| send_ui(ui, form, card, (of, kinds)));
    }
    form.rest(ui, &owner.path);
    asked
}

/// The menu that sends a stage to another task kind.
fn send_ui(
    ui: &mut Ui,
    form: &Form<'_>,
    card: Card<'_>,
    (of, kinds): (&Owner, &[String]),
) -> Option<Asked> {
    if kinds.len() < 2 {
        return None;
    }
    let mut asked = None;
    let name = format!("Move {} to another task kind", card.name);
    form.add_menu(ui, "Move to…", &name, |ui| {
        for (to, kind) in kinds.iter().enumerate() {
            let explained = "To its end";
            if *kind != of.name && explained_item_ui(ui, false, &format!("To {kind}"), explained) {
                asked = Some(Asked::Send { at: card.index, to });
            }
        }
    });
    asked
}
