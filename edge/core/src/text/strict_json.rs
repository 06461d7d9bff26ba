//! Strict JSON parsing: detects repeated member names, which serde_json's own value would merge.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Maximum number of repeated names that are recorded.
const MAX_REPEATED: usize = 32;
/// Maximum length of a field's path in an answer, in characters.
const MAX_SHOWN: usize = 128;

/// A field's path, shortened for an answer because its names come from the caller.
pub(super) fn shown(path: &str) -> String {
    path.chars().take(MAX_SHOWN).collect()
}

/// Reads a value and records the path of each repeated member name.
pub(super) struct Strict<'a> {
    /// Path of the value in the body, such as `users[0].`.
    pub(super) path: String,
    /// Paths of the first repeated names.
    pub(super) repeated: &'a mut Vec<String>,
}

impl Strict<'_> {
    fn inner(&mut self, path: &str) -> Strict<'_> {
        Strict { path: shown(path), repeated: self.repeated }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        let path = self.path.strip_suffix('.').unwrap_or(&self.path).to_owned();
        while let Some(item) = items.next_element_seed(self.inner(&format!("{path}[{}].", list.len())))? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let path = format!("{}{}", self.path, shown(&name));
            let value = members.next_value_seed(self.inner(&format!("{path}.")))?;
            if object.insert(name, value).is_some()
                && self.repeated.len() < MAX_REPEATED
                && !self.repeated.contains(&path)
            {
                self.repeated.push(path);
            }
        }
        Ok(object.into())
    }
}
