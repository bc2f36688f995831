//! What has a name: each kind of finding once, with everybody who has it, the evidence, and what to do.

use egui::{Label, RichText, Ui};

use crate::analysis::{CandidateFigures, Finding, FindingKind};
use crate::gui::panels::results::evidence::{Evidence, evidence_ui};
use crate::gui::theme::{self, space};
use crate::gui::widgets::weak_ui;
use crate::gui::words::capitalised;

/// A kind with all who have it.
struct Group<'a> {
    kind: FindingKind,
    of: Vec<(&'a CandidateFigures, &'a Finding)>,
}

/// The kinds that are among `all`, the worst first; candidates in the scenario's order.
fn groups(all: &[CandidateFigures]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for figures in all {
        for finding in &figures.findings {
            match groups.iter_mut().find(|group| group.kind == finding.kind) {
                Some(group) => group.of.push((figures, finding)),
                None => groups.push(Group {
                    kind: finding.kind,
                    of: vec![(figures, finding)],
                }),
            }
        }
    }
    groups.sort_by_key(|group| group.kind);
    groups
}

/// Shows all findings of all candidates; sets `asked` where the evidence of one is asked for.
pub(super) fn findings_ui(ui: &mut Ui, all: &[CandidateFigures], asked: &mut Option<Evidence>) {
    let groups = groups(all);
    if groups.is_empty() {
        weak_ui(ui, "Nothing that has a name holds a candidate up");
    }
    for group in groups {
        group_ui(ui, &group, asked);
        ui.add_space(space::XS);
    }
}

fn group_ui(ui: &mut Ui, group: &Group<'_>, asked: &mut Option<Evidence>) {
    let palette = theme::palette(ui);
    let label = capitalised(group.kind.label());
    let head = if group.kind.is_trouble() {
        RichText::new(format!("⚠ {label}")).color(palette.warning)
    } else {
        RichText::new(label)
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.label(head.family(theme::semi_bold()));
        // Of several candidates the first: the page that opens has the others beside it.
        if let Some((figures, _)) = group.of.first() {
            let evidence = Evidence::of(group.kind, figures.candidate);
            evidence_ui(ui, evidence, group.kind.label(), asked);
        }
    });
    for line in lines(group) {
        ui.add(Label::new(line).wrap());
    }
    let advice = RichText::new(format!("→ {}", group.kind.advice())).color(palette.weak);
    ui.add(Label::new(advice).wrap());
}

/// Who has it, with the evidence; those of whom the same is to be said share a line.
fn lines(group: &Group<'_>) -> Vec<String> {
    let mut told: Vec<(&str, Vec<&str>)> = Vec::new();
    for (figures, finding) in &group.of {
        match told
            .iter_mut()
            .find(|(evidence, _)| *evidence == finding.evidence)
        {
            Some((_, names)) => names.push(&figures.name),
            None => told.push((&finding.evidence, vec![&figures.name])),
        }
    }
    let line = |(evidence, names): &(&str, Vec<&str>)| format!("{}: {evidence}", names.join(", "));
    told.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::support;

    #[test]
    fn each_kind_stands_once_with_all_who_have_it() {
        let mut figures = candidate_figures(&support::sample_run());
        let found = |kind| Finding {
            kind,
            evidence: "so it is".to_owned(),
        };
        for figures in &mut figures {
            figures.findings = vec![found(FindingKind::CpuBound)];
        }
        figures[1]
            .findings
            .insert(0, found(FindingKind::QueueBound));
        let groups = groups(&figures);
        let kinds: Vec<_> = groups.iter().map(|group| group.kind).collect();
        assert_eq!(kinds, [FindingKind::QueueBound, FindingKind::CpuBound]);
        assert_eq!((groups[0].of.len(), groups[1].of.len()), (1, figures.len()));
        let names: Vec<&str> = figures
            .iter()
            .map(|figures| figures.name.as_str())
            .collect();
        assert_eq!(
            lines(&groups[1]),
            [format!("{}: so it is", names.join(", "))]
        );
        assert_eq!(capitalised("wait-bound"), "Wait-bound");
    }
}
