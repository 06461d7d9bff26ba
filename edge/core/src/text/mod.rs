//! Text in and out: request bodies, digests, identifiers, addresses, cursors.

pub mod base64url;
pub mod body;
pub mod cursor;
pub mod digest;
pub mod input;
pub mod ip;
pub mod json_text;
pub mod numbered_id;
pub mod secret;
mod strict_json;
pub(crate) mod visible;
