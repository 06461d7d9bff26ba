//! JSON as values, for what no type describes: request bodies before they are read, what an entry
//! tells, and what a checker agrees to. serde_json's own value would fold repeated members, and
//! brings what writes floating-point numbers, which nothing here has.

use core::fmt;
use std::string::String;
use std::vec::Vec;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use crate::document;
use crate::refusal::Fault;

/// A value. The members of an object stand in the order of their names; a name that the text
/// repeats is there as often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer of 64 bits.
    Integer(i64),
    /// Any other number; nothing here is one, so its value is not kept, and it cannot be written.
    OtherNumber,
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// An object of these members.
    pub fn object(members: &[(&str, &dyn document::Write)]) -> Result<Self, Fault> {
        Ok(serde_json::from_str(&document::object(members)?)?)
    }

    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Takes a member's value out of an object; what is not there is null.
    #[must_use]
    pub fn take(&mut self, name: &str) -> Self {
        let Self::Object(members) = self else { return Self::Null };
        members.iter_mut().find(|(known, _)| known == name).map(|(_, value)| core::mem::take(value)).unwrap_or_default()
    }

    /// What a string says.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The string that a member is, or else an empty one.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Self::as_str).unwrap_or_default()
    }

    /// Whether a member is `true`.
    pub fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some(&Self::Bool(true))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::OtherNumber => Err(S::Error::custom("a number whose value was not kept")),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json::Integer(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(i64::try_from(value).map_or(Json::OtherNumber, Json::Integer))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
                Ok(Json::OtherNumber)
            }

            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json::Text(value.into()))
            }

            fn visit_string<E>(self, value: String) -> Result<Json, E> {
                Ok(Json::Text(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element()? {
                    list.push(item);
                }
                Ok(Json::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut members: Vec<(String, Json)> = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                members.sort_by(|(one, _), (other, _)| one.cmp(other));
                Ok(Json::Object(members))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_written_in_the_order_of_their_names() {
        let json = Json::object(&[("b", &[1, -2]), ("a", &"\u{e9}\n\""), ("c", &None::<bool>)]).unwrap();
        assert_eq!(document::write(&json).unwrap(), r#"{"a":"é\n\"","b":[1,-2],"c":null}"#);
        assert_eq!(Json::object(&[]).unwrap(), Json::Object(Vec::new()));
    }

    #[test]
    fn a_member_is_found_and_taken_once() {
        let mut json = Json::object(&[("yes", &true), ("name", &"Ada"), ("n", &i64::MAX)]).unwrap();
        assert!(json.is_true("yes") && !json.is_true("name") && !json.is_true("none"));
        assert_eq!((json.text("name"), json.text("yes"), json.text("none")), ("Ada", "", ""));
        assert_eq!(
            (json.take("n"), json.take("n"), json.take("none")),
            (Json::Integer(i64::MAX), Json::Null, Json::Null)
        );
        assert_eq!((Json::Null.get("n"), Json::Null.take("n")), (None, Json::Null));
    }

    #[test]
    fn a_number_that_is_no_integer_of_64_bits_has_no_value() {
        for text in ["1.5", "1e2", "-0.0", "9223372036854775808", "1e300"] {
            assert_eq!(serde_json::from_str::<Json>(text).unwrap(), Json::OtherNumber, "{text}");
            assert!(document::write(&(Json::OtherNumber,)).is_err(), "written as another value it would equal that");
        }
        assert_eq!(serde_json::from_str::<Json>("-9223372036854775808").unwrap(), Json::Integer(i64::MIN));
    }
}
