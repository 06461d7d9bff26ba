//! An API key as it is asked for, granted, claimed and ended.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use universal_wallet::id::{ApprovalID, KeyID};
use universal_wallet::wire;
use universal_wallet::{Amount, Timestamp};
use uuid::Uuid;

use crate::keys::settings::Settings;
use crate::people::model::Person;
use crate::text::digest::Digest;

/// How long an approved key waits for its maker to claim it.
pub const CLAIM_MS: i64 = 24 * 3_600_000;
/// A day.
pub const DAY_MS: i64 = 86_400_000;

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
