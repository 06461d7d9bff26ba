//! JSON text of stored documents and messages.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::InternalError;

/// Parses a document.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, InternalError> {
    Ok(serde_json::from_str(text)?)
}

/// Serialises a document.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<String, InternalError> {
    Ok(serde_json::to_string(value)?)
}

/// Adds members to a JSON object.
pub fn add<const N: usize>(object: &mut Value, members: [(&str, Value); N]) {
    if let Value::Object(object) = object {
        object.extend(members.map(|(name, value)| (name.to_owned(), value)));
    }
}
