//! Calls to the running edge.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use ureq::Agent;

/// An answer's status and body.
pub(crate) type Answer = (u16, String);

/// An agent that returns every status as an answer.
fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(20))).build().into()
}

/// A GET without credentials.
pub(super) fn get(url: &str) -> Result<Answer> {
    let mut answer = agent().get(url).call().with_context(|| format!("no answer from {url}"))?;
    Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
}

/// A GET with the issuer's token.
pub(crate) fn get_as_issuer(url: &str, token: &str) -> Result<Answer> {
    let request = agent().get(url).header("Authorization", format!("Bearer {token}"));
    let mut answer = request.call().with_context(|| format!("no answer from {url}"))?;
    Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
}

/// A POST with the issuer's token. The idempotency key makes a repetition harmless if the route uses one.
pub(super) fn post(url: &str, token: &str, idempotency_key: Option<&str>, body: &Value) -> Result<Answer> {
    let mut request = agent().post(url).header("Authorization", format!("Bearer {token}"));
    if let Some(key) = idempotency_key {
        request = request.header("Idempotency-Key", key);
    }
    let request = request.header("Content-Type", "application/json");
    let mut answer = request.send(body.to_string()).with_context(|| format!("no answer from {url}"))?;
    Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
}

/// The message of an error's body.
pub(crate) fn message(body: &str) -> String {
    let message = serde_json::from_str::<Value>(body).ok();
    message.and_then(|body| Some(body.get("message")?.as_str()?.to_owned())).unwrap_or_else(|| body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn a_person_reads_the_message_or_else_the_body() {
        assert_eq!(message(r#"{"error":"x","message":"KEY_PEPPER is missing."}"#), "KEY_PEPPER is missing.");
        assert_eq!(message("<html>"), "<html>");
    }
}
