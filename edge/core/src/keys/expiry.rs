//! A key's end, and the notice a week before it.

use serde_json::json;
use universal_wallet_sdk::Timestamp;

use crate::audit::entry_builder::EntryBuilder;
use crate::error::InternalError;
use crate::id::KeyID;
use crate::keys::model::{DAY_MS, KeyStatus};
use crate::people::model::Actor;
use crate::store::{Deadline, Store};

/// Time before a key's end at which the chain tells of it. A key that ends sooner has no notice.
pub const NOTICE_MS: i64 = 7 * DAY_MS;

/// Deadlines of a key that ends at a time.
fn deadlines(key: KeyID, end: Timestamp) -> [(Timestamp, Deadline); 2] {
    [(end, Deadline::Expiry(key)), (end.plus_ms(-NOTICE_MS), Deadline::ExpiryNotice(key))]
}

/// Sets a key's end, or moves it; `None` for no end. It may be now, while a notice that is due by now would be too late.
pub fn reschedule(
    store: &mut dyn Store,
    now: Timestamp,
    key: KeyID,
    before: Option<Timestamp>,
    after: Option<Timestamp>,
) -> Result<(), InternalError> {
    for (at, due) in before.into_iter().flat_map(|end| deadlines(key, end)) {
        store.remove_deadline(at, due)?;
    }
    for (at, due) in after.into_iter().flat_map(|end| deadlines(key, end)) {
        if at > now || due == Deadline::Expiry(key) {
            store.add_deadline(at, due)?;
        }
    }
    Ok(())
}

/// Records that a key ends soon, unless another one took over from it.
pub fn notice(store: &mut dyn Store, now: Timestamp, id: KeyID) -> Result<(), InternalError> {
    let Some(key) = store.key(id)?.filter(|key| key.status == KeyStatus::Active && key.replaced_by.is_none()) else {
        return Ok(());
    };
    let Some(end) = key.expires_at.filter(|end| now < *end) else { return Ok(()) };
    EntryBuilder::begin(store, now, "api-key.expiring", Actor::System).done(id, json!({ "expiresAt": end }))
}
