//! Abilities that members have together: managing users, and approving each other's requests.

use crate::people::model::{Member, Role};

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
            any(maker, asks) && members.clone().any(|checker| !checker.is_same_person(maker) && any(checker, decides))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::model::Admission;
    use crate::people::model::tests::{account, member};

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
    fn invited_people_hold_no_role_and_are_no_pair() {
        let (maker, checker) = (member(1, &[Role::Maker], false), member(2, &[Role::Checker], false));
        let invited = Member { admission: Admission::Invited(None), ..checker.clone() };
        let left = Member { admission: Admission::Left { account: account(2) }, ..checker };
        for other in [invited, left] {
            assert!(!other.holds(Role::Checker));
            assert!(!can_approve_each_other([maker.clone(), other].iter()));
        }
    }
}
