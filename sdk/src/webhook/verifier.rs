//! Verification of a message.

use core::fmt;
use core::time::Duration;

use base64ct::{Base64, Encoding as _};

use super::event::Event;
use super::secret::Secret;
use crate::timestamp::Timestamp;

/// How far the sender's clock and ours may be apart, as the standard asks.
const TOLERANCE: Duration = Duration::from_secs(300);

/// Maximum length of a message's ID, in bytes.
const LONGEST_ID: usize = 255;

/// Maximum number of signatures that are looked at; a sender has two secrets at most.
const MAX_SIGNATURES: usize = 16;

/// Verifies the messages of one endpoint. See the [example](super).
#[derive(Clone, Debug)]
pub struct Verifier {
    secrets: Vec<Secret>,
}

/// A verified message. See the [example](super).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// Names the message; the same in every attempt and resend.
    pub id: String,
    /// When this attempt was sent.
    pub sent_at: Timestamp,
    /// The event that it tells.
    pub event: Event,
}

impl Verifier {
    /// A verifier with the endpoint's secret. See the [example](super).
    pub fn new(secret: Secret) -> Self {
        Self { secrets: vec![secret] }
    }

    /// Accepts a further secret, while the endpoint's secret rotates.
    ///
    /// ```
    /// # use universal_wallet_sdk::webhook::Verifier;
    /// let (old, new) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    /// let verifier = Verifier::new(old.parse()?).or(new.parse()?);
    /// # Ok::<(), universal_wallet_sdk::webhook::SecretError>(())
    /// ```
    #[must_use]
    pub fn or(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Verifies a message: its headers (looked up by lower-case name), its body byte by byte as it came, and its age.
    /// Answer an error with 400, and do nothing else. See the [example](super).
    pub fn verify<T: AsRef<str>>(
        &self,
        header: impl Fn(&str) -> Option<T>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Message, VerifyError> {
        let required = |name: &'static str| header(name).ok_or(VerifyError::MissingHeader(name));
        let (id, time, signature) =
            (required("webhook-id")?, required("webhook-timestamp")?, required("webhook-signature")?);
        let (id, time, signature) = (id.as_ref(), time.as_ref(), signature.as_ref());
        if !(1..=LONGEST_ID).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(VerifyError::InvalidHeader("webhook-id"));
        }
        let is_number = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit());
        let seconds: i64 =
            time.parse().ok().filter(|_| is_number).ok_or(VerifyError::InvalidHeader("webhook-timestamp"))?;

        // Other versions' signatures, and those that are no base64, are by nobody.
        let signatures: Vec<Vec<u8>> = signature
            .split(' ')
            .filter_map(|entry| Base64::decode_vec(entry.strip_prefix("v1,")?).ok())
            .take(MAX_SIGNATURES)
            .collect();
        if !self.secrets.iter().any(|secret| secret.signed(id, seconds, body, &signatures)) {
            return Err(VerifyError::Signature);
        }
        let sent_at = Timestamp::from_unix_ms(seconds.saturating_mul(1000));
        let apart = Duration::from_secs((now.unix_ms() / 1000).abs_diff(seconds));
        if apart > TOLERANCE {
            return Err(VerifyError::Age);
        }
        let event = Event::read(body).map_err(VerifyError::Body)?;
        Ok(Message { id: id.to_owned(), sent_at, event })
    }
}

/// Reasons not to trust a message. None holds anything of it but a member's name. See the [example](super).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// A header is missing.
    MissingHeader(&'static str),
    /// A header cannot be read.
    InvalidHeader(&'static str),
    /// No signature is by a known secret: a forgery, a body that was altered on its way, or another endpoint's secret.
    Signature,
    /// The message is genuine, and its time is more than five minutes away from ours.
    Age,
    /// The message is genuine, and its body is no event.
    Body(String),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHeader(name) => write!(f, "the header {name} is missing"),
            Self::InvalidHeader(name) => write!(f, "the header {name} cannot be read"),
            Self::Signature => f.write_str(
                "no signature is by this endpoint's secret: compare the secret, and verify the body as it came, byte by \
                 byte",
            ),
            Self::Age => f.write_str("it was sent more than five minutes ago, or this machine's clock is wrong"),
            Self::Body(problem) => write!(f, "its body cannot be read: {problem}"),
        }
    }
}

