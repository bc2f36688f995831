//! A tree to a typed value, by serde, with all mistakes instead of the first.
//!
//! serde's derive gives up at the first error. So [`deserialize`](crate::scenario::deserialize) keeps it
//! away from errors: whatever does not fit is recorded, and a placeholder is handed out in its stead. Two kinds of error arise only
//! inside of serde, where nothing can be slipped in any more: a field that is missing, and a text that the
//! type itself refuses ("4 parsecs"). Those end the pass; the next one begins with a placeholder at
//! exactly that place. Each pass adds a place, so the passes end.
//!
//! The placeholders never leave this module's callers: a tree with problems yields no scenario to run.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::fmt::{self, Write as _};

use serde::de::{Deserialize, DeserializeSeed, Expected, Unexpected};

use crate::scenario::deserialize::At;
use crate::scenario::lex::MAX_PROBLEMS;
use crate::scenario::tree::{Node, Tree, Value};
use crate::scenario::{Place, Problem};

/// How many nodes all passes together may visit: two dozen passes over the largest file, which take
/// well under a second; a usual file has a few hundred nodes and never comes near.
const WORK: usize = 4_000_000;

/// A value, and what was wrong with it.
#[derive(Debug)]
pub(super) struct Decoded<T> {
    /// With placeholders where there are problems; absent after too many of them.
    pub(super) value: Option<T>,
    /// What was wrong, with path and place.
    pub(super) problems: Vec<Problem>,
    /// The paths of all placeholders: what is said of their values means nothing.
    pub(super) invented: Vec<String>,
}

/// Reads a `T` from the tree.
pub(super) fn decode<'t, T: Deserialize<'t>>(tree: &'t Tree) -> Decoded<T> {
    let context = Context::default();
    let passes = (WORK / tree.nodes.max(1)).clamp(1, MAX_PROBLEMS);
    let mut value = None;
    for _ in 0..passes {
        context.begin_pass();
        match T::deserialize(At {
            node: &tree.root,
            context: &context,
        }) {
            Ok(read) => {
                value = Some(read);
                break;
            }
            Err(stop) => {
                context.settle(&tree.root, stop);
            }
        }
    }
    let mut state = context.state.into_inner();
    let mut problems = state.lasting;
    problems.append(&mut state.problems);
    if value.is_none() {
        problems.push(Problem::error(
            "",
            "there may be more mistakes",
            "mend these first",
        ));
    }
    let mut invented = state.invented;
    invented.extend(problems.iter().map(|problem| problem.path.clone()));
    Decoded {
        value,
        problems,
        invented,
    }
}

/// Why serde's code gave up.
#[derive(Debug)]
pub(super) enum Stop {
    /// The type refused the value with these words.
    Refused(String),
    /// The type wants something else, told in these words.
    Unfit(String),
    /// A field without default is not there.
    Missing(&'static str),
    /// It is in the list already.
    Recorded,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(message) => f.write_str(message),
            Self::Unfit(wanted) => write!(f, "expected {wanted}"),
            Self::Missing(field) => write!(f, "the field '{field}' is missing"),
            Self::Recorded => f.write_str("there is a problem"),
        }
    }
}

impl std::error::Error for Stop {}

