//! The rules of the house, read off the sources: who may import whom, and how code in here is written.
//!
//! Everything works on lines of formatted code and knows no grammar; what `rustfmt` does to a file is relied on.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which folder of `src` may use which others, beside `units` and itself: the table of the crate documentation.
const IMPORTS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("stats", &[]),
    ("scenario", &[]),
    ("sampler", &[]),
    ("wire", &["scenario", "stats"]),
    ("engine", &["scenario", "stats"]),
    (
        "runner",
        &["engine", "sampler", "wire", "scenario", "stats"],
    ),
    ("run", &["wire", "scenario", "stats"]),
    ("session", &["run", "wire", "scenario"]),
    ("analysis", &["run", "scenario", "stats"]),
    ("chart", &["run", "analysis", "stats"]),
    ("export", &["chart", "run", "analysis", "scenario"]),
    ("cli", &["session", "run", "analysis", "export", "scenario"]),
    (
        "gui",
        &["session", "run", "analysis", "chart", "export", "scenario"],
    ),
];

/// What the executable itself may use.
const IMPORTS_OF_MAIN: &[&str] = &["cli", "gui", "runner"];

/// Longer files are hard to keep in one's head.
const FILE_LINES_MAX: usize = 500;

/// Longer functions do more than one thing.
const FUNCTION_LINES_MAX: usize = 70;

/// Files and functions (`file: function`) that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[];

/// One source file.
struct Source {
    /// Relative to the package, with slashes.
    path: String,
    /// All of it.
    text: String,
    /// Whether only tests see this file: its module is declared under `#[cfg(test)]`.
    test_only: bool,
}

/// A rule that was not kept: where, and what is wrong.
type Finding = String;

#[test]
fn folders_import_only_what_the_table_allows() {
    check("src", |source| {
        let parts: Vec<&str> = source.path.split('/').collect();
        let code = source.code();
        match parts[..] {
            ["src", "lib.rs"] => Vec::new(),
            ["src", "main.rs"] => used(&code, "poolscope::")
                .into_iter()
                .filter(|folder| !IMPORTS_OF_MAIN.contains(&folder.as_str()))
                .map(|folder| format!("main may not use {folder}"))
                .collect(),
            ["src", folder, ..] => imports(folder, &code),
            _ => vec!["a file outside of src".to_owned()],
        }
    });
}

#[test]
fn the_crate_documentation_shows_the_same_table() {
    let lib = sources("src")
        .into_iter()
        .find(|source| source.path == "src/lib.rs")
        .unwrap();
    for (folder, allowed) in IMPORTS {
        let row = lib
            .text
            .lines()
            .find(|line| {
                [
                    format!("//! | [`{folder}`] |"),
                    format!("//! | `{folder}` |"),
                ]
                .iter()
                .any(|start| line.starts_with(start))
            })
            .unwrap_or_else(|| panic!("no row for {folder}"));
        let cell = row
            .trim_end_matches([' ', '|'])
            .rsplit('|')
            .next()
            .unwrap()
            .trim();
        let written = if allowed.is_empty() {
            "nothing".to_owned()
        } else {
            allowed.join(", ")
        };
        assert_eq!(cell, written, "{folder}");
    }
}

#[test]
fn the_window_and_nothing_else_names_its_libraries() {
    check("src", |source| {
        if source.path.starts_with("src/gui/") {
            return Vec::new();
        }
        source.find(&[
            "egui::",
            "eframe::",
            "egui_plot::",
            "egui_extras::",
            "rfd::",
        ])
    });
}

#[test]
fn every_file_says_first_what_it_is() {
    for folder in ["src", "tests", "benches"] {
        check(folder, |source| {
            let says = source.text.starts_with("//! ");
            if says {
                Vec::new()
            } else {
                vec!["does not begin with '//! '".to_owned()]
            }
        });
    }
}

#[test]
fn files_and_functions_are_short_enough_to_be_read() {
    let mut longer = BTreeSet::new();
    for folder in ["src", "tests", "benches"] {
        for source in sources(folder) {
            if source.text.lines().count() > FILE_LINES_MAX {
                longer.insert(source.path.clone());
            }
            longer.extend(
                long_functions(&source.code())
                    .into_iter()
                    .map(|name| format!("{}: {name}", source.path)),
            );
        }
    }
    let allowed: BTreeSet<String> = LONGER.iter().map(|(what, _)| (*what).to_owned()).collect();
    let new: Vec<_> = longer.difference(&allowed).collect();
    let idle: Vec<_> = allowed.difference(&longer).collect();
    assert!(
        new.is_empty(),
        "longer than {FILE_LINES_MAX} lines, or a function than {FUNCTION_LINES_MAX}; split where the matter splits: {new:#?}"
    );
    assert!(
        idle.is_empty(),
        "not too long any more; take them off the list: {idle:#?}"
    );
}

