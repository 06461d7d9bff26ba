//! A distributor is created with its first people, or gains one.

use serde::Serialize;
use serde_json::Value;
use universal_wallet::Timestamp;
use universal_wallet::id::{DistributorID, UserID};
use universal_wallet_core::body::Body;
use universal_wallet_core::digest::Digest;
use universal_wallet_core::document;
use universal_wallet_core::input::Input;
use universal_wallet_core::password::{LEAST_CHARACTERS, MOST_BYTES};
use universal_wallet_core::people::{Login, Member, Person, Role, can_approve_each_other, read_name, read_roles};
use universal_wallet_core::refusal::{Code, Outcome, Refusal, refuse};
use universal_wallet_core::store::Idempotency;

use crate::messages::{Begun, ISSUER, Joined, NewMember, ToDistributor, ToIssuer, ToUser};
use crate::platform::answer::{Answer, unavailable};
use crate::platform::config::{Config, config};
use crate::platform::random;
use crate::platform::step::{Kind, read_reply};
use crate::worker::Step;

/// A person to be added.
#[derive(Clone, Debug)]
struct NewUser {
    login: Login,
    name: String,
    roles: Vec<Role>,
    password: Option<String>,
}

/// A creation under way.
#[derive(Debug)]
pub(crate) struct Creation {
    id: DistributorID,
    /// Absent where a distributor that exists gains a user.
    new: Option<NewDistributor>,
    left: Vec<NewUser>,
    joined: Vec<(NewMember, Option<String>)>,
    /// Names this creation, so that a repeated one finds what it made before.
    provisioning: String,
    idempotency: Option<Idempotency>,
    replayed: bool,
}

#[derive(Debug)]
struct NewDistributor {
    name: String,
    currency: String,
}

/// Where it goes on.
#[derive(Debug)]
pub(crate) enum Then {
    /// The issuer's record has begun.
    Begun { new: NewDistributorUsers, provisioning: String },
    /// The distributor exists, so it can gain a user.
    Exists { id: DistributorID, user: Box<NewUserOf>, idempotency: Option<Idempotency> },
    /// A person was made a member.
    Joined(Creation),
    /// The distributor has its members.
    Made(Creation),
    /// The issuer's record is closed.
    Closed(Creation),
}

/// What a new distributor is made of.
#[derive(Debug)]
pub(crate) struct NewDistributorUsers {
    new: NewDistributor,
    users: Vec<NewUser>,
}

/// The person that a distributor gains.
#[derive(Debug)]
pub(crate) struct NewUserOf(NewUser);

fn then(then: Then) -> super::super::Then {
    super::then(super::Then::Create(then))
}

fn read_user(body: &mut Body, config: &Config) -> Option<NewUser> {
    let login = body.required("login");
    let name = read_name(body, "name");
    let roles = read_roles(body);
    let password = body.text("password");
    if let Some(password) = &password {
        if !config.demo {
            body.error("password", "is only accepted in a demo");
        } else if password.chars().count() < LEAST_CHARACTERS || password.len() > MOST_BYTES {
            body.error("password", format!("must have at least {LEAST_CHARACTERS} characters"));
        }
    }
    Some(NewUser { login: login?, name: name?, roles, password })
}

/// `POST /issuer/v1/distributors`.
pub(super) fn distributor(input: &Input) -> Outcome<Step> {
    let Some(config) = config() else { return Err(unavailable().into()) };
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
    let request = Digest::of(&[document::write(&(id, &name, people))?.as_bytes()]);
    let new = NewDistributorUsers { new: NewDistributor { name, currency: config.currency.clone() }, users };
    let message = ToIssuer::Begin { id, idempotency_key, request };
    let then = then(Then::Begun { new, provisioning: request.to_string() });
    Ok(Step::ask(Kind::Issuer, ISSUER, &message, then)?)
}

/// The first people must include two who can approve each other's requests, each login once.
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

/// `POST /issuer/v1/distributors/{distributorID}/users`.
pub(super) fn user(id: DistributorID, input: &Input) -> Outcome<Step> {
    let Some(config) = config() else { return Err(unavailable().into()) };
    input.idempotency_key()?;
    let mut body = input.object()?;
    let user = read_user(&mut body, &config);
    body.finish()?;
    let Some(user) = user else { return refuse(Code::InvalidRequest, "The request is not complete.") };
    let values = document::write(&(&user.login, &user.name, &user.roles))?;
    let idempotency = input.idempotency("issuer:users", "POST users", &values)?;
    // A user ID that nobody has: the reply tells whether there is such a distributor.
    let message = ToDistributor::Membership { user: UserID::from_uuid(uuid::Uuid::nil()) };
    let then = then(Then::Exists { id, user: Box::new(NewUserOf(user)), idempotency });
    Ok(Step::ask(Kind::Distributor, id.to_string(), &message, then)?)
}

