//! A call on behalf of an HTTP request, as the Worker passes it to a Distributor: a line for each part, the body last.
//! Every call sends this message, so its encoding is plain text.

use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::DistributorID;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::{Input, Unread};
use universal_wallet_core::text::json_text;

use super::envelope::{self, Receiver};
use super::to_distributor::ConsoleCaller;
use crate::http::answer::{Origin, Scheme};
use crate::http::routes::Route;
use crate::platform::log;

/// Authenticated caller of a request.
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    /// A genuine key, by its digest.
    Key(Digest),
    /// A signed-in person.
    Person(ConsoleCaller),
    /// The issuer.
    Issuer,
}

/// A call, which the object answers itself.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Facts about the request that all of its answers need.
    pub(crate) origin: Origin,
    /// Requested route.
    pub(crate) route: Route,
    /// The distributor named in the path.
    pub(crate) distributor: DistributorID,
    /// Variable segments of the path after the distributor, with slashes between.
    pub(crate) subject: String,
    /// Query without its question mark.
    pub(crate) query: String,
    /// Client address, if the platform provides it.
    pub(crate) ip: Option<String>,
    /// Body and idempotency key.
    pub(crate) input: Input,
}

impl Call {
    /// Encodes the message. Only the body can contain line breaks: the other parts come from the URL or headers, or are
    /// JSON.
    pub(crate) fn message(&self, principal: &Principal) -> Result<String, InternalError> {
        let (kind, who) = match principal {
            Principal::Key(digest) => ("K", digest.to_string()),
            Principal::Person(person) => ("P", json_text::write(person)?),
            Principal::Issuer => ("I", String::new()),
        };
        let (read, body) = match &self.input.body {
            Ok(text) => ("+", text.as_str()),
            Err(Unread::TooLarge) => ("L", ""),
            Err(Unread::Broken) => ("B", ""),
            Err(Unread::NotJson) => ("N", ""),
        };
        let Self { distributor, subject, query, .. } = self;
        let mut content = String::with_capacity(256 + subject.len() + query.len() + body.len());
        content.extend([kind, &who, "\n", &distributor.to_string(), "\n", subject, "\n", query]);
        for part in [&self.ip, &self.input.idempotency_key] {
            // An absent part is an empty line; an empty part is not.
            content.push('\n');
            if let Some(part) = part {
                content.extend(["=", part]);
            }
        }
        content.extend(["\n", read, body]);
        Ok(envelope::write(Receiver::DistributorCall, &content))
    }

    /// Decodes a message whose opened envelope has set request and route.
    pub(crate) fn read(content: &str) -> Result<(Principal, Self), InternalError> {
        let context = log::context();
        let route = Route::from_id(&context.route).ok_or_else(|| InternalError::new("a call of an unknown route"))?;
        parse(content, route, &context.request_id).ok_or_else(|| InternalError::new("a call that cannot be read"))
    }
}

fn parse(content: &str, route: Route, request_id: &str) -> Option<(Principal, Call)> {
    let mut lines = content.splitn(7, '\n');
    let principal = lines.next()?;
    let who = principal.get(1..)?;
    let principal = match principal.get(..1)? {
        "K" => Principal::Key(who.parse().ok()?),
        "P" => Principal::Person(json_text::read(who).ok()?),
        "I" if who.is_empty() => Principal::Issuer,
        _ => return None,
    };
    let distributor = lines.next()?.parse().ok()?;
    let scheme =
        if matches!(principal, Principal::Person(_)) { Scheme::Session } else { Scheme::Bearer { sent: true } };
    let origin = Origin { request_id: request_id.into(), scheme };
    let (subject, query) = (lines.next()?.into(), lines.next()?.into());
    let mut optional = || Some(lines.next()?.strip_prefix('=').map(str::to_owned));
    let (ip, idempotency_key) = (optional()?, optional()?);
    let body = lines.next()?;
    let body = match body.get(..1)? {
        "+" => Ok(body.get(1..)?.into()),
        "L" => Err(Unread::TooLarge),
        "B" => Err(Unread::Broken),
        "N" => Err(Unread::NotJson),
        _ => return None,
    };
    let input = Input { body, idempotency_key };
    Some((principal, Call { origin, route, distributor, subject, query, ip, input }))
}
