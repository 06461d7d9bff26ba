//! An authenticator in software, with a browser around it: makes and uses passkeys, rightly or as a test alters it.

use ciborium::Value;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::json;

/// User present, user verified.
pub const PRESENT_AND_VERIFIED: u8 = 0x05;

enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// An authenticator that holds one passkey.
pub struct Authenticator {
    key: Key,
    /// Credential ID.
    pub id: Vec<u8>,
    /// Signature counter, sent as it is.
    pub counter: u32,
    /// Flags of the authenticator data, without those for their parts.
    pub flags: u8,
}

/// A response before it is signed.
#[derive(Clone)]
pub struct Response {
    /// Client data.
    pub client: serde_json::Value,
    /// Authenticator data.
    pub data: Vec<u8>,
    /// User handle.
    pub user_handle: Option<String>,
}

/// Base64url without padding.
pub fn base64(bytes: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(bytes)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, bytes).as_ref().to_vec()
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

impl Authenticator {
    fn new(key: Key) -> Self {
        let mut id = vec![0; 16];
        ring::rand::SecureRandom::fill(&SystemRandom::new(), &mut id).unwrap();
        Self { key, id, counter: 1, flags: PRESENT_AND_VERIFIED }
    }

    /// A new passkey with an ES256 key.
    pub fn es256() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        Self::new(Key::P256(key))
    }

    /// A new passkey with an EdDSA key.
    pub fn ed25519() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::new(Key::Ed25519(Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap()))
    }

    /// The public key as COSE_Key.
    pub fn cose_key(&self) -> Vec<(Value, Value)> {
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        let members = match &self.key {
            Key::P256(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                vec![(1, 2.into()), (3, (-7).into()), (-1, 1.into()), (-2, bytes(x)), (-3, bytes(y))]
            }
            Key::Ed25519(key) => {
                vec![(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, bytes(key.public_key().as_ref()))]
            }
        };
        members.into_iter().map(|(label, value): (i32, Value)| (Value::from(label), value)).collect()
    }

    /// Signs bytes with the passkey.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::P256(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Key::Ed25519(key) => key.sign(message).as_ref().to_vec(),
        }
    }

    /// The message that a signature covers: authenticator data and the hash of the client data.
    pub fn signed(response: &Response) -> Vec<u8> {
        [response.data.clone(), sha256(response.client.to_string().as_bytes())].concat()
    }

    /// The response to a challenge for enrolling.
    pub fn creation(&self, host: &str, origin: &str, challenge: &str) -> Response {
        let client = json!({ "type": "webauthn.create", "challenge": challenge, "origin": origin });
        let mut data = [sha256(host.as_bytes()), vec![self.flags | 0x40], self.counter.to_be_bytes().to_vec()].concat();
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(cbor(&Value::Map(self.cose_key())));
        Response { client, data, user_handle: None }
    }

    /// The response to a challenge for signing in.
    pub fn assertion(&self, host: &str, origin: &str, challenge: &str, user_handle: Option<&str>) -> Response {
        let client = json!({ "type": "webauthn.get", "challenge": challenge, "origin": origin });
        let data = [sha256(host.as_bytes()), vec![self.flags], self.counter.to_be_bytes().to_vec()].concat();
        Response { client, data, user_handle: user_handle.map(str::to_owned) }
    }

    /// The credential of an enrolment with this attestation, as a browser gives it.
    pub fn attested(&self, response: &Response, format: &str, statement: Vec<(Value, Value)>) -> serde_json::Value {
        let text = |text: &str| Value::Text(text.into());
        let object = cbor(&Value::Map(vec![
            (text("fmt"), text(format)),
            (text("attStmt"), Value::Map(statement)),
            (text("authData"), Value::Bytes(response.data.clone())),
        ]));
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64(response.client.to_string().as_bytes()),
                "attestationObject": base64(&object),
                "transports": ["internal", "hybrid"],
            },
        })
    }

    /// The credential of an enrolment without attestation.
    pub fn created(&self, response: &Response) -> serde_json::Value {
        self.attested(response, "none", Vec::new())
    }

    /// The credential of a sign-in, signed.
    pub fn got(&self, response: &Response) -> serde_json::Value {
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64(response.client.to_string().as_bytes()),
                "authenticatorData": base64(&response.data),
                "signature": base64(&self.sign(&Self::signed(response))),
                "userHandle": response.user_handle,
            },
        })
    }
}
