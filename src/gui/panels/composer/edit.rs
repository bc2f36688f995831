//! What can be done to the lists of a scenario, without drawing: adding, moving, copying, removing.
//!
//! Nothing here checks a scenario; an edit may leave it in need of more (a list without an entry), and
//! validation says so at the place. Changing one form of a thing into another is in `convert`.

use crate::gui::panels::composer::kinds::{StageType, default_stage};
use crate::scenario::{AsyncCpu, Backend, Candidate, Interpreter, TaskKind};

/// A change of the order or the length of a list, as its cards' buttons ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListEdit {
    /// Put a copy behind the entry.
    Duplicate(usize),
    /// Take the entry out.
    Remove(usize),
    /// Take the entry at `from` out and put it back so that it becomes entry `to`.
    Move {
        /// Where it is.
        from: usize,
        /// Where it will be.
        to: usize,
    },
}

/// Applies `edit` to `items`; a copy is made by `copy` from the list and the index of the original.
///
/// Indices outside of the list change nothing: a drag can end after the list has become shorter.
pub(super) fn apply<T>(items: &mut Vec<T>, edit: ListEdit, copy: impl FnOnce(&[T], usize) -> T) {
    match edit {
        ListEdit::Duplicate(at) if at < items.len() => {
            let new = copy(items, at);
            items.insert(at + 1, new);
        }
        ListEdit::Remove(at) if at < items.len() => {
            items.remove(at);
        }
        ListEdit::Move { from, to } if from < items.len() => {
            let item = items.remove(from);
            items.insert(to.min(items.len()), item);
        }
        ListEdit::Duplicate(_) | ListEdit::Remove(_) | ListEdit::Move { .. } => {}
    }
}

/// Where an entry ends up that is dropped into the gap before entry `gap` (or behind the last one).
pub(super) const fn dropped_at(from: usize, gap: usize) -> usize {
    // Taking the entry out moves all later ones up by one.
    if gap > from { gap - 1 } else { gap }
}

/// `wanted`, or `wanted 2`, `wanted 3` … until it is not among `taken`; a number at its end is counted up.
pub(super) fn fresh_name<S: AsRef<str>>(wanted: &str, taken: &[S]) -> String {
    let is_taken = |name: &str| taken.iter().any(|other| other.as_ref() == name);
    if !is_taken(wanted) {
        return wanted.to_owned();
    }
    let stem = match wanted.rsplit_once(' ') {
        Some((stem, number)) if !stem.is_empty() && number.parse::<u32>().is_ok() => stem,
        _ => wanted,
    };
    // One more than there are names: one of them is free.
    (2..=taken.len() + 2)
        .map(|number| format!("{stem} {number}"))
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| wanted.to_owned())
}

/// A copy of a task kind, under a name that no other has.
pub(super) fn copy_of_task(tasks: &[TaskKind], at: usize) -> TaskKind {
    let names: Vec<&str> = tasks.iter().map(|task| task.name.as_str()).collect();
    TaskKind {
        name: fresh_name(&tasks[at].name, &names),
        ..tasks[at].clone()
    }
}

/// A task kind to begin with.
pub(super) fn new_task(tasks: &[TaskKind]) -> TaskKind {
    let names: Vec<&str> = tasks.iter().map(|task| task.name.as_str()).collect();
    TaskKind {
        name: fresh_name("task", &names),
        weight: 1.0,
        stages: vec![default_stage(StageType::Cpu)],
    }
}

/// A copy of a candidate. Its name tells it from the original: two equal candidates are a fair question
/// (how far do they differ by chance?), but need two names.
pub(super) fn copy_of_candidate(candidates: &[Candidate], at: usize) -> Candidate {
    let names: Vec<String> = candidates.iter().map(Candidate::label).collect();
    Candidate {
        name: Some(fresh_name(&names[at], &names)),
        ..candidates[at].clone()
    }
}

/// Adds each of `wanted`; of several, those that are there already are left out, and their names given back.
pub(super) fn add_candidates(candidates: &mut Vec<Candidate>, wanted: &[Candidate]) -> Vec<String> {
    // Asking for a single one must have an effect that can be seen: one that is there is copied.
    if let [candidate] = wanted
        && let Some(at) = place_of(candidates, candidate)
    {
        let copy = copy_of_candidate(candidates, at);
        candidates.push(copy);
        return Vec::new();
    }
    let mut left_out = Vec::new();
    for candidate in wanted {
        match place_of(candidates, candidate) {
            Some(at) => left_out.push(candidates[at].label()),
            None => candidates.push(candidate.clone()),
        }
    }
    left_out
}

/// Which of the candidates runs as `wanted` would.
pub(super) fn place_of(candidates: &[Candidate], wanted: &Candidate) -> Option<usize> {
    candidates.iter().position(|candidate| {
        (candidate.backend, candidate.interpreter) == (wanted.backend, wanted.interpreter)
    })
}

/// Gives a candidate the settings of `new`, and takes away those that its back end does not have. A name that
/// was made by duplicating told of the old settings, so it goes if the new settings make a name that no other
/// candidate has.
pub(super) fn set_candidate(candidates: &mut [Candidate], at: usize, mut new: Candidate) {
    if !new.is_python() {
        new.python = None;
    }
    if !has_shared_interpreter(new.backend) {
        new.interpreter = Interpreter::None;
    }
    let label = made_label(&new);
    let is_free = candidates
        .iter()
        .enumerate()
        .all(|(other, candidate)| other == at || candidate.label() != label);
    let old = made_label(&candidates[at]);
    let was_made = new.name.as_deref().is_some_and(|name| {
        name.strip_prefix(&old)
            .and_then(|rest| rest.strip_prefix(' '))
            .is_some_and(|number| number.parse::<u32>().is_ok())
    });
    if was_made && is_free && label != old {
        new.name = None;
    }
    candidates[at] = new;
}

