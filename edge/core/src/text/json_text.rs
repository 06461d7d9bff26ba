//! Writing and reading stored documents and messages.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::InternalError;

/// Reads a document from its text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, InternalError> {
    Ok(serde_json::from_str(text)?)
}

/// A document's text.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<String, InternalError> {
    Ok(serde_json::to_string(value)?)
}
