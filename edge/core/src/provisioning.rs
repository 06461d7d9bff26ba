//! Provisioning by the issuer: creating a distributor, adding its users, suspending and resuming it.

use serde_json::json;
use universal_wallet_sdk::Timestamp;

use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{InternalError, Outcome};
use crate::people::model::{Actor, Member};
use crate::store::{Profile, Store};

/// Creates a distributor: the first entry holds its profile.
pub fn create(store: &mut dyn Store, now: Timestamp, profile: Profile) -> Result<(), InternalError> {
    let mut entry = EntryBuilder::begin(store, now, "distributor.created", Actor::Issuer);
    let id = profile.id;
    let details = json!({ "name": profile.name, "currency": profile.currency });
    entry.profile(profile)?;
    entry.done(id, details)
}

/// Adds a user on behalf of the issuer; an existing member stays unchanged.
pub fn add_user(store: &mut dyn Store, moment: Moment, member: Member) -> Result<(), InternalError> {
    if store.member(member.person.id).is_some() {
        return Ok(());
    }
    let mut entry = EntryBuilder::begin(store, moment.now, "user.created", Actor::Issuer);
    let details = json!({ "login": member.login, "name": member.person.name, "roles": member.roles });
    let id = entry.member(member)?;
    entry.done(id, details)
}

/// Suspends or resumes the distributor; repeating it changes nothing.
pub fn set_suspended(store: &mut dyn Store, now: Timestamp, suspended: bool) -> Outcome<()> {
    let profile = store.profile();
    if profile.suspended == suspended {
        return Ok(());
    }
    let kind = if suspended { "distributor.suspended" } else { "distributor.resumed" };
    let mut entry = EntryBuilder::begin(store, now, kind, Actor::Issuer);
    entry.profile(Profile { suspended, ..(*profile).clone() })?;
    Ok(entry.done(profile.id, json!({}))?)
}
