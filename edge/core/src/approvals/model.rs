//! Approvals: one person makes a request, another decides it, bound to the digest of the request.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use universal_wallet_sdk::Timestamp;

use crate::error::{Code, InternalError, Outcome, refuse};
use crate::id::{ApprovalID, DistributorID};
use crate::people::codes::HalfDigest;
use crate::people::model::Person;
use crate::text::digest::Digest;

/// Kind of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ApprovalKind {
    /// A new key.
    #[serde(rename = "api-key.issue")]
    IssueKey,
    /// A key that replaces another.
    #[serde(rename = "api-key.rotate")]
    RotateKey,
    /// A cash-in or cash-out.
    #[serde(rename = "operation")]
    Operation,
    /// A new member.
    #[serde(rename = "user.create")]
    CreateUser,
    /// Further roles, or enabling a disabled member.
    #[serde(rename = "user.grant")]
    GrantUser,
    /// A new password.
    #[serde(rename = "user.reset")]
    ResetUser,
    /// A looser setting of the distributor.
    #[serde(rename = "settings.change")]
    ChangeSettings,
    /// An endpoint that messages are sent to.
    #[serde(rename = "webhook.create")]
    CreateWebhook,
    /// A new secret of an endpoint.
    #[serde(rename = "webhook.rotate")]
    RotateWebhook,
    /// A disabled endpoint that sends again.
    #[serde(rename = "webhook.enable")]
    EnableWebhook,
}

impl ApprovalKind {
    /// True for requests about a member.
    pub const fn is_about_user(self) -> bool {
        matches!(self, Self::CreateUser | Self::GrantUser | Self::ResetUser)
    }

    /// True for requests about an endpoint.
    pub const fn is_about_webhook(self) -> bool {
        matches!(self, Self::CreateWebhook | Self::RotateWebhook | Self::EnableWebhook)
    }

    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::IssueKey,
        Self::RotateKey,
        Self::Operation,
        Self::CreateUser,
        Self::GrantUser,
        Self::ResetUser,
        Self::ChangeSettings,
        Self::CreateWebhook,
        Self::RotateWebhook,
        Self::EnableWebhook,
    ];

    /// Wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IssueKey => "api-key.issue",
            Self::RotateKey => "api-key.rotate",
            Self::Operation => "operation",
            Self::CreateUser => "user.create",
            Self::GrantUser => "user.grant",
            Self::ResetUser => "user.reset",
            Self::ChangeSettings => "settings.change",
            Self::CreateWebhook => "webhook.create",
            Self::RotateWebhook => "webhook.rotate",
            Self::EnableWebhook => "webhook.enable",
        }
    }

    /// Time until a pending request expires.
    pub const fn lapses_after_ms(self) -> i64 {
        match self {
            Self::Operation => 24 * 3_600_000,
            _ => 7 * 24 * 3_600_000,
        }
    }
}

/// Status of an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ApprovalStatus {
    /// Pending: waits for its checker.
    Pending,
    /// Approved and carried out.
    Approved,
    /// Rejected by a checker.
    Rejected,
    /// Withdrawn by its maker.
    Withdrawn,
    /// Expired before anybody decided.
    Expired,
}

impl ApprovalStatus {
    /// All statuses.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Approved, Self::Rejected, Self::Withdrawn, Self::Expired];

    /// Wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}

/// A request that one person made and another decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Number of the chain entry that last changed it.
    pub entry: u64,
    /// ID of the request.
    pub id: ApprovalID,
    /// Kind of the request.
    pub kind: ApprovalKind,
    /// Status of the request.
    pub status: ApprovalStatus,
    /// The full request, as it will be carried out.
    pub subject: Value,
    /// Digest that a checker agrees to.
    pub digest: Digest,
    /// Person who made the request.
    pub maker: Person,
    /// Time of the request.
    pub created_at: Timestamp,
    /// Time from which nobody can decide the request.
    pub expires_at: Timestamp,
    /// Person who decided.
    pub decided_by: Option<Person>,
    /// Time of the decision.
    pub decided_at: Option<Timestamp>,
    /// Reason of a rejection.
    pub reason: Option<String>,
    /// For a request that makes a code: the digest of its first half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_half: Option<HalfDigest>,
}

/// The digest of a request: SHA-256 of the RFC 8785 form of its identity and subject.
pub fn digest(
    id: ApprovalID,
    distributor: DistributorID,
    kind: ApprovalKind,
    maker: &Person,
    subject: &Value,
) -> Result<Digest, InternalError> {
    // Members are in name order, here and in the subject; names are ASCII, numbers are integers, and serde_json escapes
    // as RFC 8785 requires, so the text is the canonical form.
    let canonical = json!({ "approvalID": id, "distributorID": distributor, "kind": kind, "makerID": maker.id, "subject": subject }).to_string();
    Ok(Digest::of(&[canonical.as_bytes()]))
}

impl Approval {
    /// A text of the subject; `None` if the member is absent or no text.
    pub fn subject_text(&self, member: &str) -> Option<&str> {
        self.subject.get(member)?.as_str()
    }

    /// Makes a new pending request.
    pub fn ask(
        id: ApprovalID,
        distributor: DistributorID,
        kind: ApprovalKind,
        subject: Value,
        maker: &Person,
        now: Timestamp,
    ) -> Result<Self, InternalError> {
        Ok(Self {
            entry: 0,
            id,
            kind,
            status: ApprovalStatus::Pending,
            digest: digest(id, distributor, kind, maker, &subject)?,
            subject,
            maker: maker.clone(),
            created_at: now,
            expires_at: now.plus_ms(kind.lapses_after_ms()),
            decided_by: None,
            decided_at: None,
            reason: None,
            first_half: None,
        })
    }

    /// Refuses a request that is already decided.
    pub fn must_be_pending(&self) -> Outcome<()> {
        if self.status == ApprovalStatus::Pending {
            return Ok(());
        }
        refuse(Code::InvalidState, format!("This request is {} already; nothing was changed.", self.status.as_str()))
    }

    /// Refuses a decision whose digest differs from the stored one.
    pub fn must_match(&self, shown: &Digest) -> Outcome<()> {
        if self.digest == *shown {
            return Ok(());
        }
        refuse(Code::ApprovalStale, "The request changed since it was shown to you; review it again.")
    }
}

#[cfg(test)]
mod tests {
    use crate::id::UserID;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_digest_is_of_the_canonical_form() {
        let id = Uuid::from_u128(1);
        let maker = Person { id: UserID::from_uuid(id), name: "not part of it".into() };
        let subject = json!({ "b": "é\n\u{1f}\"", "a": (1, ()) });
        let made =
            digest(ApprovalID::from_uuid(id), DistributorID::from_uuid(id), ApprovalKind::IssueKey, &maker, &subject)
                .unwrap();
        let canonical = "{\"approvalID\":\"apr_00000000-0000-0000-0000-000000000001\",\
                         \"distributorID\":\"00000000-0000-0000-0000-000000000001\",\"kind\":\"api-key.issue\",\
                         \"makerID\":\"usr_00000000-0000-0000-0000-000000000001\",\
                         \"subject\":{\"a\":[1,null],\"b\":\"é\\n\\u001f\\\"\"}}";
        assert_eq!(made, Digest::of(&[canonical.as_bytes()]));
    }
}
