//! The checks of a relying party, step by step (WebAuthn level 3, sections 7.1 and 7.2).
//!
//! Policy where the standard leaves it open: user verification is required, only the site's own origin is expected and
//! never in a frame, no attestation is asked for, and a signature counter that does not grow is a copied passkey.

use ciborium::Value;
use serde::{Deserialize, Serialize};

use super::authenticator_data::{AttestationObject, AuthenticatorData, Malformed};
use super::public_key::{PublicKey, Unusable};
use crate::error::{Code, Refusal};
use crate::text::base64url::Base64Url;
use crate::text::digest::{Digest, same};

/// Maximum length of client data, in bytes.
const MAX_CLIENT_DATA: usize = 4 * 1024;
/// Maximum length of an attestation object and of authenticator data, in bytes.
const MAX_DATA: usize = 8 * 1024;
/// Maximum length of a credential ID, in bytes (section 7.1, step 24).
const MAX_CREDENTIAL_ID: usize = 1023;
/// Maximum length of a signature, in bytes: RSA with 4096 bits.
const MAX_SIGNATURE: usize = 512;

/// The site that people sign in to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelyingParty {
    /// RP ID: the host name.
    pub id: String,
    /// The only expected origin.
    pub origin: String,
}

/// Verification of signatures: the platform's on the edge, another one in tests.
pub trait Signatures {
    /// True if the key is one, such as a point on its curve.
    fn is_key(&self, key: &PublicKey) -> bool;
    /// True if the signature over the message is the key's.
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool;
}

/// The reason why a credential does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// Something is too long, or is not what it should be.
    Malformed,
    /// Made for enrolling, used for signing in, or the reverse.
    Type,
    /// Made for another challenge.
    Challenge,
    /// Made on another page.
    Origin,
    /// Made in a frame of another site.
    CrossOrigin,
    /// Made for another RP ID.
    RelyingParty,
    /// Nobody touched the authenticator.
    UserPresence,
    /// The authenticator did not verify its user.
    UserVerification,
    /// Flags about the backup contradict each other or the enrolment.
    Backup,
    /// An algorithm that was not offered.
    Algorithm,
    /// A public key that is none.
    PublicKey,
    /// An attestation that was not asked for, or is wrong.
    Attestation,
    /// Not the credential that it says.
    CredentialID,
    /// Another account's credential.
    UserHandle,
    /// The signature is wrong.
    Signature,
    /// The signature counter did not grow: there may be a copy.
    Counter,
}

impl From<Malformed> for Rejected {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<Rejected> for Refusal {
    fn from(rejected: Rejected) -> Self {
        let message = match rejected {
            Rejected::Counter => {
                "This passkey may have been copied: its counter went back. Sign in another way and remove it."
            }
            Rejected::UserVerification => {
                "The passkey did not verify that it is you; use a fingerprint, a face or a PIN with it."
            }
            Rejected::Algorithm => "This passkey uses an algorithm that is not accepted here; use another one.",
            _ => "The passkey does not fit; start again, or use another way.",
        };
        Self::new(Code::InvalidCredentials, message)
    }
}

/// The result of `navigator.credentials.create` as JSON (section 5.1.8, `RegistrationResponseJSON`).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationCredential {
    /// Credential ID.
    pub id: Base64Url,
    /// The same again.
    pub raw_id: Option<Base64Url>,
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The authenticator's response.
    pub response: AttestationResponse,
}

/// The authenticator's response to an enrolment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttestationResponse {
    /// Client data as it was hashed.
    #[serde(rename = "clientDataJSON")]
    pub client_data: Base64Url,
    /// Attestation object.
    pub attestation_object: Base64Url,
    /// Ways to reach the authenticator.
    #[serde(default)]
    pub transports: Vec<String>,
}

/// The result of `navigator.credentials.get` as JSON (section 5.1.8, `AuthenticationResponseJSON`).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationCredential {
    /// Credential ID.
    pub id: Base64Url,
    /// The same again.
    pub raw_id: Option<Base64Url>,
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The authenticator's response.
    pub response: AssertionResponse,
}

