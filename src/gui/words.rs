//! Where a problem is, in the words of the window: "task 'request', stage 3: size" for what the file calls
//! `tasks[0].stages[2].size`.

use crate::scenario::{Candidate, Problem, Scenario};

/// The place of `problem` and what is wrong, for where it does not stand at its field.
#[must_use]
pub fn sentence(problem: &Problem, scenario: &Scenario) -> String {
    let place = place(&problem.path, scenario);
    let mut text = if place.is_empty() {
        problem.message.clone()
    } else {
        format!("{place}: {}", problem.message)
    };
    if !problem.hint.is_empty() {
        text.push_str(" – ");
        text.push_str(&problem.hint);
    }
    text
}

/// What is wrong with a file that could not be read, of which nothing has a name yet: "Line 12, column 5: task
/// kind 1, stage 3, size: …".
#[must_use]
pub fn unread(problem: &Problem) -> String {
    let numbered = |text: &str| {
        let lists = [
            ("tasks", "task kind"),
            ("candidates", "candidate"),
            ("faults", "fault"),
            ("objectives", "objective"),
            ("stages", "stage"),
            ("parts", "part"),
        ];
        lists.iter().fold(text.to_owned(), |text, (list, word)| {
            replaced(&text, list, |index| Some(format!("{word} {}", index + 1)))
        })
    };
    let mut text = problem.place.map_or_else(String::new, |place| {
        format!("Line {}, column {}: ", place.line, place.column)
    });
    if !problem.path.is_empty() {
        let parts = problem.path.split('.').filter(|part| *part != "backend");
        let words: Vec<String> = parts
            .map(|part| numbered(&part.replace('_', " ")))
            .collect();
        text.push_str(&words.join(", "));
        text.push_str(": ");
    }
    text.push_str(&numbered(&problem.message));
    if !problem.hint.is_empty() {
        text.push_str(" – ");
        text.push_str(&numbered(&problem.hint));
    }
    text
}

/// The same text with each short remark in parentheses in one piece with the word before it: a line ends before both, or
/// behind both.
#[must_use]
pub fn unbroken(text: &str) -> String {
    /// A longer remark is broken like any other text, in letters.
    const LONG: usize = 24;
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(" (") {
        let (before, remark) = rest.split_at(begin);
        let end = remark.find(')').map_or(remark.len(), |end| end + 1);
        let (remark, after) = remark.split_at(end);
        whole.push_str(before);
        if remark.chars().count() <= LONG {
            whole.push_str(&remark.replace(' ', "\u{a0}"));
        } else {
            whole.push_str(remark);
        }
        rest = after;
    }
    whole + rest
}

