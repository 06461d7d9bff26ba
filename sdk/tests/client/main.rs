//! The client against a scripted server.

#![cfg(all(feature = "client", not(target_arch = "wasm32")))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at what it did not expect")]

mod attempts;
mod child;
mod hostile;
#[cfg(feature = "stream")]
mod lists;
mod reference;
mod requests;
mod retry;
mod secrets;
mod server;
#[cfg(feature = "rustls")]
mod tls;
