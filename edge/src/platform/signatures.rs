//! Signatures of passkeys, verified by the platform's own `node:crypto`.

use serde_json::json;
use universal_wallet_core::people::second_factor::public_key::PublicKey;
use universal_wallet_core::people::second_factor::webauthn::Signatures;
use wasm_bindgen::prelude::*;
use worker::js_sys::JSON;

#[wasm_bindgen(module = "node:crypto")]
extern "C" {
    type KeyObject;

    /// Imports a key; throws for one that is none, such as a point off its curve.
    #[wasm_bindgen(catch, js_name = createPublicKey)]
    fn create_public_key(key: &JsValue) -> Result<KeyObject, JsValue>;

    /// Verifies a signature; without an algorithm, the key's own hash is used.
    #[wasm_bindgen(catch, js_name = verify)]
    fn verify_signature(
        algorithm: Option<&str>,
        data: &[u8],
        key: &KeyObject,
        signature: &[u8],
    ) -> Result<bool, JsValue>;
}

/// The platform's verification.
pub(crate) struct PlatformSignatures;

fn import(key: &PublicKey) -> Option<KeyObject> {
    let jwk = match key {
        PublicKey::Es256 { x, y } => json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }),
        PublicKey::EdDsa { x } => json!({ "kty": "OKP", "crv": "Ed25519", "x": x }),
        PublicKey::Rs256 { n, e } => json!({ "kty": "RSA", "n": n, "e": e }),
    };
    let input = JSON::parse(&json!({ "key": jwk, "format": "jwk" }).to_string()).ok()?;
    create_public_key(&input).ok()
}

impl Signatures for PlatformSignatures {
    fn is_key(&self, key: &PublicKey) -> bool {
        import(key).is_some()
    }

    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let algorithm = match key {
            PublicKey::EdDsa { .. } => None,
            PublicKey::Es256 { .. } | PublicKey::Rs256 { .. } => Some("sha256"),
        };
        let verified = import(key).map(|key| verify_signature(algorithm, message, &key, signature));
        matches!(verified, Some(Ok(true)))
    }
}
