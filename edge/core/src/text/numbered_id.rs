//! Identifiers that contain the number of the chain entry that made them.
//!
//! The number is the row's primary key, so a lookup by ID needs no index, which saves one row written per object. The
//! number is masked per distributor, so two distributors' IDs differ even if time, number and randomness are equal.

use universal_wallet_sdk::Timestamp;
use uuid::{Uuid, Variant};

use crate::id::DistributorID;
use crate::text::digest::Digest;

const NUMBER_BITS: u32 = 40;
const RANDOM_LOW_BITS: u32 = 22;

/// Makes and reads one distributor's numbered identifiers.
#[derive(Clone, Copy, Debug)]
pub struct Numbering {
    mask: u64,
}

impl Numbering {
    /// The numbering for a distributor.
    pub fn new(distributor: DistributorID) -> Self {
        let digest = Digest::of(&[b"universal-wallet/numbering/v1", distributor.uuid().as_bytes()]);
        Self { mask: u64::from_be_bytes(digest.first()) & ((1 << NUMBER_BITS) - 1) }
    }

    /// The UUID (version 8, RFC 9562) of the object made by entry `number`: 48 bits of time, 40 of the masked number,
    /// 34 of randomness.
    pub fn uuid(self, number: u64, now: Timestamp, random: u64) -> Uuid {
        let time = u128::from(now.unix_ms().cast_unsigned() & 0xffff_ffff_ffff);
        let high = u128::from(random & 0xfff);
        let low = u128::from((random >> 12) & ((1 << RANDOM_LOW_BITS) - 1));
        let number = u128::from((number ^ self.mask) & ((1 << NUMBER_BITS) - 1));
        Uuid::from_u128(time << 80 | 8 << 76 | high << 64 | 0b10 << 62 | number << RANDOM_LOW_BITS | low)
    }

    /// The random bits in a UUID made by [`Numbering::uuid`].
    pub fn random(uuid: Uuid) -> u64 {
        let (high, low) = uuid.as_u64_pair();
        (high & 0xfff) | ((low & ((1 << RANDOM_LOW_BITS) - 1)) << 12)
    }

    /// The number in a UUID made by [`Numbering::uuid`]; `None` for any other form.
    pub fn number(self, uuid: Uuid) -> Option<u64> {
        if uuid.get_version_num() != 8 || uuid.get_variant() != Variant::RFC4122 {
            return None;
        }
        let low = uuid.as_u64_pair().1;
        Some(((low >> RANDOM_LOW_BITS) & ((1 << NUMBER_BITS) - 1)) ^ self.mask)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_number_is_found_again(number in 0_u64..1 << 40, ms in 0_i64..1 << 45, random in any::<u64>()) {
            let numbering = Numbering::new(DistributorID::from_uuid(Uuid::from_u128(5)));
            let uuid = numbering.uuid(number, Timestamp::from_unix_ms(ms), random);
            prop_assert_eq!(numbering.number(uuid), Some(number));
            prop_assert_eq!(numbering.uuid(number, Timestamp::from_unix_ms(ms), Numbering::random(uuid)), uuid);
            prop_assert_eq!(uuid.get_variant(), Variant::RFC4122);
        }
    }

    #[test]
    fn two_distributors_never_share_an_identifier_by_accident() {
        let uuid = |distributor| {
            Numbering::new(DistributorID::from_uuid(Uuid::from_u128(distributor))).uuid(
                7,
                Timestamp::from_unix_ms(1),
                9,
            )
        };
        assert_ne!(uuid(1), uuid(2));
        assert_eq!(Numbering::new(DistributorID::from_uuid(Uuid::nil())).number(Uuid::from_u128(77)), None);
    }
}
