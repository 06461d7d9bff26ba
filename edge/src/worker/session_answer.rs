//! The session as its person sees it: who they are, where they are a member, and their second factors.

use serde::Serialize;
use universal_wallet_core::error::{Code, Error, Outcome};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::model::Role;
use universal_wallet_core::people::second_factor::factors::Method;
use universal_wallet_core::people::sign_in::not_signed_in;

use super::client::Client;
use crate::calls::objects;
use crate::http::answer::Answer;
use crate::http::cookie;
use crate::http::device;
use crate::messages::to_distributor::{Membership, ToDistributor};
use crate::messages::to_user::{AccountFactors, SignedIn, ToUser};

/// A signed-in person and their distributors.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session<'a> {
    /// ID of the account, which only its own session shows.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// Login in lower case.
    login: &'a str,
    /// Name of the person.
    name: &'a str,
    /// True if others made the password, which must be changed before anything else.
    must_change_password: bool,
    /// Distributors of which the person is a member.
    distributors: &'a [SessionDistributor],
    /// Second factors of the account.
    second_factor: &'a AccountFactors,
    /// Client address of the call, if the platform provides it.
    #[serde(rename = "clientIP")]
    client_ip: Option<&'a str>,
}

/// The answer to a right password.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum SignedInAnswer<'a> {
    /// The session.
    Session(Session<'a>),
    /// The second factor is open, and has to be proved within five minutes.
    Open {
        /// Always `second_factor_required`.
        status: &'static str,
        /// Ways to prove it.
        methods: &'a [Method],
    },
}

/// A person's membership of a distributor.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SessionDistributor {
    /// ID of the distributor.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
    /// ID of the person as a user of the distributor.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// Name of the distributor; absent while it does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Roles at the distributor; none while it does not answer, or while the person is disabled there.
    roles: Vec<Role>,
    /// Absent for an active member.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<MembershipStatus>,
}

/// Why a membership cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum MembershipStatus {
    /// The person is disabled at the distributor.
    Disabled,
    /// The distributor does not answer.
    Unavailable,
}

/// Closes the person's sockets at the distributors after sessions ended.
pub(super) async fn close_sockets(person: &SignedIn) {
    let ended = ToDistributor::SessionEnded { account: person.account };
    for listed in &person.memberships {
        // A socket that could not be closed ends with its session's next call.
        let _ = objects::distributor(listed.distributor).ask::<()>(&ended).await;
    }
}

/// The cookie of the device that signed in; it keeps its identifier for as long as it is one of the login's.
async fn remember_device(person: &SignedIn, from: &Client) -> Outcome<String> {
    let login = person.login.as_str();
    let device = match device::read(from.cookies.as_deref(), login) {
        Some(device) => device,
        None => device::make()?,
    };
    objects::user(login).ask::<()>(&ToUser::NoteDevice { device: device.clone() }).await?;
    device::set(login, &device)
}

/// The session object; each distributor reports the person's membership. One that does not answer keeps nobody from the
/// others, and a membership that its distributor does not know is left out.
pub(super) async fn session(person: SignedIn, from: &Client) -> Outcome<Answer> {
    if let Some(methods) = &person.open_methods {
        let open = SignedInAnswer::Open { status: "second_factor_required", methods };
        let answer = Answer::json(200, &open)?;
        let secret = person.token.as_ref().ok_or_else(not_signed_in)?;
        return Ok(answer.header("Set-Cookie", cookie::set(&person.login, secret.expose())?));
    }
    let mut found = Vec::new();
    let ask = ToDistributor::Membership { account: person.account };
    for listed in &person.memberships {
        let (distributor_id, user_id) = (listed.distributor, listed.member);
        let membership: Outcome<Option<Membership>> = objects::distributor(distributor_id).ask(&ask).await;
        let (known, status) = match membership {
            Ok(Some(it)) if it.disabled => {
                (Some(Membership { roles: Vec::new(), ..it }), Some(MembershipStatus::Disabled))
            }
            Ok(Some(it)) => (Some(it), None),
            Ok(None) => continue,
            Err(Error::Refusal(refusal)) if refusal.code == Code::NotFound => continue,
            Err(_) => (None, Some(MembershipStatus::Unavailable)),
        };
        found.push(SessionDistributor {
            distributor_id,
            user_id: known.as_ref().map_or(user_id, |it| it.user),
            roles: known.as_ref().map(|it| it.roles.clone()).unwrap_or_default(),
            name: known.map(|it| it.name),
            status,
        });
    }
    let session = Session {
        user_id: person.account,
        login: person.login.as_str(),
        name: &person.name,
        must_change_password: person.must_change_password,
        distributors: &found,
        second_factor: &person.second_factor,
        client_ip: from.ip.as_deref(),
    };
    let answer = Answer::json(200, &SignedInAnswer::Session(session))?;
    let Some(secret) = &person.token else { return Ok(answer) };
    let answer = answer.header("Set-Cookie", cookie::set(&person.login, secret.expose())?);
    Ok(answer.header("Set-Cookie", remember_device(&person, from).await?))
}
