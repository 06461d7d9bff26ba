//! People and their rights: members, roles, actors.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use crate::error::{Code, Outcome, Refusal, refuse};
use crate::id::{KeyID, UserID};
use crate::text::body::Body;

/// Role of a member. Every role may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Role {
    /// Manages users.
    Admin,
    /// Makes requests.
    Maker,
    /// Decides other people's requests.
    Checker,
    /// Reads only.
    Viewer,
}

impl Role {
    /// All roles, in order.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Maker, Self::Checker, Self::Viewer];

    /// Wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Maker => "maker",
            Self::Checker => "checker",
            Self::Viewer => "viewer",
        }
    }
}

/// A text that is not a [`Role`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleError;

impl fmt::Display for RoleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be admin, maker, checker or viewer")
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        [Self::Admin, Self::Maker, Self::Checker, Self::Viewer]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(RoleError)
    }
}

/// A login: 3 to 128 visible ASCII characters, unique per deployment, compared in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Login(String);

impl Login {
    /// The login in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is not a [`Login`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginError;

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must have 3 to 128 visible ASCII characters, such as an e-mail address")
    }
}

impl FromStr for Login {
    type Err = LoginError;

    fn from_str(text: &str) -> Result<Self, LoginError> {
        if (3..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(LoginError)
        }
    }
}

/// A person by ID and name, as they were at the time of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Person {
    /// ID of the user: the only basis for comparing persons.
    pub id: UserID,
    /// Display name.
    pub name: String,
}

/// A member of a distributor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// Counts changes of the member: roles, disabling, joining, resets. A request about the member carries it, so that no
    /// request outlives the member that it was made about.
    pub version: u64,
    /// The person.
    pub person: Person,
    /// Login that the member signs in with.
    pub login: Login,
    /// Roles at this distributor, sorted.
    pub roles: Vec<Role>,
    /// True if the member may do nothing at this distributor.
    pub disabled: bool,
    /// Time of joining.
    pub created_at: Timestamp,
}

impl Member {
    /// True if the member is enabled and holds the role.
    pub fn holds(&self, role: Role) -> bool {
        !self.disabled && self.roles.contains(&role)
    }

    /// Refuses a member who holds none of the roles.
    pub fn must_hold(&self, any: &[Role]) -> Outcome<()> {
        if any.iter().any(|role| self.holds(*role)) {
            return Ok(());
        }
        let names: Vec<&str> = any.iter().map(|role| role.as_str()).collect();
        refuse(Code::RoleRequired, format!("This needs the role {}; ask an admin for it.", names.join(" or ")))
    }
}

/// The roles in order, without duplicates.
pub fn in_order(roles: &[Role]) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| roles.contains(role)).collect()
}

/// Reads roles from a request: at least one, none twice; sorted.
pub fn read_roles(body: &mut Body) -> Vec<Role> {
    let before = body.mistakes();
    let asked: Vec<Role> = body.list("roles").unwrap_or_default();
    let roles = in_order(&asked);
    if body.mistakes() == before && (roles.is_empty() || roles.len() != asked.len()) {
        body.error("roles", "must name at least one role, none twice");
    }
    roles
}

/// Reads a person's or merchant's name: 1 to 64 characters.
pub fn read_name(body: &mut Body, field: &str) -> Option<String> {
    body.title(field, 64)
}

/// Abilities that a distributor's members have together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ability {
    /// True if somebody can manage users.
    pub admin: bool,
    /// True if one person can request keys and operations and another can decide.
    pub keys: bool,
    /// True if one person can request users and another can decide.
    pub users: bool,
}

/// Abilities of these members together.
pub fn ability<'a>(members: impl Iterator<Item = &'a Member> + Clone) -> Ability {
    let pair = |asks: &[Role], decides: &[Role]| {
        let any = |member: &Member, roles: &[Role]| roles.iter().any(|role| member.holds(*role));
        members.clone().any(|maker| {
            any(maker, asks)
                && members.clone().any(|checker| checker.person.id != maker.person.id && any(checker, decides))
        })
    };
    Ability {
        admin: members.clone().any(|member| member.holds(Role::Admin)),
        keys: pair(&[Role::Maker], &[Role::Checker]),
        users: pair(&[Role::Admin], &[Role::Admin, Role::Checker]),
    }
}

