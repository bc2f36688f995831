//! Stages alone as text, for the clipboard: what stands between the brackets of `stages: […]`.

use ron::extensions::Extensions;
use ron::ser::PrettyConfig;

use crate::scenario::decode::decode;
use crate::scenario::tree::Value;
use crate::scenario::{MAX_FILE_BYTES, Problem, Stage, grammar};

/// The text of a stage on one line, as it stands in a scenario file.
///
/// # Panics
/// Never: every stage can be written.
#[must_use]
pub fn stage_text(stage: &Stage) -> String {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    let on_one_line = PrettyConfig::new().depth_limit(0).struct_names(false);
    options
        .to_string_pretty(stage, on_one_line)
        .expect("a stage consists of what RON can express")
}

/// Reads a stage, or a list of stages in brackets; a comma behind it is no matter.
///
/// # Errors
/// What is wrong with the text, at least one problem, each with line and column.
pub fn parse_stages(text: &str) -> Result<Vec<Stage>, Vec<Problem>> {
    let text = text.trim_end().trim_end_matches(',');
    if text.trim().is_empty() || text.len() > MAX_FILE_BYTES {
        return Err(vec![Problem::error("", "there is no stage in it", "")]);
    }
    let tree = grammar::read(text);
    if !tree.problems.is_empty() {
        return Err(tree.problems);
    }
    let read = if matches!(tree.root.value, Value::List(_)) {
        decode::<Vec<Stage>>(&tree)
    } else {
        let one = decode::<Stage>(&tree);
        crate::scenario::decode::Decoded {
            value: one.value.map(|stage| vec![stage]),
            problems: one.problems,
            invented: one.invented,
        }
    };
    match read.value {
        Some(stages) if read.problems.is_empty() && !stages.is_empty() => Ok(stages),
        _ if read.problems.is_empty() => {
            Err(vec![Problem::error("", "there is no stage in it", "")])
        }
        _ => Err(read.problems),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::bundled;
    use crate::scenario::parse;

    #[test]
    fn every_stage_of_the_library_is_read_as_it_was_written() {
        let mut seen = 0;
        for file in bundled() {
            for task in parse(file.text).scenario.unwrap().tasks {
                for stage in &task.stages {
                    let text = stage_text(stage);
                    assert!(!text.contains('\n'), "{text}");
                    assert_eq!(parse_stages(&text), Ok(vec![stage.clone()]), "{text}");
                    seen += 1;
                }
                let all: Vec<String> = task.stages.iter().map(stage_text).collect();
                let list = format!("[{}]", all.join(", "));
                assert_eq!(parse_stages(&list), Ok(task.stages));
            }
        }
        assert!(seen > 0);
    }

    #[test]
    fn a_stage_may_come_as_an_editor_has_it() {
        let text = "  // twice a second\n  Wait(time: Constant(\"5ms\")),\n";
        assert_eq!(parse_stages(text).unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_stage_is_refused_with_a_place() {
        for text in [
            "",
            "  ",
            "hello",
            "[]",
            "Wait(",
            "Wait(tiem: 3)",
            "(title: \"T\")",
        ] {
            let problems = parse_stages(text).unwrap_err();
            assert!(!problems.is_empty(), "{text}");
        }
        let problems = parse_stages("Wait(\n time: Constant(\"soon\"))").unwrap_err();
        assert_eq!(problems[0].place.unwrap().line, 2);
    }
}
