//! The lines on interpreters. They name no path: a report can be pasted.

use crate::analysis::checkup::{Judgement, Line, Section, Unit};
use crate::run::interpreters::{FoundInterpreter, Interpreters};

/// All lines that follow from a search, or why there was none.
#[must_use]
pub fn interpreter_lines(search: &Result<Interpreters, String>) -> Vec<Line> {
    const SECTION: Section = Section::Interpreters;
    let found = match search {
        Ok(found) => found,
        Err(problem) => {
            return vec![Line::fact(SECTION, "search", "failed").judged(
                Judgement::Poor,
                "candidates of CPython need an interpreter",
                problem,
            )];
        }
    };
    let mut lines: Vec<Line> = found.list.iter().flat_map(lines_of).collect();
    if found.usable().next().is_none() {
        lines.push(
            Line::fact(SECTION, "interpreters that can be used", "none").judged(
                Judgement::Fair,
                "candidates of CPython need Python 3.9 or later; all else works without",
                "",
            ),
        );
    }
    if found.left_out > 0 {
        let left_out = Some(f64::from(found.left_out));
        lines.push(Line::figure(
            SECTION,
            "not asked, as there are too many",
            left_out,
            Unit::Count,
        ));
    }
    lines
}

fn lines_of(found: &FoundInterpreter) -> Vec<Line> {
    let name = found.names.join(", ");
    let fact = |about: &str, text: String| {
        Line::fact(Section::Interpreters, &format!("{name}{about}"), text)
    };
    let facts = found.facts.as_ref();
    if let Some(trouble) = &found.trouble {
        let line = fact("", format!("cannot be used: it {}", trouble.what));
        return vec![line];
    }
    facts.map_or_else(Vec::new, |facts| {
        vec![
            fact(
                "",
                format!("{}, {}", facts.title(), facts.threading.label()),
            ),
            fact(": build", facts.build()),
            fact(": packages", facts.packages_label()),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::interpreters::{InterpreterFacts, Threading, Trouble};

    #[test]
    fn who_can_be_used_is_described_and_who_cannot_says_why_without_a_path() {
        let good = FoundInterpreter {
            names: vec!["python".to_owned(), "python3.13t".to_owned()],
            configured: false,
            path: "/home/someone/python3".to_owned(),
            facts: Some(InterpreterFacts {
                executable: "/home/someone/python3".to_owned(),
                implementation: "CPython".to_owned(),
                version: "3.13.0".to_owned(),
                compiler: "GCC 12.2.0".to_owned(),
                threading: Threading::Free,
                ..InterpreterFacts::default()
            }),
            trouble: None,
        };
        let bad = FoundInterpreter {
            names: vec!["python3.9".to_owned()],
            facts: None,
            trouble: Some(Trouble {
                what: "ended with code 127".to_owned(),
                said: "/home/someone/x: not found".to_owned(),
            }),
            ..good.clone()
        };
        let texts = |list| {
            let search = Ok(Interpreters { list, left_out: 3 });
            let lines = interpreter_lines(&search);
            let each = lines.iter();
            each.map(|line| format!("{} = {}", line.what, line.found))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            texts(vec![good, bad.clone()]),
            [
                "python, python3.13t = CPython 3.13.0, free-threaded",
                "python, python3.13t: build = GCC 12.2.0",
                "python, python3.13t: packages = none of joblib, distributed, ray",
                "python3.9 = cannot be used: it ended with code 127",
                "not asked, as there are too many = 3",
            ]
        );
        assert_eq!(texts(vec![bad])[1], "interpreters that can be used = none");
        let failed = interpreter_lines(&Err("local.ron:1:2: no".to_owned()));
        assert_eq!(failed[0].advice.as_deref(), Some("local.ron:1:2: no"));
    }
}
