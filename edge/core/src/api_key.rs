//! An API key as it is asked for, granted, claimed and ended.

use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;
use std::string::{String, ToString};
use std::vec::Vec;

use serde::{Deserialize, Serialize};
use universal_wallet::id::{ApprovalID, KeyID};
use universal_wallet::wire;
use universal_wallet::{Amount, Timestamp};
use uuid::Uuid;

use crate::body::Body;
use crate::digest::Digest;
use crate::ip::IPBlock;
use crate::people::Person;
use serde_json::{Value, json};

/// How long an approved key waits for its maker to claim it.
pub const CLAIM_MS: i64 = 24 * 3_600_000;
/// A day.
pub const DAY_MS: i64 = 86_400_000;

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// `GET /balance`.
    #[serde(rename = "read-balance")]
    ReadBalance,
    /// Reading operations and cash-out requests.
    #[serde(rename = "read-transactions")]
    ReadTransactions,
    /// Moving money.
    #[serde(rename = "perform-operations")]
    PerformOperations,
}

impl Permission {
    /// As it goes over the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadBalance => "read-balance",
            Self::ReadTransactions => "read-transactions",
            Self::PerformOperations => "perform-operations",
        }
    }

    /// As the client's types name it.
    pub const fn wire(self) -> wire::Permission {
        match self {
            Self::ReadBalance => wire::Permission::ReadBalance,
            Self::ReadTransactions => wire::Permission::ReadTransactions,
            Self::PerformOperations => wire::Permission::PerformOperations,
        }
    }
}

/// Why a text is not a [`Permission`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionError;

impl fmt::Display for PermissionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be read-balance, read-transactions or perform-operations")
    }
}

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Self, PermissionError> {
        [Self::ReadBalance, Self::ReadTransactions, Self::PerformOperations]
            .into_iter()
            .find(|permission| permission.as_str() == text)
            .ok_or(PermissionError)
    }
}

/// What a key is asked for with: what two people agree on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// What its maker calls it.
    pub label: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// The largest amount of one operation; `None`: no limit.
    pub max_transaction_amount: Option<Amount>,
    /// The volume of one UTC day, shared by a key and its rotated predecessors; `None`: no limit.
    pub max_daily_volume: Option<Amount>,
    /// Where it may be used from; empty: anywhere.
    #[serde(rename = "allowedIPs")]
    pub allowed_ips: Vec<IPBlock>,
    /// How long it lives from its claim on.
    pub expires_in_days: i64,
    /// Operations up to this amount need no checker.
    pub auto_approve_limit: Amount,
    /// The maker's note to the checker.
    pub note: Option<String>,
}

/// A limit from a PATCH: null and the empty text mean none.
pub fn read_limit(body: &mut Body, field: &str) -> Option<Amount> {
    if body.is_empty_text(field) {
        body.skip(field);
        return None;
    }
    body.amount(field)
}

/// An IP list from a request, in normal form and without repeats.
pub fn read_ips(body: &mut Body, field: &str) -> Vec<IPBlock> {
    let mut blocks: Vec<IPBlock> = Vec::new();
    for block in body.list(field).unwrap_or_default() {
        if !blocks.contains(&block) {
            blocks.push(block);
        }
    }
    if blocks.len() > 50 {
        body.error(field, "must have at most 50 addresses or blocks");
    }
    blocks
}

/// Permissions from a request: at least one, none twice.
pub fn read_permissions(body: &mut Body, field: &str) -> Vec<Permission> {
    if !body.has(field) {
        body.error(field, "is required");
        return Vec::new();
    }
    let before = body.mistakes();
    let permissions: Vec<Permission> = body.list(field).unwrap_or_default();
    let repeated = |place: usize| permissions.iter().take(place).any(|before| permissions.get(place) == Some(before));
    if body.mistakes() == before {
        if permissions.is_empty() {
            body.error(field, "must name at least one permission");
        } else if (0..permissions.len()).any(repeated) {
            body.error(field, "must not name a permission twice");
        }
    }
    permissions
}

impl Settings {
    /// Reads and checks the settings of a new key; mistakes are noted in the body.
    pub fn read(body: &mut Body) -> Option<Self> {
        let before = body.mistakes();
        let label = body.required_text("label").map(|label| label.trim().to_string()).unwrap_or_default();
        if body.mistakes() == before {
            if !(1..=64).contains(&label.chars().count()) {
                body.error("label", "must have 1 to 64 characters");
            } else if label.chars().any(char::is_control) {
                body.error("label", "must not have control characters");
            }
        }
        let settings = Self {
            label,
            permissions: read_permissions(body, "permissions"),
            max_transaction_amount: body.amount("maxTransactionAmount"),
            max_daily_volume: body.amount("maxDailyVolume"),
            allowed_ips: read_ips(body, "allowedIPs"),
            expires_in_days: body.integer("expiresInDays", 1, 365).unwrap_or(365),
            auto_approve_limit: body.amount("autoApproveLimit").unwrap_or_default(),
            note: body.line("note", 256),
        };
        if body.mistakes() == before
            && let Some((field, message)) = settings.inconsistency()
        {
            body.error(field, message);
        }
        (body.mistakes() == before).then_some(settings)
    }

