//! API keys: their text, their settings, their life from request to end, and whether a call may go on.

pub mod lifecycle;
pub mod model;
pub mod rate_limit;
pub mod rotation;
pub mod settings;
pub mod tightening;
pub mod token;
pub mod verify;
