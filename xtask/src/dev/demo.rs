//! The demo: the issuer's calls that fill a new edge. A repetition changes nothing.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::json;

use super::http::{Answer, message, post};
use super::people::{PEOPLE, Passwords};
use crate::say;

/// The demo's distributor.
pub(crate) const DISTRIBUTOR_ID: &str = "36e48800-22ce-4ea0-b37a-198f7978cd53";

/// An edge with the demo's data.
pub(crate) struct Demo {
    pub(crate) passwords: Passwords,
}

impl Demo {
    /// Creates the distributor with its people and float, and the merchant, unless they exist.
    pub(crate) fn seed(url: &str, token: &str, folder: &Path) -> Result<Self> {
        let issuer = format!("{url}/issuer/v1");
        let passwords = Passwords::load_or_create(folder)?;
        let users: Vec<_> = PEOPLE
            .iter()
            .map(|person| {
                json!({
                    "login": person.login, "name": person.name, "roles": [person.role],
                    "password": passwords.of(person),
                })
            })
            .collect();
        let distributor = json!({
            "distributorID": DISTRIBUTOR_ID, "name": "Demo Distributor", "currency": "NGN", "users": users,
        });
        let made = post(&format!("{issuer}/distributors"), token, None, &distributor)?;
        if made_or_there("the demo's distributor", &made)? {
            say::step("Seeding the demo");
        } else if passwords.new {
            bail!("the demo is there, but its passwords are not: remove {} to start anew", folder.display());
        }
        let topup = json!({"amount": "50000.00", "reference": "The demo's first float"});
        let topups = format!("{issuer}/distributors/{DISTRIBUTOR_ID}/topups");
        made_or_there("the demo's float", &post(&topups, token, Some("demo-float"), &topup)?)?;
        let merchant = json!({"shortCode": "100000", "name": "ABC Store"});
        made_or_there("the demo's merchant", &post(&format!("{issuer}/merchants"), token, None, &merchant)?)?;
        Ok(Self { passwords })
    }
}

/// Whether the call created something; an existing one is not an error.
fn made_or_there(what: &str, (status, body): &Answer) -> Result<bool> {
    match status {
        200 | 201 => Ok(true),
        409 if body.contains("\"already_exists\"") => Ok(false),
        _ => bail!("{what} could not be made: the Worker answers {status}: {}", message(body)),
    }
}

#[cfg(test)]
mod tests {
    use super::made_or_there;

    #[test]
    fn only_what_is_there_already_may_be_refused() {
        assert!(made_or_there("it", &(201, "{}".into())).unwrap());
        assert!(!made_or_there("it", &(409, r#"{"code":"already_exists"}"#.into())).unwrap());
        assert!(made_or_there("it", &(409, r#"{"code":"invalid_state"}"#.into())).is_err());
        assert!(made_or_there("it", &(503, "{}".into())).is_err());
    }
}
