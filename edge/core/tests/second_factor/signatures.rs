//! Verification of signatures by ring, which stands for the platform's.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use universal_wallet_core::people::second_factor::public_key::PublicKey;
use universal_wallet_core::people::second_factor::webauthn::Signatures;

pub(crate) struct Ring;

impl Signatures for Ring {
    // ring looks at a key when it verifies.
    fn is_key(&self, _: &PublicKey) -> bool {
        true
    }

    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let verified = match key {
            PublicKey::Es256 { x, y } => {
                let point = [&[4], x.bytes(), y.bytes()].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            PublicKey::EdDsa { x } => UnparsedPublicKey::new(&ED25519, x.bytes()).verify(message, signature),
            PublicKey::Rs256 { n, e } => {
                let key = RsaPublicKeyComponents { n: n.bytes(), e: e.bytes() };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.is_ok()
    }
}
