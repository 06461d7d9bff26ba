//! Invitations: a person joins with a code that two people made for their login, and is bound to an account by it.

use serde_json::json;
use universal_wallet_sdk::Timestamp;

use crate::audit::entry_builder::EntryBuilder;
use crate::error::Outcome;
use crate::id::UserID;
use crate::people::codes::{CodeDigest, invalid_code};
use crate::people::model::{Actor, Admission, Login, Member};
use crate::people::requests::end_all_about;
use crate::store::Store;

/// True if the code can join the member at this time, or did so and may complete what broke off.
fn fits(member: &Member, code: &CodeDigest, now: Timestamp) -> bool {
    match &member.admission {
        _ if member.disabled => false,
        Admission::Invited(Some(invitation)) => invitation.code == *code && now < invitation.until,
        Admission::Joined { code: used, .. } => used == code,
        Admission::Invited(None) | Admission::Left { .. } => false,
    }
}

/// The member of this login whom the code is for.
pub fn find(store: &dyn Store, now: Timestamp, login: &Login, code: &CodeDigest) -> Option<Member> {
    let members = store.members();
    members.iter().find(|member| member.login == *login && fits(member, code, now)).map(|member| (**member).clone())
}

/// Joins the member of this login with the code, and binds the account. Returns whether the account joined with it before:
/// then nothing changes, so a joining that broke off is completed by the same code and account.
pub fn join(
    store: &mut dyn Store,
    now: Timestamp,
    login: &Login,
    code: &CodeDigest,
    account: UserID,
) -> Outcome<(Member, bool)> {
    let member = find(store, now, login, code).ok_or_else(invalid_code)?;
    match member.account() {
        Some(bound) if bound == account => return Ok((member, true)),
        Some(_) => return Err(invalid_code().into()),
        None => {}
    }
    // A pause of the person outlasts leaving and joining again, and so does the news of a reset.
    let before: Vec<_> = store.members().into_iter().filter(|before| before.account() == Some(account)).collect();
    let paused_until = before.iter().filter_map(|before| before.paused_until).max();
    let reset_at = before.iter().filter_map(|before| before.reset_at).max();
    let admission = Admission::Joined { account, code: *code };
    let joined = Member { version: member.version + 1, admission, paused_until, reset_at, ..member };
    let actor = Actor::User(joined.person.clone());
    let mut entry = EntryBuilder::begin(store, now, "user.joined", actor.clone());
    let id = entry.member(joined.clone())?;
    entry.done(id, json!({ "login": login, "roles": joined.roles }))?;
    end_all_about(store, now, &actor, id, None)?;
    Ok((joined, false))
}