/// The authenticator's response to a sign-in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssertionResponse {
    /// Client data as it was hashed.
    #[serde(rename = "clientDataJSON")]
    pub client_data: Base64Url,
    /// Authenticator data as they were signed.
    pub authenticator_data: Base64Url,
    /// Signature over authenticator data and the hash of the client data.
    pub signature: Base64Url,
    /// The account that the passkey belongs to.
    pub user_handle: Option<Base64Url>,
}

/// A credential as it was enrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Credential ID.
    pub credential_id: Base64Url,
    /// Public key.
    pub public_key: PublicKey,
    /// Signature counter.
    pub sign_count: u32,
    /// True if the passkey may be synchronised between devices.
    pub backup_eligible: bool,
}

/// A stored credential, as far as signing in concerns it.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// Public key.
    pub public_key: &'a PublicKey,
    /// Signature counter of the last use.
    pub sign_count: u32,
    /// True if the passkey may be synchronised between devices.
    pub backup_eligible: bool,
    /// The account's user handle.
    pub user_handle: &'a [u8],
}

/// Purpose of a ceremony, by the type in its client data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ceremony {
    Create,
    Get,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: Base64Url,
    origin: String,
    #[serde(default)]
    cross_origin: Option<bool>,
    #[serde(default)]
    top_origin: Option<Value>,
}

fn read_client_data(bytes: &[u8]) -> Result<ClientData, Rejected> {
    if bytes.len() > MAX_CLIENT_DATA {
        return Err(Rejected::Malformed);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Rejected::Malformed)?;
    // UTF-8 decode strips a byte order mark.
    serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|_| Rejected::Malformed)
}

/// The challenge that client data answer; nothing is known about them yet.
pub fn answered_challenge(client_data: &Base64Url) -> Option<Base64Url> {
    read_client_data(client_data.bytes()).ok().map(|data| data.challenge)
}

/// Sections 7.1, steps 7 to 11, and 7.2, steps 10 to 14.
fn check_client_data(
    party: &RelyingParty,
    challenge: &[u8],
    ceremony: Ceremony,
    bytes: &[u8],
) -> Result<Digest, Rejected> {
    let data = read_client_data(bytes)?;
    let kind = match ceremony {
        Ceremony::Create => "webauthn.create",
        Ceremony::Get => "webauthn.get",
    };
    if data.kind != kind {
        return Err(Rejected::Type);
    }
    if challenge.is_empty() || !same(data.challenge.bytes(), challenge) {
        return Err(Rejected::Challenge);
    }
    if data.origin != party.origin {
        return Err(Rejected::Origin);
    }
    if data.cross_origin == Some(true) || data.top_origin.is_some() {
        return Err(Rejected::CrossOrigin);
    }
    Ok(Digest::of(&[bytes]))
}

/// Sections 7.1, steps 14 to 17, and 7.2, steps 15 to 18.
fn check_authenticator_data(party: &RelyingParty, data: &AuthenticatorData<'_>) -> Result<(), Rejected> {
    if !same(data.rp_id_hash, Digest::of(&[party.id.as_bytes()]).bytes()) {
        return Err(Rejected::RelyingParty);
    }
    if !data.user_present() {
        return Err(Rejected::UserPresence);
    }
    if !data.user_verified() {
        return Err(Rejected::UserVerification);
    }
    if data.backed_up() && !data.backup_eligible() {
        return Err(Rejected::Backup);
    }
    Ok(())
}

fn check_ids(kind: &str, id: &Base64Url, raw_id: Option<&Base64Url>) -> Result<(), Rejected> {
    if kind != "public-key" {
        return Err(Rejected::Malformed);
    }
    // Section 7.1, step 24.
    if id.bytes().len() > MAX_CREDENTIAL_ID || raw_id.is_some_and(|raw| raw != id) {
        return Err(Rejected::CredentialID);
    }
    Ok(())
}