pub(super) fn resume(then_: Then, reply: &str) -> Outcome<Step> {
    match then_ {
        Then::Begun { new: NewDistributorUsers { new, users }, provisioning } => {
            let Begun { id, replayed } = read_reply(reply)?;
            let provisioning = format!("{id}:{provisioning}");
            let joined = Vec::new();
            next(Creation { id, new: Some(new), left: users, joined, provisioning, idempotency: None, replayed })
        }
        Then::Exists { id, user, idempotency } => {
            read_reply::<Option<Value>>(reply)?;
            // A repeated call finds the person that it made, and makes a new password for them as
            // long as nobody signed in with the one that got lost.
            let provisioning = match &idempotency {
                Some(key) => format!("{id}:{}:{}", key.value, key.request),
                None => random::uuid()?.to_string(),
            };
            let left = vec![user.0];
            let joined = Vec::new();
            next(Creation { id, new: None, left, joined, provisioning, idempotency, replayed: false })
        }
        Then::Joined(mut creation) => {
            let joined: Joined = read_reply(reply)?;
            if creation.left.is_empty() {
                return Err(Refusal::not_found().into());
            }
            let user = creation.left.remove(0);
            let member = NewMember { user: joined.user, login: user.login, name: joined.name, roles: user.roles };
            creation.joined.push((member, joined.one_time_password));
            next(creation)
        }
        Then::Made(mut creation) => {
            if creation.new.is_none() {
                creation.replayed = read_reply(reply)?;
                return answer(&creation);
            }
            read_reply::<()>(reply)?;
            let message = ToIssuer::Created { id: creation.id };
            Ok(Step::ask(Kind::Issuer, ISSUER, &message, then(Then::Closed(creation)))?)
        }
        Then::Closed(creation) => {
            read_reply::<()>(reply)?;
            answer(&creation)
        }
    }
}

/// Asks the next person's object; after the last, the distributor.
fn next(creation: Creation) -> Outcome<Step> {
    if let Some(user) = creation.left.first() {
        let message = ToUser::Join {
            login: user.login.clone(),
            name: user.name.clone(),
            distributor: creation.id,
            password: user.password.clone(),
            provisioning: creation.provisioning.clone(),
        };
        let name = user.login.as_str().to_owned();
        return Ok(Step::ask(Kind::User, name, &message, then(Then::Joined(creation)))?);
    }
    let members: Vec<NewMember> = creation.joined.iter().map(|(member, _)| member.clone()).collect();
    let message = match (&creation.new, members.first()) {
        (Some(new), _) => {
            ToDistributor::Create { id: creation.id, name: new.name.clone(), currency: new.currency.clone(), members }
        }
        (None, Some(member)) => {
            ToDistributor::AddMember { member: member.clone(), idempotency: creation.idempotency.clone() }
        }
        (None, None) => return Err(Refusal::not_found().into()),
    };
    let name = creation.id.to_string();
    Ok(Step::ask(Kind::Distributor, name, &message, then(Then::Made(creation)))?)
}

/// A new distributor and its people.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DistributorCreated {
    /// Names it.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
    /// Its people, as the request names them.
    users: Vec<UserAdded>,
}

/// A person who was made a member.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserAdded {
    /// Names the person.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// What they sign in with, in lower case.
    login: String,
    /// Signs in once, within 7 days, and must then be changed; absent for a login that exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    one_time_password: Option<String>,
}

fn answer(creation: &Creation) -> Outcome<Step> {
    let added = |(member, one_time_password): &(NewMember, Option<String>)| UserAdded {
        user_id: member.user,
        login: member.login.as_str().into(),
        one_time_password: one_time_password.clone(),
    };
    let users: Vec<UserAdded> = creation.joined.iter().map(added).collect();
    let mut answer = match (&creation.new, users.first()) {
        (None, Some(user)) => Answer::json(201, user)?,
        _ => Answer::json(201, &DistributorCreated { distributor_id: creation.id, users })?,
    };
    if creation.replayed {
        answer = answer.header("Idempotent-Replayed", "true");
    }
    Ok(Step::Answer(answer))
}
