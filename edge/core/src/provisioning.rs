//! Provisioning by the issuer: creating a distributor, adding its users, suspending and resuming it.

use serde_json::json;
use universal_wallet_sdk::Timestamp;

use crate::audit::entry_builder::EntryBuilder;
use crate::error::{Code, InternalError, Outcome, refuse};
use crate::id::UserID;
use crate::people::codes::{CodeDigest, VALID_MS};
use crate::people::model::{Actor, Admission, Invitation, Member, MemberStatus, PAUSE_MS};
use crate::people::requests::{end_all_about, is_member};
use crate::store::{Profile, Store};

/// Creates a distributor: the first entry holds its profile.
pub fn create(store: &mut dyn Store, now: Timestamp, profile: Profile) -> Result<(), InternalError> {
    let mut entry = EntryBuilder::begin(store, now, "distributor.created", Actor::Issuer);
    let id = profile.id;
    let details = json!({ "name": profile.name, "currency": profile.currency });
    entry.profile(profile)?;
    entry.done(id, details)
}

/// Invites a user on behalf of the issuer; a current member's login is refused.
pub fn invite(store: &mut dyn Store, now: Timestamp, member: Member) -> Outcome<()> {
    if is_member(store, &member.login) {
        return refuse(Code::AlreadyExists, "This login is a member of the distributor already.");
    }
    Ok(add_user(store, now, member)?)
}

/// Adds a user on behalf of the issuer.
pub fn add_user(store: &mut dyn Store, now: Timestamp, member: Member) -> Result<(), InternalError> {
    let mut entry = EntryBuilder::begin(store, now, "user.created", Actor::Issuer);
    let details = json!({ "login": member.login, "name": member.person.name, "roles": member.roles });
    let id = entry.member(member)?;
    entry.done(id, details)
}

/// Replaces the code of a person who has not joined, for a repeated call of the issuer. A person who joined, left or was
/// disabled since keeps what is; returns whether the code is the new one.
pub fn renew_code(
    store: &mut dyn Store,
    now: Timestamp,
    user: UserID,
    code: CodeDigest,
) -> Result<bool, InternalError> {
    let Some(member) = store.member(user).filter(|member| member.status() == MemberStatus::Invited) else {
        return Ok(false);
    };
    let admission = Admission::Invited(Some(Invitation { code, until: now.plus_ms(VALID_MS) }));
    let mut entry = EntryBuilder::begin(store, now, "user.code-renewed", Actor::Issuer);
    entry.member(Member { version: member.version + 1, admission, ..(*member).clone() })?;
    entry.done(user, json!({ "login": member.login }))?;
    end_all_about(store, now, &Actor::Issuer, user, None)?;
    Ok(true)
}

/// Notes that the issuer is about to set a new password of an account: for a day its person approves and claims nothing.
/// Returns the ID of the member, unless the account has none.
pub fn pause(store: &mut dyn Store, now: Timestamp, account: UserID) -> Result<Option<UserID>, InternalError> {
    let Some(member) = store.member_of(account) else { return Ok(None) };
    let user = member.person.id;
    let paused_until = Some(now.plus_ms(PAUSE_MS));
    let mut entry = EntryBuilder::begin(store, now, "user.reset-by-issuer", Actor::Issuer);
    entry.member(Member {
        version: member.version + 1,
        paused_until,
        factors: None,
        reset_at: Some(now),
        ..(*member).clone()
    })?;
    entry.done(user, json!({ "login": member.login, "pausedUntil": paused_until }))?;
    end_all_about(store, now, &Actor::Issuer, user, None)?;
    Ok(Some(user))
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
