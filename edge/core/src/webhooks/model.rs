//! An endpoint through its life: requested, approved, claimed, disabled and enabled again.

use crate::id::{ApprovalID, UserID, WebhookID};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use universal_wallet_sdk::Timestamp;

use crate::approvals::model::ApprovalKind;
use crate::people::model::Person;
use crate::text::digest::Digest;
use crate::text::json_text::add;
use crate::webhooks::event::EventType;
use crate::webhooks::url::EndpointUrl;

/// Time that a maker has to claim an approved secret.
pub const CLAIM_MS: i64 = 24 * 3_600_000;

/// Status of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum EndpointStatus {
    /// Requested; a checker has to decide.
    Pending,
    /// Approved; its maker may claim the secret.
    Approved,
    /// Messages are sent.
    Active,
    /// Disabled by a person, or because its receiver failed for days or wants no more messages.
    Disabled,
    /// Rejected by a checker.
    Rejected,
    /// Withdrawn by its maker.
    Withdrawn,
    /// Not decided or not claimed in time.
    Lapsed,
}

impl EndpointStatus {
    /// Wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
        }
    }

    /// True while the endpoint counts towards the limit of a distributor.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Approved | Self::Active)
    }
}

/// Settings of an endpoint, which never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointSettings {
    /// Address that messages are sent to.
    pub url: EndpointUrl,
    /// Types of the messages.
    pub events: Vec<EventType>,
    /// The maker's description.
    pub description: Option<String>,
}

/// A secret that signs messages. Only its digest is recorded here; the endpoint's own object keeps the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretUse {
    /// SHA-256 of the secret's text.
    pub digest: Digest,
    /// Time from which a replaced secret no longer signs.
    pub until: Option<Timestamp>,
}

impl SecretUse {
    /// True if the secret signs messages at that time.
    pub fn signs(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// State of a request for a new secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RotationStatus {
    /// A checker has to decide.
    Pending,
    /// The new secret may be claimed.
    Approved,
    /// The new secret was not claimed in time.
    Lapsed,
}

/// A request for a new secret, from the request until the claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// The request that a checker decides.
    pub approval: ApprovalID,
    /// State of the request.
    pub status: RotationStatus,
    /// Hours for which the replaced secrets sign beside the new one.
    pub overlap_hours: i64,
    /// Time of the decision.
    pub decided_at: Option<Timestamp>,
}

/// An endpoint. Its secrets are never part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// ID of the endpoint.
    pub id: WebhookID,
    /// The request that made it.
    pub approval: ApprovalID,
    /// Requested settings.
    pub settings: EndpointSettings,
    /// Status of the endpoint.
    pub status: EndpointStatus,
    /// Person who requested the endpoint.
    pub maker: Person,
    /// Person who decided the request.
    pub checker: Option<Person>,
    /// Reason of the rejection or of disabling.
    pub reason: Option<String>,
    /// Time of the request.
    pub created_at: Timestamp,
    /// Time of the decision.
    pub decided_at: Option<Timestamp>,
    /// Time of the first claim.
    pub claimed_at: Option<Timestamp>,
    /// Time since which the endpoint is disabled.
    pub disabled_at: Option<Timestamp>,
    /// Time at which the endpoint was last enabled.
    pub enabled_at: Option<Timestamp>,
    /// Messages follow entries of the chain after this one.
    pub starts_after: u64,
    /// Secrets that sign messages, newest first.
    pub secrets: Vec<SecretUse>,
    /// Person who asked for the latest secret, and alone may claim it.
    pub claimant: Person,
    /// The open or lapsed request for a new secret.
    pub rotation: Option<Rotation>,
}

impl Endpoint {
    /// A newly requested endpoint.
    pub fn request(
        id: WebhookID,
        approval: ApprovalID,
        settings: EndpointSettings,
        maker: &Person,
        now: Timestamp,
    ) -> Self {
        Self {
            entry: 0,
            id,
            approval,
            settings,
            status: EndpointStatus::Pending,
            maker: maker.clone(),
            checker: None,
            reason: None,
            created_at: now,
            decided_at: None,
            claimed_at: None,
            disabled_at: None,
            enabled_at: None,
            starts_after: 0,
            secrets: Vec::new(),
            claimant: maker.clone(),
            rotation: None,
        }
    }

