//! A tree to a typed value, by serde, with all mistakes instead of the first.
//!
//! serde's derive gives up at the first error. So this deserializer keeps it away from errors: whatever
//! does not fit is recorded, and a placeholder is handed out in its stead. Two kinds of error arise only
//! inside of serde, where nothing can be slipped in any more: a field that is missing, and a text that the
//! type itself refuses ("4 parsecs"). Those end the pass; the next one begins with a placeholder at
//! exactly that place. Each pass adds a place, so the passes end.
//!
//! The placeholders never leave this module's callers: a tree with problems yields no scenario to run.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::fmt::{self, Write as _};
use std::slice;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use crate::scenario::lex::MAX_PROBLEMS;
use crate::scenario::placeholder::Placeholder;
use crate::scenario::text_rules::{nearest, suggestion};
use crate::scenario::tree::{Field, Node, Tree, Value};
use crate::scenario::{Place, Problem};
use crate::units::text;

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
        match T::deserialize(At { node: &tree.root, context: &context }) {
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
        problems.push(Problem::error("", "there may be more mistakes", "mend these first"));
    }
    let mut invented = state.invented;
    invented.extend(problems.iter().map(|problem| problem.path.clone()));
    Decoded { value, problems, invented }
}

/// Why serde's code gave up.
#[derive(Debug)]
pub(super) enum Stop {
    /// The type refused the value with these words.
    Refused(String),
    /// A field without default is not there.
    Missing(&'static str),
    /// It is in the list already.
    Recorded,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(message) => f.write_str(message),
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

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

/// What is known while one tree is read.
#[derive(Default)]
struct Context {
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
enum Step {
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
        Problem { place: Some(place), ..Problem::error(self.path(field), message, hint) }
    }

    fn report(&self, place: Place, field: &str, message: String, hint: String) {
        let problem = self.problem(place, field, message, hint);
        let mut state = self.state.borrow_mut();
        // Above the limit only their number matters, which is "too many".
        if state.problems.len() <= MAX_PROBLEMS {
            state.problems.push(problem);
        }
    }

    /// Remembers that the value at the current path, or its field, is not from the file.
    fn invent(&self, field: &str) {
        let path = self.path(field);
        self.state.borrow_mut().invented.push(path);
    }

    /// Turns an error of serde's code about `node` into a problem, once.
    fn settle(&self, node: &Node, stop: Stop) -> Stop {
        match stop {
            Stop::Recorded => {}
            Stop::Refused(message) => {
                let problem = self.problem(node.place, "", message, String::new());
                let mut state = self.state.borrow_mut();
                if state.refused.insert(node.id) {
                    state.lasting.push(problem);
                }
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

    fn is_refused(&self, node: &Node) -> bool {
        matches!(node.value, Value::Broken) || self.state.borrow().refused.contains(&node.id)
    }

    /// Reads what belongs to `step` of the node that is being read.
    fn child<'t, S: DeserializeSeed<'t>>(
        &self,
        step: Option<Step>,
        node: &'t Node,
        seed: S,
    ) -> Result<S::Value, Stop> {
        let deeper = step.is_some();
        self.state.borrow_mut().path.extend(step);
        let result = seed.deserialize(At { node, context: self }).map_err(|stop| self.settle(node, stop));
        if deeper {
            self.state.borrow_mut().path.pop();
        }
        result
    }
}

/// One node, ready to be read as whatever type is asked for.
#[derive(Clone, Copy)]
struct At<'t, 'c> {
    node: &'t Node,
    context: &'c Context,
}

impl<'t> At<'t, '_> {
    /// Records that the node is not what is wanted.
    fn unexpected(self, wanted: &str, hint: impl Into<String>) {
        let message = format!("expected {wanted}, found {}", self.node.describe());
        self.context.report(self.node.place, "", message, hint.into());
    }

    /// A placeholder instead of the node, if it is unreadable or was refused before.
    fn skipped(self) -> bool {
        let skipped = self.context.is_refused(self.node);
        if skipped {
            self.context.invent("");
        }
        skipped
    }

    /// The whole number at the node, if it is one from `least` to `most`.
    fn whole(self, least: i128, most: i128) -> i128 {
        if self.skipped() {
            return 0;
        }
        let at = |value: i128| text::count(u64::try_from(value).unwrap_or(0));
        match self.node.value {
            Value::Int(value) if value < least && least == 0 => {
                self.context.report(
                    self.node.place,
                    "",
                    format!("{value} is negative"),
                    "write 0 or more".to_owned(),
                );
            }
            Value::Int(value) if value < least || value > most => {
                let message = format!("the number is above the largest that fits here, {}", at(most));
                self.context.report(self.node.place, "", message, String::new());
            }
            Value::Int(value) => return value,
            Value::Float(value) if value.fract() == 0.0 => {
                self.unexpected("a whole number", format!("write {value:.0}"));
            }
            Value::Text(_) => self.unexpected("a whole number", "write it without quotes"),
            _ => self.unexpected("a whole number", ""),
        }
        0
    }

    /// The finite number at the node.
    fn float(self) -> f64 {
        if self.skipped() {
            return 0.0;
        }
        match &self.node.value {
            Value::Int(value) => return *value as f64,
            Value::Float(value) if value.is_finite() => return *value,
            Value::Float(_) => self.context.report(
                self.node.place,
                "",
                "the number is too large".to_owned(),
                String::new(),
            ),
            Value::Text(_) => self.unexpected("a number", "write it without quotes"),
            _ => self.unexpected("a number", ""),
        }
        0.0
    }

    /// The fields at the node, or none after a problem was recorded.
    fn fields<V: Visitor<'t>>(
        self,
        name: &str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let fields: &'t [Field] = match &self.node.value {
            Value::Fields(found, fields) if found.as_deref().is_none_or(|found| found == name) => fields,
            Value::Map => {
                self.unexpected("fields in ( )", "write (name: value, …)");
                return visitor.visit_map(Placeholder::fields(known));
            }
            _ => {
                let hint = format!("write ({}: …)", known.first().copied().unwrap_or_default());
                self.unexpected("fields in ( )", hint);
                return visitor.visit_map(Placeholder::fields(known));
            }
        };
        let access = Fields::new(self, fields, known);
        visitor.visit_map(access).map_err(|stop| match stop {
            Stop::Missing(_) => self.context.settle(self.node, stop),
            other => other,
        })
    }
}

/// Hands out a number that was checked to fit.
macro_rules! whole_numbers {
    ($($method:ident $type:ty => $visit:ident $wide:ty;)*) => {$(
        fn $method<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
            let value = self.whole(i128::from(<$type>::MIN), i128::from(<$type>::MAX));
            visitor.$visit(value as $wide)
        }
    )*};
}

impl<'t> Deserializer<'t> for At<'t, '_> {
    type Error = Stop;

