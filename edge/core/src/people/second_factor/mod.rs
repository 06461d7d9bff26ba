//! The second factor: codes of an authenticator app, passkeys, recovery codes, and when a proof of one is needed.

mod authenticator_data;
pub mod challenge;
pub mod events;
pub mod factor_id;
pub mod factors;
pub mod proof;
pub mod public_key;
pub mod qr;
pub mod recovery_codes;
pub mod session;
pub mod totp;
pub mod webauthn;
