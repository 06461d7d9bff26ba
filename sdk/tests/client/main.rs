//! The client against a server that plays what it is told.

#![cfg(all(feature = "client", not(target_arch = "wasm32")))]

mod requests;
mod retry;
mod server;
