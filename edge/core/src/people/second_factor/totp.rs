//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, steps of 30 seconds.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use universal_wallet_sdk::Timestamp;
use zeroize::{Zeroize, Zeroizing};

use crate::error::InternalError;
use crate::text::digest::same;
use crate::text::secret::Secret;

/// Length of a step, in milliseconds.
pub const STEP_MS: i64 = 30_000;
/// Steps either way by which the clock of a phone may differ.
const DRIFT: i64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;

/// The secret that the server and an authenticator app share: 160 bits (RFC 4226, requirement R6).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// A secret of random bytes.
    pub const fn new(random: [u8; 20]) -> Self {
        Self(random)
    }

    /// The secret in base 32, for typing it.
    pub fn base32(&self) -> Secret {
        BASE32_NOPAD.encode(&self.0).into()
    }

    /// The address that a QR code carries (Key URI Format), for an account of an issuer.
    pub fn uri(&self, issuer: &str, account: &str) -> Secret {
        let issuer = utf8_percent_encode(issuer, NON_ALPHANUMERIC);
        let account = utf8_percent_encode(account, NON_ALPHANUMERIC);
        let secret = self.base32();
        let parameters = "&algorithm=SHA1&digits=6&period=30";
        format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}{parameters}", secret.expose()).into()
    }

    /// The code of a step (RFC 4226, section 5.3).
    fn code(&self, step: i64) -> Result<Zeroizing<String>, InternalError> {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).map_err(|_| InternalError::new("an HMAC key's length"))?;
        mac.update(&step.to_be_bytes());
        let tag: [u8; 20] = mac.finalize().into_bytes().into();
        let offset = usize::from(tag.last().copied().unwrap_or_default() & 0x0f);
        let bytes: [u8; 4] = std::array::from_fn(|place| tag.get(offset + place).copied().unwrap_or_default());
        let number = u32::from_be_bytes(bytes) & 0x7fff_ffff;
        Ok(Zeroizing::new(format!("{:06}", number % 1_000_000)))
    }

    /// The step whose code this is: the present one or a neighbour, later than the last accepted one, so that each code
    /// counts once (RFC 6238, section 5.2).
    pub fn accept(&self, code: &str, last: Option<i64>, now: Timestamp) -> Result<Option<i64>, InternalError> {
        if code.len() != DIGITS {
            return Ok(None);
        }
        let present = now.unix_ms().div_euclid(STEP_MS);
        let mut accepted = None;
        for step in present - DRIFT..=present + DRIFT {
            let right = same(self.code(step)?.as_bytes(), code.as_bytes());
            if right && last.is_none_or(|last| step > last) && accepted.is_none() {
                accepted = Some(step);
            }
        }
        Ok(accepted)
    }
}

impl Drop for TotpSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1; the last six of the eight digits.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    fn secret() -> TotpSecret {
        TotpSecret::new(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(seconds * 1000)
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (seconds, code) in VECTORS {
            assert_eq!(*secret().code(seconds / 30).unwrap(), code);
            assert_eq!(secret().accept(code, None, at(seconds)).unwrap(), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_counts_one_step_either_way_and_no_further() {
        let now = 1_234_567_890;
        for (drift, right) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let step = now / 30 + drift;
            let code = secret().code(step).unwrap();
            assert_eq!(secret().accept(&code, None, at(now)).unwrap(), right.then_some(step), "{drift}");
        }
    }

    #[test]
    fn a_code_counts_once_and_none_before_it_counts_again() {
        let (secret, now) = (secret(), at(1_234_567_890));
        let code = |drift: i64| secret.code(1_234_567_890 / 30 + drift).unwrap();
        let last = secret.accept(&code(0), None, now).unwrap();
        assert!(last.is_some());
        assert_eq!(secret.accept(&code(0), last, now).unwrap(), None);
        assert_eq!(secret.accept(&code(-1), last, now).unwrap(), None);
        assert!(secret.accept(&code(1), last, now).unwrap().is_some());
    }

    #[test]
    fn a_code_is_six_ascii_digits() {
        let now = at(1_111_111_111);
        for bad in ["", "50471", "0050471", "05047a", " 50471", "٠٥٠٤٧١", "٠٥0", "+50471", "050 71"] {
            assert_eq!(secret().accept(bad, None, now).unwrap(), None, "{bad:?}");
        }
    }

    #[test]
    fn the_address_names_issuer_and_account_and_debug_hides_the_secret() {
        let uri = secret().uri("Universal Wallet", "ada@demo.test");
        assert_eq!(
            uri.expose(),
            "otpauth://totp/Universal%20Wallet:ada%40demo%2Etest?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Universal%20Wallet&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", secret()), "TotpSecret(…)");
    }
}
