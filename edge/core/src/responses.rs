//! Response types for the float, keys, approvals and members.

use serde::Serialize;
use serde_json::Value;
use universal_wallet_sdk::{Amount, Timestamp};

use crate::approvals::model::{Approval, ApprovalKind, ApprovalStatus};
use crate::id::{ApprovalID, KeyID, UserID};
use crate::keys::model::{Key, KeyStatus, Usage};
use crate::keys::settings::Permission;
use crate::people::model::{Member, MemberStatus, Role};
use crate::total::Total;

/// A distributor's float.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Balance {
    /// All of the float.
    pub balance: Amount,
    /// The part that is free to be spent: `balance` less `held`.
    pub available: Amount,
    /// The part that pending cash-ins hold.
    pub held: Amount,
    /// The deployment's currency, such as `NGN`.
    pub currency: String,
}

/// The calling key, as `GET /api-key` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeyInfo {
    /// ID of the key.
    #[serde(rename = "keyID")]
    key_id: KeyID,
    /// The label that its maker gave it.
    label: String,
    /// Its permissions.
    permissions: Vec<Permission>,
    /// The largest amount of one operation; null means no limit.
    max_transaction_amount: Option<Amount>,
    /// The volume of one UTC day; null means no limit.
    max_daily_volume: Option<Amount>,
    /// The rest of today's volume; null means no limit.
    daily_volume_remaining: Option<Amount>,
    /// The addresses and CIDR blocks it may be used from; empty: any.
    #[serde(rename = "allowedIPs")]
    allowed_ips: Vec<String>,
    /// Operations up to this amount need no checker.
    auto_approve_limit: Amount,
    /// When it ends.
    expires_at: Timestamp,
}

/// An API key. The secret itself is never part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Key"))]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// ID of the key.
    #[serde(rename = "keyID")]
    key_id: KeyID,
    /// The request that a checker decides.
    #[serde(rename = "approvalID")]
    approval_id: ApprovalID,
    /// The label its maker gave the key.
    label: String,
    /// Permissions of the key.
    permissions: Vec<Permission>,
    /// The largest amount of one operation; null means no limit.
    max_transaction_amount: Option<Amount>,
    /// The volume of one UTC day, shared by a key and its rotated predecessors; null means no limit.
    max_daily_volume: Option<Amount>,
    /// Addresses and CIDR blocks that the key may be used from, in normal form; an empty list allows any.
    #[serde(rename = "allowedIPs")]
    allowed_ips: Vec<String>,
    /// Operations up to this amount need no checker.
    auto_approve_limit: Amount,
    /// Lifetime in days, from the claim.
    expires_in_days: i64,
    /// Expiry time; null until the key is claimed.
    expires_at: Option<Timestamp>,
    /// Status of the key.
    status: KeyStatus,
    /// First eight characters of the key, for telling keys apart; null until the key is claimed.
    key_prefix: Option<String>,
    /// ID of the person who requested the key.
    #[serde(rename = "makerID")]
    maker_id: UserID,
    /// Name of the person who requested the key.
    maker_name: String,
    /// ID of the person who decided the request.
    #[serde(rename = "checkerID")]
    checker_id: Option<UserID>,
    /// Name of the person who decided the request.
    checker_name: Option<String>,
    /// Reason of the rejection or revocation.
    reason: Option<String>,
    /// The maker's note to the checker.
    note: Option<String>,
    /// The key that this key replaces.
    replaces: Option<KeyID>,
    /// Time of the request.
    created_at: Timestamp,
    /// Time of the decision.
    decided_at: Option<Timestamp>,
    /// Time at which the maker claimed the secret.
    claimed_at: Option<Timestamp>,
    /// Time of the revocation.
    revoked_at: Option<Timestamp>,
    /// Time of the last call.
    last_used_at: Option<Timestamp>,
    /// Client address of the last call.
    #[serde(rename = "lastUsedIP")]
    last_used_ip: Option<String>,
    /// Usage of the key.
    usage: UsageView,
}

/// Usage of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Usage"))]
#[serde(rename_all = "camelCase")]
pub struct UsageView {
    /// Calls of this UTC day.
    requests_today: u64,
    /// Volume of this UTC day.
    volume_today: Total,
    /// Calls of the last 30 days.
    #[serde(rename = "requests30Days")]
    requests_30_days: u64,
}

/// A request that one person made and another decides.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Approval"))]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// ID of the request.
    #[serde(rename = "approvalID")]
    approval_id: ApprovalID,
    /// Kind of the request.
    kind: ApprovalKind,
    /// Status of the request.
    status: ApprovalStatus,
    /// The full request as it is carried out, with its keyID, operationID or userID.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    subject: Value,
    /// Hex SHA-256 of the RFC 8785 form of `{approvalID, distributorID, kind, makerID, subject}`; a checker agrees to
    /// this digest.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    digest: String,
    /// ID of the person who made the request.
    #[serde(rename = "makerID")]
    maker_id: UserID,
    /// Name of the person who made the request.
    maker_name: String,
    /// Time of the request.
    created_at: Timestamp,
    /// Time from which nobody can decide the request.
    expires_at: Timestamp,
    /// ID of the person who decided.
    decided_by: Option<UserID>,
    /// Name of the person who decided.
    decided_by_name: Option<String>,
    /// Time of the decision.
    decided_at: Option<Timestamp>,
    /// Reason of a rejection.
    reason: Option<String>,
}

/// A member of a distributor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "User"))]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    /// ID of the user.
    #[serde(rename = "userID")]
    user_id: UserID,
    /// Login in lower case.
    login: String,
    /// Name of the person.
    name: String,
    /// Roles at this distributor.
    roles: Vec<Role>,
    /// `invited` until the person joins, who holds no role before.
    status: MemberStatus,
    /// True if the member may do nothing at this distributor.
    disabled: bool,
    /// Time until which the member approves and claims nothing, after the issuer reset the password; otherwise null.
    paused_until: Option<Timestamp>,
    /// Time at which the member was added.
    created_at: Timestamp,
}

impl Key {
    /// The calling key as `GET /api-key` answers it; `spent` is the line's volume of the day.
    pub fn info(&self, spent: Total) -> KeyInfo {
        let settings = &self.settings;
        KeyInfo {
            key_id: self.id,
            label: settings.label.clone(),
            permissions: settings.permissions.clone(),
            max_transaction_amount: settings.max_transaction_amount,
            max_daily_volume: settings.max_daily_volume,
            daily_volume_remaining: settings.max_daily_volume.map(|most| spent.left_of(most)),
            allowed_ips: settings.allowed_ips.iter().map(ToString::to_string).collect(),
            auto_approve_limit: settings.auto_approve_limit,
            expires_at: self.expires_at.unwrap_or(self.created_at),
        }
    }

    /// The key object of the console API.
    pub fn view(&self, usage: &Usage) -> KeyView {
        let settings = &self.settings;
        KeyView {
            key_id: self.id,
            approval_id: self.approval,
            label: settings.label.clone(),
            permissions: settings.permissions.clone(),
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
            status: self.status(),
            disabled: self.disabled,
            paused_until: self.paused_until,
            created_at: self.created_at,
        }
    }
}
