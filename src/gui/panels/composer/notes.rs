//! Which problem stands where: at its field, else at its card, else at the top of the panel.
//!
//! Each problem is handed out once. Whoever draws asks first for a field's own problems, and at the end of a
//! card for what is left below its path; so a problem of a folded card, or of a field that is not shown, is
//! still seen.

use crate::scenario::{Problem, Severity};

/// The problems of a frame, and which of them have a place already.
#[derive(Debug)]
pub(super) struct Notes<'a> {
    problems: &'a [Problem],
    placed: Vec<bool>,
}

impl<'a> Notes<'a> {
    /// None of `problems` has a place yet.
    pub(super) fn new(problems: &'a [Problem]) -> Self {
        Self {
            problems,
            placed: vec![false; problems.len()],
        }
    }

    /// Those of exactly the field `path` that have no place yet.
    pub(super) fn take_at(&mut self, path: &str) -> Vec<&'a Problem> {
        self.take(|problem| problem.path == path)
    }

    /// Those of `path` and of anything below it that have no place yet.
    pub(super) fn take_under(&mut self, path: &str) -> Vec<&'a Problem> {
        self.take(|problem| is_under(&problem.path, path))
    }

    /// Those that no part of the panel will place: their path begins with none of `roots`.
    pub(super) fn take_outside(&mut self, roots: &[&str]) -> Vec<&'a Problem> {
        self.take(|problem| !roots.iter().any(|root| is_under(&problem.path, root)))
    }

    /// How many (errors, warnings) there are in all.
    pub(super) fn counts(&self) -> (usize, usize) {
        let errors = self
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .count();
        (errors, self.problems.len() - errors)
    }

    fn take(&mut self, wanted: impl Fn(&Problem) -> bool) -> Vec<&'a Problem> {
        let mut found = Vec::new();
        for (problem, placed) in self.problems.iter().zip(&mut self.placed) {
            if !*placed && wanted(problem) {
                *placed = true;
                found.push(problem);
            }
        }
        found
    }
}

/// Whether `path` is `root` or a part of it: `tasks[1]` is no part of `tasks[10]`.
fn is_under(path: &str, root: &str) -> bool {
    path.strip_prefix(root)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems() -> Vec<Problem> {
        [
            "tasks[1].name",
            "tasks[10].name",
            "tasks[1].stages[0].size",
            "format",
            "",
        ]
        .map(|path| Problem::error(path, "wrong", ""))
        .into()
    }

    fn paths(found: &[&Problem]) -> Vec<String> {
        found.iter().map(|problem| problem.path.clone()).collect()
    }

    #[test]
    fn a_problem_has_one_place_only() {
        let problems = problems();
        let mut notes = Notes::new(&problems);
        assert_eq!(paths(&notes.take_at("tasks[1].name")), ["tasks[1].name"]);
        assert!(notes.take_at("tasks[1].name").is_empty());
        assert_eq!(
            paths(&notes.take_under("tasks[1]")),
            ["tasks[1].stages[0].size"]
        );
    }

    #[test]
    fn what_no_part_of_the_panel_places_is_for_the_top() {
        let problems = problems();
        let mut notes = Notes::new(&problems);
        assert_eq!(
            paths(&notes.take_outside(&["tasks", "load"])),
            ["format", ""]
        );
        assert_eq!(notes.take_under("tasks").len(), 3);
    }

    #[test]
    fn warnings_are_counted_apart() {
        let problems = [Problem::error("a", "", ""), Problem::warning("b", "", "")];
        assert_eq!(Notes::new(&problems).counts(), (1, 1));
    }
}
