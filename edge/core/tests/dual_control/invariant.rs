//! The invariant: two persons agreed to every loosening.

use universal_wallet_core::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use universal_wallet_core::id::ApprovalID;
use universal_wallet_core::keys::model::KeyStatus;
use universal_wallet_core::keys::settings::Settings;
use universal_wallet_core::operations::model::OperationStatus;
use universal_wallet_core::people;
use universal_wallet_core::people::ability::ability;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::ip::cover;

use super::state::{Papers, State};

/// True if none of a key's settings is looser than agreed.
fn within(now: &Settings, agreed: &Settings) -> bool {
    let limit = |now: Option<_>, agreed: Option<_>| agreed.is_none() || now.is_some_and(|now| now <= agreed.unwrap());
    limit(now.max_transaction_amount, agreed.max_transaction_amount)
        && limit(now.max_daily_volume, agreed.max_daily_volume)
        && now.auto_approve_limit <= agreed.auto_approve_limit
        && now.expires_in_days <= agreed.expires_in_days
        && now.permissions.iter().all(|permission| agreed.permissions.contains(permission))
        && (agreed.allowed_ips.is_empty() || !now.allowed_ips.is_empty())
        && now.allowed_ips.iter().all(|block| agreed.allowed_ips.is_empty() || cover(&agreed.allowed_ips, *block))
}

impl State {
    /// True if one user asked, another agreed, and at least two persons stand behind them. One person with two logins
    /// is not alone either: two others, or the person and another, let them in.
    pub(crate) fn two_agreed(&self, approval: ApprovalID) -> bool {
        match (self.asked.get(&approval), self.agreed.get(&approval)) {
            (Some(asked), Some(agreed)) => {
                asked.acting.user != agreed.acting.user && asked.persons.union(&agreed.persons).count() >= 2
            }
            _ => false,
        }
    }

    /// Panics if a loosening is in force that fewer than two persons agreed to.
    pub(crate) fn must_be_agreed(&self, papers: &Papers) {
        for approval in &papers.approvals {
            assert_eq!(approval.status == ApprovalStatus::Approved, self.agreed.contains_key(&approval.id));
            if approval.status == ApprovalStatus::Approved {
                assert!(self.two_agreed(approval.id), "one person alone: {approval:?}");
                assert_eq!(approval.decided_by.as_ref().unwrap().id, self.agreed[&approval.id].acting.user);
                assert_eq!(approval.maker.id, self.asked[&approval.id].acting.user);
            }
        }
        let agreed = |approval: &Approval| {
            approval.kind == ApprovalKind::ChangeSettings && approval.status == ApprovalStatus::Approved
        };
        assert!(!self.does_without_factor() || papers.approvals.iter().any(agreed), "without a factor by one person");
        self.keys_must_be_agreed(papers);
        self.operations_must_be_agreed();
        self.members_must_be_agreed(papers);
        self.no_request_may_be_left_over(papers);
        self.webhooks_must_be_agreed();
        for (acting, let_in_by) in self.logins.learnt() {
            assert!(let_in_by.len() >= 2, "one person alone learnt another's password: {acting:?}");
        }
    }

    fn keys_must_be_agreed(&self, papers: &Papers) {
        for key in &papers.keys {
            let granted = key.decided_at.is_some() && key.status != KeyStatus::Rejected;
            if granted {
                assert!(self.two_agreed(key.approval), "a key that one person made alone: {key:?}");
                let agreed = &self.settings[&key.approval];
                assert!(within(&key.settings, agreed), "a key that may more than was agreed: {key:?}");
            }
            assert_eq!(key.digest.is_some(), key.claimed_at.is_some());
            assert!(key.claimed_at.is_none() || granted, "a key that was claimed before it was granted: {key:?}");
        }
    }

