//! An API key through its life: requested, approved, claimed, ended.

use crate::id::{ApprovalID, KeyID};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use universal_wallet_sdk::Timestamp;
use uuid::Uuid;

use crate::keys::settings::Settings;
use crate::people::model::Person;
use crate::text::digest::Digest;
use crate::text::json_text::add;
use crate::total::Total;

/// Time that a maker has to claim an approved key.
pub const CLAIM_MS: i64 = 24 * 3_600_000;
/// One day in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// Status of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum KeyStatus {
    /// Requested; a checker has to decide.
    Pending,
    /// Approved; its maker may claim it.
    Approved,
    /// In use.
    Active,
    /// Past its expiry.
    Expired,
    /// Revoked by a person.
    Revoked,
    /// Rejected by a checker.
    Rejected,
    /// Withdrawn by its maker.
    Withdrawn,
    /// Not decided or not claimed in time.
    Lapsed,
}

impl KeyStatus {
    /// All statuses.
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

    /// Wire name.
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

/// An API key. The secret itself is never part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// ID of the key.
    pub id: KeyID,
    /// The request that a checker decides.
    pub approval: ApprovalID,
    /// Requested settings, including later tightening.
    pub settings: Settings,
    /// Status of the key.
    pub status: KeyStatus,
    /// The first key of this line of rotations; daily volume and idempotency keys belong to the line.
    pub lineage: KeyID,
    /// The key that this key replaces.
    pub replaces: Option<KeyID>,
    /// Hours for which the replaced key stays valid after the claim.
    pub overlap_hours: Option<i64>,
    /// The claimed key that replaces this one, which is deprecated from then on.
    pub replaced_by: Option<KeyID>,
    /// `uwk_` and the first four characters of the secret.
    pub prefix: Option<String>,
    /// SHA-256 of the key.
    pub digest: Option<Digest>,
    /// Person who requested the key.
    pub maker: Person,
    /// Person who decided the request.
    pub checker: Option<Person>,
    /// Reason of the rejection or revocation.
    pub reason: Option<String>,
    /// Time of the request.
    pub created_at: Timestamp,
    /// Time of the decision.
    pub decided_at: Option<Timestamp>,
    /// Time at which the maker claimed the secret.
    pub claimed_at: Option<Timestamp>,
    /// Time of the revocation.
    pub revoked_at: Option<Timestamp>,
    /// Time from which the key is expired.
    pub expires_at: Option<Timestamp>,
}

/// Usage of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls of this UTC day.
    pub requests_today: u64,
    /// Volume of this UTC day.
    pub volume_today: Total,
    /// Calls of the last 30 days.
    pub requests_30_days: u64,
    /// Time of the last call.
    pub last_used_at: Option<Timestamp>,
    /// Client address of the last call.
    pub last_used_ip: Option<String>,
}

impl Key {
    /// A newly requested key: the first of its line, pending.
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

    /// Time from which an approved key can no longer be claimed.
    pub fn claim_until(&self) -> Option<Timestamp> {
        self.decided_at.map(|at| at.plus_ms(CLAIM_MS))
    }

    /// The full request, as a checker sees it and as it is carried out.
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
            add(&mut subject, [("replaces", json!(self.replaces)), ("overlapHours", json!(self.overlap_hours))]);
        }
        subject
    }
}