    /// What contradicts itself in the limits: the field and why.
    pub fn inconsistency(&self) -> Option<(&'static str, &'static str)> {
        let (max, day, auto) = (self.max_transaction_amount, self.max_daily_volume, self.auto_approve_limit);
        if let (Some(max), Some(day)) = (max, day)
            && max > day
        {
            return Some(("maxTransactionAmount", "must not be more than maxDailyVolume"));
        }
        if !auto.is_zero() && (max.is_none() || day.is_none()) {
            return Some(("autoApproveLimit", "needs both maxTransactionAmount and maxDailyVolume"));
        }
        if max.is_some_and(|max| auto > max) {
            return Some(("autoApproveLimit", "must not be more than maxTransactionAmount"));
        }
        None
    }

    /// Whether the key may be used from the address; without one, only if it has no list.
    pub fn admits(&self, address: Option<IpAddr>) -> bool {
        self.allowed_ips.is_empty()
            || address.is_some_and(|address| self.allowed_ips.iter().any(|block| block.contains(address)))
    }
}

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum KeyStatus {
    /// A checker has to decide.
    Pending,
    /// Its maker may claim it.
    Approved,
    /// In use.
    Active,
    /// Its time is over.
    Expired,
    /// Ended by hand.
    Revoked,
    /// A checker refused it.
    Rejected,
    /// Its maker took the request back.
    Withdrawn,
    /// Nobody decided, or nobody claimed it, in time.
    Lapsed,
}

impl KeyStatus {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Approved,
        Self::Active,
        Self::Expired,
        Self::Revoked,
        Self::Rejected,
        Self::Withdrawn,
        Self::Lapsed,
    ];

    /// As it goes over the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
        }
    }
}

/// A key, from its request on. The secret itself is never part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// Names it.
    pub id: KeyID,
    /// The request that a checker decides.
    pub approval: ApprovalID,
    /// What was asked for, tightened since where it was.
    pub settings: Settings,
    /// Where it stands.
    pub status: KeyStatus,
    /// The first key of its line of rotations: daily volume and idempotency keys are the line's.
    pub lineage: KeyID,
    /// The key that it takes over from.
    pub replaces: Option<KeyID>,
    /// How long the replaced key goes on after the claim.
    pub overlap_hours: Option<i64>,
    /// The key that takes over from it: since the claim of that one it is deprecated.
    pub replaced_by: Option<KeyID>,
    /// `uwk_` and four characters.
    pub prefix: Option<String>,
    /// SHA-256 of the key.
    pub digest: Option<Digest>,
    /// Who asked.
    pub maker: Person,
    /// Who decided.
    pub checker: Option<Person>,
    /// Why it was rejected or revoked.
    pub reason: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// When its maker took the secret.
    pub claimed_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// How much a key was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls of this UTC day.
    pub requests_today: u64,
    /// Volume of this UTC day.
    pub volume_today: Amount,
    /// Calls of the last 30 days.
    pub requests_30_days: u64,
    /// The last call.
    pub last_used_at: Option<Timestamp>,
    /// Where it came from.
    pub last_used_ip: Option<String>,
}

impl Key {
    /// A key as it is asked for: the first of its line, waiting for its checker.
    pub fn request(uuid: Uuid, settings: Settings, maker: &Person, now: Timestamp) -> Self {
        let id = KeyID::from_uuid(uuid);
        Self {
            entry: 0,
            id,
            approval: ApprovalID::from_uuid(uuid),
            settings,
            status: KeyStatus::Pending,
            lineage: id,
            replaces: None,
            overlap_hours: None,
            replaced_by: None,
            prefix: None,
            digest: None,
            maker: maker.clone(),
            checker: None,
            reason: None,
            created_at: now,
            decided_at: None,
            claimed_at: None,
            revoked_at: None,
            expires_at: None,
        }
    }

    /// When an approved key can no longer be claimed.
    pub fn claim_until(&self) -> Option<Timestamp> {
        self.decided_at.map(|at| at.plus_ms(CLAIM_MS))
    }