impl core::error::Error for VerifyError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::event::{Data, EventType};

    const BODY: &[u8] =
        "{\"type\":\"later.type\",\"timestamp\":\"2026-11-24T18:07:48.000Z\",\"data\":{\"memo\":\"₦\"}}".as_bytes();

    fn secret(byte: u8) -> Secret {
        format!("whsec_{}", Base64::encode_string(&[byte; 32])).parse().unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-24T18:07:50.000Z".parse().unwrap()
    }

    fn verify(verifier: &Verifier, headers: [&str; 3], body: &[u8]) -> Result<Message, VerifyError> {
        let [id, time, signature] = headers;
        let header = |name: &str| match name {
            "webhook-id" => Some(id),
            "webhook-timestamp" => Some(time),
            "webhook-signature" => Some(signature),
            _ => None,
        };
        verifier.verify(header, body, now())
    }

    #[test]
    fn a_genuine_message_is_accepted_and_an_unknown_type_survives() {
        let (time, signature) = ((now().unix_ms() / 1000).to_string(), secret(7).sign("msg_1", now(), BODY));
        let message = verify(&Verifier::new(secret(7)), ["msg_1", &time, &signature], BODY).unwrap();
        assert_eq!((message.id.as_str(), message.sent_at), ("msg_1", now()));
        assert_eq!(message.event.kind, EventType::Other("later.type".into()));
        assert!(matches!(&message.event.data, Data::Other(data) if data["memo"] == "₦"));
    }

    #[test]
    fn a_message_that_was_altered_anywhere_is_refused() {
        let (time, signature) = ((now().unix_ms() / 1000).to_string(), secret(7).sign("msg_1", now(), BODY));
        let later = (now().unix_ms() / 1000 + 1).to_string();
        let verifier = Verifier::new(secret(7));
        let mut altered = BODY.to_vec();
        altered[9] ^= 1;
        for (headers, body) in [
            (["msg_2", &time, &signature], BODY),
            (["msg_1", &later, &signature], BODY),
            (["msg_1", &time, &signature.replace("v1,", "v2,")], BODY),
            (["msg_1", &time, &signature[..signature.len() - 4]], BODY),
            (["msg_1", &time, ""], BODY),
            (["msg_1", &time, &signature], &altered),
            (["msg_1", &time, &secret(8).sign("msg_1", now(), BODY)], BODY),
        ] {
            assert_eq!(verify(&verifier, headers, body), Err(VerifyError::Signature), "{headers:?}");
        }
    }

    #[test]
    fn while_a_secret_rotates_one_of_several_signatures_and_secrets_is_enough() {
        let time = (now().unix_ms() / 1000).to_string();
        let (old, new) = (secret(7).sign("msg_1", now(), BODY), secret(8).sign("msg_1", now(), BODY));
        let both = format!("v1a,unknown {old} {new}");
        for verifier in [Verifier::new(secret(7)), Verifier::new(secret(8)), Verifier::new(secret(9)).or(secret(8))] {
            assert!(verify(&verifier, ["msg_1", &time, &both], BODY).is_ok());
        }
        assert!(verify(&Verifier::new(secret(9)), ["msg_1", &time, &both], BODY).is_err());
    }

    #[test]
    fn exactly_five_minutes_are_accepted_and_a_second_more_is_not() {
        for (seconds, accepted) in [(-300, true), (-301, false), (300, true), (301, false)] {
            let at = now().plus_ms(seconds * 1000);
            let (time, signature) = ((at.unix_ms() / 1000).to_string(), secret(7).sign("msg_1", at, BODY));
            let result = verify(&Verifier::new(secret(7)), ["msg_1", &time, &signature], BODY);
            assert_eq!(result.is_ok(), accepted, "{seconds}");
            assert!(accepted || result == Err(VerifyError::Age));
        }
    }

    #[test]
    fn headers_that_are_missing_or_nonsense_are_named() {
        let verifier = Verifier::new(secret(7));
        let nothing = verifier.verify(|_| None::<&str>, BODY, now());
        assert_eq!(nothing, Err(VerifyError::MissingHeader("webhook-id")));
        let long = "1".repeat(300);
        for (headers, name) in [
            (["", "1", "v1,"], "webhook-id"),
            (["a b", "1", "v1,"], "webhook-id"),
            ([long.as_str(), "1", "v1,"], "webhook-id"),
            (["msg_1", "", "v1,"], "webhook-timestamp"),
            (["msg_1", "-1", "v1,"], "webhook-timestamp"),
            (["msg_1", "+1", "v1,"], "webhook-timestamp"),
            (["msg_1", "1.5", "v1,"], "webhook-timestamp"),
            (["msg_1", &long, "v1,"], "webhook-timestamp"),
        ] {
            assert_eq!(verify(&verifier, headers, BODY), Err(VerifyError::InvalidHeader(name)), "{headers:?}");
        }
    }

    #[test]
    fn a_genuine_body_that_is_no_event_is_an_error_without_its_values() {
        let time = (now().unix_ms() / 1000).to_string();
        for (body, says) in [
            ("", "JSON"),
            ("[]", "form"),
            (r#"{"type":"webhook.test","timestamp":8031234567,"data":{}}"#, "`timestamp`"),
            (
                r#"{"type":"operation.completed","timestamp":"2026-11-24T18:07:48.000Z","data":{"operationID":8031234}}"#,
                "`data.operationID`",
            ),
        ] {
            let signature = secret(7).sign("msg_1", now(), body.as_bytes());
            let failed = verify(&Verifier::new(secret(7)), ["msg_1", &time, &signature], body.as_bytes()).unwrap_err();
            assert!(failed.to_string().contains(says) && !failed.to_string().contains("8031234"), "{failed}");
        }
    }
}
