//! The test vectors of WebAuthn level 3, section 16.

use ciborium::Value;
use serde::Deserialize;
use serde_json::json;
use universal_wallet_core::people::second_factor::public_key::{PublicKey, Unusable};
use universal_wallet_core::people::second_factor::webauthn::{
    AuthenticationCredential, RegistrationCredential, Rejected, RelyingParty, Signatures as _, Stored, authenticate,
    register,
};
use universal_wallet_core::text::base64url::Base64Url;
use universal_wallet_core::text::digest::Digest;

use super::signatures::Ring;

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    registration: Registration,
    authentication: Authentication,
}

#[derive(Deserialize)]
struct Registration {
    challenge: String,
    credential_id: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation_object: String,
}

#[derive(Deserialize)]
struct Authentication {
    challenge: String,
    #[serde(rename = "authenticatorData")]
    authenticator_data: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    signature: String,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str::<File>(include_str!("../fixtures/webauthn.json")).unwrap().vectors
}

fn bytes(hex: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap()
}

fn base64(hex: &str) -> Base64Url {
    bytes(hex).into()
}

fn party() -> RelyingParty {
    RelyingParty { id: "example.org".into(), origin: "https://example.org".into() }
}

impl Vector {
    fn created(&self) -> RegistrationCredential {
        let (made, id) = (&self.registration, base64(&self.registration.credential_id));
        serde_json::from_value(json!({
            "id": id, "rawId": id, "type": "public-key",
            "response": {
                "clientDataJSON": base64(&made.client_data),
                "attestationObject": base64(&made.attestation_object),
            },
        }))
        .unwrap()
    }

    fn used(&self) -> AuthenticationCredential {
        let (used, id) = (&self.authentication, base64(&self.registration.credential_id));
        serde_json::from_value(json!({
            "id": id, "rawId": id, "type": "public-key",
            "response": {
                "clientDataJSON": base64(&used.client_data),
                "authenticatorData": base64(&used.authenticator_data),
                "signature": base64(&used.signature),
            },
        }))
        .unwrap()
    }

    /// Authenticator data of the enrolment.
    fn authenticator_data(&self) -> Vec<u8> {
        let object: Value = ciborium::from_reader(bytes(&self.registration.attestation_object).as_slice()).unwrap();
        let members = object.into_map().unwrap();
        let found = members.into_iter().find(|(name, _)| name.as_text() == Some("authData"));
        found.unwrap().1.into_bytes().unwrap()
    }

    /// The public key: it ends the authenticator data of the enrolment.
    fn public_key(&self) -> Result<PublicKey, Unusable> {
        let key = self.authenticator_data().split_off(55 + self.registration.credential_id.len() / 2);
        PublicKey::read(ciborium::from_reader(key.as_slice()).unwrap())
    }
}

/// Whether each vector can be enrolled here. The standard leaves user verification, frames and attestation to the site;
/// all are strict here.
const ENROLMENTS: [(&str, Result<(), Rejected>); 15] = [
    ("none-es256", Err(Rejected::UserVerification)),
    ("packed-self-es256", Ok(())),
    ("none-es256-crossOrigin", Err(Rejected::CrossOrigin)),
    ("none-es256-topOrigin", Err(Rejected::CrossOrigin)),
    ("none-es256-long-credential-id", Err(Rejected::UserVerification)),
    ("packed-es256", Err(Rejected::Attestation)),
    ("packed-es384", Err(Rejected::UserVerification)),
    ("packed-es512", Err(Rejected::Algorithm)),
    ("packed-rs256", Err(Rejected::Attestation)),
    ("packed-eddsa", Err(Rejected::UserVerification)),
    ("packed-ed448", Err(Rejected::UserVerification)),
    ("tpm-es256", Err(Rejected::Attestation)),
    ("android-key-es256", Err(Rejected::Attestation)),
    ("apple-es256", Err(Rejected::UserVerification)),
    ("fido-u2f-es256", Err(Rejected::UserVerification)),
];

#[test]
fn the_vectors_are_enrolled_or_rejected_for_the_right_reason() {
    let found: Vec<_> = vectors()
        .iter()
        .map(|vector| {
            let enrolled = register(&party(), &bytes(&vector.registration.challenge), &vector.created(), &Ring);
            (vector.name.clone(), enrolled.map(|_| ()))
        })
        .collect();
    let expected: Vec<_> = ENROLMENTS.into_iter().map(|(name, enrolled)| (name.to_owned(), enrolled)).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_keys_and_signatures_of_the_vectors_are_right_and_altered_ones_are_not() {
    let mut verified = Vec::new();
    for vector in vectors() {
        let key = match vector.public_key() {
            Ok(key) => key,
            Err(unusable) => {
                assert_eq!(unusable, Unusable::Algorithm, "{}", vector.name);
                continue;
            }
        };
        let used = &vector.authentication;
        let hash = Digest::of(&[&bytes(&used.client_data)]);
        let mut message = [bytes(&used.authenticator_data), hash.bytes().to_vec()].concat();
        assert!(Ring.verify(&key, &message, &bytes(&used.signature)), "{}", vector.name);
        message[32] ^= 0x04;
        assert!(!Ring.verify(&key, &message, &bytes(&used.signature)), "{}", vector.name);
        verified.push(vector.name);
    }
    assert_eq!(verified.len(), 12, "{verified:?}");
    assert!(verified.iter().any(|name| name == "packed-rs256") && verified.iter().any(|name| name == "packed-eddsa"));
}

#[test]
fn the_vectors_sign_in_where_the_user_was_verified() {
    let mut signed_in = 0;
    for vector in vectors() {
        let Ok(key) = vector.public_key() else { continue };
        let (flags, enrolled) = (bytes(&vector.authentication.authenticator_data)[32], vector.authenticator_data()[32]);
        let backup_eligible = enrolled & 0x08 != 0;
        let stored = Stored { public_key: &key, sign_count: 0, backup_eligible, user_handle: b"handle" };
        let challenge = bytes(&vector.authentication.challenge);
        let used = authenticate(&party(), &challenge, &vector.used(), stored, false, &Ring);
        let framed = vector.name.ends_with("Origin");
        let expected = match (framed, flags & 0x04 != 0) {
            (true, _) => Err(Rejected::CrossOrigin),
            (false, false) => Err(Rejected::UserVerification),
            (false, true) => Ok(0),
        };
        assert_eq!(used, expected, "{}", vector.name);
        signed_in += usize::from(used.is_ok());
        // The same answer to another challenge, and to no challenge.
        assert_eq!(
            authenticate(&party(), &challenge[1..], &vector.used(), stored, false, &Ring),
            Err(Rejected::Challenge)
        );
        assert_eq!(authenticate(&party(), &[], &vector.used(), stored, false, &Ring), Err(Rejected::Challenge));
        assert_eq!(authenticate(&party(), &challenge, &vector.used(), stored, true, &Ring), Err(Rejected::UserHandle));
    }
    assert!(signed_in >= 3, "{signed_in}");
}