    /// The full request of a kind, as a checker sees it and as it is carried out.
    pub fn subject(&self, kind: ApprovalKind) -> Value {
        let EndpointSettings { url, events, description } = &self.settings;
        let mut subject = json!({ "webhookID": self.id, "url": url, "events": events, "description": description });
        if kind == ApprovalKind::RotateWebhook {
            let hours = self.rotation.as_ref().map(|rotation| rotation.overlap_hours);
            add(&mut subject, [("overlapHours", json!(hours))]);
        }
        subject
    }

    /// True while the endpoint counts towards the limit of a distributor, or has a secret that waits to be claimed.
    pub fn is_live(&self) -> bool {
        self.status.is_open() || self.claim_until().is_some()
    }

    /// Time from which an approved secret can no longer be claimed.
    pub fn claim_until(&self) -> Option<Timestamp> {
        let decided_at = match (&self.rotation, self.status) {
            (Some(Rotation { status: RotationStatus::Approved, decided_at, .. }), _) => *decided_at,
            (_, EndpointStatus::Approved) => self.decided_at,
            _ => None,
        };
        decided_at.map(|at| at.plus_ms(CLAIM_MS))
    }

    /// The endpoint as the console API answers it; `failing_since` is the first failure since the last success.
    pub fn view(&self, failing_since: Option<Timestamp>, now: Timestamp) -> EndpointView {
        EndpointView {
            webhook_id: self.id,
            approval_id: self.approval,
            url: self.settings.url.as_str().to_owned(),
            events: self.settings.events.clone(),
            description: self.settings.description.clone(),
            status: self.status,
            maker_id: self.maker.id,
            maker_name: self.maker.name.clone(),
            checker_id: self.checker.as_ref().map(|checker| checker.id),
            checker_name: self.checker.as_ref().map(|checker| checker.name.clone()),
            reason: self.reason.clone(),
            created_at: self.created_at,
            decided_at: self.decided_at,
            claimed_at: self.claimed_at,
            disabled_at: self.disabled_at,
            failing_since: failing_since
                .filter(|since| self.status == EndpointStatus::Active && self.enabled_at.is_none_or(|at| *since > at)),
            secrets_until: self.secrets.iter().filter_map(|secret| secret.until).filter(|until| now < *until).collect(),
            claim: self.claim_until().map(|until| ClaimView {
                claimant_id: self.claimant.id,
                claimant_name: self.claimant.name.clone(),
                until,
            }),
        }
    }
}

/// An endpoint. Its secret is never part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Webhook"))]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    /// ID of the endpoint.
    #[serde(rename = "webhookID")]
    webhook_id: WebhookID,
    /// The request that a checker decides.
    #[serde(rename = "approvalID")]
    approval_id: ApprovalID,
    /// Address that messages are sent to.
    url: String,
    /// Types of the messages.
    events: Vec<EventType>,
    /// The maker's description.
    description: Option<String>,
    /// Status of the endpoint.
    status: EndpointStatus,
    /// ID of the person who requested the endpoint.
    #[serde(rename = "makerID")]
    maker_id: UserID,
    /// Name of the person who requested the endpoint.
    maker_name: String,
    /// ID of the person who decided the request.
    #[serde(rename = "checkerID")]
    checker_id: Option<UserID>,
    /// Name of the person who decided the request.
    checker_name: Option<String>,
    /// Reason of the rejection or of disabling.
    reason: Option<String>,
    /// Time of the request.
    created_at: Timestamp,
    /// Time of the decision.
    decided_at: Option<Timestamp>,
    /// Time at which the maker claimed the first secret.
    claimed_at: Option<Timestamp>,
    /// Time since which the endpoint is disabled.
    disabled_at: Option<Timestamp>,
    /// Time of the first failure since the last success; null while messages arrive.
    failing_since: Option<Timestamp>,
    /// Times until which replaced secrets sign beside the present one.
    secrets_until: Vec<Timestamp>,
    /// The secret that waits to be claimed; null where none does.
    claim: Option<ClaimView>,
}

/// A secret that waits to be claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WebhookClaim"))]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    /// ID of the person who alone may claim it.
    #[serde(rename = "claimantID")]
    claimant_id: UserID,
    /// Name of that person.
    claimant_name: String,
    /// Time from which nobody can claim it.
    until: Timestamp,
}