/// Whether native threads of `backend` compute beside each other in one process, so that they can share an
/// interpreter lock.
pub(super) const fn has_shared_interpreter(backend: Backend) -> bool {
    match backend {
        Backend::Threads { .. } => true,
        Backend::Async { cpu, .. } => !matches!(cpu, AsyncCpu::Processes { .. }),
        _ => false,
    }
}

/// What the candidate is called without a name of its own.
pub(super) fn made_label(candidate: &Candidate) -> String {
    let unnamed = Candidate {
        name: None,
        ..candidate.clone()
    };
    unnamed.label()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::PythonPool;

    fn with_backend(list: &mut [Candidate], at: usize, backend: Backend) {
        let candidate = list[at].clone();
        set_candidate(
            list,
            at,
            Candidate {
                backend,
                ..candidate
            },
        );
    }

    #[test]
    fn moving_takes_an_entry_out_and_puts_it_back_at_its_new_place() {
        for (from, to, expected) in [
            (0, 2, "bca"),
            (2, 0, "cab"),
            (1, 1, "abc"),
            (0, 9, "bca"),
            (7, 0, "abc"),
        ] {
            let mut items: Vec<char> = "abc".chars().collect();
            apply(&mut items, ListEdit::Move { from, to }, |items, at| {
                items[at]
            });
            assert_eq!(items.iter().collect::<String>(), expected, "{from} to {to}");
        }
    }

    #[test]
    fn an_edit_outside_of_the_list_changes_nothing() {
        for edit in [
            ListEdit::Duplicate(0),
            ListEdit::Remove(0),
            ListEdit::Move { from: 0, to: 0 },
        ] {
            let mut items: Vec<u8> = Vec::new();
            apply(&mut items, edit, |items, at| items[at]);
            assert!(items.is_empty());
        }
    }

    #[test]
    fn a_gap_behind_the_dragged_entry_counts_without_it() {
        assert_eq!(dropped_at(0, 3), 2);
        assert_eq!(dropped_at(2, 0), 0);
        assert_eq!(dropped_at(1, 1), 1);
        assert_eq!(dropped_at(1, 2), 1);
    }

    #[test]
    fn a_fresh_name_counts_up_from_the_original() {
        assert_eq!(fresh_name("request", &["upload"]), "request");
        assert_eq!(fresh_name("request", &["request"]), "request 2");
        assert_eq!(
            fresh_name("request 2", &["request", "request 2"]),
            "request 3"
        );
        assert_eq!(fresh_name("", &[""]), " 2");
        assert_eq!(fresh_name("7", &["7"]), "7 2");
    }

    #[test]
    fn a_copied_task_differs_in_its_name_only() {
        let tasks = vec![new_task(&[])];
        let copy = copy_of_task(&tasks, 0);
        assert_eq!(copy.name, "task 2");
        assert_eq!(
            TaskKind {
                name: "task".to_owned(),
                ..copy
            },
            tasks[0]
        );
    }

    #[test]
    fn a_copied_candidate_has_a_name_until_its_settings_make_one() {
        let mut list = vec![Candidate::of(Backend::threads(8))];
        apply(&mut list, ListEdit::Duplicate(0), copy_of_candidate);
        assert_eq!(list[1].name.as_deref(), Some("threads ×8 2"));
        with_backend(&mut list, 1, Backend::threads(16));
        assert_eq!(list[1].label(), "threads ×16");
        let locked = Candidate {
            interpreter: Interpreter::LOCK,
            ..list[1].clone()
        };
        list.push(Candidate {
            name: Some("threads ×16 2".to_owned()),
            ..list[1].clone()
        });
        set_candidate(
            &mut list,
            2,
            Candidate {
                name: Some("threads ×16 2".to_owned()),
                ..locked
            },
        );
        assert_eq!(list[2].label(), "threads ×16, interpreter lock");
    }

    #[test]
    fn what_another_back_end_does_not_have_goes_with_the_old_one() {
        let mut list = vec![Candidate {
            interpreter: Interpreter::LOCK,
            ..Candidate::of(Backend::threads(2))
        }];
        with_backend(&mut list, 0, Backend::Python(PythonPool::Sequential));
        assert_eq!(list[0].interpreter, Interpreter::None);
        list[0].python = Some("nightly".to_owned());
        with_backend(&mut list, 0, Backend::Sequential);
        assert_eq!(list[0], Candidate::of(Backend::Sequential));
    }

    #[test]
    fn a_name_that_somebody_gave_stays_when_the_settings_change() {
        let mut list = vec![Candidate {
            name: Some("big".to_owned()),
            ..Candidate::of(Backend::Sequential)
        }];
        with_backend(&mut list, 0, Backend::threads(2));
        assert_eq!(list[0].label(), "big");
    }

    #[test]
    fn several_candidates_are_added_without_those_that_are_there() {
        let mut list = vec![Candidate::of(Backend::threads(2))];
        let wanted = [1, 2, 4].map(Backend::threads).map(Candidate::of);
        assert_eq!(add_candidates(&mut list, &wanted), ["threads ×2"]);
        let names: Vec<String> = list.iter().map(Candidate::label).collect();
        assert_eq!(names, ["threads ×2", "threads ×1", "threads ×4"]);
    }

    #[test]
    fn a_single_candidate_that_is_there_already_is_added_as_a_copy() {
        let mut list = vec![
            Candidate::of(Backend::Sequential),
            Candidate::of(Backend::threads(2)),
        ];
        let left_out = add_candidates(&mut list, &[Candidate::of(Backend::Sequential)]);
        assert!(left_out.is_empty());
        assert_eq!(list[2].label(), "sequential 2");
    }
}
