//! Options for a browser's calls about passkeys, as `PublicKeyCredential.parse…OptionsFromJSON` reads them (WebAuthn
//! level 3, sections 5.4 and 5.5).

use serde::Serialize;
use universal_wallet_core::people::second_factor::challenge::CHALLENGE_MS;
use universal_wallet_core::people::second_factor::factors::CredentialDescriptor;
use universal_wallet_core::people::second_factor::public_key::ALGORITHMS;
use universal_wallet_core::people::second_factor::webauthn::RelyingParty;
use universal_wallet_core::text::base64url::Base64Url;

use crate::messages::factor_reply::Creation;

/// Name of the site in a browser's dialog.
const NAME: &str = "Universal Wallet";

/// Options for using a passkey.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestOptions {
    /// The challenge, which counts once and for five minutes.
    #[cfg_attr(test, schemars(with = "String"))]
    challenge: Base64Url,
    /// The site's host name.
    rp_id: String,
    /// Passkeys of the account; empty while nobody is known.
    allow_credentials: Vec<Descriptor>,
    /// Always `required`.
    user_verification: &'static str,
    /// Lifetime of the challenge in milliseconds.
    timeout: i64,
}

/// Options for making a passkey.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreationOptions {
    /// The site.
    rp: Party,
    /// The account.
    user: UserEntity,
    /// The challenge, which counts once and for five minutes.
    #[cfg_attr(test, schemars(with = "String"))]
    challenge: Base64Url,
    /// Accepted algorithms, the most wanted first.
    pub_key_cred_params: Vec<Algorithm>,
    /// Lifetime of the challenge in milliseconds.
    timeout: i64,
    /// Passkeys that the account has already.
    exclude_credentials: Vec<Descriptor>,
    /// Abilities that the passkey must have.
    authenticator_selection: Selection,
    /// Always `none`.
    attestation: &'static str,
}

/// A passkey of the account.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Descriptor {
    /// Credential ID.
    id: String,
    /// Always `public-key`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Ways to reach it.
    transports: Vec<String>,
}

/// The site.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Party {
    /// Host name.
    id: String,
    /// Name that people see.
    name: &'static str,
}

/// The account, as a browser shows it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct UserEntity {
    /// User handle, which says nothing about the person.
    #[cfg_attr(test, schemars(with = "String"))]
    id: Base64Url,
    /// Login.
    name: String,
    /// Name of the person.
    display_name: String,
}

/// An accepted algorithm.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Algorithm {
    /// Always `public-key`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// COSE number of the algorithm.
    alg: i64,
}

/// Abilities that a passkey must have.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Selection {
    /// Always `required`: a passkey signs in without a name.
    resident_key: &'static str,
    /// The same for older browsers.
    require_resident_key: bool,
    /// Always `required`.
    user_verification: &'static str,
}

fn descriptors(passkeys: Vec<CredentialDescriptor>) -> Vec<Descriptor> {
    let descriptor = |passkey: CredentialDescriptor| Descriptor {
        id: passkey.id.to_string(),
        kind: "public-key",
        transports: passkey.transports,
    };
    passkeys.into_iter().map(descriptor).collect()
}

/// Options for using one of these passkeys, or any.
pub(super) fn request_options(
    party: &RelyingParty,
    challenge: &Base64Url,
    passkeys: Vec<CredentialDescriptor>,
) -> RequestOptions {
    RequestOptions {
        challenge: challenge.clone(),
        rp_id: party.id.clone(),
        allow_credentials: descriptors(passkeys),
        user_verification: "required",
        timeout: CHALLENGE_MS,
    }
}

/// Options for making a passkey.
pub(super) fn creation_options(party: &RelyingParty, creation: Creation) -> CreationOptions {
    CreationOptions {
        rp: Party { id: party.id.clone(), name: NAME },
        user: UserEntity { id: creation.user_handle, name: creation.login, display_name: creation.name },
        challenge: creation.challenge,
        pub_key_cred_params: ALGORITHMS.map(|alg| Algorithm { kind: "public-key", alg }).into(),
        timeout: CHALLENGE_MS,
        exclude_credentials: descriptors(creation.exclude),
        authenticator_selection: Selection {
            resident_key: "required",
            require_resident_key: true,
            user_verification: "required",
        },
        attestation: "none",
    }
}
