//! A call on behalf of an HTTP request, as the Worker hands it over to a Distributor: a line for
//! each part, the body last. It is the one message on the way of every call, so its form is plain.

use universal_wallet::id::DistributorID;
use universal_wallet_core::digest::Digest;
use universal_wallet_core::document;
use universal_wallet_core::input::{Input, Unread};
use universal_wallet_core::refusal::Fault;

use super::ConsoleCaller;
use crate::platform::answer::{Origin, Scheme};
use crate::worker::routes::{ROUTES, Route};

/// What distinguishes a call from other messages, which are JSON.
const MARK: &str = "call\n";

/// Who calls, as the Worker found them.
#[derive(Clone, Debug)]
pub(crate) enum Asker {
    /// A key of ours, by its digest.
    Key(Digest),
    /// A signed-in person.
    Person(ConsoleCaller),
    /// The issuer.
    Issuer,
}

/// A call, which the object answers itself.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// What every answer of the request shares.
    pub(crate) origin: Origin,
    /// What is asked for.
    pub(crate) route: Route,
    /// The distributor, as the path spells it.
    pub(crate) distributor: DistributorID,
    /// The path's second variable segment.
    pub(crate) subject: String,
    /// The query, without its question mark.
    pub(crate) query: String,
    /// The client's address, where the platform tells it.
    pub(crate) ip: Option<String>,
    /// Body and idempotency key.
    pub(crate) input: Input,
}

impl Call {
    /// As one object tells the other. No part but the body can hold a line break: they come from
    /// the URL and from headers, or are JSON.
    pub(crate) fn text(&self, caller: &Asker) -> Result<String, Fault> {
        let (kind, who) = match caller {
            Asker::Key(digest) => ("K", digest.to_string()),
            Asker::Person(person) => ("P", document::write(person)?),
            Asker::Issuer => ("I", String::new()),
        };
        let route = ROUTES.iter().position(|(_, _, route, _)| *route == self.route).unwrap_or(ROUTES.len());
        let (read, body) = match &self.input.body {
            Ok(text) => ("+", text.as_str()),
            Err(Unread::TooLarge) => ("L", ""),
            Err(Unread::Broken) => ("B", ""),
            Err(Unread::NotJson) => ("N", ""),
        };
        let Self { origin: Origin { request_id, .. }, distributor, subject, query, .. } = self;
        let mut text = String::with_capacity(256 + subject.len() + query.len() + body.len());
        text.extend([MARK, kind, &who]);
        let distributor = distributor.to_string();
        for line in [itoa::Buffer::new().format(route), &distributor, request_id, subject, query] {
            text.extend(["\n", line]);
        }
        for part in [&self.ip, &self.input.idempotency_key] {
            // An absent part is an empty line, an empty one is not.
            text.push('\n');
            if let Some(part) = part {
                text.extend(["=", part]);
            }
        }
        text.extend(["\n", read, body]);
        Ok(text)
    }

    /// Reads a call; `None` where the message is none.
    pub(crate) fn read(message: &str) -> Option<Result<(Asker, Self), Fault>> {
        let call = message.strip_prefix(MARK)?;
        Some(parse(call).ok_or_else(|| Fault::new("a call that cannot be read")))
    }
}

fn parse(text: &str) -> Option<(Asker, Call)> {
    let mut lines = text.splitn(9, '\n');
    let caller = lines.next()?;
    let who = caller.get(1..)?;
    let caller = match caller.get(..1)? {
        "K" => Asker::Key(who.parse().ok()?),
        "P" => Asker::Person(document::read(who).ok()?),
        _ => Asker::Issuer,
    };
    let (_, _, route, _) = *ROUTES.get(lines.next()?.parse::<usize>().ok()?)?;
    let distributor = lines.next()?.parse().ok()?;
    let scheme = if matches!(caller, Asker::Person(_)) { Scheme::Session } else { Scheme::Bearer { sent: true } };
    let origin = Origin { request_id: lines.next()?.into(), scheme };
    let (subject, query) = (lines.next()?.into(), lines.next()?.into());
    let mut optional = || Some(lines.next()?.strip_prefix('=').map(str::to_owned));
    let (ip, idempotency_key) = (optional()?, optional()?);
    let body = lines.next()?;
    let body = match body.get(..1)? {
        "+" => Ok(body.get(1..)?.into()),
        "L" => Err(Unread::TooLarge),
        "N" => Err(Unread::NotJson),
        _ => Err(Unread::Broken),
    };
    let input = Input { body, idempotency_key };
    Some((caller, Call { origin, route, distributor, subject, query, ip, input }))
}

#[cfg(test)]
mod tests {
    use universal_wallet::id::UserID;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_call_is_read_as_it_was_told() {
        let person = ConsoleCaller {
            user: UserID::from_uuid(Uuid::from_u128(3)),
            login: "ada@example.com".parse().unwrap(),
            must_change_password: false,
            only_here: true,
        };
        for caller in [Asker::Key(Digest::of(&[b"key"])), Asker::Person(person), Asker::Issuer] {
            for body in [Ok("{\"memo\":\n\"a\"}".into()), Ok(String::new()), Err(Unread::NotJson)] {
                for (_, _, route, _) in ROUTES {
                    let call = Call {
                        origin: Origin { request_id: "id".into(), scheme: Scheme::Session },
                        route: *route,
                        distributor: DistributorID::from_uuid(Uuid::from_u128(7)),
                        subject: "op_1".into(),
                        query: "limit=1&offset=2".into(),
                        ip: None,
                        input: Input { body: body.clone(), idempotency_key: Some(String::new()) },
                    };
                    let text = call.text(&caller).unwrap();
                    let (_, read) = Call::read(&text).unwrap().unwrap();
                    assert_eq!(read.text(&caller).unwrap(), text);
                    assert_eq!(read.route, *route);
                }
            }
        }
        assert!(Call::read("{\"Membership\":{}}").is_none());
        assert!(Call::read("call\nK\n").unwrap().is_err());
    }
}