    fn operations_must_be_agreed(&self) {
        for number in self.store.operations.keys() {
            let operation = self.store.operation_at(*number).unwrap();
            if !matches!(operation.state.status, OperationStatus::Processing | OperationStatus::Completed) {
                continue;
            }
            let facts = operation.facts;
            match (facts.approval, facts.key) {
                (Some(approval), _) => assert!(self.two_agreed(approval), "money moved by one person: {facts:?}"),
                (None, Some((key, _))) => {
                    let key = self.store.key(key).unwrap().unwrap();
                    let most = self.settings[&key.approval].auto_approve_limit;
                    assert!(self.two_agreed(key.approval) && facts.amount <= most, "money moved: {facts:?}");
                }
                (None, None) => panic!("money moved without an approval: {facts:?}"),
            }
        }
    }

    /// Panics if a step of nobody, or of one person, loosened a key: only a new agreement makes a new key.
    pub(crate) fn no_key_may_be_looser(&self, before: &Papers, after: &Papers) {
        for (old, new) in
            before.keys.iter().filter_map(|old| Some((old, after.keys.iter().find(|it| it.id == old.id)?)))
        {
            assert!(within(&new.settings, &old.settings), "a key that became looser: {old:?} {new:?}");
        }
        for key in after.keys.iter().filter(|key| matches!(key.status, KeyStatus::Pending | KeyStatus::Approved)) {
            let Some(old) = key.replaces.map(|id| self.store.key(id).unwrap().unwrap()) else { continue };
            assert_ne!(old.status, KeyStatus::Revoked, "a rotation that outlives the key it replaces: {key:?}");
            assert!(within(&key.settings, &old.settings), "a successor that may more than its key: {key:?} {old:?}");
        }
    }

    /// Panics if a request outlives the role of the person who asked, or a change of the person whom it is about.
    fn no_request_may_be_left_over(&self, papers: &Papers) {
        let holds = |user, role| self.store.member(user).is_some_and(|member| member.holds(role));
        for approval in papers.pending() {
            let by_key = approval.subject_text("keyID").is_some() && approval.kind == ApprovalKind::Operation;
            let by_admin = approval.kind.is_about_user() || approval.kind == ApprovalKind::ChangeSettings;
            let role = if by_admin { Role::Admin } else { Role::Maker };
            assert!(by_key || holds(approval.maker.id, role), "outlives its maker's role: {approval:?}");
            let version = approval.subject.get("memberVersion").and_then(serde_json::Value::as_u64);
            if let (Some(version), Ok(user)) = (version, people::requests::subject_user(approval)) {
                assert_eq!(
                    self.store.member(user).unwrap().version,
                    version,
                    "about a member as they were: {approval:?}"
                );
            }
        }
        for key in papers.keys.iter().filter(|key| key.status == KeyStatus::Approved) {
            assert!(holds(key.maker.id, Role::Maker), "a key that its maker may no longer claim: {key:?}");
        }
    }

    /// Panics if a step took the last admin, or the last pair of people who can approve each other.
    pub(crate) fn no_ability_may_be_lost(&self, before: &Self) {
        let members = |state: &Self| state.store.members().iter().map(|member| (**member).clone()).collect::<Vec<_>>();
        let (before, after) = (members(before), members(self));
        let (before, after) = (ability(before.iter()), ability(after.iter()));
        let kept = |before: bool, after: bool| after || !before;
        assert!(kept(before.admin, after.admin) && kept(before.keys, after.keys) && kept(before.users, after.users));
    }

    fn members_must_be_agreed(&self, papers: &Papers) {
        for member in self.store.members() {
            let user = member.person.id;
            for role in &member.roles {
                let allowed = self.allowed.get(&user).is_some_and(|roles| roles.contains(role));
                assert!(allowed, "a role that the last agreement does not give: {member:?}");
            }
            assert!(member.disabled || !self.disabled.contains(&user), "enabled by one person: {member:?}");
        }
        for approval in papers.approvals.iter().filter(|approval| approval.kind == ApprovalKind::ResetUser) {
            if let Some(agreed) = self.agreed.get(&approval.id) {
                assert_ne!(
                    agreed.acting.user,
                    people::requests::subject_user(approval).unwrap(),
                    "decided for themselves"
                );
            }
        }
    }
}
