//! Keys, approvals and members as the API shows them.

use serde::Serialize;
use serde_json::Value;
use universal_wallet::id::{ApprovalID, KeyID, UserID};
use universal_wallet::wire::Permission;
use universal_wallet::{Amount, Timestamp};

use crate::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use crate::keys::model::{Key, KeyStatus, Usage};
use crate::people::model::{Member, Role};

/// A key, from its request on. The secret itself is never part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Key"))]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// Names the key.
    #[serde(rename = "keyID")]
    key_id: KeyID,
    /// The request that a checker decides.
    #[serde(rename = "approvalID")]
    approval_id: ApprovalID,
    /// What its maker calls it.
    label: String,
    /// What it may do.
    permissions: Vec<Permission>,
    /// The largest amount of one operation; null: no limit.
    max_transaction_amount: Option<Amount>,
    /// The volume of one UTC day, shared by a key and its rotated predecessors; null: no limit.
    max_daily_volume: Option<Amount>,
    /// The addresses and CIDR blocks it may be used from, in normal form; empty: any.
    #[serde(rename = "allowedIPs")]
    allowed_ips: Vec<String>,
    /// Operations up to this amount need no checker.
    auto_approve_limit: Amount,
    /// How long it lives from its claim on.
    expires_in_days: i64,
    /// When it ends; null until it is claimed.
    expires_at: Option<Timestamp>,
    /// Where it stands.
    status: KeyStatus,
    /// Its first eight characters, to tell it by; null until it is claimed.
    key_prefix: Option<String>,
    /// Who asked for it.
    #[serde(rename = "makerID")]
    maker_id: UserID,
    /// Their name.
    maker_name: String,
    /// Who decided.
    #[serde(rename = "checkerID")]
    checker_id: Option<UserID>,
    /// Their name.
    checker_name: Option<String>,
    /// Why it was rejected or revoked.
    reason: Option<String>,
    /// The maker's note to the checker.
    note: Option<String>,
    /// The key that it takes over from.
    replaces: Option<KeyID>,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it was decided.
    decided_at: Option<Timestamp>,
    /// When its maker took the secret.
    claimed_at: Option<Timestamp>,
    /// When it was revoked.
    revoked_at: Option<Timestamp>,
    /// Its last call.
    last_used_at: Option<Timestamp>,
    /// Where that came from.
    #[serde(rename = "lastUsedIP")]
    last_used_ip: Option<String>,
    /// How much it is used.
    usage: UsageView,
}

/// How much a key is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Usage"))]
#[serde(rename_all = "camelCase")]
pub struct UsageView {
    /// Calls of this UTC day.
    requests_today: u64,
    /// Volume of this UTC day.
    volume_today: Amount,
    /// Calls of the last 30 days.
    #[serde(rename = "requests30Days")]
    requests_30_days: u64,
}

/// A request that one person made and another decides.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Approval"))]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// Names the request.
    #[serde(rename = "approvalID")]
    approval_id: ApprovalID,
    /// What is asked for.
    kind: ApprovalKind,
    /// Where it stands.
    status: ApprovalStatus,
    /// The full request as it will be carried out, with its keyID, operationID or userID.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    subject: Value,
    /// Hex SHA-256 of the RFC 8785 form of `{approvalID, distributorID, kind, makerID, subject}`: what a checker
    /// agrees to.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    digest: String,
    /// Who asked.
    #[serde(rename = "makerID")]
    maker_id: UserID,
    /// Their name.
    maker_name: String,
    /// When.
    created_at: Timestamp,
    /// When nobody can decide it any more.
    expires_at: Timestamp,
    /// Who decided.
    decided_by: Option<UserID>,
    /// Their name.
    decided_by_name: Option<String>,
    /// When.
    decided_at: Option<Timestamp>,
    /// Why it was refused.
    reason: Option<String>,
}

/// A member of a distributor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "User"))]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    /// Names the person.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// What they sign in with, in lower case.
    login: String,
    /// What they are called.
    name: String,
    /// What they may do here.
    roles: Vec<Role>,
    /// A disabled member may do nothing here.
    disabled: bool,
    /// Since when they are a member.
    created_at: Timestamp,
}

impl Key {
    /// The key object of the console API.
    pub fn view(&self, usage: &Usage) -> KeyView {
        let settings = &self.settings;
        KeyView {
            key_id: self.id,
            approval_id: self.approval,
            label: settings.label.clone(),
            permissions: settings.permissions.iter().map(|permission| permission.wire()).collect(),
            max_transaction_amount: settings.max_transaction_amount,
            max_daily_volume: settings.max_daily_volume,
            allowed_ips: settings.allowed_ips.iter().map(ToString::to_string).collect(),
            auto_approve_limit: settings.auto_approve_limit,
            expires_in_days: settings.expires_in_days,
            expires_at: self.expires_at,
            status: self.status,
            key_prefix: self.prefix.clone(),
            maker_id: self.maker.id,
            maker_name: self.maker.name.clone(),
            checker_id: self.checker.as_ref().map(|checker| checker.id),
            checker_name: self.checker.as_ref().map(|checker| checker.name.clone()),
            reason: self.reason.clone(),
            note: settings.note.clone(),
            replaces: self.replaces,
            created_at: self.created_at,
            decided_at: self.decided_at,
            claimed_at: self.claimed_at,
            revoked_at: self.revoked_at,
            last_used_at: usage.last_used_at,
            last_used_ip: usage.last_used_ip.clone(),
            usage: UsageView {
                requests_today: usage.requests_today,
                volume_today: usage.volume_today,
                requests_30_days: usage.requests_30_days,
            },
        }
    }
}

impl Approval {
    /// The approval object of the console API.
    pub fn view(&self) -> ApprovalView {
        ApprovalView {
            approval_id: self.id,
            kind: self.kind,
            status: self.status,
            subject: self.subject.clone(),
            digest: self.digest.to_string(),
            maker_id: self.maker.id,
            maker_name: self.maker.name.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            decided_by: self.decided_by.as_ref().map(|person| person.id),
            decided_by_name: self.decided_by.as_ref().map(|person| person.name.clone()),
            decided_at: self.decided_at,
            reason: self.reason.clone(),
        }
    }
}

impl Member {
    /// The user object of the console API.
    pub fn view(&self) -> UserView {
        UserView {
            user_id: self.person.id,
            login: self.login.as_str().into(),
            name: self.person.name.clone(),
            roles: self.roles.clone(),
            disabled: self.disabled,
            created_at: self.created_at,
        }
    }
}
