//! Passkeys: what a browser sends for enrolling and signing in.

use serde_json::json;
use universal_wallet_core::people::second_factor::public_key::PublicKey;
use universal_wallet_core::people::second_factor::webauthn::{
    RelyingParty, Signatures, Stored, authenticate, register,
};
use universal_wallet_core::text::base64url::Base64Url;
use universal_wallet_core::text::digest::Digest;

const CHALLENGE: &[u8] = b"a challenge";
const ID: &[u8] = b"sixteen bytes ID";

/// Signatures that are right for one message.
struct Over(Vec<u8>);

impl Signatures for Over {
    fn is_key(&self, _: &PublicKey) -> bool {
        true
    }

    fn verify(&self, _: &PublicKey, message: &[u8], _: &[u8]) -> bool {
        self.0 == message
    }
}

fn client_data(kind: &str) -> Vec<u8> {
    let challenge = Base64Url::from(CHALLENGE);
    json!({ "type": kind, "challenge": challenge, "origin": "https://wallet.example" }).to_string().into_bytes()
}

/// Bytes that follow a letter: `o` an attestation object, `d` authenticator data and `c` client data of a sign-in. An
/// enrolment has the ID and the host that it says and a verified user; a sign-in counts only as it was signed.
pub fn passkey(data: &[u8]) {
    let party = RelyingParty { id: "wallet.example".into(), origin: "https://wallet.example".into() };
    let Some((kind, data)) = data.split_first() else { return };
    let genuine = [Digest::of(&[b"wallet.example"]).bytes().as_slice(), &[0x05, 0, 0, 0, 1]].concat();
    let (client, authenticator) = match kind {
        b'o' => {
            let credential = json!({ "id": Base64Url::from(ID), "type": "public-key", "response": {
                "clientDataJSON": Base64Url::from(client_data("webauthn.create")), "attestationObject": Base64Url::from(data),
            } });
            let credential = serde_json::from_value(credential).unwrap();
            if let Ok(registered) = register(&party, CHALLENGE, &credential, &Over(Vec::new())) {
                let has = |part: &[u8]| data.windows(part.len()).any(|window| window == part);
                assert!(registered.credential_id.bytes() == ID && has(ID) && has(&genuine[..32]));
                assert!(data.len() <= 8192);
            }
            return;
        }
        b'd' => (client_data("webauthn.get"), data.to_vec()),
        b'c' => (data.to_vec(), genuine.clone()),
        _ => return,
    };
    let right = client_data("webauthn.get");
    let signed = [genuine.as_slice(), Digest::of(&[&right]).bytes()].concat();
    let credential = json!({ "id": Base64Url::from(ID), "type": "public-key", "response": {
        "clientDataJSON": Base64Url::from(client.clone()), "authenticatorData": Base64Url::from(authenticator.clone()),
        "signature": "", "userHandle": Base64Url::from(ID),
    } });
    let credential = serde_json::from_value(credential).unwrap();
    let public_key = PublicKey::EdDsa { x: ID.into() };
    let stored = Stored { public_key: &public_key, sign_count: 0, backup_eligible: false, user_handle: ID };
    let signed_in = authenticate(&party, CHALLENGE, &credential, stored, true, &Over(signed));
    assert_eq!(signed_in.is_ok(), client == right && authenticator == genuine);
}