    whole_numbers! {
        deserialize_u8 u8 => visit_u64 u64;
        deserialize_u16 u16 => visit_u64 u64;
        deserialize_u32 u32 => visit_u64 u64;
        deserialize_u64 u64 => visit_u64 u64;
        deserialize_i8 i8 => visit_i64 i64;
        deserialize_i16 i16 => visit_i64 i64;
        deserialize_i32 i32 => visit_i64 i64;
        deserialize_i64 i64 => visit_i64 i64;
    }

    fn deserialize_f32<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_f64(self.float())
    }

    fn deserialize_f64<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_f64(self.float())
    }

    fn deserialize_bool<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        if let Value::Bool(value) = self.node.value {
            return visitor.visit_bool(value);
        }
        if !self.skipped() {
            self.unexpected("true or false", "");
        }
        visitor.visit_bool(false)
    }

    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        if self.skipped() {
            return Placeholder.deserialize_str(visitor);
        }
        if let Value::Text(value) = &self.node.value {
            return visitor.visit_borrowed_str(value);
        }
        self.unexpected("a text", "texts, times and sizes stand in quotes, such as \"40ms\" or \"4MiB\"");
        Placeholder.deserialize_str(visitor)
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        match &self.node.value {
            Value::Name(name) if name == "None" => visitor.visit_none(),
            Value::Items(Some(name), items) if name == "Some" && items.len() == 1 => {
                visitor.visit_some(At { node: &items[0], ..self })
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        if self.skipped() {
            return Placeholder.deserialize_seq(visitor);
        }
        if let Value::List(items) = &self.node.value {
            return visitor.visit_seq(Items { items: items.iter().enumerate(), context: self.context });
        }
        self.unexpected("a list", "write [ … ]");
        Placeholder.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        if self.skipped() {
            return visitor.visit_map(Placeholder::fields(fields));
        }
        self.fields(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        if self.skipped() {
            return Placeholder.deserialize_enum(name, variants, visitor);
        }
        let written = match &self.node.value {
            Value::Name(name) | Value::Fields(Some(name), _) | Value::Items(Some(name), _) => name,
            Value::Text(text) if variants.contains(&text.as_str()) => {
                self.unexpected(&format!("the name {text}"), "write it without quotes");
                return Placeholder.deserialize_enum(name, variants, visitor);
            }
            _ => {
                self.unexpected(&format!("one of {}", variants.join(", ")), "");
                return Placeholder.deserialize_enum(name, variants, visitor);
            }
        };
        if variants.contains(&written.as_str()) {
            return visitor.visit_enum(Variant { at: self, name: written });
        }
        let message = format!("'{written}' is not known here");
        self.context.report(self.node.place, "", message, suggestion(written, variants));
        Placeholder.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        match &self.node.value {
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i128(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Char(value) => visitor.visit_char(*value),
            Value::Text(value) => visitor.visit_borrowed_str(value),
            _ => Err(Stop::Refused(format!("{} cannot stand here", self.node.describe()))),
        }
    }

    serde::forward_to_deserialize_any! {
        <W: Visitor<'t>>
        char bytes byte_buf unit unit_struct tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'t, 'c> {
    items: std::iter::Enumerate<slice::Iter<'t, Node>>,
    context: &'c Context,
}

impl<'t> SeqAccess<'t> for Items<'t, '_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Stop> {
        let Some((index, node)) = self.items.next() else { return Ok(None) };
        self.context.child(Some(Step::Index(index)), node, seed).map(Some)
    }
}

/// The known fields of one node, then those that an earlier pass found missing.
struct Fields<'t, 'c> {
    at: At<'t, 'c>,
    present: std::vec::IntoIter<&'t Field>,
    missing: std::vec::IntoIter<&'static str>,
    /// Whose value is asked for next; `None` for a missing one.
    current: Option<&'t Field>,
}

impl<'t, 'c> Fields<'t, 'c> {
    fn new(at: At<'t, 'c>, fields: &'t [Field], known: &'static [&'static str]) -> Self {
        let context = at.context;
        let mut seen = HashSet::new();
        let mut present = Vec::with_capacity(fields.len().min(known.len()));
        let mut meant = Vec::new();
        for field in fields {
            let name = field.name.as_str();
            if !known.contains(&name) {
                let message = format!("the field '{name}' is not known here");
                context.report(field.place, name, message, suggestion(name, known));
                meant.extend(nearest(name, known));
            } else if seen.insert(name) {
                present.push(field);
            } else {
                let message = format!("the field '{name}' is there twice");
                context.report(field.place, name, message, "remove one of them".to_owned());
            }
        }
        // A field whose name was mistyped is not missing too.
        meant.retain(|name| !seen.contains(name));
        let mut missing: BTreeSet<&'static str> = context
            .state
            .borrow()
            .missing
            .range((at.node.id, "")..)
            .take_while(|(node, _)| *node == at.node.id)
            .map(|(_, field)| *field)
            .collect();
        missing.extend(meant);
        let missing: Vec<_> = missing.into_iter().collect();
        missing.iter().for_each(|field| context.invent(field));
        Self { at, present: present.into_iter(), missing: missing.into_iter(), current: None }
    }
}

impl<'t> MapAccess<'t> for Fields<'t, '_> {
    type Error = Stop;

    fn next_key_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Stop> {
        self.current = self.present.next();
        let name = match self.current {
            Some(field) => field.name.as_str(),
            None => match self.missing.next() {
                Some(name) => name,
                None => return Ok(None),
            },
        };
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value, Stop> {
        match self.current {
            Some(field) => {
                self.at.context.child(Some(Step::Field(field.name.clone())), &field.value, seed)
            }
            None => seed.deserialize(Placeholder),
        }
    }
}

/// A variant whose name is known, with what stands in its brackets.
struct Variant<'t, 'c> {
    at: At<'t, 'c>,
    name: &'t str,
}

impl<'t, 'c> EnumAccess<'t> for Variant<'t, 'c> {
    type Error = Stop;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'t>>(self, seed: S) -> Result<(S::Value, Self), Stop> {
        let name = seed.deserialize(BorrowedStrDeserializer::<Stop>::new(self.name))?;
        Ok((name, self))
    }
}

impl Variant<'_, '_> {
    fn report(&self, message: String, hint: String) {
        self.at.context.report(self.at.node.place, "", message, hint);
    }
}

impl<'t> VariantAccess<'t> for Variant<'t, '_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        if !matches!(self.at.node.value, Value::Name(_)) {
            let name = self.name;
            self.report(format!("{name} takes nothing in brackets"), format!("write {name}"));
        }
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'t>>(self, seed: S) -> Result<S::Value, Stop> {
        match &self.at.node.value {
            Value::Items(_, items) if items.len() == 1 => self.at.context.child(None, &items[0], seed),
            _ => {
                let name = self.name;
                self.report(
                    format!("{name} takes one value without a name"),
                    format!("write {name}(…)"),
                );
                seed.deserialize(Placeholder)
            }
        }
    }

    fn tuple_variant<V: Visitor<'t>>(self, _length: usize, visitor: V) -> Result<V::Value, Stop> {
        match &self.at.node.value {
            Value::Items(_, items) => {
                visitor.visit_seq(Items { items: items.iter().enumerate(), context: self.at.context })
            }
            _ => Err(Stop::Refused(format!("{} takes values without names", self.name))),
        }
    }

    fn struct_variant<V: Visitor<'t>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        if matches!(self.at.node.value, Value::Fields(..)) {
            return self.at.fields(self.name, fields, visitor);
        }
        let name = self.name;
        self.report(
            format!("{name} takes fields with names"),
            format!("write {name}({}: …)", fields.first().copied().unwrap_or_default()),
        );
        visitor.visit_map(Placeholder::fields(fields))
    }
}
