//! Provisioning: creating a distributor with its first users, and adding a user.

use serde::Serialize;
use serde_json::Value;
use universal_wallet_core::error::{Code, Outcome, refuse};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::model::{
    Login, Member, Person, Role, can_approve_each_other, read_name, read_roles,
};
use universal_wallet_core::people::password::{MAX_BYTES, MIN_CHARACTERS};
use universal_wallet_core::text::body::Body;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Input;
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_sdk::Timestamp;

use crate::calls::objects;
use crate::http::answer::Answer;
use crate::messages::to_distributor::{NewMember, ToDistributor};
use crate::messages::to_issuer::{Begun, ToIssuer};
use crate::messages::to_user::{Joined, ToUser};
use crate::platform::config::{Config, config};
use crate::platform::random;

/// A user to be added.
#[derive(Clone, Debug)]
struct NewUser {
    login: Login,
    name: String,
    roles: Vec<Role>,
    password: Option<Secret>,
}

fn read_user(body: &mut Body, config: &Config) -> Option<NewUser> {
    let login = body.required("login");
    let name = read_name(body, "name");
    let roles = read_roles(body);
    let password = body.text("password");
    if let Some(password) = &password {
        if !config.demo {
            body.error("password", "is only accepted in a demo");
        } else if password.chars().count() < MIN_CHARACTERS || password.len() > MAX_BYTES {
            body.error("password", format!("must have at least {MIN_CHARACTERS} characters"));
        }
    }
    Some(NewUser { login: login?, name: name?, roles, password: password.map(Secret::from) })
}

/// The first users must include two who can approve each other's requests, each login once.
fn refuse_unfit(body: &mut Body, users: &[NewUser]) {
    for (place, user) in users.iter().enumerate() {
        if users.iter().take(place).any(|other| other.login == user.login) {
            body.error(&format!("users[{place}].login"), "is named twice");
        }
    }
    let members: Vec<Member> = users
        .iter()
        .enumerate()
        .map(|(place, user)| Member {
            entry: 0,
            version: 1,
            person: Person { id: UserID::from_uuid(uuid::Uuid::from_u128(place as u128)), name: user.name.clone() },
            login: user.login.clone(),
            roles: user.roles.clone(),
            disabled: false,
            created_at: Timestamp::from_unix_ms(0),
        })
        .collect();
    if !can_approve_each_other(members.iter()) {
        body.error(
            "users",
            "must include two people who can approve each other's requests, such as a maker and a checker",
        );
    }
}

/// A new member, with a password that signs in once if the login is new.
struct Added {
    member: NewMember,
    one_time_password: Option<Secret>,
}

/// Makes a person a member in their own object. `provisioning` names the call, so a repeated call finds the person that
/// it made before.
async fn join(user: NewUser, distributor: DistributorID, provisioning: &str) -> Outcome<Added> {
    let message = ToUser::Join {
        login: user.login.clone(),
        name: user.name,
        distributor,
        password: user.password,
        provisioning: provisioning.to_owned(),
    };
    let joined: Joined = objects::user(user.login.as_str()).ask(&message).await?;
    let member = NewMember { user: joined.user, login: user.login, name: joined.name, roles: user.roles };
    Ok(Added { member, one_time_password: joined.one_time_password })
}

/// `POST /issuer/v1/distributors`.
pub(super) async fn create_distributor(input: &Input) -> Outcome<Answer> {
    let config = config()?;
    let idempotency_key = input.idempotency_key()?;
    let mut body = input.object()?;
    let id: Option<DistributorID> = body.parsed("distributorID");
    let name = read_name(&mut body, "name");
    if let Some(currency) = body.text("currency")
        && currency != config.currency
    {
        body.error("currency", format!("this deployment has {} only", config.currency));
    }
    let before = body.mistakes();
    let users = body.objects("users", |user| read_user(user, &config)).unwrap_or_default();
    if body.mistakes() == before {
        refuse_unfit(&mut body, &users);
    }
    body.finish()?;
    let Some(name) = name else { return refuse(Code::InvalidRequest, "The request is not complete.") };

    let people: Vec<_> = users.iter().map(|user| (&user.login, &user.name, &user.roles)).collect();
    let request = Digest::of(&[json_text::write(&(id, &name, people))?.as_bytes()]);
    let issuer = objects::issuer();
    let Begun { id, replayed } = issuer.ask(&ToIssuer::Begin { id, idempotency_key, request }).await?;
    let provisioning = format!("{id}:{request}");
    let mut added = Vec::new();
    for user in users {
        added.push(join(user, id, &provisioning).await?);
    }
    let members = added.iter().map(|added| added.member.clone()).collect();
    let message = ToDistributor::Create { id, name, currency: config.currency.clone(), members };
    objects::distributor(id).ask::<()>(&message).await?;
    issuer.ask::<()>(&ToIssuer::Created { id }).await?;
    let users = added.iter().map(UserAdded::from).collect();
    Ok(Answer::json(201, &DistributorCreated { distributor_id: id, users })?.replayed(replayed))
}

/// `POST /issuer/v1/distributors/{distributorID}/users`.
pub(super) async fn add_user(id: DistributorID, input: &Input) -> Outcome<Answer> {
    let config = config()?;
    input.idempotency_key()?;
    let mut body = input.object()?;
    let user = read_user(&mut body, &config);
    body.finish()?;
    let Some(user) = user else { return refuse(Code::InvalidRequest, "The request is not complete.") };
    let values = json_text::write(&(&user.login, &user.name, &user.roles))?;
    let idempotency = input.idempotency("issuer:users", "POST users", &values)?;
    // A user ID that nobody has: the reply tells whether the distributor exists.
    let distributor = objects::distributor(id);
    let nobody = ToDistributor::Membership { user: UserID::from_uuid(uuid::Uuid::nil()) };
    distributor.ask::<Option<Value>>(&nobody).await?;
    // A repeated call finds the person that it made, and makes a new password for them until somebody signs in, since
    // the first one may be lost.
    let provisioning = match &idempotency {
        Some(key) => format!("{id}:{}:{}", key.value, key.request),
        None => random::uuid()?.to_string(),
    };
    let added = join(user, id, &provisioning).await?;
    let replayed = distributor.ask(&ToDistributor::AddMember { member: added.member.clone(), idempotency }).await?;
    Ok(Answer::json(201, &UserAdded::from(&added))?.replayed(replayed))
}

/// A new distributor and its users.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DistributorCreated {
    /// ID of the distributor.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
    /// Users in the order of the request.
    users: Vec<UserAdded>,
}

/// A user who became a member.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserAdded {
    /// ID of the user.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// Login in lower case.
    login: String,
    /// Password that signs in once, within 7 days, and must then be changed; absent for an existing login.
    #[serde(skip_serializing_if = "Option::is_none")]
    one_time_password: Option<String>,
}

impl From<&Added> for UserAdded {
    fn from(added: &Added) -> Self {
        Self {
            user_id: added.member.user,
            login: added.member.login.as_str().into(),
            one_time_password: added.one_time_password.as_ref().map(|secret| secret.expose().to_owned()),
        }
    }
}
