//! The edge on workerd, end to end: each test has an edge of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod abuse;
mod agreement;
mod attention;
mod audit;
mod bad_input;
mod bad_requests;
mod cash_outs;
mod clock;
mod cost;
mod crowding;
mod deliveries;
mod description;
mod devices;
mod disk;
mod dual_control;
mod events;
mod export;
mod faults;
mod forged_keys;
mod interrupted;
mod isolation;
mod issuer;
mod key_checks;
mod key_requests;
mod keys;
mod limits;
mod lists;
mod logs;
mod memberships;
mod operations;
mod people;
mod restart;
mod roles;
mod room;
mod rotation;
mod second_factor;
mod secrets;
mod shown_person;
mod sign_in;
mod snapshots;
mod statements;
mod tampering;
mod upgrade;
mod usage;
mod verify;
mod versions;
mod webhook_requests;
mod webhooks;
mod world;
mod wrangler;