    /// The full request, as a checker sees it and as it will be carried out.
    pub fn subject(&self) -> Value {
        let settings = &self.settings;
        let mut subject = json!({
            "keyID": self.id,
            "label": settings.label,
            "permissions": settings.permissions,
            "maxTransactionAmount": settings.max_transaction_amount,
            "maxDailyVolume": settings.max_daily_volume,
            "allowedIPs": settings.allowed_ips,
            "expiresInDays": settings.expires_in_days,
            "autoApproveLimit": settings.auto_approve_limit,
            "note": settings.note,
        });
        if self.replaces.is_some() {
            subject["replaces"] = json!(self.replaces);
            subject["overlapHours"] = json!(self.overlap_hours);
        }
        subject
    }

    /// The calling key, as `GET /api-key` tells it; `spent` is its line's volume of the day.
    pub fn info(&self, spent: Amount) -> wire::KeyInfo {
        let settings = &self.settings;
        wire::KeyInfo {
            key_id: self.id,
            label: settings.label.clone(),
            permissions: settings.permissions.iter().map(|permission| permission.wire()).collect(),
            max_transaction_amount: settings.max_transaction_amount,
            max_daily_volume: settings.max_daily_volume,
            daily_volume_remaining: settings.max_daily_volume.map(|most| most.checked_sub(spent).unwrap_or_default()),
            allowed_ips: settings.allowed_ips.iter().map(ToString::to_string).collect(),
            auto_approve_limit: settings.auto_approve_limit,
            expires_at: self.expires_at.unwrap_or(self.created_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::{Code, Refusal};

    fn read(text: &str) -> Result<Settings, Refusal> {
        let mut body = Body::parse(text)?;
        let settings = Settings::read(&mut body);
        body.finish()?;
        Ok(settings.unwrap())
    }

    #[test]
    fn the_least_that_can_be_asked_for_has_the_contracts_defaults() {
        let settings = read(r#"{"label":" Till 1 ","permissions":["read-balance"]}"#).unwrap();
        assert_eq!(settings.label, "Till 1");
        assert_eq!((settings.expires_in_days, settings.auto_approve_limit), (365, Amount::ZERO));
        assert_eq!((settings.max_transaction_amount, settings.max_daily_volume), (None, None));
        let settings = read(r#"{"label":"x","permissions":["read-balance"],"maxDailyVolume":null,"allowedIPs":null}"#);
        assert_eq!(settings.unwrap().max_daily_volume, None);
    }

    #[test]
    fn each_wrong_setting_is_named() {
        for (members, field) in [
            (r#""label":"  ""#, "label"),
            (r#""label":"a\u0007b""#, "label"),
            (r#""permissions":[]"#, "permissions"),
            (r#""permissions":["read-balance","read-balance"]"#, "permissions"),
            (r#""permissions":["read-balance","own-it"]"#, "permissions[1]"),
            (r#""expiresInDays":0"#, "expiresInDays"),
            (r#""expiresInDays":366"#, "expiresInDays"),
            (r#""expiresInDays":1.5"#, "expiresInDays"),
            (r#""expiresInDays":"30""#, "expiresInDays"),
            (r#""allowedIPs":["1.2.3.4","::/0"]"#, "allowedIPs[1]"),
            (r#""maxTransactionAmount":"2","maxDailyVolume":"1""#, "maxTransactionAmount"),
            (r#""autoApproveLimit":"1""#, "autoApproveLimit"),
            (r#""autoApproveLimit":"1","maxDailyVolume":"9""#, "autoApproveLimit"),
            (r#""autoApproveLimit":"2","maxTransactionAmount":"1","maxDailyVolume":"9""#, "autoApproveLimit"),
        ] {
            let mut text = String::from("{");
            for (name, value) in [("label", r#""x""#), ("permissions", r#"["read-balance"]"#)] {
                if !members.contains(&format!("\"{name}\"")) {
                    text.extend(["\"", name, "\":", value, ","]);
                }
            }
            let refusal = read(&format!("{text}{members}}}")).unwrap_err();
            assert_eq!((refusal.code, refusal.fields[0].field.as_str()), (Code::InvalidRequest, field), "{members}");
        }
        for amount in ["\"1.001\"", "\"\"", "10"] {
            let text = format!(
                r#"{{"label":"x","permissions":["read-balance"],"maxTransactionAmount":{amount},"maxDailyVolume":"9","autoApproveLimit":"1"}}"#
            );
            let refusal = read(&text).unwrap_err();
            assert_eq!((refusal.code, refusal.fields.len()), (Code::InvalidAmount, 1), "{amount}");
        }
    }
}