#[test]
fn only_the_command_line_prints() {
    check("src", |source| {
        if ["src/cli/", "src/runner/", "src/main.rs"]
            .iter()
            .any(|allowed| source.path.starts_with(allowed))
        {
            return Vec::new();
        }
        source.find(&["println!(", "print!(", "dbg!("])
    });
}

#[test]
fn threads_are_started_by_a_builder_that_can_fail_and_names_them() {
    check("src", |source| source.find(&["thread::spawn("]));
}

#[test]
fn processes_are_started_in_a_few_places_only() {
    // The session starts a guard, the guard a runner, and a back end in it the workers; a finder, below a guard too,
    // asks interpreters what they are.
    const STARTERS: [&str; 4] = [
        "src/session/child.rs",
        "src/runner/guard.rs",
        "src/runner/finder/ask.rs",
        "src/engine/backends/",
    ];
    check("src", |source| {
        if STARTERS
            .iter()
            .any(|starter| source.path.starts_with(starter))
        {
            return Vec::new();
        }
        source.find(&["Command::new("])
    });
}

#[test]
fn the_engine_reads_time_from_its_clock_only() {
    check("src/engine", |source| {
        if source.path == "src/engine/clock.rs" {
            return Vec::new();
        }
        source.find(&["Instant::now", "SystemTime::now"])
    });
}

#[test]
fn paths_start_at_the_crate() {
    check("src", |source| source.find(&["super::super"]));
}

#[test]
fn nothing_unwraps_outside_of_tests() {
    check("src", |source| source.find(&[".unwrap()"]));
}

#[test]
fn what_is_left_to_do_names_its_issue() {
    for folder in ["src", "tests", "benches"] {
        check(folder, |source| {
            if source.path == "tests/tidy.rs" {
                return Vec::new();
            }
            let lines = source.text.lines().enumerate();
            lines
                .filter(|(_, line)| line.contains("TODO") || line.contains("FIXME"))
                .filter(|(_, line)| !names_an_issue(line))
                .map(|(index, line)| format!("line {}: {}", index + 1, line.trim()))
                .collect()
        });
    }
}

#[test]
fn these_rules_find_what_they_are_for() {
    let bad = "//! x\nuse crate::{cli, units::{Bytes, Nanos}};\n\nfn f() {\n    crate::engine::go(); // crate::gui\n}\n";
    assert_eq!(
        used(bad_code(bad).as_str(), "crate::"),
        ["cli", "units", "engine"]
    );
    assert_eq!(imports("stats", &bad_code(bad)).len(), 2);
    assert_eq!(imports("nowhere", "").len(), 1);

    let tests = "fn a() {}\n#[cfg(test)]\nmod tests {\n    use crate::gui;\n}\nfn b() {}\n#[cfg(test)]\nmod c;\nfn d() {}\n";
    assert_eq!(bad_code(tests), "fn a() {}\nfn b() {}\nfn d() {}\n");

    let body = "        x();\n".repeat(FUNCTION_LINES_MAX);
    let long = format!(
        "impl A {{\n    pub const fn short(\n        self,\n    ) -> u8 {{\n        1\n    }}\n\n    fn long() {{\n{body}    }}\n}}\n"
    );
    assert_eq!(long_functions(&long), ["long"]);

    assert!(names_an_issue("// TODO(#12): x") && !names_an_issue("// TODO: x"));
}

fn bad_code(text: &str) -> String {
    Source {
        path: String::new(),
        text: text.to_owned(),
        test_only: false,
    }
    .code()
}

impl Source {
    /// The text without comments and without the items that only tests see.
    fn code(&self) -> String {
        let mut code = String::new();
        if self.test_only {
            return code;
        }
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            if line == "#[cfg(test)]" {
                skip_item(&mut lines);
            } else {
                let line = line.find("//").map_or(line, |comment| &line[..comment]);
                code.push_str(line.trim_end());
                code.push('\n');
            }
        }
        code
    }

    /// The lines of code in which one of `words` stands.
    fn find(&self, words: &[&str]) -> Vec<Finding> {
        let code = self.code();
        let lines = code
            .lines()
            .filter(|line| words.iter().any(|word| line.contains(word)));
        lines.map(|line| line.trim().to_owned()).collect()
    }
}