/// True if one of these members can make a request and a different one can decide it, for keys and operations or for
/// users.
pub fn can_approve_each_other<'a>(members: impl Iterator<Item = &'a Member> + Clone) -> bool {
    let able = ability(members);
    able.keys || able.users
}

/// Actor of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Actor {
    /// A person in the console.
    User(Person),
    /// An API key.
    Key {
        /// ID of the key.
        id: KeyID,
        /// The label its maker gave the key.
        name: String,
    },
    /// The issuer.
    Issuer,
    /// The system itself: a deadline passed, a delivery arrived.
    System,
}

/// Refuses a decision by the person who made the request: the rule behind dual control. The comparison uses the stored
/// maker.
pub fn refuse_self_approval(maker: &Person, decider: &Person) -> Outcome<()> {
    if maker.id == decider.id {
        return Err(Refusal::new(
            Code::SelfApproval,
            "You made this request, so another person has to decide it; you can withdraw it.",
        )
        .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::id::UserID;
    use uuid::Uuid;

    use super::*;

    fn member(id: u128, roles: &[Role], disabled: bool) -> Member {
        Member {
            entry: 1,
            version: 1,
            person: Person { id: UserID::from_uuid(Uuid::from_u128(id)), name: "N".into() },
            login: "someone".parse().unwrap(),
            roles: roles.into(),
            disabled,
            created_at: Timestamp::from_unix_ms(0),
        }
    }

    #[test]
    fn an_actor_is_read_as_it_is_written() {
        let id = Uuid::from_u128(1);
        let person = Person { id: UserID::from_uuid(id), name: "Ada".into() };
        let key = Actor::Key { id: KeyID::from_uuid(id), name: "Till".into() };
        for actor in [Actor::User(person), key, Actor::Issuer, Actor::System] {
            let text = serde_json::to_string(&actor).unwrap();
            assert_eq!(serde_json::from_str::<Actor>(&text).unwrap(), actor, "{text}");
        }
        let nameless = r#"{"type":"user","id":"usr_00000000-0000-0000-0000-000000000001"}"#;
        for text in [nameless, r#"{"type":"user","name":"Ada"}"#, r#"{"type":"king"}"#, r#"{"id":"usr_"}"#] {
            assert!(serde_json::from_str::<Actor>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn one_person_with_all_roles_is_not_a_pair() {
        let all = [Role::Admin, Role::Maker, Role::Checker];
        let cases: [(&[Member], bool); 6] = [
            (&[member(1, &all, false)], false),
            (&[member(1, &all, false), member(2, &[Role::Viewer], false)], false),
            (&[member(1, &all, false), member(2, &[Role::Checker], true)], false),
            (&[member(1, &[Role::Maker], false), member(2, &[Role::Maker], false)], false),
            (&[member(1, &[Role::Maker], false), member(2, &[Role::Checker], false)], true),
            (&[member(1, &[Role::Admin], false), member(2, &[Role::Admin], false)], true),
        ];
        for (members, able) in cases {
            assert_eq!(can_approve_each_other(members.iter()), able, "{members:?}");
        }
    }

    #[test]
    fn persons_are_compared_by_id_never_by_name() {
        let person = |id, name: &str| Person { id: UserID::from_uuid(Uuid::from_u128(id)), name: name.into() };
        assert!(refuse_self_approval(&person(1, "A"), &person(1, "B")).is_err());
        assert!(refuse_self_approval(&person(1, "A"), &person(2, "A")).is_ok());
    }

    #[test]
    fn logins_are_compared_in_lower_case() {
        assert_eq!("Maker@Demo.Test".parse::<Login>().unwrap().as_str(), "maker@demo.test");
        for bad in ["", "ab", "a b c", "é@demo.test", "tab\tbed"] {
            assert_eq!(bad.parse::<Login>(), Err(LoginError), "{bad:?}");
        }
    }
}
