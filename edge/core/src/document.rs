//! Reading stored documents and messages. serde_json makes code of its own for each type that it
//! reads out of text, kilobytes of it. So where speed is no matter the text becomes a [`Value`]
//! first, by the same code for all, and little is made for each type.

use std::string::String;
use std::vec;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value, map};

/// Reads a document from its text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    of(serde_json::from_str(text)?)
}

/// Reads a document that is a value already.
pub fn of<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Document(value))
}

/// A value to be read. A struct is an object, as serde_json writes it, and nothing else.
struct Document(Value);

#[cold]
#[inline(never)]
fn unfit(expected: &dyn Expected) -> Error {
    Error::custom(format_args!("a document has something else in place of {expected}"))
}

impl<'de> Deserializer<'de> for Document {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(members) => visitor.visit_map(Members { members: members.into_iter(), value: Value::Null }),
            Value::String(text) => visitor.visit_string(text),
            Value::Bool(flag) => visitor.visit_bool(flag),
            Value::Number(number) => number.deserialize_any(visitor),
            Value::Null => visitor.visit_unit(),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(members) => visitor.visit_map(Members { members: members.into_iter(), value: Value::Null }),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_str(&text),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Bool(flag) => visitor.visit_bool(flag),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_u64() {
            Some(number) => visitor.visit_u64(number),
            None => Err(unfit(&visitor)),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_i64() {
            Some(number) => visitor.visit_i64(number),
            None => Err(unfit(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            _ => Err(unfit(&visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let variant = match self.0 {
            Value::String(name) => Some((name, Value::Null)),
            Value::Object(members) if members.len() == 1 => members.into_iter().next(),
            _ => None,
        };
        match variant {
            Some((name, content)) => visitor.visit_enum(Variant { name, content }),
            None => Err(unfit(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 f64 char bytes byte_buf unit_struct tuple_struct
    }
}

/// The items of a list.
struct Items(vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(Document(item))).transpose()
    }
}

/// The members of an object, and the value that belongs to the name read last.
struct Members {
    members: map::IntoIter,
    value: Value,
}

impl Members {
    #[inline(never)]
    fn next(&mut self) -> Option<Value> {
        let (name, value) = self.members.next()?;
        self.value = value;
        Some(Value::String(name))
    }
}

impl<'de> MapAccess<'de> for Members {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.next().map(|name| seed.deserialize(Document(name))).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Document(self.value.take()))
    }
}

/// A variant of an enum.
struct Variant {
    name: String,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Content;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Content), Error> {
        Ok((seed.deserialize(Document(Value::String(self.name)))?, Content(self.content)))
    }
}

/// What a variant holds.
struct Content(Value);

impl<'de> VariantAccess<'de> for Content {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        serde::Deserialize::deserialize(Document(self.0))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Document(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        Document(self.0).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        Document(self.0).deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

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
        let named = Message::Named { pair: ("a\n\"".into(), u64::MAX), list, bytes: [0, 255] };
        for message in [Message::Bare, Message::One(None), Message::One(Some(7)), Message::Two(i64::MIN, true), named] {
            let text = serde_json::to_string(&message).unwrap();
            assert_eq!(read::<Message>(&text).unwrap(), message, "{text}");
        }
    }

    #[test]
    fn a_member_that_came_later_is_passed_over() {
        let text = r#"{"id":"usr_00000000-0000-0000-0000-000000000001","name":"Ada","later":{"a":[1]}}"#;
        assert_eq!(read::<Person>(text).unwrap().name, "Ada");
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
