//! API keys as text: minting them, and recognising their origin and distributor without storage.

use universal_wallet_sdk::key::{ALPHABET, PREFIX, SECRET_LEN, TAG_LEN, TAG_VALUES, base62, check, checksum};
use zeroize::Zeroizing;

use crate::error::InternalError;
use crate::id::DistributorID;
use crate::text::digest::{Digest, MacKey, first, same};

/// The Worker secrets that key tags are made with: the current one and its predecessors, newest first.
#[derive(Clone, Debug)]
pub struct Peppers {
    present: Pepper,
    previous: Vec<Pepper>,
}

#[derive(Clone, Debug)]
struct Pepper {
    origin: MacKey,
    distributor: MacKey,
}

impl Pepper {
    fn new(secret: &[u8]) -> Self {
        // The two tags' domains are separated by deriving a key for each.
        let root = MacKey::new(secret);
        Self {
            origin: MacKey::new(&root.tag(&[b"universal-wallet/api-key/origin/v1"])),
            distributor: MacKey::new(&root.tag(&[b"universal-wallet/api-key/distributor/v1"])),
        }
    }

    fn origin_tag(&self, secret: &[u8]) -> [u8; TAG_LEN] {
        spell(self.origin.tag(&[secret]))
    }

    fn distributor_tag(&self, secret: &[u8], distributor: DistributorID) -> [u8; TAG_LEN] {
        spell(self.distributor.tag(&[secret, distributor.uuid().as_bytes()]))
    }
}

fn spell(tag: [u8; 32]) -> [u8; TAG_LEN] {
    base62(u64::from_be_bytes(first(&tag)) % TAG_VALUES)
}

/// Facts that a key's text alone proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// Minted by this deployment for this distributor; the digest finds the key.
    Ours(Digest),
    /// Minted by this deployment for another distributor.
    Misaddressed,
    /// Not minted by this deployment.
    Forged,
}

impl Peppers {
    /// Reads `KEY_PEPPER` and the comma-separated `KEY_PEPPER_PREVIOUS`.
    pub fn new(present: &str, previous: &str) -> Self {
        Self {
            present: Pepper::new(present.as_bytes()),
            previous: previous
                .split(',')
                .map(str::trim)
                .filter(|secret| !secret.is_empty())
                .map(|secret| Pepper::new(secret.as_bytes()))
                .collect(),
        }
    }

    /// Mints a key for a distributor; the source of randomness fills the given bytes.
    pub fn mint(
        &self,
        distributor: DistributorID,
        mut fill: impl FnMut(&mut [u8; 64]) -> Result<(), InternalError>,
    ) -> Result<Minted, InternalError> {
        let mut text = Zeroizing::new(String::with_capacity(universal_wallet_sdk::key::KEY_LEN));
        text.push_str(PREFIX);
        let mut random = Zeroizing::new([0; 64]);
        while text.len() < PREFIX.len() + SECRET_LEN {
            fill(&mut random)?;
            // 248 is the largest multiple of 62 in a byte; larger values would favour some digits.
            let digits =
                random.iter().filter(|byte| **byte < 248).filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
            for digit in digits.take(PREFIX.len() + SECRET_LEN - text.len()) {
                text.push(char::from(*digit));
            }
        }
        let secret = Zeroizing::new(text.as_bytes().get(PREFIX.len()..).unwrap_or_default().to_vec());
        for tag in [self.present.origin_tag(&secret), self.present.distributor_tag(&secret, distributor)] {
            text.extend(tag.map(char::from));
        }
        let sum = checksum(text.as_bytes());
        text.extend(sum.map(char::from));
        let digest = Digest::of(&[text.as_bytes()]);
        let prefix = text.chars().take(PREFIX.len() + 4).collect();
        Ok(Minted { text, digest, prefix })
    }