/// Enrols a credential (section 7.1) that answers this challenge.
pub fn register(
    party: &RelyingParty,
    challenge: &[u8],
    credential: &RegistrationCredential,
    signatures: &dyn Signatures,
) -> Result<Registered, Rejected> {
    let response = &credential.response;
    check_ids(&credential.kind, &credential.id, credential.raw_id.as_ref())?;
    if response.attestation_object.bytes().len() > MAX_DATA {
        return Err(Rejected::Malformed);
    }
    // Steps 5 to 12.
    let hash = check_client_data(party, challenge, Ceremony::Create, response.client_data.bytes())?;
    // Step 13.
    let object = AttestationObject::read(response.attestation_object.bytes())?;
    let data = AuthenticatorData::read(&object.authenticator_data)?;
    // Steps 14 to 17.
    check_authenticator_data(party, &data)?;
    let (sign_count, backup_eligible) = (data.sign_count, data.backup_eligible());
    let attested = data.attested.ok_or(Rejected::Malformed)?;
    // Step 20, and the key itself.
    let public_key = PublicKey::read(attested.public_key).map_err(|unusable| match unusable {
        Unusable::Algorithm => Rejected::Algorithm,
        Unusable::Key => Rejected::PublicKey,
    })?;
    if !signatures.is_key(&public_key) {
        return Err(Rejected::PublicKey);
    }
    // Steps 21 to 23.
    let signed = [&object.authenticator_data, hash.bytes().as_slice()].concat();
    check_attestation(&object, &public_key, &signed, signatures)?;
    // Step 24, and the ID that the browser gave beside it.
    if attested.credential_id.is_empty() || attested.credential_id != credential.id.bytes() {
        return Err(Rejected::CredentialID);
    }
    Ok(Registered { credential_id: credential.id.clone(), public_key, sign_count, backup_eligible })
}

/// Steps 21 to 23 of section 7.1: none (section 8.7), or the packed format with self attestation (section 8.2), which a
/// browser leaves in place although none was asked for (section 5.1.3).
fn check_attestation(
    object: &AttestationObject,
    key: &PublicKey,
    signed: &[u8],
    signatures: &dyn Signatures,
) -> Result<(), Rejected> {
    match object.format.as_str() {
        "none" if object.statement.is_empty() => Ok(()),
        "packed" => {
            let member = |wanted: &str| {
                let found = object.statement.iter().find(|(name, _)| name.as_text() == Some(wanted));
                found.map(|(_, value)| value)
            };
            let algorithm: i64 = match key {
                PublicKey::Es256 { .. } => -7,
                PublicKey::EdDsa { .. } => -8,
                PublicKey::Rs256 { .. } => -257,
            };
            let is_self = object.statement.len() == 2 && member("alg") == Some(&Value::from(algorithm));
            match member("sig").and_then(Value::as_bytes) {
                Some(signature) if is_self && signatures.verify(key, signed, signature) => Ok(()),
                _ => Err(Rejected::Attestation),
            }
        }
        _ => Err(Rejected::Attestation),
    }
}

/// Signs in with a stored credential (section 7.2) that answers this challenge; returns its signature counter. The
/// caller found the credential by its ID in the account (steps 5 and 6); `anonymous` is true if nobody was identified
/// before, so that the user handle must be there.
pub fn authenticate(
    party: &RelyingParty,
    challenge: &[u8],
    credential: &AuthenticationCredential,
    stored: Stored<'_>,
    anonymous: bool,
    signatures: &dyn Signatures,
) -> Result<u32, Rejected> {
    let response = &credential.response;
    check_ids(&credential.kind, &credential.id, credential.raw_id.as_ref())?;
    let bytes = response.authenticator_data.bytes();
    if bytes.len() > MAX_DATA || response.signature.bytes().len() > MAX_SIGNATURE {
        return Err(Rejected::Malformed);
    }
    // Step 6.
    match &response.user_handle {
        Some(handle) if same(handle.bytes(), stored.user_handle) => {}
        None if !anonymous => {}
        _ => return Err(Rejected::UserHandle),
    }
    // Steps 8 to 14, and 20.
    let hash = check_client_data(party, challenge, Ceremony::Get, response.client_data.bytes())?;
    // Steps 15 to 18.
    let data = AuthenticatorData::read(bytes)?;
    check_authenticator_data(party, &data)?;
    // Step 19.
    if data.backup_eligible() != stored.backup_eligible {
        return Err(Rejected::Backup);
    }
    // Step 21.
    let signed = [bytes, hash.bytes().as_slice()].concat();
    if !signatures.verify(stored.public_key, &signed, response.signature.bytes()) {
        return Err(Rejected::Signature);
    }
    // Step 22.
    if (data.sign_count != 0 || stored.sign_count != 0) && data.sign_count <= stored.sign_count {
        return Err(Rejected::Counter);
    }
    Ok(data.sign_count)
}
