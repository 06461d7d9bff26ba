//! Replies of objects: a letter for the outcome, then JSON. A reply has the version of the message that it answers.

use serde::Serialize;
use serde::de::DeserializeOwned;
use universal_wallet_core::error::{Error, InternalError, Outcome, Refusal};
use universal_wallet_core::text::json_text;

use crate::platform::log::report;

/// Prefix of a result.
const DONE: &str = "RD";
/// Prefix of a refusal.
const REFUSED: &str = "RR";
/// The whole reply after an internal error of the object.
const FAILED: &str = "RF";
/// The reply without a result.
pub(crate) const ACKNOWLEDGED: &str = "RDnull";
/// The shell's reply where no object has the given ID.
const NOWHERE: &str = "E404";
/// The reply to an unreadable message, which has no effect.
const UNREADABLE: &str = "E503";

fn written(kind: &str, content: &impl Serialize) -> String {
    match json_text::write(content) {
        Ok(text) => [kind, &text].concat(),
        Err(fault) => failed(&fault),
    }
}

fn failed(fault: &InternalError) -> String {
    report(fault);
    FAILED.into()
}

/// Encodes the result of a message.
pub(crate) fn reply<T: Serialize>(result: Outcome<T>) -> String {
    match &result {
        Ok(value) => written(DONE, value),
        Err(Error::Refusal(refusal)) => written(REFUSED, refusal.as_ref()),
        Err(Error::Internal(fault)) => failed(fault),
    }
}

/// Logs an unreadable message and returns the reply to it.
pub(crate) fn unreadable(fault: &InternalError) -> String {
    report(fault);
    UNREADABLE.into()
}

/// Decodes a reply. A missing reply, or one after an internal error, leaves the outcome unknown.
pub(crate) fn read_reply<T: DeserializeOwned>(reply: &str) -> Outcome<T> {
    if let Some(refusal) = reply.strip_prefix(REFUSED) {
        return Err(json_text::read::<Refusal>(refusal)?.into());
    }
    if reply == NOWHERE {
        return Err(Refusal::not_found().into());
    }
    let result = reply.strip_prefix(DONE).ok_or_else(Refusal::unavailable)?;
    Ok(json_text::read(result)?)
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;
    use universal_wallet_core::error::Code;

    use super::*;

    fn refusal() -> Refusal {
        Refusal::field(Code::InvalidRequest, "limit", "must be a whole number from 1 to 1000").retry_after(1)
    }

    #[test]
    fn replies_have_their_fixed_forms() {
        let lines = [reply(Ok((7, "a b"))), reply(Ok(())), reply::<()>(Err(refusal().into()))];
        expect_file!["golden/replies.txt"].assert_eq(&(lines.join("\n") + "\n"));
    }

    #[test]
    fn a_reply_is_read_as_it_was_written() {
        assert_eq!(read_reply::<(u8, String)>(&reply(Ok((7, "a b")))), Ok((7, "a b".into())));
        assert_eq!(read_reply::<()>(ACKNOWLEDGED), Ok(()));
        assert_eq!(read_reply::<()>(&reply::<()>(Err(refusal().into()))), Err(refusal().into()));
        for unknown in [FAILED, UNREADABLE, "E500", "", "D"] {
            assert_eq!(read_reply::<()>(unknown), Err(Refusal::unavailable().into()), "{unknown}");
        }
        assert_eq!(read_reply::<()>(NOWHERE), Err(Refusal::not_found().into()));
        assert!(matches!(read_reply::<()>("RD{"), Err(Error::Internal(_))));
    }
}
