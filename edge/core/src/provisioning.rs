//! A distributor begins, gains users from the issuer, is suspended and resumes.

use serde_json::json;
use universal_wallet::Timestamp;

use crate::audit::entry_builder::{EntryBuilder, Moment};
use crate::error::{InternalError, Outcome};
use crate::people::model::{Actor, Member};
use crate::store::{Profile, Store};

/// The first entry: who the distributor is.
pub fn create(store: &mut dyn Store, now: Timestamp, profile: Profile) -> Result<(), InternalError> {
    let mut act = EntryBuilder::begin(store, now, "distributor.created", Actor::Issuer);
    let id = profile.id;
    let details = json!({ "name": profile.name, "currency": profile.currency });
    act.profile(profile)?;
    act.done(id, details)
}

/// The issuer adds a user; one who is a member already stays as they are.
pub fn add_user(store: &mut dyn Store, moment: Moment, member: Member) -> Result<(), InternalError> {
    if store.member(member.person.id).is_some() {
        return Ok(());
    }
    let mut act = EntryBuilder::begin(store, moment.now, "user.created", Actor::Issuer);
    let details = json!({ "login": member.login, "name": member.person.name, "roles": member.roles });
    let id = act.member(member)?;
    act.done(id, details)
}

/// The issuer suspends or resumes the distributor; nothing happens where it is so already.
pub fn set_suspended(store: &mut dyn Store, now: Timestamp, suspended: bool) -> Outcome<()> {
    let profile = store.profile();
    if profile.suspended == suspended {
        return Ok(());
    }
    let kind = if suspended { "distributor.suspended" } else { "distributor.resumed" };
    let mut act = EntryBuilder::begin(store, now, kind, Actor::Issuer);
    act.profile(Profile { suspended, ..(*profile).clone() })?;
    Ok(act.done(profile.id, json!({}))?)
}
