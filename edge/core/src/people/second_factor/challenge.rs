//! Challenges: random, short-lived, each for one purpose and for one answer.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use crate::text::base64url::Base64Url;
use crate::text::digest::{MacKey, same};

/// Time for which a challenge can be answered.
pub const CHALLENGE_MS: i64 = 5 * 60_000;

/// A challenge that a session waits for an answer to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    bytes: Base64Url,
    until: Timestamp,
}

impl Challenge {
    /// A new challenge of random bytes.
    pub fn new(random: [u8; 32], now: Timestamp) -> Self {
        Self { bytes: random.as_slice().into(), until: now.plus_ms(CHALLENGE_MS) }
    }

    /// The challenge as it is sent.
    pub const fn sent(&self) -> &Base64Url {
        &self.bytes
    }

    /// The bytes to be answered, unless the challenge is over.
    pub fn open(&self, now: Timestamp) -> Option<&[u8]> {
        (now < self.until).then_some(self.bytes.bytes())
    }
}

/// Length of a challenge for nobody yet: 16 random bytes, the deadline, and a tag.
const ANONYMOUS: usize = 16 + 8 + 16;

fn tag(key: &MacKey, body: &[u8]) -> [u8; 32] {
    key.tag(&[b"universal-wallet/passkey-challenge/v1\0", body])
}

/// A challenge for a sign-in by passkey, before anybody is known. It is signed and stored nowhere, so that asking for
/// many costs nothing; the account that answers it remembers it until it is over.
pub fn make_anonymous(key: &MacKey, random: [u8; 16], now: Timestamp) -> Base64Url {
    let mut bytes = [random.as_slice(), &now.plus_ms(CHALLENGE_MS).unix_ms().to_be_bytes()].concat();
    bytes.extend(tag(key, &bytes).into_iter().take(16));
    bytes.into()
}

/// The deadline of a challenge that [`make_anonymous`] made, unless it is over.
pub fn read_anonymous(key: &MacKey, challenge: &[u8], now: Timestamp) -> Option<Timestamp> {
    let challenge: &[u8; ANONYMOUS] = challenge.try_into().ok()?;
    let (body, given) = challenge.split_first_chunk::<24>()?;
    let until = Timestamp::from_unix_ms(i64::from_be_bytes(*body.last_chunk()?));
    let genuine = same(given, tag(key, body).first_chunk::<16>()?);
    (genuine && now < until).then_some(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_000_000 + ms)
    }

    #[test]
    fn a_challenge_is_over_after_five_minutes() {
        let challenge = Challenge::new([7; 32], at(0));
        assert_eq!(challenge.open(at(CHALLENGE_MS - 1)), Some([7_u8; 32].as_slice()));
        assert_eq!(challenge.open(at(CHALLENGE_MS)), None);
    }

    #[test]
    fn a_challenge_for_nobody_is_known_by_its_tag_until_it_is_over() {
        let key = MacKey::new(b"a secret of thirty-two characters");
        let made = make_anonymous(&key, [9; 16], at(0));
        assert_eq!(read_anonymous(&key, made.bytes(), at(0)), Some(at(CHALLENGE_MS)));
        assert_eq!(read_anonymous(&key, made.bytes(), at(CHALLENGE_MS)), None);
        assert_eq!(read_anonymous(&MacKey::new(b"another"), made.bytes(), at(0)), None);
        for place in 0..ANONYMOUS {
            let mut altered = made.bytes().to_vec();
            altered[place] ^= 1;
            assert_eq!(read_anonymous(&key, &altered, at(0)), None, "{place}");
        }
        assert_eq!(read_anonymous(&key, &made.bytes()[1..], at(0)), None);
        assert_eq!(read_anonymous(&key, &[], at(0)), None);
    }
}