/// Skips to the end of an item at the left margin: its closing bracket, or its semicolon.
fn skip_item<'l>(lines: &mut impl Iterator<Item = &'l str>) {
    for line in lines {
        if line == "}" || (!line.starts_with([' ', '#']) && line.ends_with([';', '}'])) {
            return;
        }
    }
}

/// What `folder` uses and may not.
fn imports(folder: &str, code: &str) -> Vec<Finding> {
    let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| *name == folder) else {
        return vec![format!("the folder {folder} is not in the table")];
    };
    used(code, "crate::")
        .into_iter()
        .filter(|used| used != folder && used != "units" && !allowed.contains(&used.as_str()))
        .map(|used| format!("{folder} may not use {used}"))
        .collect()
}

/// The names that directly follow `root`, also within brackets, in order of appearance.
fn used(code: &str, root: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (start, _) in code.match_indices(root) {
        // `some_crate::` is another crate.
        if code[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[start + root.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            names.extend(first_names(group));
        } else {
            names.push(identifier(rest));
        }
    }
    names
}

/// The first name of each path of a group such as `a, b::{c, d}}`.
fn first_names(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut path = String::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut path)),
            _ => {}
        }
        if depth == 0 && c != ',' {
            path.push(c);
        }
    }
    names.push(path);
    names
        .iter()
        .map(|path| identifier(path.trim()))
        .filter(|name| !name.is_empty())
        .collect()
}

fn identifier(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The names of the functions that are longer than they should be.
fn long_functions(code: &str) -> Vec<String> {
    let lines: Vec<&str> = code.lines().collect();
    let mut long = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let margin = &line[..line.len() - line.trim_start().len()];
        let ends = |line: &str| {
            let at_margin = line
                .strip_prefix(margin)
                .is_some_and(|rest| rest.starts_with(['}', ')']));
            at_margin && line.ends_with(['}', ';'])
        };
        let one_line = line.ends_with(['}', ';']);
        let length = if one_line {
            1
        } else {
            lines[start..]
                .iter()
                .position(|line| ends(line))
                .map_or(1, |end| end + 1)
        };
        if length > FUNCTION_LINES_MAX {
            long.push(name);
        }
    }
    long
}

/// The name of the function whose definition begins in this line.
fn function_name(line: &str) -> Option<String> {
    let (before, after) = line.trim_start().split_once("fn ")?;
    let qualifiers = [
        "pub",
        "const",
        "async",
        "unsafe",
        "extern",
        "\"C\"",
        "pub(super)",
        "pub(crate)",
    ];
    before
        .split_whitespace()
        .all(|word| qualifiers.contains(&word))
        .then(|| identifier(after))
}

fn names_an_issue(line: &str) -> bool {
    line.split('#')
        .skip(1)
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Holds a rule against every file of a folder, and fails with all that was found.
fn check(folder: &str, rule: impl Fn(&Source) -> Vec<Finding>) {
    let findings: Vec<String> = sources(folder)
        .iter()
        .flat_map(|source| {
            rule(source)
                .into_iter()
                .map(|finding| format!("{}: {finding}", source.path))
        })
        .collect();
    assert!(findings.is_empty(), "{findings:#?}");
}

/// The Rust files of a folder and of those in it; none if there is no such folder.
fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(Source {
                    path: relative(&path, root),
                    text: fs::read_to_string(&path).unwrap(),
                    test_only: false,
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let test_only: Vec<String> = found.iter().flat_map(test_modules).collect();
    for source in &mut found {
        source.test_only = test_only.contains(&source.path);
    }
    found
}

/// The files of the modules that a file declares for tests only.
fn test_modules(source: &Source) -> Vec<String> {
    let (parent, file) = source.path.rsplit_once('/').unwrap();
    // The modules of `a.rs` lie in `a/`, those of `a/mod.rs` beside it.
    let folder = match file.strip_suffix(".rs") {
        Some("mod" | "lib" | "main") | None => parent.to_owned(),
        Some(stem) => format!("{parent}/{stem}"),
    };
    let lines: Vec<&str> = source.text.lines().collect();
    lines
        .windows(2)
        .filter(|pair| pair[0] == "#[cfg(test)]")
        .filter_map(|pair| pair[1].strip_prefix("mod ")?.strip_suffix(';'))
        .map(|name| format!("{folder}/{name}.rs"))
        .collect()
}

fn relative(path: &Path, root: &Path) -> String {
    let relative: PathBuf = path.strip_prefix(root).unwrap().to_owned();
    relative.to_string_lossy().replace('\\', "/")
}