impl serde::de::Error for Stop {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Refused(message.to_string())
    }

    fn invalid_type(_found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::Unfit(wanted.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

/// What is known while one tree is read.
#[derive(Default)]
pub(super) struct Context {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    path: Vec<Step>,
    /// Found in this pass; found again in the next.
    problems: Vec<Problem>,
    /// Those that ended a pass.
    lasting: Vec<Problem>,
    /// Nodes that the type refused: from now on placeholders.
    refused: HashSet<usize>,
    /// Fields that are missing in a node: from now on placeholders.
    missing: BTreeSet<(usize, &'static str)>,
    invented: Vec<String>,
}

#[derive(Clone)]
pub(super) enum Step {
    Field(String),
    Index(usize),
}

impl Context {
    fn begin_pass(&self) {
        let mut state = self.state.borrow_mut();
        state.path.clear();
        state.problems.clear();
        state.invented.clear();
    }

    /// The path of the node that is being read, or of its field `last`.
    fn path(&self, last: &str) -> String {
        let mut path = String::new();
        for step in &self.state.borrow().path {
            match step {
                Step::Field(name) if path.is_empty() => path.push_str(name),
                // Writing to a String cannot fail.
                Step::Field(name) => drop(write!(path, ".{name}")),
                Step::Index(index) => drop(write!(path, "[{index}]")),
            }
        }
        if !path.is_empty() && !last.is_empty() {
            path.push('.');
        }
        path + last
    }

    fn problem(&self, place: Place, field: &str, message: String, hint: String) -> Problem {
        Problem {
            place: Some(place),
            ..Problem::error(self.path(field), message, hint)
        }
    }

    /// Records a problem of the value that is being read, or of its field.
    pub(super) fn report(&self, place: Place, field: &str, message: String, hint: String) {
        let problem = self.problem(place, field, message, hint);
        let mut state = self.state.borrow_mut();
        // Above the limit only their number matters, which is "too many".
        if state.problems.len() <= MAX_PROBLEMS {
            state.problems.push(problem);
        }
    }

    /// Remembers that the value at the current path, or its field, is not from the file.
    pub(super) fn invent(&self, field: &str) {
        let path = self.path(field);
        self.state.borrow_mut().invented.push(path);
    }

    /// Turns an error of serde's code about `node` into a problem, once.
    pub(super) fn settle(&self, node: &Node, stop: Stop) -> Stop {
        match stop {
            Stop::Recorded => {}
            Stop::Refused(message) => self.refuse(node, message, String::new()),
            Stop::Unfit(wanted) => {
                let hint = match node.value {
                    Value::Float(value) if value.fract() == 0.0 => format!("write {value:.0}"),
                    _ => String::new(),
                };
                let message = format!("expected {wanted}, found {}", node.describe());
                self.refuse(node, message, hint);
            }
            Stop::Missing(field) => {
                let message = format!("the field '{field}' is missing");
                let problem = self.problem(node.place, field, message, String::new());
                let mut state = self.state.borrow_mut();
                if state.missing.insert((node.id, field)) {
                    state.lasting.push(problem);
                }
            }
        }
        Stop::Recorded
    }

    /// Remembers that nothing can be read from `node`, and why.
    fn refuse(&self, node: &Node, message: String, hint: String) {
        let problem = self.problem(node.place, "", message, hint);
        let mut state = self.state.borrow_mut();
        if state.refused.insert(node.id) {
            state.lasting.push(problem);
        }
    }

    /// The fields of `node` that earlier passes found missing.
    pub(super) fn missing_in(&self, node: &Node) -> BTreeSet<&'static str> {
        let state = self.state.borrow();
        let from = state.missing.range((node.id, "")..);
        from.take_while(|(id, _)| *id == node.id)
            .map(|(_, field)| *field)
            .collect()
    }

    /// Whether nothing can be read from `node`, and that is known already.
    pub(super) fn is_refused(&self, node: &Node) -> bool {
        matches!(node.value, Value::Broken) || self.state.borrow().refused.contains(&node.id)
    }

    /// Reads what belongs to `step` of the node that is being read.
    pub(super) fn child<'t, S: DeserializeSeed<'t>>(
        &self,
        step: Option<Step>,
        node: &'t Node,
        seed: S,
    ) -> Result<S::Value, Stop> {
        let deeper = step.is_some();
        self.state.borrow_mut().path.extend(step);
        let result = seed
            .deserialize(At {
                node,
                context: self,
            })
            .map_err(|stop| self.settle(node, stop));
        if deeper {
            self.state.borrow_mut().path.pop();
        }
        result
    }
}
