//! Writing and reading stored documents and messages. serde_json makes code of its own for each type that it
//! reads out of text, kilobytes of it. So where speed is no matter the text becomes a [`Json`]
//! first, by the same code for all, and little is made for each type: members are looked up by
//! their names and read in a struct's own order, so that no type has code to compare names.

use core::fmt::{self, Display};
use std::string::{String, ToString};
use std::vec::{self, Vec};

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::Serializer;

use crate::json::Json;
use crate::refusal::Fault;

/// Reads a document from its text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    of(serde_json::from_str(text)?)
}

/// Reads a document that is a value already.
pub fn of<T: DeserializeOwned>(value: Json) -> Result<T, Fault> {
    T::deserialize(Document(value)).map_err(|unfit| Fault(unfit.0))
}

/// What can be written as a document: all that serde can.
pub trait Write {
    /// Writes it.
    fn write(&self, to: &mut Serializer<&mut Vec<u8>>) -> serde_json::Result<()>;
}

impl<T: Serialize + ?Sized> Write for T {
    fn write(&self, to: &mut Serializer<&mut Vec<u8>>) -> serde_json::Result<()> {
        self.serialize(to)
    }
}

/// A document's text.
pub fn write(value: &dyn Write) -> Result<String, Fault> {
    let mut text = Vec::with_capacity(256);
    value.write(&mut Serializer::new(&mut text))?;
    String::from_utf8(text).map_err(|_| Fault::new("JSON that is no text"))
}

/// The text of an object of these members, in this order.
pub fn object(members: &[(&str, &dyn Write)]) -> Result<String, Fault> {
    let mut text = String::from("{");
    for (place, (name, value)) in members.iter().enumerate() {
        text.extend([if place == 0 { "" } else { "," }, &write(name)?, ":", &write(*value)?]);
    }
    text.push('}');
    Ok(text)
}

/// Why a value is not what is read. What it holds instead is not told: it may be a secret.
#[derive(Debug)]
struct Unfit(String);

impl Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Unfit {}

#[cold]
#[inline(never)]
fn unfit(expected: &dyn Expected) -> Unfit {
    Unfit(["a document has something else in place of ", &expected.to_string()].concat())
}

impl de::Error for Unfit {
    #[cold]
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        unfit(expected)
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        unfit(expected)
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        unfit(expected)
    }
}

/// A value to be read. A struct is an object, as serde_json writes it, and nothing else.
struct Document(Json);

impl<'de> Deserializer<'de> for Document {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Json::List(items) => visitor.visit_seq(Items(items.into_iter())),
            Json::Object(members) => visitor.visit_map(Members { members: members.into_iter(), value: Json::Null }),
            Json::Text(text) => visitor.visit_string(text),
            Json::Bool(flag) => visitor.visit_bool(flag),
            Json::Integer(number) => visitor.visit_i64(number),
            Json::OtherNumber => visitor.visit_f64(f64::NAN),
            Json::Null => visitor.visit_unit(),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        match self.0 {
            Json::Object(members) => visitor.visit_seq(Named { members, names: names.iter() }),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Json::List(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Json::Text(text) => visitor.visit_string(text),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_string(visitor)
    }

    /// A variant, by its place among the variants.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Json::Bool(flag) => visitor.visit_bool(flag),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Json::Integer(number @ 0..) => visitor.visit_u64(number.unsigned_abs()),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Json::Integer(number) => visitor.visit_i64(number),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Json::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Json::Null => visitor.visit_unit(),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_enum(Variant::of(self.0, names)?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 f64 char bytes byte_buf unit_struct tuple_struct map
    }
}

/// The items of a list.
struct Items(vec::IntoIter<Json>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unfit> {
        self.0.next().map(|item| seed.deserialize(Document(item))).transpose()
    }
}

/// The members of a struct, in the order of its own.
struct Named {
    members: Vec<(String, Json)>,
    names: core::slice::Iter<'static, &'static str>,
}

impl Named {
    #[inline(never)]
    fn next(&mut self) -> Option<Json> {
        let name = self.names.next()?;
        let member = self.members.iter_mut().find(|(known, _)| known == name)?;
        Some(core::mem::take(&mut member.1))
    }
}

impl<'de> SeqAccess<'de> for Named {
    type Error = Unfit;