    /// Recognises from its text alone whether a key is ours and was minted for the distributor.
    pub fn recognise(&self, text: &[u8], distributor: DistributorID) -> Recognised {
        if check(text).is_err() {
            return Recognised::Forged;
        }
        let digits = text.get(PREFIX.len()..).unwrap_or_default();
        let (Some((secret, tags)), true) =
            (digits.split_at_checked(SECRET_LEN), digits.len() == SECRET_LEN + 3 * TAG_LEN)
        else {
            return Recognised::Forged;
        };
        let (Some(origin), Some(addressee)) = (tags.get(..TAG_LEN), tags.get(TAG_LEN..2 * TAG_LEN)) else {
            return Recognised::Forged;
        };
        for pepper in std::iter::once(&self.present).chain(&self.previous) {
            if same(&pepper.origin_tag(secret), origin) {
                return if same(&pepper.distributor_tag(secret, distributor), addressee) {
                    Recognised::Ours(Digest::of(&[text]))
                } else {
                    Recognised::Misaddressed
                };
            }
        }
        Recognised::Forged
    }
}

/// A newly minted key: shown once, stored as its digest.
pub struct Minted {
    /// The secret text.
    pub text: Zeroizing<String>,
    /// Digest for storage.
    pub digest: Digest,
    /// `uwk_` and four characters, for telling keys apart.
    pub prefix: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use universal_wallet_sdk::key::ApiKey;
    use uuid::Uuid;

    use super::*;

    const PEPPER: &str = "a pepper of thirty-two characters!!";

    fn distributor(number: u128) -> DistributorID {
        DistributorID::from_uuid(Uuid::from_u128(number))
    }

    fn minted(peppers: &Peppers, seed: u8) -> String {
        let mut next = seed;
        let minted = peppers
            .mint(distributor(1), |bytes| {
                for byte in bytes.iter_mut() {
                    next = next.wrapping_mul(197).wrapping_add(71);
                    *byte = next;
                }
                Ok(())
            })
            .unwrap();
        minted.text.to_string()
    }

    #[test]
    fn a_key_is_recognised_by_its_own_deployment_for_its_own_distributor_only() {
        let ours = Peppers::new(PEPPER, "");
        let key = minted(&ours, 7);
        assert!(key.parse::<ApiKey>().is_ok(), "the client's check accepts it");
        assert_eq!(ours.recognise(key.as_bytes(), distributor(1)), Recognised::Ours(Digest::of(&[key.as_bytes()])));
        assert_eq!(ours.recognise(key.as_bytes(), distributor(2)), Recognised::Misaddressed);
        let other = Peppers::new("another pepper of thirty-two chars!", "");
        assert_eq!(other.recognise(key.as_bytes(), distributor(1)), Recognised::Forged);
    }

    #[test]
    fn a_pepper_of_before_keeps_its_keys_valid() {
        let key = minted(&Peppers::new(PEPPER, ""), 9);
        let rotated = Peppers::new("another pepper of thirty-two chars!", &format!("unrelated, {PEPPER}"));
        assert!(matches!(rotated.recognise(key.as_bytes(), distributor(1)), Recognised::Ours(_)));
        assert_eq!(rotated.recognise(key.as_bytes(), distributor(2)), Recognised::Misaddressed);
    }

    #[test]
    fn a_right_checksum_over_a_wrong_tag_is_forged() {
        let ours = Peppers::new(PEPPER, "");
        let key = minted(&ours, 3);
        for place in PREFIX.len()..PREFIX.len() + SECRET_LEN + TAG_LEN {
            let mut forged = key[..50].to_owned();
            let other = if forged[place..=place] == *"0" { "1" } else { "0" };
            forged.replace_range(place..=place, other);
            let sum = checksum(forged.as_bytes());
            forged.extend(sum.map(char::from));
            assert!(forged.parse::<ApiKey>().is_ok(), "the client cannot tell");
            assert_eq!(ours.recognise(forged.as_bytes(), distributor(1)), Recognised::Forged, "place {place}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_recognition_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let ours = Peppers::new(PEPPER, "");
            prop_assert_eq!(ours.recognise(&bytes, distributor(1)), Recognised::Forged);
        }
    }
}
