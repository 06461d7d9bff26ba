//! Rate limit of each key, in memory: a restart fills the buckets.

use rustc_hash::FxHashMap;
use universal_wallet_core::error::{Code, Refusal};
use universal_wallet_core::id::KeyID;
use universal_wallet_core::keys::rate_limit::{Bucket, Drawn, for_refused};
use universal_wallet_sdk::Timestamp;

/// Buckets of the keys that called.
#[derive(Default)]
pub(crate) struct Rates {
    allowed: FxHashMap<KeyID, Bucket>,
    refused: FxHashMap<KeyID, Bucket>,
}

impl Rates {
    /// Draws for an allowed call.
    pub(crate) fn draw(&mut self, key: KeyID, per_second: u32, now: Timestamp) -> Drawn {
        draw(&mut self.allowed, key, per_second, 1, now)
    }

    /// Draws for a call refused for its address or permission: those have their own bucket, so a thief elsewhere cannot
    /// use up the owner's rate.
    pub(crate) fn draw_refused(&mut self, key: KeyID, per_second: u32, now: Timestamp) -> Drawn {
        draw(&mut self.refused, key, for_refused(per_second), 1, now)
    }

    /// The key's remaining tokens.
    pub(crate) fn look(&mut self, key: KeyID, per_second: u32, now: Timestamp) -> Drawn {
        draw(&mut self.allowed, key, per_second, 0, now)
    }
}

fn draw(buckets: &mut FxHashMap<KeyID, Bucket>, key: KeyID, per_second: u32, tokens: u64, now: Timestamp) -> Drawn {
    buckets.entry(key).or_insert_with(|| Bucket::full(per_second, now)).draw(per_second, tokens, now)
}

/// The refusal of a call beyond the rate.
pub(crate) fn too_fast(drawn: Drawn, per_second: u32) -> Refusal {
    let message = format!("This API key may make {per_second} calls per second; wait a moment and try again.");
    Refusal::new(Code::RateLimited, message).retry_after(drawn.wait_s)
}