    /// A member that is not there is null to an option and to a [`Json`], and else what the type says for it.
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unfit> {
        let value = self.next();
        let lacks = value.is_none();
        match seed.deserialize(Document(value.unwrap_or_default())) {
            Ok(value) => Ok(Some(value)),
            Err(_) if lacks => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The members of an object, and the value that belongs to the name read last.
struct Members {
    members: vec::IntoIter<(String, Json)>,
    value: Json,
}

impl<'de> MapAccess<'de> for Members {
    type Error = Unfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unfit> {
        let Some((name, value)) = self.members.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Document(Json::Text(name))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Unfit> {
        seed.deserialize(Document(core::mem::take(&mut self.value)))
    }
}

/// A variant of an enum: its place, and what it holds.
struct Variant {
    place: i64,
    content: Json,
}

impl Variant {
    #[inline(never)]
    fn of(value: Json, names: &[&str]) -> Result<Self, Unfit> {
        let named = match value {
            Json::Text(name) => Some((name, Json::Null)),
            Json::Object(members) if members.len() == 1 => members.into_iter().next(),
            _ => None,
        };
        let known = |(name, content)| Some((names.iter().zip(0..).find(|(known, _)| **known == name)?.1, content));
        let (place, content) = named.and_then(known).ok_or_else(|| Unfit("a document lacks a known word".into()))?;
        Ok(Self { place, content })
    }
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unfit;
    type Variant = Content;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Content), Unfit> {
        Ok((seed.deserialize(Document(Json::Integer(self.place)))?, Content(self.content)))
    }
}

/// What a variant holds.
struct Content(Json);

impl<'de> VariantAccess<'de> for Content {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        serde::Deserialize::deserialize(Document(self.0))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unfit> {
        seed.deserialize(Document(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unfit> {
        Document(self.0).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, names: &'static [&'static str], visitor: V) -> Result<V::Value, Unfit> {
        Document(self.0).deserialize_struct("", names, visitor)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use universal_wallet::id::UserID;
    use uuid::Uuid;

    use super::*;
    use crate::people::{Actor, Person};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Message {
        Bare,
        One(Option<u32>),
        Two(i64, bool),
        Named { pair: (String, u64), list: Vec<Actor>, bytes: [u8; 2] },
    }

    #[test]
    fn what_was_written_is_read() {
        let person = Person { id: UserID::from_uuid(Uuid::from_u128(1)), name: "Ada".into() };
        let list = [Actor::System, Actor::User(person)].into();
        let named = Message::Named { pair: ("a\n\"".into(), u64::MAX / 2), list, bytes: [0, 255] };
        for message in [Message::Bare, Message::One(None), Message::One(Some(7)), Message::Two(i64::MIN, true), named] {
            let text = write(&message).unwrap();
            assert_eq!(read::<Message>(&text).unwrap(), message, "{text}");
        }
    }

    #[test]
    fn a_member_that_came_later_is_passed_over() {
        let text = r#"{"id":"usr_00000000-0000-0000-0000-000000000001","name":"Ada","later":{"a":[1]}}"#;
        assert_eq!(read::<Person>(text).unwrap().name, "Ada");
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Sparse {
        there: u32,
        option: Option<u32>,
        #[serde(default)]
        list: Vec<u32>,
    }

    #[test]
    fn a_member_that_is_not_there_is_none_or_the_default_and_else_refused() {
        let sparse = |text: &str| read::<Sparse>(text);
        assert_eq!(sparse(r#"{"there":1}"#).unwrap(), Sparse { there: 1, option: None, list: Vec::new() });
        let full = r#"{"list":[3],"option":2,"there":1}"#;
        assert_eq!(sparse(full).unwrap(), Sparse { there: 1, option: Some(2), list: [3].into() });
        assert!(sparse(r#"{"option":2}"#).is_err());
        assert!(sparse(r#"{"there":1,"list":null}"#).is_err(), "null is no list");
    }

    #[test]
    fn what_stands_in_place_of_something_else_is_not_told() {
        for text in [r#"{"there":"secret"}"#, r#"{"secret":1}"#, r#"{"there":1,"list":["secret"]}"#, "[\"secret\"]"] {
            assert!(!read::<Sparse>(text).unwrap_err().0.contains("secret"), "{text}");
        }
        assert!(!read::<Message>("\"secret\"").unwrap_err().0.contains("secret"));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in [
            "",
            "7",
            "\"None\"",
            "{\"One\":-1}",
            "{\"One\":4294967296}",
            "{\"Two\":[1]}",
            "{\"Two\":{}}",
            "{\"Named\":[]}",
            "{\"Bare\":1}",
            "{\"One\":1,\"Two\":[1,true]}",
        ] {
            assert!(read::<Message>(text).is_err(), "{text}");
        }
        assert!(read::<Person>(r#"["usr_00000000-0000-0000-0000-000000000001","Ada"]"#).is_err());
    }
}
