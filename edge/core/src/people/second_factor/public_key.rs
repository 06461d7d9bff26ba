//! Public keys of passkeys: from COSE_Key (RFC 9052, 9053, 8230) to the form that is stored and verified with.

use ciborium::Value;
use coset::iana::{self, EnumI64 as _};
use coset::{AsCborValue as _, CoseKey, KeyType, Label, RegisteredLabelWithPrivate};
use serde::{Deserialize, Serialize};

use crate::text::base64url::Base64Url;

/// Lengths of an RSA modulus, in bytes: 2048 to 4096 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;

/// A public key with its algorithm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "algorithm")]
pub enum PublicKey {
    /// ECDSA on P-256 with SHA-256: the point's coordinates, 32 bytes each.
    #[serde(rename = "ES256")]
    Es256 {
        /// First coordinate.
        x: Base64Url,
        /// Second coordinate.
        y: Base64Url,
    },
    /// EdDSA on Curve25519: the encoded point, 32 bytes.
    #[serde(rename = "EdDSA")]
    EdDsa {
        /// The encoded point.
        x: Base64Url,
    },
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256 {
        /// Modulus.
        n: Base64Url,
        /// Exponent, at most 4 bytes.
        e: Base64Url,
    },
}

/// COSE algorithms that a passkey may use, the most wanted first.
pub const ALGORITHMS: [i64; 3] = [-7, -8, -257];

/// Reason why a COSE_Key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// The algorithm is none of [`ALGORITHMS`].
    Algorithm,
    /// The key does not fit its algorithm.
    Key,
}

/// A byte string among the key's parameters.
fn bytes(key: &CoseKey, label: i64) -> Option<&[u8]> {
    let found = key.params.iter().find(|(name, _)| *name == Label::Int(label));
    found.and_then(|(_, value)| value.as_bytes()).map(Vec::as_slice)
}

/// The curve among the key's parameters.
fn is_curve(key: &CoseKey, label: i64, curve: iana::EllipticCurve) -> bool {
    let found = key.params.iter().find(|(name, _)| *name == Label::Int(label));
    found.is_some_and(|(_, value)| *value == Value::from(curve.to_i64()))
}

impl PublicKey {
    /// Reads a COSE_Key.
    pub fn read(value: Value) -> Result<Self, Unusable> {
        let key = CoseKey::from_cbor_value(value).map_err(|_| Unusable::Key)?;
        let Some(RegisteredLabelWithPrivate::Assigned(algorithm)) = key.alg else { return Err(Unusable::Algorithm) };
        let is = |kind: iana::KeyType| key.kty == KeyType::Assigned(kind);
        let point = |label: i64| bytes(&key, label).filter(|bytes| bytes.len() == 32).map(Base64Url::from);
        let read = match algorithm {
            iana::Algorithm::ES256 => {
                let (crv, x, y) = (iana::Ec2KeyParameter::Crv, iana::Ec2KeyParameter::X, iana::Ec2KeyParameter::Y);
                let fits = is(iana::KeyType::EC2) && is_curve(&key, crv.to_i64(), iana::EllipticCurve::P_256);
                let read = point(x.to_i64()).zip(point(y.to_i64())).filter(|_| fits);
                read.map(|(x, y)| Self::Es256 { x, y })
            }
            iana::Algorithm::EdDSA => {
                let (crv, x) = (iana::OkpKeyParameter::Crv, iana::OkpKeyParameter::X);
                let fits = is(iana::KeyType::OKP) && is_curve(&key, crv.to_i64(), iana::EllipticCurve::Ed25519);
                point(x.to_i64()).filter(|_| fits).map(|x| Self::EdDsa { x })
            }
            iana::Algorithm::RS256 => {
                let number = |label: iana::RsaKeyParameter| bytes(&key, label.to_i64());
                let n =
                    number(iana::RsaKeyParameter::N).filter(|n| MODULUS.contains(&n.len()) && n.first() != Some(&0));
                let odd = |e: &&[u8]| e.last().is_some_and(|last| last % 2 == 1) && *e != [1];
                let e = number(iana::RsaKeyParameter::E)
                    .filter(|e| (1..=4).contains(&e.len()) && e.first() != Some(&0))
                    .filter(odd);
                let read = n.zip(e).filter(|_| is(iana::KeyType::RSA));
                read.map(|(n, e)| Self::Rs256 { n: n.into(), e: e.into() })
            }
            _ => return Err(Unusable::Algorithm),
        };
        read.ok_or(Unusable::Key)
    }
}
