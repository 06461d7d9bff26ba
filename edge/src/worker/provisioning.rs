//! Provisioning: creating a distributor with its first users, and adding a user.

use serde::Serialize;
use universal_wallet_core::error::{Code, Outcome, refuse};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::ability::can_approve_each_other;
use universal_wallet_core::people::account::Membership;
use universal_wallet_core::people::codes::{CodeDigest, HalfDigest, NewCode};
use universal_wallet_core::people::model::{Admission, Login, Member, Person, Role, read_name, read_roles};
use universal_wallet_core::people::password::unfitness;
use universal_wallet_core::text::body::Body;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::Input;
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_sdk::Timestamp;

use super::memberships::begin_account;
use crate::calls::objects;
use crate::http::answer::Answer;
use crate::messages::to_distributor::{Invited, NewMember, ToDistributor};
use crate::messages::to_issuer::{Begun, ToIssuer};
use crate::messages::to_user::ToUser;
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
        } else if let Some(why) = unfitness(password) {
            body.error("password", why);
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
    // Invited people count here, since nobody has joined a distributor before it is created.
    let code = CodeDigest { first: HalfDigest::of(""), second: HalfDigest::of("") };
    let joined = |(place, user): (usize, &NewUser)| {
        let id = UserID::from_uuid(uuid::Uuid::from_u128(place as u128));
        let person = Person { id, name: user.name.clone() };
        let (login, roles) = (user.login.clone(), user.roles.clone());
        let invited = Member::invited(person, login, roles, code, Timestamp::from_unix_ms(0));
        Member { admission: Admission::Joined { account: id, code }, ..invited }
    };
    let members: Vec<Member> = users.iter().enumerate().map(joined).collect();
    if !can_approve_each_other(members.iter()) {
        body.error(
            "users",
            "must include two people who can approve each other's requests, such as a maker and a checker",
        );
    }
}

/// A new code of both halves.
pub(super) fn new_code() -> Outcome<NewCode> {
    Ok(NewCode::new(&random::bytes()?, &random::bytes()?))
}

/// A user whom the issuer invites, with a code of both halves.
struct Invitee {
    user: NewUser,
    code: NewCode,
    /// True if the login has an account, whose person joins from a session.
    known: bool,
}

impl Invitee {
    /// Tells the login's object that the distributor asks for it, which alone means nothing.
    async fn new(user: NewUser, distributor: DistributorID) -> Outcome<Self> {
        let code = new_code()?;
        let known = objects::user(user.login.as_str()).ask(&ToUser::Invite { distributor }).await?;
        Ok(Self { user, code, known })
    }

    fn member(&self) -> NewMember {
        let NewUser { login, name, roles, .. } = self.user.clone();
        NewMember { login, name, roles, code: self.code.digest }
    }

    /// The person as the answer shows them. A demo's password is set by using the code at once.
    async fn added(self, distributor: DistributorID, Invited { user, new_code }: Invited) -> Outcome<UserAdded> {
        let known = self.known;
        let NewUser { login, name, password, .. } = self.user;
        let uses_code = new_code && !known && password.is_some();
        if uses_code {
            let membership = Membership { distributor, member: user };
            begin_account(&login, self.code.digest, membership, name, password).await?;
        }
        let code = (new_code && !uses_code).then(|| self.code.text.expose().to_owned());
        let (joining_code, one_time_password) = if known { (code, None) } else { (None, code) };
        Ok(UserAdded { user_id: user, login: login.as_str().into(), one_time_password, joining_code })
    }
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
    let mut invitees = Vec::new();
    for user in users {
        invitees.push(Invitee::new(user, id).await?);
    }
    let members = invitees.iter().map(Invitee::member).collect();
    let message = ToDistributor::Create { id, name, currency: config.currency.clone(), members };
    let invited: Vec<Invited> = objects::distributor(id).ask(&message).await?;
    issuer.ask::<()>(&ToIssuer::Created { id }).await?;
    let mut users = Vec::new();
    for (invitee, invited) in invitees.into_iter().zip(invited) {
        users.push(invitee.added(id, invited).await?);
    }
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
    let distributor = objects::distributor(id);
    distributor.ask::<()>(&ToDistributor::Exists).await?;
    let invitee = Invitee::new(user, id).await?;
    let message = ToDistributor::AddMember { member: invitee.member(), idempotency };
    let (invited, replayed): (Invited, bool) = distributor.ask(&message).await?;
    Ok(Answer::json(201, &invitee.added(id, invited).await?)?.replayed(replayed))
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

/// A user whom the issuer invited.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserAdded {
    /// ID of the user.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// Login in lower case.
    login: String,
    /// Code that signs a new login in once, within 7 days, as its password, which must then be changed; absent once the
    /// person joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    one_time_password: Option<String>,
    /// Code with which the person of an existing login joins within 7 days, after signing in; absent once the person
    /// joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    joining_code: Option<String>,
}
