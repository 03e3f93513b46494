//! What serde_yaml reads, without places. May import nothing of the crate. Keeps keys that stand twice, and stops at a number of nodes.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::MAX_NODES;

/// A value as serde_yaml gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Raw>),
    Map(Vec<(Raw, Raw)>),
    Tagged(String),
}

/// Reads a [`Raw`], counting nodes.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Raw;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        self.0.set(self.0.get() + 1);
        if self.0.get() > MAX_NODES {
            return Err(D::Error::custom("too many values; aliases repeat too much"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E: Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E: Error>(self, b: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(b))
    }

    #[allow(clippy::cast_precision_loss)] // numbers here are counts and sizes far below 2^53
    fn visit_i64<E: Error>(self, n: i64) -> Result<Raw, E> {
        Ok(Raw::Number(n as f64))
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_u64<E: Error>(self, n: u64) -> Result<Raw, E> {
        Ok(Raw::Number(n as f64))
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_i128<E: Error>(self, n: i128) -> Result<Raw, E> {
        Ok(Raw::Number(n as f64))
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_u128<E: Error>(self, n: u128) -> Result<Raw, E> {
        Ok(Raw::Number(n as f64))
    }

    fn visit_f64<E: Error>(self, n: f64) -> Result<Raw, E> {
        Ok(Raw::Number(n))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element_seed(self)? {
            list.push(element);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry_seed(self, self)? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Raw, A::Error> {
        let (tag, content) = data.variant::<String>()?;
        content.newtype_variant_seed(self)?;
        Ok(Raw::Tagged(tag))
    }
}
