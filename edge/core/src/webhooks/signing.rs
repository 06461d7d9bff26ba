//! Signatures of messages by Standard Webhooks 1.0: HMAC-SHA-256 over `ID.TIMESTAMP.BODY`.

use crate::id::MessageID;
use data_encoding::BASE64;
use universal_wallet_sdk::Timestamp;
use zeroize::Zeroizing;

use crate::text::digest::{Digest, MacKey};
use crate::text::secret::Secret;

/// Length of a secret in bytes; the standard asks for 24 to 64.
pub const SECRET_BYTES: usize = 32;

/// Prefix of a secret's text.
const PREFIX: &str = "whsec_";

/// Makes the text of a secret from random bytes: `whsec_` and padded base64.
pub fn make_secret(random: &[u8; SECRET_BYTES]) -> Secret {
    let mut text = Zeroizing::new(String::from(PREFIX));
    text.push_str(&Zeroizing::new(BASE64.encode(random)));
    Secret::from(text)
}

/// Digest by which the distributor's records name a secret.
pub fn secret_digest(secret: &Secret) -> Digest {
    Digest::of(&[secret.expose().as_bytes()])
}

/// The key of a secret's text; `None` for any other form.
fn key(secret: &Secret) -> Option<MacKey> {
    let bytes = Zeroizing::new(BASE64.decode(secret.expose().strip_prefix(PREFIX)?.as_bytes()).ok()?);
    (bytes.len() == SECRET_BYTES).then(|| MacKey::new(&bytes))
}

/// The headers `webhook-timestamp` and `webhook-signature` of one attempt; a secret that cannot be read signs nothing.
pub fn sign<'a>(
    secrets: impl IntoIterator<Item = &'a Secret>,
    id: MessageID,
    at: Timestamp,
    body: &str,
) -> (String, String) {
    let timestamp = (at.unix_ms().div_euclid(1000)).to_string();
    let id = id.to_string();
    let content: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body.as_bytes()];
    let signatures: Vec<String> =
        secrets.into_iter().filter_map(key).map(|key| format!("v1,{}", BASE64.encode(&key.tag(&content)))).collect();
    (timestamp, signatures.join(" "))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_signature_is_the_standard_one() {
        // Made with the package `standardwebhooks` 1.1.1 of npm from the same secret, ID, time and body.
        let secret = make_secret(&std::array::from_fn(|place| u8::try_from(place).unwrap()));
        assert_eq!(secret.expose(), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        let id = MessageID::from_uuid(Uuid::from_u128(1));
        let at = Timestamp::from_unix_ms(1_795_543_668_999);
        let (timestamp, signature) = sign([&secret], id, at, "{\"memo\":\"₦ é\"}");
        assert_eq!(timestamp, "1795543668");
        assert_eq!(signature, "v1,EQ5D5kn14PhVqhQbx4/Wkupk6g5OVfy1mZn48hmdiho=");
    }

    #[test]
    fn each_secret_signs_and_an_unreadable_one_does_not() {
        let (one, two) = (make_secret(&[1; SECRET_BYTES]), make_secret(&[2; SECRET_BYTES]));
        let sign = |secrets: &[&Secret]| {
            let id = MessageID::from_uuid(Uuid::from_u128(1));
            sign(secrets.iter().copied(), id, Timestamp::from_unix_ms(0), "{}").1
        };
        let both = sign(&[&one, &two]);
        assert_eq!(both, format!("{} {}", sign(&[&one]), sign(&[&two])));
        for bad in ["", "whsec_", "whsec_AAAA", "whsec_!", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="] {
            assert_eq!(sign(&[&Secret::from(bad.to_owned())]), "", "{bad}");
        }
    }

    #[test]
    fn a_secret_is_named_by_its_digest_and_not_shown() {
        let secret = make_secret(&[1; SECRET_BYTES]);
        assert_ne!(secret_digest(&secret), secret_digest(&make_secret(&[2; SECRET_BYTES])));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
