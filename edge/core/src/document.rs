//! Writing and reading stored documents and messages.

use std::string::String;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::refusal::Fault;

/// Reads a document from its text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    Ok(serde_json::from_str(text)?)
}

/// A document's text.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<String, Fault> {
    Ok(serde_json::to_string(value)?)
}
