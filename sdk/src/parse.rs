//! JSON from the other side.

use serde::de::DeserializeOwned;

/// Reasons why a body cannot be read. No value of the body is part of them, since it may be a secret.
pub(crate) enum Malformed {
    NotJSON,
    /// Names the member.
    Member(String),
}

/// The value of a JSON text.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Malformed> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let inner = error.inner();
        if !inner.is_data() {
            return Malformed::NotJSON;
        }
        // The names of members are the SDK's own: others are skipped.
        let path = error.path().to_string();
        let text = inner.to_string();
        let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
        Malformed::Member(match (path.as_str(), missing) {
            (".", None) => "content".to_owned(),
            (".", Some((name, _))) => format!("member `{name}` is missing, or"),
            (path, None) => format!("member `{path}`"),
            (path, Some((name, _))) => format!("member `{path}.{name}` is missing, or"),
        })
    })?;
    deserializer.end().map_err(|_| Malformed::NotJSON)?;
    Ok(value)
}
