//! API keys: token text, settings, life cycle, and verification of calls.

pub mod expiry;
pub mod lifecycle;
pub mod model;
pub mod rate_limit;
pub mod rotation;
pub mod settings;
pub mod tightening;
pub mod token;
pub mod verify;