/// The same text with the fields of the file as words: `task time out` for `task_time_out`, `measure in protocol` for
/// `protocol.measure`. What stands in quotes is the user's and stays.
#[must_use]
pub fn spelled(text: &str) -> String {
    let word = |word: &str| {
        let name = word.trim_end_matches([' ', ',', ';', ':', '.']);
        let is_field = name.contains(['_', '.'])
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || "_.".contains(c));
        if !is_field {
            return word.to_owned();
        }
        let spaced = name.replace('_', " ");
        let parts: Vec<&str> = spaced.rsplit('.').collect();
        format!("{}{}", parts.join(" in "), &word[name.len()..])
    };
    let parts = text.split('\'').enumerate().map(|(place, part)| {
        if place % 2 == 0 {
            part.split_inclusive(' ').map(word).collect()
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<String>>().join("'")
}

/// Replaces `tasks[1]` and `candidates[1]` in a text by what they are called.
#[must_use]
pub fn named(text: &str, scenario: &Scenario) -> String {
    let labels = scenario.candidates.iter().map(Candidate::label);
    named_among(text, scenario, &labels.collect::<Vec<_>>())
}

/// The same with `candidates[1]` being that of these names.
fn named_among(text: &str, scenario: &Scenario, candidates: &[String]) -> String {
    let text = replaced(text, "tasks", |index| {
        let names: Vec<String> = scenario
            .tasks
            .iter()
            .map(|kind| kind.name.clone())
            .collect();
        Some(format!("task {}", quoted(&names, index)?))
    });
    let text = replaced(&text, "candidates", |index| {
        Some(format!("candidate {}", quoted(candidates, index)?))
    });
    let text = replaced(&text, "faults", |index| {
        Some(format!("fault {}", index + 1))
    });
    let text = replaced(&text, "objectives", |index| {
        Some(format!("objective {}", index + 1))
    });
    let text = replaced(&text, "parts", |index| Some(format!("part {}", index + 1)));
    replaced(&text, "stages", |index| {
        Some(format!("stage {}", index + 1))
    })
}

/// What `path` is called: `task 'request', stage 3, size`; empty for the scenario as a whole.
#[must_use]
pub fn place(path: &str, scenario: &Scenario) -> String {
    // A sweep and a search have lists of their own, of names.
    let chosen = match path.split('.').next() {
        Some("sweep") => scenario.sweep.as_ref().map(|sweep| &sweep.candidates),
        Some("capacity") => scenario.capacity.as_ref().map(|search| &search.candidates),
        _ => None,
    };
    // Which case of a choice it is of, `Wait` or `Open`, is told by the fields of it.
    let is_case = |part: &str| part.starts_with(|first: char| first.is_ascii_uppercase());
    let parts = path.split('.');
    let parts = parts.filter(|part| *part != "backend" && !is_case(part));
    let words = parts.map(|part| {
        let part = part.replace('_', " ");
        match chosen {
            Some(names) => named_among(&part, scenario, names),
            None => named(&part, scenario),
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

/// With a capital letter at its beginning.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The name with this index, or its number where it has none of its own; none where there is nothing.
fn quoted(names: &[String], index: usize) -> Option<String> {
    let name = names.get(index)?;
    let is_its_own = names.iter().filter(|other| *other == name).count() == 1;
    Some(if is_its_own && !name.trim().is_empty() {
        format!("'{name}'")
    } else {
        (index + 1).to_string()
    })
}

fn replaced(text: &str, list: &str, word: impl Fn(usize) -> Option<String>) -> String {
    let opening = format!("{list}[");
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&opening) {
        let (before, found) = rest.split_at(at);
        done.push_str(before);
        let inside = &found[opening.len()..];
        let named = inside
            .split_once(']')
            .and_then(|(index, after)| Some((word(index.parse().ok()?)?, after)));
        let (name, after) = named.unwrap_or_else(|| (opening.clone(), inside));
        done.push_str(&name);
        rest = after;
    }
    done.push_str(rest);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Parameter, Sweep, Values};
    use crate::support;

    #[test]
    fn a_short_remark_stays_with_the_word_before_it() {
        assert_eq!(
            unbroken("9 more repeats (about 6 min 37 s) would decide it (or not)"),
            "9 more repeats\u{a0}(about\u{a0}6\u{a0}min\u{a0}37\u{a0}s) would decide it\u{a0}(or\u{a0}not)"
        );
        let long = "a (remark that is much too long for a line of its own)";
        assert_eq!(unbroken(long), long);
        assert_eq!(unbroken("open (end"), "open\u{a0}(end");
    }

    #[test]
    fn fields_of_the_file_are_spelled_as_words_and_names_of_the_user_stay() {
        for (text, spelled_text) in [
            (
                "write attempt_time_out or task_time_out in the defences",
                "write attempt time out or task time out in the defences",
            ),
            (
                "raise protocol.measure, or shorten the parts",
                "raise measure in protocol, or shorten the parts",
            ),
            (
                "there is no task 'my_task', 1.5s.",
                "there is no task 'my_task', 1.5s.",
            ),
            ("It ends. So be it…", "It ends. So be it…"),
        ] {
            assert_eq!(spelled(text), spelled_text);
        }
    }

    #[test]
    fn a_path_reads_as_what_the_composer_calls_it() {
        let mut scenario = support::scenario();
        "request".clone_into(&mut scenario.tasks[0].name);
        let problem = Problem::error("tasks[0].stages[2].size", "it is 0", "at least 1");
        assert_eq!(
            sentence(&problem, &scenario),
            "task 'request', stage 3, size: it is 0 – at least 1"
        );
        let problem = Problem::error("candidates[0].backend.in_flight", "it is 0", "");
        let label = scenario.candidates[0].label();
        assert_eq!(
            sentence(&problem, &scenario),
            format!("candidate '{label}', in flight: it is 0")
        );
        let problem = Problem::error("faults[1].inject.added", "it is 0", "");
        let told = "fault 2, inject, added: it is 0";
        assert_eq!(sentence(&problem, &scenario), told);
        assert_eq!(unread(&problem), told);
    }

    #[test]
    fn a_setting_that_differs_is_called_without_the_case_that_it_is_of() {
        let mut scenario = support::scenario();
        "request".clone_into(&mut scenario.tasks[0].name);
        let told = |path| capitalised(&place(path, &scenario));
        assert_eq!(
            told("tasks[0].stages[1].Wait.time.Constant"),
            "Task 'request', stage 2, time"
        );
        assert_eq!(told("load.Open.rate_per_sec"), "Load, rate per sec");
        assert_eq!(told("backend.Threads.workers"), "Workers");
        assert_eq!(told("backend"), "");
    }

    #[test]
    fn the_candidates_of_a_sweep_are_called_as_its_own_list_does() {
        let mut scenario = support::scenario();
        let values = Values::List([1.0, 2.0].map(Into::into).to_vec());
        let mut sweep = Sweep::of(Parameter::Workers, values);
        sweep.candidates = vec!["the last one".to_owned()];
        scenario.sweep = Some(sweep);
        assert_eq!(
            place("sweep.candidates[0]", &scenario),
            "sweep, candidate 'the last one'"
        );
        assert_eq!(place("sweep.x.vary", &scenario), "sweep, x, vary");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_by_lines_and_numbers() {
        let mut problem = Problem::error(
            "tasks[0].stages[2].hold_tasks",
            "'a' is the name of tasks[3] too",
            "",
        );
        assert_eq!(
            unread(&problem),
            "task kind 1, stage 3, hold tasks: 'a' is the name of task kind 4 too"
        );
        problem.place = Some(crate::scenario::Place {
            line: 12,
            column: 5,
        });
        problem.path = "load.parts[1].rate_per_sec".to_owned();
        assert!(unread(&problem).starts_with("Line 12, column 5: load, part 2, rate per sec: "));
    }

    #[test]
    fn what_is_not_there_or_no_index_stays_as_it_is() {
        let scenario = support::scenario();
        for text in ["tasks[99] too", "tasks[x] and tasks[", "nothing"] {
            assert_eq!(named(text, &scenario), text);
        }
    }
}
