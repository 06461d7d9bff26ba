//! People and their rights: members, roles, actors.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use crate::error::{Code, Outcome, refuse};
use crate::id::{KeyID, UserID};
use crate::people::codes::{CodeDigest, VALID_MS};
use crate::people::second_factor::events::MemberFactors;
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
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(RoleError)
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
    /// ID of the user, made for one membership. Persons are compared by the accounts behind their memberships.
    pub id: UserID,
    /// Display name.
    pub name: String,
}

/// Relation of a member to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Admission {
    /// Invited: the person has not joined, and holds no role. Absent after the code was voided.
    Invited(Option<Invitation>),
    /// The person joined by a code, which is kept to complete a joining that broke off.
    Joined {
        /// The account.
        account: UserID,
        /// The code that the person joined by.
        code: CodeDigest,
    },
    /// The person left.
    Left {
        /// The account.
        account: UserID,
    },
}

/// A code that lets a person join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Digest of the code.
    pub code: CodeDigest,
    /// Time from which the code is no longer valid.
    pub until: Timestamp,
}

/// Status of a member, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MemberStatus {
    /// Invited, and not joined: holds no role.
    Invited,
    /// Joined.
    Active,
    /// Disabled.
    Disabled,
}

/// A member of a distributor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// Counts changes of the member: roles, disabling, joining, leaving, resets. A request about the member carries it, so
    /// that no request outlives the member that it was made about.
    pub version: u64,
    /// The person; the ID is made for this membership.
    pub person: Person,
    /// The account behind the member, or the invitation to join.
    pub admission: Admission,
    /// Login that the member signs in with.
    pub login: Login,
    /// Roles at this distributor, sorted.
    pub roles: Vec<Role>,
    /// True if the member may do nothing at this distributor.
    pub disabled: bool,
    /// Time until which the member approves and claims nothing, after a reset by the issuer.
    pub paused_until: Option<Timestamp>,
    /// Second factors of the person; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factors: Option<MemberFactors>,
    /// Time of the last reset of the person's password, by two people or the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_at: Option<Timestamp>,
    /// Time at which the member was added.
    pub created_at: Timestamp,
}

/// Time for which a member approves and claims nothing after a reset by the issuer.
pub const PAUSE_MS: i64 = 24 * 3_600_000;

impl Member {
    /// A new member, who has not joined.
    pub const fn invited(person: Person, login: Login, roles: Vec<Role>, code: CodeDigest, now: Timestamp) -> Self {
        let invitation = Invitation { code, until: now.plus_ms(VALID_MS) };
        Self {
            entry: 0,
            version: 1,
            person,
            admission: Admission::Invited(Some(invitation)),
            login,
            roles,
            disabled: false,
            paused_until: None,
            factors: None,
            reset_at: None,
            created_at: now,
        }
    }

    /// The account behind the member, once the person joined.
    pub const fn account(&self) -> Option<UserID> {
        match self.admission {
            Admission::Joined { account, .. } | Admission::Left { account } => Some(account),
            Admission::Invited(_) => None,
        }
    }

    /// True if the person left.
    pub const fn has_left(&self) -> bool {
        matches!(self.admission, Admission::Left { .. })
    }

    /// True if the person joined and may act.
    pub const fn is_active(&self) -> bool {
        matches!(self.admission, Admission::Joined { .. }) && !self.disabled
    }

    /// Status of the member, as people see it.
    pub const fn status(&self) -> MemberStatus {
        match self.admission {
            _ if self.disabled => MemberStatus::Disabled,
            Admission::Invited(_) => MemberStatus::Invited,
            Admission::Joined { .. } | Admission::Left { .. } => MemberStatus::Active,
        }
    }

    /// True if the member is active and holds the role.
    pub fn holds(&self, role: Role) -> bool {
        self.is_active() && self.roles.contains(&role)
    }

    /// True if both are the same person: the same member, or members of the same account.
    pub fn is_same_person(&self, other: &Self) -> bool {
        self.person.id == other.person.id || self.account().is_some_and(|account| other.account() == Some(account))
    }

    /// Refuses approving and claiming for a day after the issuer set a new password.
    pub fn refuse_paused(&self, now: Timestamp) -> Outcome<()> {
        match self.paused_until {
            Some(until) if now < until => refuse(
                Code::InvalidState,
                format!("The issuer reset your password; you can approve and claim again from {until} on."),
            ),
            _ => Ok(()),
        }
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

#[cfg(test)]
pub(crate) mod tests {
    use crate::id::UserID;
    use uuid::Uuid;

    use super::*;

    pub(crate) fn member(id: u128, roles: &[Role], disabled: bool) -> Member {
        let code = CodeDigest::parse("0123456789abcdef-fedcba9876543210").unwrap();
        let person = Person { id: UserID::from_uuid(Uuid::from_u128(id)), name: "N".into() };
        let invited =
            Member::invited(person, "someone".parse().unwrap(), roles.into(), code, Timestamp::from_unix_ms(0));
        Member { admission: Admission::Joined { account: account(id), code }, disabled, ..invited }
    }

    pub(crate) fn account(id: u128) -> UserID {
        UserID::from_uuid(Uuid::from_u128(1000 + id))
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
    fn persons_are_compared_by_account_never_by_name() {
        let (one, other) = (member(1, &[], false), member(2, &[], false));
        let back = Member { person: other.person.clone(), ..one.clone() };
        let left = Member { admission: Admission::Left { account: account(1) }, ..one.clone() };
        assert!(one.is_same_person(&one) && one.is_same_person(&back) && back.is_same_person(&left));
        assert!(!one.is_same_person(&other));
        let invited = |id| Member { admission: Admission::Invited(None), ..member(id, &[], false) };
        assert!(!invited(3).is_same_person(&invited(4)) && invited(3).is_same_person(&invited(3)));
    }

    #[test]
    fn logins_are_compared_in_lower_case() {
        assert_eq!("Maker@Demo.Test".parse::<Login>().unwrap().as_str(), "maker@demo.test");
        for bad in ["", "ab", "a b c", "é@demo.test", "tab\tbed"] {
            assert_eq!(bad.parse::<Login>(), Err(LoginError), "{bad:?}");
        }
    }
}
