//! One node of the tree as a serde deserializer that does not fail.
//!
//! What does not fit is reported to the [`Context`], and serde gets a [`Placeholder`].
//! Only what serde's own code refuses comes back as an error.

use std::collections::HashSet;
use std::slice;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};

use crate::scenario::decode::{Context, Step, Stop};
use crate::scenario::placeholder::Placeholder;
use crate::scenario::text_rules::{nearest, suggestion};
use crate::scenario::tree::{Field, Node, Value};
use crate::units::text;

/// One node, ready to be read as whatever type is asked for.
#[derive(Clone, Copy)]
pub(super) struct At<'t, 'c> {
    pub(super) node: &'t Node,
    pub(super) context: &'c Context,
}

impl<'t> At<'t, '_> {
    /// Records that the node is not what is wanted.
    fn unexpected(self, wanted: &str, hint: impl Into<String>) {
        let message = format!("expected {wanted}, found {}", self.node.describe());
        self.context
            .report(self.node.place, "", message, hint.into());
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
                let message = format!(
                    "the number is above the largest that fits here, {}",
                    at(most)
                );
                self.context
                    .report(self.node.place, "", message, String::new());
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
            Value::Fields(found, fields) if found.as_deref().is_none_or(|found| found == name) => {
                fields
            }
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
        self.unexpected(
            "a text",
            "texts, times and sizes stand in quotes, such as \"40ms\" or \"4MiB\"",
        );
        Placeholder.deserialize_str(visitor)
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        match &self.node.value {
            Value::Name(name) if name == "None" => visitor.visit_none(),
            Value::Items(Some(name), items) if name == "Some" && items.len() == 1 => visitor
                .visit_some(At {
                    node: &items[0],
                    ..self
                }),
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
            return visitor.visit_seq(Items {
                items: items.iter().enumerate(),
                context: self.context,
            });
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
            return visitor.visit_enum(Variant {
                at: self,
                name: written,
            });
        }
        let message = format!("'{written}' is not known here");
        self.context
            .report(self.node.place, "", message, suggestion(written, variants));
        Placeholder.deserialize_enum(name, variants, visitor)
    }

    /// For types that are written in more than one way, such as `8` and `"2 per core"`.
    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Stop> {
        if self.skipped() {
            return Placeholder.deserialize_any(visitor);
        }
        match self.node.value {
            // What is read is no larger than a u64; the type says what it thinks of a larger one.
            Value::Int(value) => match (u64::try_from(value), i64::try_from(value)) {
                (Ok(value), _) => visitor.visit_u64(value),
                (_, Ok(value)) => visitor.visit_i64(value),
                _ => visitor.visit_u64(u64::MAX),
            },
            Value::Text(ref value) => visitor.visit_borrowed_str(value),
            Value::Float(value) if value.is_finite() => visitor.visit_f64(value),
            Value::List(ref items) => visitor.visit_seq(Items {
                items: items.iter().enumerate(),
                context: self.context,
            }),
            Value::Name(ref name)
            | Value::Fields(Some(ref name), _)
            | Value::Items(Some(ref name), _) => visitor.visit_enum(Variant { at: self, name }),
            _ => {
                let wanted = (&visitor as &dyn Expected).to_string();
                self.unexpected(&wanted, "");
                Placeholder.deserialize_any(visitor)
            }
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

    fn next_element_seed<S: DeserializeSeed<'t>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        let Some((index, node)) = self.items.next() else {
            return Ok(None);
        };
        self.context
            .child(Some(Step::Index(index)), node, seed)
            .map(Some)
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
        let mut missing = context.missing_in(at.node);
        missing.extend(meant);
        let missing: Vec<_> = missing.into_iter().collect();
        for field in &missing {
            context.invent(field);
        }
        Self {
            at,
            present: present.into_iter(),
            missing: missing.into_iter(),
            current: None,
        }
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
        seed.deserialize(BorrowedStrDeserializer::new(name))
            .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value, Stop> {
        match self.current {
            Some(field) => {
                self.at
                    .context
                    .child(Some(Step::Field(field.name.clone())), &field.value, seed)
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

impl<'t> EnumAccess<'t> for Variant<'t, '_> {
    type Error = Stop;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'t>>(self, seed: S) -> Result<(S::Value, Self), Stop> {
        let name = seed.deserialize(BorrowedStrDeserializer::<Stop>::new(self.name))?;
        Ok((name, self))
    }
}

impl Variant<'_, '_> {
    fn report(&self, message: String, hint: String) {
        self.at
            .context
            .report(self.at.node.place, "", message, hint);
    }
}

impl<'t> VariantAccess<'t> for Variant<'t, '_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        if !matches!(self.at.node.value, Value::Name(_)) {
            let name = self.name;
            self.report(
                format!("{name} takes nothing in brackets"),
                format!("write {name}"),
            );
        }
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'t>>(self, seed: S) -> Result<S::Value, Stop> {
        match &self.at.node.value {
            Value::Items(_, items) if items.len() == 1 => {
                self.at.context.child(None, &items[0], seed)
            }
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
            Value::Items(_, items) => visitor.visit_seq(Items {
                items: items.iter().enumerate(),
                context: self.at.context,
            }),
            _ => Err(Stop::Refused(format!(
                "{} takes values without names",
                self.name
            ))),
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
            format!(
                "write {name}({}: …)",
                fields.first().copied().unwrap_or_default()
            ),
        );
        visitor.visit_map(Placeholder::fields(fields))
    }
}
