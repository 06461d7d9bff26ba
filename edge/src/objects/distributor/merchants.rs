//! Merchants that the issuer told of. A registered merchant never changes; an unknown short code is remembered for a
//! moment, so that a caller who repeats it, or tries many, does not take the issuer's time.

use rustc_hash::FxHashMap;
use universal_wallet_core::error::{Code, Outcome, Refusal};
use universal_wallet_core::keys::rate_limit::Bucket;
use universal_wallet_core::operations::create::MerchantLookup;
use universal_wallet_core::operations::model::Merchant;
use universal_wallet_sdk::{ShortCode, Timestamp};

/// Time for which an unknown short code is remembered.
const UNKNOWN_MS: i64 = 10_000;
/// Maximum number of short codes in memory; then all are asked for again.
const MAX_REMEMBERED: usize = 10_000;
/// Unknown short codes per second that the issuer is asked for.
const UNKNOWN_PER_SECOND: u32 = 20;

/// Short codes by what the issuer said of them.
#[derive(Default)]
pub(super) struct Merchants {
    known: FxHashMap<u32, Merchant>,
    /// When the issuer said that there is none.
    unknown: FxHashMap<u32, Timestamp>,
    asked: Option<Bucket>,
}

impl Merchants {
    /// Remembers the issuer's answer.
    pub(super) fn remember(&mut self, short_code: ShortCode, answer: &MerchantLookup, clock: Timestamp) {
        if self.known.len() + self.unknown.len() >= MAX_REMEMBERED {
            self.known.clear();
            self.unknown.clear();
        }
        match answer {
            MerchantLookup::NotYet => {}
            MerchantLookup::Known(merchant) => {
                self.unknown.remove(&short_code.number());
                self.known.insert(short_code.number(), merchant.clone());
            }
            MerchantLookup::Unknown => {
                self.unknown.insert(short_code.number(), clock);
                self.bucket(clock).draw(UNKNOWN_PER_SECOND, 1, clock);
            }
        }
    }

    fn bucket(&mut self, clock: Timestamp) -> &mut Bucket {
        self.asked.get_or_insert_with(|| Bucket::full(UNKNOWN_PER_SECOND, clock))
    }

    /// The remembered answer; refused if too many unknown short codes were asked for.
    pub(super) fn find(&mut self, short_code: ShortCode, clock: Timestamp) -> Outcome<MerchantLookup> {
        if let Some(merchant) = self.known.get(&short_code.number()) {
            return Ok(MerchantLookup::Known(merchant.clone()));
        }
        if self.unknown.get(&short_code.number()).is_some_and(|at| (*at..at.plus_ms(UNKNOWN_MS)).contains(&clock)) {
            return Ok(MerchantLookup::Unknown);
        }
        if self.bucket(clock).draw(UNKNOWN_PER_SECOND, 0, clock).remaining == 0 {
            let message = format!(
                "Short codes of unknown merchants may be tried {UNKNOWN_PER_SECOND} times a second; check them, then try again."
            );
            return Err(Refusal::new(Code::RateLimited, message).retry_after(1).into());
        }
        Ok(MerchantLookup::NotYet)
    }
}

#[cfg(test)]
mod tests {
    use universal_wallet_core::error::Error;

    use super::*;

    fn code(number: u32) -> ShortCode {
        number.to_string().parse().unwrap()
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_000_000 + ms)
    }

    #[test]
    fn an_unknown_merchant_is_remembered_for_ten_seconds_and_a_known_one_for_good() {
        let mut merchants = Merchants::default();
        assert_eq!(merchants.find(code(1000), at(0)), Ok(MerchantLookup::NotYet));
        merchants.remember(code(1000), &MerchantLookup::Unknown, at(0));
        assert_eq!(merchants.find(code(1000), at(UNKNOWN_MS - 1)), Ok(MerchantLookup::Unknown));
        assert_eq!(merchants.find(code(1000), at(UNKNOWN_MS)), Ok(MerchantLookup::NotYet));
        let merchant = Merchant { id: "mer_1".into(), short_code: code(1000), name: "Market".into() };
        let known = MerchantLookup::Known(merchant);
        merchants.remember(code(1000), &known, at(UNKNOWN_MS));
        assert_eq!(merchants.find(code(1000), at(1 << 40)), Ok(known));
    }

    #[test]
    fn twenty_unknown_merchants_a_second_reach_the_issuer_and_known_ones_always_do() {
        let mut merchants = Merchants::default();
        for number in 0..UNKNOWN_PER_SECOND {
            assert_eq!(merchants.find(code(1000 + number), at(0)), Ok(MerchantLookup::NotYet));
            merchants.remember(code(1000 + number), &MerchantLookup::Unknown, at(0));
        }
        let Err(Error::Refusal(refusal)) = merchants.find(code(2000), at(0)) else { panic!() };
        assert_eq!((refusal.code, refusal.retry_after_s), (Code::RateLimited, Some(1)));
        assert_eq!(merchants.find(code(1000), at(0)), Ok(MerchantLookup::Unknown));
        assert_eq!(merchants.find(code(2000), at(1_000)), Ok(MerchantLookup::NotYet));
    }

    #[test]
    fn short_codes_in_memory_are_limited() {
        let mut merchants = Merchants::default();
        for number in 0..u32::try_from(MAX_REMEMBERED).unwrap() + 5 {
            merchants.remember(code(1000 + number), &MerchantLookup::Unknown, at(0));
        }
        assert_eq!(merchants.unknown.len(), 5);
    }
}
